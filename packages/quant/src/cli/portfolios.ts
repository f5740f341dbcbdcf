import {
  filterReturns,
  fitJumpModel,
  historicalMoves,
  type MarketMoves,
  type Markets,
  preparePortfolio,
  readCandles,
  returnsOf,
  riskOf,
  simulateMoves,
  stressEpisodes,
  stressGrid,
  type TailRisk,
} from "../risk/index.ts";
import type { Arguments, Options } from "./arguments.ts";
import type { Command, Progress } from "./command.ts";
import { InputError, UsageError } from "./failure.ts";
import { readPortfolio, readSurfaces, readText } from "./files.ts";
import { dollars, fixed, percent, table } from "./table.ts";

const DAY = 86_400;
const SURFACE: Options = { surface: { value: "<file>", help: "surfaces that calibrate --out wrote" } };
const USAGE = "<portfolio.json> --surface <surface.json>";

function open(given: Arguments) {
  const file = given.file("portfolio file");
  const surface = given.text("surface");
  if (surface === undefined) throw new UsageError("--surface is missing.");
  const markets: Markets = readSurfaces(surface);
  const portfolio = readPortfolio(file);
  return { markets, prepared: preparePortfolio(portfolio, markets), held: heldMarkets(portfolio) };
}

function heldMarkets({ options, spot }: ReturnType<typeof readPortfolio>): string[] {
  return [...new Set([...options.map(({ market }) => market), ...Object.keys(spot)])].sort();
}

export const value: Command = {
  summary: "value and Greeks of a portfolio",
  usage: USAGE,
  options: SURFACE,
  run(given) {
    const { prepared } = open(given);
    const total = prepared.valueUnder({});
    const greeks = prepared.greeks();
    const rows = Object.entries(greeks).map(([market, { price, delta, gamma, vega, theta }]) => [
      market,
      dollars(price),
      fixed(delta, 4),
      fixed(gamma, 6),
      dollars(vega / 100),
      dollars(theta / 365),
    ]);
    return {
      json: { value: total, greeks },
      text: [
        table(["market", "value", "delta", "gamma", "vega a point", "theta a day"], rows),
        `value with cash: ${dollars(total)} USD`,
      ].join("\n"),
    };
  },
};

const MOVES = [-0.5, -0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3, 0.5];
const FACTORS = [0.7, 1, 1.5, 2];

export const stress: Command = {
  summary: "what real crashes, and a grid of moves, would do to a portfolio",
  usage: USAGE,
  options: SURFACE,
  run(given) {
    const { prepared, held } = open(given);
    const episodes = stressEpisodes(prepared);
    const grid = stressGrid(prepared, held, MOVES, FACTORS, DAY);
    const rows = episodes.map(({ name, profit }) => [name, dollars(profit)]);
    const gridRows = grid.map((line, i) => [percent(MOVES[i] ?? 0, 0), ...line.map(dollars)]);
    return {
      json: { episodes, grid: { moves: MOVES, volatilityFactors: FACTORS, seconds: DAY, profit: grid } },
      text: [
        table(["episode", "profit [USD]"], rows),
        "",
        "Profit after a day, by move of all markets and factor on volatilities:",
        table(["move", ...FACTORS.map((factor) => `x ${factor}`)], gridRows),
      ].join("\n"),
    };
  },
};

const COUNT = 20_000;
const MOST = 2_000_000;

function histories(given: Arguments, held: readonly string[]): Record<string, number[]> {
  if (given.text("history") === undefined) throw new UsageError("--history is missing.");
  const dated = given
    .pairs("history")
    .map(([market, file]) => [market, returnsOf(readCandles(readText(file)), DAY)] as const);
  const missing = held.find((market) => !dated.some(([name]) => name === market));
  if (missing !== undefined) throw new InputError(`There is no history of ${missing}.`);
  // Only days that all markets have, so that a scenario is one day of them all.
  const days = dated.map(([, returns]) => new Set(returns.map(({ time }) => time)));
  const common = (time: number) => days.every((set) => set.has(time));
  return Object.fromEntries(
    dated.map(([name, returns]) => [
      name,
      returns.filter(({ time }) => common(time)).map(({ value: move }) => move),
    ]),
  );
}

function simulated(
  returns: Record<string, number[]>,
  count: number,
  seed: number,
  progress: Progress,
): MarketMoves[] {
  const filtered = Object.entries(returns).map(([name, list]) => [name, filterReturns(list)] as const);
  const model = fitJumpModel(
    Object.fromEntries(filtered.map(([name, { residuals }]) => [name, residuals])),
    Object.fromEntries(filtered.map(([name, { volatilities }]) => [name, volatilities.at(-1) ?? 0])),
  );
  progress(
    `drawing ${count} moves of Student's t with ${fixed(model.freedom, 1)} degrees of freedom and jumps`,
  );
  return simulateMoves(model, count, seed);
}

export const risk: Command = {
  summary: "value at risk and expected shortfall of a day",
  usage: `${USAGE} --history ETH=<prices.csv>,BTC=<prices.csv>`,
  options: {
    ...SURFACE,
    history: { value: "<pairs>", help: "hourly or daily candles of each market" },
    level: { value: "<share>", help: "0.99 unless given" },
    count: { value: "<n>", help: `simulated moves, ${COUNT} unless given` },
    seed: { value: "<n>", help: "of the simulation, 1 unless given" },
  },
  run(given, progress) {
    const { prepared, held } = open(given);
    const returns = histories(given, held);
    const count = given.whole("count", 1, MOST) ?? COUNT;
    const seed = given.whole("seed", 0, 2 ** 32 - 1) ?? 1;
    const level = given.number("level") ?? 0.99;
    const historical = historicalMoves(returns);
    progress(`valuing the portfolio in ${historical.length} past days`);
    const methods: Record<string, TailRisk> = { historical: riskOf(prepared, historical, DAY, level) };
    const moves = simulated(returns, count, seed, progress);
    progress(`valuing it in ${moves.length} simulated ones`);
    methods["simulated"] = riskOf(prepared, moves, DAY, level);
    const rows = Object.entries(methods).map(([name, tail]) => [
      name,
      String(tail.samples),
      `${dollars(tail.valueAtRisk)} ± ${dollars(tail.valueAtRiskError)}`,
      `${dollars(tail.expectedShortfall)} ± ${dollars(tail.expectedShortfallError)}`,
    ]);
    return {
      json: methods,
      text: table(["method", "scenarios", `value at risk ${percent(level, 1)}`, "expected shortfall"], rows),
    };
  },
};
