import { volSurface } from "@ballast/quant/exact";
import {
  type Ballast,
  decodeError,
  groupParts,
  innermostOf,
  type MarketPrice,
  packPosition,
  readPrice,
  SURFACE_REPORT_TYPES,
  type SurfaceReport,
  seriesOf,
  surfaceDomain,
  WAD,
} from "@ballast/sdk";
import { type Collected, collectSignatures } from "../publisher/collect.ts";
import { type Cosigner, localCosigner, proposeSurface } from "../publisher/cosigner.ts";
import { publisherJournal } from "../publisher/journal.ts";
import { DEFAULT_TOLERANCES } from "../publisher/review.ts";
import { atTheMoney, named, points, type ShapedSurface } from "../publisher/shape.ts";
import type { Action, KeeperContext, KeeperLimits, SurfaceSource } from "../task.ts";
import { postedGroups } from "./arrays.ts";

/** Why a surface should be posted now; undefined if it need not be. */
export function feedReason(
  last: { readonly spot: bigint; readonly timestamp: number },
  price: MarketPrice,
  now: number,
  limits: KeeperLimits,
  volatilityMove = 0n,
): string | undefined {
  if (price.status !== "Ok") return undefined;
  if (last.timestamp === 0) return "no surface was ever posted";
  const age = now - last.timestamp;
  if (age <= 0) return undefined;
  if (age >= limits.feedHeartbeat) return `the last surface is ${age} s old`;
  const move = last.spot > price.price ? last.spot - price.price : price.price - last.spot;
  if (move * WAD >= limits.feedSpotMove * last.spot)
    return `spot moved ${Number((move * 10_000n) / last.spot) / 100} % since the last`;
  if (volatilityMove >= limits.feedVolatilityMove)
    return `volatility moved ${points(volatilityMove)} since the last`;
  return undefined;
}

/** Largest distance of a volatility at the money from what is posted [wad]; an expiry that is not posted counts whole. */
export function largestMove(report: SurfaceReport, posted: ReadonlyMap<number, bigint>): bigint {
  let largest = 0n;
  for (const { expiry, theta } of report.slices) {
    const wanted = atTheMoney(theta, expiry - report.timestamp);
    const word = posted.get(expiry);
    const { theta: before, timestamp } =
      word === undefined ? { theta: 0n, timestamp: 0n } : volSurface.unpackSlice(word);
    const is = word === undefined ? 0n : atTheMoney(before, expiry - Number(timestamp));
    const move = wanted > is ? wanted - is : is - wanted;
    if (move > largest) largest = move;
  }
  return largest;
}

/** Posts surfaces that are due, then refreshes the risk arrays that are not current. */
export async function feed(context: KeeperContext): Promise<Action[]> {
  if (!context.surfaceSource)
    context.note?.("feed: there is no source of surfaces (--surface or --deribit), so none is posted", []);
  const posts = await Promise.all(
    context.ballast.deployment.markets.map(({ index, name }) => postSurface(context, index, name)),
  );
  return [...posts.flat(), ...(await refreshArrays(context))];
}

async function postSurface(context: KeeperContext, market: number, name: string): Promise<Action[]> {
  const { ballast, surfaceSource, sender, note } = context;
  if (!surfaceSource) return [];
  const [last, price, block] = await Promise.all([
    ballast.surfaceFeed.lastReport(market),
    readPrice(ballast, market),
    ballast.runner.provider?.getBlock("latest"),
  ]);
  const now = block?.timestamp ?? 0;
  if (price.status !== "Ok") {
    note?.(`feed of ${name}: no surface is posted on a price that is ${price.status}`, []);
    return [];
  }
  let proposed: ShapedSurface;
  try {
    proposed = await proposeSurface(ballast, surfaceSource, market, now, price.price);
  } catch (error) {
    return [silent(name, error)];
  }
  const { report, adjustments } = proposed;
  if (report.slices.length === 0) {
    note?.(`feed of ${name}: the source has nothing to report`, adjustments);
    return [];
  }
  const move = largestMove(report, await postedSlices(ballast, report));
  const lastPost = { spot: last.spot, timestamp: Number(last.timestamp) };
  const why = feedReason(lastPost, price, now, context.limits, move);
  if (!why) {
    note?.(`feed of ${name}: no surface is due`, standing(lastPost, price, now, context.limits, move));
    return [];
  }
  const feedContract = ballast.surfaceFeed.connect(sender);
  const argument = { ...report, slices: [...report.slices] };
  // Whoever disagrees is told of by the action, so that it does not keep other markets from their posts.
  const collected = await signatures(context, report, surfaceSource).catch((error: Error) => error);
  const signed = (): string[] => {
    if (collected instanceof Error) throw collected;
    return [...collected.signatures];
  };
  return [
    {
      task: "feed",
      what: `post the surface of ${name} with ${report.slices.length} expiries`,
      why,
      details: [...describe(report, adjustments), ...describeSigners(collected)],
      simulate: async () => feedContract.post.staticCall(argument, signed()),
      send: async () => feedContract.post(argument, signed()),
    },
  ];
}

/** How far a post is from being due, for dry runs. */
function standing(
  last: { readonly spot: bigint; readonly timestamp: number },
  price: MarketPrice,
  now: number,
  limits: KeeperLimits,
  volatilityMove: bigint,
): string[] {
  const move = last.spot > price.price ? last.spot - price.price : price.price - last.spot;
  return [
    `the last is ${now - last.timestamp} s old; due at ${limits.feedHeartbeat} s`,
    `spot moved ${points((move * WAD) / last.spot)} since; due at ${points(limits.feedSpotMove)}`,
    `volatility at the money moved ${points(volatilityMove)} since; due at ${points(limits.feedVolatilityMove)}`,
  ];
}

