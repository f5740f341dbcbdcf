import {
  groupParts,
  type MarketPrice,
  packPosition,
  readPrice,
  type SurfaceReport,
  seriesOf,
  signReport,
  WAD,
} from "@ballast/sdk";
import type { Action, KeeperContext, KeeperLimits, SurfaceSlice } from "../task.ts";

const FORWARD_STEP = 10n ** 10n;
const VARIANCE_STEP = 10n ** 6n;
const RHO_STEP = 10n ** 9n;

/** Why a surface should be posted now; undefined if it need not be. */
export function feedReason(
  last: { readonly spot: bigint; readonly timestamp: number },
  price: MarketPrice,
  now: number,
  limits: KeeperLimits,
): string | undefined {
  if (price.status !== "Ok") return undefined;
  if (last.timestamp === 0) return "no surface was ever posted";
  const age = now - last.timestamp;
  if (age <= 0) return undefined;
  if (age >= limits.feedHeartbeat) return `the last surface is ${age} s old`;
  const move = last.spot > price.price ? last.spot - price.price : price.price - last.spot;
  if (move * WAD >= limits.feedSpotMove * last.spot)
    return `spot moved ${Number((move * 10_000n) / last.spot) / 100} % since the last`;
  return undefined;
}

/** The report for a market at `spot`, rounded to the units the contract packs. */
export function buildReport(
  market: number,
  timestamp: number,
  spot: bigint,
  slices: readonly SurfaceSlice[],
): SurfaceReport {
  return {
    market,
    timestamp,
    spot,
    slices: slices.map((slice) => ({
      expiry: slice.expiry,
      forward: floorTo((spot * slice.forwardRatio) / WAD, FORWARD_STEP),
      theta: floorTo(slice.theta, VARIANCE_STEP),
      psi: floorTo(slice.psi, VARIANCE_STEP),
      rho: (slice.rho / RHO_STEP) * RHO_STEP,
    })),
  };
}

/** Posts surfaces that are due, then refreshes the risk arrays that are not current. */
export async function feed(context: KeeperContext): Promise<Action[]> {
  const posts = await Promise.all(
    context.ballast.deployment.markets.map(({ index }) => postSurface(context, index)),
  );
  return [...posts.flat(), ...(await refreshArrays(context))];
}

async function postSurface(context: KeeperContext, market: number): Promise<Action[]> {
  const { ballast, surfaceSource, sender } = context;
  if (!surfaceSource) return [];
  const [last, price, block] = await Promise.all([
    ballast.surfaceFeed.lastReport(market),
    readPrice(ballast, market),
    ballast.runner.provider?.getBlock("latest"),
  ]);
  const now = block?.timestamp ?? 0;
  const why = feedReason({ spot: last.spot, timestamp: Number(last.timestamp) }, price, now, context.limits);
  if (!why) return [];
  const slices = await surfaceSource(market, now);
  if (slices.length === 0) return [];
  const report = buildReport(market, now, price.price, slices);
  const signatures = await signReport(ballast, report, context.surfaceSigners);
  const feedContract = ballast.surfaceFeed.connect(sender);
  const argument = { ...report, slices: [...report.slices] };
  return [
    {
      task: "feed",
      what: `post the surface of market ${market} with ${slices.length} expiries`,
      why,
      simulate: () => feedContract.post.staticCall(argument, signatures),
      send: () => feedContract.post(argument, signatures),
    },
  ];
}

/** The vault's book first, an expiry at a time; then every other open series that has stale strikes. */
async function refreshArrays(context: KeeperContext): Promise<Action[]> {
  const { ballast, sender } = context;
  const actions = await refreshBook(context);
  const words = await openSeries(context);
  const arrays = ballast.riskArrays.connect(sender);
  const groups = new Map<bigint, bigint[]>();
  for (const word of words) groups.set(word >> 100n, [...(groups.get(word >> 100n) ?? []), word]);
  for (const group of groups.values()) {
    for (let start = 0; start < group.length; start += 24) {
      const chunk = group.slice(start, start + 24);
      const stale = await arrays.refreshPositions.staticCall(chunk).catch(() => 0n);
      if (stale === 0n) continue;
      actions.push({
        task: "feed",
        what: `refresh the risk arrays of ${stale} strikes`,
        why: "they are not current",
        simulate: () => arrays.refreshPositions.staticCall(chunk),
        send: () => arrays.refreshPositions(chunk),
      });
    }
  }
  return actions;
}

async function refreshBook({ ballast, sender }: KeeperContext): Promise<Action[]> {
  const account = await ballast.vault.account();
  const books = ballast.books.connect(sender);
  const groups = await books.staleGroups(account);
  return groups.map((group): Action => {
    const { market, expiry } = groupParts(group);
    return {
      task: "feed",
      what: `sum the vault's book of ${new Date(expiry * 1000).toISOString().slice(0, 16)}`,
      why: "its arrays have moved",
      simulate: () => books.refresh.staticCall(account, market, expiry),
      send: () => books.refresh(account, market, expiry),
    };
  });
}

async function openSeries(context: KeeperContext): Promise<bigint[]> {
  const { ballast } = context;
  const [accounts, block] = await Promise.all([
    context.accounts.accounts(),
    ballast.runner.provider?.getBlock("latest"),
  ]);
  const perAccount = await Promise.all(
    accounts.map((account) => ballast.clearinghouse.positionWords(account)),
  );
  const series = new Map<bigint, bigint>();
  for (const word of perAccount.flat()) {
    for (const half of [word & ((1n << 128n) - 1n), word >> 128n]) {
      const instrument = half >> 64n;
      if (half === 0n || seriesOf(instrument).expiry <= (block?.timestamp ?? 0)) continue;
      series.set(instrument >> 4n, packPosition(instrument, WAD));
    }
  }
  return [...series.values()];
}

function floorTo(value: bigint, step: bigint): bigint {
  return (value / step) * step;
}
