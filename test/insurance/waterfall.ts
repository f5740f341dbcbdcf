import { WAD } from "@ballast/sdk";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { connection, curator, refusal, type Scene, scene } from "../support/ballast.ts";

const { ethers, networkHelpers } = connection;
const ANY = 2n ** 100n;
const YEAR = 365 * 86_400;

/** The waterfall on the auction house's own key: losses without auctions. */
async function asHouse(stage: Scene) {
  const at = stage.world.deployment.contracts.auctionHouse;
  await networkHelpers.impersonateAccount(at);
  await networkHelpers.setBalance(at, WAD);
  return stage.world.people.bidder.ballast.lossWaterfall.connect(await ethers.getSigner(at));
}

/** A fund that has nothing left, so that the next payers can be seen. */
async function emptyFund(stage: Scene): Promise<void> {
  const { contracts } = stage.world.deployment;
  await networkHelpers.impersonateAccount(contracts.lossWaterfall);
  await networkHelpers.setBalance(contracts.lossWaterfall, WAD);
  const waterfall = await ethers.getSigner(contracts.lossWaterfall);
  const { insuranceFund } = stage.world.people.bidder.ballast;
  await (await insuranceFund.connect(waterfall).cover(ANY, contracts.lossWaterfall)).wait();
}

async function lastLoss(stage: Scene) {
  const { lossWaterfall } = stage.world.people.bidder.ballast;
  const loss = (await lossWaterfall.queryFilter(lossWaterfall.filters.LossAbsorbed())).at(-1);
  if (!loss) throw new Error("No loss was absorbed.");
  const steps = await lossWaterfall.queryFilter(
    lossWaterfall.filters.PayerCharged(),
    loss.blockNumber,
    loss.blockNumber,
  );
  return { loss: loss.args, steps: steps.map((step) => step.args) };
}

