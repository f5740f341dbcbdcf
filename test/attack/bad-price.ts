import { accountId, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { funded } from "../support/ledger.ts";
import { mutate, outcome } from "../support/mutants.ts";

/** Alice is short ten calls and below her initial requirement; Bob, a friend of hers, is long them. */
async function underWater(mutant?: string) {
  const all = await funded();
  const { ledger, risk, venue, a, b, call, expiry } = all;
  await risk.riskArrays.refresh(0, expiry, [3_000n * WAD]);
  await ledger.connect(venue).movePosition(a, b, call, 10n * WAD);
  await risk.inputs.setSpot(0, 3_700n * WAD, 0);
  await risk.riskArrays.refresh(0, expiry, [3_000n * WAD]);
  const { equity, initialRequirement } = await ledger.assess(a);
  expect(equity < initialRequirement).to.equal(true);
  if (mutant) await mutate(all, mutant);
  return all;
}

/** She buys a hundredth of a call back from him for 2,000 USD, of which it is worth seven. */
async function overpay(mode: "batch" | "reduce", mutant?: string) {
  const all = await underWater(mutant);
  const { ledger, alice, a, b, call, encode, through } = all;
  const before = await ledger.cashOf(b);
  const calls = [
    through(encode("movePosition", [b, a, call, WAD / 100n])),
    through(encode("moveCash", [a, b, 2_000n * WAD])),
  ];
  const said = await outcome(ledger.connect(alice)[mode](a, calls), ledger);
  return [said, (await ledger.cashOf(b)) - before] as const;
}

describe("value moved out of an account under water by a trade with a friend", () => {
  it("is refused in a batch, which asks for the initial requirement", async () => {
    expect(await overpay("batch")).to.deep.equal(["Clearinghouse_BelowInitial", 0n]);
  });

  it("is refused in a reducing batch, though the position shrinks", async () => {
    expect(await overpay("reduce")).to.deep.equal(["Clearinghouse_RiskRose", 0n]);
  });

  it("goes through, if a reducing batch does not compare what is left with what was there", async () => {
    expect(await overpay("reduce", "RecklessLedger")).to.deep.equal(["nothing", 2_000n * WAD]);
  });

  it("is not possible off a venue at all", async () => {
    const { ledger, alice, a, encode } = await underWater();
    const gift = encode("moveCash", [a, accountId(alice.address, 1n), WAD]);
    const calls = [{ target: ledger.target, data: gift }];
    expect(await outcome(ledger.connect(alice).reduce(a, calls), ledger)).to.equal("Clearinghouse_NotVenue");
  });
});
