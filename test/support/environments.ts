import {
  assess,
  type ExactAssessment,
  type ExactParameters,
  type ExactScan,
} from "../../packages/quant/src/exact/margin.ts";
import * as arrays from "../../packages/quant/src/exact/risk-arrays.ts";
import { packSlice } from "../../packages/quant/src/exact/vol-surface.ts";
import type {
  ReferenceLeg,
  ReferenceMarket,
  ReferenceParameters,
  ReferenceSlice,
} from "../../packages/quant/src/reference/index.ts";

const START = 1_800_000_000;
const DAY = 86_400;
const YEAR = 365 * DAY;

/** Parameters that random portfolios are judged under, in both notations. */
export interface EnvironmentParameters {
  readonly reference: ReferenceParameters;
  readonly exact: ExactParameters & ExactScan;
}

/** One market in some state, for the reference and for the mirror alike. */
export interface Environment {
  readonly reference: ReferenceMarket;
  /** Without collateral. */
  readonly exact: arrays.ExactMarket;
  readonly parameters: EnvironmentParameters;
  /** Expiries ahead, unix seconds, and strikes of each [USD], whole cents. */
  readonly strikes: ReadonlyMap<number, readonly number[]>;
}

/** A random portfolio and what kind it is. */
export interface RandomPortfolio {
  readonly kind: string;
  readonly legs: readonly ReferenceLeg[];
  /** By market, in units of the underlying. */
  readonly collateral: ReadonlyMap<number, number>;
}

const wad = (x: number): bigint => BigInt(Math.round(x * 1e12)) * 10n ** 6n;
const ratio = (x: number): bigint => BigInt(Math.round(x * 1e6)) * 10n ** 12n;

/** The defaults of ETH (0) or BTC (1). */
export function defaultParameters(market: number): EnvironmentParameters {
  const reference: ReferenceParameters = {
    scanRange: market === 0 ? 0.2 : 0.18,
    driftLimit: 0.01,
    volUp: 0.55,
    volDown: 0.35,
    shortOptionMinimum: 0.005,
    maintenanceFactor: 0.8,
    collateralHaircut: market === 0 ? 0.1 : 0.08,
    crossMarketCredit: 0.6,
    bidSpread: 0.02,
    calendarCharge: 0.4,
    concentration: 0.1,
    liquidityLimit: market === 0 ? 200_000 : 20_000,
    staleAddOn: 0.5,
  };
  return { reference, exact: exactParameters(reference) };
}

/** Parameters in the mirror's notation. */
export function exactParameters(p: ReferenceParameters): ExactParameters & ExactScan {
  return {
    scanRange: ratio(p.scanRange),
    volUp: ratio(p.volUp),
    volDown: ratio(p.volDown),
    shortOptionMinimum: ratio(p.shortOptionMinimum),
    maintenanceFactor: ratio(p.maintenanceFactor),
    collateralHaircut: ratio(p.collateralHaircut),
    crossMarketCredit: ratio(p.crossMarketCredit),
    bidSpread: ratio(p.bidSpread),
    calendarCharge: ratio(p.calendarCharge),
    staleAddOn: ratio(p.staleAddOn),
    concentration: ratio(p.concentration),
    liquidityLimit: BigInt(p.liquidityLimit),
  };
}

/** What an environment is made of; everything that is left out is random. */
export interface EnvironmentChoice {
  /** Live spot against the reference. */
  readonly drift?: number;
  readonly volatility?: number;
  readonly days?: readonly number[];
  /** How late the surface is; not at all unless said. */
  readonly staleness?: number;
  /** How far the cash token is off its peg; the same for all markets. */
  readonly depegShare?: number;
}

/** A market in a random state: volatility, skew, carry, expiries, and live spot somewhere within the drift limit. */
export function randomEnvironment(
  market: number,
  next: () => number,
  choice: EnvironmentChoice = {},
): Environment {
  const parameters = defaultParameters(market);
  const p = parameters.reference;
  const referenceSpot =
    Math.round((market === 0 ? 3_000 : 60_000) * Math.exp((next() - 0.5) * 2) * 100) / 100;
  const drift = choice.drift ?? (next() * 2 - 1) * p.driftLimit;
  const spot = Math.round(referenceSpot * (1 + drift) * 1e8) / 1e8;
  const volatility = choice.volatility ?? 0.15 * Math.exp(next() * 2.5);
  const rho = Math.round((next() - 0.7) * 0.8 * 1e9) / 1e9;
  const carry = (next() - 0.4) * 0.15;
  const days = choice.days ?? [0.1 + next(), 2 + 8 * next(), 20 + 40 * next(), 90 + 300 * next()];
  const slices = new Map<number, ReferenceSlice>();
  const strikes = new Map<number, readonly number[]>();
  for (const day of days) {
    // Expiries are whole hours, and the arrays may be made at any second.
    const expiry = START + Math.max(Math.round(day * 24), 1) * 3_600;
    const years = (expiry - START) / YEAR;
    const theta = Math.round((volatility * (0.9 + 0.2 * next())) ** 2 * years * 1e12) / 1e12;
    const forward = Math.round(referenceSpot * (1 + carry * years) * 1e8) / 1e8;
    const psi = Math.round(Math.min(Math.sqrt(theta) * (0.4 + 0.6 * next()), 1.5) * 1e12) / 1e12;
    slices.set(expiry, { forward, theta, psi, rho, postedAt: START });
    const width = Math.max(Math.min(Math.sqrt(theta), 0.5), 0.01);
    strikes.set(
      expiry,
      [-3, -2, -1.4, -0.9, -0.5, -0.2, 0, 0.2, 0.5, 0.9, 1.4, 2, 3].map(
        (z) => Math.round(forward * Math.exp(z * width) * 100) / 100,
      ),
    );
  }
  const first = Math.min(...slices.keys());
  const computedAt = START + Math.floor(next() * Math.min(3_600, (first - START) / 2));
  const reference: ReferenceMarket = {
    market,
    spot,
    referenceSpot,
    computedAt,
    now: computedAt,
    slices,
    fixings: new Map(),
    staleness: choice.staleness ?? 0,
    depegShare: choice.depegShare ?? 0,
  };
  return environmentOf(reference, parameters, strikes);
}

