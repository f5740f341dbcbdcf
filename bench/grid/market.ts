import { readFileSync } from "node:fs";
import { join } from "node:path";
import { calibrate, type EssviSlice, readDeribitCsv, timeValue, totalVariance } from "@ballast/quant";

const HOURS_PER_YEAR = 8760;
/** Expiries of every market, hours from now: an hour to 180 days. */
export const EXPIRY_HOURS = [1, 3, 8, 24, 48, 72, 168, 336, 720, 1440, 2160, 4320];

/** A market as the risk arrays see it: spot is one, and everything is counted in spot. */
export interface Market {
  readonly name: string;
  /** R. */
  readonly scanRange: number;
  readonly slices: readonly EssviSlice[];
}

/** Volatility of a crash as a multiple of March 2026's: about 90 % for BTC and 130 % for ETH. */
const CRASH = 1.8;

/** Reads two recorded chains of BTC and ETH, fits a surface to each, and adds the later ones in a crash. */
export function readMarkets(folder: string): Market[] {
  const calm = readSnapshot(folder, "deribit_chain_20251231T091828Z.csv", "2025-12-31");
  const later = readSnapshot(folder, "deribit_chain_20260305T093529Z.csv", "2026-03-05");
  return [...calm, ...later, ...later.map((market) => scaled(market, CRASH))];
}

/** Prices become multiples of spot. */
function readSnapshot(folder: string, file: string, day: string): Market[] {
  const text = readFileSync(join(folder, file), "utf8");
  return [
    { currency: "BTC", scanRange: 0.18 },
    { currency: "ETH", scanRange: 0.2 },
  ].map(({ currency, scanRange }) => {
    const { expiries } = readDeribitCsv(text, currency);
    const spot = expiries[0]?.forward ?? 1;
    const slices = calibrate(expiries).slices.map((slice) => ({ ...slice, forward: slice.forward / spot }));
    return { name: `${currency} ${day}`, scanRange, slices };
  });
}

/** Every volatility times `factor`, skew in proportion. */
function scaled({ name, scanRange, slices }: Market, factor: number): Market {
  const raised = slices.map((slice) => ({
    ...slice,
    theta: slice.theta * factor * factor,
    psi: slice.psi * factor,
  }));
  return { name: `${name} in a crash`, scanRange, slices: raised };
}

/** The surface at any expiry: total variance linear in time, and in proportion to time before the first slice. */
export function sliceAt(market: Market, years: number): EssviSlice {
  const { slices } = market;
  const later = slices.find((slice) => slice.years >= years) ?? slices.at(-1);
  if (!later) throw new RangeError(`${market.name} has no slices.`);
  const earlier = slices[slices.indexOf(later) - 1];
  if (!earlier || later.years < years) {
    const ratio = years / later.years;
    const forward = 1 + (later.forward - 1) * ratio;
    return { years, forward, theta: later.theta * ratio, psi: later.psi * Math.sqrt(ratio), rho: later.rho };
  }
  const part = (years - earlier.years) / (later.years - earlier.years);
  const mix = (a: number, b: number) => a + (b - a) * part;
  return {
    years,
    forward: mix(earlier.forward, later.forward),
    theta: mix(earlier.theta, later.theta),
    psi: mix(earlier.psi, later.psi),
    rho: mix(earlier.rho, later.rho),
  };
}

/** sigma sqrt(T) of a strike in each volatility state. */
export interface Deviations {
  readonly up: number;
  readonly down: number;
  readonly same: number;
}

/** One expiry at the reference spot. */
export interface Expiry {
  readonly hours: number;
  readonly forward: number;
  readonly slice: EssviSlice;
  readonly upFactor: number;
  readonly downFactor: number;
}

export function expiryAt(market: Market, hours: number): Expiry {
  const years = hours / HOURS_PER_YEAR;
  const slice = sliceAt(market, years);
  const ratio = 720 / Math.max(hours, 24);
  const upFactor = 1 + 0.55 * ratio ** (ratio > 1 ? 0.45 : 0.3);
  const downFactor = Math.max(1 - 0.35 * ratio ** 0.3, 0.01);
  return { hours, forward: slice.forward, slice, upFactor, downFactor };
}

/** The shocks of contracts/risk/NodeValuation.sol. */
export function deviationsOf({ slice, upFactor, downFactor, hours }: Expiry, strike: number): Deviations {
  const same = Math.sqrt(totalVariance(slice, Math.log(strike / slice.forward)));
  const floor = 0.5 * Math.sqrt(hours / HOURS_PER_YEAR);
  return { up: Math.max(same * upFactor, floor), down: same * downFactor, same };
}

/** A call, in spot. Far from the money it is intrinsic, which saves most of the time of a dense scan. */
export function callValue(forward: number, strike: number, deviation: number): number {
  const intrinsic = Math.max(forward - strike, 0);
  const distance = Math.abs(forward / strike - 1);
  if (distance > 9 * deviation && distance < 0.5) return intrinsic;
  return intrinsic + timeValue(forward, strike, deviation);
}
