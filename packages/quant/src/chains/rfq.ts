import {
  assembleChain,
  type Chain,
  type DroppedQuote,
  median,
  midVolatility,
  type RawQuote,
  type Snapshot,
} from "./chain.ts";

const YEAR = 365 * 86_400;

/** A dealer's answer to a request for quote. Prices in USD, undiscounted; times in unix seconds. */
export interface RfqQuote {
  readonly dealer: string;
  readonly strike: number;
  readonly expiry: number;
  readonly isCall: boolean;
  /** Forward that the dealer quotes against. */
  readonly forward: number;
  /** What the dealer pays; absent if they do not buy. */
  readonly bid?: number;
  /** What the dealer asks; absent if they do not sell. */
  readonly ask?: number;
  /** The quote binds until then. */
  readonly validUntil: number;
}

/**
 * The chain that dealers' quotes make: an option has the best bid and the best ask of those that still bind. Where two
 * dealers cross, the quotes were made at different times and the option is left out.
 * @throws EmptyChainError
 */
export function chainFromRfqs(snapshot: Snapshot, quotes: readonly RfqQuote[]): Chain {
  const rejected: DroppedQuote[] = [];
  const options = new Map<string, RfqQuote[]>();
  const seen = new Set<string>();
  for (const quote of quotes) {
    const name = nameOf(snapshot.currency, quote);
    const own = `${quote.dealer} on ${name}`;
    const reason = seen.has(own) ? "the dealer quoted it already" : reasonToReject(quote, snapshot.time);
    if (reason) rejected.push({ instrument: own, reason });
    else options.set(name, [...(options.get(name) ?? []), quote]);
    seen.add(own);
  }
  const raw: RawQuote[] = [];
  for (const [instrument, list] of options) raw.push(bestOf(instrument, list, snapshot.time));
  return assembleChain(snapshot, raw, rejected);
}

function reasonToReject({ validUntil, expiry, bid, ask }: RfqQuote, time: number): string | undefined {
  if (validUntil < time) return "it binds no more";
  if (!(expiry > time)) return "it has expired";
  if ([bid, ask].some((price) => price !== undefined && !(price > 0))) return "its price is not positive";
  if (bid !== undefined && ask !== undefined && bid > ask) return "its book is crossed";
  return undefined;
}

function bestOf(instrument: string, quotes: readonly RfqQuote[], time: number): RawQuote {
  const [{ strike, expiry, isCall } = { strike: 0, expiry: 0, isCall: true }] = quotes;
  const forward = median(quotes.map((quote) => quote.forward));
  const bids = quotes.flatMap(({ bid }) => (bid === undefined ? [] : [bid]));
  const asks = quotes.flatMap(({ ask }) => (ask === undefined ? [] : [ask]));
  const bid = bids.length > 0 ? Math.max(...bids) : undefined;
  const ask = asks.length > 0 ? Math.min(...asks) : undefined;
  const option = { forward, strike, years: (expiry - time) / YEAR, isCall };
  const volatility = strike > 0 && forward > 0 ? (midVolatility(option, bid, ask) ?? 0) : 0;
  return { instrument, strike, expiry, isCall, forward, bid, ask, volatility };
}

function nameOf(currency: string, { expiry, strike, isCall }: RfqQuote): string {
  return `${currency} ${new Date(expiry * 1000).toISOString().slice(0, 10)} ${strike} ${isCall ? "call" : "put"}`;
}
