import { type Random, seededRandom } from "@ballast/quant";
import { type Mark, Marker, type Series } from "./book.ts";
import type { Market } from "./market.ts";

/** Who trades against the vault. */
export const FLOWS = ["uninformed", "hedging", "latency", "direction", "volatility"] as const;
export type Flow = (typeof FLOWS)[number];

/** A trade that somebody would like at a mark; positive buys. */
export interface Wish {
  readonly flow: Flow;
  readonly series: Series;
  readonly quantity: number;
  /** Whether it wants the price already known rather than the next one. */
  readonly isOneStep: boolean;
  /** Most it gives away per contract beyond the mark [USD]. */
  readonly patience: number;
}

/** How much of each flow there is; 1 is the base case. */
export type FlowMix = Readonly<Record<Flow, number>>;

const DAY = 24;
const WEEK = 7 * DAY;
/** 08:00 UTC on a Friday, as hours since 1970-01-01 (a Thursday). */
const FRIDAY = DAY + 8;
/** Most that the price can be off the feed's before the feed answers: its deviation threshold. */
const DEVIATION = 0.005;
/** How well who trades on direction foresees a day, as a correlation. */
const FORESIGHT = 0.15;
/** The same of a week's surprise in volatility, in logarithms, and how large such surprises are. */
const VOLATILITY_FORESIGHT = 0.3;
const SURPRISE = 0.35;
/** What people without information put up with, in volatility. */
const TOLERANCE = 0.03;

/** The trades wished in an hour. Sees the future of the market where the flow is informed, the vault never does. */
export class Crowd {
  readonly #market: Market;
  readonly #mix: FlowMix;
  readonly #random: Random;
  readonly #marker = new Marker();

  constructor(market: Market, mix: FlowMix, seed: number) {
    this.#market = market;
    this.#mix = mix;
    this.#random = seededRandom(seed);
  }

  /** The wishes of an hour, in the order in which they come. */
  wishes(hour: number): Wish[] {
    return [
      ...this.#uninformed(hour),
      ...this.#hedging(hour),
      ...this.#latency(hour),
      ...this.#direction(hour),
      ...this.#volatility(hour),
    ];
  }

  /** The mark that wishes are judged by. */
  mark(series: Series, hour: number): Mark {
    return this.#marker.mark(series, hour, this.#price(hour), this.#market.surfaces[hour] ?? []);
  }

