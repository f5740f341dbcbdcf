import type { ReferenceLeg } from "../../packages/quant/src/reference/index.ts";
import type { Environment, RandomPortfolio } from "./environments.ts";

type Shape = (pick: Picker) => ReferenceLeg[];

/** Draws from one environment. */
class Picker {
  readonly #environment: Environment;
  readonly #next: () => number;
  readonly size: number;

  constructor(environment: Environment, next: () => number) {
    this.#environment = environment;
    this.#next = next;
    const sign = next() < 0.5 ? -1 : 1;
    this.size = (sign * Math.max(Math.round(10 ** (next() * 3) * 100), 1)) / 100;
  }

  index(count: number): number {
    return Math.floor(this.#next() * count);
  }

  /** Expiries, ascending. */
  expiries(count: number): number[] {
    const all = [...this.#environment.strikes.keys()];
    while (all.length > count) all.splice(this.index(all.length), 1);
    return all;
  }

  /** Different strikes of an expiry, ascending. */
  strikes(expiry: number, count: number): number[] {
    const all = [...(this.#environment.strikes.get(expiry) ?? [])];
    while (all.length > count) all.splice(this.index(all.length), 1);
    return all;
  }

  leg(expiry: number, strike: number, isPut: boolean, ratio: number): ReferenceLeg {
    const quantity = Math.round(ratio * this.size * 1e8) / 1e8;
    return { market: this.#environment.reference.market, expiry, strike, isPut, quantity };
  }

  put(): boolean {
    return this.#next() < 0.5;
  }

  uniform(): number {
    return this.#next();
  }
}

/** Ratios of one kind of option at ascending strikes of one expiry. */
const ladder =
  (...ratios: readonly number[]): Shape =>
  (pick) => {
    const expiry = pick.expiries(1)[0]!;
    const isPut = pick.put();
    return pick
      .strikes(expiry, ratios.length)
      .map((strike, i) => pick.leg(expiry, strike, isPut, ratios[i]!));
  };

const mixed =
  (least: number, most: number): Shape =>
  (pick) => {
    const legs = new Map<string, ReferenceLeg>();
    const count = least + pick.index(most - least + 1);
    for (let i = 0; i < count; i++) {
      const expiry = pick.expiries(1)[0]!;
      const strike = pick.strikes(expiry, 1)[0]!;
      const isPut = pick.put();
      const leg = pick.leg(expiry, strike, isPut, pick.uniform() * 2 - 1);
      if (leg.quantity !== 0) legs.set(`${expiry}/${strike}/${isPut}`, leg);
    }
    return [...legs.values()];
  };

const SHAPES: Readonly<Record<string, Shape>> = {
  single: ladder(1),
  vertical: ladder(1, -1),
  ratio: ladder(1, -2),
  butterfly: ladder(1, -2, 1),
  condor: ladder(1, -1, -1, 1),
  straddle: (pick) => {
    const expiry = pick.expiries(1)[0]!;
    const strike = pick.strikes(expiry, 1)[0]!;
    return [pick.leg(expiry, strike, false, 1), pick.leg(expiry, strike, true, 1)];
  },
  strangle: (pick) => {
    const expiry = pick.expiries(1)[0]!;
    const [low, high] = pick.strikes(expiry, 2);
    return [pick.leg(expiry, low!, true, 1), pick.leg(expiry, high!, false, 1)];
  },
  "iron condor": (pick) => {
    const expiry = pick.expiries(1)[0]!;
    return pick
      .strikes(expiry, 4)
      .map((strike, i) => pick.leg(expiry, strike, i < 2, i === 0 || i === 3 ? 1 : -1));
  },
  calendar: (pick) => {
    const [near, far] = pick.expiries(2);
    const strike = pick.strikes(near!, 1)[0]!;
    const list = pick.strikes(far!, 13);
    const same = list.reduce((best, x) => (Math.abs(x - strike) < Math.abs(best - strike) ? x : best));
    const isPut = pick.put();
    return [pick.leg(near!, strike, isPut, -1), pick.leg(far!, same, isPut, 1)];
  },
  "mixed 5 to 20": mixed(5, 20),
  "mixed 40 to 100": mixed(40, 100),
};

/** Kinds of random portfolios. */
export const PORTFOLIO_KINDS: readonly string[] = [...Object.keys(SHAPES), "with collateral", "two markets"];

/** A random portfolio of a kind; those of one market are in the first of `environments`. */
export function randomPortfolio(
  environments: readonly Environment[],
  kind: string,
  next: () => number,
): RandomPortfolio {
  const draw = (environment: Environment, shape: string) => SHAPES[shape]!(new Picker(environment, next));
  const any = () => Object.keys(SHAPES)[Math.floor(next() * Object.keys(SHAPES).length)]!;
  const [first] = environments;
  if (kind === "two markets") {
    return { kind, legs: environments.flatMap((each) => draw(each, any())), collateral: new Map() };
  }
  if (kind === "with collateral") {
    const legs = draw(first!, any());
    const size = legs.reduce((sum, leg) => sum + Math.abs(leg.quantity), 0);
    const amount = Math.round(size * next() * 1e8) / 1e8;
    return { kind, legs, collateral: new Map([[first!.reference.market, amount]]) };
  }
  return { kind, legs: draw(first!, kind), collateral: new Map() };
}
