import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { connectBallast, explainError } from "@ballast/sdk";
import { JsonRpcProvider, NonceManager, type TransactionRequest, Wallet } from "ethers";
import {
  ConfigError,
  explainConfig,
  type KeeperConfig,
  limitsOf,
  loadConfig,
  readDeployment,
  readKeys,
} from "../config.ts";
import { diagnose } from "../doctor.ts";
import { runRound } from "../runner.ts";
import { surfaceFile } from "../surfaceFile.ts";
import { type KeeperContext, TASK_NAMES, type TaskName } from "../task.ts";
import { watchAccounts } from "../watch.ts";

const HELP = `npm run keeper -- <task> [options]

Tasks
  feed        post surfaces that are due and refresh risk arrays
  peg         keep the cash token's deviation from its peg up to date
  hedge       bring the vault's delta back to its band
  liquidate   start auctions, bid in them, end them
  settle      prove fixings and pay expired positions out
  epoch       process the vault's deposits and redemptions
  all         all of them, in the order feed, peg, settle, liquidate, hedge, epoch
  doctor      look at node, contracts, balance, clock, oracles and permissions
  config      show the configuration and where each value comes from

Options
  --once               one round, then leave; non-zero if an action failed
  --dry-run            say what would be sent and why; send nothing
  --config <file>      YAML file
  --rpc <url>          node (default http://127.0.0.1:8545)
  --deployment <file>  addresses (default app/public/deployment.json)
  --surface <file>     surfaces the feed task reports
  --help               this text

Keys come from the environment only: BALLAST_KEEPER_KEY sends, BALLAST_SURFACE_KEYS (comma separated) sign surfaces.
`;

class UsageError extends Error {}

/** Others move the chain between an estimate and its transaction, so each gets half as much gas again. */
class KeeperWallet extends Wallet {
  override async estimateGas(request: TransactionRequest): Promise<bigint> {
    return ((await super.estimateGas(request)) * 3n) / 2n;
  }
}

async function main(argv: readonly string[]): Promise<number> {
  const { command, values } = parse(argv);
  if (values.help || command === undefined) {
    process.stdout.write(HELP);
    return values.help ? 0 : 2;
  }
  const { config, origins } = loadConfig(values.config, process.env, {
    ...(values.rpc === undefined ? {} : { rpc: values.rpc }),
    ...(values.deployment === undefined ? {} : { deployment: values.deployment }),
    ...(values.surface === undefined ? {} : { surface: values.surface }),
  });
  if (command === "config") {
    say(explainConfig(config, origins));
    return 0;
  }
  const provider = new JsonRpcProvider(config.rpc, undefined, { staticNetwork: false });
  try {
    await reachable(provider, config.rpc);
    const context = contextOf(config, provider);
    if (command === "doctor") return await doctor(context);
    const names = command === "all" ? [...TASK_NAMES] : [command];
    return await work(context, config, names, values.once ?? false, values["dry-run"] ?? false);
  } finally {
    provider.destroy();
  }
}

function parse(argv: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        once: { type: "boolean" },
        "dry-run": { type: "boolean" },
        config: { type: "string" },
        rpc: { type: "string" },
        deployment: { type: "string" },
        surface: { type: "string" },
        help: { type: "boolean" },
      },
    });
    const words = positionals[0] === "keeper" ? positionals.slice(1) : positionals;
    const known = [...TASK_NAMES, "all", "doctor", "config"];
    const [command] = words;
    if (words.length > 1 || (command !== undefined && !known.includes(command))) {
      throw new UsageError(`"${words.join(" ")}" is no task; there are: ${known.join(", ")}.`);
    }
    return { command: command as TaskName | "all" | "doctor" | "config" | undefined, values };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message.split("\n")[0]);
  }
}

async function reachable(provider: JsonRpcProvider, url: string): Promise<void> {
  try {
    await provider.send("eth_chainId", []);
  } catch {
    throw new ConfigError(`The node at ${url} does not answer.`);
  }
}

function contextOf(config: KeeperConfig, provider: JsonRpcProvider): KeeperContext {
  const keys = readKeys(process.env);
  const deployment = readDeployment(config.deployment);
  const sender = new NonceManager(new KeeperWallet(keys.sender, provider));
  const ballast = connectBallast(deployment, sender);
  return {
    ballast,
    sender,
    surfaceSigners: keys.signers.map((key) => new Wallet(key)),
    surfaceSource: config.surface === undefined ? undefined : surfaceFile(config.surface),
    accounts: watchAccounts(ballast),
    limits: limitsOf(config),
  };
}

async function doctor(context: KeeperContext): Promise<number> {
  const results = await diagnose(context, Math.floor(Date.now() / 1000));
  for (const { subject, healthy, detail } of results)
    say(`${healthy ? "ok  " : "BAD "} ${subject.padEnd(18)} ${detail}`);
  return results.every(({ healthy }) => healthy) ? 0 : 1;
}

async function work(
  context: KeeperContext,
  config: KeeperConfig,
  names: readonly TaskName[],
  once: boolean,
  dryRun: boolean,
): Promise<number> {
  let leaving = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => (leaving = true));
  for (;;) {
    const { sent, failed } = await runRound(context, names, dryRun, say);
    if (once) {
      say(`${dryRun ? "Dry run: nothing was sent" : `${sent} transactions sent`}, ${failed} failed.`);
      return failed === 0 ? 0 : 1;
    }
    for (let second = 0; second < config.interval && !leaving; second++) await sleep(1000);
    if (leaving) return 0;
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(
    `keeper: ${error instanceof ConfigError || error instanceof UsageError ? error.message : explainError(error)}\n`,
  );
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
