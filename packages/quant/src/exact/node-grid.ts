/** Bit-exact mirror of `contracts/risk/NodeGrid.sol`: where nodes lie and how words are packed and read. */
import { lnRatio, max, min, WAD } from "./fixed-point.ts";

/** Nodes of a grid. */
export const NODES = 30;
/** Lanes of a word; nodes 0 to 14 are those of word A, 15 to 29 those of word B. */
export const LANES = 15;
/** Node of the lowest tail; the other five follow. */
export const FIRST_TAIL = 5;
/** First node whose volatility is shocked down. */
export const FIRST_DOWN = 11;
/** First node whose volatility is not shocked. */
export const FIRST_SAME = 24;
/** Node of the unshocked level 1 - driftLimit; the next four follow in steps of half of it. */
export const FIRST_DENSE = 25;
/** Lane of word B with the unshocked level 1. */
export const CENTRE_LANE = 12;
/** A lane unit is the reference spot over two to this power, at exponent zero. */
export const VALUE_BITS = 29n;
/** Gross sums below this leave every lane exact. */
export const MAX_GROSS = 1n << 63n;
/** Move of each tail that its loss is scaled by: |level - 1| before it was widened [wad]. */
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

/** Sums of nothing. */
export const emptySums = (): LaneSums => ({
  lanes: new Array<bigint>(NODES).fill(0n),
  grossA: 0n,
  grossB: 0n,
  shortA: 0n,
  shortB: 0n,
});

/**
 * Spot level of every node [wad]. Levels of the scan stand a whole number of sixths of `outer` above the lowest, rounded
 * down.
 * @param outer even @param driftLimit a multiple of 100 [wad]
 */
export function multipliers(outer: bigint, driftLimit: bigint): bigint[] {
  const scanned = (steps: bigint) => WAD - outer + (steps * outer) / 6n;
  const up = [0n, 3n, 6n, 9n, 12n].map(scanned);
  const tails = TAILS.map((tail, i) => {
    const [level, reach] = i < 3 ? [WAD - tail, WAD - driftLimit] : [WAD + tail, WAD + driftLimit];
    return (level * reach) / WAD;
  });
  const down = Array.from({ length: 13 }, (_, i) => scanned(BigInt(i)));
  const dense = Array.from({ length: 5 }, (_, i) => WAD - driftLimit + (BigInt(i) * driftLimit) / 2n);
  return [...up, ...tails, ...down, WAD + outer, ...dense];
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
    up: same - lane(2) + sums.grossB - sums.shortB + sums.shortA,
    down: same - lane(LANES + 2) + sums.grossB,
  };
}
