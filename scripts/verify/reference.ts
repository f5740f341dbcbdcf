/**
 * Black-76 to more than 60 digits, independent of everything the contracts and their mirror do: the normal
 * distribution by its power series and by Laplace's continued fraction, the formula as it stands in the books.
 */
import { Decimal } from "decimal.js";

/** 100 digits are carried: the series below loses 16 of them at its limit, a system of equations 25 more. */
export const Big = Decimal.clone({ precision: 100, toExpNeg: -1e4, toExpPos: 1e4 });

const ZERO = new Big(0);
const ONE = new Big(1);
const HALF = new Big("0.5");
const PI = Big.acos(-1);
const INVERSE_ROOT_2PI = ONE.div(PI.times(2).sqrt());
/** Below it the series is summed, from it on the continued fraction is evaluated. */
const SERIES_LIMIT = 8;
/** Terms of the continued fraction: its error is about exp(-2 x sqrt(2 n)), 1e-87 at the limit. */
const FRACTION_TERMS = 80;
/** Seconds in the year that volatilities refer to. */
const YEAR = new Big(365 * 86_400);
const WAD = new Big(10).pow(18);

/** phi(x), the standard normal density. */
export function density(x: Decimal): Decimal {
  return x.times(x).div(-2).exp().times(INVERSE_ROOT_2PI);
}

/** N(-x) / phi(x) for x >= 0, to more than 60 digits. */
export function millsRatio(x: Decimal, phi = density(x)): Decimal {
  if (x.lt(SERIES_LIMIT)) return HALF.div(phi).minus(oddSeries(x));
  let tail = x;
  for (let n = FRACTION_TERMS; n > 0; n--) tail = x.plus(new Big(n).div(tail));
  return ONE.div(tail);
}

/** (N(x) - 1/2) / phi(x) = sum of x^(2n+1) / (2n+1)!!, all terms positive. */
function oddSeries(x: Decimal): Decimal {
  const square = x.times(x);
  let term = x;
  let sum = term;
  for (let n = 3; term.gt("1e-99"); n += 2) {
    term = term.times(square).div(n);
    sum = sum.plus(term);
  }
  return sum;
}

/** phi(x), N(x) and N(-x); relative errors below 1e-60, in both tails. */
export function normal(x: Decimal): {
  readonly phi: Decimal;
  readonly below: Decimal;
  readonly above: Decimal;
} {
  const phi = density(x);
  const tail = millsRatio(x.abs(), phi).times(phi);
  const rest = ONE.minus(tail);
  return x.isNegative() ? { phi, below: tail, above: rest } : { phi, below: rest, above: tail };
}

/** Value and sensitivities of a call and value of a put, undiscounted, in units of account (not wads). */
export interface ReferenceGreeks {
  readonly call: Decimal;
  readonly put: Decimal;
  /** Of the call. */
  readonly delta: Decimal;
  readonly putDelta: Decimal;
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
    const put = call.plus(k).minus(f);
    return { call, put, delta, putDelta: delta.minus(1), gamma: ZERO, vega: ZERO, theta: ZERO };
  }
  const d1 = f.div(k).ln().div(s).plus(s.div(2));
  const [one, two] = [normal(d1), normal(d1.minus(s))];
  return {
    call: f.times(one.below).minus(k.times(two.below)),
    put: k.times(two.above).minus(f.times(one.above)),
    delta: one.below,
    putDelta: one.above.neg(),
    gamma: one.phi.div(f.times(s)),
    vega: f.times(one.phi).times(rootTime),
    theta: f.times(one.phi).times(sigma).div(rootTime).div(-2),
  };
}
