import { WAD } from "@ballast/sdk";
import { expect } from "chai";
import { type AuctionRoom, auctionRoom, refusedWith, shortSeller } from "../support/auctions.ts";
import { USDC } from "../support/ledger.ts";

/** A bidder simulates the largest slice; before its bid lands, somebody gives the account a few dollars. */
async function gift(room: AuctionRoom): Promise<string> {
  const { house, ledger, bob, seller, bidder, usdc, wait } = room;
  await house.start(seller);
  await wait(600);
  const { id, kind } = await house.auctionOf(seller);
  const { largestFraction } = await house.price(seller, WAD);
  const terms = { id, kind, bidder, fraction: largestFraction, priceLimit: 2n ** 100n };
  await ledger.connect(bob).deposit(seller, usdc.target, 40n * USDC);
  return refusedWith(room, house.connect(bob).bid(seller, terms, "0x"));
}

describe("a gift to an account in auction", () => {
  it("spoils no bid for all that was for sale", async () => {
    expect(await gift(await shortSeller(60n))).to.equal("nothing");
  });

  it("spoils it, if a bid for a hair more than is for sale is refused", async () => {
    expect(await gift(await shortSeller(60n, "cut"))).to.equal("AuctionMutant_MoreThanForSale");
  });
});

/** An account that is nearly nothing, and what is left of its maintenance requirement after the largest bid. */
async function remainder(room: AuctionRoom): Promise<bigint> {
  const { house, ledger, bob, seller, bidder, give, series, setEquity, wait } = room;
  await give(seller, series(1, 3_000, "put"), -WAD / 5n);
  const { maintenanceRequirement } = await ledger.assess(seller);
  await setEquity(maintenanceRequirement / 2n);
  await house.start(seller);
  await wait(600);
  const { id, kind } = await house.auctionOf(seller);
  const terms = { id, kind, bidder, fraction: WAD, priceLimit: 2n ** 100n };
  await house.connect(bob).bid(seller, terms, "0x");
  return (await ledger.assess(seller)).maintenanceRequirement;
}

describe("a remainder that nobody would bid for", () => {
  it("is not left of an account", async () => {
    expect(await remainder(await auctionRoom())).to.equal(0n);
  });

  it("is left, if slices stop short of the whole", async () => {
    expect(await remainder(await auctionRoom("remainder"))).to.be.within(1n, 100n * WAD);
  });
});

/** The account recovers for most of a day while nobody looks; then it dips, and is sold. Returns the share of equity paid [wad]. */
async function unseen(room: AuctionRoom): Promise<bigint> {
  const { house, ledger, bob, seller, bidder, setEquity, wait, time } = room;
  await house.start(seller);
  const { maintenanceRequirement } = await ledger.assess(seller);
  await wait(300);
  await setEquity(maintenanceRequirement * 2n);
  await time.increase(10 * 3_600);
  const dip = (await ledger.assess(seller)).maintenanceRequirement / 2n;
  await setEquity(dip);
  const { id, kind } = await house.auctionOf(seller);
  const terms = { id, kind, bidder, fraction: WAD / 2n, priceLimit: 2n ** 100n };
  await house.connect(bob).bid(seller, terms, "0x");
  const [sold] = await house.queryFilter(house.filters.BidAccepted());
  return (sold!.args.paid * WAD * WAD) / (dip * sold!.args.fraction);
}

describe("a clock that nobody watches (Maker, 2020-03-12)", () => {
  it("does not give an account away that recovered meanwhile", async () => {
    expect((await unseen(await shortSeller(50n))) > (65n * WAD) / 100n).to.equal(true);
  });

  it("gives it away, if all time counts", async () => {
    expect((await unseen(await shortSeller(50n, "clock"))) < (20n * WAD) / 100n).to.equal(true);
  });
});
