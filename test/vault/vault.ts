import {
  type Ballast,
  claimAssets,
  claimShares,
  connectBallast,
  ensureFresh,
  readLp,
  readVault,
  reduce,
  requestDeposit,
  requestRedeem,
  trade,
  WAD,
} from "@ballast/sdk";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { connection, expiryOf, moveTo, option, refusal, scene } from "../support/ballast.ts";

const { ethers, networkHelpers } = connection;
const HOUR = 3600;
const USDC = 10n ** 6n;
const FAR = 2n ** 60n;

async function done(sent: Promise<{ wait(): Promise<unknown> }>): Promise<void> {
  await (await sent).wait();
}

describe("vault: entering and leaving", () => {
  it("mints at ask, burns at bid, and lets nobody gain by going in and out", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const lp = stage.world.people.lps[1];
    const { hedger } = stage.world.people;
    if (!lp) throw new Error("There is no second LP.");
    const leg = { instrument: option(expiryOf(stage, 1), 2_000n, "call"), quantity: 10n * WAD };
    await done(trade(hedger.ballast, hedger.account, [leg]));

    const before = await lp.ballast.usdc.balanceOf(lp.address);
    await done(requestDeposit(lp.ballast, lp.address, 100_000n * USDC));
    expect((await readLp(lp.ballast, lp.address)).pendingDeposit).to.equal(100_000n * USDC);
    await moveTo(stage, stage.start + HOUR, 2_000n);
    const mark = await lp.ballast.vault.nav();
    expect(mark.bid < mark.mid && mark.mid < mark.ask).to.equal(true);
    await done(lp.ballast.vault.processEpoch());
    await claimShares(lp.ballast, lp.address);
    const { shares } = await readLp(lp.ballast, lp.address);
    expect(shares > 0n).to.equal(true);

    await done(requestRedeem(lp.ballast, lp.address, shares));
    await moveTo(stage, stage.start + HOUR + 600, 2_000n);
    const words = await hedger.ballast.clearinghouse.positionWords(hedger.account);
    await done(hedger.ballast.riskArrays.refreshPositions([...words]));
    await done(lp.ballast.vault.processEpoch());
    await claimAssets(lp.ballast, lp.address);
    const after = await lp.ballast.usdc.balanceOf(lp.address);
    expect(after < before).to.equal(true);
    expect(before - after < 1_000n * USDC).to.equal(true);
  });

  it("waits for a mark newer than the last request", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const lp = stage.world.people.lps[1];
    if (!lp) throw new Error("There is no second LP.");
    expect(await refusal(lp.ballast.vault.processEpoch.staticCall())).to.equal(
      "OptionsVault_NothingToProcess",
    );
    await done(requestDeposit(lp.ballast, lp.address, 1_000n * USDC));
    expect(await refusal(lp.ballast.vault.processEpoch.staticCall())).to.equal("OptionsVault_MarkNotNewer");
    await moveTo(stage, stage.start + HOUR, 2_000n);
    expect(await refusal(lp.ballast.vault.processEpoch.staticCall())).to.equal("nothing was refused");
    await stage.clock.advanceTo(stage.start + 4 * HOUR);
    expect(await refusal(lp.ballast.vault.processEpoch.staticCall())).to.equal("OptionsVault_MarkFlawed");
  });

  it("refuses claims and requests that are not the caller's, too small, too large or not there", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const [first, second] = stage.world.people.lps;
    if (!first || !second) throw new Error("There are too few LPs.");
    const { vault, shares } = second.ballast;
    const no = refusal;
    expect(await no(vault.requestDeposit.staticCall(USDC, second.address, second.address))).to.equal(
      "EpochQueue_BelowMinimum",
    );
    expect(await no(vault.requestDeposit.staticCall(FAR, second.address, first.address))).to.equal(
      "EpochQueue_NotAuthorised",
    );
    expect(await no(vault.requestDeposit.staticCall(FAR, ZeroAddress, second.address))).to.equal(
      "EpochQueue_ZeroAddress",
    );
    expect(await no(vault.deposit.staticCall(1n, second.address, second.address))).to.equal(
      "Silo_NothingToClaim",
    );
    const claimable = await first.ballast.shares.maxDeposit(first.address);
    expect(claimable).to.equal(2_000_000n * USDC);
    const own = first.ballast.vault.deposit;
    expect(await no(own.staticCall(claimable + 1n, first.address, first.address))).to.equal(
      "Silo_ExceedsClaimable",
    );
    expect(await no(vault.cancelDepositRequest.staticCall(0n, second.address))).to.equal(
      "Silo_NothingToCancel",
    );
    expect(await no(vault.seed.staticCall(FAR))).to.equal("OptionsVault_AlreadySeeded");
    expect(await shares.asset()).to.equal(stage.world.deployment.contracts.usdc);
    const preview = new ethers.Contract(
      stage.world.deployment.contracts.vault,
      ["function previewDeposit(uint256) view returns (uint256)"],
      ethers.provider,
    );
    expect(await no(preview.getFunction("previewDeposit").staticCall(1n))).to.equal(
      "EpochQueue_PreviewNotSupported",
    );
  });

  it("winds down instead of processing once nothing is left, and never trades with itself", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const lp = stage.world.people.lps[1];
    if (!lp) throw new Error("There is no second LP.");
    await done(requestDeposit(lp.ballast, lp.address, 1_000n * USDC));
    await moveTo(stage, stage.start + HOUR, 2_000n);
    const at = stage.world.deployment.contracts;
    await networkHelpers.impersonateAccount(at.vault);
    await networkHelpers.setBalance(at.vault, 10n ** 18n);
    const vault = connectBallast(stage.world.deployment, await ethers.getSigner(at.vault));
    const account = await vault.vault.account();
    const instrument = option(expiryOf(stage, 1), 2_000n, "call");
    const data = vault.tradeDesk.interface.encodeFunctionData("trade", [account, instrument, WAD, FAR, FAR]);
    expect(
      await refusal(vault.clearinghouse.batch.staticCall(account, [{ target: at.tradeDesk, data }])),
    ).to.equal("TradeDesk_SelfTrade");
    const cash = await vault.clearinghouse.cashOf(account);
    await done(vault.clearinghouse.withdraw(account, at.usdc, cash / 10n ** 12n, lp.address));
    expect(await refusal(lp.ballast.vault.processEpoch.staticCall())).to.equal("OptionsVault_WindDown");
  });

  it("starts only with code behind every address, and seeded", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const at = stage.world.deployment.contracts;
    const factory = await ethers.getContractFactory("OptionsVault");
    const deploy = (surfaces: string) =>
      factory.deploy(
        at.accessManager,
        at.clearinghouse,
        at.optionPricer,
        at.priceRouter,
        surfaces,
        at.valuation,
      );
    const fresh = await deploy(at.surfaceFeed);
    expect(await refusal(fresh.getFunction("processEpoch").staticCall())).to.equal("OptionsVault_NotSeeded");
    expect(await refusal(deploy(ZeroAddress))).to.equal("OptionsVault_ZeroAddress");
    const silo = await ethers.getContractFactory("Silo");
    expect(await refusal(silo.deploy(ZeroAddress, at.usdc))).to.equal("Silo_ZeroAddress");
    const own = silo.attach(at.silo);
    expect(await refusal(own.getFunction("release").staticCall(1n))).to.equal("Silo_NotVault");
  });
});

