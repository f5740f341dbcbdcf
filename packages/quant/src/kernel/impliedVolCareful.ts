import { CAREFUL_DEVIATION, FAR, INVERSE_ROOT_TWO_PI, NEAR, NEAREST_FAR } from "./coefficients.ts";
import { density, logRatio, millsRatio } from "./elementary.ts";

const MOST_STEPS = 100;
/** A step that is at most this share of the deviation changes nothing that is known. */
const SMALLEST_STEP = 4e-16;
const HALF_LN_TWO_PI = 0.9189385332046728;
/** 2^200, which lifts the smallest doubles to where they have all their digits. */
const LIFT = 2 ** 200;

/** A price's share of its bound as a function of the deviation: its logarithm and its slope over it. */
interface Valued {
  readonly log: number;
  readonly slope: number;
}

/**
 * The deviation of a price as shares of its bound, for any share between 0 and 1: with the logarithm of the price kept
 * apart from its exponent, so that it never becomes zero, and with a series where it is a difference of nearly equals.
 * @param gap what the share lacks to 1
 * @param x |ln(F/K)|
 */
export function carefulDeviation(share: number, gap: number, x: number): number {
  const isUpper = share > 0.5;
  const target = logOf(isUpper ? gap : share);
  let s = start(share, x);
  for (let step = 0; step < MOST_STEPS; step++) {
    const a = x / s;
    const { log, slope } = isUpper ? above(a, s / 2) : below(a, s / 2);
    const newton = (target - log) / slope;
    const second = (a * a) / s - s / 4;
    const third = second * second - (3 * a * a) / (s * s) - 1 / 4;
    const h2 = second - slope;
    const h3 = third - 3 * second * slope + 2 * slope * slope;
    const change = (newton * (1 + (h2 * newton) / 2)) / (1 + newton * (h2 + (h3 * newton) / 6));
    const bounded = Math.max(-s / 2, Math.min(s, change));
    s += bounded;
    if (Math.abs(bounded) <= SMALLEST_STEP * s) break;
  }
  return s;
}

/** As if prices were distributed normally; see `guess` in the loop. */
function start(share: number, x: number): number {
  if (share > 0.5) return 2 + Math.sqrt(2 * x);
  if (x === 0) return share / INVERSE_ROOT_TWO_PI;
  const v = (share * Math.exp(-x / 2)) / x;
  if (v > NEAREST_FAR) {
    const eta = INVERSE_ROOT_TWO_PI / (v + 0.5);
    return x / (polynomial(NEAR, eta) * eta);
  }
  const u = Math.sqrt(-0.5 / (logOf(share) - x / 2 - Math.log(x)));
  return (x * u) / polynomial(FAR, u);
}

/** The share itself, less than a half. */
function below(a: number, t: number): Valued {
  const z = t - a;
  if (z > 0 && t >= CAREFUL_DEVIATION / 2) {
    const phi = density(z);
    const value = 1 - phi * (millsRatio(z) + millsRatio(t + a));
    return { log: Math.log(value), slope: phi / value };
  }
  const difference = t < CAREFUL_DEVIATION / 2 ? series(a, t) : millsRatio(-z) - millsRatio(t + a);
  return { log: logOf(difference) - (z * z) / 2 - HALF_LN_TWO_PI, slope: 1 / difference };
}

/** What the share lacks to 1. */
function above(a: number, t: number): Valued {
  const z = t - a;
  const phi = density(z);
  const value =
    z > 0 ? phi * (millsRatio(z) + millsRatio(t + a)) : 1 - phi * (millsRatio(-z) - millsRatio(t + a));
  return { log: logOf(value), slope: -phi / value };
}

/**
 * Y(t - a) - Y(-t - a) of Y(z) = N(z) / phi(z), by Taylor's series about -a: Y' = 1 + z Y, and every later derivative is
 * z times the one before it plus n times the one before that.
 */
function series(a: number, t: number): number {
  const y0 = millsRatio(a);
  const y1 = 1 - a * y0;
  const y2 = y0 - a * y1;
  const y3 = 2 * y1 - a * y2;
  const y4 = 3 * y2 - a * y3;
  const y5 = 4 * y3 - a * y4;
  const t2 = t * t;
  return 2 * t * (y1 + t2 * (y3 / 6 + (t2 * y5) / 120));
}

/** ln of any positive double, the smallest ones too. */
function logOf(value: number): number {
  return value < 1e-290 ? logRatio(value * LIFT, 1) - 200 * Math.LN2 : logRatio(value, 1);
}

const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);
