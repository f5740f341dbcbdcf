import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { connectBallast, explainError } from "@ballast/sdk";
import { type JsonRpcProvider, Wallet } from "ethers";
import {
  ConfigError,
  explainConfig,
  type KeeperConfig,
  limitsOf,
  loadConfig,
  readDeployment,
  readKeys,
  readSignerWord,
  readSurfaceKeys,
} from "../config.ts";
import { diagnose } from "../doctor.ts";
import { watchHistory } from "../history.ts";
import { chainOf, connectNode, KeeperWallet, watchHead } from "../node.ts";
import {
  DEFAULT_TOLERANCES,
  deribitSource,
  JournalError,
  localCosigner,
  OpenSignerError,
  publisherJournal,
  remoteCosigner,
  serveCosigner,
} from "../publisher/index.ts";
import { runRound } from "../runner.ts";
import { surfaceFile } from "../surfaceFile.ts";
import { type KeeperContext, type SurfaceSource, TASK_NAMES, type TaskName } from "../task.ts";
import { watchOrders } from "../tasks/orders.ts";
import { type MarginFields, type QuoteFields, regimesFromFiles } from "../tasks/parameters.ts";
import { watchAccounts } from "../watch.ts";

const HELP = `npm run keeper -- <task> [options]

Tasks
  feed        post surfaces that are due and refresh risk arrays
  arrays      post arrays that were computed here, and take bonds back
  parameters  propose parameters that follow the market's regime
  conditions  post realised volatility and the toxicity of takers, which widen the vault's quotes
  orders      fill orders in two steps at their price, and close those that were not filled in time
  peg         keep the cash token's deviation from its peg up to date
  hedge       bring the vault's delta back to its band
  liquidate   start auctions, bid in them, end them
  settle      prove fixings and pay expired positions out
  epoch       process the vault's deposits and redemptions
  all         all of them, in the order feed, orders, arrays, parameters, conditions, peg, settle, liquidate, hedge, epoch
  signer      serve one surface key: checks reports of others against its own source, and signs what it agrees with
  doctor      look at node, contracts, balance, clock, oracles and permissions
  config      show the configuration and where each value comes from

Options
  --once               one round, then leave; non-zero if an action failed
  --dry-run            say what would be sent and why; send nothing
  --config <file>      YAML file
  --rpc <url>          node (default http://127.0.0.1:8545)
  --deployment <file>  addresses (default app/public/deployment.json)
  --surface <file>     surfaces the feed task reports
  --deribit <pairs>    or: calibrate them to Deribit's chains, such as 0=ETH,1=BTC
  --cosigners <urls>   signers elsewhere, joined by commas
  --journal <file>     what was signed and committed (default publisher-journal.json)
  --listen <[host:]port>  of the signer (default 127.0.0.1:8701)
  --help               this text

Keys come from the environment only: BALLAST_KEEPER_KEY sends, BALLAST_SURFACE_KEYS (comma separated) sign surfaces.
BALLAST_SIGNER_WORD is what signers that listen beyond their own machine, and publishers that ask them, share.
`;

class UsageError extends Error {}

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
    ...(values.deribit === undefined ? {} : { deribit: values.deribit }),
    ...(values.cosigners === undefined ? {} : { cosigners: values.cosigners }),
    ...(values.journal === undefined ? {} : { journal: values.journal }),
  });
  if (command === "config") {
    say(explainConfig(config, origins));
    return 0;
  }
  const provider = await reach(config);
  try {
    if (command === "signer") return await serve(config, provider, values.listen ?? "8701");
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
        deribit: { type: "string" },
        cosigners: { type: "string" },
        journal: { type: "string" },
        listen: { type: "string" },
        help: { type: "boolean" },
      },
    });
    const words = positionals[0] === "keeper" ? positionals.slice(1) : positionals;
    const known = [...TASK_NAMES, "all", "signer", "doctor", "config"];
    const [command] = words;
    if (words.length > 1 || (command !== undefined && !known.includes(command))) {
      throw new UsageError(`"${words.join(" ")}" is no task; there are: ${known.join(", ")}.`);
    }
    return { command: command as TaskName | "all" | "signer" | "doctor" | "config" | undefined, values };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message.split("\n")[0]);
  }
}

