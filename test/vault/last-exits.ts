import { DEFAULT_LIMITS, epoch, type KeeperContext, runRound, watchAccounts } from "@ballast/keeper";
import { deposit, type Leg, packPosition, readVault, reduce, trade } from "@ballast/sdk";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { wrapWeth } from "../../packages/lab/src/externals/index.ts";
import { option } from "../support/ballast.ts";
import {
  as,
  connection,
  curator,
  done,
  expiryOf,
  limit,
  type Room,
  refusal,
  room,
  USDC,
  WAD,
} from "../support/queue.ts";

const { ethers, networkHelpers } = connection;
const SCALE = 10n ** 12n;
const DAY = 86_400;
const GOOD = "nothing was refused";
const MARKING = "mark the vault's capital at nothing";

function keeperOf({ world }: Room): KeeperContext {
  const { ballast, signer } = world.people.keeper;
  return {
    ...{ ballast, sender: signer, surfaceSigners: [], surfaceSource: undefined },
    ...{ accounts: watchAccounts(ballast), limits: DEFAULT_LIMITS },
  };
}

/** All who have shares ask for all that they are worth. */
async function leave({ alice, carol }: Room): Promise<void> {
  await done(
    carol.ballast.vault.mint(await carol.ballast.shares.maxMint(carol.address), carol.address, carol.address),
  );
  for (const { ballast, address } of [alice, carol])
    await done(ballast.vault.requestRedeem(await ballast.shares.balanceOf(address), address, address));
}

/** A price feed that can die. */
async function mortalFeed(stage: Room) {
  const feed = await ethers.deployContract("StatusFeed", [stage.world.externals.feed.address]);
  await done((await curator(stage)).priceRouter.setFeed(0, feed.target));
  return feed;
}

/** Everybody asks for all of it, and the market goes quiet for ever. */
async function deadMarket() {
  const stage = await room();
  await leave(stage);
  const feed = await mortalFeed(stage);
  await feed.kill();
  await stage.wait(DAY);
  return stage;
}

/** A vault that is short options, all of whose LPs want out. */
async function lockedIn() {
  const stage = await room();
  const { ballast, account } = stage.world.people.hedger;
  const call: Leg = { instrument: option(expiryOf(stage, 2), 2_000n, "call"), quantity: 60n * WAD };
  await done(trade(ballast, account, [call]));
  await done(ballast.quoter.markCapital());
  await limit(stage, { redemptions: WAD });
  await leave(stage);
  return { ...stage, call, ballast, account };
}

/** The same for a test that changes who is asked. */
async function withoutDesk() {
  return lockedIn();
}

/** Everybody asks for all of it, in a vault of cash. */
async function lockedInCash() {
  const stage = await room();
  await leave(stage);
  return stage;
}

