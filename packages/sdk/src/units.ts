/** One in 18-decimal fixed point: the unit of USD, prices, quantities, volatilities and years inside the system. */
export const WAD = 10n ** 18n;

/** Rounding of a lossy conversion, always named by the caller. */
export type Rounding = "Up" | "Down";

/** Error of a number that a person typed. */
export class BadNumberError extends Error {
  override readonly name = "BadNumberError";
}

/**
 * Parses a decimal such as "1234.5" or "-0.01" exactly.
 * @param text digits with an optional sign and fraction, no exponent
 * @param decimals of the result, 18 for [wad]
 * @throws BadNumberError on anything else, or on more decimals than fit
 */
export function parseDecimal(text: string, decimals = 18): bigint {
  const match = /^([+-]?)(\d+)(?:\.(\d*))?$/.exec(text.trim());
  if (!match) throw new BadNumberError(`"${text}" is not a decimal number.`);
  const fraction = (match[3] ?? "").replace(/0+$/, "");
  if (fraction.length > decimals) throw new BadNumberError(`"${text}" has more than ${decimals} decimals.`);
  const magnitude =
    BigInt(match[2] ?? "0") * 10n ** BigInt(decimals) + BigInt(fraction.padEnd(decimals, "0") || "0");
  return match[1] === "-" ? -magnitude : magnitude;
}

/**
 * Formats a fixed-point number for people, rounded half away from zero, with thousands separators.
 * @param value in units of 10^-decimals
 * @param digits shown after the point
 */
export function formatDecimal(value: bigint, digits = 2, decimals = 18): string {
  const negative = value < 0n;
  const magnitude = negative ? -value : value;
  const step = 10n ** BigInt(decimals - digits);
  const rounded = (magnitude + step / 2n) / step;
  const scale = 10n ** BigInt(digits);
  const whole = (rounded / scale).toString().replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  const fraction = digits > 0 ? `.${(rounded % scale).toString().padStart(digits, "0")}` : "";
  return `${negative && rounded > 0n ? "-" : ""}${whole}${fraction}`;
}

/** Token units to [wad], exact for tokens of at most 18 decimals. */
export function toWad(units: bigint, decimals: number): bigint {
  return units * 10n ** BigInt(18 - decimals);
}

/** [wad] to token units, rounded as named (towards +infinity for "Up", -infinity for "Down"). */
export function fromWad(value: bigint, decimals: number, rounding: Rounding): bigint {
  const step = 10n ** BigInt(18 - decimals);
  const quotient = value / step;
  const remainder = value % step;
  if (remainder === 0n) return quotient;
  if (rounding === "Up") return remainder > 0n ? quotient + 1n : quotient;
  return remainder < 0n ? quotient - 1n : quotient;
}

/** [wad] to a float, for display and plots only. */
export function toNumber(value: bigint, decimals = 18): number {
  return Number(value) / 10 ** decimals;
}

/** A float to [wad] with 12 significant decimals, for off-chain estimates that the chain checks. */
export function fromNumber(value: number): bigint {
  if (!Number.isFinite(value)) throw new BadNumberError(`${value} is not a finite number.`);
  return parseDecimal(value.toFixed(12));
}
