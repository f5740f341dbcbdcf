/** The loop of `../greeksLoop.ts` in WebAssembly, several pairs of options at a time. */
import { LARGEST_PRICE, LARGEST_TIME, SMALLEST_DEVIATION } from "../coefficients.ts";
import { addI32, FunctionBuilder, I32, i32, lessI32, repeatWhile } from "./assembler.ts";
import { density, logRatio, millsRatio } from "./elementary.ts";
import type { Vector } from "./vector.ts";
import * as v from "./vector.ts";

/** Pairs in a round; measured: fewer leave the processor waiting, more find no registers. */
const WIDTH = 4;

/** Where each column begins in memory [bytes]. */
export interface GreeksLayout {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** Options that one round of the loop computes. */
export const GREEKS_PER_ROUND = 2 * WIDTH;

/**
 * @returns a module whose function takes the bytes of the columns that are in use, whole rounds and at least one, and
 * tells whether all of them are options
 */
export function greeksModule({ inputs, outputs }: GreeksLayout): Uint8Array<ArrayBuffer> {
  const f = new FunctionBuilder([I32], WIDTH);
  const end = f.parameter(0);
  const at = f.variable(I32);
  const areGood = f.vectors();
  f.write(areGood.set(v.isEqual(f.constant(0), f.constant(0))));
  const body = f.capture(() => {
    const columns = inputs.map((offset) => f.hold(v.load(at.get, offset, WIDTH)));
    const [forward, strike, volatility, years, sign] = columns as [Vector, Vector, Vector, Vector, Vector];
    f.write(areGood.set(v.and(areGood.get, goodness(f, forward, strike, volatility, years, sign))));
    const results = greeks(f, forward, strike, volatility, years, sign);
    results.forEach((result, i) => {
      f.write(v.store(at.get, outputs[i] ?? 0, result));
    });
    f.write(at.set(addI32(at.get, i32(16 * WIDTH))));
  });
  f.write(repeatWhile(body, lessI32(at.get, end.get)));
  f.write(v.isSetEverywhere(areGood.get));
  return f.module();
}

function goodness(
  f: FunctionBuilder,
  forward: Vector,
  strike: Vector,
  sigma: Vector,
  tau: Vector,
  w: Vector,
): Vector {
  // A sum with NaN in it is not at most anything.
  const sum = v.add(v.add(v.add(forward, strike), sigma), tau);
  const isWithin = v.and(
    v.isAtLeast(v.smaller(strike, forward), f.constant(1 / LARGEST_PRICE)),
    v.isAtMost(sum, f.constant(LARGEST_PRICE)),
  );
  const isTimely = v.and(
    v.isAtLeast(v.smaller(tau, sigma), f.constant(0)),
    v.isAtMost(v.larger(sigma, tau), f.constant(LARGEST_TIME)),
  );
  return f.hold(v.and(v.and(isWithin, isTimely), v.isEqual(v.multiply(w, w), f.constant(1))));
}

/** Price, delta, gamma, vega, theta, rho, vanna, volga, charm. */
function greeks(
  f: FunctionBuilder,
  forward: Vector,
  strike: Vector,
  sigma: Vector,
  tau: Vector,
  w: Vector,
): Vector[] {
  const times = (...factors: readonly Vector[]): Vector => factors.reduce((a, b) => v.multiply(a, b));
  const rootTau = f.hold(v.squareRoot(tau));
  const deviation = f.hold(v.multiply(sigma, rootTau));
  const isAlive = f.hold(v.isAtLeast(deviation, f.constant(SMALLEST_DEVIATION)));
  const s = f.hold(v.larger(deviation, f.constant(SMALLEST_DEVIATION)));
  const inverseFs = f.hold(v.divide(f.constant(1), v.multiply(forward, s)));
  const inverseS = f.hold(v.multiply(inverseFs, forward));
  const h = f.hold(v.multiply(logRatio(f, forward, strike), inverseS));
  const t = f.hold(v.multiply(s, f.constant(0.5)));
  const d1 = f.hold(v.add(h, t));
  const d2 = f.hold(v.subtract(h, t));
  const phi = density(f, d1);
  const common = f.hold(v.multiply(forward, phi));
  const mills1 = millsRatio(f, v.absolute(d1));
  const a1 = f.hold(v.multiply(common, mills1));
  const a2 = f.hold(v.multiply(common, millsRatio(f, v.absolute(d2))));
  const apart = v.subtract(v.smaller(strike, forward), v.add(a1, a2));
  const isAcross = v.isLess(v.multiply(d1, d2), f.constant(0));
  const beyond = v.select(isAcross, apart, v.absolute(v.subtract(a1, a2)));
  const inside = v.larger(v.multiply(v.subtract(forward, strike), w), f.constant(0));
  const price = f.hold(v.add(v.and(isAlive, beyond), inside));
  const tail = f.hold(v.multiply(phi, mills1));
  const isLikely = v.isGreater(v.multiply(d1, w), f.constant(0));
  const inverseRoot = f.hold(v.multiply(sigma, inverseS));
  const inverseSigma = f.hold(v.multiply(rootTau, inverseS));
  const vega = f.hold(v.multiply(common, rootTau));
  const cross = f.hold(v.multiply(phi, d2));
  return [
    price,
    v.multiply(v.select(isLikely, v.subtract(f.constant(1), tail), tail), w),
    v.and(isAlive, v.multiply(phi, inverseFs)),
    v.and(isAlive, vega),
    v.and(isAlive, times(common, sigma, inverseRoot, f.constant(-0.5))),
    times(price, tau, f.constant(-1)),
    v.and(isAlive, times(cross, inverseSigma, f.constant(-1))),
    v.and(isAlive, times(vega, d1, d2, inverseSigma)),
    v.and(isAlive, times(cross, inverseRoot, inverseRoot, f.constant(0.5))),
  ];
}
