import { BadSampleError } from "./tail.ts";

/** How returns are filtered. */
export interface FilterOptions {
  /** Share of yesterday's variance in today's; RiskMetrics' 0.94 for days by default. */
  readonly decay?: number;
  /** Residuals that are drawn from, newest last; 750 by default. */
  readonly window?: number;
}

/** Returns divided by the volatility that was known before each. */
export interface FilteredReturns {
  /** Residuals; as many as there are returns. */
  readonly residuals: Float64Array;
  /** Volatility known before each return, and, last, the one for the return that comes next [per step]. */
  readonly volatilities: Float64Array;
}

const DECAY = 0.94;
const WINDOW = 750;
/** Returns that the first variance is taken from. */
const WARM_UP = 30;
const LEAST_RESIDUALS = 100;

/**
 * Exponentially weighted variance, one step ahead: nothing in a residual's divisor was not known before it.
 * @throws BadSampleError on fewer than a hundred returns, or on none that moves
 */
export function filterReturns(returns: ArrayLike<number>, options: FilterOptions = {}): FilteredReturns {
  const { decay = DECAY } = options;
  const { length } = returns;
  if (length < LEAST_RESIDUALS)
    throw new BadSampleError(`${length} returns are too few to filter; ${LEAST_RESIDUALS} are needed.`);
  let variance = 0;
  for (let i = 0; i < WARM_UP; i++) variance += (returns[i] ?? 0) ** 2 / WARM_UP;
  if (variance === 0) throw new BadSampleError("The first returns do not move.");
  const residuals = new Float64Array(length);
  const volatilities = new Float64Array(length + 1);
  for (let i = 0; i < length; i++) {
    const value = returns[i] ?? Number.NaN;
    if (!Number.isFinite(value)) throw new BadSampleError(`Return ${i} is not a finite number.`);
    volatilities[i] = Math.sqrt(variance);
    residuals[i] = value / Math.sqrt(variance);
    variance = decay * variance + (1 - decay) * value * value;
  }
  volatilities[length] = Math.sqrt(variance);
  return { residuals, volatilities };
}

/** Log returns of several markets in one scenario, by name. */
export type MarketMoves = Readonly<Record<string, number>>;

/**
 * Scenarios for the next step: the past residuals of one day, all markets' together, times today's volatilities. So
 * they crash together as they did, at the volatility there is now (Barone-Adesi, Giannopoulos and Vosper, 1999).
 * @param returns per market, of the same days
 * @throws BadSampleError if the markets' returns differ in number, or as `filterReturns`
 */
export function historicalMoves(
  returns: Readonly<Record<string, ArrayLike<number>>>,
  options: FilterOptions = {},
): MarketMoves[] {
  const { window = WINDOW } = options;
  const filtered = Object.entries(returns).map(
    ([name, values]) => [name, filterReturns(values, options)] as const,
  );
  const [length = 0, ...others] = filtered.map(([, { residuals }]) => residuals.length);
  if (others.some((other) => other !== length))
    throw new BadSampleError("The markets' returns are not of the same days.");
  const moves: MarketMoves[] = [];
  for (let day = Math.max(length - window, 0); day < length; day++) {
    moves.push(
      Object.fromEntries(
        filtered.map(([name, { residuals, volatilities }]) => [
          name,
          (residuals[day] ?? 0) * (volatilities[length] ?? 0),
        ]),
      ),
    );
  }
  return moves;
}
