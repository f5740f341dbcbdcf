import { type Ballast, closeOrder, fillOrder, type Leg, ordersOf, quoteOrder, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { connection, refusal } from "../support/ballast.ts";
import {
  commitAtAnyPrice,
  type DeskScene,
  deskScene,
  GUARD,
  mutantDesk,
  pushPrice,
  tradeAtAnyPrice,
  tried,
  wealthOf,
} from "../support/desk.ts";

const { networkHelpers } = connection;
const PRICE = 2_000n * WAD;
/** What the feed does not tell yet: less than its deviation threshold. */
const HIDDEN = 8n * WAD;
const FINE = "nothing was refused";

async function wait({ clock }: DeskScene, seconds: number): Promise<void> {
  await clock.advanceTo((await clock.now()) + seconds);
}

/** Whether two amounts differ by no more than a few seconds' worth of age. */
function near(a: bigint, b: bigint): boolean {
  return (a > b ? a - b : b - a) * 10_000n <= (b < 0n ? -b : b);
}

async function orders() {
  return deskScene();
}

function legsOf({ calls }: DeskScene, quantity = 5n * WAD): Leg[] {
  const [deepest] = calls;
  if (deepest === undefined) throw new Error("There are no calls.");
  return [{ instrument: deepest, quantity }];
}

describe("orders in two steps", () => {
  it("are filled by anyone at the first price after them, without the spread of one step", async () => {
    const stage = await networkHelpers.loadFixture(orders);
    const { taker, vaultAccount } = stage;
    const { ballast, account } = taker;
    const stranger = stage.world.people.lps[2];
    if (!stranger) throw new Error("There is no stranger.");
    const legs = legsOf(stage);
    const atOnce = await quoteOrder(ballast, legs);
    const later = await quoteOrder(ballast, legs, true);
    const cash = await ballast.clearinghouse.cashOf(account);
    const committed = await commitAtAnyPrice(ballast, stage, legs);
    const bond = BigInt(committed.order.bond);
    expect(near(bond, atOnce.premium - later.premium)).to.equal(true);
    expect(bond > 0n).to.equal(true);
    expect(await ballast.clearinghouse.cashOf(account)).to.equal(cash - bond);
    expect((await ballast.tradeDesk.unreleased()).bonds).to.equal(bond);
    await pushPrice(stage, PRICE);
    await expect(fillOrder(stranger.ballast, committed)).to.emit(ballast.tradeDesk, "OrderFilled");
    const paid = cash - (await ballast.clearinghouse.cashOf(account));
    expect(paid >= later.fair && paid < atOnce.premium - bond / 2n).to.equal(true);
    expect(await ballast.clearinghouse.positionOf(account, legs[0]?.instrument ?? 0n)).to.equal(5n * WAD);
    expect(await ballast.clearinghouse.positionOf(vaultAccount, legs[0]?.instrument ?? 0n)).to.equal(
      -5n * WAD,
    );
    expect((await ballast.tradeDesk.unreleased()).bonds).to.equal(0n);
    expect(await refusal(fillOrder(stranger.ballast, committed))).to.equal("TradeDesk_UnknownOrder");
  });

  it("fit no price but that one: none before it, none after it, none once it is two minutes old", async () => {
    const stage = await networkHelpers.loadFixture(orders);
    const { ballast } = stage.taker;
    const committed = await commitAtAnyPrice(ballast, stage, legsOf(stage));
    const fill = () => refusal(ballast.tradeDesk.fill.staticCall(committed.id, committed.order));
    expect(await fill()).to.equal("TradeDesk_NotOrdersRound");
    await pushPrice(stage, PRICE);
    expect(await fill()).to.equal(FINE);
    await tried(async () => {
      await wait(stage, 125);
      expect(await fill()).to.equal("TradeDesk_NotOrdersRound");
    });
    await pushPrice(stage, PRICE);
    expect(await fill()).to.equal("TradeDesk_NotOrdersRound");
  });

  it("fit no price that comes after their deadline, and get their bond back then", async () => {
    const stage = await networkHelpers.loadFixture(orders);
    const { ballast, account } = stage.taker;
    const committed = await commitAtAnyPrice(ballast, stage, legsOf(stage), 60);
    await wait(stage, 90);
    await pushPrice(stage, PRICE);
    const fill = ballast.tradeDesk.fill.staticCall(committed.id, committed.order);
    expect(await refusal(fill)).to.equal("TradeDesk_NotOrdersRound");
    const cash = await ballast.clearinghouse.cashOf(account);
    await (await closeOrder(ballast, committed)).wait();
    expect((await ballast.clearinghouse.cashOf(account)) - cash).to.equal(committed.order.bond);
  });

  it("are closed and their bond returned where the price is beyond their limit", async () => {
    const stage = await networkHelpers.loadFixture(orders);
    const { ballast, account } = stage.taker;
    const cash = await ballast.clearinghouse.cashOf(account);
    const legs = legsOf(stage);
    const { premium } = await quoteOrder(ballast, legs, true);
    const desk = ballast.deployment.contracts.tradeDesk;
    const deadline = BigInt((await stage.clock.now()) + 600);
    const { interface: calls } = ballast.tradeDesk;
    const instruments = legs.map((leg) => leg.instrument);
    const quantities = legs.map((leg) => leg.quantity);
    const terms = [account, instruments, quantities, premium + WAD, deadline] as const;
    const data = calls.encodeFunctionData("commit", [...terms]);
    await (await ballast.clearinghouse.batch(account, [{ target: desk, data }])).wait();
    const [committed] = await ordersOf(ballast, account, 0);
    if (!committed) throw new Error("No order was committed.");
    await pushPrice(stage, PRICE + HIDDEN);
    await (await fillOrder(ballast, committed)).wait();
    expect(await ballast.clearinghouse.cashOf(account)).to.equal(cash);
    expect(await ballast.clearinghouse.positionOf(account, legs[0]?.instrument ?? 0n)).to.equal(0n);
    expect(await ballast.tradeDesk.orderHash(committed.id)).to.equal(`0x${"0".repeat(64)}`);
  });

  it("are cancelled only before a price or after waiting in vain, and otherwise cost their bond", async () => {
    const stage = await networkHelpers.loadFixture(orders);
    const { ballast, account } = stage.taker;
    const stranger = stage.world.people.lps[2]?.ballast;
    if (!stranger) throw new Error("There is no stranger.");
    const cash = await ballast.clearinghouse.cashOf(account);
    const committed = await commitAtAnyPrice(ballast, stage, legsOf(stage), 600);
    expect(await refusal(closeOrder(stranger, committed))).to.equal("TradeDesk_NotAuthorised");
    const back = async (by: Ballast) => {
      await (await closeOrder(by, committed)).wait();
      return cash - (await ballast.clearinghouse.cashOf(account));
    };
    expect(await tried(() => back(ballast))).to.equal(0n);
    await tried(async () => {
      await wait(stage, 605);
      expect(await back(stranger)).to.equal(0n);
    });
    await tried(async () => {
      await wait(stage, 605);
      await pushPrice(stage, PRICE);
      expect(await back(stranger)).to.equal(0n);
    });
    await pushPrice(stage, PRICE);
    expect(await refusal(closeOrder(ballast, committed))).to.equal("TradeDesk_StillOpen");
    await tried(async () => {
      await pushPrice(stage, PRICE);
      expect(await back(ballast)).to.equal(committed.order.bond);
    });
    await wait(stage, 125);
    expect(await back(stranger)).to.equal(committed.order.bond);
    expect((await ballast.tradeDesk.unreleased()).bonds).to.equal(0n);
    expect((await ballast.tradeDesk.spreadEarned()) >= BigInt(committed.order.bond)).to.equal(true);
  });

  it("are the taker's own: unchanged, in time, with its consent and by the desk alone", async () => {
    const stage = await networkHelpers.loadFixture(orders);
    const { ballast, account } = stage.taker;
    const legs = legsOf(stage);
    expect(await refusal(commitAtAnyPrice(ballast, stage, legs, 90_000))).to.equal(
      "TradeDesk_DeadlineTooFar",
    );
    expect(await refusal(commitAtAnyPrice(ballast, stage, legs, -1))).to.equal("TradeDesk_DeadlinePassed");
    const committed = await commitAtAnyPrice(ballast, stage, legs);
    await pushPrice(stage, PRICE);
    const { id, order } = committed;
    const other = { ...order, premiumLimit: 1n };
    expect(await refusal(ballast.tradeDesk.fill.staticCall(id, other))).to.equal("TradeDesk_UnknownOrder");
    expect(await refusal(ballast.tradeDesk.close.staticCall(id, other))).to.equal("TradeDesk_UnknownOrder");
    const quoted = await ballast.quoter.quoteLegs([...order.instruments], [...order.quantities], true);
    const { premium, fair, charge, reducesRisk } = quoted;
    const [fairs, volatilities] = [[...quoted.fairs], [...quoted.volatilities]];
    const plain = { premium, fair, charge, reducesRisk, fairs, volatilities };
    const settle = ballast.tradeDesk.settleOrder;
    expect(await refusal(settle.staticCall(order, plain))).to.equal("TradeDesk_OnlyInBatch");
    const data = ballast.tradeDesk.interface.encodeFunctionData("settleOrder", [order, plain]);
    const target = ballast.deployment.contracts.tradeDesk;
    expect(await refusal(ballast.clearinghouse.batch.staticCall(account, [{ target, data }]))).to.equal(
      "TradeDesk_OnlyInBatch",
    );
    await (await ballast.clearinghouse.setOperator(account, target, 0n, 0n)).wait();
    expect(await refusal(ballast.tradeDesk.fill.staticCall(id, order))).to.equal(
      "Clearinghouse_NotAuthorised",
    );
  });
});

describe("orders and what the feed does not tell yet", () => {
  /** What a taker gains who knows that the price is `HIDDEN` higher than the feed says, in one step. */
  const oneStep = async (stage: DeskScene, ballast: Ballast) => {
    const before = await wealthOf(stage);
    await tradeAtAnyPrice(ballast, stage, legsOf(stage));
    await pushPrice(stage, PRICE + HIDDEN);
    return (await wealthOf(stage)) - before;
  };

  it("gain nothing in one step, whose spread is more than the feed can hide; at two steps' spread they would", async () => {
    const stage = await networkHelpers.loadFixture(orders);
    expect((await tried(() => oneStep(stage, stage.taker.ballast))) < 0n).to.equal(true);
    const mutant = await mutantDesk(stage, GUARD.oneStep);
    expect((await oneStep(stage, mutant)) > 0n).to.equal(true);
  });

  it("cannot be filled at the price that was there; if they could, that price would be picked off", async () => {
    const stage = await networkHelpers.loadFixture(orders);
    const attack = async (ballast: Ballast) => {
      const before = await wealthOf(stage);
      await (await fillOrder(ballast, await commitAtAnyPrice(ballast, stage, legsOf(stage)))).wait();
      await pushPrice(stage, PRICE + HIDDEN);
      return (await wealthOf(stage)) - before;
    };
    expect(await refusal(tried(() => attack(stage.taker.ballast)))).to.equal("TradeDesk_NotOrdersRound");
    const mutant = await mutantDesk(stage, GUARD.round);
    expect((await attack(mutant)) > 0n).to.equal(true);
  });

  it("are no option on what follows their price: to let one lapse costs what filling it could gain", async () => {
    const stage = await networkHelpers.loadFixture(orders);
    // At the order's round the taker knows where the next one will be: it fills or lets lapse, as suits it.
    const branch = async (ballast: Ballast, hidden: bigint) =>
      tried(async () => {
        const before = await wealthOf(stage);
        const committed = await commitAtAnyPrice(ballast, stage, legsOf(stage));
        await pushPrice(stage, PRICE);
        if (hidden > 0n) await (await fillOrder(ballast, committed)).wait();
        await pushPrice(stage, PRICE + hidden);
        if (hidden < 0n) await (await closeOrder(ballast, committed)).wait();
        return (await wealthOf(stage)) - before;
      });
    const both = async (ballast: Ballast) =>
      (await branch(ballast, HIDDEN)) + (await branch(ballast, -HIDDEN));
    expect((await both(stage.taker.ballast)) <= 0n).to.equal(true);
    const mutant = await mutantDesk(stage, GUARD.bond);
    expect((await both(mutant)) > 0n).to.equal(true);
  });
});
