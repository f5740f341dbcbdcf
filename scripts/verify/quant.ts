/**
 * npm run verify:quant: measures how exact the numeric kernels and how good the off-chain models are, writes
 * `bench/results/accuracy.json`, and ends with exit code 1 if a figure misses its target.
 * `BALLAST_VERIFY=kernels npm run verify:quant` runs one part of it.
 */
import { network } from "hardhat";
import { record } from "./record.ts";
import type { Measure } from "./section.ts";

/** Parts, each in `quant-<name>.ts`, in the order they run. */
const PARTS = ["kernels", "models"] as const;

const named = process.env["BALLAST_VERIFY"]?.split(",");
const unknown = named?.find((name) => !PARTS.some((part) => part === name));
if (unknown !== undefined) throw new Error(`There is no part "${unknown}"; there are: ${PARTS.join(", ")}.`);
let missed = 0;
for (const part of named ?? PARTS) {
  const { measure } = (await import(`./quant-${part}.ts`)) as { readonly measure: Measure };
  const progress = (message: string) => void process.stderr.write(`  ${message}\n`);
  missed += record(await measure({ connection: await network.create(), progress }));
}
if (missed > 0) console.log(`${missed} figures miss their targets.`);
process.exitCode = missed === 0 ? 0 : 1;
