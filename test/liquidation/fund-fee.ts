import { accountId, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { shortSeller } from "../support/auctions.ts";

const ANY = 2n ** 100n;

/** The seller's auction is past its soft stage by `seconds`, and the ledger has an account for insurance. */
async function withFund(percent: bigint, seconds: number) {
  const room = await shortSeller(percent);
  const { house, seller, ledger, deployer, wait, bob, bidder } = room;
  const fund = accountId(deployer.address, 3n);
  await ledger.setInsuranceAccount(fund);
  await house.start(seller);
  await wait(seconds);
  const { id, kind } = await house.auctionOf(seller);
  const buy = (fraction: bigint) =>
    house.connect(bob).bid(seller, { id, kind, bidder, fraction, priceLimit: ANY }, "0x");
  return { ...room, fund, buy };
}

describe("what a slice pays to the insurance fund", () => {
  it("is a tenth of the discount, from the seller, and the rest is the healthier for the slice", async () => {
    const { ledger, house, seller, fund, buy, bidder } = await withFund(60n, 1_500);
    const before = await ledger.assess(seller);
    const { cost } = await house.price(seller, WAD / 4n);
    const paidFrom = (await ledger.assess(bidder)).equity;
    await buy(WAD / 4n);
    const fee = await ledger.cashOf(fund);
    const discount = before.equity / 4n - cost;
    expect(fee).to.be.within((discount * 99n) / 1_000n, (discount * 101n) / 1_000n);
    const after = await ledger.assess(seller);
    const lost = before.equity - after.equity;
    expect(lost).to.be.within(((discount + fee) * 99n) / 100n, ((discount + fee) * 101n) / 100n);
    const health = (of: typeof before) => (of.equity * WAD) / of.maintenanceRequirement;
    expect(health(after) > health(before)).to.equal(true);
    // The bidder pays what it would have paid without a fund.
    const gained = (await ledger.assess(bidder)).equity - paidFrom;
    expect(gained).to.be.within((discount * 98n) / 100n, (discount * 102n) / 100n);
  });

  it("is nothing where the waterfall pays, and no more than a tenth of the price when there is hardly one", async () => {
    const insolvent = await withFund(-20n, 1_500);
    await insolvent.buy(WAD / 2n);
    expect(await insolvent.ledger.cashOf(insolvent.fund)).to.equal(0n);
    const late = await withFund(60n, 43_000);
    const { cost } = await late.house.price(late.seller, WAD / 4n);
    expect(cost > 0n).to.equal(true);
    await late.buy(WAD / 4n);
    expect(await late.ledger.cashOf(late.fund)).to.be.within((cost * 98n) / 1_000n, cost / 10n);
  });

  it("is not asked for before the ledger knows a fund", async () => {
    const { ledger, house, seller, wait, bob, bidder } = await shortSeller(60n);
    await house.start(seller);
    await wait(1_500);
    const { id, kind } = await house.auctionOf(seller);
    const terms = { id, kind, bidder, fraction: WAD / 4n, priceLimit: ANY };
    await expect(house.connect(bob).bid(seller, terms, "0x")).to.not.emit(house, "FundFed");
    expect(await ledger.insuranceAccount()).to.equal(0n);
  });
});
