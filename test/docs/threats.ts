import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { ROOT } from "../../scripts/lanes/run.ts";

const page = readFileSync(join(ROOT, "docs/THREATS.md"), "utf8");
const OPEN = "open";

/** What must be on the page, whether something covers it or not. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  Attacks: [
    "First depositor and donation",
    "Dust shares",
    "Sandwich of a mark",
    "Deposit before premium, redeem before loss",
    "Read-only reentrancy",
    "ERC-777 hooks",
    "Fee-on-transfer tokens",
    "Rebasing tokens",
    "False-returning tokens",
    "Blacklisting tokens",
    "Tokens of 6, 8 and 27 decimals",
    "Flash-loaned collateral",
    "Self-trade at a bad price",
    "Liquidation griefing: 1-wei top-up",
    "Liquidation griefing: gift to the bidder",
    "Liquidation griefing: position bloat",
    "Liquidation griefing: refusing receiver",
    "Liquidation griefing: dust remainder",
    "Forced self-liquidation",
    "Related-account insurance draw",
    "Toxic hand-over to the vault",
    "Signature replay",
    "Malleable signatures",
    "ERC-1271 signatures",
    "Front-running a parameter",
    "Front-running a fixing",
    "Front-running a pause",
    "msg.value in a loop",
    "Unsolicited callback",
    "Uninitialised implementation",
    "Queue spam",
    "Rounding compounded over many steps",
    "Forged expiry price",
    "Decimals-mixed expiry price",
    "Stale surface against the quote",
    "Strike-splitting",
    "Hedge sign flip",
  ],
  "Incidents of the field": [
    "Opyn 2020",
    "Hegic 2020/2025",
    "Lendf.Me 2020",
    "Maker 2020-03-12",
    "Harvest 2020",
    "Cream 2021",
    "Siren 2021",
    "Mango 2022",
    "Deri 2022",
    "Venus/LUNA 2022",
    "Euler 2023",
    "Sentiment 2023",
    "Hundred 2023",
    "dYdX 2023",
    "Sonne 2024",
    "Hyperliquid JELLY 2025",
    "Cork 2025",
    "GMX v1 2025",
    "Panoptic 2025",
    "Balancer 2025",
    "Ribbon/Aevo 2025",
    "Moonwell 2026",
    "Sharwa 2026",
    "Thetanuts 2026",
  ],
  "Oracle faults": [
    "reverts",
    "zero",
    "negative",
    "stale by 1 s",
    "future",
    "incomplete round",
    "decimals changed",
    "pinned at min/max",
    "jump",
    "two sources disagree",
    "aggregator swapped",
    "sequencer down",
    "inside grace",
    "timestamp at expiry ± 1 s",
  ],
  "Keeper faults": [
    "timeout",
    "429",
    "malformed JSON",
    "stale head",
    "disagreeing providers",
    "dropped subscription",
    "truncated logs",
    "accepted transaction reported failed",
    "reorg depth 1 to 12",
    "nonce gap",
    "duplicate",
    "external use of the key",
    "underpriced replacement",
    "base fee ×1 to ×100",
    "empty balance",
    "clock skew",
    "SIGKILL at every journal step",
    "two instances",
  ],
};

interface Row {
  readonly threat: string;
  readonly reason: string;
  readonly tests: string;
  readonly mutant: string;
}

/** The rows of a section's table. */
function rowsOf(section: string): Row[] {
  const body = page.split(/^## /m).find((part) => part.startsWith(`${section}\n`)) ?? "";
  return body
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(1)
    .map((line) => {
      const cells = line.split("|").slice(1, -1);
      const [threat = "", reason = "", tests = "", mutant = ""] = cells.map((cell) => cell.trim());
      return { threat, reason, tests, mutant: cells.length === 4 ? mutant : `${cells.length} cells` };
    });
}

const quoted = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "");
const filesIn = (folder: string, ending: RegExp): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true })
    .map(String)
    .filter((name) => ending.test(name))
    .map((name) => `${folder}/${name}`);
const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

const mutantFiles = filesIn("test/harness/mutants", /\.sol$/);
const mutants = new Set(
  mutantFiles.flatMap((file) => [...read(file).matchAll(/^contract (\w+)/gm)].map((match) => match[1] ?? "")),
);
const sections = Object.keys(REQUIRED);
const everyRow = sections.flatMap(rowsOf);

describe("docs/THREATS.md", () => {
  for (const section of sections) {
    it(`has one row for each of: ${section}`, () => {
      const threats = rowsOf(section).map(({ threat }) => threat);
      expect(threats).to.include.members([...(REQUIRED[section] ?? [])]);
      expect(new Set(threats).size).to.equal(threats.length);
    });
  }

  it("names tests that exist, or says that nothing covers a row", () => {
    for (const { threat, reason, tests } of everyRow) {
      if (tests === OPEN) continue;
      expect(quoted(tests), threat).not.to.have.length(0);
      expect(
        quoted(tests).filter((file) => !/^(test|packages|app)\//.test(file) || !existsSync(join(ROOT, file))),
        threat,
      ).to.deep.equal([]);
      expect(reason.length, `${threat}: why it fails`).to.be.greaterThan(20);
    }
  });

  it("names mutants that exist and are tried, or says why there is none", () => {
    const tried = filesIn("test", /\.(ts|t\.sol)$/)
      .map(read)
      .join("\n");
    for (const { threat, tests, mutant } of everyRow) {
      if (tests === OPEN) expect(mutant, threat).to.equal(OPEN);
      if (mutant === OPEN || /^no mutant: .{10,}/.test(mutant)) continue;
      expect(quoted(mutant), threat).not.to.have.length(0);
      for (const name of quoted(mutant)) {
        expect(mutants.has(name), `${threat}: ${name} is no mutant`).to.equal(true);
        expect(tried.includes(name), `${threat}: nothing tries ${name}`).to.equal(true);
      }
    }
  });

  it("names every file of attacks and incidents", () => {
    const named = new Set(everyRow.flatMap(({ tests }) => quoted(tests)));
    const files = ["test/attack", "test/incidents"]
      .filter((folder) => existsSync(join(ROOT, folder)))
      .flatMap((folder) => filesIn(folder, /\.(ts|sol)$/));
    expect(files.filter((file) => !named.has(file))).to.deep.equal([]);
  });

  it("knows a mutant from what it is a mutant of, and a section from none", () => {
    expect([...mutants])
      .to.include("AuctionMutant")
      .and.not.to.include("AuctionHouse");
    expect(rowsOf("Attacks").length).to.be.greaterThan(rowsOf("No such section").length);
  });
});
