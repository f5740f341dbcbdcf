import { decodeError, formatDecimal, innermostOf } from "@ballast/sdk";
import type { Action, KeeperContext } from "../task.ts";

/** Refusals that mean "nothing to do now", not "something is wrong". */
const QUIET = new Set(["HedgeController_InsideBand", "HedgeController_TooSoon", "HedgePlanner_NoVenue"]);

/** Rebalances each market whose net delta is outside its band and whose budgets allow it. */
export async function hedge(context: KeeperContext): Promise<Action[]> {
  const { ballast, sender } = context;
  const controller = ballast.hedgeController.connect(sender);
  const actions: Action[] = [];
  for (const { index, name } of ballast.deployment.markets) {
    const state = await controller.state(index);
    if (state.target === 0n) continue;
    const refusal = await quietRefusal(() => controller.rebalance.staticCall(index));
    if (refusal) continue;
    actions.push({
      task: "hedge",
      what: `move the ${name} delta by ${formatDecimal(state.target, 4)}`,
      why: `net delta ${formatDecimal(state.netDelta, 4)} is outside the band of ±${formatDecimal(state.band, 4)}`,
      simulate: () => controller.rebalance.staticCall(index),
      send: () => controller.rebalance(index),
    });
  }
  return actions;
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
