import type { ContractTransactionResponse, Signer, TypedDataDomain } from "ethers";
import type { Ballast } from "./ballast.ts";

/** One expiry of a surface report; the units of contracts/interfaces/ISurfaceFeed.sol. */
export interface SliceReport {
  readonly expiry: number;
  readonly forward: bigint;
  readonly theta: bigint;
  readonly psi: bigint;
  readonly rho: bigint;
}

/** A surface as signers sign it. */
export interface SurfaceReport {
  readonly market: number;
  readonly timestamp: number;
  readonly spot: bigint;
  readonly slices: readonly SliceReport[];
}

/** EIP-712 types of a surface report, as the contract hashes them. */
export const SURFACE_REPORT_TYPES = {
  SurfaceReport: [
    { name: "market", type: "uint8" },
    { name: "timestamp", type: "uint40" },
    { name: "spot", type: "uint256" },
    { name: "slices", type: "SliceReport[]" },
  ],
  SliceReport: [
    { name: "expiry", type: "uint40" },
    { name: "forward", type: "uint256" },
    { name: "theta", type: "uint256" },
    { name: "psi", type: "uint256" },
    { name: "rho", type: "int256" },
  ],
};

/** The EIP-712 domain of a deployment's surface feed. */
export function surfaceDomain(chainId: number, surfaceFeed: string): TypedDataDomain {
  return { name: "Ballast SurfaceFeed", version: "1", chainId, verifyingContract: surfaceFeed };
}

/** Signs a report with every signer and returns the signatures in the order the contract wants. */
export async function signReport(
  ballast: Ballast,
  report: SurfaceReport,
  signers: readonly Signer[],
): Promise<string[]> {
  const domain = surfaceDomain(ballast.deployment.chainId, ballast.deployment.contracts.surfaceFeed);
  const signed = await Promise.all(
    signers.map(async (signer) => ({
      address: BigInt(await signer.getAddress()),
      signature: await signer.signTypedData(domain, SURFACE_REPORT_TYPES, report),
    })),
  );
  return signed.sort((a, b) => (a.address < b.address ? -1 : 1)).map((one) => one.signature);
}

/** Signs and posts a report. */
export async function postReport(
  ballast: Ballast,
  report: SurfaceReport,
  signers: readonly Signer[],
): Promise<ContractTransactionResponse> {
  const signatures = await signReport(ballast, report, signers);
  return ballast.surfaceFeed.post({ ...report, slices: [...report.slices] }, signatures);
}
