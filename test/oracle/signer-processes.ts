import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { formatDecimal, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { HDNodeWallet, Mnemonic } from "ethers";
import { marketPlayer } from "../../packages/lab/src/market/player.ts";
import { listExpiries, type MarketSlice } from "../../packages/lab/src/market/surface.ts";
import { startChain } from "../../packages/lab/src/sandbox/chain.ts";
import { setStage } from "../../packages/lab/src/world/stage.ts";

const BIN = fileURLToPath(new URL("../../packages/keeper/src/bin/ballast.ts", import.meta.url));
const PORT = 18_547;
/** The accounts of every local chain. */
const PHRASE = Mnemonic.fromPhrase("test test test test test test test test test test test junk");
const keyOf = (index: number) => HDNodeWallet.fromMnemonic(PHRASE, `m/44'/60'/0'/0/${index}`).privateKey;

describe("publisher in processes of its own", () => {
  const folder = mkdtempSync(join(tmpdir(), "signers-"));
  const path = (name: string) => join(folder, name);
  let chain: Awaited<ReturnType<typeof startChain>>;
  let lastPost: () => Promise<number>;
  const running: ChildProcess[] = [];

  before(async function () {
    this.timeout(180_000);
    chain = await startChain(PORT, Math.floor(Date.now() / 1000));
    const world = await setStage(chain.connection, 2_000n * WAD, chain.deploymentId);
    const now = async () => (await chain.connection.ethers.provider.getBlock("latest"))?.timestamp ?? 0;
    const player = marketPlayer(world, listExpiries(await now(), [7, 14, 28]));
    await player.move({ time: await now(), price: 2_000n * WAD });
    writeFileSync(path("deployment.json"), JSON.stringify(world.deployment));
    // Each file is a source of its own; the third sees other volatilities than the rest.
    const slices = player.slices(await now());
    writeFileSync(path("here.json"), surfaceFile(slices));
    writeFileSync(path("there.json"), surfaceFile(slices));
    writeFileSync(
      path("odd.json"),
      surfaceFile(slices.map((slice) => ({ ...slice, theta: ((slice.theta * 2n) / 10n ** 6n) * 10n ** 6n }))),
    );
    const { surfaceFeed } = world.people.keeper.ballast;
    lastPost = async () => Number((await surfaceFeed.lastReport(0)).timestamp);
  });
  after(async () => {
    for (const child of running) child.kill();
    await chain.close();
    rmSync(folder, { recursive: true });
  });

  function surfaceFile(slices: readonly MarketSlice[]): string {
    const plain = (value: bigint) => formatDecimal(value, 18).replaceAll(",", "");
    return JSON.stringify({
      0: slices.map(({ expiry, forwardRatio, theta, psi, rho }) => ({
        expiry,
        forwardRatio: plain(forwardRatio),
        theta: plain(theta),
        psi: plain(psi),
        rho: plain(rho),
      })),
    });
  }

  const common = () => ["--rpc", chain.url, "--deployment", path("deployment.json")];

  /** Starts a signer and waits until it says where it signs. */
  function signer(index: number, source: string): Promise<{ child: ChildProcess; url: string }> {
    const args = ["--surface", path(source), "--journal", path(`journal-${index}.json`), "--listen", "0"];
    const child = spawn(process.execPath, ["--import=tsx", BIN, "signer", ...common(), ...args], {
      env: { ...process.env, BALLAST_SURFACE_KEYS: keyOf(index) },
      stdio: ["ignore", "pipe", "inherit"],
    });
    running.push(child);
    return new Promise((done, fail) => {
      child.once("exit", (code) => fail(new Error(`The signer left with ${code}.`)));
      child.stdout?.once("data", (text: Buffer) => {
        const port = /signs on port (\d+)/.exec(String(text))?.[1];
        done({ child, url: `http://127.0.0.1:${port}` });
      });
    });
  }

  function keeper(...args: readonly string[]): Promise<{ code: number; output: string }> {
    const own = [
      "feed",
      "--once",
      ...common(),
      "--surface",
      path("here.json"),
      "--journal",
      path("journal.json"),
    ];
    return new Promise((done) => {
      execFile(
        process.execPath,
        ["--import=tsx", BIN, ...own, ...args],
        { env: { ...process.env, BALLAST_KEEPER_KEY: keyOf(2) } },
        (error, stdout, stderr) => done({ code: error ? 1 : 0, output: stdout + stderr }),
      );
    });
  }

  it("posts what two signers elsewhere agree with, after they were restarted, and nothing that one objects to", async () => {
    const one = await signer(15, "there.json");
    const odd = await signer(16, "odd.json");
    const refused = await keeper("--cosigners", `${one.url},${odd.url}`);
    expect(refused.code).to.equal(1);
    expect(refused.output).to.match(/refused: 1 of the 2 signatures needed: http.*is not near the own/);
    expect(await lastPost()).to.equal(0);

    one.child.removeAllListeners("exit");
    one.child.kill();
    const again = await signer(15, "there.json");
    const two = await signer(17, "there.json");
    const urls = [again, two, odd].map(({ url }) => url).join(",");
    const dry = await keeper("--cosigners", urls, "--dry-run");
    expect(dry.output).to.match(
      /would feed: post the surface of ETH with 3 expiries, because no surface was ever posted/,
    );
    expect(dry.output).to.match(/signed by 0x\w+, 0x\w+\n.*not signed by http.*is not near the own/);
    expect(await lastPost()).to.equal(0);
    const posted = await keeper("--cosigners", urls);
    expect(posted, posted.output).to.include({ code: 0 });
    expect(await lastPost()).to.be.greaterThan(0);
    const journal = JSON.parse(readFileSync(path("journal-15.json"), "utf8")) as {
      signed: Record<string, { timestamp: number }>;
    };
    expect(Object.values(journal.signed).map(({ timestamp }) => timestamp)).to.deep.equal([await lastPost()]);
    for (const { child } of [again, two, odd]) child.removeAllListeners("exit");
  }).timeout(180_000);
});
