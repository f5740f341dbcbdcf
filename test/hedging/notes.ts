import { quoteOrder, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { wrapWeth } from "../../packages/lab/src/externals/index.ts";
import { as, mined } from "../../packages/lab/src/externals/token.ts";
import { connection, curator, expiryOf, moveTo, option, refusal } from "../support/ballast.ts";
import {
  buy,
  deployed,
  type HedgeScene,
  hedgeScene,
  setHedge,
  setVenues,
  swapTerms,
} from "../support/hedging.ts";
import { done, quoterWith, refresh, UNGUARDED } from "../support/quotes.ts";

const { networkHelpers } = connection;
const HOUR = 3_600;
const CENT = WAD / 100n;

/** The vault has sold puts, is long delta and has a short at Aave against it. */
async function short(): Promise<HedgeScene> {
  const stage = await hedgeScene();
  await setHedge(stage, { costRatio: 10n ** 9n, minInterval: 0n });
  await buy(stage, "put", 1_800n, 400n);
  await done(stage.world.people.keeper.ballast.hedgeController.rebalance(0));
  return stage;
}

/** The same for tests that move the market. */
async function moving(): Promise<HedgeScene> {
  return short();
}

async function setBudget(stage: HedgeScene, dollars: bigint): Promise<void> {
  await setHedge(stage, { dailyLossBudget: dollars * WAD });
}

async function fresh(): Promise<HedgeScene> {
  return hedgeScene();
}

/** The same for a test that changes what the ledger takes. */
async function full(): Promise<HedgeScene> {
  return hedgeScene();
}

describe("what is noted of a hedge", () => {
  it("is what could be traded when it was noted, by anyone, for an hour", async () => {
    const stage = await networkHelpers.loadFixture(moving);
    const { hedgeController } = stage.world.people.hedger.ballast;
    const live = await hedgeController.hedgeCapacity(0);
    const dear = await hedgeController.hedgeCapacity.estimateGas(0);
    await done(hedgeController.note(0));
    expect((await hedgeController.noteOf(0)).price).to.equal(2_000n * WAD);
    // The loss budget leaks meanwhile.
    const same = async () => {
      const { buyWad, sellWad } = await hedgeController.hedgeCapacity(0);
      expect(buyWad).to.be.closeTo(live.buyWad, WAD / 2n);
      expect(sellWad).to.be.closeTo(live.sellWad, WAD / 2n);
    };
    await same();
    expect((await hedgeController.hedgeCapacity.estimateGas(0)) * 4n).to.be.lessThan(dear);
    await setBudget(stage, 1_000n);
    await done(hedgeController.note(0));
    expect((await hedgeController.hedgeCapacity(0)).sellWad).to.be.lessThan(50n * WAD);
    await setBudget(stage, 50_000n);
    await done(hedgeController.note(0));
    await mined(stage.aave.configurator.setBorrowCap(await stage.world.externals.weth.getAddress(), 1n));
    await same();
    const { notedAt } = await hedgeController.noteOf(0);
    await moveTo(stage, Number(notedAt) + HOUR, 2_000n);
    expect((await hedgeController.hedgeCapacity(0)).sellWad).to.equal(0n);
  });

  it("is within budgets of now: what was lost after it was noted can be lost no more", async () => {
    const stage = await networkHelpers.loadFixture(short);
    const { hedgeController } = stage.world.people.keeper.ballast;
    await setBudget(stage, 2_000n);
    await buy(stage, "put", 1_800n, 100n);
    await done(hedgeController.note(0));
    const { slippageLimit } = await hedgeController.parameters(0);
    const look = async () => {
      const [noted, left] = [await hedgeController.noteOf(0), await hedgeController.lossBudgetLeft(0)];
      const { sellWad } = await hedgeController.hedgeCapacity(0);
      // Far more was noted than the budget lasts for.
      expect(noted.sell).to.be.greaterThan(2n * sellWad);
      const affordable = (left * WAD * WAD) / (slippageLimit * noted.price);
      expect(sellWad).to.be.closeTo(affordable, WAD / 100n);
      return { notedAt: noted.notedAt, sellWad };
    };
    const before = await look();
    await done(hedgeController.rebalance(0));
    const after = await look();
    expect(after.notedAt).to.equal(before.notedAt);
    expect(before.sellWad - after.sellWad).to.be.greaterThan(WAD / 10n);
  });

  it("is less by what was traded since, and nothing once parameters or venues are set anew", async () => {
    const stage = await networkHelpers.loadFixture(short);
    const { hedgeController } = stage.world.people.keeper.ballast;
    await buy(stage, "put", 1_800n, 100n);
    await done(hedgeController.note(0));
    const before = await hedgeController.noteOf(0);
    await done(hedgeController.rebalance(0));
    const after = await hedgeController.noteOf(0);
    const sold = before.position - after.position;
    expect(sold).to.be.greaterThan(WAD);
    expect(before.sell - after.sell).to.be.closeTo(sold, WAD / 1_000_000n);
    expect([after.buy, after.notedAt]).to.deep.equal([before.buy, before.notedAt]);
    await setHedge(stage, { maxTrade: 50_000n * WAD });
    expect((await hedgeController.noteOf(0)).notedAt).to.equal(0n);
    await done(hedgeController.note(0));
    await setVenues(stage, [stage.short]);
    const last = await hedgeController.noteOf(0);
    expect([last.notedAt, last.position < 0n]).to.deep.equal([0n, true]);
  });

  it("counts the vault's cash once, however many venues could borrow against it", async () => {
    const stage = await networkHelpers.loadFixture(fresh);
    const { hedgeController } = stage.world.people.keeper.ballast;
    const pool = await stage.aave.pool.getAddress();
    const controller = stage.world.deployment.contracts.hedgeController;
    const terms = await swapTerms(stage, stage.second, controller);
    const other = await deployed(stage, "AaveV3ShortVenue", [terms, pool, (3n * WAD) / 2n, (5n * WAD) / 4n]);
    const room = async (venues: readonly string[]) => {
      await setVenues(stage, venues);
      await done(hedgeController.note(0));
      return (await hedgeController.noteOf(0)).sell;
    };
    const one = await room([stage.short]);
    expect(one).to.be.greaterThan(100n * WAD);
    expect(await room([stage.short, other])).to.be.closeTo(one, WAD / 100n);
  });

  it("has nothing to buy of an underlying that the ledger takes no more of", async () => {
    const stage = await networkHelpers.loadFixture(full);
    const { hedgeController } = stage.world.people.keeper.ballast;
    const own = await curator(stage);
    const weth = await stage.world.externals.weth.getAddress();
    await setVenues(stage, [stage.spot]);
    const { market, cap } = await own.clearinghouse.collateralAsset(weth);
    const bought = async (most: bigint, enabled: boolean) => {
      await done(own.clearinghouse.setCollateralAsset(weth, market, most, enabled));
      await done(hedgeController.note(0));
      return (await hedgeController.noteOf(0)).buy;
    };
    const [held] = await own.clearinghouse.collateralTotals(weth);
    expect(await bought(cap, true)).to.be.greaterThan(10n * WAD);
    expect(await bought(held + WAD, true)).to.equal(WAD);
    expect(await bought(cap, false)).to.equal(0n);
  });

  it("is told in an event, and not without a price that is good enough", async () => {
    const stage = await networkHelpers.loadFixture(moving);
    const { hedgeController } = stage.world.people.keeper.ballast;
    await expect(hedgeController.note(0)).to.emit(hedgeController, "HedgeNoted");
    // One that is too old to open risk at is good enough to lower it.
    const { priceRouter } = stage.world.people.keeper.ballast;
    for (let hour = 1; hour < 6 && (await priceRouter.spot(0)).status === 0n; hour++)
      await stage.clock.advanceTo(stage.start + hour * HOUR);
    expect((await priceRouter.spot(0)).status).to.equal(1n);
    await expect(hedgeController.note(0)).to.emit(hedgeController, "HedgeNoted");
    await stage.clock.advanceTo(stage.start + 30 * HOUR);
    expect(await refusal(hedgeController.note(0))).to.equal("HedgePlanner_PriceUnusable");
  });

  it("has the position after every trade, and after whatever else when somebody notes it", async () => {
    const stage = await networkHelpers.loadFixture(moving);
    const { hedgeController } = stage.world.people.keeper.ballast;
    const { weth } = stage.world.externals;
    const { hedger } = stage.world.people;
    const position = async () =>
      (await connection.ethers.getContractAt("AaveV3ShortVenue", stage.short)).position();
    expect(await hedgeController.notedPosition(0)).to.equal(await position());
    await wrapWeth(weth, hedger.signer, WAD);
    await mined(as(weth, hedger.signer).approve(await stage.aave.pool.getAddress(), WAD));
    await mined(as(stage.aave.pool, hedger.signer).repay(await weth.getAddress(), WAD, 2, stage.short));
    expect((await position()) - (await hedgeController.notedPosition(0))).to.be.closeTo(WAD, CENT);
    await done(hedgeController.note(0));
    expect(await hedgeController.notedPosition(0)).to.equal(await position());
    await moveTo(stage, stage.start + HOUR, 2_600n);
    await done(hedgeController.deleverage(0, stage.short));
    expect(await hedgeController.notedPosition(0)).to.equal(await position());
  });
});

describe("Quoter: what the hedge is short of", () => {
  it("is the vault's delta too: what would tip a hedged book over is no relief; without it, it would be", async () => {
    const stage = await networkHelpers.loadFixture(short);
    const { ballast } = stage.world.people.hedger;
    const call = option(expiryOf(stage, 2), 2_000n, "call");
    await refresh(ballast, [{ expiry: expiryOf(stage, 2), dollars: 2_000n, kind: "call", quantity: WAD }]);
    const { hedge, netDelta, optionDelta } = await ballast.hedgeController.state(0);
    expect(optionDelta > 20n * WAD && hedge < -20n * WAD && netDelta < optionDelta / 2n).to.equal(true);
    // Two hundredths of capital of delta, about thirty ether.
    const limit = { maxNetDelta: 2n * CENT };
    const guarded = await quoterWith(stage, limit);
    const mutant = await quoterWith(stage, limit, undefined, UNGUARDED.venues);
    for (const quoter of [guarded, mutant]) await done(quoter.markCapital());
    // Sold by the vault, these leave it short by more than that with the short that it has.
    const size = 100n * WAD;
    expect(await refusal(guarded.quote(call, size))).to.equal("Quoter_DeltaLimit");
    expect(await refusal(mutant.quote(call, size))).to.equal("nothing was refused");
  });

  it("is nothing while no hedge is named, or while it holds nothing", async () => {
    const stage = await networkHelpers.loadFixture(fresh);
    const { ballast } = stage.world.people.hedger;
    const leg = { instrument: option(expiryOf(stage, 2), 2_000n, "call"), quantity: WAD };
    await refresh(ballast, [{ expiry: expiryOf(stage, 2), dollars: 2_000n, kind: "call", quantity: WAD }]);
    const none = await quoterWith(stage, {}, { at: undefined });
    await done(none.markCapital());
    const [named, unnamed] = [
      await quoteOrder(ballast, [leg]),
      await none.quoteLegs([leg.instrument], [leg.quantity], false),
    ];
    expect(named.charge).to.equal(unnamed.charge);
    expect(await ballast.hedgeController.notedPosition(0)).to.equal(0n);
  });
});
