import { instrumentId, type PositionEntry, seriesOf } from "@ballast/sdk";
import { expect } from "chai";
import { closeCandidates, type KeeperContext, liquidate } from "../src/index.ts";

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

describe("keeper: what is tried to close against the vault", () => {
  const WAD = 10n ** 18n;
  /** The smallest quantity. */
  const DUST = 10n ** 10n;
  const entry = (market: number, dollars: bigint, quantity: bigint): PositionEntry => {
    const instrument = instrumentId({ market, expiry: 3_600_000, strike: dollars * WAD, kind: "put" });
    return { instrument, series: seriesOf(instrument), quantity };
  };
  const shape = (positions: readonly PositionEntry[]) =>
    closeCandidates(positions).map((legs) =>
      legs.map(({ instrument, quantity }) => [seriesOf(instrument).strike / WAD, quantity]),
    );

  it("is a half and an eighth of the whole, of what is short, then of each short position", () => {
    const [long, short, small] = [entry(0, 1n, 8n * WAD), entry(0, 2n, -16n * WAD), entry(0, 3n, -4n * WAD)];
    const all = shape([long, short, small, entry(1, 4n, -WAD)]);
    expect(all.slice(0, 4)).to.deep.equal([
      [
        [2n, -8n * WAD],
        [1n, 4n * WAD],
        [3n, -2n * WAD],
      ],
      [
        [2n, -2n * WAD],
        [1n, WAD],
        [3n, -WAD / 2n],
      ],
      [
        [2n, -8n * WAD],
        [3n, -2n * WAD],
      ],
      [
        [2n, -2n * WAD],
        [3n, -WAD / 2n],
      ],
    ]);
    expect(all.slice(4).map(([leg]) => leg?.[0])).to.deep.equal([2n, 2n, 3n, 3n, 4n, 4n]);
  });

  it("has eight legs at most, all of one market, and no part that is nothing", () => {
    const many = Array.from({ length: 12 }, (_, i) => entry(0, BigInt(i + 1), BigInt(i - 12) * WAD));
    const [first] = shape(many);
    expect(first).to.have.length(8);
    expect(shape([entry(0, 1n, WAD)])).to.deep.equal([]);
    expect(shape([entry(0, 1n, -DUST)])).to.deep.equal([]);
    expect(shape([entry(0, 1n, -4n * DUST)])).to.deep.equal([[[1n, -2n * DUST]]]);
  });
});
