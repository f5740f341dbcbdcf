import { timeValue } from "../black76.ts";
import { totalVariance } from "../surface.ts";

const YEAR = 365 * 86_400;
const TERM = 30 * 86_400;
const SHORTEST = 86_400;
const LOWEST_DOWN = 0.01;
/** Volatility in the up state is at least this much a year. */
const UP_FLOOR = 0.5;

/** State of volatility in a scenario. */
export type VolState = "up" | "same" | "down";

/** One shocked state of the market. */
export interface Scenario {
  /** Spot as a multiple of the reference spot. */
  readonly level: number;
  readonly state: VolState;
  /** Distance of a tail from the spot as a share of it: its losses are scaled by scanRange / move. */
  readonly move?: number;
}

/** One posted expiry. */
export interface ReferenceSlice {
  /** Forward at the reference spot [USD]. */
  readonly forward: number;
  /** Total variance at the money when it was posted. */
  readonly theta: number;
  readonly psi: number;
  readonly rho: number;
  /** unix seconds */
  readonly postedAt: number;
}

/** One underlying as the chain sees it. */
export interface ReferenceMarket {
  readonly market: number;
  /** Live spot [USD]. */
  readonly spot: number;
  /** What the levels are multiples of [USD]. */
  readonly referenceSpot: number;
  /** Options are valued as of here, unix seconds. */
  readonly computedAt: number;
  /** What counts as expired, unix seconds. */
  readonly now: number;
  /** By expiry, unix seconds. */
  readonly slices: ReadonlyMap<number, ReferenceSlice>;
  /** By expiry, unix seconds [USD]. */
  readonly fixings: ReadonlyMap<number, number>;
  /** How far the surface is beyond its heartbeat, from 0 (within) to 1 (by another heartbeat or more). */
  readonly staleness: number;
  /** How far the cash token is from a dollar, beyond the tolerance. */
  readonly depegShare: number;
}

/** One series position. */
export interface ReferenceLeg {
  readonly market: number;
  /** unix seconds */
  readonly expiry: number;
  /** [USD] */
  readonly strike: number;
  readonly isPut: boolean;
  /** contracts, negative if short */
  readonly quantity: number;
}

/** Tails of the scan: moves against the spot. */
export const TAIL_MOVES: readonly number[] = [-0.66, -0.5, -0.33, 0.5, 1, 2];

/** @param centre what a tail is a move from, by that move */
const tails = (centre: (move: number) => number): Scenario[] =>
  TAIL_MOVES.map((move) => ({ level: centre(move) * (1 + move), state: "up", move: Math.abs(move) }));

/** Unshocked levels that marks are read between: five, evenly over the drift limit. */
export const denseLevels = (driftLimit: number): number[] =>
  [-1, -0.5, 0, 0.5, 1].map((part) => 1 + driftLimit * part);

/** The 30 nodes of the risk arrays, in their order. */
export function gridScenarios(scanRange: number, driftLimit: number): Scenario[] {
  // As the arrays do, levels reach to the next thousandth.
  const outer = Math.ceil(((1 + scanRange) * (1 + driftLimit) - 1) * 1_000 - 1e-6) / 1_000;
  const even = (count: number, state: VolState): Scenario[] =>
    Array.from({ length: count }, (_, i) => ({ level: 1 + outer * ((2 * i) / (count - 1) - 1), state }));
  return [
    ...even(5, "up"),
    // As far out as from any spot within the drift limit.
    ...tails((move) => 1 + Math.sign(move) * driftLimit),
    ...even(13, "down"),
    { level: 1 + outer, state: "same" },
    ...denseLevels(driftLimit).map((level): Scenario => ({ level, state: "same" })),
  ];
}

/**
 * Levels evenly from scanRange below to scanRange above the live spot, in each state of volatility, and the tails about
 * it: what the nodes of the arrays stand for.
 * @param drift live spot as a multiple of the reference spot
 * @param half levels on either side of the live spot; the same for markets that are to be joined
 */
export function denseScenarios(scanRange: number, drift: number, half: number): Scenario[] {
  const levels = Array.from(
    { length: 2 * half + 1 },
    (_, i) => drift * (1 + (scanRange * (i - half)) / half),
  );
  const states: readonly VolState[] = ["up", "same", "down"];
  return [
    ...states.flatMap((state) => levels.map((level): Scenario => ({ level, state }))),
    ...tails(() => drift),
  ];
}

/** Shock factors of volatility for a time to expiry; shocks at 30 days. */
export function shockFactors(
  secondsToExpiry: number,
  volUp: number,
  volDown: number,
): { readonly up: number; readonly down: number } {
  const ratio = TERM / Math.max(secondsToExpiry, SHORTEST);
  const longPower = ratio ** 0.3;
  return {
    up: 1 + volUp * (ratio > 1 ? ratio ** 0.45 : longPower),
    down: Math.max(1 - volDown * longPower, LOWEST_DOWN),
  };
}

/** Values calls of one market, by scenario. */
export class Revaluation {
  readonly market: ReferenceMarket;
  readonly #volUp: number;
  readonly #volDown: number;
  readonly #deviations = new Map<string, Readonly<Record<VolState, number>>>();

  /** @param shocks relative shocks of volatility at 30 days */
  constructor(market: ReferenceMarket, shocks: { readonly volUp: number; readonly volDown: number }) {
    this.market = market;
    this.#volUp = shocks.volUp;
    this.#volDown = shocks.volDown;
  }

  /** A call [USD] at a level and a state of volatility, which is sticky to the strike. */
  call(expiry: number, strike: number, level: number, state: VolState): number {
    const forward = this.forward(expiry) * level;
    const deviation = this.deviations(expiry, strike)[state];
    return Math.max(forward - strike, 0) + timeValue(forward, strike, deviation);
  }

  /** Forward of an expiry at the reference spot [USD]; the reference itself if nothing was posted. */
  forward(expiry: number): number {
    return this.market.slices.get(expiry)?.forward ?? this.market.referenceSpot;
  }

  /** Volatility times the root of time of a strike, by state. */
  deviations(expiry: number, strike: number): Readonly<Record<VolState, number>> {
    const key = `${expiry}/${strike}`;
    const known = this.#deviations.get(key);
    if (known) return known;
    const slice = this.market.slices.get(expiry);
    let found = { up: 0, same: 0, down: 0 };
    if (slice) {
      const { computedAt } = this.market;
      const left = expiry - computedAt;
      const share = computedAt <= slice.postedAt ? 1 : left / (expiry - slice.postedAt);
      const same = Math.sqrt(totalVariance(slice, Math.log(strike / slice.forward)) * share);
      const factors = shockFactors(left, this.#volUp, this.#volDown);
      found = {
        up: Math.max(same * factors.up, UP_FLOOR * Math.sqrt(left / YEAR)),
        same,
        down: same * factors.down,
      };
    }
    this.#deviations.set(key, found);
    return found;
  }
}
