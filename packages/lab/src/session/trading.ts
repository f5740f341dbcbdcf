import { commitOrder, ensureFresh, type Leg, quoteLegs, readHealth, tradeCalls, WAD } from "@ballast/sdk";
import type { Person, World } from "../world/world.ts";
import { reasonOf } from "./keepers.ts";

/** Quantities are whole multiples of this [wad]: a hundredth of a contract. */
const LOT = WAD / 100n;

/**
 * Trades up to `quantity` of each leg's ratio as one batch, halving the size while the contracts refuse.
 * Returns the multiple of the legs that was traded [wad]; zero if even the smallest try was refused.
 */
export async function tradeUpTo(
  world: World,
  person: Person,
  legs: readonly Leg[],
  multiple: bigint,
  tries = 6,
): Promise<bigint> {
  const { ballast, account } = person;
  const instruments = legs.map((leg) => leg.instrument);
  let size = multiple;
  for (let attempt = 0; attempt < tries && size > 0n; attempt++, size /= 2n) {
    const scaled = legs
      .map((leg) => ({ ...leg, quantity: lots((leg.quantity * size) / WAD) }))
      .filter((leg) => leg.quantity !== 0n);
    if (scaled.length === 0) return 0n;
    try {
      await (await ensureFresh(ballast, account, instruments))?.wait();
      const calls = await tradeCalls(ballast, account, await quoteLegs(ballast, scaled));
      await ballast.clearinghouse.batch.staticCall(account, calls);
      await world.journal.send(`trade: ${scaled.length} leg`, ballast.clearinghouse.batch(account, calls));
      return size;
    } catch (error) {
      world.journal.refuse(`trade of ${person.name}`, reasonOf(error));
    }
  }
  return 0n;
}

/** Commits `multiple` of the legs for the next price, at a limit that is half worse than now: prices move in an hour. */
export async function commit(
  world: World,
  { name, ballast, account }: Person,
  legs: readonly Leg[],
  multiple: bigint,
  deadline: number,
): Promise<void> {
  const scaled = legs.map((leg) => ({ ...leg, quantity: lots((leg.quantity * multiple) / WAD) }));
  const instruments = legs.map((leg) => leg.instrument);
  try {
    await (await ensureFresh(ballast, account, instruments))?.wait();
    await commitOrder(ballast, account, scaled, { deadline: BigInt(deadline), slippage: WAD / 2n });
  } catch (error) {
    world.journal.refuse(`order of ${name}`, reasonOf(error));
  }
}

/** Equity above the initial requirement as a share of equity [wad]; zero or less when there is none. */
export async function slackOf(person: Person): Promise<bigint> {
  const health = await readHealth(person.ballast, person.account);
  return health.equity > 0n ? ((health.equity - health.initialRequirement) * WAD) / health.equity : 0n;
}

function lots(quantity: bigint): bigint {
  return (quantity / LOT) * LOT;
}
