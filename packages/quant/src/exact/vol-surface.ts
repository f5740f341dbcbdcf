/** Bit-exact mirror of `contracts/pricing/VolSurface.sol`. See there for the model and the conditions. */
import { abs, max, min, sqrt, WAD, YEAR } from "./fixed-point.ts";

const VARIANCE_UNIT = 10n ** 6n;
const RHO_UNIT = 10n ** 9n;
const FORWARD_UNIT = 10n ** 10n;
const MASK_48 = (1n << 48n) - 1n;

/** One eSSVI slice; all but the time stamp [wad]. */
export interface ExactSlice {
  readonly theta: bigint;
  readonly psi: bigint;
  readonly rho: bigint;
  readonly forward: bigint;
  /** unix seconds */
  readonly timestamp: bigint;
}

/** In the order of the contract's enum. */
export const VIOLATIONS = [
  "None",
  "Domain",
  "ButterflySlope",
  "ButterflyCurvature",
  "CalendarTheta",
  "CalendarSlope",
  "CalendarPhi",
] as const;
/** What a slice or a pair of them breaks, if anything. */
export type Violation = (typeof VIOLATIONS)[number];

/** Packs a slice into its storage word; digits below the units are dropped. */
export function packSlice(slice: ExactSlice): bigint {
  return (
    slice.theta / VARIANCE_UNIT +
    ((slice.psi / VARIANCE_UNIT) << 48n) +
    (BigInt.asUintN(32, slice.rho / RHO_UNIT) << 96n) +
    ((slice.forward / FORWARD_UNIT) << 128n) +
    (slice.timestamp << 192n)
  );
}

/** Reads a storage word. */
export function unpackSlice(word: bigint): ExactSlice {
  return {
    theta: (word & MASK_48) * VARIANCE_UNIT,
    psi: ((word >> 48n) & MASK_48) * VARIANCE_UNIT,
    rho: BigInt.asIntN(32, word >> 96n) * RHO_UNIT,
    forward: BigInt.asUintN(64, word >> 128n) * FORWARD_UNIT,
    timestamp: BigInt.asUintN(40, word >> 192n),
  };
}

function fields(word: bigint): { readonly theta: bigint; readonly psi: bigint; readonly rho: bigint } {
  return { theta: word & MASK_48, psi: (word >> 48n) & MASK_48, rho: BigInt.asIntN(32, word >> 96n) };
}

/** Total variance [wad] at k = ln(strike / forward) [Q96], rounded down. */
export function totalVariance(word: bigint, logMoneyness: bigint): bigint {
  const { theta, psi, rho } = fields(word);
  const slope = (psi * (logMoneyness >> 32n)) >> 32n;
  const shifted = slope + (theta * rho * 4_294_967_296n) / RHO_UNIT;
  const floorSquare = ((theta * theta * (WAD - rho * rho)) << 64n) / WAD;
  const root = sqrt(shifted * shifted + floorSquare);
  const doubled = (theta << 32n) + (rho * slope) / RHO_UNIT + root;
  return doubled > 0n ? (doubled * VARIANCE_UNIT) >> 33n : 0n;
}

/** A total variance posted at the slice's time stamp, as it stands at `time`: volatility stays, time runs off. */
export function varianceAt(word: bigint, variance: bigint, expiry: bigint, time: bigint): bigint {
  const posted = timestampOf(word);
  if (time <= posted) return variance;
  return time >= expiry ? 0n : (variance * (expiry - time)) / (expiry - posted);
}

/** sqrt(w) = sigma * sqrt(T) [Q64] of a total variance [wad]. */
export function standardDeviationOf(variance: bigint): bigint {
  return sqrt(((variance << 64n) / WAD) << 64n);
}

/** Volatility per square root of a year [wad]. */
export function volatilityOf(variance: bigint, secondsToExpiry: bigint): bigint {
  return sqrt((variance * WAD * YEAR) / secondsToExpiry);
}

/** Whether a packed slice has butterfly arbitrage. */
export function butterflyViolation(word: bigint): Violation {
  const { theta, psi, rho } = fields(word);
  const onePlus = RHO_UNIT + abs(rho);
  if (psi * onePlus >= 4n * 10n ** 12n * RHO_UNIT) return "ButterflySlope";
  if (psi * psi * onePlus > 4n * 10n ** 12n * RHO_UNIT * theta) return "ButterflyCurvature";
  return "None";
}

/** Whether the packed slice `later` crosses `earlier`, both posted at the same time. */
export function calendarViolation(earlier: bigint, later: bigint): Violation {
  return crossing(earlier, later, 1n, 1n);
}

/** Whether `later` crosses `earlier` as both stand at `time`, whenever each was posted. */
export function calendarViolationAt(
  earlier: bigint,
  earlierExpiry: bigint,
  later: bigint,
  laterExpiry: bigint,
  time: bigint,
): Violation {
  return crossing(
    earlier,
    later,
    (earlierExpiry - time) * (laterExpiry - timestampOf(later)),
    (laterExpiry - time) * (earlierExpiry - timestampOf(earlier)),
  );
}

