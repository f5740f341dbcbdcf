import { WAD } from "@ballast/sdk";
import { expect } from "chai";
import { shortSeller } from "../support/auctions.ts";

const ANY = 2n ** 100n;

describe("an insolvent account", () => {
  it("is paid for within an hour up to its maintenance gap, to a bidder who takes on its risk", async () => {
    const { house, bob, seller, bidder, ledger, counterparts, wait } = await shortSeller(-20n);
    await house.start(seller);
    const verdict = await ledger.assess(seller);
    const gap = verdict.maintenanceRequirement - verdict.equity;
    expect(await counterparts.exposureOf(seller)).to.be.within(
      (gap * 999n) / 1_000n,
      (gap * 1_001n) / 1_000n,
    );
    await wait(1_800);
    const half = await house.price(seller, WAD);
    expect(-half.cost).to.be.within((gap * 49n) / 100n, (gap * 51n) / 100n);
    expect(half.largestFraction).to.equal(WAD);
    await wait(1_800);
    const { id, kind } = await house.auctionOf(seller);
    const terms = { id, kind, bidder, fraction: WAD, priceLimit: -(gap * 98n) / 100n };
    await house.connect(bob).bid(seller, terms, "0x");
    expect(await counterparts.exposureOf(seller)).to.equal(0n);
    expect((await house.auctionOf(seller)).kind).to.equal(0n);
    expect(await ledger.cashOf(seller)).to.equal(0n);
    expect((await ledger.positionWords(seller)).length).to.equal(0);
  });

  it("pays a bidder who brings the hedge what makes it whole, and no more", async () => {
    const { house, bob, seller, bidder, ledger, give, series, wait, payer } = await shortSeller(-20n);
    await give(bidder, series(1, 3_000, "put"), 50n * WAD);
    await house.start(seller);
    await wait(3_600);
    const [before, paidFrom] = [await ledger.assess(bidder), await ledger.cashOf(payer)];
    const { id, kind } = await house.auctionOf(seller);
    await house.connect(bob).bid(seller, { id, kind, bidder, fraction: WAD, priceLimit: 0n }, "0x");
    const after = await ledger.assess(bidder);
    expect(paidFrom - (await ledger.cashOf(payer)) > 0n).to.equal(true);
    expect(after.equity - before.equity).to.be.within(-WAD / 1_000n, WAD / 1_000n);
    expect(after.maintenanceRequirement < before.maintenanceRequirement).to.equal(true);
  });

  it("can be sold in parts until it is empty; each raises its health, and all together pay its debt", async () => {
    const { house, bob, seller, bidder, ledger, series, wait, payer } = await shortSeller(-20n);
    await house.start(seller);
    const { equity } = await ledger.assess(seller);
    await wait(2_400);
    const paidFrom = await ledger.cashOf(payer);
    for (const quantity of [-20n, -20n, -10n]) {
      const { id, kind } = await house.auctionOf(seller);
      const legs = [{ instrument: series(1, 3_000, "put"), quantity: quantity * WAD }];
      const before = await ledger.assess(seller);
      await house.connect(bob).bidPart(seller, { id, kind, bidder, priceLimit: ANY, legs }, "0x");
      const after = await ledger.assess(seller);
      expect(
        after.equity - after.maintenanceRequirement > before.equity - before.maintenanceRequirement,
      ).to.equal(true);
    }
    expect((await house.auctionOf(seller)).kind).to.equal(0n);
    expect(await ledger.cashOf(seller)).to.equal(0n);
    expect(paidFrom - (await ledger.cashOf(payer)) > -equity).to.equal(true);
  });

  it("turns solvent and back without either clock starting anew", async () => {
    const { house, seller, ledger, setEquity, wait, counterparts } = await shortSeller(-20n);
    const { maintenanceRequirement } = await ledger.assess(seller);
    await house.start(seller);
    await wait(1_200);
    await setEquity(maintenanceRequirement / 10n);
    await wait(600);
    expect((await house.auctionOf(seller)).kind).to.equal(1n);
    expect(await counterparts.exposureOf(seller)).to.equal(0n);
    await wait(400);
    await setEquity(-maintenanceRequirement / 10n);
    await wait(10);
    await wait(100);
    const { kind, solventClock, insolventClock } = await house.auctionOf(seller);
    expect(kind).to.equal(2n);
    expect(Number(solventClock)).to.be.within(400, 430);
    expect(Number(insolventClock)).to.be.within(1_880, 1_930);
    expect(await counterparts.exposureOf(seller)).to.be.greaterThan(maintenanceRequirement);
  });

  it("that owns nothing has its debt paid by the waterfall when somebody looks", async () => {
    const { house, seller, ledger, give, series, maker, venue, wait } = await shortSeller(-20n);
    await house.start(seller);
    await give(seller, series(1, 3_000, "put"), 50n * WAD);
    const debt = await ledger.cashOf(seller);
    if (debt >= 0n) await ledger.connect(venue).moveCash(seller, maker, debt + WAD);
    await wait(60);
    expect((await house.auctionOf(seller)).kind).to.equal(0n);
    expect(await ledger.cashOf(seller)).to.equal(0n);
    const reported = await house.queryFilter(house.filters.ShortfallReported(seller));
    expect(reported.at(-1)!.args.amount > 0n).to.equal(true);
  });
});
