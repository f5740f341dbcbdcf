/** Bit-exact mirror of `contracts/vault/SpreadLedger.sol`: spread that is released as its expiry comes [wad USD]. */
import { max, min, mulDivDown, mulDivUp, WAD } from "./fixed-point.ts";

/** What was in an expiry's pot at `since` [s]. */
export interface Pot {
  readonly amount: bigint;
  readonly since: bigint;
}

/** Pots by expiry [s]. */
export type Pots = ReadonlyMap<bigint, Pot>;

/** What is left in a pot at `now`, rounded up. */
export function leftOf(pot: Pot | undefined, expiry: bigint, now: bigint): bigint {
  if (!pot || pot.amount === 0n || expiry <= now) return 0n;
  return mulDivUp(pot.amount, expiry - now, expiry - pot.since);
}

/** Pots after `spread` was paid for `expiry`: opening a pot lets go of those that are over. */
export function earn(pots: Pots, expiry: bigint, spread: bigint, now: bigint): Pots {
  if (spread <= 0n || expiry <= now) return pots;
  const kept = pots.has(expiry) ? [...pots] : [...pots].filter(([listed]) => listed > now);
  return new Map([...kept, [expiry, { amount: leftOf(pots.get(expiry), expiry, now) + spread, since: now }]]);
}

/** A millionth of a dollar [wad]: what the insurance fund is paid in. */
export const FUND_STEP = 10n ** 12n;

/** What the insurance fund is owed of `released` spread, of which `share` [wad] is its own and of which it got `paid`. */
export function owedToFund(released: bigint, share: bigint, paid: bigint): bigint {
  return mulDivDown(released, share, WAD * FUND_STEP) * FUND_STEP - paid;
}

/** What a payment to the fund moves: what is owed, as far as the vault's free cash reaches beyond what leavers await. */
export function fundPayment(due: bigint, freeCash: bigint, awaited: bigint): bigint {
  return (min(due, max(freeCash - awaited, 0n)) / FUND_STEP) * FUND_STEP;
}

/** All that is not released at `now`, with the `bonds` of open orders. */
export function unreleased(pots: Pots, bonds: bigint, now: bigint): bigint {
  return [...pots].reduce((sum, [expiry, pot]) => sum + leftOf(pot, expiry, now), bonds);
}
