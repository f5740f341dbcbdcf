/** Call or put, numbered as in contracts/types/InstrumentId.sol. */
export type InstrumentKind = "call" | "put";

/** A series. */
export interface Series {
  /** Market index. */
  readonly market: number;
  /** Expiry, unix seconds, on the hour. */
  readonly expiry: number;
  /** Strike [wad USD], whole cents. */
  readonly strike: bigint;
  readonly kind: InstrumentKind;
}

/** One position of an account. */
export interface PositionEntry {
  readonly instrument: bigint;
  readonly series: Series;
  /** Signed quantity [wad]; positive is long. */
  readonly quantity: bigint;
}

/** A series that does not fit an instrument id. */
export class BadSeriesError extends Error {
  override readonly name = "BadSeriesError";
}

const CENT = 10n ** 16n;
const HOUR = 3600;
const QUANTITY_STEP = 10n ** 10n;

/**
 * Packs a series into its 64-bit id (layout in contracts/types/InstrumentId.sol).
 * @throws BadSeriesError if expiry is not on the hour or strike is not whole cents
 */
export function instrumentId(series: Series): bigint {
  const { market, expiry, strike, kind } = series;
  if (!Number.isInteger(market) || market < 0 || market > 255)
    throw new BadSeriesError(`Market ${market} is not in 0..255.`);
  if (!Number.isInteger(expiry) || expiry % HOUR !== 0 || expiry <= 0 || expiry / HOUR >= 2 ** 20) {
    throw new BadSeriesError(`Expiry ${expiry} is not a whole hour of unix time.`);
  }
  if (strike <= 0n || strike % CENT !== 0n || strike / CENT > 0xffffffffn) {
    throw new BadSeriesError(`Strike ${strike} is not a positive whole number of cents.`);
  }
  return (
    (BigInt(market) << 56n) |
    (BigInt(expiry / HOUR) << 36n) |
    ((strike / CENT) << 4n) |
    (kind === "call" ? 0n : 1n)
  );
}

/** The series of an id. Inverse of instrumentId. */
export function seriesOf(instrument: bigint): Series {
  return {
    market: Number((instrument >> 56n) & 0xffn),
    expiry: Number((instrument >> 36n) & 0xfffffn) * HOUR,
    strike: ((instrument >> 4n) & 0xffffffffn) * CENT,
    kind: (instrument & 0xfn) === 0n ? "call" : "put",
  };
}

/** Human name of a series, for example "ETH 2026-03-27 08:00 2,000 call". */
export function seriesName(series: Series, marketNames: readonly string[] = ["ETH", "BTC"]): string {
  const when = new Date(series.expiry * 1000).toISOString().slice(0, 16).replace("T", " ");
  const cents = series.strike / CENT;
  const strike = cents % 100n === 0n ? (cents / 100n).toString() : (Number(cents) / 100).toFixed(2);
  return `${marketNames[series.market] ?? `market ${series.market}`} ${when} ${strike} ${series.kind}`;
}

/** The account `subAccount` of `owner` (layout in contracts/types/AccountId.sol). */
export function accountId(owner: string, subAccount = 0n): bigint {
  return (BigInt(owner) << 96n) | subAccount;
}

/** Owner address (lower-case hex) and sub-account number of an account. */
export function accountParts(account: bigint): { owner: string; subAccount: bigint } {
  return {
    owner: `0x${(account >> 96n).toString(16).padStart(40, "0")}`,
    subAccount: account & ((1n << 96n) - 1n),
  };
}

/** Packs one ledger entry of 128 bits. */
export function packPosition(instrument: bigint, quantity: bigint): bigint {
  if (quantity % QUANTITY_STEP !== 0n)
    throw new BadSeriesError(`Quantity ${quantity} is not a multiple of 1e-8.`);
  return (instrument << 64n) | BigInt.asUintN(64, quantity / QUANTITY_STEP);
}

/** Unpacks ledger words, two entries each, skipping empty ones. */
export function unpackPositions(words: readonly bigint[]): PositionEntry[] {
  const entries: PositionEntry[] = [];
  for (const word of words) {
    for (const half of [word & ((1n << 128n) - 1n), word >> 128n]) {
      if (half === 0n) continue;
      const instrument = half >> 64n;
      entries.push({
        instrument,
        series: seriesOf(instrument),
        quantity: BigInt.asIntN(64, half & ((1n << 64n) - 1n)) * QUANTITY_STEP,
      });
    }
  }
  return entries;
}

/** Market and expiry of a group, the key of what all series of an expiry share. */
export function groupParts(group: bigint): { market: number; expiry: number } {
  return { market: Number(group >> 20n), expiry: Number(group & 0xfffffn) * 3_600 };
}
