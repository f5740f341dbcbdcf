/** Options as a book has them: hours to years from expiry, 10 % to 150 % of volatility, within three deviations. */
import { GreeksBatch, ImpliedVolBatch } from "../../packages/quant/src/index.ts";
import { seeded } from "../../test/support/random.ts";
import { type NaiveOption, naivePrice } from "./naive.ts";

/** Options of a round of the benchmark: as many as a level-2 cache holds with all that is computed from them. */
export const OPTIONS = 4_096;

/** What is priced. */
export function greeksCases(seed: number): NaiveOption[] {
  const next = seeded(seed);
  return Array.from({ length: OPTIONS }, (_, i) => {
    const f = 100 + 5_000 * next();
    const t = 0.003 + 2 * next();
    const sigma = 0.1 + 1.4 * next();
    const k = f * Math.exp((next() - 0.5) * 6 * sigma * Math.sqrt(t));
    return { f, k, sigma, t, isCall: i % 2 === 0 };
  });
}

/** What volatilities are sought of: the option out of the money, as they are quoted, worth at least 1e-12 forwards. */
export function volCases(seed: number): { readonly option: NaiveOption; readonly price: number }[] {
  return greeksCases(seed)
    .map((option) => ({ ...option, isCall: option.k > option.f }))
    .map((option) => ({ option, price: naivePrice(option) }))
    .filter(({ option, price }) => price > 1e-12 * option.f);
}

/** A filled batch. */
export function greeksBatch(cases: readonly NaiveOption[], kind: "wasm" | "typescript"): GreeksBatch {
  const batch = new GreeksBatch(cases.length, kind);
  const { forward, strike, volatility, years, sign } = batch.columns;
  cases.forEach(({ f, k, sigma, t, isCall }, i) => {
    [forward[i], strike[i], volatility[i], years[i], sign[i]] = [f, k, sigma, t, isCall ? 1 : -1];
  });
  return batch;
}

/** A filled batch. */
export function volBatch(cases: ReturnType<typeof volCases>, kind: "wasm" | "typescript"): ImpliedVolBatch {
  const batch = new ImpliedVolBatch(cases.length, kind);
  const { price, forward, strike, years, sign } = batch.columns;
  cases.forEach(({ option: { f, k, t, isCall }, price: value }, i) => {
    [price[i], forward[i], strike[i], years[i], sign[i]] = [value, f, k, t, isCall ? 1 : -1];
  });
  return batch;
}
