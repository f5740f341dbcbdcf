/** How far values in wads are from the reference. */
import type { Decimal } from "decimal.js";
import type { ExactGreeks } from "../../packages/quant/src/exact/black76.ts";
import { Big, fromWad, type OptionCase, type ReferenceGreeks } from "./reference.ts";

/** A Greek at or below it is not held to a relative error: a wad has 18 decimals. */
export const SMALLEST_GREEK = 1e-9;

const WAD = 10n ** 18n;

/** The larger error of call and put, over the forward. */
export function errorOverForward(option: OptionCase, got: ExactGreeks, exact: ReferenceGreeks): number {
  const call = fromWad(got.call).minus(exact.call).abs();
  const put = fromWad(got.put).minus(exact.put).abs();
  return Number(Big.max(call, put).div(fromWad(option.forward)));
}

/** Relative error of each Greek whose size is above `SMALLEST_GREEK`; the put's delta too. */
export function relativeErrors(got: ExactGreeks, exact: ReferenceGreeks): Record<string, number> {
  const pairs: Record<string, readonly [bigint, Decimal]> = {
    callDelta: [got.callDelta, exact.delta],
    putDelta: [got.callDelta - WAD, exact.putDelta],
    gamma: [got.gamma, exact.gamma],
    vega: [got.vega, exact.vega],
    theta: [got.theta, exact.theta],
  };
  return Object.fromEntries(
    Object.entries(pairs)
      .filter(([, [, value]]) => value.abs().gt(SMALLEST_GREEK))
      .map(([name, [wad, value]]) => [name, Number(fromWad(wad).div(value).minus(1).abs())]),
  );
}
