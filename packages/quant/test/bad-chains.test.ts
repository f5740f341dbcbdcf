import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { main } from "../src/cli/main.ts";
import { booksOf, deribitServer, rpcResult } from "./support/deribitServer.ts";

const EXAMPLES = fileURLToPath(new URL("../examples/", import.meta.url));
const [HEADER = "", ...LINES] = readFileSync(`${EXAMPLES}chain.csv`, "utf8").trimEnd().split("\n");
const COLUMNS = HEADER.split(",");
/** One expiry of ether, of which every quote can be used. */
const GOOD = LINES.filter((line) => /ETH-30JAN26/.test(line) && usable(line));
/** The quote that is spoilt. */
const VICTIM = "ETH-30JAN26-3200-C";

function usable(line: string): boolean {
  const [bid, ask] = [field(line, "bid_price"), field(line, "ask_price")].map(Number);
  const strike = Number(field(line, "strike"));
  return (bid ?? 0) > 0 && (ask ?? 0) >= (bid ?? 0) && strike >= 2_400 && strike <= 3_800;
}

function field(line: string, column: string): string {
  return line.split(",")[COLUMNS.indexOf(column)] ?? "";
}

function withFields(line: string, changed: Readonly<Record<string, string>>): string {
  return line
    .split(",")
    .map((cell, i) => changed[COLUMNS[i] ?? ""] ?? cell)
    .join(",");
}

interface RfqFile {
  readonly time: number;
  readonly quotes: readonly Record<string, unknown>[];
}

/** What is wrong, in each source of quotes, and what is said of it. */
interface Fault {
  readonly name: string;
  readonly csv: (line: string) => readonly string[];
  readonly rfq: (quote: Record<string, unknown>) => readonly Record<string, unknown>[];
  readonly book: (book: Record<string, unknown>) => readonly Record<string, unknown>[];
  readonly said: RegExp;
  /** What is said where a source has words of its own. */
  readonly saidOfRfq?: RegExp;
  readonly saidOfBook?: RegExp;
  /** Whether a chain of nothing else can still be fitted. */
  readonly isHarmless?: boolean;
}

const FAULTS: readonly Fault[] = [
  {
    name: "an empty book",
    csv: (line) => [withFields(line, { bid_price: "", ask_price: "" })],
    rfq: ({ bid: _, ask: __, ...quote }) => [quote],
    book: (book) => [{ ...book, bid_price: null, ask_price: null }],
    said: /its book is empty/,
  },
  {
    name: "a crossed book",
    csv: (line) => [withFields(line, { bid_price: field(line, "ask_price"), ask_price: "0.0001" })],
    rfq: (quote) => [{ ...quote, bid: quote["ask"], ask: 0.01 }],
    book: (book) => [{ ...book, bid_price: book["ask_price"], ask_price: 0.0001 }],
    said: /its book is crossed/,
  },
  {
    name: "a volatility of zero",
    csv: (line) => [withFields(line, { implied_volatility: "0" })],
    // A dealer names prices only: one below intrinsic worth has no volatility.
    rfq: (quote) => [{ ...quote, bid: 9_000, ask: 9_500 }],
    book: (book) => [{ ...book, mark_iv: 0 }],
    said: /it has no volatility/,
  },
  {
    name: "a duplicate",
    csv: (line) => [line, line],
    rfq: (quote) => [quote, quote],
    book: (book) => [book, book],
    said: /the strike is there already/,
    saidOfRfq: /the dealer quoted it already/,
    isHarmless: true,
  },
  {
    name: "a wrong expiry",
    csv: (line) => [withFields(line, { expiry_datetime: "2026-01-23T08:00:00+00:00" })],
    rfq: (quote) => [{ ...quote, instrument: String(quote["instrument"]).replace("30JAN26", "30JAN25") }],
    book: (book) => [
      { ...book, instrument_name: String(book["instrument_name"]).replace("30JAN26", "30JAN25") },
    ],
    said: /its name and its expiry disagree/,
    saidOfRfq: /it has expired/,
    saidOfBook: /it has expired/,
  },
];

