import type { Snapshot } from "../session/snapshot.ts";
import type { Chronicle } from "./chronicle.ts";

const WAD = 10n ** 18n;
const YEAR = 31_536_000n;
const USDC_TO_WAD = 10n ** 12n;

/** Where a change of the vault's NAV came from. All [wad USD]; the parts sum to `change` exactly. */
export interface Attribution {
  readonly hour: number;
  readonly change: bigint;
  /** LPs in and out. */
  readonly flows: bigint;
  /** Premium above (or below) fair value, as it is released into NAV. */
  readonly spread: bigint;
  /** Options and hedge moving with spot, to first order. */
  readonly delta: bigint;
  readonly gamma: bigint;
  readonly vega: bigint;
  readonly theta: bigint;
  /** Execution losses of hedge trades. */
  readonly hedgeCost: bigint;
  /** First-loss slices paid in the waterfall. */
  readonly losses: bigint;
  /** The insurance fund's share of the spread that was released. */
  readonly insurance: bigint;
  /** What the Greeks at the hour's start do not explain. */
  readonly unexplained: bigint;
}

/** Attributes each hour's change of mid NAV. */
export function attribute(snapshots: readonly Snapshot[], chronicle: Chronicle): Attribution[] {
  return snapshots.slice(1).map((after, index) => attributeHour(snapshots[index] ?? after, after, chronicle));
}

/** Sums hours. */
export function totalOf(hours: readonly Attribution[]): Attribution {
  const sum = {
    hour: hours.at(-1)?.hour ?? 0,
    change: 0n,
    flows: 0n,
    spread: 0n,
    delta: 0n,
    gamma: 0n,
    vega: 0n,
    theta: 0n,
    hedgeCost: 0n,
    losses: 0n,
    insurance: 0n,
    unexplained: 0n,
  };
  for (const one of hours) {
    for (const key of PARTS) sum[key] += one[key];
    sum.change += one.change;
  }
  return sum;
}

/** Names of the parts, in the order in which reports show them. */
export const PARTS = [
  "flows",
  "spread",
  "delta",
  "gamma",
  "vega",
  "theta",
  "hedgeCost",
  "losses",
  "insurance",
  "unexplained",
] as const;

function attributeHour(before: Snapshot, after: Snapshot, chronicle: Chronicle): Attribution {
  const within = <T extends { readonly time: number }>(records: readonly T[]) =>
    records.filter((record) => record.time >= after.time && record.time < after.time + 3600);
  const move = after.spot - before.spot;
  const volatilityMove = BigInt(Math.round((after.volatility - before.volatility) * 1e12)) * 10n ** 6n;
  const parts = {
    flows: total(within(chronicle.epochs), (epoch) => (epoch.assetsIn - epoch.assetsOut) * USDC_TO_WAD),
    spread:
      total(within(chronicle.trades), (trade) => trade.premium - trade.fair) -
      (after.unreleased - before.unreleased) +
      (after.fundDue - before.fundDue),
    delta: ((before.delta + before.hedge) * move) / WAD,
    gamma: (((before.gamma * move) / WAD) * move) / (2n * WAD),
    vega: (before.vega * volatilityMove) / WAD,
    theta: (before.theta * BigInt(after.time - before.time)) / YEAR,
    hedgeCost: -total(within(chronicle.hedges), (hedge) => hedge.loss),
    losses: -total(within(chronicle.losses), (loss) => loss.vault),
    insurance: before.fundDue + before.fundPaid - after.fundDue - after.fundPaid,
  };
  const change = after.navMid - before.navMid;
  const explained = Object.values(parts).reduce((sum, part) => sum + part, 0n);
  return { hour: after.hour, change, ...parts, unexplained: change - explained };
}

function total<T>(records: readonly T[], amount: (record: T) => bigint): bigint {
  return records.reduce((sum, record) => sum + amount(record), 0n);
}
