import { WAD } from "@ballast/sdk";
import { network } from "hardhat";
import {
  type Connection,
  openMarket,
  refreshAll,
  seriesAround,
  tradeAll,
} from "../../test/support/system.ts";

const SIZES = [16, 64];
/** Contracts sold in all, so that every size falls below its maintenance at a similar price. */
const CONTRACTS = 128n * WAD;
/** Bid where a solvent price has fallen far enough to be worth it [s]. */
const WAIT = 600;

/** Gas of liquidation: whole transactions, cold storage, arrays current. */
export async function measure(connection: Connection): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  for (const legs of SIZES) {
    const fresh = legs === SIZES[0] ? connection : await network.create();
    Object.assign(figures, await measureSize(fresh, legs));
  }
  return figures;
}

async function measureSize(connection: Connection, legs: number): Promise<Record<string, number>> {
  const { world, expiries, move, vaultAccount } = await openMarket(connection);
  const { putSeller: seller, bidder } = world.people;
  const price = 2_000n * WAD;
  const instruments = seriesAround(expiries, price, legs);
  await refreshAll(world, instruments);
  await tradeAll(seller, instruments, -CONTRACTS / BigInt(legs));
  await fallUntilUnhealthy();

  const { auctionHouse } = bidder.ballast;
  const start = await (await auctionHouse.start(seller.account)).wait();
  await connection.networkHelpers.time.increase(WAIT);
  const { id, kind } = await auctionHouse.auctionOf(seller.account);
  const terms = { id, kind, bidder: bidder.account, fraction: WAD, priceLimit: 1_000_000n * WAD };
  const bid = await (await auctionHouse.bid(seller.account, terms, "0x")).wait();
  return {
    [`auction.start.legs.${legs}`]: Number(start?.gasUsed),
    [`auction.bid.legs.${legs}`]: Number(bid?.gasUsed),
  };

  async function fallUntilUnhealthy(): Promise<void> {
    for (let percent = 96n; percent >= 40n; percent -= 4n) {
      await move((price * percent) / 100n);
      await refreshAll(world, instruments, [seller.account, vaultAccount]);
      const health = await bidder.ballast.clearinghouse.assess(seller.account);
      if (health.equity < health.maintenanceRequirement) return;
    }
    throw new Error("The account never fell below its maintenance requirement.");
  }
}
