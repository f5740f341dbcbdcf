/**
 * Writes `test/pricing/vectors/black76.json`, values of the 60-digit reference that tests compare with:
 *   npx tsx scripts/verify/vectors.ts
 */
import { writeFileSync } from "node:fs";
import { edgeCases, randomCases } from "./cases.ts";
import { reference } from "./reference.ts";

/** Beyond the 18 decimals of a wad and the nine digits asked of a Greek there is nothing to compare. */
const DIGITS = 28;
const RANDOM_CASES = 1_800;

const cases = [...edgeCases(), ...randomCases(2_026, RANDOM_CASES, 0.01)];
const rows = cases.map((option) => {
  const exact = reference(option);
  const inputs = [option.forward, option.strike, option.volatility, option.seconds].map(String);
  const outputs = [exact.call, exact.put, exact.delta, exact.putDelta, exact.gamma, exact.vega, exact.theta];
  return [...inputs, ...outputs.map((value) => value.toExponential(DIGITS - 1))];
});
const head = {
  description: "Black-76 by scripts/verify/vectors.ts: 100 digits carried, 28 written",
  columns: [
    ...[
      "forward [wad]",
      "strike [wad]",
      "volatility [wad]",
      "seconds",
      "call",
      "put",
      "callDelta",
      "putDelta",
    ],
    ...["gamma", "vega", "theta"],
  ],
};
const lines = rows.map((row) => `  ${JSON.stringify(row)}`).join(",\n");
writeFileSync(
  new URL("../../test/pricing/vectors/black76.json", import.meta.url),
  `{ "description": ${JSON.stringify(head.description)},\n"columns": ${JSON.stringify(head.columns)},\n"rows": [\n${lines}\n]}\n`,
);
console.log(`${rows.length} cases written.`);
