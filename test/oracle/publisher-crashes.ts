import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { proposeSurface, publisherJournal, remoteCosigner } from "@ballast/keeper";
import {
  ensureFresh,
  instrumentId,
  quoteLegs,
  readPrice,
  type SurfaceReport,
  tradeCalls,
  WAD,
} from "@ballast/sdk";
import { expect } from "chai";
import { mintUsdc } from "../../packages/lab/src/externals/index.ts";
import { type MarketPlayer, marketPlayer } from "../../packages/lab/src/market/player.ts";
import { listExpiries } from "../../packages/lab/src/market/surface.ts";
import { startChain } from "../../packages/lab/src/sandbox/chain.ts";
import { strikeAt } from "../../packages/lab/src/session/actors.ts";
import { setStage } from "../../packages/lab/src/world/stage.ts";
import type { World } from "../../packages/lab/src/world/world.ts";
import { type FaultProxy, faultProxy } from "../support/faultProxy.ts";
import { keyOf, type Running, startKeeper, startSigner, surfaceText } from "../support/processes.ts";

const PORT = 18_549;
const STEPS = ["before", "half", "written", "renamed"] as const;
const STRIKES = [90n, 95n, 100n, 105n];

describe("publishers that are killed, or not alone", () => {
  const folder = mkdtempSync(join(tmpdir(), "crashes-"));
  const path = (name: string) => join(folder, name);
  const running: Running[] = [];
  let chain: Awaited<ReturnType<typeof startChain>>;
  let world: World;
  let player: MarketPlayer;
  let proxy: FaultProxy;
  let expiries: readonly number[];

  before(async function () {
    this.timeout(180_000);
    chain = await startChain(PORT, Math.floor(Date.now() / 1_000));
    world = await setStage(chain.connection, 2_000n * WAD, chain.deploymentId);
    expiries = listExpiries(await now(), [7, 14, 28]);
    player = marketPlayer(world, expiries);
    await pass(3_600);
    await player.move({ time: await now(), price: 2_000n * WAD });
    await pass(2);
    await player.post();
    await (await world.people.keeper.ballast.vault.processEpoch()).wait();
    writeFileSync(path("deployment.json"), JSON.stringify(world.deployment));
    proxy = await faultProxy(chain.url);
  });
  after(async () => {
    for (const { child } of running) child.kill("SIGKILL");
    await proxy?.close();
    await chain.close();
    rmSync(folder, { recursive: true });
  });

  async function now(): Promise<number> {
    return (await chain.connection.ethers.provider.getBlock("latest"))?.timestamp ?? 0;
  }

  async function pass(seconds: number): Promise<void> {
    await chain.connection.provider.request({ method: "evm_increaseTime", params: [seconds] });
    await chain.connection.provider.request({ method: "evm_mine" });
    if (seconds > 600) await player.move({ time: await now(), price: 2_000n * WAD });
    // What a source says is of the time at which it says it.
    writeFileSync(path("surface.json"), surfaceText(player.slices(await now())));
  }

  const posts = async () => {
    const { surfaceFeed } = world.people.keeper.ballast;
    const logs = await surfaceFeed.queryFilter(surfaceFeed.filters.SurfacePosted(0));
    return logs.map(({ args }) => Number(args.timestamp));
  };

  const common = (journal: string, rpc = chain.url) => [
    ...["--rpc", rpc, "--deployment", path("deployment.json")],
    ...["--surface", path("surface.json"), "--journal", path(journal)],
  ];

  async function signer(index: number, killAt?: string) {
    const started = await startSigner(common(`signer-${index}.json`), keyOf(index), killAt);
    running.push(started);
    return started;
  }

  /** The report that an honest publisher makes now, and another of the same time that a signer would agree with too. */
  async function twoReports(): Promise<readonly [SurfaceReport, SurfaceReport]> {
    const { ballast } = world.people.keeper;
    const { price } = await readPrice(ballast, 0);
    const source = async (_market: number, timestamp: number) => player.slices(timestamp);
    const { report } = await proposeSurface(ballast, source, 0, await now(), price);
    const slices = report.slices.map((slice) => ({ ...slice, theta: slice.theta + 10n ** 6n }));
    return [report, { ...report, slices }];
  }

  for (const step of STEPS) {
    it(`never sign twice for one time, and sign on, where a signer is killed at its journal: ${step}`, async () => {
      await pass(1_000);
      const [report, other] = await twoReports();
      const doomed = await signer(15, step);
      const lost = await remoteCosigner(doomed.url)
        .signSurface(report)
        .then(
          () => "signed",
          () => "no answer",
        );
      expect(lost).to.equal("no answer");
      expect((await doomed.ended).signal).to.equal("SIGKILL");
      const again = await signer(15);
      const signs = async (one: SurfaceReport) => {
        const answer = await remoteCosigner(again.url).signSurface(one);
        return "signature" in answer ? "signed" : answer.objections.join();
      };
      // What may have been signed stands in the journal; what does not was not signed.
      if (step === "renamed") {
        expect(await signs(other)).to.equal("another report of the same time was signed already");
        expect(await signs(report)).to.equal("signed");
      } else {
        expect(await signs(other)).to.equal("signed");
        expect(await signs(report)).to.equal("another report of the same time was signed already");
      }
      await pass(60);
      const [later] = await twoReports();
      expect(await signs(later)).to.equal("signed");
      again.child.kill("SIGKILL");
    }).timeout(120_000);
  }

  it("post arrays at no cost to their bond, wherever the publisher is killed on the way", async () => {
    const { people, externals, deployment } = world;
    const { ballast, address } = people.keeper;
    const { arrayPosts, usdc } = ballast;
    const bond = 2n * (await arrayPosts.bond());
    await mintUsdc(externals.usdc, address, bond, people.deployer.signer);
    await (await usdc.approve(deployment.contracts.arrayPosts, bond)).wait();
    await (await arrayPosts.deposit(bond)).wait();
    await holdStrikes();
    await pass(3_600);
    await player.move({ time: await now(), price: 2_060n * WAD });
    await pass(2);
    await player.post();
    writeFileSync(path("keeper.yaml"), "postStrikes: 3\n");
    const env = { BALLAST_KEEPER_KEY: keyOf(2), BALLAST_SURFACE_KEYS: `${keyOf(15)},${keyOf(16)}` };
    const run = (killAt?: string, rpc?: string) => {
      const args = ["arrays", "--once", "--config", path("keeper.yaml"), ...common("arrays.json", rpc)];
      const started = startKeeper(args, env, killAt);
      running.push(started);
      return started;
    };
    const journal = () => publisherJournal(path("arrays.json")).commitments().length;
    const killed = async (started: Running) => expect((await started.ended).signal).to.equal("SIGKILL");
    const whole = async () => {
      const { code, output } = await run().ended;
      expect(code, output).to.equal(0);
      await chain.connection.provider.request({ method: "evm_mine" });
      return output;
    };
    /** Kills it once a transaction was accepted and before it hears of that. */
    const killedOnceSent = async () => {
      const started = run(undefined, proxy.url);
      proxy.onDone((methods) => {
        if (methods.includes("eth_sendRawTransaction")) started.child.kill("SIGKILL");
      });
      await killed(started);
      proxy.onDone(() => undefined);
    };
    const automine = (on: boolean) =>
      chain.connection.provider.request({ method: "evm_setAutomine", params: [on] });

    expect(await whole()).to.contain("move the arrays of");
    for (const step of STEPS) {
      await killed(run(step));
      expect(existsSync(path("arrays.json")) ? journal() : 0, step).to.equal(step === "renamed" ? 1 : 0);
    }
    // That commitment was never sent, and is forgotten, whenever that is interrupted.
    for (const step of ["before", "half", "written"]) await killed(run(step));
    expect(journal()).to.equal(1);
    await killed(run("renamed"));
    expect(journal()).to.equal(0);
    // One that was sent stays, even while no block has taken it in.
    await automine(false);
    try {
      await killedOnceSent();
      expect((await run().ended).output).to.contain("0 transactions sent, 0 failed");
      expect(journal()).to.equal(1);
    } finally {
      await automine(true);
    }
    await chain.connection.provider.request({ method: "evm_mine" });
    await chain.connection.provider.request({ method: "evm_mine" });
    await killedOnceSent();
    expect(await arrayPosts.queryFilter(arrayPosts.filters.ArraysPosted())).to.have.length(1);
    await killed(run("before"));
    expect(journal()).to.equal(1);
    expect(await whole()).to.contain("0 transactions sent, 0 failed");
    expect(journal()).to.equal(0);
    const [free, locked] = await arrayPosts.bondsOf(address);
    expect(free + locked).to.equal(bond);
    expect(await arrayPosts.queryFilter(arrayPosts.filters.ArraysPosted())).to.have.length(1);
  }).timeout(300_000);

  /** Somebody holds options of several strikes of an expiry. */
  async function holdStrikes(): Promise<void> {
    const { ballast, account } = world.people.hedger;
    const [, expiry = 0] = expiries;
    const legs = STRIKES.map((percent) => ({
      instrument: instrumentId({ market: 0, expiry, strike: strikeAt(2_000n * WAD, percent), kind: "call" }),
      quantity: WAD,
    }));
    const instruments = legs.map(({ instrument }) => instrument);
    await (await ensureFresh(ballast, account, instruments))?.wait();
    const calls = await tradeCalls(ballast, account, await quoteLegs(ballast, legs));
    await (await ballast.clearinghouse.batch(account, calls)).wait();
  }

  it("post no surface twice where two of them run, with two keys or with one", async () => {
    const signers = [await signer(16), await signer(17)];
    const urls = signers.map(({ url }) => url).join(",");
    for (const second of [3, 2]) {
      await pass(1_000);
      const before = await posts();
      const both = [2, second].map((index, i) => {
        const args = ["feed", "--once", ...common(`publisher-${i}.json`), "--cosigners", urls];
        const started = startKeeper(args, { BALLAST_KEEPER_KEY: keyOf(index) });
        running.push(started);
        return started.ended;
      });
      const ended = await Promise.all(both);
      for (const { code, output } of ended) {
        expect(code, output).to.be.oneOf([0, 1]);
        expect(output).not.to.match(/\n\s+at /);
      }
      const after = await posts();
      const made = after.slice(before.length);
      // Whoever looks after the other's post finds nothing due; whoever looked before it is refused, unless a block was
      // made between the two looks: its report is then a newer one.
      expect(made.length, ended.map(({ output }) => output).join("\n")).to.be.within(1, 2);
      expect(new Set(after).size).to.equal(after.length);
      // A publisher whose surface was refused may still refresh arrays.
      const posted = ended.filter(({ output }) => /post the surface of .*: done in block/.test(output));
      expect(posted, ended.map(({ output }) => output).join("\n")).to.have.length(made.length);
      for (const index of [16, 17]) {
        const journal = JSON.parse(readFileSync(path(`signer-${index}.json`), "utf8")) as {
          readonly signed: Record<string, { readonly timestamp: number }>;
        };
        const [last] = Object.values(journal.signed);
        expect(last?.timestamp).to.be.at.least(made.at(-1) ?? 0);
      }
    }
    // Nothing is left over that keeps the next one from its post.
    await pass(1_000);
    const before = await posts();
    const args = ["feed", "--once", ...common("publisher-0.json"), "--cosigners", urls];
    const { code, output } = await startKeeper(args, { BALLAST_KEEPER_KEY: keyOf(2) }).ended;
    expect(code, output).to.equal(0);
    expect(await posts()).to.have.length(before.length + 1);
  }).timeout(180_000);
});
