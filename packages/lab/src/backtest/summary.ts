import { quantile, seededRandom } from "@ballast/quant";
import { FLOWS, type Flow } from "./flow.ts";
import type { Market } from "./market.ts";
import { basisPoints, HORIZONS } from "./markouts.ts";
import { PARTS, type Part, type Simulation } from "./simulate.ts";

const DAYS = 365;
const WEEK = 7;
const RESAMPLES = 1_000;

/** A way to hedge, beside the others on the same options. Dollars. */
export interface HedgeSummary {
  readonly strategy: string;
  readonly cost: number;
  readonly trades: number;
  readonly turnover: number;
  readonly pnl: number;
  /** Deviation of the vault's P&L of a day and of a week. */
  readonly daily: number;
  readonly weekly: number;
  /** 95 % interval of the deviation by day over that of hourly hedging: resampled weeks, both ways on the same. */
  readonly dailyRatio: readonly [number, number];
}

/** A flow as the vault felt it; basis points of notional but for counts and the notional [USD]. */
export interface FlowSummary {
  readonly flow: Flow;
  readonly trades: number;
  readonly refused: number;
  readonly notional: number;
  readonly margin: number;
  readonly raw: readonly number[];
  readonly hedged: readonly number[];
}

/** What a simulation came to. Shares but for dollars where named. */
export interface Summary {
  readonly years: number;
  readonly recordedShare: number;
  readonly premium: number;
  readonly annualReturn: number;
  readonly volatility: number;
  readonly drawdown: number;
  readonly worstDay: number;
  readonly ruin: boolean;
  readonly byYear: Readonly<Record<string, number>>;
  /** Sum of each part over the whole time, as a share of the capital. */
  readonly parts: Readonly<Record<Part, number>>;
  /** Mean worst loss of the scan as a share of NAV, and the annual return on it. */
  readonly capitalUsed: number;
  readonly returnOnUsed: number;
  readonly hedging: readonly HedgeSummary[];
  readonly flows: readonly FlowSummary[];
}

/** Sums a simulation up. Returns are simple, on the capital that LPs brought at the beginning. */
export function summarise(simulation: Simulation, market: Market, capital: number): Summary {
  const { days, hedgers, flows } = simulation;
  const years = days.length / DAYS;
  const own = days.map((day) => day.pnl[0] ?? 0);
  const gain = (days.at(-1)?.nav ?? capital) - capital;
  const compared = hedgers.findIndex(({ strategy }) => strategy.name === "hourly");
  const hourly = days.map((day) => day.pnl[Math.max(compared, 0)] ?? 0);
  const scan = mean(days.map((day) => day.scan));
  return {
    years,
    recordedShare: market.recordedHours / market.prices.length,
    premium: market.premium,
    annualReturn: gain / capital / years,
    volatility: (deviation(own) * Math.sqrt(DAYS)) / capital,
    drawdown: drawdownOf(days.map((day) => day.nav)),
    worstDay: Math.min(...own) / capital,
    ruin: simulation.ruin !== undefined,
    byYear: byYear(days, capital),
    parts: Object.fromEntries(
      PARTS.map((part) => [part, days.reduce((sum, day) => sum + day.parts[part], 0) / capital]),
    ) as Record<Part, number>,
    capitalUsed: mean(days.map((day) => day.scan / day.nav)),
    returnOnUsed: gain / scan / years,
    hedging: hedgers.map((hedger, i) => {
      const pnl = days.map((day) => day.pnl[i] ?? 0);
      return {
        strategy: hedger.strategy.name,
        cost: hedger.cost,
        trades: hedger.trades,
        turnover: hedger.turnover,
        pnl: pnl.reduce((sum, one) => sum + one, 0),
        daily: deviation(pnl),
        weekly: deviation(weeksOf(pnl)),
        dailyRatio: ratioInterval(pnl, hourly),
      };
    }),
    flows: FLOWS.map((flow) => {
      const { trades, refused, notional, margin, raw, hedged } = flows[flow];
      return {
        flow,
        trades,
        refused,
        notional,
        margin: basisPoints(margin, notional),
        raw: HORIZONS.map((_, i) => basisPoints(raw[i] ?? 0, notional)),
        hedged: HORIZONS.map((_, i) => basisPoints(hedged[i] ?? 0, notional)),
      };
    }),
  };
}

/** Largest fall from a peak, as a share of it. */
export function drawdownOf(values: readonly number[]): number {
  let [peak, worst] = [Number.NEGATIVE_INFINITY, 0];
  for (const value of values) {
    peak = Math.max(peak, value);
    worst = Math.max(worst, 1 - value / peak);
  }
  return worst;
}

function byYear(days: Simulation["days"], capital: number): Record<string, number> {
  const years: Record<string, number> = {};
  for (const { time, pnl } of days) {
    // The end of a day is midnight of the next.
    const year = String(new Date((time - 1) * 1_000).getUTCFullYear());
    years[year] = (years[year] ?? 0) + (pnl[0] ?? 0) / capital;
  }
  return years;
}

function weeksOf(days: readonly number[]): number[] {
  const weeks: number[] = [];
  for (let start = 0; start + WEEK <= days.length; start += WEEK)
    weeks.push(days.slice(start, start + WEEK).reduce((sum, one) => sum + one, 0));
  return weeks;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0) / values.length;
}

function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}

/** Block bootstrap of the ratio of two deviations. */
function ratioInterval(above: readonly number[], below: readonly number[]): [number, number] {
  const random = seededRandom(1);
  const blocks = Math.floor(above.length / WEEK);
  const ratios = Float64Array.from({ length: RESAMPLES }, () => {
    const sums = { above: 0, aboveSquare: 0, below: 0, belowSquare: 0 };
    for (let block = 0; block < blocks; block++) {
      const start = WEEK * Math.floor(random.uniform() * blocks);
      for (let day = start; day < start + WEEK; day++) {
        const [a, b] = [above[day] ?? 0, below[day] ?? 0];
        sums.above += a;
        sums.aboveSquare += a * a;
        sums.below += b;
        sums.belowSquare += b * b;
      }
    }
    const count = WEEK * blocks;
    const variance = (sum: number, square: number) => square / count - (sum / count) ** 2;
    return Math.sqrt(variance(sums.above, sums.aboveSquare) / variance(sums.below, sums.belowSquare));
  }).sort();
  return [quantile(ratios, 0.025), quantile(ratios, 0.975)];
}
