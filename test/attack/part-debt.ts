import { WAD } from "@ballast/sdk";
import { expect } from "chai";
import { type AuctionRoom, shortSeller } from "../support/auctions.ts";

/** Rounding of positions to 1e-8 and of marks, and a second's interest on the debt [wad USD]. */
const DUST = WAD / 10n;

/**
 * Half of the legs of an account that owes three times its requirement are bid for by themselves: what the bidder gains
 * beyond the risk that it takes on, and how far the account's debt grows by it [wad USD].
 */
async function takeHalf({ house, ledger, bob, seller, bidder, series, wait }: AuctionRoom, after: number) {
  await house.start(seller);
  if (after > 0) await wait(after);
  const [owner, taker] = [await ledger.assess(seller), await ledger.assess(bidder)];
  const { id, kind } = await house.auctionOf(seller);
  const legs = [{ instrument: series(1, 3_000, "put"), quantity: -25n * WAD }];
  await house.connect(bob).bidPart(seller, { id, kind, bidder, priceLimit: 2n ** 100n, legs }, "0x");
  const [left, now] = [await ledger.assess(seller), await ledger.assess(bidder)];
  const risk = now.maintenanceRequirement - taker.maintenanceRequirement;
  return { surplus: now.equity - taker.equity - risk, grown: owner.equity - left.equity };
}

describe("the debt of an insolvent account, when it is sold in parts", () => {
  for (const after of [0, 1_800, 3_600]) {
    it(`is taken over with them, and nobody is paid for it twice, ${after} seconds into the auction`, async () => {
      const { surplus, grown } = await takeHalf(await shortSeller(-300n), after);
      expect(surplus).to.be.at.most(DUST);
      expect(grown).to.be.at.most(DUST);
    });
  }

  it("costs the first bidder, before the payment has risen", async () => {
    const { surplus } = await takeHalf(await shortSeller(-300n), 0);
    expect(surplus).to.be.lessThan(-30_000n * WAD);
  });

  it("is paid to whoever comes first and left with the account, if the bidder does not take it over", async () => {
    const { surplus, grown } = await takeHalf(await shortSeller(-300n, "debt"), 0);
    expect(surplus).to.be.greaterThan(20_000n * WAD);
    expect(grown).to.be.greaterThan(30_000n * WAD);
  });
});
