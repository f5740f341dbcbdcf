import { type SurfaceReport, settlementProof, signReport, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { reportOf } from "../../packages/lab/src/market/surface.ts";
import {
  connection,
  curator,
  expiryOf,
  moveTo,
  option,
  refusal,
  type Scene,
  scene,
} from "../support/ballast.ts";

const { ethers, networkHelpers } = connection;
const { ZeroAddress } = await import("ethers");
const HOUR = 3600;

async function reportAt(
  { player, clock }: Scene,
  changes: Partial<SurfaceReport> = {},
): Promise<SurfaceReport> {
  await clock.advanceTo((await clock.now()) + 60);
  const timestamp = await clock.now();
  return { ...reportOf(0, timestamp, 2_000n * WAD, player.slices(timestamp)), ...changes };
}

async function post(stage: Scene, report: SurfaceReport, signatures?: readonly string[]): Promise<unknown> {
  const { ballast } = stage.world.people.keeper;
  const signed = signatures ?? (await signReport(ballast, report, stage.world.surfaceSigners));
  return ballast.surfaceFeed.post.staticCall({ ...report, slices: [...report.slices] }, [...signed]);
}

describe("surface feed", () => {
  it("takes a newer report of the quorum and remembers it", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { ballast } = stage.world.people.keeper;
    const report = await reportAt(stage);
    const signatures = await signReport(ballast, report, stage.world.surfaceSigners.slice(0, 2));
    await ballast.surfaceFeed.post({ ...report, slices: [...report.slices] }, signatures);
    const [spot, timestamp] = await ballast.surfaceFeed.lastReport(0);
    expect(spot).to.equal(2_000n * WAD);
    expect(timestamp).to.equal(BigInt(report.timestamp));
    expect((await ballast.surfaceFeed.expiries(0)).map(Number)).to.deep.equal(stage.expiries);
    expect(await ballast.surfaceFeed.liveForward(0, expiryOf(stage, 0), 1_000n * WAD)).to.equal(1_000n * WAD);
    expect(await ballast.surfaceFeed.isStale(0)).to.equal(false);
    await stage.clock.advanceTo(report.timestamp + 2 * HOUR + 1);
    expect(await ballast.surfaceFeed.isStale(0)).to.equal(true);
  });

  it("refuses missing, unknown and unsorted signatures", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { ballast } = stage.world.people.keeper;
    const report = await reportAt(stage);
    const sorted = await signReport(ballast, report, stage.world.surfaceSigners);
    const stranger = await signReport(ballast, report, [stage.world.people.keeper.signer]);
    expect(await refusal(post(stage, report, sorted.slice(0, 1)))).to.equal("SurfaceFeed_TooFewSigners");
    expect(await refusal(post(stage, report, stranger))).to.equal("SurfaceFeed_UnknownSigner");
    expect(await refusal(post(stage, report, [...sorted].reverse()))).to.equal(
      "SurfaceFeed_SignersNotSorted",
    );
    expect(await refusal(post(stage, report, [sorted[0] ?? "", sorted[0] ?? ""]))).to.equal(
      "SurfaceFeed_SignersNotSorted",
    );
  });

  it("refuses reports out of time", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const report = await reportAt(stage);
    const [, last] = await stage.world.people.keeper.ballast.surfaceFeed.lastReport(0);
    const at = (timestamp: number) => refusal(post(stage, { ...report, timestamp }));
    expect(await at(Number(last))).to.equal("SurfaceFeed_NotNewer");
    expect(await at(report.timestamp + 100)).to.equal("SurfaceFeed_Future");
    await stage.clock.advanceTo(report.timestamp + 700);
    expect(await at(report.timestamp)).to.equal("SurfaceFeed_TooOld");
  });

  it("refuses what is not a surface without arbitrage near spot", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const report = await reportAt(stage);
    const [first, second] = report.slices;
    if (!first || !second) throw new Error("The surface has too few slices.");
    const only = (...slices: SurfaceReport["slices"]) => refusal(post(stage, { ...report, slices }));
    expect(await only()).to.equal("SurfaceFeed_EmptyReport");
    expect(await only(second, first)).to.equal("SurfaceFeed_ExpiryNotIncreasing");
    expect(await only({ ...first, expiry: stage.start - HOUR })).to.equal("SurfaceFeed_ExpiryPassed");
    expect(await only({ ...first, expiry: first.expiry + 1 })).to.equal("SurfaceFeed_OutOfDomain");
    expect(await only({ ...first, theta: first.theta + 1n })).to.equal("SurfaceFeed_OutOfDomain");
    expect(await only({ ...first, rho: WAD })).to.equal("SurfaceFeed_OutOfDomain");
    expect(await only({ ...first, psi: 5n * WAD })).to.equal("SurfaceFeed_Butterfly");
    expect(await only(first, { ...second, theta: first.theta - 10n ** 6n, psi: first.psi })).to.equal(
      "SurfaceFeed_Calendar",
    );
    expect(await only({ ...first, forward: 3_000n * WAD })).to.equal("SurfaceFeed_ForwardTooFar");
    const livelier = report.slices.map((one) => ({ ...one, theta: one.theta * 4n }));
    expect(await only(...livelier)).to.equal("SurfaceFeed_StepTooLarge");
    expect(await refusal(post(stage, { ...report, spot: 2_100n * WAD }))).to.equal("SurfaceFeed_SpotTooFar");
  });

  it("bounds its signers and threshold, and knows only posted expiries", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { surfaceFeed } = await curator(stage);
    expect(await refusal(surfaceFeed.setThreshold.staticCall(4))).to.equal("SurfaceFeed_BadThreshold");
    expect(await refusal(surfaceFeed.setThreshold.staticCall(0))).to.equal("SurfaceFeed_BadThreshold");
    expect(await refusal(surfaceFeed.setSigner.staticCall(ZeroAddress, true))).to.equal(
      "SurfaceFeed_ZeroAddress",
    );
    expect(await refusal(surfaceFeed.slice(0, 3_600))).to.equal("SurfaceFeed_UnknownExpiry");
    expect(await surfaceFeed.threshold()).to.equal(2n);
    const outsider = stage.world.people.keeper.ballast.surfaceFeed;
    expect(await refusal(outsider.setThreshold.staticCall(1))).to.equal("AccessManagedUnauthorized");
  });
});

