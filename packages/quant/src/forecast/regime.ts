import { quantile } from "../risk/index.ts";
import { forecastVolatility, rollingHar } from "./har.ts";

/** States of a market, from quiet to worst. */
export const REGIMES = ["calm", "normal", "turbulent", "crisis"] as const;
/** One of them. */
export type Regime = (typeof REGIMES)[number];

/** By how much a regime scales what is set for normal times, in per cent; never below it: that is for people to decide. */
export const REGIME_PERCENT: Readonly<Record<Regime, number>> = {
  calm: 100,
  normal: 100,
  turbulent: 125,
  crisis: 160,
};

/** Factors on the parameters of normal times. */
export interface RegimeTerms {
  /** On spot and volatility ranges, least margins, spreads and charges. */
  readonly ranges: number;
  /** On caps of what the vault takes: notional, delta, gamma, vega. */
  readonly caps: number;
  /** On the hedge's risk aversion: variance grows by the square of volatility. */
  readonly riskAversion: number;
}

/** What a regime makes of the parameters of normal times. */
export function regimeTerms(regime: Regime): RegimeTerms {
  const ranges = REGIME_PERCENT[regime] / 100;
  return { ranges, caps: 1 / ranges, riskAversion: ranges * ranges };
}

/** Where regimes begin: shares of past forecasts that were lower. */
const ENTRIES = [0, 0.25, 0.75, 0.95];
/** A regime is left only this far below where it begins, so that noise at a border does not flip it. */
const STICKINESS = 0.05;
const LEAST_FORECASTS = 90;
/** Days before the first forecast. */
const START = 130;

/**
 * The regime that a forecast stands for among those before it. A rise changes it at once, a fall only once it is clear.
 * @param past forecasts known before, any order
 * @param before the last regime
 */
export function regimeOf(forecast: number, past: ArrayLike<number>, before: Regime = "normal"): Regime {
  if (past.length < LEAST_FORECASTS) return before;
  const sorted = Float64Array.from(past).sort();
  const level = (shift: number) => {
    let found = 0;
    ENTRIES.forEach((entry, i) => {
      if (i > 0 && forecast >= quantile(sorted, entry - shift)) found = i;
    });
    return found;
  };
  const held = REGIMES.indexOf(before);
  const [strict, lenient] = [level(0), level(STICKINESS)];
  // Lenient borders are lower, so they hold a regime up but never raise it.
  return REGIMES[strict >= held ? strict : Math.min(lenient, held)] ?? before;
}

/**
 * The regime after a walk through daily variances, oldest first: each day's forecast among those before it.
 * @returns "normal" while too little is known
 */
export function latestRegime(variances: readonly number[]): Regime {
  const rolling = rollingHar(1);
  const past: number[] = [];
  let regime: Regime = "normal";
  variances.forEach((variance, day) => {
    rolling.add(variance);
    if (day < START) return;
    const volatility = forecastVolatility(rolling.model(), rolling.variances);
    regime = regimeOf(volatility, past, regime);
    past.push(volatility);
  });
  return regime;
}
