/** The value below which a share of the sample lies. */
export function quantile(sample: readonly number[], share: number): number {
  const sorted = Float64Array.from(sample).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

export const mean = (sample: readonly number[]): number =>
  sample.reduce((sum, value) => sum + value, 0) / Math.max(sample.length, 1);

export const round = (value: number, digits = 2): number => {
  const unit = 10 ** digits;
  // Zero has no sign in a report.
  return Math.round(value * unit) / unit || 0;
};