describe("price feed and router", () => {
  async function configuration(stage: Scene) {
    return {
      aggregator: stage.world.externals.feed.address,
      sequencerFeed: ZeroAddress,
      tradingAge: 3_600,
      liquidationAge: 7_200,
      sequencerGrace: 0,
      minimum: WAD,
      maximum: 10_000n * WAD,
      jumpLimit: WAD / 2n,
    };
  }

  it("turns age, jumps and bounds into statuses and keeps the price of a merely old answer", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const factory = await ethers.getContractFactory("ChainlinkPriceFeed");
    const feed = await factory.deploy(await configuration(stage));
    const status = async () => Number((await feed.getFunction("read").staticCall()).status);
    expect(await status()).to.equal(0);
    const { updatedAt } = await stage.world.externals.feed.proxy.latestRoundData();
    await stage.clock.advanceTo(Number(updatedAt) + 3_601);
    expect(await status()).to.equal(1);
    await stage.clock.advanceTo(Number(updatedAt) + 7_201);
    const old = await feed.getFunction("read").staticCall();
    expect([Number(old.status), old.price]).to.deep.equal([2, 2_000n * WAD]);
    await stage.world.externals.feed.pushRound(900n * WAD);
    const jump = await feed.getFunction("read").staticCall();
    expect([Number(jump.status), jump.price]).to.deep.equal([8, 0n]);
    await stage.world.externals.feed.pushRound(900n * WAD);
    expect(await status()).to.equal(0);
    await stage.world.externals.feed.pushRound(10_001n * WAD);
    expect(await status()).to.equal(7);
  });

  it("refuses a configuration that makes no sense", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const good = await configuration(stage);
    const factory = await ethers.getContractFactory("ChainlinkPriceFeed");
    const attempt = (changes: object) => refusal(factory.deploy({ ...good, ...changes }));
    expect(await attempt({ aggregator: ZeroAddress })).to.equal("ChainlinkPriceFeed_ZeroAddress");
    expect(await attempt({ tradingAge: 0 })).to.equal("ChainlinkPriceFeed_BadAges");
    expect(await attempt({ liquidationAge: 10 })).to.equal("ChainlinkPriceFeed_BadAges");
    expect(await attempt({ minimum: 0 })).to.equal("ChainlinkPriceFeed_BadBounds");
  });

  it("routes each market to its feed and refuses what is not good enough to trade on", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { priceRouter } = await curator(stage);
    expect(await priceRouter.tradingSpot(0)).to.equal(2_000n * WAD);
    expect(await refusal(priceRouter.tradingSpot(7))).to.equal("PriceRouter_PriceUnusable");
    expect(Number((await priceRouter.spot(7)).status)).to.equal(13);
    expect(await refusal(priceRouter.setFeed.staticCall(7, ZeroAddress))).to.equal("PriceRouter_ZeroAddress");
  });
});

