import { expect } from "chai";
import {
  type Chain,
  ChainFileError,
  chainFromRfqs,
  currenciesOf,
  DeribitError,
  type DroppedQuote,
  EmptyChainError,
  fetchDeribitChain,
  price,
  type RfqQuote,
  readDeribitCsv,
  readInstrumentName,
} from "../src/index.ts";
import { booksOf, deribitServer, rpcResult } from "./support/deribitServer.ts";
import { recorded, STAMPS } from "./support/recorded.ts";

const TIME = Date.UTC(2026, 0, 1, 8) / 1000;
const EXPIRY = Date.UTC(2026, 0, 31, 8) / 1000;
const YEARS = (EXPIRY - TIME) / (365 * 86_400);
const STRIKES = [2600, 2800, 2900, 3000, 3100, 3200, 3400];

/** One row of a chain; a change of `undefined` empties a cell. */
interface Row {
  readonly name?: string;
  readonly strike: number;
  readonly type?: "call" | "put";
  readonly expiry?: string;
  readonly bid?: string;
  readonly ask?: string;
  readonly volatility?: string;
}

const HEADER =
  "snapshot_utc,instrument_name,currency,option_type,strike,expiry_datetime,index_price,futures_price,bid_price,ask_price,implied_volatility";
const csv = (rows: readonly Row[]) =>
  [
    HEADER,
    ...rows.map(({ strike, name, type, expiry, bid, ask, volatility }) => {
      const kind = type ?? (strike >= 3000 ? "call" : "put");
      return [
        "2026-01-01T08:00:00Z",
        name ?? `ETH-31JAN26-${strike}-${kind === "call" ? "C" : "P"}`,
        "ETH",
        kind,
        strike,
        expiry ?? "2026-01-31T08:00:00+00:00",
        3000,
        3000,
        bid ?? "0.01",
        ask ?? "0.02",
        volatility ?? "0.6",
      ].join(",");
    }),
  ].join("\n");
const good = STRIKES.map((strike): Row => ({ strike }));
const reasons = ({ dropped }: { readonly dropped: readonly DroppedQuote[] }) =>
  dropped.map(({ instrument, reason }) => `${instrument}: ${reason}`);
const failureOf = async (attempt: () => unknown): Promise<Error> => {
  try {
    await attempt();
  } catch (error) {
    return error as Error;
  }
  throw new Error("Nothing was thrown.");
};

