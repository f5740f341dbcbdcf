import { decodeError, deposit, innermostOf, trade, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { wrapWeth } from "../../packages/lab/src/externals/index.ts";
import * as hedging from "../../packages/quant/src/exact/hedging.ts";
import * as pricer from "../../packages/quant/src/exact/option-value.ts";
import * as mirror from "../../packages/quant/src/exact/short-venue.ts";
import * as smile from "../../packages/quant/src/exact/smile.ts";
import { connection, curator, expiryOf, option, type Scene, scene } from "../support/ballast.ts";
import {
  buy,
  deployed,
  hedgeScene,
  parametersWith,
  setHedge,
  setVenues,
  swapTerms,
} from "../support/hedging.ts";
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
    expect({ value, delta, gamma, vega, theta, grossVega }).to.deep.equal(pricer.bookValue(legs));
  });

  it("values options between and at the posted expiries, with their volatility moved, as the pricer does", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { optionPricer, priceRouter, surfaceFeed } = stage.world.people.keeper.ballast;
    const listed = await surfaceFeed.expiries(0);
    const between = listed.slice(1).map((expiry, i) => {
      const before = listed[i] ?? 0n;
      return before + ((expiry - before) / 7_200n) * 3_600n;
    });
    const { price: spot } = await priceRouter.spot(0);
    const report = await surfaceFeed.lastReport(0);
    const now = BigInt(await networkHelpers.time.latest());
    const next = seeded(171);
    let [floored, compared] = [0, 0];
    for (const expiry of new Set([...listed, ...between])) {
      if (expiry <= now) continue;
      const slice = await surfaceFeed.sliceAt(0, expiry);
      for (let run = 0; run < 6; run++) {
        const dollars = BigInt(Math.floor(800 + next() * 3_000));
        const isPut = next() < 0.5;
        const instrument = option(Number(expiry), dollars, isPut ? "put" : "call");
        const deep = next() < 0.2 ? -2n * WAD : 0n;
        const shift = deep + (next() < 0.5 ? 0n : BigInt(Math.floor(next() * 1e9)) * 10n ** 9n - WAD / 2n);
        const terms = { isPut, strike: dollars * WAD, expiry, slice, reportSpot: BigInt(report.spot) };
        const found = await optionPricer.value(instrument, shift);
        const expected = pricer.optionValue(terms, spot, now, shift);
        const { forward, volatility, value, delta, gamma, vega, theta } = found;
        expect({ forward, volatility, value, delta, gamma, vega, theta }).to.deep.equal(expected);
        if (volatility === pricer.VOLATILITY_FLOOR) floored++;
        compared++;
        const moved = (spot * 11n) / 10n;
        expect((await optionPricer.valueAt(instrument, moved)).value).to.equal(
          pricer.optionValue(terms, moved, now).value,
        );
      }
    }
    expect(compared).to.be.greaterThan(20);
    expect(floored).to.be.greaterThan(0);
    const over = { isPut: false, strike: WAD, expiry: now, slice: 1n, reportSpot: WAD };
    expect(() => pricer.optionValue(over, spot, now)).to.throw("has expired");
  });

  it("tells what a hedge moved and lost, on a short venue too", async () => {
    const stage = await networkHelpers.loadFixture(hedgeScene);
    await setHedge(stage, { costRatio: 10n ** 9n, minInterval: 0n });
    const { hedgeController, clearinghouse, vault, priceRouter } = stage.world.people.keeper.ballast;
    const [own, weth] = [await vault.account(), await stage.world.externals.weth.getAddress()];
    const venue = await ethers.getContractAt("AaveV3ShortVenue", stage.short);
    let shorted = 0;
    for (const [kind, dollars, size] of [
      ["put", 1_800n, 400n],
      ["call", 2_100n, 60n],
      ["call", 2_100n, 500n],
    ] as const) {
      await buy(stage, kind, dollars, size);
      await (await stage.world.people.keeper.ballast.books.refreshAll(own)).wait();
      const { price } = await priceRouter.spot(0);
      const held = async () => ({
        units: await clearinghouse.collateralOf(own, weth),
        cash: await clearinghouse.cashOf(own),
        position: await venue.position(),
        worth: await hedgeController.venueValue(0, price),
      });
      const before = await held();
      const sent = await (await hedgeController.rebalance(0)).wait();
      const after = await held();
      const [hedged] = await hedgeController.queryFilter(hedgeController.filters.Hedged(), sent?.blockNumber);
      const delivered = { units: after.units - before.units, cash: after.cash - before.cash };
      const { moved, loss } = hedging.tradeOutcome(price, delivered, before, after);
      // Between the two looks the debt bears a second's interest, which is no loss of the trade.
      expect(hedged?.args.loss).to.be.closeTo(loss, before.position === 0n ? 0n : WAD / 100n);
      const amount = hedged?.args.amount ?? 0n;
      expect(moved).to.be.closeTo(
        hedged?.args.buy ? amount : -amount,
        before.position === 0n ? 4n : WAD / 1_000n,
      );
      if (after.position < 0n) shorted++;
    }
    expect(shorted).to.be.greaterThan(0);
  });

  it("allows a trade to lose what the controller says when a venue keeps the money", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { world } = stage;
    const at = world.deployment.contracts.hedgeController;
    const terms = await swapTerms(stage, world.externals.uniswap, at);
    await setVenues(stage, [await deployed(stage, "LyingVenue", [terms, 0])]);
    await setHedge(stage, { costRatio: 10n ** 9n, minInterval: 0n, maxTrade: 77_777n * WAD + 7n });
    const { address, ballast, signer } = world.people.takers[0] ?? world.people.hedger;
    const weth = await world.externals.weth.getAddress();
    await wrapWeth(world.externals.weth, signer, 300n * WAD);
    await (await deposit(ballast, address, await ballast.vault.account(), weth, 300n * WAD)).wait();
    const { hedgeController } = world.people.keeper.ballast;
    const { amount, price, fills } = await hedgeController.plan.staticCall(0);
    const { slippageLimit } = await hedgeController.parameters(0);
    const inputs = { price, slippageLimit, cashDecimals: 6, decimals: 18 };
    const error = await hedgeController.rebalance.staticCall(0).then(
      () => undefined,
      (reason: unknown) => decodeError(reason),
    );
    const refused = error && innermostOf(error);
    expect(refused?.name).to.equal("HedgeController_SlippageExceeded");
    expect(refused?.args["limit"]).to.equal(hedging.lossLimit(amount, BigInt(fills.length), inputs));
  });

  it("has the most that may be traded with what is left of a budget", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { hedgeController } = await curator(stage);
    const { price } = await stage.world.people.keeper.ballast.priceRouter.spot(0);
    const next = seeded(161);
    let [bound, shared] = [0, 0];
    for (let run = 0; run < 12; run++) {
      const dailyLossBudget = WAD * BigInt(1 + Math.floor(next() * 2_000));
      const slippageLimit = 1n + BigInt(Math.floor(next() * 1e8)) * 10n ** 9n;
      const maxTrade = WAD * BigInt(1 + Math.floor(next() * 400_000));
      await setHedge(stage, { dailyLossBudget, slippageLimit, maxTrade });
      const left = await hedgeController.lossBudgetLeft(0);
      // Nobody has lost anything yet, so half of a stranger's budget is there, or of all budget.
      const { callerShare } = await hedgeController.parameters(0);
      const own = hedging.callerBudget(dailyLossBudget, callerShare) / 2n;
      const theirs = await hedgeController.lossBudgetLeftOf(0, ethers.ZeroAddress);
      expect(theirs).to.equal(own < left ? own : left);
      if (theirs === own && own < left) shared++;
      const most = [hedging.affordableTrade(left, slippageLimit), maxTrade].sort((a, b) => (a < b ? -1 : 1));
      const { buyWad } = await hedgeController.hedgeCapacity(0);
      const wanted = ((most[0] ?? 0n) * WAD) / price;
      expect(buyWad <= wanted).to.equal(true);
      if (buyWad === wanted) bound++;
    }
    expect(Math.min(bound, shared)).to.be.greaterThan(3);
    await expectCapacity(stage);
    const inputs = { price: 2_000n * WAD, slippageLimit: WAD / 100n, cashDecimals: 6, decimals: 18 };
    expect(hedging.lossLimit(3n * WAD, 2n, inputs)).to.equal(60n * WAD + 4n * 10n ** 12n);
    expect(hedging.callerBudget(100n * WAD + 1n, WAD / 4n)).to.equal(25n * WAD);
  });
});

