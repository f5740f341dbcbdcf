import { instrumentId, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { network } from "hardhat";
import { funded, USDC } from "../support/ledger.ts";
import { deployRisk, packLegs } from "../support/risk.ts";

const UNIT = 10n ** 10n;
const MOST = 2n ** 48n - 1n;

describe("Positions so large that the engine's sums could not hold them", () => {
  it("cannot be put together from legs that cost almost nothing while they are out of the money", async () => {
    const all = await funded();
    const { ledger, usdc, alice, bob, a, b, risk, through, encode } = all;
    await ledger.connect(alice).deposit(a, usdc.target, 900_000n * USDC);
    await ledger.connect(bob).deposit(b, usdc.target, 900_000n * USDC);
    const expiry = risk.expiries[3]!;
    const strikes = [6_500n * WAD, 6_500n * WAD + WAD / 100n] as const;
    const series = strikes.map((strike) =>
      instrumentId({ market: 0, expiry: Number(expiry), strike, kind: "call" }),
    );
    await risk.riskArrays.refresh(0, expiry, [...strikes]);
    // A spread of a cent: sums fit as long as these strikes' words have the exponent that they have now.
    const quantity = ((2n ** 62n - 2n ** 57n) >> 13n) * UNIT;
    const calls = (size: bigint) => [
      through(encode("movePosition", [b, a, series[0]!, size])),
      through(encode("movePosition", [a, b, series[1]!, size])),
    ];
    for (const mode of ["batch", "reduce"] as const) {
      await expect(ledger.connect(alice)[mode](a, calls(quantity))).to.be.revertedWithCustomError(
        ledger,
        "Clearinghouse_PositionsTooLarge",
      );
    }
    await ledger.connect(alice).batch(a, calls((MOST / 2n) * UNIT));
    for (const spot of [3_040n, 6_500n, 60_000n, 10n]) {
      await risk.inputs.setSpot(0, spot * WAD, 0);
      expect((await ledger.assess(a)).status).to.equal(0n);
    }
  });

  it("are judged wherever spot goes, up to the largest that the ledger admits", async () => {
    const risk = await deployRisk(await network.create());
    const expiry = risk.expiries[0]!;
    const legs = [300_000n, 1n].map((strikeCents, i) => ({
      market: 0,
      expiry,
      strikeCents,
      isPut: false,
      quantity: i === 0 ? MOST / 2n : -(MOST - MOST / 2n),
    }));
    const held = { account: 0n, cash: 0n, hasBook: false, positionWords: packLegs(legs), collateral: [] };
    for (const spot of [10n, 3_000n, 60_000n]) {
      await risk.inputs.setSpot(0, spot * WAD, 0);
      expect((await risk.riskEngine.assessAnyway(held)).equity).to.be.lessThan(0n);
    }
  });
});