describe("quant: chains from files", () => {
  it("reads every usable quote and says nothing of the others' absence where there are none", () => {
    const chain = readDeribitCsv(csv(good), "ETH");
    expect(chain).to.include({ currency: "ETH", time: TIME, spot: 3000 });
    expect(chain.dropped).to.deep.equal([]);
    expect(chain.expiries).to.have.length(1);
    const [slice] = chain.expiries;
    expect(slice).to.include({ expiry: EXPIRY, forward: 3000, years: YEARS });
    expect(slice?.quotes.map(({ strike }) => strike)).to.deep.equal(STRIKES);
    expect(currenciesOf(csv(good))).to.deep.equal(["ETH"]);
  });

  it("leaves out, and reports, each quote that is bad", () => {
    const cases: readonly [Row, RegExp][] = [
      [{ strike: 3050, bid: "", ask: "" }, /3050-C: its book is empty/],
      [{ strike: 3050, bid: "0.03" }, /3050-C: its book is crossed/],
      [{ strike: 3050, volatility: "0" }, /3050-C: it has no volatility/],
      [{ strike: 3100 }, /3100-C: the strike is there already/],
      [{ strike: 2950, type: "call" }, /2950-C: it is in the money/],
      [{ strike: 9000 }, /9000-C: it is beyond 5 to 95 delta/],
      [{ strike: 3050, volatility: "1.4" }, /3050-C: its volatility stands out/],
      [{ strike: 3050, name: "ETH-30JAN26-3050-C" }, /its name and its expiry disagree/],
      [{ strike: 3050, name: "ETH-31JAN26-3060-C" }, /its name and its strike disagree/],
      [{ strike: 3050, name: "ETH-31JAN26-3050-P" }, /its name and its type disagree/],
      [{ strike: 3050, name: "ETH-31FEB26-3050-C" }, /its name cannot be read/],
      [
        { strike: 3050, name: "ETH-31DEC25-3050-C", expiry: "2025-12-31T08:00:00+00:00" },
        /31DEC25-3050-C: it has expired/,
      ],
    ];
    for (const [row, pattern] of cases) {
      const chain = readDeribitCsv(csv([...good, row]), "ETH");
      expect(reasons(chain).join("\n"), String(pattern)).to.match(pattern);
      expect(chain.expiries[0]?.quotes.map(({ strike }) => strike)).to.deep.equal(STRIKES);
    }
  });

  it("takes an option that only one side quotes", () => {
    const { expiries } = readDeribitCsv(csv([...good, { strike: 3050, bid: "" }]), "ETH");
    expect(expiries[0]?.quotes).to.have.length(STRIKES.length + 1);
  });

  it("leaves an expiry of one strike out, and names a chain that has no other", () => {
    const lone = { strike: 3000, name: "ETH-27FEB26-3000-C", expiry: "2026-02-27T08:00:00+00:00" };
    const chain = readDeribitCsv(csv([...good, lone]), "ETH");
    expect(reasons(chain)).to.deep.equal(["ETH 2026-02-27: the expiry has only 1 usable quote"]);
    expect(chain.expiries).to.have.length(1);
    expect(() => readDeribitCsv(csv([lone]), "ETH")).to.throw(EmptyChainError, "only 1 usable quote");
    expect(() => readDeribitCsv(csv([]), "ETH")).to.throw(EmptyChainError, "it has no quotes");
    expect(() => readDeribitCsv(csv(good), "DOGE")).to.throw(EmptyChainError, "DOGE");
    const dead = good.map((row) => ({ ...row, bid: "", ask: "" }));
    expect(() => readDeribitCsv(csv(dead), "ETH")).to.throw(EmptyChainError, "7 times its book is empty");
  });

  it("names the broken line of a file, and the column that is missing", () => {
    expect(() => readDeribitCsv("a,b\n1,2\n", "ETH")).to.throw(ChainFileError, "snapshot_utc");
    expect(() => currenciesOf("a,b\n1,2\n")).to.throw(ChainFileError, "currency");
    expect(() => readDeribitCsv(`${HEADER}\nX,ETH,call,1\n`, "ETH")).to.throw(ChainFileError, "Line 2");
    const broken = csv(good).replace(",0.6", ",much");
    expect(() => readDeribitCsv(broken, "ETH")).to.throw(ChainFileError, "Line 2");
    expect(() => readDeribitCsv(csv([{ strike: 3000, expiry: "soon" }]), "ETH")).to.throw(
      ChainFileError,
      "expiry_datetime that is no time",
    );
  });

  it("reads the names of options", () => {
    expect(readInstrumentName("BTC-5MAR26-90000-C")).to.deep.equal({
      currency: "BTC",
      expiry: Date.UTC(2026, 2, 5, 8) / 1000,
      strike: 90_000,
      isCall: true,
    });
    expect(readInstrumentName("XRP_USDC-27MAR26-0d75-P")).to.include({ strike: 0.75, isCall: false });
    for (const name of ["BTC-PERPETUAL", "BTC-27MAR26", "BTC-27MRZ26-1-C", ""])
      expect(readInstrumentName(name), name).to.equal(undefined);
  });
});

