/** Bit-exact mirror of `contracts/hedging/venues/AaveV3ShortVenue.sol`: what a short position needs, is worth, and has room for. */
import { max, min, mulDivDown, mulDivUp, WAD } from "./fixed-point.ts";

/** A short position and what bounds it: token units, but wads where said. */
export interface ShortVenue {
  readonly collateral: bigint;
  readonly debt: bigint;
  readonly cashDecimals: number;
  readonly decimals: number;
  /** Loan to value and liquidation threshold of the cash [wad]. */
  readonly ltv: bigint;
  readonly threshold: bigint;
  /** Health that positions are opened at [wad]. */
  readonly healthTarget: bigint;
}

/** What others leave of a reserve [token units]; undefined for no cap. */
export interface ReserveRoom {
  readonly underSupplyCap: bigint | undefined;
  readonly underBorrowCap: bigint | undefined;
  readonly lendable: bigint;
}

const ROUND_TRIP_HEALTH = (101n * WAD) / 100n;

const scaleOf = (decimals: number): bigint => 10n ** BigInt(18 - decimals);

/** Collateral that `debt` [token units] needs at the target, and never less than Aave lends against [cash units]. */
export function collateralFor(venue: ShortVenue, debt: bigint, price: bigint): bigint {
  const needed = collateralWad(venue, debt * scaleOf(venue.decimals), price);
  return needed === 0n ? 0n : (needed - 1n) / scaleOf(venue.cashDecimals) + 1n;
}

/** Cash that selling `amount` more needs first [cash units]. */
export function shortFunding(venue: ShortVenue, amount: bigint, price: bigint): bigint {
  return max(collateralFor(venue, venue.debt + amount, price) - venue.collateral, 0n);
}

/** What the position is worth [wad USD]; the debt is rounded up. */
export function shortValue(venue: ShortVenue, price: bigint): bigint {
  return venue.collateral * scaleOf(venue.cashDecimals) - debtWad(venue, price);
}

/** How much more could be sold with `cash` more collateral [token units]. */
export function shortRoom(venue: ShortVenue, cash: bigint, price: bigint, reserve: ReserveRoom): bigint {
  const reach = venue.collateral + least(cash, reserve.underSupplyCap);
  const each = collateralWad(venue, WAD, price);
  const usable = max(reach - 2n, 0n) * scaleOf(venue.cashDecimals);
  const most = mulDivDown(usable, WAD, each) / scaleOf(venue.decimals);
  return least(min(max(most - venue.debt, 0n), reserve.lendable), reserve.underBorrowCap);
}

/** Collateral that buys debt back [cash units], at `price`, when health has fallen below its floor. */
export function deleveragingCash(venue: ShortVenue, price: bigint): bigint {
  const debt = debtWad(venue, price);
  const held = venue.collateral * scaleOf(venue.cashDecimals);
  const bound = mulDivUp(debt, ROUND_TRIP_HEALTH, venue.threshold);
  if (held <= bound) return 0n;
  const wanted = mulDivUp(debt, venue.healthTarget, WAD);
  const covered = mulDivDown(held, venue.threshold, WAD);
  const spend =
    wanted > covered ? mulDivUp(wanted - covered, WAD, venue.healthTarget - venue.threshold) : debt / 10n;
  return min(spend, held - bound) / scaleOf(venue.cashDecimals);
}

/** Debt that is bought back for that [token units], at the worst price within `slippage` [wad]. */
export function deleveragingAmount(venue: ShortVenue, price: bigint, slippage: bigint): bigint {
  const worst = mulDivUp(price, WAD + slippage, WAD);
  const spent = deleveragingCash(venue, price) * scaleOf(venue.cashDecimals);
  return min(mulDivDown(spent, WAD, worst) / scaleOf(venue.decimals), venue.debt);
}

function collateralWad({ healthTarget, threshold, ltv }: ShortVenue, debt: bigint, price: bigint): bigint {
  const worth = mulDivUp(debt, price, WAD);
  return max(mulDivUp(worth, healthTarget, threshold), mulDivUp(worth, WAD, ltv));
}

function debtWad({ debt, decimals }: ShortVenue, price: bigint): bigint {
  return mulDivUp(debt * scaleOf(decimals), price, WAD);
}

function least(value: bigint, cap: bigint | undefined): bigint {
  return cap === undefined ? value : min(value, cap);
}
