/**
 * Bit-exact mirror of the arithmetic in `contracts/vault/Quoter.sol`: what the vault asks for a trade, and when it refuses.
 * Wads throughout; both sides round against the taker.
 */
import { abs, mulDivDown, mulDivUp, signedDivDown, signedDivUp, WAD } from "./fixed-point.ts";

/** The quoter's spreads and limits, as `QuoterParameters`; tenors in seconds, all else wads. */
export interface QuoterParameters {
  readonly halfSpreadVol: bigint;
  readonly spotSpread: bigint;
  readonly vegaCharge: bigint;
  readonly minDelta: bigint;
  readonly maxDelta: bigint;
  readonly maxNetVega: bigint;
  readonly maxNetDelta: bigint;
  readonly minTenor: bigint;
  readonly maxTenor: bigint;
}

/** A trade as the vault sees it: `quantity` is what the taker gains, `held` the vault's position in the series, `nav` its NAV at mid. */
export interface TradeInputs {
  readonly quantity: bigint;
  readonly held: bigint;
  readonly nav: bigint;
  /** Seconds to expiry. */
  readonly tenor: bigint;
  readonly isSliceStale: boolean;
  /** One contract at the surface's volatility. */
  readonly mid: {
    readonly value: bigint;
    readonly delta: bigint;
    readonly vega: bigint;
    readonly forward: bigint;
  };
  /** The vault's options of this market, and the collateral against them [wad underlying]. */
  readonly book: { readonly delta: bigint; readonly vega: bigint; readonly hedge: bigint };
}

/** Why the vault refuses: the contract's error `Quoter_…`. */
export type QuoteRefusal =
  | "NoCapacity"
  | "SurfaceStale"
  | "TenorOutOfRange"
  | "DeltaOutOfRange"
  | "VegaLimit"
  | "DeltaLimit";

/** A judged trade: refused, or the volatility to add to the surface's [wad], negative if the taker sells. */
export type Judgement =
  | { readonly refusal: QuoteRefusal }
  | { readonly refusal: undefined; readonly reducesRisk: boolean; readonly shift: bigint };

/** What the taker pays [wad USD]; negative: receives. */
export interface ExactQuote {
  readonly premium: bigint;
  readonly fair: bigint;
  readonly price: bigint;
}

/** Whether the vault takes a trade, and at which volatility. */
export function judge(p: QuoterParameters, trade: TradeInputs): Judgement {
  const { quantity, held, nav, mid, book } = trade;
  const change = -quantity;
  const vegaAfter = book.vega + signedDivDown(change * mid.vega, WAD);
  const deltaBefore = book.delta + book.hedge;
  const deltaAfter = deltaBefore + signedDivDown(change * mid.delta, WAD);
  const closes = held !== 0n && held > 0n !== change > 0n && abs(change) <= abs(held);
  const reducesRisk = closes || (abs(vegaAfter) <= abs(book.vega) && abs(deltaAfter) <= abs(deltaBefore));
  const refusal =
    (closes ? undefined : unopenable(p, trade)) ??
    (reducesRisk ? undefined : beyondLimits(p, trade, vegaAfter, deltaBefore, deltaAfter));
  if (refusal) return { refusal };
  let spread = p.halfSpreadVol;
  if (!reducesRisk && nav > 0n) {
    spread += mulDivUp(mulDivDown(abs(vegaAfter), WAD, nav), p.vegaCharge, WAD);
  }
  return { refusal: undefined, reducesRisk, shift: quantity > 0n ? spread : -spread };
}

/** The quote of a trade that is not refused; `shifted` is the value of one contract at the judged volatility [wad USD]. */
export function priced(p: QuoterParameters, trade: TradeInputs, shifted: bigint): ExactQuote {
  const { quantity, mid } = trade;
  const slip = mulDivUp(mulDivUp(mid.forward, abs(mid.delta), WAD), p.spotSpread, WAD);
  const bid = shifted > slip ? shifted - slip : 0n;
  const price = quantity > 0n ? shifted + slip : bid;
  return {
    price,
    premium: signedDivUp(quantity * price, WAD),
    fair: signedDivUp(quantity * mid.value, WAD),
  };
}

function unopenable(p: QuoterParameters, trade: TradeInputs): QuoteRefusal | undefined {
  if (trade.nav <= 0n) return "NoCapacity";
  if (trade.isSliceStale) return "SurfaceStale";
  if (trade.tenor < p.minTenor || trade.tenor > p.maxTenor) return "TenorOutOfRange";
  const delta = abs(trade.mid.delta);
  return delta < p.minDelta || delta > p.maxDelta ? "DeltaOutOfRange" : undefined;
}

function beyondLimits(
  p: QuoterParameters,
  { nav, book, mid }: TradeInputs,
  vegaAfter: bigint,
  deltaBefore: bigint,
  deltaAfter: bigint,
): QuoteRefusal | undefined {
  const capital = nav > 0n ? nav : 0n;
  const vega = abs(vegaAfter);
  if (vega > mulDivDown(capital, p.maxNetVega, WAD) && vega > abs(book.vega)) return "VegaLimit";
  const exposure = mulDivDown(abs(deltaAfter), mid.forward, WAD);
  const isOver = exposure > mulDivDown(capital, p.maxNetDelta, WAD);
  return isOver && abs(deltaAfter) > abs(deltaBefore) ? "DeltaLimit" : undefined;
}
