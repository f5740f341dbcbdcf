import { decodeError, formatDecimal, innermostOf } from "@ballast/sdk";
import type { Action, KeeperContext } from "../task.ts";

/** Refusals that mean "wait", not "something is wrong". */
const QUIET = new Set([
  "OptionsVault_MarkNotNewer",
  "OptionsVault_NothingToProcess",
  "OptionsVault_MarkFlawed",
]);

/** Processes the vault's epoch as soon as a mark exists that may fill what waits: at most once a mark. */
export async function epoch(context: KeeperContext): Promise<Action[]> {
  const vault = context.ballast.vault.connect(context.sender);
  const pending = await vault.pendingTotals();
  if (pending.assets === 0n && pending.shares === 0n) return [];
  try {
    await vault.processEpoch.staticCall();
  } catch (error) {
    const decoded = decodeError(error);
    if (decoded && QUIET.has(innermostOf(decoded).name)) return [];
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
