/** The loop of `../impliedVolLoop.ts` in WebAssembly, several pairs of options at a time. */
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
} from "../coefficients.ts";
import { addI32, andI32, type Code, FunctionBuilder, I32, i32, lessI32, repeatWhile } from "./assembler.ts";
import { density, horner, logRatio, millsRatio } from "./elementary.ts";
import type { Vector } from "./vector.ts";
import * as v from "./vector.ts";

/** Pairs in a round, measured. */
const WIDTH = 4;

/** Options that one round of the loop computes. */
export const VOLS_PER_ROUND = 2 * WIDTH;

/** What is known of an option before its deviation is sought; shares are of the bound. */
interface Problem {
  readonly share: Vector;
  readonly gap: Vector;
  readonly x: Vector;
  readonly low: Vector;
  readonly high: Vector;
  /** Where there is something to seek. */
  readonly isOpen: Vector;
}

/**
 * @param inputs where price, forward, strike, years and sign begin [bytes] @param output where the volatility does
 * @returns a module whose function takes the bytes of the columns that are in use, whole rounds and at least one
 */
export function impliedVolModule(inputs: readonly number[], output: number): Uint8Array<ArrayBuffer> {
  const f = new FunctionBuilder([I32], WIDTH);
  const end = f.parameter(0);
  const at = f.variable(I32);
  const body = f.capture(() => {
    const columns = inputs.map((offset) => f.hold(v.load(at.get, offset, WIDTH)));
    const [price, forward, strike, years, sign] = columns as [Vector, Vector, Vector, Vector, Vector];
    f.write(v.store(at.get, output, volatility(f, price, forward, strike, years, sign)));
    f.write(at.set(addI32(at.get, i32(16 * WIDTH))));
  });
  f.write(repeatWhile(body, lessI32(at.get, end.get)));
  f.write(i32(1));
  return f.module();
}

function volatility(
  f: FunctionBuilder,
  price: Vector,
  forward: Vector,
  strike: Vector,
  tau: Vector,
  w: Vector,
): Vector {
  const zero = f.constant(0);
  const low = f.hold(v.smaller(strike, forward));
  const worth = timeValue(f, price, forward, strike, w);
  const gap = f.hold(v.subtract(v.select(v.isLess(w, zero), strike, forward), price));
  const isWithin = v.and(
    v.isAtLeast(low, f.constant(1 / LARGEST_PRICE)),
    v.isAtMost(v.add(v.add(forward, strike), tau), f.constant(LARGEST_PRICE)),
  );
  const isOption = v.and(v.isAtLeast(tau, zero), v.isEqual(v.multiply(w, w), f.constant(1)));
  const isPriced = v.and(v.isAtLeast(worth, zero), v.isGreater(gap, zero));
  const isSound = f.hold(v.and(v.and(isWithin, isOption), isPriced));
  const inverse = f.hold(v.divide(f.constant(1), low));
  const share = f.hold(v.multiply(worth, inverse));
  const isTimely = f.hold(v.isGreater(tau, zero));
  const isOpen = f.hold(v.and(v.and(isSound, isTimely), v.isAtLeast(share, f.constant(CAREFUL_SHARE))));
  const problem = {
    share,
    gap: f.hold(v.multiply(gap, inverse)),
    x: f.hold(v.absolute(logRatio(f, forward, strike))),
    low,
    high: f.hold(v.larger(forward, strike)),
    isOpen,
  };
  const { s, isSolved } = deviation(f, problem);
  const solved = v.select(isSolved, v.divide(s, v.squareRoot(tau)), f.constant(UNSOLVED));
  const unopened = v.select(isTimely, f.constant(UNSOLVED), f.constant(Number.NaN));
  const closed = v.select(v.isEqual(worth, zero), zero, unopened);
  return v.select(isSound, v.select(isOpen, solved, closed), f.constant(Number.NaN));
}

function timeValue(f: FunctionBuilder, price: Vector, forward: Vector, strike: Vector, w: Vector): Vector {
  const d = f.hold(v.subtract(forward, strike));
  const difference = f.hold(v.multiply(d, w));
  const back = f.hold(v.subtract(d, forward));
  const rest = v.subtract(v.subtract(forward, v.subtract(d, back)), v.add(strike, back));
  const inside = f.hold(v.subtract(price, difference));
  const exact = v.subtract(inside, v.multiply(rest, w));
  const deep = v.select(v.isEqual(inside, f.constant(0)), f.constant(0), exact);
  return f.hold(v.select(v.isGreater(difference, f.constant(0)), deep, price));
}

