import type { ReferenceLeg, ReferenceMarket } from "./market.ts";
import { denseScenarios, gridScenarios } from "./market.ts";
import type { ReferenceParameters } from "./parameters.ts";
import { type ReferenceGrid, type ReferenceVector, VectorBuilder } from "./vector.ts";

/** Levels of the dense scan are at most this far apart, as a share of the live spot. */
export const DENSE_STEP = 0.001;

/** Losses closer than this are the same [USD]. */
const NOISE = 1e-6;

/** A portfolio in human units. */
export interface ReferencePortfolio {
  readonly cash: number;
  /** Units of the underlying by market. */
  readonly collateral: ReadonlyMap<number, number>;
  readonly legs: readonly ReferenceLeg[];
}

/** One market, judged; every term by name [USD]. */
export interface MarketTerms {
  readonly market: number;
  readonly vector: ReferenceVector;
  /** Mark less the bid spread on longs. */
  readonly bid: number;
  /** Bid less the haircut on collateral. */
  readonly equity: number;
  /** By scenario, tails dampened; negative is a gain. */
  readonly losses: Float64Array;
  readonly scan: number;
  /** Index of the scenario that scan comes from. */
  readonly node: number;
  readonly minimum: number;
  readonly calendar: number;
  /** The largest of scan, minimum and calendar. */
  readonly own: number;
  readonly concentration: number;
  readonly stale: number;
  readonly depeg: number;
  /** Sum of concentration, stale and depeg. */
  readonly extra: number;
  /** Cross-market credit of this market. */
  readonly credit: number;
  /** Maintenance / initial of this market. */
  readonly factor: number;
}

/** A requirement and what it is made of [USD]. */
export interface RequirementTerms {
  readonly requirement: number;
  /** Maintenance / initial, each market's weighted by what it asks for. */
  readonly factor: number;
  readonly ownSum: number;
  /** Worst of all markets moving alike, or the sum of their minimums or calendars, each times its market's credit. */
  readonly joint: number;
  readonly extraSum: number;
  readonly equity: number;
  readonly markets: readonly MarketTerms[];
  /** Index within `markets` of the one that asks for most. */
  readonly largest: number;
}

/** The verdict [USD]. */
export interface ReferenceAssessment {
  readonly equity: number;
  readonly initial: number;
  readonly maintenance: number;
  readonly bindingMarket: number;
  readonly bindingNode: number;
  readonly terms: RequirementTerms;
}

/** Parameters by market, for new risk or in force. */
export type ParametersOf = (market: number) => ReferenceParameters;

/** How much wider the scan with `p` is than the one of arrays made with `arrays`. */
export function stretchOf(p: ReferenceParameters, arrays: ReferenceParameters): number {
  return Math.max(1, p.scanRange / arrays.scanRange, p.volUp / arrays.volUp, p.volDown / arrays.volDown);
}

/**
 * Judges one market.
 * @param stretch factor on losses: how much wider the scan has to be than the one that the vector was made for
 */
export function judge(vector: ReferenceVector, p: ReferenceParameters, stretch = 1): MarketTerms {
  const bid = vector.mark - p.bidSpread * vector.longMark;
  const losses = new Float64Array(vector.values.length);
  let scan = 0;
  vector.scenarios.forEach(({ move }, i) => {
    const weight = move === undefined ? 1 : Math.min(p.scanRange, move) / move;
    const raw = (bid - vector.values[i]!) * weight;
    const loss = raw > 0 ? raw * stretch : raw;
    losses[i] = loss;
    scan = Math.max(scan, loss);
  });
  // The first of nodes that are alike but for the noise of double precision; none if nothing is lost.
  const node = scan > NOISE ? losses.findIndex((loss) => loss > scan - NOISE) : 0;
  const minimum = p.shortOptionMinimum * vector.spot * vector.netShort;
  const whenUp = vector.expiries.map(({ up, same }) => Math.max(same - up, 0));
  const either = vector.expiries.map(({ down, same }, i) => Math.max(whenUp[i]!, same - down));
  const calendar = p.calendarCharge * stretch * sum(either);
  const share = vector.netShort / p.liquidityLimit;
  const concentration = p.concentration * vector.spot * vector.netShort * share;
  const stale = p.staleAddOn * vector.staleness * sum(whenUp);
  const depeg = vector.depegShare * (vector.spot * vector.netShort + vector.collateral);
  return {
    market: vector.market,
    vector,
    bid,
    equity: bid - p.collateralHaircut * vector.collateral,
    losses,
    scan,
    node,
    minimum,
    calendar,
    own: Math.max(scan, minimum, calendar),
    concentration,
    stale,
    depeg,
    extra: concentration + stale + depeg,
    credit: p.crossMarketCredit,
    factor: p.maintenanceFactor,
  };
}

