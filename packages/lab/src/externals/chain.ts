import type { Signer } from "ethers";

interface RpcProvider {
  send(method: string, params: unknown[]): Promise<unknown>;
}

/** A chain on which a development call is needed but refused. */
export class NotADevelopmentChainError extends Error {
  override readonly name = "NotADevelopmentChainError";
}

/** Sends a raw JSON-RPC call through the signer's provider. */
export async function rpc(signer: Signer, method: string, params: unknown[]): Promise<unknown> {
  const provider = signer.provider as unknown as Partial<RpcProvider> | null;
  if (typeof provider?.send !== "function") {
    throw new NotADevelopmentChainError("The signer's provider cannot send raw calls.");
  }
  return provider.send(method, params);
}

/** Writes code at an address; false where the chain does not offer that. */
export async function trySetCode(signer: Signer, address: string, code: string): Promise<boolean> {
  for (const method of ["hardhat_setCode", "anvil_setCode"]) {
    try {
      await rpc(signer, method, [address, code]);
      return true;
    } catch {
      // the next method, or none
    }
  }
  return false;
}

/**
 * Makes sure `address` has at least `minimum` wei, by a development call.
 * @throws NotADevelopmentChainError if it has less and the chain offers no such call
 */
export async function ensureEther(signer: Signer, address: string, minimum: bigint): Promise<void> {
  const balance = (await signer.provider?.getBalance(address)) ?? 0n;
  if (balance >= minimum) return;
  for (const method of ["hardhat_setBalance", "anvil_setBalance"]) {
    try {
      await rpc(signer, method, [address, `0x${minimum.toString(16)}`]);
      return;
    } catch {
      // the next method, or none
    }
  }
  throw new NotADevelopmentChainError(`${address} needs ${minimum} wei and the chain cannot set balances.`);
}
