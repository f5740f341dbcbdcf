/**
 * Bit-exact mirror of `contracts/clearing/InterestRateModel.sol` and of how `CashLedger.sol` accrues: what borrowed cash
 * costs, and how it moves the two indices. Ratios, rates and amounts are wads; indices start at 1e22.
 */
import { max, min, WAD, YEAR } from "./fixed-point.ts";

/** What borrowed cash costs a year [wad]: `base`, `slope` up to the `kink` of utilisation, `steepSlope` beyond it. */
export interface InterestTerms {
  readonly base: bigint;
  readonly slope: bigint;
  readonly steepSlope: bigint;
  readonly kink: bigint;
}

/** Where both indices start. */
export const FULL_INDEX = 10n ** 22n;
/** Share of interest that goes to the insurance fund [wad]. */
export const INSURANCE_SHARE = WAD / 5n;
const LARGEST_INDEX = (1n << 88n) - 1n;

const ceilDiv = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;

/** Whether terms are within their bounds, beyond which the ledger refuses them. */
export function isBounded(terms: InterestTerms): boolean {
  return (
    terms.base <= WAD / 5n &&
    terms.slope <= WAD / 2n &&
    terms.steepSlope <= 5n * WAD &&
    terms.kink >= WAD / 2n &&
    terms.kink <= (95n * WAD) / 100n
  );
}

/** Share of claims that is lent out, at most one [wad], rounded up. */
export function utilisationOf(debt: bigint, claims: bigint): bigint {
  if (debt === 0n) return 0n;
  return debt >= claims ? WAD : ceilDiv(debt * WAD, claims);
}

/** Rate a year at `utilisation` [wad], rounded up. */
export function yearlyRate(terms: InterestTerms, utilisation: bigint): bigint {
  const { base, slope, steepSlope, kink } = terms;
  if (utilisation <= kink) return base + ceilDiv(slope * utilisation, kink);
  return base + slope + ceilDiv(steepSlope * (utilisation - kink), WAD - kink);
}

/** Rate a second [wad], rounded up; zero without debt. */
export function secondRate(terms: InterestTerms, debt: bigint, claims: bigint): bigint {
  return debt === 0n ? 0n : ceilDiv(yearlyRate(terms, utilisationOf(debt, claims)), YEAR);
}

/** Both indices; interest since `accruedAt` [s] is `rate` [wad a second] of every debt. */
export interface CashIndices {
  readonly claim: bigint;
  readonly debt: bigint;
  readonly accruedAt: bigint;
  readonly rate: bigint;
}

/** The sums of all claims and of all debts [wad USD]. */
export interface CashTotals {
  readonly claims: bigint;
  readonly debt: bigint;
}

/** What an accrual leaves, and what it moved [wad USD]; `toInsurance` is part of `interest`. */
export interface Accrual {
  readonly indices: CashIndices;
  readonly totals: CashTotals;
  readonly interest: bigint;
  readonly toInsurance: bigint;
}

/** The debt index with simple interest up to `time` [s], rounded up; it stops at 2^88 - 1. */
export function debtIndexAt(indices: CashIndices, time: bigint): bigint {
  if (indices.rate === 0n) return indices.debt;
  const growth = indices.rate * (time - indices.accruedAt);
  return min(indices.debt + ceilDiv(indices.debt * growth, WAD), LARGEST_INDEX);
}

/** Books interest up to `time` [s]: four fifths to claims, never more than on what they lend, the rest to insurance. */
export function accrue(indices: CashIndices, totals: CashTotals, time: bigint): Accrual {
  if (indices.rate === 0n || indices.accruedAt === time) {
    return { indices, totals, interest: 0n, toInsurance: 0n };
  }
  const index = debtIndexAt(indices, time);
  const interest = (totals.debt * (index - indices.debt)) / indices.debt;
  const lent = min(totals.claims, totals.debt);
  const earned = (interest * (WAD - INSURANCE_SHARE)) / WAD;
  const forClaims = lent === 0n ? 0n : (earned * lent) / totals.debt;
  const claims = totals.claims + forClaims;
  const claim = forClaims === 0n ? indices.claim : (indices.claim * claims) / totals.claims;
  return {
    indices: { claim, debt: index, accruedAt: time, rate: indices.rate },
    totals: { claims, debt: totals.debt + interest },
    interest,
    toInsurance: interest - forClaims,
  };
}

/** Signed cash of an account [wad USD], booked at `index`: a claim rounds down, as of the last accrual; a debt rounds up, as of `time`. */
export function cashAt(cash: bigint, index: bigint, indices: CashIndices, time: bigint): bigint {
  if (cash === 0n) return 0n;
  if (cash > 0n) return (cash * indices.claim) / index;
  return -ceilDiv(-cash * debtIndexAt(indices, time), index);
}

/** Moves an account's cash from `before` to `afterwards` [wad USD] at `time`, after the accrual; sets the rate that follows. */
export function afterCash(
  terms: InterestTerms,
  accrued: Pick<Accrual, "indices" | "totals">,
  before: bigint,
  afterwards: bigint,
  time: bigint,
): Pick<Accrual, "indices" | "totals"> {
  const positive = (value: bigint): bigint => max(value, 0n);
  const { indices } = accrued;
  const claims = accrued.totals.claims + positive(afterwards) - positive(before);
  const debt = positive(accrued.totals.debt + positive(-afterwards) - positive(-before));
  const totals = { claims, debt };
  const rate = secondRate(terms, debt, claims);
  if (rate === indices.rate) return { indices, totals };
  return { indices: { ...indices, rate, accruedAt: time }, totals };
}
