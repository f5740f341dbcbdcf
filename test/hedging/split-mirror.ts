import { WAD } from "@ballast/sdk";
import { expect } from "chai";
import { network } from "hardhat";
import * as mirror from "../../packages/quant/src/exact/hedging.ts";
import { seeded } from "../support/random.ts";

const connection = await network.create();

async function room() {
  const { ethers } = connection;
  const next = seeded(131);
  const below = (limit: bigint): bigint => (limit * BigInt(Math.floor(next() * 2 ** 50))) >> 50n;
  return { ethers, harness: await ethers.deployContract("HedgeMathHarness"), next, below };
}

describe("Hedging: the mirror of bucket, split and band in BigInt", () => {
  it("fills and drains a bucket of losses as the contract, whatever budget it is asked with", async () => {
    const { harness, next, below } = await room();
    const { time } = connection.networkHelpers;
    let bucket: mirror.LossBucket = { used: 0n, updatedAt: 0n };
    let [spent, left, leaked] = [0, 0, 0];
    for (let run = 0; run < 120; run++) {
      const budget = next() < 0.05 ? 0n : below(10n ** 22n);
      const loss = next() < 0.03 ? 2n ** 128n : below(10n ** BigInt(17 + Math.floor(next() * 6)));
      const at = BigInt(await time.latest()) + 1n + below(next() < 0.5 ? 3_600n : 300_000n);
      await time.setNextBlockTimestamp(at);
      await harness.lose(budget, loss);
      if (mirror.lossUsed(bucket, budget, at) === 0n && bucket.used > 0n) leaked++;
      bucket = mirror.addLoss(bucket, budget, loss, at);
      await time.increase(1n + below(50_000n));
      const now = BigInt(await time.latest());
      const found = await harness.bucket(budget);
      expect([found.used, found.usedNow, found.left]).to.deep.equal([
        bucket.used,
        mirror.lossUsed(bucket, budget, now),
        mirror.lossLeft(bucket, budget, now),
      ]);
      if (found.left > 0n) left++;
      else spent++;
    }
    expect(Math.min(spent, left, leaked)).to.be.greaterThan(5);
  });

  it("splits random orders over up to four venues to the unit", async () => {
    const { ethers, harness, next, below } = await room();
    const seen = { shared: 0, alone: 0, limited: 0, unable: 0, tiny: 0 };
    for (let run = 0; run < 150; run++) {
      const isBuy = next() < 0.5;
      const total = next() < 0.15 ? below(12n) : below(10n ** BigInt(14 + Math.floor(next() * 7)));
      const venues: (mirror.SplitVenue & { readonly address: string })[] = [];
      for (let count = 1 + Math.floor(next() * 4); count > 0; count--) {
        const [price, slope] = [1_000n * WAD + below(WAD), next() < 0.3 ? 0n : below(WAD)];
        const most = next() < 0.7 ? 10n ** 30n : below(total + 1n);
        const limit = next() < 0.15 ? 0n : next() < 0.6 ? 10n ** 30n : below(total + 1n);
        const { target } = await ethers.deployContract("CurveVenue", [price, slope, most]);
        const quote = (amount: bigint): bigint | undefined => {
          const [fair, impact] = [(price * amount) / WAD, (slope * amount * amount) / WAD ** 2n];
          // Where nothing is left, the subtraction of the contract fails.
          if (amount > most || (!isBuy && impact > fair)) return undefined;
          return isBuy ? fair + impact : fair - impact;
        };
        venues.push({ limit, quote, address: String(target) });
      }
      const lists = [venues.map(({ address }) => address), venues.map(({ limit }) => limit)] as const;
      const found = [...(await harness.split.staticCall(...lists, isBuy, total))];
      expect(mirror.splitOrder(venues, isBuy, total)).to.deep.equal(found);
      const given = found.reduce((sum, amount) => sum + amount, 0n);
      const users = found.filter((amount) => amount > 0n).length;
      if (users > 1) seen.shared++;
      if (users === 1) seen.alone++;
      if (given < total && given > 0n) seen.limited++;
      if (given === 0n && total > 0n) seen.unable++;
      if (total < 12n) seen.tiny++;
    }
    for (const [what, count] of Object.entries(seen)) expect(count, what).to.be.greaterThan(3);
  });

  it("has the band and the target of any numbers, and of none", async () => {
    const { harness, next, below } = await room();
    let [wide, inside] = [0, 0];
    const some = (): bigint => (next() < 0.08 ? 0n : below(10n ** BigInt(Math.floor(next() * 25))));
    for (let run = 0; run < 300; run++) {
      const inputs = {
        spot: some(),
        gamma: next() < 0.5 ? some() : -some(),
        costRatio: below(WAD / 10n),
        riskAversion: next() < 0.05 ? 0n : 1n + below(WAD / 100n),
        minBand: some(),
      };
      const netDelta = next() < 0.5 ? below(2n * WAD) : -some();
      const { spot, gamma, costRatio, riskAversion, minBand } = inputs;
      const found = await harness.band(spot, gamma, costRatio, riskAversion, minBand, netDelta);
      const width = mirror.hedgeBand(inputs);
      expect([found.width, found.target]).to.deep.equal([width, mirror.hedgeTarget(netDelta, width)]);
      if (width > minBand) wide++;
      if (found.target === 0n) inside++;
    }
    expect(Math.min(wide, inside)).to.be.greaterThan(20);
  });
});
