import { BadSampleError, type TimedPrice } from "../risk/index.ts";

const YEAR = 365 * 86_400;
/** Fewer returns than these say too little about a day. */
const LEAST_RETURNS = 12;
/** Fewer stretches with trades than these say too little about takers. */
const LEAST_STRETCHES = 20;

/** An estimate with what it rests on. */
export interface Estimate {
  readonly value: number;
  readonly standardError: number;
  /** Observations behind it. */
  readonly samples: number;
}

/**
 * Volatility per year that prices had until their last, by the sum of squared log returns over the time between them:
 * that needs no even spacing, so a feed that answers when the price has moved serves as well as an hourly one. The
 * standard error is that of normal returns, value / sqrt(2 n).
 * @param prices oldest first
 * @returns undefined for fewer than twelve returns
 * @throws BadSampleError if times do not increase or a price is not positive
 */
export function realisedVolatility(prices: readonly TimedPrice[]): Estimate | undefined {
  let sum = 0;
  prices.forEach((point, i) => {
    if (!(point.price > 0)) throw new BadSampleError(`The price ${point.price} is not positive.`);
    const before = prices[i - 1];
    if (!before) return;
    if (!(point.time > before.time)) throw new BadSampleError("The times of prices do not increase.");
    sum += Math.log(point.price / before.price) ** 2;
  });
  const samples = prices.length - 1;
  if (samples < LEAST_RETURNS) return undefined;
  const elapsed = (prices.at(-1)?.time ?? 0) - (prices[0]?.time ?? 0);
  const value = Math.sqrt((sum * YEAR) / elapsed);
  return { value, standardError: value / Math.sqrt(2 * samples), samples };
}

/** A trade with a taker and what was seen of its series a while later. Prices per contract [USD]. */
export interface ObservedTrade {
  /** Unix seconds. */
  readonly time: number;
  /** Contracts that the taker gained; negative: sold. */
  readonly quantity: number;
  /** Mid value when it was done, and its sensitivities to the forward and to 1.00 of volatility. */
  readonly value: number;
  readonly delta: number;
  readonly vega: number;
  /** Mid value later, and the forward then. */
  readonly laterValue: number;
  readonly laterForward: number;
  /** The forward at the first price after the trade: from there on a hedge carries its delta. */
  readonly hedgedForward: number;
}

/** What the taker gained against mid, with the trade's delta hedged from the first price after it on [USD]. */
export function markOutOf(trade: ObservedTrade): number {
  const { quantity, value, laterValue, delta, laterForward, hedgedForward } = trade;
  return quantity * (laterValue - value - delta * (laterForward - hedgedForward));
}

/** What takers knew more than the quotes, in volatility (0.01 is a point). */
export interface Toxicity extends Estimate {
  /** The estimate less its standard error, and not below zero: what chance alone would rarely show. */
  readonly charged: number;
}

/**
 * Mean mark-out per vega of trades, so that a large trade counts as much as its pieces: R = sum(gain) / sum(|quantity| vega).
 * Trades of one stretch of time share its market moves, so a stretch is one observation: with e = sum(gain - R |quantity| vega)
 * over a stretch, and n stretches, the standard error is sqrt(n / (n - 1) sum(e²)) / sum(|quantity| vega). Gains are taken
 * against mid and not against what was paid, or a charge would take its own reason away.
 * @param stretch seconds
 * @returns undefined for fewer than twenty stretches with trades
 */
export function toxicityOf(trades: readonly ObservedTrade[], stretch: number): Toxicity | undefined {
  const stretches = new Map<number, { gain: number; weight: number }>();
  let [gain, weight] = [0, 0];
  for (const trade of trades) {
    const own = { gain: markOutOf(trade), weight: Math.abs(trade.quantity) * trade.vega };
    const key = Math.floor(trade.time / stretch);
    const sum = stretches.get(key) ?? { gain: 0, weight: 0 };
    stretches.set(key, { gain: sum.gain + own.gain, weight: sum.weight + own.weight });
    gain += own.gain;
    weight += own.weight;
  }
  const samples = stretches.size;
  if (samples < LEAST_STRETCHES || !(weight > 0)) return undefined;
  const value = gain / weight;
  const squares = [...stretches.values()].reduce((sum, one) => sum + (one.gain - value * one.weight) ** 2, 0);
  const standardError = Math.sqrt((squares * samples) / (samples - 1)) / weight;
  return { value, standardError, samples, charged: Math.max(value - standardError, 0) };
}
