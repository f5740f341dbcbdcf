import { seededRandom } from "@ballast/quant";
import { Book, type Totals } from "./book.ts";
import { Crowd, type Flow, type FlowMix } from "./flow.ts";
import { Hedger, type Strategy } from "./hedgers.ts";
import type { Market } from "./market.ts";
import { type FlowResult, Markouts } from "./markouts.ts";
import { ask, type QuotePolicy } from "./quotes.ts";

const DAY = 24;
const HOURS_PER_YEAR = 8_760;
/** Hours that flows look ahead. */
const AHEAD = 8 * DAY;
/** Spot moves and volatility scales under which the book's worst loss is its use of capital. */
const SCAN_MOVES = [-0.2, -0.13, -0.06, 0, 0.06, 0.13, 0.2] as const;
const SCAN_SCALES = [0.65, 1, 1.55] as const;
/** Above this use of capital the vault opens nothing. */
const FULL = 0.8;

/** What became of the vault's value. The parts sum to the change of NAV. */
export const PARTS = ["spread", "delta", "gamma", "theta", "volatility", "higher", "hedgeCost"] as const;
export type Part = (typeof PARTS)[number];

export interface SimulationInput {
  readonly market: Market;
  readonly policy: QuotePolicy;
  readonly mix: FlowMix;
  readonly seed: number;
  /** Of the LPs [USD]. */
  readonly capital: number;
  /** Of a trade in the underlying, as a share. */
  readonly costRatio: number;
  /** How often a strategy that watches looks at the price within an hour; 1 for the closes alone. */
  readonly looks: number;
  /** The first is the vault's own; the others hedge the same options beside it. */
  readonly strategies: readonly Strategy[];
  /** Told the share that is done, now and then. */
  readonly onProgress?: (share: number) => void;
}

/** A day as it ended. */
export interface DayEnd {
  readonly time: number;
  readonly price: number;
  readonly nav: number;
  readonly parts: Readonly<Record<Part, number>>;
  /** P&L of the day under each strategy, and of what delta it left open alone [USD]. */
  readonly pnl: readonly number[];
  readonly open: readonly number[];
  /** Worst loss of the scan [USD]. */
  readonly scan: number;
  readonly series: number;
}

export interface Simulation {
  readonly days: readonly DayEnd[];
  readonly hedgers: readonly Hedger[];
  readonly flows: Readonly<Record<Flow, FlowResult>>;
  readonly refusals: Readonly<Record<string, number>>;
  /** Hour at which nothing was left, if it came to that. */
  readonly ruin: number | undefined;
}

/**
 * Plays the vault through a market, hour by hour: prices and surface arrive, options are marked and settled, hedgers trade,
 * then takers do. What takers trade is hedged an hour later at the earliest.
 */
export function simulate(input: SimulationInput): Simulation {
  const run = new Run(input);
  const hours = input.market.prices.length - AHEAD;
  for (let hour = 1; hour < hours && run.ruin === undefined; hour++) {
    run.step(hour);
    if (hour % (30 * DAY) === 0) input.onProgress?.(hour / hours);
  }
  return run.result();
}

class Run {
  readonly #input: SimulationInput;
  readonly #book = new Book();
  readonly #crowd: Crowd;
  readonly #markouts: Markouts;
  readonly #hedgers: Hedger[];
  readonly #bridge: ReturnType<typeof seededRandom>;
  readonly #days: DayEnd[] = [];
  readonly #refusals: Record<string, number> = {};
  readonly #sums = zeroParts();
  #dayParts = zeroParts();
  #dayStart: { pnl: number[]; open: number[] };
  readonly #open: number[];
  #options = 0;
  #before: Totals = { value: 0, delta: 0, gamma: 0, vega: 0, theta: 0 };
  #scan = 0;
  ruin: number | undefined;

  constructor(input: SimulationInput) {
    this.#input = input;
    this.#crowd = new Crowd(input.market, input.mix, input.seed);
    this.#markouts = new Markouts(input.market);
    this.#bridge = seededRandom(input.seed + 1);
    this.#hedgers = input.strategies.map((strategy) => new Hedger(strategy, input.costRatio));
    this.#open = this.#hedgers.map(() => 0);
    this.#dayStart = { pnl: this.#hedgers.map(() => 0), open: [...this.#open] };
  }

