import { WAD } from "@ballast/sdk";
import accessManager from "@openzeppelin/contracts/build/contracts/AccessManager.json" with { type: "json" };
import { expect } from "chai";
import { network } from "hardhat";
import { DomainError } from "../../packages/quant/src/exact/fixed-point.ts";
import { FIXING_WINDOW, fixingOf } from "../../packages/quant/src/exact/fixing.ts";
import { seeded } from "../support/random.ts";

const HOUR = 3_600n;

describe("Settlement average: the mirror in BigInt", () => {
  it("fixes random rounds at random times to the wei, and refuses the same proofs", async () => {
    const { ethers, networkHelpers } = await network.create({
      network: "hardhat",
      override: { initialDate: "2030-01-01T00:00:00Z" },
    });
    const { time } = networkHelpers;
    const aggregator = await ethers.deployContract("FaultyAggregator");
    const feed = await ethers.deployContract("ChainlinkPriceFeed", [
      {
        aggregator: aggregator.target,
        sequencerFeed: ethers.ZeroAddress,
        tradingAge: 3_600,
        liquidationAge: 14_400,
        sequencerGrace: 0,
        minimum: WAD,
        maximum: 1_000_000n * WAD,
        jumpLimit: 0,
      },
    ]);
    const [deployer] = await ethers.getSigners();
    const factory = new ethers.ContractFactory(accessManager.abi, accessManager.bytecode, deployer);
    const manager = await factory.deploy(deployer!.address);
    const router = await ethers.deployContract("PriceRouter", [manager.target]);
    await router.setFeed(0, feed.target);
    const oracle = await ethers.deployContract("SettlementOracle", [router.target]);
    const next = seeded(131);
    const upTo = (limit: number): bigint => 1n + BigInt(Math.floor(next() * limit));
    let id = 0n;
    let refused = 0;
    for (let run = 0; run < 25; run++) {
      const expiry = (BigInt(await time.latest()) / HOUR + 4n) * HOUR;
      const start = expiry - FIXING_WINDOW;
      const times = [start - upTo(7_000)];
      if (next() < 0.5) times.push(start + upTo(60) - 1n);
      while (times.at(-1)! <= expiry) times.push(times.at(-1)! + upTo(next() < 0.5 ? 120 : 1_500));
      const ids: bigint[] = [];
      const rounds: { price: bigint; updatedAt: bigint }[] = [];
      for (const updatedAt of times) {
        const answer = 200_000_000_000n + upTo(50_000_000_000);
        id++;
        await aggregator.push(id, answer, updatedAt, id);
        ids.push(id);
        rounds.push({ price: answer * 10n ** 10n, updatedAt });
      }
      await time.increaseTo(times.at(-1)! + 1n);
      // A proof names all rounds but the one after expiry, which ends it.
      const first = rounds.findIndex((_, i) => rounds[i + 1]!.updatedAt > start);
      const proof = ids.slice(first, -1);
      const shift = next() < 0.5 ? ids.slice(first + 1, -1) : ids.slice(first, -2);
      if (shift.length > 0) {
        await expect(oracle.fix(0, expiry, shift)).to.revert(ethers);
        const from = ids.indexOf(shift[0]!);
        expect(() => fixingOf(rounds.slice(from, from + shift.length + 1), expiry)).to.throw(DomainError);
        refused++;
      }
      await oracle.fix(0, expiry, proof);
      expect((await oracle.fixing(0, expiry)).price).to.equal(fixingOf(rounds.slice(first), expiry));
      id++;
      await aggregator.push(id, 200_000_000_000n, times.at(-1)! + 1n, id);
    }
    expect(refused).to.be.greaterThan(5);
  });
});
