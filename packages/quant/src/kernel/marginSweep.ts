/** The loops of `MarginBook`: `vectorOf`, `judge` and `join` of the mirror in doubles, on arrays that stay. */
import { FIRST_DENSE, FIRST_TAIL, NODES, TAILS } from "../exact/node-grid.ts";
import { dollars, ROW, ROW_LENGTH } from "./marginTable.ts";

/** Parameters of one market in plain numbers; see `ExactParameters`. */
export type SweepParameters = Readonly<
  Record<
    | "scanRange"
    | "shortOptionMinimum"
    | "maintenanceFactor"
    | "collateralHaircut"
    | "crossMarketCredit"
    | "bidSpread"
    | "calendarCharge"
    | "staleAddOn"
    | "concentration"
    | "liquidityLimit"
    | "stretch"
    | "staleShare"
    | "depegShare",
    number
  >
>;

/** One market as the loops need it [USD]. */
export interface SweepMarket {
  readonly spot: number;
  readonly referenceSpot: number;
  readonly levels: Float64Array;
  readonly driftLimit: number;
}

/** Positions of all accounts, those of an account by market, expiry and strike. */
export interface SweepLegs {
  /** Row of the leg's strike. */
  readonly row: Int32Array;
  readonly isPut: Uint8Array;
  /** [1e-8 contracts] */
  readonly quantity: Float64Array;
  readonly table: Float64Array;
  readonly expiryOfRow: Int32Array;
}

/** One account in one market, before parameters. */
export interface SweepVector {
  readonly values: Float64Array;
  mark: number;
  longMark: number;
  collateral: number;
  netShort: number;
  vegaUp: number;
  vegaEither: number;
}

/** One account in one market, judged. */
export interface SweepVerdict {
  readonly losses: Float64Array;
  equity: number;
  own: number;
  minimum: number;
  calendar: number;
  extra: number;
  credit: number;
  factor: number;
}

/** Lengths of tails that their losses are scaled by. */
const REACHES = Float64Array.from(TAILS, dollars);

export const emptyVector = (): SweepVector => ({
  values: new Float64Array(NODES),
  mark: 0.1,
  longMark: 0.1,
  collateral: 0.1,
  netShort: 0.1,
  vegaUp: 0.1,
  vegaEither: 0.1,
});

export const emptyVerdict = (): SweepVerdict => ({
  losses: new Float64Array(NODES),
  equity: 0.1,
  own: 0.1,
  minimum: 0.1,
  calendar: 0.1,
  extra: 0.1,
  credit: 0.1,
  factor: 0.1,
});

/** Fills the vector from the legs from `first` to before `end`, all of one market. */
export function sweep(
  legs: SweepLegs,
  market: SweepMarket,
  first: number,
  end: number,
  collateral: number,
  vector: SweepVector,
): void {
  const { row, isPut, quantity, table, expiryOfRow } = legs;
  const { values } = vector;
  values.fill(0);
  let [calls, puts, putForward, constant, longMark] = [0, 0, 0, 0, 0];
  let [vegaUp, vegaEither, up, down, expiry] = [0, 0, 0, 0, -1];
  let leg = first;
  while (leg < end) {
    const r = row[leg]!;
    const at = r * ROW_LENGTH;
    let net = 0;
    for (; leg < end && row[leg] === r; leg++) {
      const units = quantity[leg]!;
      const put = isPut[leg]!;
      constant += units * (table[at + ROW.settled + put]! + put * table[at + ROW.strike]!);
      putForward += put * units * table[at + ROW.forward]!;
      longMark += units > 0 ? units * table[at + ROW.centre + put]! : 0;
      net += units;
      calls += units * (1 - put) * table[at + ROW.isAlive]!;
      puts += units * put * table[at + ROW.isAlive]!;
    }
    if (expiryOfRow[r] !== expiry) {
      vegaUp += up > 0 ? up : 0;
      vegaEither += Math.max(up, down, 0);
      expiry = expiryOfRow[r]!;
      up = 0;
      down = 0;
    }
    const isShort = net < 0 ? 1 : 0;
    const from = at + isShort * ROW.short;
    for (let node = 0; node < NODES; node++) values[node]! += net * table[from + node]!;
    up += net * table[at + ROW.up + isShort]!;
    down += net * table[at + ROW.down + isShort]!;
  }
  const slope = collateral * market.referenceSpot - putForward;
  for (let node = 0; node < NODES; node++) values[node]! += slope * market.levels[node]! + constant;
  vector.mark = market.spot === 0 ? constant : markAt(values, market);
  vector.longMark = longMark;
  vector.collateral = collateral * market.spot;
  vector.netShort = (Math.max(-calls, 0) + Math.max(-puts, 0)) * 1e-8;
  vector.vegaUp = vegaUp + Math.max(up, 0);
  vector.vegaEither = vegaEither + Math.max(up, down, 0);
}

