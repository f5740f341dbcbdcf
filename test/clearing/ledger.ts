import { accountId, instrumentId, packPosition, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { funded, USDC } from "../support/ledger.ts";

describe("Clearinghouse: the books", () => {
  it("settles expired positions once, at the fixing, to the wei", async () => {
    const { ledger, settler, a, b, call, venue, risk, expiry, time } = await funded();
    await ledger.connect(venue).movePosition(a, b, call, 3n * WAD + 10n ** 10n);
    await expect(settler.settle(a, 9))
      .to.be.revertedWithCustomError(settler, "Settler_NothingToSettle")
      .withArgs(a);
    await time.increaseTo(expiry + 1n);
    const fixing = 3_123n * WAD + 456_789n;
    await risk.inputs.setFixing(0, expiry, fixing);
    const owed = (3n * WAD + 10n ** 10n) * (fixing - 3_000n * WAD);
    await settler.settle(a, 9);
    expect(await ledger.cashOf(a)).to.equal(10_000n * WAD - (owed + WAD - 1n) / WAD);
    await settler.settle(b, 9);
    expect(await ledger.cashOf(b)).to.equal(10_000n * WAD + owed / WAD);
    expect(await ledger.settlementTransit()).to.equal((owed + WAD - 1n) / WAD - owed / WAD);
    await expect(settler.settle(a, 9)).to.be.revertedWithCustomError(settler, "Settler_NothingToSettle");
  });

  it("shares a loss over all positive cash and lends nobody's cash out twice", async () => {
    const { ledger, venue, alice, bob, a, b, usdc, deployer } = await funded({
      allowBlocksWithSameTimestamp: true,
    });
    await ledger.setInterestTerms({ base: 0, slope: 0, steepSlope: 0, kink: WAD / 2n });
    const c = accountId(deployer.address);
    await expect(ledger.shareLoss(c, 20_000n * WAD)).to.be.revertedWithCustomError(
      ledger,
      "Clearinghouse_LossExceedsClaims",
    );
    await expect(ledger.shareLoss(c, 0)).to.be.revertedWithCustomError(
      ledger,
      "Clearinghouse_NegativeAmount",
    );
    await ledger.connect(venue).moveCash(c, a, 2_000n * WAD);
    await ledger.connect(alice).withdraw(a, usdc.target, 12_000n * USDC, alice.address);
    await expect(
      ledger.connect(bob).withdraw(b, usdc.target, 10_000n * USDC, bob.address),
    ).to.be.revertedWithCustomError(ledger, "Clearinghouse_CashLentOut");
    await ledger.shareLoss(c, 2_000n * WAD);
    expect(await ledger.cashOf(c)).to.equal(0n);
    expect(await ledger.cashOf(b)).to.equal(8_000n * WAD);
    await ledger.connect(bob).withdraw(b, usdc.target, 8_000n * USDC, bob.address);
    expect(await usdc.balanceOf(ledger.target as string)).to.equal(0n);
  });

  it("moves a slice of everything pro rata, and everything when asked for all", async () => {
    const { ledger, venue, alice, a, b, call, weth } = await funded();
    await ledger.connect(alice).deposit(a, weth.target, 4n * WAD);
    await ledger.connect(venue).movePosition(b, a, call, 8n * WAD);
    await ledger.connect(venue).moveSlice(a, b, WAD / 4n);
    expect(await ledger.positionOf(a, call)).to.equal(6n * WAD);
    expect(await ledger.collateralOf(b, weth.target)).to.equal(WAD);
    expect(await ledger.cashOf(a)).to.equal(7_500n * WAD);
    await ledger.connect(venue).moveSlice(a, b, 5n * WAD);
    expect(await ledger.positionWords(a)).to.deep.equal([]);
    expect(await ledger.positionWords(b)).to.deep.equal([]);
    expect(await ledger.collateralOf(a, weth.target)).to.equal(0n);
    expect(await ledger.cashOf(a)).to.equal(0n);
  });

  it("moves a slice of one expiry, of an account with and without a book, and leaves the rest", async () => {
    const { ledger, venue, alice, a, b, weth, risk } = await funded();
    await risk.books.bind(ledger.target);
    const booked = accountId(alice.address, 9n);
    await ledger.openBook(booked);
    const [near = 0n, far = 0n] = risk.expiries;
    const series = (expiry: bigint, dollars: bigint) =>
      instrumentId({ market: 0, expiry: Number(expiry), strike: dollars * WAD, kind: "call" });
    const held = [series(near, 2_900n), series(far, 3_000n), series(near, 3_000n), series(far, 3_100n)];
    for (const from of [a, booked]) {
      await ledger.connect(alice).deposit(from, weth.target, WAD);
      for (const instrument of held) await ledger.connect(venue).movePosition(b, from, instrument, 4n * WAD);
      const [cash, quarter] = [await ledger.cashOf(from), WAD / 4n];
      expect(await ledger.connect(venue).moveSliceOf.staticCall(from, b, 0, near, quarter)).to.equal(2n);
      await ledger.connect(venue).moveSliceOf(from, b, 0, near, quarter);
      const left = () => Promise.all(held.map((instrument) => ledger.positionOf(from, instrument)));
      expect(await left()).to.deep.equal([3n * WAD, 4n * WAD, 3n * WAD, 4n * WAD]);
      await ledger.connect(venue).moveSliceOf(from, b, 0, far, 7n * WAD);
      expect(await left()).to.deep.equal([3n * WAD, 0n, 3n * WAD, 0n]);
      expect(await ledger.connect(venue).moveSliceOf.staticCall(from, b, 1, near, WAD)).to.equal(0n);
      expect([await ledger.cashOf(from), await ledger.collateralOf(from, weth.target)]).to.deep.equal([
        cash,
        WAD,
      ]);
    }
  });

  it("holds 128 positions and no more, and refuses to settle what is not there", async () => {
    const { ledger, venue, a, b, expiry, risk, call, ethers } = await funded();
    const manager = await ethers.getContractAt("AccessManager", risk.manager.target as string);
    await manager.grantRole(6, venue.address, 0);
    await expect(ledger.connect(venue).settlePosition(a, call, 0)).to.be.revertedWithCustomError(
      ledger,
      "Clearinghouse_NoPosition",
    );
    const strike = (i: number) =>
      instrumentId({
        market: 0,
        expiry: Number(expiry),
        strike: BigInt(1_000 + i) * WAD,
        kind: i % 2 ? "put" : "call",
      });
    for (let i = 0; i < 128; i++) await ledger.connect(venue).movePosition(a, b, strike(i), WAD);
    await expect(ledger.connect(venue).movePosition(a, b, strike(128), WAD)).to.be.revertedWithCustomError(
      ledger,
      "Clearinghouse_TooManyPositions",
    );
    const words = await ledger.positionWords(b);
    expect(words).to.have.length(64);
    expect(words[0]).to.equal(packPosition(strike(0), WAD) | (packPosition(strike(1), WAD) << 128n));
  });

  it("refuses tokens that take a fee or call back while they move", async () => {
    const { ledger, ethers, alice, a, encode } = await funded();
    const token = await ethers.deployContract("TestToken", [18]);
    await ledger.setCollateralAsset(token.target, 1, 10n ** 30n, true);
    await token.mint(alice.address, 1_000n);
    await token.connect(alice).approve(ledger.target, 1_000n);
    await token.setFee(1);
    await expect(ledger.connect(alice).deposit(a, token.target, 100))
      .to.be.revertedWithCustomError(ledger, "Clearinghouse_ReceivedLess")
      .withArgs(token.target, 100, 99);
    await token.setFee(0);
    await token.setHook(ledger.target, encode("deposit", [a, token.target, 1]));
    await expect(ledger.connect(alice).deposit(a, token.target, 100)).to.be.revertedWithCustomError(
      ledger,
      "Clearinghouse_Reentered",
    );
    await token.setHook(ledger.target, encode("setOperator", [a, alice.address, 1, 1]));
    await expect(ledger.connect(alice).deposit(a, token.target, 100)).to.be.revertedWithCustomError(
      ledger,
      "Clearinghouse_NotAuthorised",
    );
  });
});
