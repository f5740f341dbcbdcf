import {
  type Ballast,
  decodeError,
  formatDecimal,
  innermostOf,
  readHedgeVenues,
  token,
  WAD,
} from "@ballast/sdk";
import type { Action, KeeperContext, KeeperLimits } from "../task.ts";

/** Refusals that mean "nothing to do now", not "something is wrong". */
const QUIET = new Set([
  "HedgeController_InsideBand",
  "HedgeController_TooSoon",
  "HedgePlanner_NoVenue",
  "AaveV3ShortVenue_Healthy",
  "UniswapV3SpotVenue_NoPosition",
]);

/**
 * Makes short positions smaller whose health has fallen, then rebalances each market whose net delta is outside its band
 * and whose budgets allow it, or else notes what quotes believe of the hedge where that is old or wrong. A dry run shows
 * how the order would be split.
 */
export async function hedge(context: KeeperContext): Promise<Action[]> {
  const { ballast, sender, note } = context;
  const actions: Action[] = [];
  for (const { index, name } of ballast.deployment.markets) {
    actions.push(...(await deleveraging(context, index, name)));
    const controller = ballast.hedgeController.connect(sender);
    const state = await controller.state(index).catch(() => undefined);
    if (!state) {
      // What is to be made smaller must not wait for it, and the round tells what the chain says of it.
      actions.push({
        task: "hedge",
        what: `rebalance the ${name} hedge`,
        why: "its state cannot be read",
        details: await silentOf(ballast, index),
        simulate: () => controller.rebalance.staticCall(index),
        send: () => controller.rebalance(index),
      });
      continue;
    }
    const where = `net delta ${formatDecimal(state.netDelta, 4)} of a band of ±${formatDecimal(state.band, 4)}`;
    if (state.target === 0n) {
      note?.(`hedge of ${name}: nothing to trade, ${where}`, []);
      actions.push(...(await noting(context, index, name)));
      continue;
    }
    const refused = await quietRefusal(() => controller.rebalance.staticCall(index));
    if (refused !== undefined) {
      note?.(`hedge of ${name}: nothing to trade now (${refused}), ${where}`, []);
      actions.push(...(await noting(context, index, name)));
      continue;
    }
    actions.push({
      task: "hedge",
      what: `move the ${name} delta by ${formatDecimal(state.target, 4)}`,
      why: `net delta ${formatDecimal(state.netDelta, 4)} is outside the band of ±${formatDecimal(state.band, 4)}`,
      details: await detailsOf(ballast, index, name),
      simulate: () => controller.rebalance.staticCall(index),
      send: () => controller.rebalance(index),
    });
  }
  return actions;
}

/** Venues that do not answer, for the operator. */
async function silentOf(ballast: Ballast, market: number): Promise<string[]> {
  const venues = await readHedgeVenues(ballast, market);
  return venues.filter(({ answers }) => !answers).map(({ address }) => `${address} does not answer`);
}

/** What is noted of a hedge, and when [wad underlying]. */
interface Noted {
  readonly position: bigint;
  readonly notedAt: bigint;
  readonly buy: bigint;
  readonly sell: bigint;
}

/** Why the hedge should be noted anew; undefined if it need not be. */
export function noteReason(
  last: Noted,
  seen: { readonly position: bigint; readonly buySeen: bigint; readonly sellSeen: bigint },
  now: number,
  limits: Pick<KeeperLimits, "hedgeNoteAge" | "hedgeNoteMove">,
): string | undefined {
  if (last.notedAt === 0n) return "nothing is noted";
  const age = now - Number(last.notedAt);
  if (age >= limits.hedgeNoteAge) return `the last note is ${age} s old`;
  const differs = (a: bigint, b: bigint): boolean => {
    const [gap, size] = [sizeOf(a - b), sizeOf(a) > sizeOf(b) ? sizeOf(a) : sizeOf(b)];
    return gap > 0n && gap * WAD >= size * limits.hedgeNoteMove;
  };
  if (differs(last.position, seen.position)) return "venues hold something else";
  // More than is noted counts from the second note that finds it.
  if (differs(last.buy, seen.buySeen) || differs(last.sell, seen.sellSeen))
    return "venues could trade something else";
  return undefined;
}

