import { trade, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { fixedOf } from "../../packages/quant/src/exact/smile.ts";
import { connection, expiryOf, moveTo, option, type Scene, scene } from "../support/ballast.ts";

const { ethers, networkHelpers } = connection;

/** The vault has sold calls of two expiries. */
async function expiring(): Promise<Scene> {
  const stage = await scene();
  const { ballast, account } = stage.world.people.hedger;
  for (const [index, dollars, units] of [
    [2, 2_200n, 40n],
    [2, 1_900n, 31n],
    [3, 2_100n, 17n],
  ] as const) {
    const leg = { instrument: option(expiryOf(stage, index), dollars, "call"), quantity: units * WAD };
    await (await trade(ballast, account, [leg])).wait();
  }
  return stage;
}

describe("Hedge in a fixing's window: the mirror in BigInt", () => {
  it("gives up what is fixed already, second by second, to the wei", async () => {
    const stage = await networkHelpers.loadFixture(expiring);
    const { vault, books } = stage.world.people.keeper.ballast;
    const own = await vault.account();
    const at = stage.world.deployment.contracts.hedgeController;
    const controller = await ethers.getContractAt("HedgeController", at);
    const planner = await ethers.getContractAt("HedgePlanner", await controller.planner());
    const greeks = await ethers.getContractAt("HedgeGreeks", await planner.greeks());
    const [expiry, spot] = [expiryOf(stage, 2), 2_000n * WAD];
    const group = BigInt(expiry / 3_600);
    let [given, bent] = [0, 0];
    for (const seconds of [2_400, 1_801, 1_800, 1_799, 1_203, 611, 310]) {
      // Some looks are a second apart; the others need arrays of their own.
      if ((await stage.clock.now()) < expiry - seconds - 60) {
        await moveTo(stage, expiry - seconds - 30, 2_000n);
        await (await books.refreshAll(own)).wait();
      }
      await stage.clock.advanceTo(expiry - seconds);
      const { marks, apart } = await books.marksOf(own, 0, spot);
      const [ending, isCurrent] = await books.marksOfGroup(own, group, spot);
      expect({ isCurrent, apart }).to.deep.equal({ isCurrent: true, apart: [] });
      const fixed = fixedOf(ending.delta, ending.gamma, BigInt(seconds));
      const { delta, gamma } = await greeks.greeksOf(own, 0, spot, 0n);
      expect([delta, gamma]).to.deep.equal([marks.delta - fixed.delta, marks.gamma - fixed.gamma]);
      if (fixed.delta !== 0n) given++;
      if (fixed.gamma !== 0n) bent++;
    }
    expect(given).to.equal(4);
    expect(bent).to.be.greaterThan(0);
  });
});
