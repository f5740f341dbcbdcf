import { WAD } from "@ballast/sdk";
import { expect } from "chai";
import { type AuctionRoom, refusedWith, shortSeller } from "../support/auctions.ts";

/**
 * Somebody else's loss is handed over to the vault as often as it goes; returns
 * what it asks of the vault's equity at last [wad].
 */
async function handOver(room: AuctionRoom): Promise<bigint> {
  const { house, ledger, seller, payer, wait } = room;
  const terms = { solventShare: WAD / 2n, insolventShare: WAD / 2n, perBid: WAD / 100n, perDay: WAD / 50n };
  await house.setBackstop(terms);
  await house.start(seller);
  await wait(3_600);
  for (let calls = 0; calls < 5; calls++) {
    const refused = await refusedWith(room, house.backstop(seller));
    if (refused === "nothing") continue;
    expect(refused).to.be.oneOf(["AuctionHouse_BackstopSpent", "AuctionHouse_NotRunning"]);
  }
  const { equity, maintenanceRequirement } = await ledger.assess(payer);
  return (maintenanceRequirement * WAD) / equity;
}

describe("handing a loss over to the vault (Hyperliquid JELLY, 2025)", () => {
  it("stops at what the vault agreed to take in a day", async () => {
    const share = await handOver(await shortSeller(-10n));
    expect(share).to.be.within(WAD / 1_000n, (WAD * 21n) / 1_000n);
  });

  it("does not stop, if the vault has room for anything", async () => {
    expect((await handOver(await shortSeller(-10n, "room"))) > WAD / 20n).to.equal(true);
  });
});
