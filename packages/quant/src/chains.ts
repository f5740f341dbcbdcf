import type { ExpiryQuotes, VolQuote } from "./calibration.ts";

/** A chain file that cannot be read. */
export class ChainFileError extends Error {
  override readonly name = "ChainFileError";
}

/** A quote that was left out, and why. */
export interface DroppedQuote {
  readonly instrument: string;
  readonly reason: string;
}

/** One currency's chain. */
export interface Chain {
  readonly currency: string;
  readonly expiries: readonly ExpiryQuotes[];
  readonly dropped: readonly DroppedQuote[];
}

const COLUMNS = [
  "instrument_name",
  "currency",
  "option_type",
  "strike",
  "time_to_maturity",
  "futures_price",
  "implied_volatility",
  "delta",
];
const NEAREST_DELTA = 0.05;
const FARTHEST_DELTA = 0.95;
const LEAST_QUOTES = 5;

/**
 * Reads a recorded Deribit chain (CSV) of one currency: mark volatilities of options out of the money, 5 to 95 delta.
 * @throws ChainFileError naming the line that is broken or the column that is missing
 */
export function readDeribitCsv(text: string, currency: string): Chain {
  const [header = "", ...lines] = text.trimEnd().split(/\r?\n/);
  const names = header.split(",");
  const missing = COLUMNS.find((column) => !names.includes(column));
  if (missing) throw new ChainFileError(`The chain has no column "${missing}".`);
  const dropped: DroppedQuote[] = [];
  const groups = new Map<number, { forward: number; quotes: Map<number, VolQuote> }>();
  lines.forEach((line, index) => {
    const cells = line.split(",");
    if (cells.length !== names.length) {
      throw new ChainFileError(
        `Line ${index + 2} of the chain has ${cells.length} fields instead of ${names.length}.`,
      );
    }
    const cell = (name: string) => cells[names.indexOf(name)] ?? "";
    if (cell("currency") !== currency) return;
    const numbers = ["strike", "time_to_maturity", "futures_price", "implied_volatility", "delta"].map(
      (name) => Number(cell(name)),
    );
    if (numbers.some(Number.isNaN))
      throw new ChainFileError(`Line ${index + 2} of the chain holds something that is no number.`);
    const [strike = 0, years = 0, forward = 0, volatility = 0, delta = 0] = numbers;
    const instrument = cell("instrument_name");
    const isCall = cell("option_type") === "call";
    const reason = reasonToDrop(strike, years, forward, volatility, delta, isCall);
    if (reason) {
      dropped.push({ instrument, reason });
      return;
    }
    const group = groups.get(years) ?? { forward, quotes: new Map<number, VolQuote>() };
    if (group.quotes.has(strike)) dropped.push({ instrument, reason: "the strike is there already" });
    else group.quotes.set(strike, { strike, volatility });
    groups.set(years, group);
  });
  const expiries = [...groups]
    .sort(([a], [b]) => a - b)
    .filter(([years, { quotes }]) => {
      if (quotes.size >= LEAST_QUOTES) return true;
      dropped.push({
        instrument: `${currency} at ${years.toFixed(4)} years`,
        reason: `only ${quotes.size} usable quotes`,
      });
      return false;
    })
    .map(([years, { forward, quotes }]) => ({
      years,
      forward,
      quotes: [...quotes.values()].sort((a, b) => a.strike - b.strike),
    }));
  return { currency, expiries, dropped };
}

function reasonToDrop(
  strike: number,
  years: number,
  forward: number,
  volatility: number,
  delta: number,
  isCall: boolean,
): string | undefined {
  if (!(years > 0)) return "it has expired";
  if (!(strike > 0) || !(forward > 0)) return "strike or forward is not positive";
  if (!(volatility > 0)) return "it has no volatility";
  const callDelta = isCall ? delta : 1 + delta;
  if (callDelta < NEAREST_DELTA || callDelta > FARTHEST_DELTA) return "it is beyond 5 to 95 delta";
  if (isCall !== strike >= forward) return "it is in the money; its counterpart is used";
  return undefined;
}
