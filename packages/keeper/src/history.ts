import { greeks, type ObservedTrade, type TimedPrice, totalVariance } from "@ballast/quant";
import { type Ballast, feedDecimals, type Round, roundsSince, type Series, seriesOf } from "@ballast/sdk";
import type { Provider } from "ethers";

const CHUNK = 5_000;
const YEAR = 365 * 86_400;
const VOLATILITY_FLOOR = 0.01;
/** A surface serves two hours, so one that served the first trade of a window was posted no earlier. */
const SURFACE_LIFE = 2 * 3_600;

/** What the chain tells of a market's recent past. */
export interface MarketHistory {
  /** Rounds of its feed in the order of time, the first in force when the window began [USD]. */
  readonly prices: readonly TimedPrice[];
  /** Trades with the vault that are old enough to be looked at again. */
  readonly trades: readonly ObservedTrade[];
  /** Trades of the window without a surface or price then, or later. */
  readonly unmarked: number;
}

/** Reads what happened from the chain alone, so that anybody gets the same. Knows again after a restart. */
export interface HistoryWatch {
  /**
   * @param window seconds before `now` that are looked at
   * @param horizon seconds after a trade at which it is looked at again
   */
  look(market: number, now: number, window: number, horizon: number): Promise<MarketHistory>;
}

interface Trade {
  readonly series: Series;
  readonly time: number;
  readonly quantity: number;
  readonly fair: number;
}

/** A report of a surface as it was posted. */
interface Surface {
  readonly market: number;
  readonly postedAt: number;
  readonly timestamp: number;
  readonly spot: number;
  readonly slices: ReadonlyMap<number, { forward: number; theta: number; psi: number; rho: number }>;
}

/** Watches trades, surfaces and rounds of a deployment. */
export function watchHistory(ballast: Ballast): HistoryWatch {
  const events = eventReader(ballast);
  const rounds = new Map<number, Map<bigint, Round>>();
  return {
    async look(market, now, window, horizon) {
      const since = now - window;
      const info = ballast.deployment.markets.find(({ index }) => index === market);
      if (!info) return { prices: [], trades: [], unmarked: 0 };
      const known = rounds.get(market) ?? new Map<bigint, Round>();
      rounds.set(market, known);
      const [decimals, found] = await Promise.all([
        feedDecimals(info.aggregator, ballast.runner),
        roundsSince(info.aggregator, since, ballast.runner, known),
      ]);
      const prices = pricesOf(found, decimals);
      const { trades, surfaces } = await events.since(since);
      const due = trades.filter(
        ({ series, time }) =>
          series.market === market && time > since && time + horizon <= now && time + horizon < series.expiry,
      );
      const own = surfaces.filter((surface) => surface.market === market);
      const observed = due.map((trade) => observe(trade, own, prices, horizon));
      const marked = observed.filter((trade) => trade !== undefined);
      return { prices, trades: marked, unmarked: observed.length - marked.length };
    },
  };
}

/** A round that came in the second of another replaces it. */
function pricesOf(rounds: readonly Round[], decimals: number): TimedPrice[] {
  const prices = new Map<number, TimedPrice>();
  for (const { updatedAt, answer } of rounds) {
    if (answer > 0n) prices.set(updatedAt, { time: updatedAt, price: Number(answer) / 10 ** decimals });
  }
  return [...prices.values()].sort((a, b) => a.time - b.time);
}

function observe(
  { series, time, quantity, fair }: Trade,
  surfaces: readonly Surface[],
  prices: readonly TimedPrice[],
  horizon: number,
): ObservedTrade | undefined {
  const later = time + horizon;
  const mark = markAt(series, surfaces, prices, time);
  const laterMark = markAt(series, surfaces, prices, later);
  if (!mark || !laterMark) return undefined;
  const next = prices.find((point) => point.time > time && point.time <= later)?.time ?? later;
  const hedged = markAt(series, surfaces, prices, next);
  if (!hedged) return undefined;
  return {
    time,
    quantity,
    value: fair / quantity,
    delta: mark.delta,
    vega: mark.vega,
    laterValue: laterMark.value,
    laterForward: laterMark.forward,
    hedgedForward: hedged.forward,
  };
}

