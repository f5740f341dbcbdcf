/** Bit-exact mirror of the sums of losses: `contracts/insurance/`, `contracts/clearing/HoldBack.sol` and the levies of `Registrar.sol`; amounts and shares are wads unless said. */
import { max, min, mulDivDown, mulDivUp, WAD } from "./fixed-point.ts";

const MONTH = (365n * 86_400n) / 12n;

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

/** What stays locked beside a withdrawal of `amount` [token units, rounded up]; undefined where all is held back. */
export function lockedBeside(amount: bigint, share: bigint): bigint | undefined {
  return share >= WAD ? undefined : ceilDiv(amount * share, WAD - share);
}

/** Most that could be paid out of `balance` of which `locked` is locked [token units, rounded down], margin apart. */
export function withdrawable(balance: bigint, locked: bigint, share: bigint): bigint {
  return balance <= locked ? 0n : ((balance - locked) * (WAD - share)) / WAD;
}

/** Claims that share a loss: cash [wad USD] at the claim index, and the value of each collateral others hold [wad USD]. */
export interface Claims {
  readonly cash: bigint;
  readonly claimIndex: bigint;
  readonly collateral: readonly bigint[];
}

/** A loss shared: what each collateral is levied, and what cash bears, claims and their index after it. */
export interface SharedLoss {
  readonly levies: readonly bigint[];
  readonly fromCash: bigint;
  readonly cash: bigint;
  readonly claimIndex: bigint;
}

/**
 * Shares a loss [wad USD] over all claims by value, as `Registrar.sol`: collateral's part rounds up and comes first, the index
 * rounds down. Undefined where the loss exceeds the claims, which the ledger refuses.
 */
export function shareLoss(loss: bigint, { cash, claimIndex, collateral }: Claims): SharedLoss | undefined {
  const all = collateral.reduce((sum, value) => sum + value, cash);
  let left = loss;
  const levies = collateral.map((value) => {
    if (value === 0n || loss >= all) return 0n;
    const levy = min(ceilDiv(loss * value, all), left);
    left -= levy;
    return levy;
  });
  if (left >= cash && left !== 0n) return undefined;
  const index = left === 0n ? claimIndex : (claimIndex * (cash - left)) / cash;
  return index === 0n ? undefined : { levies, fromCash: left, cash: cash - left, claimIndex: index };
}

/** A collateral's levy index [wad USD a unit] after `levy` on `units` [wad], rounded up. */
export function raisedIndex(index: bigint, levy: bigint, units: bigint): bigint {
  return levy === 0n ? index : index + ceilDiv(levy * WAD, units);
}

/** What a holding of `units` [wad] owes of levies since `paidIndex` [wad USD, rounded up]. */
export function levyOwed(units: bigint, index: bigint, paidIndex: bigint): bigint {
  return ceilDiv(units * (index - paidIndex), WAD);
}

/** What the insurance fund holds [USDC units], and its shares, which have twelve decimals more. */
export interface FundState {
  readonly held: bigint;
  readonly supply: bigint;
}

const VIRTUAL_SHARES = 10n ** 12n;

/** Shares for a deposit of `assets`, rounded down, as ERC-4626 with virtual shares (OpenZeppelin) has it. */
export function sharesForDeposit(assets: bigint, { held, supply }: FundState): bigint {
  return (assets * (supply + VIRTUAL_SHARES)) / (held + 1n);
}

/** Shares for a withdrawal of `assets`, rounded up. */
export function sharesForWithdrawal(assets: bigint, { held, supply }: FundState): bigint {
  return ceilDiv(assets * (supply + VIRTUAL_SHARES), held + 1n);
}

/** Assets that `shares` redeem for, rounded down. */
export function assetsForShares(shares: bigint, { held, supply }: FundState): bigint {
  return (shares * (held + 1n)) / (supply + VIRTUAL_SHARES);
}

function ceilDiv(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b;
}

/** What the vault's slice paid in the month of `now` [s] and the twelve before it, of what it paid by month. */
export function takenWithinYear(byMonth: ReadonlyMap<bigint, bigint>, now: bigint): bigint {
  const month = monthOf(now);
  return [...byMonth].reduce(
    (sum, [one, paid]) => (one <= month && one + 12n >= month ? sum + paid : sum),
    0n,
  );
}

/** The month of a time: a twelfth of 365 days. */
export const monthOf = (time: bigint): bigint => time / MONTH;
