import { execFile } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import {
  type Action,
  bidLimit,
  ConfigError,
  DEFAULT_LIMITS,
  explainConfig,
  feedReason,
  isLiquidatable,
  type KeeperContext,
  loadConfig,
  readKeys,
  runRound,
  StaleHeadError,
  surfaceFile,
  TASKS,
  type Task,
} from "../src/index.ts";

const WAD = 10n ** 18n;
const BIN = fileURLToPath(new URL("../src/bin/ballast.ts", import.meta.url));

function temporary(name: string, text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), "keeper-")), name);
  writeFileSync(file, text);
  return file;
}

function keeper(
  args: string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      ["--import=tsx", BIN, ...args],
      { env: { ...process.env, ...env } },
      (error, stdout, stderr) => {
        done({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr });
      },
    );
  });
}

describe("keeper: decisions", () => {
  const price = { price: 2000n * WAD, updatedAt: 0, status: "Ok" as const };

  it("posts a surface when there is none, when it is old, or when spot moved, and not otherwise", () => {
    const last = { spot: 2000n * WAD, timestamp: 1000 };
    expect(feedReason({ spot: 0n, timestamp: 0 }, price, 1000, DEFAULT_LIMITS)).to.contain("ever");
    expect(feedReason(last, price, 1000 + 899, DEFAULT_LIMITS)).to.equal(undefined);
    expect(feedReason(last, price, 1000 + 900, DEFAULT_LIMITS)).to.contain("900 s");
    expect(feedReason(last, { ...price, price: 2010n * WAD }, 1001, DEFAULT_LIMITS)).to.contain("0.5 %");
    expect(feedReason(last, { ...price, price: 2009n * WAD }, 1001, DEFAULT_LIMITS)).to.equal(undefined);
    expect(feedReason(last, { ...price, status: "Stale" }, 9999, DEFAULT_LIMITS)).to.equal(undefined);
  });

  it("posts when volatility moved, and says by how much", () => {
    const last = { spot: 2000n * WAD, timestamp: 1000 };
    expect(feedReason(last, price, 1001, DEFAULT_LIMITS, WAD / 50n)).to.contain("volatility moved 2.00 %");
    expect(feedReason(last, price, 1001, DEFAULT_LIMITS, WAD / 51n)).to.equal(undefined);
  });

  it("liquidates only below maintenance and only on usable data", () => {
    const health = {
      equity: 9n,
      initialRequirement: 12n,
      maintenanceRequirement: 10n,
      bindingMarket: 0,
      bindingNode: 0,
    };
    expect(isLiquidatable({ ...health, status: "Good" })).to.equal(true);
    expect(isLiquidatable({ ...health, equity: 10n, status: "Good" })).to.equal(false);
    expect(isLiquidatable({ ...health, status: "Unusable" })).to.equal(false);
  });

  it("wants to be paid at least what an insolvent slice lacks, and pays no more than its discount for a solvent one", () => {
    expect(bidLimit("Insolvent", -5n * WAD, WAD, WAD)).to.equal(-5n * WAD);
    expect(bidLimit("Solvent", 100n * WAD, WAD / 2n, (95n * WAD) / 100n)).to.equal((475n * WAD) / 10n);
  });
});