/** Straight between the unshocked nodes around live spot, flat beyond them. */
function markAt(values: Float64Array, { spot, referenceSpot, driftLimit }: SweepMarket): number {
  const step = driftLimit / 2;
  const offset = Math.max(spot / referenceSpot + driftLimit - 1, 0);
  const index = Math.min(Math.floor(offset / step), 3);
  const part = Math.min(offset / step - index, 1);
  const left = values[FIRST_DENSE + index]!;
  return left + (values[FIRST_DENSE + index + 1]! - left) * part;
}

/** Judges the vector of a market with `spot`. */
export function judge(vector: SweepVector, spot: number, p: SweepParameters, verdict: SweepVerdict): void {
  const { values } = vector;
  const { losses } = verdict;
  const bid = vector.mark - p.bidSpread * vector.longMark;
  let scan = 0;
  for (let node = 0; node < NODES; node++) {
    const reach = REACHES[node - FIRST_TAIL];
    const raw = bid - values[node]!;
    const dampened = reach === undefined ? raw : (raw * Math.min(p.scanRange, reach)) / reach;
    const loss = dampened > 0 ? dampened * p.stretch : dampened;
    losses[node] = loss;
    if (loss > scan) scan = loss;
  }
  const notional = spot * vector.netShort;
  const minimum = notional * p.shortOptionMinimum;
  const calendar = vector.vegaEither * p.stretch * p.calendarCharge;
  verdict.equity = bid - p.collateralHaircut * vector.collateral;
  verdict.own = Math.max(scan, minimum, calendar);
  verdict.minimum = minimum;
  verdict.calendar = calendar;
  verdict.extra =
    (notional * p.concentration * vector.netShort) / p.liquidityLimit +
    vector.vegaUp * p.staleAddOn * p.staleShare +
    (notional + vector.collateral) * p.depegShare;
  verdict.credit = p.crossMarketCredit;
  verdict.factor = p.maintenanceFactor;
}

/** The requirement of the first `count` markets. */
export function requirement(verdicts: readonly SweepVerdict[], count: number): number {
  let [alone, minimum, calendar, extra] = [0, 0, 0, 0];
  for (let i = 0; i < count; i++) {
    const verdict = verdicts[i]!;
    alone += verdict.own * (count === 1 ? 1 : 1 - verdict.credit);
    minimum += verdict.minimum * verdict.credit;
    calendar += verdict.calendar * verdict.credit;
    extra += verdict.extra;
  }
  if (count < 2) return alone + extra;
  let joint = Math.max(minimum, calendar);
  for (let node = 0; node < NODES; node++) {
    let together = 0;
    for (let i = 0; i < count; i++) together += verdicts[i]!.losses[node]! * verdicts[i]!.credit;
    joint = Math.max(joint, together);
  }
  return alone + joint + extra;
}

/** Maintenance over initial, each market's weighted by what it asks for. */
export function maintenanceShare(verdicts: readonly SweepVerdict[], count: number): number {
  let [asked, weighted] = [0, 0];
  for (let i = 0; i < count; i++) {
    const verdict = verdicts[i]!;
    asked += verdict.own + verdict.extra;
    weighted += (verdict.own + verdict.extra) * verdict.factor;
  }
  return asked === 0 ? 0 : weighted / asked;
}
