import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import fc from "fast-check";
import {
  BadOptionError,
  CalibrationError,
  calibrate,
  durrleman,
  type EssviSlice,
  greeks,
  impliedVol,
  maxPsi,
  median,
  NoImpliedVolError,
  normalCdf,
  type OptionInputs,
  price,
  priceMany,
  readDeribitCsv,
  totalVariance,
  violations,
  whalleyWilmottBand,
} from "../src/index.ts";
import { recorded, STAMPS } from "./support/recorded.ts";

const SHARED = process.env["BALLAST_DATA"] ?? fileURLToPath(new URL("../../../../shared/", import.meta.url));

const options = fc.record({
  forward: fc.double({ min: 10, max: 1e5, noNaN: true }),
  moneyness: fc.double({ min: -2, max: 2, noNaN: true }),
  volatility: fc.double({ min: 0.05, max: 3, noNaN: true }),
  years: fc.double({ min: 0.003, max: 2, noNaN: true }),
  isCall: fc.boolean(),
});
const optionOf = ({
  moneyness,
  ...rest
}: { moneyness: number } & Omit<OptionInputs, "strike">): OptionInputs => ({
  ...rest,
  strike: rest.forward * Math.exp(moneyness * rest.volatility * Math.sqrt(rest.years)),
});

interface Vector {
  readonly id: string;
  readonly group: string;
  readonly inputs: Record<string, number | string>;
  readonly expected: Record<string, number | string>;
  readonly abs_tol: number;
}

describe("quant: published values", () => {
  const file = `${SHARED}vectors/published.json`;
  const load = (test: Mocha.Context): Vector[] => {
    if (!existsSync(file)) {
      console.log("    (the published values are not on this machine)");
      test.skip();
    }
    return (JSON.parse(readFileSync(file, "utf8")) as { vectors: Vector[] }).vectors;
  };

  it("agrees with Haug's option prices", function () {
    const vectors = load(this).filter(({ group }) => group === "haug_price");
    for (const { id, inputs, expected, abs_tol } of vectors) {
      const { S, K, q, r, T, sigma } = inputs as Record<string, number>;
      const forward = S! * Math.exp((r! - q!) * T!);
      const value =
        Math.exp(-r! * T!) *
        price({ forward, strike: K!, volatility: sigma!, years: T!, isCall: inputs["type"] === "call" });
      expect(Math.abs(value - Number(expected["price"])), id).to.be.at.most(abs_tol * 1.0001);
    }
    expect(vectors.length).to.equal(43);
  });

  it("agrees with the normal distribution to 1e-15", function () {
    const vectors = load(this).filter(({ group }) => group === "normal_cdf");
    for (const { id, inputs, expected } of vectors) {
      expect(Math.abs(normalCdf(Number(inputs["x"])) - Number(expected["cdf"])), id).to.be.at.most(1e-15);
    }
    expect(vectors.length).to.equal(16);
  });

  it("agrees with the published hedging bands", function () {
    const vectors = load(this).filter(({ group }) => group === "hedge_band");
    for (const { id, inputs, expected, abs_tol } of vectors) {
      if (expected["whalley_wilmott_half_width"] === undefined) continue;
      const { F, gamma, risk_aversion, cost_rate, r, T } = inputs as Record<string, number>;
      const band = whalleyWilmottBand({
        price: F!,
        gamma: gamma!,
        costRatio: cost_rate!,
        riskAversion: risk_aversion!,
        discount: Math.exp(-(r ?? 0) * (T ?? 0)),
      });
      expect(Math.abs(band - Number(expected["whalley_wilmott_half_width"])), id).to.be.at.most(abs_tol);
    }
  });
});

