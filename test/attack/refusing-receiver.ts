import { instrumentId, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { auctionRoom, shortSeller } from "../support/auctions.ts";

/** What a transaction may use on chains that cap it. */
const TRANSACTION_GAS = 16_777_216n;

describe("an account that is in the way of its own auction", () => {
  it("is sold although its owner may receive no cash tokens, for nothing is paid out", async () => {
    const { house, ledger, usdc, alice, bob, seller, bidder, maker, risk, wait } = await shortSeller(50n);
    await risk.riskArrays.refresh(0, risk.expiries[1]!, [3_000n * WAD]);
    await usdc.blacklist(alice.address);
    await expect(ledger.connect(alice).withdraw(maker, usdc.target, 1n, alice.address)).to.be.revertedWith(
      "Blacklistable: account is blacklisted",
    );
    await house.start(seller);
    await wait(600);
    const { id, kind } = await house.auctionOf(seller);
    const terms = { id, kind, bidder, fraction: WAD, priceLimit: 2n ** 100n };
    await house.connect(bob).bid(seller, terms, "0x");
    const { equity, maintenanceRequirement } = await ledger.assess(seller);
    expect(equity >= maintenanceRequirement).to.equal(true);
  });

  it("is started and sold within one transaction each, as full of positions as it may be", async () => {
    const { house, ledger, risk, bob, seller, bidder, give, setEquity, wait } = await auctionRoom();
    const strikes = Array.from({ length: 16 }, (_, i) => BigInt(2_250 + 100 * i) * WAD);
    for (const expiry of risk.expiries) {
      await risk.riskArrays.refresh(0, expiry, strikes);
      for (const strike of strikes) {
        for (const kind of ["call", "put"] as const) {
          await give(seller, instrumentId({ market: 0, expiry: Number(expiry), strike, kind }), -WAD / 10n);
        }
      }
    }
    const { maintenanceRequirement } = await ledger.assess(seller);
    await setEquity(maintenanceRequirement / 2n);
    const started = await (await house.start(seller)).wait();
    await wait(600);
    const { id, kind } = await house.auctionOf(seller);
    const terms = { id, kind, bidder, fraction: WAD, priceLimit: 2n ** 100n };
    const sold = await (await house.connect(bob).bid(seller, terms, "0x")).wait();
    expect(started!.gasUsed < TRANSACTION_GAS && sold!.gasUsed < TRANSACTION_GAS).to.equal(true);
    expect((await house.auctionOf(seller)).kind).to.equal(0n);
  });
});
