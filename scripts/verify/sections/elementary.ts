/** Logarithm, exponential and root of time, as `FixedPoint` documents them, against arbitrary precision. */
import type { Decimal } from "decimal.js";
import { lnRatio, rootYears, scaledExpNegative } from "../../../packages/quant/src/exact/fixed-point.ts";
import { seeded } from "../../../test/support/random.ts";
import { Big } from "../reference.ts";
import type { Bench, Figure } from "../section.ts";

const CASES = 5_000;
const YEAR = new Big(365 * 86_400);
/** Exponents beyond 2^7 leave nothing of a Q96. */
const LARGEST_EXPONENT_BITS = 103;
/** Units of Q96 that two divisions round off a logarithm, however small it is. */
const LN_UNITS = 3;
const SMALLEST_EXPONENTIAL = 1e-20;

const big = (x: bigint): Decimal => new Big(x.toString());
const scale = (bits: number): Decimal => new Big(2).pow(bits);

/** Measures on the mirror, which a test shows to be bit-identical. */
export async function measure({ progress }: Bench): Promise<Record<string, Figure>> {
  const next = seeded(96);
  /** An integer whose number of bits is uniform between two limits. */
  const integer = (least: number, most: number): bigint => {
    let x = 1n;
    for (let i = 0; i < 5; i++) x = (x << 30n) | BigInt(Math.floor(next() * 2 ** 30));
    return BigInt.asUintN(150, x) >> BigInt(150 - Math.floor(least + next() * (most - least)));
  };
  const worst = { lnError: 0, lnRelative: 0, exp: 0, root: 0 };
  for (let i = 0; i < CASES; i++) {
    const b = integer(70, 80) | 1n;
    // Half of the ratios within a per cent of one, where the relative error matters.
    const a = i % 2 === 0 ? b + b / (100n + integer(1, 40)) + 1n : integer(32, 118) | 1n;
    const ln = big(a).div(big(b)).ln();
    const lnGap = big(lnRatio(a, b)).div(scale(96)).minus(ln).abs();
    worst.lnError = Math.max(worst.lnError, Number(lnGap));
    const lnRest = Big.max(lnGap.minus(new Big(LN_UNITS).div(scale(96))), 0);
    worst.lnRelative = Math.max(worst.lnRelative, Number(lnRest.div(ln.abs())));

    // In a unit so small that rounding down does not hide the error.
    const y = integer(60, LARGEST_EXPONENT_BITS);
    const exp = big(y).div(scale(96)).neg().exp();
    const got = big(scaledExpNegative(y, 1n << 157n)).div(scale(157));
    if (exp.gt(SMALLEST_EXPONENTIAL)) worst.exp = Math.max(worst.exp, Number(got.div(exp).minus(1).abs()));

    const seconds = integer(1, 32) & 0xffffffffn;
    const root = big(seconds).div(YEAR).sqrt().times(scale(64));
    worst.root = Math.max(worst.root, Number(big(rootYears(seconds)).minus(root).abs()));
  }
  progress(`elementary: ${CASES} cases of each function`);
  return {
    "fixedPoint.lnRatio.maxError": { value: worst.lnError, unit: "absolute", target: 5e-20 },
    "fixedPoint.lnRatio.maxRelativeError": {
      value: worst.lnRelative,
      unit: "relative, three units of Q96 apart",
      target: 2e-18,
    },
    "fixedPoint.expNegative.maxRelativeError": { value: worst.exp, unit: "relative", target: 1e-18 },
    "fixedPoint.rootYears.maxError": { value: worst.root, unit: "units of Q64", target: 1 },
  };
}
