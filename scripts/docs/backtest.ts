import { readFileSync } from "node:fs";
import { join } from "node:path";
import { markdownOf, type Results, tablesOf } from "../../packages/lab/src/backtest/tables.ts";
import { ROOT } from "../lanes/run.ts";

/** The figures of the last backtest, by asset and scenario. */
export function backtestResults(): Results {
  const text = readFileSync(join(ROOT, "bench/results/backtest.json"), "utf8");
  return (JSON.parse(text) as { results: Results }).results;
}

/** Every table of the backtest for docs/BACKTEST.md. */
export function backtestTables(): string {
  return tablesOf(backtestResults()).map(markdownOf).join("\n\n");
}
