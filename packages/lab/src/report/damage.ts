import type { Snapshot } from "../session/snapshot.ts";
import type { Chronicle } from "./chronicle.ts";

/** What a run cost those who had no part in it. Amounts [wad USD]. */
export interface Damage {
  /** Sum of all losses, and who paid them. */
  readonly shortfall: bigint;
  readonly insurance: bigint;
  readonly vault: bigint;
  readonly shared: bigint;
  /** Largest sum of negative equities at the end of an hour, and that hour. */
  readonly deepestDebt: bigint;
  readonly deepestDebtHour: number | undefined;
  /** Hours that accounts ended below their maintenance requirement, one for each account and hour. */
  readonly hoursBelowMaintenance: number;
  /** Change of the vault's share price from the first hour to the last, share [wad]. */
  readonly sharePriceChange: bigint;
}

const WAD = 10n ** 18n;

/** Sums up a run's losses and how deep its accounts were under water. */
export function measureDamage(snapshots: readonly Snapshot[], { losses }: Chronicle): Damage {
  const total = (part: "shortfall" | "insurance" | "vault" | "shared") =>
    losses.reduce((sum, loss) => sum + loss[part], 0n);
  const debts = snapshots.map(debtOf);
  const deepestDebt = debts.reduce((most, debt) => (debt > most ? debt : most), 0n);
  const [first, last] = [snapshots[0], snapshots.at(-1)];
  const hasPrices = first !== undefined && last !== undefined && first.sharePrice > 0n;
  return {
    shortfall: total("shortfall"),
    insurance: total("insurance"),
    vault: total("vault"),
    shared: total("shared"),
    deepestDebt,
    deepestDebtHour: deepestDebt === 0n ? undefined : snapshots[debts.indexOf(deepestDebt)]?.hour,
    hoursBelowMaintenance: snapshots.reduce((hours, one) => hours + belowMaintenance(one), 0),
    sharePriceChange: hasPrices ? ((last.sharePrice - first.sharePrice) * WAD) / first.sharePrice : 0n,
  };
}

function debtOf({ atRisk }: Snapshot): bigint {
  return atRisk.reduce((sum, { equity }) => (equity < 0n ? sum - equity : sum), 0n);
}

function belowMaintenance({ atRisk }: Snapshot): number {
  return atRisk.filter(({ equity, maintenance }) => equity < maintenance).length;
}
