import { LARGEST_PRICE, LARGEST_TIME, SMALLEST_DEVIATION } from "./kernel/coefficients.ts";
import { logRatio } from "./kernel/elementary.ts";
import { normalCdf, normalPdf } from "./normal.ts";

/** What an option is and what it is priced with. Undiscounted: multiply by a discount factor where one applies. */
export interface OptionInputs {
  /** Forward, 1e-100 to 1e100 [USD]. */
  readonly forward: number;
  /** Strike, 1e-100 to 1e100 [USD]. */
  readonly strike: number;
  /** Volatility per year, 0 to 1e6 (0.7 is 70 %). */
  readonly volatility: number;
  /** Time to expiry, 0 to 1e6 [years]. */
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
 * @throws BadOptionError on an input that is no number or out of its range
 */
export function price(inputs: OptionInputs): number {
  requireInputs(inputs);
  const { forward, strike, isCall } = inputs;
  const deviation = inputs.volatility * Math.sqrt(inputs.years);
  const intrinsic = Math.max(isCall ? forward - strike : strike - forward, 0);
  return intrinsic + timeValue(forward, strike, deviation);
}

/**
 * Value and all Greeks in one pass.
 * @throws BadOptionError on an input that is no number or out of its range
 */
export function greeks(inputs: OptionInputs): Greeks {
  requireInputs(inputs);
  const { forward, strike, volatility, years, isCall } = inputs;
  const sign = isCall ? 1 : -1;
  const rootYears = Math.sqrt(years);
  const deviation = volatility * rootYears;
  const intrinsic = Math.max(sign * (forward - strike), 0);
  if (deviation < SMALLEST_DEVIATION) return expired(intrinsic, forward, strike, sign, years);
  const d1 = logRatio(forward, strike) / deviation + deviation / 2;
  const d2 = d1 - deviation;
  const density = normalPdf(d1);
  const value = intrinsic + timeValue(forward, strike, deviation);
  const vega = forward * density * rootYears;
  const decay = (forward * density * volatility) / (2 * rootYears);
  return {
    price: value,
    delta: sign * normalCdf(sign * d1),
    gamma: density / (forward * deviation),
    vega,
    theta: -decay,
    rho: -years * value,
    vanna: (-density * d2) / volatility,
    volga: (vega * d1 * d2) / volatility,
    charm: (density * d2) / (2 * years),
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
  if (deviation < SMALLEST_DEVIATION) return 0;
  const d1 = logRatio(forward, strike) / deviation + deviation / 2;
  const d2 = d1 - deviation;
  const value =
    strike >= forward
      ? forward * normalCdf(d1) - strike * normalCdf(d2)
      : strike * normalCdf(-d2) - forward * normalCdf(-d1);
  return Math.max(value, 0);
}

function expired(intrinsic: number, forward: number, strike: number, sign: number, years: number): Greeks {
  const moneyness = Math.sign(sign * (forward - strike));
  const delta = moneyness > 0 ? sign : moneyness === 0 ? sign / 2 : 0;
  return {
    price: intrinsic,
    delta,
    gamma: 0,
    vega: 0,
    theta: 0,
    rho: -years * intrinsic,
    vanna: 0,
    volga: 0,
    charm: 0,
  };
}

function requireInputs({ forward, strike, volatility, years }: OptionInputs): void {
  if (!(forward > 0) || !(strike > 0))
    throw new BadOptionError(`Forward ${forward} and strike ${strike} must be positive.`);
  if (!(volatility >= 0) || !(years >= 0)) {
    throw new BadOptionError(`Volatility ${volatility} and time ${years} must not be negative.`);
  }
  // Beyond these a Greek has no double, or two of its factors have none together.
  if (Math.min(forward, strike) < 1 / LARGEST_PRICE || Math.max(forward, strike) > LARGEST_PRICE) {
    throw new BadOptionError(`Forward ${forward} and strike ${strike} must lie within 1e-100 and 1e100.`);
  }
  if (Math.max(volatility, years) > LARGEST_TIME) {
    throw new BadOptionError(`Volatility ${volatility} and time ${years} must not exceed 1e6.`);
  }
}
