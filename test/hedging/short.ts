import { claimShares, readLp, requestRedeem, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import {
  mined,
  mintUsdc,
  moveUniswapPrice,
  supplyAave,
  wrapWeth,
} from "../../packages/lab/src/externals/index.ts";
import { as } from "../../packages/lab/src/externals/token.ts";
import { connection, curator, moveTo, refusal } from "../support/ballast.ts";
import {
  buy,
  deployed,
  type HedgeScene,
  hedgeScene,
  setHedge,
  setVenues,
  swapTerms,
} from "../support/hedging.ts";

const { ethers, networkHelpers } = connection;
const HOUR = 3_600;
const USDC = 10n ** 6n;

/** The vault has sold puts, so it is long delta and holds nothing that it could sell. */
async function longDelta(): Promise<HedgeScene> {
  const stage = await hedgeScene();
  // A narrow band, so that it is left soon.
  await setHedge(stage, { costRatio: 10n ** 9n });
  await buy(stage, "put", 1_800n, 400n);
  return stage;
}

/** The same, hedged. */
async function short(): Promise<HedgeScene> {
  const stage = await longDelta();
  await (await stage.world.people.keeper.ballast.hedgeController.rebalance(0)).wait();
  return stage;
}

const venueOf = (stage: HedgeScene) => ethers.getContractAt("AaveV3ShortVenue", stage.short);

/** The vault's books are brought up to date, as the keeper does. */
async function refreshBooks({ world }: HedgeScene): Promise<void> {
  const { books, vault } = world.people.keeper.ballast;
  await (await books.refreshAll(await vault.account())).wait();
}

describe("Aave v3 short venue", () => {
  it("borrows and sells to the edge of the band when the vault is long and holds nothing", async () => {
    const stage = await networkHelpers.loadFixture(longDelta);
    const { hedgeController, clearinghouse, vault } = stage.world.people.keeper.ballast;
    const venue = await venueOf(stage);
    const before = await hedgeController.state(0);
    expect(before.netDelta > BigInt(before.band)).to.equal(true);
    const account = await vault.account();
    const cashBefore = await clearinghouse.cashOf(account);
    await (await hedgeController.rebalance(0)).wait();
    const after = await hedgeController.state(0);
    expect(await venue.position()).to.be.closeTo(before.target, 2n);
    expect(after.netDelta).to.be.closeTo(BigInt(after.band), 2n);
    expect(await venue.health()).to.be.closeTo((3n * WAD) / 2n, WAD / 100n);
    // What left the account is in the venue, but for what the sale cost.
    const left = cashBefore - (await clearinghouse.cashOf(account));
    const value = await hedgeController.venueValue(0, 2_000n * WAD);
    const loss = await hedgeController.totalLoss();
    expect(left - value).to.be.closeTo(loss, WAD / 1_000n);
    expect(loss > 0n).to.equal(true);
    for (const token of [stage.world.externals.usdc, stage.world.externals.weth]) {
      expect(await token.balanceOf(stage.short)).to.equal(0n);
      expect(await token.balanceOf(await hedgeController.getAddress())).to.equal(0n);
    }
  });

  it("buys back and repays when the delta turns, and pays its collateral out", async () => {
    const stage = await networkHelpers.loadFixture(short);
    const { hedgeController } = stage.world.people.keeper.ballast;
    const venue = await venueOf(stage);
    await setHedge(stage, { minInterval: 0n });
    await buy(stage, "call", 2_100n, 400n);
    const before = await hedgeController.state(0);
    expect(before.netDelta < -BigInt(before.band)).to.equal(true);
    await (await hedgeController.rebalance(0)).wait();
    const after = await hedgeController.state(0);
    expect(await venue.position()).to.equal(0n);
    expect(await hedgeController.venueValue(0, 2_000n * WAD)).to.equal(0n);
    expect(after.netDelta).to.be.closeTo(-BigInt(after.band), 10n);
    expect(after.hedge > 0n).to.equal(true);
  });

  it("keeps collateral for the debt that stays, and counts interest", async () => {
    const stage = await networkHelpers.loadFixture(short);
    const { hedgeController } = stage.world.people.keeper.ballast;
    const venue = await venueOf(stage);
    const [debt, value] = [await venue.position(), await venue.value(2_000n * WAD)];
    await stage.clock.advanceTo(stage.start + 24 * HOUR);
    await moveTo(stage, stage.start + 25 * HOUR, 2_000n);
    expect((await venue.position()) < debt).to.equal(true);
    expect((await venue.value(2_000n * WAD)) < value).to.equal(true);
    await refreshBooks(stage);
    await buy(stage, "call", 2_100n, 60n);
    const before = await hedgeController.state(0);
    expect(before.target > 0n && before.target < -debt).to.equal(true);
    await (await hedgeController.rebalance(0)).wait();
    expect((await venue.position()) < 0n).to.equal(true);
    expect((await venue.health()) >= (149n * WAD) / 100n).to.equal(true);
  });

  it("is made smaller by anyone once its health has fallen, and not before", async () => {
    const stage = await networkHelpers.loadFixture(short);
    const { hedgeController } = stage.world.people.hedger.ballast;
    const venue = await venueOf(stage);
    const market = await hedgeController.getAddress();
    expect(await refusal(hedgeController.deleverage.staticCall(0, stage.short))).to.equal(
      "AaveV3ShortVenue_Healthy",
    );
    expect(await refusal(hedgeController.deleverage.staticCall(0, market))).to.equal(
      "HedgeController_BadVenue",
    );
    expect(await refusal(hedgeController.deleverage.staticCall(0, stage.spot))).to.equal(
      "UniswapV3SpotVenue_NoPosition",
    );
    await moveTo(stage, stage.start + HOUR, 2_600n);
    const health = await venue.health();
    expect(health < (5n * WAD) / 4n).to.equal(true);
    const [debt, left] = [await venue.position(), await hedgeController.lossBudgetLeft(0)];
    await (await hedgeController.deleverage(0, stage.short)).wait();
    expect((await venue.position()) > debt).to.equal(true);
    expect((await venue.health()) > health).to.equal(true);
    // It costs budget, but no budget stops it.
    expect((await hedgeController.lossBudgetLeft(0)) < left).to.equal(true);
    expect((await hedgeController.totalLoss()) > 0n).to.equal(true);
    await setHedge(stage, { dailyLossBudget: 0n });
    if ((await venue.health()) < (5n * WAD) / 4n) {
      await (await hedgeController.deleverage(0, stage.short)).wait();
    }
    expect((await venue.health()) >= (5n * WAD) / 4n).to.equal(true);
  });

  it("trades nothing while Aave is paused, says so, and its value still reads", async () => {
    const stage = await networkHelpers.loadFixture(short);
    const { ballast } = stage.world.people.keeper;
    await setHedge(stage, { minInterval: 0n });
    const value = await ballast.hedgeController.venueValue(0, 2_000n * WAD);
    await mined(stage.aave.configurator.setPoolPause(true));
    expect(await ballast.hedgeController.venueValue(0, 2_000n * WAD)).to.be.closeTo(value, WAD / 1_000n);
    await buy(stage, "put", 1_800n, 100n);
    expect(await refusal(ballast.hedgeController.rebalance.staticCall(0))).to.equal(
      "HedgeController_NothingFits",
    );
    expect((await ballast.hedgeController.hedgeCapacity(0)).sellWad).to.equal(0n);
    // The other side goes on: what it would have bought back it buys for the account.
    await buy(stage, "call", 2_100n, 400n);
    await (await ballast.hedgeController.rebalance(0)).wait();
    const held = await ballast.clearinghouse.collateralOf(
      await ballast.vault.account(),
      await stage.world.externals.weth.getAddress(),
    );
    expect(held > 0n).to.equal(true);
  });

  it("borrows no more than the cap and the pool leave", async () => {
    const stage = await networkHelpers.loadFixture(longDelta);
    const { hedgeController } = stage.world.people.keeper.ballast;
    const { weth } = stage.world.externals;
    const venue = await venueOf(stage);
    await mined(stage.aave.configurator.setBorrowCap(await weth.getAddress(), 7n));
    const { sellWad } = await hedgeController.hedgeCapacity(0);
    expect(sellWad).to.equal(7n * WAD);
    await (await hedgeController.rebalance(0)).wait();
    expect(await venue.position()).to.be.closeTo(-7n * WAD, 2n);
    const { usdc } = stage.world.externals;
    await mined(stage.aave.configurator.setBorrowCap(await weth.getAddress(), 0n));
    await mined(stage.aave.configurator.setSupplyCap(await usdc.getAddress(), 1n));
    expect((await hedgeController.hedgeCapacity(0)).sellWad).to.equal(0n);
    await mined(stage.aave.configurator.setSupplyCap(await usdc.getAddress(), 0n));
    await mined(stage.aave.configurator.setReserveFreeze(await weth.getAddress(), true));
    expect((await hedgeController.hedgeCapacity(0)).sellWad).to.equal(0n);
  });

  it("takes gifts without a change for the worse", async () => {
    const stage = await networkHelpers.loadFixture(short);
    const { usdc, weth } = stage.world.externals;
    const { hedger } = stage.world.people;
    const { hedgeController } = hedger.ballast;
    const venue = await venueOf(stage);
    const at = await hedgeController.getAddress();
    const [state, value] = [await hedgeController.state(0), await venue.value(2_000n * WAD)];
    await mintUsdc(usdc, hedger.address, 100_000n * USDC);
    await wrapWeth(weth, hedger.signer, 20n * WAD);
    // Tokens sent to controller and venues count for nothing, and stay.
    for (const receiver of [at, stage.short, stage.spot]) {
      await mined(as(usdc, hedger.signer).transfer(receiver, 1_000n * USDC));
      await mined(as(weth, hedger.signer).transfer(receiver, WAD));
    }
    expect((await hedgeController.state(0)).hedge).to.be.closeTo(state.hedge, WAD / 1_000_000n);
    expect(await venue.value(2_000n * WAD)).to.be.closeTo(value, WAD / 100n);
    // Other collateral counts for nothing; cash on its behalf and a repaid debt are worth what was given.
    await supplyAave(hedger.signer, stage.aave, weth, WAD, stage.short);
    expect(await venue.value(2_000n * WAD)).to.be.closeTo(value, WAD / 100n);
    await supplyAave(hedger.signer, stage.aave, usdc, 1_000n * USDC, stage.short);
    expect(await venue.value(2_000n * WAD)).to.be.closeTo(value + 1_000n * WAD, WAD / 100n);
    await mined(as(stage.aave.pool, hedger.signer).repay(await weth.getAddress(), WAD, 2, stage.short));
    expect((await venue.value(2_000n * WAD)) - value).to.be.closeTo(3_000n * WAD, WAD);
    expect((await hedgeController.state(0)).hedge - state.hedge).to.be.closeTo(WAD, WAD / 1_000n);
    // And the hedge goes on, all the way out.
    await setHedge(stage, { minInterval: 0n });
    await buy(stage, "call", 2_100n, 400n);
    await (await hedgeController.rebalance(0)).wait();
    expect(await venue.position()).to.equal(0n);
    expect(await usdc.balanceOf(at)).to.equal(1_000n * USDC);
    expect(await weth.balanceOf(stage.short)).to.equal(WAD);
  });

  it("may not be dropped with a position, and obeys its controller only", async () => {
    const stage = await networkHelpers.loadFixture(short);
    const own = await curator(stage);
    expect(await refusal(own.hedgeController.setVenues.staticCall(0, [stage.spot]))).to.equal(
      "HedgeController_VenueInUse",
    );
    const venue = (await venueOf(stage)).connect(stage.world.people.hedger.signer);
    expect(await refusal(venue.execute.staticCall(true, 1n, 1n, WAD))).to.equal("HedgeVenue_NotController");
    expect(await refusal(venue.deleverage.staticCall(WAD, 0n))).to.equal("HedgeVenue_NotController");
    expect(await refusal(own.hedgeController.setVenues.staticCall(0, [stage.short, stage.short]))).to.equal(
      "HedgeController_BadVenue",
    );
    expect(await refusal(own.hedgeController.setVenues.staticCall(1, [stage.short]))).to.equal(
      "HedgeController_BadVenue",
    );
  });

  it("is made within bounds only, and refuses what Aave sees as too thin", async () => {
    const stage = await networkHelpers.loadFixture(hedgeScene);
    const { keeper } = stage.world.people;
    const { uniswap, usdc, weth } = stage.world.externals;
    const terms = await swapTerms(stage, uniswap, keeper.address);
    const pool = await stage.aave.pool.getAddress();
    const make = (changed: object, at: string, target: bigint, floor: bigint) =>
      refusal(deployed(stage, "AaveV3ShortVenue", [{ ...terms, ...changed }, at, target, floor]));
    const [target, floor] = [(3n * WAD) / 2n, (5n * WAD) / 4n];
    expect(await make({}, ZeroAddress, target, floor)).to.equal("HedgeVenue_ZeroAddress");
    expect(await make({}, pool, target, WAD)).to.equal("AaveV3ShortVenue_BadHealth");
    expect(await make({}, pool, floor, floor)).to.equal("AaveV3ShortVenue_BadHealth");
    expect(await make({}, pool, 6n * WAD, floor)).to.equal("AaveV3ShortVenue_BadHealth");
    expect(await make({ underlying: pool }, pool, target, floor)).to.equal("AaveV3ShortVenue_NotListed");

    const at = await deployed(stage, "AaveV3ShortVenue", [terms, pool, target, floor]);
    const venue = (await ethers.getContractAt("AaveV3ShortVenue", at)).connect(keeper.signer);
    expect(await refusal(venue.execute.staticCall(true, WAD, 3_000n * USDC, 2_000n * WAD))).to.equal(
      "AaveV3ShortVenue_NoDebt",
    );
    // A price of ours far below Aave's asks for too little collateral.
    const price = 1_600n * WAD;
    const [cash] = await venue.funding(false, WAD, 1n, price);
    await mintUsdc(usdc, at, cash);
    expect(await refusal(venue.execute.staticCall(false, WAD, 1n, price))).to.equal(
      "AaveV3ShortVenue_Unhealthy",
    );
    expect(await weth.balanceOf(at)).to.equal(0n);
  });

  it("leaves trade, settlement and exit alone when it cannot hedge", async () => {
    const stage = await networkHelpers.loadFixture(short);
    const { lps, keeper } = stage.world.people;
    await mined(stage.aave.configurator.setPoolPause(true));
    await moveUniswapPrice(
      stage.world.externals.uniswap,
      stage.world.people.arbitrageur.signer,
      1_500n * WAD,
    );
    await setVenues(stage, [stage.short]);
    await setHedge(stage, { minInterval: 0n });
    await buy(stage, "put", 1_800n, 50n);
    expect(await refusal(keeper.ballast.hedgeController.rebalance.staticCall(0))).to.equal(
      "HedgeController_NothingFits",
    );
    const [lp] = lps;
    if (!lp) throw new Error("The stage has no LP.");
    await claimShares(lp.ballast, lp.address);
    const { shares } = await readLp(lp.ballast, lp.address);
    await (await requestRedeem(lp.ballast, lp.address, shares / 10n)).wait();
    await moveTo(stage, stage.start + HOUR, 2_000n);
    await refreshBooks(stage);
    await (await keeper.ballast.vault.processEpoch()).wait();
    expect((await lp.ballast.shares.maxRedeem(lp.address)) > 0n).to.equal(true);
    const held = await keeper.ballast.vault.account();
    expect(await keeper.ballast.clearinghouse.positionWords(held)).to.have.length.greaterThan(0);
  });
});
