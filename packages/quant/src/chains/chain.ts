import { timeValue } from "../black76.ts";
import type { ExpiryQuotes, VolQuote } from "../calibration.ts";
import { impliedVol } from "../impliedVol.ts";
import { normalCdf } from "../normal.ts";

const YEAR = 365 * 86_400;
const NEAREST_DELTA = 0.05;
const FARTHEST_DELTA = 0.95;
const LEAST_QUOTES = 5;
/** The last time that a date can tell [s]. */
const LATEST = 8.64e12;
/** A volatility that is off the line through its neighbours by this much, and by OUTLIER_RATIO times the usual, is wrong. */
const OUTLIER_POINTS = 0.05;
const OUTLIER_RATIO = 6;

/** What a source says of one option, before anything was judged. Times in unix seconds, volatilities per year. */
export interface RawQuote {
  /** Name that reports use. */
  readonly instrument: string;
  readonly strike: number;
  readonly expiry: number;
  readonly isCall: boolean;
  /** Forward of the expiry [USD]. */
  readonly forward: number;
  /** Bid and ask, in any unit that both share; undefined where nobody quotes. */
  readonly bid: number | undefined;
  readonly ask: number | undefined;
  /** Volatility to fit. */
  readonly volatility: number;
}

/** A quote or an expiry that was left out, and why. */
export interface DroppedQuote {
  readonly instrument: string;
  readonly reason: string;
}

/** Quotes of one expiry that can be fitted. */
export interface ChainExpiry extends ExpiryQuotes {
  /** Unix seconds. */
  readonly expiry: number;
}

/** One currency's chain. */
export interface Chain {
  readonly currency: string;
  /** When it was taken, unix seconds. */
  readonly time: number;
  /** Price of the underlying [USD]. */
  readonly spot: number;
  readonly expiries: readonly ChainExpiry[];
  readonly dropped: readonly DroppedQuote[];
}

/** A chain without one usable expiry; the message says what became of its quotes. */
export class EmptyChainError extends Error {
  override readonly name = "EmptyChainError";
  readonly dropped: readonly DroppedQuote[];

  constructor(currency: string, dropped: readonly DroppedQuote[]) {
    const counts = new Map<string, number>();
    for (const { reason } of dropped) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    const why = [...counts]
      .sort((a, b) => b[1] - a[1])
      .map(([reason, count]) => `${timesOf(count)} ${reason}`);
    super(
      `The chain of ${currency} has no expiry to fit: ${why.slice(0, 3).join("; ") || "it has no quotes"}.`,
    );
    this.dropped = dropped;
  }
}

/** A chain whose spot or time is none. */
export class BadSnapshotError extends Error {
  override readonly name = "BadSnapshotError";
}

/** Where and when quotes were taken. */
export interface Snapshot {
  readonly currency: string;
  readonly time: number;
  readonly spot: number;
}

/**
 * Judges quotes and sorts those that can be fitted by expiry and strike: out of the money, 5 to 95 delta, one a strike,
 * at least five an expiry, and none far off the line through its neighbours. Everything left out is reported.
 * @throws EmptyChainError if nothing is left; BadSnapshotError without a spot or a time
 */
export function assembleChain(
  snapshot: Snapshot,
  raw: readonly RawQuote[],
  rejected: readonly DroppedQuote[],
): Chain {
  requireSnapshot(snapshot, raw.length);
  const dropped = [...rejected];
  const groups = new Map<number, RawQuote[]>();
  for (const quote of raw) {
    const group = groups.get(quote.expiry) ?? [];
    const reason =
      reasonToDrop(quote, snapshot.time) ??
      (group.some(({ strike }) => strike === quote.strike) ? "the strike is there already" : undefined);
    if (reason) dropped.push({ instrument: quote.instrument, reason });
    else groups.set(quote.expiry, [...group, quote]);
  }
  const expiries: ChainExpiry[] = [];
  for (const [expiry, group] of [...groups].sort(([a], [b]) => a - b)) {
    const quotes = withoutOutliers(group, dropped);
    if (quotes.length < LEAST_QUOTES) {
      dropped.push({
        instrument: `${snapshot.currency} ${new Date(expiry * 1000).toISOString().slice(0, 10)}`,
        reason: `the expiry has only ${quotes.length} usable quote${quotes.length === 1 ? "" : "s"}`,
      });
      continue;
    }
    const forward = median(group.map((quote) => quote.forward));
    expiries.push({ expiry, years: (expiry - snapshot.time) / YEAR, forward, quotes });
  }
  if (expiries.length === 0) throw new EmptyChainError(snapshot.currency, dropped);
  return { ...snapshot, expiries, dropped };
}

