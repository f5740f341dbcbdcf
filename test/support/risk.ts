import accessManager from "@openzeppelin/contracts/build/contracts/AccessManager.json" with { type: "json" };
import { ZeroAddress } from "ethers";
import type { network } from "hardhat";
import type { ExactParameters, ExactScan } from "../../packages/quant/src/exact/margin.ts";
import * as arrays from "../../packages/quant/src/exact/risk-arrays.ts";
import { type ExactSlice, packSlice } from "../../packages/quant/src/exact/vol-surface.ts";

export const WAD = 10n ** 18n;
const ratio = (x: number): bigint => BigInt(Math.round(x * 1e6)) * 10n ** 12n;

export type Connection = Awaited<ReturnType<typeof network.create>>;
export type Leg = arrays.ExactLeg;

export const parameters = {
  scanRange: ratio(0.2),
  driftLimit: ratio(0.01),
  volUp: ratio(0.55),
  volDown: ratio(0.35),
  shortOptionMinimum: ratio(0.005),
  maintenanceFactor: ratio(0.8),
  collateralHaircut: ratio(0.1),
  crossMarketCredit: ratio(0.6),
  arrayAgeLimit: 3_600n,
  bidSpread: ratio(0.02),
  calendarCharge: ratio(0.4),
  staleAddOn: ratio(0.5),
  concentration: ratio(0.1),
  liquidityLimit: 200_000n,
};

export const parametersOf = (market: number) => ({
  ...parameters,
  scanRange: market === 0 ? ratio(0.2) : ratio(0.18),
  collateralHaircut: market === 0 ? ratio(0.1) : ratio(0.08),
  liquidityLimit: market === 0 ? 200_000n : 20_000n,
});

export const exactParametersOf = (market: number): ExactParameters & ExactScan => parametersOf(market);

/** One 128-bit entry as the ledger keeps it. */
export function entryOf(leg: Leg): bigint {
  const instrument =
    (BigInt(leg.market) << 56n) |
    ((leg.expiry / 3_600n) << 36n) |
    (leg.strikeCents << 4n) |
    (leg.isPut ? 1n : 0n);
  return (instrument << 64n) | BigInt.asUintN(64, leg.quantity);
}

/** Two entries a word, the first in the low half. */
export function packLegs(legs: readonly Leg[]): bigint[] {
  const words: bigint[] = [];
  for (let i = 0; i < legs.length; i += 2) {
    const [low, high] = [legs[i], legs[i + 1]];
    words.push((low ? entryOf(low) : 0n) | ((high ? entryOf(high) : 0n) << 128n));
  }
  return words;
}

/** A slice with about this volatility at the money, safely free of arbitrage. */
export function sliceOf(volatility: number, seconds: bigint, forward: bigint, timestamp: bigint): ExactSlice {
  const theta = volatility ** 2 * (Number(seconds) / 31_536_000);
  return {
    theta: BigInt(Math.round(theta * 1e12)) * 10n ** 6n,
    psi: BigInt(Math.round(Math.min(0.9 * Math.sqrt(theta), 1.5) * 1e12)) * 10n ** 6n,
    rho: -250_000_000n * 10n ** 9n,
    forward,
    timestamp,
  };
}

/** The risk room on inputs that the test sets: two markets, four expiries each. */
export async function deployRisk(
  { ethers, networkHelpers }: Connection,
  overrides: Partial<typeof parameters> = {},
) {
  const [deployer] = await ethers.getSigners();
  const manager = await new ethers.ContractFactory(
    accessManager.abi,
    accessManager.bytecode,
    deployer,
  ).deploy(deployer!.address);
  const inputs = await ethers.deployContract("RiskInputs");
  const riskParameters = await ethers.deployContract("RiskParameters", [manager.target, ZeroAddress]);
  const riskArrays = await ethers.deployContract("RiskArrays", [
    manager.target,
    inputs.target,
    inputs.target,
    riskParameters.target,
  ]);
  const books = await ethers.deployContract("Books", [manager.target, riskArrays.target]);
  const riskEngine = await ethers.deployContract("RiskEngine", [
    riskArrays.target,
    riskParameters.target,
    inputs.target,
    inputs.target,
    inputs.target,
    books.target,
  ]);
  const now = BigInt(await networkHelpers.time.latest());
  const start = (now / 3_600n + 2n) * 3_600n;
  const expiries = [1n, 7n, 30n, 90n].map((days) => start + days * 86_400n);
  const spots = [3_000n * WAD, 60_000n * WAD];
  const slices = new Map<string, bigint>();
  for (const market of [0, 1]) {
    const spot = spots[market]!;
    await riskParameters.setParameters(market, { ...parametersOf(market), ...overrides });
    await inputs.setSpot(market, spot, 0);
    for (const [i, expiry] of expiries.entries()) {
      const forward = (spot * BigInt(1_000 + i)) / 1_000n;
      const slice = packSlice(sliceOf(0.7 - 0.05 * i - 0.1 * market, expiry - start, forward, now));
      slices.set(`${market}/${expiry}`, slice);
      await inputs.setSlice(market, expiry, slice, spot);
    }
  }
  await networkHelpers.time.increaseTo(start);
  return { manager, inputs, riskParameters, riskArrays, books, riskEngine, start, expiries, spots, slices };
}

export type Risk = Awaited<ReturnType<typeof deployRisk>>;

/** The same room in the mirror, for arrays refreshed at `computedAt` with the given spot as base. */
export function mirrorMarket(
  risk: Pick<Risk, "slices" | "spots">,
  market: number,
  options: {
    readonly computedAt: bigint;
    readonly now: bigint;
    readonly version?: bigint;
    readonly base?: bigint;
    readonly spot?: bigint;
    readonly collateral?: bigint;
    readonly fixings?: ReadonlyMap<bigint, bigint>;
    /** What the arrays are made with. */
    readonly parameters?: Pick<typeof parameters, "scanRange" | "driftLimit" | "volUp" | "volDown">;
  },
): arrays.ExactMarket {
  const p = options.parameters ?? parametersOf(market);
  const posted = risk.spots[market]!;
  const base = options.base ?? posted;
  const spot = options.spot ?? base;
  const grid = {
    referenceSpot: base / 10n ** 10n,
    outer: arrays.outerOf(p.scanRange, p.driftLimit),
    driftLimit: p.driftLimit / 10n ** 9n,
  };
  const cache = new Map<string, readonly [bigint, bigint]>();
  return {
    market,
    spot,
    grid,
    collateral: options.collateral ?? 0n,
    expiry: (expiry) => {
      if (expiry <= options.now) {
        return { alive: false, settlementPrice: options.fixings?.get(expiry) ?? spot };
      }
      const slice = risk.slices.get(`${market}/${expiry}`) ?? 0n;
      const forward = (((slice >> 128n) & ((1n << 64n) - 1n)) * 10n ** 10n * base) / posted / 10n ** 10n;
      const factors = arrays.shockFactors(expiry - options.computedAt, p.volUp, p.volDown);
      const header = {
        forward,
        computedAt: options.computedAt,
        version: options.version ?? 1n,
        upFactor: factors.up,
        downFactor: factors.down,
      };
      const words = (strikeCents: bigint) => {
        const key = `${expiry}/${strikeCents}`;
        const known = cache.get(key) ?? arrays.wordsOf(grid, header, slice, expiry, strikeCents);
        cache.set(key, known);
        return known;
      };
      return { alive: true, header, words };
    },
  };
}
