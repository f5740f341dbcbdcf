import { readFileSync } from "node:fs";
import { expect } from "chai";
import { LAYOUTS } from "../../bench/grid/layouts.ts";
import report from "../../bench/results/grid.json" with { type: "json" };
import { multipliers } from "../../packages/quant/src/exact/node-grid.ts";
import { gridScenarios } from "../../packages/quant/src/reference/index.ts";

type Cells = readonly (string | number)[];

const TIMES: Readonly<Record<number, string>> = { 1: "1 hour", 24: "1 day", 168: "7 days", 720: "30 days" };
const text = readFileSync(new URL("../../docs/decisions/0001-node-grid.md", import.meta.url), "utf8");

/** The rows of the table whose first columns are these. */
function table(...columns: readonly string[]): string[] {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`| ${columns.join(" | ")} |`));
  const rows = lines.slice(start + 2);
  return rows.slice(
    0,
    rows.findIndex((line) => !line.startsWith("|")),
  );
}

const row = (cells: Cells): string => `| ${cells.map(cell).join(" | ")} |`;
const cell = (value: string | number): string => String(value).replace(/^-/, "−");
const percent = (part: number): string => `${Math.round(part * 1000) / 10} %`;

describe("Decision on the node grid", () => {
  it("quotes the candidates as they were measured", () => {
    const rows = report.candidates
      .filter(({ driftLimit }) => driftLimit === 0.01)
      .map(({ layout, note, gapBps, overRequirement: over, roundingBps }) =>
        row([
          layout,
          note,
          gapBps.worst,
          gapBps.p999,
          gapBps.p99,
          gapBps.meanShortfall,
          over.meanBps,
          over.p99Bps,
          over.meanPercent,
          over.p99Percent,
          roundingBps.worst,
        ]),
      );
    expect(table("layout", "levels")).to.deep.equal(rows);
  });

  it("quotes what each drift limit costs", () => {
    const moves = report.refreshes
      .filter(({ source }) => source === "hourly bars 2020-2026")
      .map((measured) =>
        row([
          measured.market,
          percent(measured.driftLimit),
          measured.movesPerDay,
          measured.movesOn99PercentOfDays,
          measured.movesOnWorstDay,
          measured.evaluationsPerStrikePerDay,
        ]),
      );
    expect(table("market", "drift limit")).to.deep.equal(moves);
    const limits = ["A", "H", "K"].flatMap((name) =>
      report.candidates
        .filter(({ layout }) => layout === name)
        .sort((a, b) => a.driftLimit - b.driftLimit)
        .map(({ driftLimit, gapBps, overRequirement: over }) =>
          row([name, percent(driftLimit), gapBps.worst, gapBps.p99, over.meanBps, over.p99Bps]),
        ),
    );
    expect(table("layout", "drift limit", "worst gap")).to.deep.equal(limits);
  });

  it("quotes the accuracy of marks", () => {
    const rows = report.marks
      .filter(({ driftLimit }) => driftLimit === 0.01 || driftLimit === 0.02)
      .map(({ layout, driftLimit, hours, markAboveBps, markBelowBps, deltaError }) =>
        row([layout, percent(driftLimit), TIMES[hours] ?? "", markAboveBps, markBelowBps, deltaError]),
      );
    expect(table("layout", "drift limit", "time to expiry")).to.deep.equal(rows);
  });

  it("quotes in its choice what the tables say", () => {
    const of = (name: string) => {
      const found = report.candidates.find(
        ({ layout, driftLimit }) => layout === name && driftLimit === 0.01,
      );
      if (!found) throw new Error(`There is no layout ${name}.`);
      return found;
    };
    const [a, h, k] = [of("A"), of("H"), of("K")];
    const choice = text.slice(text.indexOf("## Choice")).replace(/\s+/g, " ");
    expect(choice).to.include(`the worst gap falls from ${a.gapBps.worst} to ${h.gapBps.worst} bps`);
    expect(choice).to.include(`the 99.9th percentile from ${a.gapBps.p999} to ${h.gapBps.p999}`);
    expect(choice).to.include(
      `the mean shortfall from ${a.gapBps.meanShortfall} to ${h.gapBps.meanShortfall}`,
    );
    const calendars = [a, h].map(({ worstGapByFamilyBps }) => worstGapByFamilyBps.calendar);
    expect(choice).to.include(`from ${calendars.join(" to ")} bps at worst`);
    const excess = [h, k].map(({ overRequirement }) => overRequirement.meanBps);
    expect(choice).to.include(`the excess from ${excess.join(" to ")} bps`);
  });

  it("has chosen what the arrays hold, node by node", () => {
    const chosen = LAYOUTS.find(({ name }) => text.includes(`**${name} at a drift limit of 1 %.**`));
    // Outer of both is a whole number of thousandths, so that nothing is rounded.
    for (const [scanRange, driftLimit] of [
      [0.2, 0.01],
      [0.25, 0.004],
    ] as const) {
      const measured = chosen!.nodes(scanRange, driftLimit);
      const outer = Math.round(((1 + scanRange) * (1 + driftLimit) - 1) * 1_000);
      const levels = multipliers(
        BigInt(outer) * 10n ** 15n,
        BigInt(Math.round(driftLimit * 1e9)) * 10n ** 9n,
      );
      const scenarios = gridScenarios(scanRange, driftLimit);
      expect([levels.length, scenarios.length]).to.deep.equal([measured.length, measured.length]);
      for (const [node, { state, level, move }] of measured.entries()) {
        expect(Math.abs(Number(levels[node]) / 1e18 - level) < 1e-12, `level ${node}`).to.equal(true);
        expect(Math.abs(scenarios[node]!.level - level) < 1e-12, `scenario ${node}`).to.equal(true);
        expect([scenarios[node]!.state, scenarios[node]!.move ?? 0]).to.deep.equal([state, move]);
      }
    }
  });

  it("holds no grid that rounds for the account", () => {
    for (const { layout, roundingBps } of report.candidates) {
      expect(roundingBps.least, layout).to.be.at.least(0);
    }
  });
});
