import { WAD } from "@ballast/sdk";
import { expect } from "chai";
import { network } from "hardhat";
import * as mirror from "../../packages/quant/src/exact/auctions.ts";
import { seeded } from "../support/random.ts";

const KINDS = { solvent: 1n, insolvent: 2n };

describe("AuctionPricing: the mirror in BigInt", () => {
  it("has the same shares at every stage of both clocks, and at their ends", async () => {
    const { ethers } = await network.create();
    const harness = await ethers.deployContract("MirrorHarness");
    const next = seeded(71);
    const ends = [0, 299, 300, 301, 1_199, 1_200, 1_201, 3_599, 3_600, 44_399, 44_400, 44_401, 65_535];
    const clocks = [...ends, ...Array.from({ length: 60 }, () => Math.floor(next() * 50_000))].map(BigInt);
    for (const clock of clocks) {
      const { solvent, insolvent } = await harness.shares(clock);
      expect([mirror.solventShare(clock), mirror.insolventShare(clock)]).to.deep.equal([solvent, insolvent]);
    }
  });

  it("prices random slices and parts, and moves the clocks, to the wei", async () => {
    const { ethers } = await network.create();
    const harness = await ethers.deployContract("MirrorHarness");
    const next = seeded(72);
    const below = (limit: bigint): bigint => (limit * BigInt(Math.floor(next() * 2 ** 50))) >> 50n;
    const seen = { partial: 0, everything: 0, soft: 0, unpriced: 0, fees: 0, sure: 0, tooMuch: 0 };
    for (let run = 0; run < 500; run++) {
      const kind = next() < 0.6 ? "solvent" : "insolvent";
      const maintenance = 1n + below(10n ** BigInt(18 + Math.floor(next() * 9)));
      const reach = below(2n * maintenance);
      const solvent = next() < 0.7 ? (reach * 4n) / 5n : below(WAD);
      const equity = kind === "solvent" ? solvent : -reach;
      const whole = next() < 0.8;
      const seenAt = 1_900_000_000n + below(1_000_000n);
      const clock = (): bigint => (next() < 0.3 ? below(300n) : below(65_536n));
      const auction = { kind, seenAt, solventClock: clock(), insolventClock: clock() } as const;
      const verdict = { equity, maintenance, whole };
      const fraction = 1n + below(WAD);
      const released = below(maintenance + 1n);
      const time = seenAt + below(next() < 0.5 ? 1_800n : 80_000n);
      const terms = await harness.auctionTerms(
        { ...auction, id: 1, kind: KINDS[kind], starter: ethers.ZeroAddress },
        {
          ...verdict,
          cash: 0,
          hasCollateral: true,
          isEmpty: false,
          partsOnly: false,
          unpriced: 0,
          mayOwe: false,
        },
        fraction,
        released,
        time,
      );
      const largest = mirror.largestFraction(auction, verdict);
      const cost = mirror.sliceCost(auction, verdict, fraction);
      const left = mirror.afterSlice(verdict, fraction, cost);
      expect([cost, largest]).to.deep.equal([terms.cost, terms.largest]);
      expect(mirror.fundFee(verdict, fraction, cost)).to.equal(terms.fee);
      if (terms.fee > 0n) seen.fees++;
      expect(mirror.partDiscount(auction, verdict, released)).to.equal(terms.discount);
      if (equity <= 0n) {
        expect(mirror.partPayment(auction, verdict, released)).to.equal(terms.payment);
        expect(mirror.partDebt(verdict, released)).to.equal(terms.debt);
      }
      expect(mirror.isTooMuch(verdict)).to.equal(terms.tooMuch);
      expect([left.equity, left.maintenance]).to.deep.equal([terms.left.equity, terms.left.maintenance]);
      expect(mirror.isSurelyHealthy(left)).to.equal(terms.sure);
      const advanced = mirror.advance(auction, whole, time);
      expect([advanced.solventClock, advanced.insolventClock]).to.deep.equal([
        terms.advanced.solventClock,
        terms.advanced.insolventClock,
      ]);
      if (largest > 0n && largest < WAD) seen.partial++;
      if (kind === "solvent" && largest === WAD) seen.everything++;
      if (kind === "solvent" && auction.solventClock < mirror.SOFT_STAGE) seen.soft++;
      if (!whole) seen.unpriced++;
      if (terms.sure) seen.sure++;
      if (terms.tooMuch) seen.tooMuch++;
    }
    for (const [what, count] of Object.entries(seen)) expect(count, what).to.be.greaterThan(5);
  });
});
