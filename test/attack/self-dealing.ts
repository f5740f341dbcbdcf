import { accountId, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { type AuctionRoom, type Guard, refusedWith, shortSeller } from "../support/auctions.ts";
import { FOREVER, USDC } from "../support/ledger.ts";

/** The owner of an insolvent account takes it over with another account of its own, for what the insurance pays. */
async function buyBack(room: AuctionRoom): Promise<string> {
  const { house, ledger, alice, seller, usdc, wait } = room;
  const other = accountId(alice.address, 1n);
  await ledger.connect(alice).deposit(other, usdc.target, 90_000n * USDC);
  await house.start(seller);
  await wait(3_000);
  const { id, kind } = await house.auctionOf(seller);
  const terms = { id, kind, bidder: other, fraction: WAD, priceLimit: 0n };
  return refusedWith(room, house.connect(alice).bid(seller, terms, "0x"));
}

/** An operator who may only trade spends its principal's cash on an account of its own choice. */
async function spendPrincipal(room: AuctionRoom): Promise<string> {
  const { house, ledger, bob, carol, seller, bidder, wait } = room;
  await ledger.connect(bob).setOperator(bidder, carol.address, 1n, FOREVER);
  await house.start(seller);
  await wait(600);
  const { id, kind } = await house.auctionOf(seller);
  const terms = { id, kind, bidder, fraction: WAD, priceLimit: 2n ** 100n };
  return refusedWith(room, house.connect(carol).bid(seller, terms, "0x"));
}

describe("dealing with oneself in an auction (Euler, 2023)", () => {
  const attacks = [
    [
      "draws nothing from the insurance for an owner who buys its own account",
      buyBack,
      -20n,
      "AuctionHouse_RelatedBidder",
    ],
    [
      "spends no principal's cash on the word of who may only trade",
      spendPrincipal,
      50n,
      "AuctionHouse_NotBidderOwner",
    ],
  ] as const;
  for (const [name, attack, percent, refused] of attacks) {
    it(name, async () => {
      expect(await attack(await shortSeller(percent))).to.equal(refused);
    });
    it(`${name}: it would, if any bidder were let in`, async () => {
      const missing: Guard = "bidder";
      expect(await attack(await shortSeller(percent, missing))).to.equal("nothing");
    });
  }
});