describe("keeper: rounds", () => {
  const context = {} as KeeperContext;
  const lines: string[] = [];
  let sent = 0;
  const action = (simulate: () => Promise<unknown>): Action => ({
    task: "hedge",
    what: "hedge",
    why: "it must",
    simulate,
    send: async () => {
      sent++;
      return { wait: async () => ({ blockNumber: 1, gasUsed: 2n }) } as never;
    },
  });
  const original = TASKS.hedge;
  const replace = (task: () => Promise<Action[]>) => Object.assign(TASKS, { hedge: task });
  afterEach(() => {
    Object.assign(TASKS, { hedge: original });
    lines.length = 0;
    sent = 0;
  });

  it("sends what simulates, reports what does not, and goes on after either", async () => {
    replace(async () => [action(() => Promise.reject(new Error("no"))), action(async () => 1)]);
    expect(await runRound(context, ["hedge"], false, (line) => lines.push(line))).to.deep.equal({
      sent: 1,
      failed: 1,
    });
    expect(lines.join("\n")).to.match(/refused: no[\s\S]*done in block 1/);
  });

  it("sends nothing in a dry run and says why it would", async () => {
    replace(async () => [action(async () => 1)]);
    expect(await runRound(context, ["hedge"], true, (line) => lines.push(line))).to.deep.equal({
      sent: 0,
      failed: 0,
    });
    expect(lines[0]).to.contain("would hedge: hedge, because it must");
    expect(sent).to.equal(0);
  });

  it("says in a dry run that a task has nothing to do, unless the task has told why", async () => {
    const run = () => runRound(context, ["hedge"], true, (line) => lines.push(line));
    replace(async () => []);
    await run();
    expect(lines).to.deep.equal(["hedge: nothing to do"]);
    lines.length = 0;
    const telling: Task = async ({ note }) => {
      note?.("hedge: quiet", ["for a reason"]);
      return [];
    };
    Object.assign(TASKS, { hedge: telling });
    await run();
    expect(lines).to.deep.equal(["hedge: quiet", "  for a reason"]);
    lines.length = 0;
    await runRound(context, ["hedge"], false, (line) => lines.push(line));
    expect(lines).to.deep.equal([]);
  });

  it("looks at nothing while its node is behind", async () => {
    replace(async () => [action(async () => 1)]);
    const behind = {
      ...context,
      head: () => Promise.reject(new StaleHeadError("The node has fallen behind.")),
    };
    const result = await runRound(behind, ["hedge"], false, (line) => lines.push(line));
    expect(result).to.deep.equal({ sent: 0, failed: 1 });
    expect(lines).to.deep.equal(["nothing was looked at: The node has fallen behind."]);
    expect(sent).to.equal(0);
  });

  it("survives a task that cannot look", async () => {
    replace(() => Promise.reject(new Error("node down")));
    expect(await runRound(context, ["hedge"], false, (line) => lines.push(line))).to.deep.equal({
      sent: 0,
      failed: 1,
    });
  });
});

