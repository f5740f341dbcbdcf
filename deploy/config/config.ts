/** Chainlink feed of a market, as ChainlinkPriceFeed.Configuration takes it. */
export interface FeedConfig {
  /** Chainlink proxy. */
  readonly aggregator: string;
  /** L2 sequencer uptime feed; the zero address on chains without one. */
  readonly sequencerFeed: string;
  readonly tradingAge: number;
  readonly liquidationAge: number;
  readonly sequencerGrace: number;
  readonly minimum: bigint;
  readonly maximum: bigint;
  readonly jumpLimit: bigint;
}

/** MarketParameters of contracts/interfaces/IRiskParameters.sol. */
export interface RiskConfig {
  readonly scanRange: bigint;
  readonly driftLimit: bigint;
  readonly volUp: bigint;
  readonly volDown: bigint;
  readonly shortOptionMinimum: bigint;
  readonly maintenanceFactor: bigint;
  readonly collateralHaircut: bigint;
  readonly crossMarketCredit: bigint;
  readonly arrayAgeLimit: number;
  readonly bidSpread: bigint;
  readonly calendarCharge: bigint;
  readonly staleAddOn: bigint;
  readonly concentration: bigint;
  /** Whole units of the underlying. */
  readonly liquidityLimit: bigint;
}

/** QuoterParameters of contracts/interfaces/IQuoter.sol. */
export interface QuoterConfig {
  readonly halfSpreadVol: bigint;
  readonly volPerHour: bigint;
  readonly realisedShare: bigint;
  readonly legShare: bigint;
  readonly spotSpread: bigint;
  readonly spotPerHour: bigint;
  readonly deviationThreshold: bigint;
  readonly vegaCharge: bigint;
  readonly gammaCharge: bigint;
  readonly deltaCharge: bigint;
  readonly maxNetVega: bigint;
  readonly maxExpiryVega: bigint;
  readonly maxNetGamma: bigint;
  readonly maxNetDelta: bigint;
  readonly maxStrandedDelta: bigint;
  readonly maxNotional: bigint;
  readonly minDelta: bigint;
  readonly maxDelta: bigint;
  readonly minVolatility: bigint;
  readonly maxVolatility: bigint;
  readonly minSize: bigint;
  readonly strikeStep: bigint;
  readonly minTenor: number;
  readonly maxTenor: number;
}

/** HedgeParameters of contracts/interfaces/IHedging.sol. */
export interface HedgeConfig {
  readonly slippageLimit: bigint;
  readonly maxTrade: bigint;
  readonly minInterval: number;
  readonly dailyLossBudget: bigint;
  readonly callerShare: bigint;
  readonly costRatio: bigint;
  readonly riskAversion: bigint;
  readonly smileShare: bigint;
  readonly minBand: bigint;
}

/** Where a market's hedge trades. */
export interface HedgeVenuesConfig {
  /** Uniswap v3 pools of the underlying against USDC, by fee in millionths. */
  readonly spotFees: readonly number[];
  /** Aave v3 pool that lends the underlying, the Uniswap pool it is sold on, and health factors [wad]. */
  readonly short?: {
    readonly pool: string;
    readonly fee: number;
    readonly healthTarget: bigint;
    readonly healthFloor: bigint;
  };
}

/** One market. */
export interface MarketConfig {
  readonly index: number;
  readonly name: string;
  readonly underlying: string;
  /** Most that all accounts together may hold [token units]. */
  readonly collateralCap: bigint;
  /** Least that others may bring into somebody's account, and that a slice leaves behind [token units]. */
  readonly minimumDeposit: bigint;
  readonly feed: FeedConfig;
  /** A second source, and how far it may be from the first, as a share of its price [wad]. */
  readonly secondFeed?: { readonly feed: FeedConfig; readonly band: bigint };
  readonly risk: RiskConfig;
  readonly hedge: HedgeConfig;
  readonly hedgeVenues: HedgeVenuesConfig;
}

/** Who holds which duty after deployment. Nobody may be left out: an empty list means that the duty rests. */
export interface RoleConfig {
  /** Holder of the admin role, normally a timelock; undefined renounces it for good. */
  readonly admin: string | undefined;
  readonly curators: readonly string[];
  readonly guardians: readonly string[];
  /** Who posts what quotes depend on beside prices: realised volatility and toxicity. */
  readonly publishers?: readonly string[];
}

/** Everything that a deployment depends on. */
export interface BallastConfig {
  readonly usdc: string;
  /** USD price of the cash token; undefined to take it for a dollar. */
  readonly pegFeed: FeedConfig | undefined;
  readonly markets: readonly MarketConfig[];
  readonly uniswap: {
    readonly router: string;
    readonly quoter: string;
    readonly pool: string;
    readonly fee: number;
  };
  /** Who has a share of the hedge's loss budget for itself; all others have one together. */
  readonly hedgeKeepers: readonly string[];
  readonly quoter: QuoterConfig;
  /** What LPs pay: management a year, performance of gains above the highest NAV a share had [wad], and to whom. */
  readonly vaultFees: {
    readonly management: bigint;
    readonly performance: bigint;
    readonly recipient: string;
  };
  /** Share of released spread that the vault owes to the insurance fund [wad]. */
  readonly fundShare: bigint;
  /** Caps of the vault's first-loss slice as shares of its NAV [wad]. */
  readonly vaultSlice: { readonly perEvent: bigint; readonly perYear: bigint };
  /** On which terms the vault buys auctioned accounts last: shares of equity, of the gap, and of its own equity [wad]. */
  readonly backstop: {
    readonly solventShare: bigint;
    readonly insolventShare: bigint;
    readonly perBid: bigint;
    readonly perDay: bigint;
  };
  readonly surface: { readonly signers: readonly string[]; readonly threshold: number };
  /** Bond of each posted report of arrays [USDC units], and who gets the penalties. */
  readonly arrayPosts: { readonly bond: bigint; readonly treasury: string };
  readonly roles: RoleConfig;
}