/** Asks the planner, with values below and above what there is room for. */
async function expectCapacity(stage: Scene): Promise<void> {
  const { clearinghouse, vault, priceRouter } = stage.world.people.keeper.ballast;
  const at = stage.world.deployment.contracts.hedgeController;
  const controller = await ethers.getContractAt("HedgeController", at);
  const planner = await ethers.getContractAt("HedgePlanner", await controller.planner());
  const own = await vault.account();
  const underlying = await stage.world.externals.weth.getAddress();
  const usdc = await stage.world.externals.usdc.getAddress();
  const parameters = await parametersWith(stage, {});
  const venues = [...(await controller.venues(0))];
  const setUp = { market: 0, underlying, venues, parameters };
  const { price } = await priceRouter.spot(0);
  const { cap } = await clearinghouse.collateralAsset(underlying);
  const held = (await clearinghouse.collateralTotals(underlying)).amount;
  const cash = await clearinghouse.withdrawable(own, usdc);
  const opened = await clearinghouse.withdrawable(own, underlying);
  const { slippageLimit } = parameters;
  const inputs = { price, slippageLimit, cash, cashDecimals: 6, decimals: 18 };
  const shorts = await Promise.all(
    venues.map(async (address) => {
      const venue = await ethers.getContractAt("IHedgeVenue", address);
      if (!(await venue.isShort())) return undefined;
      return { bought: await venue.room(true, cash, price), sold: await venue.room(false, cash, price) };
    }),
  );
  const [short = { bought: 0n, sold: 0n }, ...more] = shorts.filter((one) => one !== undefined);
  expect(more).to.deep.equal([]);
  const outcomes = new Set<boolean>();
  for (const value of [0n, 1n, WAD, 10_000n * WAD + 7n, 10n ** 27n]) {
    const rooms = { bought: cap - held + short.bought, sold: opened + short.sold };
    const { buy: most, sell } = hedging.hedgeCapacity(value, rooms, inputs);
    const found = await planner.capacityOf(setUp, value);
    expect([found.buyWad, found.sellWad]).to.deep.equal([most, sell]);
    outcomes.add(most < (value * WAD) / price);
  }
  expect(outcomes.size).to.equal(2);
}
