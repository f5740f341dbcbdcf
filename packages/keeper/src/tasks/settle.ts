import { NoProofError, settlementProof, unpackPositions } from "@ballast/sdk";
import type { Action, KeeperContext } from "../task.ts";

/** Proves the fixing of every expiry that is over and still held, then settles accounts at fixings that exist. */
export async function settle(context: KeeperContext): Promise<Action[]> {
  const { ballast } = context;
  const block = await ballast.runner.provider?.getBlock("latest");
  const now = block?.timestamp ?? 0;
  const expired = new Map<string, { market: number; expiry: number; accounts: Set<bigint> }>();
  for (const account of await context.accounts.accounts()) {
    for (const { series } of unpackPositions(await ballast.clearinghouse.positionWords(account))) {
      if (series.expiry > now) continue;
      const key = `${series.market}:${series.expiry}`;
      const entry = expired.get(key) ?? {
        market: series.market,
        expiry: series.expiry,
        accounts: new Set<bigint>(),
      };
      entry.accounts.add(account);
      expired.set(key, entry);
    }
  }
  const actions: Action[] = [];
  const settleable = new Set<bigint>();
  for (const { market, expiry, accounts } of expired.values()) {
    const { exists } = await ballast.settlementOracle.fixing(market, expiry);
    if (exists) for (const account of accounts) settleable.add(account);
    else actions.push(...(await proveFixing(context, market, expiry)));
  }
  if (expired.size === 0) context.note?.("settle: nobody holds a position past its expiry", []);
  const settler = ballast.settler.connect(context.sender);
  for (const account of settleable) {
    actions.push({
      task: "settle",
      what: `settle account 0x${account.toString(16).padStart(64, "0")}`,
      why: "it holds expired positions whose fixing exists",
      simulate: () => settler.settle.staticCall(account, context.limits.settleBatch),
      send: () => settler.settle(account, context.limits.settleBatch),
    });
  }
  return actions;
}

async function proveFixing(context: KeeperContext, market: number, expiry: number): Promise<Action[]> {
  const { ballast, sender } = context;
  const info = ballast.deployment.markets.find(({ index }) => index === market);
  if (!info) return [];
  let rounds: bigint[];
  try {
    rounds = await settlementProof(info.aggregator, expiry, ballast.runner);
  } catch (error) {
    if (error instanceof NoProofError) return [];
    throw error;
  }
  const oracle = ballast.settlementOracle.connect(sender);
  return [
    {
      task: "settle",
      what: `fix ${info.name} at ${new Date(expiry * 1000).toISOString()} from ${rounds.length} rounds`,
      why: "the expiry is over and has no fixing",
      simulate: () => oracle.fix.staticCall(market, expiry, rounds),
      send: () => oracle.fix(market, expiry, rounds),
    },
  ];
}
