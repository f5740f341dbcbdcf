import {
  DEFAULT_LIMITS,
  hedge,
  type KeeperContext,
  runRound,
  type TaskName,
  watchAccounts,
} from "@ballast/keeper";
import { readHedgeVenues, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { wrapWeth } from "../../packages/lab/src/externals/index.ts";
import { as, mined } from "../../packages/lab/src/externals/token.ts";
import { connection, moveTo, type Scene, sceneOn } from "../support/ballast.ts";
import { buy, setHedge } from "../support/hedging.ts";

const { ethers, networkHelpers } = connection;
const HOUR = 3_600;

/** The local deployment as the sandbox has it, on whose Aave the vault can sell short. */
async function withAave(): Promise<Scene> {
  const stage = await sceneOn(5_000n * WAD);
  await setHedge(stage, { costRatio: 10n ** 9n, minInterval: 0n });
  return stage;
}

/** The same for a test that takes a venue away. */
async function half(): Promise<Scene> {
  return short();
}

/** The same for a test in which Greeks are gone. */
async function unread(): Promise<Scene> {
  return short();
}

const NOTE = "note the ETH hedge";

/** The same for a test that moves the market. */
async function noting(): Promise<Scene> {
  const stage = await short();
  // So wide that nothing is traded.
  await setHedge(stage, { minBand: 100n * WAD });
  return stage;
}

/** The vault has sold puts, and its keeper has hedged them. */
async function short(): Promise<Scene> {
  const stage = await withAave();
  await buy(stage, "put", 1_800n, 400n);
  await round(stage);
  return stage;
}

function keeperOf({ world }: Scene): KeeperContext {
  const { ballast, signer } = world.people.keeper;
  return {
    ballast,
    sender: signer,
    surfaceSigners: [],
    surfaceSource: undefined,
    accounts: watchAccounts(ballast),
    limits: DEFAULT_LIMITS,
  };
}

async function round(stage: Scene, dryRun = false, names: readonly TaskName[] = ["hedge"]) {
  const lines: string[] = [];
  const result = await runRound(keeperOf(stage), names, dryRun, (line) => lines.push(line));
  return { ...result, text: lines.join("\n") };
}

async function venuesOf({ world }: Scene) {
  const [spot, aave, ...more] = await readHedgeVenues(world.people.keeper.ballast, 0);
  if (!spot || !aave) throw new Error("The deployment lacks a venue.");
  expect(more).to.deep.equal([]);
  expect([spot.isShort, aave.isShort, aave.answers]).to.deep.equal([false, true, true]);
  return { spot, aave };
}

describe("the hedge of a local deployment with Aave", () => {
  it("is shown and sent short where the vault is long and holds nothing, and is quiet inside the band", async () => {
    const stage = await networkHelpers.loadFixture(withAave);
    const { hedgeController } = stage.world.people.keeper.ballast;
    // Nothing is noted yet: quotes would have to ask the venues.
    const noted = await hedge(keeperOf(stage));
    expect(noted.map(({ what, why }) => [what, why])).to.deep.equal([[NOTE, "nothing is noted"]]);
    expect(await round(stage)).to.include({ sent: 1, failed: 0 });
    expect(await hedge(keeperOf(stage))).to.deep.equal([]);
    expect((await round(stage, true)).text).to.match(
      /^hedge of ETH: nothing to trade, net delta 0.0000 of a band of ±[\d.]+$/,
    );
    await buy(stage, "put", 1_800n, 400n);
    const before = await hedgeController.state(0);
    expect(before.netDelta > before.band).to.equal(true);
    const dry = await round(stage, true);
    expect(dry.text).to.match(/^would hedge: move the ETH delta by -\d/);
    expect(dry.text).to.match(/sell [\d.]+ ETH at the short venue 0x/);
    expect(await round(stage)).to.include({ sent: 1, failed: 0 });
    const { aave } = await venuesOf(stage);
    expect(aave.position).to.be.closeTo(before.target, 2n);
    expect((await hedgeController.state(0)).target).to.equal(0n);
    expect((await hedge(keeperOf(stage))).filter(({ what }) => what !== NOTE)).to.deep.equal([]);
  });

  it("buys the short back first and the rest on the spot market when the delta turns", async () => {
    const stage = await networkHelpers.loadFixture(short);
    await buy(stage, "call", 2_100n, 400n);
    expect(await round(stage)).to.include({ sent: 1, failed: 0 });
    const { aave } = await venuesOf(stage);
    const { ballast } = stage.world.people.keeper;
    expect(aave.position).to.equal(0n);
    expect((await ballast.hedgeController.state(0)).hedge > 0n).to.equal(true);
  });

  it("is made smaller and moved on though another venue is dead, which is told", async () => {
    const stage = await networkHelpers.loadFixture(half);
    const { spot, aave } = await venuesOf(stage);
    await networkHelpers.setCode(spot.address, "0x5f5ffd");
    expect((await venuesOf(stage)).spot).to.include({ answers: false, position: 0n });
    await moveTo(stage, stage.start + HOUR, 2_600n);
    await round(stage, false, ["feed"]);
    expect((await round(stage, true)).text).to.contain(`${spot.address} does not answer`);
    const { failed, text } = await round(stage);
    expect(failed, text).to.equal(0);
    expect(text).to.match(/make the ETH short at .*: done[\s\S]*move the ETH delta by .*: done/);
    expect((await venuesOf(stage)).aave.position).to.be.greaterThan(aave.position);
  });

  it("is made smaller though its state cannot be read, which is reported", async () => {
    const stage = await networkHelpers.loadFixture(unread);
    const { aave } = await venuesOf(stage);
    const { hedgeController } = stage.world.people.keeper.ballast;
    const controller = await ethers.getContractAt("HedgeController", hedgeController.target);
    const planner = await ethers.getContractAt("HedgePlanner", await controller.planner());
    await networkHelpers.setCode(await planner.greeks(), "0x5f5ffd");
    await moveTo(stage, stage.start + HOUR, 2_600n);
    const { failed, text } = await round(stage);
    expect(failed).to.equal(1);
    expect(text).to.match(/make the ETH short at .*: done[\s\S]*rebalance the ETH hedge, .*refused/);
    expect((await venuesOf(stage)).aave.position).to.be.greaterThan(aave.position);
  });

  it("is noted anew where venues hold something else or the note is old, and not without a price", async () => {
    const stage = await networkHelpers.loadFixture(noting);
    const { hedgeController } = stage.world.people.keeper.ballast;
    const whys = async () =>
      (await hedge(keeperOf(stage))).filter(({ what }) => what === NOTE).map(({ why }) => why);
    // Whatever it takes: more than was noted counts from the second note on.
    for (let i = 0; i < 2; i++) await round(stage);
    expect(await whys()).to.deep.equal([]);
    const { aave } = await venuesOf(stage);
    const { hedger } = stage.world.people;
    const { weth } = stage.world.externals;
    const market = stage.world.externals.aave;
    if (!market) throw new Error("There is no Aave.");
    const gift = -aave.position / 10n;
    await wrapWeth(weth, hedger.signer, gift);
    await mined(as(weth, hedger.signer).approve(await market.pool.getAddress(), gift));
    await mined(as(market.pool, hedger.signer).repay(await weth.getAddress(), gift, 2, aave.address));
    expect(await whys()).to.deep.equal(["venues hold something else"]);
    expect((await round(stage, true)).text).to.match(/position -[\d.]+ instead of -[\d.]+/);
    await round(stage);
    const { position, notedAt } = await hedgeController.noteOf(0);
    expect(position).to.be.greaterThan(aave.position);
    for (let i = 0; i < 2; i++) await round(stage);
    expect(await whys()).to.deep.equal([]);
    await moveTo(stage, Number(notedAt) + 2 * HOUR, 2_000n);
    expect((await whys()).join()).to.match(/^the last note is \d+ s old$/);
    await stage.clock.advanceTo(Number(notedAt) + 30 * HOUR);
    expect((await round(stage, true)).text).to.contain("cannot be noted (HedgePlanner_PriceUnusable)");
  });

  it("is made smaller where its health has fallen below the floor, before anything else is traded", async () => {
    const stage = await networkHelpers.loadFixture(short);
    const { aave: before } = await venuesOf(stage);
    const venue = await ethers.getContractAt("AaveV3ShortVenue", before.address);
    await moveTo(stage, stage.start + HOUR, 2_600n);
    expect((await venue.health()) < (5n * WAD) / 4n).to.equal(true);
    const planned = await hedge(keeperOf(stage));
    expect(planned[0]?.what).to.contain("make the ETH short at");
    expect((await round(stage, true)).text).to.match(
      /because its health is below the floor\n\s+it owes [\d.]+ ETH/,
    );
    const result = await round(stage, false, ["feed", "hedge"]);
    expect(result.failed, result.text).to.equal(0);
    expect(result.text).to.match(
      /make the ETH short at .* smaller, .*: done[\s\S]*move the ETH delta by .*: done/,
    );
    const { aave: after } = await venuesOf(stage);
    expect(after.position > before.position).to.equal(true);
    // One call trades no more than its own collateral allows, so rounds follow until the floor is reached.
    for (let more = 0; more < 5 && (await venue.health()) < (5n * WAD) / 4n; more++) await round(stage);
    expect((await venue.health()) >= (5n * WAD) / 4n).to.equal(true);
    expect((await hedge(keeperOf(stage))).filter(({ what }) => what.startsWith("make"))).to.deep.equal([]);
  });
});
