import { postReport, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { DEFAULT_LIMITS } from "../../packages/keeper/src/task.ts";
import { reportOf, slicesAt } from "../../packages/lab/src/market/surface.ts";
import { option } from "../support/ballast.ts";
import { type DeskScene, deskScene, tradeAtAnyPrice, tried } from "../support/desk.ts";
import { deskWith, done, parametersOf, personAt, quoterWith } from "../support/quotes.ts";

const CENT = WAD / 100n;
const SIZE = 10n * WAD;

/** A straddle whose delta is next to nothing, so that spot costs little of it. */
async function straddle(stage: DeskScene) {
  const [, call] = stage.calls;
  if (call === undefined) throw new Error("There are no calls.");
  const expiry = stage.expiries[1] ?? 0;
  const put = option(expiry, 2_000n, "put");
  await done(stage.taker.ballast.riskArrays.refreshPositions([(put << 64n) | 1n]));
  return { call, put };
}

/** Posts the surface that is in force with every short-dated volatility higher by `points`, as whoever has signatures may. */
async function postHigher({ world, taker, clock, expiries, player }: DeskScene, points: number) {
  const now = await clock.now();
  const slices = slicesAt(now, expiries.slice(0, 5), player.volatility() + points);
  await done(postReport(taker.ballast, reportOf(0, now, 2_000n * WAD, slices), world.surfaceSigners));
}

/** Buys, posts the report that it has seen, sells: what that brings in cash [wad]. */
async function sandwich(stage: DeskScene, points: number): Promise<bigint> {
  return tried(async () => {
    const { taker, vaultAccount } = stage;
    const { call, put } = await straddle(stage);
    const { clearinghouse, books } = taker.ballast;
    const before = await clearinghouse.cashOf(taker.account);
    const legs = (quantity: bigint) => [call, put].map((instrument) => ({ instrument, quantity }));
    await tradeAtAnyPrice(taker.ballast, stage, legs(SIZE));
    await stage.clock.advanceTo((await stage.clock.now()) + 60);
    await postHigher(stage, points);
    await done(books.refreshAll(vaultAccount));
    await tradeAtAnyPrice(taker.ballast, stage, legs(-SIZE));
    return (await clearinghouse.cashOf(taker.account)) - before;
  });
}

describe("Attack: a surface report that is seen coming", () => {
  it("gains nothing by the moves that keepers let pass, nor by one as large; at a thin spread it would", async () => {
    const stage = await deskScene();
    const keepers = Number(DEFAULT_LIMITS.feedVolatilityMove) / 1e18;
    const p = await parametersOf(stage.taker.ballast);
    // What it takes both ways covers what keepers do not post.
    expect(2n * p.halfSpreadVol).to.be.at.least(DEFAULT_LIMITS.feedVolatilityMove);
    for (const points of [keepers / 2, keepers]) expect(await sandwich(stage, points)).to.be.lessThan(0n);
    const thin = await quoterWith(stage, { halfSpreadVol: CENT / 20n });
    const taker = personAt(stage.taker, await deskWith(stage, thin));
    expect(await sandwich({ ...stage, taker }, keepers)).to.be.greaterThan(0n);
  });
});
