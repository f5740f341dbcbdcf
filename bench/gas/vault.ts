import {
  type Ballast,
  groupParts,
  instrumentId,
  type Leg,
  orderCall,
  packPosition,
  seriesOf,
  WAD,
} from "@ballast/sdk";
import { marketPlayer } from "../../packages/lab/src/market/player.ts";
import { listExpiries } from "../../packages/lab/src/market/surface.ts";
import type { Person } from "../../packages/lab/src/world/world.ts";
import { type Connection, type Market, openMarket, refreshAll, tradeAll } from "../../test/support/system.ts";

const PRICE = 2_000n * WAD;
const DOLLAR = WAD;
/** A report lists five expiries; the other three come in one of their own. */
const DAYS = [7, 14, 21, 28, 56];
const BETWEEN = [10, 17, 35];
const MOST_WORDS = 200;

/** Series of a book over all expiries, each strike as a call and a put, at strikes that nobody else trades. */
function bookSeries(expiries: readonly number[], count: number): bigint[] {
  return Array.from({ length: count }, (_, i) => {
    const slot = Math.floor(i / expiries.length);
    const expiry = expiries[i % expiries.length];
    if (expiry === undefined) throw new Error("There are no expiries.");
    const strike = (1_405n + 40n * BigInt(Math.floor(slot / 2))) * DOLLAR;
    return instrumentId({ market: 0, expiry, strike, kind: slot % 2 === 0 ? "call" : "put" });
  });
}

/** Twelve strikes around the price in each of two expiries, strike by strike. */
function tradedSeries(expiries: readonly number[]): bigint[] {
  return Array.from({ length: 24 }, (_, i) => {
    const percent = 93n + BigInt(Math.floor(i / 2));
    const expiry = expiries[i % 2];
    if (expiry === undefined) throw new Error("There are no expiries.");
    return instrumentId({
      market: 0,
      expiry,
      strike: (PRICE * percent) / 100n,
      kind: percent < 100n ? "put" : "call",
    });
  });
}

/** The market's price and surfaces of all eight expiries, a little later. */
async function postAll(connection: Connection, market: Market, others: readonly number[], price: bigint) {
  const { time } = connection.networkHelpers;
  await market.move(price);
  const player = marketPlayer(market.world, [...others]);
  await player.move({ time: await time.latest(), price } as Parameters<typeof player.move>[0]);
  await time.increase(2);
  await player.post();
}

/** Gives the vault's book these series, as trades of a long time would have. */
async function fillBook(connection: Connection, market: Market, series: readonly bigint[]): Promise<void> {
  const { world, vaultAccount } = market;
  const { clearinghouse } = world.people.keeper.ballast;
  const probe = await connection.ethers.deployContract("VenueProbe");
  const target = String(clearinghouse.target);
  const { interface: calls } = clearinghouse;
  const allow = calls.encodeFunctionData("setVenue", [String(probe.target), true]);
  await (await world.curator.sendTransaction({ to: target, data: allow })).wait();
  for (const [i, instrument] of series.entries()) {
    const quantity = (i % 3 === 0 ? -1n : 1n) * (WAD / 10n);
    const other = 1n + BigInt(Math.floor(i / 100));
    const move = calls.encodeFunctionData("movePosition", [other, vaultAccount, instrument, quantity]);
    await (await probe.run(target, move)).wait();
  }
}

/** Makes arrays of every expiry anew and sums the book from them, as keepers do; `listed` strikes are on the pages too. */
async function keep(
  { books, clearinghouse, riskArrays }: Ballast,
  account: bigint,
  listed: readonly bigint[],
) {
  for (const group of await clearinghouse.bookGroups(account)) {
    const { market, expiry } = groupParts(group);
    const more = listed.filter((instrument) => seriesOf(instrument).expiry === expiry);
    const words = [
      ...(await clearinghouse.bookLegs(account, group)),
      ...more.map((instrument) => packPosition(instrument, WAD)),
    ];
    if (words.length > MOST_WORDS) throw new Error(`An expiry has ${words.length} words.`);
    await (await riskArrays.refreshPositions(words)).wait();
    await (await books.refresh(account, market, expiry)).wait();
  }
}

