import { accountId, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { funded, USDC } from "../support/ledger.ts";

/** The funded ledger with a source that holds back what `hold` says. */
async function held() {
  const all = await funded();
  const { ledger, ethers, alice, bob, a, b, usdc, weth } = all;
  const probe = await ethers.deployContract("HoldBackProbe");
  await ledger.setHoldBackSource(probe.target);
  const hold = async (share: bigint, episode: bigint, fault = 0) => probe.set(share, episode, fault);
  const out = (amount: bigint) => ledger.connect(alice).withdraw(a, usdc.target, amount, alice.address);
  const outOfB = (amount: bigint) => ledger.connect(bob).withdraw(b, usdc.target, amount, bob.address);
  const ether = (amount: bigint) => ledger.connect(alice).withdraw(a, weth.target, amount, alice.address);
  const refuses = (attempt: Promise<unknown>) =>
    expect(attempt).to.be.revertedWithCustomError(ledger, "Clearinghouse_HeldBack");
  return { ...all, source: probe, hold, out, outOfB, ether, refuses };
}

describe("Clearinghouse: hold-back", () => {
  it("pays what is asked while the share of it that must wait stays in the account", async () => {
    const { ledger, a, usdc, hold, out, refuses } = await held();
    await hold(WAD / 4n, 1n);
    expect(await ledger.withdrawable(a, usdc.target)).to.equal(7_500n * USDC);
    await expect(out(3_000n * USDC))
      .to.emit(ledger, "HeldBack")
      .withArgs(a, usdc.target, 1_000n * USDC, 1_000n * USDC, 1n);
    expect(await ledger.heldBack(a, usdc.target)).to.equal(1_000n * USDC);
    expect(await ledger.cashOf(a)).to.equal(7_000n * WAD);
    expect((await ledger.assess(a)).equity).to.equal(7_000n * WAD);
    expect(await ledger.withdrawable(a, usdc.target)).to.equal(4_500n * USDC);
    await refuses(out(4_500n * USDC + 1n));
    await out(4_500n * USDC);
    expect(await ledger.cashOf(a)).to.equal(2_500n * WAD);
    await refuses(out(1n));
  });

  it("gains nobody anything by splitting, and nobody loses by it more than a unit a part", async () => {
    const { hold, out, outOfB, refuses, ledger, b, usdc } = await held();
    await hold(WAD / 3n, 5n);
    for (let i = 0; i < 20; i++) await out(333n * USDC + 1n);
    await outOfB(20n * (333n * USDC + 1n));
    const left = await ledger.withdrawable(b, usdc.target);
    await refuses(out(left + 1n));
    await out(left - 20n);
    await outOfB(left);
  });

  it("frees all when the episode is over, without a call, and starts anew with the next", async () => {
    const { ledger, a, usdc, hold, out, refuses } = await held();
    await hold(WAD / 2n, 1n);
    await out(5_000n * USDC);
    await refuses(out(1n));
    // In the same episode what was held stays held, though nothing more has to wait.
    await hold(0n, 1n);
    await refuses(out(1n));
    await hold(WAD / 2n, 2n);
    expect(await ledger.heldBack(a, usdc.target)).to.equal(0n);
    await out(1_000n * USDC);
    await hold(0n, 0n);
    await out(4_000n * USDC);
    expect(await ledger.cashOf(a)).to.equal(0n);
  });

  it("holds collateral back like cash, and all of it at a share of one", async () => {
    const { ledger, alice, a, weth, hold, ether, refuses } = await held();
    await ledger.connect(alice).deposit(a, weth.target, 4n * WAD);
    await hold(WAD / 4n, 1n);
    await ether(3n * WAD);
    await refuses(ether(1n));
    expect(await ledger.collateralOf(a, weth.target)).to.equal(WAD);
    await hold(3n * WAD, 2n);
    expect(await ledger.withdrawable(a, weth.target)).to.equal(0n);
    await refuses(ether(1n));
  });

  it("goes with what is moved as far as the rest does not cover it, and stops no move", async () => {
    const { ledger, alice, venue, a, b, usdc, weth, hold, out, ether } = await held();
    const second = accountId(alice.address, 2n);
    await ledger.connect(alice).deposit(a, weth.target, 2n * WAD);
    await hold(WAD / 2n, 1n);
    await out(2_000n * USDC);
    await ether(WAD / 2n);
    const by = ledger.connect(venue);
    const locks = async (asset: typeof weth.target, accounts: bigint[]) =>
      Promise.all(accounts.map((account) => ledger.heldBack(account, asset)));
    await by.moveCash(a, second, 6_000n * WAD);
    expect(await locks(usdc.target, [a, second])).to.deep.equal([2_000n * USDC, 0n]);
    await expect(by.moveCash(a, b, 500n * WAD))
      .to.emit(ledger, "HeldBackMoved")
      .withArgs(a, b, usdc.target, 500n * USDC, 1_500n * USDC, 500n * USDC, 1n);
    await by.moveCollateral(a, second, weth.target, WAD + WAD / 4n);
    expect(await locks(weth.target, [a, second])).to.deep.equal([WAD / 4n, WAD / 4n]);
    await by.moveSlice(a, second, WAD);
    expect(await locks(usdc.target, [a, b, second])).to.deep.equal([0n, 500n * USDC, 1_500n * USDC]);
    expect(await locks(weth.target, [a, second])).to.deep.equal([0n, WAD / 2n]);
    // Nobody's own money is locked by what comes in with its lock.
    expect(await ledger.withdrawable(b, usdc.target)).to.equal(5_000n * USDC);
  });

  it("lets go of cash that was lost, and of all of it with the episode, wherever it went", async () => {
    const { ledger, venue, a, b, usdc, hold, out } = await held();
    await hold(WAD / 2n, 1n);
    await out(5_000n * USDC);
    const by = ledger.connect(venue);
    await by.moveCash(a, b, 5_000n * WAD);
    expect(await ledger.heldBack(b, usdc.target)).to.equal(5_000n * USDC);
    await hold(WAD / 2n, 2n);
    expect(await ledger.heldBack(b, usdc.target)).to.equal(0n);
    await by.moveCash(b, a, 15_000n * WAD);
    expect(await ledger.heldBack(a, usdc.target)).to.equal(0n);
  });

  it("bears its part of a loss", async () => {
    const { ledger, a, hold, out, deployer, venue, b } = await held();
    await ledger.setInterestTerms({ base: 0, slope: 0, steepSlope: 0, kink: WAD / 2n });
    await hold(WAD / 2n, 1n);
    await out(5_000n * USDC);
    const failed = accountId(deployer.address);
    await ledger.connect(venue).moveCash(failed, b, 3_000n * WAD);
    await ledger.shareLoss(failed, 3_000n * WAD);
    expect(await ledger.cashOf(a)).to.be.closeTo((5_000n * WAD * 15n) / 18n, 10n ** 6n);
  });

  it("leaves enough cash for a loss that no collateral can bear, which it would not if that were counted", async () => {
    const loss = 8_000n * WAD;
    const bear = async (share: bigint) => {
      const room = await held();
      const { ledger, alice, bob, a, b, usdc, weth, hold, risk, deployer } = room;
      await ledger.setInterestTerms({ base: 0, slope: 0, steepSlope: 0, kink: WAD / 2n });
      await ledger.connect(bob).deposit(b, weth.target, 5n * WAD);
      await hold(share, 1n);
      for (const [person, account] of [
        [alice, a],
        [bob, b],
      ] as const) {
        const amount = await ledger.withdrawable(account, usdc.target);
        await ledger.connect(person).withdraw(account, usdc.target, amount, person.address);
      }
      await risk.inputs.setSpot(0, 0n, 4);
      const failed = accountId(deployer.address);
      return { ledger, attempt: () => ledger.shareLoss(failed, loss) };
    };
    // Cash is 20,000, collateral 15,000.
    const { ledger, attempt } = await bear((WAD * 8n) / 20n + 1n);
    await attempt();
    expect(await ledger.totalClaims()).to.be.within(loss, loss + WAD);
    const short = await bear((WAD * 8n) / 35n);
    await expect(short.attempt()).to.be.revertedWithCustomError(
      short.ledger,
      "Clearinghouse_LossExceedsClaims",
    );
  });

  it("is free while its source cannot say what episode it is, on purpose, and locked again when it can", async () => {
    const { ledger, a, usdc, hold, out, refuses } = await held();
    await hold(WAD / 2n, 7n);
    await out(5_000n * USDC);
    expect(await ledger.heldBack(a, usdc.target)).to.equal(5_000n * USDC);
    await hold(WAD / 2n, 7n, 1);
    expect(await ledger.heldBack(a, usdc.target)).to.equal(0n);
    await out(1_000n * USDC);
    await hold(WAD / 2n, 7n);
    expect(await ledger.heldBack(a, usdc.target)).to.equal(5_000n * USDC);
    await refuses(out(1n));
  });

  it("locks nobody in when its source is dead, endless, loud or gone, and cannot be starved of gas", async () => {
    const { ledger, alice, a, usdc, hold, out, refuses } = await held();
    for (const fault of [1, 2, 3]) {
      await hold(WAD, 1n, fault);
      await out(100n * USDC);
    }
    await hold(WAD, 1n);
    await refuses(out(1n));
    // With little gas the source would fail and the money be out: refused instead.
    await expect(
      ledger.connect(alice).withdraw(a, usdc.target, 1n, alice.address, { gasLimit: 330_000 }),
    ).to.be.revertedWithCustomError(ledger, "Clearinghouse_TooLittleGas");
    await ledger.setHoldBackSource(alice.address);
    await out(100n * USDC);
    await ledger.setHoldBackSource("0x0000000000000000000000000000000000000000");
    await out(100n * USDC);
  });
});

describe("Clearinghouse: dust", () => {
  it("of strangers is refused, and so is what has no price, while owners and operators bring what they like", async () => {
    const { ledger, alice, bob, a, b, weth, risk, venue, call } = await funded();
    await expect(ledger.setMinimumDeposit(alice.address, 1)).to.be.revertedWithCustomError(
      ledger,
      "Clearinghouse_UnknownAsset",
    );
    await expect(ledger.setMinimumDeposit(weth.target, WAD + 1n)).to.be.revertedWithCustomError(
      ledger,
      "Clearinghouse_OutOfBounds",
    );
    const least = WAD / 100n;
    await ledger.setMinimumDeposit(weth.target, least);
    const [mine, theirs] = [ledger.connect(alice), ledger.connect(bob)];
    await expect(theirs.deposit(a, weth.target, least - 1n))
      .to.be.revertedWithCustomError(ledger, "Clearinghouse_BelowMinimum")
      .withArgs(weth.target, least - 1n, least);
    await theirs.deposit(a, weth.target, least);
    await mine.deposit(a, weth.target, 1n);
    await mine.setOperator(a, bob.address, 1, 2n ** 62n);
    await theirs.deposit(a, weth.target, 1n);
    expect([...(await ledger.collateralTotals(weth.target))]).to.deep.equal([least + 2n, least]);
    for (const status of [2, 8]) {
      await risk.inputs.setSpot(0, status === 8 ? 0n : 3_000n * WAD, status);
      await expect(mine.deposit(b, weth.target, WAD)).to.be.revertedWithCustomError(
        ledger,
        "Clearinghouse_NoPrice",
      );
    }
    // Not even the owner may make an account at risk impossible to judge; without risk it harms nobody.
    await ledger.connect(venue).movePosition(a, b, call, WAD);
    await expect(theirs.deposit(b, weth.target, WAD)).to.be.revertedWithCustomError(
      ledger,
      "Clearinghouse_NoPrice",
    );
    await mine.deposit(a, weth.target, 1n);
  });

  it("is not left behind by a slice", async () => {
    const { ledger, alice, a, b, weth, venue } = await funded();
    await ledger.setMinimumDeposit(weth.target, WAD / 10n);
    await ledger.connect(alice).deposit(a, weth.target, WAD / 5n);
    await ledger.connect(venue).moveSlice(a, b, (4n * WAD) / 10n);
    expect(await ledger.collateralOf(a, weth.target)).to.equal((WAD * 12n) / 100n);
    await ledger.connect(venue).moveSlice(a, b, (4n * WAD) / 10n);
    expect(await ledger.collateralOf(a, weth.target)).to.equal(0n);
    expect(await ledger.collateralOf(b, weth.target)).to.equal(WAD / 5n);
  });
});
