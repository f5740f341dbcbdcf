/**
 * The functions that the kernels are made of, each a fixed sequence of IEEE operations: the WebAssembly in `wasm/` does
 * the same ones in the same order, so that both give the same bits on every machine. `Math.exp` and `Math.log` differ
 * between engines.
 */
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
} from "./coefficients.ts";

const [M0, M1, M2, M3, M4, M5, M6, M7, M8, M9, M10] = MILLS;
const [, , , , , , , , , , , M11, M12, M13, M14, M15, M16, M17, M18, M19, M20, M21] = MILLS;
const [E0, E1, E2, E3, E4, E5, E6, E7, E8, E9] = EXP;
const [L0, L1, L2, L3, L4, L5, L6, L7] = LOG;

/** One double seen as two words, the low one first. */
const double = new Float64Array(1);
const words = new Int32Array(double.buffer);

function highWord(x: number): number {
  double[0] = x;
  return words[1]!;
}

/** 2^n. */
function powerOfTwo(n: number): number {
  words[0] = 0;
  words[1] = (n + 1023) << 20;
  return double[0]!;
}

/** N(-y) / phi(y), y >= 0: relative error below 4e-16 up to 39; later phi is nothing. */
export function millsRatio(y: number): number {
  const inverse = 1 / (y + MILLS_MIDDLE);
  const t = (y - MILLS_MIDDLE) * inverse;
  const t2 = t * t;
  const t4 = t2 * t2;
  const a = ((((M20 * t4 + M16) * t4 + M12) * t4 + M8) * t4 + M4) * t4 + M0;
  const b = ((((M21 * t4 + M17) * t4 + M13) * t4 + M9) * t4 + M5) * t4 + M1;
  const c = (((M18 * t4 + M14) * t4 + M10) * t4 + M6) * t4 + M2;
  const d = (((M19 * t4 + M15) * t4 + M11) * t4 + M7) * t4 + M3;
  return (a + b * t + (c + d * t) * t2) * inverse;
}

/** phi(x), the density of the standard normal distribution. */
export function density(x: number): number {
  return exponential(x * x * -0.5) * INVERSE_ROOT_TWO_PI;
}

/** exp(a) for a <= 700; from -708 downwards it stays what it is there. */
export function exponential(a: number): number {
  const bounded = a < LOWEST_EXPONENT ? LOWEST_EXPONENT : a;
  const k = bounded * LOG2_E + ROUNDER - ROUNDER;
  const r = bounded - k * LN2_HIGH - k * LN2_LOW;
  const r2 = r * r;
  const even = (((E8 * r2 + E6) * r2 + E4) * r2 + E2) * r2 + E0;
  const odd = (((E9 * r2 + E7) * r2 + E5) * r2 + E3) * r2 + E1;
  return ((even + odd * r) * r2 + r + 1) * powerOfTwo(k);
}

/**
 * ln(a / b) of positive normal numbers. The quotient is never rounded, so numbers that lie close together lose nothing.
 */
export function logRatio(a: number, b: number): number {
  const exponent = ((highWord(a) - highWord(b) + 0x3ff80000) >>> 20) - 1023;
  const scaled = a * powerOfTwo(-exponent);
  const u = (scaled - b) / (scaled + b);
  const w = u * u;
  const w2 = w * w;
  const even = ((L6 * w2 + L4) * w2 + L2) * w2 + L0;
  const odd = ((L7 * w2 + L5) * w2 + L3) * w2 + L1;
  const twice = u + u;
  return twice * w * (even + odd * w) + exponent * LN2_LOW + twice + exponent * LN2_HIGH;
}
