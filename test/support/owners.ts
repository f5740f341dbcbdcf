import { deposit, ordersOf, postReport, WAD } from "@ballast/sdk";
import type { ContractTransactionResponse } from "ethers";
import { mintUsdc } from "../../packages/lab/src/externals/index.ts";
import { listedAt } from "../../packages/lab/src/market/player.ts";
import { reportOf, slicesAt } from "../../packages/lab/src/market/surface.ts";
import type { StatusFeed } from "../../typechain-types/index.js";
import { connection, curator, expiryOf, option, type Person, refusal, type Scene, scene } from "./ballast.ts";
import { pushPrice } from "./desk.ts";
import { done } from "./quotes.ts";
import { refreshAll } from "./system.ts";

const { ethers, networkHelpers } = connection;
const USDC = 10n ** 6n;
const FAR = 2n ** 60n;
const HOUR = 3_600;
const CENT = WAD / 100n;

/** One owner's several accounts, rich enough that no margin stands in the way, and the money of a stranger. */
export interface OwnersScene extends Scene {
  readonly accounts: readonly Person[];
  readonly stranger: Person;
  readonly vaultAccount: bigint;
  /** The market's second source, which stands wherever it is set. */
  readonly second: StatusFeed;
}

/** What one account gains of some series. */
export interface Piece {
  readonly by: Person;
  readonly legs: ReadonlyMap<bigint, bigint>;
}

/** The scene of the walk. */
export async function ownersScene(): Promise<OwnersScene> {
  const stage = await scene();
  const { hedger, takers, callWriter, keeper } = stage.world.people;
  const accounts = [hedger, ...takers];
  for (const { ballast, address, account } of [...accounts, callWriter]) {
    await mintUsdc(stage.world.externals.usdc, address, 3_000_000n * USDC);
    const at = stage.world.deployment.contracts.usdc;
    await done(deposit(ballast, address, account, at, 3_000_000n * USDC));
  }
  await ethers.provider.send("evm_setBlockGasLimit", ["0x3b9aca00"]);
  const second = await ethers.deployContract("StatusFeed", [stage.world.externals.feed.address]);
  await second.set(2_000n * WAD, await stage.clock.now(), 0);
  await done((await curator(stage)).priceRouter.setSecondFeed(0, second.target, 2n * CENT));
  const vaultAccount = await keeper.ballast.vault.account();
  return { ...stage, accounts, stranger: callWriter, vaultAccount, second };
}

/**
 * Where the market stands, drawn at random: spot, volatility, how far and how long ago the feed left the surface, and where
 * its second source is.
 */
export async function moveAnywhere(
  stage: OwnersScene,
  next: () => number,
  from: { time: number; spot: number; volatility: number },
): Promise<{ time: number; spot: number; volatility: number; series: bigint[] }> {
  const { world, clock, player, expiries } = stage;
  const time = from.time + HOUR;
  const spot = Math.round(from.spot * (0.9 + 0.2 * next()));
  const volatility = Math.min(1.6, Math.max(0.3, from.volatility * (0.85 + 0.3 * next())));
  await clock.advanceTo(time);
  await player.move({ time, price: BigInt(spot) * WAD });
  await done(stage.second.set(BigInt(spot) * WAD, time, 0));
  const slices = slicesAt(time, listedAt(expiries, time), volatility);
  const report = reportOf(0, await clock.now(), BigInt(spot) * WAD, slices);
  await done(postReport(world.people.keeper.ballast, report, world.surfaceSigners));
  const hundred = Math.round(spot / 100);
  const series = [1, 2].flatMap((index) =>
    [-2, -1, 0, 1, 2].flatMap((step) =>
      (["call", "put"] as const).map((kind) =>
        option(expiryOf(stage, index), BigInt(100 * (hundred + step)), kind),
      ),
    ),
  );
  await refreshAll(world, series, [stage.vaultAccount]);
  await done(world.people.keeper.ballast.quoter.ensureMarked());
  // Within the drift that the arrays bear, and some while later.
  await pushPrice(stage, (BigInt(spot) * WAD * BigInt(9_960 + Math.floor(80 * next()))) / 10_000n);
  const other = (BigInt(spot) * WAD * BigInt(9_920 + Math.floor(160 * next()))) / 10_000n;
  await done(stage.second.set(other, await clock.now(), 0));
  await clock.advanceTo((await clock.now()) + Math.floor(1_500 * next()));
  return { time, spot, volatility, series };
}

/** A random order of up to three legs, within reach of the vault's limits. */
export function drawOrder(next: () => number, series: readonly bigint[]): Map<bigint, bigint> {
  const legs = new Map<bigint, bigint>();
  for (let i = 1 + Math.floor(next() * 3); i > 0; i--) {
    const instrument = series[Math.floor(next() * series.length)] ?? 0n;
    legs.set(instrument, CENT * BigInt(20 + Math.floor(next() * 1_500)) * (next() < 0.6 ? 1n : -1n));
  }
  return legs;
}

