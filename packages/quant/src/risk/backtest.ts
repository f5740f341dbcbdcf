import { type FilterOptions, filterReturns } from "./filtered.ts";
import { BadSampleError, quantile } from "./tail.ts";

/** How often losses exceeded a value at risk that was known before. */
export interface Backtest {
  readonly days: number;
  readonly exceedances: number;
  readonly rate: number;
  /** Kupiec's (1995) likelihood ratio of the rate; above 3.84 one in twenty right models is refused. */
  readonly coverage: number;
  /** Christoffersen's (1998) likelihood ratio of their independence from one day to the next. */
  readonly independence: number;
}

/** What is tested. */
export interface BacktestOptions extends FilterOptions {
  /** Level of the value at risk, 0.99 by default. */
  readonly level?: number;
  /** First return that counts; those before it only fill the window. */
  readonly from?: number;
  /** Loss of a return, as a share of what is held; that of one unit held by default. */
  readonly loss?: (value: number, volatility: number) => number;
}

/**
 * Rolls filtered historical simulation through returns: each day's value at risk is made of the residuals and the
 * volatility known the day before, and compared with that day's loss.
 * @throws BadSampleError if no day has a hundred residuals before it
 */
export function backtest(returns: ArrayLike<number>, options: BacktestOptions = {}): Backtest {
  const { level = 0.99, from = 0, window = 750, loss = (value) => 1 - Math.exp(value) } = options;
  const { residuals, volatilities } = filterReturns(returns, options);
  const hits: boolean[] = [];
  for (let day = Math.max(from, 100); day < returns.length; day++) {
    const volatility = volatilities[day] ?? Number.NaN;
    const losses = residuals
      .subarray(Math.max(day - window, 0), day)
      .map((residual) => loss(residual * volatility, volatility))
      .sort();
    hits.push(loss(returns[day] ?? Number.NaN, volatility) > quantile(losses, level));
  }
  if (hits.length === 0) throw new BadSampleError("No day has enough before it.");
  const exceedances = hits.filter(Boolean).length;
  return {
    days: hits.length,
    exceedances,
    rate: exceedances / hits.length,
    coverage: coverageRatio(hits.length, exceedances, 1 - level),
    independence: independenceRatio(hits),
  };
}

function coverageRatio(days: number, hits: number, expected: number): number {
  return 2 * (likelihood(days - hits, hits) - logChance(days - hits, hits, expected));
}

function independenceRatio(hits: readonly boolean[]): number {
  const counts = [
    [0, 0],
    [0, 0],
  ];
  for (let day = 1; day < hits.length; day++) {
    const row = counts[hits[day - 1] ? 1 : 0];
    const column = hits[day] ? 1 : 0;
    if (row) row[column] = (row[column] ?? 0) + 1;
  }
  const [[quiet = 0, first = 0] = [], [after = 0, again = 0] = []] = counts;
  return 2 * (likelihood(quiet, first) + likelihood(after, again) - likelihood(quiet + after, first + again));
}

/** Log likelihood at the frequency that was seen. */
function likelihood(misses: number, hits: number): number {
  return logChance(misses, hits, hits / Math.max(misses + hits, 1));
}

function logChance(misses: number, hits: number, chance: number): number {
  return (misses > 0 ? misses * Math.log(1 - chance) : 0) + (hits > 0 ? hits * Math.log(chance) : 0);
}
