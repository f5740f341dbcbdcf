/** Rational interpolants and their continued fractions, in arbitrary precision. */
import type { Decimal } from "decimal.js";
import { Big } from "./reference.ts";

/** Coefficients, constant term first. */
export type Polynomial = readonly Decimal[];

const ZERO = new Big(0);
const ONE = new Big(1);

export function evaluate(p: Polynomial, x: Decimal): Decimal {
  return p.reduceRight((sum, c) => sum.times(x).plus(c), ZERO);
}

/** Solves a x = b by elimination with partial pivoting. */
function solve(rows: Decimal[][]): Decimal[] {
  const n = rows.length;
  for (let i = 0; i < n; i++) {
    let best = i;
    for (let r = i + 1; r < n; r++) if (rows[r]![i]!.abs().gt(rows[best]![i]!.abs())) best = r;
    [rows[i], rows[best]] = [rows[best]!, rows[i]!];
    for (let r = i + 1; r < n; r++) {
      const factor = rows[r]![i]!.div(rows[i]![i]!);
      for (let c = i; c <= n; c++) rows[r]![c] = rows[r]![c]!.minus(factor.times(rows[i]![c]!));
    }
  }
  const x: Decimal[] = new Array(n).fill(ZERO);
  for (let i = n - 1; i >= 0; i--) {
    let sum = rows[i]![n]!;
    for (let c = i + 1; c < n; c++) sum = sum.minus(rows[i]![c]!.times(x[c]!));
    x[i] = sum.div(rows[i]![i]!);
  }
  return x;
}

/** The rational function of the given degrees through f at the nodes, denominator monic. */
export function interpolate(
  f: (x: Decimal) => Decimal,
  nodes: readonly Decimal[],
  degreeP: number,
  degreeQ: number,
) {
  const rows = nodes.map((x) => {
    const y = f(x);
    const powers = Array.from({ length: Math.max(degreeP, degreeQ) + 1 }, (_, i) => x.pow(i));
    return [
      ...powers.slice(0, degreeP + 1),
      ...powers.slice(0, degreeQ).map((power) => power.times(y).neg()),
      powers[degreeQ]!.times(y),
    ];
  });
  const solution = solve(rows);
  return { p: solution.slice(0, degreeP + 1), q: [...solution.slice(degreeP + 1), ONE] };
}

function subtract(a: Polynomial, b: Polynomial): Decimal[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => (a[i] ?? ZERO).minus(b[i] ?? ZERO));
}

/**
 * p / q of degrees n - 1 and n as numerator / (x + a0 + b1 / (x + a1 + b2 / (x + a2 + ...))): one division, and no
 * rounding shift, where Horner's rule takes four multiplications.
 */
export function toJacobiFraction(p: Polynomial, q: Polynomial) {
  const a: Decimal[] = [];
  const b: Decimal[] = [];
  const numerator = p.at(-1)!;
  let [upper, lower] = [q.map((c) => c), p.map((c) => c.div(numerator))];
  while (lower.length > 0) {
    // upper = (x + a) lower + rest, both monic.
    const shifted = [ZERO, ...lower];
    const linear = subtract(upper, shifted);
    const shift = linear[lower.length - 1]!;
    const rest = subtract(
      linear,
      lower.map((c) => c.times(shift)),
    ).slice(0, lower.length - 1);
    a.push(shift);
    if (rest.length === 0) break;
    const lead = rest.at(-1)!;
    b.push(lead);
    [upper, lower] = [lower, rest.map((c) => c.div(lead))];
  }
  return { numerator, a, b };
}

/** p / q as c0 + x / (c1 + x / (c2 + ...)), as many terms as there are coefficients to spend. */
export function toStieltjesFraction(p: Polynomial, q: Polynomial): Decimal[] {
  const terms: Decimal[] = [];
  const count = p.length + q.length - 1;
  let [upper, lower] = [[...p], [...q]];
  for (let i = 0; i < count; i++) {
    const term = upper[0]!.div(lower[0]!);
    terms.push(term);
    // (upper - term lower) / x
    const rest = subtract(
      upper,
      lower.map((c) => c.times(term)),
    ).slice(1);
    [upper, lower] = [lower, rest];
  }
  return terms;
}
