import { assembleChain, type Chain, type DroppedQuote, median, type RawQuote } from "./chain.ts";
import { readInstrumentName } from "./instrumentName.ts";

/** A chain file that cannot be read. */
export class ChainFileError extends Error {
  override readonly name = "ChainFileError";
}

const NUMBERS = ["strike", "index_price", "futures_price", "implied_volatility"] as const;
const COLUMNS = [
  "snapshot_utc",
  "instrument_name",
  "currency",
  "option_type",
  "expiry_datetime",
  "bid_price",
  "ask_price",
  ...NUMBERS,
] as const;
type Column = (typeof COLUMNS)[number];

interface Row {
  readonly cell: (name: Column) => string;
  readonly number: (name: Column) => number;
  /** Unix seconds. */
  readonly time: (name: Column) => number;
}

/**
 * Reads a recorded Deribit chain (CSV) of one currency: mark volatilities of options out of the money, 5 to 95 delta.
 * @throws ChainFileError naming the line that is broken or the column that is missing; EmptyChainError; BadSnapshotError
 */
export function readDeribitCsv(text: string, currency: string): Chain {
  const [header = "", ...lines] = text.trimEnd().split(/\r?\n/);
  const names = header.split(",");
  const missing = COLUMNS.find((column) => !names.includes(column));
  if (missing) throw new ChainFileError(`The chain has no column "${missing}".`);
  const rows = lines
    .map((line, index) => rowOf(line, index + 2, names))
    .filter(({ cell }) => cell("currency") === currency);
  const quotes: RawQuote[] = [];
  const rejected: DroppedQuote[] = [];
  for (const row of rows) {
    const quote = quoteOf(row);
    const reason = disagreement(quote);
    if (reason) rejected.push({ instrument: quote.instrument, reason });
    else quotes.push(quote);
  }
  const time = Math.max(0, ...rows.map((row) => row.time("snapshot_utc")));
  const spot = median(rows.map((row) => row.number("index_price")));
  return assembleChain({ currency, time, spot }, quotes, rejected);
}

/** The currencies that a chain file has quotes of, in the order of their names. */
export function currenciesOf(text: string): string[] {
  const [header = "", ...lines] = text.trimEnd().split(/\r?\n/);
  const index = header.split(",").indexOf("currency");
  if (index < 0) throw new ChainFileError('The chain has no column "currency".');
  return [...new Set(lines.map((line) => line.split(",")[index] ?? ""))].filter((name) => name !== "").sort();
}

function rowOf(line: string, number: number, names: readonly string[]): Row {
  const cells = line.split(",");
  if (cells.length !== names.length) {
    throw new ChainFileError(
      `Line ${number} of the chain has ${cells.length} fields instead of ${names.length}.`,
    );
  }
  const cell = (name: Column) => cells[names.indexOf(name)] ?? "";
  const bad = NUMBERS.find((name) => cell(name) === "" || !Number.isFinite(Number(cell(name))));
  if (bad) throw new ChainFileError(`Line ${number} of the chain holds a ${bad} that is no number.`);
  const time = (name: Column) => Math.floor(Date.parse(cell(name)) / 1000);
  for (const name of ["snapshot_utc", "expiry_datetime"] as const) {
    if (Number.isNaN(time(name)))
      throw new ChainFileError(`Line ${number} of the chain holds a ${name} that is no time.`);
  }
  return { cell, number: (name) => Number(cell(name)), time };
}

function quoteOf({ cell, number, time }: Row): RawQuote {
  const priceOf = (name: Column) => (number(name) > 0 ? number(name) : undefined);
  return {
    instrument: cell("instrument_name"),
    strike: number("strike"),
    expiry: time("expiry_datetime"),
    isCall: cell("option_type") === "call",
    forward: number("futures_price"),
    bid: priceOf("bid_price"),
    ask: priceOf("ask_price"),
    volatility: number("implied_volatility"),
  };
}

/** What the name says must be what the columns say. */
function disagreement({ instrument, strike, expiry, isCall }: RawQuote): string | undefined {
  const named = readInstrumentName(instrument);
  if (!named) return "its name cannot be read";
  if (named.expiry !== expiry) return "its name and its expiry disagree";
  if (named.strike !== strike) return "its name and its strike disagree";
  return named.isCall === isCall ? undefined : "its name and its type disagree";
}
