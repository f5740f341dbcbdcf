import type { ReferencePortfolio } from "./margin.ts";
import type { ReferenceLeg, ReferenceMarket } from "./market.ts";
import type { ReferenceParameters } from "./parameters.ts";

/** Markets by the name that cases call them. */
export const MARKET_NAMES = ["ETH", "BTC"] as const;
export type MarketName = (typeof MARKET_NAMES)[number];

/** One expiry of a posted surface; decimals as strings. */
export interface CaseSlice {
  readonly expiryDays: string;
  /** At the reference spot. */
  readonly forward: string;
  /** At the money, per year. */
  readonly volatility: string;
  readonly psi: string;
  readonly rho: string;
}

/** Data of one market. Days count from the moment the surface was posted. */
export interface CaseMarket {
  readonly market: MarketName;
  readonly referenceSpot: string;
  readonly spot: string;
  /** From the posting of the surface to that of the arrays. */
  readonly elapsedSeconds: string;
  /** From the arrays to the verdict. */
  readonly arraysAgeSeconds: string;
  /** Zero within the surface's heartbeat, one at two heartbeats. */
  readonly staleness: string;
  readonly surface: readonly CaseSlice[];
  readonly fixings: readonly { readonly expiryDays: string; readonly price: string }[];
}

/** Markets by name; one may be `like` another but for what it says itself. */
export type CaseMarkets = Readonly<Record<string, Partial<CaseMarket> & { readonly like?: string }>>;

/** Parameters as decimal strings, by name. */
export type CaseParameters = Readonly<Record<keyof ReferenceParameters, string>>;

/** The file `markets.json`. */
export interface CaseData {
  readonly parameters: Readonly<Record<MarketName, CaseParameters>>;
  readonly markets: CaseMarkets;
}

/** One leg. */
export interface CaseLeg {
  readonly market: MarketName;
  readonly expiryDays: string;
  readonly strike: string;
  readonly kind: "call" | "put";
  readonly quantity: string;
}

/** The file of one portfolio. */
export interface PortfolioCase {
  readonly name: string;
  readonly description: string;
  /** Names in `markets.json`. */
  readonly markets: readonly string[];
  readonly cash: string;
  /** How far the cash token is from a dollar, beyond the tolerance; a share. */
  readonly depegShare: string;
  readonly collateral: Readonly<Partial<Record<MarketName, string>>>;
  readonly legs: readonly CaseLeg[];
  /** What differs from `markets.json`. */
  readonly parameters: Readonly<Partial<Record<MarketName, Partial<CaseParameters>>>>;
  /** What differs, beyond that, for new risk: a tighter value that is still ramping in for what is held. */
  readonly newRiskParameters: Readonly<Partial<Record<MarketName, Partial<CaseParameters>>>>;
  readonly expected: CaseExpectation;
}

/** What full revaluation at the grid's nodes gives; USD with four decimals. */
export interface CaseExpectation {
  readonly equity: string;
  readonly initial: string;
  readonly maintenance: string;
  readonly bindingMarket: MarketName;
  readonly bindingNode: number;
}

/** A case that cannot be read. */
export class BadCaseError extends Error {
  override readonly name = "BadCaseError";
}

/** Index of a market. */
export const marketIndex = (name: MarketName): number => MARKET_NAMES.indexOf(name);

/** A decimal string as an integer in units of 10^-decimals; exact, or refused. */
export function scaled(text: string, decimals: number): bigint {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  const fraction = match?.[3] ?? "";
  if (!match || fraction.length > decimals) {
    throw new BadCaseError(`"${text}" is not a decimal with at most ${decimals} places.`);
  }
  const size = BigInt(`${match[2]}${fraction.padEnd(decimals, "0")}`);
  return match[1] ? -size : size;
}

/** Seconds of a number of days, which must be whole. */
export const secondsOf = (days: string): number => Number((scaled(days, 8) * 86_400n) / 10n ** 8n);

/** Market data by name, with what it is like filled in. */
export function marketNamed(data: CaseData, name: string): CaseMarket {
  const own = data.markets[name];
  if (!own) throw new BadCaseError(`There is no market data "${name}".`);
  const { like, ...rest } = own;
  return like ? { ...marketNamed(data, like), ...rest } : (rest as CaseMarket);
}

/** Total variance at the money of a slice, in units of 1e-12 as the surface feed keeps it. */
export function thetaOf({ volatility, expiryDays }: CaseSlice): number {
  return Math.round(((Number(volatility) ** 2 * secondsOf(expiryDays)) / (365 * 86_400)) * 1e12);
}

/**
 * Market data for the reference.
 * @param start when surfaces were posted, unix seconds
 * @param depegShare how far the cash token is from a dollar, beyond the tolerance
 */
export function referenceMarketOf(market: CaseMarket, start: number, depegShare: number): ReferenceMarket {
  const computedAt = start + Number(market.elapsedSeconds);
  return {
    market: marketIndex(market.market),
    spot: Number(market.spot),
    referenceSpot: Number(market.referenceSpot),
    computedAt,
    now: computedAt + Number(market.arraysAgeSeconds),
    slices: new Map(
      market.surface.map((slice) => [
        start + secondsOf(slice.expiryDays),
        {
          forward: Number(slice.forward),
          theta: thetaOf(slice) / 1e12,
          psi: Number(slice.psi),
          rho: Number(slice.rho),
          postedAt: start,
        },
      ]),
    ),
    fixings: new Map(
      market.fixings.map(({ expiryDays, price }) => [start + secondsOf(expiryDays), Number(price)]),
    ),
    staleness: Number(market.staleness),
    depegShare,
  };
}

/** Legs, cash and collateral for the reference. */
export function referencePortfolioOf(made: PortfolioCase, start: number): ReferencePortfolio {
  return {
    cash: Number(made.cash),
    collateral: new Map(
      Object.entries(made.collateral).map(([name, amount]) => [
        marketIndex(name as MarketName),
        Number(amount),
      ]),
    ),
    legs: made.legs.map(
      (leg): ReferenceLeg => ({
        market: marketIndex(leg.market),
        expiry: start + secondsOf(leg.expiryDays),
        strike: Number(leg.strike),
        isPut: leg.kind === "put",
        quantity: Number(leg.quantity),
      }),
    ),
  };
}

/** Parameters of a market in a case, in force or for new risk. */
export function parametersOf(
  data: CaseData,
  made: PortfolioCase,
  name: MarketName,
  use: "inForce" | "newRisk",
): CaseParameters {
  const inForce = { ...data.parameters[name], ...made.parameters[name] };
  return use === "inForce" ? inForce : { ...inForce, ...made.newRiskParameters[name] };
}

/** The same as plain numbers. */
export function referenceParametersOf(parameters: CaseParameters): ReferenceParameters {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, Number(value)]),
  ) as unknown as ReferenceParameters;
}
