/** Bit-exact mirror of the sums in `contracts/insurance/LossWaterfall.sol`; all amounts and shares are wads. */
import { max, min, mulDivDown, mulDivUp, WAD } from "./fixed-point.ts";

/** What the vault's slice of a loss depends on: its NAV at bid and cash [wad USD], caps [wad], what it paid this year. */
export interface VaultSlice {
  readonly nav: bigint;
  readonly cash: bigint;
  readonly perEvent: bigint;
  readonly perYear: bigint;
  readonly takenThisYear: bigint;
}

/** Most that the vault pays of a loss [wad USD], rounded down: both caps, and never more than its cash. */
export function vaultSlice({ nav, cash, perEvent, perYear, takenThisYear }: VaultSlice): bigint {
  if (nav <= 0n || cash <= 0n) return 0n;
  const yearly = max(mulDivDown(nav, perYear, WAD) - takenThisYear, 0n);
  return min(min(yearly, mulDivDown(nav, perEvent, WAD)), cash);
}

/** Share of withdrawals that waits [wad], rounded up: what open auctions may lose beyond fund and slice, of all claims. */
export function heldShare(exposed: bigint, fund: bigint, slice: bigint, claims: bigint): bigint {
  const needed = exposed - fund - slice;
  if (exposed === 0n || needed <= 0n) return 0n;
  return needed >= claims ? WAD : mulDivUp(needed, WAD, claims);
}

/**
 * Who pays a shortfall [wad USD]: the fund in whole `unit`s of its token [wad USD], then the vault's slice, and all claims
 * the rest.
 */
export function splitLoss(
  shortfall: bigint,
  fund: bigint,
  slice: bigint,
  unit: bigint,
): { readonly insurance: bigint; readonly vault: bigint; readonly shared: bigint } {
  const insurance = min(fund, shortfall - (shortfall % unit));
  const vault = min(slice, shortfall - insurance);
  return { insurance, vault, shared: shortfall - insurance - vault };
}
