import { expect } from "chai";
import fc from "fast-check";
import { volatilityError } from "../../../scripts/verify/quant/reference.ts";
import {
  BadOptionError,
  ImpliedVolBatch,
  impliedVol,
  type KernelKind,
  NoImpliedVolError,
  price,
} from "../src/index.ts";
import { carefulRow } from "../src/kernel/impliedVolLoop.ts";

const KINDS: readonly KernelKind[] = ["typescript", "wasm"];

/** Price, forward, strike, years and sign. */
type Row = readonly [number, number, number, number, number];

const option = fc
  .record({
    forward: fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
    moneyness: fc.double({ min: -6, max: 6, noNaN: true }),
    volatility: fc.double({ min: 0.01, max: 6, noNaN: true }),
    years: fc.double({ min: 1e-6, max: 5, noNaN: true }),
    sign: fc.constantFrom(-1, 1),
  })
  .map(({ forward, moneyness, volatility, years, sign }) => {
    const strike = forward * Math.exp(moneyness * Math.min(volatility * Math.sqrt(years), 2));
    return { forward, strike, volatility, years, sign, isCall: sign === 1 };
  });
/** Prices of options and what is none. */
const row = fc.oneof(
  option.map((o): Row => [price(o), o.forward, o.strike, o.years, o.sign]),
  fc.tuple(
    fc.double({ min: -1, max: 300, noNaN: false }),
    fc.constantFrom(100, 0, -1, Number.NaN),
    fc.double({ min: 50, max: 200, noNaN: true }),
    fc.constantFrom(0, 1, 2e-9, -1, Number.NaN),
    fc.constantFrom(-1, 1, 0),
  ),
);

function batchOf(rows: readonly Row[], kind: KernelKind): ImpliedVolBatch {
  const batch = new ImpliedVolBatch(rows.length, kind);
  const { price: prices, forward, strike, years, sign } = batch.columns;
  rows.forEach((values, i) => {
    [prices[i], forward[i], strike[i], years[i], sign[i]] = values;
  });
  return batch;
}

function solved(rows: readonly Row[], kind: KernelKind): number[] {
  const batch = batchOf(rows, kind);
  batch.solve(rows.length);
  return Array.from(batch.columns.volatility);
}

describe("quant: the kernel of implied volatilities", () => {
  it("gives the same bits in WebAssembly and in TypeScript, also for what is no option", () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 33 }), (rows) => {
        const [a, b] = KINDS.map((kind) => batchOf(rows, kind));
        expect(a!.solve(rows.length)).to.equal(b!.solve(rows.length));
        expect(a!.columns.volatility).to.deep.equal(b!.columns.volatility);
      }),
      { numRuns: 500 },
    );
  });

  it("finds a volatility that prices were made with", () => {
    fc.assert(
      fc.property(option, (o) => {
        const value = price(o);
        const outside = value - Math.max(o.sign * (o.forward - o.strike), 0);
        const bound = o.isCall ? o.forward : o.strike;
        const lower = Math.min(o.forward, o.strike);
        // Where a price has digits of its time value, and no few of the gap to its bound.
        fc.pre(outside > 1e-3 * value && outside > 1e-250 * lower && bound - value > 1e-3 * bound);
        const [volatility] = solved([[value, o.forward, o.strike, o.years, o.sign]], "typescript");
        expect(volatility! / o.volatility).to.be.closeTo(
          1,
          1e-12 + 3e-15 / (o.volatility * Math.sqrt(o.years)),
        );
        expect(impliedVol(value, o.forward, o.strike, o.years, o.isCall)).to.equal(volatility);
      }),
      { numRuns: 3_000 },
    );
  });

  it("agrees with its careful solution wherever it needs none", () => {
    fc.assert(
      fc.property(option, (o) => {
        const value = price(o);
        const [volatility] = solved([[value, o.forward, o.strike, o.years, o.sign]], "typescript");
        fc.pre(volatility! > 0 && volatility! * Math.sqrt(o.years) > 4e-3);
        const careful = carefulRow(value, o.forward, o.strike, o.years, o.sign);
        expect(careful / volatility!).to.be.closeTo(1, 1e-12);
      }),
      { numRuns: 3_000 },
    );
  });

  it("solves the smallest prices, the shortest times and those next to the bound", () => {
    const rows: readonly Row[] = [
      [5e-324, 1, 2, 1, 1],
      [1e-300, 100, 130, 1, 1],
      [1e-9, 100, 100, 1e-9, 1],
      [1e-12, 100, 100.000001, 1e-4, 1],
      [100 * (1 - 2 ** -53), 100, 100, 1, 1],
      [100 * (1 - 2 ** -50), 100, 1e-3, 1, 1],
      [1e-3 * (1 - 2 ** -52), 100, 1e-3, 1, -1],
      [49.9999999, 100, 1e5, 1, 1],
    ];
    const volatilities = solved(rows, "wasm");
    rows.forEach(([value, forward, strike, years, sign], i) => {
      const volatility = volatilities[i]!;
      expect(volatility, `row ${i}`).to.be.greaterThan(0);
      const option = { forward, strike, volatility, years };
      // A double holds no more of a volatility, and the smallest one no more of a price.
      const precision = i === 0 ? 1e-3 : 1e-12;
      expect(volatilityError(value, option, sign === 1), `row ${i}`).to.be.at.most(precision);
    });
  });

  it("takes the rounding of forward less strike out of a price in the money", () => {
    const [forward, strike, years] = [100, 13.37, 0.25];
    const put = price({ forward, strike, volatility: 1.9, years, isCall: false });
    const [call] = solved([[forward - strike + put, forward, strike, years, 1]], "wasm");
    expect(call).to.be.closeTo(1.9, 1e-9);
  });

  it("says zero at intrinsic and NaN where there is none, and counts those", () => {
    const rows: readonly Row[] = [
      [0, 100, 110, 1, 1],
      [10, 110, 100, 1, 1],
      [0.3 - 0.1, 0.3, 0.1, 1, 1],
      [9.99, 110, 100, 1, 1],
      [110, 110, 100, 1, 1],
      [12, 110, 100, 0, 1],
      [10, 110, 100, 0, 1],
      [-1, 100, 110, 1, 1],
      [1, 100, 110, 1, 2],
      [Number.NaN, 100, 110, 1, 1],
    ];
    for (const kind of KINDS) {
      const batch = batchOf(rows, kind);
      expect(batch.solve(rows.length)).to.equal(6);
      const { NaN: none } = Number;
      expect(Array.from(batch.columns.volatility)).to.deep.equal([
        0,
        0,
        0,
        none,
        none,
        none,
        0,
        none,
        none,
        none,
      ]);
      expect(() => batch.solve(rows.length + 1)).to.throw(BadOptionError, "room for 10");
    }
  });

  it("throws for one option what the batch answers with NaN", () => {
    expect(() => impliedVol(9.99, 110, 100, 1, true)).to.throw(NoImpliedVolError, "below intrinsic");
    expect(() => impliedVol(110, 110, 100, 1, true)).to.throw(NoImpliedVolError, "bound");
    expect(() => impliedVol(12, 110, 100, 0, true)).to.throw(NoImpliedVolError, "expired");
    expect(() => impliedVol(1, 1e101, 100, 1, true)).to.throw(BadOptionError);
  });
});
