import { expect } from "chai";
import fc from "fast-check";
import { quantCoefficients } from "../../../scripts/verify/quant/coefficients.ts";
import { BadOptionError, GreeksBatch, greeks, hasSimd, type KernelKind, NoSimdError } from "../src/index.ts";
import { EXP, FAR, LOG, MILLS, NEAR } from "../src/kernel/coefficients.ts";
import { exponential, logRatio } from "../src/kernel/elementary.ts";
import { ColumnMemory } from "../src/kernel/memory.ts";

const OUTPUTS = ["price", "delta", "gamma", "vega", "theta", "rho", "vanna", "volga", "charm"] as const;
const KINDS: readonly KernelKind[] = ["typescript", "wasm"];

/** Forward, strike, volatility, years and sign. */
type Row = readonly [number, number, number, number, number];

const row = fc
  .record({
    forward: fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
    moneyness: fc.double({ min: -30, max: 30, noNaN: true }),
    volatility: fc.oneof(fc.double({ min: 0.01, max: 8, noNaN: true }), fc.constant(0)),
    years: fc.oneof(fc.double({ min: 1e-6, max: 5, noNaN: true }), fc.constant(0)),
    sign: fc.constantFrom(-1, 1),
  })
  .map(({ forward, moneyness, volatility, years, sign }): Row => {
    const spread = Math.exp(moneyness * Math.min(volatility * Math.sqrt(years), 1));
    return [forward, forward * spread, volatility, years, sign];
  });

function filled(rows: readonly Row[], kind: KernelKind): GreeksBatch {
  const batch = new GreeksBatch(rows.length + 1, kind);
  const { forward, strike, volatility, years, sign } = batch.columns;
  rows.forEach((values, i) => {
    [forward[i], strike[i], volatility[i], years[i], sign[i]] = values;
  });
  return batch;
}

function computed(rows: readonly Row[], kind: KernelKind): GreeksBatch {
  const batch = filled(rows, kind);
  batch.compute(rows.length);
  return batch;
}

describe("quant: the kernel of prices and Greeks", () => {
  it("has the polynomials that 100 digits give", () => {
    expect(quantCoefficients()).to.deep.equal({ MILLS, EXP, LOG, NEAR, FAR });
  });

  it("gives the same bits in WebAssembly and in TypeScript", () => {
    expect(hasSimd()).to.equal(true);
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 33 }), (rows) => {
        const [a, b] = KINDS.map((kind) => computed(rows, kind).columns);
        for (const name of OUTPUTS) expect(a![name], name).to.deep.equal(b![name]);
      }),
      { numRuns: 300 },
    );
  });

  it("agrees with the functions for one option", () => {
    fc.assert(
      fc.property(row, ([forward, strike, volatility, years, sign]) => {
        const { columns } = computed([[forward, strike, volatility, years, sign]], "typescript");
        const one = greeks({ forward, strike, volatility, years, isCall: sign === 1 });
        const larger = Math.max(forward, strike);
        // What a Greek is at most about; near its zeros only the sizes of its terms can be held to a precision.
        const scales: Partial<Record<(typeof OUTPUTS)[number], number>> = {
          price: larger,
          rho: years * larger,
          vanna: 1 / volatility,
          volga: (forward * Math.sqrt(years)) / volatility,
          charm: 1 / years,
        };
        for (const name of OUTPUTS) {
          const error = Math.abs(columns[name][0]! - one[name]);
          const scale = volatility * years > 0 ? (scales[name] ?? 0) : 0;
          expect(error, name).to.be.at.most(1e-10 * Math.abs(one[name]) + 1e-14 * scale + 1e-25);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("writes nothing behind the options it was asked for", () => {
    for (const kind of KINDS) {
      for (const count of [0, 1, 2, 3]) {
        const batch = filled(new Array<Row>(5).fill([100, 110, 0.5, 1, 1]), kind);
        for (const name of OUTPUTS) batch.columns[name].fill(7);
        batch.compute(count);
        for (const name of OUTPUTS) {
          expect(Array.from(batch.columns[name].slice(count)).every((value) => value === 7)).to.equal(true);
          expect(Array.from(batch.columns[name].slice(0, count)).includes(7)).to.equal(false);
        }
      }
    }
  });

  it("names the first option that is none", () => {
    const good: Row = [100, 110, 0.5, 1, 1];
    const bad: readonly Row[] = [
      [0, 110, 0.5, 1, 1],
      [100, -1, 0.5, 1, 1],
      [100, Number.POSITIVE_INFINITY, 0.5, 1, 1],
      [Number.NaN, 110, 0.5, 1, 1],
      [100, Number.NaN, 0.5, 1, 1],
      [100, 110, -0.1, 1, 1],
      [100, 110, Number.NaN, 1, 1],
      [100, 110, 0.5, -1, 1],
      [100, 110, 0.5, Number.NaN, 1],
      [100, 110, 0.5, 1e7, 1],
      [100, 110, 0.5, 1, 0],
      [100, 110, 0.5, 1, Number.NaN],
    ];
    for (const kind of KINDS) {
      for (const option of bad) {
        for (const at of [0, 1, 2]) {
          const rows = [good, good, good].map((other, i) => (i === at ? option : other));
          expect(() => computed(rows, kind), `${option}`).to.throw(BadOptionError, `Option ${at} `);
        }
      }
      expect(() => filled([good], kind).compute(3)).to.throw(BadOptionError, "room for 2");
      expect(() => filled([good], kind).compute(Number.NaN)).to.throw(BadOptionError, "room for 2");
    }
  });

  it("says so if the engine takes no such module", () => {
    const memory = new ColumnMemory(["price"], 8);
    expect(() => memory.instantiate(Uint8Array.of(1, 2, 3))).to.throw(NoSimdError, "SIMD");
  });

  it("has an exponential and a logarithm like the engine's", () => {
    fc.assert(
      fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => {
        expect(exponential(x) / Math.exp(x)).to.be.closeTo(1, 5e-16);
      }),
    );
    fc.assert(
      fc.property(
        fc.double({ min: 1e-90, max: 1e90, noNaN: true }),
        fc.double({ min: 1e-90, max: 1e90, noNaN: true }),
        (a, b) => {
          expect(logRatio(a, b)).to.be.closeTo(Math.log(a) - Math.log(b), 1e-13);
        },
      ),
    );
    expect(exponential(-1e9)).to.be.below(1e-300);
    expect(logRatio(1 + 2 ** -50, 1)).to.equal(2 ** -50 - 2 ** -101);
  });
});
