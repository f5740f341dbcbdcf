import { WAD } from "@ballast/sdk";
import { expect } from "chai";
import * as mirror from "../../packages/quant/src/exact/auctions.ts";
import { auctionRoom, shortSeller } from "../support/auctions.ts";
import { seeded } from "../support/random.ts";
import { refusedBy } from "../support/refused.ts";

const DAY = 86_400n;
const KINDS = { solvent: 1n, insolvent: 2n };

describe("Backstop: the mirror in BigInt", () => {
  it("takes the vault's share of random accounts, and as much in a day as its terms allow", async () => {
    const { ethers, risk, ledger, house, time } = await auctionRoom();
    const at = await house.vault();
    const parts = [risk.manager.target, ledger.target, risk.riskEngine.target, at, at] as const;
    const backstop = await ethers.deployContract("BackstopHarness", [...parts]);
    const next = seeded(73);
    const below = (limit: bigint): bigint => (limit * BigInt(Math.floor(next() * 2 ** 50))) >> 50n;
    const seen = { whole: 0, part: 0, spent: 0, early: 0, empty: 0 };
    let terms = { solventShare: WAD / 2n, insolventShare: WAD / 2n, perBid: WAD / 10n, perDay: WAD / 4n };
    let [day, taken, now] = [0n, 0n, BigInt(await time.latest())];
    for (let run = 0; run < 250; run++) {
      if (run % 5 === 0) {
        terms = {
          solventShare: below((7n * WAD) / 10n),
          insolventShare: WAD / 2n + below(WAD / 2n),
          perBid: below(WAD / 10n),
          perDay: below(WAD / 4n),
        };
        await backstop.setBackstop(terms);
      }
      const kind = next() < 0.5 ? "solvent" : "insolvent";
      const clocks = { seenAt: 0n, solventClock: below(50_000n), insolventClock: below(8_000n) };
      const auction = { kind, ...clocks } as const;
      const maintenance = next() < 0.05 ? 0n : below(10n ** BigInt(19 + Math.floor(next() * 6)));
      const equity = kind === "solvent" ? below(maintenance + 1n) : -below(2n * maintenance + 1n);
      const verdict = { equity, maintenance, whole: true };
      const largest = 1n + below(WAD);
      const vaultEquity = next() < 0.05 ? -below(WAD) : below(10n ** 25n);
      // Refused calls mine no block, so the clock is the test's own.
      now += 100n + below(20_000n);
      await time.setNextBlockTimestamp(now);
      if (now / DAY !== day) [day, taken] = [now / DAY, 0n];
      const rest = {
        cash: 0n,
        hasCollateral: false,
        isEmpty: false,
        partsOnly: false,
        unpriced: 0n,
        mayOwe: false,
      };
      const args = [
        { ...auction, id: 1n, kind: KINDS[kind], starter: ethers.ZeroAddress },
        { ...verdict, ...rest },
        largest,
        vaultEquity,
      ] as const;
      const refusal = await refusedBy(backstop.take(...args));
      if (!mirror.isBackstopDue(auction, terms)) {
        expect(refusal).to.equal("AuctionHouse_BackstopNotDue");
        seen.early++;
        continue;
      }
      const took = mirror.takeForVault(terms, verdict, largest, vaultEquity, taken);
      if (!took) {
        expect(refusal).to.equal("AuctionHouse_BackstopSpent");
        seen.spent++;
        continue;
      }
      expect(refusal).to.equal("nothing");
      taken = took.taken;
      expect((await backstop.backstopTerms()).takenToday).to.equal(taken);
      if (maintenance === 0n) seen.empty++;
      else if (took.fraction === largest) seen.whole++;
      else seen.part++;
    }
    for (const [what, count] of Object.entries(seen)) expect(count, what).to.be.greaterThan(1);
  });
});

describe("Auctions: the mirror of fee, limit and dust in BigInt", () => {
  it("pays who started an auction what the house pays, capped", async () => {
    for (const percent of [1n, 5n, 90n]) {
      const { house, seller, ledger } = await shortSeller(percent);
      await house.start(seller);
      await house.update(seller);
      const [paid] = await house.queryFilter(house.filters.StarterPaid(seller));
      const fee = paid?.args.fee ?? 0n;
      const { equity } = await ledger.assess(seller);
      expect(fee).to.equal(mirror.startFee(equity + fee));
      expect(fee === 50n * WAD).to.equal(percent === 90n);
    }
  });

  it("cuts a bidder's limit along with the slice, to the wei", async () => {
    const { house, seller, bob, bidder, wait } = await shortSeller(90n);
    await house.start(seller);
    await wait(400);
    const { id, kind } = await house.auctionOf(seller);
    const [, largest] = await house.price(seller, WAD);
    expect(largest < WAD).to.equal(true);
    const outcomes = new Set<string>();
    for (const wanted of [WAD, (largest + WAD) / 2n]) {
      const { cost } = await house.price(seller, largest);
      for (const shift of [-50n, -1n, 0n, 1n, 50n]) {
        const priceLimit = (cost * wanted) / largest + shift;
        const bid = { id, kind, bidder, fraction: wanted, priceLimit };
        const refusal = await refusedBy(house.connect(bob).bid.staticCall(seller, bid, "0x"));
        const isBeyond = cost > mirror.cutLimit(priceLimit, wanted, largest);
        expect(refusal).to.equal(isBeyond ? "AuctionHouse_PriceMoved" : "nothing");
        outcomes.add(refusal);
      }
    }
    expect(outcomes.size).to.equal(2);
  });

  it("calls collateral dust up to ten dollars or a hundredth of maintenance", () => {
    expect([
      mirror.isDust(0n, WAD),
      mirror.isDust(10n * WAD, 0n),
      mirror.isDust(10n * WAD + 1n, 0n),
    ]).to.deep.equal([false, true, false]);
    expect([mirror.isDust(50n * WAD, 5_000n * WAD), mirror.isDust(51n * WAD, 5_000n * WAD)]).to.deep.equal([
      true,
      false,
    ]);
  });
});
