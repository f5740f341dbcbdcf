/**
 * Bit-exact mirror of the arithmetic in `contracts/vault/Quoter.sol` and `contracts/vault/QuoteRisk.sol`: what the vault asks
 * for an order, and when it refuses. Wads throughout; every part of a premium rounds against the taker.
 */
import { abs, max, min, mulDivDown, mulDivUp, signedDivDown, signedDivUp, WAD } from "./fixed-point.ts";

/** The quoter's spreads, charges and limits, as `QuoterParameters`; tenors in seconds, all else wads. */
export interface QuoterParameters {
  readonly halfSpreadVol: bigint;
  readonly volPerHour: bigint;
  readonly realisedShare: bigint;
  readonly legShare: bigint;
  readonly spotSpread: bigint;
  readonly spotPerHour: bigint;
  readonly deviationThreshold: bigint;
  readonly vegaCharge: bigint;
  readonly gammaCharge: bigint;
  readonly deltaCharge: bigint;
  readonly maxNetVega: bigint;
  readonly maxExpiryVega: bigint;
  readonly maxNetGamma: bigint;
  readonly maxNetDelta: bigint;
  readonly maxStrandedDelta: bigint;
  readonly maxNotional: bigint;
  readonly minDelta: bigint;
  readonly maxDelta: bigint;
  readonly minVolatility: bigint;
  readonly maxVolatility: bigint;
  readonly minSize: bigint;
  readonly strikeStep: bigint;
  readonly minTenor: bigint;
  readonly maxTenor: bigint;
}

/** What was posted of a market [wad]. */
export interface Conditions {
  readonly realised: bigint;
  readonly toxicity: bigint;
}

/** One leg as the quoter sees it. */
export interface QuotedLeg {
  /** Unix seconds. */
  readonly expiry: bigint;
  readonly strike: bigint;
  /** What the taker gains. */
  readonly quantity: bigint;
  /** The vault's position in the series. */
  readonly held: bigint;
  /** Seconds since the slice of the expiry was made. */
  readonly sliceAge: bigint;
  readonly isSliceStale: boolean;
  /** Whether the expiry itself has a slice, not only its neighbours. */
  readonly isPosted: boolean;
  /** One contract at the surface's volatility. */
  readonly mid: {
    readonly value: bigint;
    readonly delta: bigint;
    readonly gamma: bigint;
    readonly forward: bigint;
    readonly volatility: bigint;
  };
}

/** Sensitivities of the vault's book, as `BookRisk`. */
export interface BookRisk {
  readonly vega: bigint;
  readonly gamma: bigint;
  readonly delta: bigint;
}

/** What one expiry of it risks, as `GroupRisk`. */
export interface GroupRisk {
  readonly vega: bigint;
  readonly calls: bigint;
  readonly puts: bigint;
}

/** What an order is judged against. */
export interface OrderInputs {
  readonly now: bigint;
  readonly spot: bigint;
  /** Worse of the sources' prices for who sells, and for who buys. */
  readonly bid: bigint;
  readonly ask: bigint;
  /** Seconds since the spot was made. */
  readonly spotAge: bigint;
  readonly capital: bigint;
  /** How many series the vault holds. */
  readonly seriesHeld: bigint;
  readonly conditions: Conditions;
  readonly legs: readonly QuotedLeg[];
  readonly twoSteps: boolean;
  readonly before: BookRisk;
  readonly after: BookRisk;
  readonly groupsBefore: readonly GroupRisk[];
  readonly groupsAfter: readonly GroupRisk[];
  /** Held against the book [wad underlying], and what the venues still buy and sell. */
  readonly hedge: bigint;
  readonly capacity: { readonly buy: bigint; readonly sell: bigint };
}

/** Why the vault refuses: the contract's error without its room. */
export type QuoteRefusal =
  | "SizeTooSmall"
  | "SurfaceStale"
  | "UnknownExpiry"
  | "TenorOutOfRange"
  | "OffGrid"
  | "DeltaOutOfRange"
  | "VolatilityOutOfRange"
  | "NoCapacity"
  | "VegaLimit"
  | "GammaLimit"
  | "DeltaLimit"
  | "ExpiryVegaLimit"
  | "NotionalLimit"
  | "CannotHedge";

/** What an order costs [wad USD]; a negative premium is received. */
export interface ExactQuote {
  readonly premium: bigint;
  readonly fair: bigint;
  readonly charge: bigint;
  readonly reducesRisk: boolean;
}

const HOUR = 3_600n;
const DAY = 24n * HOUR;
const WIDEST = WAD / 2n;
const FIXING_WINDOW = HOUR / 2n;
const STALE = 2n * HOUR;
const AMPLE_SERIES = 512n;
const SERIES_STEP = 32n;
const VOLATILITY_FLOOR = WAD / 100n;

