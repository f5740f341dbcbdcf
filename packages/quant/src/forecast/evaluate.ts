import { BadSampleError } from "../risk/index.ts";
import { forecastVariance, rollingHar } from "./har.ts";

/** Losses of forecasts, each made with what was known the day before, averaged over the days. */
export interface ForecastEvaluation {
  readonly days: number;
  /** Patton's (2011) QLIKE, v / f - ln(v / f) - 1: robust to noise in what is realised. Zero is perfect. */
  readonly qlike: { readonly har: number; readonly lastDay: number; readonly lastMonth: number };
  /** Mean square error of ln volatility. */
  readonly logError: { readonly har: number; readonly lastDay: number; readonly lastMonth: number };
}

/**
 * Walks through daily variances and compares the forecast with two naive ones: the last day, or the last thirty, again.
 * @param from first day that counts
 * @throws BadSampleError if no day can be forecast
 */
export function evaluateForecast(
  variances: readonly number[],
  from: number,
  horizon = 1,
): ForecastEvaluation {
  const rolling = rollingHar(horizon);
  const names = ["har", "lastDay", "lastMonth"] as const;
  const sums = {
    qlike: { har: 0, lastDay: 0, lastMonth: 0 },
    logError: { har: 0, lastDay: 0, lastMonth: 0 },
  };
  const mean = (start: number, end: number) =>
    variances.slice(start, end).reduce((sum, one) => sum + one, 0) / (end - start);
  let days = 0;
  for (let day = 0; day + horizon <= variances.length; day++) {
    if (day >= Math.max(from, 100 + horizon)) {
      const actual = mean(day, day + horizon);
      const forecasts = {
        har: forecastVariance(rolling.model(), rolling.variances),
        lastDay: mean(day - 1, day),
        lastMonth: mean(day - 30, day),
      };
      for (const name of names) {
        const ratio = actual / forecasts[name];
        sums.qlike[name] += ratio - Math.log(ratio) - 1;
        sums.logError[name] += (Math.log(ratio) / 2) ** 2;
      }
      days++;
    }
    rolling.add(variances[day] ?? Number.NaN);
  }
  if (days === 0) throw new BadSampleError("No day has enough before it.");
  for (const name of names) {
    sums.qlike[name] /= days;
    sums.logError[name] /= days;
  }
  return { days, ...sums };
}
