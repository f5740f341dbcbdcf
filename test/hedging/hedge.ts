import { trade, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { moveUniswapPrice } from "../../packages/lab/src/externals/index.ts";
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
const HOUR = 3600;

/** The vault is short calls, so it must buy ether. */
async function shortCalls(): Promise<Scene> {
  const stage = await scene();
  const { ballast, account } = stage.world.people.hedger;
  const leg = { instrument: option(expiryOf(stage, 2), 2_200n, "call"), quantity: 400n * WAD };
  await (await trade(ballast, account, [leg])).wait();
  return stage;
}

describe("hedge controller", () => {
  it("buys to the edge of the band on Uniswap, for anyone, and no further", async () => {
    const stage = await networkHelpers.loadFixture(shortCalls);
    const { hedgeController } = stage.world.people.keeper.ballast;
    const before = await hedgeController.state(0);
    expect(before.netDelta < -BigInt(before.band)).to.equal(true);
    await (await hedgeController.rebalance(0)).wait();
    const after = await hedgeController.state(0);
    const miss = after.hedge - before.target;
    expect(miss < WAD / 1_000n && miss > -WAD / 1_000n).to.equal(true);
    expect(after.netDelta >= -BigInt(after.band)).to.equal(true);
    expect(await refusal(hedgeController.rebalance.staticCall(0))).to.equal("HedgeController_InsideBand");
    const at = stage.world.deployment.contracts;
    expect(await stage.world.externals.usdc.balanceOf(at.hedgeController)).to.equal(0n);
    expect(await stage.world.externals.weth.balanceOf(at.hedgeController)).to.equal(0n);
  });

  it("sells what it holds when the delta turns", async () => {
    const stage = await networkHelpers.loadFixture(shortCalls);
    const { hedgeController } = stage.world.people.keeper.ballast;
    await (await hedgeController.rebalance(0)).wait();
    const held = (await hedgeController.state(0)).hedge;
    await moveTo(stage, stage.start + HOUR, 1_100n);
    expect(await refusal(hedgeController.rebalance.staticCall(0))).to.equal("RiskArrays_StaleStrike");
    const { riskArrays, clearinghouse, vault } = stage.world.people.keeper.ballast;
    const words = await clearinghouse.positionWords(await vault.account());
    await (await riskArrays.refreshPositions([...words])).wait();
    await (await hedgeController.rebalance(0)).wait();
    expect((await hedgeController.state(0)).hedge < held).to.equal(true);
  });

  it("keeps its distance in time, price and loss", async () => {
    const stage = await networkHelpers.loadFixture(shortCalls);
    const { hedgeController } = stage.world.people.keeper.ballast;
    const { arbitrageur } = stage.world.people;
    await moveUniswapPrice(stage.world.externals.uniswap, arbitrageur.signer, 2_100n * WAD);
    // The router refuses before the venue has to: its own limit is the same.
    expect(await refusal(hedgeController.rebalance.staticCall(0))).to.not.equal("nothing was refused");
    await moveUniswapPrice(stage.world.externals.uniswap, arbitrageur.signer, 2_020n * WAD);

    const own = await curator(stage);
    const p = await own.hedgeController.parameters(0);
    const parameters = {
      slippageLimit: p.slippageLimit,
      maxTrade: p.maxTrade,
      minInterval: 600n,
      dailyLossBudget: WAD,
      callerShare: p.callerShare,
      costRatio: p.costRatio,
      riskAversion: p.riskAversion,
      smileShare: p.smileShare,
      minBand: p.minBand,
    };
    await (await own.hedgeController.setParameters(0, parameters)).wait();
    expect(await hedgeController.lossBudgetLeft(0)).to.equal(WAD / 2n);
    expect(await refusal(hedgeController.rebalance.staticCall(0))).to.equal(
      "HedgeController_LossBudgetSpent",
    );
    await (
      await own.hedgeController.setParameters(0, {
        ...parameters,
        dailyLossBudget: 50_000n * WAD,
        maxTrade: 10_000n * WAD,
      })
    ).wait();
    await (await hedgeController.rebalance(0)).wait();
    expect((await hedgeController.lossBudgetLeft(0)) < 25_000n * WAD).to.equal(true);
    expect(await refusal(hedgeController.rebalance.staticCall(0))).to.equal("HedgeController_TooSoon");
    await stage.clock.advanceTo(stage.start + 6 * HOUR);
    expect(await refusal(hedgeController.rebalance.staticCall(0))).to.equal("HedgePlanner_PriceUnusable");
  });

  it("says so when it would have to sell ether that it does not hold", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { ballast, account } = stage.world.people.callWriter;
    const leg = { instrument: option(expiryOf(stage, 2), 2_200n, "call"), quantity: -280n * WAD };
    await (await trade(ballast, account, [leg])).wait();
    expect(await refusal(ballast.hedgeController.rebalance.staticCall(0))).to.equal(
      "HedgeController_NothingFits",
    );
  });

  it("takes orders from the clearinghouse only, and parameters within bounds", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { hedgeController } = await curator(stage);
    const at = stage.world.deployment.contracts;
    const { interface: abi } = await ethers.getContractAt("HedgeController", at.hedgeController);
    const order = { market: 0, buy: true, price: WAD, fills: [], limits: [], cash: 0n, units: 0n };
    const data = abi.encodeFunctionData("fill", [order]);
    const call = { to: at.hedgeController, data };
    expect(await refusal(stage.world.people.keeper.signer.call(call))).to.equal(
      "HedgeController_OnlyClearinghouse",
    );
    const { ballast, account } = stage.world.people.hedger;
    expect(
      await refusal(ballast.clearinghouse.batch.staticCall(account, [{ target: at.hedgeController, data }])),
    ).to.equal("HedgeController_NotRunning");
    expect(await refusal(hedgeController.rebalance.staticCall(9))).to.equal("HedgePlanner_NoVenue");
    expect(await refusal(hedgeController.setVenues.staticCall(0, [ZeroAddress]))).to.equal(
      "HedgeController_ZeroAddress",
    );
    const zero = {
      slippageLimit: 0,
      maxTrade: 0,
      minInterval: 0,
      dailyLossBudget: 0,
      callerShare: 0,
      costRatio: 0,
      riskAversion: 0,
      smileShare: 0,
      minBand: 0,
    };
    expect(await refusal(hedgeController.setParameters.staticCall(0, zero))).to.equal(
      "HedgeController_BadParameter",
    );
  });
});

