/**
 * Bit-exact mirror of what positions are settled for (`contracts/clearing/Settler.sol`) and of what a share of an account is
 * when it is sold (`contracts/clearing/Slices.sol`).
 */
import { max, min, signedDivDown, WAD } from "./fixed-point.ts";

/** A position [wad] at its `strike` [wad USD]. */
export interface ExpiredLeg {
  readonly isPut: boolean;
  readonly strike: bigint;
  readonly quantity: bigint;
}

/** What a position is settled for at `fixing` [wad USD]: a gain rounds down, a debt up in size, both by the same floor. */
export function payoff({ isPut, strike, quantity }: ExpiredLeg, fixing: bigint): bigint {
  return signedDivDown(quantity * max(isPut ? strike - fixing : fixing - strike, 0n), WAD);
}

/** Largest share of an account that is moved [wad]: all of it. */
export const wholeAtMost = (fraction: bigint): bigint => min(fraction, WAD);

/** Part of a position [1e-8 contracts] or of cash [wad USD] that goes with `fraction` [wad], truncated towards zero. */
export const slicePart = (held: bigint, fraction: bigint): bigint => (held * wholeAtMost(fraction)) / WAD;

/** Part of collateral [token units] that goes with `fraction` [wad]: all of it if less than `minimum` would be left. */
export function sliceCollateral(held: bigint, fraction: bigint, minimum: bigint): bigint {
  const part = slicePart(held, fraction);
  return held - part < minimum ? held : part;
}
