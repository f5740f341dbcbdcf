import type { ContractTransactionResponse } from "ethers";
import type { Ballast } from "./ballast.ts";
import { groupParts, packPosition, seriesOf } from "./instrument.ts";
import { WAD } from "./units.ts";

/** One leg of a strategy, traded against the vault. */
export interface Leg {
  readonly instrument: bigint;
  /** Signed quantity the account gains [wad]; negative sells. */
  readonly quantity: bigint;
}

/** A leg with the vault's quote. */
export interface QuotedLeg extends Leg {
  /** What the account pays (negative: receives) [wad USD]. */
  readonly premium: bigint;
  /** Mid value, signed like the premium [wad USD]. */
  readonly fair: bigint;
  /** Volatility of the quote [wad]. */
  readonly volatility: bigint;
}

/** One call of a batch, as the clearinghouse takes it. */
export interface BatchCall {
  readonly target: string;
  readonly data: string;
}

/** Options of a trade. */
export interface TradeOptions {
  /** How much worse than the quote the premium of a leg may be, share [wad]; default 1 %. */
  readonly slippage?: bigint;
  /** Unix time after which the trade fails; default: one hour after the latest block. */
  readonly deadline?: bigint;
}

/**
 * Asks the vault for a quote of each leg on its own, as it will be once the arrays and books that it needs are current
 * (see `ensureFresh`).
 */
export async function quoteLegs(ballast: Ballast, legs: readonly Leg[]): Promise<QuotedLeg[]> {
  return Promise.all(
    legs.map(async (leg) => {
      const quote = await quoteOrder(ballast, [leg]);
      const [volatility] = quote.volatilities;
      if (volatility === undefined) throw new Error("The quoter left out the volatility of a leg.");
      return { ...leg, premium: quote.premium, fair: quote.fair, volatility };
    }),
  );
}

/** Several legs of one market as one order: what the account pays for all of them, and how that comes about. */
export interface QuotedOrder {
  /** What the account pays (negative: receives) [wad USD]. */
  readonly premium: bigint;
  /** Mid value, signed like the premium [wad USD]. */
  readonly fair: bigint;
  /** Part of the premium that is for the risk that the order adds to the vault's book [wad USD]. */
  readonly charge: bigint;
  readonly reducesRisk: boolean;
  /** Mid value of each leg [wad USD]. */
  readonly fairs: readonly bigint[];
  /** Volatility of each leg's quote [wad]. */
  readonly volatilities: readonly bigint[];
}

/**
 * Asks the vault for a quote of all legs as one order, which is never dearer than one by one.
 * @param twoSteps whether the order is committed before the prices that it will be filled at are made
 */
export async function quoteOrder(
  ballast: Ballast,
  legs: readonly Leg[],
  twoSteps = false,
): Promise<QuotedOrder> {
  const quote = await ballast.quoter.refreshAndQuote.staticCall(
    legs.map((leg) => leg.instrument),
    legs.map((leg) => leg.quantity),
    twoSteps,
  );
  const { premium, fair, charge, reducesRisk } = quote;
  return {
    premium,
    fair,
    charge,
    reducesRisk,
    fairs: [...quote.fairs],
    volatilities: [...quote.volatilities],
  };
}

/** The worst premium accepted: the quote plus `slippage` of its size, rounded against the account. */
export function premiumLimit(premium: bigint, slippage: bigint): bigint {
  const size = premium < 0n ? -premium : premium;
  return premium + (size * slippage + WAD - 1n) / WAD;
}

/** The calls that trade quoted legs, to be run by `batch` or `reduce`. */
export async function tradeCalls(
  ballast: Ballast,
  account: bigint,
  legs: readonly QuotedLeg[],
  options: TradeOptions = {},
): Promise<BatchCall[]> {
  const deadline = options.deadline ?? (await latestTime(ballast)) + 3600n;
  const slippage = options.slippage ?? WAD / 100n;
  return legs.map((leg) => ({
    target: ballast.deployment.contracts.tradeDesk,
    data: ballast.tradeDesk.interface.encodeFunctionData("trade", [
      account,
      leg.instrument,
      leg.quantity,
      premiumLimit(leg.premium, slippage),
      deadline,
    ]),
  }));
}

/** Most legs of one order. */
const MOST_LEGS = 8;

