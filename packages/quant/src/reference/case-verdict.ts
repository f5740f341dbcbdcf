import { assess, type LevelMode, type ParametersOf, type ReferenceAssessment } from "./margin.ts";
import {
  type CaseData,
  type CaseExpectation,
  MARKET_NAMES,
  marketNamed,
  type PortfolioCase,
  parametersOf,
  referenceMarketOf,
  referenceParametersOf,
  referencePortfolioOf,
} from "./portfolio-case.ts";

/** When cases begin, unix seconds, a whole hour; nothing depends on which. */
export const CASE_START = 1_800_000_000;

/** The verdict of full revaluation on a case. */
export function judgeCase(
  data: CaseData,
  made: PortfolioCase,
  mode: LevelMode = "sameLevels",
): ReferenceAssessment {
  const markets = made.markets.map((name) =>
    referenceMarketOf(marketNamed(data, name), CASE_START, Number(made.depegShare)),
  );
  const of = (use: "inForce" | "newRisk"): ParametersOf => {
    const all = MARKET_NAMES.map((name) => referenceParametersOf(parametersOf(data, made, name, use)));
    return (market) => all[market]!;
  };
  const inForce = of("inForce");
  const ramping = Object.keys(made.newRiskParameters).length > 0;
  return assess(
    referencePortfolioOf(made, CASE_START),
    markets,
    inForce,
    mode,
    ramping ? of("newRisk") : inForce,
  );
}

/** The verdict in the words of a case file. */
export function expectationOf(got: ReferenceAssessment): CaseExpectation {
  return {
    equity: dollars(got.equity),
    initial: dollars(got.initial),
    maintenance: dollars(got.maintenance),
    bindingMarket: MARKET_NAMES[got.bindingMarket]!,
    bindingNode: got.bindingNode,
  };
}

/** Four decimals, and no negative zero. */
export const dollars = (amount: number): string => {
  const text = amount.toFixed(4);
  return Number(text) === 0 ? "0.0000" : text;
};

const WIDTH = 110;

/** The text of a case's file, in the repository's form: one line a leg. */
export function caseText(made: PortfolioCase): string {
  const fields = Object.entries(made).map(([key, value]) => {
    const head = `  ${JSON.stringify(key)}: `;
    const flat = `${head}${lineOf(value)}`;
    if (key === "legs" && (made.legs.length > 1 || flat.length >= WIDTH)) {
      return `${head}[\n${made.legs.map((leg) => `    ${lineOf(leg)}`).join(",\n")}\n  ]`;
    }
    const short = key !== "expected" && flat.length < WIDTH;
    return short ? flat : `${head}${JSON.stringify(value, null, 2).replaceAll("\n", "\n  ")}`;
  });
  return `{\n${fields.join(",\n")}\n}\n`;
}

/** A value on one line, with a space inside braces and none inside brackets. */
function lineOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(lineOf).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inside = Object.entries(value).map(([key, part]) => `${JSON.stringify(key)}: ${lineOf(part)}`);
  return inside.length === 0 ? "{}" : `{ ${inside.join(", ")} }`;
}