describe("quant: Black-76", () => {
  it("keeps parity, bounds and the exact intrinsic value", () => {
    fc.assert(
      fc.property(options, (raw) => {
        const option = optionOf(raw);
        const { forward, strike } = option;
        const call = price({ ...option, isCall: true });
        const put = price({ ...option, isCall: false });
        expect(Math.abs(call - put - (forward - strike))).to.be.at.most(1e-12 * forward);
        expect(call >= Math.max(forward - strike, 0) && call <= forward).to.equal(true);
        expect(price({ ...option, years: 0 })).to.equal(
          Math.max(option.isCall ? forward - strike : strike - forward, 0),
        );
      }),
    );
  });

  it("has Greeks that agree with finite differences of the price", () => {
    fc.assert(
      fc.property(options, (raw) => {
        const option = optionOf(raw);
        const g = greeks(option);
        const bump = (change: Partial<OptionInputs>) => price({ ...option, ...change });
        const { forward: f, volatility: v, years: t } = option;
        const scale = f * v * Math.sqrt(t);
        // Steps are small against one standard deviation, whatever its size.
        const [hf, hv, ht] = [scale * 3e-3, v * 1e-3, t * 1e-3];
        const close = (a: number, b: number, unit: number, name: string) =>
          expect(Math.abs(a - b), name).to.be.at.most(2e-4 * (Math.abs(b) + unit));
        close((bump({ forward: f + hf }) - bump({ forward: f - hf })) / (2 * hf), g.delta, 1e-2, "delta");
        close(
          (bump({ forward: f + hf }) - 2 * g.price + bump({ forward: f - hf })) / hf ** 2,
          g.gamma,
          1 / scale,
          "gamma",
        );
        close(
          (bump({ volatility: v + hv }) - bump({ volatility: v - hv })) / (2 * hv),
          g.vega,
          scale / v,
          "vega",
        );
        close(-(bump({ years: t + ht }) - bump({ years: t - ht })) / (2 * ht), g.theta, scale / t, "theta");
        const delta = (change: Partial<OptionInputs>) => greeks({ ...option, ...change }).delta;
        close(
          (delta({ volatility: v + hv }) - delta({ volatility: v - hv })) / (2 * hv),
          g.vanna,
          1 / v,
          "vanna",
        );
        close(-(delta({ years: t + ht }) - delta({ years: t - ht })) / (2 * ht), g.charm, 1 / t, "charm");
        const vega = (change: Partial<OptionInputs>) => greeks({ ...option, ...change }).vega;
        close(
          (vega({ volatility: v + hv }) - vega({ volatility: v - hv })) / (2 * hv),
          g.volga,
          scale / v / v,
          "volga",
        );
      }),
    );
  });

  it("prices columns as it prices one by one, and refuses bad ones", () => {
    const columns = {
      forward: new Float64Array([100, 100]),
      strike: new Float64Array([90, 110]),
      volatility: new Float64Array([0.5, 0.6]),
      years: new Float64Array([0.1, 0.2]),
      isCall: new Uint8Array([1, 0]),
    };
    const [first, second] = priceMany(columns);
    expect(first).to.equal(price({ forward: 100, strike: 90, volatility: 0.5, years: 0.1, isCall: true }));
    expect(second).to.equal(price({ forward: 100, strike: 110, volatility: 0.6, years: 0.2, isCall: false }));
    expect(() => priceMany({ ...columns, strike: new Float64Array(1) })).to.throw(BadOptionError, "length");
    for (const bad of [Number.NaN, -1]) {
      expect(() => price({ forward: bad, strike: 1, volatility: 1, years: 1, isCall: true })).to.throw(
        BadOptionError,
      );
      expect(() => greeks({ forward: 1, strike: 1, volatility: bad, years: 1, isCall: true })).to.throw(
        BadOptionError,
      );
    }
  });
});

describe("quant: implied volatility", () => {
  it("inverts the price", () => {
    fc.assert(
      fc.property(options, (raw) => {
        const option = optionOf(raw);
        const value = price(option);
        const intrinsic = price({ ...option, volatility: 0 });
        fc.pre(value - intrinsic > 1e-6 * option.forward);
        const found = impliedVol(value, option.forward, option.strike, option.years, option.isCall);
        // The price itself carries 1e-16 of its size; vega turns that into an error of volatility.
        const noise = (8e-16 * (value + option.forward)) / greeks(option).vega;
        expect(Math.abs(found - option.volatility)).to.be.at.most(1e-12 * option.volatility + noise);
      }),
      { numRuns: 5000 },
    );
  });

  it("names prices that no volatility gives", () => {
    expect(() => impliedVol(9, 100, 90, 1, true)).to.throw(NoImpliedVolError, "below intrinsic");
    expect(() => impliedVol(100, 100, 90, 1, true)).to.throw(NoImpliedVolError, "bound");
    expect(() => impliedVol(11, 100, 90, 0, true)).to.throw(NoImpliedVolError, "expired");
    expect(() => impliedVol(Number.NaN, 100, 90, 1, true)).to.throw(BadOptionError);
    expect(impliedVol(10, 100, 90, 1, true)).to.equal(0);
  });
});

