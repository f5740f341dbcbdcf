import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { CaseData, PortfolioCase } from "../../packages/quant/src/reference/index.ts";

const FOLDER = fileURLToPath(new URL("../risk/cases/", import.meta.url));

/** One portfolio case and its file. */
export interface CaseFile {
  readonly path: string;
  readonly text: string;
  readonly made: PortfolioCase;
}

/** The market data and every portfolio case, by name. */
export function readCases(): { readonly data: CaseData; readonly files: readonly CaseFile[] } {
  const read = (file: string): string => readFileSync(`${FOLDER}${file}`, "utf8");
  const files = readdirSync(FOLDER)
    .filter((file) => file.endsWith(".json") && file !== "markets.json")
    .sort()
    .map((file) => {
      const text = read(file);
      return { path: `${FOLDER}${file}`, text, made: JSON.parse(text) as PortfolioCase };
    });
  return { data: JSON.parse(read("markets.json")) as CaseData, files };
}