async function quant(...argv: readonly string[]) {
  let [out, err] = ["", ""];
  const code = await main([...argv, "--json", "--quiet"], {
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { code, out, err };
}

describe("quant: bad chains", () => {
  const folder = mkdtempSync(join(tmpdir(), "quant-bad-"));
  after(() => rmSync(folder, { recursive: true }));
  const rfqs = JSON.parse(readFileSync(`${EXAMPLES}rfqs.json`, "utf8")) as RfqFile;
  const january = rfqs.quotes.filter(
    ({ instrument, validUntil, dealer }) =>
      /30JAN26-(2[4-9]|3[0-6])/.test(String(instrument)) &&
      Number(validUntil) >= rfqs.time &&
      dealer === "north",
  );
  const books = booksOf([HEADER, ...GOOD, ""].join("\n"), "ETH") as unknown as Record<string, unknown>[];
  const fileOf = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  /** Calibrates the same quotes from a file, from dealers and from a server. */
  const calibrate = {
    csv: (lines: readonly string[]) => quant("calibrate", fileOf("a.csv", [HEADER, ...lines, ""].join("\n"))),
    rfq: (quotes: readonly Record<string, unknown>[]) =>
      quant("calibrate", "--rfqs", fileOf("a.json", JSON.stringify({ ...rfqs, quotes }))),
    book: async (list: readonly Record<string, unknown>[]) => {
      const server = await deribitServer({
        get_book_summary_by_currency: [rpcResult(list)],
        get_index_price: [rpcResult({ index_price: 3000 })],
      });
      try {
        return await quant("calibrate", "--deribit", "ETH", "--url", server.url);
      } finally {
        await server.close();
      }
    },
  };
  const reasonsOf = (out: string): string[] =>
    JSON.parse(out).dropped.ETH.map(
      ({ instrument, reason }: Record<string, string>) => `${instrument}: ${reason}`,
    );
  const quotesOf = (out: string): number => JSON.parse(out).markets.ETH.slices[0].quotes;

  it("are told from a good one, which is fitted whole from each source", async () => {
    for (const [found, count] of [
      [await calibrate.csv(GOOD), GOOD.length],
      [await calibrate.rfq(january), january.length],
      [await calibrate.book(books), GOOD.length],
    ] as const) {
      expect(found.code, found.err).to.equal(0);
      expect(reasonsOf(found.out)).to.deep.equal([]);
      expect(quotesOf(found.out)).to.equal(count);
    }
    expect(GOOD.filter((line) => line.includes(VICTIM)).length).to.equal(1);
  });

  for (const fault of FAULTS) {
    it(`report ${fault.name} and skip it, from a file, from dealers and from Deribit`, async () => {
      const sources = [
        [
          await calibrate.csv(GOOD.flatMap((line) => (line.includes(VICTIM) ? fault.csv(line) : [line]))),
          fault.said,
          GOOD.length,
        ],
        [
          await calibrate.rfq(
            january.flatMap((one) => (one["instrument"] === VICTIM ? fault.rfq(one) : [one])),
          ),
          fault.saidOfRfq ?? fault.said,
          january.length,
        ],
        [
          await calibrate.book(
            books.flatMap((one) => (one["instrument_name"] === VICTIM ? fault.book(one) : [one])),
          ),
          fault.saidOfBook ?? fault.said,
          GOOD.length,
        ],
      ] as const;
      for (const [{ code, out, err }, said, count] of sources) {
        expect(code, err).to.equal(0);
        const reasons = reasonsOf(out);
        expect(reasons).to.have.length(1);
        expect(reasons[0]).to.match(said).and.to.match(/3200/);
        expect(quotesOf(out)).to.equal(fault.isHarmless ? count : count - 1);
      }
    });

    it(`${fault.isHarmless ? "fit a chain in which all is" : "name the error of a chain of nothing but"} ${fault.name}`, async () => {
      const all = [
        [await calibrate.csv(GOOD.flatMap(fault.csv)), fault.said],
        [await calibrate.rfq(january.flatMap(fault.rfq)), fault.saidOfRfq ?? fault.said],
        [await calibrate.book(books.flatMap(fault.book)), fault.saidOfBook ?? fault.said],
      ] as const;
      for (const [{ code, out, err }, said] of all) {
        if (fault.isHarmless) {
          expect(code, err).to.equal(0);
          expect(reasonsOf(out).every((reason) => said.test(reason))).to.equal(true);
          continue;
        }
        expect({ code, out }).to.deep.equal({ code: 1, out: "" });
        expect(err).to.match(/^quant: The chain of ETH has no expiry to fit: \d+ times [^\n]*\n$/);
        expect(err).to.match(said);
      }
    });
  }

  it("report an expiry of one strike and skip it, and name the error of a chain of nothing else", async () => {
    const lone = LINES.find((line) => line.includes("ETH-27MAR26-3000")) ?? "";
    const beside = await calibrate.csv([...GOOD, lone]);
    expect(reasonsOf(beside.out)).to.deep.equal(["ETH 2026-03-27: the expiry has only 1 usable quote"]);
    expect(JSON.parse(beside.out).markets.ETH.slices).to.have.length(1);
    for (const { code, err } of [
      await calibrate.csv([lone]),
      await calibrate.rfq(january.slice(0, 1)),
      await calibrate.book(books.slice(0, 1)),
    ]) {
      expect(code).to.equal(1);
      expect(err).to.match(/has no expiry to fit: once the expiry has only 1 usable quote\./);
    }
  });

  it("name the error of a chain without a quote", async () => {
    expect((await calibrate.csv([])).err).to.equal("quant: The chain file has no quotes.\n");
    for (const found of [await calibrate.rfq([]), await calibrate.book([])]) {
      expect(found.code).to.equal(1);
      expect(found.err).to.equal("quant: The chain of ETH has no expiry to fit: it has no quotes.\n");
    }
  });
});
