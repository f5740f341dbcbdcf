import { decodeErrorData, requestDeposit, trade, WAD } from "@ballast/sdk";
import { expect } from "chai";
import {
  connection,
  curator,
  expiryOf,
  moveTo,
  option,
  refusal,
  type Scene,
  scene,
} from "../support/ballast.ts";
import { replace } from "../support/mutants.ts";

const { ethers, networkHelpers } = connection;
const HOUR = 3_600;
const USDC = 10n ** 6n;

async function done(sent: Promise<{ wait(): Promise<unknown> }>): Promise<void> {
  await (await sent).wait();
}

/** Puts a mutant in the place of the valuation. */
async function mutate({ world }: Scene, mutant: string): Promise<void> {
  const at = world.deployment.contracts;
  await replace(connection as never, at.valuation, mutant, [
    at.accessManager,
    at.clearinghouse,
    at.books,
    at.optionPricer,
    at.priceRouter,
    at.surfaceFeed,
    at.settlementOracle,
  ]);
}

/** A vault that is short 60 calls, its book current, and an attacker with money. */
async function shortVault() {
  const stage = await scene();
  const { ballast, account } = stage.world.people.hedger;
  const leg = { instrument: option(expiryOf(stage, 2), 2_000n, "call"), quantity: 60n * WAD };
  await done(trade(ballast, account, [leg]));
  const own = await ballast.vault.account();
  await done(ballast.books.refreshAll(own));
  const attacker = stage.world.people.lps[1];
  if (!attacker) throw new Error("There is no second LP.");
  return { ...stage, ballast, own, attacker };
}

// Off-chain state of a market that moves is not restored with a snapshot: each mover has a scene of its own.
async function beyondDrift() {
  return shortVault();
}
async function waiting() {
  return shortVault();
}
async function halfWay() {
  return shortVault();
}

describe("Attack: a donation to the vault", () => {
  it("changes neither NAV nor the price of a share, wherever it is sent; it would if balances counted", async () => {
    const stage = await networkHelpers.loadFixture(shortVault);
    const { ballast, attacker } = stage;
    const at = stage.world.deployment.contracts;
    const money = attacker.ballast.usdc;
    const look = async () => [(await ballast.vault.nav()).mid, await ballast.shares.totalSupply()];
    const gain = async () => {
      // Within one time, so that nothing but the donation lies between.
      const before = await look();
      const book = await ballast.clearinghouse.cashOf(stage.own);
      for (const place of [at.vault, at.silo, at.clearinghouse, at.valuation, at.hedgeController]) {
        await done(money.transfer(place, 1_000n * USDC));
      }
      const after = await look();
      expect([after[1], await ballast.clearinghouse.cashOf(stage.own)]).to.deep.equal([before[1], book]);
      return (after[0] ?? 0n) - (before[0] ?? 0n);
    };
    // What the passing seconds are worth to a seller of options.
    expect(await gain()).to.be.within(0n, WAD / 10n);
    await mutate(stage, "BalanceValuation");
    expect(await gain()).to.be.closeTo(1_000n * WAD, WAD / 10n);
  });
});

describe("Attack: sandwich of a mark", () => {
  it("never gains by a price that is within the mark's uncertainty; it would with one NAV for both sides", async () => {
    const stage = await networkHelpers.loadFixture(shortVault);
    const { ballast } = stage;
    const feed = await ethers.deployContract("StatusFeed", [stage.world.externals.feed.address]);
    await done((await curator(stage)).priceRouter.setFeed(0, feed.target));
    /** Enters at the old mark knowing the price of the new one, and leaves at that. */
    const gain = async (known: bigint) => {
      await feed.set(2_000n * WAD, await stage.clock.now(), 0);
      const { ask } = await ballast.vault.nav();
      await feed.set(known, await stage.clock.now(), 0);
      return (await ballast.vault.nav()).bid - ask;
    };
    const [lower, higher] = [1_996n * WAD, 2_004n * WAD];
    expect(await gain(lower)).to.be.lessThan(0n);
    expect(await gain(higher)).to.be.lessThan(0n);
    await mutate(stage, "OneSidedValuation");
    expect(await gain(lower)).to.be.greaterThan(20n * WAD);
  });
});

