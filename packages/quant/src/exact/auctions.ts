/**
 * Bit-exact mirror of `contracts/liquidation/AuctionPricing.sol`: what slices and parts of an account for sale cost, and
 * how large they may be. Shares and amounts are wads, clocks are seconds. What the seller is paid rounds up, what others
 * pay out rounds down.
 */
import { max, min, mulDivDown, mulDivUp, signedDivDown, signedDivUp, WAD } from "./fixed-point.ts";

/** Who pays in an auction: the bidder a share of positive equity, or the waterfall the bidder. */
export type AuctionKind = "solvent" | "insolvent";

/** The auction's clocks as of `seenAt` [s]; both stop at 65,535. */
export interface AuctionClocks {
  readonly kind: AuctionKind;
  readonly seenAt: bigint;
  readonly solventClock: bigint;
  readonly insolventClock: bigint;
}

/** How an account for sale stands [wad USD]; `whole`: everything that it holds has a price. */
export interface Verdict {
  readonly equity: bigint;
  readonly maintenance: bigint;
  readonly whole: boolean;
}

/** How long only single positions are sold, at bounded cost [s]. */
export const SOFT_STAGE = 300n;
const SOFT_COST = (5n * WAD) / 100n;
const FIRST_SHARE = (98n * WAD) / 100n;
const FAST_SHARE = (7n * WAD) / 10n;
const FAST_STAGE = 900n;
const SLOW_STAGE = 43_200n;
const INSOLVENT_STAGE = 3_600n;
const FUND_SHARE = WAD / 10n;
const BUFFER = (115n * WAD) / 100n;
const WHOLE_FROM = (9n * WAD) / 10n;
const LEAST_REMAINDER = 100n * WAD;
const SURE = (105n * WAD) / 100n;
const ROUNDING = WAD;
const LARGEST_CLOCK = 65_535n;

const mulDown = (a: bigint, b: bigint): bigint => mulDivDown(a, b, WAD);
const mulUp = (a: bigint, b: bigint): bigint => mulDivUp(a, b, WAD);

/** Share of equity that a slice costs [wad]: 98 % falling to 70 % in 15 minutes, then to nothing in 12 hours. */
export function solventShare(clock: bigint): bigint {
  if (clock <= SOFT_STAGE) return FIRST_SHARE;
  const elapsed = clock - SOFT_STAGE;
  if (elapsed <= FAST_STAGE) return FIRST_SHARE - ((FIRST_SHARE - FAST_SHARE) * elapsed) / FAST_STAGE;
  const slow = elapsed - FAST_STAGE;
  return slow >= SLOW_STAGE ? 0n : FAST_SHARE - (FAST_SHARE * slow) / SLOW_STAGE;
}

/** How far the payment has risen to the maintenance gap [wad]: in an hour to all of it. */
export function insolventShare(clock: bigint): bigint {
  return (min(clock, INSOLVENT_STAGE) * WAD) / INSOLVENT_STAGE;
}

/** What a slice of `fraction` [wad] costs the bidder [wad USD], rounded up; negative: what the waterfall pays, rounded down. */
export function sliceCost(auction: AuctionClocks, verdict: Verdict, fraction: bigint): bigint {
  if (auction.kind === "solvent") {
    return mulUp(mulUp(verdict.equity, fraction), solventShare(auction.solventClock));
  }
  const gap = verdict.maintenance - verdict.equity;
  return -mulDown(mulDown(gap, fraction), insolventShare(auction.insolventClock));
}

/** What the seller of a slice owes the insurance fund [wad USD]: a tenth of the discount, at most of what it is paid. */
export function fundFee(verdict: Verdict, fraction: bigint, cost: bigint): bigint {
  if (cost <= 0n) return 0n;
  const discount = max(mulDown(verdict.equity, fraction) - cost, 0n);
  return mulDown(min(discount, cost), FUND_SHARE);
}

/** Largest slice for sale [wad], rounded up: what restores 115 % of maintenance, or everything if little would be left. */
export function largestFraction(auction: AuctionClocks, verdict: Verdict): bigint {
  if (auction.kind === "insolvent") return WAD;
  if (auction.solventClock < SOFT_STAGE) return 0n;
  const { equity, maintenance } = verdict;
  const target = mulUp(maintenance, BUFFER);
  if (equity >= target) return 0n;
  const given = mulDown(equity, WAD - solventShare(auction.solventClock));
  const fraction = mulDivUp(target - equity, WAD, target - given);
  if (fraction >= WHOLE_FROM) return WAD;
  return mulDown(maintenance, WAD - fraction) < LEAST_REMAINDER ? WAD : fraction;
}

/** What the seller gives, beyond the marks, for being rid of `released` of its maintenance [wad USD], rounded down. */
export function partDiscount(auction: AuctionClocks, verdict: Verdict, released: bigint): bigint {
  const { equity, maintenance, whole } = verdict;
  const clock = auction.solventClock;
  const softCost = mulDivDown(mulDown(released, SOFT_COST), min(clock, SOFT_STAGE), SOFT_STAGE);
  if (!whole) return softCost;
  if (equity <= 0n) return 0n;
  if (clock < SOFT_STAGE) return min(softCost, equity);
  return mulDivDown(mulDown(equity, WAD - solventShare(clock)), released, maintenance);
}

