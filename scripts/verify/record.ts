import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type Figure, meets } from "./section.ts";

const results = new URL("../../bench/results/", import.meta.url);
const file = new URL("accuracy.json", results);

/** Writes figures into `bench/results/accuracy.json` beside those that are there, prints them, and counts the misses. */
export function record(figures: Readonly<Record<string, Figure>>): number {
  const report = existsSync(file)
    ? (JSON.parse(readFileSync(file, "utf8")) as { figures?: Record<string, Figure> })
    : {};
  const merged = { ...report, figures: { ...report.figures, ...figures } };
  mkdirSync(results, { recursive: true });
  writeFileSync(file, `${JSON.stringify(merged, null, 2)}\n`);
  let missed = 0;
  for (const [name, figure] of Object.entries(figures)) {
    const { value, unit, target, least } = figure;
    const isMet = meets(figure);
    if (!isMet) missed++;
    const from = least === undefined ? "" : `, at least ${least} asked for`;
    const to = target === undefined ? "" : `, at most ${target} asked for`;
    console.log(`${isMet ? "✔" : "✘"} ${name.padEnd(36)} ${value} ${unit}${from}${to}`);
  }
  return missed;
}
