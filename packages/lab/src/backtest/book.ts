import { GreeksBatch, totalVariance } from "@ballast/quant";
import { type Node, sliceOf } from "./surfaces.ts";

const HOURS_PER_YEAR = 8_760;
const CAPACITY = 8_192;

/** A series, and the hour of the simulation at which it expires. */
export interface Series {
  readonly strike: number;
  readonly expiryHour: number;
  readonly isCall: boolean;
}

/** One contract [USD, units of the underlying]. */
export interface Mark {
  readonly value: number;
  readonly delta: number;
  readonly gamma: number;
  readonly vega: number;
  readonly volatility: number;
}

/** What a book is worth and how it moves. Theta per year. */
export interface Totals {
  value: number;
  delta: number;
  gamma: number;
  vega: number;
  theta: number;
}

interface Leg extends Series {
  quantity: number;
}

/** The vault's options. Undiscounted Black-76 on the spot as forward, as the contracts value them without a rate. */
export class Book {
  readonly #legs: Leg[] = [];
  readonly #places = new Map<string, Leg>();
  readonly #batch = new GreeksBatch(CAPACITY);

  /** Series held. */
  get count(): number {
    return this.#legs.length;
  }

  /** Contracts held of a series. */
  held(series: Series): number {
    return this.#places.get(keyOf(series))?.quantity ?? 0;
  }

  /** Adds contracts to what is held. */
  add(series: Series, quantity: number): void {
    const known = this.#places.get(keyOf(series));
    if (known) {
      known.quantity += quantity;
      return;
    }
    const leg = { ...series, quantity };
    this.#legs.push(leg);
    this.#places.set(keyOf(series), leg);
  }

  /** Takes out what has expired and returns what it pays at `price`. */
  settle(hour: number, price: number): number {
    let paid = 0;
    for (let i = this.#legs.length - 1; i >= 0; i--) {
      const leg = this.#legs[i];
      if (!leg || leg.expiryHour > hour) continue;
      paid += leg.quantity * Math.max(leg.isCall ? price - leg.strike : leg.strike - price, 0);
      this.#legs.splice(i, 1);
      this.#places.delete(keyOf(leg));
    }
    return paid;
  }

  /** Marks every series at an hour, a price and a surface; `scale` multiplies volatilities. */
  totals(hour: number, price: number, nodes: readonly Node[], scale = 1): Totals {
    const count = this.#legs.length;
    if (count > CAPACITY) throw new RangeError(`The book has ${count} series and room for ${CAPACITY}.`);
    const columns = this.#batch.columns;
    const slices = new Map<number, Node>();
    this.#legs.forEach((leg, i) => {
      const years = Math.max(leg.expiryHour - hour, 0) / HOURS_PER_YEAR;
      columns.forward[i] = price;
      columns.strike[i] = leg.strike;
      columns.years[i] = years;
      columns.sign[i] = leg.isCall ? 1 : -1;
      columns.volatility[i] =
        years === 0 ? 0 : scale * volatilityIn(slices, nodes, years, leg.strike / price);
    });
    this.#batch.compute(count);
    const sums = { value: 0, delta: 0, gamma: 0, vega: 0, theta: 0 };
    this.#legs.forEach(({ quantity }, i) => {
      sums.value += quantity * (columns.price[i] ?? 0);
      if (columns.years[i] === 0) return;
      sums.delta += quantity * (columns.delta[i] ?? 0);
      sums.gamma += quantity * (columns.gamma[i] ?? 0);
      sums.vega += quantity * (columns.vega[i] ?? 0);
      sums.theta += quantity * (columns.theta[i] ?? 0);
    });
    return sums;
  }
}

/** Marks single series, at the surface's volatility moved by `shift`. */
export class Marker {
  readonly #batch = new GreeksBatch(8);

  mark(series: Series, hour: number, price: number, nodes: readonly Node[], shift = 0): Mark {
    const years = Math.max(series.expiryHour - hour, 0) / HOURS_PER_YEAR;
    const volatility =
      years === 0 ? 0 : Math.max(volatilityIn(new Map(), nodes, years, series.strike / price) + shift, 0.01);
    const { columns } = this.#batch;
    columns.forward[0] = price;
    columns.strike[0] = series.strike;
    columns.years[0] = years;
    columns.sign[0] = series.isCall ? 1 : -1;
    columns.volatility[0] = volatility;
    this.#batch.compute(1);
    const read = (column: Float64Array) => (years === 0 ? 0 : (column[0] ?? 0));
    return {
      value: columns.price[0] ?? 0,
      delta: read(columns.delta),
      gamma: read(columns.gamma),
      vega: read(columns.vega),
      volatility,
    };
  }
}

function volatilityIn(
  slices: Map<number, Node>,
  nodes: readonly Node[],
  years: number,
  ratio: number,
): number {
  let slice = slices.get(years);
  if (!slice) {
    slice = sliceOf(nodes, years);
    slices.set(years, slice);
  }
  return Math.sqrt(totalVariance(slice, Math.log(ratio)) / years);
}

function keyOf({ strike, expiryHour, isCall }: Series): string {
  return `${expiryHour}:${strike}:${isCall ? "C" : "P"}`;
}
