import { readFileSync } from "node:fs";
import {
  fitHar,
  forecastVolatility,
  latestRegime,
  REGIME_PERCENT,
  REGIMES,
  type Regime,
  readCandles,
  realisedDays,
  returnsOf,
} from "@ballast/quant";
import { WAD } from "@ballast/sdk";
import type { ContractTransactionResponse } from "ethers";
import type { Action, KeeperContext } from "../task.ts";

/** Fields of a market's margin that follow its regime; the others are the curator's alone. All [wad]. */
export interface MarginFields {
  readonly scanRange: bigint;
  readonly volUp: bigint;
  readonly volDown?: bigint;
  readonly shortOptionMinimum: bigint;
}

/** Fields of a market's hedging band: c and a of Whalley and Wilmott. All [wad]. */
export interface HedgeFields {
  readonly costRatio: bigint;
  readonly riskAversion: bigint;
}

/** Fields of the vault's quotes: what it asks of those who know more, and how much it takes. All [wad]. */
export interface QuoteFields {
  readonly halfSpreadVol: bigint;
  readonly vegaCharge: bigint;
  readonly maxNetVega: bigint;
  readonly maxNetDelta: bigint;
  readonly maxExpiryVega?: bigint;
  readonly maxNetGamma?: bigint;
  readonly maxStrandedDelta?: bigint;
  readonly maxNotional?: bigint;
}

/** What the parameters task goes by: the regime of a market now, and the parameters of normal times, where they follow it. */
export interface RegimeSource {
  /** Undefined where nothing is known. */
  regime(market: number): Promise<Regime | undefined>;
  /** Volatility per year that is expected of the next day; undefined where nothing is known. */
  forecast?(market: number): Promise<number | undefined>;
  margin(market: number): MarginFields | undefined;
  hedge(market: number): HedgeFields | undefined;
  readonly quotes: QuoteFields | undefined;
}

const UNIT = 10n ** 12n;
/** Percent that a field must differ from where it goes already, or nothing is proposed. */
const THRESHOLD = 5n;

type FieldName = keyof MarginFields | keyof HedgeFields | keyof QuoteFields;

/** How often the factor applies, and the contract's bounds. Caps shrink; variance grows by the square of volatility. */
const RULES: Readonly<
  Record<FieldName, { readonly power: -1 | 1 | 2; readonly most: bigint; readonly least?: bigint }>
> = {
  scanRange: { power: 1, most: WAD / 2n },
  volUp: { power: 1, most: 2n * WAD },
  volDown: { power: 1, most: (9n * WAD) / 10n },
  shortOptionMinimum: { power: 1, most: WAD / 20n },
  costRatio: { power: 1, most: WAD / 10n },
  riskAversion: { power: 2, most: WAD },
  halfSpreadVol: { power: 1, most: WAD / 2n },
  vegaCharge: { power: 1, most: WAD },
  maxNetVega: { power: -1, most: 2n * WAD, least: WAD / 1_000n },
  maxExpiryVega: { power: -1, most: 2n * WAD, least: WAD / 1_000n },
  maxNetGamma: { power: -1, most: 2n * WAD, least: WAD / 1_000n },
  maxNetDelta: { power: -1, most: 10n * WAD, least: WAD / 1_000n },
  maxStrandedDelta: { power: -1, most: 10n * WAD },
  maxNotional: { power: -1, most: 18n * WAD, least: WAD / 100n },
};

/** Fields of a regime: normal ones by its factor, within the contracts' bounds; ratios in whole millionths. */
export function dynamicFields<T extends MarginFields | HedgeFields | QuoteFields>(
  normal: T,
  regime: Regime,
): T {
  const factor = BigInt(REGIME_PERCENT[regime]);
  const given = Object.entries(normal).filter(([, value]) => value !== undefined);
  const scaled = given.map(([name, value]: [string, bigint]) => {
    const { power, most, least = 0n } = RULES[name as FieldName];
    const moved =
      power < 0 ? (value * 100n) / factor : (value * factor ** BigInt(power)) / 100n ** BigInt(power);
    const capped = moved < most ? moved : most;
    const wanted = capped > least ? capped : least;
    // Aversion is per dollar, far below a millionth.
    return [name, name === "riskAversion" ? wanted : (wanted / UNIT) * UNIT];
  });
  return Object.fromEntries(scaled) as T;
}

