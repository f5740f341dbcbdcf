import { accountId, PRICE_STATUS, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { type AuctionRoom, auctionRoom, refusedWith } from "../support/auctions.ts";

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

/**
 * Sells `instruments` of the seller part by part, and in the end what else there is, with time passing, until the auction
 * ends or nothing more goes; returns how many bids that took.
 */
async function sellOut(room: AuctionRoom, instruments: readonly bigint[]): Promise<number> {
  const { house, bob, bidder, seller, ledger, wait } = room;
  let sales = 0;
  for (let turn = 0; turn < 40; turn++) {
    const { id, kind } = await house.auctionOf(seller);
    if (kind === 0n) return sales;
    const mine = house.connect(bob);
    let sold = false;
    for (const instrument of instruments) {
      const held = await ledger.positionOf(seller, instrument);
      for (const part of [1n, 3n, 16n]) {
        const quantity = (held / part / 10n ** 10n) * 10n ** 10n;
        if (sold || quantity === 0n) continue;
        const terms = { id, kind, bidder, priceLimit: ANY, legs: [{ instrument, quantity }] };
        sold = (await refusedWith(room, mine.bidPart(seller, terms, "0x"))) === "nothing";
      }
    }
    const all = { id, kind, bidder, fraction: WAD, priceLimit: ANY };
    sold ||= (await refusedWith(room, mine.bid(seller, all, "0x"))) === "nothing";
    if (sold) sales++;
    if ((await house.auctionOf(seller)).kind !== 0n) await wait(300);
  }
  return sales;
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
    const room = await withCollateral(10n ** 8n);
    const { risk, house, bob, seller, bidder, wait, series, setEquity } = room;
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
    const priced = async () => (await room.judged(seller)).assessment;
    const before = await priced();
    const legs = [{ instrument: series(1, 3_000, "put"), quantity: -5n * WAD }];
    await house.connect(bob).bidPart(seller, { id, kind, bidder, priceLimit: ANY, legs }, "0x");
    const after = await priced();
    const released = before.maintenanceRequirement - after.maintenanceRequirement;
    expect(released > 0n).to.equal(true);
    expect((before.equity - after.equity) * 1_000n).to.be.within(released * 40n, released * 51n);
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

  it("waits if all that asks for margin has no price, and its auction neither ends nor ages beyond the soft stage", async () => {
    const { risk, house, seller, wait, setEquity, ledger } = await withCollateral(100n);
    await house.start(seller);
    await setEquity(20_000n * WAD);
    await risk.inputs.setSpot(0, 3_000n * WAD, DEAD.last);
    await risk.inputs.setSpot(1, 60_000n * WAD, DEAD.last);
    await wait(4_000);
    const auction = await house.auctionOf(seller);
    expect([auction.kind, auction.solventClock]).to.deep.equal([1n, 300n]);
    expect(await house.price(seller, WAD)).to.deep.equal([0n, 0n]);
    const end = house.end(seller);
    await expect(end).to.be.revertedWithCustomError(house, "AuctionHouse_StillUnhealthy");
    await risk.inputs.setSpot(0, 3_000n * WAD, 0);
    await risk.inputs.setSpot(1, 60_000n * WAD, 0);
    const { maintenanceRequirement } = await ledger.assess(seller);
    await setEquity(maintenanceRequirement / 2n);
    await wait(60);
    expect((await house.auctionOf(seller)).kind).to.equal(1n);
  });

  it("cannot have an auction started while nothing can be judged, unless it owes cash", async () => {
    const { risk, house, seller, setEquity, ledger, venue, maker } = await withCollateral(100n);
    await setEquity(20_000n * WAD);
    for (const market of [0, 1]) await risk.inputs.setSpot(market, 0n, DEAD.none);
    await expect(house.start(seller)).to.be.revertedWithCustomError(house, "AuctionHouse_DataUnusable");
    await ledger.connect(venue).moveCash(seller, maker, (await ledger.cashOf(seller)) + WAD);
    await house.start(seller);
    expect((await house.auctionOf(seller)).kind).to.equal(1n);
  });

  it("ends when its priced part is healthy, and the collateral that never had a price stays", async () => {
    const room = await withCollateral(1n);
    const { risk, house, seller, ledger, alice, setEquity, wbtc } = room;
    await risk.inputs.setSpot(1, 0n, 13);
    const token = await room.ethers.getContractAt("TestToken", wbtc);
    await token.mint(alice.address, 10n ** 8n);
    await token.connect(alice).approve(ledger.target, 10n ** 8n);
    // The owner may bring it only where nothing is at risk; so it moves in from such an account.
    const safe = accountId(alice.address, 5n);
    await ledger.connect(alice).deposit(safe, wbtc, 10n ** 8n);
    await ledger.connect(room.venue).moveCollateral(safe, seller, wbtc, 10n ** 8n);
    await setEquity(10_000n * WAD);
    await house.start(seller);
    await sellOut(room, [room.series(1, 3_000, "put")]);
    expect((await house.auctionOf(seller)).kind).to.equal(0n);
    expect(await ledger.collateralOf(seller, wbtc)).to.equal(10n ** 8n + 1n);
  });

  it("keeps an insolvent auction, and what it exposes others to, over a time without price", async () => {
    const room = await withCollateral(100n);
    const { risk, house, seller, setEquity, wait, counterparts, series, ledger } = room;
    await setEquity(-20_000n * WAD);
    await house.start(seller);
    await wait(600);
    const exposed = await counterparts.exposureOf(seller);
    expect(exposed > 20_000n * WAD).to.equal(true);
    await risk.inputs.setSpot(0, 0n, DEAD.none);
    await setEquity(20_000n * WAD);
    await wait(600);
    const { kind, insolventClock } = await house.auctionOf(seller);
    expect([kind, insolventClock < 700n]).to.deep.equal([2n, true]);
    expect(await counterparts.exposureOf(seller)).to.equal(exposed);
    await risk.inputs.setSpot(0, 3_000n * WAD, 0);
    await setEquity(-20_000n * WAD);
    await wait(3_000);
    await sellOut(room, [series(1, 3_000, "put")]);
    expect((await house.auctionOf(seller)).kind).to.equal(0n);
    expect(await counterparts.exposureOf(seller)).to.equal(0n);
    expect((await ledger.cashOf(seller)) >= 0n).to.equal(true);
  });

  it("pays for parts though its priced part is under water, as much as they cost in the soft stage", async () => {
    const room = await withCollateral(10n ** 8n);
    const { risk, house, seller, bob, bidder, setEquity, wait, series, ledger } = room;
    await risk.inputs.setSpot(1, 0n, DEAD.none);
    await setEquity(-5_000n * WAD);
    await house.start(seller);
    await wait(4_000);
    const { id, kind } = await house.auctionOf(seller);
    const legs = [{ instrument: series(1, 3_000, "put"), quantity: -5n * WAD }];
    const before = await ledger.assess(seller);
    await house.connect(bob).bidPart(seller, { id, kind, bidder, priceLimit: ANY, legs }, "0x");
    const after = await ledger.assess(seller);
    const released = before.maintenanceRequirement - after.maintenanceRequirement;
    expect((before.equity - after.equity) * 1_000n).to.be.within(released * 40n, released * 51n);
  });
});

