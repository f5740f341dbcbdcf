import { accountId, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { FULL_INDEX } from "../../packages/quant/src/exact/interest.ts";
import {
  levyOwed,
  lockedBeside,
  raisedIndex,
  shareLoss,
  withdrawable,
} from "../../packages/quant/src/exact/losses.ts";
import { funded, USDC } from "../support/ledger.ts";
import { seeded } from "../support/random.ts";

const UNIT = 10n ** 12n;

/** Whole numbers below a limit, the same each time. */
function draws(seed: number) {
  const next = seeded(seed);
  return (limit: bigint): bigint => (limit * BigInt(Math.floor(next() * 2 ** 50))) >> 50n;
}

describe("Losses in the ledger: the mirror in BigInt", () => {
  it("shares random losses over cash and ether, index by index", async () => {
    const all = await funded({ allowBlocksWithSameTimestamp: true });
    const { ledger, alice, bob, carol, venue, a, b, weth } = all;
    await ledger.setInterestTerms({ base: 0, slope: 0, steepSlope: 0, kink: WAD / 2n });
    const below = draws(311);
    const c = accountId(carol.address);
    const held = { a: 1n * WAD, b: 2n * WAD };
    await ledger.connect(alice).deposit(a, weth.target, held.a);
    await ledger.connect(bob).deposit(b, weth.target, held.b);
    let [levyIndex, claimIndex] = [0n, FULL_INDEX];
    for (let run = 0; run < 15; run++) {
      const loss = 1n + below(400n * WAD);
      await ledger.connect(venue).moveCash(c, a, loss);
      const cash = await ledger.totalClaims();
      await ledger.shareLoss(c, loss);
      const shared = (await ledger.queryFilter(ledger.filters.LossShared())).at(-1)!.args;
      const raised = (await ledger.queryFilter(ledger.filters.LevyRaised())).at(-1)!.args;
      const expected = shareLoss(loss, { cash, claimIndex, collateral: [3_000n * (held.a + held.b)] });
      expect(expected?.levies).to.deep.equal([raised.amount]);
      expect(expected?.fromCash).to.equal(shared.fromCash);
      expect(expected?.claimIndex).to.equal(shared.newIndex);
      expect(expected?.cash).to.equal(await ledger.totalClaims());
      levyIndex = raisedIndex(levyIndex, raised.amount, held.a + held.b);
      expect(levyIndex).to.equal(raised.newIndex);
      claimIndex = shared.newIndex;
      const claim = (10_000n * WAD * claimIndex) / FULL_INDEX;
      expect(await ledger.cashOf(b)).to.equal(claim - levyOwed(held.b, levyIndex, 0n));
    }
  });

  it("locks beside random withdrawals, and lets out, what the ledger does", async () => {
    const { ledger, ethers, alice, a, usdc } = await funded();
    const source = await ethers.deployContract("HoldBackProbe");
    await ledger.setHoldBackSource(source.target);
    const below = draws(312);
    let [balance, locked] = [10_000n * USDC, 0n];
    for (let episode = 1n; episode <= 12n; episode++) {
      const share = episode % 4n === 0n ? WAD : below(WAD);
      await source.set(share, episode, 0);
      locked = 0n;
      for (let part = 0; part < 3; part++) {
        const most = withdrawable(balance, locked, share);
        expect(most).to.equal(await ledger.withdrawable(a, usdc.target));
        const amount = below(most / 4n + 1n);
        const more = lockedBeside(amount, share);
        if (amount === 0n || more === undefined) continue;
        await ledger.connect(alice).withdraw(a, usdc.target, amount, alice.address);
        balance -= amount;
        locked += more;
        expect(locked).to.equal(await ledger.heldBack(a, usdc.target));
        expect(balance * UNIT).to.equal(await ledger.cashOf(a));
      }
    }
    expect(lockedBeside(1n, WAD)).to.equal(undefined);
  });

  it("refuses a loss beyond all claims", () => {
    const claims = { cash: 10n * WAD, claimIndex: 10n ** 22n, collateral: [5n * WAD] };
    expect(shareLoss(15n * WAD, claims)).to.equal(undefined);
    expect(shareLoss(15n * WAD - 1n, claims)?.claimIndex).to.equal(1_000n);
    expect(shareLoss(14n * WAD, claims)?.levies[0]).to.equal(4_666_666_666_666_666_667n);
  });
});
