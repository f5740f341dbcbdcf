/** Bit-exact mirror of `contracts/risk/NodeValuation.sol` and of the vectors of `contracts/risk/PortfolioVectors.sol`. */
import { revalue } from "./black76.ts";
import {
  DomainError,
  lnRatio,
  max,
  min,
  mulDivUp,
  pow,
  rootYears,
  signedDivDown,
  WAD,
} from "./fixed-point.ts";
import * as nodeGrid from "./node-grid.ts";
import { standardDeviationOf, totalVariance, varianceAt } from "./vol-surface.ts";

const TERM = 30n * 86_400n;
const SHORTEST = 86_400n;
const LOWEST_DOWN = 10_000n;

/** The grid of a market, as stored. */
export interface ExactGrid {
  /** [1e-8 USD] */
  readonly referenceSpot: bigint;
  /** [1e-9] */
  readonly outer: bigint;
  /** [1e-9] */
  readonly driftLimit: bigint;
}

/** The header of an expiry, as stored. */
export interface ExactHeader {
  /** [1e-8 USD] */
  readonly forward: bigint;
  /** unix seconds */
  readonly computedAt: bigint;
  readonly version: bigint;
  /** [1e-6] */
  readonly upFactor: bigint;
  /** [1e-6] */
  readonly downFactor: bigint;
}

/** One series position. Quantity in units of 1e-8, strike in cents. */
export interface ExactLeg {
  readonly market: number;
  readonly expiry: bigint;
  readonly strikeCents: bigint;
  readonly isPut: boolean;
  readonly quantity: bigint;
}

/** What the legs of one expiry need: its header and words if alive, its settlement price if expired. */
export type ExactExpiry =
  | {
      readonly alive: true;
      readonly header: ExactHeader;
      /** Words A and B of a strike in cents. */
      readonly words: (strikeCents: bigint) => readonly [bigint, bigint];
    }
  | { readonly alive: false; readonly settlementPrice: bigint };

/** All that one market's vector depends on. Spot and collateral [wad]. */
export interface ExactMarket {
  readonly market: number;
  readonly spot: bigint;
  readonly grid: ExactGrid;
  readonly collateral: bigint;
  readonly expiry: (expiry: bigint) => ExactExpiry;
}

/** See MarketVector in `contracts/interfaces/IRiskEngine.sol`. */
export interface ExactVector {
  readonly market: number;
  readonly spot: bigint;
  readonly values: readonly bigint[];
  readonly mark: bigint;
  readonly delta: bigint;
  readonly longMark: bigint;
  readonly collateral: bigint;
  readonly netShort: bigint;
  readonly vegaUp: bigint;
  readonly vegaEither: bigint;
}

/** How far the levels of a new grid reach: (1 + R)(1 + d) - 1 [1e-9], rounded up to a thousandth; ratios [wad]. */
export function outerOf(scanRange: bigint, driftLimit: bigint): bigint {
  const up = (value: bigint, step: bigint): bigint => (value + step - 1n) / step;
  const [range, drift] = [up(scanRange, 10n ** 9n), driftLimit / 10n ** 9n];
  return up(range + drift + up(range * drift, 10n ** 9n), 10n ** 6n) * 10n ** 6n;
}

/** Shock factors of volatility [1e-6]; shocks at 30 days [wad]. */
export function shockFactors(
  secondsToExpiry: bigint,
  volUp: bigint,
  volDown: bigint,
): { readonly up: bigint; readonly down: bigint } {
  const ratio = (TERM * WAD) / max(secondsToExpiry, SHORTEST);
  const longPower = pow(ratio, (WAD * 30n) / 100n);
  const upPower = ratio > WAD ? pow(ratio, (WAD * 45n) / 100n) : longPower;
  const fall = mulDivUp(volDown, longPower, WAD) / 10n ** 12n + 1n;
  return {
    up: 1_000_000n + mulDivUp(volUp, upPower, WAD) / 10n ** 12n + 1n,
    down: fall + LOWEST_DOWN < 1_000_000n ? 1_000_000n - fall : LOWEST_DOWN,
  };
}

