import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { formatDecimal, parseDecimal } from "@ballast/sdk";
import { LabError, runMain, UsageError } from "../failure.ts";
import { type Flag, type Flags, helpText, parseFlags, utcDay, wholeNumber } from "../flags.ts";
import { type PricePoint, parseHistory, sliceHistory } from "../market/history.ts";
import { pathOf, REPLAY_SCENARIOS, scenarioOf } from "../market/scenarios.ts";
import { seededRandom } from "../random.ts";
import { namesOf, type ReplayInput, replay, worstHours } from "../replay.ts";
import { reportHtml } from "../report/html.ts";
import { reportJson } from "../report/json.ts";
import { isGood, type Report } from "../report/model.ts";
import type { Hours, Incidents } from "../session/session.ts";
import { INSURANCE_DOLLARS } from "../world/stage.ts";

const FLAGS = {
  scenario: { kind: "value", value: "<name>", help: `built-in price path: ${REPLAY_SCENARIOS.join(", ")}` },
  prices: {
    kind: "value",
    value: "<file.csv>",
    help: "hourly candles: open_time_unix,open,high,low,close,volume",
  },
  from: { kind: "value", value: "<day>", help: "first day of --prices, such as 2020-03-08" },
  to: { kind: "value", value: "<day>", help: "day after the last of --prices, such as 2020-03-16" },
  "keepers-dead": {
    kind: "value",
    value: "<n>h",
    help: "no keeper does anything for so many hours, such as 6h",
  },
  "feed-frozen": {
    kind: "value",
    value: "<n>h",
    help: "no Chainlink round comes for so many hours, such as 2h",
  },
  "from-hour": {
    kind: "value",
    value: "<n>",
    help: "hour in which that begins (default: so that the deepest fall is in its hour before the last)",
  },
  fund: {
    kind: "value",
    value: "<usdc>",
    help: `what the insurance fund starts with (default ${INSURANCE_DOLLARS})`,
  },
  "vault-slice": {
    kind: "value",
    value: "<%>",
    help: "what the vault's slice pays at most, in percent of its NAV, such as 0.5 (default 2 by event, 5 by year)",
  },
  out: { kind: "value", value: "<folder>", help: "where report.html and report.json go (default reports)" },
  seed: { kind: "value", value: "<n>", help: "seed of the actors (default 1)" },
  help: { kind: "switch", help: "this text" },
} as const satisfies Record<string, Flag>;

const LONGEST_HOURS = 24 * 62;
const LONGEST_INCIDENT = 24;
const LARGEST_FUND = 1_000_000_000;

async function main(argv: readonly string[]): Promise<number> {
  const flags = parseFlags(argv, FLAGS);
  if (flags.has("help")) {
    process.stdout.write(
      helpText(
        "npm run replay -- --scenario 2020-03-12 | --prices <file.csv> --from <day> --to <day>",
        FLAGS,
      ),
    );
    return 0;
  }
  const seed = wholeNumber(flags.value("seed") ?? "1", "seed", 0, 2 ** 32 - 1);
  const given = await readInput(flags, seed);
  const incidents = readIncidents(flags, given.path);
  const insurance = flags.value("fund");
  const slice = flags.value("vault-slice");
  const input = {
    ...given,
    incidents,
    scenario: [given.scenario, ...namesOf(incidents)].join(", "),
    ...(insurance === undefined
      ? {}
      : { insuranceDollars: BigInt(wholeNumber(insurance, "fund", 0, LARGEST_FUND)) }),
    ...(slice === undefined ? {} : { vaultSlice: sliceOf(slice) }),
  };
  const report = await replay(input, seed);
  const folder = flags.value("out") ?? "reports";
  await writeReport(folder, report);
  process.stdout.write(`${summary(report, folder)}\n`);
  return isGood(report) ? 0 : 1;
}

