import { type Ballast, readHealth, readVault, readVaultGreeks, type VaultFees, WAD } from "@ballast/sdk";
import { uniswapPrice } from "../externals/index.ts";
import type { MarketPlayer } from "../market/player.ts";
import { type Cover, coverOf, marketState, readHoldings } from "../report/cover.ts";
import type { World } from "../world/world.ts";

/** One account that is near its limits. */
export interface AtRisk {
  readonly account: bigint;
  readonly equity: bigint;
  readonly maintenance: bigint;
}

/** The system at one time. Amounts [wad USD], deltas [wad underlying], unless they say otherwise. */
export interface Snapshot {
  readonly hour: number;
  readonly time: number;
  readonly spot: bigint;
  readonly poolPrice: bigint;
  readonly volatility: number;
  readonly navMid: bigint;
  readonly navBid: bigint;
  readonly navAsk: bigint;
  readonly sharePrice: bigint;
  /** What the vault's account holds and NAV does not count: spread not yet released, bonds, and what the fund is owed. */
  readonly unreleased: bigint;
  /** The insurance fund's share of released spread: what is owed, and all that was paid so far. */
  readonly fundDue: bigint;
  readonly fundPaid: bigint;
  readonly fees: VaultFees;
  /** Shares of the vault, in its smallest units. */
  readonly supply: bigint;
  readonly bookValue: bigint;
  readonly delta: bigint;
  readonly gamma: bigint;
  readonly vega: bigint;
  readonly theta: bigint;
  readonly hedge: bigint;
  readonly netDelta: bigint;
  readonly band: bigint;
  /** USDC units of the insurance fund. */
  readonly fund: bigint;
  /** What the fund should hold by "cover 2". */
  readonly cover: Cover;
  /** Lowest equity / maintenance first; accounts with a requirement only. */
  readonly atRisk: readonly AtRisk[];
  /** Accounts in auction. */
  readonly auctions: readonly bigint[];
}

/** Reads everything a snapshot holds. */
export async function takeSnapshot(
  world: World,
  player: MarketPlayer,
  accounts: readonly bigint[],
  at: { readonly hour: number; readonly time: number; readonly spot: bigint },
): Promise<Snapshot> {
  const ballast = world.people.keeper.ballast;
  const [vault, [greeks], fund, poolPrice, holdings] = await Promise.all([
    readVault(ballast),
    readVaultGreeks(ballast),
    ballast.insuranceFund.assetsHeld(),
    uniswapPrice(world.externals.uniswap),
    readHoldings(ballast, accounts),
  ]);
  if (!greeks) throw new Error("The deployment has no market.");
  return {
    ...at,
    poolPrice,
    volatility: player.volatility(),
    navMid: vault.navMid,
    navBid: vault.navBid,
    navAsk: vault.navAsk,
    sharePrice: vault.shareMid,
    unreleased: vault.unreleased,
    fundDue: vault.fundDue,
    fundPaid: vault.fundPaid,
    fees: vault.fees,
    supply: vault.supply,
    bookValue: greeks.value,
    delta: greeks.delta,
    gamma: greeks.gamma,
    vega: greeks.vega,
    theta: greeks.theta,
    hedge: greeks.hedge,
    netDelta: greeks.netDelta,
    band: greeks.band,
    fund,
    cover: coverOf(holdings, marketState(at.spot, at.time, player.slices(at.time))),
    ...(await watch(ballast, accounts)),
  };
}

async function watch(
  ballast: Ballast,
  accounts: readonly bigint[],
): Promise<Pick<Snapshot, "atRisk" | "auctions">> {
  const atRisk: AtRisk[] = [];
  const auctions: bigint[] = [];
  for (const account of accounts) {
    const [health, auction] = await Promise.all([
      readHealth(ballast, account),
      ballast.auctionHouse.auctionOf(account),
    ]);
    if (auction.kind !== 0n) auctions.push(account);
    if (health.maintenanceRequirement > 0n) {
      atRisk.push({ account, equity: health.equity, maintenance: health.maintenanceRequirement });
    }
  }
  atRisk.sort((a, b) => (ratio(a) < ratio(b) ? -1 : 1));
  return { atRisk, auctions };
}

function ratio(one: AtRisk): bigint {
  return (one.equity * WAD) / one.maintenance;
}
