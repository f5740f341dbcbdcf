import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const BIN = fileURLToPath(new URL("../src/bin/", import.meta.url));
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function run(name: "replay" | "sandbox", ...args: string[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--import", "tsx", `${BIN}${name}.ts`, ...args], { cwd: ROOT });
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      err += chunk.toString();
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, out, err }));
  });
}

describe("commands of the lab", function () {
  this.timeout(120_000);

  it("answer wrong use with one sentence and exit code 2", async () => {
    const cases: [Parameters<typeof run>, string][] = [
      [["replay"], "replay: Give either --scenario or --prices; try --help.\n"],
      [["replay", "--scenario", "2021"], 'replay: There is no scenario "2021"; there is 2020-03-12.\n'],
      [["replay", "--prices", "x.csv"], "replay: --prices needs --from and --to.\n"],
      [
        ["replay", "--scenario", "2020-03-12", "--seed", "-1"],
        'replay: --seed must be a whole number from 0 to 4294967295, not "-1".\n',
      ],
      [
        ["replay", "--scenario", "2020-03-12", "--keepers-dead", "6"],
        'replay: --keepers-dead must be a number of hours such as 6h, not "6".\n',
      ],
      [
        ["replay", "--scenario", "2020-03-12", "--from-hour", "6"],
        "replay: --from-hour goes with --keepers-dead or --feed-frozen only.\n",
      ],
      [
        ["replay", "--scenario", "2020-03-12", "--vault-slice", "21"],
        'replay: --vault-slice must be a number from 0 to 20, not "21".\n',
      ],
      [["sandbox", "--fast"], "sandbox: There is no flag --fast; try --help.\n"],
      [["sandbox", "--port", "0"], 'sandbox: --port must be a whole number from 1 to 65535, not "0".\n'],
    ];
    for (const [args, sentence] of cases) {
      expect(await run(...args)).to.deep.equal({ code: 2, out: "", err: sentence });
    }
  });

  it("print their flags on --help", async () => {
    for (const name of ["replay", "sandbox"] as const) {
      const { code, out } = await run(name, "--help");
      expect(code).to.equal(0);
      expect(out).to.contain("--seed <n>").and.contain("--help");
    }
  });

  it("name a file that is missing or broken, and write nothing", async () => {
    const folder = await mkdtemp(join(tmpdir(), "ballast-"));
    try {
      const days = ["--from", "2020-03-08", "--to", "2020-03-09", "--out", join(folder, "out")];
      const missing = await run("replay", "--prices", join(folder, "none.csv"), ...days);
      expect(missing.code).to.equal(1);
      expect(missing.err).to.match(/^replay: Cannot read .*none\.csv: there is no such file\.\n$/);

      const file = join(folder, "broken.csv");
      await writeFile(file, "open_time_unix,open,high,low,close,volume\n1583625600,1,1,1,0,1\n");
      const broken = await run("replay", "--prices", file, ...days);
      expect(broken.code).to.equal(1);
      expect(broken.err).to.match(/broken\.csv, line 2: the close must be positive, not "0"\.\n$/);
      expect(await readdir(folder)).to.deep.equal(["broken.csv"]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("say which flag helps when the port is in use", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const address = server.address();
      const port = typeof address === "object" && address ? String(address.port) : "";
      const { code, err } = await run("sandbox", "--once", "--port", port);
      expect(code).to.equal(1);
      expect(err).to.equal(`sandbox: Port ${port} is in use; choose another with --port.\n`);
    } finally {
      server.close();
    }
  });
});
