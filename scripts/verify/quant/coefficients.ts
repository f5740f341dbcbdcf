/**
 * The polynomials of `packages/quant/src/kernel/coefficients.ts`, derived anew:
 *   npx tsx scripts/verify/quant/coefficients.ts
 * prints them. A test compares them with the source.
 *
 * Each function is interpolated at Chebyshev points with 100 digits; the polynomial is then written in powers, which
 * costs no digits, because its Chebyshev coefficients fall faster than those of the polynomials grow.
 */
import { fileURLToPath } from "node:url";
import type { Decimal } from "decimal.js";
import { Big, density, millsRatio } from "../reference.ts";

type Real = (x: Decimal) => Decimal;
type Polynomial = readonly Decimal[];

const ZERO = new Big(0);
const ONE = new Big(1);
const PI = Big.acos(-1);
const INVERSE_ROOT_2PI = ONE.div(PI.times(2).sqrt());
const LN2 = Big.ln(2);
/** Where the map of the Mills ratio has its middle, t = (y - 5) / (y + 5), and the last argument that matters. */
const MIDDLE = 5;
const REACH = 39;

/** The polynomials by name, lowest power first. */
export function quantCoefficients(): Readonly<Record<string, readonly number[]>> {
  const last = new Big(REACH - MIDDLE).div(REACH + MIDDLE);
  const mills: Real = (t) => {
    const y = t.plus(1).times(MIDDLE).div(ONE.minus(t));
    return y.plus(MIDDLE).times(millsRatio(y));
  };
  // (exp(r) - 1 - r) / r^2 and (artanh(u) / u - 1) / u^2, where the arguments come near zero too.
  const exp: Real = (r) => series(r, (n) => new Big(1).div(factorial(n + 2)));
  const log: Real = (w) => series(w, (n) => new Big(1).div(2 * n + 3));
  // a of (phi(a) - a N(-a)) / a = value, what a normal distribution's option is worth over how far it is out of the money.
  const near: Real = (eta) => distance(INVERSE_ROOT_2PI.div(eta).minus("0.5")).div(eta);
  const far: Real = (u) => distance(ONE.div(u.times(u).times(-2)).exp()).times(u);
  const half = LN2.div(2).times("1.0001");
  const numbers = (p: Polynomial): number[] => p.map(Number);
  return {
    MILLS: numbers(interpolate(mills, ONE.neg(), last, 21)),
    EXP: numbers(interpolate(exp, half.neg(), half, 9)),
    LOG: numbers(interpolate(log, ZERO, new Big("0.0401"), 7)),
    NEAR: numbers(interpolate(near, new Big("0.0001"), new Big("0.684"), 6)),
    FAR: numbers(interpolate(far, new Big("0.03"), new Big("0.4486"), 5)),
  };
}

/** The root by Newton's method on the logarithm, which is concave. */
function distance(value: Decimal): Decimal {
  let a = ONE;
  for (let step = 0; step < 60; step++) {
    const phi = density(a);
    const worth = phi.times(ONE.minus(a.times(millsRatio(a, phi)))).div(a);
    const slope = phi.div(a.times(a)).neg();
    const next = a.minus(worth.div(value).ln().times(worth).div(slope));
    a = next.gt(0) ? next : a.div(2);
    if (worth.div(value).minus(1).abs().lt("1e-30")) return a;
  }
  throw new RangeError(`No distance gives ${value}.`);
}

const factorial = (n: number): Decimal => (n < 2 ? ONE : new Big(n).times(factorial(n - 1)));

function series(x: Decimal, term: (n: number) => Decimal): Decimal {
  let [power, sum] = [ONE, ZERO];
  for (let n = 0; power.abs().gt("1e-60"); n++) {
    sum = sum.plus(power.times(term(n)));
    power = power.times(x);
  }
  return sum;
}

/** The polynomial of a degree that meets f at the Chebyshev points of [low, high], in powers of x. */
function interpolate(f: Real, low: Decimal, high: Decimal, degree: number): Polynomial {
  const count = degree + 1;
  const angles = Array.from({ length: count }, (_, j) => PI.times(2 * j + 1).div(2 * count));
  const values = angles.map((angle) => f(low.plus(high.minus(low).times(angle.cos().plus(1)).div(2))));
  const chebyshev = angles.map((_, k) =>
    angles
      .reduce((sum, angle, j) => sum.plus(values[j]!.times(angle.times(k).cos())), ZERO)
      .times(k === 0 ? 1 : 2)
      .div(count),
  );
  const scale = new Big(2).div(high.minus(low));
  return compose(inPowers(chebyshev), scale, high.plus(low).div(low.minus(high)));
}

/** A sum of Chebyshev polynomials in powers of its variable. */
function inPowers(chebyshev: Polynomial): Polynomial {
  let [before, now]: [Polynomial, Polynomial] = [[ONE], [ZERO, ONE]];
  let total: Polynomial = chebyshev.slice(0, 1);
  for (const coefficient of chebyshev.slice(1)) {
    total = sum(total, now, coefficient);
    [before, now] = [now, sum([ZERO, ...now.map((c) => c.times(2))], before, ONE.neg())];
  }
  return total;
}

/** p(scale x + shift) in powers of x. */
function compose(p: Polynomial, scale: Decimal, shift: Decimal): Polynomial {
  let result: Polynomial = [];
  for (const coefficient of [...p].reverse()) {
    const times = sum([ZERO, ...result.map((c) => c.times(scale))], result, shift);
    result = sum(times, [coefficient], ONE);
  }
  return result.slice(0, p.length);
}

/** p + factor q. */
function sum(p: Polynomial, q: Polynomial, factor: Decimal): Polynomial {
  const length = Math.max(p.length, q.length);
  return Array.from({ length }, (_, i) => (p[i] ?? ZERO).plus((q[i] ?? ZERO).times(factor)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, list] of Object.entries(quantCoefficients())) {
    console.log(`export const ${name} = [\n${list.map((c) => `  ${c},`).join("\n")}\n] as const;\n`);
  }
}