describe("settlement oracle", () => {
  /** Plays hourly prices until an hour after the first expiry. */
  async function expired(): Promise<Scene & { readonly expiry: number }> {
    const stage = await scene();
    const expiry = expiryOf(stage, 0);
    await stage.clock.advanceTo(expiry - HOUR);
    await stage.world.externals.feed.pushRound(2_000n * WAD);
    await stage.clock.advanceTo(expiry - 900);
    await stage.world.externals.feed.pushRound(2_100n * WAD);
    await stage.clock.advanceTo(expiry + 10);
    await stage.world.externals.feed.pushRound(1_900n * WAD);
    return { ...stage, expiry };
  }

  it("averages the price in force over the last half hour, for anyone, once", async () => {
    const { world, expiry } = await networkHelpers.loadFixture(expired);
    const { ballast } = world.people.hedger;
    const rounds = await settlementProof(world.externals.feed.address, expiry, ballast.runner);
    await ballast.settlementOracle.fix(0, expiry, rounds);
    const [price, exists] = await ballast.settlementOracle.fixing(0, expiry);
    // The second round came one second after its quarter of an hour began.
    const weighted = (2_000n * 901n + 2_100n * 899n) * WAD;
    expect([price, exists]).to.deep.equal([weighted / 1_800n, true]);
    expect(await refusal(ballast.settlementOracle.fix.staticCall(0, expiry, rounds))).to.equal(
      "SettlementOracle_AlreadyFixed",
    );
  });

  it("refuses every proof that is not the whole window", async () => {
    const stage = await networkHelpers.loadFixture(expired);
    const { expiry } = stage;
    const oracle = stage.world.people.hedger.ballast.settlementOracle;
    const rounds = await settlementProof(
      stage.world.externals.feed.address,
      expiry,
      oracle.runner ?? ethers.provider,
    );
    const [first, second] = rounds;
    if (first === undefined || second === undefined) throw new Error("The proof is too short.");
    const fix = (ids: readonly bigint[], at = expiry, market = 0) =>
      refusal(oracle.fix.staticCall(market, at, [...ids]));
    expect(await fix([])).to.equal("SettlementOracle_EmptyProof");
    expect(await fix([first])).to.equal("SettlementOracle_EndNotCovered");
    expect(await fix([second])).to.equal("SettlementOracle_StartNotCovered");
    expect(await fix([first - 1n, first, second])).to.equal("SettlementOracle_StartNotCovered");
    expect(await fix([first, second + 1n])).to.equal("SettlementOracle_RoundsNotConsecutive");
    expect(await fix([first + 100n])).to.equal("SettlementOracle_RoundMissing");
    expect(await fix(rounds, expiryOf(stage, 1))).to.equal("SettlementOracle_NotExpired");
    expect(await fix(rounds, expiry, 9)).to.equal("SettlementOracle_NoFeed");
    expect(await fix(Array.from({ length: 201 }, () => first))).to.equal("SettlementOracle_TooManyRounds");
  });

  it("falls back to the last round only after its delay, and never to an implausible one", async () => {
    const stage = await networkHelpers.loadFixture(expired);
    const oracle = stage.world.people.hedger.ballast.settlementOracle;
    const rounds = await settlementProof(stage.world.externals.feed.address, stage.expiry, ethers.provider);
    const last = rounds.at(-1) ?? 0n;
    const attempt = () => refusal(oracle.fixWithLastRound.staticCall(0, stage.expiry, last));
    expect(await attempt()).to.equal("SettlementOracle_FallbackTooEarly");
    await stage.clock.advanceTo(stage.expiry + 6 * HOUR);
    expect(await refusal(oracle.fixWithLastRound.staticCall(0, stage.expiry, last - 1n))).to.equal(
      "SettlementOracle_EndNotCovered",
    );
    await stage.world.externals.feed.pushRound(1_040n * WAD);
    expect(await attempt()).to.equal("SettlementOracle_Implausible");
    await stage.world.externals.feed.pushRound(2_000n * WAD);
    expect(await oracle.fixWithLastRound.staticCall(0, stage.expiry, last)).to.equal(2_100n * WAD);
  });
});

