import { PRICE_STATUS, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { network } from "hardhat";

const ZERO = "0x0000000000000000000000000000000000000000";
const ONE = 10n ** 8n;

describe("ChainlinkPriceFeed: faults", () => {
  async function room(withSequencer = false) {
    const { ethers, networkHelpers } = await network.create();
    const aggregator = await ethers.deployContract("FaultyAggregator");
    const sequencer = await ethers.deployContract("FaultyAggregator");
    const configuration = {
      aggregator: aggregator.target,
      sequencerFeed: withSequencer ? sequencer.target : ZERO,
      tradingAge: 3_600,
      liquidationAge: 14_400,
      sequencerGrace: 3_600,
      minimum: WAD,
      maximum: 100_000n * WAD,
      jumpLimit: WAD / 2n,
    };
    const feed = await ethers.deployContract("ChainlinkPriceFeed", [configuration]);
    const status = async () => PRICE_STATUS[Number((await feed.read()).status)];
    const { time } = networkHelpers;
    /** Answers of one round after the other, each a second old. */
    let id = 1n;
    const push = async (answer: bigint, updatedAt?: bigint) => {
      const now = BigInt(await time.latest());
      await aggregator.push(id, answer, updatedAt ?? now, id);
      id++;
    };
    return { ethers, time, aggregator, sequencer, configuration, feed, status, push };
  }

  it("gives every fault its own status and never reverts", async () => {
    const { time, aggregator, feed, status, push } = await room();
    await push(2_000n * ONE);
    expect(await status()).to.equal("Ok");
    expect((await feed.read()).price).to.equal(2_000n * WAD);
    await aggregator.setBroken(true, false);
    expect(await status()).to.equal("Reverted");
    await aggregator.setBroken(false, true);
    expect(await status()).to.equal("Reverted");
    await aggregator.setBroken(false, false);
    await aggregator.setDecimals(18);
    expect(await status()).to.equal("DecimalsChanged");
    await aggregator.setDecimals(8);
    for (const answer of [0n, -1n]) {
      await push(answer);
      expect(await status()).to.equal("NonPositive");
      expect((await feed.read()).price).to.equal(0n);
    }
    await push(2_000n * ONE, 0n);
    expect(await status()).to.equal("Incomplete");
    await push(2_000n * ONE, BigInt(await time.latest()) + 1_000n);
    expect(await status()).to.equal("Future");
    for (const answer of [ONE / 2n, 200_000n * ONE, 2n ** 200n]) {
      await push(answer);
      expect(await status()).to.equal("OutOfBounds");
    }
    await push(2_000n * ONE);
    await push(3_001n * ONE);
    expect(await status()).to.equal("Jump");
    await push(3_001n * ONE);
    expect(await status()).to.equal("Ok");
  });

  it("counts age to the second, for trading and for liquidation", async () => {
    const { time, feed, status, push } = await room();
    await push(2_000n * ONE);
    const { updatedAt } = await feed.read();
    await time.increaseTo(updatedAt + 3_600n);
    expect(await status()).to.equal("Ok");
    await time.increaseTo(updatedAt + 3_601n);
    expect(await status()).to.equal("StaleForTrading");
    await time.increaseTo(updatedAt + 14_401n);
    expect(await status()).to.equal("Stale");
    expect((await feed.read()).price).to.equal(2_000n * WAD);
  });

  it("waits for the sequencer and its grace period", async () => {
    const { time, sequencer, status, push } = await room(true);
    await push(2_000n * ONE);
    const now = BigInt(await time.latest());
    await sequencer.push(1, 1, now, 1);
    expect(await status()).to.equal("SequencerDown");
    await sequencer.push(2, 0, now, 2);
    expect(await status()).to.equal("SequencerGrace");
    await time.increaseTo(now + 3_601n);
    await push(2_000n * ONE);
    expect(await status()).to.equal("Ok");
    await sequencer.setBroken(true, false);
    expect(await status()).to.equal("SequencerDown");
  });

  it("refuses an aggregator with more than 18 decimals", async () => {
    const { ethers, aggregator, configuration } = await room();
    await aggregator.setDecimals(27);
    const feeds = await ethers.getContractFactory("ChainlinkPriceFeed");
    await expect(feeds.deploy(configuration))
      .to.be.revertedWithCustomError(feeds, "ChainlinkPriceFeed_BadDecimals")
      .withArgs(27);
  });
});
