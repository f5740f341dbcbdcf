import { expect } from "chai";
import { funded } from "../support/ledger.ts";
import { WAD } from "../support/risk.ts";

describe("Attack: opening while nothing has a price", () => {
  it("a reducing batch cannot open what no price can value, and can still close it", async () => {
    const { ledger, risk, encode, through, alice, a, b, call, expiry } = await funded();
    await risk.riskArrays.refresh(0, expiry, [3_000n * WAD]);
    const sell = (quantity: bigint) => through(encode("movePosition", [a, b, call, quantity]));
    await ledger.connect(alice).batch(a, [sell(WAD)]);
    await risk.inputs.setSpot(0, 0n, 8);
    await expect(ledger.connect(alice).reduce(a, [sell(1_000n * WAD)])).to.be.revertedWithCustomError(
      ledger,
      "Clearinghouse_RiskRose",
    );
    await ledger.connect(alice).reduce(a, [sell(-WAD)]);
    expect(await ledger.positionOf(a, call)).to.equal(0n);
  });
});
