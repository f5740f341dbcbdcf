/**
 * Bit-exact mirror of `contracts/vault/Cohorts.sol` and of the claims of `Silo.sol`: one side of the vault's queue. Amounts
 * are token units, times unix seconds. A refusal throws a DomainError whose message is the reason of the contract's error.
 */
import { DomainError, max, min, mulDivDown, mulDivUp } from "./fixed-point.ts";

/** Part of a cohort: what was asked for, filled of it, and got for that. */
export interface Basis {
  asked: bigint;
  filled: bigint;
  out: bigint;
}

/** Requests that came between two marks and are filled alike. */
export interface Cohort extends Basis {
  leaving: bigint;
  openedAt: bigint;
  lastAt: bigint;
  leavingSince: bigint;
  leavingMark: bigint;
  /** As the cohort was when each group of cancellations left it. */
  readonly releases: Basis[];
}

/** A controller's part of one cohort; `group` is the number of the group that it leaves with, or zero. */
export interface Slot {
  amount: bigint;
  readonly cohort: number;
  group: number;
  filled: bigint;
  out: bigint;
}

/** What a controller may claim: `out` for `filled`, and what came back. */
export interface Claim {
  filled: bigint;
  out: bigint;
  returned: bigint;
}

/** One side of the queue. */
export interface Queue {
  head: number;
  tail: number;
  waiting: bigint;
  lastMark: bigint;
  readonly cohorts: Map<number, Cohort>;
  readonly slots: Map<string, Slot[]>;
  readonly claims: Map<string, Claim>;
}

/** What an epoch did on one side; `isShort` if capacity ended before what it could have filled. */
export interface Filled {
  readonly amountIn: bigint;
  readonly amountOut: bigint;
  readonly isShort: boolean;
}

/** Seconds by which a mark must be newer than the requests that it fills. */
export const LEAD = 300n;
/** Seconds for which a request may be taken back at once. */
export const GRACE = 240n;
/** Seconds after which a cancellation needs no epoch. */
export const ESCAPE = 86_400n;
/** Cohorts that one controller can be in. */
export const MOST_SLOTS = 8;
/** Cohorts that one epoch looks at. */
export const MOST_COHORTS = 64;

const NEVER = (1n << 256n) - 1n;
const MOST_128 = (1n << 128n) - 1n;

/** A side that nobody asked anything of. */
export const emptyQueue = (): Queue => ({
  head: 0,
  tail: 0,
  waiting: 0n,
  lastMark: 0n,
  cohorts: new Map(),
  slots: new Map(),
  claims: new Map(),
});

/** Adds a request at `now`; a cohort that `mark` is newer than takes no more. */
export function join(
  queue: Queue,
  controller: string,
  amount: bigint,
  { mark, isStranger, now }: { readonly mark: bigint; readonly isStranger: boolean; readonly now: bigint },
): void {
  sync(queue, controller, now);
  const slots = slotsOf(queue, controller);
  if ((slots[0]?.group ?? 0) !== 0) throw new DomainError("CancellationPending");
  const last = cohortOf(queue, queue.tail);
  const id = last.openedAt !== 0n && mark > last.openedAt ? queue.tail + 1 : queue.tail;
  const own = slots.find((slot) => slot.cohort === id);
  if (!own && slots.length >= (isStranger ? MOST_SLOTS / 2 : MOST_SLOTS)) {
    throw new DomainError("TooManyRequests");
  }
  const cohort = cohortOf(queue, id);
  if (cohort.asked + amount > MOST_128) throw new DomainError("overflow");
  queue.tail = id;
  if (cohort.openedAt === 0n) cohort.openedAt = now;
  cohort.lastAt = now;
  cohort.asked += amount;
  queue.waiting += amount;
  if (own) own.amount += amount;
  else slots.push({ amount, cohort: id, group: 0, filled: 0n, out: 0n });
}

