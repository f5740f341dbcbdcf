import { readFileSync } from "node:fs";
import { latestRegime, type Regime, readCandles, realisedDays, returnsOf } from "@ballast/quant";
import { WAD } from "@ballast/sdk";
import type { Action, KeeperContext } from "../task.ts";

/** What the parameters task goes by: the regime of a market now, and the parameters of normal times. */
export interface RegimeSource {
  /** Undefined where nothing is known. */
  regime(market: number): Promise<Regime | undefined>;
  /** Fields that regimes move, as they are in normal times [wad]. */
  normal(market: number): DynamicFields | undefined;
}

/** Fields of a market's parameters that follow its regime; the others are the curator's alone. All [wad]. */
export interface DynamicFields {
  readonly scanRange: bigint;
  readonly volUp: bigint;
  readonly shortOptionMinimum: bigint;
}

/** Regimes from files of hourly candles, which are read anew each time, so that they may grow. */
export function regimesFromFiles(
  histories: ReadonlyMap<number, string>,
  normal: ReadonlyMap<number, DynamicFields>,
): RegimeSource {
  return {
    async regime(market) {
      const file = histories.get(market);
      if (file === undefined) return undefined;
      const days = realisedDays(returnsOf(readCandles(readFileSync(file, "utf8")), 3600));
      return latestRegime(days.map(({ variance }) => variance));
    },
    normal: (market) => normal.get(market),
  };
}

/** Percent of the normal value. Never below it: who wants less than normal asks the curator. */
const FACTORS: Readonly<Record<Regime, bigint>> = { calm: 100n, normal: 100n, turbulent: 125n, crisis: 160n };
/** Bounds of contracts/risk/RiskParameters.sol. */
const MOST: DynamicFields = { scanRange: WAD / 2n, volUp: 2n * WAD, shortOptionMinimum: WAD / 20n };
/** Every field of IRiskParameters.MarketParameters. */
const FIELDS = [
  "scanRange",
  "driftLimit",
  "volUp",
  "volDown",
  "shortOptionMinimum",
  "maintenanceFactor",
  "collateralHaircut",
  "crossMarketCredit",
  "arrayAgeLimit",
  "bidSpread",
  "calendarCharge",
  "staleAddOn",
  "concentration",
  "liquidityLimit",
] as const;
type Field = (typeof FIELDS)[number];
const UNIT = 10n ** 12n;
/** Percent that a field must differ from where it goes already, or nothing is proposed. */
const THRESHOLD = 5n;

/** Fields of a regime: normal ones times its factor, within the contract's bounds, in the units that it keeps. */
export function dynamicFields(normal: DynamicFields, regime: Regime): DynamicFields {
  const scaled = (value: bigint, most: bigint) => {
    const wanted = (value * FACTORS[regime]) / 100n;
    return ((wanted < most ? wanted : most) / UNIT) * UNIT;
  };
  return {
    scanRange: scaled(normal.scanRange, MOST.scanRange),
    volUp: scaled(normal.volUp, MOST.volUp),
    shortOptionMinimum: scaled(normal.shortOptionMinimum, MOST.shortOptionMinimum),
  };
}

/** Names of the fields that differ from their target by the threshold or more. */
export function fieldsToMove(target: DynamicFields, wanted: DynamicFields): (keyof DynamicFields)[] {
  return (Object.keys(wanted) as (keyof DynamicFields)[]).filter((name) => {
    const distance = wanted[name] > target[name] ? wanted[name] - target[name] : target[name] - wanted[name];
    return distance * 100n >= target[name] * THRESHOLD;
  });
}

/**
 * Proposes parameters that follow the regime, through the bounded and ramped path of RiskParameters: tighter ones bind
 * new risk at once and ramp for a day, looser ones wait. The sender needs the curator's role.
 */
export async function parameters(context: KeeperContext): Promise<Action[]> {
  const actions = await Promise.all(
    context.ballast.deployment.markets.map(({ index }) => propose(context, index)),
  );
  return actions.flat();
}

async function propose(context: KeeperContext, market: number): Promise<Action[]> {
  const { ballast, sender, limits, regimes } = context;
  const [regime, normal] = [await regimes?.regime(market), regimes?.normal(market)];
  if (regime === undefined || normal === undefined) return [];
  const riskParameters = ballast.riskParameters.connect(sender);
  const [current, last, block] = await Promise.all([
    riskParameters.targetParameters(market),
    riskParameters.change(market),
    ballast.runner.provider?.getBlock("latest"),
  ]);
  const wanted = dynamicFields(normal, regime);
  const moved = fieldsToMove(current, wanted);
  if (moved.length === 0 || (block?.timestamp ?? 0) - Number(last.startedAt) < limits.parameterPause)
    return [];
  const changed: Partial<Record<Field, bigint>> = Object.fromEntries(
    moved.map((name) => [name, wanted[name]]),
  );
  const proposal = Object.fromEntries(FIELDS.map((name) => [name, changed[name] ?? current[name]])) as Record<
    Field,
    bigint
  >;
  const percent = (value: bigint) => `${Number((value * 1_000_000n) / WAD) / 10_000} %`;
  return [
    {
      task: "parameters",
      what: `propose ${moved.join(", ")} of market ${market}`,
      why: `its regime is ${regime}`,
      details: moved.map((name) => `${name}: ${percent(current[name])} to ${percent(wanted[name])}`),
      simulate: () => riskParameters.setParameters.staticCall(market, proposal),
      send: () => riskParameters.setParameters(market, proposal),
    },
  ];
}
