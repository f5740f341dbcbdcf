import { accountId, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { funded } from "../support/ledger.ts";
import { mutate } from "../support/mutants.ts";

const ROUNDS = 300;

/**
 * Interest changes the index of claims each second. Alice moves a wei to another account of hers and back, hundreds
 * of times; Bob has as much and does nothing. Returns what she has more than he, and what all claims
 * are more than the ledger counts.
 */
async function steps(mutant?: string) {
  const all = await funded();
  const { ledger, alice, carol, deployer, venue, a, b } = all;
  const [other, debtor, rest] = [
    accountId(alice.address, 1n),
    accountId(carol.address),
    accountId(deployer.address),
  ];
  await ledger.connect(venue).moveCash(debtor, rest, 5_000n * WAD);
  if (mutant) await mutate(all, mutant);
  const move = (from: bigint, to: bigint) => ledger.connect(venue).moveCash(from, to, 1n);
  for (let i = 0; i < ROUNDS; i++) {
    await move(a, other);
    if (i % 3 === 2) await move(other, a);
  }
  const cash = await Promise.all([a, other, b, rest].map((account) => ledger.cashOf(account)));
  const [hers = 0n, aside = 0n, his = 0n] = cash;
  const all_ = cash.reduce((sum, one) => sum + one, 0n);
  return { gain: hers + aside - his, beyond: all_ - (await ledger.totalClaims()) };
}

describe("rounding in one's favour, compounded over hundreds of steps of a wei (Balancer, 2025)", () => {
  it("does not happen: each step costs who takes it, and all claims stay within what is counted", async () => {
    const { gain, beyond } = await steps();
    expect(gain <= 0n && gain > -4n * BigInt(ROUNDS)).to.equal(true);
    expect(beyond <= 0n).to.equal(true);
  });

  it("happens, if claims round up", async () => {
    const { gain } = await steps("GenerousLedger");
    expect(gain > BigInt(ROUNDS)).to.equal(true);
  });
});
