import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  BACKTEST_ASSETS,
  type BacktestAsset,
  backtestPage,
  playScenario,
  readRecorded,
  SCENARIOS,
  type Simulation,
  type Summary,
  tablesOf,
} from "../backtest/index.ts";
import { runMain, UsageError } from "../failure.ts";
import { type Flag, type Flags, helpText, parseFlags, utcDay, wholeNumber } from "../flags.ts";

const DATA = process.env["BALLAST_DATA"] ?? fileURLToPath(new URL("../../../../../shared/", import.meta.url));

const FLAGS = {
  asset: { kind: "value", value: "<name>", help: `${BACKTEST_ASSETS.join(" or ")} (default both)` },
  scenario: {
    kind: "value",
    value: "<name>",
    help: `one of ${SCENARIOS.map(({ name }) => name).join(", ")} (default all)`,
  },
  from: { kind: "value", value: "<day>", help: "first day (default 2020-01-01)" },
  to: { kind: "value", value: "<day>", help: "day after the last (default 2026-03-01)" },
  capital: { kind: "value", value: "<usd>", help: "what LPs bring (default 2000000)" },
  seed: { kind: "value", value: "<n>", help: "seed of those who trade (default 1)" },
  data: { kind: "value", value: "<folder>", help: "where the recorded prices and volatilities are" },
  out: { kind: "value", value: "<folder>", help: "where backtest.html goes (default reports)" },
  results: { kind: "value", value: "<file>", help: "where to write the figures as JSON besides" },
  help: { kind: "switch", help: "this text" },
} as const satisfies Record<string, Flag>;

async function main(argv: readonly string[]): Promise<number> {
  const flags = parseFlags(argv, FLAGS);
  if (flags.has("help")) {
    process.stdout.write(helpText("npm run backtest -- [flags]", FLAGS));
    return 0;
  }
  const assets = chosen("asset", flags.value("asset"), BACKTEST_ASSETS);
  const scenarios = chosen(
    "scenario",
    flags.value("scenario"),
    SCENARIOS.map(({ name }) => name),
  );
  const input = readInput(flags);
  const folder = flags.value("data") ?? join(DATA, "data");
  const results: Record<string, Record<string, Summary>> = {};
  const bases: Record<string, Simulation> = {};
  for (const asset of assets) {
    const recorded = await readRecorded(folder, asset as BacktestAsset);
    const summaries: Record<string, Summary> = {};
    for (const scenario of SCENARIOS.filter(({ name }) => scenarios.includes(name))) {
      const { summary, simulation } = playScenario(asset, recorded, scenario, input);
      summaries[scenario.name] = summary;
      bases[asset] ??= simulation;
      process.stderr.write(`\r${" ".repeat(60)}\r`);
      process.stdout.write(
        `${asset} ${scenario.name}: ${(100 * summary.annualReturn).toFixed(1)} % a year, drawdown ${(100 * summary.drawdown).toFixed(1)} %\n`,
      );
    }
    results[asset] = summaries;
  }
  const page = join(flags.value("out") ?? "reports", "backtest.html");
  await write(page, backtestPage(results, bases));
  for (const { title, head, rows } of tablesOf(results)) {
    process.stdout.write(`\n${title}\n${[head, ...rows].map((row) => row.join(" | ")).join("\n")}\n`);
  }
  process.stdout.write(`\nReport in ${page}.\n`);
  const file = flags.value("results");
  if (file !== undefined) {
    const { capital, seed } = input;
    await write(
      file,
      `${JSON.stringify({ capital, seed, from: input.from, to: input.to, results }, rounded, 2)}\n`,
    );
  }
  return 0;
}

function chosen(flag: string, name: string | undefined, names: readonly string[]): readonly string[] {
  if (name === undefined) return names;
  if (!names.includes(name))
    throw new UsageError(`There is no ${flag} "${name}"; there is ${names.join(", ")}.`);
  return [name];
}

function readInput(flags: Flags) {
  const from = utcDay(flags.value("from") ?? "2020-01-01", "from");
  const to = utcDay(flags.value("to") ?? "2026-03-01", "to");
  if (to - from < 30 * 86_400) throw new UsageError("--to must be a month after --from at least.");
  return {
    from,
    to,
    capital: wholeNumber(flags.value("capital") ?? "2000000", "capital", 10_000, 1_000_000_000),
    seed: wholeNumber(flags.value("seed") ?? "1", "seed", 0, 2 ** 32 - 2),
    onProgress: (scenario: string, share: number) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${scenario} ${Math.round(100 * share)} %`);
    },
  };
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

/** Figures to six digits, the same on every machine. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toPrecision(6)) : value;
}

await runMain("backtest", main);
