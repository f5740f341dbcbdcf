import { normalCdf, price } from "@ballast/quant";
import type { Layout, Node } from "./layouts.ts";
import { deviationsOf, EXPIRY_HOURS, type Expiry, type Market } from "./market.ts";
import { seeded } from "./random.ts";
import { momentOf, packed, tableOf } from "./scan.ts";
import { round } from "./statistics.ts";

const HOURS = [1, 24, 168, 720];
const MOMENTS = 12;
const POINTS = 20;

/** Worst errors of one call's mark and delta, read from the unshocked lanes near the centre. */
export interface MarkReport {
  readonly layout: string;
  readonly driftLimit: number;
  readonly hours: number;
  /** Mark less the exact value: worst above and worst below, bps of spot. */
  readonly markAboveBps: number;
  readonly markBelowBps: number;
  /** Worst |delta - exact delta|. */
  readonly deltaError: number;
}

/** Reads marks and deltas as contracts do: straight between the two lanes around the live spot. */
export function measureMarks(
  markets: readonly Market[],
  layout: Layout,
  driftLimit: number,
  seed: number,
): MarkReport[] {
  const random = seeded(seed);
  const worst = new Map<number, Worst>(HOURS.map((hours) => [hours, { above: 0, below: 0, delta: 0 }]));
  for (let m = 0; m < MOMENTS * markets.length; m++) {
    const market = markets[m % markets.length];
    if (!market) throw new RangeError("There is no market.");
    const moment = momentOf(random, market);
    const nodes = layout.nodes(market.scanRange, driftLimit);
    const { table } = packed(tableOf(moment, nodes), layout);
    for (const [hours, found] of worst) {
      const e = EXPIRY_HOURS.indexOf(hours);
      const expiry = moment.expiries[e];
      if (!expiry) throw new RangeError(`There is no expiry of ${hours} hours.`);
      (moment.strikes[e] ?? []).forEach((strike, s) => {
        const centre = centreOf(nodes, table[e]?.[s]);
        for (let i = 0; i <= POINTS; i++) {
          const live = 1 + driftLimit * ((2 * i) / POINTS - 1);
          widen(found, centre, live, expiry, strike);
        }
      });
    }
  }
  return [...worst].map(([hours, { above, below, delta }]) => ({
    layout: layout.name,
    driftLimit,
    hours,
    markAboveBps: round(above),
    markBelowBps: round(below),
    deltaError: round(delta, 3),
  }));
}

interface Worst {
  above: number;
  below: number;
  delta: number;
}

interface Point {
  readonly level: number;
  readonly value: number;
}

/** The unshocked lanes near one, by level. */
function centreOf(nodes: readonly Node[], lanes: Float64Array | undefined): Point[] {
  return nodes
    .map(({ state, level }, i) => ({ state, level, value: lanes?.[i] ?? 0 }))
    .filter(({ state, level }) => state === "same" && Math.abs(level - 1) < 0.05)
    .sort((a, b) => a.level - b.level);
}

function widen(found: Worst, centre: readonly Point[], live: number, expiry: Expiry, strike: number): void {
  const above = centre.findIndex(({ level }) => level > live);
  const next = above < 1 ? centre.length - 1 : above;
  const [a, b] = [centre[next - 1], centre[next]];
  if (!a || !b) throw new RangeError("The layout has no dense centre.");
  const slope = (b.value - a.value) / (b.level - a.level);
  const forward = expiry.forward * live;
  const deviation = deviationsOf(expiry, strike).same;
  const d1 = Math.log(forward / strike) / deviation + deviation / 2;
  const exact = price({ forward, strike, volatility: deviation, years: 1, isCall: true });
  const error = (a.value + slope * (live - a.level) - exact) * 1e4;
  found.above = Math.max(found.above, error);
  found.below = Math.max(found.below, -error);
  found.delta = Math.max(found.delta, Math.abs(slope - expiry.forward * normalCdf(d1)));
}
