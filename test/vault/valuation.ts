import { type Ballast, FLAWS, requestDeposit, settlementProof, trade, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { type Result, ZeroAddress } from "ethers";
import type { MarketParametersStruct } from "../../typechain-types/contracts/interfaces/IRiskParameters.js";
import { IValuation__factory } from "../../typechain-types/index.js";
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
const HOUR = 3_600;
const MOODS = { honest: 0, reverting: 1, short: 2, endless: 3, bomb: 4 };
type Reading = Awaited<ReturnType<Ballast["vault"]["reading"]>>;

async function done(sent: Promise<{ wait(): Promise<unknown> }>): Promise<void> {
  await (await sent).wait();
}

/** A vault that is short calls and puts of two expiries, its book current. */
async function shortVault() {
  const stage = await scene();
  const { ballast, account } = stage.world.people.hedger;
  const legs = [
    { instrument: option(expiryOf(stage, 0), 2_000n, "call"), quantity: 10n * WAD },
    { instrument: option(expiryOf(stage, 2), 2_200n, "call"), quantity: 20n * WAD },
    { instrument: option(expiryOf(stage, 2), 1_800n, "put"), quantity: 15n * WAD },
  ];
  await done(trade(ballast, account, legs));
  const own = await ballast.vault.account();
  await done(ballast.books.refreshAll(own));
  return { ...stage, ballast, own, legs };
}

// Off-chain state of a market that moves is not restored with a snapshot: each mover has a scene of its own.
async function drifting() {
  return shortVault();
}
async function expiring() {
  return shortVault();
}
async function withoutSurface() {
  return shortVault();
}
async function waiting() {
  return shortVault();
}

const reading = ({ ballast }: { ballast: Ballast }): Promise<Reading> => ballast.vault.reading();

function expectWhole(read: Reading): void {
  expect(read.mid).to.equal(read.cash + read.options + read.hedgeValue - read.unreleased);
  expect(read.bid <= read.mid && read.ask - read.mid === read.mid - read.bid).to.equal(true);
}

/** The feed of market 0 replaced by one that can be in any state. */
async function statusFeed(stage: Scene) {
  const feed = await ethers.deployContract("StatusFeed", [stage.world.externals.feed.address]);
  await done((await curator(stage)).priceRouter.setFeed(0, feed.target));
  return feed;
}

async function valuationOn(stage: Scene, change: Partial<Record<string, string>>) {
  const at = { ...stage.world.deployment.contracts, ...change };
  const contract = await ethers.deployContract("Valuation", [
    at.accessManager,
    at.clearinghouse,
    at.books,
    at.optionPricer,
    at.priceRouter,
    at.surfaceFeed,
    at.settlementOracle,
  ]);
  return IValuation__factory.connect(String(contract.target), ethers.provider);
}

describe("Valuation: current books", () => {
  it("takes options from the book's total, the rest from the ledger, and the half-spread from both", async () => {
    const stage = await networkHelpers.loadFixture(shortVault);
    const { ballast, own } = stage;
    const read = await reading(stage);
    expectWhole(read);
    const spot = (await ballast.priceRouter.spot(0)).price;
    const [marks, apart] = await ballast.books.marksOf(own, 0, spot);
    expect(apart).to.deep.equal([]);
    expect([read.flaws, read.legsApart, read.grossVega, read.spot]).to.deep.equal([0n, 0n, 0n, spot]);
    expect([read.options, read.delta, read.gamma]).to.deep.equal([marks.value, marks.delta, marks.gamma]);
    expect(read.grossVolatilityUp).to.equal(marks.grossVolatilityUp);
    expect(read.volatilityUp < 0n && read.volatilityDown > 0n).to.equal(true);
    expect([read.cash, read.hedge, read.hedgeValue]).to.deep.equal([
      await ballast.clearinghouse.cashOf(own),
      0n,
      0n,
    ]);
    const book = await ballast.optionPricer.bookValue(0, [
      ...(await ballast.clearinghouse.positionWords(own)),
    ]);
    const error = read.options - book.value;
    expect((error < 0n ? -error : error) * 1_000n < -book.value, `${read.options} ${book.value}`).to.equal(
      true,
    );

    const up = (a: bigint, b: bigint) => (a * b + WAD - 1n) / WAD;
    const { bookShare, spot: share, spotPerHour } = await ballast.valuation.uncertainty();
    const block = await ethers.provider.getBlock("latest");
    const age = BigInt(block?.timestamp ?? 0) - read.markTime;
    expect(age > 0n).to.equal(true);
    const exposure = up(read.delta < 0n ? -read.delta : read.delta, spot);
    const half = up(read.grossVolatilityUp, bookShare) + up(exposure, share + (spotPerHour * age) / 3_600n);
    expect(read.mid - read.bid).to.equal(half);
    const nav = await ballast.vault.nav();
    expect([nav.bid, nav.mid, nav.ask, nav.markTime]).to.deep.equal([
      read.bid,
      read.mid,
      read.ask,
      read.markTime,
    ]);
  });

  it("gives every change of the book another version, and the same book the same", async () => {
    const stage = await networkHelpers.loadFixture(shortVault);
    const { version } = await reading(stage);
    await stage.clock.advanceTo((await stage.clock.now()) + 60);
    expect((await reading(stage)).version).to.equal(version);
    const { account } = stage.world.people.hedger;
    const seen = new Set([version]);
    for (const leg of stage.legs) {
      await done(trade(stage.ballast, account, [{ ...leg, quantity: WAD }]));
      seen.add((await reading(stage)).version);
    }
    expect(seen.size).to.equal(4);
  });
});

describe("Valuation: what stands apart", () => {
  it("values legs one by one beyond the drift limit, and is current again after a refresh", async () => {
    const stage = await networkHelpers.loadFixture(drifting);
    const { ballast, own } = stage;
    await moveTo(stage, stage.start + HOUR, 2_100n);
    const read = await reading(stage);
    expectWhole(read);
    const book = await ballast.optionPricer.bookValue(0, [
      ...(await ballast.clearinghouse.positionWords(own)),
    ]);
    expect([read.legsApart, read.flaws]).to.deep.equal([3n, 0n]);
    const off = read.options - book.value;
    expect(off <= 0n && off >= -3n).to.equal(true);
    expect([read.grossVega > 0n, read.grossVolatilityUp]).to.deep.equal([true, 0n]);
    await done(ballast.books.refreshAll(own));
    const later = await reading(stage);
    expect([later.legsApart, later.flaws, later.grossVega]).to.deep.equal([0n, 0n, 0n]);
  });

  it("counts an expiry that is over at intrinsic, fit for an epoch only once it is fixed", async () => {
    const stage = await networkHelpers.loadFixture(expiring);
    const expiry = expiryOf(stage, 0);
    await moveTo(stage, expiry - HOUR, 2_050n);
    await moveTo(stage, expiry + HOUR, 2_100n);
    const { ballast } = stage;
    const open = await reading(stage);
    expect(open.flaws).to.equal(FLAWS.notFixed);
    const proof = await settlementProof(stage.world.externals.feed.address, expiry, ethers.provider);
    await done(ballast.settlementOracle.fix(0, expiry, proof));
    const { price } = await ballast.settlementOracle.fixing(0, expiry);
    const fixed = await reading(stage);
    expect(fixed.flaws).to.equal(0n);
    // A second or two of what is still open lies between the readings.
    const time = WAD / 20n;
    expect(fixed.options - open.options).to.be.closeTo(10n * (2_100n * WAD - price), time);
    await done(ballast.settler.settle(stage.own, 8n));
    const settled = await reading(stage);
    expect([settled.flaws, settled.legsApart]).to.deep.equal([0n, fixed.legsApart - 1n]);
    expect(settled.mid).to.be.closeTo(fixed.mid, time);
  });

  it("bounds legs without a surface by what they can be worth, and puts the doubt into the spread", async () => {
    const stage = await networkHelpers.loadFixture(withoutSurface);
    const at = stage.world.deployment.contracts;
    const surfaces = await ethers.deployContract("SurfaceFeed", [at.accessManager, at.priceRouter]);
    const pricer = await ethers.deployContract("OptionPricer", [
      at.priceRouter,
      surfaces.target,
      at.settlementOracle,
    ]);
    const valuation = await valuationOn(stage, { optionPricer: String(pricer.target) });
    await moveTo(stage, stage.start + HOUR, 2_100n);
    const read = await valuation.read(stage.own, 0);
    expectWhole(read);
    expect([read.flaws, read.options]).to.deep.equal([FLAWS.notValued, -1_000n * WAD]);
    const doubt = (10n * 2_000n + 20n * 2_100n + 15n * 1_800n) * WAD;
    expect(read.mid - read.bid).to.equal(doubt);
  });

  it("leaves out what is more than one reading can value, and says so", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const group = BigInt(expiryOf(stage, 1)) / 3_600n;
    const read = async (counts: number[]) => {
      const many = await ethers.deployContract("LedgerOfMany", [group, counts]);
      const both = { clearinghouse: String(many.target), books: String(many.target) };
      return (await valuationOn(stage, both)).read(1n, 0);
    };
    const most = await read([100, 28]);
    expect(most.legsApart).to.equal(128n);
    expect(most.flaws & FLAWS.tooManyLegs).to.equal(0n);
    const beyond = await read([100, 29, 28]);
    expect([beyond.legsApart, beyond.markTime, beyond.cash]).to.deep.equal([128n, 0n, 5n * WAD]);
    expect(beyond.flaws & FLAWS.tooManyLegs).to.equal(FLAWS.tooManyLegs);
  });
});