describe("quant: chains from Deribit's API", () => {
  const books = booksOf(csv(good), "ETH");
  const index = rpcResult({ index_price: 3001.5, estimated_delivery_price: 3001.5 });
  const quick = { pause: 1, timeout: 2_000 };
  const withServer = async <T>(
    answers: Parameters<typeof deribitServer>[0],
    use: (server: Awaited<ReturnType<typeof deribitServer>>) => Promise<T>,
  ): Promise<T> => {
    const server = await deribitServer(answers);
    try {
      return await use(server);
    } finally {
      await server.close();
    }
  };
  const paths = { books: "get_book_summary_by_currency", index: "get_index_price" } as const;

  it("asks for the books and the index, and makes the same chain as the file of the same day", async () => {
    await withServer({ [paths.books]: [rpcResult(books)], [paths.index]: [index] }, async (server) => {
      const chain = await fetchDeribitChain("ETH", { url: server.url, ...quick });
      expect(chain).to.deep.equal({ ...readDeribitCsv(csv(good), "ETH"), spot: 3001.5 });
      expect([...server.requests].sort()).to.deep.equal([
        "/api/v2/public/get_book_summary_by_currency?currency=ETH&kind=option",
        "/api/v2/public/get_index_price?index_name=eth_usd",
      ]);
    });
  });

  it("makes of recorded answers what the recorded files say", async function () {
    for (const stamp of STAMPS) {
      const text = recorded(this, `deribit_chain_${stamp}.csv`);
      for (const currency of ["BTC", "ETH"]) {
        const answers = { [paths.books]: [rpcResult(booksOf(text, currency))], [paths.index]: [index] };
        const chain = await withServer(answers, ({ url }) => fetchDeribitChain(currency, { url, ...quick }));
        const shape = ({ expiries }: Chain) => expiries.map(({ expiry, quotes }) => [expiry, quotes.length]);
        expect(shape(chain)).to.deep.equal(shape(readDeribitCsv(text, currency)));
        expect(chain.expiries.length).to.be.greaterThan(10);
      }
    }
  });

  it("asks again after an outage, and gives up with a name", async () => {
    const busy = { status: 503, body: "<html>later</html>" };
    const answers = { [paths.books]: [busy, busy, rpcResult(books)], [paths.index]: [index] };
    await withServer(answers, async ({ url, requests }) => {
      expect((await fetchDeribitChain("ETH", { url, ...quick })).expiries).to.have.length(1);
      expect(requests.filter((path) => path.includes("book"))).to.have.length(3);
    });
    await withServer({ [paths.books]: [busy], [paths.index]: [index] }, async ({ url }) => {
      const error = await failureOf(() => fetchDeribitChain("ETH", { url, ...quick, attempts: 2 }));
      expect(error).to.be.instanceOf(DeribitError).and.include({ kind: "unreachable" });
      expect(error.message).to.contain("503");
    });
    const closed = await deribitServer({});
    await closed.close();
    const error = await failureOf(() => fetchDeribitChain("ETH", { url: closed.url, ...quick }));
    expect(error).to.be.instanceOf(DeribitError).and.include({ kind: "unreachable" });
  });

  it("gives up on an answer that takes too long", async () => {
    const slow = { ...rpcResult(books), delay: 3_000 };
    await withServer({ [paths.books]: [slow], [paths.index]: [index] }, async ({ url }) => {
      const error = await failureOf(() => fetchDeribitChain("ETH", { url, timeout: 50, attempts: 1 }));
      expect(error).to.be.instanceOf(DeribitError).and.include({ kind: "unreachable" });
      expect(error.message).to.contain("50 ms");
    });
  });

  it("passes a refusal on at once", async () => {
    const body = JSON.stringify({ jsonrpc: "2.0", error: { message: "Invalid params", code: -32602 } });
    const answers = { [paths.books]: [{ status: 400, body }], [paths.index]: [index] };
    await withServer(answers, async ({ url, requests }) => {
      const error = await failureOf(() => fetchDeribitChain("ETH", { url, ...quick }));
      expect(error).to.be.instanceOf(DeribitError).and.include({ kind: "refused" });
      expect(error.message).to.contain("Invalid params (-32602)");
      expect(requests.filter((path) => path.includes("book"))).to.have.length(1);
    });
  });

  it("names what is malformed", async () => {
    const [book = {}] = books;
    const cases: readonly [ReturnType<typeof rpcResult>, ReturnType<typeof rpcResult>, string][] = [
      [{ body: '{"result": [' }, index, "no JSON"],
      [{ body: "{}" }, index, "no result"],
      [rpcResult({}), index, "no list"],
      [rpcResult([{}]), index, "no instrument_name"],
      [rpcResult([{ ...book, mark_iv: "60" }]), index, "no number as mark_iv"],
      [rpcResult(books), rpcResult({ index_price: 0 }), "index of ETH"],
    ];
    for (const [first, second, text] of cases)
      await withServer({ [paths.books]: [first], [paths.index]: [second] }, async ({ url }) => {
        const error = await failureOf(() => fetchDeribitChain("ETH", { url, ...quick }));
        expect(error, text).to.be.instanceOf(DeribitError).and.include({ kind: "malformed" });
        expect(error.message).to.contain(text);
      });
  });

  it("leaves out what it cannot use: an empty chain has a name too", async () => {
    const odd = [
      { ...books[0], instrument_name: "BTC-31JAN26-2600-P" },
      { ...books[0], instrument_name: "ETH?" },
    ];
    const answers = { [paths.books]: [rpcResult([...books, ...odd]), rpcResult([])], [paths.index]: [index] };
    await withServer(answers, async ({ url }) => {
      expect(reasons(await fetchDeribitChain("ETH", { url, ...quick }))).to.deep.equal([
        "BTC-31JAN26-2600-P: it is not of ETH",
        "ETH?: its name cannot be read",
      ]);
      const error = await failureOf(() => fetchDeribitChain("ETH", { url, ...quick }));
      expect(error).to.be.instanceOf(EmptyChainError);
    });
  });
});