async function reach({ rpc, timeout, deployment }: KeeperConfig): Promise<JsonRpcProvider> {
  let found: number;
  try {
    found = await chainOf(rpc, timeout);
  } catch (error) {
    throw new ConfigError(`The node at ${rpc} does not answer: ${explainError(error)}`);
  }
  const { chainId } = readDeployment(deployment);
  if (found !== chainId)
    throw new ConfigError(`The node at ${rpc} is of chain ${found}, the deployment of ${chainId}.`);
  return connectNode(rpc, chainId, timeout);
}

function contextOf(config: KeeperConfig, provider: JsonRpcProvider): KeeperContext {
  const keys = readKeys(process.env);
  const deployment = readDeployment(config.deployment);
  const sender = new KeeperWallet(keys.sender, provider);
  const ballast = connectBallast(deployment, sender);
  return {
    ballast,
    sender,
    surfaceSigners: keys.signers.map((key) => new Wallet(key)),
    surfaceSource: sourceOf(config),
    cosigners: config.cosigners.map((url) => remoteCosigner(url, { word: readSignerWord(process.env) })),
    publisherJournal: publisherJournal(config.journal),
    regimes: regimesFromFiles(config.histories, {
      margin: new Map(
        Object.entries(config.normalMargin).map(([market, fields]) => [
          Number(market),
          fields as MarginFields,
        ]),
      ),
      hedge: new Map(Object.entries(config.normalHedge).map(([market, fields]) => [Number(market), fields])),
      quotes: config.normalQuotes as QuoteFields | undefined,
    }),
    history: watchHistory(ballast),
    orders: watchOrders(ballast),
    accounts: watchAccounts(ballast),
    head: watchHead(provider),
    limits: limitsOf(config),
  };
}

function sourceOf(config: KeeperConfig): SurfaceSource | undefined {
  if (config.surface !== undefined) return surfaceFile(config.surface);
  return config.deribit.size === 0 ? undefined : deribitSource(config.deribit, { url: config.deribitUrl });
}

/** A signer of its own: one key, one source, one journal. Runs until it is told to leave. */
async function serve(config: KeeperConfig, provider: JsonRpcProvider, listen: string): Promise<number> {
  const [, host = "127.0.0.1", port = ""] = /^(?:(.+):)?(\d{1,5})$/.exec(listen) ?? [];
  if (port === "" || Number(port) > 65_535) throw new UsageError(`--listen needs a port, not "${listen}".`);
  const [key, ...more] = readSurfaceKeys(process.env);
  const source = sourceOf(config);
  if (key === undefined || more.length > 0)
    throw new ConfigError("A signer needs exactly one key in BALLAST_SURFACE_KEYS.");
  if (source === undefined) throw new ConfigError("A signer needs a source of its own: surface or deribit.");
  const cosigner = await localCosigner({
    signer: new Wallet(key),
    ballast: connectBallast(readDeployment(config.deployment), provider),
    source,
    journal: publisherJournal(config.journal),
    tolerances: DEFAULT_TOLERANCES,
  });
  const server = await serveCosigner(cosigner, Number(port), host, {
    word: readSignerWord(process.env),
  });
  say(`${cosigner.name} signs on port ${(server.address() as AddressInfo).port}.`);
  await new Promise<void>((done) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => done());
  });
  server.closeAllConnections();
  server.close();
  return 0;
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
    `keeper: ${error instanceof ConfigError || error instanceof JournalError || error instanceof OpenSignerError || error instanceof UsageError ? error.message : explainError(error)}\n`,
  );
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