/** What the seller holds in the market whose price fails; the rest is short ether puts, below maintenance. */
const HOLDINGS = ["book", "legs", "collateral"] as const;
/** Statuses whose price the router still tells, and those that margin goes on with. */
const TOLD = ["Ok", "StaleForTrading", "Stale", "SequencerDown", "SequencerGrace", "SourcesDisagree"];
const USABLE = ["Ok", "StaleForTrading", "SourcesDisagree"];

describe("an auction comes to its end", () => {
  for (const holding of HOLDINGS) {
    it(`whatever happens to the price of another market, of which the account has ${holding}`, async () => {
      const room = await auctionRoom();
      const {
        ethers,
        risk,
        ledger,
        alice,
        house,
        seller,
        give,
        series,
        setEquity,
        wait,
        connection,
        bob,
        bidder,
      } = room;
      const wbtc = await ethers.deployContract("TestToken", [8]);
      await ledger.setCollateralAsset(wbtc.target, 1, 10n ** 14n, true);
      await wbtc.mint(alice.address, 10n ** 8n);
      await wbtc.connect(alice).approve(ledger.target, 10n ** 8n);
      const ether = series(1, 3_000, "put");
      let sold = 0;
      const other = series(1, 60_000, "put", 1);
      if (holding === "book") {
        await risk.books.bind(ledger.target);
        await ledger.openBook(seller);
      }
      if (holding === "collateral") await ledger.connect(alice).deposit(seller, wbtc.target, 10n ** 8n);
      else await give(seller, other, -WAD / 2n);
      await give(seller, ether, -50n * WAD);
      const snapshot = await connection.networkHelpers.takeSnapshot();
      for (const [status, name] of PRICE_STATUS.entries()) {
        const usable = USABLE.includes(name);
        await risk.inputs.setSpot(1, TOLD.includes(name) ? 60_000n * WAD : 0n, status);
        const priced = async () => (await room.judged(seller)).assessment;
        expect((await room.judged(seller)).unpriced, name).to.equal(usable ? 0n : 2n);
        // Below maintenance by what has a price.
        const first = await priced();
        await setEquity(
          (await ledger.assess(seller)).equity + (first.maintenanceRequirement * 92n) / 100n - first.equity,
        );
        await house.start(seller);
        await wait(600);
        const { id, kind } = await house.auctionOf(seller);
        expect(kind, name).to.equal(1n);
        const legs = [{ instrument: ether, quantity: -9n * WAD }];
        await house.connect(bob).bidPart(seller, { id, kind, bidder, priceLimit: ANY, legs }, "0x");
        expect((await house.auctionOf(seller)).kind, name).to.equal(0n);
        const left = await priced();
        expect(left.equity >= left.maintenanceRequirement, name).to.equal(true);
        if (holding === "collateral")
          expect(await ledger.collateralOf(seller, wbtc.target)).to.equal(10n ** 8n);
        else expect(await ledger.positionOf(seller, other)).to.equal(-WAD / 2n);
        // With the price back, what is left is judged as a whole, and sold if it has to be.
        await risk.inputs.setSpot(1, 60_000n * WAD, 0);
        const rest = await ledger.assess(seller);
        if (rest.equity < rest.maintenanceRequirement && status % 5 === 3) {
          await house.start(seller);
          await sellOut(room, [other, ether]);
          const { equity, maintenanceRequirement } = await ledger.assess(seller);
          expect(equity >= maintenanceRequirement, name).to.equal(true);
          expect((await house.auctionOf(seller)).kind, name).to.equal(0n);
          sold++;
        }
        await snapshot.restore();
      }
      expect(sold > 0 || holding === "collateral").to.equal(true);
    });
  }

  it("though the price dies in its middle: the parts that have one go on being sold, the rest when it is back", async () => {
    const room = await auctionRoom();
    const { risk, house, seller, ledger, give, series, setEquity, wait, bob, bidder } = room;
    const [ether, bitcoin] = [series(1, 3_000, "put"), series(1, 60_000, "put", 1)];
    await give(seller, ether, -50n * WAD);
    await give(seller, bitcoin, -2n * WAD);
    const { maintenanceRequirement } = await ledger.assess(seller);
    await setEquity(maintenanceRequirement / 4n);
    await house.start(seller);
    await wait(600);
    await risk.inputs.setSpot(1, 0n, 4);
    const before = (await house.auctionOf(seller)).solventClock;
    await wait(3_000);
    expect((await house.auctionOf(seller)).solventClock).to.equal(before);
    const { id, kind } = await house.auctionOf(seller);
    const part = (instrument: bigint, quantity: bigint) =>
      refusedWith(
        room,
        house
          .connect(bob)
          .bidPart(seller, { id, kind, bidder, priceLimit: ANY, legs: [{ instrument, quantity }] }, "0x"),
      );
    expect(await part(bitcoin, -WAD)).to.equal("AuctionHouse_DataUnusable");
    expect(await part(ether, -5n * WAD)).to.equal("nothing");
    await risk.inputs.setSpot(1, 60_000n * WAD, 0);
    await sellOut(room, [bitcoin, ether]);
    expect((await house.auctionOf(seller)).kind).to.equal(0n);
    const left = await ledger.assess(seller);
    expect(left.equity >= left.maintenanceRequirement).to.equal(true);
  });
});
