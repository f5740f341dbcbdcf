import { tradeToBand, whalleyWilmottBand, zakamoulineBand } from "../bands.ts";
import type { Command } from "./command.ts";
import { UsageError } from "./failure.ts";
import { fixed, percent, table } from "./table.ts";

export const band: Command = {
  summary: "bands of no trade round a delta, and the trade to their edge",
  usage: "--price <usd> --gamma <n> --cost <share> --aversion <n> [--volatility <share> --days <n>]",
  options: {
    price: { value: "<usd>", help: "price of the underlying" },
    gamma: { value: "<n>", help: "net gamma of the book, delta per USD" },
    cost: { value: "<share>", help: "cost of trading: 0.0005 is 5 basis points" },
    aversion: { value: "<n>", help: "absolute risk aversion, per USD" },
    volatility: { value: "<share>", help: "volatility per year, for Zakamouline's band" },
    days: { value: "<n>", help: "days to expiry, for Zakamouline's band" },
    delta: { value: "<n>", help: "net delta that is hedged, with --held" },
    held: { value: "<n>", help: "units held against it; the trade to the edge is told then" },
  },
  run(given) {
    given.noFile();
    const inputs = {
      price: given.needed("price"),
      gamma: given.needed("gamma"),
      costRatio: given.needed("cost"),
      riskAversion: given.needed("aversion"),
    };
    const [volatility, days] = [given.number("volatility"), given.number("days")];
    if ((volatility === undefined) !== (days === undefined))
      throw new UsageError("Zakamouline's band needs both --volatility and --days.");
    const [delta, held] = [given.number("delta"), given.number("held")];
    if ((delta === undefined) !== (held === undefined))
      throw new UsageError("The trade needs both --delta and --held.");
    const bands: { name: string; halfWidth: number; hedgeVolatility?: number }[] = [
      { name: "Whalley and Wilmott", halfWidth: whalleyWilmottBand(inputs) },
    ];
    if (volatility !== undefined && days !== undefined) {
      const found = zakamoulineBand({ ...inputs, volatility, years: days / 365 });
      bands.push({ name: "Zakamouline", halfWidth: found.halfWidth, hedgeVolatility: found.volatility });
    }
    const all = bands.map((one) => ({
      ...one,
      ...(delta === undefined || held === undefined
        ? {}
        : { trade: tradeToBand(held, -delta, one.halfWidth).quantity }),
    }));
    const rows = all.map(({ name, halfWidth, hedgeVolatility, ...more }) => [
      name,
      fixed(halfWidth, 6),
      hedgeVolatility === undefined ? "" : percent(hedgeVolatility),
      "trade" in more ? fixed(more.trade ?? 0, 6) : "",
    ]);
    return {
      json: { bands: all },
      text: table(["band", "half-width [units]", "hedge at", "trade [units]"], rows),
    };
  },
};