describe("loss waterfall", () => {
  it("charges fund, vault and all claims in that order, one event each, to the wei", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { lossWaterfall, clearinghouse, insuranceFund, vault } = stage.world.people.bidder.ballast;
    const house = await asHouse(stage);
    const { putSeller } = stage.world.people;
    const held = (await insuranceFund.assetsHeld()) * 10n ** 12n;
    await (await lossWaterfall.measureVault()).wait();
    const slice = await lossWaterfall.sliceLeft();
    const shared = 12_345n * WAD + 7n;
    const shortfall = held + slice + shared;
    const before = await clearinghouse.cashOf(putSeller.account);
    const claims = await clearinghouse.totalClaims();
    const vaultCash = await clearinghouse.cashOf(await vault.account());
    await (await house.absorb(putSeller.account, shortfall)).wait();
    const { loss, steps } = await lastLoss(stage);
    expect([loss.insurance, loss.shortfall]).to.deep.equal([held, shortfall]);
    expect(loss.insurance + loss.vault + loss.shared).to.equal(shortfall);
    // The age of the mark widens the spread a little, and the bid NAV falls with it.
    expect(loss.vault).to.be.within(slice - slice / 1_000n, slice);
    expect(steps.map(({ payer }) => payer)).to.deep.equal([0n, 1n, 2n]);
    expect(steps.map(({ amount }) => amount)).to.deep.equal([held, loss.vault, loss.shared]);
    expect(steps.map(({ left }) => left)).to.deep.equal([shortfall - held, loss.shared, 0n]);
    expect(await insuranceFund.assetsHeld()).to.equal(0n);
    expect(await clearinghouse.cashOf(await vault.account())).to.be.below(vaultCash - loss.vault);
    expect(await clearinghouse.cashOf(putSeller.account)).to.be.above(before);
    // Collateral bears its part by levies, which leave the claims in cash as they are.
    const raised = await clearinghouse.queryFilter(clearinghouse.filters.LevyRaised());
    const levied = raised.reduce((sum, { args }) => sum + args.amount, 0n);
    const grown = claims + held + levied;
    expect(levied).to.be.above(0n);
    expect(await clearinghouse.totalClaims()).to.be.within(grown, grown + WAD);
  });

  it("takes from the vault no more than its caps by event and by year, and anew in the next year", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { lossWaterfall, vault } = stage.world.people.bidder.ballast;
    const own = await curator(stage);
    await (await own.lossWaterfall.setVaultSlice(WAD / 100n, (WAD * 15n) / 1_000n)).wait();
    await emptyFund(stage);
    const house = await asHouse(stage);
    const account = stage.world.people.putSeller.account;
    const paid = async () => {
      await (await house.absorb(account, 200_000n * WAD)).wait();
      return (await lastLoss(stage)).loss.vault;
    };
    const nav = (await vault.nav()).bid;
    const first = await paid();
    expect(first).to.be.within((nav * 999n) / 100_000n, nav / 100n);
    const second = await paid();
    expect(second > 0n && second < first).to.equal(true);
    expect(await paid()).to.equal(0n);
    expect(await lossWaterfall.sliceLeft()).to.equal(0n);
    // A year later, whenever it is said to begin, all of it counts; a month after that none does.
    await stage.clock.advanceTo(stage.start + YEAR);
    expect(await lossWaterfall.sliceLeft()).to.equal(0n);
    await stage.clock.advanceTo(stage.start + YEAR + YEAR / 12 + 1);
    expect(await paid()).to.be.above(0n);
  });

  it("never lets the vault insure itself", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { vault } = stage.world.people.bidder.ballast;
    await emptyFund(stage);
    const house = await asHouse(stage);
    await (await house.absorb(await vault.account(), 100n * WAD)).wait();
    const { loss, steps } = await lastLoss(stage);
    expect([loss.insurance, loss.vault, loss.shared]).to.deep.equal([0n, 0n, 100n * WAD]);
    expect(steps.map(({ amount }) => amount)).to.deep.equal([0n, 0n, 100n * WAD]);
  });

  it("pays on with the last NAV when the vault's cannot be read", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { lossWaterfall, vault } = stage.world.people.bidder.ballast;
    await emptyFund(stage);
    const house = await asHouse(stage);
    await (await lossWaterfall.measureVault()).wait();
    const [measured] = await lossWaterfall.lastVaultMeasure();
    expect(measured).to.be.above(0n);
    await stage.world.externals.feed.pushRound(50_000n * WAD);
    expect((await vault.nav()).markTime).to.equal(0n);
    const slice = await lossWaterfall.sliceLeft();
    await (await house.absorb(stage.world.people.putSeller.account, 500_000n * WAD)).wait();
    const { loss } = await lastLoss(stage);
    expect(loss.vault).to.equal(slice);
    expect(loss.vault + loss.shared).to.equal(loss.shortfall);
    expect((await lossWaterfall.lastVaultMeasure())[0]).to.equal(measured);
  });

  it("pays nothing rather than more than all claims together", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const house = await asHouse(stage);
    const attempt = house.absorb.staticCall(stage.world.people.putSeller.account, 10n ** 9n * WAD);
    expect(await refusal(attempt)).to.equal("Clearinghouse_LossExceedsClaims");
  });

  it("lets only the auction house report losses, and the curator bound the slice", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { lossWaterfall } = await curator(stage);
    expect(await refusal(lossWaterfall.absorb.staticCall(1n, 1n))).to.equal("LossWaterfall_NotAuctionHouse");
    expect(await refusal(lossWaterfall.setExposure.staticCall(1n, 1n))).to.equal(
      "LossWaterfall_NotAuctionHouse",
    );
    for (const slices of [
      [WAD, 0n],
      [0n, WAD],
    ] as const) {
      expect(await refusal(lossWaterfall.setVaultSlice.staticCall(...slices))).to.equal(
        "LossWaterfall_SliceTooLarge",
      );
    }
    expect(await refusal(lossWaterfall.setAuctionHouse.staticCall(ZeroAddress))).to.equal(
      "LossWaterfall_ZeroAddress",
    );
    const house = await asHouse(stage);
    expect(await refusal(house.absorb.staticCall(1n, 0n))).to.equal("LossWaterfall_ZeroShortfall");
    expect(await refusal(house.setExposure.staticCall(1n, -1n))).to.equal("LossWaterfall_NegativeExposure");
  });
});

