/**
 * Bit-exact mirror of `contracts/vault/Epochs.sol`: what enters and leaves the vault at a mark, and what shares are worth.
 * NAV and cash are wad USD, assets units of the vault's token, of which `scale` wads make one.
 */
import { max, min, mulDivDown, mulDivUp, WAD } from "./fixed-point.ts";
import { type Filled, fill, type Queue, waitingSince } from "./queue.ts";

/** What may flow in an epoch: assets in, NAV to which the vault takes deposits [assets], share that may leave [wad]. */
export interface FlowLimits {
  readonly depositPerEpoch: bigint;
  readonly capacity: bigint;
  readonly redeemPerEpoch: bigint;
}

/** How the vault's account stands [wad USD]; `withdrawable` in assets. */
export interface AccountStanding {
  readonly cash: bigint;
  readonly equity: bigint;
  readonly initialRequirement: bigint;
  /** Whether prices, surfaces and arrays are good. */
  readonly isGood: boolean;
  readonly withdrawable: bigint;
}

/** All that an epoch depends on besides the queue. */
export interface EpochInputs {
  readonly bid: bigint;
  readonly ask: bigint;
  readonly markTime: bigint;
  readonly supply: bigint;
  readonly scale: bigint;
  readonly limits: FlowLimits;
  readonly isWindingDown: boolean;
  readonly standing: AccountStanding;
  /** Epochs in a row so far that could not pay all redemptions. */
  readonly shortEpochs: number;
  readonly now: bigint;
}

/** Seconds after which who waits to leave is bound by no flow limit. */
export const MAX_WAIT = 604_800n;
/** Epochs in a row that could not pay all redemptions, after which no new risk may be opened. */
export const PATIENCE = 2;

/** What may enter in an epoch [assets]. */
export function roomIn(inputs: Pick<EpochInputs, "ask" | "scale" | "limits" | "isWindingDown">): bigint {
  const { ask, scale, limits, isWindingDown } = inputs;
  if (isWindingDown) return 0n;
  const present = ask === 0n ? 0n : (ask - 1n) / scale + 1n;
  return min(max(limits.capacity - present, 0n), limits.depositPerEpoch);
}

/** Shares that may leave in an epoch, when the first of them has waited since `since` [s]. */
export function roomOut(
  inputs: Pick<EpochInputs, "supply" | "limits" | "isWindingDown" | "now">,
  since: bigint,
): bigint {
  const { supply, limits, isWindingDown, now } = inputs;
  if (isWindingDown || now > since + MAX_WAIT) return supply;
  return mulDivUp(supply, limits.redeemPerEpoch, WAD);
}

/** Cash that may leave without debt and with the initial requirement met [assets]. */
export function freeCash(standing: AccountStanding, scale: bigint): bigint {
  if (!standing.isGood) return 0n;
  const free = min(standing.equity - standing.initialRequirement, standing.cash);
  return min(free > 0n ? free / scale : 0n, standing.withdrawable);
}

/** One epoch: entries at ask up to the limits, then exits at bid as far as limit, cash and margin reach. */
export function fulfil(
  deposits: Queue,
  redemptions: Queue,
  inputs: EpochInputs,
): {
  readonly entries: Filled;
  readonly exits: Filled;
  readonly shortEpochs: number;
} {
  const { bid, ask, markTime, supply, scale, standing, now } = inputs;
  const entryPrice = { numerator: supply * scale, denominator: ask };
  const entries = fill(deposits, markTime, roomIn(inputs), entryPrice, now);
  const free = (entries.amountIn + freeCash(standing, scale)) * scale;
  const payable = mulDivDown(free, supply, bid);
  const allowed = roomOut(inputs, waitingSince(redemptions, now));
  const exitPrice = { numerator: bid, denominator: supply * scale };
  const exits = fill(redemptions, markTime, min(payable, allowed), exitPrice, now);
  const isPatient = !exits.isShort || payable >= allowed;
  return { entries, exits, shortEpochs: isPatient ? 0 : Math.min(inputs.shortEpochs + 1, PATIENCE) };
}

/** Shares for `assets` at a NAV, rounded down. */
export function toShares(assets: bigint, nav: bigint, supply: bigint, scale: bigint): bigint {
  return nav <= 0n ? 0n : mulDivDown(assets * scale, supply, nav);
}

/** Assets for `shares` at a NAV, rounded down. */
export function toAssets(shares: bigint, nav: bigint, supply: bigint, scale: bigint): bigint {
  return nav <= 0n || supply === 0n ? 0n : mulDivDown(shares, nav, supply) / scale;
}
