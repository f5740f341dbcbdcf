import {
  CAREFUL_DEVIATION,
  CAREFUL_SHARE,
  ERROR_FUNCTION_STRETCH,
  FAR,
  INVERSE_ROOT_TWO_PI,
  LARGEST_PRICE,
  LAST_STEP,
  MOST_STEPS,
  NEAR,
  NEAREST_FAR,
  UNSOLVED,
  WINITZKI,
  WINITZKI_SUM,
} from "./coefficients.ts";
import { density, logRatio, millsRatio } from "./elementary.ts";
import type { ImpliedVolColumns } from "./impliedVolBatch.ts";
import { carefulDeviation } from "./impliedVolCareful.ts";

const [N0, N1, N2, N3, N4, N5, N6] = NEAR;
const [F0, F1, F2, F3, F4, F5] = FAR;
/**
 * Implied volatilities of the options from `first` to before `end`: NaN where none gives the price, `UNSOLVED` where
 * more care is needed.
 *
 * After Jaeckel, "Let's Be Rational" (2013): the price over its bound is b(s), whose inflexion lies at
 * sqrt(2 |ln(F/K)|). Half the bound divides the prices whose logarithm is nearly straight from those where that of the
 * gap to the bound is, and on either of them Householder's method of fourth order needs two or three steps.
 */
export function impliedVolLoop(columns: ImpliedVolColumns, first: number, end: number): void {
  const { price, forward, strike, years, sign, volatility } = columns;
  for (let i = first; i < end; i++) {
    volatility[i] = impliedVolRow(price[i]!, forward[i]!, strike[i]!, years[i]!, sign[i]!);
  }
}

/** One row; see `impliedVolLoop`. */
export function impliedVolRow(price: number, f: number, k: number, tau: number, w: number): number {
  const low = f < k ? f : k;
  const difference = (f - k) * w;
  const worth = timeValue(price, f, k, w, difference);
  const gap = (w < 0 ? k : f) - price;
  const isSound = low >= 1 / LARGEST_PRICE && f + k + tau <= LARGEST_PRICE && tau >= 0 && w * w === 1;
  if (!(isSound && worth >= 0 && gap > 0)) return Number.NaN;
  if (worth === 0) return 0;
  if (tau === 0) return Number.NaN;
  const inverse = 1 / low;
  const share = worth * inverse;
  if (share < CAREFUL_SHARE) return UNSOLVED;
  const s = deviation(share, gap * inverse, Math.abs(logRatio(f, k)), low, f < k ? k : f);
  return s < 0 ? UNSOLVED : s / Math.sqrt(tau);
}

/** A row that `impliedVolRow` left open. */
export function carefulRow(price: number, f: number, k: number, tau: number, w: number): number {
  const low = f < k ? f : k;
  const worth = timeValue(price, f, k, w, (f - k) * w);
  const gap = (w < 0 ? k : f) - price;
  return carefulDeviation(worth / low, gap / low, Math.abs(logRatio(f, k))) / Math.sqrt(tau);
}

/** What the price is above intrinsic: the difference of forward and strike is taken off with its rounding error. */
function timeValue(price: number, f: number, k: number, w: number, difference: number): number {
  const d = f - k;
  const back = d - f;
  const rest = f - (d - back) - (k + back);
  const inside = price - difference;
  const exact = inside === 0 ? 0 : inside - rest * w;
  return difference > 0 ? exact : price;
}

/** The deviation, or a negative number; `share` and `gap` are in units of the bound. */
function deviation(share: number, gap: number, x: number, low: number, high: number): number {
  const isUpper = share > 0.5;
  const target = isUpper ? gap : share;
  let s = guess(share, gap, x, low, high);
  for (let step = 0; step < MOST_STEPS; step++) {
    const inverse = 1 / s;
    const a = x * inverse;
    const t = s * 0.5;
    const z = t - a;
    const phi = density(z);
    const near = millsRatio(Math.abs(z)) * phi;
    const far = millsRatio(t + a) * phi;
    const apart = near + far;
    const between = near - far;
    const below = z > 0 ? 1 - apart : between;
    const above = z > 0 ? apart : 1 - between;
    const value = isUpper ? above : below;
    const p = (isUpper ? -phi : phi) / value;
    const newton = logRatio(target, value) / p;
    const square = a * a * inverse;
    const second = square - s * 0.25;
    const third = second * second - square * 3 * inverse - 0.25;
    const h2 = second - p;
    const h3 = third - (second * 3 - p * 2) * p;
    const change = (newton * (h2 * newton * 0.5 + 1)) / (newton * (h3 * newton * (1 / 6) + h2) + 1);
    // Far from the root a step of this order may lead anywhere; half the way and twice the way are far enough.
    const most = s < change ? s : change;
    const least = s * -0.5;
    const bounded = most < least ? least : most;
    s += bounded;
    if (Math.abs(bounded) <= s * LAST_STEP) return s >= CAREFUL_DEVIATION ? s : UNSOLVED;
  }
  return UNSOLVED;
}

/** Within some hundredths of the deviation. */
function guess(share: number, gap: number, x: number, low: number, high: number): number {
  const inflexion = Math.sqrt(x + x);
  const central = 0.5 - millsRatio(inflexion) * INVERSE_ROOT_TWO_PI;
  const rest = 1 - central;
  if (share >= central) {
    // The tangent at the inflexion, bent as the error function bends.
    const left = gap / rest;
    const log = logRatio(left * (2 - left), 1) * 0.5;
    const sum = log + WINITZKI_SUM;
    const root = Math.sqrt(Math.sqrt(sum * sum - log * (2 / WINITZKI)) - sum);
    return rest * root * ERROR_FUNCTION_STRETCH + inflexion;
  }
  // As if prices were distributed normally.
  const v = (share * Math.sqrt(low / high)) / x;
  if (v > NEAREST_FAR) {
    const eta = INVERSE_ROOT_TWO_PI / (v + 0.5);
    const ratio = (((((N6 * eta + N5) * eta + N4) * eta + N3) * eta + N2) * eta + N1) * eta + N0;
    return x / (ratio * eta);
  }
  const u = Math.sqrt(-0.5 / logRatio(v, 1));
  const first = ((((F5 * u + F4) * u + F3) * u + F2) * u + F1) * u + F0;
  return (x * u) / first;
}
