import {
  type Ballast,
  type CommittedOrder,
  commitOrder,
  connectBallast,
  type Leg,
  type TradeOptions,
  WAD,
} from "@ballast/sdk";
import { connection, curator, expiryOf, option, type Person, type Scene, scene } from "./ballast.ts";

const { ethers, networkHelpers } = connection;
const ALWAYS = (1n << 64n) - 1n;

/** Guards of test/harness/mutants/DeskMutants.sol. */
export const GUARD = { oneStep: 1n, round: 2n, bond: 4n, pot: 8n, debt: 16n, leavers: 32n } as const;

/** A scene at whose desk a taker may trade calls of one expiry, arrays current and capital marked. */
export interface DeskScene extends Scene {
  readonly taker: Person;
  readonly calls: readonly bigint[];
  readonly vaultAccount: bigint;
}

/** Strikes of the calls. */
const STRIKES = [1_900n, 2_000n, 2_100n, 2_200n];

/** The scene of the desk's tests. Tests that move the market take a fixture of their own. */
export async function deskScene(): Promise<DeskScene> {
  const stage = await scene();
  const taker = stage.world.people.hedger;
  const calls = STRIKES.map((strike) => option(expiryOf(stage, 1), strike, "call"));
  await (await taker.ballast.riskArrays.refreshPositions(calls.map((one) => (one << 64n) | 1n))).wait();
  await (await taker.ballast.quoter.markCapital()).wait();
  return { ...stage, taker, calls, vaultAccount: await taker.ballast.vault.account() };
}

/** The taker's contracts, at a desk without some guards that stands in for the real one. */
export async function mutantDesk(stage: DeskScene, missing: bigint): Promise<Ballast> {
  const at = stage.world.deployment.contracts;
  const desk = await ethers.deployContract("DeskMutant", [
    ...[at.clearinghouse, at.vault, at.quoter, at.priceRouter],
    ...[await stage.taker.ballast.tradeDesk.fundShare(), missing],
  ]);
  const own = await curator(stage);
  const target = String(desk.target);
  await (await own.clearinghouse.setVenue(target, true)).wait();
  const sources = await own.valuation.sourcesOf(stage.vaultAccount);
  const { hedge, waterfall } = sources;
  await (await own.valuation.setSources(stage.vaultAccount, { hedge, waterfall, desk: target })).wait();
  const deployment = { ...stage.world.deployment, contracts: { ...at, tradeDesk: target } };
  return connectBallast(deployment, stage.taker.signer);
}

/** A new price of the feed, and of nothing else [wad]. */
export async function pushPrice({ world }: Scene, price: bigint): Promise<void> {
  await world.externals.feed.pushRound(price);
}

/** What the taker has: its cash, and what its calls are worth at mid [wad]. */
export async function wealthOf({ taker, calls }: DeskScene): Promise<bigint> {
  const { clearinghouse, optionPricer } = taker.ballast;
  let sum = await clearinghouse.cashOf(taker.account);
  for (const call of calls) {
    const held = await clearinghouse.positionOf(taker.account, call);
    if (held !== 0n) sum += (held * (await optionPricer.value(call, 0n)).value) / WAD;
  }
  return sum;
}

/** Commits an order whose limit does not bind. */
export async function commitAtAnyPrice(
  ballast: Ballast,
  { taker, clock }: DeskScene,
  legs: readonly Leg[],
  patience = 3_600,
): Promise<CommittedOrder> {
  const deadline = BigInt((await clock.now()) + patience);
  return commitOrder(ballast, taker.account, legs, { slippage: 5n * WAD, deadline });
}

/** Trades in one step at any price. */
export async function tradeAtAnyPrice(
  ballast: Ballast,
  { taker }: DeskScene,
  legs: readonly Leg[],
  options: TradeOptions = {},
): Promise<void> {
  const { tradeDesk, clearinghouse, deployment } = ballast;
  const data = tradeDesk.interface.encodeFunctionData("tradeLegs", [
    taker.account,
    legs.map((leg) => leg.instrument),
    legs.map((leg) => leg.quantity),
    options.slippage ?? 1_000_000n * WAD,
    options.deadline ?? ALWAYS,
  ]);
  const calls = [{ target: deployment.contracts.tradeDesk, data }];
  await (await clearinghouse.batch(taker.account, calls)).wait();
}

/** Runs `attempt` and takes everything back. */
export async function tried<T>(attempt: () => Promise<T>): Promise<T> {
  const before = await networkHelpers.takeSnapshot();
  try {
    return await attempt();
  } finally {
    await before.restore();
  }
}
