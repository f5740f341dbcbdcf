/**
 * Bit-exact mirror of `contracts/risk/BookWords.sol`, `BookTotals.sol`, `LaneSums.sol` and of the sums of `Books.sol`: what
 * the legs of an expiry and of a market add up to, as words of storage, and the sensitivities that are read from them.
 */
import { type BookParts, type BookSums, emptyBook } from "./book-parts.ts";
import { max, mulDivUp, signedDivDown, WAD } from "./fixed-point.ts";
import * as nodeGrid from "./node-grid.ts";

/** What all books of an account in one market add up to; see Total in `contracts/risk/BookTotals.sol`. */
export interface TotalSums extends BookParts {
  calls: bigint;
  puts: bigint;
  putForward: bigint;
  vegaUp: bigint;
  vegaEither: bigint;
}

/** The few sums that sensitivities are read from [lane units * 1e-8]. */
export interface RiskSums {
  up: bigint;
  same: bigint;
  below: bigint;
  above: bigint;
  calls: bigint;
  puts: bigint;
  putForward: bigint;
}

/** Sensitivities of a book [wad]; see BookRisk in `contracts/interfaces/IBooks.sol`. */
export interface ExactBookRisk {
  readonly vega: bigint;
  readonly gamma: bigint;
  readonly delta: bigint;
}

/** Words that a book takes. */
export const BOOK_WORDS = 13;
/** Words that a total takes. */
export const TOTAL_WORDS = 14;

const MOST_64 = (1n << 64n) - 1n;
/** What totals keep free for changes that wait. */
const FOR_CHANGES = 1n << 57n;
const UP = 2;
const SAME = nodeGrid.LANES + nodeGrid.CENTRE_LANE;

const field = (word: bigint, from: bigint, bits: number): bigint => BigInt.asUintN(bits, word >> from);
const signed = (word: bigint, from: bigint, bits: number): bigint => BigInt.asIntN(bits, word >> from);
const put = (value: bigint, from: bigint, bits: number): bigint => BigInt.asUintN(bits, value) << from;
const isWithin = (value: bigint, bits: number): boolean => BigInt.asIntN(bits, value) === value;

/** Nothing added yet. */
export const emptyTotal = (): TotalSums => ({
  cells: nodeGrid.emptySums(),
  calls: 0n,
  puts: 0n,
  putStrike: 0n,
  putForward: 0n,
  longMark: 0n,
  vegaUp: 0n,
  vegaEither: 0n,
  grossVega: 0n,
});

/** The ten words of lanes: three lanes a word, 80 bits apart, modulo 2^256. */
export function laneWords(lanes: readonly bigint[]): bigint[] {
  return Array.from({ length: 10 }, (_, cell) => {
    const first = cell < 5 ? cell : cell + 10;
    const [a, b, c] = [lanes[first] ?? 0n, lanes[first + 5] ?? 0n, lanes[first + 10] ?? 0n];
    return BigInt.asUintN(256, a + (b << 80n) + (c << 160n));
  });
}

/** The thirty lanes of ten words; a lane borrows from the next one, so lower ones are taken out first. */
export function lanesOf(words: readonly bigint[]): bigint[] {
  const lanes = new Array<bigint>(nodeGrid.NODES).fill(0n);
  for (let cell = 0; cell < 10; cell++) {
    const first = cell < 5 ? cell : cell + 10;
    let rest = BigInt.asIntN(256, words[cell] ?? 0n);
    for (const step of [0, 5]) {
      const lane = BigInt.asIntN(80, rest);
      lanes[first + step] = lane;
      rest = (rest - lane) >> 80n;
    }
    lanes[first + 10] = rest;
  }
  return lanes;
}

/** Whether every field of a book fits its bits. */
export function fits(book: BookSums): boolean {
  return partsFit(book) && isWithin(book.putQuantity, 64) && isWithin(book.quantity, 64);
}

/** The thirteen words of a book that fits. */
export function packBook(book: BookSums): bigint[] {
  return [
    ...laneWords(book.cells.lanes),
    sizesWord(book.cells),
    put(book.putStrike, 0n, 128) | put(book.putQuantity, 128n, 64) | put(book.quantity, 192n, 64),
    book.longMark | (book.forward << 112n) | (book.grossVega << 168n),
  ];
}

