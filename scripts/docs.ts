/** `npm run docs`: writes the computed parts of the pages in docs/, and the page of what quant exports. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { backtestTables } from "./docs/backtest.ts";
import { withGenerated } from "./docs/generated.ts";
import { marginExample } from "./docs/marginExample.ts";
import { quantApi } from "./docs/quantApi.ts";
import { ROOT } from "./lanes/run.ts";

const pages = [
  ["docs/MARGIN.md", "worked example", marginExample],
  ["docs/BACKTEST.md", "backtest", backtestTables],
] as const;
for (const [name, part, generate] of pages) {
  const path = join(ROOT, name);
  writeFileSync(path, withGenerated(readFileSync(path, "utf8"), part, generate()));
  process.stdout.write(`${name} written.\n`);
}
writeFileSync(join(ROOT, "packages/quant/API.md"), quantApi());
process.stdout.write("packages/quant/API.md written.\n");