/** A source that fails is told of like a refusal: arrays and other markets go on. */
function silent(name: string, error: unknown): Action {
  const fail = () => Promise.reject(error);
  return {
    task: "feed",
    what: `post the surface of ${name}`,
    why: "the source was asked for it",
    simulate: fail,
    send: fail,
  };
}

async function postedSlices(
  ballast: Ballast,
  { market, slices }: SurfaceReport,
): Promise<Map<number, bigint>> {
  const listed = new Set((await ballast.surfaceFeed.expiries(market)).map(Number));
  const known = slices.filter(({ expiry }) => listed.has(expiry));
  return new Map(
    await Promise.all(
      known.map(
        async ({ expiry }) =>
          [expiry, await ballast.surfaceFeed.getFunction("slice")(market, expiry)] as const,
      ),
    ),
  );
}

function describe({ spot, slices, timestamp }: SurfaceReport, adjustments: readonly string[]): string[] {
  const rows = slices.map(
    ({ expiry, forward, theta, rho }) =>
      `${named(expiry)}  forward/spot ${(Number((forward * 10_000n) / spot) / 10_000).toFixed(4)}  at the money ${points(atTheMoney(theta, expiry - timestamp))}  rho ${(Number(rho / 10n ** 15n) / 1000).toFixed(3)}`,
  );
  return [...rows, ...adjustments.map((one) => `adjusted: ${one}`)];
}

function describeSigners(collected: Collected | Error): string[] {
  if (collected instanceof Error) return [];
  return [
    `signed by ${collected.signers.join(", ")}`,
    ...collected.refusals.map((refusal) => `not signed by ${refusal}`),
  ];
}

async function signatures(
  context: KeeperContext,
  report: SurfaceReport,
  source: SurfaceSource,
): Promise<Collected> {
  const { ballast } = context;
  const { chainId, contracts } = ballast.deployment;
  const domain = surfaceDomain(chainId, contracts.surfaceFeed);
  const threshold = Number(await ballast.surfaceFeed.threshold());
  return collectSignatures(
    await cosignersOf(context, source),
    threshold,
    (address) => ballast.surfaceFeed.isSigner(address),
    { domain, types: SURFACE_REPORT_TYPES, value: { ...report } },
    (cosigner) => cosigner.signSurface(report),
  );
}

/** Signers of this process, which have the keeper's own source, and those elsewhere. */
export async function cosignersOf(context: KeeperContext, source: SurfaceSource): Promise<Cosigner[]> {
  const { ballast, surfaceSigners, cosigners = [], publisherJournal: journal = publisherJournal() } = context;
  const own = await Promise.all(
    surfaceSigners.map((signer) =>
      localCosigner({ signer, ballast, source, journal, tolerances: DEFAULT_TOLERANCES }),
    ),
  );
  return [...own, ...cosigners];
}

/** The vault's book first, an expiry at a time; then every other open series that has stale strikes. */
async function refreshArrays(context: KeeperContext): Promise<Action[]> {
  const { ballast, sender } = context;
  const actions = await refreshBook(context);
  const words = await openSeries(context);
  const arrays = ballast.riskArrays.connect(sender);
  const groups = new Map<bigint, bigint[]>();
  for (const word of words) groups.set(word >> 100n, [...(groups.get(word >> 100n) ?? []), word]);
  const posted = await postedGroups(context, words);
  for (const [key, group] of groups) {
    if (posted.has(key)) continue;
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
  const actions = groups.map((group): Action => {
    const { market, expiry } = groupParts(group);
    return {
      task: "feed",
      what: `sum the vault's book of ${new Date(expiry * 1000).toISOString().slice(0, 16)}`,
      why: "its arrays have moved",
      simulate: () => books.refresh.staticCall(account, market, expiry),
      send: () => books.refresh(account, market, expiry),
    };
  });
  const waiting = await books.waitingGroups(account);
  if (waiting.length === 0) return actions;
  const refused = await refusalOf(() => books.refreshAll.staticCall(account));
  if (refused === undefined) {
    return [
      ...actions,
      {
        task: "feed",
        what: "take trades into the vault's book",
        why: "every one that waits makes the next dearer",
        simulate: () => books.refreshAll.staticCall(account),
        send: () => books.refreshAll(account),
      },
    ];
  }
  // One expiry in the way, for want of a surface, say, must not hold up the others: the round reports it by itself.
  const others = waiting.filter((group) => !groups.includes(group));
  return [
    ...actions,
    ...others.map((group): Action => {
      const { market, expiry } = groupParts(group);
      return {
        task: "feed",
        what: `take trades of ${named(expiry)} into the vault's book`,
        why: `every one that waits makes the next dearer, and the whole book cannot be refreshed (${refused})`,
        simulate: () => books.refresh.staticCall(account, market, expiry),
        send: () => books.refresh(account, market, expiry),
      };
    }),
  ];
}

/** What a call is refused with; undefined if it is not. */
async function refusalOf(call: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    const decoded = decodeError(error);
    return decoded ? innermostOf(decoded).name : String(error);
  }
}

/** Positions of one unit in every series that somebody holds and that has not expired. */
export async function openSeries(context: KeeperContext): Promise<bigint[]> {
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