/** The book in thirteen words. */
export function unpackBook(words: readonly bigint[]): BookSums {
  const [sizes, sums, last] = [words[10] ?? 0n, words[11] ?? 0n, words[12] ?? 0n];
  return {
    ...emptyBook(field(last, 112n, 56)),
    cells: cellsOf(words, sizes),
    putStrike: signed(sums, 0n, 128),
    putQuantity: signed(sums, 128n, 64),
    quantity: signed(sums, 192n, 64),
    longMark: field(last, 0n, 112),
    grossVega: last >> 168n,
  };
}

/** The fourteen words of a total that fits. */
export function packTotal(total: TotalSums): bigint[] {
  return [
    ...laneWords(total.cells.lanes),
    sizesWord(total.cells),
    put(total.putStrike, 0n, 128) | put(total.puts, 128n, 64) | put(total.calls, 192n, 64),
    total.vegaUp | (total.vegaEither << 84n) | (total.grossVega << 168n),
    total.longMark | put(total.putForward, 112n, 144),
  ];
}

/** The total in fourteen words. */
export function unpackTotal(words: readonly bigint[]): TotalSums {
  const [sums, vegas, last] = [words[11] ?? 0n, words[12] ?? 0n, words[13] ?? 0n];
  return {
    cells: cellsOf(words, words[10] ?? 0n),
    putStrike: signed(sums, 0n, 128),
    puts: signed(sums, 128n, 64),
    calls: signed(sums, 192n, 64),
    vegaUp: field(vegas, 0n, 84),
    vegaEither: field(vegas, 84n, 84),
    grossVega: vegas >> 168n,
    longMark: field(last, 0n, 112),
    putForward: signed(last, 112n, 144),
  };
}

/** Adds a book to a total, fit or not; with -1 takes out one that was added. */
export function join(total: TotalSums, book: BookSums, sign: 1n | -1n = 1n): void {
  addCells(total.cells, book.cells, sign);
  const { up, down } = nodeGrid.vegaLosses(book.cells);
  const rising = max(up, 0n);
  total.vegaUp += sign * rising;
  total.vegaEither += sign * max(down, rising);
  total.calls += sign * (book.quantity - book.putQuantity);
  total.puts += sign * book.putQuantity;
  total.putStrike += sign * book.putStrike;
  total.putForward += sign * book.putQuantity * book.forward;
  total.longMark += sign * book.longMark;
  total.grossVega += sign * book.grossVega;
}

/** Adds a book unless it, or the total with it, cannot be kept; tells whether it did. */
export function tryJoin(total: TotalSums, book: BookSums): boolean {
  if (max(book.cells.grossA, book.cells.grossB) >= nodeGrid.MAX_GROSS || !fits(book)) return false;
  join(total, book);
  const isKept =
    partsFit(total) &&
    isWithin(total.putForward, 144) &&
    max(total.cells.grossA, total.cells.grossB) < (1n << 64n) - FOR_CHANGES &&
    [total.puts, total.calls].every((net) => max(net, -net) < (1n << 63n) - FOR_CHANGES);
  if (!isKept) join(total, book, -1n);
  return isKept;
}

/** A total's gross vega [wad USD], rounded up. */
export function grossVegaIn(total: TotalSums, referenceSpot: bigint): bigint {
  return mulDivUp(total.grossVega, referenceSpot * 100n, 1n << nodeGrid.VALUE_BITS);
}

/** The sums of a total for `riskOf`; its calls and puts are not among them. */
export function riskSums(words: readonly bigint[]): RiskSums {
  return { ...laneSums(lanesOf(words)), calls: 0n, puts: 0n, putForward: signed(words[13] ?? 0n, 112n, 144) };
}

/** The sums of one book for `riskOf` and `groupRiskOf`. */
export function groupRiskSums(words: readonly bigint[]): RiskSums {
  const book = unpackBook(words);
  const puts = book.putQuantity;
  return {
    ...laneSums(book.cells.lanes),
    calls: book.quantity - puts,
    puts,
    putForward: puts * book.forward,
  };
}

/** Takes a part out of a total that has it. */
export function takeRisk(total: RiskSums, part: RiskSums): RiskSums {
  return {
    ...total,
    up: total.up - part.up,
    same: total.same - part.same,
    below: total.below - part.below,
    above: total.above - part.above,
    putForward: total.putForward - part.putForward,
  };
}