/** Joins judged markets, which have the same scenarios in the same order. */
export function join(markets: readonly MarketTerms[]): RequirementTerms {
  const ownSum = sum(markets.map(({ own }) => own));
  const extraSum = sum(markets.map(({ extra }) => extra));
  const together = (term: (m: MarketTerms) => number): number => sum(markets.map((m) => term(m) * m.credit));
  let joint = Math.max(
    together(({ minimum }) => minimum),
    together(({ calendar }) => calendar),
  );
  const nodes = markets[0]?.losses.length ?? 0;
  for (let node = 0; node < nodes; node++)
    joint = Math.max(
      joint,
      together((m) => m.losses[node]!),
    );
  const alone = sum(markets.map(({ own, credit }) => own * (1 - credit)));
  const largest = markets.reduce((best, m, i) => (asked(m) > asked(markets[best]!) + NOISE ? i : best), 0);
  const total = sum(markets.map(asked));
  return {
    requirement: (markets.length < 2 ? ownSum : alone + joint) + extraSum,
    factor: total === 0 ? 0 : sum(markets.map((m) => asked(m) * m.factor)) / total,
    ownSum,
    joint,
    extraSum,
    equity: sum(markets.map(({ equity }) => equity)),
    markets,
    largest,
  };
}

const asked = ({ own, extra }: MarketTerms): number => own + extra;

/** The requirement of vectors under some parameters; the vectors are made for those in force. */
export function requirementOf(
  vectors: readonly ReferenceVector[],
  parameters: ParametersOf,
  inForce: ParametersOf,
): RequirementTerms {
  return join(
    vectors.map((vector) => {
      const p = parameters(vector.market);
      return judge(vector, p, stretchOf(p, inForce(vector.market)));
    }),
  );
}

/** How levels are chosen; see `assess`. */
export type LevelMode = "sameLevels" | "denseScan";

/** Levels on either side of live spot that a dense scan of this range takes. */
export const denseLevelsFor = (scanRange: number): number => Math.ceil(scanRange / DENSE_STEP - 1e-9);

/**
 * The scenarios of one market in a mode.
 * @param half levels of a dense scan on either side, the same for all markets of a portfolio
 */
export function gridOf(
  market: ReferenceMarket,
  p: ReferenceParameters,
  mode: LevelMode,
  half: number = denseLevelsFor(p.scanRange),
): ReferenceGrid {
  if (mode === "sameLevels") {
    return { scenarios: gridScenarios(p.scanRange, p.driftLimit), interpolated: true };
  }
  const drift = market.spot / market.referenceSpot;
  return { scenarios: denseScenarios(p.scanRange, drift, half), interpolated: false };
}

/**
 * Judges a portfolio by full revaluation in double precision: every leg priced in every scenario, nothing packed.
 * @param mode `sameLevels`: the 30 nodes of the arrays, marks read as the chain reads them. `denseScan`: every tenth of
 * a percent of spot within the scan range around live spot in each state of volatility, marks computed there.
 * @param inForce parameters that apply to what is held; `newRisk` those that apply to what is opened
 */
export function assess(
  portfolio: ReferencePortfolio,
  markets: readonly ReferenceMarket[],
  inForce: ParametersOf,
  mode: LevelMode,
  newRisk: ParametersOf = inForce,
): ReferenceAssessment {
  const held = markets.filter(
    ({ market }) => portfolio.collateral.has(market) || portfolio.legs.some((leg) => leg.market === market),
  );
  const half = Math.max(...held.map(({ market }) => denseLevelsFor(inForce(market).scanRange)), 1);
  const vectors = held.map((market) => {
    const p = inForce(market.market);
    const builder = new VectorBuilder(market, p, gridOf(market, p, mode, half));
    const legs = portfolio.legs.filter((leg) => leg.market === market.market);
    return builder.build(legs, portfolio.collateral.get(market.market) ?? 0);
  });
  return verdict(portfolio.cash, vectors, inForce, newRisk);
}

/** The verdict on cash and vectors. */
export function verdict(
  cash: number,
  vectors: readonly ReferenceVector[],
  inForce: ParametersOf,
  newRisk: ParametersOf = inForce,
): ReferenceAssessment {
  const initial = requirementOf(vectors, newRisk, inForce);
  const held = newRisk === inForce ? initial : requirementOf(vectors, inForce, inForce);
  const less = sum(initial.markets.map(({ equity }, i) => Math.max(held.markets[i]!.equity - equity, 0)));
  const binding = initial.markets[initial.largest];
  return {
    equity: cash + held.equity,
    initial: initial.requirement + less,
    maintenance: Math.min(held.factor * held.requirement, initial.requirement + less),
    bindingMarket: binding?.market ?? 0,
    bindingNode: binding?.node ?? 0,
    terms: initial,
  };
}

const sum = (list: readonly number[]): number => list.reduce((total, value) => total + value, 0);
