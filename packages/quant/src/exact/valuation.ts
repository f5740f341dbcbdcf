import { max, min, mulDivUp, signedDivDown } from "./fixed-point.ts";

const WAD = 10n ** 18n;
const HOUR = 3_600n;
const DAY = 86_400n;
const YEAR = 31_536_000n;

/** How far a mark may be from the truth [wad], as the contract's Uncertainty. */
export interface Uncertainty {
  readonly bookShare: bigint;
  readonly volatility: bigint;
  readonly spot: bigint;
  readonly spotPerHour: bigint;
}

/** One market of an account as a reading sums it [wad]. */
export interface MarketParts {
  readonly spot: bigint;
  /** Options: worth, delta, and what volatility moves, in books and apart from them. */
  readonly options: bigint;
  readonly delta: bigint;
  readonly grossVolatilityUp: bigint;
  readonly grossVega: bigint;
  /** Collateral in units of the underlying, and what venues hold and are worth. */
  readonly collateral: bigint;
  readonly position: bigint;
  readonly venueValue: bigint;
  /** What legs without a surface could be worth beside their intrinsic value. */
  readonly doubt: bigint;
}

/** Mirror of Valuation: two-sided NAV from what is held. `age` is that of the mark in seconds. */
export function netAssetValue(
  cash: bigint,
  unreleased: bigint,
  markets: readonly MarketParts[],
  u: Uncertainty,
  age: bigint,
): { readonly bid: bigint; readonly mid: bigint; readonly ask: bigint } {
  const sum = (of: (one: MarketParts) => bigint) => markets.reduce((total, one) => total + of(one), 0n);
  const hedgeValue = sum((one) => signedDivDown(one.collateral * one.spot, WAD) + one.venueValue);
  const exposure = sum((one) => mulDivUp(size(one.delta + one.collateral + one.position), one.spot, WAD));
  const share = u.spot + (u.spotPerHour * min(age, DAY)) / HOUR;
  const half =
    sum((one) => one.doubt) +
    mulDivUp(
      sum((one) => one.grossVolatilityUp),
      u.bookShare,
      WAD,
    ) +
    mulDivUp(
      sum((one) => one.grossVega),
      u.volatility,
      WAD,
    ) +
    mulDivUp(exposure, share, WAD);
  const mid = cash + sum((one) => one.options) + hedgeValue - unreleased;
  return { bid: mid - half, mid, ask: mid + half };
}

/** A leg for `intrinsicOf` [wad]. */
export interface Leg {
  readonly isPut: boolean;
  readonly strike: bigint;
  readonly quantity: bigint;
}

/** Mirror of LegBounds: worth of legs without a surface, and how much further from it they may be. */
export function intrinsicOf(legs: readonly Leg[], spot: bigint): { intrinsic: bigint; doubt: bigint } {
  let [intrinsic, doubt] = [0n, 0n];
  for (const { isPut, strike, quantity } of legs) {
    const payoff = max(isPut ? strike - spot : spot - strike, 0n);
    intrinsic += signedDivDown(quantity * payoff, WAD);
    doubt += mulDivUp(size(quantity), (isPut ? strike : spot) - payoff, WAD);
  }
  return { intrinsic, doubt };
}

/** An account right after an epoch, as the contract's EpochMark. */
export interface EpochMark {
  readonly mid: bigint;
  readonly spot: bigint;
  readonly delta: bigint;
  readonly gamma: bigint;
  readonly theta: bigint;
  readonly takenAt: bigint;
  readonly spread: bigint;
  readonly hedgeLoss: bigint;
  readonly slices: bigint;
  /** The insurance fund's share of all spread ever released, paid or owed. */
  readonly fund: bigint;
}

/** Mirror of AttributionMath.partsOf: the parts sum to `change` exactly. */
export function attribute(before: EpochMark, after: EpochMark, feeValue: bigint) {
  const move = before.spot === 0n || after.spot === 0n ? 0n : after.spot - before.spot;
  const change = after.mid - before.mid - feeValue;
  const delta = signedDivDown(before.delta * move, WAD);
  const gamma = signedDivDown(signedDivDown(before.gamma * move, WAD) * move, WAD) / 2n;
  const theta = (before.theta * (after.takenAt - before.takenAt)) / YEAR;
  const spread = after.spread - before.spread;
  const fees = -feeValue;
  const hedgeCost = before.hedgeLoss - after.hedgeLoss;
  const losses = before.slices - after.slices;
  const insurance = before.fund - after.fund;
  const vega = change - delta - gamma - theta - spread - fees - hedgeCost - losses - insurance;
  return { change, delta, gamma, vega, theta, spread, fees, hedgeCost, losses, insurance };
}

function size(x: bigint): bigint {
  return x < 0n ? -x : x;
}

/** Worth of the shares that an epoch mints for fees [wad USD], rounded down, at the NAV `mid`. */
export function feeValue(mid: bigint, feeShares: bigint, supply: bigint): bigint {
  return feeShares === 0n ? 0n : (mid * feeShares) / (supply + feeShares);
}

/** Theta of a book of one expiry by its gamma: what theta is to gamma at the money there, rounded down [wad]. */
export function thetaByGamma(
  gamma: bigint,
  atMoney: { readonly gamma: bigint; readonly theta: bigint },
): bigint {
  if (atMoney.gamma === 0n) return 0n;
  return signedDivDown(gamma * atMoney.theta, atMoney.gamma);
}

/** NAV of a whole share [wad USD], rounded down; nothing for a NAV that is not positive. */
export function perShare(nav: bigint, supply: bigint): bigint {
  return nav <= 0n ? 0n : (nav * WAD) / supply;
}
