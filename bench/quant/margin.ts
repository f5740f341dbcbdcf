/** A large book: 100,000 accounts with eight legs each in two markets, and its arrays before and after a price move. */
import type { ExactParameters, ExactScan } from "../../packages/quant/src/exact/margin.ts";
import type { ExactExpiry, ExactLeg } from "../../packages/quant/src/exact/risk-arrays.ts";
import { outerOf, shockFactors, wordsOf } from "../../packages/quant/src/exact/risk-arrays.ts";
import { packSlice } from "../../packages/quant/src/exact/vol-surface.ts";
import type { BookAccount, BookMarket } from "../../packages/quant/src/index.ts";
import { seeded } from "../../test/support/random.ts";

export const ACCOUNTS = 100_000;
export const LEGS = 8;

const WAD = 10n ** 18n;
const START = 1_800_000_000n;
const DAYS = [7n, 28n, 91n];
const STRIKES = [70n, 80n, 90n, 95n, 100n, 105n, 110n, 120n, 130n];
const SPOTS = [3_000n, 60_000n];

const ratio = (percent: number): bigint => BigInt(Math.round(percent * 100)) * 10n ** 14n;

/** The same for both markets. */
export const parameters = (): ExactParameters & ExactScan => ({
  scanRange: ratio(20),
  volUp: ratio(55),
  volDown: ratio(35),
  shortOptionMinimum: ratio(0.5),
  maintenanceFactor: ratio(80),
  collateralHaircut: ratio(10),
  crossMarketCredit: ratio(60),
  bidSpread: ratio(2),
  calendarCharge: ratio(40),
  staleAddOn: ratio(50),
  concentration: ratio(10),
  liquidityLimit: 200_000n,
});

/** Both markets with arrays made at `percent` of their spots, every word computed once and kept. */
export function marketsAt(percent: bigint): BookMarket[] {
  return SPOTS.map((price, market) => {
    const spot = (price * WAD * percent) / 100n;
    const grid = {
      referenceSpot: spot / 10n ** 10n,
      outer: outerOf(ratio(20), ratio(1)),
      driftLimit: 10_000_000n,
    };
    const expiries = new Map(DAYS.map((days) => [START + days * 86_400n, expiryOf(grid, spot, price, days)]));
    return { market, spot, grid, expiry: (expiry) => expiries.get(expiry)! };
  });
}

function expiryOf(grid: BookMarket["grid"], spot: bigint, price: bigint, days: bigint): ExactExpiry {
  const expiry = START + days * 86_400n;
  const slice = packSlice({
    theta: (((36n * WAD) / 100n) * days) / 365n,
    psi: ratio(12),
    rho: -ratio(30),
    forward: spot,
    timestamp: START,
  });
  const factors = shockFactors(days * 86_400n, ratio(55), ratio(35));
  const header = {
    forward: grid.referenceSpot,
    computedAt: START,
    version: 1n,
    upFactor: factors.up,
    downFactor: factors.down,
  };
  const words = new Map(
    STRIKES.map((share) => [share * price, wordsOf(grid, header, slice, expiry, share * price)]),
  );
  return { alive: true, header, words: (strikeCents) => words.get(strikeCents)! };
}

/** Accounts with legs drawn from all series of both markets. */
export function accountsOf(seed: number): BookAccount[] {
  const next = seeded(seed);
  const one = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const leg = (): ExactLeg => {
    const market = next() < 0.5 ? 0 : 1;
    return {
      market,
      expiry: START + one(DAYS) * 86_400n,
      strikeCents: one(STRIKES) * SPOTS[market]!,
      isPut: next() < 0.5,
      quantity: BigInt(Math.floor(2e9 * next()) - 1e9),
    };
  };
  return Array.from({ length: ACCOUNTS }, () => ({
    cash: BigInt(Math.floor(1e9 * next())) * 10n ** 13n,
    collateral: new Map(next() < 0.3 ? [[0, BigInt(Math.floor(1e9 * next())) * 10n ** 10n]] : []),
    legs: Array.from({ length: LEGS }, leg),
  }));
}
