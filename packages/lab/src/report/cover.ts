import {
  coverTwo,
  EPISODES,
  type MarketState,
  MEASURED_RESPONSE,
  type OptionPosition,
  preparePortfolio,
  shockOf,
} from "@ballast/quant";
import { type Ballast, unpackPositions } from "@ballast/sdk";
import type { MarketSlice } from "../market/surface.ts";

const MARKET = "ETH";
const YEAR = 365 * 86_400;

/** What the insurance fund should hold by "cover 2", for the accounts as they stand. */
export interface Cover {
  /** What the two worst accounts together lack in the worst episode [USD]. */
  readonly target: number;
  /** That episode; undefined if no account lacks anything in any. */
  readonly episode: string | undefined;
  /** The accounts, the worse first. */
  readonly accounts: readonly bigint[];
}

/** An account's holdings: cash, positions, and units of the underlying [wad]. */
export interface Holdings {
  readonly account: bigint;
  readonly cash: bigint;
  readonly words: readonly bigint[];
  readonly collateral: bigint;
}

const decimal = (wad: bigint): number => Number(wad) / 1e18;

/** The market's own surface at a spot price [wad]. */
export function marketState(spot: bigint, time: number, slices: readonly MarketSlice[]): MarketState {
  return {
    spot: decimal(spot),
    time,
    slices: slices.map(({ expiry, forwardRatio, theta, psi, rho }) => ({
      expiry,
      years: (expiry - time) / YEAR,
      forward: decimal(spot) * decimal(forwardRatio),
      theta: decimal(theta),
      psi: decimal(psi),
      rho: decimal(rho),
    })),
  };
}

/** The fund's target over recorded crashes: every account is revalued in each, as the market stands. */
export function coverOf(holdings: readonly Holdings[], market: MarketState): Cover {
  const prepared = holdings.map(({ cash, words, collateral }) => {
    const options: OptionPosition[] = unpackPositions(words).map(({ series, quantity }) => ({
      market: MARKET,
      expiry: series.expiry,
      strike: decimal(series.strike),
      isCall: series.kind === "call",
      quantity: decimal(quantity),
    }));
    const live = options.filter(({ expiry }) => expiry > market.time);
    // What has expired, and is not settled yet, moves no more.
    const settled = options
      .filter(({ expiry }) => expiry <= market.time)
      .map(({ isCall, strike, quantity }) => {
        const gain = isCall ? market.spot - strike : strike - market.spot;
        return quantity * Math.max(gain, 0);
      })
      .reduce((sum, worth) => sum + worth, 0);
    const spot = { [MARKET]: decimal(collateral) };
    return preparePortfolio({ cash: decimal(cash) + settled, options: live, spot }, { [MARKET]: market });
  });
  const shocks = EPISODES.map(({ hours, moves }) =>
    shockOf({ [MARKET]: Math.log1p(moves[MARKET] ?? 0) }, hours * 3_600, MEASURED_RESPONSE),
  );
  const { target, scenario, accounts } = coverTwo(prepared, shocks);
  return {
    target,
    episode: scenario === undefined ? undefined : EPISODES[scenario]?.name,
    accounts: accounts.flatMap((index) => holdings[index]?.account ?? []),
  };
}

/** Reads what accounts hold. */
export async function readHoldings(ballast: Ballast, accounts: readonly bigint[]): Promise<Holdings[]> {
  return Promise.all(
    accounts.map(async (account) => {
      const [portfolio, words] = await Promise.all([
        ballast.clearinghouse.portfolio(account),
        ballast.clearinghouse.positionWords(account),
      ]);
      const collateral = portfolio.collateral.reduce((sum, { amount }) => sum + amount, 0n);
      return { account, cash: portfolio.cash, words: [...words], collateral };
    }),
  );
}
