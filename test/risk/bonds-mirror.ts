import { expect } from "chai";
import { network } from "hardhat";
import * as mirror from "../../packages/quant/src/exact/bonds.ts";
import { BOND, deployPosts } from "../support/posts.ts";
import { seeded } from "../support/random.ts";
import { refusedBy } from "../support/refused.ts";

const REFUSALS: Readonly<Record<string, string>> = {
  ArrayPosts_BondTooSmall: "the bond is too small",
  ArrayPosts_NothingRequested: "nothing was asked for",
  ArrayPosts_Unbonding: "the bond is not free yet",
};

describe("PostBonds: the mirror in BigInt", () => {
  it("keeps the bonds of two posters through random deposits, locks, penalties and withdrawals", async () => {
    const connection = await network.create();
    const { ethers, networkHelpers } = connection;
    const { riskArrays, inputs, cash, treasury, poster, other, anyone } = await deployPosts(connection);
    const posts = await ethers.deployContract("BondsHarness", [
      riskArrays.target,
      inputs.target,
      cash.target,
      treasury.address,
      BOND,
    ]);
    const holders = [poster, other];
    const bonds = holders.map(() => mirror.NO_BONDS);
    let penalties = 0n;
    for (const holder of holders) {
      await cash.mint(holder.address, 10n ** 20n);
      await cash.connect(holder).approve(posts, 10n ** 20n);
    }
    const next = seeded(331);
    const below = (limit: bigint): bigint => (limit * BigInt(Math.floor(next() * 2 ** 50))) >> 50n;
    const seen = new Map<string, number>();
    let now = BigInt(await networkHelpers.time.latest());
    for (let run = 0; run < 250; run++) {
      const index = next() < 0.5 ? 0 : 1;
      const holder = holders[index] ?? poster;
      const mine = posts.connect(holder);
      const own = bonds[index] ?? mirror.NO_BONDS;
      const dice = next();
      now += 1n + below(next() < 0.8 ? 10_000n : 800_000n);
      await networkHelpers.time.setNextBlockTimestamp(now);
      const act = async (name: string, sent: Promise<unknown>, mirrored: () => mirror.Bonds) => {
        const refusal = await refusedBy(sent);
        if (refusal === "nothing") bonds[index] = mirrored();
        else expect(mirrored).to.throw(REFUSALS[refusal]);
        const outcome = refusal === "nothing" ? name : refusal;
        seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
      };
      if (dice < 0.2) {
        const amount = 1n + below(2n * BOND);
        await act("deposit", mine.deposit(amount), () => ({ ...own, free: own.free + amount }));
      } else if (dice < 0.35) {
        const amount = below(own.free + own.leaving + BOND / 4n);
        await act("ask", mine.requestWithdrawal(amount), () => mirror.requestWithdrawal(own, amount, now));
      } else if (dice < 0.5) {
        await act("withdraw", mine.withdraw(anyone.address), () => mirror.withdraw(own, now));
      } else if (dice < 0.75) {
        await act("lock", posts.lock(holder), () => mirror.lock(own, BOND));
      } else if (own.locked !== 0n) {
        const fault = next() < 0.5 ? "notPosted" : "wrongEntry";
        const isRight = next() < 0.3;
        const { penalty, reward } = isRight ? { penalty: 0n, reward: 0n } : mirror.penaltyFor(fault, BOND);
        await act("unlock", posts.unlock(holder, penalty, reward, anyone), () =>
          mirror.unlock(own, BOND, penalty),
        );
        penalties += penalty - reward;
      }
      const { free, locked, leaving, availableAt } = await posts.bondsOf(holder);
      expect({ free, locked, leaving, availableAt }).to.deep.equal(bonds[index]);
      expect(await posts.penalties()).to.equal(penalties);
    }
    const usual = ["deposit", "ask", "withdraw", "lock", "unlock", ...Object.keys(REFUSALS)];
    for (const name of usual) expect(seen.get(name) ?? 0, name).to.be.greaterThan(2);
  });
});
