import type { Ballast } from "./ballast.ts";
import { type PositionEntry, unpackPositions } from "./instrument.ts";

/** PriceStatus of contracts/interfaces/IPriceRouter.sol, by number. */
export const PRICE_STATUS = [
  "Ok",
  "StaleForTrading",
  "Stale",
  "Reverted",
  "NonPositive",
  "Incomplete",
  "Future",
  "OutOfBounds",
  "Jump",
  "DecimalsChanged",
  "SequencerDown",
  "SequencerGrace",
  "SourcesDisagree",
  "NotConfigured",
] as const;
export type PriceStatus = (typeof PRICE_STATUS)[number];

/** What may be wrong with a reading of the vault, as bits of `flaws`; any of them stops epochs, and nothing else. */
export const FLAWS = {
  noPrice: 1n,
  priceUnusable: 2n,
  surfaceStale: 4n,
  notFixed: 8n,
  notValued: 16n,
  tooManyLegs: 32n,
  noBook: 64n,
  sourceUnreadable: 128n,
  inBatch: 256n,
} as const;

/** Name of a flaw. */
export type FlawName = keyof typeof FLAWS;

/** Names of the bits of `flaws`. */
export function flawsOf(flaws: bigint): FlawName[] {
  return (Object.keys(FLAWS) as FlawName[]).filter((name) => (flaws & FLAWS[name]) !== 0n);
}

/** DataStatus of contracts/interfaces/IRiskEngine.sol, by number. */
export const DATA_STATUS = ["Good", "LiquidationOnly", "Unusable"] as const;
export type DataStatus = (typeof DATA_STATUS)[number];

/** AuctionKind of contracts/interfaces/ILiquidation.sol, by number. */
export const AUCTION_KIND = ["None", "Solvent", "Insolvent"] as const;
export type AuctionKind = (typeof AUCTION_KIND)[number];

/** Health of an account; all amounts [wad USD]. */
export interface Health {
  readonly equity: bigint;
  readonly initialRequirement: bigint;
  readonly maintenanceRequirement: bigint;
  readonly bindingMarket: number;
  readonly bindingNode: number;
  readonly status: DataStatus;
}

/** Everything about an account at one block. */
export interface AccountState {
  readonly account: bigint;
  /** Signed [wad USD]. */
  readonly cash: bigint;
  /** Token units by collateral address. */
  readonly collateral: ReadonlyMap<string, bigint>;
  readonly positions: readonly PositionEntry[];
  readonly health: Health;
}

/** What LPs pay [wad]: a year of all shares, and of gains above the highest bid NAV that a whole share had [wad USD]. */
export interface VaultFees {
  readonly management: bigint;
  readonly performance: bigint;
  readonly highWater: bigint;
  readonly recipient: string;
}

/** The vault at one block; amounts [wad USD] unless they say otherwise. */
export interface VaultState {
  readonly navBid: bigint;
  readonly navAsk: bigint;
  readonly navMid: bigint;
  /** Oldest time of what the NAV rests on; zero if something held could not be valued. */
  readonly markTime: number;
  /** What keeps an epoch from using this NAV; empty if nothing does. */
  readonly flaws: readonly FlawName[];
  /** What NAV is made of: mid is cash + options + hedgeValue - unreleased. */
  readonly cash: bigint;
  readonly options: bigint;
  readonly hedgeValue: bigint;
  /** Spread not yet released, bonds of open orders, and `fundDue`. */
  readonly unreleased: bigint;
  /** The insurance fund's share of released spread: what is owed, and all that was paid so far. */
  readonly fundDue: bigint;
  readonly fundPaid: bigint;
  /** Delta and gamma of the options, and the hedge against it, of the home market [wad]. */
  readonly delta: bigint;
  readonly gamma: bigint;
  readonly hedge: bigint;
  /** Legs that are not current in the vault's book. */
  readonly legsApart: bigint;
  /** Price of one share at bid, ask and mid [wad USD]. */
  readonly shareBid: bigint;
  readonly shareAsk: bigint;
  readonly shareMid: bigint;
  /** Shares, 10^-decimals of the share token. */
  readonly supply: bigint;
  readonly currentEpoch: bigint;
  readonly fees: VaultFees;
  /** Whether redemptions wait for cash, so that capital may be marked at nothing and only what closes is quoted. */
  readonly exitsWaiting: boolean;
  /** Requested and not yet processed: USDC units, shares. */
  readonly pendingAssets: bigint;
  readonly pendingShares: bigint;
}

/** Net Greeks of the vault's options in one market, and its hedge [wad]. */
export interface VaultGreeks {
  readonly market: number;
  readonly value: bigint;
  readonly delta: bigint;
  readonly gamma: bigint;
  readonly vega: bigint;
  readonly theta: bigint;
  /** Delta held as hedge. */
  readonly hedge: bigint;
  readonly netDelta: bigint;
  readonly band: bigint;
}

/** One LP's standing. */
export interface LpState {
  readonly shares: bigint;
  readonly usdc: bigint;
  readonly pendingDeposit: bigint;
  readonly claimableDeposit: bigint;
  readonly pendingRedeem: bigint;
  readonly claimableRedeem: bigint;
  /** Whether a cancellation waits for the next epoch. */
  readonly isDepositCancelling: boolean;
  readonly isRedeemCancelling: boolean;
  /** What came back of cancelled requests and may be claimed: USDC units, shares. */
  readonly cancelledAssets: bigint;
  readonly cancelledShares: bigint;
}

/** What an LP's pending requests would get at the current mark. */
export interface LpEstimate {
  readonly assetsPending: bigint;
  readonly sharesForAssets: bigint;
  readonly sharesPending: bigint;
  readonly assetsForShares: bigint;
}

