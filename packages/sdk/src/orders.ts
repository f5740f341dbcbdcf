import type { ContractTransactionResponse } from "ethers";
import type { OrderStruct } from "../../../typechain-types/contracts/interfaces/ITradeDesk.js";
import type { Ballast } from "./ballast.ts";
import { readRound } from "./settlement.ts";
import { type Leg, premiumLimit, quoteOrder, type TradeOptions } from "./trade.ts";
import { WAD } from "./units.ts";

const SCOPE_TRADE = 1n;

/** How an order in two steps is committed. */
export interface CommitOptions extends TradeOptions {
  /** Unix time until which the order's price must be there; at most a day ahead. */
  readonly deadline: bigint;
}

/** An order as it was committed, to be handed in again when it is filled or closed. */
export interface CommittedOrder {
  readonly id: bigint;
  readonly order: OrderStruct;
}

/**
 * Commits an order that anyone may fill at the next price, and lets the desk trade for the account until an hour after
 * the deadline. What a trade in one step would have paid more is left as a bond.
 */
export async function commitOrder(
  ballast: Ballast,
  account: bigint,
  legs: readonly Leg[],
  { deadline, slippage }: CommitOptions,
): Promise<CommittedOrder> {
  const { tradeDesk, clearinghouse, deployment } = ballast;
  const desk = deployment.contracts.tradeDesk;
  const { premium } = await quoteOrder(ballast, legs, true);
  const consent = clearinghouse.interface.encodeFunctionData("setOperator", [
    account,
    desk,
    SCOPE_TRADE,
    deadline + 3600n,
  ]);
  const commitment = tradeDesk.interface.encodeFunctionData("commit", [
    account,
    legs.map((leg) => leg.instrument),
    legs.map((leg) => leg.quantity),
    premiumLimit(premium, slippage ?? WAD / 100n),
    deadline,
  ]);
  const sent = await clearinghouse.batch(account, [
    { target: deployment.contracts.clearinghouse, data: consent },
    { target: desk, data: commitment },
  ]);
  const receipt = await sent.wait();
  const [found] = await ordersOf(ballast, account, receipt?.blockNumber ?? 0);
  if (!found) throw new Error("The commitment left no order.");
  return found;
}

/** Orders that an account committed since a block, newest first, whether still open or not. */
export async function ordersOf(
  { tradeDesk }: Ballast,
  account: bigint,
  fromBlock: number,
): Promise<CommittedOrder[]> {
  const logs = await tradeDesk.queryFilter(tradeDesk.filters.OrderCommitted(undefined, account), fromBlock);
  return logs.reverse().map(({ args }) => ({ id: args.id, order: plain(args.order) }));
}

/** Orders that anybody committed from a block to another, oldest first, whether still open or not. */
export async function ordersBetween(
  { tradeDesk }: Ballast,
  fromBlock: number,
  toBlock: number,
): Promise<CommittedOrder[]> {
  const logs = await tradeDesk.queryFilter(tradeDesk.filters.OrderCommitted(), fromBlock, toBlock);
  return logs.map(({ args }) => ({ id: args.id, order: plain(args.order) }));
}

/**
 * What an open order waits for. `waiting`: for its price. `fillable`: to be filled. `lapsed`: its price did not come in
 * time, or cannot be its price; whoever closes it brings the taker's bond back. `forfeit`: its price came and it was not
 * filled; whoever closes it gives the bond to the vault.
 */
export type OrderState = "waiting" | "fillable" | "lapsed" | "forfeit";

/** As in contracts/vault/TradeDesk.sol: seconds after its price in which an order can be filled. */
const FILL_WINDOW = 120;

/** The newest round of an order's aggregator, and when the round after its commitment was made, if there is one. */
export interface OrderRounds {
  readonly newest: bigint;
  readonly madeAt: number | undefined;
}

/** The state of an open order, by the rounds of its aggregator and the time. */
export function orderStateOf(order: OrderStruct, { newest, madeAt }: OrderRounds, now: number): OrderState {
  const own = BigInt(order.round);
  const deadline = Number(order.deadline);
  if (newest === own) return now > deadline ? "lapsed" : "waiting";
  if (madeAt === undefined || madeAt <= Number(order.committedAt) || madeAt > deadline) return "lapsed";
  return newest === own + 1n && now <= madeAt + FILL_WINDOW ? "fillable" : "forfeit";
}

/** Reads the rounds that decide about an order. */
export async function readOrderRounds({ runner }: Ballast, order: OrderStruct): Promise<OrderRounds> {
  const own = BigInt(order.round);
  const newest = await readRound(String(order.aggregator), undefined, runner);
  if (newest === undefined) return { newest: own, madeAt: undefined };
  if (newest.roundId <= own + 1n) return { newest: newest.roundId, madeAt: newest.updatedAt };
  const next = await readRound(String(order.aggregator), own + 1n, runner);
  return { newest: newest.roundId, madeAt: next?.updatedAt };
}

/** Fills an order at its price. Anyone may. */
export async function fillOrder(
  { tradeDesk }: Ballast,
  { id, order }: CommittedOrder,
): Promise<ContractTransactionResponse> {
  return tradeDesk.fill(id, order);
}

/** Closes an order that was not filled; who gets its bond is told at ITradeDesk.close. */
export async function closeOrder(
  { tradeDesk }: Ballast,
  { id, order }: CommittedOrder,
): Promise<ContractTransactionResponse> {
  return tradeDesk.close(id, order);
}

/** What an event holds as what a call takes. */
function plain(order: OrderStruct): OrderStruct {
  const { taker, premiumLimit: limit, bond, aggregator, round, committedAt, deadline } = order;
  const [instruments, quantities] = [[...order.instruments], [...order.quantities]];
  return {
    taker,
    instruments,
    quantities,
    premiumLimit: limit,
    bond,
    aggregator,
    round,
    committedAt,
    deadline,
  };
}
