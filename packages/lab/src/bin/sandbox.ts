import { setTimeout as sleep } from "node:timers/promises";
import { formatDecimal } from "@ballast/sdk";
import { runMain } from "../failure.ts";
import { type Flag, helpText, parseFlags, wholeNumber } from "../flags.ts";
import { pathOf, scenarioOf, walkOn } from "../market/scenarios.ts";
import { listExpiries } from "../market/surface.ts";
import { seededRandom } from "../random.ts";
import { buildReport } from "../report/build.ts";
import { type RunningApp, serveApp, writeDeployment } from "../sandbox/app.ts";
import { requireFreePort, startChain } from "../sandbox/chain.ts";
import { checksText, sessionChecks } from "../sandbox/verdict.ts";
import { coverText, showSnapshot } from "../sandbox/view.ts";
import { playSession } from "../session/session.ts";
import { simulatedClock } from "../world/clock.ts";
import { INSURANCE_DOLLARS, setStage } from "../world/stage.ts";
import { everyone } from "../world/world.ts";

const FLAGS = {
  once: {
    kind: "switch",
    help: "play one session of four simulated days, print its checks and leave; non-zero if one fails",
  },
  port: { kind: "value", value: "<n>", help: "port of the chain (default 8545)" },
  "app-port": { kind: "value", value: "<n>", help: "port of the dApp (default 5173)" },
  "no-app": { kind: "switch", help: "do not serve the dApp" },
  pace: { kind: "value", value: "<ms>", help: "milliseconds between simulated hours (default 4000)" },
  seed: { kind: "value", value: "<n>", help: "seed of prices and actors (default 1)" },
  help: { kind: "switch", help: "this text" },
} as const satisfies Record<string, Flag>;

const HOUR = 3600;
const DAY = 24 * HOUR;
/** Expiries of the first weeks, days after the start; weekly ones follow. */
const EXPIRY_DAYS = [2, 3, 7, 10, 14, 21];
const WEEKS_LISTED = 100;
/** What the hedge may borrow on Aave to sell short [wei]. */
const LENT_WETH = 5_000n * 10n ** 18n;

async function main(argv: readonly string[]): Promise<number> {
  const flags = parseFlags(argv, FLAGS);
  if (flags.has("help")) {
    process.stdout.write(helpText("npm start -- [--once]", FLAGS));
    return 0;
  }
  const number = (name: keyof typeof FLAGS, fallback: string, least: number, most: number) =>
    wholeNumber(flags.value(name) ?? fallback, name, least, most);
  const options = {
    once: flags.has("once"),
    withApp: !flags.has("once") && !flags.has("no-app"),
    port: number("port", "8545", 1, 65_535),
    appPort: number("app-port", "5173", 1, 65_535),
    pace: number("pace", "4000", 0, 3_600_000),
    seed: number("seed", "1", 0, 2 ** 32 - 1),
  };
  return options.once ? playOnce(options) : stayOpen(options);
}

interface Options {
  readonly withApp: boolean;
  readonly port: number;
  readonly appPort: number;
  readonly pace: number;
  readonly seed: number;
}

/** The next midnight, at which the simulated market opens. */
function openingTime(): number {
  return Math.ceil(Date.now() / 1000 / DAY) * DAY;
}

async function open(options: Options) {
  const start = openingTime();
  const scenario = scenarioOf("sandbox");
  const path = pathOf(scenario, seededRandom(options.seed), start);
  if (options.withApp) await requireFreePort(options.appPort, "app-port");
  say(`Starting a chain on port ${options.port} …`);
  const chain = await startChain(options.port, start - HOUR);
  try {
    const clock = simulatedClock(chain.connection.provider);
    say("Deploying USDC, WETH, Permit2, Multicall3, Chainlink, Uniswap v3, Aave v3 and Ballast …");
    const world = await setStage(
      chain.connection,
      path[0]?.price ?? 0n,
      chain.deploymentId,
      INSURANCE_DOLLARS,
      LENT_WETH,
    );
    const weekly = Array.from({ length: WEEKS_LISTED }, (_, week) => 28 + 7 * week);
    return {
      chain,
      clock,
      world,
      scenario,
      path,
      expiries: listExpiries(start, [...EXPIRY_DAYS, ...weekly]),
    };
  } catch (error) {
    await chain.close();
    throw error;
  }
}

async function playOnce(options: Options): Promise<number> {
  const { chain, clock, world, scenario, path, expiries } = await open(options);
  try {
    const names = namesOf(world);
    const session = await playSession(world, clock, {
      path,
      expiries,
      random: seededRandom(options.seed),
      observe: (snapshot) => {
        if (snapshot.hour % 8 === 0) showSnapshot(plain, snapshot, names, []);
      },
    });
    const about = {
      title: scenario.title,
      scenario: scenario.name,
      seed: options.seed,
      expectLiquidation: true,
    };
    const checks = sessionChecks(await buildReport(world, session, about));
    say(checksText(checks));
    const last = session.snapshots.at(-1);
    if (last) say(`Insurance fund: ${formatDecimal(last.fund, 2, 6)} USDC; ${coverText(last.cover)}.`);
    const failed = checks.filter((check) => !check.passed).length;
    say(failed === 0 ? "The session went as it should." : `${failed} checks failed.`);
    return failed === 0 ? 0 : 1;
  } finally {
    await chain.close();
  }
}

async function stayOpen(options: Options): Promise<number> {
  const opened = await open(options);
  let app: RunningApp | undefined;
  try {
    const file = await writeDeployment(opened.world.deployment);
    app = options.withApp ? await serveApp(options.appPort, opened.chain.url) : undefined;
    const footer = [
      `Chain      ${opened.chain.url} (id ${opened.world.deployment.chainId})`,
      `Addresses  ${file}`,
      `dApp       ${app?.url ?? "not served"}`,
      "Leave with Ctrl-C.",
    ];
    say(footer.join("\n"));
    await Promise.race([playOn(opened, options, footer), leaveSignal()]);
    return 0;
  } finally {
    await app?.close();
    await opened.chain.close();
  }
}

/** Plays the market until somebody leaves. */
async function playOn(opened: Awaited<ReturnType<typeof open>>, options: Options, footer: readonly string[]) {
  const { world, clock, path, expiries } = opened;
  const names = namesOf(world);
  await playSession(world, clock, {
    path: walkOn(path, seededRandom(options.seed)),
    expiries,
    random: seededRandom(options.seed),
    observe: async (snapshot) => {
      showSnapshot(process.stdout, snapshot, names, footer);
      await sleep(options.pace);
    },
  });
}

function leaveSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}

function namesOf(world: Parameters<typeof playSession>[0]): Map<bigint, string> {
  return new Map(everyone(world.people).map((person) => [person.account, person.name]));
}

const plain = { write: (text: string) => process.stdout.write(text) };

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

await runMain("sandbox", main);
