import { expect } from "chai";
import { network } from "hardhat";
import * as black76 from "../../packages/quant/src/exact/black76.ts";
import * as fixedPoint from "../../packages/quant/src/exact/fixed-point.ts";
import { seeded } from "../support/random.ts";

const { ethers } = await network.create();
const YEAR = 31_536_000n;
const WAD = 10n ** 18n;

/** A random case of the documented domain: K/F log-uniform in 1e-6..1e6, T in 1 s..3 y, volatility 1..500 %. */
function sample(next: () => number) {
  const forward = BigInt(Math.round(10 ** (1 + 4 * next()) * 1e8)) * 10n ** 10n;
  const wide = next() < 0.5;
  const strike = BigInt(
    Math.max(1, Math.round(Number(forward) * 10 ** ((next() - 0.5) * (wide ? 12 : 0.6)))),
  );
  const seconds = BigInt(Math.round(10 ** (next() * Math.log10(94_608_000))));
  const volatility = BigInt(Math.round(10 ** (16 + next() * Math.log10(500))));
  return { forward, strike, seconds, volatility };
}

describe("Black76", () => {
  const deploy = () => ethers.deployContract("PricingHarness");

  it("gives the same call, put, delta and Greeks as the BigInt mirror, to the last bit", async () => {
    const harness = await deploy();
    const next = seeded(1);
    for (let i = 0; i < 300; i++) {
      const { forward, strike, seconds, volatility } = sample(next);
      const expected = black76.greeks(forward, strike, volatility, seconds);
      const [got] = await harness.greeks(forward, strike, volatility, seconds);
      expect({
        call: got.call,
        put: got.put,
        callDelta: got.callDelta,
        gamma: got.gamma,
        vega: got.vega,
        theta: got.theta,
      }).to.deep.equal(expected);
      const [call, put, callDelta] = await harness.callPutDelta(forward, strike, volatility, seconds);
      expect({ call, put, callDelta }).to.deep.equal(
        black76.callPutDelta(forward, strike, volatility, seconds),
      );
    }
  });

  it("revalues a node like the mirror, with the logarithm and the root of time given", async () => {
    const harness = await deploy();
    const next = seeded(2);
    for (let i = 0; i < 150; i++) {
      const { forward, strike, seconds, volatility } = sample(next);
      // Every third logarithm is another forward's, as rounding may make it: bounds must hold all the same.
      const other = i % 3 === 0 ? 1n << BigInt(Math.floor(98 * next())) : 0n;
      const logRatio = fixedPoint.lnRatio(forward, strike) + (next() < 0.5 ? other : -other);
      const s = black76.standardDeviation(volatility, fixedPoint.rootYears(seconds));
      const [call] = await harness.revalue(forward, strike, logRatio, s);
      expect(call).to.equal(black76.revalue(forward, strike, logRatio, s));
    }
  });

  it("is intrinsic, exactly, at expiry and without volatility", async () => {
    const harness = await deploy();
    for (const [volatility, seconds] of [
      [WAD, 0n],
      [0n, YEAR],
    ] as const) {
      const above = await harness.callPutDelta(3_000n * WAD, 2_000n * WAD + 1n, volatility, seconds);
      expect(above.slice(0, 3)).to.deep.equal([1_000n * WAD - 1n, 0n, WAD]);
      const below = await harness.callPutDelta(2_000n * WAD, 3_000n * WAD, volatility, seconds);
      expect(below.slice(0, 3)).to.deep.equal([0n, 1_000n * WAD, 0n]);
    }
  });

  it("answers at the corners of its domain without reverting and within its bounds", async () => {
    const harness = await deploy();
    const amounts = [0n, 1n, WAD, 10n ** 30n, (1n << 128n) - 1n];
    for (const forward of amounts) {
      for (const strike of amounts) {
        for (const volatility of [0n, 1n, WAD, (1n << 96n) - 1n]) {
          for (const seconds of [0n, 1n, (1n << 32n) - 1n]) {
            const [call, put, delta] = await harness.callPutDelta(forward, strike, volatility, seconds);
            expect(call <= forward && put <= strike && delta <= WAD).to.equal(true);
            expect(call + strike).to.equal(put + forward);
          }
        }
      }
    }
  });
});
