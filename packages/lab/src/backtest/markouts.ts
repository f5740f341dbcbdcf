import { type Mark, Marker } from "./book.ts";
import { FLOWS, type Flow, type Wish } from "./flow.ts";
import type { Market } from "./market.ts";

/** Hours after a trade at which it is looked at again. */
export const HORIZONS = [1, 4, 24, 168] as const;

/** What a flow's trades brought the vault, in dollars and, from the mark-outs on, in basis points of their notional. */
export interface FlowResult {
  trades: number;
  refused: number;
  notional: number;
  /** Paid to the vault beyond fair value [USD]. */
  margin: number;
  /** Vault's gain by horizon, option alone. */
  readonly raw: number[];
  /** The same with the delta of the trade hedged at the price of its hour. */
  readonly hedged: number[];
}

interface Pending {
  readonly wish: Wish;
  readonly mark: Mark;
  readonly price: number;
  readonly margin: number;
  readonly horizon: number;
}

/** Follows each trade and says what the vault gained on it after an hour, four, a day and a week. */
export class Markouts {
  readonly #market: Market;
  readonly #marker = new Marker();
  readonly #due = new Map<number, Pending[]>();
  readonly results: Readonly<Record<Flow, FlowResult>>;

  constructor(market: Market) {
    this.#market = market;
    const zeros = () => HORIZONS.map(() => 0);
    this.results = Object.fromEntries(
      FLOWS.map((flow) => [
        flow,
        { trades: 0, refused: 0, notional: 0, margin: 0, raw: zeros(), hedged: zeros() },
      ]),
    ) as Record<Flow, FlowResult>;
  }

  refuse(wish: Wish): void {
    this.results[wish.flow].refused++;
  }

  /** Takes a trade done at `margin` a contract beyond its mark. */
  add(wish: Wish, mark: Mark, margin: number, hour: number): void {
    const price = this.#market.prices[hour] ?? Number.NaN;
    const result = this.results[wish.flow];
    const size = Math.abs(wish.quantity);
    result.trades++;
    result.notional += size * price;
    result.margin += size * margin;
    HORIZONS.forEach((hours, horizon) => {
      const at = Math.min(hour + hours, wish.series.expiryHour);
      const due = this.#due.get(at) ?? [];
      due.push({ wish, mark, price, margin, horizon });
      this.#due.set(at, due);
    });
  }

  /** Looks again at what is due in an hour. */
  look(hour: number): void {
    const price = this.#market.prices[hour] ?? Number.NaN;
    for (const { wish, mark, price: before, margin, horizon } of this.#due.get(hour) ?? []) {
      const now = this.#marker.mark(wish.series, hour, price, this.#market.surfaces[hour] ?? []);
      const gain = Math.abs(wish.quantity) * margin - wish.quantity * (now.value - mark.value);
      const result = this.results[wish.flow];
      result.raw[horizon] = (result.raw[horizon] ?? 0) + gain;
      result.hedged[horizon] =
        (result.hedged[horizon] ?? 0) + gain + wish.quantity * mark.delta * (price - before);
    }
    this.#due.delete(hour);
  }
}

/** Basis points of a notional; zero of none. */
export function basisPoints(amount: number, notional: number): number {
  return notional === 0 ? 0 : (10_000 * amount) / notional;
}
