import {
  ARRAY_REPORT_TYPES,
  type ArrayReport,
  arrayReportHash,
  arraysDomain,
  buildArrayReport,
  formatDecimal,
  seriesOf,
} from "@ballast/sdk";
import { collectSignatures } from "../publisher/collect.ts";
import { named } from "../publisher/shape.ts";
import type { Action, KeeperContext } from "../task.ts";
import { cosignersOf, openSeries } from "./feed.ts";

/** As in contracts/risk: blocks that a commitment can be posted in, and seconds that a post can be challenged. */
const POST_BLOCKS = 255;
const CHALLENGE_WINDOW = 7 * 86_400;
const MOST_STRIKES = 240;
/** Bits of a position's word below market and expiry. */
const GROUP_SHIFT = 100n;

/** Stale strikes of one expiry, enough for a post. */
interface StaleGroup {
  readonly key: bigint;
  readonly market: number;
  readonly expiry: number;
  readonly strikes: readonly bigint[];
}

/** Groups (word >> 100 of their positions) that the arrays task posts, so that nobody refreshes them on chain as well. */
export async function postedGroups(
  context: KeeperContext,
  words: readonly bigint[],
): Promise<ReadonlySet<bigint>> {
  return new Set((await staleGroups(context, words)).map(({ key }) => key));
}

/**
 * Posts arrays that were computed off chain, in three rounds: the expiry's arrays are moved to the present, the report is
 * committed, and in a later block posted with its signatures. What is committed stands in the journal, so that a restart
 * between two rounds costs nothing. Bonds whose window has closed are taken back.
 */
export async function arrays(context: KeeperContext): Promise<Action[]> {
  const pending = context.publisherJournal?.commitments() ?? [];
  const actions = await Promise.all(pending.map(([hash, report]) => followUp(context, hash, report)));
  const busy = new Set(pending.map(([, { market, expiry }]) => `${market} ${expiry}`));
  const groups = await staleGroups(context, context.publisherJournal ? await openSeries(context) : []);
  const free = groups.filter(({ market, expiry }) => !busy.has(`${market} ${expiry}`));
  const starts = await Promise.all(free.map((group) => start(context, group)));
  const all = [...actions.flat(), ...starts, ...(await releases(context))];
  if (all.length === 0) context.note?.("arrays: nothing to post", await standing(context));
  return all;
}

/** Why nothing is posted, for dry runs. */
async function standing({ ballast, sender, limits, publisherJournal }: KeeperContext): Promise<string[]> {
  if (!publisherJournal) return ["there is no journal"];
  const [[bond], needed] = await Promise.all([
    ballast.arrayPosts.bondsOf(await sender.getAddress()),
    ballast.arrayPosts.bond(),
  ]);
  const usdc = (units: bigint) => formatDecimal(units, 2, 6);
  if (bond < needed)
    return [`this key has ${usdc(bond)} USDC of the bond of ${usdc(needed)} that a post needs`];
  return [`no expiry has ${limits.postStrikes} stale strikes or more; fewer are refreshed by feed`];
}

async function staleGroups(context: KeeperContext, words: readonly bigint[]): Promise<StaleGroup[]> {
  const { ballast, limits, publisherJournal: journal } = context;
  if (!journal || words.length === 0) return [];
  const poster = await context.sender.getAddress();
  const [[bond], needed] = await Promise.all([ballast.arrayPosts.bondsOf(poster), ballast.arrayPosts.bond()]);
  if (bond < needed && journal.commitments().length === 0) return [];
  const groups = new Map<bigint, bigint[]>();
  for (const word of words)
    groups.set(word >> GROUP_SHIFT, [...(groups.get(word >> GROUP_SHIFT) ?? []), word]);
  const found: StaleGroup[] = [];
  for (const [key, group] of groups) {
    const { market, expiry } = seriesOf((group[0] ?? 0n) >> 64n);
    const all = [...new Set(group.map((word) => seriesOf(word >> 64n).strike))];
    const current = await Promise.all(
      all.map(async (strike) => (await ballast.riskArrays.words(market, expiry, strike))[2]),
    );
    const strikes = all.filter((_, i) => !current[i]).slice(0, MOST_STRIKES);
    if (strikes.length >= limits.postStrikes) found.push({ key, market, expiry, strikes });
  }
  return found;
}

