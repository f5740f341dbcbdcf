import { WAD } from "@ballast/sdk";
import { expect } from "chai";
import { refusedWith, shortSeller } from "../support/auctions.ts";
import { USDC } from "../support/ledger.ts";
import { mutate, outcome } from "../support/mutants.ts";

/** While Bob's bid waits, somebody gives his account a unit of something whose price is not known. */
async function gift(mutant?: string) {
  const room = await shortSeller(60n);
  const { ethers, house, ledger, risk, usdc, bob, carol, seller, bidder, wait } = room;
  const token = await ethers.deployContract("TestToken", [18]);
  await ledger.setCollateralAsset(token.target, 1, 10n ** 30n, true);
  await token.mint(carol.address, 1n);
  await token.connect(carol).approve(ledger.target, 1n);
  await risk.inputs.setSpot(1, 0n, 8);
  if (mutant) await mutate(room, mutant);
  await house.start(seller);
  await wait(600);
  const given = await outcome(ledger.connect(carol).deposit(bidder, token.target, 1n), ledger);
  const { id, kind } = await house.auctionOf(seller);
  const terms = { id, kind, bidder, fraction: WAD / 10n, priceLimit: 2n ** 100n };
  const bid = await refusedWith(room, house.connect(bob).bid(seller, terms, "0x"));
  await risk.riskArrays.refresh(0, risk.expiries[1] ?? 0n, [3_000n * WAD]);
  const leave = ledger.connect(bob).withdraw(bidder, usdc.target, USDC, bob.address);
  return [given, bid, await outcome(leave, ledger)] as const;
}

describe("a gift to the bidder that nobody can value", () => {
  it("is refused; the bidder bids, and takes out what it likes", async () => {
    expect(await gift()).to.deep.equal(["Clearinghouse_NoPrice", "nothing", "nothing"]);
  });

  it("spoils no bid, but keeps the bidder's money in, if everything is welcome", async () => {
    expect(await gift("WelcomingRegistrar")).to.deep.equal([
      "nothing",
      "nothing",
      "Clearinghouse_DataNotGood",
    ]);
  });
});
