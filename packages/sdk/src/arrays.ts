import { type Signer, type TypedDataDomain, TypedDataEncoder } from "ethers";

/** Arrays of one expiry as signers sign them; see contracts/interfaces/IArrayPosts.sol. */
export interface ArrayReport {
  readonly market: number;
  /** unix seconds, on the hour */
  readonly expiry: number;
  /** Version that the expiry's arrays have. */
  readonly version: number;
  /** Entries as `encodePage` of `@ballast/quant/exact` makes them. */
  readonly page: string;
}

/** EIP-712 types of an array report, as the contract hashes them. */
export const ARRAY_REPORT_TYPES = {
  ArrayReport: [
    { name: "market", type: "uint8" },
    { name: "expiry", type: "uint40" },
    { name: "version", type: "uint24" },
    { name: "page", type: "bytes" },
  ],
};

/** The EIP-712 domain of a deployment's array posts. */
export function arraysDomain(chainId: number, arrayPosts: string): TypedDataDomain {
  return { name: "Ballast ArrayPosts", version: "1", chainId, verifyingContract: arrayPosts };
}

/** What a poster commits: the EIP-712 struct hash of a report, on whichever chain. */
export function arrayReportHash(report: ArrayReport): string {
  return TypedDataEncoder.hashStruct("ArrayReport", ARRAY_REPORT_TYPES, report);
}

/** Signs a report with every signer and returns the signatures in the order the contract wants. */
export async function signArrayReport(
  domain: TypedDataDomain,
  report: ArrayReport,
  signers: readonly Signer[],
): Promise<string[]> {
  const signed = await Promise.all(
    signers.map(async (signer) => ({
      address: BigInt(await signer.getAddress()),
      signature: await signer.signTypedData(domain, ARRAY_REPORT_TYPES, report),
    })),
  );
  return signed.sort((a, b) => (a.address < b.address ? -1 : 1)).map((one) => one.signature);
}