describe("Attack: a stale mark used again", () => {
  it("finds no entry at a mark that was known when asking; it would if every mark were new", async () => {
    const stage = await networkHelpers.loadFixture(waiting);
    const { attacker, ballast } = stage;
    const { vault } = attacker.ballast;
    await stage.clock.advanceTo(stage.start + HOUR / 2);
    await done(requestDeposit(attacker.ballast, attacker.address, 100_000n * USDC));
    await stage.clock.advanceTo(stage.start + HOUR / 2 + 600);
    const refused = await refusal(vault.processEpoch.staticCall());
    expect(refused).to.equal("OptionsVault_MarkNotNewer");
    await mutate(stage, "TimelessValuation");
    const before = await ballast.vault.nav();
    await done(vault.processEpoch());
    // The price that was known outside comes on chain: the vault, short calls, is worth more than what was paid.
    await moveTo(stage, stage.start + HOUR, 1_960n);
    expect((await ballast.vault.nav()).bid).to.be.greaterThan(before.ask + 100_000n * WAD);
  });

  it("leaves no short option out of NAV by making it stale; it would if only what is current counted", async () => {
    const stage = await networkHelpers.loadFixture(beyondDrift);
    const { ballast, own } = stage;
    await moveTo(stage, stage.start + HOUR, 2_060n);
    const stale = await ballast.vault.reading();
    expect(stale.legsApart).to.equal(1n);
    const held = await networkHelpers.takeSnapshot();
    await done(ballast.books.refreshAll(own));
    const fresh = await ballast.vault.reading();
    const gap = stale.mid - fresh.mid;
    expect((gap < 0n ? -gap : gap) * 10_000n < fresh.mid, String(gap)).to.equal(true);
    await held.restore();
    await mutate(stage, "ForgetfulValuation");
    expect((await ballast.vault.reading()).mid - fresh.mid).to.be.greaterThan(1_000n * WAD);
  });
});

describe("Attack: reading half-way", () => {
  it("processes no epoch while a batch runs; it would mint cheap shares if the valuation did not see it", async () => {
    const stage = await networkHelpers.loadFixture(halfWay);
    const { attacker, ballast, own } = stage;
    const at = stage.world.deployment.contracts;
    const venue = await ethers.deployContract("HalfWayVenue", [at.clearinghouse]);
    await done((await curator(stage)).clearinghouse.setVenue(venue.target, true));
    await done(requestDeposit(attacker.ballast, attacker.address, 100_000n * USDC));
    await moveTo(stage, stage.start + HOUR, 2_000n);
    await done(ballast.books.refreshAll(own));
    const { account } = stage.world.people.hedger;
    const process = ballast.vault.interface.encodeFunctionData("processEpoch");
    const cash = (await ballast.clearinghouse.cashOf(own)) / 2n;
    const data = venue.interface.encodeFunctionData("run", [own, account, cash, at.vault, process]);
    const attack = () => ballast.clearinghouse.batch(account, [{ target: String(venue.target), data }]);
    const fair = await ballast.vault.sharePrice();
    await done(attack());
    expect(await venue.answered()).to.equal(false);
    expect(decodeErrorData(await venue.answer())?.name).to.equal("OptionsVault_MarkFlawed");
    await mutate(stage, "BlindValuation");
    await done(attack());
    expect(await venue.answered()).to.equal(true);
    const shares = await ballast.shares.maxMint(attacker.address);
    // A hundred thousand dollars bought almost twice what they are worth.
    expect((shares * fair.bid) / WAD).to.be.greaterThan(180_000n * WAD);
  });
});

describe("Attack: charging a gain twice", () => {
  async function charged() {
    const stage = await scene();
    const accounts = (await curator(stage)).epochAccounts;
    const vault = await ethers.deployContract("TwinVault", [String(accounts.target), 1_000_000n * WAD]);
    const recipient = stage.world.people.keeper.address;
    await done(
      accounts.setFeeTerms(await vault.account(), { management: 0n, performance: WAD / 5n, recipient }),
    );
    await done(vault.epoch(1_000_000n * WAD, 1_000_000n * WAD, 0n, 0n));
    const fees = async (bid: bigint, flow = 0n, shares = 0n) => {
      const before = await vault.feeShares();
      await done(vault.epoch(bid, bid, flow, shares));
      return (await vault.feeShares()) - before;
    };
    return { stage, fees };
  }

  it("charges no gain back to where a share has been; it would if the mark could fall", async () => {
    const { stage, fees } = await networkHelpers.loadFixture(charged);
    await fees(900_000n * WAD);
    expect(await fees(1_000_000n * WAD)).to.equal(0n);
    await mutate(stage, "ResettingValuation");
    await fees(900_000n * WAD);
    expect(await fees(1_000_000n * WAD)).to.be.greaterThan(10_000n * WAD);
  });

  it("charges nothing on what entries pay above NAV; it would if they did not lift the mark", async () => {
    const { stage, fees } = await networkHelpers.loadFixture(charged);
    const enter = () => fees(1_000_000n * WAD, 500_000n * WAD, 450_000n * WAD);
    const state = await networkHelpers.takeSnapshot();
    await enter();
    expect(await fees(1_500_000n * WAD)).to.equal(0n);
    await state.restore();
    await mutate(stage, "GreedyValuation");
    await enter();
    expect(await fees(1_500_000n * WAD)).to.be.greaterThan(1_000n * WAD);
  });
});
