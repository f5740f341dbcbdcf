import type { FittedSlice } from "../calibration.ts";
import type { Chain } from "../chains/index.ts";
import { totalVariance } from "../surface.ts";

/** A chain with the surface that was fitted to it. */
export interface FittedChain {
  readonly chain: Chain;
  readonly slices: readonly FittedSlice[];
}

const PANEL = { width: 300, height: 210, left: 44, right: 12, top: 34, bottom: 34 } as const;
const COLUMNS = 4;
const MARGIN = 24;
/** Room for the heading of a single panel. */
const NARROWEST = 620;
const HEADING = 56;
const INK = "#1b1f24";
const PALE = "#8a929c";
const CURVE = "#0b62d6";
const DOT = "#d1481f";

/** One panel an expiry: quoted volatilities as dots, the fitted smile as a line, over the strike. A whole SVG file. */
export function plotSurface({ chain, slices }: FittedChain): string {
  const rows = Math.ceil(slices.length / COLUMNS);
  const columns = Math.min(COLUMNS, slices.length);
  const width = Math.max(2 * MARGIN + columns * PANEL.width, NARROWEST);
  const height = HEADING + rows * PANEL.height + MARGIN;
  const panels = slices.map((slice, i) => {
    const x = MARGIN + (i % COLUMNS) * PANEL.width;
    const y = HEADING + Math.floor(i / COLUMNS) * PANEL.height;
    return `<g transform="translate(${x} ${y})">${panel(chain, slice, i)}</g>`;
  });
  const time = new Date(chain.time * 1000).toISOString().slice(0, 16).replace("T", " ");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" fill="${INK}">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${MARGIN}" y="28" font-size="17" font-weight="600">${escaped(chain.currency)}: implied volatility by strike, ${time} UTC</text>`,
    `<text x="${MARGIN}" y="46" font-size="12" fill="${PALE}">Dots: quotes. Line: fitted eSSVI surface. Dashes: forward.</text>`,
    ...panels,
    "</svg>",
    "",
  ].join("\n");
}

function panel(chain: Chain, slice: FittedSlice, index: number): string {
  const quotes = chain.expiries[index]?.quotes ?? [];
  const strikes = quotes.map(({ strike }) => strike);
  const [low, high] = padded(Math.min(...strikes), Math.max(...strikes), 0.04);
  const volatility = (strike: number) =>
    Math.sqrt(totalVariance(slice, Math.log(strike / slice.forward)) / slice.years);
  const curve = Array.from({ length: 61 }, (_, i) => low + ((high - low) * i) / 60);
  const levels = [...quotes.map((quote) => quote.volatility), ...curve.map(volatility)];
  const [bottom, top] = padded(Math.min(...levels), Math.max(...levels), 0.08);
  const x = (strike: number) =>
    PANEL.left + ((strike - low) / (high - low)) * (PANEL.width - PANEL.left - PANEL.right);
  const y = (level: number) =>
    PANEL.height -
    PANEL.bottom -
    ((level - bottom) / (top - bottom)) * (PANEL.height - PANEL.top - PANEL.bottom);
  const at = (value: number) => value.toFixed(1);
  const expiry = new Date((chain.expiries[index]?.expiry ?? 0) * 1000).toISOString().slice(0, 10);
  const floor = PANEL.height - PANEL.bottom;
  const horizontal = ticks(bottom, top, 5).map(
    (level) =>
      `<line x1="${PANEL.left}" x2="${PANEL.width - PANEL.right}" y1="${at(y(level))}" y2="${at(y(level))}" stroke="#e4e7eb"/><text x="${PANEL.left - 6}" y="${at(y(level) + 3.5)}" font-size="10" text-anchor="end" fill="${PALE}">${+(100 * level).toFixed(1)}%</text>`,
  );
  const vertical = ticks(low, high, 4).map(
    (strike) =>
      `<line x1="${at(x(strike))}" x2="${at(x(strike))}" y1="${floor}" y2="${floor + 4}" stroke="${PALE}"/><text x="${at(x(strike))}" y="${floor + 16}" font-size="10" text-anchor="middle" fill="${PALE}">${strike.toLocaleString("en-US")}</text>`,
  );
  return [
    `<text x="${PANEL.left}" y="16" font-size="12.5" font-weight="600">${expiry}</text>`,
    `<text x="${PANEL.width - PANEL.right}" y="16" font-size="11" text-anchor="end" fill="${PALE}">error ${slice.rmse.toFixed(2)} points</text>`,
    ...horizontal,
    `<line x1="${PANEL.left}" x2="${PANEL.width - PANEL.right}" y1="${floor}" y2="${floor}" stroke="${PALE}"/>`,
    ...vertical,
    `<line x1="${at(x(slice.forward))}" x2="${at(x(slice.forward))}" y1="${PANEL.top - 8}" y2="${floor}" stroke="${PALE}" stroke-dasharray="3 3"/>`,
    `<polyline fill="none" stroke="${CURVE}" stroke-width="1.8" points="${curve.map((strike) => `${at(x(strike))},${at(y(volatility(strike)))}`).join(" ")}"/>`,
    ...quotes.map(
      (quote) =>
        `<circle cx="${at(x(quote.strike))}" cy="${at(y(quote.volatility))}" r="2.6" fill="${DOT}" fill-opacity="0.85"/>`,
    ),
  ].join("");
}

function padded(low: number, high: number, share: number): [number, number] {
  const by = Math.max((high - low) * share, Math.abs(high) * 1e-3);
  return [low - by, high + by];
}

/** Round numbers within an interval, about as many as asked for. */
function ticks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough;
  const found: number[] = [];
  for (let i = Math.ceil(low / step); i * step <= high; i++) found.push(+(i * step).toPrecision(12));
  return found;
}

function escaped(text: string): string {
  return text.replace(/[<>&"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** The plots in a page of their own, with nothing to load. */
export function plotPage(fitted: readonly FittedChain[]): string {
  const rows = fitted.flatMap(({ chain, slices }) =>
    slices.map((slice, i) => {
      const expiry = new Date((chain.expiries[i]?.expiry ?? 0) * 1000).toISOString().slice(0, 10);
      const cells = [
        escaped(chain.currency),
        expiry,
        slice.forward.toFixed(2),
        `${(100 * Math.sqrt(slice.theta / slice.years)).toFixed(2)} %`,
        slice.rho.toFixed(3),
        String(slice.quotes),
        slice.rmse.toFixed(3),
      ];
      return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
    }),
  );
  const header = ["Market", "Expiry", "Forward", "At the money", "Correlation", "Quotes", "Error [points]"];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Fitted volatility surfaces</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; color: ${INK}; background: #fff; }
svg { max-width: 100%; height: auto; display: block; }
table { border-collapse: collapse; margin: 1rem 0; }
td, th { padding: 0.25rem 0.9rem; text-align: right; border-bottom: 1px solid #e4e7eb; }
td:first-child, th:first-child, td:nth-child(2), th:nth-child(2) { text-align: left; }
</style>
<h1>Fitted volatility surfaces</h1>
${fitted.map(plotSurface).join("")}
<table><thead><tr>${header.map((title) => `<th scope="col">${title}</th>`).join("")}</tr></thead>
<tbody>
${rows.join("\n")}
</tbody></table>
</html>
`;
}
