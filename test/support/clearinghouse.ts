import type { Addressable } from "ethers";
import type { network } from "hardhat";

type Ethers = Awaited<ReturnType<typeof network.create>>["ethers"];

/** A clearinghouse with a registrar of its own. */
export async function deployLedger(
  ethers: Ethers,
  manager: string | Addressable,
  usdc: string | Addressable,
  engine: string | Addressable,
  contract: "Clearinghouse" | "LooseLocks" = "Clearinghouse",
) {
  const registrar = await ethers.deployContract("Registrar", [manager, usdc, engine]);
  const name = contract as "Clearinghouse";
  return ethers.deployContract(name, [manager, usdc, engine, registrar.target]);
}
