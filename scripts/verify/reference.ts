/**
 * Black-76 to more than 60 digits, independent of everything the contracts and their mirror do: the normal
 * distribution by its power series and by Laplace's continued fraction, the formula as it stands in the books.
 */
import { Decimal } from "decimal.js";

/** 100 digits are carried: the series below loses 16 of them at its limit, and 60 are asked for. */
export const Big = Decimal.clone({ precision: 100, toExpNeg: -1e4, toExpPos: 1e4 });

const ZERO = new Big(0);
const ONE = new Big(1);
const HALF = new Big("0.5");
const PI = Big.acos(-1);
const INVERSE_ROOT_2PI = ONE.div(PI.times(2).sqrt());
/** Below it the series is summed, from it on the continued fraction is evaluated. */
const SERIES_LIMIT = 8;
/** Terms of the continued fraction: its error is about exp(-2 x sqrt(2 n)), 1e-85 at the limit. */
const FRACTION_TERMS = 80;
/** Seconds in the year that volatilities refer to. */
const YEAR = new Big(365 * 86_400);
const WAD = new Big(10).pow(18);

/** phi(x), the standard normal density. */
export function density(x: Decimal): Decimal {
  return x.times(x).div(-2).exp().times(INVERSE_ROOT_2PI);
}

/** N(-x) / phi(x) for x >= 0, to more than 60 digits. */
export function millsRatio(x: Decimal): Decimal {
  if (x.lt(SERIES_LIMIT)) return HALF.div(density(x)).minus(oddSeries(x));
  let tail = x;
  for (let n = FRACTION_TERMS; n > 0; n--) tail = x.plus(new Big(n).div(tail));
  return ONE.div(tail);
}

/** (N(x) - 1/2) / phi(x) = sum of x^(2n+1) / (2n+1)!!, all terms positive. */
function oddSeries(x: Decimal): Decimal {
  const square = x.times(x);
  let term = x;
  let sum = term;
  for (let n = 3; term.gt("1e-95"); n += 2) {
    term = term.times(square).div(n);
    sum = sum.plus(term);
  }
  return sum;
}

/** N(x), relative error below 1e-60 in both tails. */
export function normal(x: Decimal): Decimal {
  const tail = millsRatio(x.abs()).times(density(x));
  return x.isNegative() ? tail : ONE.minus(tail);
}

/** Value and sensitivities of a call and value of a put, undiscounted, in units of account (not wads). */
export interface ReferenceGreeks {
  readonly call: Decimal;
  readonly put: Decimal;
  readonly delta: Decimal;
  readonly gamma: Decimal;
  readonly vega: Decimal;
  /** Per year, at a fixed forward. */
  readonly theta: Decimal;
}

/** A case as the contract takes it: wads, and whole seconds. */
export interface OptionCase {
  readonly forward: bigint;
  readonly strike: bigint;
  readonly volatility: bigint;
  readonly seconds: bigint;
}

/** A wad as a number of arbitrary precision, exactly. */
export const fromWad = (x: bigint): Decimal => new Big(x.toString()).div(WAD);

/** Black (1976) on exactly the inputs given; at no time or no volatility intrinsic, with Greeks of zero but delta. */
export function reference({ forward, strike, volatility, seconds }: OptionCase): ReferenceGreeks {
  const [f, k, sigma] = [fromWad(forward), fromWad(strike), fromWad(volatility)];
  const rootTime = new Big(seconds.toString()).div(YEAR).sqrt();
  const s = sigma.times(rootTime);
  if (s.isZero() || f.isZero() || k.isZero()) {
    const call = Big.max(f.minus(k), ZERO);
    const delta = f.gt(k) ? ONE : ZERO;
    return { call, put: call.plus(k).minus(f), delta, gamma: ZERO, vega: ZERO, theta: ZERO };
  }
  const d1 = f.div(k).ln().div(s).plus(s.div(2));
  const d2 = d1.minus(s);
  const call = f.times(normal(d1)).minus(k.times(normal(d2)));
  const phi = density(d1);
  return {
    call,
    put: k.times(normal(d2.neg())).minus(f.times(normal(d1.neg()))),
    delta: normal(d1),
    gamma: phi.div(f.times(s)),
    vega: f.times(phi).times(rootTime),
    theta: f.times(phi).times(sigma).div(rootTime).div(-2),
  };
}
