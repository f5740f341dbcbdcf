import { readFileSync } from "node:fs";
import { expect } from "chai";
import * as black76 from "../src/exact/black76.ts";
import * as fixedPoint from "../src/exact/fixed-point.ts";
import { greeks } from "../src/index.ts";

const WAD = 10n ** 18n;
const vectors = new URL("../../../test/pricing/vectors/black76.json", import.meta.url);

/** A decimal with exponent, as a wad, cut off. */
function toWad(text: string): bigint {
  const [mantissa = "", exponent = "0"] = text.split("e");
  const [whole = "", fraction = ""] = mantissa.replace("-", "").split(".");
  const shift = Number(exponent) + 18 - fraction.length;
  const digits = BigInt(whole + fraction);
  const size = shift >= 0 ? digits * 10n ** BigInt(shift) : shift < -60 ? 0n : digits / 10n ** BigInt(-shift);
  return mantissa.startsWith("-") ? -size : size;
}

describe("quant: exact pricing", () => {
  const { rows } = JSON.parse(readFileSync(vectors, "utf8")) as { rows: string[][] };

  it("is within 1e-15 of the forward of values with 28 digits", () => {
    for (const row of rows) {
      const [forward, strike, volatility, seconds] = row.slice(0, 4).map(BigInt);
      const got = black76.greeks(forward!, strike!, volatility!, seconds!);
      const allowed = forward! / 10n ** 15n + 1n;
      expect(fixedPoint.abs(got.call - toWad(row[4]!)) <= allowed, row.join(" ")).to.equal(true);
      expect(fixedPoint.abs(got.put - toWad(row[5]!)) <= allowed, row.join(" ")).to.equal(true);
    }
    expect(rows.length).to.be.at.least(2_000);
  });

  it("agrees with the same formula in floating point, Greeks included", () => {
    for (const strike of [1_500, 2_700, 3_000, 3_300, 6_000]) {
      const exact = black76.greeks(3_000n * WAD, BigInt(strike) * WAD, (6n * WAD) / 10n, 7_884_000n);
      const float = greeks({ forward: 3_000, strike, volatility: 0.6, years: 0.25, isCall: true });
      const close = (wad: bigint, value: number, name: string) =>
        expect(Math.abs(Number(wad) / 1e18 - value), name).to.be.at.most(1e-11 * (1 + Math.abs(value)));
      close(exact.call, float.price, "price");
      close(exact.callDelta, float.delta, "delta");
      close(exact.gamma, float.gamma, "gamma");
      close(exact.vega, float.vega, "vega");
      close(exact.theta, float.theta, "theta");
    }
  });

  it("values a node like the option itself, and is intrinsic without variance", () => {
    const [forward, strike] = [3_000n * WAD, 3_100n * WAD];
    const logRatio = fixedPoint.lnRatio(forward, strike);
    const s = black76.standardDeviation(WAD, fixedPoint.rootYears(86_400n));
    const { call } = black76.callPutDelta(forward, strike, WAD, 86_400n);
    expect(black76.revalue(forward, strike, logRatio, s)).to.equal(call);
    expect(black76.revalue(strike, forward, -logRatio, 0n)).to.equal(100n * WAD);
    expect(black76.callPutDelta(forward, strike, WAD, 0n)).to.deep.equal({
      call: 0n,
      put: 100n * WAD,
      callDelta: 0n,
    });
  });

  it("rounds elementary functions as their names say", () => {
    expect(fixedPoint.mulDivDown(7n, 3n, 2n)).to.equal(10n);
    expect(fixedPoint.mulDivUp(7n, 3n, 2n)).to.equal(11n);
    expect(fixedPoint.signedDivDown(-7n, 2n)).to.equal(-4n);
    expect(fixedPoint.signedDivUp(-7n, 2n)).to.equal(-3n);
    expect(fixedPoint.signedDivUp(7n, 2n)).to.equal(4n);
    expect(fixedPoint.sqrt(99n)).to.equal(9n);
    expect(fixedPoint.sqrt(0n)).to.equal(0n);
    expect(fixedPoint.rootYears(fixedPoint.YEAR) - fixedPoint.ONE_Q64 <= 1n).to.equal(true);
    expect(fixedPoint.rootYears(0n)).to.equal(0n);
    expect(fixedPoint.lnRatio(5n, 5n)).to.equal(0n);
    for (const [base, power] of [
      [2, 0.5],
      [40, -0.3],
      [0.001, 3],
    ] as const) {
      const got = fixedPoint.pow(BigInt(base * 1e18), BigInt(power * 1e18));
      expect(Number(got) / 1e18 / base ** power).to.be.closeTo(1, 2e-9);
    }
    expect(fixedPoint.exp(-43n * WAD)).to.equal(0n);
    expect(() => fixedPoint.exp(131n * WAD)).to.throw(fixedPoint.DomainError);
    expect(() => fixedPoint.lnRatio(0n, 1n)).to.throw(fixedPoint.DomainError);
    expect(() => fixedPoint.mulDivUp(1n, 1n, 0n)).to.throw(fixedPoint.DomainError);
  });
});
