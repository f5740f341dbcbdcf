import { accountId, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { network } from "hardhat";
import * as mirror from "../../packages/quant/src/exact/interest.ts";
import { funded } from "../support/ledger.ts";
import { seeded } from "../support/random.ts";

const DEFAULT: mirror.InterestTerms = {
  base: WAD / 100n,
  slope: (9n * WAD) / 100n,
  steepSlope: WAD,
  kink: (8n * WAD) / 10n,
};

describe("Interest: the mirror in BigInt", () => {
  it("has the same rates for random terms and totals", async () => {
    const { ethers } = await network.create();
    const harness = await ethers.deployContract("MirrorHarness");
    const next = seeded(81);
    const below = (limit: bigint): bigint => (limit * BigInt(Math.floor(next() * 2 ** 50))) >> 50n;
    let [steep, gentle, refused] = [0, 0, 0];
    for (let run = 0; run < 300; run++) {
      const terms = {
        base: below((21n * WAD) / 100n),
        slope: below((51n * WAD) / 100n),
        steepSlope: below((51n * WAD) / 10n),
        kink: (48n * WAD) / 100n + below((49n * WAD) / 100n),
      };
      const claims = below(10n ** BigInt(1 + Math.floor(next() * 30)));
      const debt = next() < 0.05 ? 0n : below((claims * 5n) / 4n + 2n);
      const bounded = mirror.isBounded(terms);
      expect(await harness.isBounded(terms)).to.equal(bounded);
      const onChain = await harness.interest(terms, debt, claims);
      const utilisation = mirror.utilisationOf(debt, claims);
      expect(utilisation).to.equal(onChain.utilisation);
      expect(mirror.yearlyRate(terms, utilisation)).to.equal(onChain.yearly);
      expect(mirror.secondRate(terms, debt, claims)).to.equal(onChain.second);
      if (!bounded) refused++;
      if (utilisation > terms.kink) steep++;
      else gentle++;
    }
    expect(Math.min(steep, gentle, refused)).to.be.greaterThan(20);
  });

  it("follows the ledger's indices, totals, reserve and balances through random moves and waits", async () => {
    const { ledger, venue, carol, bob, a, b, time } = await funded({ allowBlocksWithSameTimestamp: true });
    const accounts = [a, b, accountId(carol.address), accountId(bob.address, 3n)];
    const slots = new Map(accounts.map((account) => [account, { cash: 0n, index: mirror.FULL_INDEX }]));
    for (const account of [a, b]) slots.set(account, { cash: 10_000n * WAD, index: mirror.FULL_INDEX });
    let state: Pick<mirror.Accrual, "indices" | "totals"> = {
      indices: { claim: mirror.FULL_INDEX, debt: mirror.FULL_INDEX, accruedAt: 0n, rate: 0n },
      totals: { claims: 20_000n * WAD, debt: 0n },
    };
    let reserve = 0n;
    const add = (account: bigint, amount: bigint, now: bigint): void => {
      const accrued = mirror.accrue(state.indices, state.totals, now);
      reserve += accrued.toInsurance;
      const slot = slots.get(account)!;
      const before = mirror.cashAt(slot.cash, slot.index, accrued.indices, now);
      const cash = before + amount;
      slots.set(account, { cash, index: cash < 0n ? accrued.indices.debt : accrued.indices.claim });
      state = mirror.afterCash(DEFAULT, accrued, before, cash, now);
    };
    const next = seeded(82);
    const below = (limit: bigint): bigint => (limit * BigInt(Math.floor(next() * 2 ** 50))) >> 50n;
    const pick = (): bigint => accounts[Math.floor(next() * accounts.length)]!;
    let changes = 0;
    for (let step = 0; step < 60; step++) {
      const [from, to] = [pick(), pick()];
      if (from === to) continue;
      if (next() < 0.8) await time.increase(1n + below(next() < 0.2 ? 40_000_000n : 400_000n));
      const amount = 1n + below(next() < 0.2 ? 1_000n : 15_000n * WAD);
      const rate = state.indices.rate;
      await ledger.connect(venue).moveCash(from, to, amount);
      const now = BigInt(await time.latest());
      add(from, -amount, now);
      add(to, amount, now);
      if (state.indices.rate !== rate) changes++;
      const { claimIndex, debtIndex } = await ledger.indices();
      expect([state.indices.claim, mirror.debtIndexAt(state.indices, now)]).to.deep.equal([
        claimIndex,
        debtIndex,
      ]);
      expect([state.totals.claims, state.totals.debt, reserve]).to.deep.equal([
        await ledger.totalClaims(),
        await ledger.totalDebt(),
        await ledger.interestReserve(),
      ]);
      const utilisation = mirror.utilisationOf(state.totals.debt, state.totals.claims);
      expect(mirror.yearlyRate(DEFAULT, utilisation)).to.equal((await ledger.interestRate()).yearly);
      for (const [account, slot] of slots) {
        expect(mirror.cashAt(slot.cash, slot.index, state.indices, now)).to.equal(
          await ledger.cashOf(account),
        );
      }
    }
    expect(changes).to.be.greaterThan(20);
    expect(reserve > 0n).to.equal(true);
  });
});