async function readInput(flags: Flags, seed: number): Promise<ReplayInput> {
  const name = flags.value("scenario");
  const file = flags.value("prices");
  if ((name === undefined) === (file === undefined))
    throw new UsageError("Give either --scenario or --prices; try --help.");
  if (name !== undefined) {
    if (flags.has("from") || flags.has("to")) throw new UsageError("--from and --to go with --prices only.");
    if (!REPLAY_SCENARIOS.includes(name)) {
      throw new UsageError(`There is no scenario "${name}"; there is ${REPLAY_SCENARIOS.join(", ")}.`);
    }
    const scenario = scenarioOf(name);
    return {
      title: scenario.title,
      scenario: name,
      path: pathOf(scenario, seededRandom(seed)),
      expectLiquidation: true,
    };
  }
  return readPrices(file ?? "", flags);
}

async function readPrices(file: string, flags: Flags): Promise<ReplayInput> {
  const [fromText, toText] = [flags.value("from"), flags.value("to")];
  if (fromText === undefined || toText === undefined) throw new UsageError("--prices needs --from and --to.");
  const [from, to] = [utcDay(fromText, "from"), utcDay(toText, "to")];
  if (to <= from) throw new UsageError("--to must be after --from.");
  if ((to - from) / 3600 > LONGEST_HOURS)
    throw new UsageError("--from and --to may be 62 days apart at most.");
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new LabError(
      `Cannot read ${file}: ${error.code === "ENOENT" ? "there is no such file" : (error.code ?? "it failed")}.`,
    );
  });
  const path = sliceHistory(parseHistory(text, file), from, to, file);
  return {
    title: `${basename(file).startsWith("btc") ? "Bitcoin" : "Ether"}, ${fromText} to ${toText}`,
    scenario: `prices ${fromText} to ${toText}`,
    path,
    expectLiquidation: false,
  };
}

/** Percent as a share [wad]. */
function sliceOf(text: string): bigint {
  if (!/^\d{1,2}(\.\d{1,6})?$/.test(text) || Number(text) > 20)
    throw new UsageError(`--vault-slice must be a number from 0 to 20, not "${text}".`);
  return parseDecimal(text) / 100n;
}

function readIncidents(flags: Flags, path: readonly PricePoint[]): Incidents {
  const first = flags.value("from-hour");
  const hours = (name: "keepers-dead" | "feed-frozen"): Hours | undefined => {
    const text = flags.value(name);
    if (text === undefined) return undefined;
    if (!text.endsWith("h"))
      throw new UsageError(`--${name} must be a number of hours such as 6h, not "${text}".`);
    const length = wholeNumber(text.slice(0, -1), name, 1, LONGEST_INCIDENT);
    if (first === undefined) return worstHours(path, length);
    const from = wholeNumber(first, "from-hour", 0, path.length - 1);
    return { from, to: from + length };
  };
  const [keepersDead, feedFrozen] = [hours("keepers-dead"), hours("feed-frozen")];
  if (first !== undefined && !keepersDead && !feedFrozen)
    throw new UsageError("--from-hour goes with --keepers-dead or --feed-frozen only.");
  return { ...(keepersDead ? { keepersDead } : {}), ...(feedFrozen ? { feedFrozen } : {}) };
}

async function writeReport(folder: string, report: Report): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "report.html"), reportHtml(report));
    await writeFile(join(folder, "report.json"), reportJson(report));
  } catch (error) {
    throw new LabError(`Cannot write to ${folder}: ${(error as NodeJS.ErrnoException).code ?? "it failed"}.`);
  }
}

function summary(report: Report, folder: string): string {
  const { auctions, losses, trades, hedges } = report.chronicle;
  const head = `${report.title}: ${report.session.snapshots.length} hours, ${trades.length} trades, ${hedges.length} hedges, ${auctions.length} auctions, ${losses.length} losses.`;
  const { damage } = report;
  const cost = `Damage: ${formatDecimal(damage.shortfall)} USD of losses (fund ${formatDecimal(damage.insurance)}, vault ${formatDecimal(damage.vault)}, all claims ${formatDecimal(damage.shared)}); deepest debt ${formatDecimal(damage.deepestDebt)} USD.`;
  const verdict = report.faults.length === 0 ? "The books balance to the wei." : report.faults.join("\n");
  return [head, cost, verdict, `Report in ${join(folder, "report.html")} and report.json.`].join("\n");
}

await runMain("replay", main);