/** Volatility that a leg is priced at, before the pricer's floor, and what the quote tells. */
export function volatilityOf(
  p: QuoterParameters,
  conditions: Conditions,
  leg: QuotedLeg,
): { readonly priced: bigint; readonly told: bigint } {
  const implied = leg.mid.volatility;
  let shift = p.halfSpreadVol;
  const age = min(leg.sliceAge, DAY);
  // Beyond two hours nothing is opened, and age counts tenfold for what is closed.
  shift += ((age > STALE ? 10n * age - 9n * STALE : age) * p.volPerHour + HOUR - 1n) / HOUR;
  if (conditions.realised > implied) {
    shift += mulDivUp(conditions.realised - implied, p.realisedShare, WAD);
  }
  shift = min(shift + conditions.toxicity, WIDEST);
  const floored = implied > shift ? implied - shift : 0n;
  const priced = leg.quantity > 0n ? implied + shift : floored;
  return { priced, told: max(priced, VOLATILITY_FLOOR) };
}

/** Why the vault refuses an order, if it does. */
export function refusalOf(p: QuoterParameters, order: OrderInputs): QuoteRefusal | undefined {
  let opens = false;
  for (const leg of order.legs) {
    if (leg.expiry - order.now < FIXING_WINDOW) return "TenorOutOfRange";
    const left = abs(leg.held - leg.quantity);
    const least = leg.held === 0n ? leastOfNew(p.minSize, order.seriesHeld) : p.minSize;
    const wasDust = left < abs(leg.held) && abs(leg.held) < least;
    if (left !== 0n && left < least && !wasDust) return "SizeTooSmall";
    const isSame = leg.held > 0n === leg.quantity > 0n;
    if (leg.held !== 0n && isSame && abs(leg.quantity) <= abs(leg.held)) continue;
    opens = true;
    const refusal = unopenable(p, order.now, leg);
    if (refusal) return refusal;
  }
  if (opens && order.capital === 0n) return "NoCapacity";
  return beyondLimits(p, order) ?? (isStranded(p, order) ? "CannotHedge" : undefined);
}

/**
 * The quote of an order that is not refused.
 * @param values of one contract of each leg at `volatilityOf` [wad USD]
 */
export function priced(p: QuoterParameters, order: OrderInputs, values: readonly bigint[]): ExactQuote {
  let fair = 0n;
  let [netDelta, netGamma] = [0n, 0n];
  const sides = new Map<bigint, { bought: bigint; sold: bigint }>();
  for (const [index, leg] of order.legs.entries()) {
    const { quantity, mid, expiry } = leg;
    fair += signedDivUp(quantity * mid.value, WAD);
    // Not rounded: what the two sides of an expiry forgive each other may grow with either.
    const cost = abs(quantity) * abs((values[index] ?? 0n) - mid.value);
    const side = sides.get(expiry) ?? { bought: 0n, sold: 0n };
    if (quantity > 0n) side.bought += cost;
    else side.sold += cost;
    sides.set(expiry, side);
    const delta = mulDivUp(abs(mid.delta), mid.forward, WAD);
    netDelta += quantity * (mid.delta > 0n ? delta : -delta);
    const bend = mulDivUp(mulDivUp(mid.gamma, mid.forward, WAD), mid.forward, WAD);
    netGamma += signedDivUp(quantity * bend, WAD);
  }
  let [all, forgiven] = [0n, 0n];
  for (const { bought, sold } of sides.values()) {
    all += bought + sold;
    forgiven += 2n * min(bought, sold);
  }
  const costs =
    mulDivUp(all * WAD - forgiven * (WAD - p.legShare), 1n, WAD * WAD) +
    spotCost(p, order, netDelta, netGamma);
  const before = potential(p, order, order.before, order.groupsBefore);
  const after = potential(p, order, order.after, order.groupsAfter);
  const charge = max(after - before, 0n);
  return { premium: fair + costs + charge, fair, charge, reducesRisk: after <= before };
}

/** The vault's potential, whose increase is the charge [wad USD]. */
export function potential(
  p: QuoterParameters,
  { capital, spot, hedge }: Pick<OrderInputs, "capital" | "spot" | "hedge">,
  risk: BookRisk,
  groups: readonly GroupRisk[],
): bigint {
  const term = (size: bigint, share: bigint, price: bigint): bigint => {
    const limit = mulDivDown(capital, share, WAD);
    return limit === 0n ? 0n : mulDivDown(mulDivDown(abs(size), abs(size), limit), price, 2n * WAD);
  };
  const book =
    term(risk.vega, p.maxNetVega, p.vegaCharge) +
    term(risk.gamma, p.maxNetGamma, p.gammaCharge) +
    term(signedDivDown((risk.delta + hedge) * spot, WAD), p.maxNetDelta, p.deltaCharge);
  return groups.reduce((sum, { vega }) => sum + term(vega, p.maxExpiryVega, p.vegaCharge), book);
}