/** One order at the desk, as a batch of its own. */
async function orderGas({ ballast, account }: Person, legs: readonly Leg[]): Promise<number> {
  const call = await orderCall(ballast, account, legs);
  const receipt = await (await ballast.clearinghouse.batch(account, [call])).wait();
  return Number(receipt?.gasUsed);
}

/**
 * A taker with 16 legs in two expiries, as margin is measured, and a vault with `series` in its book over eight: those 16,
 * four more that the taker is about to trade, and others. Keepers have just been there.
 */
async function prepare(connection: Connection, series: number) {
  const market = await openMarket(connection, PRICE, DAYS);
  const { world, vaultAccount } = market;
  const [taker, other] = world.people.takers;
  if (!taker || !other) throw new Error("The stage has too few takers.");
  const { keeper } = world.people;
  const { time } = connection.networkHelpers;
  const others = listExpiries(await time.latest(), BETWEEN).filter((e) => !market.expiries.includes(e));
  const expiries = [...market.expiries, ...others];
  if (expiries.length !== 8) throw new Error(`The book would have ${expiries.length} expiries.`);
  const traded = tradedSeries(expiries);
  const [own, held, fresh] = [traded.slice(0, 16), traded.slice(16, 20), traded.slice(20)];
  await postAll(connection, market, others, PRICE);
  await refreshAll(world, own);
  await tradeAll(taker, own, WAD);
  await refreshAll(world, held);
  await fillBook(connection, market, [...held, ...bookSeries(expiries, series - 20)]);
  // The price has left the arrays' grid.
  await postAll(connection, market, others, (PRICE * 103n) / 100n);
  await keep(keeper.ballast, vaultAccount, traded);
  await (await keeper.ballast.quoter.ensureMarked()).wait();
  const words = await keeper.ballast.clearinghouse.positionWords(vaultAccount);
  const entries = words
    .flatMap((word) => [word & ((1n << 128n) - 1n), word >> 128n])
    .filter((entry) => entry !== 0n);
  if (entries.length !== series) throw new Error(`The book has ${entries.length} series.`);
  const legsOf = (list: readonly bigint[]) => list.map((instrument) => ({ instrument, quantity: WAD }));
  return { market, taker, other, legs: legsOf(held), fresh: legsOf(fresh) };
}

/** Trades of that taker with that vault, each from the same state. */
async function measureBook(connection: Connection, series: number) {
  const { taker, other, legs, fresh } = await prepare(connection, series);
  const { takeSnapshot } = connection.networkHelpers;
  let snapshot = await takeSnapshot();
  const again = async <T>(work: () => Promise<T>): Promise<T> => {
    const result = await work();
    await snapshot.restore();
    snapshot = await takeSnapshot();
    return result;
  };
  const after = (trades: number) => async () => {
    for (const leg of legs.slice(0, trades)) await orderGas(other, [leg]);
    return orderGas(taker, fresh.slice(0, 1));
  };
  return {
    one: await again(() => orderGas(taker, legs.slice(0, 1))),
    four: await again(() => orderGas(taker, legs)),
    fresh: await again(() => orderGas(taker, fresh.slice(0, 1))),
    waiting: await again(after(3)),
    full: await again(after(4)),
  };
}

/**
 * Gas of trades against the vault: whole transactions, cold storage, arrays and book as keepers leave them. `newSeries` is
 * one that the vault does not hold; `threeWaiting` and `fourWaiting` are the same after so many trades that no keeper has
 * summed: after four the next trade does it.
 */
export async function measure(connection: Connection): Promise<Record<string, number>> {
  const snapshot = await connection.networkHelpers.takeSnapshot();
  const small = await measureBook(connection, 20);
  await snapshot.restore();
  const large = await measureBook(connection, 500);
  const [one, four] = ["vault.trade.oneLeg.accountWith16Legs", "vault.trade.fourLegs.accountWith16Legs"];
  return {
    [one as string]: Math.max(small.one, large.one),
    [`${one}.book20`]: small.one,
    [`${one}.book500`]: large.one,
    [`${one}.book500.newSeries`]: large.fresh,
    [`${one}.book500.newSeries.threeWaiting`]: large.waiting,
    [`${one}.book500.newSeries.fourWaiting`]: large.full,
    [four as string]: Math.max(small.four, large.four),
    [`${four}.book20`]: small.four,
    [`${four}.book500`]: large.four,
  };
}
