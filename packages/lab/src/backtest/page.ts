import { REPORT_STYLE } from "../report/html.ts";
import { escapeHtml, linePlot } from "../report/plots.ts";
import { SCENARIOS } from "./scenarios.ts";
import { PARTS, type Simulation } from "./simulate.ts";
import { type Results, type Table, tablesOf } from "./tables.ts";

const COLORS = ["#2f6fdb", "#b3261e", "#1b7f4b", "#e08a1e", "#7d4cc2", "#5b6775", "#00897b"] as const;
/** Points that a plot shows at most. */
const POINTS = 600;

/** The report as one self-contained page; plots show the base case of each asset. */
export function backtestPage(results: Results, bases: Readonly<Record<string, Simulation>>): string {
  const title = "The vault over the recorded prices";
  const body = [
    `<h1>${title}</h1>`,
    "<ul>",
    ...SCENARIOS.map(({ name, what }) => `<li><b>${escapeHtml(name)}</b>: ${escapeHtml(what)}</li>`),
    "</ul>",
    ...Object.entries(bases).flatMap(([asset, simulation]) => [`<h2>${asset}</h2>`, ...plotsOf(simulation)]),
    ...tablesOf(results).map(tableHtml),
  ];
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${title}</title><style>${REPORT_STYLE}</style></head><body>${body.join("\n")}</body></html>\n`;
}

function plotsOf({ days, hedgers }: Simulation): string[] {
  const step = Math.max(1, Math.ceil(days.length / POINTS));
  const shown = [...days.keys()].filter((i) => i % step === 0 || i === days.length - 1);
  const times = shown.map((i) => days[i]?.time ?? 0);
  const line = (name: string, all: readonly number[], color: number) => ({
    name,
    values: shown.map((i) => all[i] ?? 0),
    color: COLORS[color % COLORS.length] ?? COLORS[0],
  });
  const sums = (values: readonly number[]) => {
    let sum = 0;
    return values.map((value) => {
      sum += value;
      return sum;
    });
  };
  let peak = Number.NEGATIVE_INFINITY;
  const drawdown = days.map(({ nav }) => {
    peak = Math.max(peak, nav);
    return 100 * (nav / peak - 1);
  });
  const navs = days.map((day) => day.nav);
  return [
    linePlot("Net asset value [USD]", times, [line("NAV", navs, 0)]),
    linePlot("Drawdown [%]", times, [line("below the peak", drawdown, 1)]),
    linePlot("Price [USD]", times, [
      line(
        "price",
        days.map((day) => day.price),
        5,
      ),
    ]),
    linePlot(
      "P&L by source, summed up [USD]",
      times,
      PARTS.map((part, i) => line(part, sums(days.map((day) => day.parts[part])), i)),
    ),
    linePlot(
      "P&L of the same options by way of hedging, summed up [USD]",
      times,
      hedgers.map(({ strategy }, i) => line(strategy.name, sums(days.map((day) => day.pnl[i] ?? 0)), i)),
    ),
    linePlot("Worst loss of the scan, share of NAV [%]", times, [
      line(
        "capital used",
        days.map((day) => (100 * day.scan) / day.nav),
        4,
      ),
    ]),
  ];
}

function tableHtml({ title, head, rows }: Table): string {
  const cells = (tag: string, values: readonly string[]) =>
    values.map((value) => `<${tag}>${escapeHtml(value)}</${tag}>`).join("");
  const body = rows.map((row) => `<tr>${cells("td", row)}</tr>`).join("");
  return `<h2>${escapeHtml(title)}</h2><table><thead><tr>${cells("th", head)}</tr></thead><tbody>${body}</tbody></table>`;
}
