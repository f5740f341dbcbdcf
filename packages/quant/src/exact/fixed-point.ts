/**
 * Bit-exact mirror of `contracts/libraries/FixedPoint.sol`: same algorithms, same rounding, in BigInt.
 * Scales: wad (18 decimals), Q64 and Q96 (binary fraction digits).
 */

export const WAD = 10n ** 18n;
export const ONE_Q64 = 1n << 64n;
export const ONE_Q96 = 1n << 96n;
export const LN2_Q96 = 0xb17217f7d1cf79abc9e3b398n;
/** Seconds in the year that volatilities refer to. */
export const YEAR = 365n * 86_400n;

/** An input outside the documented domain; the contract reverts where this throws. */
export class DomainError extends RangeError {
  override readonly name = "DomainError";
}

export const abs = (x: bigint): bigint => (x < 0n ? -x : x);
export const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
export const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** floor(a * b / denominator) for a, b >= 0. */
export function mulDivDown(a: bigint, b: bigint, denominator: bigint): bigint {
  if (denominator === 0n) throw new DomainError("division by zero");
  return (a * b) / denominator;
}

/** ceil(a * b / denominator) for a, b >= 0. */
export function mulDivUp(a: bigint, b: bigint, denominator: bigint): bigint {
  if (denominator === 0n) throw new DomainError("division by zero");
  const product = a * b;
  return product / denominator + (product % denominator === 0n ? 0n : 1n);
}

/** a / b rounded towards minus infinity, b > 0. */
export function signedDivDown(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a < 0n && quotient * b !== a ? quotient - 1n : quotient;
}

/** a / b rounded towards plus infinity, b > 0. */
export function signedDivUp(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a > 0n && quotient * b !== a ? quotient + 1n : quotient;
}

/** floor(log2(x)); zero for zero. */
export function log2Down(x: bigint): bigint {
  return x === 0n ? 0n : BigInt(x.toString(2).length - 1);
}

/** floor(sqrt(x)). */
export function sqrt(x: bigint): bigint {
  if (x === 0n) return 0n;
  // From above the root Newton falls strictly until the floor is reached.
  let root = 1n << ((log2Down(x) >> 1n) + 1n);
  for (;;) {
    const next = (root + x / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** sqrt(seconds / 365 days) [Q64], rounded down. */
export function rootYears(secondsToExpiry: bigint): bigint {
  return sqrt((secondsToExpiry << 128n) / YEAR);
}

/** ln(a / b) [Q96] for 0 < a, b < 2^128. */
export function lnRatio(a: bigint, b: bigint): bigint {
  if (a === 0n || b === 0n) throw new DomainError("logarithm of zero");
  let z = ((a - b) << 96n) / (a + b);
  let shiftLog = 0n;
  if (abs(z) > 0x2bec333018866dee9a09d932n) {
    let ratio = (a << 96n) / b;
    if (ratio === 0n) ratio = 1n;
    const log2 = log2Down(ratio);
    let m = log2 >= 96n ? ratio >> (log2 - 96n) : ratio << (96n - log2);
    let e = log2 - 96n;
    if (m > 0x16a09e667f3bcc908b2fb1367n) {
      m >>= 1n;
      e += 1n;
    }
    z = ((m - ONE_Q96) << 96n) / (m + ONE_Q96);
    shiftLog = e * LN2_Q96;
  }
  return shiftLog + doubleAtanh(z);
}

function doubleAtanh(z: bigint): bigint {
  const u = (z * z) >> 128n;
  let p = 0x10f9b9e3c7c9f86fn;
  p = (p * u + 0x10f55accc791acebbf2be22918ecdb12n) * u;
  p = (p + 0x13b2109cc7b987de654e262f25383dc7c0789e4df0395eecn) >> 128n;
  p = (p * u + 0x1745cdb9f0b4c86705c9125595dbd18en) * u;
  p = (p + 0x1c71c726358ec517acc4f1a0937ca21c9d3ebfbf53f83216n) >> 128n;
  p = (p * u + 0x2492492483f0ad1d5e8942a07218b757n) * u;
  p = (p + 0x33333333333dbf2c578374c13434f5e11d9b3d9f467c353fn) >> 128n;
  p = (p * u + 0x5555555555555259b0839440e257831en) * u;
  p = (p + 0x10000000000000000238774e238b73f3a43d2484bbb6dd8e4n) >> 128n;
  return (z * p) >> 63n;
}

/** exp(-y) [Q96] for y >= 0 [Q96], rounded down. */
export function expNegative(y: bigint): bigint {
  return scaledExpNegative(y, ONE_Q96);
}

/** scale * exp(-y) for y >= 0 [Q96], in the unit of `scale`, rounded down. */
export function scaledExpNegative(y: bigint, scale: bigint): bigint {
  const k = (y * 0x171547652b82fe177n + (1n << 159n)) >> 160n;
  const f = y - k * LN2_Q96;
  const v = (f * f) >> 128n;
  let g = 0xb35272c3109335d3479bb4119fn - 0x47db6b0fcn * v;
  g = (g * v - 0x1bbd7768c7173bbffef3fbd408983b23d75a0c9be8c2n) >> 128n;
  g = g * v + 0x4559aaefe7cfa1838e72194b8c498n;
  g = (g * v - 0xb60b60b60b5793f2e20f4757f7c308fd80d878b0addf62n) >> 128n;
  g = g * v + 0x2aaaaaaaaaaaaa991e00416dcc63cbdbn;
  g = (g * v + 0x20000000000000000058199396cec185c997616a6f9426853n) >> 96n;
  return (((g - f) * scale) / (g + f)) >> k;
}

/** ln(x) [wad] of a wad x > 0, rounded down. */
export function ln(x: bigint): bigint {
  return (lnRatio(x, WAD) * WAD) >> 96n;
}

/** exp(x) [wad] of a wad x <= 130e18, rounded down. */
export function exp(x: bigint): bigint {
  if (x > 130n * WAD) throw new DomainError("exp above 130");
  if (x < -42n * WAD) return 0n;
  if (x <= 0n) return scaledExpNegative((-x << 96n) / WAD, WAD);
  const y = (x << 96n) / WAD;
  const k = y / LN2_Q96 + 1n;
  const mantissa = scaledExpNegative(k * LN2_Q96 - y, WAD << 64n);
  return k >= 64n ? mantissa << (k - 64n) : mantissa >> (64n - k);
}

/** x^p [wad] of wads, x > 0, rounded down. */
export function pow(x: bigint, p: bigint): bigint {
  return exp((lnRatio(x, WAD) * p) >> 96n);
}
