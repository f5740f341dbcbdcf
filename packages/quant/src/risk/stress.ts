import { MEASURED_RESPONSE, shockOf, type VolatilityResponse } from "./measure.ts";
import type { PreparedPortfolio, Shock } from "./portfolio.ts";

/** A thing that happened. */
export interface Episode {
  readonly name: string;
  /** Hours that it took. */
  readonly hours: number;
  /** Relative moves of spot from close to close, by market. */
  readonly moves: Readonly<Record<string, number>>;
}

/** The worst 24 hours, and the worst hour, of each crash since 2020, and the sharpest recovery: hourly closes of spot. */
export const EPISODES: readonly Episode[] = [
  { name: "2020-03-12, one hour", hours: 1, moves: { BTC: -0.1821, ETH: -0.2087 } },
  { name: "2020-03-12, one day", hours: 24, moves: { BTC: -0.4645, ETH: -0.4778 } },
  { name: "2020-03-13, recovery of one hour", hours: 1, moves: { BTC: 0.1738, ETH: 0.1501 } },
  { name: "2020-03-13, recovery of one day", hours: 24, moves: { BTC: 0.3274, ETH: 0.3768 } },
  { name: "2021-05-19, one hour", hours: 1, moves: { BTC: -0.0895, ETH: -0.1308 } },
  { name: "2021-05-19, one day", hours: 24, moves: { BTC: -0.1984, ETH: -0.3075 } },
  { name: "2022-06-13, one day", hours: 24, moves: { BTC: -0.1801, ETH: -0.2103 } },
  { name: "2022-11-09, one day", hours: 24, moves: { BTC: -0.1613, ETH: -0.2403 } },
  { name: "2024-08-05, one day", hours: 24, moves: { BTC: -0.1844, ETH: -0.2378 } },
  { name: "2025-10-10, one day", hours: 24, moves: { BTC: -0.0866, ETH: -0.1463 } },
  { name: "2026-02-05, one day", hours: 24, moves: { BTC: -0.1402, ETH: -0.1496 } },
];

/** What a portfolio would gain [USD] in a state. */
export interface StressResult {
  readonly name: string;
  readonly profit: number;
  readonly shock: Shock;
}

/** The state that an episode leads to, with volatilities that answer to its moves. */
export function episodeShock(
  { hours, moves }: Episode,
  response: VolatilityResponse = MEASURED_RESPONSE,
): Shock {
  const logs = Object.fromEntries(Object.entries(moves).map(([market, move]) => [market, Math.log1p(move)]));
  return shockOf(logs, hours * 3600, response);
}

/** Profit in each episode if it came again today, the worst first. */
export function stressEpisodes(
  portfolio: PreparedPortfolio,
  response: VolatilityResponse = MEASURED_RESPONSE,
  episodes: readonly Episode[] = EPISODES,
): StressResult[] {
  const now = portfolio.valueUnder({});
  return episodes
    .map(({ name, hours, moves }) => {
      const shock = episodeShock({ name, hours, moves }, response);
      return { name, profit: portfolio.valueUnder(shock) - now, shock };
    })
    .sort((a, b) => a.profit - b.profit);
}

/** Profit on a grid of relative spot moves (rows, all markets alike) and volatility factors (columns). */
export function stressGrid(
  portfolio: PreparedPortfolio,
  markets: readonly string[],
  moves: readonly number[],
  factors: readonly number[],
  seconds = 0,
): number[][] {
  const now = portfolio.valueUnder({});
  const each = (value: number) => Object.fromEntries(markets.map((market) => [market, value]));
  return moves.map((move) =>
    factors.map(
      (factor) =>
        portfolio.valueUnder({
          moves: each(Math.log1p(move)),
          volatilityFactors: each(factor),
          seconds,
        }) - now,
    ),
  );
}
