import { trade, WAD } from "@ballast/sdk";
import { expect } from "chai";
import * as hedging from "../../packages/quant/src/exact/hedging.ts";
import * as mirror from "../../packages/quant/src/exact/short-venue.ts";
import * as smile from "../../packages/quant/src/exact/smile.ts";
import { connection, curator, expiryOf, option, scene } from "../support/ballast.ts";
import { setHedge } from "../support/hedging.ts";
import { seeded } from "../support/random.ts";

const { ethers, networkHelpers } = connection;
const [LTV, THRESHOLD, ACTIVE, BORROWABLE] = [0n, 16n, 56n, 58n];
const [BORROW_CAP, SUPPLY_CAP] = [80n, 116n];

describe("Short venue: the mirror in BigInt", () => {
  it("needs, is worth, and has room for what the venue says, whatever the reserves", async () => {
    const [deployer] = await ethers.getSigners();
    const next = seeded(141);
    const below = (limit: bigint): bigint => (limit * BigInt(Math.floor(next() * 2 ** 50))) >> 50n;
    const seen = {
      room: 0,
      full: 0,
      capped: 0,
      lendable: 0,
      needs: 0,
      covered: 0,
      spends: 0,
      tenth: 0,
    };
    for (const [cashDecimals, decimals] of [
      [6, 18],
      [6, 8],
      [18, 6],
    ] as const) {
      const cash = await ethers.deployContract("TestToken", [cashDecimals]);
      const underlying = await ethers.deployContract("TestToken", [decimals]);
      const pool = await ethers.deployContract("PoolDouble", [cash.target, underlying.target]);
      const collateralToken = await ethers.getContractAt("BalanceDouble", await pool.collateral());
      const debtToken = await ethers.getContractAt("BalanceDouble", await pool.debt());
      const terms = {
        controller: deployer?.address ?? "",
        underlying: underlying.target,
        cash: cash.target,
        router: pool.target,
        quoter: pool.target,
        fee: 500,
      };
      const healthTarget = (3n * WAD) / 2n;
      const parts = [terms, pool.target, healthTarget, (12n * WAD) / 10n] as const;
      const venue = await ethers.deployContract("AaveV3ShortVenue", [...parts]);
      for (let run = 0; run < 60; run++) {
        const [cashUnit, unit] = [10n ** BigInt(cashDecimals), 10n ** BigInt(decimals)];
        const [ltv, threshold] = [5_000n + below(3_000n), 8_000n + below(1_500n)];
        const price = 500n * WAD + below(4_000n * WAD);
        const debt = next() < 0.1 ? 0n : below(1_000n * unit);
        const worth = (debt * price * cashUnit) / (unit * WAD);
        const collateral = next() < 0.1 ? 0n : (worth * (100n + below(160n))) / 100n + below(10n * cashUnit);
        const [supplyCap, borrowCap] = [
          next() < 0.5 ? 0n : below(3_000_000n),
          next() < 0.2 ? 0n : below(2_200n),
        ];
        const [supplied, borrowed] = [below(3_000_000n * cashUnit), debt + below(2_000n * unit)];
        await collateralToken.set(collateral, supplied);
        await debtToken.set(debt, borrowed);
        const open = (1n << ACTIVE) | (1n << BORROWABLE);
        await pool.setConfiguration(
          cash.target,
          open | (ltv << LTV) | (threshold << THRESHOLD) | (supplyCap << SUPPLY_CAP),
        );
        await pool.setConfiguration(underlying.target, open | (borrowCap << BORROW_CAP));
        await underlying.mint(underlying.target, below(400n * unit));
        const lendable = await underlying.balanceOf(underlying.target);
        const state = {
          collateral,
          debt,
          cashDecimals,
          decimals,
          ltv: ltv * 10n ** 14n,
          threshold: threshold * 10n ** 14n,
          healthTarget,
        };
        const under = (cap: bigint, one: bigint, used: bigint): bigint | undefined => {
          if (cap === 0n) return undefined;
          return cap * one > used ? cap * one - used : 0n;
        };
        const reserve = {
          underSupplyCap: under(supplyCap, cashUnit, supplied),
          underBorrowCap: under(borrowCap, unit, borrowed),
          lendable,
        };
        const [amount, free] = [below(500n * unit), below(2_000_000n * cashUnit)];
        const room = mirror.shortRoom(state, free, price, reserve);
        const needed = mirror.shortFunding(state, amount, price);
        expect(await venue.room(false, free, price)).to.equal(room);
        expect(await venue.value(price)).to.equal(mirror.shortValue(state, price));
        expect((await venue.funding(false, amount, 0n, price))[0]).to.equal(needed);
        await pool.setHealth(WAD);
        const slippage = below(WAD / 20n);
        const less = mirror.deleveragingAmount(state, price, slippage);
        const spent = mirror.deleveragingCash(state, price);
        if (less === 0n) await expect(venue.deleverage(price, slippage)).to.be.revert(ethers);
        else expect(await venue.deleverage.staticCall(price, slippage)).to.equal(less);
        if (room === 0n) seen.full++;
        else seen.room++;
        if (room > 0n && room === reserve.underBorrowCap) seen.capped++;
        if (room > 0n && room === lendable) seen.lendable++;
        if (needed > 0n) seen.needs++;
        else seen.covered++;
        if (less > 0n) seen.spends++;
        if (
          spent > 0n &&
          (spent * 10n ** BigInt(18 - cashDecimals)) / 10n ** 12n ===
            (debt * price) / (10n * unit) / 10n ** 12n
        )
          seen.tenth++;
      }
    }
    for (const [what, count] of Object.entries(seen)) expect(count, what).to.be.greaterThan(1);
  });
});

