import { accountId, instrumentId, packPosition, seriesOf, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { network } from "hardhat";
import { deployUsdc, deployWeth, mintUsdc, wrapWeth } from "../../packages/lab/src/externals/index.ts";
import { deployRisk } from "../support/risk.ts";

const USDC = 10n ** 6n;
const ZERO = "0x0000000000000000000000000000000000000000";
const FOREVER = 2n ** 63n;

describe("Clearinghouse", () => {
  /** The real USDC, WETH and risk engine; the deployer is curator, `venue` a plain key that is a registered venue. */
  async function room() {
    const connection = await network.create();
    const { ethers, networkHelpers } = connection;
    const [deployer, venue, alice, bob, carol] = await ethers.getSigners();
    if (!deployer || !venue || !alice || !bob || !carol) throw new Error("Too few accounts.");
    const usdc = await deployUsdc(deployer);
    const weth = await deployWeth(deployer);
    const risk = await deployRisk(connection);
    const ledger = await ethers.deployContract("Clearinghouse", [
      risk.manager.target,
      usdc.target,
      risk.riskEngine.target,
    ]);
    const settler = await ethers.deployContract("Settler", [ledger.target, risk.inputs.target]);
    const guardian = await ethers.deployContract("Guardian", [risk.manager.target, ledger.target]);
    const probe = await ethers.deployContract("VenueProbe");
    const manager = await ethers.getContractAt("AccessManager", risk.manager.target as string);
    const duty = (name: string) => ledger.interface.getFunction(name as "shareLoss").selector;
    await manager.setTargetFunctionRole(ledger.target, [duty("settlePosition")], 6);
    await manager.grantRole(6, settler.target, 0);
    await manager.setTargetFunctionRole(ledger.target, [duty("setRiskPaused")], 8);
    await manager.grantRole(8, guardian.target, 0);
    await manager.grantRole(8, deployer.address, 0);
    await ledger.setVenue(venue.address, true);
    await ledger.setVenue(probe.target, true);
    await ledger.setCollateralAsset(weth.target, 0, 1_000n * WAD, true);
    for (const person of [alice, bob]) {
      await mintUsdc(usdc, person.address, 1_000_000n * USDC);
      await usdc.connect(person).approve(ledger.target, 2n ** 255n);
      await wrapWeth(weth, person, 100n * WAD);
      await weth.connect(person).approve(ledger.target, 2n ** 255n);
    }
    const [a, b] = [accountId(alice.address), accountId(bob.address)];
    const [expiry = 0n] = risk.expiries;
    const call = instrumentId({ market: 0, expiry: Number(expiry), strike: 3_000n * WAD, kind: "call" });
    const encode = ledger.interface.encodeFunctionData.bind(ledger.interface);
    /** A batch's call that makes the probe, a venue, call the ledger. */
    const through = (data: string) => ({
      target: probe.target,
      data: probe.interface.encodeFunctionData("run", [ledger.target, data]),
    });
    return {
      connection,
      ethers,
      time: networkHelpers.time,
      deployer,
      venue,
      alice,
      bob,
      carol,
      usdc,
      weth,
      risk,
      ledger,
      settler,
      guardian,
      probe,
      a,
      b,
      expiry,
      call,
      encode,
      through,
    };
  }

  async function funded() {
    const all = await room();
    const { ledger, usdc, alice, bob, a, b } = all;
    await ledger.connect(alice).deposit(a, usdc.target, 10_000n * USDC);
    await ledger.connect(bob).deposit(b, usdc.target, 10_000n * USDC);
    return all;
  }

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
    await refuses(ledger.setVenue(ZERO, true), "Clearinghouse_ZeroAddress");
    await refuses(ledger.setVenue(usdc.target, true), "Clearinghouse_BadTarget");
    await refuses(ledger.setVenue(weth.target, true), "Clearinghouse_BadTarget");
    await refuses(ledger.setCollateralAsset(usdc.target, 0, 1, true), "Clearinghouse_BadTarget");
    const fresh = ethers.deployContract("Clearinghouse", [risk.manager.target, ZERO, risk.riskEngine.target]);
    await refuses(fresh, "Clearinghouse_ZeroAddress");
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
      ledger.permitOperator(a, bob.address, 1, 1, 1, 1, "0x"),
      "Clearinghouse_PermitNotAvailable",
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
    const { ledger, guardian, alice, bob, a, b, call, encode, through, risk, expiry, usdc, deployer } =
      await funded();
    await risk.riskArrays.refresh(0, expiry, [3_000n * WAD]);
    const sell = (quantity: bigint) => through(encode("movePosition", [a, b, call, quantity]));
    await ledger.connect(alice).batch(a, [sell(2n * WAD)]);
    await guardian.connect(deployer).pause();
    await expect(ledger.connect(alice).batch(a, [sell(WAD)])).to.be.revertedWithCustomError(
      ledger,
      "Clearinghouse_RiskPaused",
    );
    await ledger.connect(alice).reduce(a, [sell(-WAD)]);
    await ledger.setRiskPaused(false);
    await risk.inputs.setSpot(0, 3_000n * WAD, 2);
    await expect(ledger.connect(alice).batch(a, [sell(WAD)])).to.be.revertedWithCustomError(
      ledger,
      "Clearinghouse_DataNotGood",
    );
    await ledger.connect(alice).deposit(a, usdc.target, USDC);
    await ledger.connect(alice).reduce(a, [sell(-WAD)]);
    expect(await ledger.positionWords(a)).to.deep.equal([]);
    await ledger.connect(alice).withdraw(a, usdc.target, USDC, alice.address);
    await ledger.connect(bob).withdraw(b, usdc.target, USDC, bob.address);
  });

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
    const { ledger, venue, alice, bob, a, b, usdc, deployer } = await funded();
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
    expect(await usdc.balanceOf(ledger.target)).to.equal(0n);
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

  it("rebuilds every balance from its events", async () => {
    const { ledger, settler, venue, alice, a, b, call, weth, risk, expiry, time, deployer } = await funded();
    await ledger.connect(alice).deposit(a, weth.target, 3n * WAD);
    await ledger.connect(venue).movePosition(a, b, call, 5n * WAD);
    await ledger.connect(venue).moveCash(b, a, 77n * WAD);
    await ledger.connect(venue).moveSlice(a, b, WAD / 3n);
    await ledger.connect(alice).deposit(a, weth.target, WAD);
    await time.increaseTo(expiry + 1n);
    await risk.inputs.setFixing(0, expiry, 3_100n * WAD);
    await settler.settle(a, 9);
    await settler.settle(b, 9);
    await ledger.shareLoss(accountId(deployer.address), 1n * WAD);
    const cash = new Map<bigint, bigint>();
    const collateral = new Map<bigint, bigint>();
    const add = (map: Map<bigint, bigint>, key: bigint, value: bigint) =>
      map.set(key, (map.get(key) ?? 0n) + value);
    for (const log of await ledger.queryFilter("*" as never, 0)) {
      const event = ledger.interface.parseLog(log as never);
      if (!event) continue;
      const { account, asset, amount, from, to } = event.args;
      if (event.name === "Deposited")
        add(
          asset === weth.target ? collateral : cash,
          account,
          asset === weth.target ? amount : amount * 10n ** 12n,
        );
      if (event.name === "CashMoved")
        for (const [id, value] of [
          [from, -amount],
          [to, amount],
        ])
          add(cash, id, value);
      if (event.name === "CollateralMoved")
        for (const [id, value] of [
          [from, -amount],
          [to, amount],
        ])
          add(collateral, id, value);
      if (event.name === "PositionSettled") add(cash, account, event.args["cash"]);
      if (event.name === "LossShared")
        for (const [id, held] of cash) cash.set(id, (held * event.args["newIndex"]) / event.args["oldIndex"]);
    }
    for (const id of [a, b]) {
      expect(await ledger.cashOf(id)).to.equal(cash.get(id));
      expect(await ledger.collateralOf(id, weth.target)).to.equal(collateral.get(id));
    }
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

  it("leaves the owner of no account able to act on a stranger's, whatever the function", async () => {
    const { ledger, carol, a, b, call, usdc, weth } = await funded();
    // Every function that changes state; one added later without a line here fails this test.
    const attempts: Record<string, readonly unknown[]> = {
      deposit: [a, usdc.target, 1n],
      withdraw: [a, usdc.target, 1n, carol.address],
      batch: [a, [{ target: ledger.target, data: "0x" }]],
      reduce: [a, [{ target: ledger.target, data: "0x" }]],
      setOperator: [a, carol.address, 1n, FOREVER],
      permitOperator: [a, carol.address, 1n, 1n, 1n, 1n, "0x"],
      moveCash: [a, b, 1n],
      movePosition: [a, b, call, WAD],
      moveCollateral: [a, b, weth.target, 1n],
      moveSlice: [a, b, WAD],
      settlePosition: [a, call, 1n],
      shareLoss: [a, 1n],
      setVenue: [carol.address, true],
      setCollateralAsset: [carol.address, 0, 1n, true],
      setRiskPaused: [true],
      setAuthority: [carol.address],
    };
    const names = ledger.interface.fragments
      .filter((fragment) => fragment.type === "function" && "stateMutability" in fragment)
      .filter(
        (fragment) =>
          !["view", "pure"].includes((fragment as unknown as { stateMutability: string }).stateMutability),
      )
      .map((fragment) => (fragment as unknown as { name: string }).name);
    expect([...names, "permitOperator"].sort()).to.deep.equal(Object.keys(attempts).sort());
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