/** Cancels all that waits of a controller: at once if no mark can be known, or if `isFree`; else with the next epoch. */
export function cancel(queue: Queue, controller: string, isFree: boolean, now: bigint): void {
  sync(queue, controller, now);
  const slots = slotsOf(queue, controller);
  if (slots.length === 0) throw new DomainError("NothingToCancel");
  if (slots[0]?.group !== 0) throw new DomainError("CancellationPending");
  for (const slot of [...slots].reverse()) {
    const cohort = cohortOf(queue, slot.cohort);
    if (isFree || now <= cohort.lastAt + GRACE) {
      claimOf(queue, controller).returned += slot.amount - slot.filled;
      take(queue, cohort, slot.amount);
      drop(slots, slot);
      continue;
    }
    if (isDue(queue, cohort, now)) release(queue, cohort);
    if (cohort.leaving === 0n) {
      cohort.leavingSince = now;
      cohort.leavingMark = queue.lastMark;
    }
    cohort.leaving += slot.amount;
    slot.group = cohort.releases.length + 1;
  }
}

/** Fills cohorts in their order with an epoch's capacity at its price: `out = in * numerator / denominator`. */
export function fill(
  queue: Queue,
  mark: bigint,
  capacity: bigint,
  price: { readonly numerator: bigint; readonly denominator: bigint },
  now: bigint,
): Filled {
  let [amountIn, amountOut, isShort] = [0n, 0n, false];
  let id = queue.head;
  for (let i = 0; i < MOST_COHORTS; i++) {
    const cohort = cohortOf(queue, id);
    if (cohort.openedAt === 0n || mark <= cohort.lastAt + LEAD) break;
    if (isDue(queue, cohort, now)) release(queue, cohort);
    const left = cohort.asked - cohort.filled;
    const part = min(left, capacity - amountIn);
    if (part !== 0n) {
      const got = mulDivDown(part, price.numerator, price.denominator);
      cohort.filled += part;
      cohort.out += got;
      amountIn += part;
      amountOut += got;
    }
    if (cohort.leaving !== 0n) release(queue, cohort);
    if (part < left) {
      isShort = true;
      break;
    }
    id++;
  }
  queue.head = id;
  queue.tail = Math.max(queue.tail, isShort ? id + 1 : id);
  queue.waiting -= amountIn;
  queue.lastMark = mark;
  return { amountIn, amountOut, isShort };
}

/** Credits what the epochs have brought since the last visit. */
export function sync(queue: Queue, controller: string, now: bigint): void {
  const slots = slotsOf(queue, controller);
  const claim = claimOf(queue, controller);
  for (const slot of [...slots].reverse()) {
    const { filled, out, isDone } = progress(queue, slot, now);
    claim.filled += filled - slot.filled;
    claim.out += out - slot.out;
    if (isDone) {
      claim.returned += slot.amount - filled;
      drop(slots, slot);
    } else {
      slot.filled = filled;
      slot.out = out;
    }
  }
}

/** What a controller may claim and waits for. */
export function standingOf(
  queue: Queue,
  controller: string,
  now: bigint,
): { readonly claim: Claim; readonly pending: bigint; readonly isLeaving: boolean } {
  const claim = { ...claimOf(queue, controller) };
  let [pending, isLeaving] = [0n, false];
  for (const slot of slotsOf(queue, controller)) {
    const { filled, out, isDone } = progress(queue, slot, now);
    claim.filled += filled - slot.filled;
    claim.out += out - slot.out;
    if (isDone) claim.returned += slot.amount - filled;
    else {
      pending += slot.amount - filled;
      isLeaving ||= slot.group !== 0;
    }
  }
  return { claim, pending, isLeaving };
}

/** Pays a claim by what was asked for; returns what is paid, rounded down. */
export function claimIn(queue: Queue, controller: string, amountIn: bigint, now: bigint): bigint {
  sync(queue, controller, now);
  const claim = claimOf(queue, controller);
  requireWithin(amountIn, claim.filled);
  return pay(claim, amountIn, mulDivDown(claim.out, amountIn, claim.filled)).amountOut;
}

/** Pays a claim by what is wanted; returns what of the requests that takes, rounded up. */
export function claimOut(queue: Queue, controller: string, amountOut: bigint, now: bigint): bigint {
  sync(queue, controller, now);
  const claim = claimOf(queue, controller);
  requireWithin(amountOut, claim.out);
  return pay(claim, mulDivUp(claim.filled, amountOut, claim.out), amountOut).amountIn;
}

