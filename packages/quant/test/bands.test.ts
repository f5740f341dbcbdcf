import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { greeks, tradeToBand, whalleyWilmottBand, zakamoulineBand } from "../src/index.ts";

const SHARED = process.env["BALLAST_DATA"] ?? fileURLToPath(new URL("../../../../shared/", import.meta.url));
const INPUTS = {
  price: 5000,
  gamma: 0.02,
  costRatio: 0.0005,
  riskAversion: 1,
  volatility: 0.2,
  years: 0.25,
} as const;

interface Vector {
  readonly group: string;
  readonly inputs: Readonly<Record<string, number>>;
  readonly expected: Readonly<Record<string, number>>;
  readonly abs_tol: number;
}

describe("quant: hedging bands", () => {
  it("have the published half-widths, and the published trades to their edges", function () {
    const file = `${SHARED}vectors/published.json`;
    if (!existsSync(file)) this.skip();
    const { vectors } = JSON.parse(readFileSync(file, "utf8")) as { vectors: Vector[] };
    let trades = 0;
    for (const { inputs, expected, abs_tol } of vectors.filter(({ group }) => group === "hedge_band")) {
      if (expected["next_hedge"] === undefined) {
        const { halfWidth } = zakamoulineBand({
          price: inputs["F"]!,
          gamma: inputs["gamma"]!,
          costRatio: inputs["cost_rate"]!,
          riskAversion: inputs["risk_aversion"]!,
          volatility: inputs["sigma"]!,
          years: inputs["T"]!,
        });
        expect(Math.abs(halfWidth - expected["zakamouline_half_width"]!)).to.be.at.most(abs_tol);
        continue;
      }
      const forward = inputs["K"]! * Math.exp(inputs["log_moneyness"]!);
      const [volatility, years] = [inputs["sigma"]!, inputs["T"]!];
      const { delta, gamma } = greeks({ forward, strike: inputs["K"]!, volatility, years, isCall: true });
      const band = whalleyWilmottBand({
        price: forward,
        gamma,
        costRatio: inputs["cost"]!,
        riskAversion: inputs["risk_aversion"]!,
      });
      const { held } = tradeToBand(inputs["prev_hedge"]!, delta, band);
      expect(Math.abs(held - expected["next_hedge"]!)).to.be.at.most(abs_tol);
      trades++;
    }
    expect(trades).to.equal(5);
  });

  it("trade to the nearest edge, from either side, and not at all within", () => {
    expect(tradeToBand(0, 10, 2)).to.deep.equal({ quantity: 8, held: 8 });
    expect(tradeToBand(20, 10, 2)).to.deep.equal({ quantity: -8, held: 12 });
    expect(tradeToBand(9, 10, 2)).to.deep.equal({ quantity: 0, held: 9 });
  });

  it("widen with cost and gamma, and narrow with aversion to risk", () => {
    const width = (change: Partial<typeof INPUTS> | Record<string, number>) => [
      whalleyWilmottBand({ ...INPUTS, ...change }),
      zakamoulineBand({ ...INPUTS, ...change }).halfWidth,
    ];
    const base = width({});
    for (const [i, wide] of width({ costRatio: 0.001 }).entries()) expect(wide).to.be.greaterThan(base[i]!);
    for (const [i, wide] of width({ gamma: 0.04 }).entries()) expect(wide).to.be.greaterThan(base[i]!);
    for (const [i, thin] of width({ riskAversion: 2 }).entries()) expect(thin).to.be.lessThan(base[i]!);
    expect(zakamoulineBand({ ...INPUTS, costRatio: 0 })).to.deep.equal({ halfWidth: 0, volatility: 0.2 });
  });

  it("hedge a long book by a lower volatility than a short one, and never by a negative one", () => {
    const long = zakamoulineBand(INPUTS).volatility;
    const short = zakamoulineBand({ ...INPUTS, gamma: -0.02 }).volatility;
    expect(long).to.be.lessThan(0.2);
    expect(short).to.be.greaterThan(0.2);
    expect(zakamoulineBand({ ...INPUTS, costRatio: 0.9 }).volatility).to.equal(0);
  });

  it("refuse inputs that no band has", () => {
    for (const bad of [{ price: 0 }, { riskAversion: 0 }, { costRatio: -1 }, { volatility: 0 }, { years: 0 }])
      expect(() => zakamoulineBand({ ...INPUTS, ...bad })).to.throw(RangeError, "No band has");
    expect(() => whalleyWilmottBand({ ...INPUTS, price: Number.NaN })).to.throw(RangeError);
  });
});
