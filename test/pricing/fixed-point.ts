import { expect } from "chai";
import { network } from "hardhat";
import * as mirror from "../../packages/quant/src/exact/fixed-point.ts";
import { seeded } from "../support/random.ts";

const { ethers } = await network.create();
const WAD = 10n ** 18n;

describe("FixedPoint", () => {
  const deploy = () => ethers.deployContract("PricingHarness");

  it("computes every function like the BigInt mirror, to the last bit", async () => {
    const harness = await deploy();
    const next = seeded(41);
    const wide = (bits: number): bigint => {
      let x = 0n;
      for (let i = 0; i < 9; i++) x = (x << 30n) | BigInt(Math.floor(next() * 2 ** 30));
      return BigInt.asUintN(bits, x) >> BigInt(Math.floor(next() * (bits - 1)));
    };
    for (let i = 0; i < 80; i++) {
      const [a, b, d] = [wide(256), wide(256), wide(256) | 1n];
      if ((a * b) / d < 1n << 255n) {
        expect(await harness.mulDivDown(a, b, d)).to.equal(mirror.mulDivDown(a, b, d));
        expect(await harness.mulDivUp(a, b, d)).to.equal(mirror.mulDivUp(a, b, d));
      }
      expect(await harness.sqrt(a)).to.equal(mirror.sqrt(a));
      expect(await harness.log2Down(a)).to.equal(mirror.log2Down(a));
      const seconds = wide(32);
      expect(await harness.rootYears(seconds)).to.equal(mirror.rootYears(seconds));
      const [x, z] = [wide(128) | 1n, wide(128) | 1n];
      expect(await harness.lnRatio(x, z)).to.equal(mirror.lnRatio(x, z));
      expect(await harness.ln(x)).to.equal(mirror.ln(x));
      const y = wide(103);
      expect(await harness.expNegative(y)).to.equal(mirror.expNegative(y));
      const exponent = BigInt(Math.round((next() - 0.3) * 180)) * WAD + wide(60);
      if (exponent <= 130n * WAD) expect(await harness.exp(exponent)).to.equal(mirror.exp(exponent));
      const base = 1n + wide(65);
      expect(await harness.pow(base, WAD / 3n)).to.equal(mirror.pow(base, WAD / 3n));
      const signed = BigInt.asIntN(255, wide(255)) * (next() < 0.5 ? -1n : 1n);
      expect(await harness.signedDivDown(signed, 7_000n)).to.equal(mirror.signedDivDown(signed, 7_000n));
      expect(await harness.signedDivUp(signed, 7_000n)).to.equal(mirror.signedDivUp(signed, 7_000n));
    }
  });

  it("refuses what has no answer, naming the values", async () => {
    const harness = await deploy();
    await expect(harness.mulDivDown(1n << 255n, 4n, 2n))
      .to.be.revertedWithCustomError(harness, "FixedPoint_MulDivOverflow")
      .withArgs(1n << 255n, 4n, 2n);
    await expect(harness.mulDivDown(1n, 1n, 0n)).to.be.revertedWithCustomError(
      harness,
      "FixedPoint_MulDivOverflow",
    );
    await expect(harness.lnRatio(0n, 1n)).to.be.revertedWithCustomError(harness, "FixedPoint_LogOfZero");
    await expect(harness.exp(131n * WAD))
      .to.be.revertedWithCustomError(harness, "FixedPoint_ExpOverflow")
      .withArgs(131n * WAD);
    expect(() => mirror.mulDivDown(1n, 1n, 0n)).to.throw(mirror.DomainError);
    expect(() => mirror.lnRatio(0n, 1n)).to.throw(mirror.DomainError);
    expect(() => mirror.exp(131n * WAD)).to.throw(mirror.DomainError);
  });
});
