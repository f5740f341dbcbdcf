import { trade, WAD } from "@ballast/sdk";
import { expect } from "chai";
import {
  hedgeBand,
  hedgeCashLimit,
  hedgeOrderLimit,
  hedgeTarget,
  lossLeft,
} from "../../packages/quant/src/exact/hedging.ts";
import { connection, curator, expiryOf, option, refusal, scene } from "../support/ballast.ts";
import { buy, setHedge } from "../support/hedging.ts";
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

  it("has the controller's order, its limit on the price, and what is left to lose a while later", async () => {
    const stage = await connection.networkHelpers.loadFixture(scene);
    await buy(stage, "call", 2_200n, 400n);
    const { hedgeController, clearinghouse, vault, priceRouter } = stage.world.people.keeper.ballast;
    const own = await vault.account();
    const usdc = await stage.world.externals.usdc.getAddress();
    const next = seeded(7);
    for (let run = 0; run < 12; run++) {
      const maxTrade = BigInt(1 + Math.floor(next() * 3_000_000)) * WAD + BigInt(run);
      const slippageLimit = 1n + BigInt(Math.floor(next() * 1e8)) * 10n ** 9n;
      const costRatio = 10n ** 9n * BigInt(run + 1);
      await setHedge(stage, { maxTrade, slippageLimit, costRatio, minInterval: 0n });
      const { price } = await priceRouter.spot(0);
      const { target } = await hedgeController.state(0);
      const cash = await clearinghouse.withdrawable(own, usdc);
      const terms = { target, price, maxTrade, slippageLimit, cash, cashDecimals: 6, decimals: 18 };
      const { amount } = await hedgeController.plan.staticCall(0);
      expect(hedgeOrderLimit(terms)).to.equal(amount);
      // The venue is funded with the limit, to the unit.
      const refused = await refusal(hedgeController.rebalance.staticCall(0));
      if (refused !== "nothing was refused") continue;
      const snapshot = await connection.networkHelpers.takeSnapshot();
      const receipt = await (await hedgeController.rebalance(0)).wait();
      const { filters } = clearinghouse;
      const taken = await clearinghouse.queryFilter(filters.Withdrawn(own, usdc), receipt?.blockNumber);
      expect(taken.at(-1)?.args.amount).to.equal(hedgeCashLimit(true, amount, terms));
      const lost = await hedgeController.totalLoss();
      const at = BigInt((await receipt?.getBlock())?.timestamp ?? 0);
      await stage.clock.advanceTo(Number(at) + 1_000 + run * 500);
      const { dailyLossBudget } = await hedgeController.parameters(0);
      const now = BigInt(await connection.networkHelpers.time.latest());
      const bucket = { used: lost > 0n ? lost : 0n, updatedAt: at };
      expect(await hedgeController.lossBudgetLeft(0)).to.equal(lossLeft(bucket, dailyLossBudget, now));
      await snapshot.restore();
    }
    expect(
      hedgeCashLimit(false, 123_456_789n, {
        price: 60_000n * WAD,
        slippageLimit: WAD / 100n,
        cashDecimals: 6,
        decimals: 8,
      }),
    ).to.equal(73_333_332_666n);
  });
});
