import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { PRICE_STATUS, settlementProof, WAD } from "@ballast/sdk";
import accessManager from "@openzeppelin/contracts/build/contracts/AccessManager.json" with { type: "json" };
import { expect } from "chai";
import { network } from "hardhat";
import { deployChainlinkFeed, type FeedOptions, mined } from "../../packages/lab/src/externals/index.ts";

/** Market data that tests use where it is at hand. */
const SHARED = process.env["BALLAST_DATA"] ?? fileURLToPath(new URL("../../../shared/", import.meta.url));
const ZERO = "0x0000000000000000000000000000000000000000";
const ONE = 10n ** 8n;
const HOUR = 3_600;
const DAY = 86_400;

/** A price feed, a router and a settlement oracle on the real aggregator behind its real proxy. */
async function room(initialDate = "2030-01-01T00:00:00Z", options: FeedOptions = {}, sequencerFeed = ZERO) {
  const { ethers, networkHelpers, provider } = await network.create({
    network: "hardhat",
    // In a crash the real feed has had two rounds in one block.
    override: { initialDate, allowBlocksWithSameTimestamp: true },
  });
  const [signer] = await ethers.getSigners();
  if (!signer) throw new Error("The network has no account.");
  const source = await deployChainlinkFeed(signer, options);
  const sequencer = await deployChainlinkFeed(signer, {
    description: "L2 sequencer uptime",
    decimals: 0,
    limits: [0n, 1n],
  });
  const feed = await ethers.deployContract("ChainlinkPriceFeed", [
    {
      aggregator: source.address,
      sequencerFeed: sequencerFeed === ZERO ? ZERO : sequencer.address,
      tradingAge: HOUR,
      liquidationAge: 4 * HOUR,
      sequencerGrace: HOUR,
      minimum: 10n * WAD,
      maximum: 100_000n * WAD,
      jumpLimit: WAD / 2n,
    },
  ]);
  const read = async () => {
    const { price, status } = await feed.read();
    return [PRICE_STATUS[Number(status)], price];
  };
  const { time } = networkHelpers;
  return { ethers, time, provider, signer, source, sequencer, feed, read };
}

describe("faults of the real aggregator", () => {
  it("are an answer that nobody gave yet, and answers that are no prices", async () => {
    const { source, read } = await room(undefined, { limits: [-(10n ** 20n), 10n ** 20n] });
    expect(await read()).to.deep.equal(["Reverted", 0n]);
    await source.pushRound(2_000n * WAD);
    expect(await read()).to.deep.equal(["Ok", 2_000n * WAD]);
    for (const answer of [0n, -1n, -(10n ** 20n)]) {
      await source.pushAnswer(answer);
      expect(await read()).to.deep.equal(["NonPositive", 0n]);
    }
  });

  it("are answers pinned at its limits", async () => {
    const limits = [ONE, 150_000n * ONE] as const;
    const { source, read } = await room(undefined, { limits });
    for (const answer of limits) {
      await source.pushAnswer(answer);
      expect(await read()).to.deep.equal(["OutOfBounds", 0n]);
    }
    await source.pushAnswer(10n * ONE);
    await source.pushAnswer(10n * ONE);
    expect(await read()).to.deep.equal(["Ok", 10n * WAD]);
  });

  it("are a jump, until a second round confirms it", async () => {
    const { source, read } = await room();
    await source.pushRound(2_000n * WAD);
    await source.pushRound(3_000n * WAD);
    expect(await read()).to.deep.equal(["Ok", 3_000n * WAD]);
    await source.pushAnswer(1_500n * ONE - 1n);
    expect(await read()).to.deep.equal(["Jump", 0n]);
    await source.pushAnswer(1_500n * ONE);
    expect(await read()).to.deep.equal(["Ok", 1_500n * WAD]);
  });

  it("are ages, to the second", async () => {
    const { source, read, feed, time } = await room();
    await source.pushRound(2_000n * WAD);
    const { updatedAt } = await feed.read();
    for (const [age, status] of [
      [HOUR, "Ok"],
      [HOUR + 1, "StaleForTrading"],
      [4 * HOUR, "StaleForTrading"],
      [4 * HOUR + 1, "Stale"],
    ] as const) {
      await time.increaseTo(updatedAt + BigInt(age));
      expect(await read()).to.deep.equal([status, 2_000n * WAD]);
    }
  });

  it("are not that the aggregator behind the proxy was replaced, unless its decimals changed", async () => {
    const { signer, source, read } = await room();
    await source.pushRound(2_000n * WAD);
    const next = await deployChainlinkFeed(signer, { price: 1_000n * WAD });
    const swap = async (address: string) => {
      await mined(source.proxy.proposeAggregator(address));
      await mined(source.proxy.confirmAggregator(address));
    };
    await swap(await next.aggregator.getAddress());
    // Rounds of another phase are no round before, so this is no jump.
    expect(await read()).to.deep.equal(["Ok", 1_000n * WAD]);
    const finer = await deployChainlinkFeed(signer, { decimals: 18, limits: [1n, 10n ** 30n] });
    await finer.pushAnswer(1_000n * WAD);
    await swap(await finer.aggregator.getAddress());
    expect(await read()).to.deep.equal(["DecimalsChanged", 0n]);
    const silent = await deployChainlinkFeed(signer);
    await swap(await silent.aggregator.getAddress());
    expect(await read()).to.deep.equal(["Reverted", 0n]);
  });

  it("are those of the sequencer, whose grace period counts to the second", async () => {
    const { source, sequencer, read, time } = await room(undefined, {}, "real");
    await source.pushRound(2_000n * WAD);
    expect(await read()).to.deep.equal(["SequencerDown", 2_000n * WAD]);
    await sequencer.pushAnswer(1n);
    expect(await read()).to.deep.equal(["SequencerDown", 2_000n * WAD]);
    await sequencer.pushAnswer(0n);
    const { startedAt } = await sequencer.proxy.latestRoundData();
    await time.increaseTo(startedAt + BigInt(HOUR) - 60n);
    await source.pushRound(2_010n * WAD);
    await time.increaseTo(startedAt + BigInt(HOUR));
    expect(await read()).to.deep.equal(["SequencerGrace", 2_010n * WAD]);
    await time.increaseTo(startedAt + BigInt(HOUR) + 1n);
    expect(await read()).to.deep.equal(["Ok", 2_010n * WAD]);
  });
});

