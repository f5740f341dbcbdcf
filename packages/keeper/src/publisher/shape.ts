import { volSurface } from "@ballast/quant/exact";
import { formatDecimal, type SurfaceReport, WAD } from "@ballast/sdk";
import type { SurfaceSlice } from "../task.ts";

const YEAR = 365n * 86_400n;
const HOUR = 3_600;
const FORWARD_UNIT = 10n ** 10n;
const VARIANCE_UNIT = 10n ** 6n;
/** A slice with less life than this expires before its report is mined. */
const LEAST_LIFE = 60;
/** The contract's limits (STEP_LIMIT, FORWARD_STEP_LIMIT, FORWARD_LIMIT of SurfaceFeed), less a hundredth of each. */
const VOLATILITY_STEP = (495n * WAD) / 1_000n;
const BASIS_STEP = (495n * WAD) / 10_000n;
const BASIS_LIMIT = (198n * WAD) / 1_000n;

/** What a post of an expiry is measured from, as `stepAnchor` of the feed gives it; zeros if it was never posted. */
export interface Anchor {
  /** At the money [wad]. */
  readonly volatility: bigint;
  /** Forward over spot [wad]. */
  readonly basis: bigint;
}

/** A report that the contract can take, and in which way it differs from what the source said. */
export interface ShapedSurface {
  readonly report: SurfaceReport;
  readonly adjustments: readonly string[];
}

/**
 * Makes a report of a source's slices: steps held within what the contract allows, digits cut to those it packs,
 * arbitrage that rounding or clamping brought in removed. The same inputs give the same report to every signer.
 * @param timestamp unix seconds, of the report
 * @param spot [wad USD]
 */
export function shapeSurface(
  market: number,
  timestamp: number,
  spot: bigint,
  slices: readonly SurfaceSlice[],
  anchorOf: (expiry: number) => Anchor,
): ShapedSurface {
  const adjustments: string[] = [];
  const usable = slices.filter(({ expiry }) => {
    const reason =
      expiry % HOUR !== 0
        ? "it is not on the hour"
        : expiry < timestamp + LEAST_LIFE
          ? "it is over"
          : undefined;
    if (reason) adjustments.push(`${named(expiry)} is left out: ${reason}`);
    return reason === undefined;
  });
  const held = usable.map((slice) => hold(slice, timestamp, anchorOf(slice.expiry), adjustments));
  const rounded = volSurface.roundSurface(held);
  return {
    adjustments,
    report: {
      market,
      timestamp,
      spot,
      slices: held.map(({ expiry, forwardRatio, theta }, i) => {
        const shape = rounded[i] ?? { theta, psi: 0n, rho: 0n };
        const from = atTheMoney(theta, expiry - timestamp);
        const to = atTheMoney(shape.theta, expiry - timestamp);
        // A change of a hundredth of a point is rounding; more is a repair that people should see.
        if (to - from > WAD / 10_000n)
          adjustments.push(`${named(expiry)} is raised from ${points(from)} to ${points(to)}: arbitrage`);
        return { expiry, forward: ((spot * forwardRatio) / WAD / FORWARD_UNIT) * FORWARD_UNIT, ...shape };
      }),
    },
  };
}

/** A listed expiry that the source has nothing on. */
export interface LeftOut {
  /** Packed, as it was posted. */
  readonly word: bigint;
  /** As it stands at the time of the report. */
  readonly slice: SurfaceSlice;
}

/**
 * `shapeSurface`, with those expiries left out that the report would cross, or that are asked for: each is taken in as it
 * stands, and moved no further than its neighbours force it.
 */
export function shapeAround(
  market: number,
  timestamp: number,
  spot: bigint,
  slices: readonly SurfaceSlice[],
  leftOut: readonly LeftOut[],
  also: ReadonlySet<number>,
  anchorOf: (expiry: number) => Anchor,
): ShapedSurface {
  const taken = new Set(leftOut.filter(({ slice }) => also.has(slice.expiry)));
  for (;;) {
    const all = [...slices, ...[...taken].map(({ slice }) => slice)].sort((a, b) => a.expiry - b.expiry);
    const shaped = shapeSurface(market, timestamp, spot, all, anchorOf);
    const crossed = leftOut.filter((one) => !taken.has(one) && isCrossed(one, shaped.report));
    if (crossed.length === 0) {
      const kept = [...taken].map(
        ({ slice }) => `${named(slice.expiry)} is reported as it was posted: the source leaves it out`,
      );
      return { ...shaped, adjustments: [...shaped.adjustments, ...kept] };
    }
    for (const one of crossed) taken.add(one);
  }
}

/** Whether the contract would find that a report crosses a slice that it leaves out. */
function isCrossed({ word, slice: { expiry } }: LeftOut, { slices, timestamp }: SurfaceReport): boolean {
  const time = BigInt(timestamp);
  const packed = (one: SurfaceReport["slices"][number]) => volSurface.packSlice({ ...one, timestamp: time });
  const before = slices.findLast((one) => one.expiry < expiry);
  const after = slices.find((one) => one.expiry > expiry);
  const crosses = (earlier: bigint, earlierExpiry: number, later: bigint, laterExpiry: number) =>
    volSurface.calendarViolationAt(earlier, BigInt(earlierExpiry), later, BigInt(laterExpiry), time) !==
    "None";
  return (
    (before !== undefined && crosses(packed(before), before.expiry, word, expiry)) ||
    (after !== undefined && crosses(word, expiry, packed(after), after.expiry))
  );
}

/** Volatility at the money [wad] of a total variance over `life` seconds. */
export function atTheMoney(theta: bigint, life: number): bigint {
  return volSurface.volatilityOf(theta, BigInt(life));
}

function hold(slice: SurfaceSlice, timestamp: number, anchor: Anchor, adjustments: string[]): SurfaceSlice {
  const { expiry, forwardRatio, theta, psi } = slice;
  const basis = clamp(clamp(forwardRatio, WAD, BASIS_LIMIT), anchor.basis, BASIS_STEP);
  if (basis !== forwardRatio)
    adjustments.push(
      `${named(expiry)}: forward over spot is held at ${formatDecimal(basis, 4)} instead of ${formatDecimal(forwardRatio, 4)}`,
    );
  const life = expiry - timestamp;
  const volatility = atTheMoney(theta, life);
  const allowed = clamp(volatility, anchor.volatility, VOLATILITY_STEP);
  if (allowed === volatility) return { ...slice, forwardRatio: basis };
  adjustments.push(
    `${named(expiry)}: volatility is held at ${points(allowed)} instead of ${points(volatility)}`,
  );
  const heldTheta = ((allowed * allowed * BigInt(life)) / (WAD * YEAR) / VARIANCE_UNIT) * VARIANCE_UNIT;
  return { ...slice, forwardRatio: basis, theta: heldTheta, psi: (psi * heldTheta) / theta };
}

/** The value, or the nearest to it within `share` of the anchor; no anchor, no limit. */
function clamp(value: bigint, anchor: bigint, share: bigint): bigint {
  if (anchor === 0n) return value;
  const reach = (anchor * share) / WAD;
  return value > anchor + reach ? anchor + reach : value < anchor - reach ? anchor - reach : value;
}

/** An expiry for people. */
export function named(expiry: number): string {
  return new Date(expiry * 1000).toISOString().slice(0, 16).replace("T", " ");
}

/** A volatility for people. */
export function points(volatility: bigint): string {
  return `${formatDecimal(volatility * 100n, 2)} %`;
}
