/**
 * Bit-exact mirror of what `contracts/oracle` decides with numbers: `ChainlinkPriceFeed.sol`, `PriceRouter.sol` and the limits
 * of `SurfaceFeed.sol`. Prices and shares are wads, times seconds.
 */
import { max, min, mulDivDown, WAD } from "./fixed-point.ts";
import { unpackSlice, volatilityOf } from "./vol-surface.ts";

/** A round of an aggregator; `answer` in its own decimals. */
export interface PriceRound {
  readonly answer: bigint;
  readonly updatedAt: bigint;
}

/** What a price feed accepts. */
export interface PriceBounds {
  readonly decimals: number;
  readonly tradingAge: bigint;
  readonly liquidationAge: bigint;
  readonly minimum: bigint;
  readonly maximum: bigint;
  /** Most that a price may move from the round before [wad]; zero for any. */
  readonly jumpLimit: bigint;
}

/** How good a round's price is, as far as its numbers tell. */
export type PriceVerdict =
  | "Ok"
  | "StaleForTrading"
  | "Stale"
  | "NonPositive"
  | "Incomplete"
  | "Future"
  | "OutOfBounds"
  | "Jump";

/** Seconds after which a slice is stale. */
export const HEARTBEAT = 7_200n;
/** Seconds over which one anchor limits steps. */
export const STEP_WINDOW = 1_800n;
/** Most that a report's spot may lie from the oracle's [wad]. */
export const SPOT_LIMIT = (3n * WAD) / 100n;
/** Most that a forward may lie from spot [wad]. */
export const FORWARD_LIMIT = WAD / 5n;
/** Most that at-the-money volatility may move from its anchor [wad]. */
export const STEP_LIMIT = WAD / 2n;
/** Most that a forward over its spot may move from its anchor [wad]. */
export const FORWARD_STEP_LIMIT = WAD / 20n;

const MOST_128 = (1n << 128n) - 1n;

/** A positive answer in wads. */
export const priceOf = (answer: bigint, decimals: number): bigint => answer * 10n ** BigInt(18 - decimals);

/** The first fault of a round, worst first, as the feed reports it at `now`; `previous` is the round before. */
export function verdictOf(
  round: PriceRound,
  previous: PriceRound | undefined,
  bounds: PriceBounds,
  now: bigint,
): PriceVerdict {
  if (round.answer <= 0n) return "NonPositive";
  if (round.updatedAt === 0n) return "Incomplete";
  if (round.updatedAt > now) return "Future";
  if (round.answer > MOST_128) return "OutOfBounds";
  const price = priceOf(round.answer, bounds.decimals);
  if (price < bounds.minimum || price > bounds.maximum) return "OutOfBounds";
  if (previous && hasJumped(price, previous.answer, bounds)) return "Jump";
  const age = now - round.updatedAt;
  if (age > bounds.liquidationAge) return "Stale";
  return age > bounds.tradingAge ? "StaleForTrading" : "Ok";
}

function hasJumped(price: bigint, previous: bigint, { decimals, jumpLimit }: PriceBounds): boolean {
  if (jumpLimit === 0n || previous <= 0n || previous > MOST_128) return false;
  const before = priceOf(previous, decimals);
  return distance(price, before) * WAD > jumpLimit * before;
}

/** Whether two sources of a price are further apart than `band` of the first. */
export const isApart = (first: bigint, second: bigint, band: bigint): boolean =>
  distance(first, second) * WAD > first * band;

/** Whether `value` lies further from `anchor` than the share `limit` of it. */
export const isFar = (value: bigint, anchor: bigint, limit: bigint): boolean =>
  distance(value, anchor) > (anchor * limit) / WAD;

/** How stale an age is: nothing up to the heartbeat, everything a heartbeat later. */
export function staleShare(age: bigint): bigint {
  return age <= HEARTBEAT ? 0n : min(((age - HEARTBEAT) * WAD) / HEARTBEAT, WAD);
}

/** A slice's forward moved in proportion from the spot that it was reported with. */
export const liveForward = (word: bigint, spot: bigint, reportSpot: bigint): bigint =>
  mulDivDown(unpackSlice(word).forward, spot, reportSpot);

/** What a step is measured from: volatility at the slice's own time, and its forward over its spot. */
export interface StepAnchor {
  readonly volatility: bigint;
  readonly basis: bigint;
  readonly since: bigint;
}

/** The anchor that a slice of `expiry`, reported with `spot`, makes at `now`. */
export function anchorOf(word: bigint, expiry: bigint, spot: bigint, now: bigint): StepAnchor {
  const { theta, timestamp, forward } = unpackSlice(word);
  return {
    volatility: volatilityOf(theta, expiry - timestamp),
    basis: mulDivDown(forward, WAD, spot),
    since: now,
  };
}

/** Why a slice may not be posted, if so: its report's spot and forward against the live spot, its step from the anchor. */
export function stepRefusal(
  word: bigint,
  terms: {
    readonly expiry: bigint;
    readonly spot: bigint;
    readonly live: bigint;
    readonly now: bigint;
    readonly anchor: StepAnchor | undefined;
  },
): "SpotTooFar" | "ForwardTooFar" | "StepTooLarge" | "ForwardStepTooLarge" | undefined {
  const { expiry, spot, live, now, anchor } = terms;
  const { forward } = unpackSlice(word);
  if (live === 0n || isFar(spot, live, SPOT_LIMIT)) return "SpotTooFar";
  if (isFar(forward, spot, FORWARD_LIMIT) || isFar(forward, live, FORWARD_LIMIT)) return "ForwardTooFar";
  if (!anchor) return undefined;
  const step = anchorOf(word, expiry, spot, now);
  if (isFar(step.volatility, anchor.volatility, STEP_LIMIT)) return "StepTooLarge";
  return isFar(step.basis, anchor.basis, FORWARD_STEP_LIMIT) ? "ForwardStepTooLarge" : undefined;
}

const distance = (a: bigint, b: bigint): bigint => max(a - b, b - a);
