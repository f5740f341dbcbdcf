/** Black-76 against the 60-digit reference: the BigInt mirror on many cases, the contract on some of them. */
import * as mirror from "../../../packages/quant/src/exact/black76.ts";
import { edgeCases, randomCases } from "../cases.ts";
import { errorOverForward, relativeErrors } from "../errors.ts";
import { type OptionCase, reference } from "../reference.ts";
import type { Bench, Figure } from "../section.ts";

const MIRROR_CASES = 20_000;
const CONTRACT_CASES = 3_000;
/** Cases between two lines of progress. */
const STEP = 2_000;

/** Measures on the mirror, which a test shows to be bit-identical, and repeats a part on the contract itself. */
export async function measure({ connection, progress }: Bench): Promise<Record<string, Figure>> {
  const cases = [...randomCases(76, MIRROR_CASES), ...edgeCases()];
  const greeks: Record<string, number> = { callDelta: 0, putDelta: 0, gamma: 0, vega: 0, theta: 0 };
  let value = 0;
  for (const [i, option] of cases.entries()) {
    const exact = reference(option);
    const got = greeksOf(option);
    value = Math.max(value, errorOverForward(option, got, exact));
    for (const [name, error] of Object.entries(relativeErrors(got, exact))) {
      greeks[name] = Math.max(greeks[name]!, error);
    }
    if ((i + 1) % STEP === 0)
      progress(`black76: ${i + 1} of ${cases.length} cases, mirror against reference`);
  }
  const differing = await contractDifferences(cases.slice(0, CONTRACT_CASES), connection, progress);
  return {
    "black76.maxErrorOverForward": { value, unit: "of the forward", target: 1e-15 },
    "greeks.maxRelativeError": {
      value: Math.max(...Object.values(greeks)),
      unit: "relative, where the Greek is above 1e-9",
      target: 1e-9,
    },
    ...Object.fromEntries(
      Object.entries(greeks).map(([name, error]) => [
        `greeks.maxRelativeError.${name}`,
        { value: error, unit: "relative, where it is above 1e-9", target: 1e-9 },
      ]),
    ),
    "black76.cases": { value: cases.length, unit: "cases" },
    "black76.contractCases": { value: CONTRACT_CASES, unit: "cases" },
    "black76.contractDifferences": { value: differing, unit: "cases not equal to the last bit", target: 0 },
  };
}

const greeksOf = ({ forward, strike, volatility, seconds }: OptionCase) =>
  mirror.greeks(forward, strike, volatility, seconds);

async function contractDifferences(
  cases: readonly OptionCase[],
  { ethers }: Bench["connection"],
  progress: Bench["progress"],
): Promise<number> {
  const harness = await ethers.deployContract("PricingHarness");
  let differing = 0;
  for (const [i, option] of cases.entries()) {
    const { forward, strike, volatility, seconds } = option;
    const [got] = await harness.greeks(forward, strike, volatility, seconds);
    const expected = greeksOf(option);
    const isEqual = (Object.keys(expected) as (keyof typeof expected)[]).every(
      (name) => got[name] === expected[name],
    );
    if (!isEqual) differing++;
    if ((i + 1) % STEP === 0) progress(`black76: ${i + 1} of ${cases.length} cases, contract against mirror`);
  }
  return differing;
}
