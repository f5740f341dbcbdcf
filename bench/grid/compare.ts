import { type Layout, type Node, TAIL_MOVES } from "./layouts.ts";
import type { Market } from "./market.ts";
import { type Portfolio, portfolio } from "./portfolios.ts";
import { between, seeded } from "./random.ts";
import {
  gross,
  type Moment,
  momentOf,
  packed,
  type Reading,
  readingOf,
  scanOf,
  scanOfLayout,
  type Table,
  tableOf,
  worth,
} from "./scan.ts";
import { mean, quantile, round } from "./statistics.ts";

/** A layout under one drift limit. */
export interface Candidate {
  readonly layout: Layout;
  readonly driftLimit: number;
}

const PER_MOMENT = 60;
const DENSE_STEP = 0.001;
const SHORT_OPTION_MINIMUM = 0.005;
const CALENDAR_CHARGE = 0.4;
const BPS = 1e4;

/** What is kept of one candidate: one number a portfolio. */
class Findings {
  readonly gaps: number[] = [];
  readonly excess: number[] = [];
  readonly excessShare: number[] = [];
  readonly requirements: number[] = [];
  readonly rounding: number[] = [];
  readonly worstByFamily: Record<string, number> = {};
  worst = { gap: 0, legs: [] as string[], live: 1 };

  report({ layout, driftLimit }: Candidate) {
    const { lanes, bits } = layout;
    return {
      layout: layout.name,
      note: layout.note,
      driftLimit,
      wordsPerStrike: 2,
      lanesPerStrike: 2 * lanes,
      // Three lanes are multiplied by a quantity at once.
      multiplicationsPerLeg: 2 * Math.ceil(lanes / 3),
      bitsPerLane: bits,
      gapBps: {
        worst: round(quantile(this.gaps, 1), 1),
        p999: round(quantile(this.gaps, 0.999), 1),
        p99: round(quantile(this.gaps, 0.99), 1),
        median: round(quantile(this.gaps, 0.5), 1),
        meanShortfall: round(mean(this.gaps.map((gap) => Math.max(gap, 0)))),
      },
      overRequirement: {
        meanBps: round(mean(this.excess), 1),
        p99Bps: round(quantile(this.excess, 0.99), 1),
        meanPercent: round((100 * mean(this.excess)) / mean(this.requirements)),
        p99Percent: round(quantile(this.excessShare, 0.99), 1),
      },
      roundingBps: {
        worst: round(quantile(this.rounding, 1)),
        least: round(quantile(this.rounding, 0), 4),
      },
      worstGapByFamilyBps: Object.fromEntries(
        Object.entries(this.worstByFamily).map(([family, gap]) => [family, round(gap, 1)]),
      ),
      worstPortfolio: { ...this.worst, gap: round(this.worst.gap, 1) },
    };
  }
}

export type CandidateReport = ReturnType<Findings["report"]>;

/** A candidate at one moment. */
interface Reader {
  readonly findings: Findings;
  readonly reading: Reading;
  readonly table: Table;
  readonly lanes: { readonly table: Table; readonly units: Table };
}

/** All that a drift limit fixes at one moment: the live spot, and the exact values there. */
interface Station {
  readonly live: number;
  readonly ends: readonly Node[];
  readonly endTable: Table;
  readonly inside: readonly boolean[];
  readonly readers: readonly Reader[];
}

/** Positions of what a station values beside its ends and tails. */
const MARK = 0;
const CENTRES = { up: 1, down: 2, same: 3 } as const;
const FIRST_END = 4;

/** Measures every candidate on the same random portfolios. */
export function compare(
  markets: readonly Market[],
  candidates: readonly Candidate[],
  moments: number,
  seed: number,
  progress: (done: number) => void,
): { portfolios: number; reports: CandidateReport[] } {
  const random = seeded(seed);
  const findings = new Map(candidates.map((candidate) => [candidate, new Findings()]));
  for (let m = 0; m < moments; m++) {
    const market = markets[m % markets.length];
    if (!market) throw new RangeError("There is no market.");
    const moment = momentOf(random, market);
    const nodes = denseNodes(market, Math.max(...candidates.map(({ driftLimit }) => driftLimit)));
    const table = tableOf(moment, nodes);
    const limits = [...new Set(candidates.map(({ driftLimit }) => driftLimit))];
    const stations = limits.map((limit) => stationOf(moment, nodes, limit, findings));
    const offset = between(random, 0, PER_MOMENT);
    for (let i = 0; i < PER_MOMENT; i++) {
      const counts = moment.strikes.map(({ length }) => length);
      const sample = portfolio(random, counts, offset + i);
      const values = worth(sample, moment, table, nodes);
      for (const station of stations) judge(sample, moment, station, nodes, values);
    }
    progress((m + 1) / moments);
  }
  const reports = candidates.map((candidate) =>
    (findings.get(candidate) ?? new Findings()).report(candidate),
  );
  return { portfolios: moments * PER_MOMENT, reports };
}

