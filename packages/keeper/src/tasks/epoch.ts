import { decodeError, formatDecimal, innermostOf, WAD } from "@ballast/sdk";
import type { Action, KeeperContext } from "../task.ts";

/** Less is not worth a transaction [wad USD]. */
const LEAST_PAYMENT = 25n * WAD;

/** Refusals that mean "wait", not "something is wrong". */
const QUIET = new Set([
  "OptionsVault_MarkNotNewer",
  "OptionsVault_NothingToProcess",
  "OptionsVault_MarkFlawed",
]);

/**
 * Processes the vault's epoch as soon as a mark exists that may fill what waits: at most once a mark. While exits wait for
 * cash, has the quoter's capital marked, so that nothing is opened with it. Pays the insurance fund its share of spread
 * whenever that is worth the gas.
 */
export async function epoch(context: KeeperContext): Promise<Action[]> {
  const kept = await keepForExits(context);
  return [...kept, ...(await processReady(context)), ...(await payFund(context))];
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

/** Asked of the desk itself: it tells what it would pay, which is none while leavers wait for the cash. */
async function payFund({ ballast, sender, note }: KeeperContext): Promise<Action[]> {
  const desk = ballast.tradeDesk.connect(sender);
  const { due } = await desk.owedToFund();
  if (due < LEAST_PAYMENT) return [];
  const paid = await desk.payFund.staticCall().catch(() => 0n);
  if (paid < LEAST_PAYMENT) {
    note?.(`epoch: the insurance fund is owed ${formatDecimal(due, 2)} USD that the vault cannot spare`, []);
    return [];
  }
  return [
    {
      task: "epoch",
      what: `pay ${formatDecimal(paid, 2)} USD to the insurance fund`,
      why: `it is owed ${formatDecimal(due, 2)} USD of the vault's spread`,
      simulate: () => desk.payFund.staticCall(),
      send: () => desk.payFund(),
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
