import { accountId, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { funded, USDC } from "../support/ledger.ts";

const YEAR = 31_536_000n;
const TERMS = { base: WAD / 100n, slope: (9n * WAD) / 100n, steepSlope: WAD, kink: (8n * WAD) / 10n };

/** A ledger with 20,000 of claims, and an account in debt once `lend` is called. */
async function lenders() {
  const all = await funded({ allowBlocksWithSameTimestamp: true });
  const { ledger, venue, carol, a, time } = all;
  const c = accountId(carol.address);
  const lend = async (amount: bigint) => ledger.connect(venue).moveCash(c, a, amount);
  /** Moves the clock, and nothing else. */
  const wait = async (seconds: bigint) => time.increase(seconds);
  return { ...all, c, lend, wait };
}

describe("Clearinghouse: interest", () => {
  it("costs more the more is lent out, gently up to the kink and steeply beyond it", async () => {
    const { ledger, lend } = await lenders();
    expect((await ledger.interestRate()).yearly).to.equal(WAD / 100n);
    // 5,000 of 25,000: 1 % + 9 % * 0.2 / 0.8.
    await lend(5_000n * WAD);
    expect((await ledger.interestRate()).yearly).to.equal((325n * WAD) / 10_000n);
    // 80,000 of 100,000 is the kink; 180,000 of 200,000 is half way from there to the end.
    await lend(75_000n * WAD);
    expect((await ledger.interestRate()).yearly).to.equal(WAD / 10n);
    await lend(100_000n * WAD);
    expect((await ledger.interestRate()).yearly).to.equal((6n * WAD) / 10n);
  });

  it("grows debts by the rate, and gives four fifths to claims and a fifth to the insurance fund", async () => {
    const { ledger, a, b, c, lend, wait, deployer } = await lenders();
    await lend(5_000n * WAD);
    const [before, others] = [await ledger.cashOf(a), await ledger.cashOf(b)];
    await wait(YEAR);
    const debt = -(await ledger.cashOf(c));
    const exact = 5_000n * WAD + (5_000n * WAD * 325n) / 10_000n;
    // The rate a second rounds up, by less than a part in 10^9.
    expect(debt >= exact && debt - exact < exact / 10n ** 9n + 2n).to.equal(true);
    expect(await ledger.cashOf(a)).to.equal(before);
    const insurance = accountId(deployer.address, 7n);
    await expect(ledger.collectInterest()).to.be.revertedWithCustomError(ledger, "Clearinghouse_ZeroAddress");
    await expect(ledger.setInsuranceAccount(0)).to.be.revertedWithCustomError(
      ledger,
      "Clearinghouse_ZeroAddress",
    );
    await ledger.setInsuranceAccount(insurance);
    await ledger.collectInterest();
    const interest = -(await ledger.cashOf(c)) - 5_000n * WAD;
    const fund = await ledger.cashOf(insurance);
    const earned = (await ledger.cashOf(a)) + (await ledger.cashOf(b)) - before - others;
    expect(fund - interest / 5n <= 10n ** 7n && fund >= interest / 5n).to.equal(true);
    expect(interest - fund - earned >= 0n && interest - fund - earned < 10n ** 7n).to.equal(true);
    await expect(ledger.collectInterest()).to.be.revertedWithCustomError(ledger, "Clearinghouse_ZeroAmount");
  });

  it("compounds from one accrual to the next, and stops when all is repaid", async () => {
    const { ledger, venue, a, c, lend, wait } = await lenders();
    await lend(5_000n * WAD);
    for (let quarter = 0; quarter < 4; quarter++) {
      await wait(YEAR / 4n);
      await ledger.connect(venue).moveCash(a, c, 1n);
    }
    const compounded = -(await ledger.cashOf(c));
    expect(compounded > (5_000n * WAD * 10_328n) / 10_000n).to.equal(true);
    expect(compounded < (5_000n * WAD * 10_332n) / 10_000n).to.equal(true);
    // And what a few seconds more ask for.
    await ledger.connect(venue).moveCash(a, c, compounded + WAD);
    expect(await ledger.cashOf(c)).to.be.closeTo(WAD, WAD / 1_000n);
    expect(await ledger.totalDebt()).to.equal(0n);
    const index = (await ledger.indices()).debtIndex;
    await wait(YEAR);
    expect((await ledger.indices()).debtIndex).to.equal(index);
  });

  it("lets claims earn on what they lend, however little is left of them", async () => {
    const { ledger, alice, bob, a, b, c, usdc, lend, wait, venue, deployer } = await lenders();
    await lend(10_000n * WAD);
    await wait(YEAR);
    await ledger.setInsuranceAccount(accountId(deployer.address, 7n));
    await ledger.collectInterest();
    // Nearly all cash is with the fund's account, a little with the others, and none in custody.
    await ledger.connect(alice).withdraw(a, usdc.target, 20_000n * USDC, alice.address);
    await expect(
      ledger.connect(bob).withdraw(b, usdc.target, 10_000n * USDC, bob.address),
    ).to.be.revertedWithCustomError(ledger, "Clearinghouse_CashLentOut");
    await wait(50n * YEAR);
    await ledger.connect(venue).moveCash(b, a, 1n);
    const { claimIndex, debtIndex } = await ledger.indices();
    expect(claimIndex > 10n ** 22n && claimIndex < debtIndex).to.equal(true);
    expect((await ledger.cashOf(c)) < 0n).to.equal(true);
  });

  it("keeps terms and limits within bounds, and new borrowing within its limits", async () => {
    const { ledger, alice, bob, a, b, weth, encode, through, deployer, venue, c } = await lenders();
    const refuses = (attempt: Promise<unknown>, name: string) =>
      expect(attempt).to.be.revertedWithCustomError(ledger, name);
    for (const wrong of [
      { base: WAD / 5n + 1n },
      { slope: WAD / 2n + 1n },
      { steepSlope: 5n * WAD + 1n },
      { kink: WAD / 2n - 1n },
      { kink: (95n * WAD) / 100n + 1n },
    ])
      await refuses(ledger.setInterestTerms({ ...TERMS, ...wrong }), "Clearinghouse_OutOfBounds");
    await refuses(ledger.setDebtLimits(2, 1), "Clearinghouse_OutOfBounds");
    await refuses(ledger.setDebtLimits(1, 10n ** 28n + 1n), "Clearinghouse_OutOfBounds");
    await expect(ledger.setInterestTerms(TERMS)).to.emit(ledger, "InterestTermsSet");
    await ledger.setDebtLimits(1_000n * WAD, 1_500n * WAD);
    expect([...(await ledger.debtLimits())]).to.deep.equal([1_000n * WAD, 1_500n * WAD]);
    const other = accountId(deployer.address);
    await ledger.connect(alice).deposit(a, weth.target, 20n * WAD);
    await ledger.connect(bob).deposit(b, weth.target, 20n * WAD);
    const borrow = (from: bigint, amount: bigint) => through(encode("moveCash", [from, other, amount]));
    const [first, second] = [ledger.connect(alice), ledger.connect(bob)];
    await refuses(first.batch(a, [borrow(a, 11_001n * WAD)]), "Clearinghouse_DebtLimit");
    await first.batch(a, [borrow(a, 11_000n * WAD)]);
    await refuses(second.batch(b, [borrow(b, 10_501n * WAD)]), "Clearinghouse_DebtLimit");
    await second.batch(b, [borrow(b, 10_499n * WAD)]);
    // What settlement, a venue outside a batch or interest adds is not asked for; and who is over may repay.
    await ledger.connect(venue).moveCash(a, c, 5_000n * WAD);
    await first.batch(a, [through(encode("moveCash", [other, a, WAD]))]);
    expect(await ledger.cashOf(a)).to.be.closeTo(-5_999n * WAD, WAD / 1_000n);
    const huge = 2n ** 127n - 1n;
    await ledger.connect(venue).moveCash(c, other, huge - 30_000n * WAD);
    await ledger
      .connect(venue)
      .moveCash(accountId(deployer.address, 1n), accountId(deployer.address, 2n), huge);
    await refuses(
      ledger.connect(venue).moveCash(accountId(deployer.address, 3n), accountId(deployer.address, 4n), huge),
      "Clearinghouse_AmountTooLarge",
    );
  });
});
