import { BadSampleError, type TimedReturn } from "../risk/index.ts";

const DAY = 86_400;
const WEEK = 7;
const MONTH = 30;
const LEAST_DAYS = 100;
/** A day without a single move has no logarithm; no day here is quieter than a volatility of 1 % a year. */
const QUIETEST = 0.01 ** 2 / 365;

/** Realised variance of a day, from its hourly returns. */
export interface RealisedDay {
  /** End of the day, unix seconds. */
  readonly time: number;
  readonly variance: number;
}

/** Sums squared hourly log returns by UTC day; days with fewer than twenty hours are scaled up, others left out. */
export function realisedDays(hourly: readonly TimedReturn[]): RealisedDay[] {
  const days = new Map<number, { sum: number; count: number }>();
  for (const { time, value } of hourly) {
    const end = Math.ceil(time / DAY) * DAY;
    const day = days.get(end) ?? { sum: 0, count: 0 };
    days.set(end, { sum: day.sum + value * value, count: day.count + 1 });
  }
  return [...days]
    .filter(([, { count }]) => count >= 20)
    .sort(([a], [b]) => a - b)
    .map(([time, { sum, count }]) => ({ time, variance: Math.max((sum * 24) / count, QUIETEST) }));
}

/** A fitted forecast of the mean daily variance over a horizon. */
export interface HarModel {
  /** Of the constant and of the logarithms of the last day's, week's and month's mean variance. */
  readonly coefficients: readonly [number, number, number, number];
  /** Variance of the residuals in logarithms. */
  readonly residualVariance: number;
  /** Days ahead. */
  readonly horizon: number;
}

/**
 * Corsi's heterogeneous autoregression, "A simple approximate long-memory model of realized volatility" (2009), in
 * logarithms, on a market that trades every day: weeks of seven days and months of thirty. Least squares.
 * @param variances daily, oldest first
 * @throws BadSampleError on fewer than a hundred days
 */
export function fitHar(variances: readonly number[], horizon = 1): HarModel {
  const rolling = rollingHar(horizon);
  for (const variance of variances) rolling.add(variance);
  return rolling.model();
}

/**
 * Forecast volatility per year for the model's horizon. Half the residuals' variance makes the mean of the variance out
 * of the mean of its logarithm.
 */
export function forecastVolatility(model: HarModel, variances: readonly number[]): number {
  return Math.sqrt(365 * forecastVariance(model, variances));
}

/** Forecast of the mean daily variance. */
export function forecastVariance(
  { coefficients, residualVariance }: HarModel,
  variances: readonly number[],
): number {
  const row = regressors(variances, variances.length);
  const log = coefficients.reduce((sum, coefficient, i) => sum + coefficient * (row[i] ?? 0), 0);
  return Math.exp(log + residualVariance / 2);
}

function regressors(variances: readonly number[], end: number): readonly number[] {
  const mean = (days: number) => {
    let sum = 0;
    for (let i = end - days; i < end; i++) sum += variances[i] ?? Number.NaN;
    return Math.log(sum / days);
  };
  return [1, mean(1), mean(WEEK), mean(MONTH)];
}

/** Least squares that grows by a day at a time, so that a walk through years costs one pass. */
export function rollingHar(horizon: number) {
  const variances: number[] = [];
  const squares = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
  const products = [0, 0, 0, 0];
  let total = 0;
  let count = 0;
  return {
    add(variance: number): void {
      if (!(variance > 0 && variance < Number.POSITIVE_INFINITY))
        throw new BadSampleError(`The variance ${variance} of day ${variances.length} is not positive.`);
      variances.push(variance);
      const start = variances.length - horizon;
      if (start < MONTH) return;
      const row = regressors(variances, start);
      const target = Math.log(variances.slice(start).reduce((sum, one) => sum + one, 0) / horizon);
      row.forEach((a, i) => {
        products[i] = (products[i] ?? 0) + a * target;
        row.forEach((b, j) => {
          const line = squares[i];
          if (line) line[j] = (line[j] ?? 0) + a * b;
        });
      });
      total += target * target;
      count++;
    },
    model(): HarModel {
      if (variances.length < LEAST_DAYS || count < LEAST_DAYS - MONTH - horizon)
        throw new BadSampleError(`${variances.length} days are too few; ${LEAST_DAYS} are needed.`);
      const solved = solve(squares, products);
      const [a = 0, b = 0, c = 0, d = 0] = solved;
      const explained = solved.reduce((sum, x, i) => sum + x * (products[i] ?? 0), 0);
      return {
        coefficients: [a, b, c, d],
        residualVariance: Math.max(total - explained, 0) / Math.max(count - 4, 1),
        horizon,
      };
    },
    /** Days so far, oldest first. */
    variances: variances as readonly number[],
  };
}

/** Gaussian elimination with pivots. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i] ?? 0]);
  const size = rows.length;
  for (let column = 0; column < size; column++) {
    const at = (i: number, j: number) => rows[i]?.[j] ?? 0;
    let pivot = column;
    for (let i = column + 1; i < size; i++)
      if (Math.abs(at(i, column)) > Math.abs(at(pivot, column))) pivot = i;
    if (!(Math.abs(at(pivot, column)) > 1e-12)) throw new BadSampleError("The days are all alike.");
    const [top, low] = [rows[pivot] ?? [], rows[column] ?? []];
    rows[column] = top;
    rows[pivot] = low;
    for (let i = 0; i < size; i++) {
      if (i === column) continue;
      const factor = at(i, column) / at(column, column);
      rows[i] = (rows[i] ?? []).map((x, j) => x - factor * at(column, j));
    }
  }
  return rows.map((row, i) => (row[size] ?? 0) / (row[i] ?? 1));
}