/** Spot level of every node of a grid [wad]. */
export const levelsOf = ({ outer, driftLimit }: ExactGrid): bigint[] =>
  nodeGrid.multipliers(outer * 10n ** 9n, driftLimit * 10n ** 9n);

/** A strike's call at every node [wad], before packing; a slice of zero values it at intrinsic. */
export function nodeCalls(
  grid: ExactGrid,
  header: ExactHeader,
  slice: bigint,
  expiry: bigint,
  strikeCents: bigint,
): bigint[] {
  const forward = header.forward * 10n ** 10n;
  const strike = strikeCents * 10n ** 16n;
  const logRatio = lnRatio(forward, strike);
  const m = levelsOf(grid);
  const logs = nodeGrid.logarithms(m);
  let [up, down, same] = [0n, 0n, 0n];
  if (slice !== 0n) {
    const variance = totalVariance(slice, -logRatio);
    same = standardDeviationOf(varianceAt(slice, variance, expiry, header.computedAt));
    up = max((same * header.upFactor) / 1_000_000n, rootYears(expiry - header.computedAt) / 2n);
    down = (same * header.downFactor) / 1_000_000n;
  }
  return m.map((level, node) => {
    const s = node < nodeGrid.FIRST_DOWN ? up : node < nodeGrid.FIRST_SAME ? down : same;
    return revalue((forward * level) / WAD, strike, logRatio + (logs[node] ?? 0n), s);
  });
}

/** The two words of one strike. */
export function wordsOf(
  grid: ExactGrid,
  header: ExactHeader,
  slice: bigint,
  expiry: bigint,
  strikeCents: bigint,
): readonly [bigint, bigint] {
  const base = grid.referenceSpot * 10n ** 10n;
  const values = nodeCalls(grid, header, slice, expiry, strikeCents).map(
    (value) => (value << nodeGrid.VALUE_BITS) / base,
  );
  return [
    nodeGrid.pack(values.slice(0, nodeGrid.LANES), header.version & 0xfffn),
    nodeGrid.pack(values.slice(nodeGrid.LANES), header.version >> 12n),
  ];
}

const legOrder = (a: ExactLeg, b: ExactLeg): number => {
  const difference = a.expiry - b.expiry || a.strikeCents - b.strikeCents;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};