/** Price of a market. */
export interface MarketPrice {
  /** [wad USD]; zero if there never was one. */
  readonly price: bigint;
  readonly updatedAt: number;
  readonly status: PriceStatus;
}

/** Reads a market's price. */
export async function readPrice(ballast: Ballast, market: number): Promise<MarketPrice> {
  const reading = await ballast.priceRouter.spot(market);
  return {
    price: reading.price,
    updatedAt: Number(reading.updatedAt),
    status: PRICE_STATUS[Number(reading.status)] ?? "NotConfigured",
  };
}

/** Reads an account with its health; stale strikes are valued on the fly. */
export async function readAccount(ballast: Ballast, account: bigint): Promise<AccountState> {
  const { clearinghouse } = ballast;
  const [cash, words, assets, health] = await Promise.all([
    clearinghouse.cashOf(account),
    clearinghouse.positionWords(account),
    clearinghouse.collateralAssets(),
    readHealth(ballast, account),
  ]);
  const amounts = await Promise.all(assets.map((asset) => clearinghouse.collateralOf(account, asset)));
  return {
    account,
    cash,
    collateral: new Map(assets.map((asset, index) => [asset, amounts[index] ?? 0n])),
    positions: unpackPositions(words),
    health,
  };
}

/** Reads only the health of an account. */
export async function readHealth(ballast: Ballast, account: bigint): Promise<Health> {
  const verdict = await ballast.clearinghouse.assess(account);
  return {
    equity: verdict.equity,
    initialRequirement: verdict.initialRequirement,
    maintenanceRequirement: verdict.maintenanceRequirement,
    bindingMarket: Number(verdict.bindingMarket),
    bindingNode: Number(verdict.bindingNode),
    status: DATA_STATUS[Number(verdict.status)] ?? "Unusable",
  };
}

/** Reads the vault's NAV, share price and queue. */
export async function readVault(ballast: Ballast): Promise<VaultState> {
  const { vault, shares, epochAccounts } = ballast;
  const [nav, price, supply, currentEpoch, pending, { terms, state }, exitsWaiting, fund] = await Promise.all(
    [
      vault.reading(),
      vault.sharePrice(),
      shares.totalSupply(),
      vault.currentEpoch(),
      vault.pendingTotals(),
      vault.account().then((account) => epochAccounts.feesOf(account)),
      vault.exitsWaiting(),
      ballast.tradeDesk.owedToFund(),
    ],
  );
  return {
    navBid: nav.bid,
    navAsk: nav.ask,
    navMid: nav.mid,
    markTime: Number(nav.markTime),
    flaws: flawsOf(nav.flaws),
    cash: nav.cash,
    options: nav.options,
    hedgeValue: nav.hedgeValue,
    unreleased: nav.unreleased,
    fundDue: fund.due,
    fundPaid: fund.paid,
    delta: nav.delta,
    gamma: nav.gamma,
    hedge: nav.hedge,
    legsApart: nav.legsApart,
    shareBid: price.bid,
    shareAsk: price.ask,
    shareMid: price.mid,
    supply,
    currentEpoch,
    fees: {
      management: terms.management,
      performance: terms.performance,
      highWater: state.highWater,
      recipient: terms.recipient,
    },
    exitsWaiting,
    pendingAssets: pending.assets,
    pendingShares: pending.shares,
  };
}

/** Reads the vault's Greeks in each market. */
export async function readVaultGreeks(ballast: Ballast): Promise<VaultGreeks[]> {
  const words = await ballast.clearinghouse.positionWords(await ballast.vault.account());
  return Promise.all(
    ballast.deployment.markets.map(async ({ index }) => {
      const [book, hedge] = await Promise.all([
        ballast.optionPricer.bookValue(index, [...words]),
        ballast.hedgeController.state(index),
      ]);
      return {
        market: index,
        value: book.value,
        delta: book.delta,
        gamma: book.gamma,
        vega: book.vega,
        theta: book.theta,
        hedge: hedge.hedge,
        netDelta: hedge.netDelta,
        band: hedge.band,
      };
    }),
  );
}

/** Reads what an LP holds, waits for and may claim; claimable amounts are the ERC-4626 limits. */
export async function readLp(ballast: Ballast, owner: string): Promise<LpState> {
  const { vault, shares, usdc } = ballast;
  const [held, cash, pendingDeposit, claimableDeposit, pendingRedeem, claimableRedeem] = await Promise.all([
    shares.balanceOf(owner),
    usdc.balanceOf(owner),
    vault.pendingDepositRequest(0n, owner),
    shares.maxDeposit(owner),
    vault.pendingRedeemRequest(0n, owner),
    shares.maxRedeem(owner),
  ]);
  const [isDepositCancelling, isRedeemCancelling, cancelledAssets, cancelledShares] = await Promise.all([
    vault.pendingCancelDepositRequest(0n, owner),
    vault.pendingCancelRedeemRequest(0n, owner),
    vault.claimableCancelDepositRequest(0n, owner),
    vault.claimableCancelRedeemRequest(0n, owner),
  ]);
  return {
    shares: held,
    usdc: cash,
    pendingDeposit,
    claimableDeposit,
    pendingRedeem,
    claimableRedeem,
    isDepositCancelling,
    isRedeemCancelling,
    cancelledAssets,
    cancelledShares,
  };
}

/** Reads what an LP's pending requests would get at the current mark. */
export async function readLpEstimate(ballast: Ballast, owner: string): Promise<LpEstimate> {
  const estimate = await ballast.vault.estimateRequests(owner);
  return {
    assetsPending: estimate.assetsPending,
    sharesForAssets: estimate.sharesForAssets,
    sharesPending: estimate.sharesPending,
    assetsForShares: estimate.assetsForShares,
  };
}
