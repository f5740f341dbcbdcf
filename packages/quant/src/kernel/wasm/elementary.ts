/** The functions of `../elementary.ts` on several doubles at once: the same operations in the same order. */
import {
  EXP,
  INVERSE_ROOT_TWO_PI,
  LN2_HIGH,
  LN2_LOW,
  LOG,
  LOG2_E,
  LOWEST_EXPONENT,
  MILLS,
  MILLS_MIDDLE,
  ROUNDER,
} from "../coefficients.ts";
import type { FunctionBuilder } from "./assembler.ts";
import {
  add,
  addIntegers,
  divide,
  larger,
  multiply,
  or,
  shiftLeft,
  shiftRight,
  subtract,
  subtractIntegers,
  type Vector,
} from "./vector.ts";

/** Horner's rule on every `step`-th coefficient from `first`. */
export function horner(
  f: FunctionBuilder,
  coefficients: readonly number[],
  first: number,
  step: number,
  power: Vector,
): Vector {
  const chosen = coefficients.filter((_, i) => i >= first && (i - first) % step === 0);
  return chosen
    .slice(0, -1)
    .reduceRight<Vector>(
      (sum, coefficient) => add(multiply(sum, power), f.constant(coefficient)),
      f.constant(chosen.at(-1) ?? 0),
    );
}

/** N(-y) / phi(y). */
export function millsRatio(f: FunctionBuilder, y: Vector): Vector {
  const inverse = f.hold(divide(f.constant(1), add(y, f.constant(MILLS_MIDDLE))));
  const t = f.hold(multiply(subtract(y, f.constant(MILLS_MIDDLE)), inverse));
  const t2 = f.hold(multiply(t, t));
  const t4 = f.hold(multiply(t2, t2));
  const [a, b, c, d] = [0, 1, 2, 3].map((first) => f.hold(horner(f, MILLS, first, 4, t4))) as [
    Vector,
    Vector,
    Vector,
    Vector,
  ];
  const sum = add(add(a, multiply(b, t)), multiply(add(c, multiply(d, t)), t2));
  return f.hold(multiply(sum, inverse));
}

/** phi(x). */
export function density(f: FunctionBuilder, x: Vector): Vector {
  const exponent = f.hold(multiply(multiply(x, x), f.constant(-0.5)));
  return f.hold(multiply(exponential(f, exponent), f.constant(INVERSE_ROOT_TWO_PI)));
}

/** exp(a). */
export function exponential(f: FunctionBuilder, a: Vector): Vector {
  const bounded = f.hold(larger(a, f.constant(LOWEST_EXPONENT)));
  const rounded = f.hold(add(multiply(bounded, f.constant(LOG2_E)), f.constant(ROUNDER)));
  const k = f.hold(subtract(rounded, f.constant(ROUNDER)));
  const whole = subtract(bounded, multiply(k, f.constant(LN2_HIGH)));
  const r = f.hold(subtract(whole, multiply(k, f.constant(LN2_LOW))));
  const r2 = f.hold(multiply(r, r));
  const [even, odd] = [horner(f, EXP, 0, 2, r2), horner(f, EXP, 1, 2, r2)];
  const fraction = add(add(multiply(add(even, multiply(odd, r)), r2), r), f.constant(1));
  // The low bits of `rounded` hold k.
  const power = shiftLeft(addIntegers(rounded, f.integers(1023n)), 52);
  return f.hold(multiply(fraction, power));
}

/** ln(a / b). */
export function logRatio(f: FunctionBuilder, a: Vector, b: Vector): Vector {
  const words = subtractIntegers(shiftRight(a, 32), shiftRight(b, 32));
  const biased = f.hold(shiftRight(addIntegers(words, f.integers(0x3ff80000n)), 20));
  // 2^52 with an integer in its low bits is 2^52 plus that integer.
  const exponent = f.hold(
    subtract(or(biased, f.integers(0x4330000000000000n)), f.constant(4_503_599_627_370_496 + 1023)),
  );
  const scaled = f.hold(multiply(a, shiftLeft(subtractIntegers(f.integers(2046n), biased), 52)));
  const u = f.hold(divide(subtract(scaled, b), add(scaled, b)));
  const w = f.hold(multiply(u, u));
  const w2 = f.hold(multiply(w, w));
  const series = add(horner(f, LOG, 0, 2, w2), multiply(horner(f, LOG, 1, 2, w2), w));
  const twice = f.hold(add(u, u));
  const low = add(multiply(multiply(twice, w), series), multiply(exponent, f.constant(LN2_LOW)));
  return f.hold(add(add(low, twice), multiply(exponent, f.constant(LN2_HIGH))));
}
