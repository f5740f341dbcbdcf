import { IHedgeVenue__factory } from "../../../typechain-types/index.js";
import type { Ballast } from "./ballast.ts";

/** One venue of the vault's hedge. */
export interface HedgeVenueState {
  readonly address: string;
  /** Whether it, or the node for it, tells what it holds; if not, the rest is zero here, though it may hold something. */
  readonly answers: boolean;
  /** Whether it sells what it borrows. */
  readonly isShort: boolean;
  /** What it holds or owes for the vault [wad underlying, signed]. */
  readonly position: bigint;
  /** Worth of all that it holds and owes at the live price [wad USD, signed]. */
  readonly value: bigint;
}

/** What the hedge of a market may still do. */
export interface HedgeBudget {
  /** What the next rebalances could buy and sell [wad underlying]. */
  readonly buy: bigint;
  readonly sell: bigint;
  /** What trades may lose now, all together and by this caller [wad USD]. */
  readonly lossLeft: bigint;
  readonly lossLeftOfCaller: bigint;
  /** All that trades ever lost against the oracle price [wad USD, signed]. */
  readonly totalLoss: bigint;
}

/** Reads the venues of a market's hedge; one that does not answer keeps none of the others from being read. */
export async function readHedgeVenues(ballast: Ballast, market: number): Promise<HedgeVenueState[]> {
  const [addresses, { price }] = await Promise.all([
    ballast.hedgeController.venues(market),
    ballast.priceRouter.spot(market),
  ]);
  return Promise.all(
    addresses.map(async (address) => {
      const venue = IHedgeVenue__factory.connect(address, ballast.runner);
      try {
        const [isShort, position, value] = await Promise.all([
          venue.isShort(),
          venue.position(),
          venue.value(price),
        ]);
        return { address, answers: true, isShort, position, value };
      } catch {
        return { address, answers: false, isShort: false, position: 0n, value: 0n };
      }
    }),
  );
}

/** Reads what budgets and venues leave of the hedge of a market, for `caller`. */
export async function readHedgeBudget(
  ballast: Ballast,
  market: number,
  caller: string,
): Promise<HedgeBudget> {
  const { hedgeController } = ballast;
  const [{ buyWad, sellWad }, lossLeft, lossLeftOfCaller, totalLoss] = await Promise.all([
    hedgeController.hedgeCapacity(market),
    hedgeController.lossBudgetLeft(market),
    hedgeController.lossBudgetLeftOf(market, caller),
    hedgeController.totalLoss(),
  ]);
  return { buy: buyWad, sell: sellWad, lossLeft, lossLeftOfCaller, totalLoss };
}
