import { globSync } from "node:fs";
import { type Counts, closingLine, countTests, ROOT, run } from "./lanes/run.ts";
import { runShards } from "./lanes/shards.ts";

const USAGE = `npm test [-- options]

  --lane <name>        only this lane: check, solidity, contracts, packages, faults, replays, e2e
  --intensity <name>   of fuzzing: quick (default), ci, deep
  --help               this text

Without options: check and packages at once, then solidity, then contracts.
`;

/** Runs and depth of Solidity fuzz and invariant tests. */
const INTENSITIES: Readonly<Record<string, NodeJS.ProcessEnv>> = {
  quick: {},
  ci: { BALLAST_FUZZ_RUNS: "5000", BALLAST_INVARIANT_RUNS: "500", BALLAST_INVARIANT_DEPTH: "100" },
  deep: { BALLAST_FUZZ_RUNS: "100000", BALLAST_INVARIANT_RUNS: "5000", BALLAST_INVARIANT_DEPTH: "200" },
};

interface Lane {
  readonly title: string;
  readonly command: readonly string[];
  /** Files that are spread over processes. */
  readonly sharded?: string;
}

const LANES: Readonly<Record<string, Lane>> = {
  check: { title: "form of the repository", command: ["tsx", "scripts/check.ts"] },
  solidity: { title: "Solidity fuzz and invariant tests", command: ["hardhat", "test", "solidity"] },
  contracts: {
    title: "contract tests",
    command: ["hardhat", "test", "mocha", "--no-compile"],
    sharded: "test/!(harness|support)/!(publisher-crashes|publisher-faults).ts",
  },
  faults: {
    title: "a publisher killed, and with a failing node",
    command: ["hardhat", "test", "mocha", "--no-compile", "test/oracle/publisher-{crashes,faults}.ts"],
  },
  packages: {
    title: "tests of the packages",
    command: ["mocha", "--import=tsx", "--timeout=120000", "packages/*/test/**/*.test.ts"],
  },
  replays: {
    title: "replays of recorded crashes",
    command: ["mocha", "--import=tsx", "--timeout=600000", "packages/lab/test/*.replay.ts"],
  },
  e2e: {
    title: "the dApp in Chromium",
    command: ["mocha", "--import=tsx", "--timeout=600000", "app/test/e2e/*.test.ts"],
  },
};
/** One after the other; those of one list at once, for each of them keeps a single core busy. */
const DEFAULT_LANES = [["check", "packages"], ["solidity"], ["contracts"]];

/** Flags as given; a wrong one ends the program with one sentence. */
function parse(argv: readonly string[]): { lanes: readonly (readonly string[])[]; env: NodeJS.ProcessEnv } {
  let lanes: readonly (readonly string[])[] = DEFAULT_LANES;
  let env: NodeJS.ProcessEnv = {};
  for (let i = 0; i < argv.length; i += 2) {
    const [flag, value] = [argv[i], argv[i + 1] ?? ""];
    if (flag === "--help") {
      process.stdout.write(USAGE);
      process.exit(0);
    } else if (flag === "--lane" && LANES[value]) lanes = [[value]];
    else if (flag === "--intensity" && INTENSITIES[value]) env = INTENSITIES[value];
    else {
      process.stderr.write(
        `"${argv.slice(i).join(" ")}" is not understood; npm test -- --help lists the options.\n`,
      );
      process.exit(2);
    }
  }
  return { lanes, env };
}

/** Files a mocha lane runs, expanded here so that no shell has to. */
function expand(command: readonly string[]): string[] {
  return command.flatMap((part) => (/[*{(]/.test(part) ? globSync(part, { cwd: ROOT }).sort() : [part]));
}

/** @param quiet whether what it prints is shown in one piece when it ends */
async function runLane(name: string, env: NodeJS.ProcessEnv, quiet: boolean): Promise<Counts> {
  const lane = LANES[name];
  if (!lane) throw new Error(`There is no lane ${name}.`);
  const heading = `\n=== ${lane.title} ===\n`;
  process.stdout.write(quiet ? `${lane.title} …\n` : heading);
  const started = Date.now();
  const [command = "", ...args] = expand(lane.command);
  const surroundings = { ...env, FORCE_COLOR: "0" };
  const { code, output } = lane.sharded
    ? await runShards(command, args, expand([lane.sharded]), surroundings)
    : await run(command, args, surroundings, quiet);
  if (quiet) process.stdout.write(`${heading}${output}`);
  const counts = countTests(output);
  const nothingRan = counts.passed + counts.failed === 0;
  // A runner that broke, or ran nothing, must not look like one that passed.
  const failed = counts.failed + ((code !== 0 && counts.failed === 0) || nothingRan ? 1 : 0);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  process.stdout.write(`--- ${lane.title}: ${closingLine({ ...counts, failed })} in ${seconds} s\n`);
  return { ...counts, failed };
}

const { lanes, env } = parse(process.argv.slice(2));
const total = { passed: 0, failed: 0, skipped: 0 };
for (const group of lanes) {
  const counts = await Promise.all(group.map((lane) => runLane(lane, env, group.length > 1)));
  for (const { passed, failed, skipped } of counts) {
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
}
process.stdout.write(`\n${closingLine(total)}\n`);
process.exitCode = total.failed === 0 ? 0 : 1;
