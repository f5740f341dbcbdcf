import { deposit, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { moveUniswapPrice, supplyAave, wrapWeth } from "../../packages/lab/src/externals/index.ts";
import { as, mined } from "../../packages/lab/src/externals/token.ts";
import { moveTo, refusal } from "../support/ballast.ts";
import { buy, type HedgeScene, hedgeScene, setHedge } from "../support/hedging.ts";
import { seeded } from "../support/random.ts";

const DAY = 86_400;
const BUDGET = 300n * WAD;

/** Narrow band, trades of at most 60,000 USD, a small budget: every limit is met on the way. */
async function walkScene(): Promise<HedgeScene> {
  const stage = await hedgeScene();
  await setHedge(stage, {
    ...{ costRatio: 10n ** 9n, maxTrade: 60_000n * WAD, minInterval: 60n },
    ...{ dailyLossBudget: BUDGET, callerShare: WAD },
  });
  return stage;
}

const abs = (x: bigint) => (x < 0n ? -x : x);

/** What somebody hostile does between two rebalances; whether it was done, and not refused. */
async function disturb(stage: HedgeScene, roll: number, next: () => number): Promise<boolean> {
  const { world } = stage;
  const { arbitrageur, hedger, keeper } = world.people;
  const { weth, uniswap } = world.externals;
  const some = (most: number) => BigInt(1 + Math.floor(next() * most));
  // The desk refuses what is beyond its limits.
  if (roll < 3) return isDone(buy(stage, next() < 0.5 ? "call" : "put", 2_000n, 5n * some(20)));
  if (roll < 6) {
    await moveUniswapPrice(uniswap, arbitrageur.signer, (1_965n + some(70)) * WAD);
  } else if (roll === 6) {
    await wrapWeth(weth, hedger.signer, some(20) * WAD);
    const own = await keeper.ballast.vault.account();
    const amount = await weth.balanceOf(hedger.address);
    // Of strangers the ledger takes nothing that has no price just then.
    return isDone(deposit(hedger.ballast, hedger.address, own, await weth.getAddress(), amount));
  } else if (roll === 7) {
    await wrapWeth(weth, hedger.signer, WAD);
    await mined(as(weth, hedger.signer).transfer(stage.short, WAD / 2n));
    await supplyAave(hedger.signer, stage.aave, weth, WAD / 4n, stage.short);
  } else return isDone(hedger.ballast.hedgeController.deleverage(0, stage.short));
  return true;
}

async function isDone(attempt: Promise<unknown>): Promise<boolean> {
  return (await refusal(attempt)) === "nothing was refused";
}

describe("a random walk of the hedge with hostile company", () => {
  for (const seed of [2_033, 71, 900_913]) walk(seed);
});

function walk(seed: number): void {
  it(`ends each rebalance nearer to the band, never beyond its edge, and inside unless a limit bound it (seed ${seed})`, async () => {
    // A scene of its own: a walk moves the market, which no fixture takes back.
    const stage = await walkScene();
    const { hedgeController, books, vault } = stage.world.people.keeper.ballast;
    const next = seeded(seed);
    const losses: { at: number; loss: bigint }[] = [];
    const seen = { inside: 0, bounded: 0, refused: 0, sold: 0, bought: 0, trades: 0 };
    let time = stage.start;
    for (let step = 0; step < 90; step++) {
      const roll = Math.floor(next() * 10);
      if ((await disturb(stage, roll, next)) && roll < 3) seen.trades++;
      time += 120 + Math.floor(next() * 2_400);
      if (step % 3 === 0) {
        await moveTo(stage, time, 2_000n);
        await (await books.refreshAll(await vault.account())).wait();
      } else await stage.clock.advanceTo(time);
      const before = await hedgeController.state(0);
      const total = await hedgeController.totalLoss();
      const refused = await refusal(hedgeController.rebalance.staticCall(0));
      if (refused !== "nothing was refused") {
        if (before.target !== 0n) seen.refused++;
        continue;
      }
      const { amount } = await hedgeController.plan.staticCall(0);
      const receipt = await (await hedgeController.rebalance(0)).wait();
      const block = await receipt?.getBlock();
      losses.push({ at: block?.timestamp ?? 0, loss: (await hedgeController.totalLoss()) - total });
      const after = await hedgeController.state(0);
      const moved = after.hedge - before.hedge;
      // Interest and time move things by a hair between the two blocks.
      const hair = WAD / 1_000n;
      expect(moved > 0n === before.target > 0n, `step ${step}`).to.equal(true);
      expect(abs(moved) <= abs(before.target) + hair, `step ${step}`).to.equal(true);
      expect(abs(after.netDelta) < abs(before.netDelta) + hair, `step ${step}`).to.equal(true);
      if (abs(after.netDelta) <= BigInt(after.band) + hair) seen.inside++;
      else {
        // As near as the limits let it: it did all that was planned, and that was less than wanted.
        expect(abs(moved) >= amount - hair && amount < abs(before.target), `step ${step}`).to.equal(true);
        seen.bounded++;
      }
      if (moved > 0n) seen.bought++;
      else seen.sold++;
    }
    for (const { at } of losses) {
      const window = losses.filter((one) => one.at >= at && one.at < at + DAY);
      const lost = window.reduce((sum, { loss }) => (loss > 0n ? sum + loss : sum), 0n);
      expect(lost <= BUDGET).to.equal(true);
    }
    expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).to.be.greaterThan(0);
  });
}
