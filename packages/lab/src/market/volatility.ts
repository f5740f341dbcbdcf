const HOURS_PER_YEAR = 8760;
/** Half of the weight lies on the last day. */
const DECAY = 0.5 ** (1 / 24);
const FLOOR = 0.55;
const CEILING = 2;
/** Share of realised volatility in what the market asks for; the rest is its long-run level. */
const PASS_THROUGH = 0.75;
const LONG_RUN = 0.75;

/** At-the-money volatility that the simulated market asks, one price after the other. Estimates, so floats are fine. */
export interface VolatilityModel {
  /** Takes the next hourly price and returns the short-dated at-the-money volatility. */
  step(price: number): number;
}

/** Realised volatility with exponential weights, drawn towards a long-run level and kept within bounds. */
export function volatilityModel(): VolatilityModel {
  let last: number | undefined;
  let variance = LONG_RUN ** 2 / HOURS_PER_YEAR;
  return {
    step(price) {
      if (last !== undefined) variance = DECAY * variance + (1 - DECAY) * Math.log(price / last) ** 2;
      last = price;
      const realised = Math.sqrt(variance * HOURS_PER_YEAR);
      const asked = LONG_RUN + PASS_THROUGH * (realised - LONG_RUN);
      return Math.min(CEILING, Math.max(FLOOR, asked));
    },
  };
}

/** Volatility of a tenor: the short end decays towards the long-run level over about a month. */
export function termVolatility(short: number, days: number): number {
  return LONG_RUN + (short - LONG_RUN) * Math.exp(-days / 30);
}