function deviation(f: FunctionBuilder, problem: Problem): { readonly s: Vector; readonly isSolved: Vector } {
  const { share, gap, x, isOpen } = problem;
  const isUpper = f.hold(v.isGreater(share, f.constant(0.5)));
  const target = f.hold(v.select(isUpper, gap, share));
  const s = f.vectors();
  const isOpenStill = f.vectors();
  const step = f.variable(I32);
  f.write(s.set(guess(f, problem)));
  f.write(isOpenStill.set(isOpen));
  f.write(step.set(i32(0)));
  const body = f.capture(() => {
    const bounded = change(f, s.get, x, isUpper, target);
    const next = f.hold(v.add(s.get, bounded));
    const isLast = v.isAtMost(v.absolute(bounded), v.multiply(next, f.constant(LAST_STEP)));
    f.write(s.set(v.select(isOpenStill.get, next, s.get)));
    f.write(isOpenStill.set(v.andNot(isOpenStill.get, isLast)));
    f.write(step.set(addI32(step.get, i32(1))));
  });
  const goesOn: Code = andI32(v.isSetSomewhere(isOpenStill.get), lessI32(step.get, i32(MOST_STEPS)));
  f.write(repeatWhile(body, goesOn));
  const isSolved = v.andNot(v.isAtLeast(s.get, f.constant(CAREFUL_DEVIATION)), isOpenStill.get);
  return { s: s.get, isSolved: f.hold(isSolved) };
}

/** One step of Householder's method. */
function change(f: FunctionBuilder, s: Vector, x: Vector, isUpper: Vector, target: Vector): Vector {
  const c = (value: number): Vector => f.constant(value);
  const inverse = f.hold(v.divide(c(1), s));
  const a = f.hold(v.multiply(x, inverse));
  const t = f.hold(v.multiply(s, c(0.5)));
  const z = f.hold(v.subtract(t, a));
  const phi = density(f, z);
  const near = f.hold(v.multiply(millsRatio(f, v.absolute(z)), phi));
  const far = f.hold(v.multiply(millsRatio(f, v.add(t, a)), phi));
  const apart = f.hold(v.add(near, far));
  const between = f.hold(v.subtract(near, far));
  const isBeyond = f.hold(v.isGreater(z, c(0)));
  const below = v.select(isBeyond, v.subtract(c(1), apart), between);
  const above = v.select(isBeyond, apart, v.subtract(c(1), between));
  const value = f.hold(v.select(isUpper, above, below));
  const p = f.hold(v.divide(v.select(isUpper, v.negative(phi), phi), value));
  const newton = f.hold(v.divide(logRatio(f, target, value), p));
  const square = f.hold(v.multiply(v.multiply(a, a), inverse));
  const second = f.hold(v.subtract(square, v.multiply(s, c(0.25))));
  const curve = v.multiply(v.multiply(square, c(3)), inverse);
  const third = v.subtract(v.subtract(v.multiply(second, second), curve), c(0.25));
  const h2 = f.hold(v.subtract(second, p));
  const mixed = v.multiply(v.subtract(v.multiply(second, c(3)), v.multiply(p, c(2))), p);
  const h3 = v.subtract(third, mixed);
  const above2 = v.add(v.multiply(v.multiply(h2, newton), c(0.5)), c(1));
  const below3 = v.add(v.multiply(v.multiply(h3, newton), c(1 / 6)), h2);
  const whole = v.divide(v.multiply(newton, above2), v.add(v.multiply(newton, below3), c(1)));
  return f.hold(v.larger(v.smaller(f.hold(whole), s), v.multiply(s, c(-0.5))));
}

function guess(f: FunctionBuilder, { share, gap, x, low, high }: Problem): Vector {
  const c = (value: number): Vector => f.constant(value);
  const inflexion = f.hold(v.squareRoot(v.add(x, x)));
  const central = f.hold(v.subtract(c(0.5), v.multiply(millsRatio(f, inflexion), c(INVERSE_ROOT_TWO_PI))));
  const rest = f.hold(v.subtract(c(1), central));
  const isAbove = f.hold(v.isAtLeast(share, central));
  const left = f.hold(v.divide(gap, rest));
  const worth = f.hold(v.divide(v.multiply(share, v.squareRoot(v.divide(low, high))), x));
  const bend = v.multiply(left, v.subtract(c(2), left));
  const log = logRatio(f, f.hold(v.select(isAbove, bend, worth)), c(1));

  const half = f.hold(v.multiply(log, c(0.5)));
  const sum = f.hold(v.add(half, c(WINITZKI_SUM)));
  const inner = v.squareRoot(v.subtract(v.multiply(sum, sum), v.multiply(half, c(2 / WINITZKI))));
  const root = v.squareRoot(v.subtract(inner, sum));
  const above = v.add(v.multiply(v.multiply(rest, root), c(ERROR_FUNCTION_STRETCH)), inflexion);

  const eta = f.hold(v.divide(c(INVERSE_ROOT_TWO_PI), v.add(worth, c(0.5))));
  const near = v.divide(x, v.multiply(horner(f, NEAR, 0, 1, eta), eta));
  const u = f.hold(v.squareRoot(v.divide(c(-0.5), log)));
  const far = v.divide(v.multiply(x, u), horner(f, FAR, 0, 1, u));
  const below = v.select(v.isGreater(worth, c(NEAREST_FAR)), near, far);
  return f.hold(v.select(isAbove, above, below));
}