describe("hold-back", () => {
  it("counts several open auctions, and lets go with the last of them", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { lossWaterfall, insuranceFund } = stage.world.people.bidder.ballast;
    const house = await asHouse(stage);
    const open = async (account: bigint, dollars: bigint) => {
      await (await house.setExposure(account, dollars * WAD)).wait();
      return [...(await lossWaterfall.exposures()), await lossWaterfall.heldEpisode()];
    };
    expect(await lossWaterfall.heldEpisode()).to.equal(0n);
    expect(await open(1n, 100n)).to.deep.equal([100n * WAD, 1n, 1n]);
    expect(await open(2n, 50n)).to.deep.equal([150n * WAD, 2n, 1n]);
    expect(await open(1n, 70n)).to.deep.equal([120n * WAD, 2n, 1n]);
    expect(await lossWaterfall.exposureOf(1n)).to.equal(70n * WAD);
    expect(await insuranceFund.openShortfalls()).to.equal(2n);
    expect(await open(1n, 0n)).to.deep.equal([50n * WAD, 1n, 1n]);
    expect(await open(2n, 0n)).to.deep.equal([0n, 0n, 0n]);
    expect(await insuranceFund.openShortfalls()).to.equal(0n);
    expect(await open(2n, 5n)).to.deep.equal([5n * WAD, 1n, 2n]);
  });

  it("holds back what fund and slice could not pay, as a share of all claims", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { lossWaterfall, insuranceFund, clearinghouse } = stage.world.people.bidder.ballast;
    const house = await asHouse(stage);
    const fund = (await insuranceFund.assetsHeld()) * 10n ** 12n;
    const claims = await clearinghouse.totalClaims();
    const expose = async (amount: bigint) => {
      await (await house.setExposure(1n, amount)).wait();
      return lossWaterfall.heldShare();
    };
    expect(await lossWaterfall.heldShare()).to.equal(0n);
    expect(await expose(fund)).to.equal(0n);
    expect(await expose(fund + claims / 10n)).to.be.within(WAD / 10n - 1n, WAD / 10n + 1n);
    await (await lossWaterfall.measureVault()).wait();
    const slice = await lossWaterfall.sliceLeft();
    expect(slice).to.be.above(0n);
    expect(await expose(fund + slice)).to.equal(0n);
    expect(await expose(fund + slice + 1n)).to.equal(1n);
    expect(await expose(fund + slice + claims / 4n)).to.be.within(WAD / 4n - 1n, WAD / 4n + 1n);
    expect(await expose(fund + slice + 2n * claims)).to.equal(WAD);
  });

  it("forgets what a house said that is replaced", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { lossWaterfall, insuranceFund } = stage.world.people.bidder.ballast;
    const house = await asHouse(stage);
    await (await house.setExposure(1n, 10n ** 9n * WAD)).wait();
    expect(await lossWaterfall.heldShare()).to.equal(WAD);
    const own = await curator(stage);
    await (await own.lossWaterfall.setAuctionHouse(stage.world.people.hedger.address)).wait();
    expect(await lossWaterfall.auctionHouse()).to.equal(stage.world.people.hedger.address);
    expect(await lossWaterfall.heldShare()).to.equal(0n);
    expect(await lossWaterfall.heldEpisode()).to.equal(0n);
    expect(await lossWaterfall.exposureOf(1n)).to.equal(0n);
    expect(await insuranceFund.openShortfalls()).to.equal(0n);
    expect(await refusal(house.setExposure.staticCall(1n, 1n))).to.equal("LossWaterfall_NotAuctionHouse");
  });
});
