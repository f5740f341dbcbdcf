import { expect } from "chai";
import { type KeeperContext, liquidate } from "../src/index.ts";

/** A keeper that watches one account, of which something has no price; the house starts its auction or refuses. */
function contextWith(starts: boolean, status: bigint): KeeperContext {
  const start = Object.assign(async () => ({}), {
    staticCall: async () => {
      if (!starts) throw new Error("AuctionHouse_DataUnusable");
      return 1n;
    },
  });
  const house = { auctionOf: async () => ({ id: 0n, kind: 0n, seenAt: 0n }), start, connect: () => house };
  const verdict = {
    equity: 20n,
    initialRequirement: 12n,
    maintenanceRequirement: 10n,
    bindingMarket: 0n,
    bindingNode: 0n,
    status,
  };
  return {
    ballast: {
      vault: { account: async () => 1n },
      auctionHouse: house,
      clearinghouse: { assess: async () => verdict },
    },
    sender: { getAddress: async () => `0x${"22".repeat(20)}` },
    limits: { bidderSubAccount: 0n },
    accounts: { accounts: async () => [7n] },
  } as unknown as KeeperContext;
}

describe("keeper: an account with something that has no price", () => {
  it("is put up for auction whenever the house finds the rest below maintenance, whatever the whole seems worth", async () => {
    const [action, ...others] = await liquidate(contextWith(true, 2n));
    expect(others.length).to.equal(0);
    expect(action?.what).to.contain("start the auction");
    expect(action?.why).to.contain("what of it has a price");
    expect(await liquidate(contextWith(false, 2n))).to.deep.equal([]);
  });

  it("is left alone where all has a price and is enough, though the house were willing", async () => {
    expect(await liquidate(contextWith(true, 0n))).to.deep.equal([]);
  });
});
