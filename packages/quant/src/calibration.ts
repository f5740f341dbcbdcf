import { normalPdf } from "./normal.ts";
import { type EssviSlice, maxPsi, minPsi, totalVariance, type Violation, violations } from "./surface.ts";

/** One quoted volatility. */
export interface VolQuote {
  readonly strike: number;
  /** Per year. */
  readonly volatility: number;
}

/** Quotes of one expiry. */
export interface ExpiryQuotes {
  readonly years: number;
  readonly forward: number;
  readonly quotes: readonly VolQuote[];
}

/** A fitted slice with its fit. */
export interface FittedSlice extends EssviSlice {
  /** Vega-weighted root mean square error, volatility points (1 is 1 %). */
  readonly rmse: number;
  readonly quotes: number;
}

/** A fitted surface; `violations` is empty. */
export interface FittedSurface {
  readonly slices: readonly FittedSlice[];
  readonly violations: readonly Violation[];
}

/** A chain that no surface can be fitted to. */
export class CalibrationError extends Error {
  override readonly name = "CalibrationError";
}

const LEAST_QUOTES = 4;
/** Kept clear of every bound, so that rounding to the contract's units breaks none. */
const MARGIN = 1e-4;
const VARIANCE_UNIT = 1e12;
const RHO_UNIT = 1e9;

/**
 * Fits eSSVI slice by slice in order of expiry, each within what the slice before it allows, so that the surface has
 * neither butterfly nor calendar arbitrage. Least squares in volatility weighted by vega; Nelder and Mead (1965).
 * theta and psi come rounded to 1e-12 and rho to 1e-9, as the contract packs them.
 * @throws CalibrationError without an expiry, on expiries out of order, on fewer than four quotes, or on a bad quote
 */
export function calibrate(chain: readonly ExpiryQuotes[]): FittedSurface {
  if (chain.length === 0) throw new CalibrationError("The chain has no expiry.");
  const slices: FittedSlice[] = [];
  for (const expiry of chain) {
    requireQuotes(expiry, slices.at(-1));
    slices.push(fitSlice(expiry, slices.at(-1)));
  }
  return { slices, violations: violations(slices) };
}

function requireQuotes({ years, forward, quotes }: ExpiryQuotes, earlier: EssviSlice | undefined): void {
  if (!(years > 0) || !(forward > 0) || !Number.isFinite(years + forward))
    throw new CalibrationError(`An expiry has time ${years} and forward ${forward}.`);
  if (earlier && !(years > earlier.years)) throw new CalibrationError("The expiries do not increase.");
  if (quotes.length < LEAST_QUOTES) {
    throw new CalibrationError(
      `The expiry at ${years.toFixed(4)} years has ${quotes.length} quotes; ${LEAST_QUOTES} are needed.`,
    );
  }
  const bad = quotes.find(
    ({ strike, volatility }) =>
      !(strike > 0) || !(volatility > 0) || !Number.isFinite(strike) || !Number.isFinite(volatility),
  );
  if (bad) throw new CalibrationError(`The quote at strike ${bad.strike} has volatility ${bad.volatility}.`);
}

interface WeightedQuote {
  readonly k: number;
  readonly volatility: number;
  readonly weight: number;
}

function fitSlice(expiry: ExpiryQuotes, earlier: EssviSlice | undefined): FittedSlice {
  const { years, forward } = expiry;
  const quotes = weighted(expiry);
  const atTheMoney = quotes.reduce((best, quote) => (Math.abs(quote.k) < Math.abs(best.k) ? quote : best));
  const start = atTheMoney.volatility ** 2 * years;
  let best: { error: number; slice: EssviSlice } | undefined;
  // An earlier slice's own skew is always within what it allows; others may not be.
  for (const rho of [earlier?.rho ?? -0.3, 0.2]) {
    for (const share of [0.3, 0.7]) {
      const found = nelderMead(
        (point) => errorOf(sliceAt(point, expiry, earlier, start), quotes, years),
        [
          earlier ? Math.log(Math.max(start / earlier.theta - 1, 1e-3)) : 0,
          Math.atanh(rho),
          Math.log(share / (1 - share)),
        ],
      );
      const slice = sliceAt(found.point, expiry, earlier, start);
      if (slice && (!best || found.value < best.error)) best = { error: found.value, slice };
    }
  }
  if (!best)
    throw new CalibrationError(`No slice at ${years.toFixed(4)} years agrees with the one before it.`);
  return { ...best.slice, years, forward, rmse: 100 * Math.sqrt(best.error), quotes: quotes.length };
}

