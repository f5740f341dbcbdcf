/**
 * Bit-exact mirror of `contracts/hedging/HedgeGreeks.sol`: what the smile adds to a delta when it moves with spot, and what of a
 * delta is fixed already. All wads.
 */

import { ln, signedDivDown, WAD } from "./fixed-point.ts";
import { FIXING_WINDOW } from "./fixing.ts";

/** One expiry of a book as the hedge sees it. */
export interface SmileGroup {
  /** Volatilities at the strikes 5 % below and above spot. */
  readonly low: bigint;
  readonly high: bigint;
  /** What the book gains for 100 % of every volatility, from its marks or its legs. */
  readonly relativeVega: bigint;
}

const REACH = WAD / 20n;
const CENT = 10n ** 16n;

/** The strikes that the slope is measured between, in whole cents. */
export const smileStrikes = (spot: bigint): readonly [bigint, bigint] => {
  const at = (level: bigint): bigint => ((spot * level) / WAD / CENT) * CENT;
  return [at(WAD - REACH), at(WAD + REACH)];
};

/** Relative vega of a book whose marks move by the up and the down shock [1e-6 of volatility]. */
export function relativeVega(
  volatilityUp: bigint,
  volatilityDown: bigint,
  factors: { readonly up: bigint; readonly down: bigint },
): bigint {
  return signedDivDown((volatilityUp - volatilityDown) * WAD, (factors.up - factors.down) * 10n ** 12n);
}

/** Slope of the logarithm of volatility in log-moneyness round the spot; quotients are truncated towards zero. */
export function smileSlope({ low, high }: Pick<SmileGroup, "low" | "high">): bigint {
  const change = ((high - low) * WAD) / (ln(WAD + REACH) - ln(WAD - REACH));
  return (change * WAD) / ((low + high) / 2n);
}

/** What the smile adds to the delta of `groups`, with `share` of it believed. */
export function smileDelta(groups: readonly SmileGroup[], spot: bigint, share: bigint): bigint {
  const added = groups.reduce(
    (sum, group) => sum - signedDivDown(group.relativeVega * smileSlope(group), spot),
    0n,
  );
  return signedDivDown(added * share, WAD);
}

/**
 * What is fixed already of a series' delta and gamma, `seconds` before its expiry: an average moves with the spot by the share
 * of its window that is left.
 */
export function fixedOf(
  delta: bigint,
  gamma: bigint,
  seconds: bigint,
): { readonly delta: bigint; readonly gamma: bigint } {
  if (seconds <= 0n || seconds >= FIXING_WINDOW) return { delta: 0n, gamma: 0n };
  const left = (WAD * seconds) / FIXING_WINDOW;
  const part = (value: bigint): bigint => signedDivDown(value * left, WAD);
  return { delta: delta - part(delta), gamma: gamma - part(part(gamma)) };
}
