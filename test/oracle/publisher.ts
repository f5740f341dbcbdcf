import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Action,
  arrays,
  type Cosigner,
  DEFAULT_LIMITS,
  DEFAULT_TOLERANCES,
  diagnose,
  feed,
  type KeeperContext,
  localCosigner,
  type MarginFields,
  parameters,
  proposeSurface,
  publisherJournal,
  type RegimeSource,
  runRound,
  type SurfaceSlice,
  watchAccounts,
} from "@ballast/keeper";
import { connectBallast, packPosition, quoteLegs, tradeCalls, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { mintUsdc } from "../../packages/lab/src/externals/index.ts";
import { connection, curator, expiryOf, option, type Scene, scene } from "../support/ballast.ts";

const { networkHelpers } = connection;
const HOUR = 3600;

describe("publisher on a whole deployment", () => {
  const loaded = () => networkHelpers.loadFixture(scene);

  /** What the market says, with volatilities times a factor. */
  const source =
    ({ player }: Scene, factor = 1): NonNullable<KeeperContext["surfaceSource"]> =>
    async (_market, timestamp) =>
      player.slices(timestamp).map((slice): SurfaceSlice => {
        const square = BigInt(Math.round(factor * factor * 1e6));
        return { ...slice, theta: (slice.theta * square) / 1_000_000n };
      });

  /** A keeper whose three signers, in processes of their own, see volatilities times these factors. */
  async function keeperOf(
    stage: Scene,
    factors: readonly number[] = [1, 1, 1],
    change: Partial<KeeperContext> = {},
  ): Promise<KeeperContext> {
    const { world } = stage;
    const { ballast, signer } = world.people.keeper;
    const cosigners = await Promise.all(
      factors.map((factor, i) => {
        const own = world.surfaceSigners[i];
        if (!own) throw new Error("There are too few signers.");
        return localCosigner({
          signer: own,
          ballast,
          source: source(stage, factor),
          journal: publisherJournal(),
          tolerances: DEFAULT_TOLERANCES,
        });
      }),
    );
    return {
      ballast,
      sender: signer,
      surfaceSigners: [],
      surfaceSource: source(stage),
      cosigners,
      accounts: watchAccounts(ballast),
      limits: DEFAULT_LIMITS,
      ...change,
    };
  }

  async function round(context: KeeperContext, task: "feed" | "arrays" | "parameters", dryRun = false) {
    const lines: string[] = [];
    const result = await runRound(context, [task], dryRun, (line) => lines.push(line));
    return { ...result, text: lines.join("\n") };
  }
  /** The stage's own clock: whatever else mines a block moves it by a second. */
  const pass = async ({ clock }: Scene, seconds: number) => clock.advanceTo((await clock.now()) + seconds);
  const stampOf = async ({ world }: Scene) =>
    Number((await world.people.keeper.ballast.surfaceFeed.lastReport(0)).timestamp);

  it("posts what all its signers agree with, and shows it before", async () => {
    const stage = await loaded();
    await pass(stage, HOUR);
    await stage.player.move({ time: await networkHelpers.time.latest(), price: 2_000n * WAD });
    const context = await keeperOf(stage);
    const before = await stampOf(stage);
    const dry = await round(context, "feed", true);
    expect(dry.text).to.match(
      /would feed: post the surface of ETH with 5 expiries, because the last surface/,
    );
    expect(dry.text).to.match(/forward\/spot 1\.0000 {2}at the money \d+\.\d\d %/);
    expect(dry.text).to.match(/signed by 0x\w+, 0x\w+, 0x\w+/);
    expect(await stampOf(stage)).to.equal(before);
    expect(await round(context, "feed")).to.include({ sent: 1, failed: 0 });
    expect(await stampOf(stage)).to.be.greaterThan(before);
    expect((await round(context, "feed")).text).to.equal("");
  });

  it("posts with two of three, and says what the third objects to", async () => {
    const stage = await loaded();
    await pass(stage, HOUR);
    await stage.player.move({ time: await networkHelpers.time.latest(), price: 2_000n * WAD });
    const { text, failed } = await round(await keeperOf(stage, [1, 1.3, 1]), "feed", true);
    expect(failed).to.equal(0);
    expect(text).to.match(/not signed by 0x\w+: .*is not near the own/);
  });

  it("posts nothing where two of three disagree, and says why", async () => {
    const stage = await loaded();
    await pass(stage, HOUR);
    await stage.player.move({ time: await networkHelpers.time.latest(), price: 2_000n * WAD });
    const before = await stampOf(stage);
    const { text, sent, failed } = await round(await keeperOf(stage, [1, 1.3, 0.7]), "feed");
    expect({ sent, failed }).to.deep.equal({ sent: 0, failed: 1 });
    expect(text).to.match(/refused: 1 of the 2 signatures needed: 0x\w+: .*is not near the own/);
    expect(await stampOf(stage)).to.equal(before);
  });

  it("posts when volatility moved, holding the step within what the contract allows", async () => {
    const stage = await loaded();
    await pass(stage, 60);
    const hot = source(stage, 2);
    const { surfaceFeed } = stage.world.people.keeper.ballast;
    const expiry = expiryOf(stage, 1);
    const [anchor] = await surfaceFeed.stepAnchor(0, expiry);
    const context = await keeperOf(stage, [2, 2], { surfaceSource: hot });
    const dry = await round(context, "feed", true);
    expect(dry.text).to.match(/because volatility moved/);
    expect(dry.text).to.match(/adjusted: .* volatility is held at/);
    expect(await round(context, "feed")).to.include({ sent: 1, failed: 0 });
    const word = await surfaceFeed.getFunction("slice")(0, expiry);
    const theta = (BigInt(word) & ((1n << 48n) - 1n)) * 10n ** 6n;
    const life = BigInt(expiry - (await stampOf(stage)));
    const variance = (theta * 365n * 86_400n) / life;
    const share = Math.sqrt(Number(variance) / 1e18) / (Number(anchor) / 1e18);
    expect(Math.abs(share - 1.495) < 0.002, String(share)).to.equal(true);
  });

  it("takes an expiry in that its source leaves out where the rest would cross it, and no other", async () => {
    const stage = await loaded();
    await pass(stage, 1_800);
    await stage.player.move({ time: await networkHelpers.time.latest(), price: 2_000n * WAD });
    const { ballast } = stage.world.people.keeper;
    const gone = expiryOf(stage, 2);
    /** Without the third expiry; the second has its volatility times a factor. */
    const without =
      (factor: bigint): NonNullable<KeeperContext["surfaceSource"]> =>
      async (market, timestamp) =>
        (await source(stage)(market, timestamp))
          .filter(({ expiry }) => expiry !== gone)
          .map((slice, i) =>
            i === 1 ? { ...slice, theta: (slice.theta * factor * factor) / 10_000n } : slice,
          );
    const now = await networkHelpers.time.latest();
    const propose = (factor: bigint) => proposeSurface(ballast, without(factor), 0, now, 2_000n * WAD);
    expect((await propose(100n)).report.slices.map(({ expiry }) => expiry)).not.to.contain(gone);
    const { report, adjustments } = await propose(148n);
    expect(report.slices.map(({ expiry }) => expiry)).to.contain(gone);
    expect(adjustments.join("\n")).to.contain("is reported as it was posted: the source leaves it out");
    const cosigners = await Promise.all(
      stage.world.surfaceSigners.slice(0, 2).map((signer) =>
        localCosigner({
          signer,
          ballast,
          source: without(148n),
          journal: publisherJournal(),
          tolerances: DEFAULT_TOLERANCES,
        }),
      ),
    );
    const context = await keeperOf(stage, [], { surfaceSource: without(148n), cosigners });
    expect(await round(context, "feed")).to.include({ failed: 0 });
    expect(await stampOf(stage)).to.be.at.least(now);
  });

  it("goes on with everything else when its source fails, and says so", async () => {
    const stage = await networkHelpers.loadFixture(traded);
    const surfaceSource = () => Promise.reject(new Error("the exchange is down"));
    const { text, failed, sent } = await round(await keeperOf(stage, [1, 1], { surfaceSource }), "feed");
    expect(text).to.match(/post the surface of ETH.*refused: .*the exchange is down/);
    expect(text).to.match(/refresh the risk arrays of 5 strikes.*done/);
    expect({ failed, sent: sent > 0 }).to.deep.equal({ failed: 1, sent: true });
  });

  it("is diagnosed with its signers, here and elsewhere", async () => {
    const stage = await loaded();
    const silent: Cosigner = {
      name: "far",
      address: () => Promise.reject(new Error("no")),
      signSurface: async () => ({ objections: [] }),
      signArrays: async () => ({ objections: [] }),
    };
    const context = await keeperOf(stage, [1, 1]);
    const now = await networkHelpers.time.latest();
    const find = async (change: Partial<KeeperContext>) =>
      (await diagnose({ ...context, ...change }, now)).filter(({ subject }) =>
        subject.startsWith("surface signer"),
      );
    expect(await find({})).to.deep.equal([
      { subject: "surface signers", healthy: true, detail: "2 of the 2 needed" },
    ]);
    expect(await find({ cosigners: [silent, ...(context.cosigners ?? []).slice(1)] })).to.deep.equal([
      { subject: "surface signers", healthy: false, detail: "1 of the 2 needed" },
      { subject: "surface signer", healthy: false, detail: "far does not answer" },
    ]);
  });

  it("signs nothing that it signed otherwise before a restart", async () => {
    const stage = await loaded();
    await pass(stage, HOUR);
    await stage.player.move({ time: await networkHelpers.time.latest(), price: 2_000n * WAD });
    const { world } = stage;
    const file = join(mkdtempSync(join(tmpdir(), "publisher-")), "journal.json");
    const signerOf = (): Promise<Cosigner> =>
      localCosigner({
        signer: world.surfaceSigners[0]!,
        ballast: world.people.keeper.ballast,
        source: source(stage),
        journal: publisherJournal(file),
        tolerances: DEFAULT_TOLERANCES,
      });
    const now = await networkHelpers.time.latest();
    const { report } = await proposeSurface(world.people.keeper.ballast, source(stage), 0, now, 2_000n * WAD);
    expect(await (await signerOf()).signSurface(report)).to.have.property("signature");
    expect(await (await signerOf()).signSurface(report)).to.have.property("signature");
    const other = { ...report, spot: report.spot + WAD / 10n };
    const again = await (await signerOf()).signSurface(other);
    expect(again).to.deep.equal({ objections: ["another report of the same time was signed already"] });
  });

  /** A taker who holds more series of one expiry than the limit, all stale an hour later; the keeper has two bonds. */
  async function traded() {
    const stage = await scene();
    const { world } = stage;
    const { keeper, deployer, takers } = world.people;
    const taker = takers[0]!;
    const expiry = expiryOf(stage, 2);
    const instruments = [1_800n, 1_900n, 2_000n, 2_100n, 2_200n].map((dollars) =>
      option(expiry, dollars, "call"),
    );
    await (
      await keeper.ballast.riskArrays.refresh(
        0,
        expiry,
        [1_800n, 1_900n, 2_000n, 2_100n, 2_200n].map((dollars) => dollars * WAD),
      )
    ).wait();
    const legs = instruments.map((instrument) => ({ instrument, quantity: WAD / 10n }));
    const calls = await tradeCalls(taker.ballast, taker.account, await quoteLegs(taker.ballast, legs));
    await (await taker.ballast.clearinghouse.batch(taker.account, calls)).wait();
    const { arrayPosts, usdc } = keeper.ballast;
    const bond = await arrayPosts.bond();
    await mintUsdc(world.externals.usdc, keeper.address, 2n * bond, deployer.signer);
    await (await usdc.approve(world.deployment.contracts.arrayPosts, 2n * bond)).wait();
    await (await arrayPosts.deposit(2n * bond)).wait();
    await pass(stage, 2 * HOUR);
    await stage.player.move({ time: await networkHelpers.time.latest(), price: 2_050n * WAD });
    await stage.player.post();
    return { ...stage, expiry, instruments, bond };
  }

  const limits = { ...DEFAULT_LIMITS, postStrikes: 5, feedHeartbeat: 86_400 };
  const titles = (actions: readonly Action[]) => actions.map(({ what }) => what.split(" ")[0]);

  it("moves, commits and posts arrays over three rounds, each by a keeper that just started", async () => {
    const stage = await networkHelpers.loadFixture(traded);
    const { arrayPosts, riskArrays } = stage.world.people.keeper.ballast;
    const file = join(mkdtempSync(join(tmpdir(), "publisher-")), "journal.json");
    const restarted = () => keeperOf(stage, [1, 1, 1], { limits, publisherJournal: publisherJournal(file) });
    expect(titles(await arrays(await restarted()))).to.deep.equal(["move"]);
    // What is posted is not refreshed on chain as well.
    expect((await feed(await restarted())).map(({ what }) => what).join()).not.to.contain("strikes");
    expect(await round(await restarted(), "arrays")).to.include({ sent: 1, failed: 0 });
    expect((await round(await restarted(), "arrays")).text).to.contain("commit arrays of 5 strikes");
    expect(await arrays(await restarted()), "in the block of the commitment").to.deep.equal([]);
    await pass(stage, 12);
    expect((await round(await restarted(), "arrays", true)).text).to.match(
      /would arrays: post arrays of 5[\s\S]*signed by/,
    );
    const posted = await round(await restarted(), "arrays");
    expect(posted).to.include({ sent: 1, failed: 0 });
    const words = stage.instruments.map((one) => packPosition(one, WAD));
    expect(await riskArrays.refreshPositions.staticCall(words)).to.equal(0n);
    expect((await riskArrays.greeks(0, stage.expiry, 2_000n * WAD)).callDelta).to.be.greaterThan(0n);
    // The journal forgets what the chain has taken.
    expect(await arrays(await restarted())).to.deep.equal([]);
    expect(publisherJournal(file).commitments()).to.deep.equal([]);
    await pass(stage, 7 * 86_400 + 1);
    const release = (await arrays(await restarted())).find(({ what }) => what.includes("bond of post 1"));
    expect(release?.why).to.contain("challenge");
    await (await release?.send())?.wait();
    expect((await arrayPosts.bondsOf(stage.world.people.keeper.address))[0]).to.equal(2n * stage.bond);
  });

  it("closes a commitment whose arrays have moved on, at no cost", async () => {
    const stage = await networkHelpers.loadFixture(traded);
    const { keeper } = stage.world.people;
    const context = await keeperOf(stage, [1, 1, 1], { limits, publisherJournal: publisherJournal() });
    await round(context, "arrays");
    expect((await round(context, "arrays")).text).to.contain("commit arrays");
    await pass(stage, HOUR);
    await stage.player.move({ time: await networkHelpers.time.latest(), price: 2_150n * WAD });
    await stage.player.post();
    await (await keeper.ballast.riskArrays.refresh(0, stage.expiry, [])).wait();
    const { text } = await round(context, "arrays");
    expect(text).to.match(/close the commitment .* because its arrays have moved on: done/);
    expect((await keeper.ballast.arrayPosts.bondsOf(keeper.address))[0]).to.equal(2n * stage.bond);
  });

  it("gets no signature for a page with one wrong bit", async () => {
    const stage = await networkHelpers.loadFixture(traded);
    const context = await keeperOf(stage, [1], { limits, publisherJournal: publisherJournal() });
    await round(context, "arrays");
    await round(context, "arrays");
    const [[, report] = []] = context.publisherJournal?.commitments() ?? [];
    const [signer] = context.cosigners ?? [];
    if (!report || !signer) throw new Error("Nothing was committed.");
    expect(await signer.signArrays(report)).to.have.property("signature");
    const last = report.page.at(-1) === "0" ? "1" : "0";
    const ask = async (change: Partial<typeof report>) => {
      const answer = await signer.signArrays({ ...report, ...change });
      return "objections" in answer ? answer.objections.join() : "signed";
    };
    expect(await ask({ page: report.page.slice(0, -1) + last })).to.contain(
      "not what the chain would compute",
    );
    expect(await ask({ version: report.version + 1 })).to.contain("have version");
    expect(await ask({ page: "0x" })).to.contain("empty");
    expect(await ask({ page: "0x00" })).to.contain("cannot be read");
  });

  it("posts no arrays without a bond or a journal, nor few strikes", async () => {
    const stage = await networkHelpers.loadFixture(traded);
    const { keeper } = stage.world.people;
    const journal = publisherJournal();
    expect(await arrays(await keeperOf(stage, [1], { limits }))).to.deep.equal([]);
    const few = await keeperOf(stage, [1], {
      limits: { ...limits, postStrikes: 6 },
      publisherJournal: journal,
    });
    expect(await arrays(few)).to.deep.equal([]);
    await (await keeper.ballast.arrayPosts.requestWithdrawal(2n * stage.bond)).wait();
    expect(await arrays(await keeperOf(stage, [1], { limits, publisherJournal: journal }))).to.deep.equal([]);
  });

  it("proposes parameters that follow the regime, through the path that bounds and ramps them", async () => {
    const stage = await loaded();
    const { riskParameters } = stage.world.people.keeper.ballast;
    const before = await riskParameters.targetParameters(0);
    const { hedgeController, quoter } = stage.world.people.keeper.ballast;
    const [hedge, quotes] = await Promise.all([hedgeController.parameters(0), quoter.parameters()]);
    const { scanRange, volUp, shortOptionMinimum } = before;
    const normal: MarginFields = { scanRange, volUp, shortOptionMinimum };
    let regime: "normal" | "turbulent" = "normal";
    const regimes: RegimeSource = {
      regime: async () => regime,
      margin: () => normal,
      hedge: () => ({ costRatio: hedge.costRatio, riskAversion: hedge.riskAversion }),
      quotes: {
        halfSpreadVol: quotes.halfSpreadVol,
        vegaCharge: quotes.vegaCharge,
        maxNetVega: quotes.maxNetVega,
        maxNetDelta: quotes.maxNetDelta,
      },
    };
    const asCurator = await curator(stage);
    const context = await keeperOf(stage, [1], {
      regimes,
      ballast: connectBallast(stage.world.deployment, asCurator.runner),
      sender: asCurator.runner as KeeperContext["sender"],
    });
    await pass(stage, 86_400);
    expect(await parameters(context)).to.deep.equal([]);
    regime = "turbulent";
    expect((await round(context, "parameters", true)).text).to.match(
      /because the regime is turbulent[\s\S]*scanRange: 20 % to 25 %[\s\S]*maxNetVega: 25 % to 20 %/,
    );
    expect(await round(context, "parameters")).to.include({ sent: 3, failed: 0 });
    expect((await quoter.parameters()).maxNetVega).to.equal((quotes.maxNetVega * 100n) / 125n);
    expect((await quoter.parameters()).maxTenor).to.equal(quotes.maxTenor);
    const hedged = await hedgeController.parameters(0);
    expect(hedged.costRatio).to.equal((hedge.costRatio * 125n) / 100n);
    expect(hedged.riskAversion).to.equal((hedge.riskAversion * 15_625n) / 10_000n);
    expect(hedged.maxTrade).to.equal(hedge.maxTrade);
    const after = await riskParameters.targetParameters(0);
    expect(after.scanRange).to.equal((before.scanRange * 125n) / 100n);
    expect(after.driftLimit).to.equal(before.driftLimit);
    expect((await riskParameters.parameters(0)).scanRange).to.be.lessThan(after.scanRange);
    expect(await parameters(context), "a pause between proposals").to.deep.equal([]);
    await pass(stage, 86_400);
    regime = "normal";
    const stranger = await keeperOf(stage, [1], { regimes });
    expect((await round(stranger, "parameters")).text).to.contain("refused");
  });
});
