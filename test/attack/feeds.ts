import { WAD } from "@ballast/sdk";
import { expect } from "chai";
import { funded, USDC } from "../support/ledger.ts";

describe("An account and the feeds of markets that it is not in", () => {
  it("keeps good data while the feed of an asset it does not hold is dead", async () => {
    const { ledger, usdc, alice, a, b, risk, ethers, call, venue, through, encode } = await funded();
    const wbtc = await ethers.deployContract("TestToken", [8]);
    await ledger.setCollateralAsset(wbtc.target, 1, 10n ** 12n, true);
    await risk.riskArrays.refresh(0, risk.expiries[0]!, [3_000n * WAD]);
    await ledger.connect(venue).movePosition(a, b, call, WAD / 100n);
    await risk.inputs.setSpot(1, 0n, 4);
    expect((await ledger.assess(a)).status).to.equal(0n);
    await ledger.connect(alice).withdraw(a, usdc.target, USDC, alice.address);
    await ledger.connect(alice).batch(a, [through(encode("movePosition", [a, b, call, WAD / 100n]))]);
  });

  it("is judged although an asset it does not hold belongs to a market without parameters", async () => {
    const { ledger, a, b, risk, ethers, call, venue } = await funded();
    const token = await ethers.deployContract("TestToken", [8]);
    await ledger.setCollateralAsset(token.target, 7, 10n ** 12n, true);
    await risk.riskArrays.refresh(0, risk.expiries[0]!, [3_000n * WAD]);
    await ledger.connect(venue).movePosition(a, b, call, WAD / 100n);
    expect((await ledger.assess(a)).status).to.equal(0n);
  });

  it("cannot be given instruments that nobody can value or settle", async () => {
    const { ledger, a, b, call, venue } = await funded();
    const byVenue = ledger.connect(venue);
    for (const odd of [call | 2n, call | 15n, call & ~(0xffffffffn << 4n), call & ~(0xfffffn << 36n)]) {
      await expect(byVenue.movePosition(a, b, odd, WAD)).to.be.revertedWithCustomError(
        ledger,
        "Clearinghouse_BadInstrument",
      );
    }
  });
});