describe("quant: surface", () => {
  const slices = fc
    .record({
      theta: fc.double({ min: 1e-4, max: 2, noNaN: true }),
      rho: fc.double({ min: -0.95, max: 0.95, noNaN: true }),
      share: fc.double({ min: 0.01, max: 0.999, noNaN: true }),
    })
    .map(
      ({ theta, rho, share }): EssviSlice => ({
        theta,
        rho,
        psi: share * maxPsi(theta, rho),
        years: 1,
        forward: 1,
      }),
    );

  it("has a density that is nowhere negative where the closed conditions hold", () => {
    fc.assert(
      fc.property(slices, (slice) => {
        expect(violations([slice])).to.deep.equal([]);
        for (let k = -3; k <= 3; k += 0.05) expect(durrleman(slice, k)).to.be.at.least(-1e-5);
      }),
      { numRuns: 300 },
    );
  });

  it("names each condition that is broken", () => {
    const base = { theta: 0.1, psi: 0.3, rho: -0.2, years: 0.5, forward: 1 };
    const kinds = (...list: Partial<EssviSlice>[]) =>
      violations(list.map((change, i) => ({ ...base, years: 0.5 + i, ...change }))).map(({ kind }) => kind);
    expect(kinds({ rho: 1 })).to.contain("domain");
    expect(kinds({ psi: 4, theta: 10 })).to.deep.equal(["butterfly"]);
    expect(kinds({ psi: 0.6 })).to.deep.equal(["butterfly"]);
    expect(kinds({}, { theta: 0.09, psi: 0.3 })).to.contain("calendar");
    expect(kinds({}, { theta: 0.2, psi: 0.31, rho: 0.5 })).to.contain("calendar");
    expect(kinds({}, { theta: 0.2, psi: 0.35 })).to.deep.equal([]);
  });
});

describe("quant: calibration", () => {
  it("finds the surface that quotes were made from", () => {
    const truth: EssviSlice[] = [
      { theta: 0.02, psi: 0.15, rho: -0.3, years: 0.1, forward: 3000 },
      { theta: 0.05, psi: 0.3, rho: -0.25, years: 0.3, forward: 3010 },
    ];
    const chain = truth.map((slice) => ({
      ...slice,
      quotes: [-0.3, -0.2, -0.1, -0.03, 0, 0.05, 0.12, 0.25].map((k) => ({
        strike: slice.forward * Math.exp(k),
        volatility: Math.sqrt(totalVariance(slice, k) / slice.years),
      })),
    }));
    const fitted = calibrate(chain);
    expect(fitted.violations).to.deep.equal([]);
    for (const slice of fitted.slices) expect(slice.rmse).to.be.at.most(0.02);
  });

  it("names chains that it cannot fit", () => {
    const quotes = [90, 95, 100, 105].map((strike) => ({ strike, volatility: 0.5 }));
    expect(() => calibrate([])).to.throw(CalibrationError, "no expiry");
    expect(() => calibrate([{ years: 1, forward: 100, quotes: quotes.slice(1) }])).to.throw(
      CalibrationError,
      "3 quotes",
    );
    expect(() => calibrate([1, 1].map((years) => ({ years, forward: 100, quotes })))).to.throw(
      CalibrationError,
      "increase",
    );
    const bad = [...quotes.slice(1), { strike: 90, volatility: 0 }];
    expect(() => calibrate([{ years: 1, forward: 100, quotes: bad }])).to.throw(
      CalibrationError,
      "strike 90",
    );
  });

  it("fits real chains within half a volatility point, free of arbitrage", function () {
    for (const stamp of STAMPS) {
      const text = recorded(this, `deribit_chain_${stamp}.csv`);
      for (const currency of ["BTC", "ETH"]) {
        const { slices, violations: broken } = calibrate(readDeribitCsv(text, currency).expiries);
        expect(broken).to.deep.equal([]);
        expect(slices.length).to.be.greaterThan(10);
        expect(median(slices.map(({ rmse }) => rmse))).to.be.at.most(0.5);
      }
    }
  }).timeout(120_000);
});
