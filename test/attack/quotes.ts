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