/** Sums with `quantity` [1e-8] of a strike more; `forward` in 1e-8 USD. */
export function addRisk(
  sums: RiskSums,
  [wordA, wordB]: readonly [bigint, bigint],
  quantity: bigint,
  isPut: boolean,
  forward: bigint,
): RiskSums {
  const lane = (word: bigint, at: number): bigint => quantity * nodeGrid.laneOf(word, at);
  return {
    up: sums.up + lane(wordA, UP),
    same: sums.same + lane(wordB, nodeGrid.CENTRE_LANE),
    below: sums.below + lane(wordB, 10),
    above: sums.above + lane(wordB, 14),
    calls: sums.calls + (isPut ? 0n : quantity),
    puts: sums.puts + (isPut ? quantity : 0n),
    putForward: sums.putForward + (isPut ? quantity * forward : 0n),
  };
}

/** Sensitivities of sums under a grid of `referenceSpot` [1e-8 USD] and `driftLimit` [wad], at `spot` [wad USD]. */
export function riskOf(
  sums: RiskSums,
  grid: { readonly referenceSpot: bigint; readonly driftLimit: bigint },
  spot: bigint,
): ExactBookRisk {
  const base = grid.referenceSpot * 10n ** 10n;
  const drift = grid.driftLimit;
  const dollars = (lanes: bigint): bigint => laneDollars(lanes, grid.referenceSpot);
  const bend = dollars(sums.below + sums.above - 2n * sums.same);
  const square = signedDivDown(bend * WAD * WAD, drift * drift);
  const slope = signedDivDown(dollars(sums.above - sums.below) * WAD * WAD, 2n * drift * base);
  const forwards = signedDivDown(sums.putForward * 100n * WAD, base);
  // The last quotient is truncated towards zero.
  const bent = signedDivDown(square * (spot - base), (base * base) / WAD) / WAD;
  return {
    vega: dollars(sums.up - sums.same),
    gamma: signedDivDown(square, 100n),
    delta: slope - forwards + bent,
  };
}

/** Vega [wad USD] and net contracts [wad] of one expiry. */
export function groupRiskOf(
  sums: RiskSums,
  referenceSpot: bigint,
): { readonly vega: bigint; readonly calls: bigint; readonly puts: bigint } {
  const scale = 10n ** 10n;
  const vega = laneDollars(sums.up - sums.same, referenceSpot);
  return { vega, calls: sums.calls * scale, puts: sums.puts * scale };
}

function laneDollars(lanes: bigint, referenceSpot: bigint): bigint {
  return (lanes * referenceSpot * 100n) >> nodeGrid.VALUE_BITS;
}

function laneSums(lanes: readonly bigint[]): Pick<RiskSums, "up" | "same" | "below" | "above"> {
  const at = (node: number): bigint => lanes[node] ?? 0n;
  return {
    up: at(UP),
    same: at(SAME),
    below: at(nodeGrid.FIRST_DENSE),
    above: at(nodeGrid.FIRST_DENSE + 4),
  };
}

function partsFit({ cells, putStrike, longMark, grossVega }: BookParts): boolean {
  return (
    (cells.grossA | cells.grossB | cells.shortA | cells.shortB) <= MOST_64 &&
    longMark < 1n << 112n &&
    grossVega < 1n << 88n &&
    isWithin(putStrike, 128)
  );
}

function sizesWord({ grossA, grossB, shortA, shortB }: nodeGrid.LaneSums): bigint {
  return grossA | (grossB << 64n) | (shortA << 128n) | (shortB << 192n);
}

function cellsOf(words: readonly bigint[], sizes: bigint): nodeGrid.LaneSums {
  return {
    lanes: lanesOf(words),
    grossA: field(sizes, 0n, 64),
    grossB: field(sizes, 64n, 64),
    shortA: field(sizes, 128n, 64),
    shortB: field(sizes, 192n, 64),
  };
}

function addCells(total: nodeGrid.LaneSums, part: nodeGrid.LaneSums, sign: bigint): void {
  part.lanes.forEach((lane, i) => {
    total.lanes[i] = (total.lanes[i] ?? 0n) + sign * lane;
  });
  total.grossA += sign * part.grossA;
  total.grossB += sign * part.grossB;
  total.shortA += sign * part.shortA;
  total.shortB += sign * part.shortB;
}