/** Every tenth of a percent, in all three states, as far as the scan of a live spot goes. */
function denseNodes({ scanRange }: Market, driftLimit: number): Node[] {
  const low = Math.ceil(((1 - scanRange) * (1 - driftLimit)) / DENSE_STEP);
  const high = Math.floor(((1 + scanRange) * (1 + driftLimit)) / DENSE_STEP);
  return (["up", "down", "same"] as const).flatMap((state) =>
    Array.from({ length: high - low + 1 }, (_, i) => ({ state, level: (low + i) * DENSE_STEP, move: 0 })),
  );
}

function stationOf(
  moment: Moment,
  dense: readonly Node[],
  driftLimit: number,
  findings: ReadonlyMap<Candidate, Findings>,
): Station {
  const { scanRange } = moment.market;
  const live = 1 + moment.drift * driftLimit;
  const states = ["up", "down", "same"] as const;
  const ends: Node[] = [
    { state: "same", level: live, move: 0 },
    ...states.map((state) => ({ state, level: 1, move: 0 })),
    ...states.flatMap((state) =>
      [-1, 1].map((side) => ({ state, level: live * (1 + side * scanRange), move: 0 })),
    ),
    ...TAIL_MOVES.map((move) => ({ state: "up" as const, level: live * (1 + move), move: Math.abs(move) })),
  ];
  const inside = dense.map(({ level }) => level >= live * (1 - scanRange) && level <= live * (1 + scanRange));
  const readers = [...findings]
    .filter(([candidate]) => candidate.driftLimit === driftLimit)
    .map(([{ layout }, own]) => {
      const nodes = layout.nodes(scanRange, driftLimit);
      const table = tableOf(moment, nodes);
      const reading = readingOf(layout, nodes, scanRange, live);
      return { findings: own, reading, table, lanes: packed(table, layout) };
    });
  return { live, ends, endTable: tableOf(moment, ends), inside, readers };
}

function judge(
  sample: Portfolio,
  moment: Moment,
  station: Station,
  dense: readonly Node[],
  values: Float64Array,
): void {
  const { live, ends, endTable, inside, readers } = station;
  const { scanRange } = moment.market;
  const endValues = worth(sample, moment, endTable, ends);
  const bid = endValues[MARK] ?? 0;
  const floor = floorOf(sample, moment, station);
  const atEnds = scanOf(endValues.subarray(FIRST_END), ends.slice(FIRST_END), undefined, bid, scanRange);
  const exact = Math.max(floor, atEnds, scanOf(values, dense, inside, bid, scanRange));
  const scale = BPS / gross(sample);
  for (const { findings, reading, table, lanes } of readers) {
    const scan = scanOfLayout(worth(sample, moment, table, reading.nodes), reading, bid, scanRange);
    const rounded = worth(sample, moment, lanes.table, reading.nodes, lanes.units);
    const asked = Math.max(floor, scan);
    const gap = (exact - asked) * scale;
    findings.gaps.push(gap);
    findings.excess.push(Math.max(-gap, 0));
    findings.requirements.push(exact * scale);
    if (exact > 0) findings.excessShare.push((100 * Math.max(asked - exact, 0)) / exact);
    findings.rounding.push((scanOfLayout(rounded, reading, bid, scanRange) - scan) * scale);
    findings.worstByFamily[sample.family] = Math.max(gap, findings.worstByFamily[sample.family] ?? 0);
    if (gap > findings.worst.gap)
      findings.worst = { gap, legs: describe(sample, moment), live: round(live, 4) };
  }
}

/** What any grid asks for: the short option minimum, and the calendar charge. */
function floorOf({ legs }: Portfolio, moment: Moment, { live, ends, endTable }: Station): number {
  let calls = 0;
  let puts = 0;
  for (const { isPut, quantity } of legs) {
    if (isPut) puts += quantity;
    else calls += quantity;
  }
  const minimum = SHORT_OPTION_MINIMUM * live * (Math.max(0, -calls) + Math.max(0, -puts));
  let calendar = 0;
  for (const expiry of new Set(legs.map((leg) => leg.expiry))) {
    const own = { family: "", legs: legs.filter((leg) => leg.expiry === expiry), collateral: 0 };
    const values = worth(own, moment, endTable, ends);
    const same = values[CENTRES.same] ?? 0;
    calendar += Math.max(0, same - (values[CENTRES.up] ?? 0), same - (values[CENTRES.down] ?? 0));
  }
  return Math.max(minimum, CALENDAR_CHARGE * calendar);
}

function describe({ legs, collateral }: Portfolio, { market, expiries, strikes }: Moment): string[] {
  const lines = legs.map(({ expiry, strike, isPut, quantity }) => {
    const level = strikes[expiry]?.[strike] ?? 0;
    return `${round(quantity, 1)} ${isPut ? "put" : "call"} ${level.toFixed(4)} ${expiries[expiry]?.hours} h`;
  });
  return [market.name, ...lines, ...(collateral > 0 ? [`${round(collateral, 1)} collateral`] : [])];
}
