import { accountId, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { funded, USDC } from "../support/ledger.ts";

/**
 * Half of each withdrawal has to wait for a loss. Alice takes out what she may, hands what is locked to a friend in a
 * trade that no market would make, and the friend takes out what it may; returns what the two got of their 10,000 USDC.
 */
async function handOver(ledgerParts: Parameters<typeof funded>[1] = {}): Promise<bigint> {
  const all = await funded({}, ledgerParts);
  const { ledger, ethers, venue, alice, carol, a, usdc } = all;
  const probe = await ethers.deployContract("HoldBackProbe");
  await ledger.setHoldBackSource(probe.target);
  await probe.set(WAD / 2n, 1n, 0);
  const friend = accountId(carol.address);
  await ledger.connect(alice).withdraw(a, usdc.target, 5_000n * USDC, alice.address);
  await ledger.connect(venue).moveCash(a, friend, 5_000n * WAD);
  const more = await ledger.withdrawable(friend, usdc.target);
  if (more !== 0n) await ledger.connect(carol).withdraw(friend, usdc.target, more, carol.address);
  return 5_000n * USDC + more;
}

describe("Attack: cash that is held back, handed to a friend", () => {
  it("stays locked in the friend's account", async () => {
    expect(await handOver()).to.equal(5_000n * USDC);
  });

  it("leaves in part, if locks do not follow what moves", async () => {
    expect(await handOver({ ledger: "LooseLocks" })).to.equal(7_500n * USDC);
  });
});
