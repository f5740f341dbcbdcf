import { accountId, instrumentId, packPosition, seriesOf, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { network } from "hardhat";
import { FOREVER, funded, USDC, ZERO } from "../support/ledger.ts";

describe("Clearinghouse", () => {
  it("takes cash and collateral in, and pays them out to whom the owner says", async () => {
    const { ledger, usdc, weth, alice, carol, a } = await funded();
    expect(await ledger.cashOf(a)).to.equal(10_000n * WAD);
    await ledger.connect(alice).deposit(a, weth.target, WAD);
    expect(await ledger.collateralOf(a, weth.target)).to.equal(WAD);
    await expect(ledger.connect(alice).withdraw(a, usdc.target, 4_000n * USDC, carol.address))
      .to.emit(ledger, "Withdrawn")
      .withArgs(a, usdc.target, 4_000n * USDC, carol.address);
    await ledger.connect(alice).withdraw(a, weth.target, WAD, carol.address);
    expect(await usdc.balanceOf(carol.address)).to.equal(4_000n * USDC);
    expect(await weth.balanceOf(carol.address)).to.equal(WAD);
    expect(await ledger.cashOf(a)).to.equal(6_000n * WAD);
  });

  it("refuses amounts and addresses without meaning", async () => {
    const { ledger, usdc, weth, alice, carol, a, risk, ethers, call, venue } = await funded();
    const mine = ledger.connect(alice);
    const refuses = (attempt: Promise<unknown>, name: string) =>
      expect(attempt).to.be.revertedWithCustomError(ledger, name);
    await refuses(mine.deposit(a, usdc.target, 0), "Clearinghouse_ZeroAmount");
    await refuses(mine.deposit(0, usdc.target, 1), "Clearinghouse_ZeroAddress");
    await refuses(mine.deposit(a, carol.address, 1), "Clearinghouse_UnknownAsset");
    await refuses(mine.deposit(a, weth.target, 1_001n * WAD), "Clearinghouse_CapExceeded");
    await refuses(mine.withdraw(a, usdc.target, 0, carol.address), "Clearinghouse_ZeroAmount");
    await refuses(mine.withdraw(a, usdc.target, 1, ZERO), "Clearinghouse_ZeroAddress");
    await refuses(mine.withdraw(a, carol.address, 1, carol.address), "Clearinghouse_UnknownAsset");
    await refuses(
      mine.withdraw(a, usdc.target, 10_001n * USDC, carol.address),
      "Clearinghouse_InsufficientCash",
    );
    await refuses(mine.withdraw(a, weth.target, 1, carol.address), "Clearinghouse_InsufficientCollateral");
    await refuses(mine.batch(a, []), "Clearinghouse_EmptyBatch");
    const byVenue = ledger.connect(venue);
    await refuses(byVenue.moveCash(a, a, 1), "Clearinghouse_SelfMove");
    await refuses(byVenue.moveCash(a, 1n << 96n, -1), "Clearinghouse_NegativeAmount");
    await refuses(byVenue.movePosition(a, a, call, WAD), "Clearinghouse_SelfMove");
    await refuses(byVenue.movePosition(a, 1n << 96n, call, 0), "Clearinghouse_ZeroAmount");
    await refuses(byVenue.movePosition(a, 1n << 96n, call, 1), "Position_BadQuantity");
    await refuses(byVenue.moveSlice(a, 1n << 96n, 0), "Clearinghouse_ZeroAmount");
    await refuses(byVenue.moveSliceOf(a, 1n << 96n, 0, 3_600, 0), "Clearinghouse_ZeroAmount");
    await refuses(byVenue.moveSliceOf(a, a, 0, 3_600, WAD), "Clearinghouse_SelfMove");
    await refuses(ledger.setVenue(ZERO, true), "Clearinghouse_ZeroAddress");
    await refuses(ledger.setVenue(usdc.target, true), "Clearinghouse_BadTarget");
    await refuses(ledger.setVenue(weth.target, true), "Clearinghouse_BadTarget");
    await refuses(ledger.setCollateralAsset(usdc.target, 0, 1, true), "Clearinghouse_BadTarget");
    const { manager, riskEngine } = risk;
    const withRegistrar = async (cash: unknown) =>
      ethers.deployContract("Clearinghouse", [
        manager.target,
        cash as string,
        riskEngine.target,
        await ledger.registrar(),
      ]);
    await refuses(withRegistrar(ZERO), "Clearinghouse_ZeroAddress");
    await refuses(withRegistrar(weth.target), "Clearinghouse_BadTarget");
  });

  it("obeys owners, operators within their scopes and time, and nobody else", async () => {
    const { ledger, usdc, alice, bob, carol, a, encode, time } = await funded();
    const theirs = ledger.connect(carol);
    const out = () => theirs.withdraw(a, usdc.target, USDC, carol.address);
    const wrapped = [
      { target: ledger.target, data: encode("withdraw", [a, usdc.target, USDC, carol.address]) },
    ];
    const refuses = (attempt: Promise<unknown>, name: string) =>
      expect(attempt).to.be.revertedWithCustomError(ledger, name);
    await refuses(out(), "Clearinghouse_NotAuthorised");
    await refuses(theirs.batch(a, wrapped), "Clearinghouse_NotAuthorised");
    await refuses(theirs.setOperator(a, carol.address, 3, FOREVER), "Clearinghouse_NotAuthorised");
    await refuses(
      ledger.connect(alice).setOperator(a, carol.address, 8, FOREVER),
      "Clearinghouse_UnknownScopes",
    );
    await refuses(ledger.connect(alice).setOperator(a, ZERO, 1, FOREVER), "Clearinghouse_ZeroAddress");
    // A trader's scope must not reach further when wrapped in a batch.
    await ledger.connect(alice).setOperator(a, carol.address, 1, FOREVER);
    await refuses(theirs.batch(a, wrapped), "Clearinghouse_CallFailed");
    await ledger.connect(alice).setOperator(a, carol.address, 3, (await time.latest()) + 100);
    await out();
    await theirs.batch(a, wrapped);
    await time.increase(101);
    await refuses(out(), "Clearinghouse_NotAuthorised");
    // Nor may a batch of one account act on another.
    const other = [{ target: ledger.target, data: encode("withdraw", [a, usdc.target, USDC, bob.address]) }];
    await refuses(ledger.connect(bob).batch(accountId(bob.address), other), "Clearinghouse_CallFailed");
    await refuses(
      ledger.permitOperator(a, bob.address, 1, 1, 1, FOREVER, "0x"),
      "Clearinghouse_BadSignature",
    );
  });

  it("lets only venues, the settler and the waterfall move things", async () => {
    const { ledger, alice, a, b, call, weth } = await funded();
    const mine = ledger.connect(alice);
    for (const attempt of [
      () => mine.moveCash(b, a, 1),
      () => mine.movePosition(b, a, call, WAD),
      () => mine.moveCollateral(b, a, weth.target, 1),
      () => mine.moveSlice(b, a, WAD),
      () => mine.moveSliceOf(b, a, 0, 3_600, WAD),
    ]) {
      await expect(attempt())
        .to.be.revertedWithCustomError(ledger, "Clearinghouse_NotVenue")
        .withArgs(alice.address);
    }
    for (const attempt of [
      () => mine.settlePosition(a, call, WAD),
      () => mine.shareLoss(a, WAD),
      () => mine.setVenue(alice.address, true),
      () => mine.setCollateralAsset(alice.address, 0, 1, true),
      () => mine.setRiskPaused(true),
      () => mine.setInterestTerms({ base: 0, slope: 0, steepSlope: 0, kink: WAD / 2n }),
      () => mine.setDebtLimits(1, 1),
      () => mine.setInsuranceAccount(a),
      () => mine.setHoldBackSource(alice.address),
      () => mine.setMinimumDeposit(weth.target, 1),
      () => mine.openBook(a),
    ]) {
      await expect(attempt())
        .to.be.revertedWithCustomError(ledger, "AccessManagedUnauthorized")
        .withArgs(alice.address);
    }
  });

  it("calls nothing from a batch but itself, venues and the risk arrays, and undoes all if one call fails", async () => {
    const { ledger, usdc, alice, a, encode, risk, expiry } = await funded();
    const mine = ledger.connect(alice);
    const steal = [
      { target: usdc.target, data: usdc.interface.encodeFunctionData("transfer", [alice.address, 1]) },
    ];
    await expect(mine.batch(a, steal))
      .to.be.revertedWithCustomError(ledger, "Clearinghouse_BadTarget")
      .withArgs(usdc.target);
    const deposit = { target: ledger.target, data: encode("deposit", [a, usdc.target, USDC]) };
    const nested = { target: ledger.target, data: encode("batch", [a, [deposit]]) };
    await expect(mine.batch(a, [deposit, nested])).to.be.revertedWithCustomError(
      ledger,
      "Clearinghouse_CallFailed",
    );
    const inner = ledger.interface.getError("Clearinghouse_NestedBatch")?.selector;
    await expect(mine.batch(a, [nested]))
      .to.be.revertedWithCustomError(ledger, "Clearinghouse_CallFailed")
      .withArgs(0, inner);
    expect(await ledger.cashOf(a)).to.equal(10_000n * WAD);
    const refresh = risk.riskArrays.interface.encodeFunctionData("refresh", [0, expiry, [3_000n * WAD]]);
    await mine.batch(a, [deposit, { target: risk.riskArrays.target, data: refresh }]);
    expect(await ledger.cashOf(a)).to.equal(10_001n * WAD);
    expect(await ledger.activeAccount()).to.equal(0n);
  });

  it("checks every account a batch touched at its end, and lets an unhealthy one only lower its risk", async () => {
    const { ledger, alice, a, b, call, encode, through, risk, expiry, usdc } = await funded();
    await risk.riskArrays.refresh(0, expiry, [3_000n * WAD]);
    const mine = ledger.connect(alice);
    const sell = (quantity: bigint) => through(encode("movePosition", [a, b, call, quantity]));
    await expect(mine.batch(a, [sell(100n * WAD)])).to.be.revertedWithCustomError(
      ledger,
      "Clearinghouse_BelowInitial",
    );
    await mine.batch(a, [sell(5n * WAD)]);
    expect(await ledger.positionOf(a, call)).to.equal(-5n * WAD);
    expect(await ledger.positionOf(b, call)).to.equal(5n * WAD);
    const rest = (await ledger.cashOf(a)) / 10n ** 12n;
    await expect(mine.withdraw(a, usdc.target, rest, alice.address)).to.be.revertedWithCustomError(
      ledger,
      "Clearinghouse_BelowInitial",
    );
    await ledger.requireHealthy(a);
    await expect(mine.reduce(a, [sell(WAD)])).to.be.revertedWithCustomError(ledger, "Clearinghouse_RiskRose");
    await mine.reduce(a, [sell(-WAD)]);
    expect(await ledger.positionOf(a, call)).to.equal(-4n * WAD);
  });

  it("keeps exits open when risk is paused or the oracle is dead", async () => {
    const { ledger, guardian, alice, bob, a, b, call, encode, through, risk, expiry, usdc, weth, deployer } =
      await funded();
    await risk.riskArrays.refresh(0, expiry, [3_000n * WAD]);
    await ledger.connect(alice).deposit(a, weth.target, WAD / 2n);
    const sell = (quantity: bigint) => through(encode("movePosition", [a, b, call, quantity]));
    await ledger.connect(alice).batch(a, [sell(2n * WAD)]);
    await guardian.connect(deployer).pause();
    await expect(ledger.connect(alice).batch(a, [sell(WAD)])).to.be.revertedWithCustomError(
      ledger,
      "Clearinghouse_RiskPaused",
    );
    await ledger.connect(alice).reduce(a, [sell(-WAD)]);
    // Money brought along must not buy new risk while it is paused.
    const pay = { target: ledger.target, data: encode("deposit", [a, usdc.target, 5_000n * USDC]) };
    await expect(ledger.connect(alice).reduce(a, [sell(WAD), pay])).to.be.revertedWithCustomError(
      ledger,
      "Clearinghouse_RiskRose",
    );
    await ledger.setRiskPaused(false);
    await risk.inputs.setSpot(0, 3_000n * WAD, 2);
    await expect(ledger.connect(alice).batch(a, [sell(WAD)])).to.be.revertedWithCustomError(
      ledger,
      "Clearinghouse_DataNotGood",
    );
    await ledger.connect(alice).deposit(a, usdc.target, USDC);
    // What cannot be valued must not be carried off while a debt is left behind.
    await risk.inputs.setSpot(0, 0n, 8);
    await ledger.connect(alice).deposit(a, weth.target, WAD / 2n);
    const takeOut = { target: ledger.target, data: encode("withdraw", [a, weth.target, WAD, alice.address]) };
    await expect(ledger.connect(alice).reduce(a, [takeOut])).to.be.revertedWithCustomError(
      ledger,
      "Clearinghouse_CallFailed",
    );
    await risk.inputs.setSpot(0, 3_000n * WAD, 2);
    await ledger.connect(alice).reduce(a, [sell(-WAD)]);
    expect(await ledger.positionWords(a)).to.deep.equal([]);
    await ledger.connect(alice).withdraw(a, usdc.target, USDC, alice.address);
    await ledger.connect(bob).withdraw(b, usdc.target, USDC, bob.address);
  });

  it("leaves the owner of no account able to act on a stranger's, whatever the function", async () => {
    const { ledger, carol, a, b, call, usdc, weth } = await funded();
    // Every function that changes state; one added later without a line here fails this test.
    const attempts: Record<string, readonly unknown[]> = {
      deposit: [a, usdc.target, 1n],
      withdraw: [a, usdc.target, 1n, carol.address],
      batch: [a, [{ target: ledger.target, data: "0x" }]],
      reduce: [a, [{ target: ledger.target, data: "0x" }]],
      setOperator: [a, carol.address, 1n, FOREVER],
      permitOperator: [a, carol.address, 1n, FOREVER, 1n, FOREVER, `0x${"11".repeat(65)}`],
      moveCash: [a, b, 1n],
      movePosition: [a, b, call, WAD],
      moveCollateral: [a, b, weth.target, 1n],
      moveSlice: [a, b, WAD],
      moveSliceOf: [a, b, 0, 3_600n, WAD],
      settlePosition: [a, call, 1n],
      shareLoss: [a, 1n],
      setVenue: [carol.address, true],
      setCollateralAsset: [carol.address, 0, 1n, true],
      setRiskPaused: [true],
      setInterestTerms: [{ base: 0n, slope: 0n, steepSlope: 0n, kink: WAD / 2n }],
      setDebtLimits: [1n, 1n],
      setInsuranceAccount: [a],
      setHoldBackSource: [carol.address],
      setMinimumDeposit: [weth.target, 1n],
      collectInterest: [],
      openBook: [a],
      setAuthority: [carol.address],
    };
    const names = ledger.interface.fragments
      .filter((fragment) => fragment.type === "function" && "stateMutability" in fragment)
      .filter(
        (fragment) =>
          !["view", "pure"].includes((fragment as unknown as { stateMutability: string }).stateMutability),
      )
      .map((fragment) => (fragment as unknown as { name: string }).name);
    // A nonce is the caller's own.
    expect(names.sort()).to.deep.equal([...Object.keys(attempts), "cancelNonce"].sort());
    for (const [name, args] of Object.entries(attempts)) {
      const connected = ledger.connect(carol) as unknown as Record<
        string,
        { staticCall(...args: unknown[]): Promise<unknown> }
      >;
      const outcome = await connected[name]?.staticCall(...args).then(
        () => "done",
        () => "refused",
      );
      expect(outcome, name).to.equal("refused");
    }
    expect(await ledger.cashOf(a)).to.equal(10_000n * WAD);
  });
});

describe("Settler and Guardian", () => {
  it("refuse addresses without meaning", async () => {
    const { ethers } = await network.create();
    const [deployer] = await ethers.getSigners();
    const settler = await ethers.getContractFactory("Settler");
    await expect(settler.deploy(ZERO, deployer!.address)).to.be.revertedWithCustomError(
      settler,
      "Settler_ZeroAddress",
    );
    const guardian = await ethers.getContractFactory("Guardian");
    await expect(guardian.deploy(deployer!.address, ZERO)).to.be.revertedWithCustomError(
      guardian,
      "Guardian_ZeroAddress",
    );
  });
});

describe("packed types", () => {
  it("agree with the client, and refuse what does not fit", async () => {
    const { ethers } = await network.create();
    const types = await ethers.deployContract("TypesHarness");
    const series = {
      market: 7,
      expiry: 3600 * 500_001,
      strike: 2_345_67n * 10n ** 16n,
      kind: "put" as const,
    };
    const id = instrumentId(series);
    expect(await types.instrument(series.market, series.expiry, series.strike, 1)).to.equal(id);
    expect([...(await types.series(id))]).to.deep.equal([7n, BigInt(series.expiry), series.strike, 1n]);
    expect(seriesOf(id)).to.deep.equal(series);
    expect(await types.position(id, -3n * WAD)).to.equal(packPosition(id, -3n * WAD));
    expect(await types.account(types.target, 5)).to.equal(accountId(types.target as string, 5n));
    const refuses = (attempt: Promise<unknown>, name: string) =>
      expect(attempt).to.be.revertedWithCustomError(types, name);
    await refuses(types.instrument(0, 3601, WAD, 0), "InstrumentId_BadExpiry");
    await refuses(types.instrument(0, 3600, WAD / 1000n, 0), "InstrumentId_BadStrike");
    await refuses(types.position(id, 1n), "Position_BadQuantity");
  });
});
