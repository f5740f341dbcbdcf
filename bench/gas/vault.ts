import { instrumentId, type Leg, orderCall, refreshBook, WAD } from "@ballast/sdk";
import { marketPlayer } from "../../packages/lab/src/market/player.ts";
import { listExpiries } from "../../packages/lab/src/market/surface.ts";
import type { Person } from "../../packages/lab/src/world/world.ts";
import {
  type Connection,
  type Market,
  openMarket,
  refreshAll,
  seriesAround,
  tradeAll,
} from "../../test/support/system.ts";

const PRICE = 2_000n * WAD;
const DOLLAR = WAD;
/** A report lists five expiries; the other three come in one of their own. */
const DAYS = [7, 14, 21, 28, 56];
const BETWEEN = [10, 17, 35];

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

/** Gives the vault's book `count` series in eight expiries, as trades of a long time would have. */
async function fillBook(connection: Connection, market: Market, count: number): Promise<void> {
  const { world, vaultAccount } = market;
  const { clearinghouse } = world.people.keeper.ballast;
  const probe = await connection.ethers.deployContract("VenueProbe");
  const target = String(clearinghouse.target);
  const { interface: calls } = clearinghouse;
  const allow = calls.encodeFunctionData("setVenue", [String(probe.target), true]);
  await (await world.curator.sendTransaction({ to: target, data: allow })).wait();
  const { time } = connection.networkHelpers;
  const now = await time.latest();
  const others = listExpiries(now, BETWEEN).filter((expiry) => !market.expiries.includes(expiry));
  const player = marketPlayer(world, others);
  await player.move({ time: now, price: PRICE } as Parameters<typeof player.move>[0]);
  await time.increase(2);
  await player.post();
  const expiries = [...market.expiries, ...others];
  if (expiries.length !== 8) throw new Error(`The book would have ${expiries.length} expiries.`);
  for (const [i, instrument] of bookSeries(expiries, count).entries()) {
    const quantity = (i % 3 === 0 ? -1n : 1n) * (WAD / 10n);
    const other = 1n + BigInt(Math.floor(i / 100));
    const move = calls.encodeFunctionData("movePosition", [other, vaultAccount, instrument, quantity]);
    await (await probe.run(target, move)).wait();
  }
}

/** One order at the desk, as a batch of its own. */
async function orderGas({ ballast, account }: Person, legs: readonly Leg[]): Promise<number> {
  const call = await orderCall(ballast, account, legs);
  const receipt = await (await ballast.clearinghouse.batch(account, [call])).wait();
  return Number(receipt?.gasUsed);
}

/** Trades of a taker with 16 legs against a vault with `series` in its book, none of which it has of what is traded. */
async function measureBook(connection: Connection, series: number) {
  const market = await openMarket(connection, PRICE, DAYS);
  const { world, expiries, vaultAccount } = market;
  const [taker] = world.people.takers;
  if (!taker) throw new Error("The stage has no taker.");
  const instruments = seriesAround(expiries, PRICE, 20);
  // First, so that they stand on the pages of their expiries, as a keeper leaves them, and not beside.
  await refreshAll(world, instruments);
  await fillBook(connection, market, series - 16);
  const { keeper } = world.people;
  await refreshBook(keeper.ballast, vaultAccount);
  await refreshAll(world, instruments);
  await tradeAll(taker, instruments.slice(0, 16), WAD);
  await refreshAll(world, instruments);
  await refreshBook(keeper.ballast, vaultAccount);
  await (await keeper.ballast.quoter.ensureMarked()).wait();
  const words = await keeper.ballast.clearinghouse.positionWords(vaultAccount);
  const held = words
    .flatMap((word) => [word & ((1n << 128n) - 1n), word >> 128n])
    .filter((entry) => entry !== 0n);
  if (held.length !== series) throw new Error(`The book has ${held.length} series.`);
  const legs = instruments.slice(16, 20).map((instrument) => ({ instrument, quantity: WAD }));
  const snapshot = await connection.networkHelpers.takeSnapshot();
  const four = await orderGas(taker, legs);
  await snapshot.restore();
  const one = await orderGas(taker, legs.slice(0, 1));
  return { one, four };
}

/** Gas of trades against the vault: whole transactions, cold storage, arrays current. */
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
    [four as string]: Math.max(small.four, large.four),
    [`${four}.book20`]: small.four,
    [`${four}.book500`]: large.four,
  };
}
