import { fitHar, forecastVolatility, latestRegime, realisedDays, regimeTerms } from "../forecast/index.ts";
import { readCandles, returnsOf } from "../risk/index.ts";
import type { Command } from "./command.ts";
import { readText } from "./files.ts";
import { fixed, percent, table } from "./table.ts";

const LABELS: Readonly<Record<string, string>> = {
  ranges: "ranges and spreads",
  caps: "caps",
  riskAversion: "risk aversion",
};
const HORIZONS = [1, 7, 30];

export const forecast: Command = {
  summary: "volatility forecast and regime from hourly prices",
  usage: "<prices.csv>",
  options: {},
  run(given, progress) {
    const days = realisedDays(returnsOf(readCandles(readText(given.file("price file"))), 3600));
    const variances = days.map(({ variance }) => variance);
    progress(`fitting ${variances.length} days`);
    const forecasts = HORIZONS.map((horizon) => ({
      days: horizon,
      volatility: forecastVolatility(fitHar(variances, horizon), variances),
    }));
    const regime = latestRegime(variances);
    const terms = regimeTerms(regime);
    const changes = Object.entries(terms).map(
      ([name, factor]) => `${LABELS[name] ?? name} x ${fixed(factor)}`,
    );
    const rows = forecasts.map(({ days: ahead, volatility }) => [`${ahead} days`, percent(volatility)]);
    return {
      json: { forecasts, regime, terms },
      text: `${table(["ahead", "volatility"], rows)}\nregime: ${regime}\nagainst normal times: ${changes.join(", ")}`,
    };
  },
};
