import { expect } from "chai";
import {
  assembleChain,
  BadBandError,
  BadOptionError,
  BadSampleError,
  BadSnapshotError,
  CalibrationError,
  calibrate,
  filterReturns,
  fitHar,
  GreeksBatch,
  greeks,
  ImpliedVolBatch,
  impliedVol,
  price,
  whalleyWilmottBand,
  zakamoulineBand,
} from "../src/index.ts";

const FORWARDS = [1e-100, 1e-6, 1, 3_000, 1e9, 1e99];
const RATIOS = [1e-12, 0.01, 0.5, 0.999999999, 1, 1 + 2 ** -52, 1.0001, 2, 100, 1e12];
const VOLATILITIES = [0, Number.MIN_VALUE, 1e-310, 1e-200, 1e-30, 1e-12, 0.01, 0.6, 5, 100, 1e6];
const TIMES = [0, Number.MIN_VALUE, 1e-300, 1e-12, 1 / 365, 1, 50, 1e6];
const NAMES = ["price", "delta", "gamma", "vega", "theta", "rho", "vanna", "volga", "charm"] as const;

interface Case {
  readonly forward: number;
  readonly strike: number;
  readonly volatility: number;
  readonly years: number;
  readonly isCall: boolean;
}

const cases: Case[] = FORWARDS.flatMap((forward) =>
  RATIOS.map((ratio) => forward * ratio)
    .filter((strike) => strike >= 1e-100 && strike <= 1e100)
    .flatMap((strike) =>
      VOLATILITIES.flatMap((volatility) =>
        TIMES.flatMap((years) =>
          [true, false].map((isCall) => ({ forward, strike, volatility, years, isCall })),
        ),
      ),
    ),
);

function filled(kind: "wasm" | "typescript"): GreeksBatch {
  const batch = new GreeksBatch(cases.length, kind);
  cases.forEach(({ forward, strike, volatility, years, isCall }, i) => {
    batch.columns.forward[i] = forward;
    batch.columns.strike[i] = strike;
    batch.columns.volatility[i] = volatility;
    batch.columns.years[i] = years;
    batch.columns.sign[i] = isCall ? 1 : -1;
  });
  batch.compute(cases.length);
  return batch;
}

describe("quant: the edges of what is an option", () => {
  it("gives finite numbers on all of it, the same bits from both kernels, and one by one the same prices", () => {
    const [wasm, typescript] = [filled("wasm"), filled("typescript")];
    let compared = 0;
    cases.forEach((one, i) => {
      const alone = greeks(one);
      expect(price(one)).to.equal(alone.price);
      const bound = one.isCall ? one.forward : one.strike;
      const scale = Math.max(one.forward, one.strike);
      for (const name of NAMES) {
        const [a, b] = [wasm.columns[name][i], typescript.columns[name][i]];
        const label = `${name} of ${JSON.stringify(one)}`;
        expect(Object.is(a, b), label).to.equal(true);
        expect(Number.isFinite(a) && Number.isFinite(alone[name]), label).to.equal(true);
        compared++;
      }
      expect(Math.abs((wasm.columns.price[i] ?? 0) - alone.price) <= 1e-14 * scale).to.equal(true);
      expect(alone.price >= 0 && alone.price <= bound * (1 + 1e-15)).to.equal(true);
      expect(Math.abs(alone.delta) <= 1).to.equal(true);
    });
    expect(compared).to.be.greaterThan(50_000);
  });

  it("is exactly intrinsic without time or volatility", () => {
    for (const [volatility, years] of [
      [0, 1],
      [0.6, 0],
      [0, 0],
      [1e-31, 1],
    ] as const) {
      for (const strike of [2_000, 3_000, 4_000]) {
        const call = { forward: 3_000, strike, volatility, years, isCall: true };
        expect(price(call)).to.equal(Math.max(3_000 - strike, 0));
        expect(price({ ...call, isCall: false })).to.equal(Math.max(strike - 3_000, 0));
        expect(greeks(call)).to.include({ gamma: 0, vega: 0, theta: 0, vanna: 0, volga: 0, charm: 0 });
      }
    }
  });

  it("ends where a number is none, negative, or so large that a Greek has no double", () => {
    const good = { forward: 3_000, strike: 3_200, volatility: 0.6, years: 0.1, isCall: true };
    const bad: readonly Partial<Case>[] = [
      ...["forward", "strike", "volatility", "years"].flatMap((name) =>
        [Number.NaN, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e101].map((value) => ({
          [name]: value,
        })),
      ),
      { forward: 0 },
      { strike: 0 },
      { forward: 1e-101 },
      { strike: Number.MIN_VALUE },
      { volatility: 1.1e6 },
      { years: 1.1e6 },
    ];
    for (const change of bad) {
      for (const work of [price, greeks]) {
        const label = JSON.stringify(Object.entries(change).map(String));
        expect(() => work({ ...good, ...change }), label).to.throw(BadOptionError);
      }
    }
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -1])
      expect(() => impliedVol(100, 3_000, value, 0.1, true)).to.throw(BadOptionError);
    expect(() => impliedVol(Number.NaN, 3_000, 3_000, 0.1, true)).to.throw(BadOptionError);
  });

  it("inverts the same in both kernels up to the last price next to either bound", () => {
    const prices = [
      0,
      5e-324,
      1e-300,
      1e-12,
      0.1,
      100,
      2_999,
      3_000 - 2 ** -41,
      3_000,
      3_001,
      Number.NaN,
      -1,
    ];
    const rows = prices.flatMap((value) => [1e-9, 0.1, 30].map((years) => ({ value, years })));
    const [a, b] = (["wasm", "typescript"] as const).map((kind) => {
      const batch = new ImpliedVolBatch(rows.length, kind);
      rows.forEach(({ value, years }, i) => {
        batch.columns.price[i] = value;
        batch.columns.forward[i] = 3_000;
        batch.columns.strike[i] = 3_200;
        batch.columns.years[i] = years;
        batch.columns.sign[i] = 1;
      });
      return { without: batch.solve(rows.length), volatilities: [...batch.columns.volatility] };
    });
    expect(a).to.deep.equal(b);
    // At the bound, beyond it, no number and below nothing: four prices at three times.
    expect(a?.without).to.equal(12);
    rows.forEach(({ value, years }, i) => {
      const volatility = a?.volatilities[i] ?? Number.NaN;
      if (!(value > 1e-300 && value < 3_000)) return;
      const again = price({ forward: 3_000, strike: 3_200, volatility, years, isCall: true });
      expect(Math.abs(again - value)).to.be.lessThan(1e-9);
    });
  });
});

