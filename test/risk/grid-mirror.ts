import { expect } from "chai";
import { AbiCoder, keccak256 } from "ethers";
import { network } from "hardhat";
import { sampleOf } from "../../packages/quant/src/exact/pages.ts";
import * as mirror from "../../packages/quant/src/exact/risk-arrays.ts";
import { deployPosts } from "../support/posts.ts";
import { seeded } from "../support/random.ts";
import { deployRisk, parameters, WAD } from "../support/risk.ts";

const connection = await network.create();
const next = seeded(341);
const below = (limit: bigint): bigint => (limit * BigInt(Math.floor(next() * 2 ** 50))) >> 50n;

describe("Grids and samples: the mirror in BigInt", () => {
  it("lets arrays live as long, and takes spots as near, as the contract, to the second and the wei", async () => {
    const harness = await connection.ethers.deployContract("GridHarness");
    const seen = { current: 0, over: 0, near: 0, far: 0 };
    for (let run = 0; run < 120; run++) {
      const [computedAt, ageLimit] = [1_900_000_000n + below(10_000n), 1n + below(20_000n)];
      const expiry = computedAt + 1n + below(10n ** BigInt(2 + Math.floor(next() * 6)));
      const referenceSpot = 10n ** 10n + below(10n ** 13n);
      const driftLimit = 1n + below(50_000_000n);
      const grid = {
        referenceSpot,
        version: 3n,
        rebasedAt: computedAt,
        outer: 2n * 10n ** 8n,
        driftLimit,
        ageLimit,
        moves: 0n,
      };
      const until = mirror.currentUntil(computedAt, expiry, ageLimit);
      for (const time of [until - 1n, until, until + 1n, computedAt + below(10_000n)]) {
        const isCurrent = time <= until;
        expect(await harness.isCurrent(grid, computedAt, expiry, time)).to.equal(isCurrent);
        seen[isCurrent ? "current" : "over"]++;
      }
      const base = referenceSpot * 10n ** 10n;
      const edge = (base * driftLimit) / 10n ** 9n;
      for (const spot of [
        base - edge,
        base - edge - 1n,
        base + edge,
        base + edge + 1n,
        0n,
        below(3n * base),
      ]) {
        const isNear = mirror.isNear({ referenceSpot, outer: grid.outer, driftLimit }, spot);
        expect(await harness.isNear(grid, spot)).to.equal(isNear);
        seen[isNear ? "near" : "far"]++;
      }
    }
    for (const [what, count] of Object.entries(seen)) expect(count, what).to.be.greaterThan(100);
  });

  it("widens the up shock of a slice that is staler than its surface as the arrays do", async () => {
    const { inputs, riskArrays, expiries } = await deployRisk(connection);
    let widened = 0;
    for (const [own, all] of [
      [0n, 0n],
      [WAD, 0n],
      [WAD, WAD / 3n],
      [WAD / 7n + 1n, WAD / 9n],
      [WAD / 5n, WAD / 2n],
    ] as const) {
      await inputs.setStaleShare(0, all);
      await inputs.setSliceStaleShare(0, own);
      const expiry = expiries[1] ?? 0n;
      await riskArrays.refresh(0, expiry, [3_000n * WAD]);
      const { shocks } = await riskArrays.basisOf(0, expiry);
      const now = BigInt(await connection.networkHelpers.time.latest());
      const up = mirror.staleUpShock(parameters.volUp, parameters.staleAddOn, own - all);
      const factors = mirror.shockFactors(expiry - now, up, parameters.volDown);
      expect([shocks.upFactor, shocks.downFactor]).to.deep.equal([factors.up, factors.down]);
      if (up > parameters.volUp) widened++;
      await connection.networkHelpers.time.increase(4_000);
    }
    expect(widened).to.equal(3);
  });

  it("looks at the same entries of a page, none twice", async () => {
    const { posts } = await deployPosts(connection);
    const coder = AbiCoder.defaultAbiCoder();
    for (const entries of [0, 1, 2, 3, 7, 8, 9, 16, 17, 100, 239, 240]) {
      const [blockHash, reportHash] = [1, 2].map((n) =>
        keccak256(`0x${(n * 1_000 + entries).toString(16).padStart(64, "0")}`),
      );
      const seed = keccak256(coder.encode(["bytes32", "bytes32"], [blockHash, reportHash]));
      const draw = (index: number): bigint =>
        BigInt(keccak256(coder.encode(["bytes32", "uint256"], [seed, index])));
      const sample = sampleOf(draw, entries);
      const found = await posts.sampleOf(blockHash ?? "", reportHash ?? "", entries);
      expect(found.map(Number)).to.deep.equal(sample);
      expect(new Set(sample).size).to.equal(Math.max(Math.ceil(entries / 8), Math.min(2, entries)));
    }
  });
});
