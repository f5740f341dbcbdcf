import { watchAccounts } from "@ballast/keeper";
import { accountId, trade, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { checkConservation } from "../../packages/lab/src/report/conservation.ts";
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
const USDC = 10n ** 6n;
const ANY = 2n ** 100n;

/** The put seller is as short as its cash allows. */
async function shortPuts(): Promise<Scene> {
  const stage = await scene();
  const { ballast, account } = stage.world.people.putSeller;
  const leg = { instrument: option(expiryOf(stage, 2), 1_800n, "put"), quantity: -90n * WAD };
  await (await trade(ballast, account, [leg])).wait();
  return stage;
}

/** And the market has fallen far enough for a liquidation, not for insolvency. */
async function distressed(): Promise<Scene> {
  const stage = await shortPuts();
  await moveTo(stage, stage.start + HOUR, 1_600n);
  return stage;
}

/** And fallen through. */
async function insolvent(): Promise<Scene> {
  const stage = await shortPuts();
  await moveTo(stage, stage.start + HOUR, 1_400n);
  await moveTo(stage, stage.start + 2 * HOUR, 1_100n);
  return stage;
}

async function balanced({ world }: Scene): Promise<void> {
  const { ballast } = world.people.keeper;
  const accounts = await watchAccounts(ballast).accounts();
  for (const check of await checkConservation(
    ballast,
    world.externals,
    accounts,
    world.deployment.fromBlock,
  )) {
    expect(check.holds, `${check.name}: ${check.left} against ${check.right}`).to.equal(true);
  }
}

describe("auction house", () => {
  it("sells a slice of a solvent account and ends when it is healthy again", async () => {
    const stage = await networkHelpers.loadFixture(distressed);
    const { bidder, putSeller } = stage.world.people;
    const house = bidder.ballast.auctionHouse;
    await (await house.start(putSeller.account)).wait();
    const { id, kind } = await house.auctionOf(putSeller.account);
    expect(kind).to.equal(1n);
    const before = await bidder.ballast.clearinghouse.assess(putSeller.account);
    expect(before.equity > 0n && before.equity < before.maintenanceRequirement).to.equal(true);
    const { largestFraction } = await house.price(putSeller.account, WAD);
    expect(largestFraction > 0n && largestFraction <= WAD).to.equal(true);
    await (await house.bid(putSeller.account, id, bidder.account, largestFraction, ANY)).wait();
    const after = await bidder.ballast.clearinghouse.assess(putSeller.account);
    expect(after.equity >= after.maintenanceRequirement).to.equal(true);
    expect((await house.auctionOf(putSeller.account)).kind).to.equal(0n);
    await balanced(stage);
  });

  it("lowers its price from 98 to 70 percent of equity in fifteen minutes, then to nothing", async () => {
    const stage = await networkHelpers.loadFixture(distressed);
    const { bidder, putSeller } = stage.world.people;
    const house = bidder.ballast.auctionHouse;
    await (await house.start(putSeller.account)).wait();
    const started = Number((await house.auctionOf(putSeller.account)).startedAt);
    const shareAt = async (seconds: number) => {
      await stage.clock.advanceTo(started + seconds);
      if (seconds > HOUR) await stage.world.externals.feed.pushRound(1_600n * WAD);
      const { equity } = await bidder.ballast.clearinghouse.assess(putSeller.account);
      const { cost } = await house.price(putSeller.account, WAD);
      return Number((cost * 10_000n) / equity);
    };
    expect(await shareAt(450)).to.be.within(8_399, 8_401);
    expect(await shareAt(900)).to.be.within(6_999, 7_001);
    expect(await shareAt(900 + 6 * HOUR)).to.be.within(3_499, 3_501);
    expect(await shareAt(900 + 13 * HOUR)).to.equal(0);
  });

  it("refuses starts of healthy accounts and bids that are not meant, not allowed or too dear", async () => {
    const stage = await networkHelpers.loadFixture(distressed);
    const { bidder, putSeller, hedger } = stage.world.people;
    const house = bidder.ballast.auctionHouse;
    const poor = accountId(bidder.address, 7n);
    expect(await refusal(house.start.staticCall(hedger.account))).to.equal("AuctionHouse_Healthy");
    expect(await refusal(house.end.staticCall(putSeller.account))).to.equal("AuctionHouse_NotRunning");
    await (await house.start(putSeller.account)).wait();
    const { id } = await house.auctionOf(putSeller.account);
    const bid = (fraction: bigint, as = bidder.account, limit = ANY, auction = id) =>
      refusal(house.bid.staticCall(putSeller.account, auction, as, fraction, limit));
    expect(await refusal(house.start.staticCall(putSeller.account))).to.equal("AuctionHouse_AlreadyRunning");
    expect(await refusal(house.end.staticCall(putSeller.account))).to.equal("AuctionHouse_StillUnhealthy");
    expect(await bid(WAD / 10n, bidder.account, ANY, id + 1n)).to.equal("AuctionHouse_WrongAuction");
    expect(await bid(WAD / 10n, hedger.account)).to.equal("AuctionHouse_NotBidderOwner");
    expect(await bid(0n)).to.equal("AuctionHouse_BadFraction");
    expect(await bid(2n * WAD)).to.equal("AuctionHouse_BadFraction");
    expect(await bid(WAD / 10n, bidder.account, 1n)).to.equal("AuctionHouse_PriceMoved");
    expect(await bid(WAD / 10n, poor)).to.equal("Clearinghouse_BelowInitial");
    const related = putSeller.ballast.auctionHouse;
    const own = accountId(putSeller.address, 1n);
    expect(await refusal(related.bid.staticCall(putSeller.account, id, own, WAD / 10n, ANY))).to.equal(
      "AuctionHouse_RelatedBidder",
    );
  });

  it("ends without a sale when the owner pays in", async () => {
    const stage = await networkHelpers.loadFixture(distressed);
    const { bidder, putSeller } = stage.world.people;
    const house = bidder.ballast.auctionHouse;
    await (await house.start(putSeller.account)).wait();
    const usdc = stage.world.deployment.contracts.usdc;
    await (await stage.world.externals.usdc.mint(putSeller.address, 100_000n * USDC)).wait();
    await (await putSeller.ballast.usdc.approve(stage.world.deployment.contracts.clearinghouse, ANY)).wait();
    await (await putSeller.ballast.clearinghouse.deposit(putSeller.account, usdc, 100_000n * USDC)).wait();
    await (await house.end(putSeller.account)).wait();
    expect((await house.auctionOf(putSeller.account)).kind).to.equal(0n);
  });

  it("does not sell an account that recovered, and lets no owner name its bidders away", async () => {
    const stage = await networkHelpers.loadFixture(distressed);
    const { bidder, putSeller } = stage.world.people;
    const house = bidder.ballast.auctionHouse;
    const { clearinghouse } = putSeller.ballast;
    await (await house.start(putSeller.account)).wait();
    const { id } = await house.auctionOf(putSeller.account);
    const bid = () => refusal(house.bid.staticCall(putSeller.account, id, bidder.account, WAD / 10n, ANY));
    await (await clearinghouse.setOperator(putSeller.account, bidder.address, 1n, 2n ** 62n)).wait();
    expect(await bid()).to.equal("nothing was refused");
    const { equity, maintenanceRequirement } = await clearinghouse.assess(putSeller.account);
    const missing = (maintenanceRequirement - equity) / 10n ** 12n + USDC;
    const { usdc, clearinghouse: ledger } = stage.world.deployment.contracts;
    await (await stage.world.externals.usdc.mint(putSeller.address, missing)).wait();
    await (await putSeller.ballast.usdc.approve(ledger, ANY)).wait();
    await (await clearinghouse.deposit(putSeller.account, usdc, missing)).wait();
    expect(await bid()).to.equal("AuctionHouse_Healthy");
  });

  it("sells nothing at a price that is no price any more", async () => {
    const stage = await networkHelpers.loadFixture(distressed);
    const { bidder, putSeller } = stage.world.people;
    await stage.clock.advanceTo(stage.start + 7 * HOUR);
    expect(await refusal(bidder.ballast.auctionHouse.start.staticCall(putSeller.account))).to.equal(
      "AuctionHouse_DataUnusable",
    );
  });

  it("refuses addresses without meaning", async () => {
    const factory = await ethers.getContractFactory("AuctionHouse");
    expect(await refusal(factory.deploy(ZeroAddress, ZeroAddress))).to.equal("AuctionHouse_ZeroAddress");
  });
});

describe("insolvency", () => {
  it("is paid by the fund first, to the wei, while nobody may leave the fund", async () => {
    const stage = await networkHelpers.loadFixture(insolvent);
    const { bidder, putSeller, insurer } = stage.world.people;
    const { auctionHouse: house, insuranceFund: fund, lossWaterfall } = bidder.ballast;
    await (await house.start(putSeller.account)).wait();
    const { id, kind, startedAt } = await house.auctionOf(putSeller.account);
    expect(kind).to.equal(2n);
    const { equity, maintenanceRequirement } = await bidder.ballast.clearinghouse.assess(putSeller.account);
    expect(await lossWaterfall.exposureOf(putSeller.account)).to.equal(maintenanceRequirement - equity);
    expect(await lossWaterfall.heldEpisode()).to.equal(1n);
    expect(await refusal(insurer.ballast.fundShares.redeem(1n, insurer.address, insurer.address))).to.equal(
      "InsuranceFund_ShortfallOpen",
    );
    const held = await fund.assetsHeld();
    await stage.clock.advanceTo(Number(startedAt) + 1_800);
    await (await house.bid(putSeller.account, id, bidder.account, WAD, 0n)).wait();
    const [loss] = await lossWaterfall.queryFilter(lossWaterfall.filters.LossAbsorbed());
    if (!loss) throw new Error("No loss was absorbed.");
    const { shortfall, insurance, vault, shared } = loss.args;
    expect(insurance + vault + shared).to.equal(shortfall);
    expect(insurance).to.equal((held - (await fund.assetsHeld())) * 10n ** 12n);
    expect(shortfall - insurance < 10n ** 12n).to.equal(true);
    expect(await bidder.ballast.clearinghouse.positionWords(putSeller.account)).to.deep.equal([]);
    expect((await house.auctionOf(putSeller.account)).kind).to.equal(0n);
    expect(await lossWaterfall.exposures()).to.deep.equal([0n, 0n]);
    expect(await lossWaterfall.heldEpisode()).to.equal(0n);
    await balanced(stage);
  });

  it("goes on to the vault's slice and to all claims when the fund is empty, and the books still balance", async () => {
    const stage = await networkHelpers.loadFixture(insolvent);
    const { bidder, putSeller } = stage.world.people;
    const at = stage.world.deployment.contracts;
    await networkHelpers.impersonateAccount(at.lossWaterfall);
    await networkHelpers.setBalance(at.lossWaterfall, WAD);
    const waterfall = await ethers.getSigner(at.lossWaterfall);
    await (await bidder.ballast.insuranceFund.connect(waterfall).cover(ANY, at.lossWaterfall)).wait();
    const own = await curator(stage);
    await (await own.lossWaterfall.setVaultSlice(WAD / 1_000n, WAD / 100n)).wait();

    const house = bidder.ballast.auctionHouse;
    await (await house.start(putSeller.account)).wait();
    const { id, startedAt } = await house.auctionOf(putSeller.account);
    await stage.clock.advanceTo(Number(startedAt) + 3_600);
    await (await house.bid(putSeller.account, id, bidder.account, WAD, 0n)).wait();
    const { lossWaterfall } = bidder.ballast;
    const [loss] = await lossWaterfall.queryFilter(lossWaterfall.filters.LossAbsorbed());
    if (!loss) throw new Error("No loss was absorbed.");
    expect(loss.args.insurance).to.equal(0n);
    expect(loss.args.vault > 0n && loss.args.shared > 0n).to.equal(true);
    expect(loss.args.vault + loss.args.shared).to.equal(loss.args.shortfall);
    await balanced(stage);
  });
});
