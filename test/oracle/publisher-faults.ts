import {
  connectNode,
  DEFAULT_LIMITS,
  DEFAULT_TOLERANCES,
  feed,
  type KeeperContext,
  KeeperWallet,
  localCosigner,
  publisherJournal,
  type RoundResult,
  runRound,
  type TaskName,
  watchAccounts,
  watchHead,
  watchHistory,
} from "@ballast/keeper";
import { connectBallast, decodeError, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { HDNodeWallet, Mnemonic, parseEther } from "ethers";
import { type MarketPlayer, marketPlayer } from "../../packages/lab/src/market/player.ts";
import { listExpiries } from "../../packages/lab/src/market/surface.ts";
import { startChain } from "../../packages/lab/src/sandbox/chain.ts";
import { setStage } from "../../packages/lab/src/world/stage.ts";
import type { World } from "../../packages/lab/src/world/world.ts";
import { FAULTS, type Fault, type FaultProxy, faultProxy, faultsOf, sound } from "../support/faultProxy.ts";

const PORT = 18_548;
/** The accounts of every local chain. */
const PHRASE = Mnemonic.fromPhrase("test test test test test test test test test test test junk");
const keyOf = (index: number) => HDNodeWallet.fromMnemonic(PHRASE, `m/44'/60'/0'/0/${index}`).privateKey;
/** Seconds that the keeper gives its node. */
const TIMEOUT = 2;
/** And one that asks it to slow down, which it does. */
const PATIENT = 12;
const STEP = 1_000;

describe("a publisher whose node fails", () => {
  let chain: Awaited<ReturnType<typeof startChain>>;
  let world: World;
  let player: MarketPlayer;
  let proxy: FaultProxy;
  const signed = new Map<string, Set<string>>();

  before(async function () {
    this.timeout(180_000);
    chain = await startChain(PORT, Math.floor(Date.now() / 1_000));
    world = await setStage(chain.connection, 2_000n * WAD, chain.deploymentId);
    player = marketPlayer(world, listExpiries(await now(), [7, 14, 28]));
    await player.move({ time: await now(), price: 2_000n * WAD });
    proxy = await faultProxy(chain.url);
  });
  beforeEach(async () => {
    proxy.use(sound);
    // A post is due in each test.
    await pass();
  });
  after(async () => {
    await proxy?.close();
    await chain.close();
  });

  async function now(): Promise<number> {
    return (await chain.connection.ethers.provider.getBlock("latest"))?.timestamp ?? 0;
  }

  /** Time passes, and the price is told again. */
  async function pass(): Promise<void> {
    await chain.connection.provider.request({ method: "evm_increaseTime", params: [STEP] });
    await player.move({ time: (await now()) + STEP, price: 2_000n * WAD });
  }

  const posts = async () => {
    const { surfaceFeed } = world.people.keeper.ballast;
    const logs = await surfaceFeed.queryFilter(surfaceFeed.filters.SurfacePosted(0));
    return logs.map(({ args }) => Number(args.timestamp));
  };

  /** A keeper behind the faulty node; its signers have nodes of their own. */
  async function keeper({ key = keyOf(2), timeout = TIMEOUT } = {}): Promise<KeeperContext> {
    const provider = connectNode(proxy.url, world.deployment.chainId, timeout);
    const sender = new KeeperWallet(key, provider);
    const ballast = connectBallast(world.deployment, sender);
    const source: KeeperContext["surfaceSource"] = async (_market, timestamp) => player.slices(timestamp);
    const cosigners = await Promise.all(
      world.surfaceSigners.map(async (signer) => {
        const one = await localCosigner({
          signer,
          ballast: world.people.keeper.ballast,
          source,
          journal: publisherJournal(),
          tolerances: DEFAULT_TOLERANCES,
        });
        return {
          ...one,
          signSurface: async (report: Parameters<typeof one.signSurface>[0]) => {
            const answer = await one.signSurface(report);
            const key = `${one.name} ${report.timestamp}`;
            if ("signature" in answer) signed.set(key, (signed.get(key) ?? new Set()).add(answer.signature));
            return answer;
          },
        };
      }),
    );
    return {
      ballast,
      sender,
      surfaceSigners: [],
      surfaceSource: source,
      cosigners,
      history: watchHistory(ballast),
      accounts: watchAccounts(ballast),
      head: watchHead(provider),
      limits: DEFAULT_LIMITS,
    };
  }

  async function round(
    context: KeeperContext,
    names: readonly TaskName[] = ["feed"],
    dryRun = false,
  ): Promise<RoundResult & { readonly text: string }> {
    const lines: string[] = [];
    const result = await runRound(context, names, dryRun, (line) => lines.push(line));
    return { ...result, text: lines.join("\n") };
  }

  const cases: readonly [Fault, RegExp][] = [
    ["silent", /The node does not answer/],
    ["tooMany", /The node says that it is asked too often/],
    ["malformed", /The node answers with something that is no JSON/],
  ];
  for (const [fault, sentence] of cases) {
    it(`posts nothing, says so in a sentence, and posts once it is over: ${fault}`, async () => {
      const context = await keeper({ timeout: fault === "tooMany" ? PATIENT : TIMEOUT });
      const before = await posts();
      proxy.use(() => fault);
      const failed = await round(context);
      expect(failed).to.include({ sent: 0, failed: 1 });
      expect(failed.text).to.match(sentence);
      expect(failed.text.split("\n")).to.have.length(1);
      expect(await posts()).to.deep.equal(before);
      proxy.use(sound);
      const healed = await round(context);
      expect(healed, healed.text).to.include({ failed: 0 });
      expect(await posts()).to.have.length(before.length + 1);
    }).timeout(60_000);
  }

  it("shows in a dry run how far each task is from having something to do", async () => {
    const context = await keeper({ timeout: PATIENT });
    expect((await round(context)).failed).to.equal(0);
    const names = [
      "feed",
      "orders",
      "arrays",
      "parameters",
      "conditions",
      "peg",
      "hedge",
      "liquidate",
      "settle",
      "epoch",
    ] as const;
    const { sent, failed, text } = await round(context, names, true);
    expect({ sent, failed }, text).to.deep.equal({ sent: 0, failed: 0 });
    for (const line of [
      /^feed of ETH: no surface is due\n {2}the last is \d+ s old; due at 900 s\n {2}spot moved 0\.00 % since; due at 0\.50 %/m,
      /^orders: no order in two steps is open$/m,
      /^arrays: nothing to post\n {2}there is no journal$/m,
      /^parameters: nothing to do$/m,
      /^conditions of ETH: nothing to post\n {2}posted: realised volatility 0\.00 %, toxicity 0\.00 %\n {2}volatility of the last day: /m,
      /^ {2}takers' gain against mid within an hour: not known, for want of hours with trades$/m,
      /^would epoch: process the vault's epoch, because [\d,]+\.00 USDC wait to enter and 0 shares to leave$/m,
      /^peg: the cash token has no feed here/m,
      /^hedge of ETH: nothing to trade, net delta 0\.0000 of a band of/m,
      /^liquidate: none of \d+ accounts can be sold/m,
      /^settle: nobody holds a position past its expiry$/m,
    ])
      expect(text).to.match(line);
    const { surfaceSource: _, ...without } = context;
    expect((await round({ ...without, surfaceSource: undefined }, ["feed"], true)).text).to.contain(
      "there is no source of surfaces (--surface or --deribit)",
    );
  }).timeout(60_000);

  it("is patient with a node that is asked too often now and then", async () => {
    const context = await keeper({ timeout: PATIENT });
    const before = await posts();
    let calls = 0;
    proxy.use(() => (++calls % 3 === 0 ? "tooMany" : undefined));
    const result = await round(context);
    expect(result, result.text).to.include({ failed: 0 });
    expect(proxy.hits.get("tooMany")).to.be.greaterThan(1);
    expect(await posts()).to.have.length(before.length + 1);
  }).timeout(60_000);

  it("does nothing on what a node said before, and says by how much it is behind", async () => {
    const context = await keeper();
    expect(await round(context)).to.include({ failed: 0 });
    const before = await posts();
    await pass();
    proxy.use(() => "stale");
    const behind = await round(context);
    expect(behind).to.include({ sent: 0, failed: 1 });
    expect(behind.text).to.match(
      /^nothing was looked at: The node has fallen behind: it is at block \d+, and was at \d+\.$/,
    );
    expect(await posts()).to.deep.equal(before);
    proxy.use(sound);
    expect(await round(context)).to.include({ failed: 0 });
    expect(await posts()).to.have.length(before.length + 1);
  }).timeout(60_000);

  it("posts once where another publisher signs and sends for the same time", async () => {
    // Both have looked and hold the signatures that they need, before either sends; with two keys, and then with one.
    for (const index of [3, 2]) {
      await pass();
      const before = await posts();
      const contexts = [await keeper(), await keeper({ key: keyOf(index) })];
      const [first, second] = await Promise.all(contexts.map(async (context) => (await feed(context))[0]));
      expect([first?.what, second?.what]).to.deep.equal(
        Array(2).fill("post the surface of ETH with 3 expiries"),
      );
      await (await first?.send())?.wait();
      const refused = await second?.simulate().then(
        () => "nothing",
        (error: Error) => decodeError(error)?.name,
      );
      expect(refused).to.equal("SurfaceFeed_NotNewer");
      await second?.send().then(
        (sent) => sent.wait(),
        () => undefined,
      );
      expect(await posts()).to.have.length(before.length + 1);
      expect(await round(contexts[1] as KeeperContext)).to.include({ failed: 0 });
      expect(await posts(), "another surface is not due").to.have.length(before.length + 1);
    }
  }).timeout(60_000);

  it("posts once where a post was accepted and reported as failed", async () => {
    const context = await keeper();
    const before = await posts();
    proxy.use((methods) => (methods.includes("eth_sendRawTransaction") ? "lost" : undefined));
    const lost = await round(context);
    expect(lost.failed).to.be.greaterThan(0);
    expect(lost.text).to.contain("The node's server fails with status 502");
    expect(await posts()).to.have.length(before.length + 1);
    proxy.use(sound);
    const again = await round(context);
    expect(again, again.text).to.include({ failed: 0 });
    expect(await posts(), "not posted again").to.have.length(before.length + 1);
  }).timeout(60_000);

  it("leaves no gap in its nonces where a transaction was refused", async () => {
    const context = await keeper();
    const { address } = context.sender as KeeperWallet;
    const provider = chain.connection.ethers.provider;
    const nonce = await provider.getTransactionCount(address);
    let refused = 0;
    proxy.use((methods) => (methods.includes("eth_estimateGas") && ++refused < 3 ? "malformed" : undefined));
    const before = await posts();
    const failed: number[] = [];
    for (let i = 0; i < 3; i++) failed.push((await round(context)).failed);
    expect(failed).to.deep.equal([1, 1, 0]);
    expect(refused).to.be.greaterThan(2);
    // One transaction was mined, with the nonce that the two before it had not used up.
    expect(await posts()).to.have.length(before.length + 1);
    expect(await provider.getTransactionCount(address)).to.equal(nonce + 1);
  }).timeout(60_000);

  it("goes on where somebody else uses its key", async () => {
    const context = await keeper();
    expect((await round(context)).failed).to.equal(0);
    const before = await posts();
    const { signer, address } = world.people.keeper;
    for (let i = 0; i < 3; i++) await (await signer.sendTransaction({ to: address })).wait();
    await pass();
    const result = await round(context);
    expect(result, result.text).to.include({ failed: 0 });
    expect(await posts()).to.have.length(before.length + 1);
  }).timeout(60_000);

  for (const days of [-400, 400]) {
    it(`goes by the chain's time where its own clock is ${days} days ahead`, async () => {
      const { now: clock } = Date;
      const before = await posts();
      Date.now = () => clock() + days * 86_400_000;
      try {
        const context = await keeper();
        const result = await round(context);
        expect(result, result.text).to.include({ failed: 0 });
      } finally {
        Date.now = clock;
      }
      const [made, ...more] = (await posts()).slice(before.length);
      expect(more).to.deep.equal([]);
      expect(Math.abs((made ?? 0) - (await now()))).to.be.lessThan(60);
    }).timeout(60_000);
  }

  it("says that its balance is empty, and posts once it is not", async () => {
    const poor = HDNodeWallet.fromMnemonic(PHRASE, "m/44'/60'/0'/0/77");
    const context = await keeper({ key: poor.privateKey });
    const before = await posts();
    const broke = await round(context);
    expect(broke.failed).to.be.greaterThan(0);
    expect(broke.text).to.match(/has not enough of the chain's coin to pay for gas/);
    expect(await posts()).to.deep.equal(before);
    const { signer } = world.people.deployer;
    await (await signer.sendTransaction({ to: poor.address, value: parseEther("1") })).wait();
    expect(await round(context)).to.include({ failed: 0 });
    expect(await posts()).to.have.length(before.length + 1);
  }).timeout(60_000);

  it("comes through a storm of all faults without a wrong or doubled post", async () => {
    const context = await keeper();
    const start = await posts();
    const storm = faultsOf(2_027, 0.15);
    let sent = 0;
    // Few requests send anything, and only those can be lost on the way back.
    proxy.use((methods) =>
      methods.includes("eth_sendRawTransaction") && ++sent % 3 === 0 ? "lost" : storm(methods),
    );
    let failed = 0;
    for (let i = 0; i < 24; i++) {
      await pass();
      failed += (await round(context)).failed;
    }
    for (const fault of FAULTS) expect(proxy.hits.get(fault) ?? 0, fault).to.be.greaterThan(0);
    proxy.use(sound);
    await round(context);
    const all = await posts();
    expect(failed).to.be.greaterThan(3);
    expect(all.length - start.length).to.be.within(4, 25);
    expect(new Set(all).size).to.equal(all.length);
    for (const [key, signatures] of signed) expect(signatures.size, key).to.equal(1);
  }).timeout(180_000);
});
