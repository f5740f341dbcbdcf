/** Bit-exact mirror of `contracts/risk/Pages.sol` and of `pageOf` and `greeksOf` in `contracts/risk/NodeValuation.sol`. */
import { greeks } from "./black76.ts";
import { abs, DomainError, lnRatio, min, rootYears, WAD } from "./fixed-point.ts";
import { type ExactGrid, type ExactHeader, wordsOf } from "./risk-arrays.ts";
import { standardDeviationOf, totalVariance, varianceAt } from "./vol-surface.ts";

/** Bytes of an entry: strike [cents] 4 | word A 32 | word B 32 | Greeks 32. */
export const ENTRY = 100;
/** Entries that a page may have. */
export const MOST_ENTRIES = 240;

const MOST_64 = (1n << 64n) - 1n;
const MOST_CENTS = (1n << 32n) - 1n;

/** All that the entries of one expiry depend on, besides their strikes. */
export interface ExactBasis {
  readonly grid: ExactGrid;
  readonly header: ExactHeader;
  /** Packed as in `contracts/pricing/VolSurface.sol`. */
  readonly slice: bigint;
  /** unix seconds */
  readonly expiry: bigint;
}

/** An entry of a page. */
export interface ExactEntry {
  readonly strikeCents: bigint;
  readonly wordA: bigint;
  readonly wordB: bigint;
  readonly greeks: bigint;
}

/** Greeks of a strike's call as one word: delta, gamma, vega, theta of 64 bits each, from the lowest. */
export function greeksWord({ header, slice, expiry }: ExactBasis, strikeCents: bigint): bigint {
  const forward = header.forward * 10n ** 10n;
  const strike = strikeCents * 10n ** 16n;
  const time = expiry - header.computedAt;
  let deviation = 0n;
  if (slice !== 0n) {
    const variance = totalVariance(slice, -lnRatio(forward, strike));
    deviation = standardDeviationOf(varianceAt(slice, variance, expiry, header.computedAt));
  }
  const all = greeks(forward, strike, (deviation * WAD) / rootYears(time), time);
  return (
    min(all.callDelta, MOST_64) |
    (min(all.gamma, MOST_64) << 64n) |
    (min(all.vega / 10n ** 9n, MOST_64) << 128n) |
    (min(abs(all.theta) / 10n ** 9n, MOST_64) << 192n)
  );
}

/** The entry of one strike. */
export function entryOf(basis: ExactBasis, strikeCents: bigint): ExactEntry {
  const [wordA, wordB] = wordsOf(basis.grid, basis.header, basis.slice, basis.expiry, strikeCents);
  return { strikeCents, wordA, wordB, greeks: greeksWord(basis, strikeCents) };
}

/** Entries as the bytes of a page, in hexadecimal. */
export function encodePage(entries: readonly ExactEntry[]): `0x${string}` {
  const word = (value: bigint, digits: number): string => value.toString(16).padStart(digits, "0");
  return `0x${entries
    .map(
      ({ strikeCents, wordA, wordB, greeks: sensitivities }) =>
        word(strikeCents, 8) + word(wordA, 64) + word(wordB, 64) + word(sensitivities, 64),
    )
    .join("")}`;
}

/** The entries of a page. */
export function decodePage(page: string): ExactEntry[] {
  const digits = page.slice(2);
  if (digits.length % (2 * ENTRY) !== 0) throw new DomainError("a page that is not whole");
  const part = (from: number, length: number): bigint => BigInt(`0x${digits.slice(from, from + length)}`);
  return Array.from({ length: digits.length / (2 * ENTRY) }, (_, index) => {
    const at = 2 * ENTRY * index;
    return {
      strikeCents: part(at, 8),
      wordA: part(at + 8, 64),
      wordB: part(at + 72, 64),
      greeks: part(at + 136, 64),
    };
  });
}

/** A page with the arrays of `strikes` [cents], sorted, each once. */
export function pageOf(basis: ExactBasis, strikes: readonly bigint[]): `0x${string}` {
  const sorted = [...new Set(strikes)].sort((a, b) => (a < b ? -1 : 1));
  const outside = sorted.find((strike) => strike <= 0n || strike > MOST_CENTS);
  if (outside !== undefined) throw new DomainError(`a strike of ${outside} cents`);
  if (sorted.length === 0 || sorted.length > MOST_ENTRIES) {
    throw new DomainError(`a page of ${sorted.length} entries`);
  }
  return encodePage(sorted.map((strike) => entryOf(basis, strike)));
}

/** Indexes of the entries of a page that are not what `basis` gives, bit for bit. */
export function wrongEntries(basis: ExactBasis, page: string): number[] {
  return decodePage(page).flatMap((entry, index) => {
    if (entry.strikeCents === 0n) return [index];
    const right = entryOf(basis, entry.strikeCents);
    const same = right.wordA === entry.wordA && right.wordB === entry.wordB && right.greeks === entry.greeks;
    return same ? [] : [index];
  });
}

/**
 * Mirror of PageSample: the different entries of a page of `entries` that are looked at. `draw` is the keccak of the seed and
 * an index, as in the contract.
 */
export function sampleOf(draw: (index: number) => bigint, entries: number): number[] {
  const deck = Array.from({ length: entries }, (_, index) => index);
  const size = Math.max(Math.ceil(entries / 8), Math.min(entries, 2));
  return Array.from({ length: size }, (_, i) => {
    const drawn = i + Number(draw(i) % BigInt(entries - i));
    const card = deck[drawn] ?? 0;
    deck[drawn] = deck[i] ?? 0;
    return card;
  });
}
