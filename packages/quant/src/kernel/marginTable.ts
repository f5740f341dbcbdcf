import { max } from "../exact/fixed-point.ts";
import * as nodeGrid from "../exact/node-grid.ts";
import type { ExactExpiry, ExactGrid } from "../exact/risk-arrays.ts";

/**
 * What one strike adds to a market, per unit of 1e-8 contracts [USD], as a row of a matrix. Quantities in those units
 * are whole numbers, so that doubles net them exactly.
 */
export const ROW = {
  /** Call at each node for who is long. */
  long: 0,
  /** The same for who is short: one step of the packing more, against which the chain rounds. */
  short: nodeGrid.NODES,
  /** Worth of the call, and of the put, at the reference spot. */
  centre: 2 * nodeGrid.NODES,
  /** Loss when volatility rises, long and short. */
  up: 2 * nodeGrid.NODES + 2,
  /** Loss when volatility falls, long and short. */
  down: 2 * nodeGrid.NODES + 4,
  /** What the call, and the put, was settled at. */
  settled: 2 * nodeGrid.NODES + 6,
  forward: 2 * nodeGrid.NODES + 8,
  strike: 2 * nodeGrid.NODES + 9,
  /** 1 until it expires. */
  isAlive: 2 * nodeGrid.NODES + 10,
} as const;
/** Numbers in a row. */
export const ROW_LENGTH = 72;

const UNIT = 1e-8;

/** Dollars of a wad. */
export const dollars = (wad: bigint): number => Number(wad) / 1e18;

/** Writes the row of one strike into `table` from index `at`. */
export function writeRow(
  table: Float64Array,
  at: number,
  grid: ExactGrid,
  expiry: ExactExpiry,
  strikeCents: bigint,
): void {
  table.fill(0, at, at + ROW_LENGTH);
  const strike = strikeCents * 10n ** 16n;
  if (!expiry.alive) {
    table[at + ROW.settled] = dollars(max(expiry.settlementPrice - strike, 0n)) * UNIT;
    table[at + ROW.settled + 1] = dollars(max(strike - expiry.settlementPrice, 0n)) * UNIT;
    return;
  }
  const [wordA, wordB] = expiry.words(strikeCents);
  const forward = expiry.header.forward * 10n ** 10n;
  const step = (dollars(grid.referenceSpot * 10n ** 10n) / 2 ** Number(nodeGrid.VALUE_BITS)) * UNIT;
  const [stepA, stepB] = [wordA, wordB].map((word) => Number(1n << (word >> 252n)) * step) as [
    number,
    number,
  ];
  const lane = (word: bigint, index: number): number => Number(nodeGrid.laneOf(word, index)) * step;
  for (let i = 0; i < nodeGrid.LANES; i++) {
    table[at + ROW.long + i] = lane(wordA, i);
    table[at + ROW.long + nodeGrid.LANES + i] = lane(wordB, i);
    table[at + ROW.short + i] = lane(wordA, i) + stepA;
    table[at + ROW.short + nodeGrid.LANES + i] = lane(wordB, i) + stepB;
  }
  const same = lane(wordB, nodeGrid.CENTRE_LANE);
  table[at + ROW.centre] = same;
  table[at + ROW.centre + 1] = Math.max(same + dollars(strike - forward) * UNIT, 0);
  table[at + ROW.up] = same - lane(wordA, 2) + stepB;
  table[at + ROW.up + 1] = same - lane(wordA, 2) - stepA;
  table[at + ROW.down] = same - lane(wordB, 2) + stepB;
  table[at + ROW.down + 1] = same - lane(wordB, 2) - stepB;
  table[at + ROW.forward] = dollars(forward) * UNIT;
  table[at + ROW.strike] = dollars(strike) * UNIT;
  table[at + ROW.isAlive] = 1;
}
