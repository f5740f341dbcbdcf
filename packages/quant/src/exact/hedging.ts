/** Bit-exact mirror of `contracts/hedging`: the no-trade band, what an order may be at most, and the budget of losses. */
import { abs, max, min, mulDivDown, mulDivUp, pow, signedDivDown, WAD } from "./fixed-point.ts";

/** What the band depends on: wads, `spot` in USD, `gamma` per USD, `minBand` in units of the underlying. */
export interface HedgeBandInputs {
  readonly spot: bigint;
  readonly gamma: bigint;
  readonly costRatio: bigint;
  readonly riskAversion: bigint;
  readonly minBand: bigint;
}

const THIRD = 333_333_333_333_333_333n;

/** Half-width of the no-trade band [wad underlying] after Whalley and Wilmott (1997), each step rounded down. */
export function hedgeBand({ spot, gamma, costRatio, riskAversion, minBand }: HedgeBandInputs): bigint {
  if (riskAversion === 0n || gamma === 0n || spot === 0n) return minBand;
  const square = mulDivDown(abs(gamma), abs(gamma), WAD);
  const cube = mulDivDown(mulDivDown(spot, square, WAD), (costRatio * 3n) / 2n, riskAversion);
  return cube === 0n ? minBand : max(pow(cube, THIRD), minBand);
}

/** The trade that brings `netDelta` to the edge of `band` [wad underlying]; positive buys, zero inside. */
export function hedgeTarget(netDelta: bigint, band: bigint): bigint {
  if (netDelta > band) return band - netDelta;
  return netDelta < -band ? -band - netDelta : 0n;
}

/** What an order is cut down to before venues, collateral cap and holdings are asked. Wads, but for `cash`. */
export interface HedgeOrderInputs {
  /** From `hedgeTarget`. */
  readonly target: bigint;
  readonly price: bigint;
  /** Largest trade [wad USD]. */
  readonly maxTrade: bigint;
  readonly slippageLimit: bigint;
  /** What the vault could withdraw [cash units]. */
  readonly cash: bigint;
  readonly cashDecimals: number;
  /** Of the underlying's token. */
  readonly decimals: number;
}

/** Most that is ordered [token units of the underlying]: by size, and if it buys by the cash at hand. */
export function hedgeOrderLimit(inputs: HedgeOrderInputs): bigint {
  const { target, price, maxTrade, slippageLimit, cash, cashDecimals, decimals } = inputs;
  const [scale, cashScale] = [10n ** BigInt(18 - decimals), 10n ** BigInt(18 - cashDecimals)];
  const most = min(abs(target), mulDivDown(maxTrade, WAD, price)) / scale;
  if (target <= 0n) return most;
  const worst = mulDivUp(price, WAD + slippageLimit, WAD);
  return min(most, mulDivDown(cash * cashScale, WAD, worst) / scale);
}

/** Most that is paid for, or least that is received for `amount` [token units] within the slippage limit [cash units]. */
export function hedgeCashLimit(
  isBuy: boolean,
  amount: bigint,
  inputs: Pick<HedgeOrderInputs, "price" | "slippageLimit" | "cashDecimals" | "decimals">,
): bigint {
  const { price, slippageLimit, cashDecimals, decimals } = inputs;
  const [scale, cashScale] = [10n ** BigInt(18 - decimals), 10n ** BigInt(18 - cashDecimals)];
  const units = amount * scale;
  if (isBuy) return mulDivDown(mulDivDown(units, price, WAD), WAD + slippageLimit, WAD) / cashScale;
  const least = mulDivUp(mulDivUp(units, price, WAD), WAD - slippageLimit, WAD);
  return least === 0n ? 0n : (least - 1n) / cashScale + 1n;
}

/** A bucket of losses as the contract keeps it: wads and unix seconds. */
export interface LossBucket {
  readonly used: bigint;
  readonly updatedAt: bigint;
}

const DAY = 86_400n;
const PARTS = 4n;
const ROUNDING = 2n;
const MOST_128 = (1n << 128n) - 1n;

/** What may still be lost at `now` of a daily budget: the bucket holds half of it and leaks half of it a day. */
export function lossLeft(bucket: LossBucket, budget: bigint, now: bigint): bigint {
  return max(budget / 2n - lossUsed(bucket, budget, now), 0n);
}

/** What was lost and has not leaked at `now`. */
export function lossUsed({ used, updatedAt }: LossBucket, budget: bigint, now: bigint): bigint {
  return max(used - ((budget / 2n) * (now - updatedAt)) / DAY, 0n);
}

/** The bucket after a loss at `now`, whether it fits or not. */
export function addLoss(bucket: LossBucket, budget: bigint, loss: bigint, now: bigint): LossBucket {
  return { used: min(lossUsed(bucket, budget, now) + loss, MOST_128), updatedAt: now };
}

/** A venue: its limit, and the cash for an amount [units], or undefined where it cannot. */
export interface SplitVenue {
  readonly limit: bigint;
  quote(amount: bigint): bigint | undefined;
}

