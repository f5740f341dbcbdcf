import { explainError } from "@ballast/sdk";
import { type ContractTransactionReceipt, type ContractTransactionResponse, isError } from "ethers";
import type { Action, KeeperContext, Task, TaskName } from "./task.ts";
import { arrays } from "./tasks/arrays.ts";
import { conditions } from "./tasks/conditions.ts";
import { epoch } from "./tasks/epoch.ts";
import { feed } from "./tasks/feed.ts";
import { hedge } from "./tasks/hedge.ts";
import { liquidate } from "./tasks/liquidate.ts";
import { orders } from "./tasks/orders.ts";
import { parameters } from "./tasks/parameters.ts";
import { peg } from "./tasks/peg.ts";
import { settle } from "./tasks/settle.ts";

/** Every task by its name, in the order `all` runs them: fresh data first, then what depends on it. */
export const TASKS: Readonly<Record<TaskName, Task>> = {
  feed,
  orders,
  arrays,
  parameters,
  conditions,
  peg,
  settle,
  liquidate,
  hedge,
  epoch,
};

/** What became of a round of tasks. */
export interface RoundResult {
  readonly sent: number;
  readonly failed: number;
}

/** A line for the operator. */
export type Log = (line: string) => void;

/**
 * Runs tasks once. Each action is simulated first and sent only if that succeeds; one that fails is reported and does
 * not stop the others.
 * @param dryRun says what would be sent and why, and sends nothing
 */
export async function runRound(
  context: KeeperContext,
  names: readonly TaskName[],
  dryRun: boolean,
  log: Log,
): Promise<RoundResult> {
  let sent = 0;
  let failed = 0;
  let noted = 0;
  const note = (line: string, details: readonly string[]) => {
    noted++;
    for (const one of [line, ...details.map((detail) => `  ${detail}`)]) log(one);
  };
  try {
    await context.head?.();
  } catch (error) {
    log(`nothing was looked at: ${explainError(error)}`);
    return { sent: 0, failed: 1 };
  }
  for (const name of names) {
    let actions: Action[] = [];
    const before = noted;
    try {
      actions = await TASKS[name](dryRun ? { ...context, note } : context);
      if (dryRun && actions.length === 0 && noted === before) log(`${name}: nothing to do`);
    } catch (error) {
      failed++;
      log(`${name}: failed to look: ${explainError(error)}`);
    }
    for (const action of actions) {
      const outcome = await runAction(action, dryRun, log);
      if (outcome === "sent") sent++;
      if (outcome === "failed") failed++;
    }
  }
  return { sent, failed };
}

/** Seconds that a transaction has to be mined before the round goes on without it. */
const PATIENCE = 120;

async function mined(sent: ContractTransactionResponse): Promise<ContractTransactionReceipt | null> {
  try {
    return await sent.wait(1, PATIENCE * 1_000);
  } catch (error) {
    if (!isError(error, "TIMEOUT")) throw error;
    throw new Error(`Transaction ${sent.hash} was sent and is not mined after ${PATIENCE} s.`);
  }
}

async function runAction(action: Action, dryRun: boolean, log: Log): Promise<"sent" | "failed" | "planned"> {
  const title = `${action.task}: ${action.what}, because ${action.why}`;
  const explain = () => {
    if (dryRun) for (const line of action.details ?? []) log(`  ${line}`);
  };
  try {
    await action.simulate();
    if (dryRun) {
      log(`would ${title}`);
      explain();
      return "planned";
    }
    const receipt = await mined(await action.send());
    log(`${title}: done in block ${receipt?.blockNumber}, gas ${receipt?.gasUsed}`);
    return "sent";
  } catch (error) {
    log(`${title}: refused: ${explainError(error)}`);
    explain();
    return "failed";
  }
}
