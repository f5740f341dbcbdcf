import { tradeToBand, whalleyWilmottBand } from "@ballast/quant";

/** What a hedger sees each hour. */
export interface HedgeView {
  readonly hour: number;
  readonly price: number;
  /** Of the options. */
  readonly delta: number;
  readonly gamma: number;
  readonly held: number;
}

/** A way to hedge: units that should be held after the hour. */
export interface Strategy {
  readonly name: string;
  /** Whether it also looks between the hours, as keepers do. */
  readonly isWatching: boolean;
  hold(view: HedgeView): number;
}

/** Hedges to no delta every `hours`. */
export function everyHours(hours: number): Strategy {
  return {
    name: hours === 1 ? "hourly" : `every ${hours} hours`,
    isWatching: false,
    hold: ({ hour, delta, held }) => (hour % hours === 0 ? -delta : held),
  };
}

/** Trades to the edge of the Whalley-Wilmott band. */
export function banded(costRatio: number, riskAversion: number): Strategy {
  return {
    name: `band, aversion ${riskAversion.toExponential(0)}`,
    isWatching: true,
    hold: ({ price, delta, gamma, held }) =>
      tradeToBand(held, -delta, whalleyWilmottBand({ price, gamma, costRatio, riskAversion })).held,
  };
}

/** A strategy at work, with what it has cost and earned. */
export class Hedger {
  readonly strategy: Strategy;
  readonly #costRatio: number;
  held = 0;
  cost = 0;
  pnl = 0;
  trades = 0;
  turnover = 0;

  constructor(strategy: Strategy, costRatio: number) {
    this.strategy = strategy;
    this.#costRatio = costRatio;
  }

  /** Takes the move of a price. */
  carry(move: number): void {
    this.pnl += this.held * move;
  }

  /** Trades as the strategy wants and pays for it. */
  trade(view: Omit<HedgeView, "held">): void {
    const wanted = this.strategy.hold({ ...view, held: this.held });
    const dollars = Math.abs(wanted - this.held) * view.price;
    if (dollars === 0) return;
    this.held = wanted;
    this.trades++;
    this.turnover += dollars;
    this.cost += this.#costRatio * dollars;
  }
}
