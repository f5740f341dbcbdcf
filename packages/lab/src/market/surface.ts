import { fromNumber, type SurfaceReport, WAD } from "@ballast/sdk";
import { termVolatility } from "./volatility.ts";

const DAY = 86_400;
const YEAR = 365 * DAY;
const HOUR = 3600;
const RHO = -0.25;
/** psi = SLOPE * sqrt(theta): meets the butterfly and calendar conditions for any non-decreasing theta below 4. */
const SLOPE = 0.9;
const VARIANCE_STEP = 10n ** 6n;
const FORWARD_STEP = 10n ** 10n;
const RHO_STEP = 10n ** 9n;
const FIXING_HOUR = 8;

/** One expiry of a simulated surface, relative to spot. All [wad] but the expiry. */
export interface MarketSlice {
  readonly expiry: number;
  readonly forwardRatio: bigint;
  readonly theta: bigint;
  readonly psi: bigint;
  readonly rho: bigint;
}

/** Expiries listed at `start`: 08:00 UTC, `days` days later. */
export function listExpiries(start: number, days: readonly number[]): number[] {
  const midnight = Math.floor(start / DAY) * DAY;
  return days.map((day) => midnight + day * DAY + FIXING_HOUR * HOUR);
}

/** Slices of a surface at `time` from a short-dated at-the-money volatility. Expiries nearer than `minimumTenor` seconds are left out. */
export function slicesAt(
  time: number,
  expiries: readonly number[],
  volatility: number,
  minimumTenor = 60,
): MarketSlice[] {
  const slices: MarketSlice[] = [];
  let floor = 0;
  for (const expiry of expiries) {
    const tenor = expiry - time;
    if (tenor < minimumTenor) continue;
    const atTheMoney = termVolatility(volatility, tenor / DAY);
    const theta = Math.max(atTheMoney ** 2 * (tenor / YEAR), floor * 1.000001);
    floor = theta;
    slices.push({
      expiry,
      forwardRatio: WAD,
      theta: stepped(fromNumber(theta), VARIANCE_STEP),
      psi: stepped(fromNumber(SLOPE * Math.sqrt(theta)), VARIANCE_STEP),
      rho: stepped(fromNumber(RHO), RHO_STEP),
    });
  }
  return slices;
}

/** The report of slices at a spot price. */
export function reportOf(
  market: number,
  timestamp: number,
  spot: bigint,
  slices: readonly MarketSlice[],
): SurfaceReport {
  return {
    market,
    timestamp,
    spot,
    slices: slices.map(({ forwardRatio, ...slice }) => ({
      ...slice,
      forward: stepped((spot * forwardRatio) / WAD, FORWARD_STEP),
    })),
  };
}

function stepped(value: bigint, step: bigint): bigint {
  return (value / step) * step;
}