function spotCost(p: QuoterParameters, order: OrderInputs, netDelta: bigint, netGamma: bigint): bigint {
  const { spot, bid, ask } = order;
  let spread = order.twoSteps ? p.spotSpread : max(p.spotSpread, p.deviationThreshold);
  spread += (min(order.spotAge, DAY) * p.spotPerHour + HOUR - 1n) / HOUR;
  const gap = mulDivUp(netDelta > 0n ? ask - spot : spot - bid, WAD, spot);
  const cost = mulDivUp(mulDivUp(abs(netDelta), 1n, WAD), spread + gap, WAD);
  if (netGamma <= 0n) return cost;
  spread += mulDivUp(ask - bid, WAD, spot);
  return cost + (mulDivUp(mulDivUp(netGamma, spread, WAD), spread, WAD) + 1n) / 2n;
}

function leastOfNew(minSize: bigint, seriesHeld: bigint): bigint {
  return seriesHeld < AMPLE_SERIES ? minSize : minSize << ((seriesHeld - AMPLE_SERIES) / SERIES_STEP + 1n);
}

function unopenable(p: QuoterParameters, now: bigint, leg: QuotedLeg): QuoteRefusal | undefined {
  if (leg.isSliceStale) return "SurfaceStale";
  if (!leg.isPosted) return "UnknownExpiry";
  const tenor = leg.expiry - now;
  if (tenor < p.minTenor || tenor > p.maxTenor) return "TenorOutOfRange";
  let decade = WAD / 100n;
  while (decade * 10n <= leg.strike) decade *= 10n;
  const step = mulDivDown(decade, p.strikeStep, WAD);
  if (step !== 0n && leg.strike % step !== 0n) return "OffGrid";
  const delta = abs(leg.mid.delta);
  if (delta < p.minDelta || delta > p.maxDelta) return "DeltaOutOfRange";
  const { volatility } = leg.mid;
  if (volatility < p.minVolatility || volatility > p.maxVolatility) return "VolatilityOutOfRange";
  return undefined;
}

function beyondLimits(p: QuoterParameters, order: OrderInputs): QuoteRefusal | undefined {
  const { before, after, groupsBefore, groupsAfter, hedge, spot } = order;
  const limit = (share: bigint): bigint => mulDivDown(order.capital, share, WAD);
  const isBeyond = (older: bigint, newer: bigint, most: bigint): boolean =>
    abs(newer) > most && abs(newer) > abs(older);
  const value = (delta: bigint): bigint => signedDivDown((delta + hedge) * spot, WAD);
  if (isBeyond(before.vega, after.vega, limit(p.maxNetVega))) return "VegaLimit";
  if (isBeyond(before.gamma, after.gamma, limit(p.maxNetGamma))) return "GammaLimit";
  if (isBeyond(value(before.delta), value(after.delta), limit(p.maxNetDelta))) return "DeltaLimit";
  const notional = ({ calls, puts }: GroupRisk): bigint => mulDivDown(abs(calls) + abs(puts), spot, WAD);
  for (const [index, newer] of groupsAfter.entries()) {
    const older = groupsBefore[index];
    if (!older) throw new RangeError("An expiry is missing before the order.");
    if (isBeyond(older.vega, newer.vega, limit(p.maxExpiryVega))) return "ExpiryVegaLimit";
    if (isBeyond(notional(older), notional(newer), limit(p.maxNotional))) return "NotionalLimit";
  }
  return undefined;
}

function isStranded(p: QuoterParameters, order: OrderInputs): boolean {
  const before = order.before.delta + order.hedge;
  const after = order.after.delta + order.hedge;
  if (abs(after) <= abs(before)) return false;
  const absorbable = after > 0n ? order.capacity.sell : order.capacity.buy;
  if (abs(after) <= absorbable) return false;
  const limit = mulDivDown(order.capital, p.maxStrandedDelta, WAD);
  return mulDivUp(abs(after) - absorbable, order.spot, WAD) > limit;
}

/** Least that a posted condition may fall to [wad], `elapsed` [s] after it was `older`: nothing a day later, rounded up. */
export function leastCondition(older: bigint, elapsed: bigint): bigint {
  const left = DAY - min(elapsed, DAY);
  return (older * left + DAY - 1n) / DAY;
}

/** An order's spread [wad USD] by leg: equal shares, truncated towards zero, and the first one bears the remainder. */
export function spreadShares(spread: bigint, legs: number): bigint[] {
  const share = spread / BigInt(legs);
  return Array.from({ length: legs }, (_, i) => (i === 0 ? spread - share * BigInt(legs - 1) : share));
}

/** Price of a contract in a single leg's quote [wad USD], rounded for the vault; nothing for a sale that brings nothing. */
export function unitPrice(premium: bigint, quantity: bigint): bigint {
  if (quantity > 0n) return mulDivUp(premium, WAD, quantity);
  return premium < 0n ? mulDivDown(-premium, WAD, -quantity) : 0n;
}
