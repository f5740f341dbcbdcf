import { WAD } from "@ballast/sdk";
import {
  type Connection,
  openMarket,
  refreshAll,
  seriesAround,
  tradeAll,
} from "../../test/support/system.ts";

const LEGS = 16;
/** Bid where a solvent price has fallen far enough to be worth it [s]. */
const WAIT = 600;

/** Gas of liquidation: whole transactions, cold storage, arrays current. */
export async function measure(connection: Connection): Promise<Record<string, number>> {
  const { world, expiries, move, vaultAccount } = await openMarket(connection);
  const { putSeller: seller, bidder } = world.people;
  const price = 2_000n * WAD;
  const instruments = seriesAround(expiries, price, LEGS);
  await refreshAll(world, instruments);
  await tradeAll(seller, instruments, -8n * WAD);
  await fallUntilUnhealthy();

  const { auctionHouse } = bidder.ballast;
  const start = await (await auctionHouse.start(seller.account)).wait();
  await connection.networkHelpers.time.increase(WAIT);
  const { id } = await auctionHouse.auctionOf(seller.account);
  const { largestFraction } = await auctionHouse.price(seller.account, WAD);
  const bid = await (
    await auctionHouse.bid(seller.account, id, bidder.account, largestFraction, 1_000_000n * WAD)
  ).wait();
  return {
    [`auction.start.legs.${LEGS}`]: Number(start?.gasUsed),
    [`auction.bid.legs.${LEGS}`]: Number(bid?.gasUsed),
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
