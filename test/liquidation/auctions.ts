import { accountId, trade, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { connection, expiryOf, moveTo, option, refusal, type Scene, scene } from "../support/ballast.ts";
import { balanced, bidOn, distressed, forSale, lookUntil, payIn, SOFT_STAGE } from "../support/distress.ts";

const { ethers, networkHelpers } = connection;
const HOUR = 3600;

/** Another account of the put seller has fallen below its maintenance. */
async function secondAccountDistressed(): Promise<Scene> {
  const stage = await scene();
  const { putSeller } = stage.world.people;
  const { ballast } = putSeller;
  const account = accountId(putSeller.address, 1n);
  await payIn(stage, { ...putSeller, account }, await ballast.clearinghouse.cashOf(putSeller.account));
  const leg = { instrument: option(expiryOf(stage, 2), 1_800n, "put"), quantity: -90n * WAD };
  await (await trade(ballast, account, [leg])).wait();
  await moveTo(stage, stage.start + HOUR, 1_600n);
  return stage;
}

describe("auction house", () => {
  it("sells a slice of a solvent account and ends when it is healthy again", async () => {
    const stage = await networkHelpers.loadFixture(forSale);
    const { bidder, putSeller } = stage.world.people;
    const house = bidder.ballast.auctionHouse;
    const before = await bidder.ballast.clearinghouse.assess(putSeller.account);
    expect(before.equity > 0n && before.equity < before.maintenanceRequirement).to.equal(true);
    const { largestFraction } = await house.price(putSeller.account, WAD);
    expect(largestFraction > 0n && largestFraction <= WAD).to.equal(true);
    const terms = await bidOn(house, putSeller.account, {
      bidder: bidder.account,
      fraction: largestFraction,
    });
    await (await house.bid(putSeller.account, terms, "0x")).wait();
    const after = await bidder.ballast.clearinghouse.assess(putSeller.account);
    expect(after.equity >= after.maintenanceRequirement).to.equal(true);
    const [ended] = await house.queryFilter(house.filters.AuctionEnded());
    expect(after.equity).to.be.within(ended!.args.equity - WAD, ended!.args.equity + WAD);
    expect(after.maintenanceRequirement <= ended!.args.maintenanceRequirement + WAD).to.equal(true);
    expect((await house.auctionOf(putSeller.account)).kind).to.equal(0n);
    await balanced(stage);
  });

  it("lowers its price from 98 to 70 percent of equity in fifteen minutes after the soft stage, then to nothing", async () => {
    const stage = await networkHelpers.loadFixture(distressed);
    const { bidder, putSeller } = stage.world.people;
    const house = bidder.ballast.auctionHouse;
    await (await house.start(putSeller.account)).wait();
    const started = Number((await house.auctionOf(putSeller.account)).seenAt);
    const shareAt = async (seconds: number) => {
      await lookUntil(stage, putSeller.account, started + SOFT_STAGE + seconds, 1_600n);
      const { equity } = await bidder.ballast.clearinghouse.assess(putSeller.account);
      const { cost } = await house.price(putSeller.account, WAD);
      return Number((cost * 10_000n) / equity);
    };
    expect(await shareAt(450)).to.be.within(8_395, 8_405);
    expect(await shareAt(900)).to.be.within(6_995, 7_005);
    expect(await shareAt(900 + 5 * HOUR)).to.be.within(4_075, 4_090);
    expect((await house.price(putSeller.account, WAD)).largestFraction > 0n).to.equal(true);
  });

  it("refuses starts of healthy accounts and bids that are not meant, not allowed or too dear", async () => {
    const stage = await networkHelpers.loadFixture(distressed);
    const { bidder, putSeller, hedger } = stage.world.people;
    const house = bidder.ballast.auctionHouse;
    const poor = accountId(bidder.address, 7n);
    expect(await refusal(house.start.staticCall(hedger.account))).to.equal("AuctionHouse_Healthy");
    expect(await refusal(house.end.staticCall(putSeller.account))).to.equal("AuctionHouse_NotRunning");
    await (await house.start(putSeller.account)).wait();
    const right = await bidOn(house, putSeller.account, { bidder: bidder.account, fraction: WAD / 10n });
    const bid = (other: Partial<typeof right> = {}) =>
      refusal(house.bid.staticCall(putSeller.account, { ...right, ...other }, "0x"));
    expect(await refusal(house.start.staticCall(putSeller.account))).to.equal("AuctionHouse_AlreadyRunning");
    expect(await refusal(house.end.staticCall(putSeller.account))).to.equal("AuctionHouse_StillUnhealthy");
    expect(await bid()).to.equal("AuctionHouse_SoftStage");
    await stage.clock.advanceTo((await stage.clock.now()) + SOFT_STAGE);
    expect(await bid({ id: right.id + 1n })).to.equal("AuctionHouse_WrongAuction");
    expect(await bid({ kind: 2n })).to.equal("AuctionHouse_WrongKind");
    expect(await bid({ bidder: hedger.account })).to.equal("AuctionHouse_NotBidderOwner");
    expect(await bid({ fraction: 0n })).to.equal("AuctionHouse_BadFraction");
    expect(await bid({ fraction: 2n * WAD })).to.equal("AuctionHouse_BadFraction");
    expect(await bid({ priceLimit: 1n })).to.equal("AuctionHouse_PriceMoved");
    expect(await bid({ bidder: poor })).to.equal("Clearinghouse_BelowInitial");
    const own = { ...right, bidder: accountId(putSeller.address, 1n) };
    expect(
      await refusal(putSeller.ballast.auctionHouse.bid.staticCall(putSeller.account, own, "0x")),
    ).to.equal("AuctionHouse_RelatedBidder");
  });

  it("ends without a sale when the owner pays in", async () => {
    const stage = await networkHelpers.loadFixture(distressed);
    const { bidder, putSeller } = stage.world.people;
    const house = bidder.ballast.auctionHouse;
    await (await house.start(putSeller.account)).wait();
    await payIn(stage, putSeller, 100_000n * WAD);
    await (await house.end(putSeller.account)).wait();
    expect((await house.auctionOf(putSeller.account)).kind).to.equal(0n);
  });

  it("does not sell an account that recovered, and lets no owner name its bidders away", async () => {
    const stage = await networkHelpers.loadFixture(forSale);
    const { bidder, putSeller } = stage.world.people;
    const house = bidder.ballast.auctionHouse;
    const { clearinghouse } = putSeller.ballast;
    const terms = await bidOn(house, putSeller.account, { bidder: bidder.account, fraction: WAD / 10n });
    const bid = () => refusal(house.bid.staticCall(putSeller.account, terms, "0x"));
    await (await clearinghouse.setOperator(putSeller.account, bidder.address, 1n, 2n ** 62n)).wait();
    expect(await bid()).to.equal("nothing was refused");
    const { equity, maintenanceRequirement } = await clearinghouse.assess(putSeller.account);
    await payIn(stage, putSeller, maintenanceRequirement - equity + WAD);
    expect(await bid()).to.equal("AuctionHouse_Healthy");
  });

  it("counts no time that nobody saw, so that who recovered unseen is not given away", async () => {
    const stage = await networkHelpers.loadFixture(forSale);
    const { bidder, putSeller } = stage.world.people;
    const house = bidder.ballast.auctionHouse;
    await stage.clock.advanceTo((await stage.clock.now()) + 5 * HOUR);
    await stage.world.externals.feed.pushRound(1_600n * WAD);
    const { equity } = await bidder.ballast.clearinghouse.assess(putSeller.account);
    const { cost } = await house.price(putSeller.account, WAD);
    expect(cost > (equity * 68n) / 100n).to.equal(true);
    await (await house.update(putSeller.account)).wait();
    expect((await house.auctionOf(putSeller.account)).solventClock).to.equal(1_800n);
  });

  it("pays one start fee for a distress, however often it is started anew", async () => {
    const stage = await networkHelpers.loadFixture(distressed);
    const { bidder, putSeller } = stage.world.people;
    const house = bidder.ballast.auctionHouse;
    await (await house.start(putSeller.account)).wait();
    await (await house.update(putSeller.account)).wait();
    await (await house.update(putSeller.account)).wait();
    const paid = house.filters.StarterPaid(putSeller.account);
    const [fee] = await house.queryFilter(paid);
    expect(fee!.args.fee).to.be.within(1n, 50n * WAD);
    const { equity, maintenanceRequirement } = await bidder.ballast.clearinghouse.assess(putSeller.account);
    await payIn(stage, putSeller, maintenanceRequirement - equity);
    await (await house.end(putSeller.account)).wait();
    await stage.player.move({ time: await stage.clock.now(), price: 1_590n * WAD });
    await (await house.start(putSeller.account)).wait();
    await (await house.update(putSeller.account)).wait();
    expect((await house.auctionOf(putSeller.account)).id).to.equal(2n);
    expect(await house.queryFilter(paid)).to.have.length(1);
  });

  it("pays no owner for starting the auction of an account of its own, which a lock on its cash could stop", async () => {
    const stage = await networkHelpers.loadFixture(secondAccountDistressed);
    const { bidder, putSeller } = stage.world.people;
    const account = accountId(putSeller.address, 1n);
    await (await putSeller.ballast.auctionHouse.start(account)).wait();
    await (await bidder.ballast.auctionHouse.update(account)).wait();
    const { auctionHouse } = bidder.ballast;
    expect(await auctionHouse.queryFilter(auctionHouse.filters.StarterPaid(account))).to.have.length(0);
    expect((await auctionHouse.auctionOf(account)).kind).to.equal(1n);
  });

  it("cuts a bid for more than is for sale, so that a gift to the account cannot spoil it", async () => {
    const stage = await networkHelpers.loadFixture(forSale);
    const { bidder, putSeller } = stage.world.people;
    const house = bidder.ballast.auctionHouse;
    const { largestFraction } = await house.price(putSeller.account, WAD);
    const { cost } = await house.price(putSeller.account, largestFraction);
    const terms = await bidOn(house, putSeller.account, {
      bidder: bidder.account,
      fraction: largestFraction,
      priceLimit: (cost * 12n) / 10n,
    });
    await payIn(stage, putSeller, 500n * WAD);
    expect((await house.price(putSeller.account, WAD)).largestFraction < largestFraction).to.equal(true);
    await (await house.bid(putSeller.account, terms, "0x")).wait();
    const [sold] = await house.queryFilter(house.filters.BidAccepted());
    expect(sold!.args.fraction < largestFraction).to.equal(true);
    expect((await house.auctionOf(putSeller.account)).kind).to.equal(0n);
  });

  it("takes the bidder's word only from who may spend its cash", async () => {
    const stage = await networkHelpers.loadFixture(forSale);
    const { bidder, putSeller, hedger } = stage.world.people;
    const terms = await bidOn(bidder.ballast.auctionHouse, putSeller.account, {
      bidder: bidder.account,
      fraction: WAD / 10n,
    });
    const bid = () => refusal(hedger.ballast.auctionHouse.bid.staticCall(putSeller.account, terms, "0x"));
    const { clearinghouse } = bidder.ballast;
    await (await clearinghouse.setOperator(bidder.account, hedger.address, 1n, 2n ** 62n)).wait();
    expect(await bid()).to.equal("AuctionHouse_NotBidderOwner");
    await (await clearinghouse.setOperator(bidder.account, hedger.address, 3n, 2n ** 62n)).wait();
    expect(await bid()).to.equal("nothing was refused");
  });

  it("does nothing half-way through a batch", async () => {
    const stage = await networkHelpers.loadFixture(distressed);
    const { bidder, putSeller } = stage.world.people;
    const { auctionHouse: house, clearinghouse } = bidder.ballast;
    const data = house.interface.encodeFunctionData("start", [putSeller.account]);
    const target = stage.world.deployment.contracts.auctionHouse;
    expect(await refusal(clearinghouse.batch.staticCall(bidder.account, [{ target, data }]))).to.equal(
      "AuctionHouse_InBatch",
    );
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
    const real = Array.from({ length: 5 }, () => "0x0000000000000000000000000000000000000001");
    for (const missing of [1, 2, 3, 4]) {
      const args = real.with(missing, ZeroAddress) as [string, string, string, string, string];
      expect(await refusal(factory.deploy(...args))).to.equal("AuctionHouse_ZeroAddress");
    }
  });
});
