import type { Addressable, Interface } from "ethers";
import type { room } from "./ledger.ts";
import type { Connection } from "./risk.ts";

type Ledger = Awaited<ReturnType<typeof room>>;

/** Puts the code of a mutant, made like the contract at `place`, in that contract's place; its storage stays. */
export async function replace(
  { ethers }: Pick<Connection, "ethers">,
  place: string | Addressable,
  mutant: string,
  parts: readonly unknown[],
): Promise<void> {
  const made = await ethers.deployContract(mutant, [...parts]);
  const address = typeof place === "string" ? place : await place.getAddress();
  await ethers.provider.send("hardhat_setCode", [address, await ethers.provider.getCode(made.target)]);
}

/** Makes the ledger, its registrar or its permits a mutant: what the mutant's name ends in. */
export async function mutate({ connection, ledger, risk, usdc }: Ledger, mutant: string): Promise<void> {
  const parts = [risk.manager.target, usdc.target, risk.riskEngine.target];
  const registrar = await ledger.registrar();
  if (mutant.endsWith("Ledger")) await replace(connection, ledger, mutant, [...parts, registrar]);
  else if (mutant.endsWith("Registrar")) await replace(connection, registrar, mutant, parts);
  else await replace(connection, await ledger.permits(), mutant, parts);
}

/** The innermost custom error that an attempt is refused with, by its name; "nothing" if it is not. */
export async function outcome(
  attempt: Promise<unknown>,
  ...known: readonly { readonly interface: Interface }[]
): Promise<string> {
  try {
    await attempt;
  } catch (refusal) {
    const text = String(refusal);
    const named = /custom error '(\w+)/.exec(text)?.[1];
    if (named !== undefined && !named.endsWith("CallFailed")) return named;
    const data = named === undefined ? text : text.slice(text.indexOf("CallFailed"));
    for (const [selector] of data.matchAll(/0x[0-9a-f]{8}/g)) {
      for (const one of known) {
        const name = one.interface.getError(selector)?.name;
        if (name !== undefined && !name.endsWith("CallFailed")) return name;
      }
    }
    return named ?? text;
  }
  return "nothing";
}
