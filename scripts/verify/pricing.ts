/**
 * npm run verify:pricing: measures how exact pricing is and writes `bench/results/accuracy.json`. Exit code 1 if a
 * figure misses its target. `BALLAST_VERIFY=black76 npm run verify:pricing` runs one section (or several, by commas);
 * figures of the others stay in the file.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { network } from "hardhat";
import { type Figure, type Measure, meets } from "./section.ts";

/** Sections, each a file in `sections/`, in the order they run. */
const SECTIONS = ["elementary", "black76", "arrays"] as const;

const results = new URL("../../bench/results/", import.meta.url);
const file = new URL("accuracy.json", results);

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

/** Writes the figures into the file beside those that are there already. */
function merge(figures: Readonly<Record<string, Figure>>): void {
  const report = existsSync(file)
    ? (JSON.parse(readFileSync(file, "utf8")) as { figures?: Record<string, Figure> })
    : {};
  const merged = { ...report, figures: { ...report.figures, ...figures } };
  mkdirSync(results, { recursive: true });
  writeFileSync(file, `${JSON.stringify(merged, null, 2)}\n`);
}

let missed = 0;
for (const section of wantedSections()) {
  const { measure } = (await import(`./sections/${section}.ts`)) as { readonly measure: Measure };
  const figures = await measure({ connection: await network.create(), progress });
  merge(figures);
  for (const [name, figure] of Object.entries(figures)) {
    const { value, unit, target } = figure;
    const isMet = meets(figure);
    if (!isMet) missed++;
    const bound = target === undefined ? "" : `, at most ${target} asked for`;
    console.log(`${isMet ? "✔" : "✘"} ${name.padEnd(36)} ${value} ${unit}${bound}`);
  }
}
if (missed > 0) console.log(`${missed} figures miss their targets.`);
process.exitCode = missed === 0 ? 0 : 1;
