/**
 * The numbers in `contracts/libraries/FixedPoint.sol` and `contracts/pricing/Black76.sol`, derived anew:
 *   npx tsx scripts/verify/coefficients.ts
 * prints them by name. A test compares them with the sources.
 *
 * Each function is interpolated by a rational function at Chebyshev points, with 100 digits, and the rational function
 * is written as a continued fraction: the EVM's division costs what its multiplication costs, and a quotient of a
 * Q192 by a Q96 is a Q96 again, so no shift is needed anywhere.
 */
import { fileURLToPath } from "node:url";
import { Decimal } from "decimal.js";
import { interpolate, toJacobiFraction, toStieltjesFraction } from "./rational.ts";
import { Big, millsRatio } from "./reference.ts";

/** Name of a constant, as the sources spell it in a comment or an identifier, and its value. */
export type Coefficients = Readonly<Record<string, bigint>>;

const ONE = new Big(1);
const TWO = new Big(2);
const LN2 = Big.ln(2);
const ROOT2 = TWO.sqrt();
/** Where the Mills ratio is interpolated: [0, 17], mapped by x = 3.25 (1 + t) / (1 - t). */
const MILLS = { degree: 9, reach: 17, scale: 3.25 } as const;
const EXP_TERMS = 5;
const LN_TERMS = 7;

/** x scaled by 2^bits, to the nearest integer. */
const scaled = (x: Decimal, bits: number): bigint =>
  BigInt(x.times(TWO.pow(bits)).toFixed(0, Decimal.ROUND_HALF_EVEN));

/** The i-th of n Chebyshev points of [-1, 1]. */
const chebyshev = (i: number, n: number): Decimal =>
  Big.acos(-1)
    .times(2 * i + 1)
    .div(2 * n)
    .cos()
    .neg();

/**
 * Squares of the positive zeros of the Chebyshev polynomial of degree 2n + 1 on [-reach, reach]: the right points for
 * h in f(x) = x h(x^2), because the error of f is then the odd polynomial that deviates least.
 */
function oddNodes(n: number, reach: Decimal): Decimal[] {
  return Array.from({ length: n }, (_, i) => {
    const x = chebyshev(2 * n - i, 2 * n + 1).times(reach);
    return x.times(x);
  });
}

/** N(-x) / phi(x) = numerator / (x + a0 + b0 / (x + a1 + b1 / (... / (x + a8)))). */
export function millsFraction() {
  const { degree, reach, scale } = MILLS;
  const last = new Big(reach).minus(scale).div(new Big(reach).plus(scale));
  const nodes = Array.from({ length: 2 * degree }, (_, i) => {
    const t = chebyshev(i, 2 * degree)
      .plus(1)
      .times(last.plus(1))
      .div(2)
      .minus(1);
    return t.plus(1).div(ONE.minus(t)).times(scale);
  });
  const { p, q } = interpolate(millsRatio, nodes, degree - 1, degree);
  return toJacobiFraction(p, q);
}

/** f coth(f / 2) = c0 + f^2 / (c1 + f^2 / (c2 + ...)) for |f| <= ln 2 / 2. */
export function cothFraction(): Decimal[] {
  const f = (v: Decimal): Decimal => {
    const x = v.sqrt();
    const e = x.exp();
    return x.times(e.plus(1)).div(e.minus(1));
  };
  const half = Math.floor((EXP_TERMS - 1) / 2);
  const { p, q } = interpolate(f, oddNodes(EXP_TERMS, LN2.div(2)), half, EXP_TERMS - 1 - half);
  return toStieltjesFraction(p, q);
}

/** z / ln((1 + z) / (1 - z)) = c0 - z^2 / (c1 - z^2 / (c2 - ...)) for |z| <= (sqrt2 - 1) / (sqrt2 + 1). */
export function logarithmFraction(): Decimal[] {
  const f = (u: Decimal): Decimal => {
    const z = u.sqrt();
    return z.div(z.plus(1).div(ONE.minus(z)).ln());
  };
  const half = Math.ceil((LN_TERMS - 1) / 2);
  const reach = ROOT2.minus(1).div(ROOT2.plus(1));
  const { p, q } = interpolate(f, oddNodes(LN_TERMS, reach), half, LN_TERMS - 1 - half);
  // c0 + u / (c1 + ...) with alternating signs becomes c0 - u / (c1 - ...) with positive ones.
  return toStieltjesFraction(p, q).map((c, i) => (i % 2 === 0 ? c : c.neg()));
}

/** Every derived constant of the two libraries. */
export function coefficients(): Coefficients {
  const result: Record<string, bigint> = {};
  const mills = millsFraction();
  const peak = mills.numerator.div(Big.acos(-1).times(2).sqrt());
  result["mills.peak"] = scaled(peak, 159);
  result["mills.unpeak"] = scaled(ONE.div(mills.numerator), 97);
  result["mills.gamma"] = scaled(new Big(10).pow(36).div(mills.numerator), 64 - 159 + 72);
  mills.a.forEach((a, i) => {
    result[`mills.a${i}`] = scaled(a.abs(), 96);
  });
  mills.b.forEach((b, i) => {
    result[`mills.b${i}`] = scaled(b.abs(), 192);
  });
  cothFraction().forEach((c, i) => {
    result[`exp.c${i}`] = scaled(c, 96);
  });
  logarithmFraction().forEach((c, i) => {
    result[`ln.c${i}`] = scaled(c, 96);
  });
  result["ln.reach"] = scaled(ROOT2.minus(1).div(ROOT2.plus(1)), 96);
  result["ln.root2"] = scaled(ROOT2, 108);
  result["ln.offset"] = scaled(LN2.times("19.5"), 96);
  result["ln2"] = scaled(LN2, 96);
  result["inverseLn2"] = scaled(ONE.div(LN2), 64);
  return result;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, value] of Object.entries(coefficients())) {
    process.stdout.write(`${name.padEnd(16)} 0x${value.toString(16)}\n`);
  }
}
