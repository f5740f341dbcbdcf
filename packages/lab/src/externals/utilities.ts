import { Contract, type Signer } from "ethers";
import { deployArtifact, loadHex, loadText, requireInside } from "./artifacts.ts";
import { trySetCode } from "./chain.ts";

/** Where Permit2 lives on every chain. */
export const PERMIT2_ADDRESS = "0x000000000022D473030F116dDEE9F6B43aC78BA3";
/** Where Multicall3 lives on every chain. */
export const MULTICALL3_ADDRESS = "0xcA11bde05977b3631167028862bE2a173976CA11";

const MULTICALL3_ABI = [
  "function aggregate3((address target,bool allowFailure,bytes callData)[] calls) payable returns ((bool success,bytes returnData)[])",
  "function getBlockNumber() view returns (uint256)",
  "function getCurrentBlockTimestamp() view returns (uint256)",
] as const;

/** Init code that returns `runtime` unchanged: push length, copy from byte 10, return. */
function initCodeOf(runtime: string): string {
  const body = runtime.replace(/^0x/, "");
  const length = (body.length / 2).toString(16).padStart(4, "0");
  return `0x61${length}80600a3d393df3${body}`;
}

/** Puts code at its canonical address where the chain allows it, else deploys it anywhere. */
async function place(signer: Signer, canonical: string, runtime: string): Promise<string> {
  if (((await signer.provider?.getCode(canonical)) ?? "0x") !== "0x") return canonical;
  if (await trySetCode(signer, canonical, runtime)) return canonical;
  const deployed = await deployArtifact(signer, { abi: [], bytecode: initCodeOf(runtime) });
  return deployed.getAddress();
}

/** The real Permit2, at its canonical address where the chain allows it. */
export async function deployPermit2(signer: Signer): Promise<Contract> {
  const runtime = loadHex(binPath("bytecode"));
  const abi = JSON.parse(loadText(binPath("abi"))) as string[];
  return new Contract(await place(signer, PERMIT2_ADDRESS, runtime), abi, signer);
}

/** The real Multicall3, at its canonical address where the chain allows it. */
export async function deployMulticall3(signer: Signer): Promise<Contract> {
  const constants = requireInside("viem", "_cjs/constants/contracts.js") as { multicall3Bytecode: string };
  const plain = await deployArtifact(signer, { abi: MULTICALL3_ABI, bytecode: constants.multicall3Bytecode });
  const address = await plain.getAddress();
  const runtime = await signer.provider?.getCode(address);
  const moved = runtime !== undefined && (await trySetCode(signer, MULTICALL3_ADDRESS, runtime));
  return new Contract(moved ? MULTICALL3_ADDRESS : address, MULTICALL3_ABI, signer);
}

function binPath(extension: string): string {
  return `hardhat-predeploy/bin/${PERMIT2_ADDRESS}.${extension}`;
}
