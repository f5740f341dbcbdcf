import {
  forecastVariance,
  type HarModel,
  realisedDays,
  returnsOf,
  rollingHar,
  type TimedPrice,
} from "@ballast/quant";
import { LabError } from "../failure.ts";
import { type Node, nodeOf, nodesOf } from "./surfaces.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;
/** A recorded surface counts for so long after it was taken. */
const RECORDED_FOR = 12 * HOUR;
const SHORT = 7;
const LONG = 30;
/** Days over which a volatility at the short end fades into that of the long end. */
const FADE = 15;
const LOWEST = 0.15;
const HIGHEST = 3;

/** Hourly prices with the volatilities that were asked at each. */
export interface Market {
  readonly asset: string;
  /** Unix seconds of hour 0. */
  readonly start: number;
  /** [USD]. */
  readonly prices: Float64Array;
  /** Realised volatility of the last day [per year]. */
  readonly realised: Float64Array;
  /** Nodes of the surface by hour. */
  readonly surfaces: readonly (readonly Node[])[];
  /** Hours whose surface was recorded; the others' is made from realised volatility. */
  readonly recordedHours: number;
  /** Volatility asked above the forecast, as a share of it. */
  readonly premium: number;
}

/** A surface as it was recorded. */
export interface RecordedSurface {
  readonly time: number;
  readonly nodes: readonly Node[];
}

/** Reads the surfaces of one currency out of a history of volatilities at the money and at a quarter delta. */
export function recordedSurfaces(text: string, currency: string): RecordedSurface[] {
  const [header = "", ...lines] = text.trimEnd().split(/\r?\n/);
  if (
    !header.startsWith("snapshot_utc,currency,index_price,tenor_days,forward,atm_iv,iv_25d_put,iv_25d_call")
  )
    throw new LabError("The first line of the volatilities is not their header.");
  const surfaces = new Map<number, Node[]>();
  for (const line of lines) {
    const cells = line.split(",");
    const [days, , atTheMoney, put25, call25] = cells.slice(3, 8).map(Number);
    if (cells[1] !== currency || !days || !atTheMoney || !put25 || !call25) continue;
    const time = Date.parse(cells[0] ?? "") / 1_000;
    const nodes = surfaces.get(time) ?? [];
    nodes.push(nodeOf({ days, atTheMoney, put25, call25 }));
    surfaces.set(time, nodes);
  }
  return [...surfaces]
    .map(([time, nodes]) => ({ time, nodes: rising(nodes) }))
    .filter(({ nodes }) => nodes.length >= 3)
    .sort((a, b) => a.time - b.time);
}

/** Nodes by tenor, without those whose total variance falls. */
function rising(nodes: Node[]): Node[] {
  const kept: Node[] = [];
  for (const node of nodes.sort((a, b) => a.years - b.years))
    if (node.theta > (kept.at(-1)?.theta ?? 0)) kept.push(node);
  return kept;
}

/**
 * Volatility asked above the forecast, as a share of it: a number; "fair", so that on average the variance asked for a week
 * is the variance realised in it, which nobody knew then; or "recorded", as it was where option prices were recorded.
 */
export type Premium = number | "fair" | "recorded";

/** What a market is made of. */
export interface MarketInput {
  readonly asset: string;
  readonly candles: readonly TimedPrice[];
  readonly recorded: readonly RecordedSurface[];
  /** First and last hour, unix seconds. */
  readonly from: number;
  readonly to: number;
  readonly premium: Premium;
}

/**
 * The market hour by hour. Volatility is what was recorded within the last twelve hours, else a log-HAR forecast of realised
 * volatility, fitted on the days before alone, times one and a premium.
 * @throws LabError if the candles do not reach from the beginning to the end
 */
export function buildMarket(input: MarketInput): Market {
  const { asset, candles, from, to } = input;
  const hourly = returnsOf(candles, HOUR);
  const firstTime = hourly[0]?.time ?? Number.POSITIVE_INFINITY;
  if (firstTime > from - 200 * DAY || (hourly.at(-1)?.time ?? 0) < to)
    throw new LabError(`The candles of ${asset} do not cover what is asked and two hundred days before it.`);
  const hours = Math.floor((to - from) / HOUR) + 1;
  const prices = pricesAt(candles, from, hours);
  const squares = hourly.map(({ value }) => value * value);
  const offset = Math.round((from - firstTime) / HOUR);
  const forecasts = forecastsOf(hourly, squares, offset, hours, from);
  const realised = Float64Array.from({ length: hours }, (_, hour) =>
    Math.sqrt(365 * sumOf(squares, offset + hour - 23, offset + hour + 1)),
  );
  const recorded = recordedAt(input.recorded, from, hours);
  const premium =
    input.premium === "recorded"
      ? recordedPremium(recorded, forecasts)
      : input.premium === "fair"
        ? fairPremium(squares, offset, forecasts)
        : input.premium;
  const surfaces = recorded.map(
    (nodes, hour) =>
      nodes ??
      nodesOf((days) => bounded((1 + premium) * termOf(forecasts.short[hour], forecasts.long[hour], days))),
  );
  return {
    asset,
    start: from,
    prices,
    realised,
    surfaces,
    recordedHours: recorded.filter((nodes) => nodes !== undefined).length,
    premium,
  };
}

