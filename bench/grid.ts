import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Candidate, compare } from "./grid/compare.ts";
import { LAYOUTS } from "./grid/layouts.ts";
import { readMarkets } from "./grid/market.ts";
import { measureMarks } from "./grid/marks.ts";
import { measureRefreshes } from "./grid/refresh.ts";

/** Compares candidates for the node grid; docs/decisions/0001-node-grid.md tells what came of it. */

/** Not the seed that the layouts were chosen with. */
const SEED = 4_711;
const MOMENTS = 240;
const LIMIT = 0.01;
const OTHER_LIMITS = [0.005, 0.02, 0.03];
/** Layouts measured under every drift limit. */
const FINALISTS = ["A", "H", "K"];

const shared = process.env["BALLAST_DATA"] ?? fileURLToPath(new URL("../../shared/", import.meta.url));
const folder = join(shared, "data");
if (!existsSync(folder)) {
  console.error(`There is no market data in ${folder}. Set BALLAST_DATA to the folder that holds "data".`);
  process.exit(1);
}

const finalists = LAYOUTS.filter(({ name }) => FINALISTS.includes(name));
const candidates: Candidate[] = [
  ...LAYOUTS.map((layout) => ({ layout, driftLimit: LIMIT })),
  ...OTHER_LIMITS.flatMap((driftLimit) => finalists.map((layout) => ({ layout, driftLimit }))),
];
const markets = readMarkets(folder);
let shown = 0;
const { portfolios, reports } = compare(markets, candidates, MOMENTS, SEED, (done) => {
  const percent = Math.floor(100 * done);
  if (percent % 10 === 0 && percent > shown) console.error(`${percent} % of the portfolios`);
  shown = Math.max(shown, percent);
});
const limits = [LIMIT, ...OTHER_LIMITS].sort();
const marks = finalists
  .filter(({ name }) => name !== "K")
  .flatMap((layout) => limits.map((limit) => measureMarks(markets, layout, limit, SEED)))
  .flat();
const refreshes = measureRefreshes(folder, limits);

for (const { layout, driftLimit, gapBps, overRequirement, roundingBps } of reports) {
  const cells = [
    `${layout} ${(100 * driftLimit).toFixed(1)} %`,
    `gap ${gapBps.worst} / ${gapBps.p999} / ${gapBps.p99} / ${gapBps.median} bps, mean ${gapBps.meanShortfall}`,
    `over ${overRequirement.meanBps} / ${overRequirement.p99Bps} bps, ${overRequirement.meanPercent} / ${overRequirement.p99Percent} %`,
    `rounding ${roundingBps.worst} bps`,
  ];
  console.log(cells.join("   "));
}
console.table(marks);
console.table(refreshes);
const results = new URL("./results/", import.meta.url);
mkdirSync(results, { recursive: true });
const report = {
  seed: SEED,
  portfolios,
  markets: markets.map(({ name }) => name),
  candidates: reports,
  marks,
  refreshes,
};
writeFileSync(new URL("grid.json", results), `${JSON.stringify(report, null, 2)}\n`);
