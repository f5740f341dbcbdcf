/** `npm run docs`: writes the computed parts of the pages in docs/, and the page of what quant exports. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withGenerated } from "./docs/generated.ts";
import { marginExample } from "./docs/marginExample.ts";
import { quantApi } from "./docs/quantApi.ts";
import { ROOT } from "./lanes/run.ts";

const path = join(ROOT, "docs/MARGIN.md");
writeFileSync(path, withGenerated(readFileSync(path, "utf8"), "worked example", marginExample()));
process.stdout.write("docs/MARGIN.md written.\n");
writeFileSync(join(ROOT, "packages/quant/API.md"), quantApi());
process.stdout.write("packages/quant/API.md written.\n");