function crossing(earlier: bigint, later: bigint, weight1: bigint, weight2: bigint): Violation {
  const a = fields(earlier);
  const b = fields(later);
  if (b.theta * weight2 < a.theta * weight1) return "CalendarTheta";
  const wing1 = a.psi * weight1;
  const wing2 = b.psi * weight2;
  if (
    wing2 * (RHO_UNIT + b.rho) < wing1 * (RHO_UNIT + a.rho) ||
    wing2 * (RHO_UNIT - b.rho) < wing1 * (RHO_UNIT - a.rho)
  ) {
    return "CalendarSlope";
  }
  return b.psi * a.theta > a.psi * b.theta ? "CalendarPhi" : "None";
}

function timestampOf(word: bigint): bigint {
  return BigInt.asUintN(40, word >> 192n);
}

function divUp(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b;
}

/** A packed slice as it stands at `time`, stamped so, with the forward [wad] at the spot of that time. */
export function rolled(word: bigint, expiry: bigint, time: bigint, forward: bigint): bigint {
  const { theta, psi } = fields(word);
  const life = expiry - timestampOf(word);
  const left = expiry - time;
  return packSlice({
    theta: divUp(theta * left, life) * VARIANCE_UNIT,
    psi: max((psi * left) / life, 1n) * VARIANCE_UNIT,
    rho: unpackSlice(word).rho,
    forward,
    timestamp: time,
  });
}

/**
 * The packed slice at `time` between two neighbours: theta, psi, rho * psi and forward linear in time; theta rounded up,
 * psi down and rho towards zero, so that no butterfly bound is broken.
 */
export function interpolate(
  earlier: bigint,
  earlierTime: bigint,
  later: bigint,
  laterTime: bigint,
  time: bigint,
): bigint {
  const a = unpackSlice(earlier);
  const b = unpackSlice(later);
  const span = laterTime - earlierTime;
  const right = time - earlierTime;
  const left = span - right;
  const psi1 = a.psi * left;
  const psi2 = b.psi * right;
  const theta = (a.theta / VARIANCE_UNIT) * left + (b.theta / VARIANCE_UNIT) * right;
  return packSlice({
    theta: divUp(theta, span) * VARIANCE_UNIT,
    psi: (psi1 + psi2) / span,
    rho: (psi1 * a.rho + psi2 * b.rho) / (psi1 + psi2),
    forward: (a.forward * left + b.forward * right) / span,
    timestamp: min(a.timestamp, b.timestamp),
  });
}

/** theta, psi and rho of a slice [wad]. */
export type SmileShape = Pick<ExactSlice, "theta" | "psi" | "rho">;

/**
 * A surface, by increasing time, on the units that slices carry [wad], such that the contract finds no arbitrage in it.
 * Rounding moves a value by units; a surface that does not meet the conditions is moved to where they hold: psi first,
 * then theta up, and where the slice before leaves nothing else, its shape is repeated.
 */
export function roundSurface(slices: readonly SmileShape[]): SmileShape[] {
  const result: SmileShape[] = [];
  let earlier: SmileShape | undefined;
  for (const slice of slices) {
    const rho = clamp(slice.rho / RHO_UNIT, 1n - RHO_UNIT, RHO_UNIT - 1n);
    const wanted = {
      theta: max(divUp(slice.theta, VARIANCE_UNIT), 1n),
      psi: max(slice.psi / VARIANCE_UNIT, 1n),
      rho,
    };
    const fields = earlier
      ? afterSlice(earlier, wanted)
      : { ...wanted, psi: min(wanted.psi, steepest(wanted)) };
    earlier = fields;
    result.push({
      theta: fields.theta * VARIANCE_UNIT,
      psi: fields.psi * VARIANCE_UNIT,
      rho: fields.rho * RHO_UNIT,
    });
  }
  return result;
}

/** The slice nearest to `wanted` that does not cross `earlier`; all in the units of the fields. */
function afterSlice(earlier: SmileShape, wanted: SmileShape): SmileShape {
  const { rho } = wanted;
  const least = max(
    divUp(earlier.psi * (RHO_UNIT + earlier.rho), RHO_UNIT + rho),
    divUp(earlier.psi * (RHO_UNIT - earlier.rho), RHO_UNIT - rho),
  );
  const psi = max(wanted.psi, least);
  // Where psi must be as large as `least`, psi / theta may force theta up.
  const theta = max(max(wanted.theta, earlier.theta), divUp(least * earlier.theta, earlier.psi));
  const top = min((earlier.psi * theta) / earlier.theta, steepest({ theta, rho }));
  if (least <= top) return { theta, psi: min(psi, top), rho };
  return { theta: max(wanted.theta, earlier.theta), psi: earlier.psi, rho: earlier.rho };
}

/** The largest psi free of butterflies, in units. */
function steepest({ theta, rho }: Pick<SmileShape, "theta" | "rho">): bigint {
  const factor = RHO_UNIT + abs(rho);
  const slope = (4n * 10n ** 12n * RHO_UNIT - 1n) / factor;
  return min(slope, sqrt((4n * 10n ** 12n * RHO_UNIT * theta) / factor));
}

function clamp(x: bigint, low: bigint, high: bigint): bigint {
  return max(low, min(high, x));
}
