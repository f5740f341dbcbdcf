import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readCandles, type TimedPrice } from "@ballast/quant";
import { LabError } from "../failure.ts";
import { banded, everyHours } from "./hedgers.ts";
import { buildMarket, type RecordedSurface, recordedSurfaces } from "./market.ts";
import type { Scenario } from "./scenarios.ts";
import { type Simulation, simulate } from "./simulate.ts";
import { type Summary, summarise } from "./summary.ts";

/** Assets whose prices are recorded. */
export const BACKTEST_ASSETS = ["eth", "btc"] as const;
export type BacktestAsset = (typeof BACKTEST_ASSETS)[number];

/** Of a trade in the underlying: the pool's fee and its price impact. */
const COST_RATIO = 0.001;
/** Risk aversion times the capital: a band that lets less of a day's P&L vary than hourly hedging, and about as much of a week's. */
const AVERSION = 100;

/** What an asset is played on. */
export interface Recorded {
  readonly candles: readonly TimedPrice[];
  readonly surfaces: readonly RecordedSurface[];
}

/** Which part of the recordings to play, and with what. Times in unix seconds. */
export interface BacktestInput {
  readonly from: number;
  readonly to: number;
  readonly capital: number;
  readonly seed: number;
  readonly onProgress?: (scenario: string, share: number) => void;
}

/**
 * Reads the recordings of an asset.
 * @param folder with the hourly candles and the history of volatilities
 * @throws LabError if a file is not there
 */
export async function readRecorded(folder: string, asset: BacktestAsset): Promise<Recorded> {
  const read = (name: string) =>
    readFile(join(folder, name), "utf8").catch(() => {
      throw new LabError(`There is no ${name} in ${folder}: give the folder of the recorded data by --data.`);
    });
  const candles = await read(`${asset}usdt_binance_spot_1h.csv`);
  const volatilities = await read("deribit_atm_iv_history.csv");
  return {
    candles: readCandles(candles),
    surfaces: recordedSurfaces(volatilities, asset.toUpperCase()),
  };
}

/** Plays one scenario of an asset. */
export function playScenario(
  asset: string,
  { candles, surfaces }: Recorded,
  scenario: Scenario,
  { from, to, capital, seed, onProgress }: BacktestInput,
): { summary: Summary; simulation: Simulation } {
  const market = buildMarket({
    asset,
    candles,
    recorded: surfaces,
    from,
    to,
    premium: scenario.premium,
  });
  const band = (times: number) => banded(COST_RATIO, (AVERSION * times) / capital);
  const simulation = simulate({
    market,
    policy: scenario.policy,
    mix: scenario.mix,
    seed,
    capital,
    costRatio: COST_RATIO,
    looks: scenario.looks,
    strategies: scenario.comparesHedging
      ? [band(1), everyHours(1), everyHours(4), band(1 / 10), band(1 / 3), band(3)]
      : [band(1)],
    onProgress: (share) => onProgress?.(scenario.name, share),
  });
  return { summary: summarise(simulation, market, capital), simulation };
}
