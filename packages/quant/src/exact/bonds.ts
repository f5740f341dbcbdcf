/** Bit-exact mirror of `contracts/risk/PostBonds.sol`: what a poster has free, locked and leaving [token units]. */
import { DomainError } from "./fixed-point.ts";

/** A poster's bonds; `availableAt` [s] is when what leaves may be taken. */
export interface Bonds {
  readonly free: bigint;
  readonly locked: bigint;
  readonly leaving: bigint;
  readonly availableAt: bigint;
}

/** Seconds between asking for a bond and getting it. */
export const UNBONDING = 691_200n;
/** Nothing deposited. */
export const NO_BONDS: Bonds = { free: 0n, locked: 0n, leaving: 0n, availableAt: 0n };

/** Bonds after asking for `amount`, in place of what was asked for before. */
export function requestWithdrawal(bonds: Bonds, amount: bigint, now: bigint): Bonds {
  const free = bonds.free + bonds.leaving;
  if (amount > free) throw new DomainError("the bond is too small");
  return { ...bonds, free: free - amount, leaving: amount, availableAt: now + UNBONDING };
}

/** Bonds after taking what leaves. */
export function withdraw(bonds: Bonds, now: bigint): Bonds {
  if (bonds.leaving === 0n) throw new DomainError("nothing was asked for");
  if (now < bonds.availableAt) throw new DomainError("the bond is not free yet");
  return { ...bonds, leaving: 0n, availableAt: 0n };
}

/** Bonds with one more `bond` locked. */
export function lock(bonds: Bonds, bond: bigint): Bonds {
  if (bonds.free < bond) throw new DomainError("the bond is too small");
  return { ...bonds, free: bonds.free - bond, locked: bonds.locked + bond };
}

/** Bonds with one lock less: `penalty` of the bond is lost, the rest is free again. */
export function unlock(bonds: Bonds, bond: bigint, penalty: bigint): Bonds {
  return { ...bonds, locked: bonds.locked - bond, free: bonds.free + bond - penalty };
}

/** What a penalty takes: all that is lost, and how much of that its finder gets at once; the treasury may have the rest. */
export interface Penalty {
  readonly penalty: bigint;
  readonly reward: bigint;
}

/** Mirror of ArrayPosts: a report that was committed and not posted in time costs a fifth, a wrong entry everything. */
export function penaltyFor(fault: "notPosted" | "wrongEntry", bond: bigint): Penalty {
  const penalty = fault === "notPosted" ? bond / 5n : bond;
  return { penalty, reward: fault === "notPosted" ? penalty / 4n : penalty / 2n };
}
