import { trade, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { hedgeBand, hedgeTarget } from "../../packages/quant/src/exact/hedging.ts";
import { connection, curator, expiryOf, option, scene } from "../support/ballast.ts";
import { seeded } from "../support/random.ts";

describe("Hedge band: the mirror in BigInt", () => {
  it("has the controller's band and target for random costs and aversions", async () => {
    const stage = await connection.networkHelpers.loadFixture(scene);
    const { ballast, account } = stage.world.people.hedger;
    const leg = { instrument: option(expiryOf(stage, 2), 2_200n, "call"), quantity: 400n * WAD };
    await (await trade(ballast, account, [leg])).wait();
    const { hedgeController } = await curator(stage);
    const { vault, priceRouter } = ballast;
    const at = stage.world.deployment.contracts;
    const controller = await connection.ethers.getContractAt("HedgeController", at.hedgeController);
    const planner = await connection.ethers.getContractAt("HedgePlanner", await controller.planner());
    const greeks = await connection.ethers.getContractAt("HedgeGreeks", await planner.greeks());
    const old = await hedgeController.parameters(0);
    const next = seeded(101);
    let wide = 0;
    for (let run = 0; run < 25; run++) {
      const costRatio = BigInt(Math.floor(next() * 10_000)) * 10n ** 12n + BigInt(run);
      const riskAversion = 1n + BigInt(Math.floor(10 ** (10 + next() * 8)));
      const minBand = next() < 0.3 ? 0n : BigInt(Math.floor(next() * 1_000_000)) * 10n ** 13n;
      const { slippageLimit, maxTrade, minInterval, dailyLossBudget, callerShare, smileShare } = old;
      const changed = {
        slippageLimit,
        maxTrade,
        minInterval,
        dailyLossBudget,
        callerShare,
        costRatio,
        riskAversion,
        smileShare,
        minBand,
      };
      await (await hedgeController.setParameters(0, changed)).wait();
      const state = await hedgeController.state(0);
      const spot = (await priceRouter.spot(0)).price;
      const { gamma } = await greeks.greeksOf(await vault.account(), 0, spot, smileShare);
      const band = hedgeBand({ spot, gamma, costRatio, riskAversion, minBand });
      expect(band).to.equal(state.band);
      expect(hedgeTarget(state.netDelta, band)).to.equal(state.target);
      if (band > minBand) wide++;
    }
    expect(wide).to.be.greaterThan(5);
  });
});
