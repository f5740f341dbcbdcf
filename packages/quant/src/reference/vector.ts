import {
  denseLevels,
  type ReferenceLeg,
  type ReferenceMarket,
  Revaluation,
  type Scenario,
} from "./market.ts";
import type { ReferenceParameters } from "./parameters.ts";

/** Which levels a portfolio is judged on. */
export interface ReferenceGrid {
  readonly scenarios: readonly Scenario[];
  /** Whether the mark is read between the unshocked nodes around live spot, as the chain does, or computed there. */
  readonly interpolated: boolean;
}

/** Options of one expiry at the level of the mark, by state of volatility [USD]. */
export interface ExpiryWorth {
  readonly expiry: number;
  readonly up: number;
  readonly same: number;
  readonly down: number;
}

/** One market of a portfolio, fully revalued and not yet judged [USD]. */
export interface ReferenceVector {
  readonly market: number;
  readonly spot: number;
  readonly scenarios: readonly Scenario[];
  readonly values: Float64Array;
  readonly mark: number;
  readonly longMark: number;
  readonly collateral: number;
  /** [contracts] */
  readonly netShort: number;
  readonly expiries: readonly ExpiryWorth[];
  readonly staleness: number;
  readonly depegShare: number;
}

/** The calls of one strike wherever a vector needs them [USD]. */
interface StrikeValues {
  readonly scenarios: Float64Array;
  readonly dense: readonly number[];
  readonly centre: ExpiryWorth;
}

/**
 * Builds vectors of one market on one grid. It keeps the values of each strike, so that many portfolios of the same
 * market cost little more than their sums.
 */
export class VectorBuilder {
  readonly market: ReferenceMarket;
  readonly #grid: ReferenceGrid;
  readonly #revaluation: Revaluation;
  readonly #drift: number;
  /** Levels that the mark is read at, unshocked. */
  readonly #markLevels: readonly number[];
  readonly #strikes = new Map<string, StrikeValues>();

  constructor(market: ReferenceMarket, parameters: ReferenceParameters, grid: ReferenceGrid) {
    this.market = market;
    this.#grid = grid;
    this.#revaluation = new Revaluation(market, parameters);
    this.#drift = market.spot / market.referenceSpot;
    this.#markLevels = grid.interpolated ? denseLevels(parameters.driftLimit) : [this.#drift];
  }

  /** @param legs all of this market, in any order @param collateral in units of the underlying */
  build(legs: readonly ReferenceLeg[], collateral: number): ReferenceVector {
    const { market } = this;
    const { scenarios, interpolated } = this.#grid;
    const values = new Float64Array(scenarios.length);
    const dense = new Float64Array(this.#markLevels.length);
    const worths = new Map<number, { up: number; same: number; down: number }>();
    const centre = interpolated ? 1 : this.#drift;
    let [settled, longMark, calls, puts, putForward, putStrike] = [0, 0, 0, 0, 0, 0];
    for (const { expiry, strike, isPut, quantity } of legs) {
      if (expiry <= market.now) {
        const fixing = market.fixings.get(expiry) ?? market.spot;
        settled += quantity * Math.max(isPut ? strike - fixing : fixing - strike, 0);
        continue;
      }
      const known = this.#valuesOf(expiry, strike);
      const forward = this.#revaluation.forward(expiry);
      const parity = isPut ? strike - forward * centre : 0;
      for (let i = 0; i < values.length; i++) values[i]! += quantity * known.scenarios[i]!;
      for (let i = 0; i < dense.length; i++) dense[i]! += quantity * known.dense[i]!;
      if (isPut) {
        puts += quantity;
        putForward += quantity * forward;
        putStrike += quantity * strike;
      } else calls += quantity;
      if (quantity > 0) longMark += quantity * Math.max(known.centre.same + parity, 0);
      const worth = worths.get(expiry) ?? { up: 0, same: 0, down: 0 };
      worths.set(expiry, worth);
      worth.up += quantity * (known.centre.up + parity);
      worth.same += quantity * (known.centre.same + parity);
      worth.down += quantity * (known.centre.down + parity);
    }
    const linear = collateral * market.referenceSpot - putForward;
    const constant = putStrike + settled;
    scenarios.forEach(({ level }, i) => {
      values[i]! += linear * level + constant;
    });
    this.#markLevels.forEach((level, i) => {
      dense[i]! += linear * level + constant;
    });
    return {
      market: market.market,
      spot: market.spot,
      scenarios,
      values,
      mark: interpolated ? between(dense, this.#markLevels, this.#drift) : dense[0]!,
      longMark,
      collateral: collateral * market.spot,
      netShort: Math.max(-calls, 0) + Math.max(-puts, 0),
      expiries: [...worths].map(([expiry, worth]) => ({ expiry, ...worth })),
      staleness: market.staleness,
      depegShare: market.depegShare,
    };
  }

  #valuesOf(expiry: number, strike: number): StrikeValues {
    const key = `${expiry}/${strike}`;
    const known = this.#strikes.get(key);
    if (known) return known;
    const { scenarios, interpolated } = this.#grid;
    const call = (level: number, state: Scenario["state"]) =>
      this.#revaluation.call(expiry, strike, level, state);
    const centre = interpolated ? 1 : this.#drift;
    const found = {
      scenarios: Float64Array.from(scenarios, ({ level, state }) => call(level, state)),
      dense: this.#markLevels.map((level) => call(level, "same")),
      centre: {
        expiry,
        up: call(centre, "up"),
        same: call(centre, "same"),
        down: call(centre, "down"),
      },
    };
    this.#strikes.set(key, found);
    return found;
  }
}

/** Straight between the two unshocked levels around the live spot, flat beyond them. */
function between(dense: Float64Array, levels: readonly number[], drift: number): number {
  const step = levels[1]! - levels[0]!;
  const offset = Math.max(drift - levels[0]!, 0);
  const index = Math.min(Math.floor(offset / step), levels.length - 2);
  const part = Math.min((offset - index * step) / step, 1);
  return dense[index]! + (dense[index + 1]! - dense[index]!) * part;
}