  step(hour: number): void {
    const { prices, surfaces } = this.#input.market;
    const [price, last] = [prices[hour] ?? Number.NaN, prices[hour - 1] ?? Number.NaN];
    const [now, old] = [surfaces[hour] ?? [], surfaces[hour - 1] ?? []];
    const moved = this.#book.totals(hour, price, old);
    const marked = this.#book.totals(hour, price, now);
    const hedged = this.#watch(hour, last, price);
    this.#attribute(price - last, hedged, moved.value, marked.value);
    this.#book.settle(hour, price);
    this.#markouts.look(hour);
    const after = this.#book.totals(hour, price, now);
    this.#hedge(hour, price, after);
    this.#before = this.#trade(hour, price, after);
    if ((this.#input.market.start / 3_600 + hour) % DAY === 0) this.#endDay(hour, price);
    if (this.#nav() <= 0) this.ruin = hour;
  }

  result(): Simulation {
    return {
      days: this.#days,
      hedgers: this.#hedgers,
      flows: this.#markouts.results,
      refusals: this.#refusals,
      ruin: this.ruin,
    };
  }

  #nav(): number {
    return this.#input.capital + PARTS.reduce((sum, part) => sum + this.#sums[part], 0);
  }

  #note(part: Part, amount: number): void {
    this.#sums[part] += amount;
    this.#dayParts[part] += amount;
  }

  /**
   * Walks through the hour: prices in between are a Brownian bridge whose squared steps sum to the hour's own squared move on
   * average, so that looking more often neither adds nor spares gamma; the options' delta follows their gamma. Returns what
   * the vault's own hedge gained.
   */
  #watch(hour: number, last: number, price: number): number {
    const { delta, gamma } = this.#before;
    const { looks } = this.#input;
    const deviation = Math.abs(Math.log(price / last)) / Math.sqrt(looks);
    const gained = this.#hedgers.map((hedger) => hedger.pnl);
    const paid = this.#hedgers[0]?.cost ?? 0;
    let at = last;
    for (let look = 1; look <= looks; look++) {
      const left = looks - look;
      const mean = Math.log(at) + Math.log(price / at) / (left + 1);
      const noise = deviation * Math.sqrt(left / (left + 1)) * this.#bridge.normal();
      const next = left === 0 ? price : Math.exp(mean + noise);
      for (const hedger of this.#hedgers) hedger.carry(next - at);
      at = next;
      if (left === 0) break;
      const view = { hour, price: at, delta: delta + gamma * (at - last), gamma };
      for (const hedger of this.#hedgers) if (hedger.strategy.isWatching) hedger.trade(view);
    }
    this.#hedgers.forEach((hedger, i) => {
      const explained = delta * (price - last) + (gamma * (price - last) ** 2) / 2;
      this.#open[i] = (this.#open[i] ?? 0) + explained + hedger.pnl - (gained[i] ?? 0);
    });
    this.#note("hedgeCost", paid - (this.#hedgers[0]?.cost ?? 0));
    return (this.#hedgers[0]?.pnl ?? 0) - (gained[0] ?? 0);
  }

  /** Splits the hour's change of value: what Greeks of the hour before explain, the surface's move, and the rest. */
  #attribute(move: number, hedged: number, moved: number, marked: number): void {
    const { value, delta, gamma, theta } = this.#before;
    const parts = { gamma: (gamma * move * move) / 2, theta: theta / HOURS_PER_YEAR };
    this.#note("delta", delta * move + hedged);
    this.#note("gamma", parts.gamma);
    this.#note("theta", parts.theta);
    this.#note("volatility", marked - moved);
    this.#note("higher", moved - value - delta * move - parts.gamma - parts.theta);
    this.#options += marked - value;
  }

  #hedge(hour: number, price: number, { delta, gamma }: Totals): void {
    const paid = this.#hedgers[0]?.cost ?? 0;
    for (const hedger of this.#hedgers) hedger.trade({ hour, price, delta, gamma });
    this.#note("hedgeCost", paid - (this.#hedgers[0]?.cost ?? 0));
  }

  #trade(hour: number, price: number, start: Totals): Totals {
    const { market, policy } = this.#input;
    const asked = market.surfaces[hour] ?? [];
    const week = asked.find((node) => node.years >= 7 / 365);
    const volatility = week ? Math.sqrt(week.theta / week.years) : 1;
    const stress = (market.realised[hour] ?? 0) / volatility;
    const totals = { ...start };
    for (const wish of this.#crowd.wishes(hour)) {
      const mark = this.#crowd.mark(wish.series, hour);
      const answer = ask(
        policy,
        {
          nav: this.#nav(),
          price,
          totals,
          netDelta: totals.delta + (this.#hedgers[0]?.held ?? 0),
          stress,
          isFull: this.#scan > FULL * this.#nav(),
        },
        mark,
        wish.quantity,
        wish.isOneStep,
      );
      if (answer.refusal !== undefined || answer.margin > wish.patience) {
        const reason = answer.refusal ?? "too dear";
        this.#refusals[reason] = (this.#refusals[reason] ?? 0) + 1;
        this.#markouts.refuse(wish);
        continue;
      }
      this.#book.add(wish.series, -wish.quantity);
      this.#markouts.add(wish, mark, answer.margin, hour);
      const margin = Math.abs(wish.quantity) * answer.margin;
      this.#note("spread", margin);
      this.#options += margin;
      totals.value -= wish.quantity * mark.value;
      totals.delta -= wish.quantity * mark.delta;
      totals.gamma -= wish.quantity * mark.gamma;
      totals.vega -= wish.quantity * mark.vega;
    }
    return this.#book.totals(hour, price, asked);
  }

  #endDay(hour: number, price: number): void {
    this.#scan = this.#worst(hour, price);
    const pnl = this.#hedgers.map((hedger) => this.#options + hedger.pnl - hedger.cost);
    this.#days.push({
      time: this.#input.market.start + 3_600 * hour,
      price,
      nav: this.#nav(),
      parts: this.#dayParts,
      pnl: pnl.map((one, i) => one - (this.#dayStart.pnl[i] ?? 0)),
      open: this.#open.map((one, i) => one - (this.#dayStart.open[i] ?? 0)),
      scan: this.#scan,
      series: this.#book.count,
    });
    this.#dayStart = { pnl, open: [...this.#open] };
    this.#dayParts = zeroParts();
  }

  /** What the book and the vault's hedge lose at worst on the scan. */
  #worst(hour: number, price: number): number {
    const nodes = this.#input.market.surfaces[hour] ?? [];
    const value = this.#book.totals(hour, price, nodes).value;
    const held = this.#hedgers[0]?.held ?? 0;
    let worst = 0;
    for (const move of SCAN_MOVES) {
      for (const scale of SCAN_SCALES) {
        const change = this.#book.totals(hour, price * (1 + move), nodes, scale).value - value;
        worst = Math.max(worst, -(change + held * price * move));
      }
    }
    return worst;
  }
}

function zeroParts(): Record<Part, number> {
  return { spread: 0, delta: 0, gamma: 0, theta: 0, volatility: 0, higher: 0, hedgeCost: 0 };
}
