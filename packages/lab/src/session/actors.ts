import {
  claimAssets,
  claimShares,
  instrumentId,
  type Leg,
  readLp,
  requestDeposit,
  requestRedeem,
  WAD,
} from "@ballast/sdk";
import type { Random } from "../random.ts";
import type { Person, World } from "../world/world.ts";
import { commit, slackOf, tradeUpTo } from "./trading.ts";

/** What an actor sees when it acts. */
export interface Scene {
  readonly world: World;
  readonly random: Random;
  /** Hours since the session's start. */
  readonly hour: number;
  /** Unix seconds. */
  readonly time: number;
  /** Spot [wad USD]. */
  readonly spot: bigint;
  /** Expiries still to come that are quoted, increasing. */
  readonly expiries: readonly number[];
}

/** Takes part in the market, once an hour. */
export type Actor = (scene: Scene) => Promise<void>;

const MARKET = 0;
const DAY = 86_400;
const USDC = 10n ** 6n;
/** Hour by which the sandbox's path has fallen. */
const AFTER_FALL = 57;
/** Seconds that an order in two steps waits for its price. */
const ORDER_PATIENCE = 2 * 3_600;

/** LPs: all but the first join or leave during the session, and claim whatever is ready. */
export const lps: Actor = async ({ world, hour }) => {
  const { journal, people } = world;
  for (const [index, lp] of people.lps.entries()) {
    const state = await readLp(lp.ballast, lp.address);
    if (state.claimableDeposit > 0n)
      await journal.send("lp: claim shares", claimed(claimShares(lp.ballast, lp.address)));
    if (state.claimableRedeem > 0n)
      await journal.send("lp: claim USDC", claimed(claimAssets(lp.ballast, lp.address)));
    if (index === 1 && hour === 10) {
      await journal.send("lp: request deposit", requestDeposit(lp.ballast, lp.address, 500_000n * USDC));
    }
    if (index === 0 && hour === 40 && state.shares > 0n) {
      await journal.send("lp: request redemption", requestRedeem(lp.ballast, lp.address, state.shares / 10n));
    }
  }
};

/** Sells puts a tenth below the money until little slack is left: the account that a crash breaks. */
export const putSeller: Actor = async (scene) => {
  if (scene.hour < 4 || scene.hour > 40 || scene.hour % 3 !== 0) return;
  const expiry = expiryAfter(scene, 8);
  if (expiry === undefined) return;
  const seller = scene.world.people.putSeller;
  if ((await slackOf(seller)) < WAD / 25n) return;
  await sized(scene, seller, [put(scene, expiry, 90n, -1n)], 150_000n, 7);
};

/** Holds WETH and sells calls against it. */
export const callWriter: Actor = async (scene) => {
  if (scene.hour % 24 !== 6) return;
  const expiry = expiryAfter(scene, 4);
  if (expiry !== undefined)
    await sized(scene, scene.world.people.callWriter, [call(scene, expiry, 115n, -1n)], 30_000n);
};

/**
 * Buys puts below the money, as those do who own ether and fear for it, and many more after a fall, where the
 * vault can sell short what that makes it long.
 */
export const hedger: Actor = async (scene) => {
  if (scene.hour % 18 !== 5) return;
  const expiry = expiryAfter(scene, 3);
  const isAfraid = scene.hour >= AFTER_FALL && scene.world.externals.aave !== undefined;
  const notional = isAfraid ? 500_000n : 25_000n;
  if (expiry !== undefined)
    await sized(scene, scene.world.people.hedger, [put(scene, expiry, 92n, 1n)], notional);
};

/** Small seeded orders of all kinds, both ways. */
export const takers: Actor = async (scene) => {
  const { random, world } = scene;
  if (scene.hour % 4 !== 1 || scene.expiries.length === 0) return;
  const taker = random.pick(world.people.takers);
  const expiry = random.pick(scene.expiries);
  const moneyness = BigInt(88 + 4 * random.below(7));
  const side = random.next() < 0.6 ? 1n : -1n;
  const kind = random.next();
  const legs =
    kind < 0.4
      ? [call(scene, expiry, moneyness, side)]
      : kind < 0.75
        ? [put(scene, expiry, moneyness, side)]
        : [call(scene, expiry, 108n, side), put(scene, expiry, 92n, side)];
  await sized(scene, taker, legs, BigInt(4 + random.below(12)) * 1_000n, 3);
};

/** Commits calls and puts of both sides, to be filled at the next price by whoever comes first. */
export const patient: Actor = async (scene) => {
  if (scene.hour % 5 !== 2) return;
  const expiry = expiryAfter(scene, 3);
  if (expiry === undefined) return;
  const { random } = scene;
  const side = random.next() < 0.5 ? 1n : -1n;
  const leg = random.next() < 0.5 ? call(scene, expiry, 106n, side) : put(scene, expiry, 94n, side);
  const contracts = (BigInt(2 + random.below(4)) * 1_000n * WAD * WAD) / scene.spot;
  await commit(scene.world, scene.world.people.patient, [leg], contracts, scene.time + ORDER_PATIENCE);
};

/** Everybody, in the order in which they act. */
export const CAST: readonly Actor[] = [lps, putSeller, callWriter, hedger, takers, patient];

async function sized(
  scene: Scene,
  person: Person,
  legs: readonly Leg[],
  notional: bigint,
  tries = 5,
): Promise<void> {
  const contracts = (notional * WAD * WAD) / scene.spot;
  await tradeUpTo(scene.world, person, legs, contracts, tries);
}

function expiryAfter(scene: Scene, days: number): number | undefined {
  return scene.expiries.find((expiry) => expiry - scene.time >= days * DAY) ?? scene.expiries.at(-1);
}

function call(scene: Scene, expiry: number, percent: bigint, sign: bigint): Leg {
  return {
    instrument: instrumentId({ market: MARKET, expiry, strike: strikeAt(scene.spot, percent), kind: "call" }),
    quantity: sign * WAD,
  };
}

function put(scene: Scene, expiry: number, percent: bigint, sign: bigint): Leg {
  return {
    instrument: instrumentId({ market: MARKET, expiry, strike: strikeAt(scene.spot, percent), kind: "put" }),
    quantity: sign * WAD,
  };
}

/** A strike near `percent` of spot, on a grid of about a fortieth of it, so that strikes are shared. */
export function strikeAt(spot: bigint, percent: bigint): bigint {
  const dollars = Number(spot / WAD);
  const step = stepFor(dollars) * WAD;
  const target = (spot * percent) / 100n;
  const rounded = ((target + step / 2n) / step) * step;
  return rounded > 0n ? rounded : step;
}

function stepFor(dollars: number): bigint {
  if (dollars < 400) return 10n;
  if (dollars < 800) return 20n;
  if (dollars < 4_000) return 50n;
  return dollars < 20_000 ? 250n : 1_000n;
}

async function claimed<T>(claim: Promise<T | undefined>): Promise<T> {
  const sent = await claim;
  if (sent === undefined) throw new Error("The claim that was ready is gone.");
  return sent;
}
