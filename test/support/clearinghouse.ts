import type { Addressable } from "ethers";
import type { network } from "hardhat";

type Ethers = Awaited<ReturnType<typeof network.create>>["ethers"];

/** A clearinghouse with a registrar of its own. */
export async function deployLedger(
  ethers: Ethers,
  manager: string | Addressable,
  usdc: string | Addressable,
  engine: string | Addressable,
) {
  const registrar = await ethers.deployContract("Registrar", [manager, usdc, engine]);
  return ethers.deployContract("Clearinghouse", [manager, usdc, engine, registrar.target]);
}
