import { WAD } from "@ballast/sdk";
import { expect } from "chai";
import { type AuctionRoom, auctionRoom } from "../support/auctions.ts";

const DEAD = { last: 2, none: 4 } as const;
const ANY = 2n ** 100n;

/** The seller is short ether puts, holds bitcoin collateral, and is below maintenance. */
async function withCollateral(satoshi: bigint): Promise<AuctionRoom & { wbtc: string }> {
  const all = await auctionRoom();
  const { ethers, ledger, alice, seller, give, series } = all;
  const wbtc = await ethers.deployContract("TestToken", [8]);
  await ledger.setCollateralAsset(wbtc.target, 1, 10n ** 14n, true);
  await wbtc.mint(alice.address, satoshi);
  await wbtc.connect(alice).approve(ledger.target, satoshi);
  await ledger.connect(alice).deposit(seller, wbtc.target, satoshi);
  await give(seller, series(1, 3_000, "put"), -50n * WAD);
  const { maintenanceRequirement } = await ledger.assess(seller);
  await all.setEquity(maintenanceRequirement / 2n);
  return { ...all, wbtc: wbtc.target as string };
}

describe("an account with something that has no price", () => {
  it("is sold whole, the dust counting for nothing, if that is dust at its last price", async () => {
    const { risk, house, bob, seller, bidder, ledger, wait, wbtc } = await withCollateral(100n);
    await risk.inputs.setSpot(1, 60_000n * WAD, DEAD.last);
    expect((await ledger.assess(seller)).status).to.equal(2n);
    await house.start(seller);
    await wait(360);
    const { id, kind } = await house.auctionOf(seller);
    const terms = { id, kind, bidder, fraction: WAD, priceLimit: ANY };
    await house.connect(bob).bid(seller, terms, "0x");
    expect((await house.auctionOf(seller)).kind).to.equal(0n);
    expect(await ledger.collateralOf(bidder, wbtc)).to.be.within(1n, 100n);
  });

  it("loses positions that have a price, at bounded cost, and nothing else, if it is more than dust", async () => {
    const { risk, house, bob, seller, bidder, ledger, wait, series, setEquity } = await withCollateral(
      10n ** 8n,
    );
    await risk.inputs.setSpot(1, 60_000n * WAD, DEAD.none);
    await setEquity(10_000n * WAD);
    await house.start(seller);
    await wait(7_200);
    const { id, kind, solventClock } = await house.auctionOf(seller);
    expect(kind).to.equal(1n);
    expect(Number(solventClock)).to.be.lessThan(2_100);
    const slice = { id, kind, bidder, fraction: WAD, priceLimit: ANY };
    await expect(house.connect(bob).bid(seller, slice, "0x")).to.be.revertedWithCustomError(
      house,
      "AuctionHouse_DataUnusable",
    );
    const before = await ledger.assess(seller);
    const legs = [{ instrument: series(1, 3_000, "put"), quantity: -5n * WAD }];
    await house.connect(bob).bidPart(seller, { id, kind, bidder, priceLimit: ANY, legs }, "0x");
    const after = await ledger.assess(seller);
    const released = before.maintenanceRequirement - after.maintenanceRequirement;
    expect(released > 0n && before.equity - after.equity <= released / 20n).to.equal(true);
    expect(await house.update.staticCall(seller)).to.equal(false);
  });

  it("keeps its positions in the market without a price", async () => {
    const { risk, house, bob, seller, bidder, give, series } = await withCollateral(10n ** 8n);
    await give(seller, series(1, 60_000, "put", 1), -(WAD / 10n));
    await risk.inputs.setSpot(1, 60_000n * WAD, DEAD.last);
    await house.start(seller);
    const { id, kind } = await house.auctionOf(seller);
    const legs = [{ instrument: series(1, 60_000, "put", 1), quantity: -(WAD / 10n) }];
    await expect(
      house.connect(bob).bidPart(seller, { id, kind, bidder, priceLimit: ANY, legs }, "0x"),
    ).to.be.revertedWithCustomError(house, "AuctionHouse_DataUnusable");
  });

  it("waits if all that asks for margin has no price, and its auction neither ends nor ages", async () => {
    const { risk, house, seller, wait } = await withCollateral(100n);
    await house.start(seller);
    await risk.inputs.setSpot(0, 3_000n * WAD, DEAD.last);
    await risk.inputs.setSpot(1, 60_000n * WAD, DEAD.last);
    await expect(house.update(seller)).to.be.revertedWithCustomError(house, "AuctionHouse_DataUnusable");
    await risk.inputs.setSpot(0, 3_000n * WAD, 0);
    await risk.inputs.setSpot(1, 60_000n * WAD, 0);
    await wait(60);
    expect((await house.auctionOf(seller)).kind).to.equal(1n);
  });
});
