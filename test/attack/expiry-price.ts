import { settlementProof, WAD } from "@ballast/sdk";
import accessManager from "@openzeppelin/contracts/build/contracts/AccessManager.json" with { type: "json" };
import { expect } from "chai";
import { network } from "hardhat";
import { deployChainlinkFeed, mined } from "../../packages/lab/src/externals/index.ts";
import { outcome } from "../support/mutants.ts";

const ZERO = "0x0000000000000000000000000000000000000000";
const PHASE = 1n << 64n;
const HOUR = 3_600;

/**
 * The real aggregator behind its real proxy, an expiry whose window saw 2,000 USD and then 2,200, after a day at 1,500, and
 * perhaps 2,500 some seconds from expiry; and a settlement oracle, or a mutant of it.
 */
async function fixingRoom(name = "SettlementOracle", offset?: number) {
  const { ethers, networkHelpers } = await network.create({
    override: { initialDate: "2030-01-01T00:00:00Z", allowBlocksWithSameTimestamp: true },
  });
  const { time } = networkHelpers;
  const [signer] = await ethers.getSigners();
  if (!signer) throw new Error("The network has no account.");
  const source = await deployChainlinkFeed(signer);
  const feedOn = (aggregator: string) =>
    ethers.deployContract("ChainlinkPriceFeed", [
      {
        aggregator,
        sequencerFeed: ZERO,
        tradingAge: HOUR,
        liquidationAge: 4 * HOUR,
        sequencerGrace: 0,
        minimum: 10n * WAD,
        maximum: 100_000n * WAD,
        jumpLimit: 0,
      },
    ]);
  const access = new ethers.ContractFactory(accessManager.abi, accessManager.bytecode, signer);
  const router = await ethers.deployContract("PriceRouter", [await access.deploy(signer.address)]);
  await router.setFeed(0, (await feedOn(source.address)).target);
  const oracle = await ethers.deployContract(name as "SettlementOracle", [router.target]);
  const expiry = Math.ceil((await time.latest()) / HOUR) * HOUR + 24 * HOUR;
  const push = async (at: number, dollars: bigint) => {
    await time.setNextBlockTimestamp(at);
    await source.pushRound(dollars * WAD);
  };
  await push(expiry - 4 * HOUR, 1_500n);
  await push(expiry - HOUR, 2_000n);
  await push(expiry - 900, 2_200n);
  if (offset !== undefined) await push(expiry + offset, 2_500n);
  await push(expiry + 60, 2_150n);
  const proof = await settlementProof(source.address, expiry, ethers.provider);
  const price = async () => (await oracle.fixing(0, expiry)).price / WAD;
  const fix = (rounds: readonly bigint[]) => outcome(oracle.fix(0, expiry, [...rounds]), oracle);
  /** Today's aggregator counts in eighteen decimals, and the feed is set anew for it. */
  const swap = async () => {
    const finer = await deployChainlinkFeed(signer, { decimals: 18, limits: [1n, 10n ** 30n] });
    await finer.pushAnswer(2_150n * WAD);
    await mined(source.proxy.proposeAggregator(await finer.aggregator.getAddress()));
    await mined(source.proxy.confirmAggregator(await finer.aggregator.getAddress()));
    const setFeed = async () => router.setFeed(0, (await feedOn(source.address)).target);
    return { setFeed, finer };
  };
  return { ethers, time, source, oracle, expiry, proof, price, fix, swap };
}

