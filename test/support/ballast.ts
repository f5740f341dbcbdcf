import { type Ballast, connectBallast, decodeError, innermostOf, instrumentId, WAD } from "@ballast/sdk";
import { network } from "hardhat";
import { type MarketPlayer, marketPlayer } from "../../packages/lab/src/market/player.ts";
import { listExpiries } from "../../packages/lab/src/market/surface.ts";
import { type Clock, simulatedClock } from "../../packages/lab/src/world/clock.ts";
import { INSURANCE_DOLLARS, setStage } from "../../packages/lab/src/world/stage.ts";
import type { Person, World } from "../../packages/lab/src/world/world.ts";

/** A deployed system with a market that has one price and one surface. */
export interface Scene {
  readonly world: World;
  readonly player: MarketPlayer;
  readonly clock: Clock;
  readonly expiries: readonly number[];
  /** Time of the first price, on the hour. */
  readonly start: number;
}

export const connection = await network.create({
  network: "hardhat",
  override: { initialDate: "2030-01-01T00:00:00Z", gas: 15_000_000 },
});

const clock = simulatedClock(connection.provider);
const HOUR = 3600;

/** Builds the scene of the sandbox at 2,000 USD: LPs are in, the vault is seeded, nobody has traded. */
export async function scene(): Promise<Scene> {
  return sceneOn(undefined);
}

/** The same, whose hedge can borrow so much WETH from Aave [wei]. */
export async function sceneOn(lentWeth: bigint | undefined): Promise<Scene> {
  const world = await setStage(connection, 2_000n * WAD, undefined, INSURANCE_DOLLARS, lentWeth);
  // The first mark has to be newer than the first requests by more than the queue's lead.
  const start = Math.ceil(((await clock.now()) + 600) / HOUR) * HOUR;
  const expiries = listExpiries(start, [2, 7, 14, 30, 60]);
  const player = marketPlayer(world, expiries);
  await clock.advanceTo(start);
  await player.move({ time: start, price: 2_000n * WAD });
  await player.post();
  await (await world.people.keeper.ballast.vault.processEpoch()).wait();
  return { world, player, clock, expiries, start };
}

/** Moves the market to a price at a time, and posts the surface. */
export async function moveTo({ player }: Scene, time: number, dollars: bigint): Promise<void> {
  await clock.advanceTo(time);
  await player.move({ time, price: dollars * WAD });
  await player.post();
}

/** Name of the innermost contract error that a call or transaction is refused with. */
export async function refusal(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
  } catch (error) {
    const decoded = decodeError(error);
    if (!decoded) throw error;
    return innermostOf(decoded).name;
  }
  return "nothing was refused";
}

/** Every contract on the curator's key. */
export async function curator({ world }: Scene): Promise<Ballast> {
  const signer = (await connection.ethers.getSigners())[18];
  if (!signer) throw new Error("The network has too few accounts.");
  return connectBallast(world.deployment, signer);
}

/** An ether option of the scene. */
export function option(expiry: number, dollars: bigint, kind: "call" | "put"): bigint {
  return instrumentId({ market: 0, expiry, strike: dollars * WAD, kind });
}

/** The n-th of the scene's expiries. */
export function expiryOf({ expiries }: Scene, index: number): number {
  const expiry = expiries[index];
  if (expiry === undefined) throw new Error(`The scene has no expiry ${index}.`);
  return expiry;
}

export type { Person };