/** An environment around given market data. */
export function environmentOf(
  reference: ReferenceMarket,
  parameters: EnvironmentParameters,
  strikes: Environment["strikes"],
): Environment {
  return { reference, exact: exactMarket(reference, parameters.reference), parameters, strikes };
}

const eighths = (x: number): bigint => BigInt(Math.round(x * 1e8)) * 10n ** 10n;

/** The mirror of a reference market. */
function exactMarket(market: ReferenceMarket, p: ReferenceParameters): arrays.ExactMarket {
  const packed = new Map(
    [...market.slices].map(([expiry, { theta, psi, rho, forward, postedAt }]) => [
      expiry,
      packSlice({
        theta: wad(theta),
        psi: wad(psi),
        rho: wad(rho),
        forward: eighths(forward),
        timestamp: BigInt(postedAt),
      }),
    ]),
  );
  const spot = eighths(market.spot);
  const computedAt = BigInt(market.computedAt);
  const grid: arrays.ExactGrid = {
    referenceSpot: eighths(market.referenceSpot) / 10n ** 10n,
    outer: arrays.outerOf(ratio(p.scanRange), ratio(p.driftLimit)),
    driftLimit: ratio(p.driftLimit) / 10n ** 9n,
  };
  const known = new Map<bigint, arrays.ExactExpiry>();
  return {
    market: market.market,
    spot,
    grid,
    collateral: 0n,
    expiry: (expiry) => {
      const found = known.get(expiry);
      if (found) return found;
      const slice = packed.get(Number(expiry)) ?? 0n;
      const factors = arrays.shockFactors(expiry - computedAt, ratio(p.volUp), ratio(p.volDown));
      const header: arrays.ExactHeader = {
        forward: BigInt.asUintN(64, slice >> 128n),
        computedAt,
        version: 1n,
        upFactor: factors.up,
        downFactor: factors.down,
      };
      const words = new Map<bigint, readonly [bigint, bigint]>();
      const made: arrays.ExactExpiry = {
        alive: true,
        header,
        words: (strikeCents) => {
          const pair = words.get(strikeCents) ?? arrays.wordsOf(grid, header, slice, expiry, strikeCents);
          words.set(strikeCents, pair);
          return pair;
        },
      };
      known.set(expiry, made);
      return made;
    },
  };
}

/** The vector of a portfolio's part in one environment, by the mirror. */
function exactVector({ exact, reference }: Environment, portfolio: RandomPortfolio): arrays.ExactVector {
  const legs = portfolio.legs
    .filter(({ market }) => market === reference.market)
    .map(
      (leg): arrays.ExactLeg => ({
        market: leg.market,
        expiry: BigInt(leg.expiry),
        strikeCents: BigInt(Math.round(leg.strike * 100)),
        isPut: leg.isPut,
        quantity: BigInt(Math.round(leg.quantity * 1e8)),
      }),
    );
  const collateral = wad(portfolio.collateral.get(reference.market) ?? 0);
  return arrays.vectorOf({ ...exact, collateral }, legs);
}

/** The verdict of the mirror on a portfolio; the first environment says how far the cash token is off its peg. */
export function exactVerdict(
  environments: readonly Environment[],
  portfolio: RandomPortfolio,
  cash = 0n,
): ExactAssessment {
  const by = (market: number): Environment =>
    environments.find(({ reference }) => reference.market === market)!;
  return assess(cash, exactVectors(environments, portfolio), (market) => by(market).parameters.exact, {
    staleShare: (market) => ratio(by(market).reference.staleness),
    depegShare: ratio(environments[0]!.reference.depegShare),
  });
}

/** Vectors of the markets that a portfolio touches, by the mirror. */
export function exactVectors(
  environments: readonly Environment[],
  portfolio: RandomPortfolio,
): arrays.ExactVector[] {
  return environments
    .filter(({ reference }) => touches(portfolio, reference.market))
    .map((environment) => exactVector(environment, portfolio));
}

/** Whether a portfolio holds anything in a market. */
export const touches = (portfolio: RandomPortfolio, market: number): boolean =>
  portfolio.collateral.has(market) || portfolio.legs.some((leg) => leg.market === market);

/** Sum of |quantity| * spot over legs, and collateral at spot [USD]. */
export function grossNotional(environments: readonly Environment[], portfolio: RandomPortfolio): number {
  return environments.reduce((total, { reference: { market, spot } }) => {
    const legs = portfolio.legs.filter((leg) => leg.market === market);
    const units = legs.reduce(
      (sum, leg) => sum + Math.abs(leg.quantity),
      portfolio.collateral.get(market) ?? 0,
    );
    return total + units * spot;
  }, 0);
}
