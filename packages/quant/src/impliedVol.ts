import { BadOptionError, timeValue } from "./black76.ts";
import { normalPdf } from "./normal.ts";

/** A price that no volatility gives. */
export class NoImpliedVolError extends Error {
  override readonly name = "NoImpliedVolError";
}

const MAX_STEPS = 100;

/**
 * The volatility at which Black (1976) gives `price`. Newton's method on the logarithm of the time value from the
 * point of inflexion (as in Jaeckel, "Let's Be Rational", 2013), kept inside a bracket that halves when a step fails.
 * @param price undiscounted [USD]
 * @returns volatility per year; zero if the price is intrinsic
 * @throws NoImpliedVolError below intrinsic, at or above the bound (forward of a call, strike of a put), or at no time
 */
export function impliedVol(
  price: number,
  forward: number,
  strike: number,
  years: number,
  isCall: boolean,
): number {
  if (!(forward > 0) || !(strike > 0) || !(years >= 0) || Number.isNaN(price)) {
    throw new BadOptionError(
      `No option has forward ${forward}, strike ${strike}, time ${years} and price ${price}.`,
    );
  }
  const intrinsic = Math.max(isCall ? forward - strike : strike - forward, 0);
  const bound = isCall ? forward : strike;
  if (price < intrinsic) throw new NoImpliedVolError(`The price ${price} is below intrinsic ${intrinsic}.`);
  if (price >= bound) throw new NoImpliedVolError(`The price ${price} is not below the bound ${bound}.`);
  if (price === intrinsic) return 0;
  if (years === 0) throw new NoImpliedVolError("An expired option is worth exactly intrinsic.");
  return solveDeviation(price - intrinsic, forward, strike) / Math.sqrt(years);
}

/** sigma * sqrt(T) at which the option out of the money is worth `target`. */
function solveDeviation(target: number, forward: number, strike: number): number {
  const x = Math.log(forward / strike);
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let deviation = Math.max(Math.sqrt(2 * Math.abs(x)), 1e-8);
  for (let step = 0; step < MAX_STEPS; step++) {
    const value = timeValue(forward, strike, deviation);
    if (value > target) high = Math.min(high, deviation);
    else low = Math.max(low, deviation);
    const slope = forward * normalPdf(x / deviation + deviation / 2);
    const next = value > 0 && slope > 0 ? newton(deviation, value, target, slope) : Number.NaN;
    const inside = next > low && next < high;
    const middle = Number.isFinite(high) ? (low + high) / 2 : 2 * deviation;
    const better = inside ? next : middle;
    if (Math.abs(better - deviation) <= 2e-16 * deviation || better === low || better === high) return better;
    deviation = better;
  }
  return deviation;
}

/** One step on the logarithm of the value below the target, on the value itself above it: each is nearly straight there. */
function newton(deviation: number, value: number, target: number, slope: number): number {
  return value < target / 2 || value > 2 * target
    ? deviation - (Math.log(value / target) * value) / slope
    : deviation - (value - target) / slope;
}
