/**
 * Bit-exact mirror of `contracts/risk/ParameterRamp.sol`: a market's parameters on their way from one value to another.
 * Ratios are wads in steps of 1e-6; `arrayAgeLimit` [s] and `liquidityLimit` [contracts] are whole numbers.
 */
import { max, min, mulDivUp, WAD } from "./fixed-point.ts";

/** A market's parameters by the names of the contracts' `MarketParameters`. */
export type RampedParameters = Readonly<Record<RampedName, bigint>>;
/** The name of a parameter that moves. */
export type RampedName = (typeof NAMES)[number];

/** A change: where existing positions and new risk started, where both go, and when it was proposed [s]. */
export interface ParameterChange {
  readonly from: RampedParameters;
  readonly fromForNewRisk: RampedParameters;
  readonly to: RampedParameters;
  readonly startedAt: bigint;
}

/** How long a field moves [s]. */
export const RAMP = 86_400n;
/** How long a looser field waits before it moves [s]. */
export const DELAY = 172_800n;

const NAMES = [
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
const LOWER_IS_TIGHTER: ReadonlySet<RampedName> = new Set([
  "crossMarketCredit",
  "arrayAgeLimit",
  "liquidityLimit",
]);
const WHOLE: ReadonlySet<RampedName> = new Set(["arrayAgeLimit", "liquidityLimit"]);
const UNIT = 10n ** 12n;

/** How far tighter and looser fields have come [s of RAMP], `elapsed` [s] after a proposal. */
export function progress(elapsed: bigint): { readonly tightened: bigint; readonly loosened: bigint } {
  return { tightened: min(elapsed, RAMP), loosened: min(max(elapsed - DELAY, 0n), RAMP) };
}

/** The values in force at `time` [s] for existing positions and for new risk; every field is rounded to its tighter side. */
export function valuesAt(
  change: ParameterChange,
  time: bigint,
): { readonly existing: RampedParameters; readonly newRisk: RampedParameters } {
  const elapsed = time - change.startedAt;
  const existing = {} as Record<RampedName, bigint>;
  const newRisk = {} as Record<RampedName, bigint>;
  for (const name of NAMES) {
    existing[name] = fieldAt(name, change.from[name], change.to[name], elapsed).inForce;
    newRisk[name] = fieldAt(name, change.fromForNewRisk[name], change.to[name], elapsed).newRisk;
  }
  return { existing, newRisk };
}

/** How much wider a scan with `now` is than one with `before` [wad], at least one, rounded up. */
export function widening(now: RampedParameters, before: RampedParameters): bigint {
  return (["scanRange", "volUp", "volDown"] as const)
    .map((name) => mulDivUp(now[name], WAD, before[name]))
    .reduce(max, WAD);
}

function fieldAt(name: RampedName, from: bigint, to: bigint, elapsed: bigint) {
  // In steps, turned so that tighter is higher.
  const unit = (LOWER_IS_TIGHTER.has(name) ? -1n : 1n) * (WHOLE.has(name) ? 1n : UNIT);
  const [start, end] = [from / unit, to / unit];
  const { tightened, loosened } = progress(elapsed);
  if (end > start) {
    return { inForce: (start + mulDivUp(end - start, tightened, RAMP)) * unit, newRisk: to };
  }
  const held = (start - ((start - end) * loosened) / RAMP) * unit;
  return { inForce: held, newRisk: held };
}
