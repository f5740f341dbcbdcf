import type { Addressable } from "ethers";
import type { network } from "hardhat";

type Ethers = Awaited<ReturnType<typeof network.create>>["ethers"];

/** Mutants to build a ledger from, in place of the contracts themselves. */
export interface LedgerParts {
  readonly registrar?: "PayFirstRegistrar" | "StaleRegistrar" | "LendingRegistrar" | "ForgetfulRegistrar";
  readonly ledger?: "UnjudgedLedger" | "RepeatingLedger" | "LooseLocks";
}

/** A clearinghouse with a registrar of its own. */
export async function deployLedger(
  ethers: Ethers,
  manager: string | Addressable,
  usdc: string | Addressable,
  engine: string | Addressable,
  parts: LedgerParts = {},
) {
  const registrar = await ethers.deployContract(parts.registrar ?? "Registrar", [manager, usdc, engine]);
  const ledger = await ethers.deployContract(parts.ledger ?? "Clearinghouse", [
    manager,
    usdc,
    engine,
    registrar.target,
  ]);
  return ethers.getContractAt("Clearinghouse", ledger.target as string);
}
