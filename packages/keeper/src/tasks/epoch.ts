import { decodeError, formatDecimal, innermostOf } from "@ballast/sdk";
import type { Action, KeeperContext } from "../task.ts";
import { feedFund } from "./fund.ts";

/** Refusals that mean "wait", not "something is wrong". */
const QUIET = new Set([
  "OptionsVault_MarkNotNewer",
  "OptionsVault_NothingToProcess",
  "OptionsVault_MarkFlawed",
]);

/**
 * Processes the vault's epoch as soon as a mark exists that may fill what waits: at most once a mark. While exits wait for
 * cash, has the quoter's capital marked, so that nothing is opened with it. Feeds the insurance fund what waits
 * for it whenever that is worth the gas.
 */
export async function epoch(context: KeeperContext): Promise<Action[]> {
  const kept = await keepForExits(context);
  return [...kept, ...(await processReady(context)), ...(await feedFund(context))];
}

async function keepForExits({ ballast, sender }: KeeperContext): Promise<Action[]> {
  if (!(await ballast.vault.exitsWaiting()) || (await ballast.quoter.capital()) === 0n) return [];
  const quoter = ballast.quoter.connect(sender);
  return [
    {
      task: "epoch",
      what: "mark the vault's capital at nothing",
      why: "redemptions have waited for cash longer than they should",
      simulate: () => quoter.markCapital.staticCall(),
      send: () => quoter.markCapital(),
    },
  ];
}

async function processReady(context: KeeperContext): Promise<Action[]> {
  const vault = context.ballast.vault.connect(context.sender);
  const pending = await vault.pendingTotals();
  if (pending.assets === 0n && pending.shares === 0n) {
    context.note?.("epoch: nothing waits to enter or to leave", []);
    return [];
  }
  try {
    await vault.processEpoch.staticCall();
  } catch (error) {
    const decoded = decodeError(error);
    const name = decoded && innermostOf(decoded).name;
    if (name && QUIET.has(name)) {
      context.note?.(`epoch: what waits cannot be processed yet (${name})`, []);
      return [];
    }
  }
  return [
    {
      task: "epoch",
      what: "process the vault's epoch",
      why: `${formatDecimal(pending.assets, 2, 6)} USDC wait to enter and ${pending.shares} shares to leave`,
      simulate: () => vault.processEpoch.staticCall(),
      send: () => vault.processEpoch(),
    },
  ];
}
