/** Bit-exact mirror of `contracts/oracle/OptionPricer.sol`: options and books on a posted surface, all wads. */
import { greeks } from "./black76.ts";
import { liveForward } from "./feeds.ts";
import { abs, DomainError, lnRatio, max, mulDivUp, signedDivDown, WAD } from "./fixed-point.ts";
import { totalVariance, varianceAt, volatilityOf } from "./vol-surface.ts";

/** The value and Greeks of one option [wad]. */
export interface ValuedLeg {
  readonly value: bigint;
  readonly delta: bigint;
  readonly gamma: bigint;
  readonly vega: bigint;
  readonly theta: bigint;
}

/** An option and the slice of its expiry: posted, or interpolated from its neighbours; times in seconds. */
export interface SurfaceOption {
  readonly isPut: boolean;
  readonly strike: bigint;
  readonly expiry: bigint;
  /** The slice's word, and the spot that it was reported with. */
  readonly slice: bigint;
  readonly reportSpot: bigint;
}

/** An option's value with the forward and volatility that it came of. */
export interface SurfaceValue extends ValuedLeg {
  readonly forward: bigint;
  readonly volatility: bigint;
}

/** Lowest volatility that options are valued at. */
export const VOLATILITY_FLOOR = WAD / 100n;

/**
 * An option at `spot`, with its volatility moved by `shift`.
 * @throws DomainError once it has expired
 */
export function optionValue(option: SurfaceOption, spot: bigint, now: bigint, shift = 0n): SurfaceValue {
  const { isPut, strike, expiry, slice, reportSpot } = option;
  if (expiry <= now) throw new DomainError("the option has expired");
  const forward = liveForward(slice, spot, reportSpot);
  const variance = varianceAt(slice, totalVariance(slice, lnRatio(strike, forward)), expiry, now);
  const volatility = max(volatilityOf(variance, expiry - now) + shift, VOLATILITY_FLOOR);
  const all = greeks(forward, strike, volatility, expiry - now);
  return {
    forward,
    volatility,
    value: isPut ? all.put : all.call,
    delta: isPut ? all.callDelta - WAD : all.callDelta,
    gamma: all.gamma,
    vega: all.vega,
    theta: all.theta,
  };
}

/** What positions [wad] are worth and their Greeks, each product rounded down; gross vega rounds up. */
export function bookValue(
  legs: readonly { readonly quantity: bigint; readonly option: ValuedLeg }[],
): ValuedLeg & { readonly grossVega: bigint } {
  const sum = (of: (option: ValuedLeg) => bigint): bigint =>
    legs.reduce((total, { quantity, option }) => total + signedDivDown(quantity * of(option), WAD), 0n);
  return {
    value: sum(({ value }) => value),
    delta: sum(({ delta }) => delta),
    gamma: sum(({ gamma }) => gamma),
    vega: sum(({ vega }) => vega),
    theta: sum(({ theta }) => theta),
    grossVega: legs.reduce(
      (total, { quantity, option }) => total + mulDivUp(abs(quantity), option.vega, WAD),
      0n,
    ),
  };
}
