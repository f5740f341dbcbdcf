import { assess, type ExactAssessment, type ExactParameters, type ExactScan } from "../exact/margin.ts";
import * as arrays from "../exact/risk-arrays.ts";
import { packSlice } from "../exact/vol-surface.ts";
import {
  type CaseData,
  type CaseMarket,
  type CaseParameters,
  MARKET_NAMES,
  marketIndex,
  marketNamed,
  type PortfolioCase,
  parametersOf,
  scaled,
  secondsOf,
  thetaOf,
} from "./portfolio-case.ts";

/** One posted expiry of a case, as the chain takes it. */
export interface ExactCaseSlice {
  readonly expiry: bigint;
  readonly packed: bigint;
}

/** Slices of a case's market as posted at `start`, unix seconds. */
export function exactSlicesOf(market: CaseMarket, start: bigint): ExactCaseSlice[] {
  return market.surface.map((slice) => ({
    expiry: start + BigInt(secondsOf(slice.expiryDays)),
    packed: packSlice({
      theta: BigInt(thetaOf(slice)) * 10n ** 6n,
      psi: scaled(slice.psi, 18),
      rho: scaled(slice.rho, 18),
      forward: scaled(slice.forward, 18),
      timestamp: start,
    }),
  }));
}

/** The legs of a case that are in one market. */
export function exactLegsOf(made: PortfolioCase, market: number, start: bigint): arrays.ExactLeg[] {
  return made.legs
    .filter((leg) => marketIndex(leg.market) === market)
    .map((leg) => ({
      market,
      expiry: start + BigInt(secondsOf(leg.expiryDays)),
      strikeCents: scaled(leg.strike, 2),
      isPut: leg.kind === "put",
      quantity: scaled(leg.quantity, 8),
    }));
}

/** A case's market in the mirror of the contracts, its arrays made under the parameters in force. */
export function exactMarketOf(
  data: CaseData,
  made: PortfolioCase,
  name: string,
  start: bigint,
): arrays.ExactMarket {
  const market = marketNamed(data, name);
  const p = parametersOf(data, made, market.market, "inForce");
  const computedAt = start + BigInt(market.elapsedSeconds);
  const now = computedAt + BigInt(market.arraysAgeSeconds);
  const spot = scaled(market.spot, 18);
  const grid: arrays.ExactGrid = {
    referenceSpot: scaled(market.referenceSpot, 8),
    outer: arrays.outerOf(scaled(p.scanRange, 18), scaled(p.driftLimit, 18)),
    driftLimit: scaled(p.driftLimit, 9),
  };
  const slices = new Map(exactSlicesOf(market, start).map(({ expiry, packed }) => [expiry, packed]));
  const fixings = new Map(
    market.fixings.map(({ expiryDays, price }) => [start + BigInt(secondsOf(expiryDays)), scaled(price, 18)]),
  );
  const words = new Map<string, readonly [bigint, bigint]>();
  return {
    market: marketIndex(market.market),
    spot,
    grid,
    collateral: scaled(made.collateral[market.market] ?? "0", 18),
    expiry: (expiry) => {
      if (expiry <= now) return { alive: false, settlementPrice: fixings.get(expiry) ?? spot };
      const slice = slices.get(expiry) ?? 0n;
      const factors = arrays.shockFactors(expiry - computedAt, scaled(p.volUp, 18), scaled(p.volDown, 18));
      const header: arrays.ExactHeader = {
        forward: slice === 0n ? grid.referenceSpot : BigInt.asUintN(64, slice >> 128n),
        computedAt,
        version: 1n,
        upFactor: factors.up,
        downFactor: factors.down,
      };
      return {
        alive: true,
        header,
        words: (strikeCents) => {
          const key = `${expiry}/${strikeCents}`;
          const known = words.get(key) ?? arrays.wordsOf(grid, header, slice, expiry, strikeCents);
          words.set(key, known);
          return known;
        },
      };
    },
  };
}

/** Parameters of a case in the notation of the mirror. */
export function exactParametersOf(p: CaseParameters): ExactParameters & ExactScan {
  const ratio = (name: Exclude<keyof CaseParameters, "liquidityLimit">): bigint => scaled(p[name], 18);
  return {
    scanRange: ratio("scanRange"),
    volUp: ratio("volUp"),
    volDown: ratio("volDown"),
    shortOptionMinimum: ratio("shortOptionMinimum"),
    maintenanceFactor: ratio("maintenanceFactor"),
    collateralHaircut: ratio("collateralHaircut"),
    crossMarketCredit: ratio("crossMarketCredit"),
    bidSpread: ratio("bidSpread"),
    calendarCharge: ratio("calendarCharge"),
    staleAddOn: ratio("staleAddOn"),
    concentration: ratio("concentration"),
    liquidityLimit: scaled(p.liquidityLimit, 0),
  };
}

/** The verdict of the mirror on a case. */
export function mirrorCase(data: CaseData, made: PortfolioCase, start: bigint): ExactAssessment {
  const held = (market: number): boolean =>
    made.collateral[MARKET_NAMES[market]!] !== undefined ||
    made.legs.some((leg) => marketIndex(leg.market) === market);
  const vectors = made.markets
    .map((name) => exactMarketOf(data, made, name, start))
    .filter(({ market }) => held(market))
    .sort((a, b) => a.market - b.market)
    .map((market) => arrays.vectorOf(market, exactLegsOf(made, market.market, start)));
  const staleness = new Map(
    made.markets
      .map((name) => marketNamed(data, name))
      .map(({ market, staleness: share }) => [marketIndex(market), scaled(share, 18)]),
  );
  const by = (use: "inForce" | "newRisk") => (market: number) =>
    exactParametersOf(parametersOf(data, made, MARKET_NAMES[market]!, use));
  return assess(scaled(made.cash, 18), vectors, by("inForce"), {
    staleShare: (market) => staleness.get(market) ?? 0n,
    depegShare: scaled(made.depegShare, 18),
    newRisk: by("newRisk"),
  });
}