/** Unbounded coordinates to a slice that breaks no condition; undefined where the conditions leave no room. */
function sliceAt(
  [a = 0, b = 0, c = 0]: readonly number[],
  { years, forward }: ExpiryQuotes,
  earlier: EssviSlice | undefined,
  start: number,
): EssviSlice | undefined {
  const theta = earlier ? earlier.theta * (1 + 1e-9 + Math.exp(a)) : start * Math.exp(a);
  const rho = 0.999 * Math.tanh(b);
  const low = earlier ? minPsi(earlier, rho) * (1 + MARGIN) : 1e-6;
  const high =
    Math.min(maxPsi(theta, rho), earlier ? (earlier.psi * theta) / earlier.theta : Infinity) * (1 - MARGIN);
  if (!(low <= high) || !Number.isFinite(theta)) return undefined;
  const psi = low + (high - low) / (1 + Math.exp(-c));
  return {
    years,
    forward,
    theta: Math.ceil(theta * VARIANCE_UNIT) / VARIANCE_UNIT,
    psi: Math.round(psi * VARIANCE_UNIT) / VARIANCE_UNIT,
    rho: Math.round(rho * RHO_UNIT) / RHO_UNIT,
  };
}

function weighted({ years, forward, quotes }: ExpiryQuotes): WeightedQuote[] {
  return quotes.map(({ strike, volatility }) => {
    const k = Math.log(strike / forward);
    const deviation = volatility * Math.sqrt(years);
    return { k, volatility, weight: normalPdf(-k / deviation + deviation / 2) };
  });
}

/** Weighted mean square error in volatility. */
function errorOf(slice: EssviSlice | undefined, quotes: readonly WeightedQuote[], years: number): number {
  if (!slice) return 1e6;
  let sum = 0;
  let weights = 0;
  for (const { k, volatility, weight } of quotes) {
    const miss = Math.sqrt(totalVariance(slice, k) / years) - volatility;
    sum += weight * miss * miss;
    weights += weight;
  }
  return sum / weights;
}

/** Nelder and Mead's simplex in three dimensions. */
function nelderMead(
  f: (point: readonly number[]) => number,
  start: readonly number[],
): { point: number[]; value: number } {
  let simplex = [start, ...start.map((_, i) => start.map((x, j) => (i === j ? x + 0.5 : x)))].map(
    (point) => ({
      point: [...point],
      value: f(point),
    }),
  );
  for (let step = 0; step < 400; step++) {
    simplex.sort((a, b) => a.value - b.value);
    const [first, worst] = [simplex[0]!, simplex.at(-1)!];
    if (worst.value - first.value < 1e-14 * (1 + first.value)) break;
    const rest = simplex.slice(0, -1);
    const centre = start.map(
      (_, i) => rest.reduce((sum, { point }) => sum + (point[i] ?? 0), 0) / rest.length,
    );
    const along = (t: number) => {
      const point = centre.map((x, i) => x + t * ((worst.point[i] ?? 0) - x));
      return { point, value: f(point) };
    };
    const reflected = along(-1);
    let next = reflected;
    if (reflected.value < first.value) {
      const expanded = along(-2);
      if (expanded.value < reflected.value) next = expanded;
    } else if (reflected.value >= (rest.at(-1)?.value ?? 0)) {
      const contracted = along(reflected.value < worst.value ? -0.5 : 0.5);
      if (contracted.value < Math.min(worst.value, reflected.value)) next = contracted;
      else {
        simplex = simplex.map(({ point }) => {
          const shrunk = point.map((x, i) => ((first.point[i] ?? 0) + x) / 2);
          return { point: shrunk, value: f(shrunk) };
        });
        continue;
      }
    }
    simplex[simplex.length - 1] = next;
  }
  simplex.sort((a, b) => a.value - b.value);
  return simplex[0]!;
}
