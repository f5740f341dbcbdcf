import { type Estimate, realisedVolatility, type Toxicity, toxicityOf } from "@ballast/quant";
import { decodeError, formatDecimal, fromNumber, innermostOf, WAD } from "@ballast/sdk";
import type { MarketHistory } from "../history.ts";
import type { Action, KeeperContext, KeeperLimits } from "../task.ts";

/** As in contracts/vault/QuoteConditions.sol: what may be posted, and how long a fall to zero takes. */
const MOST_REALISED = 5n * WAD;
const MOST_TOXICITY = WAD / 4n;
const FALL = 86_400n;
/** Hundredths of a point are as fine as an estimate is. */
const UNIT = WAD / 10_000n;
/** Realised volatility is that of the last day; takers are judged by a week, each trade after an hour. */
const REALISED_WINDOW = 86_400;
const TRADE_WINDOW = 7 * 86_400;
const HORIZON = 3_600;

/** What is posted of a market, as the chain has it. All but the time [wad]. */
export interface PostedConditions {
  readonly realised: bigint;
  readonly toxicity: bigint;
  /** Unix seconds; zero if nothing ever was. */
  readonly postedAt: number;
}

/** Estimates of a market; undefined where too little is known. */
export interface ConditionEstimates {
  readonly realised: Estimate | undefined;
  /** Volatility per year that is forecast for the next day. */
  readonly forecast: number | undefined;
  readonly toxicity: Toxicity | undefined;
}

/** What should be posted, and why, or why nothing. */
export interface ConditionsPlan {
  readonly realised: bigint;
  readonly toxicity: bigint;
  /** Undefined if nothing need be posted. */
  readonly why: string | undefined;
}

/**
 * Realised volatility is the higher of the last day's and the forecast: either alone makes quotes too cheap. Without any
 * estimate it stays as it is; toxicity that nothing shows any more goes to zero. Both fall no faster than the contract lets.
 */
export function planConditions(
  posted: PostedConditions,
  estimates: ConditionEstimates,
  now: number,
  limits: KeeperLimits,
): ConditionsPlan {
  const { realised: measured, forecast, toxicity: takers } = estimates;
  const known = [measured?.value, forecast].filter((one) => one !== undefined);
  const age = now - posted.postedAt;
  const held = (wanted: bigint, is: bigint, most: bigint) => within(wanted, leastOf(is, BigInt(age)), most);
  const realised =
    known.length === 0 ? posted.realised : held(units(Math.max(...known)), posted.realised, MOST_REALISED);
  const toxicity = held(units(takers?.charged ?? 0), posted.toxicity, MOST_TOXICITY);
  const moves = [distance(realised, posted.realised), distance(toxicity, posted.toxicity)] as const;
  return { realised, toxicity, why: reasonFor(posted, moves, age, limits) };
}

function reasonFor(
  posted: PostedConditions,
  [realised, toxicity]: readonly [bigint, bigint],
  age: number,
  limits: KeeperLimits,
): string | undefined {
  if (realised === 0n && toxicity === 0n) return undefined;
  if (posted.postedAt === 0) return "nothing was ever posted";
  if (realised >= limits.realisedMove) return `realised volatility moved ${percent(realised)}`;
  if (toxicity >= limits.toxicityMove) return `toxicity moved ${percent(toxicity)}`;
  return age >= limits.conditionsHeartbeat
    ? `the last post is ${age} s old, and they moved since`
    : undefined;
}

/**
 * Posts what quotes depend on beside prices: realised volatility and the toxicity of takers. Both follow from the chain
 * (and from a file of prices, where there is one), so that anybody can check what was posted. The sender needs the
 * publisher's role, and does nothing without it.
 */
export async function conditions(context: KeeperContext): Promise<Action[]> {
  const { history, ballast } = context;
  if (!history) return [];
  const block = await ballast.runner.provider?.getBlock("latest");
  const now = block?.timestamp ?? 0;
  const markets = ballast.deployment.markets.map(({ index, name }) => postOf(context, index, name, now));
  return (await Promise.all(markets)).filter((action) => action !== undefined);
}

