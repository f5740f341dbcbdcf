import { expect } from "chai";
import { funded } from "../support/ledger.ts";
import { mutate, outcome } from "../support/mutants.ts";
import { WAD } from "../support/risk.ts";

/** Alice is short a call when the price is lost; then she sells a thousand more in a reducing batch. */
async function oversell(mutant?: string) {
  const all = await funded();
  const { ledger, risk, encode, through, alice, a, b, call, expiry } = all;
  if (mutant) await mutate(all, mutant);
  await risk.riskArrays.refresh(0, expiry, [3_000n * WAD]);
  const sell = (quantity: bigint) => through(encode("movePosition", [a, b, call, quantity]));
  await ledger.connect(alice).batch(a, [sell(WAD)]);
  await risk.inputs.setSpot(0, 0n, 8);
  const said = await outcome(ledger.connect(alice).reduce(a, [sell(1_000n * WAD)]), ledger);
  return { ...all, sell, said };
}

describe("Attack: opening while nothing has a price", () => {
  it("a reducing batch cannot open what no price can value, and can still close it", async () => {
    const { ledger, alice, a, call, sell, said } = await oversell();
    expect(said).to.equal("Clearinghouse_RiskRose");
    await ledger.connect(alice).reduce(a, [sell(-WAD)]);
    expect(await ledger.positionOf(a, call)).to.equal(0n);
  });

  it("a reducing batch could, if it did not compare what is left with what was there", async () => {
    const { ledger, a, call, said } = await oversell("RecklessLedger");
    expect(said).to.equal("nothing");
    expect(await ledger.positionOf(a, call)).to.equal(-1_001n * WAD);
  });
});
