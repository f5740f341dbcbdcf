import { volSurface } from "@ballast/quant/exact";
import { formatDecimal, type SliceReport, type SurfaceReport, toNumber, WAD } from "@ballast/sdk";
import { atTheMoney, named, points } from "./shape.ts";

/** How far a report may be from what a signer sees for itself. */
export interface Tolerances {
  /** Share of spot [wad]. */
  readonly spot: bigint;
  /** Share of a forward [wad]. */
  readonly forward: bigint;
  /** Volatility, in absolute terms [wad]; a twentieth of it where that is more. */
  readonly volatility: bigint;
  /** Seconds that a report may be old. */
  readonly age: number;
  /** Seconds that it may be ahead of the chain; until they are over, nothing earlier is signed. */
  readonly ahead: number;
}

/** Tolerances that suit sources that differ by seconds. */
export const DEFAULT_TOLERANCES: Tolerances = {
  spot: WAD / 100n,
  forward: WAD / 200n,
  volatility: (25n * WAD) / 1_000n,
  age: 300,
  ahead: 15,
};

/** What a signer knows by itself. */
export interface OwnView {
  /** Time of the latest block, unix seconds. */
  readonly now: number;
  /** Time of the last report that was posted. */
  readonly lastPosted: number;
  /** The oracle's price [wad USD]; zero if it is not usable. */
  readonly spot: bigint;
  /** What the signer's own source makes of the same market and time. */
  readonly report: SurfaceReport;
}

const FORWARD_UNIT = 10n ** 10n;
const VARIANCE_UNIT = 10n ** 6n;
const RHO_UNIT = 10n ** 9n;
/** Standard deviations from the forward that volatilities are compared at. */
const PLACES = [-2, -1, 0, 1, 2];

/** Everything in a report that a signer does not agree with, a sentence each; it signs only if there is nothing. */
export function reviewSurface(report: SurfaceReport, own: OwnView, tolerances: Tolerances): string[] {
  const objections: string[] = [];
  const object = (isWrong: boolean, sentence: () => string) => {
    if (isWrong) objections.push(sentence());
  };
  const age = own.now - report.timestamp;
  object(
    age > tolerances.age || age < -tolerances.ahead,
    () => `the report is ${age} s old by the chain's clock`,
  );
  object(report.timestamp <= own.lastPosted, () => "a newer report is posted already");
  object(own.spot === 0n, () => "the oracle has no usable price");
  object(
    own.spot !== 0n && isFar(report.spot, own.spot, tolerances.spot),
    () => `spot ${dollars(report.spot)} is not near the oracle's ${dollars(own.spot)}`,
  );
  object(report.slices.length === 0, () => "the report is empty");
  objections.push(...unsound(report));
  const theirs = new Map(report.slices.map((slice) => [slice.expiry, slice]));
  const ours = new Map(own.report.slices.map((slice) => [slice.expiry, slice]));
  for (const slice of own.report.slices)
    object(!theirs.has(slice.expiry), () => `${named(slice.expiry)} is left out`);
  for (const slice of report.slices) {
    const mine = ours.get(slice.expiry);
    if (mine) objections.push(...compare(slice, mine, report.timestamp, tolerances));
    else objections.push(`${named(slice.expiry)} is not in the own source`);
  }
  return objections;
}

function compare(theirs: SliceReport, ours: SliceReport, time: number, tolerances: Tolerances): string[] {
  const objections: string[] = [];
  if (isFar(theirs.forward, ours.forward, tolerances.forward))
    objections.push(
      `${named(theirs.expiry)}: forward ${dollars(theirs.forward)} is not near the own ${dollars(ours.forward)}`,
    );
  const life = theirs.expiry - time;
  const width = Math.sqrt(toNumber(ours.theta));
  for (const place of PLACES) {
    const k = BigInt(Math.round(place * width * 2 ** 48)) << 48n;
    const [a, b] = [volatilityAt(theirs, k, life), volatilityAt(ours, k, life)];
    // Where volatilities are high they scatter more.
    const allowed = b / 20n > tolerances.volatility ? b / 20n : tolerances.volatility;
    if ((a > b ? a - b : b - a) <= allowed) continue;
    const where = place === 0 ? "at the money" : `${place} deviations from the forward`;
    objections.push(
      `${named(theirs.expiry)}: volatility ${points(a)} ${where} is not near the own ${points(b)}`,
    );
    break;
  }
  return objections;
}

/** Digits and arbitrage, by the same integers as the contract's. */
function unsound({ slices, timestamp }: SurfaceReport): string[] {
  const objections: string[] = [];
  let before: { readonly word: bigint; readonly expiry: number } | undefined;
  for (const { expiry, theta, psi, rho, forward } of slices) {
    const wrong =
      expiry % 3600 !== 0 ||
      theta % VARIANCE_UNIT !== 0n ||
      psi % VARIANCE_UNIT !== 0n ||
      rho % RHO_UNIT !== 0n ||
      forward % FORWARD_UNIT !== 0n;
    if (wrong || theta <= 0n || psi <= 0n || rho >= WAD || rho <= -WAD || forward <= 0n) {
      objections.push(`${named(expiry)}: its numbers are none that the contract packs`);
      continue;
    }
    const word = volSurface.packSlice({ theta, psi, rho, forward, timestamp: BigInt(timestamp) });
    const butterfly = volSurface.butterflyViolation(word);
    if (butterfly !== "None") objections.push(`${named(expiry)} has butterfly arbitrage (${butterfly})`);
    if (before) {
      if (expiry <= before.expiry)
        objections.push(`${named(expiry)} does not come after ${named(before.expiry)}`);
      const calendar = volSurface.calendarViolation(before.word, word);
      if (calendar !== "None")
        objections.push(`${named(expiry)} crosses ${named(before.expiry)} (${calendar})`);
    }
    before = { word, expiry };
  }
  return objections;
}

/** Volatility [wad] at ln(strike / forward) [Q96]. */
function volatilityAt({ theta, psi, rho, forward }: SliceReport, k: bigint, life: number): bigint {
  const word = volSurface.packSlice({ theta, psi, rho, forward, timestamp: 0n });
  return atTheMoney(volSurface.totalVariance(word, k), life);
}

function isFar(value: bigint, anchor: bigint, share: bigint): boolean {
  return (value > anchor ? value - anchor : anchor - value) * WAD > anchor * share;
}

function dollars(price: bigint): string {
  return `${formatDecimal(price, 2)} USD`;
}
