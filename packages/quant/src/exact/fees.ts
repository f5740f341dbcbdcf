import { max, min, mulDivDown, mulDivUp } from "./fixed-point.ts";

const WAD = 10n ** 18n;
const YEAR = 31_536_000n;
/** Most that management takes a year, and that one epoch takes [wad]. */
export const MOST_MANAGEMENT = 3n * 10n ** 16n;

/** What LPs pay [wad]. */
export interface FeeRates {
  readonly management: bigint;
  readonly performance: bigint;
}

/** How far fees have been charged, as contracts/interfaces/IEpochAccounts.sol keeps it. */
export interface FeeState {
  readonly chargedAt: bigint;
  readonly due: bigint;
  readonly performance: bigint;
  readonly highWater: bigint;
}

/** Nothing charged yet. */
export const NO_FEES: FeeState = { chargedAt: 0n, due: 0n, performance: 0n, highWater: 0n };

/** Mirror of Fees.setFeeTerms: counts the time at the old rate, and gains until the next epoch at the lower of both. */
export function changeRates(state: FeeState, old: FeeRates, next: FeeRates, now: bigint): FeeState {
  const counted = countTime(state, old.management, now);
  return { ...counted, performance: min(counted.performance, next.performance) };
}

/**
 * Mirror of Fees at the beginning of an epoch.
 * @param bid NAV [wad USD], signed
 * @param supply of shares
 */
export function chargeFees(
  state: FeeState,
  rates: FeeRates,
  bid: bigint,
  supply: bigint,
  now: bigint,
): { readonly state: FeeState; readonly management: bigint; readonly performance: bigint } {
  const counted = countTime(state, rates.management, now);
  const pays = bid > 0n;
  const management = pays ? (supply * counted.due) / (WAD - counted.due) : 0n;
  const performance = pays
    ? performanceShares(bid, supply + management, counted.highWater, counted.performance)
    : 0n;
  const reached = pays ? mulDivUp(bid, WAD, supply + management + performance) : 0n;
  const highWater = max(counted.highWater, reached);
  const charged = { chargedAt: now, due: 0n, performance: rates.performance, highWater };
  return { state: charged, management, performance };
}

/** Mirror of Fees at the end of an epoch: what entries and exits add to a share lifts the mark. */
export function liftMark(
  state: FeeState,
  bid: bigint,
  supplyBefore: bigint,
  flow: bigint,
  supplyAfter: bigint,
): FeeState {
  const after = bid + flow;
  if (bid <= 0n || after <= 0n || (flow === 0n && supplyAfter === supplyBefore)) return state;
  const lifted = mulDivUp(mulDivUp(state.highWater, after, supplyAfter), supplyBefore, bid);
  return { ...state, highWater: max(state.highWater, lifted) };
}

/** Mirror of FeeMath.performanceShares. */
export function performanceShares(nav: bigint, supply: bigint, highWater: bigint, rate: bigint): bigint {
  const reached = mulDivUp(supply, highWater, WAD);
  if (nav <= reached) return 0n;
  const fee = mulDivDown(nav - reached, rate, WAD);
  return (supply * fee) / (nav - fee);
}

function countTime(state: FeeState, rate: bigint, now: bigint): FeeState {
  if (state.chargedAt === 0n) return { ...state, chargedAt: now, highWater: WAD };
  const earned = (rate * (now - state.chargedAt)) / YEAR;
  return { ...state, chargedAt: now, due: min(state.due + earned, MOST_MANAGEMENT) };
}
