import { WAD } from "@ballast/sdk";
import { expect } from "chai";
import { supplyAave, wrapWeth } from "../../packages/lab/src/externals/index.ts";
import { as, mined } from "../../packages/lab/src/externals/token.ts";
import type { HedgeController } from "../../typechain-types/index.js";
import { connection, curator, moveTo, refusal } from "../support/ballast.ts";
import {
  buy,
  deployed,
  type HedgeScene,
  hedgeScene,
  parametersWith,
  setHedge,
  setVenues,
  swapTerms,
} from "../support/hedging.ts";
import { done } from "../support/quotes.ts";

const { ethers, networkHelpers } = connection;
const HOUR = 3_600;
const DAY = 24 * HOUR;
/** What remains of a contract that fails whenever it is called. */
const DEAD = "0x5f5ffd";
const GUARD = { none: 0n, twice: 32n, dead: 64n } as const;

/** The vault has sold puts, is long delta and has a short at Aave against it, where little is left to borrow. */
async function short(): Promise<HedgeScene> {
  const stage = await hedgeScene();
  await setHedge(stage, { costRatio: 10n ** 9n, minInterval: 0n });
  await buy(stage, "put", 1_800n, 400n);
  await done(stage.world.people.keeper.ballast.hedgeController.rebalance(0));
  return stage;
}

const moving = async () => short();
const dying = async () => short();
const outliving = async () => short();
const ageing = async () => short();

/** A controller of its own in place of the real one, without some guards, with the same venues for itself. */
async function installed(stage: HedgeScene, missing: bigint): Promise<HedgeController> {
  const { people, externals, deployment } = stage.world;
  const real = await ethers.getContractAt("HedgeController", deployment.contracts.hedgeController);
  const authority = await deployed(stage, "AccessManager", [people.deployer.address]);
  const at = await deployed(stage, "HedgeMutant", [authority, await real.planner(), missing]);
  await done((await curator(stage)).clearinghouse.setVenue(at, true));
  const vault = await ethers.getContractAt("OptionsVault", deployment.contracts.vault);
  await done(vault.connect(stage.world.curator).setHedger(at, true));
  const controller = await ethers.getContractAt("HedgeController", at, people.deployer.signer);
  await done(controller.setParameters(0, await parametersWith(stage, {})));
  const terms = await swapTerms(stage, externals.uniswap, at);
  const spot = await deployed(stage, "UniswapV3SpotVenue", [await swapTerms(stage, stage.second, at)]);
  const pool = await stage.aave.pool.getAddress();
  const venue = await deployed(stage, "AaveV3ShortVenue", [terms, pool, (3n * WAD) / 2n, (5n * WAD) / 4n]);
  await done(controller.setVenues(0, [spot, venue]));
  return controller.connect(people.keeper.signer) as unknown as HedgeController;
}

/** Notes within a transaction in which somebody supplies `amount` of WETH to Aave and takes it away again. */
async function noteSwollen(stage: HedgeScene, controller: HedgeController, amount: bigint): Promise<void> {
  const { weth } = stage.world.externals;
  const { signer } = stage.world.people.hedger;
  const flash = await deployed(stage, "OneTransaction", []);
  const steps = await ethers.getContractAt("OneTransaction", flash);
  await wrapWeth(weth, signer, amount);
  await mined(as(weth, signer).transfer(flash, amount));
  const [asset, pool] = [await weth.getAddress(), await stage.aave.pool.getAddress()];
  const data = [
    weth.interface.encodeFunctionData("approve", [pool, amount]),
    stage.aave.pool.interface.encodeFunctionData("supply", [asset, amount, flash, 0]),
    controller.interface.encodeFunctionData("note", [0]),
    stage.aave.pool.interface.encodeFunctionData("withdraw", [asset, amount, flash]),
  ];
  await done(steps.run([asset, pool, controller.target, pool], data));
}

/** Leaves `amount` of WETH in Aave to be borrowed. */
async function setLiquidity(stage: HedgeScene, amount: bigint): Promise<void> {
  const { weth } = stage.world.externals;
  const { signer } = stage.world.people.deployer;
  const { pool } = stage.aave;
  const asset = await weth.getAddress();
  const { aTokenAddress } = await pool.getReserveData(asset);
  const excess = (await weth.balanceOf(aTokenAddress)) - amount;
  if (excess < 0n) {
    await wrapWeth(weth, signer, -excess);
    await supplyAave(signer, stage.aave, weth, -excess, await signer.getAddress());
  } else {
    await mined(as(pool, signer).getFunction("withdraw")(asset, excess, await signer.getAddress()));
  }
}

