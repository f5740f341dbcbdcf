import { BadNumberError, parseDecimal } from "@ballast/sdk";
import { LabError } from "../failure.ts";

/** Price at a time. */
export interface PricePoint {
  /** Unix seconds. */
  readonly time: number;
  /** [wad USD]. */
  readonly price: bigint;
}

const HEADER = "open_time_unix,open,high,low,close,volume";
const HOUR = 3600;

/**
 * Reads hourly candles and returns the close of each at the end of its hour.
 * @param text CSV with the header open_time_unix,open,high,low,close,volume
 * @throws LabError naming the file and the first line that is wrong
 */
export function parseHistory(text: string, file: string): PricePoint[] {
  const lines = text.split(/\r?\n/);
  if (lines[0]?.trim() !== HEADER) throw new LabError(`${file}, line 1: the header must be ${HEADER}.`);
  const points: PricePoint[] = [];
  for (let index = 1; index < lines.length; index++) {
    const line = (lines[index] ?? "").trim();
    if (line === "") continue;
    const point = parseLine(line, `${file}, line ${index + 1}`);
    const last = points.at(-1);
    if (last && point.time <= last.time)
      throw new LabError(`${file}, line ${index + 1}: the time is not after the one before.`);
    points.push(point);
  }
  if (points.length === 0) throw new LabError(`${file} has no prices.`);
  return points;
}

function parseLine(line: string, where: string): PricePoint {
  const fields = line.split(",");
  if (fields.length !== 6) throw new LabError(`${where}: expected 6 fields, found ${fields.length}.`);
  const [opened, , , , close] = fields;
  if (!/^\d{9,11}$/.test(opened ?? ""))
    throw new LabError(`${where}: "${opened}" is not a unix time in seconds.`);
  let price: bigint;
  try {
    price = parseDecimal(close ?? "");
  } catch (error) {
    if (error instanceof BadNumberError)
      throw new LabError(`${where}: the close "${close}" is not a number.`);
    throw error;
  }
  if (price <= 0n) throw new LabError(`${where}: the close must be positive, not "${close}".`);
  return { time: Number(opened) + HOUR, price };
}

/**
 * Points of [from, to), gaps filled with the last price so that every hour has one.
 * @throws LabError if the history does not cover the range
 */
export function sliceHistory(
  points: readonly PricePoint[],
  from: number,
  to: number,
  file: string,
): PricePoint[] {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last || first.time > from || last.time < to - HOUR) {
    throw new LabError(`${file} does not cover ${isoDay(from)} to ${isoDay(to)}.`);
  }
  const hourly: PricePoint[] = [];
  let index = 0;
  for (let time = from; time < to; time += HOUR) {
    while (index + 1 < points.length && (points[index + 1]?.time ?? Number.POSITIVE_INFINITY) <= time)
      index++;
    hourly.push({ time, price: points[index]?.price ?? first.price });
  }
  return hourly;
}

function isoDay(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 10);
}
