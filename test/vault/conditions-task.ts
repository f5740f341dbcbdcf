import {
  conditions,
  DEFAULT_LIMITS,
  type HistoryWatch,
  type KeeperContext,
  runRound,
  watchAccounts,
  watchHistory,
} from "@ballast/keeper";
import { realisedVolatility } from "@ballast/quant";
import { type Ballast, connectBallast, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { connection, moveTo, type Scene } from "../support/ballast.ts";
import { type DeskScene, deskScene, tradeAtAnyPrice } from "../support/desk.ts";

const { networkHelpers } = connection;
const HOUR = 3_600;
const DAY = 24 * HOUR;
/** Hourly prices of the scene's first day [dollars]. */
const PRICES = Array.from({ length: 25 }, (_, hour) => BigInt(2_000 + (hour % 2 ? 30 : -10) + 2 * hour));

/** A day of hourly prices, with a trade in the third hour. */
async function day(): Promise<DeskScene> {
  const stage = await deskScene();
  for (const [hour, price] of PRICES.entries()) {
    if (hour === 0) continue;
    await moveTo(stage, stage.start + hour * HOUR, price);
    if (hour !== 3) continue;
    const [call] = stage.calls;
    if (call === undefined) throw new Error("The scene has no calls.");
    await (await stage.taker.ballast.riskArrays.refreshPositions([(call << 64n) | 1n])).wait();
    await tradeAtAnyPrice(stage.taker.ballast, stage, [{ instrument: call, quantity: 2n * WAD }]);
  }
  return stage;
}

function keeperOf(stage: Scene, change: Partial<KeeperContext> = {}): KeeperContext {
  const { ballast, signer } = stage.world.people.keeper;
  return {
    ballast,
    sender: signer,
    surfaceSigners: [],
    surfaceSource: undefined,
    history: watchHistory(ballast),
    accounts: watchAccounts(ballast),
    limits: DEFAULT_LIMITS,
    ...change,
  };
}

async function round(context: KeeperContext, dryRun = false) {
  const lines: string[] = [];
  const result = await runRound(context, ["conditions"], dryRun, (line) => lines.push(line));
  return { ...result, text: lines.join("\n") };
}

describe("the task that posts conditions", () => {
  it("sees a trade as the contracts did, then and an hour later", async () => {
    const stage = await networkHelpers.loadFixture(day);
    const { ballast } = stage.world.people.keeper;
    const now = await stage.clock.now();
    const seen = await watchHistory(ballast).look(0, now, 7 * DAY, HOUR);
    expect(seen.trades).to.have.length(1);
    expect(seen.unmarked).to.equal(0);
    const trade = seen.trades[0]!;
    const [call] = stage.calls as [bigint];
    const [log] = await ballast.tradeDesk.queryFilter(
      ballast.tradeDesk.filters.Traded(),
      stage.world.deployment.fromBlock,
    );
    const then = await valueAt(ballast, call, log!.blockNumber);
    expect(trade.quantity).to.equal(2);
    expectNear(trade.value, then.value, 1e-9);
    expectNear(trade.delta, then.delta, 1e-6);
    expectNear(trade.vega, then.vega, 1e-3);
    // The trade came seconds after the third hour's price, so an hour later the fourth's had been posted.
    const [later] = await ballast.surfaceFeed.queryFilter(
      ballast.surfaceFeed.filters.SurfacePosted(0),
      log!.blockNumber,
    );
    const after = await valueAt(ballast, call, later!.blockNumber);
    expectNear(trade.laterForward, after.forward, 1e-6);
    expectNear(trade.hedgedForward, after.forward, after.forward * 1e-6);
    // The mark is some seconds younger than the post.
    expectNear(trade.laterValue, after.value, 0.05);
    expect(Math.abs(trade.laterValue - trade.value) > 5).to.equal(true);
  });

  it("reads each event once, and knows the same after a restart", async () => {
    const stage = await networkHelpers.loadFixture(day);
    const { ballast } = stage.world.people.keeper;
    const now = await stage.clock.now();
    const watch = watchHistory(ballast);
    const first = await watch.look(0, now, 7 * DAY, HOUR);
    expect(await watch.look(0, now, 7 * DAY, HOUR)).to.deep.equal(first);
    expect(await watchHistory(ballast).look(0, now, 7 * DAY, HOUR)).to.deep.equal(first);
    expect((await watchHistory(ballast).look(0, now, 12 * HOUR, HOUR)).trades).to.deep.equal([]);
    expect((await watch.look(1, now, DAY, HOUR)).prices).to.deep.equal([]);
  });

  it("posts the realised volatility of the feed's rounds, says why, and posts no more until it moves", async () => {
    const stage = await networkHelpers.loadFixture(day);
    const { ballast } = stage.world.people.keeper;
    const context = keeperOf(stage);
    const dry = await round(context, true);
    expect(dry.text).to.match(
      /would conditions: post realised volatility .* of ETH, because nothing was ever posted/,
    );
    expect(dry.text).to.match(/volatility of the last day: .* from 2[34] returns of the feed's rounds/);
    expect(dry.text).to.contain("not known, for want of hours with trades");
    expect((await ballast.quoter.conditions(0)).postedAt).to.equal(0n);
    expect(await round(context)).to.include({ sent: 1, failed: 0 });
    const now = await stage.clock.now();
    const { prices } = await watchHistory(ballast).look(0, now, 7 * DAY, HOUR);
    const expected = realisedVolatility(prices.filter(({ time }) => time >= now - DAY))?.value ?? 0;
    expectNear(Number((await ballast.quoter.conditions(0)).realised) / 1e18, expected, 1e-4);
    const again = await round(context, true);
    expect(again).to.include({ sent: 0, failed: 0 });
    expect(again.text).to.match(/^conditions of ETH: nothing to post\n\s+posted: realised volatility/);
  });

  it("posts what takers knew, no further than the contract lets it fall, and nothing without the role", async () => {
    const stage = await networkHelpers.loadFixture(day);
    const { ballast } = stage.world.people.keeper;
    const toxic = await round(keeperOf(stage, { history: knowing(0.02) }));
    expect(toxic).to.include({ sent: 1, failed: 0 });
    expect((await ballast.quoter.conditions(0)).toxicity).to.be.closeTo(2n * 10n ** 16n, 10n ** 14n);
    await stage.clock.advanceTo((await stage.clock.now()) + 6 * HOUR);
    const calmer = await round(keeperOf(stage, { history: knowing(0) }));
    expect(calmer, calmer.text).to.include({ sent: 1, failed: 0 });
    expect((await ballast.quoter.conditions(0)).toxicity).to.be.closeTo(15n * 10n ** 15n, 2n * 10n ** 14n);
    const { signer } = stage.world.people.bidder;
    const stranger = keeperOf(stage, {
      ballast: connectBallast(stage.world.deployment, signer),
      sender: signer,
      history: knowing(0.1),
    });
    expect(await conditions(stranger)).to.deep.equal([]);
    expect((await round(stranger, true)).text).to.contain("does not have the publisher's role");
  });
});

/** Floats within a tolerance: the toolbox's closeTo takes whole numbers only. */
function expectNear(value: number, wanted: number, tolerance: number): void {
  expect(Math.abs(value - wanted), `${value} against ${wanted}`).to.be.lessThan(tolerance);
}

/** A history in which takers knew so much, in volatility, of thirty hours. */
function knowing(volatility: number): HistoryWatch {
  const trades = Array.from({ length: 30 }, (_, hour) => ({
    time: hour * HOUR,
    quantity: 1,
    value: 10,
    delta: 0.5,
    vega: 100,
    laterValue: 10 + 100 * volatility,
    laterForward: 2_000,
    hedgedForward: 2_000,
  }));
  return { look: async () => ({ prices: [], trades, unmarked: 0 }) };
}

/** What the contracts say of one series at the end of a block. */
async function valueAt(ballast: Ballast, instrument: bigint, blockTag: number) {
  const found = await ballast.optionPricer.value(instrument, 0n, { blockTag });
  const plain = (value: bigint) => Number(value) / 1e18;
  const { value, delta, vega, forward } = found;
  return { value: plain(value), delta: plain(delta), vega: plain(vega), forward: plain(forward) };
}
