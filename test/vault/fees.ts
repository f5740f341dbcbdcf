import { WAD } from "@ballast/sdk";
import { expect } from "chai";
import type { EventLog } from "ethers";
import { ZeroAddress } from "ethers";
import {
  changeRates,
  chargeFees,
  type FeeRates,
  type FeeState,
  liftMark,
  NO_FEES,
} from "../../packages/quant/src/exact/fees.ts";
import { attribute, type EpochMark, feeValue } from "../../packages/quant/src/exact/valuation.ts";
import { connection, curator, refusal, scene } from "../support/ballast.ts";
import { seeded } from "../support/random.ts";

const { ethers, networkHelpers } = connection;
const YEAR = 31_536_000n;
const DAY = 86_400;

/** A vault that is worth what it is told, with two years' practice in nothing. */
async function twin() {
  const stage = await scene();
  const valuation = (await curator(stage)).epochAccounts;
  const vault = await ethers.deployContract("TwinVault", [String(valuation.target), 1_000_000n * WAD]);
  const account = await vault.account();
  const recipient = stage.world.people.keeper.address;
  const set = async (management: bigint, performance: bigint) =>
    (await valuation.setFeeTerms(account, { management, performance, recipient })).wait();
  const epoch = async (bid: bigint, flow = 0n, shares = 0n): Promise<bigint> => {
    const before = await vault.feeShares();
    await (await vault.epoch(bid, bid, flow, shares)).wait();
    return (await vault.feeShares()) - before;
  };
  const state = async () => (await valuation.feesOf(account)).state;
  const now = () => stage.clock.now();
  const wait = async (seconds: number) => stage.clock.advanceTo((await now()) + seconds);
  return { stage, valuation, vault, account, recipient, set, epoch, state, now, wait };
}

describe("fees: what is charged", () => {
  it("takes management by time, as a share of the shares, and at most a year's", async () => {
    const { set, epoch, vault, wait, now } = await networkHelpers.loadFixture(twin);
    await set(WAD / 50n, 0n);
    await epoch(1_000_000n * WAD);
    const before = await now();
    await wait(100 * DAY);
    const supply = await vault.supply();
    const minted = await epoch(1_000_000n * WAD);
    const due = ((WAD / 50n) * BigInt((await now()) - before)) / YEAR;
    expect(minted).to.equal((supply * due) / (WAD - due));
    await wait(10 * 365 * DAY);
    const most = 3n * 10n ** 16n;
    const later = await vault.supply();
    expect(await epoch(1_000_000n * WAD)).to.equal((later * most) / (WAD - most));
  });

  it("takes performance once, above the highest NAV of a share so far, which never falls", async () => {
    const { set, epoch, state, vault } = await networkHelpers.loadFixture(twin);
    await set(0n, WAD / 5n);
    await epoch(1_000_000n * WAD);
    expect((await state()).highWater).to.equal(WAD);
    const minted = await epoch(1_100_000n * WAD);
    // A fifth of 100,000 USD at the NAV of a share after it.
    expect(minted).to.equal((1_000_000n * WAD * 20_000n) / 1_080_000n);
    const reached = (await state()).highWater;
    expect(reached).to.be.closeTo((108n * WAD) / 100n, 2n);
    expect(await epoch(900_000n * WAD)).to.equal(0n);
    expect(await epoch(1_100_000n * WAD)).to.equal(0n);
    expect((await state()).highWater).to.equal(reached);
    expect(await epoch(1_100_001n * WAD)).to.be.greaterThan(0n);
    expect(await epoch(1_100_001n * WAD)).to.equal(0n);
    expect(await vault.supply()).to.be.greaterThan(1_000_000n * WAD);
  });

  it("charges no gain that entries or exits bring to those who stay", async () => {
    const { set, epoch, state } = await networkHelpers.loadFixture(twin);
    await set(0n, WAD / 5n);
    const nav = 1_000_000n * WAD;
    await epoch(nav);
    // Ten thousand dollars enter at an ask NAV 5 % above, and a tenth leaves at a bid 5 % below.
    await epoch(nav, 10_000n * WAD, (10_000n * WAD * 100n) / 105n);
    expect((await state()).highWater).to.be.greaterThan(WAD);
    expect(await epoch(1_010_000n * WAD)).to.equal(0n);
    await epoch(1_010_000n * WAD, -90_000n * WAD, -100_000n * WAD);
    expect(await epoch(920_000n * WAD)).to.equal(0n);
    expect(await epoch(920_001n * WAD)).to.be.greaterThan(0n);
  });

  it("charges nothing in wind-down, nor for the time of it, and keeps the mark", async () => {
    const { set, epoch, state, wait } = await networkHelpers.loadFixture(twin);
    await set(WAD / 50n, WAD / 5n);
    await epoch(1_200_000n * WAD);
    const { highWater } = await state();
    await wait(100 * DAY);
    expect(await epoch(-5n * WAD)).to.equal(0n);
    expect(await epoch(0n)).to.equal(0n);
    expect((await state()).highWater).to.equal(highWater);
    const minted = await epoch(1_000_000n * WAD);
    expect(minted).to.be.lessThan(100n * WAD);
    expect((await state()).highWater).to.equal(highWater);
  });

  it("applies new terms to time and gains from now on only", async () => {
    const { set, epoch, state, vault, wait } = await networkHelpers.loadFixture(twin);
    await set(0n, 0n);
    await epoch(1_000_000n * WAD);
    await wait(300 * DAY);
    await set(WAD / 50n, WAD / 5n);
    expect((await state()).due).to.equal(0n);
    const minted = await epoch(2_000_000n * WAD);
    expect(minted).to.be.lessThan(((await vault.supply()) * WAD) / 10n ** 24n);
    await set(WAD / 50n, WAD / 10n);
    expect((await state()).performance).to.equal(WAD / 10n);
    await set(WAD / 50n, WAD / 5n);
    expect((await state()).performance).to.equal(WAD / 10n);
  });

  it("is bounded, the curator's to set, and kept for nobody but the account's owner", async () => {
    const { stage, valuation, account, recipient } = await networkHelpers.loadFixture(twin);
    const most = { management: 3n * 10n ** 16n, performance: WAD / 4n, recipient };
    for (const bad of [{ management: most.management + 1n }, { performance: most.performance + 1n }]) {
      expect(await refusal(valuation.setFeeTerms.staticCall(account, { ...most, ...bad }))).to.equal(
        "EpochAccounts_BadFee",
      );
    }
    expect(
      await refusal(valuation.setFeeTerms.staticCall(account, { ...most, recipient: ZeroAddress })),
    ).to.equal("EpochAccounts_NoRecipient");
    await expect(valuation.setFeeTerms(account, most)).to.emit(valuation, "FeeTermsSet");
    const outsider = stage.world.people.hedger.ballast;
    expect(await refusal(outsider.epochAccounts.setFeeTerms.staticCall(account, most))).to.equal(
      "AccessManagedUnauthorized",
    );
    const read = ((await outsider.vault.reading()) as unknown as { toObject(): object }).toObject();
    const own = outsider.epochAccounts;
    const begin = own.beginEpoch.staticCall(account, 1n, read as Parameters<typeof own.beginEpoch>[2], 1n);
    expect(await refusal(begin)).to.equal("EpochAccounts_NotOwner");
    const end = own.endEpoch.staticCall(account, read as Parameters<typeof own.endEpoch>[1], 1n, 1n, 0n);
    expect(await refusal(end)).to.equal("EpochAccounts_NotOwner");
  });
});