interface RealRound {
  readonly time: number;
  readonly answer: bigint;
}

function realRounds(name: string, from: number, to: number): RealRound[] {
  const text = readFileSync(`${SHARED}data/chainlink_${name}_mainnet_rounds.csv`, "utf8");
  return text
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(","))
    .map(([time, , answer]) => ({ time: Number(time), answer: BigInt(answer ?? "0") }))
    .filter(({ time }) => time >= from && time <= to);
}

/** Second by second, without any of the contract's thoughts. */
function averageOf(rounds: readonly RealRound[], expiry: number): bigint {
  let sum = 0n;
  for (let second = expiry - 1_800; second < expiry; second++)
    sum += rounds.findLast(({ time }) => time <= second)?.answer ?? 0n;
  return (sum * 10n ** 10n) / 1_800n;
}

describe("fixings from real rounds, through the real aggregator", () => {
  const cases = [
    ["ethusd", "2023-08-16", 3],
    ["btcusd", "2024-01-10", 3],
  ] as const;
  for (const [name, day, days] of cases) {
    it(`are what the ${name} rounds of ${days} days from ${day} average to`, async function () {
      if (!existsSync(`${SHARED}data/chainlink_${name}_mainnet_rounds.csv`)) this.skip();
      const from = Date.parse(`${day}T00:00:00Z`) / 1_000;
      const rounds = realRounds(name, from, from + days * DAY);
      const { ethers, time, signer, source, feed } = await room(
        new Date((from - HOUR) * 1_000).toISOString(),
      );
      const access = new ethers.ContractFactory(accessManager.abi, accessManager.bytecode, signer);
      const router = await ethers.deployContract("PriceRouter", [await access.deploy(signer.address)]);
      await router.setFeed(0, feed.target);
      const oracle = await ethers.deployContract("SettlementOracle", [router.target]);
      // One fixing at eight each morning, and at the hour after every large move.
      const expiries = new Set<number>();
      for (let at = 1; at <= days; at++) expiries.add(from + (at - 1) * DAY + 8 * HOUR);
      for (const [at, round] of rounds.entries()) {
        const before = rounds[at - 1]?.answer ?? round.answer;
        const move = round.answer > before ? round.answer - before : before - round.answer;
        if (move * 100n > before) expiries.add(Math.ceil(round.time / HOUR) * HOUR);
      }
      let fixed = 0;
      for (const round of rounds) {
        await time.setNextBlockTimestamp(round.time);
        await source.pushAnswer(round.answer);
        for (const expiry of expiries) {
          if (expiry >= round.time) continue;
          expiries.delete(expiry);
          if (expiry - 1_800 < (rounds[0]?.time ?? 0)) continue;
          const proof = await settlementProof(source.address, expiry, ethers.provider);
          expect(await oracle.fix.staticCall(0, expiry, proof)).to.equal(averageOf(rounds, expiry));
          if (proof.length > 1) {
            const short = oracle.fix.staticCall(0, expiry, proof.slice(0, -1));
            await expect(short).to.be.revertedWithCustomError(oracle, "SettlementOracle_EndNotCovered");
          }
          fixed++;
        }
      }
      expect(fixed).to.be.at.least(days);
    });
  }
});
