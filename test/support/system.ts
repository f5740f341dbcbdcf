import { instrumentId, packPosition, quoteLegs, tradeCalls, WAD } from "@ballast/sdk";
import type { network } from "hardhat";
import { marketPlayer } from "../../packages/lab/src/market/player.ts";
import { listExpiries } from "../../packages/lab/src/market/surface.ts";
import { setStage } from "../../packages/lab/src/world/stage.ts";
import type { Person, World } from "../../packages/lab/src/world/world.ts";

export type Connection = Awaited<ReturnType<typeof network.create>>;

const DAYS = [7, 14, 28, 56];

/** The whole system on the real third-party contracts: a price, a surface, and a vault whose LPs are in. */
export async function openMarket(connection: Connection, price = 2_000n * WAD, days = DAYS) {
  const world = await setStage(connection as unknown as Parameters<typeof setStage>[0], price);
  const { time } = connection.networkHelpers;
  const expiries = listExpiries(await time.latest(), days);
  const player = marketPlayer(world, expiries);
  /** An hour later the price is `to`: within the limits on a surface's steps. */
  const move = async (to: bigint) => {
    await time.increase(3_600);
    await player.move({ time: await time.latest(), price: to } as Parameters<typeof player.move>[0]);
    await time.increase(2);
    await player.post();
  };
  await move(price);
  await (await world.people.keeper.ballast.vault.processEpoch()).wait();
  return {
    world,
    expiries,
    move,
    connection,
    vaultAccount: await world.people.keeper.ballast.vault.account(),
  };
}

export type Market = Awaited<ReturnType<typeof openMarket>>;

/** `count` different series around `price`, spread over the expiries. */
export function seriesAround(expiries: readonly number[], price: bigint, count: number): bigint[] {
  const strikes =
    count <= 5 * expiries.length
      ? [90n, 95n, 100n, 105n, 110n]
      : Array.from({ length: 16 }, (_, i) => 85n + 2n * BigInt(i));
  const all = expiries.flatMap((expiry) =>
    strikes.map((percent) =>
      instrumentId({
        market: 0,
        expiry,
        strike: ((price / WAD) * percent * WAD) / 100n,
        kind: percent < 100n ? "put" : "call",
      }),
    ),
  );
  return all.slice(0, count);
}

/** Makes the arrays of these series current, those of everything that the accounts hold, and the accounts' books. */
export async function refreshAll(
  world: World,
  instruments: readonly bigint[],
  accounts: readonly bigint[] = [],
) {
  const { ballast } = world.people.keeper;
  const held = await Promise.all(accounts.map((account) => ballast.clearinghouse.positionWords(account)));
  const words = [...instruments.map((instrument) => packPosition(instrument, WAD)), ...held.flat()];
  for (let i = 0; i < words.length; i += 8) {
    await (await ballast.riskArrays.refreshPositions(words.slice(i, i + 8))).wait();
  }
  for (const account of accounts) {
    const stale = await ballast.books.staleGroups(account);
    if (stale.length !== 0) await (await ballast.books.refreshAll(account)).wait();
  }
}

/** Trades each instrument for `quantity` against the vault, four legs a batch, and returns the receipts' gas. */
export async function tradeAll(
  person: Person,
  instruments: readonly bigint[],
  quantity: bigint,
): Promise<bigint[]> {
  const gas: bigint[] = [];
  for (let i = 0; i < instruments.length; i += 4) {
    const legs = instruments.slice(i, i + 4).map((instrument) => ({ instrument, quantity }));
    const calls = await tradeCalls(person.ballast, person.account, await quoteLegs(person.ballast, legs));
    const receipt = await (await person.ballast.clearinghouse.batch(person.account, calls)).wait();
    gas.push(receipt?.gasUsed ?? 0n);
  }
  return gas;
}
