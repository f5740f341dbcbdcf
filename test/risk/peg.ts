import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { network } from "hardhat";
import { deployRisk, parameters } from "../support/risk.ts";

const connection = await network.create();
const { ethers, networkHelpers } = connection;

const HOUR = 3_600;
const WAD = 10n ** 18n;

/** Risk parameters on a feed of the cash token that the test steers. */
async function deployPegged() {
  const { manager } = await deployRisk(connection);
  const aggregator = await ethers.deployContract("FaultyAggregator");
  const feed = await ethers.deployContract("ChainlinkPriceFeed", [
    {
      aggregator: aggregator.target,
      sequencerFeed: ZeroAddress,
      tradingAge: 25 * HOUR,
      liquidationAge: 49 * HOUR,
      sequencerGrace: HOUR,
      minimum: WAD / 100n,
      maximum: 10n * WAD,
      jumpLimit: 0n,
    },
  ]);
  const riskParameters = await ethers.deployContract("RiskParameters", [manager.target, feed.target]);
  let round = 0;
  const say = async (millionths: number) => {
    const now = await networkHelpers.time.latest();
    await aggregator.push(++round, BigInt(millionths) * 100n, now, round);
  };
  return { riskParameters, aggregator, feed, say };
}

describe("the cash token's peg", () => {
  it("is taken as kept without a feed, and there is nothing to update then", async () => {
    const { riskParameters } = await deployRisk(connection);
    expect(await riskParameters.pegFeed()).to.equal(ZeroAddress);
    expect(await riskParameters.depegShare()).to.equal(0n);
    await expect(riskParameters.updatePeg()).to.be.revertedWithCustomError(
      riskParameters,
      "RiskParameters_NoPegFeed",
    );
  });

  it("counts a deviation to either side beyond half a percent, and at most one half", async () => {
    const { riskParameters, say } = await deployPegged();
    let old = 0n;
    for (const [price, share] of [
      [990_000, 5_000],
      [1_020_000, 15_000],
      [506_000, 489_000],
      [495_000, 500_000],
      [100_000, 500_000],
      [1_600_000, 500_000],
      [994_999, 1],
      [995_000, 0],
      [1_005_001, 1],
      [1_005_000, 0],
    ] as const) {
      await say(price);
      const expected = BigInt(share) * 10n ** 12n;
      expect(await riskParameters.updatePeg.staticCall(), `${price}`).to.equal(expected);
      const update = riskParameters.updatePeg();
      if (expected === old) await expect(update).to.not.emit(riskParameters, "PegUpdated");
      else await expect(update).to.emit(riskParameters, "PegUpdated").withArgs(old, expected);
      expect(await riskParameters.depegShare()).to.equal(expected);
      old = expected;
    }
  });

  it("goes into the one call that margin makes, in both forms", async () => {
    const { riskParameters, say } = await deployPegged();
    await riskParameters.setParameters(0, parameters);
    await say(900_000);
    await riskParameters.updatePeg();
    expect((await riskParameters.termsForMargin(0)).depegShare_).to.equal((95n * WAD) / 1_000n);
  });

  it("keeps its last deviation while the feed has no usable price", async () => {
    const { riskParameters, aggregator, say } = await deployPegged();
    await say(900_000);
    await riskParameters.updatePeg();
    const kept = (95n * WAD) / 1_000n;
    const now = await networkHelpers.time.latest();
    const faults: (() => Promise<unknown>)[] = [
      () => aggregator.push(7, 0n, now, 7),
      () => aggregator.push(7, -1n, now, 7),
      () => aggregator.push(7, 10n ** 8n, now, 6),
      () => aggregator.push(7, 10n ** 8n, now + HOUR, 7),
      () => aggregator.push(7, 10n ** 10n, now, 7),
      () => aggregator.push(7, 10n ** 8n, now - 50 * HOUR, 7),
      () => aggregator.setBroken(true, false),
    ];
    for (const [index, fault] of faults.entries()) {
      await fault();
      expect(await riskParameters.updatePeg.staticCall(), `fault ${index}`).to.equal(kept);
      await expect(riskParameters.updatePeg()).to.not.emit(riskParameters, "PegUpdated");
    }
    await aggregator.setBroken(false, false);
    await aggregator.push(8, 10n ** 8n, now - 30 * HOUR, 8);
    await expect(riskParameters.updatePeg()).to.emit(riskParameters, "PegUpdated").withArgs(kept, 0n);
  });

  it("may be updated by anyone", async () => {
    const { riskParameters, say } = await deployPegged();
    const [, stranger] = await ethers.getSigners();
    await say(980_000);
    await expect(riskParameters.connect(stranger!).updatePeg()).to.emit(riskParameters, "PegUpdated");
  });
});