describe("fees and attribution: the mirror in BigInt", () => {
  it("charges, lifts and attributes random epochs to the wei, and the parts sum to the change", async () => {
    const { valuation, vault, account, set, recipient, wait, now } = await networkHelpers.loadFixture(twin);
    const next = seeded(501);
    const some = (most: bigint): bigint => (most * BigInt(Math.floor(next() * 2 ** 40))) >> 40n;
    let state: FeeState = NO_FEES;
    let rates: FeeRates = { management: 0n, performance: 0n };
    let supply = 1_000_000n * WAD;
    let before: EpochMark | undefined;
    let [charged, attributed] = [0, 0];
    const nowBig = async () => BigInt(await now());
    for (let run = 0; run < 80; run++) {
      await wait(1 + Math.floor(next() * 90 * DAY));
      if (run % 7 === 0) {
        const terms = { management: some(3n * 10n ** 16n), performance: some(WAD / 4n) };
        await set(terms.management, terms.performance);
        state = changeRates(state, rates, terms, await nowBig());
        rates = terms;
      }
      const bid = next() < 0.1 ? -some(10n * WAD) : some(2_000_000n * WAD) + 500_000n * WAD;
      const mid = bid + some(10_000n * WAD);
      const size = bid > 0n ? some(bid / 3n) : 0n;
      const flow = next() < 0.2 ? 0n : next() < 0.5 ? size : -size;
      // Entries at up to a tenth more, exits at up to a tenth less than bid NAV.
      const fair = bid > 0n ? (flow * supply) / bid : 0n;
      const shares = flow > 0n ? fair - some(fair / 10n) : fair + (fair * some(WAD / 10n)) / WAD;
      const sent = await (await vault.epoch(bid, mid, flow, shares)).wait();
      const mirror = chargeFees(state, rates, bid, supply, await nowBig());
      const fee = mirror.management + mirror.performance;
      state = liftMark(mirror.state, bid, supply + fee, flow, supply + fee + shares);
      if (fee > 0n) charged++;
      const worth = feeValue(mid, fee, supply);
      supply += fee + shares;
      const kept = await valuation.feesOf(account);
      const { chargedAt, due, performance, highWater } = kept.state;
      expect({ chargedAt, due, performance, highWater }).to.deep.equal(state);
      expect([kept.terms.recipient, await vault.supply()]).to.deep.equal([recipient, supply]);
      const zero = { spot: 2_000n * WAD, delta: 0n, gamma: 0n, theta: 0n, spread: 0n };
      const after = { ...zero, mid, takenAt: await nowBig(), hedgeLoss: 0n, slices: 0n, fund: 0n };
      if (before) {
        const expected = attribute(before, after, worth);
        const [event] = await valuation.queryFilter(
          valuation.filters.EpochAttributed(),
          sent?.blockNumber,
          sent?.blockNumber,
        );
        const parts = (event as unknown as EventLog).args["parts"].toObject();
        expect(parts).to.deep.equal(expected);
        const { change, ...rest } = parts as Record<string, bigint>;
        expect(Object.values(rest).reduce((sum, part) => sum + part, 0n)).to.equal(change);
        attributed++;
      }
      before = { ...after, mid: mid + flow };
    }
    expect(charged).to.be.greaterThan(10);
    expect(attributed).to.equal(79);
  });
});
