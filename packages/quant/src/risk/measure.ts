import type { MarketMoves } from "./filtered.ts";
import type { PreparedPortfolio, Shock } from "./portfolio.ts";
import { type TailRisk, tailOf } from "./tail.ts";

/** How much implied volatilities rise with a fall of one in the logarithm of spot, as a logarithm, by market. */
export type VolatilityResponse = Readonly<Record<string, number>>;

/**
 * Measured on the 30-day at-the-money volatilities of 888 pairs of snapshots a day apart, 2025-12 to 2026-08, by least
 * squares on falls and rises; rises move them by less than 0.2, which is taken as nothing.
 */
export const MEASURED_RESPONSE: VolatilityResponse = { BTC: 1.9, ETH: 1.0 };

/** The shock of a move: volatilities rise in a fall by the response, and stay in a rise. */
export function shockOf(moves: MarketMoves, seconds: number, response: VolatilityResponse): Shock {
  const volatilityFactors = Object.fromEntries(
    Object.entries(moves).map(([market, move]) => [
      market,
      Math.exp((response[market] ?? 0) * Math.max(-move, 0)),
    ]),
  );
  return { moves, volatilityFactors, seconds };
}

/**
 * Losses of a portfolio over scenarios, each by full revaluation.
 * @param seconds that pass in each
 */
export function lossesOf(
  portfolio: PreparedPortfolio,
  scenarios: readonly MarketMoves[],
  seconds: number,
  response: VolatilityResponse = MEASURED_RESPONSE,
): Float64Array {
  const now = portfolio.valueUnder({});
  return Float64Array.from(
    scenarios,
    (moves) => now - portfolio.valueUnder(shockOf(moves, seconds, response)),
  );
}

/** Value at risk and expected shortfall of a portfolio over scenarios. */
export function riskOf(
  portfolio: PreparedPortfolio,
  scenarios: readonly MarketMoves[],
  seconds: number,
  level = 0.99,
  response: VolatilityResponse = MEASURED_RESPONSE,
): TailRisk {
  return tailOf(lossesOf(portfolio, scenarios, seconds, response), level);
}