describe("keeper: configuration", () => {
  it("lets flags win over environment, file and defaults, and says where each value comes from", () => {
    const file = temporary("keeper.yaml", "rpc: http://127.0.0.1:1\ninterval: 30\nbidDiscount: 0.9\n");
    const { config, origins } = loadConfig(
      file,
      { BALLAST_RPC: "http://127.0.0.1:2" },
      { deployment: "d.json" },
    );
    expect(config.rpc).to.equal("http://127.0.0.1:2");
    expect(config.interval).to.equal(30);
    expect(config.bidDiscount).to.equal((9n * WAD) / 10n);
    expect(origins).to.include({
      rpc: "environment",
      interval: "file",
      deployment: "flag",
      settleBatch: "default",
    });
    expect(explainConfig(config, origins)).to.match(/interval\s+30\s+file/);
  });

  it("reads pairs, lists and tables, and shows them", () => {
    const text =
      "deribit: 0=ETH,1=BTC\ncosigners: [http://a.example]\nhistories: 0=eth.csv\nnormalMargin:\n  0: { scanRange: 0.2, volUp: 0.55, shortOptionMinimum: 0.005 }\n";
    const { config, origins } = loadConfig(temporary("d.yaml", text), { BALLAST_JOURNAL: "j.json" }, {});
    expect([...config.deribit]).to.deep.equal([
      [0, "ETH"],
      [1, "BTC"],
    ]);
    expect(config.cosigners).to.deep.equal(["http://a.example"]);
    expect(config.journal).to.equal("j.json");
    expect(config.normalMargin["0"]?.scanRange).to.equal(WAD / 5n);
    const shown = explainConfig(config, origins);
    expect(shown).to.match(/deribit\s+0=ETH,1=BTC\s+file/);
    expect(shown).to.match(/cosigners\s+http:\/\/a\.example\s+file/);
    expect(shown).to.match(/histories\s+0=eth\.csv/);
    const { config: flags } = loadConfig(undefined, {}, { cosigners: "http://a.example,http://b.example" });
    expect(flags.cosigners).to.have.length(2);
    expect(() => loadConfig(temporary("e.yaml", "deribit: ETH\n"), {}, {})).to.throw(
      ConfigError,
      "form 0=name",
    );
  });

  it("names the setting that is wrong", () => {
    expect(() => loadConfig(temporary("a.yaml", "intervall: 3\n"), {}, {})).to.throw(
      ConfigError,
      "intervall",
    );
    expect(() => loadConfig(temporary("b.yaml", "interval: 0\n"), {}, {})).to.throw(
      ConfigError,
      '"interval"',
    );
    expect(() => loadConfig(temporary("c.yaml", "- 1\n"), {}, {})).to.throw(ConfigError, "no table");
    expect(() => loadConfig("missing.yaml", {}, {})).to.throw(ConfigError, "cannot be read");
  });

  it("takes keys from the environment only and never repeats a wrong one", () => {
    expect(() => readKeys({})).to.throw(ConfigError, "BALLAST_KEEPER_KEY");
    expect(() => readKeys({ BALLAST_KEEPER_KEY: "secret" }))
      .to.throw(ConfigError)
      .with.property("message")
      .not.contain("secret");
  });

  it("reads surfaces, drops expired slices and names what is wrong in the file", async () => {
    const slice = { forwardRatio: "1", theta: "0.01", psi: "0.1", rho: "-0.2" };
    const good = temporary(
      "s.json",
      JSON.stringify({
        0: [
          { expiry: 7200, ...slice },
          { expiry: 3600, ...slice },
        ],
      }),
    );
    expect((await surfaceFile(good)(0, 3600)).map(({ expiry }) => expiry)).to.deep.equal([7200]);
    expect(await surfaceFile(good)(1, 0)).to.deep.equal([]);
    const bad = await surfaceFile(temporary("t.json", '{"0":[{"expiry":"x"}]}'))(0, 0).catch(
      (error: Error) => error,
    );
    expect(bad).to.be.instanceOf(ConfigError).with.property("message").contain("expiry");
  });
});

describe("keeper: command line", () => {
  it("answers wrong use, missing keys, a dead node and a missing file with one sentence and a non-zero exit", async () => {
    const key = `0x${"11".repeat(32)}`;
    const cases: readonly [string[], NodeJS.ProcessEnv, number, RegExp][] = [
      [["dance"], {}, 2, /"dance" is no task/],
      [["feed", "--loud"], {}, 2, /--loud/],
      [["feed", "--once", "--rpc", "http://127.0.0.1:9"], { BALLAST_KEEPER_KEY: key }, 1, /does not answer/],
      [["feed", "--once", "--rpc", "nonsense"], { BALLAST_KEEPER_KEY: key }, 1, /wrong at "rpc"/],
      [["signer", "--listen", "70000"], {}, 1, /does not answer|--listen/],
      [
        ["feed", "--once", "--deribit", "ETH"],
        { BALLAST_KEEPER_KEY: key },
        1,
        /"ETH" is not of the form 0=name/,
      ],
      [["feed", "--once", "--cosigners", "here"], { BALLAST_KEEPER_KEY: key }, 1, /wrong at "cosigners/],
      [["feed", "--config", "missing.yaml"], { BALLAST_KEEPER_KEY: key }, 1, /missing\.yaml cannot be read/],
    ];
    for (const [args, env, code, text] of cases) {
      const result = await keeper(args, env);
      expect(result.code, args.join(" ")).to.equal(code);
      expect(result.stderr.trim().split("\n"), args.join(" ")).to.have.length(1);
      expect(result.stderr).to.match(text);
    }
    expect((await keeper(["--help"])).stdout).to.contain("liquidate");
  }).timeout(120_000);
});
