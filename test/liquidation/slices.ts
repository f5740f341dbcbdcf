import { WAD } from "@ballast/sdk";
import { expect } from "chai";
import { auctionRoom } from "../support/auctions.ts";
import { seeded } from "../support/random.ts";

const TRIALS = 40;

describe("what a slice leaves behind", () => {
  it("is its share of equity, and at most its share of the requirement, within what the house allows for rounding", async () => {
    const { ledger, risk, seller, bidder, give, series, venue, setEquity, connection } = await auctionRoom();
    const strikes = [2_500, 2_800, 3_000, 3_200, 3_500];
    for (const expiry of [1, 2]) {
      await risk.riskArrays.refresh(
        0,
        risk.expiries[expiry]!,
        strikes.map((strike) => BigInt(strike) * WAD),
      );
    }
    const snapshot = await connection.networkHelpers.takeSnapshot();
    const next = seeded(2_026);
    let partial = 0;
    for (let trial = 0; trial < TRIALS; trial++) {
      for (let leg = Math.floor(next() * 6) + 1; leg > 0; leg--) {
        const kind = next() < 0.5 ? "call" : "put";
        const instrument = series(1 + Math.floor(next() * 2), strikes[Math.floor(next() * 5)]!, kind);
        // Sizes down to the smallest step, so that rounding matters.
        const quantity = BigInt(Math.ceil(10 ** (next() * 10))) * 10n ** 10n;
        await give(seller, instrument, next() < 0.7 ? -quantity : quantity);
      }
      const { maintenanceRequirement } = await ledger.assess(seller);
      await setEquity((maintenanceRequirement * BigInt(Math.floor(next() * 140) - 40)) / 100n);
      const fraction = BigInt(Math.ceil(next() * 9_999)) * (WAD / 10_000n);
      const before = await ledger.assess(seller);
      await ledger.connect(venue).moveSlice(seller, bidder, fraction);
      const after = await ledger.assess(seller);
      const [equity, maintenance] = [before.equity, before.maintenanceRequirement].map(
        (value) => (value * (WAD - fraction)) / WAD,
      ) as [bigint, bigint];
      // The house asks for 5 % of maintenance and a dollar more than it estimates before it takes an account for healthy.
      const spare = maintenance / 20n + WAD;
      const short = equity - after.equity + after.maintenanceRequirement - maintenance;
      expect(short <= spare / 2n, `trial ${trial}: ${short} of ${spare}`).to.equal(true);
      if (after.maintenanceRequirement > 0n) partial++;
      await snapshot.restore();
    }
    expect(partial).to.be.greaterThan(TRIALS / 2);
  });
});
