import type { MarketMoves } from "./filtered.ts";
import { seededRandom } from "./random.ts";
import { BadSampleError } from "./tail.ts";

/** Moves with heavy tails and common jumps: all markets share the chi-square and the jumps' times. */
export interface JumpModel {
  /** In the order of all other lists. */
  readonly markets: readonly string[];
  /** Variance of a step without jumps, per market. */
  readonly variances: readonly number[];
  /** Correlation of the parts without jumps. */
  readonly correlations: readonly (readonly number[])[];
  /** Degrees of freedom, > 2. */
  readonly freedom: number;
  /** Jumps expected per step. */
  readonly jumpRate: number;
  /** Mean and standard deviation of a jump's log size, per market. */
  readonly jumpMeans: readonly number[];
  readonly jumpDeviations: readonly number[];
}

/** Residuals further out than this many deviations count as jumps. */
const JUMP_SIZE = 6;
/** Degrees of freedom that are tried; above two, so that there is a variance. */
const FREEDOMS = [2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 10, 12, 16, 24, 40, 100];
const SCALE_STEPS = 40;

/**
 * Fits a model to filtered returns: what is beyond six deviations in any market is a jump, of which moments are taken; to
 * the rest Student's t is fitted by maximum likelihood, one number of degrees of freedom for all markets and a scale each.
 * @param residuals per market, of the same days
 * @param volatilities of the next step, per market
 * @throws BadSampleError on fewer than a hundred days or on a missing volatility
 */
export function fitJumpModel(
  residuals: Readonly<Record<string, ArrayLike<number>>>,
  volatilities: Readonly<Record<string, number>>,
): JumpModel {
  const markets = Object.keys(residuals);
  const columns = markets.map((name) => Array.from(residuals[name] ?? []));
  const days = columns[0]?.length ?? 0;
  if (days < 100 || columns.some((column) => column.length !== days))
    throw new BadSampleError(`${days} days of residuals fit no model.`);
  const scales = markets.map((name) => volatilities[name] ?? Number.NaN);
  if (scales.some((scale) => !(scale > 0))) throw new BadSampleError("A market has no volatility.");
  const all = Array.from({ length: days }, (_, day) => day);
  const isJump = (day: number) => columns.some((column) => Math.abs(column[day] ?? 0) > JUMP_SIZE);
  const quiet = all.filter((day) => !isJump(day));
  const jumps = all.filter(isJump);
  const mean = (list: readonly number[]) => list.reduce((sum, x) => sum + x, 0) / Math.max(list.length, 1);
  const moment = (list: readonly number[]) => mean(list.map((x) => x * x));
  const pick = (column: readonly number[], at: readonly number[]) => at.map((day) => column[day] ?? 0);
  const calm = columns.map((column) => pick(column, quiet));
  const correlations = calm.map((a) =>
    calm.map((b) => mean(a.map((x, i) => x * (b[i] ?? 0))) / Math.sqrt(moment(a) * moment(b))),
  );
  const { freedom, variances } = fitStudent(calm);
  const jumpMeans = columns.map((column, i) => mean(pick(column, jumps)) * (scales[i] ?? 0));
  return {
    markets,
    variances: variances.map((variance, i) => variance * (scales[i] ?? 0) ** 2),
    correlations,
    freedom,
    jumpRate: jumps.length / days,
    jumpMeans,
    jumpDeviations: columns.map((column, i) => {
      const sizes = pick(column, jumps).map((x) => x * (scales[i] ?? 0) - (jumpMeans[i] ?? 0));
      return Math.sqrt(moment(sizes));
    }),
  };
}

/** The degrees of freedom under which columns are likeliest, and the variance of each by its likeliest scale. */
function fitStudent(columns: readonly (readonly number[])[]): { freedom: number; variances: number[] } {
  let best = { freedom: 0, variances: [] as number[], likelihood: Number.NEGATIVE_INFINITY };
  for (const freedom of FREEDOMS) {
    const squares = columns.map((column) => squaredScale(column, freedom));
    const likelihood = columns.reduce(
      (sum, column, i) => sum + logLikelihood(column, freedom, squares[i] ?? 1),
      0,
    );
    const variances = squares.map((square) => (square * freedom) / (freedom - 2));
    if (likelihood > best.likelihood) best = { freedom, variances, likelihood };
  }
  return best;
}