describe("Hedge Greeks and budgets: the mirror in BigInt", () => {
  it("has what the smile adds to the vault's delta, for any share of it, and the sums of legs", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { ballast, account } = stage.world.people.hedger;
    for (const [index, dollars, kind] of [
      [2, 2_200n, "call"],
      [3, 1_800n, "put"],
    ] as const) {
      const leg = { instrument: option(expiryOf(stage, index), dollars, kind), quantity: 40n * WAD };
      await (await trade(ballast, account, [leg])).wait();
    }
    const { books, clearinghouse, optionPricer, priceRouter, riskArrays, vault } = ballast;
    await (await books.refreshAll(await vault.account())).wait();
    const controller = await ethers.getContractAt(
      "HedgeController",
      stage.world.deployment.contracts.hedgeController,
    );
    const planner = await ethers.getContractAt("HedgePlanner", await controller.planner());
    const greeks = await ethers.getContractAt("HedgeGreeks", await planner.greeks());
    const own = await vault.account();
    const spot = (await priceRouter.spot(0)).price;
    const groups: smile.SmileGroup[] = [];
    for (const group of await clearinghouse.bookGroups(own)) {
      const expiry = (group & 0xfffffn) * 3_600n;
      const [low, high] = await Promise.all(
        smile.smileStrikes(spot).map(async (strike) => {
          const instrument =
            option(Number(expiry), 1n, "call") - (100n << 4n) + ((strike / 10n ** 16n) << 4n);
          return (await optionPricer.value(instrument, 0)).volatility;
        }),
      );
      const [marks, isCurrent] = await books.marksOfGroup(own, group, spot);
      expect(isCurrent).to.equal(true);
      const { shocks } = await riskArrays.basisOf(0, expiry);
      const factors = { up: shocks.upFactor, down: shocks.downFactor };
      const relativeVega = smile.relativeVega(marks.volatilityUp, marks.volatilityDown, factors);
      groups.push({ low: low ?? 0n, high: high ?? 0n, relativeVega });
    }
    expect(groups.length).to.be.greaterThan(1);
    const plain = (await greeks.greeksOf(own, 0, spot, 0n)).delta;
    const next = seeded(151);
    for (let run = 0; run < 10; run++) {
      const share = 1n + (WAD * BigInt(Math.floor(next() * 1e9))) / 1_000_000_000n;
      const { delta } = await greeks.greeksOf(own, 0, spot, share);
      expect(delta - plain).to.equal(smile.smileDelta(groups, spot, share));
      expect(delta).not.to.equal(plain);
    }
    const words = [...(await clearinghouse.positionWords(own))];
    const legs = await Promise.all(
      words
        .flatMap((word) => [BigInt.asUintN(128, word), word >> 128n])
        .filter((entry) => entry !== 0n)
        .map(async (entry) => {
          const { value, delta, gamma, vega, theta } = await optionPricer.value(entry >> 64n, 0);
          return {
            quantity: BigInt.asIntN(64, entry) * 10n ** 10n,
            option: { value, delta, gamma, vega, theta },
          };
        }),
    );
    const { value, delta, gamma, vega, theta, grossVega } = await optionPricer.bookValue(0, words);
    expect(legs.length).to.be.greaterThan(1);
    expect({ value, delta, gamma, vega, theta, grossVega }).to.deep.equal(smile.bookValue(legs));
  });

  it("has the most that may be traded with what is left of a budget", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { hedgeController } = await curator(stage);
    const { price } = await stage.world.people.keeper.ballast.priceRouter.spot(0);
    const next = seeded(161);
    let bound = 0;
    for (let run = 0; run < 12; run++) {
      const dailyLossBudget = WAD * BigInt(1 + Math.floor(next() * 2_000));
      const slippageLimit = 1n + BigInt(Math.floor(next() * 1e8)) * 10n ** 9n;
      const maxTrade = WAD * BigInt(1 + Math.floor(next() * 400_000));
      await setHedge(stage, { dailyLossBudget, slippageLimit, maxTrade });
      const left = await hedgeController.lossBudgetLeft(0);
      const most = [hedging.affordableTrade(left, slippageLimit), maxTrade].sort((a, b) => (a < b ? -1 : 1));
      const { buyWad } = await hedgeController.hedgeCapacity(0);
      const wanted = ((most[0] ?? 0n) * WAD) / price;
      expect(buyWad <= wanted).to.equal(true);
      if (buyWad === wanted) bound++;
    }
    expect(bound).to.be.greaterThan(3);
    const inputs = { price: 2_000n * WAD, slippageLimit: WAD / 100n, cashDecimals: 6, decimals: 18 };
    expect(hedging.lossLimit(3n * WAD, 2n, inputs)).to.equal(60n * WAD + 4n * 10n ** 12n);
    expect(hedging.callerBudget(100n * WAD + 1n, WAD / 4n)).to.equal(25n * WAD);
  });
});
