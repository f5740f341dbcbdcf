import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  backtest,
  calibrate,
  evaluateForecast,
  filterReturns,
  fitJumpModel,
  median,
  quantile,
  readCandles,
  readDeribitCsv,
  realisedDays,
  returnsOf,
  simulateMoves,
  timeValue,
} from "@ballast/quant";
import { firstSurface } from "../../test/support/calibrated.ts";
import type { Figure, Measure } from "./section.ts";

const SHARED = process.env["BALLAST_DATA"] ?? fileURLToPath(new URL("../../../shared/", import.meta.url));
const CHAINS = ["20251231T091828Z", "20260305T093529Z"];
const FROM = Date.UTC(2018, 0, 1) / 1000;
const MARKETS = ["ETH", "BTC"] as const;
type Progress = (message: string) => void;

/** Calibration on recorded chains, and the models of risk on recorded prices: without them nothing can be said. */
export const measure: Measure = async ({ progress }) => {
  if (!existsSync(`${SHARED}data`)) {
    throw new Error("The recorded market data are not on this machine; BALLAST_DATA may name their folder.");
  }
  return {
    ...(await calibration(progress)),
    ...risk(progress),
    ...simulation(progress),
    ...forecast(progress),
  };
};

async function calibration(progress: Progress): Promise<Record<string, Figure>> {
  const figures: Record<string, Figure> = {};
  const errors: number[] = [];
  let violations = 0;
  let accepted = 0;
  let surfaces = 0;
  for (const stamp of CHAINS) {
    const text = readFileSync(`${SHARED}data/deribit_chain_${stamp}.csv`, "utf8");
    for (const currency of MARKETS) {
      progress(`calibration: ${currency} of ${stamp}`);
      const chain = readDeribitCsv(text, currency);
      const fitted = calibrate(chain.expiries);
      const own = fitted.slices.map(({ rmse }) => rmse);
      errors.push(...own);
      violations += fitted.violations.length;
      surfaces++;
      if ((await firstSurface(chain.expiries)) === fitted.slices.length) accepted++;
      figures[`calibration.medianRmse.${stamp.slice(0, 8)}.${currency}`] = {
        value: rounded(median(own)),
        unit: "volatility points, weighted by vega, 5 to 95 delta",
        target: 0.5,
      };
    }
  }
  return {
    "calibration.medianRmse": {
      value: rounded(median(errors)),
      unit: `volatility points, over ${errors.length} expiries of ${surfaces} chains`,
      target: 0.5,
    },
    ...figures,
    "calibration.violations": { value: violations, unit: "conditions of no arbitrage broken", target: 0 },
    "calibration.acceptedByContract": {
      value: accepted,
      unit: `of ${surfaces} fitted surfaces`,
      least: surfaces,
    },
  };
}

function candles(market: string) {
  return readCandles(readFileSync(`${SHARED}data/${market.toLowerCase()}usdt_binance_spot_1h.csv`, "utf8"));
}

/** What a book loses on a day, by the log return and the volatility that was known before it. */
const BOOKS: Readonly<Record<string, (move: number, volatility: number) => number>> = {
  long: (move) => 1 - Math.exp(move),
  short: (move) => Math.exp(move) - 1,
  // A straddle of a week, sold at the volatility that was known.
  straddle: (move, volatility) => {
    const worth = (forward: number, days: number) =>
      Math.abs(forward - 1) + 2 * timeValue(forward, 1, volatility * Math.sqrt(days));
    return worth(Math.exp(move), 6) - worth(1, 7);
  },
};

function risk(progress: Progress): Record<string, Figure> {
  const figures: Record<string, Figure> = {};
  let exceedances = 0;
  let days = 0;
  for (const market of MARKETS) {
    progress(`value at risk: ${market}`);
    const returns = returnsOf(candles(market), 86_400);
    const from = returns.findIndex(({ time }) => time > FROM);
    const values = returns.map(({ value }) => value);
    for (const [book, loss] of Object.entries(BOOKS)) {
      const found = backtest(values, { from, loss });
      exceedances += found.exceedances;
      days += found.days;
      figures[`risk.var99.${market}.${book}`] = {
        value: rounded(100 * found.rate),
        unit: `% of ${found.days} days; Kupiec ${found.coverage.toFixed(2)}, independence ${found.independence.toFixed(2)}`,
        least: 0.7,
        target: 1.3,
      };
    }
  }
  return {
    "risk.var99ExceedanceRate": {
      value: rounded((100 * exceedances) / days),
      unit: "% of days from 2018 to 2026, rolling, out of sample; ETH and BTC, long, short and short straddles",
      least: 0.7,
      target: 1.3,
    },
    ...figures,
  };
}

/** Days between two fits of the model, residuals that each is fitted to, and moves that are drawn from it. */
const REFIT = 30;
const WINDOW = 750;
const DRAWS = 20_000;

/** The same days by simulation: each month a model is fitted to what was known, and its quantiles are held against. */
function simulation(progress: Progress): Record<string, Figure> {
  const figures: Record<string, Figure> = {};
  let exceedances = 0;
  let days = 0;
  for (const market of MARKETS) {
    progress(`value at risk by simulation: ${market}`);
    const returns = returnsOf(candles(market), 86_400);
    const values = returns.map(({ value }) => value);
    const { residuals, volatilities } = filterReturns(values);
    const from = returns.findIndex(({ time }) => time > FROM);
    const hits = { long: 0, short: 0 };
    for (let day = from; day < values.length; day += REFIT) {
      const model = fitJumpModel({ move: residuals.subarray(Math.max(day - WINDOW, 0), day) }, { move: 1 });
      const drawn = Float64Array.from(simulateMoves(model, DRAWS, day), ({ move = 0 }) => move).sort();
      const [low, high] = [quantile(drawn, 0.01), quantile(drawn, 0.99)];
      for (let i = day; i < Math.min(day + REFIT, values.length); i++) {
        const residual = (values[i] ?? 0) / (volatilities[i] ?? 1);
        if (residual < low) hits.long++;
        if (residual > high) hits.short++;
      }
    }
    const count = values.length - from;
    days += 2 * count;
    exceedances += hits.long + hits.short;
    for (const [book, hit] of Object.entries(hits))
      figures[`risk.var99.simulated.${market}.${book}`] = {
        value: rounded((100 * hit) / count),
        unit: `% of ${count} days`,
      };
  }
  return {
    "risk.var99.simulated": {
      value: rounded((100 * exceedances) / days),
      unit: `% of days from 2018 to 2026; Student's t with jumps, fitted anew every ${REFIT} days; long and short`,
      least: 0.7,
      target: 1.3,
    },
    ...figures,
  };
}

function forecast(progress: Progress): Record<string, Figure> {
  const figures: Record<string, Figure> = {};
  for (const market of MARKETS) {
    progress(`volatility forecast: ${market}`);
    const days = realisedDays(returnsOf(candles(market), 3600));
    const from = days.findIndex(({ time }) => time > FROM);
    for (const horizon of [1, 7]) {
      const { qlike } = evaluateForecast(
        days.map(({ variance }) => variance),
        from,
        horizon,
      );
      figures[`forecast.qlikeToNaive.${market}.${horizon}d`] = {
        value: rounded(qlike.har / Math.min(qlike.lastDay, qlike.lastMonth)),
        unit: "QLIKE over that of the better naive forecast",
        target: 1,
      };
    }
  }
  return figures;
}

function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
