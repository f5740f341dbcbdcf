import { readFileSync } from "node:fs";
import { expect } from "chai";
import { coefficients, millsFraction } from "../../scripts/verify/coefficients.ts";

/** Hexadecimal literals of sources, without padding. */
const literalsOf = (files: readonly string[]): Set<bigint> =>
  new Set(
    files.flatMap((file) =>
      (readFileSync(new URL(`../../${file}`, import.meta.url), "utf8").match(/0x[0-9a-f]+/g) ?? []).map(
        BigInt,
      ),
    ),
  );

describe("PRC-04: pricing coefficients", () => {
  const derived = coefficients();

  it("stand in the contracts as they are derived", () => {
    const literals = literalsOf(["contracts/libraries/FixedPoint.sol", "contracts/pricing/Black76.sol"]);
    const missing = Object.keys(derived).filter((name) => !literals.has(derived[name]!));
    expect(missing).to.deep.equal([]);
  });

  it("stand in the mirror as they are derived", () => {
    const literals = literalsOf([
      "packages/quant/src/exact/fixed-point.ts",
      "packages/quant/src/exact/black76.ts",
    ]);
    const missing = Object.keys(derived).filter((name) => !literals.has(derived[name]!));
    expect(missing).to.deep.equal([]);
  });
});

describe("PRC-04: the fraction of the Mills ratio", () => {
  const { a, b } = millsFraction();
  const signs = a.map((_, i) => (i === 3 || i === 4 ? -1 : 1));

  it("has no partial denominator near zero where it is evaluated, so that no division can go wrong", () => {
    let smallest = Number.POSITIVE_INFINITY;
    for (let x = 0; x <= 32; x += 0.001) {
      let t = 0;
      for (let i = a.length - 1; i >= 0; i--) {
        t = x + Number(a[i]) + (i < b.length ? Number(b[i]) / t : 0);
        expect(Math.sign(t), `denominator ${i} at ${x}`).to.equal(signs[i]);
        smallest = Math.min(smallest, Math.abs(t));
      }
    }
    // Slopes are below 60, so nothing happens between two points that far from zero.
    expect(smallest).to.be.greaterThan(0.5);
  });
});