describe("quant: numbers that are none", () => {
  const inputs = { price: 3_000, gamma: 0.01, costRatio: 0.0005, riskAversion: 1e-5 };

  it("have no band", () => {
    for (const change of [
      { gamma: Number.NaN },
      { gamma: Number.POSITIVE_INFINITY },
      { price: Number.NaN },
      { price: 0 },
      { costRatio: -1 },
      { riskAversion: 0 },
    ]) {
      expect(() => whalleyWilmottBand({ ...inputs, ...change })).to.throw(BadBandError);
      expect(() => zakamoulineBand({ ...inputs, ...change, volatility: 0.6, years: 0.1 })).to.throw(
        BadBandError,
      );
    }
    expect(() => zakamoulineBand({ ...inputs, volatility: 0, years: 0.1 })).to.throw(BadBandError);
    expect(() => zakamoulineBand({ ...inputs, volatility: 0.6, years: Number.NaN })).to.throw(BadBandError);
    expect(whalleyWilmottBand({ ...inputs, gamma: 0 })).to.equal(0);
  });

  it("are no returns and no variances", () => {
    const returns = Array.from({ length: 150 }, (_, i) => 0.01 * Math.sin(i + 1));
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => filterReturns(returns.with(120, value))).to.throw(BadSampleError, "Return 120");
    const variances = returns.map((value) => value * value + 1e-6);
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => fitHar(variances.with(7, value))).to.throw(BadSampleError, "of day 7");
  });

  it("are no quotes, no spot and no time", () => {
    const quotes = [2_600, 2_800, 3_000, 3_200, 3_400].map((strike) => ({ strike, volatility: 0.6 }));
    for (const [years, forward] of [
      [Number.POSITIVE_INFINITY, 3_000],
      [0.1, Number.POSITIVE_INFINITY],
      [Number.NaN, 3_000],
      [0.1, 0],
    ] as const)
      expect(() => calibrate([{ years, forward, quotes }])).to.throw(CalibrationError);
    const endless = quotes.with(4, { strike: Number.POSITIVE_INFINITY, volatility: 0.6 });
    expect(() => calibrate([{ years: 0.1, forward: 3_000, quotes: endless }])).to.throw(CalibrationError);
    const raw = quotes.map((quote) => ({
      ...quote,
      instrument: "one",
      expiry: 1.8e9,
      isCall: quote.strike >= 3_000,
      forward: 3_000,
      bid: 1,
      ask: 2,
    }));
    const snapshot = { currency: "ETH", time: 1.79e9, spot: 3_000 };
    expect(assembleChain(snapshot, raw, []).expiries).to.have.length(1);
    for (const change of [
      { spot: 0 },
      { spot: Number.NaN },
      { spot: Number.POSITIVE_INFINITY },
      { time: -1 },
      { time: Number.NaN },
      { time: 1e13 },
    ])
      expect(() => assembleChain({ ...snapshot, ...change }, raw, [])).to.throw(BadSnapshotError);
  });
});
