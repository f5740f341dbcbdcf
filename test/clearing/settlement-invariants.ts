import { seriesOf, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { GAS } from "../support/acts.ts";
import { averageOf, type ExpiryRoom, expiryRoom, lastRound, pass } from "../support/expiries.ts";

const SEEDS = [21, 22, 23];
const STEPS = 80;
const DUST = 10n ** 10n;
const NAME = /custom error '([A-Za-z]+_[A-Za-z]+)/;

/** What the ledger must hold: kept by the test from what was done. */
interface Model {
  readonly held: Map<string, bigint>;
  readonly cash: Map<bigint, bigint>;
  readonly fixings: Map<bigint, bigint>;
  readonly settled: Set<string>;
  readonly done: Map<string, number>;
  paid: bigint;
}

const keyOf = (account: bigint, instrument: bigint) => `${account}/${instrument}`;

const ended = (error: unknown): string => NAME.exec(String(error))?.[1] ?? String(error);

/** Name of the refusal, empty if there was none. */
async function tried(send: () => Promise<{ wait(): Promise<unknown> }>): Promise<string> {
  try {
    await (await send()).wait();
  } catch (error) {
    return ended(error);
  }
  return "";
}

function count({ done }: Model, name: string): void {
  done.set(name, (done.get(name) ?? 0) + 1);
}

/** Intrinsic value of a position at a fixing, rounded down. */
function intrinsic(instrument: bigint, quantity: bigint, fixing: bigint): bigint {
  const { strike, kind } = seriesOf(instrument);
  const gap = kind === "call" ? fixing - strike : strike - fixing;
  const product = quantity * (gap > 0n ? gap : 0n);
  return product >= 0n ? product / WAD : -((-product + WAD - 1n) / WAD);
}

async function start(seed: number): Promise<readonly [ExpiryRoom, Model]> {
  const on = await expiryRoom(seed);
  const cash = new Map(on.people.map(({ account }) => [account, 300_000n * WAD] as const));
  const model: Model = {
    held: new Map(),
    cash,
    fixings: new Map(),
    settled: new Set(),
    done: new Map(),
    paid: 0n,
  };
  for (let i = 0; i < 12; i++) await trade(on, model);
  return [on, model];
}

async function trade(on: ExpiryRoom, model: Model): Promise<void> {
  const { people, pick, below, ledger, venue, series, time } = on;
  const now = await time.latest();
  const alive = series.filter((one) => seriesOf(one).expiry > now + 60);
  if (alive.length === 0) return;
  const from = pick(people).account;
  const to = pick(people.filter(({ account }) => account !== from)).account;
  const instrument = pick(alive);
  const quantity = BigInt(below(600_000_000) - 300_000_000) * DUST + DUST;
  await on.risk.inputs.setSpot(0, 3_000n * WAD, 0);
  await on.refresh();
  await ledger.connect(venue).movePosition(from, to, instrument, quantity);
  const add = (key: string, change: bigint) => model.held.set(key, (model.held.get(key) ?? 0n) + change);
  add(keyOf(from, instrument), -quantity);
  add(keyOf(to, instrument), quantity);
  count(model, "trade");
}

/** To just before an expiry, just after one, or a few hours on. */
async function wait(on: ExpiryRoom, model: Model): Promise<void> {
  const { time, expiries, below, pick } = on;
  const now = BigInt(await time.latest());
  const ahead = expiries.find((expiry) => expiry > now) ?? now + 3_600n;
  const spread = BigInt(1 + below(7_200));
  const target = pick([ahead - spread, ahead + spread, ahead + 22_000n + spread, now + spread]);
  await pass(on, target > now ? target : now + spread);
  count(model, "wait");
}

/** A right proof, a wrong one, or a fall back, for any expiry whether it may be fixed or not. */
async function fix(on: ExpiryRoom, model: Model): Promise<void> {
  const { pick, below, oracle, carol, rounds, expiries, time } = on;
  const expiry = pick(expiries);
  const average = averageOf(on, expiry);
  const manner = pick(["right", "wrong", "last", "any last"]);
  const from = below(rounds.length);
  const some = rounds.slice(from, from + 1 + below(5)).map(({ id }) => id);
  const ids = manner === "right" ? (average?.ids ?? some) : some;
  const id = manner === "last" ? lastRound(on, expiry).id : pick(rounds).id;
  const isFallback = manner.endsWith("last");
  const stranger = oracle.connect(carol);
  const refusal = await tried(() =>
    isFallback ? stranger.fixWithLastRound(0, expiry, id, GAS) : stranger.fix(0, expiry, ids, GAS),
  );
  if (model.fixings.has(expiry)) {
    expect(refusal, "18: an expiry is fixed once").to.equal("SettlementOracle_AlreadyFixed");
    return count(model, "fixed again");
  }
  if (refusal !== "") {
    expect(refusal).to.match(/^SettlementOracle_/);
    const isDue = BigInt(await time.latest()) > expiry && manner === "right" && average !== undefined;
    expect(isDue, `18: a right proof is refused with ${refusal}`).to.equal(false);
    return count(model, "proof refused");
  }
  const { price } = await oracle.fixing(0, expiry);
  const right = isFallback ? lastRound(on, expiry).answer * 10n ** 10n : average?.price;
  expect(price, "18: whatever the proof, the price is the same").to.equal(right);
  model.fixings.set(expiry, price);
  count(model, isFallback ? "fallback" : "average");
}

/** Settles up to `limit` positions of an account; everything about it is as the model says. */
async function settle(on: ExpiryRoom, model: Model, account: bigint, limit: number): Promise<void> {
  const { settler, ledger, carol, series, ethers } = on;
  const isDue = (one: bigint) => model.fixings.has(BigInt(seriesOf(one).expiry));
  const due = series.filter((one) => isDue(one) && (model.held.get(keyOf(account, one)) ?? 0n) !== 0n);
  const refusal = await tried(() => settler.connect(carol).settle(account, limit, GAS));
  if (due.length === 0 || limit === 0) {
    expect(refusal, "19: nothing settles twice").to.equal("Settler_NothingToSettle");
    return count(model, "nothing to settle");
  }
  expect(refusal, "30, 31: what is fixed settles, paused or with dead feeds").to.equal("");
  const block = await ethers.provider.getBlockNumber();
  const events = await ledger.queryFilter(ledger.filters.PositionSettled(), block);
  expect(events.length, "no more than the limit, no fewer than are due").to.equal(
    Math.min(limit, due.length),
  );
  for (const { args } of events) {
    const key = keyOf(args.account, args.instrument);
    expect(args.account).to.equal(account);
    expect(due.includes(args.instrument) && !model.settled.has(key), "19: once").to.equal(true);
    const fixing = model.fixings.get(BigInt(seriesOf(args.instrument).expiry))!;
    expect(args.quantity, "all of the position").to.equal(model.held.get(key));
    expect(args.cash, "17: intrinsic").to.equal(intrinsic(args.instrument, args.quantity, fixing));
    model.cash.set(account, model.cash.get(account)! + args.cash);
    model.held.delete(key);
    model.settled.add(key);
    model.paid += args.cash;
  }
  count(model, events.length < due.length ? "settled in part" : "settled");
  if (await ledger.riskPaused()) count(model, "settled while paused");
}

/** Money in and out; who has enough is let out although expired positions, theirs or others', are not settled. */
async function money(on: ExpiryRoom, model: Model): Promise<void> {
  const { pick, below, ledger, usdc, people, risk, refresh, next, time, series } = on;
  const { account, owner } = pick(people);
  const amount = BigInt(1 + below(900_000_000));
  const mine = ledger.connect(owner);
  const isOut = next() < 0.6;
  if (isOut) {
    await risk.inputs.setSpot(0, 3_000n * WAD, 0);
    await refresh();
    await mine.withdraw(account, usdc.target, amount, owner.address, GAS);
  } else await mine.deposit(account, usdc.target, amount, GAS);
  const change = (isOut ? -amount : amount) * 10n ** 12n;
  model.cash.set(account, model.cash.get(account)! + change);
  count(model, isOut ? "withdraw" : "deposit");
  const now = await time.latest();
  const isLeft = series.some(
    (one) => seriesOf(one).expiry <= now && (model.held.get(keyOf(account, one)) ?? 0n) !== 0n,
  );
  if (isOut && isLeft) count(model, "withdraw beside unsettled");
}

/** Pauses, or kills the feed that margin reads and the one fixings are compared with. */
async function disturb(on: ExpiryRoom, model: Model): Promise<void> {
  const { ledger, risk, pick } = on;
  if (pick([true, false])) await ledger.setRiskPaused(!(await ledger.riskPaused()));
  else await risk.inputs.setSpot(0, 0n, 3);
  count(model, "disturb");
}

async function judge(on: ExpiryRoom, model: Model): Promise<void> {
  const { ledger, oracle, people, expiries, series, usdc } = on;
  for (const { account } of people) {
    expect(await ledger.cashOf(account), "cash").to.equal(model.cash.get(account));
    for (const one of series) {
      const held = model.held.get(keyOf(account, one)) ?? 0n;
      expect(await ledger.positionOf(account, one), "position").to.equal(held);
    }
  }
  for (const expiry of expiries) {
    const [price, exists] = await oracle.fixing(0, expiry);
    expect(exists).to.equal(model.fixings.has(expiry));
    expect(price, "18: a fixing never changes").to.equal(model.fixings.get(expiry) ?? 0n);
  }
  const transit = await ledger.settlementTransit();
  expect(transit, "19: what was received and not paid").to.equal(-model.paid);
  const owed = [...model.cash.values()].reduce((sum, one) => sum + one, 0n) + transit;
  expect((await usdc.balanceOf(await ledger.getAddress())) * 10n ** 12n, "19: to the wei").to.equal(owed);
}

/** Everything is fixed; then all sources die, risk is paused, and everybody still gets what they are owed. */
async function finish(on: ExpiryRoom, model: Model): Promise<void> {
  const { expiries, oracle, people, ledger, aggregator, risk, usdc, time, series } = on;
  const end = BigInt(await time.latest());
  const due = expiries.at(-1)! + 7n * 3_600n;
  await pass(on, end > due ? end + 1n : due);
  for (const expiry of expiries.filter((one) => !model.fixings.has(one))) {
    const { id, answer } = lastRound(on, expiry);
    await oracle.fixWithLastRound(0, expiry, id, GAS);
    model.fixings.set(expiry, answer * 10n ** 10n);
    count(model, "fallback");
  }
  await aggregator.setBroken(true, false);
  await risk.inputs.setSpot(0, 0n, 3);
  await ledger.setRiskPaused(true);
  for (let left = 20; left > 0; left--) {
    for (const { account } of people) await settle(on, model, account, 1 + on.below(4));
  }
  await judge(on, model);
  expect(model.held.size === 0 || [...model.held.values()].every((one) => one === 0n)).to.equal(true);
  const transit = await ledger.settlementTransit();
  // Rounding is in the house's favour, under a wei for each position, and all that stays.
  expect(transit >= 0n && transit <= BigInt(people.length * series.length), "19").to.equal(true);
  for (const { account, owner } of people) {
    const units = model.cash.get(account)! / 10n ** 12n;
    await ledger.connect(owner).withdraw(account, usdc.target, units, owner.address, GAS);
    model.cash.set(account, model.cash.get(account)! - units * 10n ** 12n);
  }
  await judge(on, model);
}

describe("invariants of settlement, whoever acts in whatever order", () => {
  it("17, 18, 19, 30, 31: one fixing, intrinsic to the wei, once, whatever is paused or dead", async () => {
    const total = new Map<string, number>();
    for (const seed of SEEDS) {
      const [on, model] = await start(seed);
      const acts = [wait, wait, fix, fix, fix, trade, money, money, disturb];
      for (let step = 0; step < STEPS; step++) {
        const choice = on.below(acts.length + 4);
        const act = acts[choice];
        if (act) await act(on, model);
        else await settle(on, model, on.pick(on.people).account, on.below(6));
        await judge(on, model);
      }
      await finish(on, model);
      for (const [name, times] of model.done) total.set(name, (total.get(name) ?? 0) + times);
    }
    for (const name of [
      "trade",
      "wait",
      "average",
      "fallback",
      "fixed again",
      "proof refused",
      "settled",
      "settled in part",
      "settled while paused",
      "nothing to settle",
      "withdraw",
      "withdraw beside unsettled",
      "deposit",
      "disturb",
    ]) {
      expect(total.get(name) ?? 0, `${name} of ${JSON.stringify([...total])}`).to.be.greaterThan(0);
    }
  }).timeout(300_000);
});
