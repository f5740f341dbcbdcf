import { HORIZONS } from "./markouts.ts";
import { SCENARIOS } from "./scenarios.ts";
import { PARTS, type Part } from "./simulate.ts";
import type { Summary } from "./summary.ts";

/** A table for people, cells as text. */
export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Summaries by asset, then scenario. */
export type Results = Readonly<Record<string, Readonly<Record<string, Summary>>>>;

const PART_NAMES: Readonly<Record<Part, string>> = {
  spread: "spread",
  delta: "delta left open",
  gamma: "gamma",
  theta: "theta",
  volatility: "moves of the surface",
  higher: "higher orders",
  hedgeCost: "cost of hedging",
};

/** Every table of a report. */
export function tablesOf(results: Results): Table[] {
  const tables = [
    scenarioTable(results),
    yearTable(results),
    partTable(results),
    ...Object.entries(results).flatMap(([asset, summaries]) => [
      hedgeTable(asset, summaries["base"], "looked at every five minutes"),
      hedgeTable(asset, summaries["closesOnly"], "looked at once an hour"),
    ]),
    ...Object.entries(results).map(([asset, summaries]) => flowTable(asset, summaries)),
  ];
  return tables.filter(({ rows }) => rows.length > 0);
}

/** A table as Markdown. */
export function markdownOf({ title, head, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, i) => (i === 0 ? "---" : "---:"));
  return [`**${title}**`, "", line(head), line(rule), ...rows.map(line)].join("\n");
}

function scenarioTable(results: Results): Table {
  return {
    title: "Return and risk by scenario, the vault's own band",
    head: [
      "asset, scenario",
      "premium",
      "return p.a.",
      "volatility",
      "drawdown",
      "worst day",
      "capital used",
      "return on it p.a.",
    ],
    rows: Object.entries(results).flatMap(([asset, summaries]) =>
      SCENARIOS.flatMap(({ name }) => {
        const one = summaries[name];
        if (!one) return [];
        return [
          [
            `${asset}, ${name}`,
            percent(one.premium),
            one.ruin ? "ruin" : percent(one.annualReturn),
            percent(one.volatility),
            percent(one.drawdown),
            percent(one.worstDay),
            percent(one.capitalUsed),
            percent(one.returnOnUsed),
          ],
        ];
      }),
    ),
  };
}

function yearTable(results: Results): Table {
  const bases = baseOf(results);
  const years = [...new Set(bases.flatMap(([, { byYear }]) => Object.keys(byYear)))].sort();
  return {
    title: "Return of the base case by year, on the capital of the beginning",
    head: ["asset", ...years],
    rows: bases.map(([asset, { byYear }]) => [
      asset,
      ...years.map((year) => (byYear[year] === undefined ? "" : percent(byYear[year]))),
    ]),
  };
}

function partTable(results: Results): Table {
  const bases = baseOf(results);
  return {
    title:
      "Where the P&L of the base case came from, in percent of the capital; the parts sum to the change of NAV",
    head: ["part", ...bases.map(([asset]) => asset)],
    rows: PARTS.map((part) => [PART_NAMES[part], ...bases.map(([, { parts }]) => percent(parts[part]))]),
  };
}

function hedgeTable(asset: string, summary: Summary | undefined, looks: string): Table {
  const hedging = summary?.hedging ?? [];
  const hourly = hedging.find(({ strategy }) => strategy === "hourly");
  const against = (value: number, of: number | undefined) => (of ? percent(value / of - 1) : "");
  return {
    title: `Hedging the same options, ${asset}, the band ${looks}`,
    head: [
      "strategy",
      "cost [USD]",
      "against hourly",
      "trades",
      "deviation by day",
      "against hourly",
      "95 % interval",
      "by week",
      "against hourly",
    ],
    rows: hedging.map(({ strategy, cost, trades, daily, weekly, dailyRatio: [low, high] }) => [
      strategy,
      dollars(cost),
      against(cost, hourly?.cost),
      dollars(trades),
      dollars(daily),
      against(daily, hourly?.daily),
      strategy === "hourly" ? "" : `${percent(low - 1)} to ${percent(high - 1)}`,
      dollars(weekly),
      against(weekly, hourly?.weekly),
    ]),
  };
}

function flowTable(asset: string, summaries: Readonly<Record<string, Summary>>): Table {
  const after = HORIZONS.map((hours) => (hours < 24 ? `${hours} h` : `${hours / 24} d`));
  return {
    title: `Mark-outs for the vault by flow, ${asset}, base case, delta hedged, in basis points of notional`,
    head: ["flow", "trades", "refused", "notional [M USD]", "margin", ...after],
    rows: (summaries["base"]?.flows ?? []).map(({ flow, trades, refused, notional, margin, hedged }) => [
      flow,
      dollars(trades),
      dollars(refused),
      dollars(notional / 1e6),
      margin.toFixed(1),
      ...hedged.map((one) => one.toFixed(1)),
    ]),
  };
}

function baseOf(results: Results): [string, Summary][] {
  return Object.entries(results).flatMap(([asset, { base }]): [string, Summary][] =>
    base ? [[asset, base]] : [],
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function dollars(amount: number): string {
  return Math.round(amount).toLocaleString("en-US");
}