/** Names of the fields that differ from their target by the threshold or more. */
export function fieldsToMove<T extends MarginFields | HedgeFields | QuoteFields>(
  target: T,
  wanted: T,
): (keyof T & FieldName)[] {
  const values = target as unknown as Record<string, bigint>;
  return Object.entries(wanted)
    .filter(([name, value]: [string, bigint]) => {
      const is = values[name] ?? 0n;
      return (value > is ? value - is : is - value) * 100n >= is * THRESHOLD;
    })
    .map(([name]) => name as keyof T & FieldName);
}

/** Regimes from files of hourly candles, which are read anew each time, so that they may grow. */
export function regimesFromFiles(
  histories: ReadonlyMap<number, string>,
  normal: {
    readonly margin: ReadonlyMap<number, MarginFields>;
    readonly hedge: ReadonlyMap<number, HedgeFields>;
    readonly quotes: QuoteFields | undefined;
  },
): RegimeSource {
  const variances = (market: number) => {
    const file = histories.get(market);
    if (file === undefined) return undefined;
    const days = realisedDays(returnsOf(readCandles(readFileSync(file, "utf8")), 3600));
    return days.map(({ variance }) => variance);
  };
  return {
    async regime(market) {
      const days = variances(market);
      return days && latestRegime(days);
    },
    async forecast(market) {
      const days = variances(market);
      return days && forecastVolatility(fitHar(days), days);
    },
    margin: (market) => normal.margin.get(market),
    hedge: (market) => normal.hedge.get(market),
    quotes: normal.quotes,
  };
}

/**
 * Proposes parameters that follow the regime, at most once a pause each. Margin goes through the bounded and ramped path:
 * tighter values bind new risk at once and ramp for a day, looser ones wait. Quotes likewise, but looser
 * ones have to be put in force. The hedge is bounded, and protects the vault alone. The sender needs the curator's role.
 */
export async function parameters(context: KeeperContext): Promise<Action[]> {
  const { ballast, regimes } = context;
  if (!regimes) return [];
  const found = await Promise.all(
    ballast.deployment.markets.map(async ({ index }) => ({ index, regime: await regimes.regime(index) })),
  );
  const known = found.flatMap(({ index, regime }) => (regime === undefined ? [] : [{ index, regime }]));
  const markets = known.map(async ({ index, regime }) => [
    await margin(context, regimes.margin(index), index, regime),
    await hedge(context, regimes.hedge(index), index, regime),
  ]);
  // The vault quotes all markets by one set of parameters, so the worst regime counts.
  const worst = REGIMES.findLast((regime) => known.some((one) => one.regime === regime));
  const all = [...(await Promise.all(markets)).flat(), await quotes(context, regimes.quotes, worst)];
  const actions = all.filter((action) => action !== undefined);
  if (actions.length === 0) context.note?.("parameters: nothing to propose", standing(known));
  return actions;
}

/** Why nothing is proposed, for dry runs. */
function standing(known: readonly { readonly index: number; readonly regime: Regime }[]): string[] {
  if (known.length === 0) return ["no regime is known; it follows from a file of prices (histories)"];
  const regimes = known.map(({ index, regime }) => `the regime of market ${index} is ${regime}`);
  return [...regimes, "nothing that follows it differs by a twentieth, or it was set less than a pause ago"];
}

/** One set of parameters, as the chain has it. */
interface Current<T> {
  readonly what: string;
  readonly target: T;
  /** When it was last set, unix seconds. */
  readonly setAt: number;
  readonly simulate: (changed: Partial<T>) => Promise<unknown>;
  readonly send: (changed: Partial<T>) => Promise<ContractTransactionResponse>;
}

async function propose<T extends MarginFields | HedgeFields | QuoteFields>(
  { ballast, limits }: KeeperContext,
  current: Current<T>,
  normal: T,
  regime: Regime,
): Promise<Action | undefined> {
  const wanted = dynamicFields(normal, regime);
  const moved = fieldsToMove(current.target, wanted);
  const block = await ballast.runner.provider?.getBlock("latest");
  if (moved.length === 0 || (block?.timestamp ?? 0) - current.setAt < limits.parameterPause) return undefined;
  const changed = Object.fromEntries(moved.map((name) => [name, wanted[name]])) as Partial<T>;
  const shown = (fields: T, name: keyof T) => `${Number(fields[name] as bigint) / 1e16} %`;
  return {
    task: "parameters",
    what: `propose ${moved.join(", ")} ${current.what}`,
    why: `the regime is ${regime}`,
    details: moved.map((name) => `${name}: ${shown(current.target, name)} to ${shown(wanted, name)}`),
    simulate: () => current.simulate(changed),
    send: () => current.send(changed),
  };
}

