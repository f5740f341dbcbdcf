import { postReport, type SurfaceReport } from "@ballast/sdk";
import { moveUniswapPrice } from "../externals/index.ts";
import type { World } from "../world/world.ts";
import type { PricePoint } from "./history.ts";
import { type MarketSlice, reportOf, slicesAt } from "./surface.ts";
import { volatilityModel } from "./volatility.ts";

/** Plays one market through the real contracts. */
export interface MarketPlayer {
  /**
   * New price: a Chainlink round unless the feed is frozen, the pool brought in line, a new surface in the market's mind.
   */
  move(point: PricePoint, isFeedFrozen?: boolean): Promise<void>;
  /** The surface the market asks now. */
  slices(timestamp: number): readonly MarketSlice[];
  /** Short-dated at-the-money volatility asked now. */
  volatility(): number;
  /** Signs the present surface and posts it. */
  post(): Promise<SurfaceReport>;
}

const MARKET = 0;
/** Expiries on a surface at once. */
const LISTED = 5;
/** Most that the short-dated volatility asked moves between two posts, share. */
const VOLATILITY_STEP = 0.25;

/** Expiries on the surface at a time: the next few. One that is listed stays until it passes. */
export function listedAt(expiries: readonly number[], time: number): number[] {
  return expiries.filter((expiry) => expiry > time).slice(0, LISTED);
}

/** A player for the ETH market over the expiries given. */
export function marketPlayer(world: World, expiries: readonly number[]): MarketPlayer {
  const model = volatilityModel();
  const { externals, people, journal } = world;
  let asked = 0;
  let price = 0n;

  const slices = (timestamp: number) => slicesAt(timestamp, listedAt(expiries, timestamp), asked);
  return {
    async move(point, isFeedFrozen = false) {
      price = point.price;
      const wanted = model.step(Number(point.price) / 1e18);
      asked =
        asked === 0
          ? wanted
          : Math.min(asked * (1 + VOLATILITY_STEP), Math.max(asked * (1 - VOLATILITY_STEP), wanted));
      if (!isFeedFrozen) await externals.feed.pushRound(point.price);
      await moveUniswapPrice(externals.uniswap, people.arbitrageur.signer, point.price);
    },
    slices,
    volatility: () => asked,
    async post() {
      const block = await people.keeper.signer.provider?.getBlock("latest");
      const timestamp = block?.timestamp ?? 0;
      const report = reportOf(MARKET, timestamp, price, slices(timestamp));
      await journal.send(
        "feed: post surface",
        postReport(people.keeper.ballast, report, world.surfaceSigners),
      );
      return report;
    },
  };
}
