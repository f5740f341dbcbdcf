import {
  type Ballast,
  connectBallast,
  type Deployment,
  type LpState,
  readLp,
  readVault,
  readVaultGreeks,
  type VaultGreeks,
  type VaultState,
} from "@ballast/sdk";
import {
  type ContractRunner,
  type JsonRpcApiProvider,
  JsonRpcProvider,
  Network,
  type Provider,
} from "ethers";
import { PageError } from "./deployment.ts";

/** Where reads go before a wallet is connected. */
const RPC_PATH: string = import.meta.env["VITE_RPC_URL"] ?? "/rpc";

/** The vault at one block. */
export interface VaultSnapshot {
  readonly block: number;
  /** Time of that block, unix seconds. */
  readonly blockTime: number;
  readonly vault: VaultState;
  readonly greeks: readonly VaultGreeks[];
  readonly shareSymbol: string;
  readonly shareDecimals: number;
  readonly cashSymbol: string;
  readonly cashDecimals: number;
  /** Undefined while nobody is connected. */
  readonly lp: LpSnapshot | undefined;
}

/** An LP's standing, with what its claims give. */
export interface LpSnapshot extends LpState {
  /** Shares that claiming the fulfilled deposits gives. */
  readonly sharesToClaim: bigint;
  /** Cash units that claiming the fulfilled redemptions gives. */
  readonly cashToClaim: bigint;
}

/** A provider on the page's own node. */
export function pageProvider(deployment: Deployment): JsonRpcProvider {
  const network = Network.from(deployment.chainId);
  return new JsonRpcProvider(new URL(RPC_PATH, document.baseURI).href, network, { staticNetwork: network });
}

/** A runner that reads everything at one block, so that the figures belong together. */
function pinned(provider: Provider, blockTag: number): ContractRunner {
  return { provider, call: (transaction) => provider.call({ ...transaction, blockTag }) };
}

/**
 * Reads the vault, and `owner`'s standing if there is one, at the latest block.
 * @throws PageError if the provider is silent or on another chain
 */
export async function readSnapshot(
  deployment: Deployment,
  provider: JsonRpcApiProvider,
  owner: string | undefined,
): Promise<VaultSnapshot> {
  await requireChain(deployment, provider);
  const header = await provider.getBlock("latest");
  if (!header) throw new PageError("The node has no blocks.");
  const runner = pinned(provider, header.number);
  if ((await provider.getCode(deployment.contracts.vault, header.number)) === "0x") {
    throw new PageError(
      "The deployment's vault does not exist on this chain: the node was probably restarted.",
    );
  }
  const ballast = connectBallast(deployment, runner);
  const { shares, usdc } = ballast;
  const [vault, greeks, shareSymbol, shareDecimals, cashSymbol, cashDecimals, lp] = await Promise.all([
    readVault(ballast),
    readVaultGreeks(ballast),
    shares.symbol(),
    shares.decimals(),
    usdc.symbol(),
    usdc.decimals(),
    owner === undefined ? undefined : readOwner(ballast, owner),
  ]);
  return {
    block: header.number,
    blockTime: header.timestamp,
    vault,
    greeks,
    shareSymbol,
    shareDecimals: Number(shareDecimals),
    cashSymbol,
    cashDecimals: Number(cashDecimals),
    lp,
  };
}

async function readOwner(ballast: Ballast, owner: string): Promise<LpSnapshot> {
  const [state, sharesToClaim, cashToClaim] = await Promise.all([
    readLp(ballast, owner),
    ballast.shares.maxMint(owner),
    ballast.shares.maxWithdraw(owner),
  ]);
  return { ...state, sharesToClaim, cashToClaim };
}

async function requireChain(deployment: Deployment, provider: JsonRpcApiProvider): Promise<void> {
  let chainId: number;
  try {
    chainId = Number(await provider.send("eth_chainId", []));
  } catch {
    throw new PageError("The node does not answer; figures will return when it does.");
  }
  if (chainId !== deployment.chainId) {
    throw new PageError(`The node is on chain ${chainId}, but the vault is on chain ${deployment.chainId}.`);
  }
}
