import { ensureFresh, trade, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { connection, curator, moveTo, option, refusal } from "../support/ballast.ts";
import { done, parametersOf, quoted, quoterWith } from "../support/quotes.ts";

const { ethers, networkHelpers } = connection;
const HOUR = 3_600;
const CENT = WAD / 100n;

/** A scene of its own: for tests that move the market. */
async function moved() {
  return quoted();
}

describe("Quoter: parameters, conditions and capital", () => {
  it("bounds parameters both ways, tightens at once, and loosens only after two days", async () => {
    const stage = await networkHelpers.loadFixture(moved);
    const { quoter } = await curator(stage);
    const outsider = stage.ballast.quoter;
    const now = await parametersOf(stage.ballast);
    const set = (changes: object) => refusal(quoter.setParameters.staticCall({ ...now, ...changes }));
    expect(await set({ halfSpreadVol: WAD })).to.equal("Quoter_BadParameter");
    expect(await set({ halfSpreadVol: 0n })).to.equal("Quoter_BadParameter");
    expect(await set({ maxNetVega: 0n })).to.equal("Quoter_BadParameter");
    expect(await set({ maxNetDelta: 11n * WAD })).to.equal("Quoter_BadParameter");
    expect(await set({ minDelta: WAD / 2n, maxDelta: WAD / 2n })).to.equal("Quoter_BadParameter");
    expect(await set({ minVolatility: WAD / 2n, maxVolatility: WAD / 2n })).to.equal("Quoter_BadParameter");
    expect(await set({ minTenor: 3n * 86_400n, maxTenor: 2n * 86_400n })).to.equal("Quoter_BadParameter");
    expect(await refusal(outsider.setParameters.staticCall({ ...now }))).to.equal(
      "AccessManagedUnauthorized",
    );
    expect(await refusal(quoter.applyParameters())).to.equal("Quoter_NothingProposed");
    const wanted = { ...now, halfSpreadVol: now.halfSpreadVol / 2n, maxNetDelta: CENT / 10n };
    await done(quoter.setParameters(wanted));
    const call = option(stage.far, 2_000n, "call");
    expect(await refusal(outsider.quote(call, 50n * WAD))).to.equal("Quoter_DeltaLimit");
    expect(await parametersOf(stage.ballast)).to.deep.equal({ ...now, maxNetDelta: CENT / 10n });
    expect((await quoter.proposedParameters()).proposed.halfSpreadVol).to.equal(wanted.halfSpreadVol);
    expect(await refusal(outsider.applyParameters())).to.equal("Quoter_TooEarly");
    await stage.clock.advanceTo((await networkHelpers.time.latest()) + 48 * HOUR);
    await done(outsider.applyParameters());
    expect(await parametersOf(stage.ballast)).to.deep.equal(wanted);
    expect(await refusal(outsider.applyParameters())).to.equal("Quoter_NothingProposed");
  });

  it("widens by age, by toxicity and by realised volatility above the implied one, which fall slowly", async () => {
    const stage = await networkHelpers.loadFixture(moved);
    const { quoter } = await curator(stage);
    const call = option(stage.far, 2_000n, "call");
    const width = async () => {
      const [ask, bid] = await Promise.all([quoter.quote(call, WAD), quoter.quote(call, -WAD)]);
      return ask.volatility - bid.volatility;
    };
    const calm = await width();
    await done(quoter.postConditions(0, 0n, CENT));
    expect(await width()).to.be.within(calm + 2n * CENT, calm + 2n * CENT + CENT / 100n);
    await done(quoter.postConditions(0, 2n * WAD, CENT));
    expect((await width()) > calm + 20n * CENT).to.equal(true);
    expect(await refusal(quoter.postConditions.staticCall(0, 6n * WAD, 0n))).to.equal("Quoter_BadParameter");
    expect(await refusal(quoter.postConditions.staticCall(0, 2n * WAD, WAD))).to.equal("Quoter_BadParameter");
    expect(await refusal(quoter.postConditions.staticCall(0, WAD, CENT))).to.equal("Quoter_FallsTooFast");
    expect(await refusal(quoter.postConditions.staticCall(0, 2n * WAD, 0n))).to.equal("Quoter_FallsTooFast");
    expect(await refusal(stage.ballast.quoter.postConditions.staticCall(0, WAD, CENT))).to.equal(
      "AccessManagedUnauthorized",
    );
    await stage.clock.advanceTo((await networkHelpers.time.latest()) + 12 * HOUR);
    await done(quoter.postConditions(0, WAD, CENT / 2n));
    expect((await quoter.conditions(0)).toxicity).to.equal(CENT / 2n);
  });

  it("asks more for an older surface and an older price", async () => {
    const stage = await networkHelpers.loadFixture(moved);
    const call = option(stage.far, 2_000n, "call");
    const none = {
      halfSpreadVol: CENT,
      volPerHour: 0n,
      spotPerHour: 0n,
      deviationThreshold: 0n,
      spotSpread: 0n,
    };
    const [plain, surface, spot] = await Promise.all([
      quoterWith(stage, none),
      quoterWith(stage, { ...none, volPerHour: CENT }),
      quoterWith(stage, { ...none, spotPerHour: CENT }),
    ]);
    await stage.clock.advanceTo(stage.start + HOUR);
    const [a, b, c] = await Promise.all([plain, surface, spot].map((quoter) => quoter.quote(call, WAD)));
    if (!a || !b || !c) throw new Error("There is no quote.");
    expect(b.volatility - a.volatility >= CENT - CENT / 20n).to.equal(true);
    const { delta, forward } = await stage.ballast.optionPricer.value(call, 0n);
    const least = (((delta * forward) / WAD) * CENT) / WAD;
    expect(c.premium - a.premium >= least - least / 20n).to.equal(true);
  });

  it("marks capital up only every six hours and down at any time, from net asset value that can be read", async () => {
    const stage = await networkHelpers.loadFixture(moved);
    const { quoter, vault, clearinghouse } = stage.ballast;
    const first = await quoter.capital();
    expect(first > 0n).to.equal(true);
    const { bidder } = stage.world.people;
    await done(
      trade(bidder.ballast, bidder.account, [
        { instrument: option(stage.far, 2_000n, "call"), quantity: 20n * WAD },
      ]),
    );
    // The spread counts as it is released until expiry, not at once: the rise takes a while.
    expect((await vault.nav()).mid > first).to.equal(false);
    await moveTo(stage, stage.start + HOUR, 2_000n);
    expect((await vault.nav()).mid > first).to.equal(true);
    await done(quoter.markCapital());
    expect(await quoter.capital()).to.equal(first);
    const at = stage.world.deployment.contracts;
    await networkHelpers.impersonateAccount(at.vault);
    await networkHelpers.setBalance(at.vault, 10n ** 18n);
    const own = clearinghouse.connect(await ethers.getSigner(at.vault));
    await done(own.withdraw(await vault.account(), at.usdc, 100_000n * 10n ** 6n, bidder.address));
    await done(quoter.markCapital());
    const lower = await quoter.capital();
    expect(lower < first).to.equal(true);
    expect(await quoter.capitalMarkedAt()).to.be.greaterThan(0n);
    await done(quoter.ensureMarked());
    expect(await quoter.capital()).to.equal(lower);
    await stage.clock.advanceTo(stage.start + 7 * HOUR);
    expect(await refusal(quoter.ensureMarked.staticCall())).to.equal("Quoter_MarkUnusable");
    expect((await quoter.capital()) <= lower).to.equal(true);
    await moveTo(stage, stage.start + 8 * HOUR, 2_000n);
    await ensureFresh(stage.ballast, stage.account, []);
    await done(quoter.ensureMarked());
    expect(await quoter.capital()).to.equal((await vault.nav()).mid);
  });

  it("is made with every address, and names a hedge only by its curator", async () => {
    const stage = await networkHelpers.loadFixture(quoted);
    const at = stage.world.deployment.contracts;
    const factory = await ethers.getContractFactory("Quoter");
    const feeds = [at.priceRouter, at.surfaceFeed] as const;
    const make = (books: string) =>
      factory.deploy(at.accessManager, at.vault, at.clearinghouse, ...feeds, at.riskArrays, books);
    expect(await refusal(make(ZeroAddress))).to.equal("Quoter_ZeroAddress");
    const { quoter } = await curator(stage);
    expect(await refusal(quoter.setHedge.staticCall(ZeroAddress))).to.equal("Quoter_ZeroAddress");
    expect(await refusal(stage.ballast.quoter.setHedge.staticCall(at.hedgeController))).to.equal(
      "AccessManagedUnauthorized",
    );
    await done(quoter.setHedge(at.hedgeController));
  });
});