/** Value and sensitivities of a series by what was known at a time; undefined if that was too little. */
function markAt(
  { expiry, strike, kind }: Series,
  surfaces: readonly Surface[],
  prices: readonly TimedPrice[],
  time: number,
) {
  const spot = prices.findLast((point) => point.time <= time)?.price;
  const surface = surfaces.findLast(({ postedAt, slices }) => postedAt <= time && slices.has(expiry));
  const slice = surface?.slices.get(expiry);
  if (spot === undefined || !surface || !slice) return undefined;
  const forward = (slice.forward * spot) / surface.spot;
  const dollars = Number(strike) / 1e18;
  const years = (expiry - time) / YEAR;
  const left = (expiry - Math.max(time, surface.timestamp)) / (expiry - surface.timestamp);
  const variance = totalVariance(slice, Math.log(dollars / forward)) * left;
  const volatility = Math.max(Math.sqrt(variance / years), VOLATILITY_FLOOR);
  const {
    price: value,
    delta,
    vega,
  } = greeks({
    forward,
    strike: dollars,
    volatility,
    years,
    isCall: kind === "call",
  });
  return { value, delta, vega, forward };
}

/** Trades and surfaces from events, read once each. */
function eventReader(ballast: Ballast) {
  const { provider } = ballast.runner;
  if (!provider) throw new Error("The keeper needs a provider to read events from.");
  const times = blockTimes(provider);
  let trades: Trade[] = [];
  let surfaces: Surface[] = [];
  let next: number | undefined;
  return {
    async since(time: number) {
      const latest = await provider.getBlockNumber();
      const start = time - SURFACE_LIFE;
      next ??= await firstBlockAt(times, ballast.deployment.fromBlock, latest, start);
      while (next <= latest) {
        const to = Math.min(next + CHUNK - 1, latest);
        trades.push(...(await tradesBetween(ballast, times, next, to)));
        surfaces.push(...(await surfacesBetween(ballast, provider, times, next, to)));
        next = to + 1;
      }
      trades = trades.filter((trade) => trade.time >= time);
      surfaces = surfaces.filter(({ postedAt }) => postedAt >= start);
      return { trades, surfaces };
    },
  };
}

async function tradesBetween(
  ballast: Ballast,
  times: BlockTimes,
  from: number,
  to: number,
): Promise<Trade[]> {
  const { tradeDesk } = ballast;
  const logs = await tradeDesk.queryFilter(tradeDesk.filters.Traded(), from, to);
  return Promise.all(
    logs.map(async ({ args, blockNumber }) => ({
      series: seriesOf(args.instrument),
      time: await times(blockNumber),
      quantity: Number(args.quantity) / 1e18,
      fair: Number(args.fair) / 1e18,
    })),
  );
}

/** Reports stand in the data of the transactions that posted them; one posted by a contract is not seen. */
async function surfacesBetween(
  ballast: Ballast,
  provider: Provider,
  times: BlockTimes,
  from: number,
  to: number,
): Promise<Surface[]> {
  const { surfaceFeed } = ballast;
  const logs = await surfaceFeed.queryFilter(surfaceFeed.filters.SurfacePosted(), from, to);
  const found = await Promise.all(
    logs.map(async (log): Promise<Surface[]> => {
      const transaction = await provider.getTransaction(log.transactionHash);
      const call = transaction && surfaceFeed.interface.parseTransaction({ data: transaction.data });
      if (call?.name !== "post") return [];
      const [report] = call.args as unknown as [PostedReport];
      const plain = (value: bigint) => Number(value) / 1e18;
      const slices = report.slices.map(({ expiry, forward, theta, psi, rho }) => {
        const shape = { forward: plain(forward), theta: plain(theta), psi: plain(psi), rho: plain(rho) };
        return [Number(expiry), shape] as const;
      });
      return [
        {
          market: Number(report.market),
          postedAt: await times(log.blockNumber),
          timestamp: Number(report.timestamp),
          spot: plain(report.spot),
          slices: new Map(slices),
        },
      ];
    }),
  );
  return found.flat();
}

interface PostedReport {
  readonly market: bigint;
  readonly timestamp: bigint;
  readonly spot: bigint;
  readonly slices: readonly Readonly<Record<"expiry" | "forward" | "theta" | "psi" | "rho", bigint>>[];
}

type BlockTimes = (block: number) => Promise<number>;

function blockTimes(provider: Provider): BlockTimes {
  const known = new Map<number, number>();
  return async (block) => {
    const time = known.get(block) ?? (await provider.getBlock(block))?.timestamp ?? 0;
    known.set(block, time);
    return time;
  };
}

/** The first block that is not older than a time, found by halving. */
async function firstBlockAt(times: BlockTimes, from: number, latest: number, time: number): Promise<number> {
  let [low, high] = [from, latest];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((await times(middle)) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
