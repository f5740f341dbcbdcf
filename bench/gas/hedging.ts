import { trade, WAD } from "@ballast/sdk";
import { type Connection, openMarket, refreshAll, seriesAround } from "../../test/support/system.ts";

/** Gas of hedging: whole transactions, cold storage, the book current, one Uniswap pool. */
export async function measure(connection: Connection): Promise<Record<string, number>> {
  const { world, expiries, vaultAccount } = await openMarket(connection);
  const [taker] = world.people.takers;
  if (!taker) throw new Error("The stage has no taker.");
  const calls = seriesAround(expiries, 2_000n * WAD, 20).filter((_, i) => i % 5 >= 2);
  await refreshAll(world, calls);
  for (const instrument of calls) {
    await (await trade(taker.ballast, taker.account, [{ instrument, quantity: 6n * WAD }])).wait();
  }
  const { books, hedgeController } = world.people.keeper.ballast;
  await refreshAll(world, calls, [taker.account, vaultAccount]);
  await (await books.refreshAll(vaultAccount)).wait();
  const capacity = await hedgeController.hedgeCapacity.estimateGas(0);
  const note = await (await hedgeController.note(0)).wait();
  const noted = await hedgeController.hedgeCapacity.estimateGas(0);
  const receipt = await (await hedgeController.rebalance(0)).wait();
  return {
    "hedge.rebalance": Number(receipt?.gasUsed ?? 0n),
    // As a transaction of its own, so 21,000 and calldata are in it.
    "hedge.capacity": Number(capacity),
    "hedge.note": Number(note?.gasUsed ?? 0n),
    // As it was noted.
    "hedge.capacity.noted": Number(noted),
  };
}
