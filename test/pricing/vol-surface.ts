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

/** Density factor g(k) of a slice by central differences: negative where there is butterfly arbitrage. */
function densityFactor(slice: surface.ExactSlice, k: number): number {
  const [theta, psi, rho] = [slice.theta, slice.psi, slice.rho].map((x) => Number(x) / 1e18) as [
    number,
    number,
    number,
  ];
  const root = Math.sqrt((psi * k + theta * rho) ** 2 + theta ** 2 * (1 - rho ** 2));
  const w = (theta + rho * psi * k + root) / 2;
  const first = (rho * psi + (psi * (psi * k + theta * rho)) / root) / 2;
  const second = (psi ** 2 * theta ** 2 * (1 - rho ** 2)) / root ** 3 / 2;
  return (1 - (k * first) / (2 * w)) ** 2 - (first ** 2 / 4) * (1 / w + 1 / 4) + second / 2;
}

describe("VolSurface", () => {
  const deploy = () => ethers.deployContract("PricingHarness");
  const moneyness = [-5, -1, -0.3, -0.05, 0, 0.04, 0.25, 1.1, 5];

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
      [WAD, WAD, WAD, WAD],
      [WAD, WAD, -WAD, WAD],
      [WAD, WAD, 0n, 0n],
      [WAD, WAD, 0n, 10n ** 30n],
    ] as const;
    for (const values of bad) expect(await harness.domainViolation(...values)).to.equal(1n);
  });

  it("finds no negative density in thousands of slices that meet the butterfly conditions", () => {
    const next = seeded(12);
    let checked = 0;
    for (let i = 0; i < 4_000; i++) {
      const slice = randomSlice(next);
      if (surface.butterflyViolation(surface.packSlice(slice)) !== "None") continue;
      checked += 1;
      for (const k of moneyness) expect(densityFactor(slice, k)).to.be.greaterThan(-1e-9);
    }
    expect(checked).to.be.greaterThan(1_000);
  });

  it("keeps total variance rising with time through interpolated slices, and those free of butterflies", () => {
    const next = seeded(13);
    let checked = 0;
    for (let i = 0; i < 6_000; i++) {
      const first = randomSlice(next);
      const growth = 1 + 2 * next();
      const second = {
        ...first,
        theta: toWad((Number(first.theta) / 1e18) * growth),
        psi: toWad((Number(first.psi) / 1e18) * (1 + (growth - 1) * next())),
        rho: toWad((Number(first.rho) / 1e18) * (1 + 0.2 * (next() - 0.5))),
      };
      const a = surface.packSlice(first);
      const b = surface.packSlice(second);
      if ([a, b].some((word) => surface.butterflyViolation(word) !== "None")) continue;
      if (surface.calendarViolation(a, b) !== "None") continue;
      checked += 1;
      const steps = [0n, 1n, 2n, 3n, 4n].map((t) => surface.interpolate(a, 0n, b, 4n, t));
      for (const word of steps) {
        const slice = surface.unpackSlice(word);
        for (const k of moneyness) expect(densityFactor(slice, k)).to.be.greaterThan(-1e-6);
      }
      for (const k of moneyness) {
        const log = BigInt(Math.round(k * 2 ** 32)) << 64n;
        const variances = steps.map((word) => surface.totalVariance(word, log));
        // One unit of 1e-12 in theta or psi, times |k|, is what packing may lose.
        for (let t = 1; t < 5; t++) expect(variances[t]! - variances[t - 1]! >= -20_000_000n).to.equal(true);
      }
    }
    expect(checked).to.be.greaterThan(300);
  });
});
