import { expect } from "chai";
import {
  CASE_START,
  caseText,
  exactMarketOf,
  expectationOf,
  judgeCase,
  marketIndex,
  mirrorCase,
  type PortfolioCase,
} from "../../packages/quant/src/reference/index.ts";
import { readCases } from "../support/cases.ts";

const { data, files } = readCases();
const start = BigInt(CASE_START);

/** Sum of |quantity| * spot over legs, and collateral at spot [USD]. */
function grossOf(made: PortfolioCase): number {
  const spots = new Map(
    made.markets.map((name) => {
      const { market, spot } = exactMarketOf(data, made, name, start);
      return [market, Number(spot) / 1e18];
    }),
  );
  const legs = made.legs.map((leg) => Math.abs(Number(leg.quantity)) * spots.get(marketIndex(leg.market))!);
  const collateral = Object.entries(made.collateral).map(
    ([name, amount]) => Number(amount) * spots.get(marketIndex(name as "ETH"))!,
  );
  return [...legs, ...collateral].reduce((total, part) => total + part, 0);
}

describe("Portfolio cases", () => {
  it("has at least sixty, one a file, each under its own name", () => {
    expect(files.length).to.be.greaterThan(59);
    for (const { path, made } of files) expect(path.endsWith(`/${made.name}.json`), path).to.equal(true);
  });

  it("holds what full revaluation gives, byte for byte as `npm run cases` writes it", () => {
    for (const { text, made } of files) {
      expect(text).to.equal(caseText({ ...made, expected: expectationOf(judgeCase(data, made)) }));
    }
  });

  for (const { made } of files) {
    it(`${made.name}: arrays ask for what full revaluation asks for, within 2 bps of gross notional`, () => {
      const reference = judgeCase(data, made);
      const got = mirrorCase(data, made, start);
      const limit = (grossOf(made) * 2) / 10_000 + 1e-6;
      const initial = Number(got.initialRequirement) / 1e18;
      const equity = Number(got.equity) / 1e18;
      // Hardhat's matchers take whole numbers only, so distances are compared here.
      const distances = {
        initial: initial - reference.initial,
        maintenance: Number(got.maintenanceRequirement) / 1e18 - reference.maintenance,
        equity: equity - reference.equity,
      };
      for (const [name, distance] of Object.entries(distances)) {
        expect(Math.abs(distance) <= limit, `${name} is off by ${distance}`).to.equal(true);
      }
      expect(equity - initial - limit <= reference.equity - reference.initial).to.equal(true);
    });
  }
});