describe("quant: chains from dealers' quotes", () => {
  const snapshot = { currency: "ETH", time: TIME, spot: 3000 };
  const worth = (strike: number, volatility: number) =>
    price({ forward: 3000, strike, volatility, years: YEARS, isCall: strike >= 3000 });
  const quoteOf = (dealer: string, strike: number, low: number, high: number): RfqQuote => ({
    dealer,
    strike,
    expiry: EXPIRY,
    isCall: strike >= 3000,
    forward: 3000,
    bid: worth(strike, low),
    ask: worth(strike, high),
    validUntil: TIME + 10,
  });
  const quotes = STRIKES.flatMap((strike) => [
    quoteOf("a", strike, 0.5, 0.62),
    quoteOf("b", strike, 0.58, 0.7),
  ]);

  it("takes the best bid and the best ask, and the volatility in their middle", () => {
    const [slice] = chainFromRfqs(snapshot, quotes).expiries;
    expect(slice?.quotes).to.have.length(STRIKES.length);
    for (const { volatility } of slice?.quotes ?? []) expect(volatility).to.be.closeTo(0.6, 1e-9);
  });

  it("leaves out, and reports, quotes that do not bind or contradict each other", () => {
    const base = quoteOf("c", 3050, 0.5, 0.6);
    const cases: readonly [RfqQuote[], RegExp][] = [
      [[{ ...base, validUntil: TIME - 1 }], /c on .*3050 call: it binds no more/],
      [[{ ...base, expiry: TIME }], /it has expired/],
      [[{ ...base, bid: 0 }], /its price is not positive/],
      [[quoteOf("c", 3050, 0.6, 0.5)], /its book is crossed/],
      [[base, base], /the dealer quoted it already/],
      [[quoteOf("c", 3050, 0.55, 0.6), quoteOf("d", 3050, 0.62, 0.7)], /3050 call: its book is crossed/],
      [[{ ...base, bid: 5_000, ask: 6_000 }], /it has no volatility/],
    ];
    for (const [added, pattern] of cases)
      expect(reasons(chainFromRfqs(snapshot, [...quotes, ...added])).join("\n")).to.match(pattern);
    expect(() => chainFromRfqs(snapshot, [])).to.throw(EmptyChainError);
  });

  it("takes a quote of one side alone", () => {
    const asks = quotes.map(({ bid: _, ...quote }) => quote);
    for (const { volatility } of chainFromRfqs(snapshot, asks).expiries[0]?.quotes ?? [])
      expect(volatility).to.be.closeTo(0.62, 1e-9);
  });
});
