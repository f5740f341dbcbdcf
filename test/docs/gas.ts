import { readFileSync } from "node:fs";
import { expect } from "chai";
import { LIMITS } from "../../bench/gas/limits.ts";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const { figures } = JSON.parse(read("bench/results/gas.json")) as {
  figures: Record<string, { value: number }>;
};

describe("Gas in docs/PRICING.md", () => {
  const rows = [...read("docs/PRICING.md").matchAll(/^\| `([\w.]+)`[^|]*\| ([\d,]+) \| ([\d,]+) \|$/gm)];
  const number = (text: string | undefined) => Number(text?.replaceAll(",", ""));

  it("is what was measured, to a fiftieth, beside the limits that the measurement is held to", () => {
    expect(rows.length).to.equal(5);
    for (const [, name, about, limit] of rows) {
      const { value } = figures[name!]!;
      expect(Math.abs(number(about) - value) / value, name).to.be.below(0.02);
      expect(number(limit), name).to.equal(LIMITS[name!]);
    }
  });

  it("stays within every limit as committed", () => {
    for (const [name, limit] of Object.entries(LIMITS)) {
      expect(figures[name]?.value, name).to.be.at.most(limit);
    }
  });
});