function sizeOf(x: bigint): bigint {
  return x < 0n ? -x : x;
}

async function noting(
  { ballast, sender, limits, note }: KeeperContext,
  market: number,
  name: string,
): Promise<Action[]> {
  const controller = ballast.hedgeController.connect(sender);
  if ((await controller.venues(market)).length === 0) return [];
  const [last, block] = await Promise.all([
    controller.noteOf(market),
    ballast.runner.provider?.getBlock("latest"),
  ]);
  let seen: Awaited<ReturnType<typeof controller.note.staticCall>>;
  try {
    seen = await controller.note.staticCall(market);
  } catch (error) {
    const decoded = decodeError(error);
    note?.(`hedge of ${name}: cannot be noted (${decoded ? innermostOf(decoded).name : String(error)})`, []);
    return [];
  }
  const why = noteReason(last, seen, block?.timestamp ?? 0, limits);
  if (why === undefined) return [];
  return [
    {
      task: "hedge",
      what: `note the ${name} hedge`,
      why,
      details: [
        `position ${formatDecimal(seen.position, 4)} instead of ${formatDecimal(last.position, 4)}`,
        `could buy ${formatDecimal(seen.buySeen, 4)} and sell ${formatDecimal(seen.sellSeen, 4)} ${name}`,
      ],
      simulate: () => controller.note.staticCall(market),
      send: () => controller.note(market),
    },
  ];
}

/** Short positions that anyone may make smaller now. */
async function deleveraging(
  { ballast, sender }: KeeperContext,
  market: number,
  name: string,
): Promise<Action[]> {
  const controller = ballast.hedgeController.connect(sender);
  const venues = await readHedgeVenues(ballast, market);
  const actions: Action[] = [];
  for (const { address, position } of venues) {
    if (position >= 0n) continue;
    if (await quietRefusal(() => controller.deleverage.staticCall(market, address))) continue;
    actions.push({
      task: "hedge",
      what: `make the ${name} short at ${address} smaller`,
      why: "its health is below the floor",
      details: [`it owes ${formatDecimal(-position, 4)} ${name}`],
      simulate: () => controller.deleverage.staticCall(market, address),
      send: () => controller.deleverage(market, address),
    });
  }
  return actions;
}

/** What would be traded where, and what budgets leave. A plan that cannot be made says why. */
async function detailsOf(ballast: Ballast, market: number, name: string): Promise<string[]> {
  const { hedgeController } = ballast;
  const underlying = ballast.deployment.markets.find(({ index }) => index === market)?.underlying ?? "";
  const [capacity, left, venues, decimals] = await Promise.all([
    hedgeController.hedgeCapacity(market),
    hedgeController.lossBudgetLeft(market),
    readHedgeVenues(ballast, market),
    token(underlying, ballast.runner).decimals(),
  ]);
  const limits = [
    `could buy ${formatDecimal(capacity.buyWad, 4)} and sell ${formatDecimal(capacity.sellWad, 4)} ${name}`,
    `may lose ${formatDecimal(left, 2)} USD more for now`,
  ];
  try {
    const { buy, fills } = await hedgeController.plan.staticCall(market);
    const parts = fills.map(({ venue, amount }) => {
      const short = venues.find(({ address }) => address === venue)?.isShort === true;
      return `${buy ? "buy" : "sell"} ${formatDecimal(amount, 4, Number(decimals))} ${name} at ${short ? "the short venue" : "the spot venue"} ${venue}`;
    });
    return [...parts, ...limits, ...(await silentOf(ballast, market))];
  } catch (error) {
    const decoded = decodeError(error);
    return [`no plan: ${decoded ? innermostOf(decoded).name : String(error)}`, ...limits];
  }
}

async function quietRefusal(call: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    const decoded = decodeError(error);
    const name = decoded && innermostOf(decoded).name;
    return name && QUIET.has(name) ? name : undefined;
  }
}