describe("Uniswap v3 spot venue", () => {
  it("quotes both sides round the pool's price and obeys its controller only", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { usdc, weth, uniswap } = stage.world.externals;
    const [controller, stranger] = [stage.world.people.keeper, stage.world.people.hedger];
    const factory = await ethers.getContractFactory("UniswapV3SpotVenue", controller.signer);
    const terms = {
      controller: controller.address,
      underlying: await weth.getAddress(),
      cash: await usdc.getAddress(),
      router: await uniswap.router.getAddress(),
      quoter: await uniswap.quoter.getAddress(),
      fee: 500,
    };
    const venue = await factory.deploy(terms);
    const [buy, sell] = [
      await venue.getFunction("quote").staticCall(true, WAD),
      await venue.getFunction("quote").staticCall(false, WAD),
    ];
    expect(buy > 2_000_000_000n && buy < 2_003_000_000n).to.equal(true);
    expect(sell < 2_000_000_000n && sell > 1_997_000_000n).to.equal(true);
    const execute = venue.connect(stranger.signer).getFunction("execute");
    expect(await refusal(execute.staticCall(true, WAD, 0, WAD))).to.equal("HedgeVenue_NotController");
    expect(await refusal(factory.deploy({ ...terms, controller: ZeroAddress }))).to.equal(
      "HedgeVenue_ZeroAddress",
    );
    expect(await refusal(venue.getFunction("deleverage").staticCall(WAD, 0))).to.equal(
      "UniswapV3SpotVenue_NoPosition",
    );
  });
});