/** The call that trades all legs, of one market and each series once, as one order; to be run by `batch` or `reduce`. */
export async function orderCall(
  ballast: Ballast,
  account: bigint,
  legs: readonly Leg[],
  options: TradeOptions = {},
): Promise<BatchCall> {
  const { premium } = await quoteOrder(ballast, legs);
  const data = ballast.tradeDesk.interface.encodeFunctionData("tradeLegs", [
    account,
    legs.map((leg) => leg.instrument),
    legs.map((leg) => leg.quantity),
    premiumLimit(premium, options.slippage ?? WAD / 100n),
    options.deadline ?? (await latestTime(ballast)) + 3600n,
  ]);
  return { target: ballast.deployment.contracts.tradeDesk, data };
}

/** One order if the legs can be one, which is never dearer; otherwise a trade for each. */
async function callsFor(
  ballast: Ballast,
  account: bigint,
  legs: readonly Leg[],
  options: TradeOptions,
): Promise<BatchCall[]> {
  const markets = new Set(legs.map((leg) => seriesOf(leg.instrument).market));
  const series = new Set(legs.map((leg) => leg.instrument));
  if (legs.length > 1 && legs.length <= MOST_LEGS && markets.size === 1 && series.size === legs.length)
    return [await orderCall(ballast, account, legs, options)];
  return tradeCalls(ballast, account, await quoteLegs(ballast, legs), options);
}

/**
 * Refreshes the risk arrays of every strike that the account, the vault and the new legs need and that is not current.
 * Sends nothing when all are current. Anyone may pay for it; keepers normally did before.
 * @returns the transaction, or undefined
 */
export async function ensureFresh(
  ballast: Ballast,
  account: bigint,
  instruments: readonly bigint[],
): Promise<ContractTransactionResponse | undefined> {
  const { clearinghouse, riskArrays } = ballast;
  await refreshBook(ballast, await ballast.vault.account());
  const held = [await clearinghouse.positionWords(account)];
  const wanted = instruments.map((instrument) => packPosition(instrument, WAD));
  const words = [...held.flat(), ...wanted].filter((word) => word !== 0n);
  if (words.length === 0) return undefined;
  if ((await riskArrays.refreshPositions.staticCall(words)) === 0n) return undefined;
  return riskArrays.refreshPositions(words);
}

/**
 * Brings the book of an account up to date, one transaction an expiry. Nothing is sent for expiries that are.
 * @returns how many were summed anew
 */
export async function refreshBook(ballast: Ballast, account: bigint): Promise<number> {
  const groups = await ballast.books.staleGroups(account);
  for (const group of groups) {
    const { market, expiry } = groupParts(group);
    await (await ballast.books.refresh(account, market, expiry)).wait();
  }
  return groups.length;
}

/** Quotes and trades all legs as one batch, and as one order where they can be one: all pass or all fail. */
export async function trade(
  ballast: Ballast,
  account: bigint,
  legs: readonly Leg[],
  options: TradeOptions = {},
): Promise<ContractTransactionResponse> {
  const refresh = await ensureFresh(
    ballast,
    account,
    legs.map((leg) => leg.instrument),
  );
  await refresh?.wait();
  return ballast.clearinghouse.batch(account, await callsFor(ballast, account, legs, options));
}

/** The same for an account that may only lower its risk. */
export async function reduce(
  ballast: Ballast,
  account: bigint,
  legs: readonly Leg[],
  options: TradeOptions = {},
): Promise<ContractTransactionResponse> {
  return ballast.clearinghouse.reduce(account, await callsFor(ballast, account, legs, options));
}

/** Strikes of a market and expiry among instruments. */
export function strikesOf(instruments: readonly bigint[], market: number, expiry: number): bigint[] {
  const strikes = new Set<bigint>();
  for (const instrument of instruments) {
    const series = seriesOf(instrument);
    if (series.market === market && series.expiry === expiry) strikes.add(series.strike);
  }
  return [...strikes].sort((a, b) => (a < b ? -1 : 1));
}

async function latestTime(ballast: Ballast): Promise<bigint> {
  const block = await ballast.runner.provider?.getBlock("latest");
  if (!block) throw new Error("The runner has no provider to read the latest block from.");
  return BigInt(block.timestamp);
}