/** Quotes of no known moment or without a price of the underlying say nothing; without quotes there may be neither. */
function requireSnapshot({ currency, time, spot }: Snapshot, quotes: number): void {
  if (quotes === 0) return;
  if (!(spot > 0 && spot < Number.POSITIVE_INFINITY))
    throw new BadSnapshotError(`The chain of ${currency} has the spot ${spot}; it must be positive.`);
  if (!(time > 0 && time <= LATEST))
    throw new BadSnapshotError(`The chain of ${currency} has the time ${time}; it must be in unix seconds.`);
}

/** Why a quote is not used; undefined if it is. */
function reasonToDrop(quote: RawQuote, time: number): string | undefined {
  const { strike, expiry, forward, volatility, isCall, bid, ask } = quote;
  if (!(expiry > time)) return "it has expired";
  if (!(strike > 0) || !(forward > 0)) return "strike or forward is not positive";
  if (bid === undefined && ask === undefined) return "its book is empty";
  if (bid !== undefined && ask !== undefined && bid > ask) return "its book is crossed";
  if (!(volatility > 0) || !Number.isFinite(volatility)) return "it has no volatility";
  const deviation = volatility * Math.sqrt((expiry - time) / YEAR);
  const callDelta = normalCdf(Math.log(forward / strike) / deviation + deviation / 2);
  if (callDelta < NEAREST_DELTA || callDelta > FARTHEST_DELTA) return "it is beyond 5 to 95 delta";
  if (isCall !== strike >= forward) return "it is in the money; its counterpart is used";
  return undefined;
}

/** Quotes by strike, less those that stand out; the worst goes first, as it bends the line of its neighbours. */
function withoutOutliers(group: readonly RawQuote[], dropped: DroppedQuote[]): VolQuote[] {
  const kept = [...group].sort((a, b) => a.strike - b.strike);
  while (kept.length > LEAST_QUOTES) {
    const misses = kept.map((_, i) => missOf(kept, i));
    const worst = misses.indexOf(Math.max(...misses));
    const bound = Math.max(OUTLIER_POINTS, OUTLIER_RATIO * median(misses));
    if ((misses[worst] ?? 0) <= bound) break;
    const [quote] = kept.splice(worst, 1);
    if (quote)
      dropped.push({
        instrument: quote.instrument,
        reason: "its volatility stands out from its neighbours'",
      });
  }
  return kept.map(({ strike, volatility }) => ({ strike, volatility }));
}

/** How far a volatility is from the line through its neighbours; at an end, from the line through the two beside it. */
function missOf(quotes: readonly RawQuote[], index: number): number {
  const first = index === 0 ? 1 : index === quotes.length - 1 ? index - 2 : index - 1;
  const second = index === 0 ? 2 : index === quotes.length - 1 ? index - 1 : index + 1;
  const [a, b, own] = [quotes[first], quotes[second], quotes[index]];
  if (!a || !b || !own) return 0;
  const share = Math.log(own.strike / a.strike) / Math.log(b.strike / a.strike);
  return Math.abs(a.volatility + share * (b.volatility - a.volatility) - own.volatility);
}

/**
 * Volatility in the middle of a bid and an ask given as prices [USD, undiscounted]: the middle of both volatilities, or
 * the one there is.
 * @returns undefined where no volatility gives a price
 */
export function midVolatility(
  option: {
    readonly forward: number;
    readonly strike: number;
    readonly years: number;
    readonly isCall: boolean;
  },
  bid: number | undefined,
  ask: number | undefined,
): number | undefined {
  const { forward, strike, years, isCall } = option;
  const found = [bid, ask].flatMap((price) => {
    if (price === undefined) return [];
    const least = Math.max(isCall ? forward - strike : strike - forward, 0);
    const most = least + timeValue(forward, strike, 10 * Math.sqrt(years));
    return price > least && price < most ? [impliedVol(price, forward, strike, years, isCall)] : [];
  });
  return found.length === 0 ? undefined : found.reduce((sum, one) => sum + one, 0) / found.length;
}

/** "once", or how many times. */
export const timesOf = (count: number): string => (count === 1 ? "once" : `${count} times`);

/** The middle of the sorted values; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