describe("Valuation: prices, sources and gas", () => {
  it("never reverts for a price, whatever its status, and marks nothing without one", async () => {
    const stage = await networkHelpers.loadFixture(shortVault);
    const { ballast } = stage;
    const feed = await statusFeed(stage);
    for (let status = 0; status < 14; status++) {
      await feed.set(2_000n * WAD, await stage.clock.now(), status);
      const read = await reading(stage);
      expectWhole(read);
      expect(read.flaws, String(status)).to.equal(status === 0 ? 0n : FLAWS.priceUnusable);
      await feed.set(0n, await stage.clock.now(), status);
      const none = await reading(stage);
      expect([none.options, none.markTime, none.mid]).to.deep.equal([0n, 0n, none.cash - none.unreleased]);
      expect(none.flaws & FLAWS.noPrice).to.equal(FLAWS.noPrice);
    }
    await feed.set(2_000n * WAD, await stage.clock.now(), 1);
    const { account } = stage.world.people.hedger;
    expect(await refusal(trade(ballast, account, stage.legs))).to.equal("TradeDesk_MarkUnusable");
    await feed.kill();
    expect((await ballast.vault.nav()).markTime).to.equal(0n);
  });

  it("says when the surface is stale", async () => {
    const stage = await networkHelpers.loadFixture(shortVault);
    const feed = await statusFeed(stage);
    const { timestamp } = await stage.ballast.surfaceFeed.lastReport(0);
    await stage.clock.advanceTo(Number(timestamp) + 2 * HOUR + 60);
    await feed.set(2_000n * WAD, await stage.clock.now(), 0);
    const read = await reading(stage);
    expect([read.flaws, read.markTime]).to.deep.equal([FLAWS.surfaceStale, timestamp]);
  });

  it("believes sources within reason, and goes on without those that fail", async () => {
    const stage = await networkHelpers.loadFixture(shortVault);
    const venues = await ethers.deployContract("MoodySource");
    const spot = await ethers.deployContract("MoodySource");
    const desk = await ethers.deployContract("MoodySource");
    const hedge = await ethers.deployContract("HedgeAtVenues");
    await done(hedge.set([venues.target, spot.target], 0n));
    const own = await curator(stage);
    const before = await reading(stage);
    const sources = { hedge: hedge.target, desk: desk.target, waterfall: ZeroAddress };
    await expect(own.valuation.setSources(stage.own, sources)).to.emit(own.valuation, "SourcesSet");
    expect(await own.valuation.sourcesOf(stage.own)).to.deep.equal(Object.values(sources));
    await done(venues.set(MOODS.honest, -6_100n * WAD, -3n * WAD));
    await done(desk.set(MOODS.honest, 77n, 0n));
    const both = await reading(stage);
    expectWhole(both);
    expect([both.hedge, both.hedgeValue, both.unreleased]).to.deep.equal([-3n * WAD, -6_100n * WAD, 77n]);
    expect([both.mid, both.flaws]).to.deep.equal([before.mid + before.unreleased - 6_100n * WAD - 77n, 0n]);
    await done(desk.set(MOODS.honest, -1n, 0n));
    const failing = async () => {
      const read = await reading(stage);
      expectWhole(read);
      expect([read.flaws, read.markTime]).to.deep.equal([FLAWS.sourceUnreadable, 0n]);
      return read;
    };
    expect((await failing()).unreleased).to.equal(0n);
    await done(desk.set(MOODS.honest, 0n, 0n));
    for (const mood of [MOODS.reverting, MOODS.short, MOODS.endless]) {
      await done(venues.set(mood, 1n, 1n));
      expect((await failing()).hedgeValue, String(mood)).to.equal(0n);
    }
    await done(venues.set(MOODS.bomb, 2n, 1n));
    expect((await reading(stage)).hedgeValue).to.equal(2n);
    await done(spot.set(MOODS.honest, 5n, 7n));
    const two = await reading(stage);
    expect([two.hedgeValue, two.hedge, two.flaws]).to.deep.equal([7n, 8n, 0n]);
    await done(spot.set(MOODS.honest, 0n, 0n));
    await done(venues.set(MOODS.honest, 2n ** 255n - 1n, 0n));
    await failing();
    await done(venues.set(MOODS.honest, 0n, -(2n ** 255n)));
    await failing();
    await done(venues.set(MOODS.honest, 0n, 0n));
    expect((await reading(stage)).flaws).to.equal(0n);
    await done(hedge.set(Array(5).fill(venues.target), 0n));
    expect((await failing()).hedgeValue).to.equal(0n);
    await done(own.valuation.setSources(stage.own, { ...sources, hedge: desk.target }));
    await failing();
  });

  it("reverts only for a caller who brings too little gas to find out", async () => {
    const stage = await networkHelpers.loadFixture(shortVault);
    const names = new Set<string>();
    for (let gas = 60_000n; gas < 700_000n; gas += 20_000n) {
      const attempt = stage.ballast.vault.reading({ gasLimit: gas });
      const [outcome] = await Promise.allSettled([attempt]);
      if (outcome.status === "fulfilled") {
        expect([outcome.value.flaws, outcome.value.legsApart]).to.deep.equal([0n, 0n]);
        names.add("read");
      } else names.add("refused");
    }
    expect([...names]).to.deep.equal(["refused", "read"]);
    const venues = await ethers.deployContract("MoodySource");
    const sources = { hedge: venues.target, desk: ZeroAddress, waterfall: ZeroAddress };
    await done((await curator(stage)).valuation.setSources(stage.own, sources));
    await done(venues.set(MOODS.endless, 0n, 0n));
    expect(await refusal(stage.ballast.valuation.read(stage.own, 0, { gasLimit: 900_000n }))).to.equal(
      "Valuation_OutOfGas",
    );
  });

  it("counts collateral of every market that has a price", async () => {
    const stage = await networkHelpers.loadFixture(shortVault);
    const { hedger } = stage.world.people;
    const at = stage.world.deployment.contracts;
    const before = await reading(stage);
    const curated = await curator(stage);
    const token = await ethers.deployContract("TestToken", [8]);
    const feed = await ethers.deployContract("StatusFeed", [stage.world.externals.feed.address]);
    await done(curated.clearinghouse.setCollateralAsset(token.target, 1, 10n ** 20n, true));
    await done(curated.priceRouter.setFeed(1, feed.target));
    const terms = (await curated.riskParameters.parameters(0)) as unknown as Result;
    await done(curated.riskParameters.setParameters(1, terms.toObject() as MarketParametersStruct));
    const now = await stage.clock.now();
    await feed.set(60_000n * WAD, now, 0);
    await done(token.getFunction("mint")(hedger.address, 10n ** 8n));
    await done(token.connect(hedger.signer).getFunction("approve")(at.clearinghouse, 10n ** 8n));
    await done(hedger.ballast.clearinghouse.deposit(stage.own, token.target, 10n ** 8n));
    const after = await reading(stage);
    expectWhole(after);
    expect(after.hedgeValue - before.hedgeValue).to.equal(60_000n * WAD);
    expect([after.hedge, after.delta]).to.deep.equal([before.hedge, before.delta]);
    await feed.set(0n, now, 0);
    expect((await reading(stage)).flaws & FLAWS.noPrice).to.equal(FLAWS.noPrice);
  });

  it("lets the curator set its uncertainty within bounds, and knows no zero address", async () => {
    const stage = await networkHelpers.loadFixture(shortVault);
    const { valuation } = await curator(stage);
    const good = { bookShare: WAD / 10n, volatility: WAD / 50n, spot: WAD / 100n, spotPerHour: 0n };
    for (const bad of [
      { bookShare: WAD / 100n - 1n },
      { bookShare: WAD / 2n + 1n },
      { volatility: WAD / 1_000n - 1n },
      { volatility: WAD / 5n + 1n },
      { spot: WAD / 2_000n - 1n },
      { spot: WAD / 20n + 1n },
      { spotPerHour: WAD / 20n + 1n },
    ]) {
      expect(await refusal(valuation.setUncertainty.staticCall({ ...good, ...bad }))).to.equal(
        "Valuation_BadParameter",
      );
    }
    await expect(valuation.setUncertainty(good)).to.emit(valuation, "UncertaintySet");
    expect((await valuation.uncertainty()).spot).to.equal(WAD / 100n);
    const outsider = stage.ballast.valuation;
    const none = { hedge: ZeroAddress, desk: ZeroAddress, waterfall: ZeroAddress };
    expect(await refusal(outsider.setUncertainty.staticCall(good))).to.equal("AccessManagedUnauthorized");
    expect(await refusal(outsider.setSources.staticCall(1n, none))).to.equal("AccessManagedUnauthorized");
    expect(await refusal(valuationOn(stage, { books: ZeroAddress }))).to.equal("Valuation_ZeroAddress");
  });
});