describe("vault: trading", () => {
  async function single(
    ballast: Ballast,
    account: bigint,
    instrument: bigint,
    quantity: bigint,
    limit: bigint,
    deadline = FAR,
  ) {
    const data = ballast.tradeDesk.interface.encodeFunctionData("trade", [
      account,
      instrument,
      quantity,
      limit,
      deadline,
    ]);
    return ballast.clearinghouse.batch.staticCall(account, [
      { target: ballast.deployment.contracts.tradeDesk, data },
    ]);
  }

  it("charges both sides of a round trip", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { ballast, account } = stage.world.people.hedger;
    const leg = { instrument: option(expiryOf(stage, 1), 1_900n, "put"), quantity: 5n * WAD };
    const before = await ballast.clearinghouse.cashOf(account);
    await done(trade(ballast, account, [leg]));
    expect(await ballast.clearinghouse.positionOf(account, leg.instrument)).to.equal(5n * WAD);
    const vaultAccount = await ballast.vault.account();
    expect(await ballast.clearinghouse.positionOf(vaultAccount, leg.instrument)).to.equal(-5n * WAD);
    await done(reduce(ballast, account, [{ ...leg, quantity: -5n * WAD }]));
    expect(await ballast.clearinghouse.positionOf(account, leg.instrument)).to.equal(0n);
    expect((await ballast.clearinghouse.cashOf(account)) < before).to.equal(true);
    expect((await readVault(ballast)).navMid > 3_001_000n * WAD).to.equal(true);
  });

  it("takes trades only in a batch of the taker, in time and within its limit", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { ballast, account } = stage.world.people.hedger;
    const instrument = option(expiryOf(stage, 1), 1_900n, "put");
    const other = stage.world.people.putSeller.account;
    await ensureFresh(ballast, account, [instrument]);
    expect(await refusal(ballast.tradeDesk.trade.staticCall(account, instrument, WAD, FAR, FAR))).to.equal(
      "TradeDesk_OnlyInBatch",
    );
    expect(await refusal(single(ballast, account, instrument, WAD, 0n))).to.equal(
      "TradeDesk_PriceBeyondLimit",
    );
    expect(await refusal(single(ballast, account, instrument, WAD, FAR, 1n))).to.equal(
      "TradeDesk_DeadlinePassed",
    );
    const data = ballast.tradeDesk.interface.encodeFunctionData("trade", [other, instrument, WAD, FAR, FAR]);
    const target = stage.world.deployment.contracts.tradeDesk;
    expect(await refusal(ballast.clearinghouse.batch.staticCall(account, [{ target, data }]))).to.equal(
      "TradeDesk_NotActiveAccount",
    );
  });
});
