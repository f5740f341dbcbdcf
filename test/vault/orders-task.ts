import {
  DEFAULT_LIMITS,
  type KeeperContext,
  orders,
  runRound,
  watchAccounts,
  watchOrders,
} from "@ballast/keeper";
import { type Leg, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { connection, curator, moveTo, type Scene } from "../support/ballast.ts";
import { commitAtAnyPrice, type DeskScene, deskScene, pushPrice } from "../support/desk.ts";

const { networkHelpers } = connection;
const PRICE = 2_000n * WAD;
const HOUR = 3_600;

async function atDesk() {
  return deskScene();
}

function keeperOf({ world }: Scene): KeeperContext {
  const { ballast, signer } = world.people.keeper;
  return {
    ballast,
    sender: signer,
    surfaceSigners: [],
    surfaceSource: undefined,
    orders: watchOrders(ballast),
    accounts: watchAccounts(ballast),
    limits: DEFAULT_LIMITS,
  };
}

async function round(context: KeeperContext, dryRun = false) {
  const lines: string[] = [];
  const result = await runRound(context, ["orders"], dryRun, (line) => lines.push(line));
  return { ...result, text: lines.join("\n") };
}

function legsOf({ calls }: DeskScene): Leg[] {
  return calls.slice(0, 2).map((instrument) => ({ instrument, quantity: 3n * WAD }));
}

describe("the task that fills orders", () => {
  it("leaves an order alone until its price has come, then fills it, and has nothing more to do", async () => {
    const stage = await networkHelpers.loadFixture(atDesk);
    const { ballast, account } = stage.taker;
    const context = keeperOf(stage);
    expect(await orders(context)).to.deep.equal([]);
    const committed = await commitAtAnyPrice(ballast, stage, legsOf(stage));
    expect((await round(context, true)).text).to.equal(
      `orders: order ${committed.id} of 2 legs waits for its price`,
    );
    expect(await round(context)).to.include({ sent: 0, failed: 0 });
    await pushPrice(stage, PRICE);
    expect((await round(context, true)).text).to.match(
      /^would orders: fill order \d+ of 2 legs, because its price has come\n {2}at a premium of .* USD or less$/,
    );
    expect(await round(context)).to.include({ sent: 1, failed: 0 });
    for (const { instrument } of legsOf(stage))
      expect(await ballast.clearinghouse.positionOf(account, instrument)).to.equal(3n * WAD);
    expect(await orders(context)).to.deep.equal([]);
    expect(await orders(keeperOf(stage)), "after a restart").to.deep.equal([]);
  });

  it("makes arrays and the vault's book current before it fills", async () => {
    const stage = await networkHelpers.loadFixture(atDesk);
    const { ballast, account } = stage.taker;
    const [leg] = legsOf(stage) as [Leg];
    await commitAtAnyPrice(ballast, stage, legsOf(stage), 2 * HOUR);
    await moveTo(stage, stage.start + HOUR, 2_150n);
    const context = keeperOf(stage);
    const planned = await orders(context);
    expect(planned.map(({ what }) => what.replace(/\d+/g, "n"))).to.deep.equal([
      "refresh the risk arrays of n strikes",
      "bring the vault's book up to date",
      "fill order n of n legs",
    ]);
    const result = await round(context);
    expect(result, result.text).to.include({ sent: 3, failed: 0 });
    expect(await ballast.clearinghouse.positionOf(account, leg.instrument)).to.equal(leg.quantity);
  });

  it("makes current what will have aged by the next block", async () => {
    const stage = await networkHelpers.loadFixture(atDesk);
    await commitAtAnyPrice(stage.taker.ballast, stage, legsOf(stage));
    await pushPrice(stage, PRICE);
    const context = keeperOf(stage);
    const planned = async () => (await orders(context)).map(({ what }) => what.replace(/\d+/g, "n"));
    expect(await planned()).to.deep.equal(["fill order n of n legs"]);
    await networkHelpers.time.setNextBlockTimestamp((await stage.clock.now()) + 86_400);
    expect(await planned()).to.deep.equal([
      "refresh the risk arrays of n strikes",
      "bring the vault's book up to date",
      "fill order n of n legs",
    ]);
  });

  it("closes what waited in vain for its taker, and what nobody filled for the vault", async () => {
    const stage = await networkHelpers.loadFixture(atDesk);
    const { ballast, account } = stage.taker;
    const cash = await ballast.clearinghouse.cashOf(account);
    const context = keeperOf(stage);
    await commitAtAnyPrice(ballast, stage, legsOf(stage), 600);
    await stage.clock.advanceTo((await stage.clock.now()) + 700);
    const lapsed = await round(context);
    expect(lapsed).to.include({ sent: 1, failed: 0 });
    expect(lapsed.text).to.match(/did not come in time, and its taker gets the bond of .* USD back: done/);
    expect(await ballast.clearinghouse.cashOf(account)).to.equal(cash);

    const { order } = await commitAtAnyPrice(ballast, stage, legsOf(stage));
    await pushPrice(stage, PRICE);
    await stage.clock.advanceTo((await stage.clock.now()) + 130);
    const forfeit = await round(context);
    expect(forfeit).to.include({ sent: 1, failed: 0 });
    expect(forfeit.text).to.contain("and the vault keeps the bond");
    expect(await ballast.clearinghouse.cashOf(account)).to.equal(cash - BigInt(order.bond));
    expect((await ballast.tradeDesk.unreleased()).bonds).to.equal(0n);
  });

  it("closes an order that a second price has overtaken", async () => {
    const stage = await networkHelpers.loadFixture(atDesk);
    await commitAtAnyPrice(stage.taker.ballast, stage, legsOf(stage));
    await pushPrice(stage, PRICE);
    await pushPrice(stage, PRICE);
    expect((await round(keeperOf(stage))).text).to.match(/it was not filled, and the vault keeps .*: done/);
  });

  it("says why a fill is refused, goes on with others, and cancels nobody's order", async () => {
    const stage = await networkHelpers.loadFixture(atDesk);
    const { ballast, account } = stage.taker;
    const { keeper } = stage.world.people;
    const desk = ballast.deployment.contracts.tradeDesk;
    await commitAtAnyPrice(ballast, stage, legsOf(stage));
    // Even a keeper who may trade for the taker, and could take the order back, lets it wait.
    await (await ballast.clearinghouse.setOperator(account, keeper.address, 1n, 2n ** 40n - 1n)).wait();
    expect(await orders(keeperOf(stage))).to.deep.equal([]);
    await (await ballast.clearinghouse.setOperator(account, desk, 0n, 0n)).wait();
    await pushPrice(stage, PRICE);
    const refused = await round(keeperOf(stage));
    expect(refused).to.include({ sent: 0, failed: 1 });
    expect(refused.text).to.contain("Clearinghouse_NotAuthorised");
    expect((await (await curator(stage)).tradeDesk.unreleased()).bonds > 0n).to.equal(true);
  });
});
