import { readFileSync } from "node:fs";
import { join } from "node:path";
import { mean, quantile, round } from "./statistics.ts";

const NODES = 30;
const DAY = 86_400;
const START = Date.UTC(2020, 0, 1) / 1000;

/** How often a grid moves to a new reference spot. */
export interface RefreshReport {
  readonly market: string;
  readonly source: string;
  readonly days: number;
  readonly driftLimit: number;
  readonly movesPerDay: number;
  readonly movesOn99PercentOfDays: number;
  readonly movesOnWorstDay: number;
  readonly evaluationsPerStrikePerDay: number;
}

/** Prices in order, with the day of each. */
interface Path {
  readonly prices: number[];
  readonly days: number[];
}

const SOURCES = [
  { market: "BTC", source: "hourly bars 2020-2026", file: "btcusdt_binance_spot_1h.csv", read: readBars },
  { market: "ETH", source: "hourly bars 2020-2026", file: "ethusdt_binance_spot_1h.csv", read: readBars },
  {
    market: "BTC",
    source: "Chainlink rounds 2023-2024",
    file: "chainlink_btcusd_mainnet_rounds.csv",
    read: readRounds,
  },
  {
    market: "ETH",
    source: "Chainlink rounds 2023-2024",
    file: "chainlink_ethusd_mainnet_rounds.csv",
    read: readRounds,
  },
];

export function measureRefreshes(folder: string, driftLimits: readonly number[]): RefreshReport[] {
  const paths = SOURCES.map((source) => ({
    ...source,
    path: source.read(readFileSync(join(folder, source.file), "utf8")),
  }));
  // The same days by both kinds of source, so that they can be compared.
  const shared = paths
    .filter(({ read }) => read === readBars)
    .map((bars) => {
      const rounds = paths.find(({ market, read }) => market === bars.market && read === readRounds);
      const days = new Set(rounds?.path.days);
      return { ...bars, source: "hourly bars on the days of the rounds", path: onDays(bars.path, days) };
    });
  return [...paths, ...shared].flatMap(({ market, source, read, path }) =>
    driftLimits.map((driftLimit) => {
      const perDay = movesPerDay(path, driftLimit, read === readBars);
      const average = mean(perDay);
      return {
        market,
        source,
        days: perDay.length,
        driftLimit,
        movesPerDay: round(average),
        movesOn99PercentOfDays: quantile(perDay, 0.99),
        movesOnWorstDay: quantile(perDay, 1),
        evaluationsPerStrikePerDay: Math.round(average * NODES),
      };
    }),
  );
}

function onDays({ prices, days }: Path, wanted: ReadonlySet<number>): Path {
  return {
    prices: prices.filter((_, i) => wanted.has(days[i] ?? 0)),
    days: days.filter((day) => wanted.has(day)),
  };
}

/** Open, the two extremes, close; a bar that rose is taken to have fallen first. Less than what happened within. */
function readBars(text: string): Path {
  const path: Path = { prices: [], days: [] };
  for (const line of text.trimEnd().split("\n").slice(1)) {
    const [time = 0, open = 0, high = 0, low = 0, close = 0] = line.split(",").map(Number);
    if (time < START) continue;
    path.prices.push(open, ...(close >= open ? [low, high] : [high, low]), close);
    path.days.push(...new Array<number>(4).fill(Math.floor(time / DAY)));
  }
  return path;
}

function readRounds(text: string): Path {
  const rows = text
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",").map(Number));
  return {
    prices: rows.map(([, , answer = 0]) => answer),
    days: rows.map(([time = 0]) => Math.floor(time / DAY)),
  };
}

/**
 * Moves of the reference on each day. Within bars price runs through every level between, and the reference follows at
 * the limit; from round to round it jumps to the new price.
 */
function movesPerDay({ prices, days }: Path, driftLimit: number, continuous: boolean): number[] {
  const counts = new Map(days.map((day) => [day, 0]));
  let reference = prices[0] ?? 1;
  prices.forEach((price, i) => {
    const day = days[i] ?? 0;
    while (Math.abs(price / reference - 1) > driftLimit) {
      reference = continuous ? reference * (1 + Math.sign(price - reference) * driftLimit) : price;
      counts.set(day, (counts.get(day) ?? 0) + 1);
    }
  });
  return [...counts.values()];
}
