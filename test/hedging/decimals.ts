import { WAD } from "@ballast/sdk";
import { expect } from "chai";
import { connection, refusal } from "../support/ballast.ts";
import { BITCOIN, type BitcoinScene, bitcoinScene, buyCalls, SATOSHI } from "../support/bitcoin.ts";
import { done } from "../support/quotes.ts";

const { networkHelpers } = connection;
/** One unit of a token of eight decimals [wad]. */
const UNIT = WAD / SATOSHI;

/** The vault is short ten calls on bitcoin. */
async function shortBitcoin(): Promise<BitcoinScene> {
  const stage = await bitcoinScene();
  await buyCalls(stage, 10n * WAD);
  return stage;
}

async function heldBy({ world, bitcoin }: BitcoinScene): Promise<bigint> {
  const { clearinghouse, vault } = world.people.keeper.ballast;
  return clearinghouse.collateralOf(await vault.account(), String(bitcoin.target));
}

describe("a hedge in a token of eight decimals", () => {
  it("buys on Uniswap v3 to the band's edge, rounded down to a unit, and tells what it cost", async () => {
    const stage = await networkHelpers.loadFixture(shortBitcoin);
    const { hedgeController, clearinghouse, vault } = stage.world.people.keeper.ballast;
    const account = await vault.account();
    const before = await hedgeController.state(BITCOIN);
    expect(before.target).to.be.greaterThan(4n * WAD);
    const cash = await clearinghouse.cashOf(account);
    const { amount } = await hedgeController.plan.staticCall(BITCOIN);
    await expect(hedgeController.rebalance(BITCOIN)).to.emit(hedgeController, "Hedged");
    const held = await heldBy(stage);
    expect(held).to.equal(amount);
    expect(held).to.be.closeTo(before.target / UNIT, 10n ** 4n);
    const after = await hedgeController.state(BITCOIN);
    expect(after.hedge).to.equal(held * UNIT);
    expect(-after.netDelta - BigInt(after.band)).to.be.within(-UNIT, WAD / 10_000n);
    // Paid: the oracle's price, and what was lost against it.
    const paid = cash - (await clearinghouse.cashOf(account));
    const fair = held * UNIT * stage.dollars;
    expect(paid - fair).to.equal(await hedgeController.totalLoss());
    // The pool's fee of 0.3 percent, and hardly more in so deep a pool.
    expect(paid - fair).to.be.within((fair * 3n) / 1_000n, (fair * 6n) / 1_000n);
    for (const token of [stage.bitcoin, stage.world.externals.usdc]) {
      for (const place of [String(hedgeController.target), stage.spot]) {
        expect(await token.balanceOf(place)).to.equal(0n);
      }
    }
    expect(await refusal(hedgeController.rebalance.staticCall(BITCOIN))).to.equal(
      "HedgeController_InsideBand",
    );
  });

  it("sells what it holds when the delta turns, to the unit", async () => {
    const stage = await networkHelpers.loadFixture(shortBitcoin);
    const { hedgeController } = stage.world.people.keeper.ballast;
    await done(hedgeController.rebalance(BITCOIN));
    const held = await heldBy(stage);
    await buyCalls(stage, -9n * WAD);
    const { target } = await hedgeController.state(BITCOIN);
    await done(hedgeController.rebalance(BITCOIN));
    const sold = held - (await heldBy(stage));
    expect(sold).to.be.closeTo(-target / UNIT, 10n ** 4n);
    expect(await hedgeController.notedPosition(BITCOIN)).to.equal(0n);
  });

  it("counts each market's hedge, capacity and budget for itself", async () => {
    const stage = await networkHelpers.loadFixture(shortBitcoin);
    const { hedgeController } = stage.world.people.keeper.ballast;
    const ether = await hedgeController.state(0);
    const [left, leftOfEther] = [
      await hedgeController.lossBudgetLeft(BITCOIN),
      await hedgeController.lossBudgetLeft(0),
    ];
    const before = await hedgeController.hedgeCapacity(BITCOIN);
    expect([before.buyWad > 10n * WAD, before.sellWad]).to.deep.equal([true, 0n]);
    await done(hedgeController.rebalance(BITCOIN));
    const after = await hedgeController.hedgeCapacity(BITCOIN);
    expect(after.sellWad).to.equal((await heldBy(stage)) * UNIT);
    expect(await hedgeController.lossBudgetLeft(BITCOIN)).to.be.lessThan(left);
    expect(await hedgeController.lossBudgetLeft(0)).to.equal(leftOfEther);
    expect((await hedgeController.state(0)).hedge).to.equal(ether.hedge);
  });
});
