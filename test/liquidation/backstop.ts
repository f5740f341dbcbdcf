import { WAD } from "@ballast/sdk";
import { expect } from "chai";
import { connection, curator, refusal } from "../support/ballast.ts";
import { balanced, forSale, insolvent, lookUntil, SOFT_STAGE } from "../support/distress.ts";

const { networkHelpers } = connection;
const HOUR = 3600;

describe("backstop", () => {
  it("buys last, at the agreed price, no more than agreed, and stays within its margin", async () => {
    const stage = await networkHelpers.loadFixture(forSale);
    const { keeper, putSeller } = stage.world.people;
    const { auctionHouse: house, clearinghouse, vault } = keeper.ballast;
    const own = await curator(stage);
    const terms = { solventShare: WAD / 2n, insolventShare: WAD, perBid: WAD / 100n, perDay: WAD / 50n };
    await (await own.auctionHouse.setBackstop(terms)).wait();
    expect(await refusal(house.backstop.staticCall(putSeller.account))).to.equal(
      "AuctionHouse_BackstopNotDue",
    );
    const started = Number((await house.auctionOf(putSeller.account)).seenAt);
    await lookUntil(stage, putSeller.account, started + SOFT_STAGE + 900 + 4 * HOUR, 1_600n);
    const vaultAccount = await vault.account();
    const [seller, buyer] = [
      await clearinghouse.assess(putSeller.account),
      await clearinghouse.assess(vaultAccount),
    ];
    await (await house.backstop(putSeller.account)).wait();
    const [sold] = await house.queryFilter(house.filters.BidAccepted());
    expect(sold!.args.bidder).to.equal(vaultAccount);
    const slice = (seller.maintenanceRequirement * sold!.args.fraction) / WAD;
    expect(slice <= buyer.equity / 100n + WAD).to.equal(true);
    expect(sold!.args.paid <= (seller.equity * sold!.args.fraction) / WAD / 2n + 1n).to.equal(true);
    const { takenToday } = await house.backstopTerms();
    expect(takenToday).to.be.within(1n, WAD / 50n + 1_000_000n);
    await balanced(stage);
  });

  it("is for nobody but the curator to agree, within bounds, and spent when its day is", async () => {
    const stage = await networkHelpers.loadFixture(insolvent);
    const { keeper, putSeller } = stage.world.people;
    const { auctionHouse: house } = keeper.ballast;
    const own = (await curator(stage)).auctionHouse;
    const terms = { solventShare: 0n, insolventShare: WAD / 2n, perBid: 0n, perDay: 0n };
    expect(await refusal(house.setBackstop.staticCall(terms))).to.equal("AccessManagedUnauthorized");
    const bad = [
      { solventShare: WAD },
      { insolventShare: WAD / 4n },
      { perBid: WAD / 5n },
      { perDay: WAD / 2n },
    ];
    for (const one of bad) {
      expect(await refusal(own.setBackstop.staticCall({ ...terms, ...one }))).to.equal(
        "AuctionHouse_BadBackstop",
      );
    }
    await (await own.setBackstop(terms)).wait();
    await (await house.start(putSeller.account)).wait();
    await lookUntil(stage, putSeller.account, (await stage.clock.now()) + HOUR, 1_100n);
    expect(await refusal(house.backstop.staticCall(putSeller.account))).to.equal(
      "AuctionHouse_BackstopSpent",
    );
  });
});