function pricesAt(candles: readonly TimedPrice[], from: number, hours: number): Float64Array {
  const prices = new Float64Array(hours);
  let index = 0;
  for (let hour = 0; hour < hours; hour++) {
    const time = from + hour * HOUR;
    while ((candles[index + 1]?.time ?? Number.POSITIVE_INFINITY) <= time) index++;
    prices[hour] = candles[index]?.price ?? Number.NaN;
  }
  return prices;
}

interface Forecasts {
  readonly short: Float64Array;
  readonly long: Float64Array;
}

/** Models are fitted at midnight on the days that are over; their regressors are the blocks of a day that end at the hour. */
function forecastsOf(
  hourly: readonly { readonly time: number; readonly value: number }[],
  squares: readonly number[],
  offset: number,
  hours: number,
  from: number,
): Forecasts {
  const days = realisedDays(hourly);
  const [shortFit, longFit] = [rollingHar(SHORT), rollingHar(LONG)];
  const result = { short: new Float64Array(hours), long: new Float64Array(hours) };
  let day = 0;
  let models: { short: HarModel; long: HarModel } | undefined;
  for (let hour = 0; hour < hours; hour++) {
    const time = from + hour * HOUR;
    let isNew = models === undefined;
    for (; (days[day]?.time ?? Number.POSITIVE_INFINITY) <= time; day++) {
      const variance = days[day]?.variance ?? Number.NaN;
      shortFit.add(variance);
      longFit.add(variance);
      isNew = true;
    }
    if (isNew || !models) models = { short: shortFit.model(), long: longFit.model() };
    const blocks = Array.from({ length: LONG }, (_, back) => {
      const end = offset + hour + 1 - 24 * (LONG - 1 - back);
      return Math.max(sumOf(squares, end - 24, end), 1e-8);
    });
    result.short[hour] = Math.sqrt(365 * forecastVariance(models.short, blocks));
    result.long[hour] = Math.sqrt(365 * forecastVariance(models.long, blocks));
  }
  return result;
}

function sumOf(values: readonly number[], start: number, end: number): number {
  let sum = 0;
  for (let i = start; i < end; i++) sum += values[i] ?? 0;
  return sum;
}

/** Mean variance up to a tenor, from that of a week to that of a month and beyond. */
function termOf(short = Number.NaN, long = Number.NaN, days: number): number {
  const fade = Math.exp(-Math.max(days - SHORT, 0) / FADE);
  return Math.sqrt(long * long + (short * short - long * long) * fade);
}

function bounded(volatility: number): number {
  return Math.min(HIGHEST, Math.max(LOWEST, volatility));
}

function recordedAt(
  recorded: readonly RecordedSurface[],
  from: number,
  hours: number,
): (readonly Node[] | undefined)[] {
  let index = -1;
  return Array.from({ length: hours }, (_, hour) => {
    const time = from + hour * HOUR;
    while ((recorded[index + 1]?.time ?? Number.POSITIVE_INFINITY) <= time) index++;
    const last = recorded[index];
    return last && time - last.time <= RECORDED_FOR ? last.nodes : undefined;
  });
}

/** Mean of recorded over forecast volatility of a month, less one; zero where nothing was recorded. */
function recordedPremium(recorded: readonly (readonly Node[] | undefined)[], { long }: Forecasts): number {
  let [sum, count] = [0, 0];
  recorded.forEach((nodes, hour) => {
    const month = nodes?.find(({ years }) => years * 365 >= 20);
    if (!month) return;
    sum += Math.sqrt(month.theta / month.years) / (long[hour] ?? Number.NaN);
    count++;
  });
  return count === 0 ? 0 : sum / count - 1;
}

function fairPremium(squares: readonly number[], offset: number, { short }: Forecasts): number {
  let [realised, forecast] = [0, 0];
  for (let hour = 0; hour + 24 * SHORT < short.length; hour += 24) {
    realised += (365 / SHORT) * sumOf(squares, offset + hour + 1, offset + hour + 1 + 24 * SHORT);
    forecast += (short[hour] ?? Number.NaN) ** 2;
  }
  return Math.sqrt(realised / forecast) - 1;
}
