import type { PricePoint } from "../market/history.ts";
import { listedAt, type MarketPlayer, marketPlayer } from "../market/player.ts";
import type { Random } from "../random.ts";
import type { Clock } from "../world/clock.ts";
import type { World } from "../world/world.ts";
import { CAST } from "./actors.ts";
import { type Keepers, keepersOf } from "./keepers.ts";
import { type Snapshot, takeSnapshot } from "./snapshot.ts";

/** Hours of a session, the first included and the last not. */
export interface Hours {
  readonly from: number;
  readonly to: number;
}

/** What breaks during a session. */
export interface Incidents {
  /** No keeper does anything. Actors and the feed go on. */
  readonly keepersDead?: Hours;
  /** No Chainlink round comes. The market moves on, and keepers and actors with it. */
  readonly feedFrozen?: Hours;
}

/** How a session is played. */
export interface SessionPlan {
  /** Hourly prices; endless for a sandbox that stays open. */
  readonly path: Iterable<PricePoint>;
  /** All expiries that are ever listed, increasing. */
  readonly expiries: readonly number[];
  readonly random: Random;
  readonly incidents?: Incidents;
  /** Shown every snapshot as it is taken. */
  readonly observe?: (snapshot: Snapshot, keepers: Keepers) => void | Promise<void>;
}

/** What a session leaves behind. */
export interface SessionResult {
  readonly snapshots: readonly Snapshot[];
  readonly accounts: readonly bigint[];
}

/** Shortest tenor that actors still trade, seconds. */
const TRADED_TENOR = 2 * 86_400;
/** While an auction runs, keepers look every this many seconds, at most this often in an hour. */
const AUCTION_STEP = 240;
const AUCTION_STEPS = 10;

/** Plays every hour of the plan: market, keepers, actors, keepers; auctions within the hour get finer steps. */
export async function playSession(world: World, clock: Clock, plan: SessionPlan): Promise<SessionResult> {
  const player = marketPlayer(world, plan.expiries);
  const keepers = keepersOf(world, player);
  const snapshots: Snapshot[] = [];
  let hour = 0;
  let last: PricePoint | undefined;
  for (const point of plan.path) {
    const areKeepersDead = isWithin(plan.incidents?.keepersDead, hour);
    await clock.advanceTo(point.time);
    await player.move(point, isWithin(plan.incidents?.feedFrozen, hour));
    if (!areKeepersDead) await keepersBefore(keepers);
    await act(world, plan, hour, point);
    if (!areKeepersDead) {
      await keepers.hedge();
      await runAuctions(world, clock, keepers);
    }
    const snapshot = await takeSnapshot(world, player, await keepers.accounts.accounts(), {
      hour,
      ...stamp(point),
    });
    snapshots.push(snapshot);
    await plan.observe?.(snapshot, keepers);
    hour++;
    last = point;
  }
  if (last) await windUp(world, clock, last, player, keepers, snapshots);
  return { snapshots, accounts: await keepers.accounts.accounts() };
}

async function keepersBefore(keepers: Keepers): Promise<void> {
  await keepers.settle();
  await keepers.feed();
  await keepers.orders();
  await keepers.conditions();
  await keepers.liquidate();
  await keepers.epoch();
}

function isWithin(hours: Hours | undefined, hour: number): boolean {
  return hours !== undefined && hour >= hours.from && hour < hours.to;
}

async function act(world: World, plan: SessionPlan, hour: number, point: PricePoint): Promise<void> {
  const expiries = listedAt(plan.expiries, point.time).filter(
    (expiry) => expiry - point.time >= TRADED_TENOR,
  );
  for (const actor of CAST) {
    await actor({ world, random: plan.random, hour, time: point.time, spot: point.price, expiries });
  }
}

/** Follows running auctions until none is left or the hour is nearly over. */
async function runAuctions(world: World, clock: Clock, keepers: Keepers): Promise<void> {
  for (let step = 0; step < AUCTION_STEPS; step++) {
    await keepers.liquidate();
    if (!(await anyAuction(world, await keepers.accounts.accounts()))) return;
    await clock.advanceTo((await clock.now()) + AUCTION_STEP);
  }
}

async function anyAuction(world: World, accounts: readonly bigint[]): Promise<boolean> {
  const house = world.people.keeper.ballast.auctionHouse;
  const running = await Promise.all(accounts.map((account) => house.auctionOf(account)));
  return running.some((auction) => auction.kind !== 0n);
}

/** After the last price: lets open auctions run to their end, so that every loss has found its payer. */
async function windUp(
  world: World,
  clock: Clock,
  last: PricePoint,
  player: MarketPlayer,
  keepers: Keepers,
  snapshots: Snapshot[],
): Promise<void> {
  for (let hours = 1; hours <= 24 && (await anyAuction(world, await keepers.accounts.accounts())); hours++) {
    const point = { time: last.time + hours * 3600, price: last.price };
    await clock.advanceTo(point.time);
    await player.move(point);
    await keepers.settle();
    await keepers.feed();
    await runAuctions(world, clock, keepers);
    const hour = snapshots.length;
    snapshots.push(
      await takeSnapshot(world, player, await keepers.accounts.accounts(), { hour, ...stamp(point) }),
    );
  }
}

function stamp(point: PricePoint): { time: number; spot: bigint } {
  return { time: point.time, spot: point.price };
}
