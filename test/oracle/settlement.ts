import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { WAD } from "@ballast/sdk";
import accessManager from "@openzeppelin/contracts/build/contracts/AccessManager.json" with { type: "json" };
import { expect } from "chai";
import { network } from "hardhat";
import { seeded } from "../support/random.ts";

/** Market data that tests use where it is at hand. */
const SHARED = process.env["BALLAST_DATA"] ?? fileURLToPath(new URL("../../../shared/", import.meta.url));
const ZERO = "0x0000000000000000000000000000000000000000";
const ONE = 10n ** 8n;
const HOUR = 3_600n;
const DAY = 86_400n;
const PHASE = 1n << 64n;

interface HistoricRound {
  readonly id: bigint;
  readonly answer: bigint;
  readonly at: bigint;
}

describe("SettlementOracle: hostile provers and faulty feeds", () => {
  /** A fixing room on an aggregator whose every round the test sets. */
  async function room(initialDate = "2030-01-01T00:00:00Z") {
    const { ethers, networkHelpers } = await network.create({
      network: "hardhat",
      override: { initialDate },
    });
    const { time, takeSnapshot } = networkHelpers;
    const aggregator = await ethers.deployContract("FaultyAggregator");
    const feed = await ethers.deployContract("ChainlinkPriceFeed", [
      {
        aggregator: aggregator.target,
        sequencerFeed: ZERO,
        tradingAge: 3_600,
        liquidationAge: 14_400,
        sequencerGrace: 0,
        minimum: WAD,
        maximum: 1_000_000n * WAD,
        jumpLimit: 0,
      },
    ]);
    const [deployer] = await ethers.getSigners();
    const manager = await new ethers.ContractFactory(
      accessManager.abi,
      accessManager.bytecode,
      deployer,
    ).deploy(deployer!.address);
    const router = await ethers.deployContract("PriceRouter", [manager.target]);
    await router.setFeed(0, feed.target);
    const oracle = await ethers.deployContract("SettlementOracle", [router.target]);
    const expiry = (BigInt(await time.latest()) / HOUR + 8n) * HOUR;
    const push = (id: bigint, dollars: bigint, updatedAt: bigint, answeredIn = id) =>
      aggregator.push(id, dollars * ONE, updatedAt, answeredIn);
    const fallsBackTo = (id: bigint) => oracle.fixWithLastRound.staticCall(0, expiry, id);
    const refuses = (attempt: Promise<unknown>, error: string) =>
      expect(attempt).to.be.revertedWithCustomError(oracle, error);
    return { time, takeSnapshot, aggregator, oracle, expiry, push, fallsBackTo, refuses };
  }

  it("counts a timed-out round, which carries the answer before it", async () => {
    const { time, oracle, expiry, push } = await room();
    await push(1n, 2_000n, expiry - 3_000n);
    await push(2n, 2_000n, expiry - 900n, 1n);
    await push(3n, 2_100n, expiry + 10n);
    await time.increaseTo(expiry + 20n);
    await oracle.fix(0, expiry, [1, 2]);
    expect((await oracle.fixing(0, expiry)).price).to.equal(2_000n * WAD);
  });

  it("refuses an answer that is not positive, or too large to count with", async () => {
    const { time, aggregator, oracle, expiry, push, refuses } = await room();
    await push(1n, 2_000n, expiry - 3_000n);
    await push(3n, 2_000n, expiry + 10n);
    await time.increaseTo(expiry + 20n);
    for (const answer of [0n, -1n, 1n << 128n, (1n << 255n) - 1n]) {
      await aggregator.push(2, answer, expiry - 900n, 2);
      await refuses(oracle.fix(0, expiry, [1, 2]), "SettlementOracle_RoundInvalid");
    }
    await aggregator.push(2, 2_000n * ONE, expiry + 1_000n, 2);
    await refuses(oracle.fix(0, expiry, [1]), "SettlementOracle_RoundInvalid");
  });

  it("falls back across any number of unusable rounds, so that none of them locks an expiry for ever", async () => {
    const { time, aggregator, expiry, push, fallsBackTo, refuses } = await room();
    await push(1n, 1_900n, expiry - 5_000n);
    await push(2n, 2_000n, expiry - 4_000n);
    for (let id = 3n; id < 223n; id++) await aggregator.push(id, -1, expiry - 1_000n + id, id);
    await time.increaseTo(expiry + 6n * HOUR);
    expect(await fallsBackTo(2n)).to.equal(2_000n * WAD);
    await refuses(fallsBackTo(1n), "SettlementOracle_EndNotCovered");
    await refuses(fallsBackTo(222n), "SettlementOracle_RoundInvalid");
    await refuses(fallsBackTo(223n), "SettlementOracle_RoundMissing");
  });

  it("lets no retired aggregator's last word fix", async () => {
    const { time, expiry, push, fallsBackTo, refuses } = await room();
    await push(4n * PHASE + 1n, 1_200n, expiry - 700n * DAY);
    await push(4n * PHASE + 2n, 1_200n, expiry - 600n * DAY);
    for (let id = 1n; id < 12n; id++)
      await push(6n * PHASE + id, 2_000n + id, expiry - 13n * HOUR + id * HOUR);
    await time.increaseTo(expiry + 6n * HOUR);
    await refuses(fallsBackTo(4n * PHASE + 2n), "SettlementOracle_EndNotCovered");
    expect(await fallsBackTo(6n * PHASE + 11n)).to.equal(2_011n * WAD);
  });

  it("lets no trial round of a later aggregator fix", async () => {
    const { time, oracle, expiry, push, fallsBackTo, refuses } = await room();
    for (let id = 1n; id < 8n; id++) await push(6n * PHASE + id, 2_000n + id, expiry - 9n * HOUR + id * HOUR);
    await push(7n * PHASE + 1n, 1_700n, expiry - 21n * DAY);
    await push(7n * PHASE + 2n, 2_100n, expiry + 60n);
    await time.increaseTo(expiry + 6n * HOUR);
    await refuses(oracle.fix(0, expiry, [7n * PHASE + 1n]), "SettlementOracle_RoundTooOld");
    await refuses(fallsBackTo(7n * PHASE + 1n), "SettlementOracle_EndNotCovered");
    expect(await fallsBackTo(6n * PHASE + 7n)).to.equal(2_007n * WAD);
  });

  it("finds the one round to fall back to, whichever phases had begun", async () => {
    const { time, aggregator, expiry, push, fallsBackTo, refuses } = await room();
    await push(2n * PHASE + 1n, 2_000n, expiry - 5n * HOUR);
    await push(3n * PHASE + 1n, 2_001n, expiry - 4n * HOUR);
    await push(3n * PHASE + 2n, 2_002n, expiry - 3n * HOUR);
    await aggregator.push(3n * PHASE + 3n, 0, expiry - 2n * HOUR, 3n * PHASE + 3n);
    await push(3n * PHASE + 4n, 2_004n, expiry + HOUR);
    await time.increaseTo(expiry + 6n * HOUR);
    await refuses(fallsBackTo(2n * PHASE + 1n), "SettlementOracle_EndNotCovered");
    await refuses(fallsBackTo(3n * PHASE + 1n), "SettlementOracle_EndNotCovered");
    await refuses(fallsBackTo(3n * PHASE + 4n), "SettlementOracle_EndNotCovered");
    expect(await fallsBackTo(3n * PHASE + 2n)).to.equal(2_002n * WAD);
  });

  it("accepts exactly the freshest usable round before expiry, of random histories of phases", async () => {
    const { time, aggregator, expiry, fallsBackTo, takeSnapshot } = await room();
    const next = seeded(51);
    const below = (limit: number) => BigInt(Math.floor(next() * limit));
    await time.increaseTo(expiry + 6n * HOUR);
    const clean = await takeSnapshot();
    let fixed = 0;
    for (let history = 0; history < 25; history++) {
      const rounds: HistoricRound[] = [];
      for (let phase = 1n + below(3); phase < 7n; phase += 1n + below(2)) {
        let at = expiry - below(40) * HOUR;
        for (let id = 1n; id < 2n + below(12); id++) {
          at += below(2) * HOUR + below(3_600);
          const answer = next() < 0.25 ? -1n : (2_000n + below(900)) * ONE;
          rounds.push({ id: phase * PHASE + id, answer, at });
        }
      }
      for (const { id, answer, at } of rounds) await aggregator.push(id, answer, at, id);
      const usable = rounds.filter(({ answer, at }) => answer > 0n && at <= expiry);
      const freshest = usable.reduce((latest, { at }) => (at > latest ? at : latest), 0n);
      for (const round of rounds) {
        const isLast = !usable.some(({ id }) => id > round.id && id / PHASE === round.id / PHASE);
        const fixes = usable.includes(round) && round.at === freshest && isLast;
        const price = await fallsBackTo(round.id).catch(() => 0n);
        expect(price).to.equal(fixes ? round.answer * 10n ** 10n : 0n);
        if (fixes) fixed += 1;
      }
      await clean.restore();
    }
    expect(fixed).to.be.greaterThan(20);
  });

  it("still fixes when the feed had been dead for weeks", async () => {
    const { time, expiry, push, oracle, fallsBackTo, refuses } = await room();
    await push(PHASE + 1n, 2_000n, expiry - 30n * DAY);
    await time.increaseTo(expiry + 6n * HOUR);
    expect(await fallsBackTo(PHASE + 1n)).to.equal(2_000n * WAD);
    await push(PHASE + 2n, 2_500n, expiry + HOUR);
    await refuses(oracle.fix(0, expiry, [PHASE + 1n]), "SettlementOracle_RoundTooOld");
    expect(await fallsBackTo(PHASE + 1n)).to.equal(2_000n * WAD);
  });

  it("compares with a live price however old, for a day and no longer", async () => {
    const { time, expiry, push, oracle, refuses } = await room();
    await push(1n, 900n, expiry - 3_000n);
    await push(2n, 2_000n, expiry + 10n);
    // Three hours later the live price is too old to trade on, and still worth comparing with.
    await time.increaseTo(expiry + 3n * HOUR);
    await refuses(oracle.fix(0, expiry, [1]), "SettlementOracle_Implausible");
    await time.increaseTo(expiry + DAY - 2n);
    await refuses(oracle.fix(0, expiry, [1]), "SettlementOracle_Implausible");
    await time.increaseTo(expiry + DAY);
    expect(await oracle.fix.staticCall(0, expiry, [1])).to.equal(900n * WAD);
  });

  it("agrees with an average over real mainnet rounds", async function () {
    const file = `${SHARED}data/chainlink_ethusd_mainnet_rounds.csv`;
    if (!existsSync(file)) this.skip();
    const rounds = readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split(",").map(BigInt) as [bigint, bigint, bigint]);
    const { time, aggregator, oracle } = await room("2023-04-01T00:00:00Z");
    const expiries = rounds.flatMap(([t], i) => (i % 1_300 === 700 ? [(t / HOUR) * HOUR] : []));
    for (const expiry of expiries) {
      const first = rounds.findLastIndex(([t]) => t <= expiry - 1_800n);
      const last = rounds.findLastIndex(([t]) => t <= expiry);
      for (let i = first - 1; i <= last + 1; i++) {
        const [t, id, answer] = rounds[i]!;
        await aggregator.push(id, answer, t, id);
      }
      await time.increaseTo(rounds[last + 1]![0] + 1n);
      let weighted = 0n;
      for (let second = expiry - 1_800n; second < expiry; second++)
        weighted += rounds.findLast(([t], i) => i <= last && t <= second)?.[2] ?? 0n;
      const ids = rounds.slice(first, last + 1).map(([, id]) => id);
      await oracle.fix(0, expiry, ids);
      expect((await oracle.fixing(0, expiry)).price).to.equal((weighted * 10n ** 10n) / 1_800n);
    }
    expect(expiries.length).to.equal(9);
  });
});