describe("what a note can be made to say", () => {
  it("is no more than was there a block before, whatever is lent to Aave for one transaction", async () => {
    const swollen = async (missing: bigint) => {
      const stage = await networkHelpers.loadFixture(moving);
      const controller = await installed(stage, missing);
      await setLiquidity(stage, 10n * WAD);
      await done(controller.note(0));
      const before = await controller.hedgeCapacity(0);
      expect(before.sellWad).to.be.closeTo(10n * WAD, WAD / 100n);
      await noteSwollen(stage, controller, 100n * WAD);
      const during = await controller.hedgeCapacity(0);
      return { before: before.sellWad, during: during.sellWad, stage, controller };
    };
    const honest = await swollen(GUARD.none);
    expect(honest.during).to.equal(honest.before);
    // A second note in the same block is no second look, and a later one finds what is there.
    await done(honest.controller.note(0));
    expect((await honest.controller.hedgeCapacity(0)).sellWad).to.equal(honest.before);
    // More that stays counts from the second note on.
    await setLiquidity(honest.stage, 50n * WAD);
    await done(honest.controller.note(0));
    expect((await honest.controller.hedgeCapacity(0)).sellWad).to.equal(honest.before);
    await done(honest.controller.note(0));
    expect((await honest.controller.hedgeCapacity(0)).sellWad).to.be.closeTo(50n * WAD, WAD / 100n);
    // And beyond the hour nobody swells it at all.
    const { notedAt } = await honest.controller.noteOf(0);
    await setLiquidity(honest.stage, 90n * WAD);
    await moveTo(honest.stage, Number(notedAt) + HOUR, 2_000n);
    expect((await honest.controller.hedgeCapacity(0)).sellWad).to.be.closeTo(50n * WAD, WAD / 100n);
    const robbed = await swollen(GUARD.twice);
    expect(robbed.during).to.be.greaterThan(robbed.before + 90n * WAD);
  });

  it("has a venue that died as it was noted last, so that another can be made smaller", async () => {
    const stage = await networkHelpers.loadFixture(dying);
    const { hedgeController } = stage.world.people.keeper.ballast;
    const noted = await hedgeController.notedPosition(0);
    expect(noted).to.be.lessThan(-10n * WAD);
    await networkHelpers.setCode(stage.spotSecond, DEAD);
    await moveTo(stage, stage.start + HOUR, 2_600n);
    await done(hedgeController.deleverage(0, stage.short));
    const venue = await ethers.getContractAt("AaveV3ShortVenue", stage.short);
    expect(await hedgeController.notedPosition(0)).to.equal(await venue.position());
    // One that holds nothing can be dropped; one that held something when it died cannot.
    await setVenues(stage, [stage.spot, stage.short]);
    const held = await hedgeController.notedPosition(0);
    await networkHelpers.setCode(stage.short, DEAD);
    await stage.clock.advanceTo((await stage.clock.now()) + 2 * DAY);
    expect(await hedgeController.notedPosition(0)).to.equal(held);
    expect(await refusal(setVenues(stage, [stage.spot]))).to.equal("HedgeController_VenueInUse");
  });

  it("is hedged on where other venues answer, what a dead one held last counted in", async () => {
    const stage = await networkHelpers.loadFixture(outliving);
    const { hedgeController } = stage.world.people.keeper.ballast;
    const before = await hedgeController.state(0);
    await networkHelpers.setCode(stage.short, DEAD);
    const after = await hedgeController.state(0);
    // Interest of seconds.
    expect(after.hedge).to.be.closeTo(before.hedge, WAD / 1_000n);
    await done(hedgeController.note(0));
    const { buy: buyable, position } = await hedgeController.noteOf(0);
    expect([buyable > 0n, position < -10n * WAD]).to.deep.equal([true, true]);
    // The vault turns short, and buys on the spot market what it can no longer buy back.
    await buy(stage, "call", 2_200n, 400n);
    const short_ = await hedgeController.state(0);
    expect(short_.target).to.be.greaterThan(WAD);
    await done(hedgeController.rebalance(0));
    expect((await hedgeController.state(0)).netDelta).to.be.closeTo(
      short_.netDelta + short_.target,
      WAD / 100n,
    );
  });

  it("would stop whenever one venue died, were every one of them waited for", async () => {
    const stage = await networkHelpers.loadFixture(dying);
    const controller = await installed(stage, GUARD.dead);
    const [spot = ""] = await controller.venues(0);
    await done(controller.note(0));
    await networkHelpers.setCode(spot, DEAD);
    expect(await controller.notedPosition(0)).to.equal(0n);
    await stage.clock.advanceTo((await stage.clock.now()) + DAY + 60);
    await expect(controller.notedPosition(0)).to.be.revert(ethers);
  });

  it("is asked for anew once it is a day old, and never passes lack of gas off as a dead venue", async () => {
    const stage = await networkHelpers.loadFixture(ageing);
    const { hedgeController } = stage.world.people.keeper.ballast;
    const venue = await ethers.getContractAt("AaveV3ShortVenue", stage.short);
    const { positionAt } = await hedgeController.noteOf(0);
    const noted = await hedgeController.notedPosition(0);
    const { weth } = stage.world.externals;
    const { signer } = stage.world.people.hedger;
    await wrapWeth(weth, signer, WAD);
    await mined(as(weth, signer).approve(await stage.aave.pool.getAddress(), WAD));
    await mined(as(stage.aave.pool, signer).repay(await weth.getAddress(), WAD, 2, stage.short));
    await stage.clock.advanceTo(Number(positionAt) + DAY - 60);
    expect(await hedgeController.notedPosition(0)).to.equal(noted);
    await stage.clock.advanceTo(Number(positionAt) + DAY);
    const live = await hedgeController.notedPosition(0);
    expect(live).to.equal(await venue.position());
    expect(live - noted).to.be.greaterThan(WAD / 2n);
    const seen = new Set<string>();
    for (let gas = 30_000n; gas < 240_000n; gas += 1_000n) {
      const answer = await hedgeController.notedPosition(0, { gasLimit: gas }).then(
        (position) => (position === live ? "told" : "told wrong"),
        (error: unknown) => (/OutOfGas\(/.test(String(error)) ? "refused" : "failed"),
      );
      seen.add(answer);
    }
    expect([...seen].sort()).to.include.members(["refused", "told"]);
    expect([...seen]).not.to.include("told wrong");
    // Named for whoever looks for it: HedgeController_OutOfGas.
  });
});
