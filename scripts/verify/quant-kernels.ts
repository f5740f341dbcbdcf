/** The numeric kernels of `packages/quant` against 60 digits. */
import type { Decimal } from "decimal.js";
import { GreeksBatch, ImpliedVolBatch } from "../../packages/quant/src/index.ts";
import { edgeCases, randomCases } from "./cases.ts";
import { SMALLEST_GREEK } from "./errors.ts";
import { type BigGreeks, bigGreeks, type DoubleOption, exactly, volatilityError } from "./quant/reference.ts";
import type { Bench, Figure } from "./section.ts";

/** Not the seed of the contracts' cases. */
const SEED = 1_976;
const CASES = 5_000;
const STEP = 2_000;
const SECONDS_PER_YEAR = 365 * 86_400;
/** Time values below this share of the forward are not held to a precision of their volatility. */
const SMALLEST_TIME_VALUE = 1e-12;
const GREEKS = ["delta", "gamma", "vega", "theta", "rho", "vanna", "volga", "charm"] as const;

interface Case {
  readonly option: DoubleOption;
  readonly isCall: boolean;
  readonly exact: BigGreeks;
}

/** The contracts' domain in doubles; every option as a call and as a put. */
function cases(progress: Bench["progress"]): Case[] {
  return [...randomCases(SEED, CASES), ...edgeCases()].flatMap(
    ({ forward, strike, volatility, seconds }, i) => {
      const option = {
        forward: Number(forward) / 1e18,
        strike: Number(strike) / 1e18,
        volatility: Number(volatility) / 1e18,
        years: Number(seconds) / SECONDS_PER_YEAR,
      };
      const exact = bigGreeks(option);
      if ((i + 1) % STEP === 0) progress(`quant: reference for ${i + 1} options`);
      return [true, false].map((isCall) => ({ option, isCall, exact }));
    },
  );
}

/** What a Greek of a case is to 60 digits. */
function exactOf({ isCall, exact }: Case, name: (typeof GREEKS)[number]): Decimal {
  if (name === "delta" && !isCall) return exact.putDelta;
  return name === "rho" && !isCall ? exact.putRho : exact[name];
}

function measureGreeks(all: readonly Case[]): Record<string, Figure> {
  const batch = new GreeksBatch(all.length);
  const { columns } = batch;
  all.forEach(({ option, isCall }, i) => {
    columns.forward[i] = option.forward;
    columns.strike[i] = option.strike;
    columns.volatility[i] = option.volatility;
    columns.years[i] = option.years;
    columns.sign[i] = isCall ? 1 : -1;
  });
  batch.compute(all.length);
  let price = 0;
  const errors = Object.fromEntries(GREEKS.map((name) => [name, 0]));
  all.forEach((one, i) => {
    const { forward, strike } = one.option;
    const worth = one.isCall ? one.exact.call : one.exact.put;
    // A double near the strike is that much coarser than one near the forward.
    const unit = one.isCall ? forward : Math.max(forward, strike);
    price = Math.max(price, Number(exactly(columns.price[i]!).minus(worth).abs().div(exactly(unit))));
    for (const name of GREEKS) {
      const exact = exactOf(one, name);
      if (exact.abs().lte(SMALLEST_GREEK)) continue;
      const error = Number(exactly(columns[name][i]!).div(exact).minus(1).abs());
      errors[name] = Math.max(errors[name]!, error);
    }
  });
  const unit = "relative, where it is above 1e-9";
  return {
    "quant.maxErrorOverForward": {
      value: price,
      unit: "of the forward (of the strike for a put above it, whose price no double holds better)",
      target: 1e-14,
    },
    "quant.greeks.maxRelativeError": { value: Math.max(...Object.values(errors)), unit, target: 1e-9 },
    ...Object.fromEntries(
      GREEKS.map((name) => [
        `quant.greeks.maxRelativeError.${name}`,
        { value: errors[name]!, unit, target: 1e-9 },
      ]),
    ),
    "quant.cases": { value: all.length, unit: "options" },
  };
}

function measureVols(all: readonly Case[], progress: Bench["progress"]): Record<string, Figure> {
  // The price is rounded to a double, and the volatility sought is the one that gives the double exactly.
  const quoted = all
    .map((one) => ({ ...one, price: Number(one.isCall ? one.exact.call : one.exact.put) }))
    .filter(({ option, isCall, price }) => {
      const { forward, strike } = option;
      const inside = exactly(forward)
        .minus(exactly(strike))
        .times(isCall ? 1 : -1);
      const beyond = exactly(price).minus(inside.gt(0) ? inside : 0);
      // Forward less strike is rounded too, and a price that is exactly that says that there is no time value.
      const isIntrinsic = price === (isCall ? forward - strike : strike - forward);
      const isBelowBound = price < (isCall ? forward : strike);
      return beyond.gt(SMALLEST_TIME_VALUE * forward) && isBelowBound && !isIntrinsic;
    });
  const batch = new ImpliedVolBatch(quoted.length);
  const { columns } = batch;
  quoted.forEach(({ option, isCall, price }, i) => {
    columns.price[i] = price;
    columns.forward[i] = option.forward;
    columns.strike[i] = option.strike;
    columns.years[i] = option.years;
    columns.sign[i] = isCall ? 1 : -1;
  });
  const without = batch.solve(quoted.length);
  let worst = 0;
  quoted.forEach(({ option, isCall, price }, i) => {
    const volatility = columns.volatility[i]!;
    const error = volatility > 0 ? volatilityError(price, { ...option, volatility }, isCall) : 1;
    worst = Math.max(worst, error);
    if ((i + 1) % STEP === 0) progress(`quant: ${i + 1} of ${quoted.length} volatilities`);
  });
  return {
    "iv.maxRelativeError": {
      value: worst,
      unit: "relative, where time value is above 1e-12 of the forward",
      target: 1e-12,
    },
    "iv.unsolved": { value: without, unit: "prices without a volatility", target: 0 },
    "iv.cases": { value: quoted.length, unit: "prices" },
  };
}

/** Measures both kernels on the same options. */
export async function measure({ progress }: Bench): Promise<Record<string, Figure>> {
  const all = cases(progress);
  return { ...measureGreeks(all), ...measureVols(all, progress) };
}
