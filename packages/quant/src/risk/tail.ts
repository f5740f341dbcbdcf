/** The tail of a distribution of losses, with how uncertain a finite sample leaves it. */
export interface TailRisk {
  /** Loss that is exceeded with probability 1 - level [unit of the losses]. */
  readonly valueAtRisk: number;
  readonly valueAtRiskError: number;
  /** Mean loss beyond the value at risk. */
  readonly expectedShortfall: number;
  readonly expectedShortfallError: number;
  readonly level: number;
  readonly samples: number;
}

/** Too few numbers, or some that are none. */
export class BadSampleError extends Error {
  override readonly name = "BadSampleError";
}

/**
 * Value at risk and expected shortfall of losses (positive is bad). The standard error of the first is half the distance
 * of the order statistics one binomial deviation to either side; that of the second is Manistre and Hancock's (2005).
 * @param level such as 0.99
 * @throws BadSampleError without at least one loss beyond the level, or on a loss that is not finite
 */
export function tailOf(losses: ArrayLike<number>, level: number): TailRisk {
  const samples = losses.length;
  const sorted = Float64Array.from(losses).sort();
  if (!(level > 0 && level < 1) || samples * (1 - level) < 1 - 1e-9) {
    throw new BadSampleError(`${samples} losses say nothing of the level ${level}.`);
  }
  if (sorted.some((loss) => !Number.isFinite(loss)))
    throw new BadSampleError("A loss is not a finite number.");
  const beyond = samples * (1 - level);
  const valueAtRisk = quantile(sorted, level);
  // The share of a sample at the boundary counts in part, so that the mean is over exactly `beyond` samples.
  const whole = Math.floor(beyond + 1e-9);
  const tail = sorted.subarray(samples - whole);
  const boundary = sorted[samples - whole - 1] ?? valueAtRisk;
  const expectedShortfall = (sum(tail) + Math.max(beyond - whole, 0) * boundary) / beyond;
  const spread = sum(tail.map((loss) => (loss - expectedShortfall) ** 2)) / Math.max(whole, 1);
  const deviation = Math.sqrt(level * (1 - level) * samples) / samples;
  return {
    valueAtRisk,
    valueAtRiskError: (quantile(sorted, level + deviation) - quantile(sorted, level - deviation)) / 2,
    expectedShortfall,
    expectedShortfallError: Math.sqrt((spread + level * (expectedShortfall - valueAtRisk) ** 2) / beyond),
    level,
    samples,
  };
}

/** The p-quantile of sorted values, linear between the order statistics k / (n + 1): unbiased for a next value. */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  const last = sorted.length - 1;
  const position = Math.min(Math.max(p * (sorted.length + 1) - 1, 0), last);
  const low = Math.floor(position);
  const [a = Number.NaN, b = a] = [sorted[low], sorted[Math.min(low + 1, last)]];
  return a + (position - low) * (b - a);
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