describe("vault: the last to leave", () => {
  it("lets everybody out of a vault of cash though no price ever comes again, once the end is declared", async () => {
    const stage = await networkHelpers.loadFixture(deadMarket);
    const { vault, shares } = stage.alice.ballast;
    expect(await refusal(vault.processEpoch.staticCall())).to.equal("OptionsVault_MarkFlawed");
    await done((await curator(stage)).vault.setWindDown(true));
    const supply = await shares.totalSupply();
    const cash = await stage.alice.ballast.clearinghouse.cashOf(await vault.account());
    const asked = [stage.alice, stage.carol].map((lp) => vault.pendingRedeemRequest(0n, lp.address));
    const [one = 0n, two = 0n] = await Promise.all(asked);
    await stage.process();
    const epoch = await vault.epoch((await vault.currentEpoch()) - 1n);
    // Interest of the second between, if any, is theirs as well.
    expect(epoch.assetsOut - ((one + two) * cash) / supply / SCALE).to.be.within(-2n, USDC);
    // Pro rata, whatever one has.
    const [first, second] = [
      await shares.maxWithdraw(stage.alice.address),
      await shares.maxWithdraw(stage.carol.address),
    ];
    expect(first * two - second * one).to.be.within(-2n * (one + two), 2n * (one + two));
    const held = await stage.alice.ballast.usdc.balanceOf(stage.alice.address);
    await done(vault.redeem(one, stage.alice.address, stage.alice.address));
    expect(await stage.alice.ballast.usdc.balanceOf(stage.alice.address)).to.equal(held + first);
  });

  it("lets them out after a week of waiting without anybody's word, and not earlier", async () => {
    const stage = await networkHelpers.loadFixture(deadMarket);
    const { vault } = stage.alice.ballast;
    await stage.wait(6 * DAY - 60);
    expect(await refusal(vault.processEpoch.staticCall())).to.equal("OptionsVault_MarkFlawed");
    await stage.wait(120);
    await stage.process();
    expect(await vault.pendingRedeemRequest(0n, stage.alice.address)).to.equal(0n);
    expect(await vault.pendingRedeemRequest(0n, stage.carol.address)).to.equal(0n);
  });

  it("waits for a price as long as anything is held that has one", async () => {
    const stage = await networkHelpers.loadFixture(deadMarket);
    await done((await curator(stage)).vault.setWindDown(true));
    const { vault, clearinghouse } = stage.alice.ballast;
    const own = await vault.account();
    expect(await refusal(vault.processEpoch.staticCall())).to.equal(GOOD);
    // A collateral or a position of the account, by the ledger's own word.
    const at = stage.world.deployment.contracts;
    const { price } = await stage.alice.ballast.priceRouter.spot(0);
    expect(price).to.equal(0n);
    const feed = await mortalFeed(stage);
    await feed.set(2_000n * WAD, await stage.clock.now(), 0);
    const { hedger } = stage.world.people;
    const { weth } = stage.world.externals;
    await wrapWeth(weth, hedger.signer, WAD);
    await done(deposit(hedger.ballast, hedger.address, own, at.weth, WAD));
    await feed.kill();
    expect(await clearinghouse.collateralOf(own, at.weth)).to.equal(WAD);
    expect(await refusal(vault.processEpoch.staticCall())).to.equal("OptionsVault_MarkFlawed");
    await feed.set(2_000n * WAD, await stage.clock.now(), 0);
    expect(await refusal(vault.processEpoch.staticCall())).to.equal("OptionsVault_MarkFlawed");
  });

  it("waits for the price of collateral of another market, too", async () => {
    const stage = await networkHelpers.loadFixture(deadMarket);
    const own = await curator(stage);
    await done(own.vault.setWindDown(true));
    const { vault } = stage.alice.ballast;
    const coin = await ethers.deployContract("TestToken", [8]);
    const feed = await ethers.deployContract("StatusFeed", [stage.world.externals.feed.address]);
    await feed.set(60_000n * WAD, await stage.clock.now(), 0);
    await done(own.priceRouter.setFeed(1, feed.target));
    const risk = (await own.riskParameters.targetParameters(0)) as unknown as { toObject(): never };
    await done(own.riskParameters.setParameters(1, risk.toObject()));
    await done(own.clearinghouse.setCollateralAsset(coin.target, 1, 10n ** 10n, true));
    const { ballast, address, signer } = stage.world.people.hedger;
    await (await coin.mint(address, 10n ** 8n)).wait();
    await (await coin.connect(signer).approve(ballast.clearinghouse.target, 10n ** 8n)).wait();
    expect(await refusal(vault.processEpoch.staticCall())).to.equal(GOOD);
    await done(ballast.clearinghouse.deposit(await vault.account(), coin.target, 10n ** 8n));
    await feed.kill();
    expect((await vault.reading()).hedgeValue).to.equal(0n);
    expect(await refusal(vault.processEpoch.staticCall())).to.equal("OptionsVault_MarkFlawed");
  });

  it("counts no epoch as short of cash in which the flow limit alone keeps exits waiting", async () => {
    const stage = await networkHelpers.loadFixture(lockedInCash);
    await limit(stage, { redemptions: WAD / 20n });
    const { vault } = stage.alice.ballast;
    for (let hour = 1; hour <= 4; hour++) {
      await stage.mark(hour);
      await stage.process();
      expect((await vault.pendingTotals()).shares, `hour ${hour}`).to.be.greaterThan(0n);
      expect(await vault.exitsWaiting(), `hour ${hour}`).to.equal(false);
    }
  });

  it("opens nothing with what leavers wait for, closes what there is, and opens again when they are paid", async () => {
    const stage = await networkHelpers.loadFixture(lockedIn);
    const { ballast, account, call } = stage;
    const { vault, quoter, books } = ballast;
    const own = await vault.account();
    const another: Leg = { instrument: option(expiryOf(stage, 2), 2_100n, "call"), quantity: WAD };
    const ready = async () => {
      const words = [call, another].map(({ instrument }) => packPosition(instrument, WAD));
      await done(ballast.riskArrays.refreshPositions(words));
      await done(books.refreshAll(own));
    };
    const open = () => refusal(quoter.quote.staticCall(another.instrument, another.quantity));
    for (let hour = 1; hour <= 2; hour++) {
      expect(await vault.exitsWaiting()).to.equal(false);
      await stage.mark(hour);
      await done(books.refreshAll(own));
      await stage.process();
    }
    expect((await readVault(ballast)).exitsWaiting).to.equal(true);
    // The epoch that found it has marked capital at nothing: it is for nobody to do.
    expect(await quoter.capital()).to.equal(0n);
    await ready();
    expect(await vault.pendingRedeemRequest(0n, stage.alice.address)).to.be.greaterThan(0n);
    expect((await epoch(keeperOf(stage))).map(({ what }) => what)).not.to.include(MARKING);
    expect(await open()).to.equal("Quoter_NoCapacity");
    expect(await refusal(trade(ballast, account, [another]))).to.equal("Quoter_NoCapacity");
    // The mark runs out, but what it says of leavers does not.
    await stage.mark(9);
    await ready();
    expect(await quoter.capital()).to.equal(0n);
    expect(await open()).to.equal("Quoter_NoCapacity");
    await done(reduce(ballast, account, [{ ...call, quantity: -call.quantity }]));
    await stage.mark(10);
    await stage.process();
    expect(await vault.exitsWaiting()).to.equal(false);
    expect(await vault.pendingRedeemRequest(0n, stage.alice.address)).to.equal(0n);
    await done(quoter.markCapital());
    expect(await quoter.capital()).to.be.greaterThan(0n);
  });

  it("has capital marked at nothing as soon as the end is declared", async () => {
    const stage = await networkHelpers.loadFixture(lockedIn);
    const { quoter } = stage.ballast;
    expect(await quoter.capital()).to.be.greaterThan(0n);
    const { vault } = await curator(stage);
    await expect(vault.setWindDown(true)).to.emit(quoter, "CapitalMarked");
    expect(await quoter.capital()).to.equal(0n);
    await expect(vault.setWindDown(false)).not.to.emit(quoter, "CapitalMarked");
  });

  it("leaves it to the keeper where it knows no desk that names a quoter, and waits for none that fails", async () => {
    const stage = await networkHelpers.loadFixture(withoutDesk);
    const { quoter, vault, books } = stage.ballast;
    const own = await vault.account();
    const { valuation } = await curator(stage);
    const { hedge, waterfall } = await valuation.sourcesOf(own);
    // Nobody, and a desk of a quoter that refuses.
    const at = stage.world.deployment.contracts;
    const refusing = await ethers.deployContract("RefusingQuoter");
    const rooms = [at.clearinghouse, at.vault, refusing.target, at.priceRouter, 0n] as const;
    const desks = [ZeroAddress, (await ethers.deployContract("TradeDesk", [...rooms])).target];
    for (const [index, desk] of desks.entries()) {
      await done(valuation.setSources(own, { hedge, waterfall, desk }));
      await stage.mark(1 + index);
      await done(books.refreshAll(own));
      await stage.process();
    }
    expect(await vault.exitsWaiting()).to.equal(true);
    expect(await quoter.capital()).to.be.greaterThan(0n);
    const context = keeperOf(stage);
    expect((await epoch(context)).map(({ what }) => what)).to.include(MARKING);
    expect(await runRound(context, ["epoch"], false, () => {})).to.include({ failed: 0 });
    expect(await quoter.capital()).to.equal(0n);
    expect((await epoch(context)).map(({ what }) => what)).not.to.include(MARKING);
  });

  it("keeps redemptions while nothing is left for them, gives them back on demand, and pays them pro rata later", async () => {
    const stage = await networkHelpers.loadFixture(lockedInCash);
    const { alice, carol } = stage;
    const at = stage.world.deployment.contracts;
    const { vault, shares, clearinghouse } = alice.ballast;
    const own = await vault.account();
    const emptied = await as(stage, at.vault);
    const cash = (await clearinghouse.cashOf(own)) / SCALE;
    await done(emptied.clearinghouse.withdraw(own, at.usdc, cash, stage.bob.address));
    await stage.mark(1);
    expect(await refusal(vault.processEpoch.staticCall())).to.equal("OptionsVault_WindDown");
    // Who does not want to wait has its shares back.
    await done(carol.ballast.vault.cancelRedeemRequest(0n, carol.address));
    await stage.wait(DAY + 60);
    const asked = await vault.claimableCancelRedeemRequest(0n, carol.address);
    await done(carol.ballast.vault.claimCancelRedeemRequest(0n, carol.address, carol.address));
    await done(carol.ballast.vault.requestRedeem(asked, carol.address, carol.address));
    // Half of it is recovered, and everybody has half, all at once.
    await done((await curator(stage)).vault.setWindDown(true));
    const { usdc } = stage.bob.ballast;
    await done(usdc.approve(at.clearinghouse, cash / 2n));
    await done(stage.bob.ballast.clearinghouse.deposit(own, at.usdc, cash / 2n));
    await stage.mark(30);
    const supply = await shares.totalSupply();
    const one = await vault.pendingRedeemRequest(0n, alice.address);
    await stage.process();
    expect(await vault.pendingRedeemRequest(0n, alice.address)).to.equal(0n);
    expect(await vault.pendingRedeemRequest(0n, carol.address)).to.equal(0n);
    const due = ((cash / 2n) * one) / supply;
    expect((await shares.maxWithdraw(alice.address)) - due).to.be.within(-2n, USDC);
    const due2 = ((cash / 2n) * asked) / supply;
    expect((await shares.maxWithdraw(carol.address)) - due2).to.be.within(-2n, USDC);
  });
});