describe("Valuation: within a batch", () => {
  it("tells what it finds, and that no epoch may use it", async () => {
    const stage = await networkHelpers.loadFixture(waiting);
    const at = stage.world.deployment.contracts;
    const own = await curator(stage);
    await done(own.clearinghouse.setVenue(at.valuation, true));
    await done(own.clearinghouse.setVenue(at.vault, true));
    const { ballast, account } = stage.world.people.hedger;
    const outside = await reading(stage);
    const data = ballast.vault.interface.encodeFunctionData("reading");
    const [result] = await ballast.clearinghouse.batch.staticCall(account, [{ target: at.vault, data }]);
    const [inside] = ballast.vault.interface.decodeFunctionResult("reading", result ?? "0x");
    expect([inside.mid, inside.flaws]).to.deep.equal([outside.mid, FLAWS.inBatch]);
    const lp = stage.world.people.lps[1];
    if (!lp) throw new Error("There is no second LP.");
    const { vault } = lp.ballast;
    await done(requestDeposit(lp.ballast, lp.address, 1_000n * 10n ** 6n));
    await moveTo(stage, stage.start + HOUR, 2_000n);
    await done(ballast.books.refreshAll(stage.own));
    expect(await refusal(vault.processEpoch.staticCall())).to.equal("nothing was refused");
    const process = { target: at.vault, data: ballast.vault.interface.encodeFunctionData("processEpoch") };
    expect(await refusal(ballast.clearinghouse.batch.staticCall(account, [process]))).to.equal(
      "OptionsVault_MarkFlawed",
    );
  });
});
