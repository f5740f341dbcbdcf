/** Bit-exact mirror of `contracts/risk/NodeGrid.sol`: where nodes lie and how words are packed and read. */
import { lnRatio, max, min, WAD } from "./fixed-point.ts";

export const NODES = 30;
export const LANES = 15;
export const LEVELS = 9;
export const FIRST_TAIL = 9;
export const FIRST_DENSE = 24;
export const CENTRE_LANE = 11;
export const VALUE_BITS = 29n;
export const DENSE_STEP = WAD / 100n;
export const DENSE_LOWEST = (WAD * 98n) / 100n;
export const MAX_GROSS = 1n << 63n;
/** |level - 1| of each tail [wad]. */
export const TAILS: readonly bigint[] = [66n, 50n, 33n, 50n, 100n, 200n].map(
  (percent) => (WAD * percent) / 100n,
);

/** Lane sums of one market; the mirror keeps each lane apart. */
export interface LaneSums {
  readonly lanes: bigint[];
  grossA: bigint;
  grossB: bigint;
  shortA: bigint;
  shortB: bigint;
}

export const emptySums = (): LaneSums => ({
  lanes: new Array<bigint>(NODES).fill(0n),
  grossA: 0n,
  grossB: 0n,
  shortA: 0n,
  shortB: 0n,
});

/** Spot level of every node [wad]. */
export function multipliers(outer: bigint): bigint[] {
  const nine = Array.from({ length: LEVELS }, (_, i) => WAD + (BigInt(i) * outer) / 4n - outer);
  const tails = TAILS.map((tail, i) => (i < 3 ? WAD - tail : WAD + tail));
  const dense = Array.from({ length: 5 }, (_, i) => DENSE_LOWEST + BigInt(i) * DENSE_STEP);
  return [...nine, ...tails, ...nine, ...dense, WAD - outer];
}

/** ln of each level [Q96]. */
export const logarithms = (m: readonly bigint[]): bigint[] => m.map((level) => lnRatio(level, WAD));

/** Packs 15 values [base / 2^29] under one exponent, rounded down. */
export function pack(values: readonly bigint[], versionBits: bigint): bigint {
  const largest = values.reduce((all, value) => all | value, 0n);
  let exponent = 0n;
  while (largest >> exponent > 0xffffn && exponent < 15n) exponent += 1n;
  const word = values.reduce(
    (packed, value, i) => packed | (min(value >> exponent, 0xffffn) << BigInt(16 * i)),
    0n,
  );
  return word | (versionBits << 240n) | (exponent << 252n);
}

/** The 24-bit version of a pair of words. */
export function versionOf(wordA: bigint, wordB: bigint): bigint {
  return ((wordA >> 240n) & 0xfffn) | (((wordB >> 240n) & 0xfffn) << 12n);
}

/** Value per contract of one lane [base / 2^29]. */
export function laneOf(word: bigint, lane: number): bigint {
  return ((word >> BigInt(16 * lane)) & 0xffffn) << (word >> 252n);
}

/** Adds `quantity` [1e-8] times a strike's words. */
export function add(sums: LaneSums, wordA: bigint, wordB: bigint, quantity: bigint): void {
  const gross = max(quantity, -quantity);
  sums.grossA += gross << (wordA >> 252n);
  sums.grossB += gross << (wordB >> 252n);
  if (quantity < 0n) {
    sums.shortA += gross << (wordA >> 252n);
    sums.shortB += gross << (wordB >> 252n);
  }
  for (let lane = 0; lane < LANES; lane++) {
    sums.lanes[lane] = (sums.lanes[lane] ?? 0n) + quantity * laneOf(wordA, lane);
    sums.lanes[LANES + lane] = (sums.lanes[LANES + lane] ?? 0n) + quantity * laneOf(wordB, lane);
  }
}

/** Sums at each node, rounded against the holder. */
export function decode(sums: LaneSums): bigint[] {
  return sums.lanes.map((lane, node) => lane - (node < LANES ? sums.shortA : sums.shortB));
}

/** What the sums lose at an unmoved spot when volatility rises and when it falls; negative is a gain. */
export function vegaLosses(sums: LaneSums): { readonly up: bigint; readonly down: bigint } {
  const lane = (node: number): bigint => sums.lanes[node] ?? 0n;
  const same = lane(LANES + CENTRE_LANE);
  return {
    up: same - lane(4) + sums.grossB - sums.shortB + sums.shortA,
    down: same - lane(LANES + 4) + sums.grossB,
  };
}
