import { pages } from "@ballast/quant/exact";
import { type Signer, type TypedDataDomain, TypedDataEncoder } from "ethers";
import type { IRiskArrays } from "../../../typechain-types/index.js";

const CENT = 10n ** 16n; // [wad]

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

/** What reading the basis of an expiry takes; every typed handle on the risk arrays has it. */
export type ArraysReader = Pick<IRiskArrays, "gridOf" | "basisOf">;

/** The parts of a basis as the chain returns them, whether read now or taken from the event of a post. */
export interface BasisParts {
  readonly grid: { readonly referenceSpot: bigint; readonly outer: bigint; readonly driftLimit: bigint };
  readonly header: { readonly forward: bigint; readonly computedAt: bigint };
  readonly shocks: { readonly version: bigint; readonly upFactor: bigint; readonly downFactor: bigint };
  readonly slice: bigint;
  readonly expiry: bigint;
}

/** A basis as the mirror takes it. */
export function exactBasis({ grid, header, shocks, slice, expiry }: BasisParts): pages.ExactBasis {
  const { version, upFactor, downFactor } = shocks;
  return {
    grid: { referenceSpot: grid.referenceSpot, outer: grid.outer, driftLimit: grid.driftLimit },
    header: { forward: header.forward, computedAt: header.computedAt, version, upFactor, downFactor },
    slice,
    expiry,
  };
}

/** What the arrays of an expiry were computed from. */
export async function readBasis(
  riskArrays: ArraysReader,
  market: number,
  expiry: number,
): Promise<pages.ExactBasis> {
  // By position: as a name, `slice` is the method of the array that ethers returns.
  const [grid, [header, shocks, slice]] = await Promise.all([
    riskArrays.gridOf(market),
    riskArrays.basisOf(market, expiry),
  ]);
  return exactBasis({ grid, header, shocks, slice, expiry: BigInt(expiry) });
}

/** Indexes of the entries of a posted page that can be challenged, from the event of the post. */
export function challengeable(basis: BasisParts, page: string): number[] {
  return pages.wrongEntries(exactBasis(basis), page);
}

/**
 * The report of an expiry whose arrays are current, computed here bit for bit as the chain would.
 * @param strikes [wad USD], whole cents, in any order, each counted once
 * @throws DomainError if a strike is out of range, or there are none or more than 240
 */
export async function buildArrayReport(
  riskArrays: ArraysReader,
  market: number,
  expiry: number,
  strikes: readonly bigint[],
): Promise<ArrayReport> {
  const basis = await readBasis(riskArrays, market, expiry);
  const page = pages.pageOf(
    basis,
    strikes.map((strike) => strike / CENT),
  );
  return { market, expiry, version: Number(basis.header.version), page };
}
