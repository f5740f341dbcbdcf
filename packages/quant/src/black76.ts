import { LARGEST_PRICE, LARGEST_TIME, SMALLEST_DEVIATION } from "./kernel/coefficients.ts";
import { beyondIntrinsic, greeksRow } from "./kernel/greeksLoop.ts";

/** What an option is and what it is priced with. Undiscounted: multiply by a discount factor where one applies. */
export interface OptionInputs {
  /** Forward, > 0 [USD]. */
  readonly forward: number;
  /** Strike, > 0 [USD]. */
  readonly strike: number;
  /** Volatility per year, >= 0 (0.7 is 70 %). */
  readonly volatility: number;
  /** Time to expiry, >= 0 [years]. */
  readonly years: number;
  readonly isCall: boolean;
}

/** Price and sensitivities of one option. */
export interface Greeks {
  /** Undiscounted value [USD]. */
  readonly price: number;
  /** dV/dF. */
  readonly delta: number;
  /** d2V/dF2 [1/USD]. */
  readonly gamma: number;
  /** dV/dsigma, per 1.00 of volatility [USD]. */
  readonly vega: number;
  /** -dV/dT, per year [USD]. */
  readonly theta: number;
  /** Undiscounted: the forward carries the rate, so -T times the price is what a discount's rate does [USD per 1.00]. */
  readonly rho: number;
  /** d2V/dF dsigma. */
  readonly vanna: number;
  /** d2V/dsigma2 [USD]. */
  readonly volga: number;
  /** -d2V/dF dT, per year. */
  readonly charm: number;
}

/** An input that no option has. */
export class BadOptionError extends Error {
  override readonly name = "BadOptionError";
}

/**
 * Black (1976) value. At no time or no volatility, exactly intrinsic. The option out of the money is valued directly
 * and the other by parity, so that neither suffers cancellation.
 * @throws BadOptionError on a NaN, a negative input or one beyond all measure
 */
export function price(inputs: OptionInputs): number {
  requireInputs(inputs);
  const { forward, strike, isCall } = inputs;
  const deviation = inputs.volatility * Math.sqrt(inputs.years);
  const intrinsic = Math.max(isCall ? forward - strike : strike - forward, 0);
  return intrinsic + timeValue(forward, strike, deviation);
}

const cell = (): Float64Array => new Float64Array(1);
/** Where the kernel leaves what it computes of one option. */
const row = {
  price: cell(),
  delta: cell(),
  gamma: cell(),
  vega: cell(),
  theta: cell(),
  rho: cell(),
  vanna: cell(),
  volga: cell(),
  charm: cell(),
};

/**
 * Value and all Greeks in one pass, as `GreeksBatch` computes them.
 * @throws BadOptionError on a NaN, a negative input or one beyond all measure
 */
export function greeks(inputs: OptionInputs): Greeks {
  requireInputs(inputs);
  const { forward, strike, volatility, years, isCall } = inputs;
  greeksRow(row, 0, forward, strike, volatility, years, isCall ? 1 : -1);
  return {
    price: row.price[0]!,
    delta: row.delta[0]!,
    gamma: row.gamma[0]!,
    vega: row.vega[0]!,
    theta: row.theta[0]!,
    rho: row.rho[0]!,
    vanna: row.vanna[0]!,
    volga: row.volga[0]!,
    charm: row.charm[0]!,
  };
}

/** Structure of arrays: option i is forward[i], strike[i] and so on. */
export interface OptionColumns {
  readonly forward: Float64Array;
  readonly strike: Float64Array;
  readonly volatility: Float64Array;
  readonly years: Float64Array;
  /** 1 for a call, 0 for a put. */
  readonly isCall: Uint8Array;
}

/**
 * Values many options, with the numbers that `price` gives one by one.
 * @throws BadOptionError if the columns differ in length or hold a bad input
 */
export function priceMany(columns: OptionColumns): Float64Array {
  const { forward, strike, volatility, years, isCall } = columns;
  const length = forward.length;
  if ([strike, volatility, years, isCall].some((column) => column.length !== length)) {
    throw new BadOptionError("The columns of options differ in length.");
  }
  const result = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    result[i] = price({
      forward: forward[i] ?? Number.NaN,
      strike: strike[i] ?? Number.NaN,
      volatility: volatility[i] ?? Number.NaN,
      years: years[i] ?? Number.NaN,
      isCall: isCall[i] === 1,
    });
  }
  return result;
}

/** Value of the option out of the money: what either option is worth beyond intrinsic. */
export function timeValue(forward: number, strike: number, deviation: number): number {
  return deviation >= SMALLEST_DEVIATION ? beyondIntrinsic(forward, strike, deviation) : 0;
}

function requireInputs({ forward, strike, volatility, years }: OptionInputs): void {
  if (!(Math.min(forward, strike) >= 1 / LARGEST_PRICE) || !(forward + strike <= LARGEST_PRICE)) {
    throw new BadOptionError(
      `Forward ${forward} and strike ${strike} must be positive and at most ${LARGEST_PRICE}.`,
    );
  }
  if (!(volatility >= 0) || !(years >= 0) || !(Math.max(volatility, years) <= LARGEST_TIME)) {
    throw new BadOptionError(
      `Volatility ${volatility} and time ${years} must not be negative, and at most ${LARGEST_TIME}.`,
    );
  }
}
