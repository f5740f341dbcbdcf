import type { SessionResult } from "../session/session.ts";
import type { GasFigure } from "../world/journal.ts";
import { type Attribution, attribute, totalOf } from "./attribution.ts";
import type { Chronicle } from "./chronicle.ts";
import { allHold, type Check } from "./conservation.ts";
import { type Damage, measureDamage } from "./damage.ts";

/** What a run is judged and shown by. */
export interface Report {
  readonly title: string;
  readonly scenario: string;
  readonly seed: number;
  readonly session: SessionResult;
  readonly chronicle: Chronicle;
  readonly attribution: readonly Attribution[];
  readonly attributionTotal: Attribution;
  readonly damage: Damage;
  readonly checks: readonly Check[];
  readonly gas: readonly GasFigure[];
  readonly refusals: ReadonlyMap<string, number>;
  /** Names of accounts, for people. */
  readonly names: ReadonlyMap<bigint, string>;
  /** Sentences about what did not end as it should; none if the run is good. */
  readonly faults: readonly string[];
}

/** What a report is made from. */
export type ReportInput = Omit<Report, "attribution" | "attributionTotal" | "damage" | "faults"> & {
  /** Whether a run without a liquidation counts as failed. */
  readonly expectLiquidation: boolean;
};

/** Adds attribution and verdict to what was measured. */
export function makeReport(input: ReportInput): Report {
  const { expectLiquidation, ...rest } = input;
  const attribution = attribute(input.session.snapshots, input.chronicle);
  return {
    ...rest,
    attribution,
    attributionTotal: totalOf(attribution),
    damage: measureDamage(input.session.snapshots, input.chronicle),
    faults: findFaults(input),
  };
}

function findFaults(input: ReportInput): string[] {
  const faults = input.checks
    .filter((check) => !check.holds)
    .map((check) => `The books do not balance: ${check.name}.`);
  const open = input.chronicle.auctions.filter((auction) => !auction.ended);
  if (open.length > 0) faults.push(`${open.length} auctions have not ended.`);
  for (const loss of input.chronicle.losses) {
    if (loss.insurance + loss.vault + loss.shared !== loss.shortfall) {
      faults.push(`The loss at block ${loss.block} is not paid to the wei.`);
    }
    if (loss.steps.reduce((total, step) => total + step.amount, 0n) !== loss.shortfall) {
      faults.push(`The steps of the loss at block ${loss.block} do not add up to it.`);
    }
  }
  if (input.session.snapshots.length === 0) faults.push("No hour was played.");
  if (input.chronicle.trades.length === 0) faults.push("Nobody traded.");
  if (input.expectLiquidation && !input.chronicle.auctions.some((auction) => auction.bids.length > 0)) {
    faults.push("No account was liquidated.");
  }
  return faults;
}

/** Whether the run ended well. */
export function isGood(report: Report): boolean {
  return report.faults.length === 0 && allHold(report.checks);
}