/** Expectation and maximisation: far values weigh less. */
function squaredScale(column: readonly number[], freedom: number): number {
  let square = 1;
  for (let step = 0; step < SCALE_STEPS; step++) {
    let sum = 0;
    for (const x of column) sum += ((freedom + 1) * x * x) / (freedom + (x * x) / square);
    square = sum / column.length;
  }
  return square;
}

function logLikelihood(column: readonly number[], freedom: number, square: number): number {
  const constant =
    logGamma((freedom + 1) / 2) - logGamma(freedom / 2) - Math.log(freedom * Math.PI * square) / 2;
  let sum = 0;
  for (const x of column) sum += constant - ((freedom + 1) / 2) * Math.log1p((x * x) / (freedom * square));
  return sum;
}

/** ln Gamma(x) for x > 0: Stirling's series (Abramowitz and Stegun 6.1.41) after a shift to where it has converged. */
export function logGamma(x: number): number {
  let shift = 0;
  let y = x;
  for (; y < 12; y++) shift -= Math.log(y);
  const square = 1 / (y * y);
  const series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680))) / y;
  return shift + (y - 0.5) * Math.log(y) - y + Math.log(2 * Math.PI) / 2 + series;
}

/**
 * Draws `count` moves over `steps` steps. The same seed gives the same moves.
 * @throws RangeError if the correlations are of no covariance, or the degrees of freedom are not above two
 */
export function simulateMoves(model: JumpModel, count: number, seed: number, steps = 1): MarketMoves[] {
  const { markets, variances, freedom, jumpRate, jumpMeans, jumpDeviations } = model;
  if (!(freedom > 2)) throw new RangeError(`Student's t of ${freedom} degrees of freedom has no variance.`);
  const root = cholesky(model.correlations);
  const random = seededRandom(seed);
  const draw = (): MarketMoves => {
    const moves = markets.map(() => 0);
    for (let step = 0; step < steps; step++) {
      const normals = markets.map(() => random.normal());
      const mixing = Math.sqrt((freedom - 2) / (2 * random.gamma(freedom / 2)));
      const jumps = random.poisson(jumpRate);
      markets.forEach((_, i) => {
        const correlated = (root[i] ?? []).reduce((sum, weight, j) => sum + weight * (normals[j] ?? 0), 0);
        let move = Math.sqrt(variances[i] ?? 0) * mixing * correlated;
        for (let jump = 0; jump < jumps; jump++)
          move += (jumpMeans[i] ?? 0) + (jumpDeviations[i] ?? 0) * random.normal();
        moves[i] = (moves[i] ?? 0) + move;
      });
    }
    return Object.fromEntries(markets.map((name, i) => [name, moves[i] ?? 0]));
  };
  return Array.from({ length: count }, draw);
}

/** Lower triangular root of a correlation matrix. */
export function cholesky(matrix: readonly (readonly number[])[]): number[][] {
  const root: number[][] = [];
  matrix.forEach((row, i) => {
    const current: number[] = [];
    for (let j = 0; j <= i; j++) {
      const other = j === i ? current : (root[j] ?? []);
      const inner = current.slice(0, j).reduce((sum, x, k) => sum + x * (other[k] ?? 0), 0);
      const rest = (row[j] ?? Number.NaN) - inner;
      if (j === i && !(rest >= -1e-12)) throw new RangeError("The correlations are of no covariance.");
      current.push(
        j === i ? Math.sqrt(Math.max(rest, 0)) : (other[j] ?? 0) === 0 ? 0 : rest / (other[j] ?? 1),
      );
    }
    root.push(current);
  });
  return root;
}
