import { expect } from "chai";
import { network } from "hardhat";
import { marksOf } from "../../packages/quant/src/exact/books.ts";
import { bookRoom, openLegs, strikesOf } from "../support/books.ts";
import { seeded } from "../support/random.ts";
import { mirrorMarket, WAD } from "../support/risk.ts";

const connection = await network.create();

describe("Books: the mirror in BigInt", () => {
  it("marks books that random trades have built, at random prices, to the wei", async () => {
    const room = await bookRoom(connection);
    const next = seeded(606);
    const computed = new Map<bigint, bigint>();
    for (const expiry of room.expiries) {
      await room.riskArrays.refresh(
        0,
        expiry,
        strikesOf(0).map((cents) => cents * 10n ** 16n),
      );
      computed.set(expiry, BigInt(await room.networkHelpers.time.latest()));
    }
    const marketAt = (spot: bigint) => {
      const now = computed.get(room.expiries[3] ?? 0n) ?? 0n;
      const by = (expiry: bigint) =>
        mirrorMarket(room, 0, { computedAt: computed.get(expiry) ?? 0n, now, spot, base: 3_000n * WAD });
      return { ...by(room.expiries[0] ?? 0n), expiry: (expiry: bigint) => by(expiry).expiry(expiry) };
    };
    let moved = 0;
    for (let run = 0; run < 40; run++) {
      for (let i = 0; i < 3; i++) {
        await room.move({
          market: 0,
          expiry: room.expiries[Math.floor(next() * 4)] ?? 0n,
          strikeCents: strikesOf(0)[Math.floor(next() * 9)] ?? 0n,
          isPut: next() < 0.5,
          quantity: BigInt(Math.floor((next() - 0.5) * 1e10)) || 1n,
        });
      }
      const spot = (3_000n * WAD * BigInt(Math.floor((0.992 + next() * 0.016) * 1e9))) / 10n ** 9n;
      const [marks, apart] = await room.books.marksOf(room.booked, 0, spot);
      expect(apart).to.deep.equal([]);
      const { value, delta, gamma, volatilityUp, volatilityDown, grossVolatilityUp } = marks;
      const found = { value, delta, gamma, volatilityUp, volatilityDown, grossVolatilityUp };
      expect(found).to.deep.equal(marksOf(marketAt(spot), await openLegs(room)));
      if (gamma !== 0n && delta !== 0n) moved++;
    }
    expect(moved).to.be.greaterThan(30);
  });
});