describe("an expiry price of somebody's choice", () => {
  it("is not had by any other choice of rounds, whoever comes first", async () => {
    const { fix, proof, price } = await fixingRoom();
    const [first = 0n] = proof;
    for (const rounds of [[first - 1n], [first - 1n, ...proof], [proof.at(-1) ?? 0n], [first], [first + 2n]])
      expect(await fix(rounds)).to.match(/^SettlementOracle_(Start|End)NotCovered|_RoundMissing/);
    expect(await fix(proof)).to.equal("nothing");
    expect(await price()).to.equal(2_100n);
    expect(await fix(proof)).to.equal("SettlementOracle_AlreadyFixed");
  });

  it("is had by who comes first with a round of yesterday, if rounds need not cover the window", async () => {
    const { fix, proof, price } = await fixingRoom("AnyRoundsOracle");
    expect(await fix([(proof[0] ?? 0n) - 1n])).to.equal("nothing");
    expect(await price()).to.equal(1_500n);
  });

  for (const [name, said, fixed] of [
    ["SettlementOracle", "SettlementOracle_EndNotCovered", 0n],
    ["AnyLastRoundOracle", "nothing", 1_500n],
  ] as const) {
    const isOurs = name === "SettlementOracle";
    it(`is ${isOurs ? "not " : ""}had by falling back to an early round, ${isOurs ? "for it has to be the last" : "if it need not be the last"}`, async () => {
      const { oracle, expiry, proof, price, time, source } = await fixingRoom(name);
      await time.increaseTo(expiry + 6 * HOUR);
      await source.pushRound(2_100n * WAD);
      const early = oracle.fixWithLastRound(0, expiry, (proof[0] ?? 0n) - 1n);
      expect(await outcome(early, oracle)).to.equal(said);
      expect(await price()).to.equal(fixed);
    });
  }
});

describe("rounds at the second of an expiry", () => {
  for (const [offset, price] of [
    [-1, 2_100n * WAD + (300n * WAD) / 1_800n],
    [0, 2_100n * WAD],
    [1, 2_100n * WAD],
  ] as const) {
    it(`count for the seconds before it that they are in force: ${offset + 1 ? "none" : "one"} at ${offset} s`, async () => {
      const { oracle, expiry, fix, proof: own } = await fixingRoom("SettlementOracle", offset);
      for (const wrong of [own.slice(0, -1), [...own, (own.at(-1) ?? 0n) + 1n]])
        expect(await fix(wrong)).to.match(/^SettlementOracle_(EndNotCovered|RoundMissing|EmptyProof)/);
      expect(await fix(own)).to.equal("nothing");
      expect((await oracle.fixing(0, expiry)).price).to.equal(price);
    });
  }
});

describe("an expiry price in the decimals of another aggregator (Ribbon/Aevo, 2025)", () => {
  it("is that of its own rounds, whatever replaced their aggregator before they were proven", async () => {
    for (const isKnown of [false, true]) {
      const { fix, proof, price, swap } = await fixingRoom();
      const { setFeed } = await swap();
      if (isKnown) await setFeed();
      expect(await fix(proof)).to.equal("nothing");
      expect(await price()).to.equal(2_100n);
    }
  });

  it("is so in the fallback", async () => {
    const { oracle, proof, price, swap, expiry, time } = await fixingRoom();
    await swap();
    await time.increaseTo(expiry + 6 * HOUR);
    const last = proof.at(-1) ?? 0n;
    expect(await outcome(oracle.fixWithLastRound(0, expiry, last), oracle)).to.equal("nothing");
    expect(await price()).to.equal(2_200n);
  });

  it("is that of the new aggregator's rounds for expiries after the change", async () => {
    const { source, oracle, swap, expiry, time, ethers } = await fixingRoom();
    const { setFeed, finer } = await swap();
    await setFeed();
    const later = expiry + 24 * HOUR;
    for (const [at, dollars] of [
      [later - HOUR, 1_900n],
      [later + 60, 1_950n],
    ] as const) {
      await time.setNextBlockTimestamp(at);
      await finer.pushAnswer(dollars * WAD);
    }
    const proof = await settlementProof(source.address, later, ethers.provider);
    expect((proof[0] ?? 0n) / PHASE).to.equal(2n);
    await oracle.fix(0, later, [...proof]);
    expect((await oracle.fixing(0, later)).price).to.equal(1_900n * WAD);
  });

  it("is all but zero, if old rounds are read in today's decimals while there is no live price", async () => {
    const { fix, proof, price, oracle, expiry, swap } = await fixingRoom("TodaysDecimalsOracle");
    await swap();
    expect(await fix(proof)).to.equal("nothing");
    expect([await price(), (await oracle.fixing(0, expiry)).price]).to.deep.equal([0n, 2_100n * 10n ** 8n]);
  });
});