interface Lane {
  readonly venue: SplitVenue;
  amount: bigint;
  cash: bigint;
  nextAmount: bigint;
  nextCash: bigint;
  closed: boolean;
}

/** Mirror of OrderSplit: how much of `total` each venue gets, quarter by quarter to whoever does the next one best. */
export function splitOrder(venues: readonly SplitVenue[], isBuy: boolean, total: bigint): bigint[] {
  const able = venues.filter(({ limit }) => limit !== 0n);
  if (able.length === 0 || total === 0n) return venues.map(() => 0n);
  if (able.length === 1) return venues.map(({ limit }) => min(total, limit));
  const part = total < PARTS ? total : total / PARTS;
  const lanes = venues.map((venue): Lane => {
    const lane = { venue, amount: 0n, cash: 0n, nextAmount: 0n, nextCash: 0n, closed: false };
    ask(lane, part);
    return lane;
  });
  let given = 0n;
  for (let step = 0; step < Number(PARTS) + venues.length + 1 && given < total; step++) {
    const lane = bestOf(lanes, isBuy);
    if (!lane) break;
    given += lane.nextAmount - lane.amount;
    lane.amount = lane.nextAmount;
    lane.cash = lane.nextCash;
    const rest = total - given;
    if (rest < PARTS) {
      lane.amount += min(rest, lane.venue.limit - lane.amount);
      break;
    }
    ask(lane, min(part, rest));
    for (const other of lanes) {
      if (!other.closed && other.nextAmount - other.amount > rest) ask(other, rest);
    }
  }
  return lanes.map(({ amount }) => amount);
}

function ask(lane: Lane, part: bigint): void {
  lane.nextAmount = min(lane.amount + part, lane.venue.limit);
  const cash = lane.nextAmount === lane.amount ? undefined : lane.venue.quote(lane.nextAmount);
  if (cash === undefined) lane.closed = true;
  else lane.nextCash = cash;
}

function bestOf(lanes: readonly Lane[], isBuy: boolean): Lane | undefined {
  let best: Lane | undefined;
  for (const one of lanes) {
    if (one.closed) continue;
    if (!best) {
      best = one;
      continue;
    }
    const left = (one.nextCash - one.cash) * (best.nextAmount - best.amount);
    const right = (best.nextCash - best.cash) * (one.nextAmount - one.amount);
    if (isBuy ? left < right : left > right) best = one;
  }
  return best;
}

/** Most that may be traded [wad USD] so that what is left of a budget pays for it within the slippage limit. */
export const affordableTrade = (left: bigint, slippageLimit: bigint): bigint =>
  mulDivDown(left, WAD, slippageLimit);

/** A caller's daily budget [wad USD]. */
export const callerBudget = (dailyLossBudget: bigint, callerShare: bigint): bigint =>
  mulDivDown(dailyLossBudget, callerShare, WAD);

/** Most that an order of `amount` [token units] in `fills` parts may lose [wad USD]: the slippage limit, and rounding. */
export function lossLimit(
  amount: bigint,
  fills: bigint,
  inputs: Pick<HedgeOrderInputs, "price" | "slippageLimit" | "cashDecimals" | "decimals">,
): bigint {
  const fair = mulDivUp(amount * 10n ** BigInt(18 - inputs.decimals), inputs.price, WAD);
  return (
    mulDivUp(fair, inputs.slippageLimit, WAD) + ROUNDING * fills * 10n ** BigInt(18 - inputs.cashDecimals)
  );
}

/** What may be bought and sold for `value` [wad USD] in all, given the room of the venues [token units]; [wad underlying]. */
export function hedgeCapacity(
  value: bigint,
  rooms: { readonly bought: bigint; readonly sold: bigint },
  inputs: Pick<HedgeOrderInputs, "price" | "slippageLimit" | "cash" | "cashDecimals" | "decimals">,
): { readonly buy: bigint; readonly sell: bigint } {
  const { price, slippageLimit, cash, cashDecimals, decimals } = inputs;
  const [scale, cashScale] = [10n ** BigInt(18 - decimals), 10n ** BigInt(18 - cashDecimals)];
  const most = mulDivDown(value, WAD, price) / scale;
  const worst = mulDivUp(price, WAD + slippageLimit, WAD);
  const payable = mulDivDown(cash * cashScale, WAD, worst) / scale;
  return { buy: min(min(most, rooms.bought), payable) * scale, sell: min(most, rooms.sold) * scale };
}

/** What a hedge holds outside of the account [wad], at `worth` [wad USD]. */
export interface VenueHoldings {
  readonly position: bigint;
  readonly worth: bigint;
}

/** What a trade moved [wad underlying] and lost [wad USD], by what came back of what was taken along; negative: gained. */
export function tradeOutcome(
  price: bigint,
  delivered: { readonly units: bigint; readonly cash: bigint },
  before: VenueHoldings,
  after: VenueHoldings,
): { readonly moved: bigint; readonly loss: bigint } {
  const gained = signedDivDown(delivered.units * price, WAD) - before.worth + delivered.cash;
  return { moved: delivered.units - before.position + after.position, loss: -gained - after.worth };
}
