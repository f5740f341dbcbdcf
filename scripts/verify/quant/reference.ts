/** Black-76 on doubles to more than 60 digits: each double is taken as the number that it is. */
import type { Decimal } from "decimal.js";
import { Big, normal } from "../reference.ts";

/** The number that a double is; decimal.js takes it for the shortest one that prints alike. */
export function exactly(x: number): Decimal {
  let [whole, exponent] = [x, 0];
  while (!Number.isInteger(whole)) {
    whole *= 2;
    exponent--;
  }
  return new Big(BigInt(whole).toString()).times(new Big(2).pow(exponent));
}

/** An option as the quant package takes it. */
export interface DoubleOption {
  readonly forward: number;
  readonly strike: number;
  readonly volatility: number;
  readonly years: number;
}

/** Values of a call and a put, and of what lies beyond intrinsic; sensitivities as in the quant package. */
export interface BigGreeks {
  readonly call: Decimal;
  readonly put: Decimal;
  readonly timeValue: Decimal;
  readonly delta: Decimal;
  readonly putDelta: Decimal;
  readonly gamma: Decimal;
  readonly vega: Decimal;
  readonly theta: Decimal;
  readonly rho: Decimal;
  readonly putRho: Decimal;
  readonly vanna: Decimal;
  readonly volga: Decimal;
  readonly charm: Decimal;
}

/** Price and Greeks where volatility and time are positive. */
export function bigGreeks({ forward, strike, volatility, years }: DoubleOption): BigGreeks {
  const [f, k, sigma, t] = [forward, strike, volatility, years].map(exactly) as [
    Decimal,
    Decimal,
    Decimal,
    Decimal,
  ];
  const root = t.sqrt();
  const s = sigma.times(root);
  const d1 = f.div(k).ln().div(s).plus(s.div(2));
  const d2 = d1.minus(s);
  const [one, two] = [normal(d1), normal(d2)];
  const call = f.times(one.below).minus(k.times(two.below));
  const put = k.times(two.above).minus(f.times(one.above));
  const vega = f.times(one.phi).times(root);
  return {
    call,
    put,
    timeValue: f.gt(k) ? put : call,
    delta: one.below,
    putDelta: one.above.neg(),
    gamma: one.phi.div(f.times(s)),
    vega,
    theta: f.times(one.phi).times(sigma).div(root).div(-2),
    rho: t.neg().times(call),
    putRho: t.neg().times(put),
    vanna: one.phi.times(d2).div(sigma).neg(),
    volga: vega.times(d1).times(d2).div(sigma),
    charm: one.phi.times(d2).div(t).div(2),
  };
}

/**
 * Relative error of an implied volatility: how far it is from the one that gives exactly `price`, to first order, which
 * leaves out only the square of the error.
 */
export function volatilityError(price: number, option: DoubleOption, isCall: boolean): number {
  const { call, put, vega } = bigGreeks(option);
  const error = (isCall ? call : put).minus(exactly(price)).div(vega.times(option.volatility));
  return Number(error.abs());
}