  #price(hour: number): number {
    return this.#market.prices[hour] ?? Number.NaN;
  }

  *#uninformed(hour: number): Iterable<Wish> {
    const random = this.#random;
    const count = random.poisson(0.25 * this.#mix.uninformed);
    for (let i = 0; i < count; i++) {
      const dollars = Math.min(60_000 * Math.exp(random.normal()), 1_000_000);
      const week = Math.min(Math.floor(-2 * Math.log(1 - random.uniform())), 8);
      const series = this.#series(
        hour,
        (week + 0.5) * WEEK,
        0.1 + 0.4 * random.uniform(),
        random.uniform() < 0.55,
      );
      const side = random.uniform() < 0.6 ? 1 : -1;
      const patience = -TOLERANCE * Math.log(1 - random.uniform()) * this.mark(series, hour).vega;
      yield this.#wish("uninformed", series, (side * dollars) / this.#price(hour), patience);
    }
  }

  /** Calls sold against holdings each Friday, and puts bought after a fall, whatever they cost within reason. */
  *#hedging(hour: number): Iterable<Wish> {
    if (!(this.#mix.hedging > 0)) return;
    const random = this.#random;
    const units = (dollars: number) => (this.#mix.hedging * dollars) / this.#price(hour);
    const patient = (series: Series) => 3 * TOLERANCE * this.mark(series, hour).vega;
    if (this.#hourOfWeek(hour) === FRIDAY + 1) {
      for (const weeks of [1, 2, 4, 4]) {
        const series = this.#series(hour, weeks * WEEK, 0.2, true);
        yield this.#wish("hedging", series, -units(250_000), patient(series));
      }
    }
    const fall = Math.log(this.#price(hour) / this.#price(Math.max(hour - DAY, 0)));
    if (fall < -0.04) {
      const count = random.poisson(0.5);
      for (let i = 0; i < count; i++) {
        const series = this.#series(hour, (2 + 2 * random.uniform()) * WEEK, 0.25, false);
        yield this.#wish("hedging", series, units(150_000), patient(series));
      }
    }
  }

  /** Sees a part of the next hour's move before the feed does, as far as the feed lets the price run away. */
  *#latency(hour: number): Iterable<Wish> {
    const seen = this.#random.uniform();
    const move = seen * Math.log(this.#price(hour + 1) / this.#price(hour));
    const known = Math.max(-DEVIATION, Math.min(DEVIATION, move));
    if (!(this.#mix.latency > 0) || known === 0) return;
    const series = this.#series(hour, 0.5 * WEEK, 0.8, known > 0);
    const edge = Math.abs(this.mark(series, hour).delta * this.#price(hour) * known);
    const units = (this.#mix.latency * 300_000) / this.#price(hour);
    yield { ...this.#wish("latency", series, units, edge), isOneStep: true };
  }

  /** Foresees the next day a little. */
  *#direction(hour: number): Iterable<Wish> {
    if (hour % 6 !== 0 || !(this.#mix.direction > 0)) return;
    const daily = (this.#market.realised[hour] ?? 0) / Math.sqrt(365);
    const future = Math.log(this.#price(hour + DAY) / this.#price(hour)) / Math.max(daily, 1e-6);
    const signal = FORESIGHT * future + Math.sqrt(1 - FORESIGHT ** 2) * this.#random.normal();
    const expected = FORESIGHT * signal * daily;
    if (!Number.isFinite(expected)) return;
    const series = this.#series(hour, WEEK, 0.4, expected > 0);
    const edge = Math.abs(this.mark(series, hour).delta * this.#price(hour) * expected);
    const units = (this.#mix.direction * 200_000) / this.#price(hour);
    yield this.#wish("direction", series, units, edge);
  }

  /** Knows in part how much the next week will move, and buys or sells straddles. */
  *#volatility(hour: number): Iterable<Wish> {
    if (hour % DAY !== 12 || !(this.#mix.volatility > 0)) return;
    let sum = 0;
    for (let i = hour; i < hour + WEEK; i++) sum += Math.log(this.#price(i + 1) / this.#price(i)) ** 2;
    if (!Number.isFinite(sum)) return;
    const realised = Math.sqrt((sum * 365) / 7);
    const noise = this.#random.normal();
    const expected = (surprise: number) =>
      VOLATILITY_FORESIGHT *
      (VOLATILITY_FORESIGHT * surprise + Math.sqrt(1 - VOLATILITY_FORESIGHT ** 2) * SURPRISE * noise);
    for (const isCall of [true, false]) {
      const series = this.#series(hour, WEEK, 0.5, isCall);
      const { vega, volatility } = this.mark(series, hour);
      const guess = volatility * Math.exp(expected(Math.log(realised / volatility)));
      const side = guess > volatility ? 1 : -1;
      const units = (this.#mix.volatility * 200_000) / this.#price(hour);
      yield this.#wish("volatility", series, side * units, vega * Math.abs(guess - volatility));
    }
  }

  #wish(flow: Flow, series: Series, quantity: number, patience: number): Wish {
    return { flow, series, quantity, isOneStep: false, patience };
  }

  /** The listed series nearest to a tenor [hours] and a delta: Fridays at 08:00, strikes of three digits. */
  #series(hour: number, tenor: number, delta: number, isCall: boolean): Series {
    const wanted = hour + Math.max(tenor, 2 * DAY);
    const offset = (this.#hourOfWeek(wanted) - FRIDAY + WEEK) % WEEK;
    const before = wanted - offset;
    const expiryHour = offset > WEEK / 2 || before - hour < DAY ? before + WEEK : before;
    const price = this.#price(hour);
    const years = (expiryHour - hour) / (365 * DAY);
    const at = { strike: price, expiryHour, isCall };
    const deviation = this.mark(at, hour).volatility * Math.sqrt(years);
    const far = deviation * (deviation / 2 - inverseNormal(delta));
    const strike = price * Math.exp(isCall ? far : -far + deviation * deviation);
    const grid = 10 ** (Math.floor(Math.log10(strike)) - 2) * 2;
    return { strike: Math.round(strike / grid) * grid, expiryHour, isCall };
  }

  #hourOfWeek(hour: number): number {
    return (Math.round(this.#market.start / 3_600) + hour) % WEEK;
  }
}

/** Inverse of the normal distribution to three digits (Abramowitz and Stegun 26.2.23): enough to choose a strike. */
function inverseNormal(p: number): number {
  const tail = Math.min(p, 1 - p);
  const t = Math.sqrt(-2 * Math.log(tail));
  const x =
    t -
    (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t ** 3);
  return p < 0.5 ? -x : x;
}
