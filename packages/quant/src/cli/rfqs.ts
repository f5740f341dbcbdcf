import { type Chain, chainFromRfqs, type RfqQuote, readInstrumentName } from "../chains/index.ts";
import { InputError } from "./failure.ts";
import { type Reader, readJson } from "./files.ts";

/**
 * Reads `{ "currency": "ETH", "time": 1767603600, "spot": 3000, "quotes": [{ "dealer": "a", "instrument":
 * "ETH-30JAN26-3000-C", "forward": 3010, "bid": 210, "ask": 214, "validUntil": 1767603660 }] }`: prices in USD, undiscounted;
 * a bid or an ask may be left out.
 */
export function readRfqs(file: string): Chain {
  const { currency, time, spot, quotes } = readJson(file).fields("currency", "time", "spot", "quotes");
  if (!currency || !time || !spot || !quotes)
    throw new InputError(`${file} needs currency, time, spot and quotes.`);
  const snapshot = { currency: currency.text(), time: time.number(), spot: spot.number() };
  return chainFromRfqs(
    snapshot,
    quotes.items().map((item) => quoteOf(item, snapshot.currency)),
  );
}

function quoteOf(item: Reader, currency: string): RfqQuote {
  const { dealer, instrument, forward, bid, ask, validUntil } = item.fields(
    ...["dealer", "instrument", "forward", "bid", "ask", "validUntil"],
  );
  if (!dealer || !instrument || !forward || !validUntil)
    throw new InputError(`${item.place} needs dealer, instrument, forward and validUntil.`);
  const named = readInstrumentName(instrument.text());
  const { strike, expiry, isCall } =
    named?.currency === currency
      ? named
      : instrument.fail(`a name of ${currency} such as ${currency}-27MAR26-3000-C`);
  return {
    ...{ strike, expiry, isCall },
    dealer: dealer.text(),
    forward: forward.number(),
    validUntil: validUntil.number(),
    ...(bid ? { bid: bid.number() } : {}),
    ...(ask ? { ask: ask.number() } : {}),
  };
}
