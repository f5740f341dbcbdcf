/** Bit-exact mirror of `contracts/hedging`: the no-trade band, what an order may be at most, and the budget of losses. */
import { abs, max, min, mulDivDown, mulDivUp, pow, WAD } from "./fixed-point.ts";

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

/** What may still be lost at `now` of a daily budget: the bucket holds half of it and leaks half of it a day. */
export function lossLeft({ used, updatedAt }: LossBucket, budget: bigint, now: bigint): bigint {
  const leaked = ((budget / 2n) * (now - updatedAt)) / DAY;
  const rest = used > leaked ? used - leaked : 0n;
  return rest < budget / 2n ? budget / 2n - rest : 0n;
}
