import {
  type Ballast,
  type CommittedOrder,
  closeOrder,
  connectBallast,
  fillOrder,
  formatDecimal,
  type OrderState,
  orderStateOf,
  ordersBetween,
  packPosition,
  readOrderRounds,
  WAD,
} from "@ballast/sdk";
import type { Action, KeeperContext } from "../task.ts";

const CHUNK = 5_000;
/** What a fill needs has to be current when it is mined, not only now. */
const NEXT_BLOCK = { blockTag: "pending" } as const;
const NEVER = `0x${"00".repeat(32)}`;

/** Knows every order in two steps that is still open. Rebuilt from the chain at any time. */
export interface OrderWatch {
  open(): Promise<readonly CommittedOrder[]>;
}

/** Watches the orders of a deployment from its first block. */
export function watchOrders(ballast: Ballast): OrderWatch {
  let known: CommittedOrder[] = [];
  let next = ballast.deployment.fromBlock;
  return {
    async open() {
      const provider = ballast.runner.provider;
      if (!provider) throw new Error("The keeper needs a provider to read events from.");
      const latest = await provider.getBlockNumber();
      while (next <= latest) {
        const to = Math.min(next + CHUNK - 1, latest);
        known.push(...(await ordersBetween(ballast, next, to)));
        next = to + 1;
      }
      const hashes = await Promise.all(known.map(({ id }) => ballast.tradeDesk.orderHash(id)));
      known = known.filter((_, i) => hashes[i] !== NEVER);
      return known;
    },
  };
}

/**
 * Fills orders in two steps at their price, and closes those that can no longer be filled: a service, since neither pays.
 * What a fill needs is made current before it, as far as anyone may.
 */
export async function orders(context: KeeperContext): Promise<Action[]> {
  const open = (await context.orders?.open()) ?? [];
  const block = await context.ballast.runner.provider?.getBlock("latest");
  if (open.length === 0) context.note?.("orders: no order in two steps is open", []);
  const actions: Action[] = [];
  for (const committed of open) {
    const rounds = await readOrderRounds(context.ballast, committed.order);
    const state = orderStateOf(committed.order, rounds, block?.timestamp ?? 0);
    if (state === "fillable") actions.push(...(await fill(context, committed)));
    else if (state === "waiting") context.note?.(`orders: ${named(committed)} waits for its price`, []);
    else actions.push(close(context, committed, state));
  }
  return actions;
}

async function fill(context: KeeperContext, committed: CommittedOrder): Promise<Action[]> {
  const ballast = connectBallast(context.ballast.deployment, context.sender);
  const { id, order } = committed;
  return [
    ...(await prepare(ballast, committed)),
    {
      task: "orders",
      what: `fill ${named(committed)}`,
      why: "its price has come",
      details: [`at a premium of ${formatDecimal(BigInt(order.premiumLimit))} USD or less`],
      simulate: () => ballast.tradeDesk.fill.staticCall(id, order),
      send: () => fillOrder(ballast, committed),
    },
  ];
}

/** Arrays of the order and of its taker, and the vault's book and capital, where they are not current. */
async function prepare(ballast: Ballast, { order }: CommittedOrder): Promise<Action[]> {
  const { riskArrays, quoter, books, clearinghouse } = ballast;
  const legs = order.instruments.map((instrument) => packPosition(BigInt(instrument), WAD));
  const held = await clearinghouse.positionWords(order.taker);
  const words = [...legs, ...held.filter((word) => word !== 0n)];
  const why = "an order is to be filled";
  const [stale, groups] = await Promise.all([
    riskArrays.refreshPositions.staticCall(words, NEXT_BLOCK),
    books.staleGroups(await ballast.vault.account(), NEXT_BLOCK),
  ]);
  const actions: Action[] = [];
  if (stale > 0n)
    actions.push({
      task: "orders",
      what: `refresh the risk arrays of ${stale} strikes`,
      why,
      simulate: () => riskArrays.refreshPositions.staticCall(words),
      send: () => riskArrays.refreshPositions(words),
    });
  if (stale > 0n || groups.length > 0) {
    const [instruments, quantities] = [[...order.instruments], [...order.quantities]];
    actions.push({
      task: "orders",
      what: "bring the vault's book up to date",
      why,
      simulate: () => quoter.refreshAndQuote.staticCall(instruments, quantities, true),
      send: () => quoter.refreshAndQuote(instruments, quantities, true),
    });
  }
  return actions;
}

function close(context: KeeperContext, committed: CommittedOrder, state: OrderState): Action {
  const ballast = connectBallast(context.ballast.deployment, context.sender);
  const { id, order } = committed;
  const bond = `${formatDecimal(BigInt(order.bond))} USD`;
  return {
    task: "orders",
    what: `close ${named(committed)}`,
    why:
      state === "lapsed"
        ? `its price did not come in time, and its taker gets the bond of ${bond} back`
        : `its price came and it was not filled, and the vault keeps the bond of ${bond}`,
    simulate: () => ballast.tradeDesk.close.staticCall(id, order),
    send: () => closeOrder(ballast, committed),
  };
}

function named({ id, order }: CommittedOrder): string {
  const legs = order.instruments.length;
  return `order ${id} of ${legs} ${legs === 1 ? "leg" : "legs"}`;
}
