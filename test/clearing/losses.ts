import { accountId, token, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { mintUsdc } from "../../packages/lab/src/externals/index.ts";
import { funded, USDC } from "../support/ledger.ts";

/** Alice has 10,000 in cash, Bob as much and two ether of 3,000 dollars, Carol nothing but debts. */
async function claimants() {
  const all = await funded({ allowBlocksWithSameTimestamp: true });
  const { ledger, bob, b, weth, carol, venue, a } = all;
  await ledger.setInterestTerms({ base: 0, slope: 0, steepSlope: 0, kink: WAD / 2n });
  await ledger.connect(bob).deposit(b, weth.target, 2n * WAD);
  const c = accountId(carol.address);
  /** Carol owes `amount` to Alice, and has nothing. */
  const fail = async (amount: bigint) => {
    await ledger.connect(venue).moveCash(c, a, amount);
    return c;
  };
  return { ...all, c, fail };
}

describe("Clearinghouse: shared losses", () => {
  it("are borne by cash and collateral alike, by their value, and pay the debt to the wei", async () => {
    const { ledger, a, b, c, fail, weth } = await claimants();
    await fail(2_600n * WAD);
    // Claims: 12,600 and 10,000 in cash, 6,000 in ether.
    const loss = 2_600n * WAD;
    await ledger.shareLoss(c, loss);
    expect(await ledger.cashOf(c)).to.equal(0n);
    const near = (is: bigint, exact: bigint) => expect(is).to.be.closeTo(exact, 10n ** 6n);
    const kept = 28_600n - 2_600n;
    near(await ledger.cashOf(a), (12_600n * WAD * kept) / 28_600n);
    const levy = (6_000n * WAD * 2_600n) / 28_600n;
    near(await ledger.cashOf(b), (10_000n * WAD * kept) / 28_600n - levy);
    expect(await ledger.collateralOf(b, weth.target)).to.equal(2n * WAD);
    expect((await ledger.portfolio(b)).cash).to.equal(await ledger.cashOf(b));
  });

  it("leave no more claims than there is custody, after any number of them", async () => {
    const { ledger, usdc, weth, alice, bob, a, b, c, fail, carol } = await claimants();
    await ledger.connect(alice).deposit(a, weth.target, 333_333_333_333_333_333n);
    for (let i = 1n; i <= 25n; i++) {
      await fail(i * 17n * WAD + i);
      await ledger.shareLoss(c, -(await ledger.cashOf(c)));
      if (i % 5n === 0n) await ledger.connect(bob).deposit(b, weth.target, i);
    }
    const held = (await usdc.balanceOf(ledger.target as string)) * 10n ** 12n;
    const owed = (await ledger.cashOf(a)) + (await ledger.cashOf(b));
    expect(held >= owed && held - owed < 10n ** 9n).to.equal(true);
    // The books agree with the sum: everything can be paid out, to the last but the dust.
    await mintUsdc(usdc, carol.address, USDC);
    for (const [signer, account] of [
      [alice, a],
      [bob, b],
    ] as const) {
      await ledger
        .connect(signer)
        .withdraw(account, weth.target, await ledger.collateralOf(account, weth.target), carol.address);
      const cash = (await ledger.cashOf(account)) / 10n ** 12n;
      await ledger.connect(signer).withdraw(account, usdc.target, cash, carol.address);
    }
    expect(await usdc.balanceOf(ledger.target as string)).to.be.lessThan(4n);
  });

  it("charge an account with nothing but collateral, which owes it in cash and cannot leave before it paid", async () => {
    const { ledger, usdc, weth, bob, b, c, fail, alice, a } = await claimants();
    await ledger.connect(bob).withdraw(b, usdc.target, 10_000n * USDC, bob.address);
    await fail(1_860n * WAD);
    await ledger.shareLoss(c, 1_860n * WAD);
    // 11,860 in cash and 6,000 in ether.
    const levy = -(await ledger.cashOf(b));
    expect(levy).to.be.closeTo((6_000n * WAD * 1_860n) / 17_860n, 10n);
    await expect(
      ledger.connect(bob).withdraw(b, weth.target, 2n * WAD, bob.address),
    ).to.be.revertedWithCustomError(ledger, "Clearinghouse_BelowInitial");
    await ledger.connect(bob).deposit(b, usdc.target, levy / 10n ** 12n + 1n);
    await ledger.connect(bob).withdraw(b, weth.target, 2n * WAD, bob.address);
    expect((await ledger.cashOf(b)) >= 0n).to.equal(true);
    const cash = (await ledger.cashOf(a)) / 10n ** 12n;
    await ledger.connect(alice).withdraw(a, usdc.target, cash, alice.address);
  });

  it("spare what the failed account holds itself, and collateral without a price", async () => {
    const { ledger, weth, alice, a, b, c, fail, risk } = await claimants();
    await fail(1_000n * WAD);
    await ledger.connect(alice).deposit(a, weth.target, WAD);
    const before = await ledger.cashOf(a);
    // Alice is credited with a loss: her own ether pays nothing of it.
    await ledger.shareLoss(a, 100n * WAD);
    const [first, second] = [await ledger.cashOf(a), await ledger.cashOf(b)];
    expect(first + second - before).to.be.closeTo(10_000n * WAD, 10n ** 6n);
    await risk.inputs.setSpot(0, 0n, 8);
    await ledger.shareLoss(c, 1_000n * WAD);
    const shared = (second * 1_000n * WAD) / (await sumOfCash());
    expect(await ledger.cashOf(b)).to.be.closeTo(second - shared, 10n ** 18n * 5n);
    async function sumOfCash() {
      return first + second;
    }
  });

  it("are refused when they exceed all claims, or are none", async () => {
    const { ledger, c, venue, a } = await claimants();
    await ledger.connect(venue).moveCash(c, a, 26_000n * WAD);
    await expect(ledger.shareLoss(c, 52_000n * WAD)).to.be.revertedWithCustomError(
      ledger,
      "Clearinghouse_LossExceedsClaims",
    );
    await expect(ledger.shareLoss(c, 0)).to.be.revertedWithCustomError(
      ledger,
      "Clearinghouse_NegativeAmount",
    );
    await ledger.shareLoss(c, 26_000n * WAD);
    expect(await ledger.cashOf(c)).to.equal(0n);
  });

  it("are borne by eight decimals as by eighteen, and by at most eight assets", async () => {
    const { ledger, ethers, alice, a, c, fail, risk } = await claimants();
    const wbtc = await ethers.deployContract("TestToken", [8]);
    await ledger.setCollateralAsset(wbtc.target, 1, 10n ** 12n, true);
    await risk.inputs.setSpot(1, 60_000n * WAD, 0);
    await wbtc.mint(alice.address, 10n ** 8n);
    await token(wbtc.target as string, alice).approve(ledger.target as string, 2n ** 255n);
    await ledger.connect(alice).deposit(a, wbtc.target, 10n ** 8n);
    await fail(860n * WAD);
    await ledger.shareLoss(c, 860n * WAD);
    // 20,860 in cash, 6,000 in ether, 60,000 in bitcoin.
    const lost = (70_860n * WAD * 860n) / 86_860n;
    expect(await ledger.cashOf(a)).to.be.closeTo(10_860n * WAD - lost, 10n ** 6n);
    for (let i = 2; i < 8; i++)
      await ledger.setCollateralAsset((await ethers.deployContract("TestToken", [18])).target, 0, 1, true);
    const ninth = await ethers.deployContract("TestToken", [18]);
    await expect(ledger.setCollateralAsset(ninth.target, 0, 1, true))
      .to.be.revertedWithCustomError(ledger, "Clearinghouse_TooManyAssets")
      .withArgs(8);
  });
});