/** Random pieces that add up to an order, over several accounts; some go one way and come back in another piece. */
export function cut(
  next: () => number,
  { accounts }: OwnersScene,
  order: ReadonlyMap<bigint, bigint>,
  series: readonly bigint[],
): Piece[] {
  const count = 2 + Math.floor(next() * 3);
  const parts = Array.from({ length: count }, () => new Map<bigint, bigint>());
  const add = (index: number, instrument: bigint, quantity: bigint) => {
    const part = parts[index % count];
    part?.set(instrument, (part.get(instrument) ?? 0n) + quantity);
  };
  for (const [instrument, quantity] of order) {
    let left = quantity / CENT;
    for (let i = 0; i < count - 1; i++) {
      const some = BigInt(Math.floor(Number(left) * next()));
      add(i, instrument, some * CENT);
      left -= some;
    }
    add(count - 1, instrument, left * CENT);
  }
  if (next() < 0.4) {
    const detour = series[Math.floor(next() * series.length)] ?? 0n;
    const quantity = CENT * BigInt(20 + Math.floor(next() * 500)) * (next() < 0.5 ? 1n : -1n);
    const first = Math.floor(next() * count);
    add(first, detour, quantity);
    add(first + 1, detour, -quantity);
  }
  return parts
    .map((part) => new Map([...part].filter(([, quantity]) => quantity !== 0n)))
    .filter((part) => part.size !== 0)
    .map((legs) => ({ legs, by: accounts[Math.floor(next() * accounts.length)] as Person }));
}

/** The data of a call of the desk about some legs: `tradeLegs`, or the first step of two. */
function callOf({ by, legs }: Piece, name: "tradeLegs" | "commit", until: bigint) {
  const data = by.ballast.tradeDesk.interface.encodeFunctionData(
    name as "commit",
    [by.account, [...legs.keys()], [...legs.values()], FAR * WAD, until] as const,
  );
  return { target: by.ballast.deployment.contracts.tradeDesk, data };
}

type Sending = () => Promise<ContractTransactionResponse>;

/** Has transactions mined in one block at a time, in their order; whether none was reverted. */
async function mineTogether(time: number, sendings: readonly Sending[]): Promise<boolean> {
  const sent: ContractTransactionResponse[] = [];
  await ethers.provider.send("evm_setAutomine", [false]);
  for (const send of sendings) sent.push(await send());
  await networkHelpers.time.setNextBlockTimestamp(time);
  await networkHelpers.mine();
  await ethers.provider.send("evm_setAutomine", [true]);
  const receipts = await Promise.all(sent.map(({ hash }) => ethers.provider.getTransactionReceipt(hash)));
  const blocks = new Set(receipts.map((receipt) => receipt?.blockNumber));
  if (blocks.size !== 1) throw new Error("The transactions were not mined in one block.");
  return receipts.every((receipt) => receipt?.status === 1);
}

/** What all accounts of the owner have in cash [wad]. */
async function cashOf({ accounts }: OwnersScene): Promise<bigint> {
  let sum = 0n;
  for (const { ballast, account } of accounts) sum += await ballast.clearinghouse.cashOf(account);
  return sum;
}

/**
 * What pieces cost the owner in cash, each an order in one step, all in one block; nothing of it stays. Undefined if one
 * was refused.
 */
export async function costAtOnce(
  stage: OwnersScene,
  pieces: readonly Piece[],
  time: number,
): Promise<bigint | undefined> {
  const start = await networkHelpers.takeSnapshot();
  const before = await cashOf(stage);
  const isDone = await mineTogether(
    time,
    pieces.map((piece) => {
      const { by } = piece;
      return () => by.ballast.clearinghouse.batch(by.account, [callOf(piece, "tradeLegs", FAR)]);
    }),
  );
  const cost = before - (await cashOf(stage));
  await start.restore();
  return isDone ? cost : undefined;
}

/** The same in two steps: all are committed in one block, a new price comes, and all are filled in another. */
export async function costInTwoSteps(
  stage: OwnersScene,
  pieces: readonly Piece[],
  time: number,
  price: bigint,
): Promise<bigint | undefined> {
  const start = await networkHelpers.takeSnapshot();
  try {
    const before = await cashOf(stage);
    const until = BigInt(time + 600);
    const committed = await mineTogether(
      time,
      pieces.map((piece) => {
        const { clearinghouse, deployment } = piece.by.ballast;
        const { tradeDesk, clearinghouse: target } = deployment.contracts;
        const consent = [piece.by.account, tradeDesk, 1n, until] as const;
        const data = clearinghouse.interface.encodeFunctionData("setOperator", [...consent]);
        const calls = [{ target, data }, callOf(piece, "commit", until)];
        return () => clearinghouse.batch(piece.by.account, calls);
      }),
    );
    if (!committed) return undefined;
    const { tradeDesk } = (pieces[0] as Piece).by.ballast;
    const block = await ethers.provider.getBlockNumber();
    const own = await Promise.all(stage.accounts.map((one) => ordersOf(one.ballast, one.account, block)));
    const orders = own.flat().sort((a, b) => Number(a.id - b.id));
    if (orders.length !== pieces.length) throw new Error("Not every piece left an order.");
    await networkHelpers.time.setNextBlockTimestamp(time + 30);
    await pushPrice(stage, price);
    const filled = await mineTogether(
      time + 60,
      orders.map(
        ({ id, order }) =>
          () =>
            tradeDesk.fill(id, order),
      ),
    );
    return filled ? before - (await cashOf(stage)) : undefined;
  } finally {
    await start.restore();
  }
}

/** Trades a piece for good; whether it was not refused. */
export async function tradeFor(piece: Piece): Promise<boolean> {
  const { ballast, account } = piece.by;
  const sent = ballast.clearinghouse.batch(account, [callOf(piece, "tradeLegs", FAR)]);
  return (await refusal(sent)) === "nothing was refused";
}
