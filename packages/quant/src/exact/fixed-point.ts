/**
 * Bit-exact mirror of `contracts/libraries/FixedPoint.sol`: same algorithms, same rounding, in BigInt.
 * Scales: wad (18 decimals), Q64 and Q96 (binary fraction digits).
 */

/** One, with 18 decimals. */
export const WAD = 10n ** 18n;
/** One, with 64 binary digits after the point. */
export const ONE_Q64 = 1n << 64n;
/** One, with 96 binary digits after the point. */
export const ONE_Q96 = 1n << 96n;
/** ln 2 [Q96]. */
export const LN2_Q96 = 0xb17217f7d1cf79abc9e3b398n;
const ROOT2_Q108 = 0x16a09e667f3bcc908b2fb1366ea9n;
/** Seconds in the year that volatilities refer to. */
export const YEAR = 365n * 86_400n;

/** An input outside the documented domain; the contract reverts where this throws. */
export class DomainError extends RangeError {
  override readonly name = "DomainError";
}

/** Size of a number. */
export const abs = (x: bigint): bigint => (x < 0n ? -x : x);
/** The larger of two. */
export const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
/** The smaller of two. */
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

/** sqrt(seconds / 365 days) [Q64], within one unit. */
export function rootYears(secondsToExpiry: bigint): bigint {
  if (secondsToExpiry === 0n) return 0n;
  // 4^z <= seconds < 4^(z + 1)
  const z = log2Down(secondsToExpiry) >> 1n;
  let root = ((secondsToExpiry * 1126705823628003n) >> z) + (2253411647256006n << z);
  const square = (secondsToExpiry << 128n) / YEAR;
  for (let i = 0; i < 4; i++) root = (root + square / root) >> 1n;
  return root;
}

/** ln(a / b) [Q96] for 0 < a, b < 2^128. */
export function lnRatio(a: bigint, b: bigint): bigint {
  if (a === 0n || b === 0n) throw new DomainError("logarithm of zero");
  let z = ((a - b) << 96n) / (a + b);
  let shiftLog = 0n;
  if (abs(z) > 0x2bec333018866dee9a09d932n) {
    const ratio = max((a << 128n) / b, 1n);
    const e = log2Down(ratio) - 108n;
    const m = e < 0n ? ratio << -e : ratio >> e;
    z = ((m - ROOT2_Q108) << 96n) / (m + ROOT2_Q108);
    shiftLog = e * LN2_Q96 - 0xd8430d3607b4dc495e0d82e14n;
  }
  const u = z * z;
  let t = 0x6428075f3870c620002047c64n - u / 0x9df7ad3f81f885f739594f78n;
  t = 0xa1ffecb3294c89290b01de33n - u / t;
  t = 0x638e38ece562f9902ceeeb893n - u / t;
  t = 0x9ffffffff9db4e2ed669cec6n - u / t;
  t = 0x600000000000b060a93365ac1n - u / t;
  t = 0x7ffffffffffffff0235517a9n - u / t;
  return shiftLog + (z << 96n) / t;
}

/** exp(-y) [Q96] for y >= 0 [Q96], rounded down. */
export function expNegative(y: bigint): bigint {
  return scaledExpNegative(y, ONE_Q96);
}

/** scale * exp(-y) for y >= 0 [Q96], in the unit of `scale`, rounded down. */
export function scaledExpNegative(y: bigint, scale: bigint): bigint {
  const k = (y * 0x171547652b82fe177n + (1n << 159n)) >> 160n;
  const f = y - k * LN2_Q96;
  const v = f * f;
  let g = 0xe00005d4f97eb5c24bd0bf6e6n + v / 0x1203d7e78ff5b310f98231ccc5n;
  g = 0xa00000006676e7dd692f90868n + v / g;
  g = 0x600000000005a0027fe33673dn + v / g;
  g = 0x200000000000003d79efc7e6bn + v / g;
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