async function margin(
  context: KeeperContext,
  normal: MarginFields | undefined,
  market: number,
  regime: Regime,
) {
  if (!normal) return undefined;
  const riskParameters = context.ballast.riskParameters.connect(context.sender);
  const [target, last] = await Promise.all([
    riskParameters.targetParameters(market),
    riskParameters.change(market),
  ]);
  const { scanRange, driftLimit, volUp, volDown, shortOptionMinimum, maintenanceFactor } = target;
  const { collateralHaircut, crossMarketCredit, arrayAgeLimit, bidSpread } = target;
  const { calendarCharge, staleAddOn, concentration, liquidityLimit } = target;
  const whole = {
    ...{ scanRange, driftLimit, volUp, volDown, shortOptionMinimum, maintenanceFactor, collateralHaircut },
    ...{
      crossMarketCredit,
      arrayAgeLimit,
      bidSpread,
      calendarCharge,
      staleAddOn,
      concentration,
      liquidityLimit,
    },
  };
  const current: Current<MarginFields> = {
    what: `of the margin of market ${market}`,
    target,
    setAt: Number(last.startedAt),
    simulate: (changed) => riskParameters.setParameters.staticCall(market, { ...whole, ...changed }),
    send: (changed) => riskParameters.setParameters(market, { ...whole, ...changed }),
  };
  return propose(context, current, normal, regime);
}

async function hedge(
  context: KeeperContext,
  normal: HedgeFields | undefined,
  market: number,
  regime: Regime,
) {
  if (!normal) return undefined;
  const controller = context.ballast.hedgeController.connect(context.sender);
  const [target, events] = await Promise.all([
    controller.parameters(market),
    controller.queryFilter(
      controller.filters.HedgeParametersSet(market),
      context.ballast.deployment.fromBlock,
    ),
  ]);
  const { slippageLimit, maxTrade, minInterval, dailyLossBudget, callerShare } = target;
  const { costRatio, riskAversion, smileShare, minBand } = target;
  const whole = {
    ...{ slippageLimit, maxTrade, minInterval, dailyLossBudget, callerShare },
    ...{ costRatio, riskAversion, smileShare, minBand },
  };
  const current: Current<HedgeFields> = {
    what: `of the hedge of market ${market}`,
    target,
    setAt: (await events.at(-1)?.getBlock())?.timestamp ?? 0,
    simulate: (changed) => controller.setParameters.staticCall(market, { ...whole, ...changed }),
    send: (changed) => controller.setParameters(market, { ...whole, ...changed }),
  };
  return propose(context, current, normal, regime);
}

async function quotes(context: KeeperContext, normal: QuoteFields | undefined, regime: Regime | undefined) {
  if (!normal || !regime) return undefined;
  const quoter = context.ballast.quoter.connect(context.sender);
  // Where they go: looser ones wait, and are no reason to propose them again.
  const [{ proposed: target }, events] = await Promise.all([
    quoter.proposedParameters(),
    quoter.queryFilter(quoter.filters.QuoterParametersSet(), context.ballast.deployment.fromBlock),
  ]);
  const { halfSpreadVol, volPerHour, realisedShare, legShare, spotSpread, spotPerHour } = target;
  const { deviationThreshold, vegaCharge, gammaCharge, deltaCharge, maxNetVega, maxExpiryVega } = target;
  const { maxNetGamma, maxNetDelta, maxStrandedDelta, maxNotional, minDelta, maxDelta } = target;
  const { minVolatility, maxVolatility, minSize, strikeStep, minTenor, maxTenor } = target;
  const whole = {
    ...{ halfSpreadVol, volPerHour, realisedShare, legShare, spotSpread, spotPerHour },
    ...{ deviationThreshold, vegaCharge, gammaCharge, deltaCharge, maxNetVega, maxExpiryVega },
    ...{ maxNetGamma, maxNetDelta, maxStrandedDelta, maxNotional, minDelta, maxDelta },
    ...{ minVolatility, maxVolatility, minSize, strikeStep, minTenor, maxTenor },
  };
  const current: Current<QuoteFields> = {
    what: "of the vault's quotes",
    target,
    setAt: (await events.at(-1)?.getBlock())?.timestamp ?? 0,
    simulate: (changed) => quoter.setParameters.staticCall({ ...whole, ...changed }),
    send: (changed) => quoter.setParameters({ ...whole, ...changed }),
  };
  return propose(context, current, normal, regime);
}
