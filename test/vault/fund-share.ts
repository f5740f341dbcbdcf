import { DEFAULT_LIMITS, epoch, type KeeperContext, runRound, watchAccounts } from "@ballast/keeper";
import { type Ballast, connectBallast, packPosition, reduce, trade, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { fundPayment, owedToFund } from "../../packages/quant/src/exact/spread.ts";
import { option } from "../support/ballast.ts";
import { GUARD } from "../support/desk.ts";
import { connection, curator, done, expiryOf, limit, type Room, refusal, room } from "../support/queue.ts";

const { ethers, networkHelpers } = connection;
const SCALE = 10n ** 12n;
const HOUR = 3_600;
const TENTH = WAD / 10n;
const GOOD = "nothing was refused";

interface Stage extends Room {
  readonly ballast: Ballast;
  readonly account: bigint;
  readonly own: bigint;
}

const CALL = { dollars: 2_000n, size: 120n * WAD } as const;

const callOf = (stage: Room) => option(expiryOf(stage, 0), CALL.dollars, "call");

/** A taker buys calls of one expiry from the vault, at a desk without some guards if that is asked for. */
async function soldAt(missing: bigint): Promise<Stage> {
  const stage = await room();
  const { hedger } = stage.world.people;
  const own = await hedger.ballast.vault.account();
  const ballast = missing === 0n ? hedger.ballast : await mutated(stage, own, missing);
  await done(ballast.riskArrays.refreshPositions([packPosition(callOf(stage), WAD)]));
  await done(ballast.quoter.markCapital());
  const leg = { instrument: callOf(stage), quantity: CALL.size };
  await done(trade(ballast, hedger.account, [leg], { slippage: WAD }));
  return { ...stage, ballast, account: hedger.account, own };
}

const sold = async () => soldAt(0n);

/** Half of the time until expiry. */
const hoursUntil = (stage: Room) => Math.floor((expiryOf(stage, 0) - stage.start) / HOUR / 2);

/** The same when half of the time until expiry is over. */
async function halfWayAt(missing: bigint): Promise<Stage> {
  const stage = await soldAt(missing);
  await stage.mark(hoursUntil(stage));
  await current(stage);
  return stage;
}

const halfWay = async () => halfWayAt(0n);
const heldBack = async () => halfWayAt(0n);
const withoutDebt = async () => halfWayAt(GUARD.debt);

/** Arrays and books of now. */
async function current({ ballast, own, ...stage }: Stage): Promise<void> {
  await done(ballast.riskArrays.refreshPositions([packPosition(callOf(stage), WAD)]));
  await done(ballast.books.refreshAll(own));
}

/** The same when everybody has asked for all that their shares are worth, and the end is declared. */
async function emptyingAt(missing: bigint): Promise<Stage> {
  const stage = await halfWayAt(missing);
  await limit(stage, { redemptions: WAD });
  await leave(stage);
  await done((await curator(stage)).vault.setWindDown(true));
  return stage;
}

const emptying = async () => emptyingAt(0n);
const withoutLeavers = async () => emptyingAt(GUARD.leavers);

async function leave({ alice, carol }: Room): Promise<void> {
  const { vault, shares } = carol.ballast;
  await done(vault.mint(await shares.maxMint(carol.address), carol.address, carol.address));
  for (const { ballast, address } of [alice, carol])
    await done(ballast.vault.requestRedeem(await ballast.shares.balanceOf(address), address, address));
}

/** The desk without some guards in place of the real one, with the same spread. */
async function mutated(stage: Room, account: bigint, missing: bigint): Promise<Ballast> {
  const at = stage.world.deployment.contracts;
  const desk = await ethers.deployContract("DeskMutant", [
    ...[at.clearinghouse, at.vault, at.quoter, at.priceRouter, TENTH, missing],
  ]);
  const tradeDesk = String(desk.target);
  const own = await curator(stage);
  await done(own.clearinghouse.setVenue(tradeDesk, true));
  const { hedge, waterfall } = await own.valuation.sourcesOf(account);
  await done(own.valuation.setSources(account, { hedge, waterfall, desk: tradeDesk }));
  const contracts = { ...at, tradeDesk };
  return connectBallast({ ...stage.world.deployment, contracts }, stage.world.people.hedger.signer);
}

function keeperOf({ world }: Room): KeeperContext {
  const { ballast, signer } = world.people.keeper;
  return {
    ...{ ballast, sender: signer, surfaceSigners: [], surfaceSource: undefined },
    ...{ accounts: watchAccounts(ballast), limits: DEFAULT_LIMITS },
  };
}

const cashOf = async ({ clearinghouse }: Ballast) =>
  clearinghouse.cashOf(await clearinghouse.insuranceAccount());

describe("the insurance fund's share of spread", () => {
  it("is owed as spread is released, a tenth of it, and bounded in code", async () => {
    const stage = await networkHelpers.loadFixture(sold);
    const { tradeDesk } = stage.ballast;
    expect(await tradeDesk.fundShare()).to.equal(TENTH);
    const spread = await tradeDesk.spreadEarned();
    const [first] = await tradeDesk.owedToFund();
    expect(first).to.be.lessThan(spread / 10_000n);
    await stage.clock.advanceTo(expiryOf(stage, 0));
    expect(await tradeDesk.owedToFund()).to.deep.equal([owedToFund(spread, TENTH, 0n), 0n]);
    const at = stage.world.deployment.contracts;
    const rooms = [at.clearinghouse, at.vault, at.quoter, at.priceRouter] as const;
    expect(await refusal(ethers.deployContract("TradeDesk", [...rooms, WAD / 4n + 1n]))).to.equal(
      "TradeDesk_BadFundShare",
    );
    expect(await refusal(ethers.deployContract("TradeDesk", [...rooms, WAD / 4n]))).to.equal(GOOD);
  });

  it("is paid by anyone, once, and moves no NAV", async () => {
    const stage = await networkHelpers.loadFixture(halfWay);
    const { tradeDesk, vault } = stage.ballast;
    const before = await cashOf(stage.ballast);
    const [due] = await tradeDesk.owedToFund();
    expect(due).to.be.greaterThan(10n * WAD);
    // In one block, so that no spread is released between the two.
    const probe = await ethers.deployContract("FundProbe");
    const seen = await probe.pay.staticCall(tradeDesk.target, vault.target);
    expect(seen.navBefore).to.deep.equal(seen.navAfter);
    expect([seen.navAfter.bid > 0n, seen.paid >= due]).to.deep.equal([true, true]);
    const sent = await (await tradeDesk.connect(stage.bob.ballast.runner).payFund()).wait();
    const [event] = await tradeDesk.queryFilter(tradeDesk.filters.FundPaid(), sent?.blockNumber);
    const [left, paid] = await tradeDesk.owedToFund({ blockTag: sent?.blockNumber ?? 0 });
    expect([left, event?.args.stillDue, event?.args.amount]).to.deep.equal([0n, 0n, paid]);
    expect(paid).to.be.greaterThan(due - 1n);
    expect(event?.args.fund).to.equal(await stage.ballast.clearinghouse.insuranceAccount());
    expect((await cashOf(stage.ballast)) - before).to.equal(paid);
    // Again and again: what a few seconds release, and never more than the share of all that was released.
    for (let i = 0; i < 5; i++) await tradeDesk.payFund().catch(() => undefined);
    await stage.mark(hoursUntil(stage) + 2);
    await current(stage);
    const last = await (await tradeDesk.payFund()).wait();
    const then = { blockTag: last?.blockNumber ?? 0 };
    const released = (await tradeDesk.spreadEarned()) - (await tradeDesk.unreleasedSpread(then));
    const share = owedToFund(released, TENTH, 0n);
    expect(share).to.be.greaterThan(paid);
    expect(await tradeDesk.owedToFund(then)).to.deep.equal([0n, share]);
    expect((await cashOf(stage.ballast)) - before).to.equal(share);
    expect(await refusal(tradeDesk.payFund.staticCall(then))).to.equal("TradeDesk_NothingToPay");
    await done(stage.ballast.insuranceFund.collectFees());
    expect(await cashOf(stage.ballast)).to.be.lessThan(SCALE);
  });

  it("is paid outside batches only, and to nobody where there is no fund", async () => {
    const stage = await networkHelpers.loadFixture(halfWay);
    const { clearinghouse, tradeDesk } = stage.ballast;
    const data = tradeDesk.interface.encodeFunctionData("payFund");
    const call = { target: String(tradeDesk.target), data };
    expect(await refusal(clearinghouse.batch.staticCall(stage.account, [call]))).to.equal(
      "TradeDesk_BatchRunning",
    );
    const [signer] = await ethers.getSigners();
    // Answers zero to everything.
    const silent = await signer?.sendTransaction({ data: "0x6360205ff35f526004601cf3" });
    const ledger = (await silent?.wait())?.contractAddress ?? "";
    const at = stage.world.deployment.contracts;
    const rooms = [ledger, at.vault, at.quoter, at.priceRouter] as const;
    const desk = await ethers.deployContract("TradeDesk", [...rooms, TENTH]);
    expect(await refusal(desk.getFunction("payFund").staticCall())).to.equal("TradeDesk_NoFund");
  });

  it("waits for what leavers wait for, and is paid when they have left", async () => {
    const stage = await networkHelpers.loadFixture(emptying);
    const { tradeDesk, vault, clearinghouse } = stage.ballast;
    const [due] = await tradeDesk.owedToFund();
    const free = (await vault.freeCash()) * SCALE;
    expect(free).to.be.greaterThan(due);
    const { shares } = await vault.pendingTotals();
    const token = await ethers.getContractAt("OptionsVault", vault.target);
    const awaited = ((await token.convertToAssets(shares)) + 1n) * SCALE;
    expect(fundPayment(due, free, awaited)).to.equal(0n);
    expect(await refusal(tradeDesk.payFund.staticCall())).to.equal("TradeDesk_NothingToPay");
    const keeper = keeperOf(stage);
    const named = async () => (await epoch(keeper)).map(({ what }) => what.replace(/[\d.,]+/, "some"));
    expect(await named()).not.to.include("pay some USD to the insurance fund");
    // The options go; then all who wait are paid, and the fund after them.
    await done(reduce(stage.ballast, stage.account, [{ instrument: callOf(stage), quantity: -CALL.size }]));
    await stage.mark(hoursUntil(stage) + 2);
    await done(vault.processEpoch());
    expect((await vault.pendingTotals()).shares).to.equal(0n);
    expect(await named()).to.include("pay some USD to the insurance fund");
    const fund = stage.ballast.insuranceFund;
    const held = await fund.assetsHeld();
    for (let turn = 0; turn < 2; turn++)
      expect((await runRound(keeper, ["epoch"], false, () => {})).failed).to.equal(0);
    expect((await named()).join()).not.to.contain("insurance fund");
    expect((await fund.assetsHeld()) - held).to.be.greaterThan(due / SCALE);
    expect((await tradeDesk.owedToFund()).paid).to.be.greaterThan(due);
    // What is left is the seed's, and spread that is still to come.
    const { mid } = await vault.nav();
    expect(mid).to.be.greaterThan(0n);
    const left = await tradeDesk.unreleasedSpread();
    expect(await clearinghouse.cashOf(stage.own)).to.be.closeTo(mid + left, SCALE);
  });

  it("takes none of what is held back while a shortfall is open", async () => {
    const stage = await networkHelpers.loadFixture(heldBack);
    const { tradeDesk, vault } = stage.ballast;
    const probe = await ethers.deployContract("HoldBackProbe");
    await done((await curator(stage)).clearinghouse.setHoldBackSource(probe.target));
    await done(probe.set(WAD, 1n, 0));
    expect(await vault.freeCash()).to.equal(0n);
    expect(await refusal(tradeDesk.payFund.staticCall())).to.equal("TradeDesk_NothingToPay");
    // A share of what there is: what remains is enough for both.
    await done(probe.set(WAD / 2n, 1n, 0));
    const free = await vault.freeCash();
    await done(tradeDesk.payFund());
    const { paid } = await tradeDesk.owedToFund();
    expect(paid).to.be.greaterThan(10n * WAD);
    // Half of what is paid would have waited.
    expect((free - (await vault.freeCash())) * 2n).to.be.closeTo(paid / SCALE, paid / SCALE / 50n);
  });

  it("would be paid out of what leavers wait for, were they not looked at first", async () => {
    const stage = await networkHelpers.loadFixture(withoutLeavers);
    const { vault, tradeDesk } = stage.ballast;
    const free = await vault.freeCash();
    const token = await ethers.getContractAt("OptionsVault", vault.target);
    expect(await token.convertToAssets((await vault.pendingTotals()).shares)).to.be.greaterThan(free);
    await done(tradeDesk.payFund());
    const { paid } = await tradeDesk.owedToFund();
    expect(paid / SCALE).to.be.greaterThan(10_000_000n);
    // All that an epoch could have paid out is less by it.
    expect(free - (await vault.freeCash())).to.be.closeTo(paid / SCALE, paid / SCALE / 50n);
    await stage.mark(hoursUntil(stage) + 1);
    await current(stage);
    await done(vault.processEpoch());
    expect((await vault.pendingTotals()).shares).to.be.greaterThan(0n);
  });

  it("would fall to who leaves before it is paid, were it no debt", async () => {
    const stage = await networkHelpers.loadFixture(withoutDebt);
    const probe = await ethers.deployContract("FundProbe");
    const { tradeDesk, vault } = stage.ballast;
    const { navBefore, navAfter, paid } = await probe.pay.staticCall(tradeDesk.target, vault.target);
    expect(paid).to.be.greaterThan(10n * WAD);
    expect([navBefore.bid - navAfter.bid, navBefore.mid - navAfter.mid]).to.deep.equal([paid, paid]);
  });
});
