import type { Mark, Totals } from "./book.ts";

/** What the vault asks beyond fair value, and how far it goes: the main terms of the contracts' quoter, in doubles. */
export interface QuotePolicy {
  /** Half-spread in volatility, absolute. */
  readonly halfSpread: number;
  /** Share of the price paid per delta by orders that are filled at the price already known. */
  readonly oneStep: number;
  /** Volatility added for vega on the book of the size of the NAV. */
  readonly vegaCharge: number;
  /** Largest |net vega| and |net delta| value as shares of NAV. */
  readonly maxNetVega: number;
  readonly maxNetDelta: number;
  readonly minDelta: number;
  readonly maxDelta: number;
}

/** The vault as a quote sees it. */
export interface Desk {
  readonly nav: number;
  readonly price: number;
  readonly totals: Totals;
  /** Of options and hedge [units of the underlying]. */
  readonly netDelta: number;
  /** Realised over asked volatility; the spread widens when the market moves more than it asks for. */
  readonly stress: number;
  /** No room left for new risk. */
  readonly isFull: boolean;
}

/** What the vault asks for beyond the mark, per contract [USD, never negative], or why it does not trade. */
export type Ask = { readonly refusal: string } | { readonly refusal: undefined; readonly margin: number };

/**
 * What a taker who gains `quantity` pays above (or receives below) the mark, per contract. The charge for inventory is
 * the rise of one convex potential of the book, so that pieces never cost less than the whole.
 */
export function ask(policy: QuotePolicy, desk: Desk, mark: Mark, quantity: number, isOneStep: boolean): Ask {
  const { nav, price, totals, netDelta } = desk;
  const vegaAfter = totals.vega - quantity * mark.vega;
  const deltaAfter = netDelta - quantity * mark.delta;
  const addsVega = Math.abs(vegaAfter) > Math.abs(totals.vega);
  const addsDelta = Math.abs(deltaAfter) > Math.abs(netDelta);
  if (addsVega || addsDelta) {
    if (!(nav > 0) || (desk.isFull && addsVega)) return { refusal: "no capacity" };
    const delta = Math.abs(mark.delta);
    if (delta < policy.minDelta || delta > policy.maxDelta) return { refusal: "delta out of range" };
    if (addsVega && Math.abs(vegaAfter) > policy.maxNetVega * nav) return { refusal: "vega limit" };
    if (addsDelta && Math.abs(deltaAfter) * price > policy.maxNetDelta * nav)
      return { refusal: "delta limit" };
  }
  const rise = nav > 0 ? (policy.vegaCharge * (vegaAfter ** 2 - totals.vega ** 2)) / (2 * nav) : 0;
  const inventory = Math.max(rise, 0) / Math.abs(quantity);
  const spread = policy.halfSpread * Math.max(1, desk.stress) * mark.vega;
  const step = isOneStep ? policy.oneStep * price * Math.abs(mark.delta) : 0;
  return { refusal: undefined, margin: spread + inventory + step };
}
