import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LabError, runMain, UsageError } from "../failure.ts";
import { type Flag, type Flags, helpText, parseFlags, utcDay, wholeNumber } from "../flags.ts";
import { type PricePoint, parseHistory, sliceHistory } from "../market/history.ts";
import { pathOf, REPLAY_SCENARIOS, scenarioOf } from "../market/scenarios.ts";
import { listExpiries } from "../market/surface.ts";
import { seededRandom } from "../random.ts";
import { buildReport } from "../report/build.ts";
import { reportHtml } from "../report/html.ts";
import { reportJson } from "../report/json.ts";
import { isGood, type Report } from "../report/model.ts";
import { playSession } from "../session/session.ts";
import { simulatedClock } from "../world/clock.ts";
import { setStage } from "../world/stage.ts";

const FLAGS = {
  scenario: { kind: "value", value: "<name>", help: `built-in price path: ${REPLAY_SCENARIOS.join(", ")}` },
  prices: {
    kind: "value",
    value: "<file.csv>",
    help: "hourly candles: open_time_unix,open,high,low,close,volume",
  },
  from: { kind: "value", value: "<day>", help: "first day of --prices, such as 2020-03-08" },
  to: { kind: "value", value: "<day>", help: "day after the last of --prices, such as 2020-03-16" },
  out: { kind: "value", value: "<folder>", help: "where report.html and report.json go (default reports)" },
  seed: { kind: "value", value: "<n>", help: "seed of the actors (default 1)" },
  help: { kind: "switch", help: "this text" },
} as const satisfies Record<string, Flag>;

/** Days after the start on which options expire. */
const EXPIRY_DAYS = [2, 3, 5, 7, 12, 19, 26];
/** The chain exists this long before the first price. */
const LEAD = 3600;
const LONGEST_HOURS = 24 * 62;

interface Input {
  readonly title: string;
  readonly scenario: string;
  readonly path: readonly PricePoint[];
  readonly expectLiquidation: boolean;
}

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
  const input = await readInput(flags, seed);
  const report = await replay(input, seed);
  const folder = flags.value("out") ?? "reports";
  await writeReport(folder, report);
  process.stdout.write(`${summary(report, folder)}\n`);
  return isGood(report) ? 0 : 1;
}

async function readInput(flags: Flags, seed: number): Promise<Input> {
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

async function readPrices(file: string, flags: Flags): Promise<Input> {
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
    title: `Ether, ${fromText} to ${toText}`,
    scenario: `prices ${fromText} to ${toText}`,
    path,
    expectLiquidation: false,
  };
}

async function replay(input: Input, seed: number): Promise<Report> {
  const first = input.path[0];
  if (!first) throw new LabError("There are no prices to replay.");
  const { network } = await import("hardhat");
  const connection = await network.create({
    network: "hardhat",
    override: { initialDate: new Date((first.time - LEAD) * 1000).toISOString(), gas: 15_000_000 },
  });
  try {
    const clock = simulatedClock(connection.provider);
    const world = await setStage(connection, first.price);
    const session = await playSession(world, clock, {
      path: input.path,
      expiries: listExpiries(first.time, expiryDays(input.path.length)),
      random: seededRandom(seed),
    });
    const { title, scenario, expectLiquidation } = input;
    return await buildReport(world, session, { title, scenario, expectLiquidation, seed });
  } finally {
    await connection.close();
  }
}

/** The usual expiries, and weekly ones after them for as long as the replay lasts. */
function expiryDays(hours: number): number[] {
  const days = [...EXPIRY_DAYS];
  for (let day = 33; day < hours / 24 + 33; day += 7) days.push(day);
  return days;
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
  const verdict = report.faults.length === 0 ? "The books balance to the wei." : report.faults.join("\n");
  return [head, verdict, `Report in ${join(folder, "report.html")} and report.json.`].join("\n");
}

await runMain("replay", main);
