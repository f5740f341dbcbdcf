import { type Greeks, greeks as greeksOf, timeValue } from "../black76.ts";
import { type EssviSlice, totalVariance } from "../surface.ts";

const YEAR = 365 * 86_400;

/** A slice of a surface with the time it ends at, unix seconds. */
export interface DatedSlice extends EssviSlice {
  readonly expiry: number;
}

/** What a market is valued by. */
export interface MarketState {
  readonly spot: number;
  /** Unix seconds. */
  readonly time: number;
  /** By increasing expiry. */
  readonly slices: readonly DatedSlice[];
}

/** Markets by name. */
export type Markets = Readonly<Record<string, MarketState>>;

/** An option position; a negative quantity is sold. */
export interface OptionPosition {
  readonly market: string;
  /** Unix seconds. */
  readonly expiry: number;
  readonly strike: number;
  readonly isCall: boolean;
  readonly quantity: number;
}

/** What an account holds. */
export interface Portfolio {
  /** [USD] */
  readonly cash: number;
  readonly options: readonly OptionPosition[];
  /** Units of each market's underlying. */
  readonly spot: Readonly<Record<string, number>>;
}

/** A state that differs from today's. */
export interface Shock {
  /** Log move of spot and forwards, by market; none by default. */
  readonly moves?: Readonly<Record<string, number>>;
  /** Factor on volatilities, by market; one by default. */
  readonly volatilityFactors?: Readonly<Record<string, number>>;
  /** Seconds that pass. */
  readonly seconds?: number;
}

/** A portfolio that its markets do not value. */
export class UnpricedError extends Error {
  override readonly name = "UnpricedError";
}

/** Volatility and forward of an expiry. */
export interface OptionMarket {
  readonly forward: number;
  readonly volatility: number;
}

/**
 * Forward and volatility of an option: between two slices the total variance at the strike's log-moneyness and the
 * forward are linear in time; beyond the ends the volatility is that of the nearest slice.
 * @throws UnpricedError without a slice or after the expiry
 */
export function optionMarket({ slices, time }: MarketState, expiry: number, strike: number): OptionMarket {
  const [first, last] = [slices[0], slices.at(-1)];
  if (!first || !last) throw new UnpricedError("The market has no surface.");
  if (!(expiry > time)) throw new UnpricedError("The option has expired.");
  const years = (expiry - time) / YEAR;
  const next = slices.findIndex((slice) => slice.expiry >= expiry);
  const right = next < 0 ? last : (slices[next] ?? last);
  const left = next <= 0 ? right : (slices[next - 1] ?? right);
  if (left === right) {
    const forward = right.forward;
    const variance = totalVariance(right, Math.log(strike / forward));
    return { forward, volatility: Math.sqrt(variance / right.years) };
  }
  const share = (years - left.years) / (right.years - left.years);
  const forward = left.forward + share * (right.forward - left.forward);
  const k = Math.log(strike / forward);
  const variance = totalVariance(left, k) + share * (totalVariance(right, k) - totalVariance(left, k));
  return { forward, volatility: Math.sqrt(variance / years) };
}

interface PreparedOption extends OptionPosition, OptionMarket {
  readonly years: number;
}

/** A portfolio with everything looked up, to be valued many times. */
export interface PreparedPortfolio {
  /** Value [USD]. Volatilities stay with log-moneyness: they move with the forward. */
  valueUnder(shock: Shock): number;
  /** Position-weighted Greeks today, by market; spot counts in delta. */
  greeks(): Record<string, Greeks>;
}

/**
 * Looks up what every position is valued by.
 * @throws UnpricedError naming the market that is missing or the option that has no price
 */
export function preparePortfolio(portfolio: Portfolio, markets: Markets): PreparedPortfolio {
  const marketOf = (name: string): MarketState => {
    const market = markets[name];
    if (!market) throw new UnpricedError(`There is no market "${name}".`);
    return market;
  };
  const held = Object.entries(portfolio.spot).map(([name, quantity]) => ({
    name,
    value: quantity * marketOf(name).spot,
    quantity,
  }));
  const states = portfolio.options.map((option): [PreparedOption, DatedSlice[], number] => {
    const market = marketOf(option.market);
    const found = optionMarket(market, option.expiry, option.strike);
    const years = (option.expiry - market.time) / YEAR;
    return [
      { ...option, ...found, years },
      smileAt(market, option.expiry, years, found.forward),
      market.time,
    ];
  });
  return {
    valueUnder: (shock) =>
      portfolio.cash +
      held.reduce((sum, { name, value }) => sum + value * Math.exp(shock.moves?.[name] ?? 0), 0) +
      states.reduce((sum, [option, slices, time]) => sum + worth(option, slices, time, shock), 0),
    greeks: () =>
      greeksByMarket(
        states.map(([option]) => option),
        held,
      ),
  };
}

/** The neighbouring slices of an expiry, to ask them again at another moneyness. */
function smileAt(
  { slices, time }: MarketState,
  expiry: number,
  years: number,
  forward: number,
): DatedSlice[] {
  const next = slices.findIndex((slice) => slice.expiry >= expiry);
  const right = next < 0 ? slices.at(-1) : slices[next];
  const left = next <= 0 ? right : slices[next - 1];
  if (!left || !right || !(expiry > time)) return [];
  // A slice that stands alone keeps its volatility, so its variance is scaled to the option's own time.
  const scaled = left === right ? [scaledTo(right, years)] : [left, right];
  return scaled.map((slice) => ({ ...slice, forward }));
}

function scaledTo(slice: DatedSlice, years: number): DatedSlice {
  const share = years / slice.years;
  return { ...slice, years, theta: slice.theta * share, psi: slice.psi * share };
}

function worth(option: PreparedOption, slices: readonly DatedSlice[], time: number, shock: Shock): number {
  const { market, expiry, strike, isCall, quantity, years } = option;
  const forward = option.forward * Math.exp(shock.moves?.[market] ?? 0);
  const intrinsic = Math.max(isCall ? forward - strike : strike - forward, 0);
  const left = (expiry - time - (shock.seconds ?? 0)) / YEAR;
  if (left <= 0) return quantity * intrinsic;
  const k = Math.log(strike / forward);
  const [a, b] = slices;
  if (!a) throw new UnpricedError("The option has expired.");
  const variance = b
    ? totalVariance(a, k) +
      ((years - a.years) / (b.years - a.years)) * (totalVariance(b, k) - totalVariance(a, k))
    : totalVariance(a, k);
  const factor = shock.volatilityFactors?.[market] ?? 1;
  return quantity * (intrinsic + timeValue(forward, strike, factor * Math.sqrt((variance * left) / years)));
}

const NO_GREEKS: Greeks = {
  price: 0,
  delta: 0,
  gamma: 0,
  vega: 0,
  theta: 0,
  rho: 0,
  vanna: 0,
  volga: 0,
  charm: 0,
};

function greeksByMarket(
  options: readonly PreparedOption[],
  held: readonly { readonly name: string; readonly value: number; readonly quantity: number }[],
): Record<string, Greeks> {
  const totals: Record<string, Greeks> = {};
  const add = (market: string, part: Greeks, quantity: number) => {
    const total = totals[market] ?? NO_GREEKS;
    totals[market] = Object.fromEntries(
      Object.entries(total).map(([name, value]) => [name, value + quantity * part[name as keyof Greeks]]),
    ) as unknown as Greeks;
  };
  for (const option of options) add(option.market, greeksOf(option), option.quantity);
  for (const { name, value, quantity } of held) add(name, { ...NO_GREEKS, price: value, delta: quantity }, 1);
  return totals;
}
