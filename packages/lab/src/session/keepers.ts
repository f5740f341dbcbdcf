import {
  type AccountWatch,
  conditions,
  DEFAULT_LIMITS,
  epoch,
  feed,
  hedge,
  type KeeperContext,
  liquidate,
  orders,
  settle,
  type Task,
  watchAccounts,
  watchHistory,
  watchOrders,
} from "@ballast/keeper";
import { decodeError, innermostOf } from "@ballast/sdk";
import { sentenceOf } from "../failure.ts";
import type { MarketPlayer } from "../market/player.ts";
import type { Person, World } from "../world/world.ts";

/** The keepers of a session: the real tasks of packages/keeper, run when the session says so. */
export interface Keepers {
  readonly accounts: AccountWatch;
  /** Surfaces and risk arrays. */
  feed(): Promise<number>;
  /** Fixings, then payouts. */
  settle(): Promise<number>;
  /** Orders in two steps. */
  orders(): Promise<number>;
  /** Realised volatility and toxicity. */
  conditions(): Promise<number>;
  hedge(): Promise<number>;
  epoch(): Promise<number>;
  /** Starts, bids and ends auctions; returns how many transactions were sent. */
  liquidate(): Promise<number>;
}

/** Rounds of one task in a row: a fixing allows payouts, a start allows a bid. */
const PASSES = 3;

/** Keepers on the world's keeper and bidder keys. */
export function keepersOf(world: World, player: MarketPlayer): Keepers {
  const { people } = world;
  const accounts = watchAccounts(people.keeper.ballast);
  const contextOf = (person: Person): KeeperContext => ({
    ballast: person.ballast,
    sender: person.signer,
    surfaceSigners: world.surfaceSigners,
    surfaceSource: async (_market, timestamp) => player.slices(timestamp),
    accounts,
    limits: { ...DEFAULT_LIMITS, feedHeartbeat: 300 },
  });
  const keeper = {
    ...contextOf(people.keeper),
    history: watchHistory(people.keeper.ballast),
    orders: watchOrders(people.keeper.ballast),
  };
  const bidder = contextOf(people.bidder);
  const run = (context: KeeperContext, task: Task, passes: number) => runTask(world, context, task, passes);
  return {
    accounts,
    feed: () => run(keeper, feed, 2),
    settle: () => run(keeper, settle, PASSES),
    orders: () => run(keeper, orders, 1),
    conditions: () => run(keeper, conditions, 1),
    hedge: () => run(keeper, hedge, 1),
    epoch: () => run(keeper, epoch, 1),
    liquidate: () => run(bidder, liquidate, PASSES),
  };
}

/** Asks the task what to do, simulates and sends it, until it wants nothing more or the passes are used up. */
async function runTask(world: World, context: KeeperContext, task: Task, passes: number): Promise<number> {
  let sent = 0;
  for (let pass = 0; pass < passes; pass++) {
    const actions = await task(context);
    let progress = 0;
    for (const action of actions) {
      const label = `${action.task}: ${action.what.split(" ")[0] ?? ""}`;
      try {
        await action.simulate();
      } catch (error) {
        world.journal.refuse(label, reasonOf(error));
        continue;
      }
      try {
        await world.journal.send(label, action.send());
      } catch (error) {
        // Between a simulation and its block something may pass; a keeper lives with that, and comes again.
        if (!decodeError(error)) throw error;
        world.journal.refuse(`${label} after its simulation`, reasonOf(error));
        continue;
      }
      progress++;
    }
    sent += progress;
    if (progress === 0) break;
  }
  return sent;
}

/** Name of the contract error inside, or the message. */
export function reasonOf(error: unknown): string {
  const decoded = decodeError(error);
  return decoded ? innermostOf(decoded).name : sentenceOf(error);
}