async function start(context: KeeperContext, { market, expiry, strikes }: StaleGroup): Promise<Action> {
  const { ballast, sender, publisherJournal: journal } = context;
  const why = `${strikes.length} strikes of ${named(expiry)} are stale`;
  const riskArrays = ballast.riskArrays.connect(sender);
  const [, , , current] = await riskArrays.basisOf(market, expiry);
  if (!current) {
    return {
      task: "arrays",
      what: `move the arrays of ${named(expiry)} to the present`,
      why,
      simulate: () => riskArrays.refresh.staticCall(market, expiry, []),
      send: () => riskArrays.refresh(market, expiry, []),
    };
  }
  const report = await buildArrayReport(ballast.riskArrays, market, expiry, strikes);
  const hash = arrayReportHash(report);
  const posts = ballast.arrayPosts.connect(sender);
  return {
    task: "arrays",
    what: `commit arrays of ${strikes.length} strikes of ${named(expiry)}`,
    why,
    details: [`report ${hash}, version ${report.version}, bond ${await posts.bond()}`],
    simulate: () => posts.commit.staticCall(market, expiry, report.version, hash),
    send: () => {
      // Written first: a commitment whose report is lost costs a fifth of the bond.
      journal?.recordCommitment(hash, report);
      return posts.commit(market, expiry, report.version, hash);
    },
  };
}

async function followUp(context: KeeperContext, hash: string, report: ArrayReport): Promise<Action[]> {
  const { ballast, sender, publisherJournal: journal } = context;
  const poster = await sender.getAddress();
  const posts = ballast.arrayPosts.connect(sender);
  const [committed, latest, [, shocks]] = await Promise.all([
    posts.committedAt(poster, hash),
    ballast.runner.provider?.getBlockNumber(),
    ballast.riskArrays.basisOf(report.market, report.expiry),
  ]);
  if (committed === 0n) {
    // One that was sent before a restart and is not mined yet would cost a fifth of the bond if it were forgotten.
    if (!(await hasPending(context, poster))) journal?.forgetCommitment(hash);
    return [];
  }
  // A simulation stands in the latest block; in that of the commitment nothing can be posted.
  if ((latest ?? 0) <= Number(committed)) return [];
  const hasMoved = Number(shocks.version) !== report.version;
  if (hasMoved || (latest ?? 0) > Number(committed) + POST_BLOCKS) {
    return [
      {
        task: "arrays",
        what: `close the commitment of ${named(report.expiry)}`,
        why: hasMoved ? "its arrays have moved on" : "it was not posted in time",
        simulate: () => posts.expire.staticCall(poster, hash),
        send: () => posts.expire(poster, hash),
      },
    ];
  }
  const entries = (report.page.length - 2) / 200;
  const collected = await signatures(context, report).catch((error: Error) => error);
  const signed = (): string[] => {
    if (collected instanceof Error) throw collected;
    return [...collected.signatures];
  };
  return [
    {
      task: "arrays",
      what: `post arrays of ${entries} strikes of ${named(report.expiry)}`,
      why: `they were committed in block ${committed}`,
      details: collected instanceof Error ? [] : [`signed by ${collected.signers.join(", ")}`],
      simulate: async () => posts.post.staticCall(report, signed()),
      send: async () => posts.post(report, signed()),
    },
  ];
}

async function hasPending({ ballast }: KeeperContext, sender: string): Promise<boolean> {
  const provider = ballast.runner.provider;
  const counts = [
    provider?.getTransactionCount(sender, "pending"),
    provider?.getTransactionCount(sender, "latest"),
  ];
  const [pending = 0, mined = 0] = await Promise.all(counts);
  return pending > mined;
}

async function signatures(context: KeeperContext, report: ArrayReport) {
  const { ballast } = context;
  const { chainId, contracts } = ballast.deployment;
  return collectSignatures(
    // Arrays need no source: they follow from the chain alone.
    await cosignersOf(context, async () => []),
    Number(await ballast.surfaceFeed.threshold()),
    (address) => ballast.surfaceFeed.isSigner(address),
    { domain: arraysDomain(chainId, contracts.arrayPosts), types: ARRAY_REPORT_TYPES, value: { ...report } },
    (cosigner) => cosigner.signArrays(report),
  );
}

/** Posts of this sender that can no longer be challenged, read from the chain. */
async function releases(context: KeeperContext): Promise<Action[]> {
  const { ballast, sender, publisherJournal: journal } = context;
  const provider = ballast.runner.provider;
  if (!journal || !provider) return [];
  const poster = await sender.getAddress();
  const posts = ballast.arrayPosts.connect(sender);
  const [events, block] = await Promise.all([
    posts.queryFilter(posts.filters.ArraysPosted(undefined, poster), ballast.deployment.fromBlock),
    provider.getBlock("latest"),
  ]);
  const actions: Action[] = [];
  for (const { args } of events) {
    const [owner, postedAt] = await posts.postOf(args.postId);
    if (owner !== poster || Number(postedAt) + CHALLENGE_WINDOW >= (block?.timestamp ?? 0)) continue;
    actions.push({
      task: "arrays",
      what: `take the bond of post ${args.postId} back`,
      why: "nobody can challenge it any more",
      simulate: () => posts.release.staticCall(args.postId),
      send: () => posts.release(args.postId),
    });
  }
  return actions;
}
