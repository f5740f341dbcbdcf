import { millsRatio } from "./kernel/elementary.ts";

const ROOT_TWO_PI = 2.5066282746310002;

/** Density of the standard normal distribution. */
export function normalPdf(x: number): number {
  return Math.exp(-0.5 * x * x) / ROOT_TWO_PI;
}

/** Distribution function of the standard normal; the relative error in the lower tail is about 1e-16 (1 + x^2). */
export function normalCdf(x: number): number {
  const z = Math.abs(x);
  const tail = z > 38.5 ? 0 : normalPdf(z) * millsRatio(z);
  return x > 0 ? 1 - tail : tail;
}
