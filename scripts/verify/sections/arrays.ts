/** How far the packed arrays are from full revaluation, over random portfolios in random markets. */
import {
  denseLevelsFor,
  gridOf,
  type LevelMode,
  type ReferenceAssessment,
  VectorBuilder,
  verdict,
} from "../../../packages/quant/src/reference/index.ts";
import {
  type Environment,
  exactVerdict,
  grossNotional,
  type RandomPortfolio,
  randomEnvironment,
  touches,
} from "../../../test/support/environments.ts";
import { PORTFOLIO_KINDS, randomPortfolio } from "../../../test/support/portfolios.ts";
import { seeded } from "../../../test/support/random.ts";
import type { Bench, Figure } from "../section.ts";

const SEED = 1_914;
const STATES = 200;
const PORTFOLIOS_A_STATE = 50;

/** One portfolio against its full revaluations [bps of gross notional]. */
interface Sample {
  readonly kind: string;
  /** Full revaluation on the same levels less the arrays' initial requirement. */
  readonly under: number;
  /** What the arrays credit beyond full revaluation: equity less initial requirement against the same. */
  readonly overCredit: number;
  /** Dense scan less the arrays' initial requirement. */
  readonly gap: number;
}

type Builders = ReadonlyMap<LevelMode, readonly VectorBuilder[]>;

function buildersOf(environments: readonly Environment[]): Builders {
  const half = Math.max(
    ...environments.map(({ parameters }) => denseLevelsFor(parameters.reference.scanRange)),
  );
  const of = (mode: LevelMode) =>
    environments.map(({ reference, parameters }) => {
      const p = parameters.reference;
      return new VectorBuilder(reference, p, gridOf(reference, p, mode, half));
    });
  return new Map([
    ["sameLevels", of("sameLevels")],
    ["denseScan", of("denseScan")],
  ]);
}

function sample(
  environments: readonly Environment[],
  builders: Builders,
  portfolio: RandomPortfolio,
): Sample {
  const full = (mode: LevelMode): ReferenceAssessment =>
    verdict(
      0,
      builders
        .get(mode)!
        .filter(({ market }) => touches(portfolio, market.market))
        .map((builder) =>
          builder.build(
            portfolio.legs.filter((leg) => leg.market === builder.market.market),
            portfolio.collateral.get(builder.market.market) ?? 0,
          ),
        ),
      (market) => environments[market]!.parameters.reference,
    );
  const arrays = exactVerdict(environments, portfolio);
  const initial = Number(arrays.initialRequirement) / 1e18;
  const excess = Number(arrays.equity - arrays.initialRequirement) / 1e18;
  const same = full("sameLevels");
  const bps = (amount: number) => (amount / grossNotional(environments, portfolio)) * 10_000;
  return {
    kind: portfolio.kind,
    under: bps(same.initial - initial),
    overCredit: bps(excess - (same.equity - same.initial)),
    gap: bps(full("denseScan").initial - initial),
  };
}

/** Draws the portfolios; the same ones every time. */
function draw(progress: Bench["progress"]): Sample[] {
  const next = seeded(SEED);
  const samples: Sample[] = [];
  for (let state = 0; state < STATES; state++) {
    // In a fourth of the states the surface is late and the cash token off its peg.
    const depegShare = state % 4 === 3 ? Math.round(next() * 1e5) / 1e6 : 0;
    const environments = [0, 1].map((market) => {
      const staleness = state % 4 === 3 ? Math.round(next() * 1e6) / 1e6 : 0;
      return randomEnvironment(market, next, { staleness, depegShare });
    });
    const builders = buildersOf(environments);
    for (let i = 0; i < PORTFOLIOS_A_STATE; i++) {
      const kind = PORTFOLIO_KINDS[i % PORTFOLIO_KINDS.length]!;
      samples.push(sample(environments, builders, randomPortfolio(environments, kind, next)));
    }
    if (state % 50 === 49) progress(`arrays: ${samples.length} portfolios`);
  }
  return samples;
}

const largest = (samples: readonly Sample[], of: (one: Sample) => number): Sample =>
  samples.reduce((worst, one) => (of(one) > of(worst) ? one : worst));

const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))]!;

const UNIT = "bps of gross notional";
/** Hundred-thousandths of a basis point are noise of double precision. */
const figure = (bps: number): Figure => ({ value: Number(bps.toFixed(4)) + 0, unit: UNIT });

/** The worst dense scan gap of each kind of portfolio. */
function gapsByKind(samples: readonly Sample[], progress: Bench["progress"]): Record<string, Figure> {
  const figures = PORTFOLIO_KINDS.map((kind) => {
    const own = samples.filter((one) => one.kind === kind).map(({ gap }) => gap);
    const [middle, high] = [0.5, 0.99].map((share) => quantile(own, share).toFixed(2));
    const worst = Math.max(...own);
    progress(`arrays: gap of ${kind}: median ${middle}, 99 % ${high}, worst ${worst.toFixed(2)} bps`);
    return [`arrays.denseScanGapBps.${kind.replaceAll(" ", "-")}`, figure(worst)] as const;
  });
  return Object.fromEntries(figures);
}

/** Measures; about half a minute. */
export async function measure({ progress }: Bench): Promise<Record<string, Figure>> {
  const samples = draw(progress);
  const gaps = samples.map(({ gap }) => gap);
  const worst = largest(samples, ({ gap }) => gap);
  const under = Math.max(...samples.map((one) => one.under));
  const overCredit = Math.max(...samples.map((one) => one.overCredit));
  return {
    "arrays.maxUnderRequirementBps": { ...figure(under), target: 2 },
    "arrays.maxOverCreditBps": { ...figure(overCredit), target: 2 },
    "arrays.denseScanGapBps": { ...figure(worst.gap), unit: `${UNIT}; the worst is a ${worst.kind}` },
    "arrays.denseScanGapMedianBps": figure(quantile(gaps, 0.5)),
    "arrays.denseScanGap99Bps": figure(quantile(gaps, 0.99)),
    ...gapsByKind(samples, progress),
    "arrays.portfolios": { value: samples.length, unit: "portfolios" },
  };
}