/** The vector of one market: `legs` are all of that market, in any order. */
export function vectorOf(market: ExactMarket, legs: readonly ExactLeg[]): ExactVector {
  const sums = nodeGrid.emptySums();
  const sheets = new Map<bigint, nodeGrid.LaneSums>();
  const base = market.grid.referenceSpot * 10n ** 10n;
  let [putForward, putStrike, calls, puts, settled, longMark] = [0n, 0n, 0n, 0n, 0n, 0n];
  const nets = new Map<string, { words: readonly [bigint, bigint]; net: bigint; expiry: bigint }>();
  for (const leg of [...legs].sort(legOrder)) {
    const strike = leg.strikeCents * 10n ** 16n;
    const expiry = market.expiry(leg.expiry);
    if (!expiry.alive) {
      const inTheMoney = leg.isPut ? strike - expiry.settlementPrice : expiry.settlementPrice - strike;
      settled += signedDivDown(leg.quantity * max(inTheMoney, 0n), 10n ** 8n);
      continue;
    }
    const key = `${leg.expiry}/${leg.strikeCents}`;
    const entry = nets.get(key) ?? {
      words: expiry.words(leg.strikeCents),
      net: 0n,
      expiry: leg.expiry,
    };
    nets.set(key, entry);
    entry.net += leg.quantity;
    let value = 0n;
    if (leg.quantity > 0n) {
      value = (nodeGrid.laneOf(entry.words[1], nodeGrid.CENTRE_LANE) * base) >> nodeGrid.VALUE_BITS;
    }
    if (leg.isPut) {
      puts += leg.quantity;
      putForward += leg.quantity * expiry.header.forward;
      putStrike += leg.quantity * leg.strikeCents;
      value = max(value + strike - expiry.header.forward * 10n ** 10n, 0n);
    } else {
      calls += leg.quantity;
    }
    if (leg.quantity > 0n) longMark += (leg.quantity * value) / 10n ** 8n;
  }
  for (const { words, net, expiry } of nets.values()) {
    nodeGrid.add(sums, words[0], words[1], net);
    const sheet = sheets.get(expiry) ?? nodeGrid.emptySums();
    sheets.set(expiry, sheet);
    nodeGrid.add(sheet, words[0], words[1], net);
  }
  let [vegaUp, vegaEither] = [0n, 0n];
  for (const sheet of sheets.values()) {
    const { up, down } = nodeGrid.vegaLosses(sheet);
    vegaUp += max(up, 0n);
    vegaEither += max(max(up, down), 0n);
  }
  const dollarsUp = (lanes: bigint): bigint =>
    lanes === 0n ? 0n : ((lanes * market.grid.referenceSpot * 100n) >> nodeGrid.VALUE_BITS) + 1n;
  if (sums.grossA >= nodeGrid.MAX_GROSS || sums.grossB >= nodeGrid.MAX_GROSS) {
    throw new DomainError("quantity too large for the lanes");
  }
  const m = levelsOf(market.grid);
  const slope = market.collateral * market.grid.referenceSpot - putForward * 10n ** 10n;
  const values = nodeGrid
    .decode(sums)
    .map(
      (lane, node) =>
        ((lane * market.grid.referenceSpot * 100n) >> nodeGrid.VALUE_BITS) +
        signedDivDown(slope * (m[node] ?? 0n), 10n ** 26n) +
        putStrike * 10n ** 8n +
        settled,
    );
  const read =
    market.spot === 0n
      ? { mark: settled, delta: 0n }
      : markAt(values, (market.spot * WAD) / base, market.grid.driftLimit * 10n ** 9n, base);
  return {
    market: market.market,
    spot: market.spot,
    values,
    ...read,
    longMark,
    collateral: (market.collateral * market.spot) / WAD,
    netShort: (max(-calls, 0n) + max(-puts, 0n)) * 10n ** 10n,
    vegaUp: dollarsUp(vegaUp),
    vegaEither: dollarsUp(vegaEither),
  };
}

/** Value and slope against the level, straight between the unshocked nodes around a level [wad], flat beyond them. */
function markAt(
  values: readonly bigint[],
  level: bigint,
  driftLimit: bigint,
  base: bigint,
): { readonly mark: bigint; readonly delta: bigint } {
  const offset = max(level + driftLimit - WAD, 0n);
  const step = driftLimit / 2n;
  const index = min(offset / step, 3n);
  const part = min(offset - index * step, step);
  const node = nodeGrid.FIRST_DENSE + Number(index);
  const left = values[node] ?? 0n;
  const rise = (values[node + 1] ?? 0n) - left;
  return {
    mark: left + signedDivDown(rise * part, step),
    delta: signedDivDown(rise * 10n ** 36n, step * base),
  };
}

/** Up shock of an expiry [wad] whose slice is staler than its market's surface by `beyond` [wad], both rounded up. */
export function staleUpShock(volUp: bigint, staleAddOn: bigint, beyond: bigint): bigint {
  return beyond <= 0n ? volUp : volUp + mulDivUp(volUp, mulDivUp(staleAddOn, beyond, WAD), WAD);
}

/** Last second at which the arrays of an expiry may be used: an eighth of its life, from five minutes to `ageLimit` [s]. */
export function currentUntil(computedAt: bigint, expiry: bigint, ageLimit: bigint): bigint {
  return computedAt + min(max((expiry - computedAt) / 8n, 300n), ageLimit);
}

/** Whether `spot` [wad] is within the drift limit of a grid's reference. */
export function isNear({ referenceSpot, driftLimit }: ExactGrid, spot: bigint): boolean {
  const base = referenceSpot * 10n ** 10n;
  const drift = max(spot - base, base - spot);
  return spot !== 0n && drift * 10n ** 9n <= base * driftLimit;
}
