import { BadSampleError } from "./tail.ts";

/** A price at a time (unix seconds). */
export interface TimedPrice {
  readonly time: number;
  readonly price: number;
}

/** A log return over the step that ends at `time`. */
export interface TimedReturn {
  readonly time: number;
  readonly value: number;
}

/**
 * Reads hourly candles (header open_time_unix,open,high,low,close,volume) as closes at the end of their hours.
 * @throws BadSampleError naming the first line that is wrong
 */
export function readCandles(text: string): TimedPrice[] {
  const [header = "", ...lines] = text.trimEnd().split(/\r?\n/);
  if (!header.startsWith("open_time_unix,open,high,low,close"))
    throw new BadSampleError("Line 1 of the candles is no header of candles.");
  const prices: TimedPrice[] = [];
  lines.forEach((line, index) => {
    const cells = line.split(",");
    const point = { time: Number(cells[0]) + 3600, price: Number(cells[4]) };
    const last = prices.at(-1);
    if (!(point.time > (last?.time ?? 0)) || !(point.price > 0))
      throw new BadSampleError(`Line ${index + 2} of the candles has no later time and positive close.`);
    prices.push(point);
  });
  return prices;
}

/** Log returns from one multiple of `step` seconds to the next, each at the last price known then. */
export function returnsOf(prices: readonly TimedPrice[], step: number): TimedReturn[] {
  const [first, last] = [prices[0], prices.at(-1)];
  if (!first || !last) return [];
  const returns: TimedReturn[] = [];
  let index = 0;
  let before: number | undefined;
  for (let time = Math.ceil(first.time / step) * step; time <= last.time; time += step) {
    while ((prices[index + 1]?.time ?? Number.POSITIVE_INFINITY) <= time) index++;
    const price = prices[index]?.price ?? first.price;
    if (before !== undefined) returns.push({ time, value: Math.log(price / before) });
    before = price;
  }
  return returns;
}
