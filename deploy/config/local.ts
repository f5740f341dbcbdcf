import type { Externals } from "../../packages/lab/src/externals/index.ts";
import type { BallastConfig } from "./config.ts";

const WAD = 10n ** 18n;
const PERCENT = WAD / 100n;
const ZERO_ADDRESS = "0x0000000000000000000000000000000000000000";
const DAY = 86_400;

/** Who is who on a local chain. */
export interface LocalPeople {
  readonly curators: readonly string[];
  readonly guardians: readonly string[];
  readonly surfaceSigners: readonly string[];
  readonly surfaceThreshold: number;
  /** Who posts conditions beside the curators. */
  readonly publishers?: readonly string[];
}

/**
 * The configuration of sandbox, replay, tests and benchmarks: one ETH market on the externals of a local chain, whose hedge
 * sells what it borrows from Aave where there is one.
 */
export async function localConfig(externals: Externals, people: LocalPeople): Promise<BallastConfig> {
  const { uniswap } = externals;
  const [usdc, weth, router, quoter, pool] = await Promise.all([
    externals.usdc.getAddress(),
    externals.weth.getAddress(),
    uniswap.router.getAddress(),
    uniswap.quoter.getAddress(),
    uniswap.pool.getAddress(),
  ]);
  const short = externals.aave && {
    pool: await externals.aave.pool.getAddress(),
    fee: uniswap.fee,
    healthTarget: 150n * PERCENT,
    healthFloor: 125n * PERCENT,
  };
  return {
    usdc,
    pegFeed: undefined,
    markets: [
      {
        index: 0,
        name: "ETH",
        underlying: weth,
        collateralCap: 1_000_000n * WAD,
        minimumDeposit: WAD / 1_000n,
        feed: {
          aggregator: externals.feed.address,
          sequencerFeed: ZERO_ADDRESS,
          // The local feed answers every hour, whatever the price does.
          tradingAge: 3_900,
          liquidationAge: 4 * 3_600,
          sequencerGrace: 3_600,
          minimum: WAD,
          maximum: 1_000_000n * WAD,
          jumpLimit: 50n * PERCENT,
        },
        risk: {
          scanRange: 20n * PERCENT,
          driftLimit: PERCENT,
          volUp: 55n * PERCENT,
          volDown: 35n * PERCENT,
          shortOptionMinimum: PERCENT / 2n,
          maintenanceFactor: 80n * PERCENT,
          collateralHaircut: 10n * PERCENT,
          crossMarketCredit: 0n,
          arrayAgeLimit: 6 * 3_600,
          bidSpread: PERCENT,
          calendarCharge: 40n * PERCENT,
          staleAddOn: 50n * PERCENT,
          concentration: 10n * PERCENT,
          liquidityLimit: 200_000n,
        },
        hedge: {
          slippageLimit: 2n * PERCENT,
          maxTrade: 2_000_000n * WAD,
          minInterval: 60,
          dailyLossBudget: 50_000n * WAD,
          callerShare: 60n * PERCENT,
          costRatio: PERCENT / 10n,
          riskAversion: WAD / 1_000_000n,
          // What the vault's mark moves by between two refreshes of its arrays.
          smileShare: 0n,
          minBand: WAD,
        },
        hedgeVenues: { spotFees: [uniswap.fee], ...(short ? { short } : {}) },
      },
    ],
    uniswap: { router, quoter, pool, fee: uniswap.fee },
    hedgeKeepers: [],
    quoter: {
      halfSpreadVol: PERCENT,
      volPerHour: PERCENT / 10n,
      realisedShare: 25n * PERCENT,
      legShare: 50n * PERCENT,
      spotSpread: PERCENT / 20n,
      spotPerHour: PERCENT / 20n,
      // The local feed answers whatever the price does; the real ones answer once it has moved by half a percent.
      deviationThreshold: PERCENT / 2n,
      vegaCharge: 5n * PERCENT,
      gammaCharge: PERCENT,
      deltaCharge: PERCENT / 10n,
      maxNetVega: 25n * PERCENT,
      maxExpiryVega: 20n * PERCENT,
      maxNetGamma: 10n * PERCENT,
      maxNetDelta: 100n * PERCENT,
      maxStrandedDelta: 100n * PERCENT,
      maxNotional: 500n * PERCENT,
      minDelta: 2n * PERCENT,
      maxDelta: 98n * PERCENT,
      minVolatility: 5n * PERCENT,
      maxVolatility: 400n * PERCENT,
      minSize: WAD / 100n,
      strikeStep: PERCENT,
      minTenor: 3_600,
      maxTenor: 90 * DAY,
    },
    // Well below the caps in code, 3 % and 25 %.
    vaultFees: {
      management: PERCENT,
      performance: 10n * PERCENT,
      recipient: people.curators[0] ?? ZERO_ADDRESS,
    },
    fundShare: 10n * PERCENT,
    vaultSlice: { perEvent: 2n * PERCENT, perYear: 5n * PERCENT },
    backstop: {
      solventShare: 50n * PERCENT,
      insolventShare: 100n * PERCENT,
      perBid: 2n * PERCENT,
      perDay: 5n * PERCENT,
    },
    surface: { signers: people.surfaceSigners, threshold: people.surfaceThreshold },
    // Without a curator there is nobody to name, and the deployment refuses.
    arrayPosts: { bond: 1_000n * 10n ** 6n, treasury: people.curators[0] ?? ZERO_ADDRESS },
    roles: {
      admin: undefined,
      curators: people.curators,
      guardians: people.guardians,
      publishers: [...people.curators, ...(people.publishers ?? [])],
    },
  };
}