/** What the waterfall pays for a part of an insolvent account that frees `released` of its maintenance [wad USD], rounded down. */
export function partPayment(auction: AuctionClocks, verdict: Verdict, released: bigint): bigint {
  const offered = mulDown(verdict.maintenance - verdict.equity, insolventShare(auction.insolventClock));
  return mulDivDown(offered, released, verdict.maintenance);
}

/** The share of what an insolvent account owes beyond its means that goes with a part, which the bidder takes over [wad USD], rounded up. */
export function partDebt(verdict: Verdict, released: bigint): bigint {
  return mulDivUp(-verdict.equity, released, verdict.maintenance);
}

/** Whether a part left more than what restores maintenance and its buffer, and not just a small remainder. */
export function isTooMuch(left: Verdict): boolean {
  if (left.equity <= 0n || left.maintenance < LEAST_REMAINDER) return false;
  return left.equity > mulUp(left.maintenance, BUFFER);
}

/** What is left after a slice of `fraction` [wad] was sold for `paid` [wad USD]. */
export function afterSlice(verdict: Verdict, fraction: bigint, paid: bigint): Verdict {
  const sold = signedDivUp(verdict.equity * fraction, WAD);
  return {
    equity: verdict.equity - sold + max(paid, 0n),
    maintenance: mulUp(verdict.maintenance, WAD - fraction),
    whole: verdict.whole,
  };
}

/** Whether no rounding can make the estimate unhealthy: equity of 105 % of maintenance and a dollar. */
export function isSurelyHealthy(left: Verdict): boolean {
  return left.equity >= mulUp(left.maintenance, SURE) + ROUNDING;
}

/** The clocks after the one of the auction's kind ran to `time` [s]; while something has no price, only the soft stage runs. */
export function advance(auction: AuctionClocks, whole: boolean, time: bigint): AuctionClocks {
  const passed = time - auction.seenAt;
  if (!whole) {
    if (auction.solventClock >= SOFT_STAGE) return auction;
    return { ...auction, solventClock: min(auction.solventClock + passed, SOFT_STAGE) };
  }
  if (auction.kind === "insolvent") {
    return { ...auction, insolventClock: min(auction.insolventClock + passed, LARGEST_CLOCK) };
  }
  return { ...auction, solventClock: min(auction.solventClock + passed, LARGEST_CLOCK) };
}

/** On which terms the vault buys last [wad]: shares of the account's price, and of its own equity for a bid and a day. */
export interface BackstopTerms {
  readonly solventShare: bigint;
  readonly insolventShare: bigint;
  readonly perBid: bigint;
  readonly perDay: bigint;
}

/** Whether an auction has gone as far as the vault's terms; mirror of `contracts/liquidation/Backstop.sol`, as what follows. */
export function isBackstopDue(auction: AuctionClocks, terms: BackstopTerms): boolean {
  if (auction.kind === "solvent") return solventShare(auction.solventClock) <= terms.solventShare;
  return insolventShare(auction.insolventClock) >= terms.insolventShare;
}

/**
 * The share of an account, at most `largest` [wad], that the vault takes when it has taken `taken` [wad of its equity] that
 * day, and what it has taken then; undefined where its day is spent.
 */
export function takeForVault(
  terms: BackstopTerms,
  verdict: Verdict,
  largest: bigint,
  vaultEquity: bigint,
  taken: bigint,
): { readonly fraction: bigint; readonly taken: bigint } | undefined {
  const size = max(max(verdict.maintenance, -verdict.equity), 0n);
  if (size === 0n) return { fraction: largest, taken };
  const room = max(min(terms.perBid, terms.perDay - taken), 0n);
  const equity = max(vaultEquity, 0n);
  const fraction = min(largest, mulDivDown(mulDown(equity, room), WAD, size));
  if (fraction === 0n) return undefined;
  return { fraction, taken: taken + mulDivUp(mulUp(size, fraction), WAD, equity) };
}

/** What whoever started an auction is due of a seller's positive equity [wad USD]: half a percent, at most 50 USD. */
export const startFee = (equity: bigint): bigint => min((equity * 5n) / 1_000n, 50n * WAD);

/** A bidder's limit for the slice it wanted, cut to the slice it gets, rounded down [wad USD]. */
export const cutLimit = (limit: bigint, wanted: bigint, fraction: bigint): bigint =>
  signedDivDown(limit * mulDivDown(fraction, WAD, wanted), WAD);

/** Whether collateral of `credited` [wad USD] that has no good price is too little to matter. */
export const isDust = (credited: bigint, maintenance: bigint): boolean =>
  credited > 0n && credited <= max(maintenance / 100n, 10n * WAD);
