import { deviationsOf, type Expiry } from "./market.ts";
import { between, pick, type Random } from "./random.ts";

/** One option of a portfolio. */
export interface Leg {
  readonly expiry: number;
  /** Index among the strikes of its expiry. */
  readonly strike: number;
  readonly isPut: boolean;
  /** Contracts, signed. */
  readonly quantity: number;
}

export interface Portfolio {
  readonly family: string;
  readonly legs: readonly Leg[];
  /** Collateral of the underlying, at least zero. */
  readonly collateral: number;
}

const LADDER = 20;
const WINGS = [0.6, 0.75, 0.85, 1.15, 1.3, 1.6];
/** Steps between listed strikes, as parts of spot. */
const STEPS = [0.005, 0.01, 0.02, 0.025, 0.05, 0.1];

/** The strikes of an expiry: a ladder round the forward, wherever spot happens to be within it, and a few wings. */
export function strikesOf(random: Random, expiry: Expiry): number[] {
  const quarter = deviationsOf(expiry, expiry.forward).same / 4;
  const step = STEPS.find((candidate) => candidate >= quarter) ?? 0.1;
  const lowest = expiry.forward + (random() - LADDER / 2) * step;
  const ladder = Array.from({ length: LADDER }, (_, i) => lowest + i * step).filter((strike) => strike > 0.2);
  const wings = WINGS.map((wing) => wing + (random() - 0.5) * 0.05);
  return [...ladder, ...wings].sort((a, b) => a - b);
}

interface Maker {
  readonly random: Random;
  /** Number of strikes of each expiry. */
  readonly counts: readonly number[];
}

type Build = (maker: Maker) => Omit<Portfolio, "family">;

const size = ({ random }: Maker): number => Math.round(10 ** (random() * 2) * 10) / 10;
const sign = ({ random }: Maker): number => (random() < 0.5 ? -1 : 1);
const anyExpiry = ({ random, counts }: Maker): number => between(random, 0, counts.length - 1);

/** An expiry and a strike with `room` strikes on either side. */
function spot(maker: Maker, room: number): { expiry: number; strike: number } {
  const expiry = anyExpiry(maker);
  const strike = between(maker.random, room, (maker.counts[expiry] ?? 0) - 1 - room);
  return { expiry, strike };
}

/** The same expiry, legs at offsets from one strike. */
function shape(maker: Maker, room: number, legs: readonly (readonly [number, number, boolean])[]): Leg[] {
  const { expiry, strike } = spot(maker, room);
  const quantity = size(maker) * sign(maker);
  return legs.map(([offset, weight, isPut]) => ({
    expiry,
    strike: strike + offset,
    isPut,
    quantity: weight * quantity,
  }));
}

const naked: Build = (maker) => ({
  legs: shape(maker, 0, [[0, 1, maker.random() < 0.5]]),
  collateral: 0,
});

const spread: Build = (maker) => {
  const isPut = maker.random() < 0.5;
  const width = between(maker.random, 1, 6);
  return {
    legs: shape(maker, 6, [
      [0, 1, isPut],
      [width, -1, isPut],
    ]),
    collateral: 0,
  };
};

const straddle: Build = (maker) => {
  const width = pick(maker.random, [0, 0, 1, 2, 4]);
  return {
    legs: shape(maker, 4, [
      [-width, 1, true],
      [width, 1, false],
    ]),
    collateral: 0,
  };
};

const butterfly: Build = (maker) => {
  const isPut = maker.random() < 0.5;
  const wing = between(maker.random, 1, 4);
  return {
    legs: shape(maker, 4, [
      [-wing, 1, isPut],
      [0, -2, isPut],
      [wing, 1, isPut],
    ]),
    collateral: 0,
  };
};

const condor: Build = (maker) => {
  const body = between(maker.random, 1, 3);
  const wing = body + between(maker.random, 1, 3);
  return {
    legs: shape(maker, 6, [
      [-wing, 1, true],
      [-body, -1, true],
      [body, -1, false],
      [wing, 1, false],
    ]),
    collateral: 0,
  };
};

const ratio: Build = (maker) => {
  const isPut = maker.random() < 0.5;
  const width = between(maker.random, 1, 4) * (isPut ? -1 : 1);
  return {
    legs: shape(maker, 4, [
      [0, 1, isPut],
      [width, -pick(maker.random, [1.5, 2, 3]), isPut],
    ]),
    collateral: 0,
  };
};

const calendar: Build = (maker) => {
  const [first] = shape(maker, 0, [[0, 1, maker.random() < 0.5]]);
  if (!first) throw new RangeError("A shape has legs.");
  const others = maker.counts.map((_, i) => i).filter((i) => i !== first.expiry);
  const expiry = pick(maker.random, others);
  const count = maker.counts[expiry] ?? 1;
  const strike = Math.min(Math.max(first.strike + between(maker.random, -1, 1), 0), count - 1);
  return { legs: [first, { ...first, expiry, strike, quantity: -first.quantity }], collateral: 0 };
};

const covered: Build = (maker) => {
  const legs = shape(maker, 0, [[0, 1, false]]).map((leg) => ({ ...leg, quantity: -Math.abs(leg.quantity) }));
  return { legs, collateral: -(legs[0]?.quantity ?? 0) * pick(maker.random, [0.5, 1, 1]) };
};

/** A trader's whole book: up to 64 legs, some of them structures. */
const book: Build = (maker) => {
  const target = Math.round(4 * 16 ** maker.random());
  const legs: Leg[] = [];
  const builds = [naked, naked, spread, straddle, butterfly, condor, ratio, calendar];
  while (legs.length < target) legs.push(...pick(maker.random, builds)(maker).legs);
  return { legs: legs.slice(0, target), collateral: 0 };
};

const FAMILIES: Readonly<Record<string, Build>> = {
  naked,
  spread,
  straddle,
  butterfly,
  condor,
  ratio,
  calendar,
  covered,
  book,
};

/** One portfolio of every family in turn. */
export function portfolio(random: Random, counts: readonly number[], index: number): Portfolio {
  const names = Object.keys(FAMILIES);
  const family = names[index % names.length] ?? "naked";
  const build = FAMILIES[family];
  if (!build) throw new RangeError(`There is no family ${family}.`);
  return { family, ...build({ random, counts }) };
}
