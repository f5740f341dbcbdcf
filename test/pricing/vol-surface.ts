import { expect } from "chai";
import { network } from "hardhat";
import { lnRatio } from "../../packages/quant/src/exact/fixed-point.ts";
import * as surface from "../../packages/quant/src/exact/vol-surface.ts";
import { seeded } from "../support/random.ts";

const { ethers } = await network.create();
const WAD = 10n ** 18n;
const toWad = (x: number): bigint => BigInt(Math.round(x * 1e12)) * 10n ** 6n;

/** A random slice, not necessarily free of arbitrage. */
function randomSlice(next: () => number): surface.ExactSlice {
  const theta = 10 ** (-4 + 4 * next());
  return {
    theta: toWad(theta),
    psi: toWad(Math.min(3.9, 2.2 * Math.sqrt(theta)) * next() + 1e-6),
    rho: toWad(1.98 * next() - 0.99),
    forward: BigInt(Math.round(3e11 * (0.5 + next()))) * 10n ** 10n,
    timestamp: 1_780_000_000n,
  };
}

describe("VolSurface", () => {
  const deploy = () => ethers.deployContract("PricingHarness");

  it("packs, values and judges slices like the mirror, to the last bit", async () => {
    const harness = await deploy();
    const next = seeded(11);
    for (let i = 0; i < 120; i++) {
      const slice = randomSlice(next);
      const word = surface.packSlice(slice);
      expect(await harness.pack(slice.theta, slice.psi, slice.rho, slice.forward, slice.timestamp)).to.equal(
        word,
      );
      expect(await harness.unpack(word)).to.deep.equal(Object.values(surface.unpackSlice(word)));
      const k = lnRatio(BigInt(Math.round(1e12 * Math.exp(4 * (next() - 0.5)))), 10n ** 12n);
      const variance = surface.totalVariance(word, k);
      expect(await harness.totalVariance(word, k)).to.equal(variance);
      expect(await harness.standardDeviation(variance)).to.equal(surface.standardDeviationOf(variance));
      const seconds = BigInt(3_600 + Math.round(next() * 1e7));
      expect(await harness.volatilityOf(variance, seconds)).to.equal(surface.volatilityOf(variance, seconds));
      expect(surface.VIOLATIONS[Number(await harness.butterflyViolation(word))]).to.equal(
        surface.butterflyViolation(word),
      );
      const other = surface.packSlice(randomSlice(next));
      expect(surface.VIOLATIONS[Number(await harness.calendarViolation(word, other))]).to.equal(
        surface.calendarViolation(word, other),
      );
      expect(await harness.interpolate(word, 1_000n, other, 9_000n, 3_700n)).to.equal(
        surface.interpolate(word, 1_000n, other, 9_000n, 3_700n),
      );
    }
  });

  it("refuses values outside their fields", async () => {
    const harness = await deploy();
    const good = [WAD / 10n, WAD / 10n, 0n, 3_000n * WAD] as const;
    expect(await harness.domainViolation(...good)).to.equal(0n);
    const bad = [
      [0n, WAD, 0n, WAD],
      [WAD, 0n, 0n, WAD],
      [300n * WAD, WAD, 0n, WAD],
      [WAD, 300n * WAD, 0n, WAD],
      [WAD, WAD, WAD, WAD],
      [WAD, WAD, -WAD, WAD],
      [WAD, WAD, 0n, 0n],
      [WAD, WAD, 0n, 10n ** 30n],
    ] as const;
    for (const values of bad) expect(await harness.domainViolation(...values)).to.equal(1n);
  });
});