async function postOf(
  context: KeeperContext,
  market: number,
  name: string,
  now: number,
): Promise<Action | undefined> {
  const { ballast, sender, limits, regimes, note } = context;
  const quoter = ballast.quoter.connect(sender);
  const [posted, seen, forecast] = await Promise.all([
    quoter.conditions(market),
    context.history?.look(market, now, TRADE_WINDOW, HORIZON),
    regimes?.forecast?.(market),
  ]);
  const estimates = estimatesOf(seen, now, forecast);
  const is = { realised: posted.realised, toxicity: posted.toxicity, postedAt: Number(posted.postedAt) };
  const { realised, toxicity, why } = planConditions(is, estimates, now, limits);
  const details = describe(estimates, seen?.unmarked ?? 0);
  if (why === undefined) {
    note?.(`conditions of ${name}: nothing to post`, [
      `posted: realised volatility ${percent(is.realised)}, toxicity ${percent(is.toxicity)}`,
      ...details,
    ]);
    return undefined;
  }
  const simulate = () => quoter.postConditions.staticCall(market, realised, toxicity);
  if (await lacksRole(simulate)) {
    note?.(`conditions of ${name}: this key does not have the publisher's role`, details);
    return undefined;
  }
  return {
    task: "conditions",
    what: `post realised volatility ${percent(realised)} and toxicity ${percent(toxicity)} of ${name}`,
    why,
    details: [`before: ${percent(is.realised)} and ${percent(is.toxicity)}`, ...details],
    simulate,
    send: () => quoter.postConditions(market, realised, toxicity),
  };
}

function estimatesOf(
  seen: MarketHistory | undefined,
  now: number,
  forecast: number | undefined,
): ConditionEstimates {
  const day = (seen?.prices ?? []).filter(({ time }) => time >= now - REALISED_WINDOW);
  return { realised: realisedVolatility(day), forecast, toxicity: toxicityOf(seen?.trades ?? [], HORIZON) };
}

function describe({ realised, forecast, toxicity }: ConditionEstimates, unmarked: number): string[] {
  const shown = (value: number) => `${(100 * value).toFixed(2)} %`;
  const known = (one: Estimate | undefined, of: string) =>
    one
      ? `${shown(one.value)} with a standard error of ${shown(one.standardError)}, from ${one.samples} ${of}`
      : `not known, for want of ${of}`;
  return [
    `volatility of the last day: ${known(realised, "returns of the feed's rounds")}`,
    ...(forecast === undefined ? [] : [`forecast for the next day: ${shown(forecast)}`]),
    `takers' gain against mid within an hour: ${known(toxicity, "hours with trades")}${toxicity ? `; ${shown(toxicity.charged)} are charged` : ""}`,
    ...(unmarked === 0 ? [] : [`${unmarked} trades had no surface or price to be looked at with`]),
  ];
}

async function lacksRole(simulate: () => Promise<unknown>): Promise<boolean> {
  try {
    await simulate();
    return false;
  } catch (error) {
    const decoded = decodeError(error);
    return decoded !== undefined && innermostOf(decoded).name === "AccessManagedUnauthorized";
  }
}

/** The least that the contract lets follow a value, so long after it was posted. */
function leastOf(older: bigint, age: bigint): bigint {
  return age >= FALL ? 0n : (older * (FALL - age) + FALL - 1n) / FALL;
}

function within(wanted: bigint, least: bigint, most: bigint): bigint {
  const raised = wanted < least ? least : wanted;
  return raised > most ? most : raised;
}

function units(value: number): bigint {
  return (fromNumber(value) / UNIT) * UNIT;
}

function distance(a: bigint, b: bigint): bigint {
  return a > b ? a - b : b - a;
}

function percent(value: bigint): string {
  return `${formatDecimal(value * 100n, 2)} %`;
}
