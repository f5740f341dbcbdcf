import { type Ballast, decodeError, formatDecimal, innermostOf, readHedgeVenues, token } from "@ballast/sdk";
import type { Action, KeeperContext } from "../task.ts";

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
 * and whose budgets allow it. A dry run shows how the order would be split.
 */
export async function hedge(context: KeeperContext): Promise<Action[]> {
  const { ballast, sender, note } = context;
  const actions: Action[] = [];
  for (const { index, name } of ballast.deployment.markets) {
    actions.push(...(await deleveraging(context, index, name)));
    const controller = ballast.hedgeController.connect(sender);
    const state = await controller.state(index);
    const where = `net delta ${formatDecimal(state.netDelta, 4)} of a band of ±${formatDecimal(state.band, 4)}`;
    if (state.target === 0n) {
      note?.(`hedge of ${name}: nothing to trade, ${where}`, []);
      continue;
    }
    const refused = await quietRefusal(() => controller.rebalance.staticCall(index));
    if (refused !== undefined) {
      note?.(`hedge of ${name}: nothing to trade now (${refused}), ${where}`, []);
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
    return [...parts, ...limits];
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
