import { accountId, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { funded, USDC } from "../support/ledger.ts";
import { mutate, outcome } from "../support/mutants.ts";

/**
 * Alice has an account with a book that is short a call. Bob, a stranger to it, runs a batch of his own that tells her book,
 * in the ledger's name, that she has bought a thousand. Returns what he is told, and how her equity changed [USD].
 */
async function forge(mutant?: string) {
  const all = await funded();
  const { ledger, risk, usdc, alice, bob, venue, b, call, expiry } = all;
  const { books, riskArrays } = risk;
  await books.bind(ledger.target);
  const booked = accountId(alice.address, 1n);
  await ledger.openBook(booked);
  await ledger.connect(alice).deposit(booked, usdc.target, 10_000n * USDC);
  await riskArrays.refresh(0, expiry, [3_000n * WAD]);
  await ledger.connect(venue).movePosition(booked, b, call, WAD);
  if (mutant) await mutate(all, mutant);
  const before = await ledger.assess(booked);
  const data = books.interface.encodeFunctionData("record", [booked, call, -WAD, 1_000n * WAD, 0n]);
  const said = await outcome(ledger.connect(bob).batch(b, [{ target: books.target, data }]), ledger, books);
  return [said, ((await ledger.assess(booked)).equity - before.equity) / WAD] as const;
}

describe("a book that somebody writes in the ledger's name", () => {
  it("is not written: a batch may have it refreshed, and nothing else", async () => {
    expect(await forge()).to.deep.equal(["Clearinghouse_BadTarget", 0n]);
    const { ledger, risk, bob, b } = await funded();
    await risk.books.bind(ledger.target);
    for (const data of ["0x", "0x1234", risk.books.interface.encodeFunctionData("bind", [bob.address])]) {
      const attempt = ledger.connect(bob).batch(b, [{ target: risk.books.target, data }]);
      expect(await outcome(attempt, ledger)).to.equal("Clearinghouse_BadTarget");
    }
    const data = risk.books.interface.encodeFunctionData("refreshAll", [b]);
    await ledger.connect(bob).batch(b, [{ target: risk.books.target, data }]);
  });

  it("would make anybody rich, if a batch could say to the books what it likes", async () => {
    const [said, gain] = await forge("EchoingLedger");
    expect(said).to.equal("nothing");
    expect(gain > 10_000n).to.equal(true);
  });
});
