import { trade, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { connection, expiryOf, moveTo, option, refusal, type Scene, scene } from "../support/ballast.ts";
import { buy, deployed } from "../support/hedging.ts";

const { ethers, networkHelpers } = connection;
const HOUR = 3_600;

/** Index of the expiry, strike in dollars, kind, and what the hedger gains. */
const LEGS = [
  [2, 2_200n, "call", 60n],
  [2, 1_800n, "put", 80n],
  [3, 2_000n, "call", -20n],
  [3, 1_900n, "put", 30n],
] as const;

/** A book of both kinds, several strikes and two expiries, all arrays current. */
async function mixedBook(): Promise<Scene> {
  const stage = await scene();
  const { ballast, account } = stage.world.people.hedger;
  for (const [expiry, dollars, kind, units] of LEGS) {
    const leg = { instrument: option(expiryOf(stage, expiry), dollars, kind), quantity: units * WAD };
    await (await trade(ballast, account, [leg])).wait();
  }
  const { books, vault } = ballast;
  await (await books.refreshAll(await vault.account())).wait();
  return stage;
}

/** The same with calls in the money, in a market that lives until they expire. */
async function expiring(): Promise<Scene> {
  const stage = await mixedBook();
  await buy(stage, "call", 1_900n, 30n);
  return stage;
}

async function greeksOf({ world }: Scene) {
  const at = world.deployment.contracts.hedgeController;
  const controller = await ethers.getContractAt("HedgeController", at);
  const planner = await ethers.getContractAt("HedgePlanner", await controller.planner());
  return ethers.getContractAt("HedgeGreeks", await planner.greeks());
}

/** What rounding each leg's values down to whole lane units can change a difference of two levels by at most [wad USD]. */
async function roundingOf(stage: Scene, spot: bigint): Promise<bigint> {
  const { riskArrays } = stage.world.people.keeper.ballast;
  const parts = LEGS.map(async ([expiry, dollars, , units]) => {
    const { wordB } = await riskArrays.words(0, expiryOf(stage, expiry), dollars * WAD);
    // The unshocked levels are lanes of word B, in units of 2^exponent * reference spot / 2^29.
    return (abs(units) * (spot << (wordB >> 252n))) >> 29n;
  });
  return (await Promise.all(parts)).reduce((sum, part) => sum + part, 0n);
}

const abs = (x: bigint) => (x < 0n ? -x : x);

describe("Greeks of the hedge", () => {
  it("are the sticky-strike slope of the book's value, and the change of that slope", async () => {
    const stage = await networkHelpers.loadFixture(mixedBook);
    const { books, vault, optionPricer, clearinghouse } = stage.world.people.keeper.ballast;
    const own = await vault.account();
    const greeks = await greeksOf(stage);
    const spot = 2_000n * WAD;
    const [delta, gamma] = await greeks.greeksOf(own, 0, spot, 0n);
    // Black's delta at each strike's own volatility is the same slope.
    const black = await optionPricer.bookValue(0, [...(await clearinghouse.positionWords(own))]);
    // It is the chord from the spot to a level half a percent, 10 dollars, above it: Black's delta 5 dollars up, but for
    // the slope's third derivative, and for values rounded down to lane units, which is different at every hour.
    const rounding = await roundingOf(stage, spot);
    const third = WAD / 20n;
    const chord = black.delta + 5n * black.gamma;
    expect(abs(delta - chord) < third + rounding / 10n, `${delta} for ${chord}`).to.equal(true);
    // Two differences of levels, 20 dollars apart.
    const bend = (2n * rounding) / 400n + abs(black.gamma) / 40n;
    expect(abs(gamma - black.gamma) < bend, `${gamma} for ${black.gamma}`).to.equal(true);
    // And against finite differences of the marks themselves.
    const step = 2n * WAD;
    const up = await books.marksOf(own, 0, spot + step);
    const down = await books.marksOf(own, 0, spot - step);
    const middle = await books.marksOf(own, 0, spot);
    const slope = ((up.marks.value - down.marks.value) * WAD) / (2n * step);
    // On both sides of the spot: the chord between levels 20 dollars apart, which gamma does not tilt.
    expect(abs(slope - black.delta) < third + rounding / 20n, `${slope} for ${black.delta}`).to.equal(true);
    expect(((up.marks.value - middle.marks.value) * WAD) / step).to.be.within(delta - 1_000n, delta + 1_000n);
  });

  it("move by the smile's slope when the surface moves along with the spot", async () => {
    const stage = await networkHelpers.loadFixture(mixedBook);
    const { vault, optionPricer, clearinghouse } = stage.world.people.keeper.ballast;
    const own = await vault.account();
    const greeks = await greeksOf(stage);
    const words = [...(await clearinghouse.positionWords(own))];
    const [strike] = await greeks.greeksOf(own, 0, 2_000n * WAD, 0n);
    const [moneyness] = await greeks.greeksOf(own, 0, 2_000n * WAD, WAD);
    const [half] = await greeks.greeksOf(own, 0, 2_000n * WAD, WAD / 2n);
    expect(abs(strike + moneyness - 2n * half) < 10n).to.equal(true);
    // The pricer's volatilities are functions of moneyness: its value moves with the spot as the whole smile does.
    const valueAt = async (dollars: bigint) => {
      const snapshot = await networkHelpers.takeSnapshot();
      await stage.world.externals.feed.pushRound(dollars * WAD);
      const { value } = await optionPricer.bookValue(0, words);
      await snapshot.restore();
      return value;
    };
    const slope = ((await valueAt(2_010n)) - (await valueAt(1_990n))) / 20n;
    const { delta: black } = await optionPricer.bookValue(0, words);
    const [wanted, added] = [slope - black, moneyness - strike];
    expect(abs(wanted) > WAD).to.equal(true);
    // The slope at the money stands for all strikes: what the smile adds is met to a fifth.
    expect(abs(added - wanted) < abs(wanted) / 5n, `${added} for ${wanted}`).to.equal(true);
  });

  it("value legs whose arrays are out of date one by one, so many and no more, and leave out what has expired", async () => {
    const stage = await networkHelpers.loadFixture(mixedBook);
    const { vault, optionPricer, clearinghouse, books } = stage.world.people.keeper.ballast;
    const own = await vault.account();
    const greeks = await greeksOf(stage);
    await moveTo(stage, stage.start + HOUR, 1_800n);
    const spot = 1_800n * WAD;
    const { apart } = await books.marksOf(own, 0, spot);
    expect(apart).to.have.length(2);
    const [delta, gamma] = await greeks.greeksOf(own, 0, spot, 0n);
    const black = await optionPricer.bookValue(0, [...(await clearinghouse.positionWords(own))]);
    expect(delta).to.equal(black.delta);
    expect(gamma).to.equal(black.gamma);
    const [smiled] = await greeks.greeksOf(own, 0, spot, WAD);
    expect(smiled).to.not.equal(delta);
    const expiry = expiryOf(stage, 2);
    await stage.clock.advanceTo(expiry);
    const [late] = await greeks.greeksOf(own, 0, spot, 0n);
    const legs = await clearinghouse.bookLegs(own, BigInt(expiryOf(stage, 3) / HOUR));
    expect(late).to.equal((await optionPricer.bookValue(0, [...legs])).delta);
  });

  it("give the delta of a series up with the window that its fixing averages, current or not", async () => {
    const stage = await networkHelpers.loadFixture(expiring);
    const { vault, books, optionPricer, clearinghouse } = stage.world.people.keeper.ballast;
    const own = await vault.account();
    const greeks = await greeksOf(stage);
    const [expiry, spot] = [expiryOf(stage, 2), 2_000n * WAD];
    const group = BigInt(expiry / HOUR);
    const wanted = async (left: bigint) => {
      const [{ marks }, { marks: ending }] = await Promise.all([
        books.marksOf(own, 0, spot),
        books.marksOfGroup(own, group, spot),
      ]);
      expect(abs(ending.delta)).to.be.greaterThan(10n * WAD);
      const part = (x: bigint) => (x * left) / 1_800n;
      return [
        marks.delta - ending.delta + part(ending.delta),
        marks.gamma - ending.gamma + part(part(ending.gamma)),
      ];
    };
    for (const left of [1_800, 1_200, 300]) {
      await moveTo(stage, expiry - left - 30, 2_000n);
      await (await books.refreshAll(own)).wait();
      await stage.clock.advanceTo(expiry - left);
      const [delta, gamma] = await greeks.greeksOf(own, 0, spot, 0n);
      const [slope, bend] = await wanted(BigInt(left));
      expect(delta, `${left} s`).to.be.closeTo(slope ?? 0n, 1_000n);
      expect(gamma, `${left} s`).to.be.closeTo(bend ?? 0n, 1_000n);
    }
    // Beyond what the arrays bear every leg is valued by itself.
    await stage.world.externals.feed.pushRound(1_950n * WAD);
    const now = BigInt(await stage.clock.now());
    const later = (await clearinghouse.bookGroups(own)).filter((one) => one !== group);
    const legs = async (one: bigint) =>
      (await optionPricer.bookValue(0, [...(await clearinghouse.bookLegs(own, one))])).delta;
    let others = 0n;
    for (const one of later) others += await legs(one);
    const [delta] = await greeks.greeksOf(own, 0, 1_950n * WAD, 0n);
    const left = BigInt(expiry) - now;
    expect(left > 0n && left < 300n).to.equal(true);
    expect(delta).to.be.closeTo(others + ((await legs(group)) * left) / 1_800n, 1_000n);
  });

  it("need a book, and its totals", async () => {
    const stage = await networkHelpers.loadFixture(mixedBook);
    const { hedger } = stage.world.people;
    const greeks = await greeksOf(stage);
    expect(await refusal(greeks.greeksOf(hedger.account, 0, WAD, 0n))).to.equal("HedgeGreeks_NoBook");
    const { clearinghouse, vault } = hedger.ballast;
    const own = await vault.account();
    // A ledger that tells of more legs than are valued one by one.
    const many = await deployed(stage, "ManyLegs", [await clearinghouse.getAddress(), 65n]);
    const args = [many, await greeks.optionPricer(), await greeks.books(), await greeks.riskArrays()];
    const wide = await ethers.getContractAt("HedgeGreeks", await deployed(stage, "HedgeGreeks", args));
    expect(await refusal(wide.greeksOf(own, 0, 1_000n * WAD, 0n))).to.equal("HedgeGreeks_TooManyApart");
    args[3] = ZeroAddress;
    expect(await refusal(deployed(stage, "HedgeGreeks", args))).to.equal("HedgeGreeks_ZeroAddress");
    expect(
      await refusal(deployed(stage, "HedgePlanner", [many, ZeroAddress, ZeroAddress, ZeroAddress])),
    ).to.equal("HedgePlanner_ZeroAddress");
  });

  it("hedge what a trade leaves, also before anybody refreshed the books", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    await buy(stage, "call", 2_100n, 300n);
    const { hedgeController } = stage.world.people.keeper.ballast;
    const state = await hedgeController.state(0);
    expect(state.optionDelta < -50n * WAD).to.equal(true);
  });
});
