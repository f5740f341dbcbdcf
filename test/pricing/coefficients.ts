import { readFileSync } from "node:fs";
import { expect } from "chai";
import { coefficients } from "../../scripts/verify/coefficients.ts";

/** Hexadecimal literals of sources, without padding. */
const literalsOf = (files: readonly string[]): Set<bigint> =>
  new Set(
    files.flatMap((file) =>
      (readFileSync(new URL(`../../${file}`, import.meta.url), "utf8").match(/0x[0-9a-f]+/g) ?? []).map(
        BigInt,
      ),
    ),
  );

describe("Pricing coefficients", () => {
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