/** Pays what came back of cancelled requests. */
export function claimReturned(queue: Queue, controller: string, now: bigint): bigint {
  sync(queue, controller, now);
  const claim = claimOf(queue, controller);
  const amount = claim.returned;
  if (amount === 0n) throw new DomainError("NothingToClaim");
  claim.returned = 0n;
  return amount;
}

/** The time that a mark must be newer than to fill something of either side. */
export function markAfter(deposits: Queue, redemptions: Queue): bigint {
  return max(deposits.lastMark, min(sideMarkAfter(deposits), sideMarkAfter(redemptions)));
}

/** When the first cohort that waits got its last request; now if none waits. */
export function waitingSince(queue: Queue, now: bigint): bigint {
  return queue.waiting === 0n ? now : cohortOf(queue, queue.head).lastAt;
}

function sideMarkAfter(queue: Queue): bigint {
  if (queue.waiting === 0n) return NEVER;
  let id = queue.head;
  const last = Math.min(queue.tail, id + MOST_COHORTS);
  while (id < last && cohortOf(queue, id).asked === cohortOf(queue, id).filled) id++;
  return cohortOf(queue, id).lastAt + LEAD;
}

function progress(queue: Queue, slot: Slot, now: bigint) {
  const cohort = cohortOf(queue, slot.cohort);
  const released = slot.group === 0 ? undefined : cohort.releases[slot.group - 1];
  const { asked, filled, out } = released ?? cohort;
  return {
    filled: mulDivUp(slot.amount, filled, asked),
    out: mulDivDown(slot.amount, out, asked),
    isDone: released !== undefined || filled === asked || (slot.group !== 0 && isDue(queue, cohort, now)),
  };
}

function isDue(queue: Queue, cohort: Cohort, now: bigint): boolean {
  if (cohort.leaving === 0n) return false;
  if (now >= cohort.leavingSince + ESCAPE) return true;
  return queue.lastMark > cohort.leavingMark && queue.lastMark > cohort.lastAt + LEAD;
}

function release(queue: Queue, cohort: Cohort): void {
  cohort.releases.push({ asked: cohort.asked, filled: cohort.filled, out: cohort.out });
  const amount = cohort.leaving;
  cohort.leaving = 0n;
  take(queue, cohort, amount);
}

function take(queue: Queue, cohort: Cohort, amount: bigint): void {
  const used = mulDivDown(cohort.filled, amount, cohort.asked);
  cohort.out -= mulDivDown(cohort.out, amount, cohort.asked);
  cohort.filled -= used;
  cohort.asked -= amount;
  queue.waiting -= amount - used;
}

function requireWithin(asked: bigint, claimable: bigint): void {
  if (claimable === 0n) throw new DomainError("NothingToClaim");
  if (asked > claimable) throw new DomainError("ExceedsClaimable");
}

function pay(claim: Claim, amountIn: bigint, amountOut: bigint) {
  claim.filled -= amountIn;
  claim.out -= amountOut;
  return { amountIn, amountOut };
}

function drop(slots: Slot[], slot: Slot): void {
  slots.splice(slots.indexOf(slot), 1);
}

function cohortOf(queue: Queue, id: number): Cohort {
  const known = queue.cohorts.get(id);
  if (known) return known;
  const time = { openedAt: 0n, lastAt: 0n, leavingSince: 0n, leavingMark: 0n };
  const made: Cohort = { asked: 0n, filled: 0n, out: 0n, leaving: 0n, ...time, releases: [] };
  queue.cohorts.set(id, made);
  return made;
}

function slotsOf(queue: Queue, controller: string): Slot[] {
  const known = queue.slots.get(controller) ?? [];
  queue.slots.set(controller, known);
  return known;
}

function claimOf(queue: Queue, controller: string): Claim {
  const known = queue.claims.get(controller) ?? { filled: 0n, out: 0n, returned: 0n };
  queue.claims.set(controller, known);
  return known;
}
