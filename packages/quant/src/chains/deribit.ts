import { assembleChain, type Chain, type DroppedQuote, type RawQuote } from "./chain.ts";
import { readInstrumentName } from "./instrumentName.ts";

/** Deribit's public API. */
export const DERIBIT_URL = "https://www.deribit.com/api/v2";

/** How to reach the API; every field has a default. */
export interface DeribitOptions {
  readonly url?: string;
  /** Milliseconds that one answer may take. */
  readonly timeout?: number;
  /** How often a request is sent that gets no answer, an answer that says "later", or a broken one. */
  readonly attempts?: number;
  /** Milliseconds before the second attempt; doubles each time. */
  readonly pause?: number;
}

/** What went wrong with a request. */
export type DeribitFailure = "unreachable" | "refused" | "malformed";

/** The API did not give a chain. */
export class DeribitError extends Error {
  override readonly name = "DeribitError";
  readonly kind: DeribitFailure;

  constructor(kind: DeribitFailure, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** One entry of `get_book_summary_by_currency`, as far as it is read. */
interface BookSummary {
  readonly instrument_name: string;
  readonly underlying_price: number;
  readonly bid_price: number | null;
  readonly ask_price: number | null;
  /** Per cent. */
  readonly mark_iv: number;
  /** Milliseconds. */
  readonly creation_timestamp: number;
}

/**
 * The chain of a currency as Deribit's public API has it now: one request for all books, one for the index.
 * @throws DeribitError, EmptyChainError
 */
export async function fetchDeribitChain(currency: string, options: DeribitOptions = {}): Promise<Chain> {
  const [books, index] = await Promise.all([
    request("public/get_book_summary_by_currency", { currency, kind: "option" }, options),
    request("public/get_index_price", { index_name: `${currency.toLowerCase()}_usd` }, options),
  ]);
  if (!Array.isArray(books)) throw new DeribitError("malformed", "Deribit's list of books is no list.");
  const spot = fieldOf(index, "index_price");
  if (typeof spot !== "number" || !(spot > 0))
    throw new DeribitError("malformed", `Deribit's index of ${currency} is not a price.`);
  const rejected: DroppedQuote[] = [];
  const quotes: RawQuote[] = [];
  let time = 0;
  for (const entry of books) {
    const book = readBook(entry);
    const quote = quoteOf(book, currency);
    time = Math.max(time, Math.floor(book.creation_timestamp / 1000));
    if (typeof quote === "string") rejected.push({ instrument: book.instrument_name, reason: quote });
    else quotes.push(quote);
  }
  return assembleChain({ currency, time, spot }, quotes, rejected);
}

function quoteOf(book: BookSummary, currency: string): RawQuote | string {
  const named = readInstrumentName(book.instrument_name);
  if (!named) return "its name cannot be read";
  if (named.currency !== currency) return `it is not of ${currency}`;
  const { strike, expiry, isCall } = named;
  return {
    instrument: book.instrument_name,
    strike,
    expiry,
    isCall,
    forward: book.underlying_price,
    bid: book.bid_price ?? undefined,
    ask: book.ask_price ?? undefined,
    volatility: book.mark_iv / 100,
  };
}

function readBook(entry: unknown): BookSummary {
  const name = fieldOf(entry, "instrument_name");
  if (typeof name !== "string")
    throw new DeribitError("malformed", "A book of Deribit has no instrument_name.");
  const number = (key: string): number => {
    const value = fieldOf(entry, key);
    if (typeof value !== "number")
      throw new DeribitError("malformed", `The book of ${name} has no number as ${key}.`);
    return value;
  };
  const price = (key: string): number | null => (fieldOf(entry, key) == null ? null : number(key));
  return {
    instrument_name: name,
    underlying_price: number("underlying_price"),
    bid_price: price("bid_price"),
    ask_price: price("ask_price"),
    mark_iv: number("mark_iv"),
    creation_timestamp: number("creation_timestamp"),
  };
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

/** The `result` of a JSON-RPC answer over HTTP GET. */
async function request(
  method: string,
  query: Readonly<Record<string, string>>,
  { url = DERIBIT_URL, timeout = 10_000, attempts = 3, pause = 500 }: DeribitOptions,
): Promise<unknown> {
  const address = `${url}/${method}?${new URLSearchParams(query)}`;
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask(address, method, timeout);
    } catch (error) {
      const isFinal = !(error instanceof DeribitError) || error.kind === "refused" || attempt >= attempts;
      if (isFinal) throw error;
      await new Promise((done) => setTimeout(done, pause * 2 ** (attempt - 1)));
    }
  }
}

async function ask(address: string, method: string, timeout: number): Promise<unknown> {
  let status: number;
  let body: unknown;
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(timeout) });
    status = response.status;
    const text = await response.text();
    // A proxy answers with a page; that is no more an answer than silence.
    body = text.startsWith("{") ? JSON.parse(text) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new DeribitError("malformed", `Deribit's answer to ${method} is no JSON.`);
    const reason =
      error instanceof Error && error.name === "TimeoutError" ? `${timeout} ms passed` : String(error);
    throw new DeribitError("unreachable", `Deribit did not answer ${method}: ${reason}.`);
  }
  const refusal = fieldOf(body, "error");
  if (refusal !== undefined && status !== 429) {
    throw new DeribitError(
      "refused",
      `Deribit refused ${method}: ${String(fieldOf(refusal, "message"))} (${String(fieldOf(refusal, "code"))}).`,
    );
  }
  if (status !== 200)
    throw new DeribitError("unreachable", `Deribit answered ${method} with status ${status}.`);
  const result = fieldOf(body, "result");
  if (result === undefined)
    throw new DeribitError("malformed", `Deribit's answer to ${method} has no result.`);
  return result;
}
