import { postReport, quoteLegs, reduce, trade, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { reportOf } from "../../packages/lab/src/market/surface.ts";
import { connection, expiryOf, option, refusal, type Scene, scene } from "../support/ballast.ts";

const { networkHelpers } = connection;
const HOUR = 3600;

describe("an expiry that reports leave out", () => {
  /** Plays fresh prices at those hours, and reports that leave the scene's second expiry out. */
  async function leaveOut(
    { world, player, clock, start, expiries }: Scene,
    hours: readonly number[],
  ): Promise<void> {
    for (const hour of hours) {
      const time = start + hour * HOUR;
      await clock.advanceTo(time);
      await world.externals.feed.pushRound(2_000n * WAD);
      const timestamp = await clock.now();
      const slices = player.slices(timestamp).filter(({ expiry }) => expiry !== expiries[1]);
      const report = reportOf(0, timestamp, 2_000n * WAD, slices);
      await (await postReport(world.people.keeper.ballast, report, world.surfaceSigners)).wait();
    }
  }

  it("is quoted until its slice is stale, and can be left after it", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { ballast, account } = stage.world.people.hedger;
    const leg = { instrument: option(expiryOf(stage, 1), 2_000n, "call"), quantity: WAD };
    await (await trade(ballast, account, [leg])).wait();
    await leaveOut(stage, [1]);
    await (await trade(ballast, account, [leg])).wait();
    await leaveOut(stage, [2, 3]);
    expect(await ballast.surfaceFeed.isStale(0)).to.equal(false);
    expect(await refusal(quoteLegs(ballast, [leg]))).to.equal("Quoter_SurfaceStale");
    await quoteLegs(ballast, [{ ...leg, instrument: option(expiryOf(stage, 2), 2_000n, "call") }]);
    await (await reduce(ballast, account, [{ ...leg, quantity: -2n * WAD }])).wait();
    expect(await ballast.clearinghouse.positionOf(account, leg.instrument)).to.equal(0n);
  });

  it("opens no risk if it was never posted, though it has a price between its neighbours", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { ballast, account } = stage.world.people.hedger;
    const instrument = option(expiryOf(stage, 1) + 24 * HOUR, 2_000n, "call");
    expect((await ballast.optionPricer.value(instrument, 0)).value > 0n).to.equal(true);
    expect(await refusal(trade(ballast, account, [{ instrument, quantity: WAD }]))).to.equal(
      "RiskArrays_NoSurface",
    );
  });
});