describe("option pricer", () => {
  it("keeps put-call parity at the live forward and refuses what it cannot value", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { optionPricer } = stage.world.people.hedger.ballast;
    const expiry = expiryOf(stage, 1);
    const [call, put] = await Promise.all([
      optionPricer.value(option(expiry, 1_900n, "call"), 0),
      optionPricer.value(option(expiry, 1_900n, "put"), 0),
    ]);
    expect(call.value - put.value).to.equal(100n * WAD);
    expect(call.delta - put.delta).to.equal(WAD);
    const dearer = await optionPricer.value(option(expiry, 1_900n, "call"), WAD / 10n);
    expect(dearer.value > call.value).to.equal(true);
    expect(await refusal(optionPricer.value(option(stage.start - HOUR, 1_900n, "call"), 0))).to.equal(
      "OptionPricer_Expired",
    );
    const elsewhere = option(expiry, 1_900n, "call") | (5n << 56n);
    expect(await refusal(optionPricer.value(elsewhere, 0))).to.equal("OptionPricer_NoPrice");
  });

  it("keeps a strike's volatility while its surface ages, and lets only time run off", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { optionPricer } = stage.world.people.hedger.ballast;
    const put = option(expiryOf(stage, 0), 1_900n, "put");
    const before = await optionPricer.value(put, 0);
    await stage.clock.advanceTo(expiryOf(stage, 0) - 6 * HOUR);
    const after = await optionPricer.value(put, 0);
    const difference = after.volatility - before.volatility;
    expect(difference > -(10n ** 10n) && difference < 10n ** 10n).to.equal(true);
    expect(after.value < before.value).to.equal(true);
  });

  it("follows the market", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { optionPricer } = stage.world.people.hedger.ballast;
    const call = option(expiryOf(stage, 1), 2_000n, "call");
    const before = await optionPricer.value(call, 0);
    await moveTo(stage, stage.start + HOUR, 2_050n);
    const after = await optionPricer.value(call, 0);
    expect(after.forward).to.equal(2_050n * WAD);
    expect(after.value > before.value && after.delta > before.delta).to.equal(true);
  });
});
