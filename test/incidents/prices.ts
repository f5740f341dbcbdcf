import { instrumentId, quoteLegs, trade, tradeCalls, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { moveUniswapPrice } from "../../packages/lab/src/externals/index.ts";
import { connection, curator, expiryOf, moveTo, option, scene } from "../support/ballast.ts";
import type { LedgerParts } from "../support/clearinghouse.ts";
import { funded, USDC } from "../support/ledger.ts";
import { refusedBy } from "../support/refused.ts";

const HOUR = 3_600;
const ONE = 10n ** 8n;

/** A Chainlink feed whose rounds the test sets, as it is configured on a local chain. */
const feedOf = (aggregator: string, minimum: bigint) => ({
  aggregator,
  sequencerFeed: ZeroAddress,
  tradingAge: HOUR,
  liquidationAge: 4 * HOUR,
  sequencerGrace: 0,
  minimum,
  maximum: 1_000_000n * WAD,
  jumpLimit: WAD / 2n,
});

/** The vault is short calls and holds ether against them, bought on Uniswap. */
async function hedged() {
  const stage = await scene();
  const { hedger, keeper } = stage.world.people;
  const leg = { instrument: option(expiryOf(stage, 2), 2_200n, "call"), quantity: 400n * WAD };
  await (await trade(hedger.ballast, hedger.account, [leg])).wait();
  await (await keeper.ballast.hedgeController.rebalance(0)).wait();
  return stage;
}

describe("incidents: prices", () => {
  describe("Harvest, 2020: the price of a pool, moved and moved back around a deposit", () => {
    /** By what share of itself the vault's NAV changes when the pool is pushed a fifth away [wad]. */
    const attack = async (believesPool: boolean) => {
      const stage = await connection.networkHelpers.loadFixture(hedged);
      const { externals, people } = stage.world;
      const { vault, tradeDesk } = people.keeper.ballast;
      // What was earned is released as time goes by, whatever the pool does.
      const value = async () => (await vault.nav()).mid + (await tradeDesk.unreleasedSpread());
      if (believesPool) {
        const pool = [await externals.uniswap.pool.getAddress(), externals.uniswap.usdcIsToken0] as const;
        const feed = await connection.ethers.deployContract("PoolFeed", [externals.feed.address, ...pool]);
        await (await (await curator(stage)).priceRouter.setFeed(0, feed.target)).wait();
      }
      const before = await value();
      await moveUniswapPrice(externals.uniswap, people.arbitrageur.signer, 1_600n * WAD);
      const after = await value();
      const refused = await refusedBy(people.keeper.ballast.hedgeController.rebalance.staticCall(0));
      return { change: ((after > before ? after - before : before - after) * WAD) / before, refused };
    };
    it("changes no mark of the vault", async () => {
      expect((await attack(false)).change).to.equal(0n);
    });
    it("changes it, if the feed believes the pool", async () => {
      expect((await attack(true)).change).to.be.greaterThan(WAD / 1_000n);
    });
    it("buys the vault no hedge at the pool's price", async () => {
      const stage = await connection.networkHelpers.loadFixture(hedged);
      const { externals, people } = stage.world;
      await moveTo(stage, stage.start + HOUR, 2_150n);
      const { riskArrays, clearinghouse, vault, hedgeController } = people.keeper.ballast;
      const words = await clearinghouse.positionWords(await vault.account());
      await (await riskArrays.refreshPositions([...words])).wait();
      expect(await refusedBy(hedgeController.rebalance.staticCall(0))).to.equal("nothing");
      await moveUniswapPrice(externals.uniswap, people.arbitrageur.signer, 2_600n * WAD);
      expect(await refusedBy(hedgeController.rebalance.staticCall(0))).not.to.equal("nothing");
    });
    // A scene of its own, for the market has moved in the other.
    const elsewhere = () => hedged();
    it("carries no epoch through within a batch that moves the vault's book and moves it back", async () => {
      const stage = await connection.networkHelpers.loadFixture(elsewhere);
      const { hedger, lps } = stage.world.people;
      const lp = lps[1];
      if (!lp) throw new Error("There is no second LP.");
      const { contracts } = stage.world.deployment;
      await (await lp.ballast.usdc.approve(contracts.vault, 2n ** 100n)).wait();
      await (await lp.ballast.vault.requestDeposit(1_000n * USDC, lp.address, lp.address)).wait();
      await moveTo(stage, stage.start + HOUR, 2_000n);
      const { ballast, account } = hedger;
      const words = await ballast.clearinghouse.positionWords(account);
      await (await ballast.riskArrays.refreshPositions([...words])).wait();
      await (await ballast.books.refreshAll(await ballast.vault.account())).wait();
      const instrument = option(expiryOf(stage, 2), 2_200n, "call");
      const far = { slippage: WAD, deadline: 2n ** 60n };
      const leg = async (quantity: bigint) =>
        tradeCalls(ballast, account, await quoteLegs(ballast, [{ instrument, quantity }]), far);
      const epoch = {
        target: contracts.vault,
        data: ballast.vault.interface.encodeFunctionData("processEpoch"),
      };
      const calls = [...(await leg(-100n * WAD)), epoch, ...(await leg(100n * WAD))];
      expect(await refusedBy(ballast.vault.processEpoch.staticCall())).to.equal("nothing");
      const attempt = refusedBy(ballast.clearinghouse.batch.staticCall(account, calls));
      expect(await attempt).to.equal("Clearinghouse_BadTarget");
    });
  });

  describe("Mango, 2022: pumping the mark of one's own position, and borrowing against the gain", () => {
    /** Alice holds deep calls that have gained; all her cash went for them. */
    const attack = async (parts?: LedgerParts) => {
      const { ledger, venue, risk, usdc, alice, a, b } = await funded({}, parts);
      const expiry = risk.expiries[3]!;
      const deep = instrumentId({ market: 0, expiry: Number(expiry), strike: 2_000n * WAD, kind: "call" });
      await ledger.connect(venue).movePosition(b, a, deep, 10n * WAD);
      await ledger.connect(venue).moveCash(a, b, 9_990n * WAD);
      await risk.inputs.setSpot(0, 3_300n * WAD, 0);
      await risk.riskArrays.refresh(0, expiry, [2_000n * WAD]);
      expect((await ledger.assess(a)).equity).to.be.greaterThan(10_000n * WAD);
      return refusedBy(ledger.connect(alice).withdraw(a, usdc.target, 1_000n * USDC, alice.address));
    };
    it("pays no gain out that nobody has paid in", async () => {
      expect(await attack()).to.equal("Clearinghouse_InsufficientCash");
    });
    it("pays it out, if the ledger lends against marks", async () => {
      expect(await attack({ registrar: "LendingRegistrar" })).to.equal("nothing");
    });
    it("moves no mark by trading with oneself at any price", async () => {
      const { ledger, risk, alice, a, b, call, expiry, through, encode } = await funded();
      await risk.riskArrays.refresh(0, expiry, [3_000n * WAD]);
      const sum = async () => (await ledger.assess(a)).equity + (await ledger.assess(b)).equity;
      await ledger.connect(alice).batch(a, [through(encode("movePosition", [b, a, call, WAD]))]);
      const before = await sum();
      const pump = [
        through(encode("movePosition", [b, a, call, WAD])),
        through(encode("moveCash", [a, b, 5_000n * WAD])),
        through(encode("movePosition", [a, b, call, WAD])),
        through(encode("moveCash", [b, a, 5_000n * WAD])),
      ];
      await ledger.connect(alice).batch(a, pump);
      expect(await sum()).to.equal(before);
    });
  });

  describe("Venus, 2022 (LUNA): a feed that stood at its lowest answer while the price fell through it", () => {
    /** Ether falls to 10, and the aggregator can say no less than 1,500. What Alice gets for ether bought at 10. */
    const attack = async (minimum: bigint, paused = false) => {
      const all = await funded();
      const { ethers, ledger, venue, risk, usdc, weth, alice, a, b, call, expiry, time } = all;
      const aggregator = await ethers.deployContract("FaultyAggregator");
      const feed = await ethers.deployContract("ChainlinkPriceFeed", [
        feedOf(aggregator.target as string, minimum),
      ]);
      await aggregator.push(1, 1_500n * ONE, await time.latest(), 1);
      await ledger.connect(venue).movePosition(a, b, call, WAD);
      if (paused) await time.increase(HOUR + 60);
      const { price, status } = await feed.read();
      await risk.inputs.setSpot(0, price, status);
      if (status <= 1n) await risk.riskArrays.refresh(0, expiry, [3_000n * WAD]);
      const steps = [
        await refusedBy(ledger.connect(alice).deposit(a, weth.target, 50n * WAD)),
        await refusedBy(ledger.connect(alice).withdraw(a, usdc.target, 10_000n * USDC, alice.address)),
      ];
      return steps;
    };
    it("is no price: nothing can be had for the collateral", async () => {
      expect(await attack(1_501n * WAD)).to.deep.equal([
        "Clearinghouse_NoPrice",
        "Clearinghouse_DataNotGood",
      ]);
    });
    it("is no price either once the feed has stopped", async () => {
      const [, withdrawn] = await attack(WAD, true);
      expect(withdrawn).to.equal("Clearinghouse_DataNotGood");
    });
    it("is a price, if the feed may stand at the aggregator's limit", async () => {
      expect(await attack(WAD)).to.deep.equal(["nothing", "nothing"]);
    });
  });

  describe("Moonwell, 2026: a new feed in the wrong unit, and everybody for sale at once", () => {
    /** The curator replaces ether in dollars by a staked token in ether. */
    const attack = async (name: "PriceRouter" | "TrustingRouter") => {
      const all = await funded();
      const { ethers, ledger, venue, risk, time, weth, usdc, alice, a, b } = all;
      const router = await ethers.getContractAt(
        "PriceRouter",
        (await ethers.deployContract(name, [risk.manager.target])).target as string,
      );
      const feed = async (answer: bigint) => {
        const aggregator = await ethers.deployContract("FaultyAggregator");
        await aggregator.push(1, answer, await time.latest(), 1);
        return ethers.deployContract("ChainlinkPriceFeed", [feedOf(aggregator.target as string, WAD)]);
      };
      const [right, wrong] = [await feed(3_000n * ONE), await feed((112n * ONE) / 100n)];
      await router.setFeed(0, right.target);
      await ledger.connect(alice).deposit(a, weth.target, 5n * WAD);
      const far = instrumentId({
        market: 0,
        expiry: Number(risk.expiries[1]),
        strike: 2_000n * WAD,
        kind: "put",
      });
      await ledger.connect(alice).withdraw(a, usdc.target, 10_000n * USDC, alice.address);
      await ledger.connect(venue).movePosition(a, b, far, WAD);
      const refused = await refusedBy(router.setFeed(0, wrong.target));
      const { price, status } = await router.spot(0);
      await risk.inputs.setSpot(0, price, status);
      const { equity, maintenanceRequirement } = await ledger.assess(a);
      return { refused, isForSale: equity < maintenanceRequirement, router, feed, wrong, time };
    };
    it("is refused while the feed in force is good and says something else", async () => {
      const { refused, isForSale } = await attack("PriceRouter");
      expect([refused, isForSale]).to.deep.equal(["PriceRouter_FeedsApart", false]);
    });
    it("puts a sound account up for sale, if any feed is taken", async () => {
      const { refused, isForSale } = await attack("TrustingRouter");
      expect([refused, isForSale]).to.deep.equal(["nothing", true]);
    });
    it("is taken when a second source stands by it, or the feed in force is no longer good", async () => {
      const { router, feed, wrong, time } = await attack("PriceRouter");
      await router.setSecondFeed(0, (await feed(112n * 10n ** 6n)).target, WAD / 100n);
      expect(await refusedBy(router.setFeed.staticCall(0, wrong.target))).to.equal("nothing");
      await router.setSecondFeed(0, (await feed(2_990n * ONE)).target, WAD / 100n);
      expect(await refusedBy(router.setFeed.staticCall(0, wrong.target))).to.equal("PriceRouter_FeedsApart");
      await router.setFeed(0, (await feed(2_450n * ONE)).target);
      await time.increase(2 * HOUR);
      await router.setFeed(0, (await feed(1_500n * ONE)).target);
      expect((await router.spot(0)).price).to.equal(1_500n * WAD);
    });
  });
});
