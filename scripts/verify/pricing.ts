/**
 * npm run verify:pricing: measures how exact pricing is and writes `bench/results/accuracy.json`. Exit code 1 if a
 * figure misses its target. `BALLAST_VERIFY=black76 npm run verify:pricing` runs one section (or several, by commas);
 * figures of the others stay in the file.
 */
import { network } from "hardhat";
import { record } from "./record.ts";
import type { Measure } from "./section.ts";

/** Sections, each a file in `sections/`, in the order they run. */
const SECTIONS = ["elementary", "black76", "arrays"] as const;

function wantedSections(): readonly string[] {
  const named = process.env["BALLAST_VERIFY"]?.split(",");
  const unknown = named?.find((name) => !SECTIONS.some((section) => section === name));
  if (unknown !== undefined) {
    throw new Error(`There is no section "${unknown}"; there are: ${SECTIONS.join(", ")}.`);
  }
  return named ?? SECTIONS;
}

/** Progress goes to stderr, so that stdout has the figures alone. */
function progress(message: string): void {
  process.stderr.write(`  ${message}\n`);
}

let missed = 0;
for (const section of wantedSections()) {
  const { measure } = (await import(`./sections/${section}.ts`)) as { readonly measure: Measure };
  const figures = await measure({ connection: await network.create(), progress });
  missed += record(figures);
}
if (missed > 0) console.log(`${missed} figures miss their targets.`);
process.exitCode = missed === 0 ? 0 : 1;
