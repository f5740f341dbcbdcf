import type { Layout, Node } from "./layouts.ts";
import { callValue, deviationsOf, EXPIRY_HOURS, type Expiry, expiryAt, type Market } from "./market.ts";
import { type Portfolio, strikesOf } from "./portfolios.ts";
import type { Random } from "./random.ts";

/** Calls of every strike of every expiry at some nodes: [expiry][strike][node], in spot. */
export type Table = readonly (readonly Float64Array[])[];

/** A market at one moment. */
export interface Moment {
  readonly market: Market;
  readonly expiries: readonly Expiry[];
  readonly strikes: readonly (readonly number[])[];
  /** Where live spot is between the drift limits, -1 to 1. */
  readonly drift: number;
}

export function momentOf(random: Random, market: Market): Moment {
  const expiries = EXPIRY_HOURS.map((hours) => expiryAt(market, hours));
  const strikes = expiries.map((expiry) => strikesOf(random, expiry));
  return { market, expiries, strikes, drift: 2 * random() - 1 };
}

/** Values every strike at every node. */
export function tableOf({ expiries, strikes }: Moment, nodes: readonly Node[]): Table {
  return expiries.map((expiry, e) =>
    (strikes[e] ?? []).map((strike) => {
      const deviations = deviationsOf(expiry, strike);
      return Float64Array.from(nodes, ({ level, state }) =>
        callValue(expiry.forward * level, strike, deviations[state]),
      );
    }),
  );
}

/** A table as its words give it back: rounded down to lanes under one exponent a word. */
export function packed(table: Table, { lanes, bits }: Layout): { table: Table; units: Table } {
  const units: Float64Array[][] = [];
  const rounded = table.map((strikes, e) => {
    units[e] = [];
    return strikes.map((values) => {
      const unit = new Float64Array(values.length);
      for (let first = 0; first < values.length; first += lanes) {
        const largest = Math.max(...values.subarray(first, first + lanes));
        let size = 2 ** -29;
        while (Math.floor(largest / size) >= 2 ** bits) size *= 2;
        unit.fill(size, first, first + lanes);
      }
      units[e]?.push(unit);
      return values.map((value, i) => Math.floor(value / (unit[i] ?? 1)) * (unit[i] ?? 1));
    });
  });
  return { table: rounded, units };
}

/** What the portfolio is worth at each node: puts by parity, collateral at spot. */
export function worth(
  { legs, collateral }: Portfolio,
  moment: Moment,
  table: Table,
  nodes: readonly Node[],
  owed?: Table,
): Float64Array {
  const result = new Float64Array(nodes.length);
  let linear = collateral;
  let fixed = 0;
  for (const { expiry, strike, isPut, quantity } of legs) {
    const values = table[expiry]?.[strike];
    if (!values) throw new RangeError(`There is no strike ${strike} of expiry ${expiry}.`);
    for (let i = 0; i < values.length; i++) result[i] = (result[i] ?? 0) + quantity * (values[i] ?? 0);
    // A short owes one further unit of its lane, so that rounding never favours it.
    const extra = quantity < 0 ? owed?.[expiry]?.[strike] : undefined;
    if (extra)
      for (let i = 0; i < extra.length; i++) result[i] = (result[i] ?? 0) + quantity * (extra[i] ?? 0);
    if (!isPut) continue;
    linear -= quantity * (moment.expiries[expiry]?.forward ?? 1);
    fixed += quantity * (moment.strikes[expiry]?.[strike] ?? 0);
  }
  nodes.forEach(({ level }, i) => {
    result[i] = (result[i] ?? 0) + linear * level + fixed;
  });
  return result;
}

/** Options and collateral, at a spot of one. */
export const gross = ({ legs, collateral }: Portfolio): number =>
  legs.reduce((sum, { quantity }) => sum + Math.abs(quantity), collateral);

/** The largest loss against `bid`; a tail's weighs as much as one at the edge of the scan. */
export function scanOf(
  values: Float64Array,
  nodes: readonly Node[],
  uses: readonly boolean[] | undefined,
  bid: number,
  scanRange: number,
): number {
  let worst = 0;
  for (let i = 0; i < nodes.length; i++) {
    if (uses && !uses[i]) continue;
    const move = nodes[i]?.move ?? 0;
    const loss = bid - (values[i] ?? 0);
    const scaled = move === 0 ? loss : (loss * Math.min(scanRange, move)) / move;
    if (scaled > worst) worst = scaled;
  }
  return worst;
}

/** How a layout's nodes make up the scan at one live spot; the same for every portfolio. */
export interface Reading {
  readonly nodes: readonly Node[];
  readonly uses: readonly boolean[];
  /** Nodes replaced by a point between them and their inner neighbour, `part` of the way out. */
  readonly edges: readonly { readonly outer: number; readonly inner: number; readonly part: number }[];
}

export function readingOf(layout: Layout, bare: readonly Node[], scanRange: number, live: number): Reading {
  const nodes = bare.map((node) =>
    node.move > 0 && layout.tailMove === "live" ? { ...node, move: Math.abs(node.level / live - 1) } : node,
  );
  const uses = nodes.map(() => true);
  const edges: { outer: number; inner: number; part: number }[] = [];
  if (layout.reach === "all") return { nodes, uses, edges };
  for (const state of ["up", "down", "same"] as const) {
    for (const side of [-1, 1]) {
      const end = live * (1 + side * scanRange);
      // Nodes of this state on this side, from the centre outward.
      const own = nodes
        .map((node, index) => ({ ...node, index, distance: side * (node.level - 1) }))
        .filter((node) => node.state === state && node.move === 0 && node.distance >= 0)
        .sort((a, b) => a.distance - b.distance);
      const first = own.findIndex(({ distance }) => distance >= side * (end - 1) - 1e-12);
      const outer = own[first];
      const inner = own[first - 1];
      if (!outer || !inner) continue;
      for (const { index } of own.slice(first + 1)) uses[index] = false;
      if (layout.reach === "edge") {
        const part = (end - inner.level) / (outer.level - inner.level);
        edges.push({ outer: outer.index, inner: inner.index, part });
      }
    }
  }
  return { nodes, uses, edges };
}

/** What a layout asks for. */
export function scanOfLayout(values: Float64Array, reading: Reading, bid: number, scanRange: number): number {
  const read = Float64Array.from(values);
  for (const { outer, inner, part } of reading.edges) {
    read[outer] = (values[inner] ?? 0) + ((values[outer] ?? 0) - (values[inner] ?? 0)) * part;
  }
  return scanOf(read, reading.nodes, reading.uses, bid, scanRange);
}
