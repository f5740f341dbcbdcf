import { WAD } from "@ballast/sdk";
import { expect } from "chai";
import { connection, option, refusal } from "../support/ballast.ts";
import { type DeskScene, deskScene, pushPrice, tradeAtAnyPrice, tried, wealthOf } from "../support/desk.ts";
import { deskWith, done, personAt, quoted, quoterWith, UNGUARDED } from "../support/quotes.ts";

const { networkHelpers } = connection;
const CENT = WAD / 100n;
const HOUR = 3_600;
/** So that the guard that an attack is about stands alone. */
const THIN = { halfSpreadVol: CENT / 20n };

/** A scene of its own: these tests move the market. */
async function moved() {
  return quoted();
}
async function updating() {
  return deskScene();
}

describe("Attack: quotes", () => {
  it("sandwiches a price update below the deviation threshold, and gains without the threshold only", async () => {
    const stage = await networkHelpers.loadFixture(updating);
    const [deep] = stage.calls;
    if (deep === undefined) throw new Error("There are no calls.");
    // Buys before the update, sells after it.
    const attack = async (missing: bigint) =>
      tried(async () => {
        const quoter = await quoterWith(stage, THIN, undefined, missing);
        const taker = personAt(stage.taker, await deskWith(stage, quoter));
        const own: DeskScene = { ...stage, taker };
        const before = await wealthOf(own);
        await tradeAtAnyPrice(taker.ballast, own, [{ instrument: deep, quantity: 5n * WAD }]);
        await pushPrice(own, 2_009n * WAD);
        await tradeAtAnyPrice(taker.ballast, own, [{ instrument: deep, quantity: -5n * WAD }]);
        return (await wealthOf(own)) - before;
      });
    expect(await attack(0n)).to.be.lessThan(0n);
    expect(await attack(UNGUARDED.deviation)).to.be.greaterThan(0n);
  });

  it("closes what it holds on a surface that nobody reports any more, at a spread that grows faster than it errs", async () => {
    const stage = await networkHelpers.loadFixture(moved);
    const { ballast, far } = stage;
    const call = option(far, 2_100n, "call");
    const mutant = await quoterWith(stage, {}, undefined, UNGUARDED.surface);
    await stage.clock.advanceTo(stage.start + 6 * HOUR);
    await stage.world.externals.feed.pushRound(2_000n * WAD);
    await done(ballast.books.refreshAll(await ballast.vault.account()));
    const { vega } = await ballast.optionPricer.value(call, 0n);
    const cost = async (quoter: typeof mutant) => {
      const { premium, fair } = await quoter.quoteLegs([call], [-10n * WAD], true);
      return premium - fair;
    };
    // A fall of volatility by three points since the last report.
    const known = (10n * vega * 3n * CENT) / WAD;
    expect(await refusal(ballast.quoter.quote(call, WAD))).to.equal("Quoter_SurfaceStale");
    // A point, a fifth of one, and four for the hours beyond two.
    expect(await cost(ballast.quoter)).to.be.greaterThan((known * 49n) / 30n);
    expect(await cost(mutant)).to.be.lessThan(known);
  });

  it("opens strikes between those of the grid, which only a quoter without a grid does", async () => {
    const stage = await networkHelpers.loadFixture(moved);
    const mutant = await quoterWith(stage, {}, undefined, UNGUARDED.grid);
    const strikes = [2_001n, 2_002n, 2_003n].map((dollars) => dollars * WAD);
    await done(stage.ballast.riskArrays.refresh(0, stage.far, strikes));
    for (const dollars of [2_001n, 2_002n, 2_003n]) {
      const call = option(stage.far, dollars, "call");
      expect(await refusal(stage.ballast.quoter.quote(call, WAD))).to.equal("Quoter_OffGrid");
      expect(await refusal(mutant.quote(call, WAD))).to.equal("nothing was refused");
    }
  });

  it("trades on a surface that has aged, which costs more the older it is, and ends with its heartbeat", async () => {
    const stage = await networkHelpers.loadFixture(moved);
    const call = option(stage.far, 2_000n, "call");
    const ageing = { ...THIN, volPerHour: 5n * CENT };
    const guarded = await quoterWith(stage, ageing);
    const mutant = await quoterWith(stage, ageing, undefined, UNGUARDED.surface);
    await stage.clock.advanceTo(stage.start + HOUR);
    // What a move of three points in volatility since the last report is worth to who knows of it.
    const { vega } = await stage.ballast.optionPricer.value(call, 0n);
    const known = (vega * 3n * CENT) / WAD;
    const edge = async (quoter: typeof guarded) => {
      const { premium, fair } = await quoter.quoteLegs([call], [WAD], true);
      return known - (premium - fair);
    };
    expect(await edge(guarded)).to.be.lessThan(0n);
    expect(await edge(mutant)).to.be.greaterThan(0n);
    await stage.clock.advanceTo(stage.start + 3 * HOUR);
    expect(await refusal(stage.ballast.quoter.quote(call, WAD))).to.equal("Quoter_SurfaceStale");
  });
});
