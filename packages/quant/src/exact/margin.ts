/** Bit-exact mirror of `contracts/risk/Margin.sol` and of the verdict of `contracts/risk/RiskEngine.sol`. */
import { max, min, mulDivUp, signedDivUp, WAD } from "./fixed-point.ts";
import { FIRST_TAIL, LANES, NODES, TAILS } from "./node-grid.ts";
import type { ExactVector } from "./risk-arrays.ts";

/** The parameters that the verdict depends on, ratios [wad]. */
export interface ExactParameters {
  readonly scanRange: bigint;
  readonly shortOptionMinimum: bigint;
  readonly maintenanceFactor: bigint;
  readonly collateralHaircut: bigint;
  readonly crossMarketCredit: bigint;
  readonly bidSpread: bigint;
}

/** One market, judged; see MarketMargin in the contract. */
export interface ExactMarketMargin {
  readonly equity: bigint;
  readonly losses: readonly bigint[];
  readonly scan: bigint;
  readonly node: number;
  readonly minimum: bigint;
}

/** The verdict [wad USD]. */
export interface ExactAssessment {
  readonly equity: bigint;
  readonly initialRequirement: bigint;
  readonly maintenanceRequirement: bigint;
  readonly bindingNode: number;
  readonly bindingMarket: number;
}

const mulUp = (a: bigint, b: bigint): bigint => mulDivUp(a, b, WAD);

/** Judges one market. */
export function judge(vector: ExactVector, p: ExactParameters): ExactMarketMargin {
  const bid = vector.mark - mulUp(vector.longMark, p.bidSpread);
  let [scan, node] = [0n, 0];
  const losses = vector.values.map((value, index) => {
    const tail = index >= FIRST_TAIL && index < LANES ? TAILS[index - FIRST_TAIL] : undefined;
    const raw = bid - value;
    const loss = tail === undefined ? raw : signedDivUp(raw * min(p.scanRange, tail), tail);
    if (loss > scan) [scan, node] = [loss, index];
    return loss;
  });
  return {
    equity: bid - mulUp(vector.collateral, p.collateralHaircut),
    losses,
    scan,
    node,
    minimum: mulUp(mulUp(vector.spot, p.shortOptionMinimum), vector.netShort),
  };
}

/** Joins judged markets: (1 - c) * sum of worsts + c * worst joint node. */
export function join(
  markets: readonly ExactMarketMargin[],
  credit: bigint,
): { readonly requirement: bigint; readonly market: number } {
  let [sum, joint, largest, market] = [0n, 0n, 0n, 0];
  markets.forEach((margin, index) => {
    const own = max(margin.scan, margin.minimum);
    sum += own;
    joint += margin.minimum;
    if (own > largest) [largest, market] = [own, index];
  });
  if (markets.length < 2) return { requirement: sum, market };
  for (let node = 0; node < NODES; node++) {
    joint = max(
      joint,
      markets.reduce((total, margin) => total + (margin.losses[node] ?? 0n), 0n),
    );
  }
  return { requirement: mulUp(sum, WAD - credit) + mulUp(joint, credit), market };
}

/** The verdict on cash and the vectors of a portfolio; `parameters` by market. */
export function assess(
  cash: bigint,
  vectors: readonly ExactVector[],
  parameters: (market: number) => ExactParameters,
): ExactAssessment {
  const all = vectors.map((vector) => parameters(vector.market));
  const margins = vectors.map((vector) => judge(vector, parameters(vector.market)));
  const credit = all.reduce((least, p) => min(least, p.crossMarketCredit), WAD);
  const factor = all.reduce((most, p) => max(most, p.maintenanceFactor), 0n);
  const { requirement, market } = join(margins, credit);
  return {
    equity: margins.reduce((total, margin) => total + margin.equity, cash),
    initialRequirement: requirement,
    maintenanceRequirement: mulUp(requirement, factor),
    bindingNode: margins[market]?.node ?? 0,
    bindingMarket: vectors[market]?.market ?? 0,
  };
}
