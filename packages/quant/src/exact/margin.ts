/** Bit-exact mirror of `contracts/risk/Margin.sol` and of the verdict of `contracts/risk/RiskEngine.sol`. */
import { max, min, mulDivUp, signedDivUp, WAD } from "./fixed-point.ts";
import { FIRST_TAIL, NODES, TAILS } from "./node-grid.ts";
import type { ExactVector } from "./risk-arrays.ts";

/** The parameters that the verdict depends on, ratios [wad]. */
export interface ExactParameters {
  readonly scanRange: bigint;
  readonly shortOptionMinimum: bigint;
  readonly maintenanceFactor: bigint;
  readonly collateralHaircut: bigint;
  readonly crossMarketCredit: bigint;
  readonly bidSpread: bigint;
  readonly calendarCharge: bigint;
  readonly staleAddOn: bigint;
  readonly concentration: bigint;
  /** Whole contracts. */
  readonly liquidityLimit: bigint;
}

/** What adds to a market's scan, ratios [wad]; see Stress in the contract. */
export interface ExactStress {
  readonly stretch: bigint;
  readonly staleShare: bigint;
  readonly depegShare: bigint;
}

const CALM: ExactStress = { stretch: WAD, staleShare: 0n, depegShare: 0n };

/** One market, judged; see MarketMargin in the contract. */
export interface ExactMarketMargin {
  readonly equity: bigint;
  readonly losses: readonly bigint[];
  readonly scan: bigint;
  readonly node: number;
  readonly minimum: bigint;
  readonly calendar: bigint;
  readonly extra: bigint;
  readonly credit: bigint;
  readonly factor: bigint;
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
export function judge(
  vector: ExactVector,
  p: ExactParameters,
  stress: ExactStress = CALM,
): ExactMarketMargin {
  const isStretched = stress.stretch !== WAD;
  const bid = vector.mark - mulUp(vector.longMark, p.bidSpread);
  let [scan, node] = [0n, 0];
  const losses = vector.values.map((value, index) => {
    const tail = TAILS[index - FIRST_TAIL];
    const raw = bid - value;
    const dampened = tail === undefined ? raw : signedDivUp(raw * min(p.scanRange, tail), tail);
    const loss = isStretched && dampened > 0n ? (dampened * stress.stretch) / WAD + 1n : dampened;
    if (loss > scan) [scan, node] = [loss, index];
    return loss;
  });
  const notional = mulUp(vector.spot, vector.netShort);
  const vega = isStretched ? mulUp(vector.vegaEither, stress.stretch) : vector.vegaEither;
  const share = mulDivUp(vector.netShort, WAD, p.liquidityLimit * WAD);
  return {
    equity: bid - mulUp(vector.collateral, p.collateralHaircut),
    losses,
    scan,
    node,
    minimum: mulUp(notional, p.shortOptionMinimum),
    calendar: mulUp(vega, p.calendarCharge),
    credit: p.crossMarketCredit,
    factor: p.maintenanceFactor,
    extra:
      mulUp(mulUp(notional, p.concentration), share) +
      mulUp(mulUp(vector.vegaUp, p.staleAddOn), stress.staleShare) +
      mulUp(notional + vector.collateral, stress.depegShare),
  };
}

/** Joins judged markets: each market's worst times 1 - c, and the worst joint node, in which each counts with its c. */
export function join(markets: readonly ExactMarketMargin[]): {
  readonly requirement: bigint;
  readonly factor: bigint;
  readonly market: number;
} {
  let [alone, minimum, calendar, extra, asked, weighted, largest, market] = [0n, 0n, 0n, 0n, 0n, 0n, 0n, 0];
  markets.forEach((margin, index) => {
    const own = max(max(margin.scan, margin.minimum), margin.calendar);
    alone += own * (markets.length === 1 ? WAD : WAD - margin.credit);
    minimum += margin.minimum * margin.credit;
    calendar += margin.calendar * margin.credit;
    extra += margin.extra;
    asked += own + margin.extra;
    weighted += (own + margin.extra) * margin.factor;
    if (own + margin.extra > largest) [largest, market] = [own + margin.extra, index];
  });
  const ceil = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;
  const factor = asked === 0n ? 0n : ceil(weighted, asked);
  if (markets.length < 2) return { requirement: ceil(alone, WAD) + extra, factor, market };
  let joint = max(minimum, calendar);
  for (let node = 0; node < NODES; node++) {
    const together = markets.reduce((sum, margin) => sum + (margin.losses[node] ?? 0n) * margin.credit, 0n);
    joint = max(joint, together);
  }
  return { requirement: ceil(alone, WAD) + ceil(joint, WAD) + extra, factor, market };
}

/** How much wider a scan with `p` is than one with the parameters that the arrays were made with [wad]. */
export function stretchOf(p: ExactScan, arrays: ExactScan): bigint {
  const ratios = [
    [p.scanRange, arrays.scanRange],
    [p.volUp, arrays.volUp],
    [p.volDown, arrays.volDown],
  ] as const;
  return ratios.reduce((most, [a, b]) => max(most, mulDivUp(a, WAD, b)), WAD);
}

/** The parameters that arrays are made with [wad]. */
export interface ExactScan {
  readonly scanRange: bigint;
  readonly volUp: bigint;
  readonly volDown: bigint;
}

/** What a verdict depends on beside vectors and the parameters in force; each by market. */
export interface ExactConditions {
  readonly staleShare?: (market: number) => bigint;
  readonly depegShare?: bigint;
  /** Parameters for new risk, where a change of parameters is running. */
  readonly newRisk?: (market: number) => ExactParameters & ExactScan;
}

/**
 * The verdict on cash and the vectors of a portfolio, by increasing market. Arrays are taken to be made with the
 * parameters in force.
 */
export function assess(
  cash: bigint,
  vectors: readonly ExactVector[],
  inForce: (market: number) => ExactParameters & ExactScan,
  { staleShare = () => 0n, depegShare = 0n, newRisk = inForce }: ExactConditions = {},
): ExactAssessment {
  const judged = (parameters: typeof inForce): ExactMarketMargin[] =>
    vectors.map((vector) => {
      const p = parameters(vector.market);
      const stretch = stretchOf(p, inForce(vector.market));
      return judge(vector, p, { stretch, staleShare: staleShare(vector.market), depegShare });
    });
  const margins = judged(newRisk);
  const held = newRisk === inForce ? margins : judged(inForce);
  const initial = join(margins);
  const maintained = join(held);
  const less = margins.reduce((sum, margin, i) => sum + max((held[i]?.equity ?? 0n) - margin.equity, 0n), 0n);
  const requirement = initial.requirement + less;
  const market = initial.market;
  return {
    equity: held.reduce((total, margin) => total + margin.equity, cash),
    initialRequirement: requirement,
    maintenanceRequirement: min(mulUp(maintained.requirement, maintained.factor), requirement),
    bindingNode: margins[market]?.node ?? 0,
    bindingMarket: vectors[market]?.market ?? 0,
  };
}
