import { deposit, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { addPool, mintUsdc, moveUniswapPrice, wrapWeth } from "../../packages/lab/src/externals/index.ts";
import { connection, type Scene, scene } from "../support/ballast.ts";
import { buy, deployed, setHedge, setVenues, swapTerms } from "../support/hedging.ts";
import { seeded } from "../support/random.ts";

const { ethers, networkHelpers } = connection;

interface SplitScene extends Scene {
  readonly cheap: string;
  readonly dear: string;
}

/** Two pools of like depth, of 0.05 % and 0.3 %, thin enough that a hedge moves them. */
async function twoPools(): Promise<SplitScene> {
  const stage = await scene();
  const { deployer } = stage.world.people;
  const { uniswap } = stage.world.externals;
  const second = await addPool(uniswap, deployer.signer, 3_000, 2_000n * WAD, 60_000n * WAD);
  const controller = stage.world.deployment.contracts.hedgeController;
  const [cheap] = await stage.world.people.keeper.ballast.hedgeController.venues(0);
  const dear = await deployed(stage, "UniswapV3SpotVenue", [await swapTerms(stage, second, controller)]);
  await setVenues(stage, [cheap ?? "", dear]);
  await setHedge(stage, {
    ...{ costRatio: 10n ** 9n, minInterval: 0n, maxTrade: 100_000_000n * WAD, slippageLimit: WAD / 10n },
    dailyLossBudget: 100_000_000n * WAD,
  });
  return { ...stage, cheap: cheap ?? "", dear };
}

async function quoteOf(venue: string, isBuy: boolean, amount: bigint): Promise<bigint> {
  const at = await ethers.getContractAt("UniswapV3SpotVenue", venue);
  return at.quote.staticCall(isBuy, amount);
}

describe("split of an order", () => {
  it("costs no more than either pool alone, wherever the pools stand and whatever is bought or sold", async () => {
    const stage = await networkHelpers.loadFixture(twoPools);
    const { hedgeController, vault } = stage.world.people.keeper.ballast;
    const { usdc, weth, uniswap } = stage.world.externals;
    const { arbitrageur, deployer } = stage.world.people;
    await mintUsdc(usdc, deployer.address, 100_000_000n * 10n ** 6n);
    await wrapWeth(weth, deployer.signer, 20_000n * WAD);
    const own = await vault.account();
    const pay = async (token: string, amount: bigint) =>
      (await deposit(deployer.ballast, deployer.address, own, token, amount)).wait();
    await pay(await usdc.getAddress(), 50_000_000n * 10n ** 6n);
    const next = seeded(33);
    let shared = 0;
    for (let run = 0; run < 8; run++) {
      const snapshot = await networkHelpers.takeSnapshot();
      const isBuy = run % 2 === 1;
      // An order of 2,000 to 12,000 ether.
      const size = BigInt(2_000 + Math.floor(next() * 10_000)) * WAD;
      if (isBuy) await buy(stage, "call", 2_200n, 400n);
      else await pay(await weth.getAddress(), size);
      await moveUniswapPrice(uniswap, arbitrageur.signer, BigInt(1_985 + Math.floor(next() * 30)) * WAD);
      const { fills, amount, buy: side } = await hedgeController.plan.staticCall(0);
      expect(side).to.equal(isBuy);
      expect(amount > 0n).to.equal(true);
      let split = 0n;
      for (const fill of fills) split += await quoteOf(fill.venue, isBuy, fill.amount);
      for (const venue of [stage.cheap, stage.dear]) {
        const alone = await quoteOf(venue, isBuy, amount);
        expect(isBuy ? split <= alone : split >= alone).to.equal(true);
      }
      if (fills.length === 2) shared++;
      await (await hedgeController.rebalance(0)).wait();
      await snapshot.restore();
    }
    expect(shared).to.be.greaterThan(0);
  });

  it("goes on with the rest when a pool cannot quote", async () => {
    const stage = await networkHelpers.loadFixture(twoPools);
    const { hedgeController } = stage.world.people.keeper.ballast;
    const terms = await swapTerms(stage, stage.world.externals.uniswap, await hedgeController.getAddress());
    // There is no pool of 1 %.
    const dead = await deployed(stage, "UniswapV3SpotVenue", [{ ...terms, fee: 10_000 }]);
    await setVenues(stage, [dead, stage.dear]);
    await buy(stage, "call", 2_200n, 400n);
    const { fills, amount, wanted } = await hedgeController.plan.staticCall(0);
    expect(fills).to.have.length(1);
    expect(fills[0]?.venue).to.equal(stage.dear);
    expect(amount).to.equal(wanted);
  });
});
