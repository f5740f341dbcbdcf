/** Bit-exact mirror of the no-trade band in `contracts/hedging/HedgeController.sol`. */
import { abs, max, mulDivDown, pow, WAD } from "./fixed-point.ts";

/** What the band depends on: wads, `spot` in USD, `gamma` per USD, `minBand` in units of the underlying. */
export interface HedgeBandInputs {
  readonly spot: bigint;
  readonly gamma: bigint;
  readonly costRatio: bigint;
  readonly riskAversion: bigint;
  readonly minBand: bigint;
}

const THIRD = 333_333_333_333_333_333n;

/** Half-width of the no-trade band [wad underlying] after Whalley and Wilmott (1997), each step rounded down. */
export function hedgeBand({ spot, gamma, costRatio, riskAversion, minBand }: HedgeBandInputs): bigint {
  if (riskAversion === 0n || gamma === 0n || spot === 0n) return minBand;
  const square = mulDivDown(abs(gamma), abs(gamma), WAD);
  const cube = mulDivDown(mulDivDown(spot, square, WAD), (costRatio * 3n) / 2n, riskAversion);
  return cube === 0n ? minBand : max(pow(cube, THIRD), minBand);
}

/** The trade that brings `netDelta` to the edge of `band` [wad underlying]; positive buys, zero inside. */
export function hedgeTarget(netDelta: bigint, band: bigint): bigint {
  if (netDelta > band) return band - netDelta;
  return netDelta < -band ? -band - netDelta : 0n;
}
