import { claimShares, refreshBook, WAD } from "@ballast/sdk";
import { mintUsdc } from "../../packages/lab/src/externals/index.ts";
import {
  type Connection,
  openMarket,
  refreshAll,
  seriesAround,
  tradeAll,
} from "../../test/support/system.ts";

const USDC = 10n ** 6n;
const PRICE = 2_000n * WAD;

/**
 * Gas of an epoch that fills requests on both sides while the vault's book holds 16 current series; whole transactions,
 * cold. With two requests beside a hundred, each of another controller, to show that requests cost the epoch nothing.
 */
export async function measure(connection: Connection): Promise<Record<string, number>> {
  const { world, expiries, move, vaultAccount } = await openMarket(connection, PRICE);
  const [taker] = world.people.takers;
  const [lp] = world.people.lps;
  if (!taker || !lp) throw new Error("The stage has too few people.");
  const { ballast: keeper } = world.people.keeper;
  const series = seriesAround(expiries, PRICE, 16);
  await refreshAll(world, series);
  await (await keeper.quoter.ensureMarked()).wait();
  await tradeAll(taker, series, WAD);
  await claimShares(lp.ballast, lp.address);
  await mintUsdc(world.externals.usdc, lp.address, 1_000_000n * USDC);
  const { vault, usdc } = lp.ballast;
  await (await usdc.approve(world.deployment.contracts.vault, 1_000_000n * USDC)).wait();
  const epochGas = async (requests: number): Promise<number> => {
    for (let i = 0; i < requests; i++) {
      const controller = `0x${(0x10000n + BigInt(i)).toString(16).padStart(40, "0")}`;
      const sent =
        i % 2 === 0
          ? vault.requestDeposit(100n * USDC, controller, lp.address)
          : vault.requestRedeem(50n * WAD, controller, lp.address);
      await (await sent).wait();
    }
    await move(PRICE);
    await refreshAll(world, series);
    await refreshBook(keeper, vaultAccount);
    const before = await vault.pendingTotals();
    const receipt = await (await vault.processEpoch()).wait();
    const left = await vault.pendingTotals();
    const [assets, shares] = [BigInt(Math.ceil(requests / 2)), BigInt(Math.floor(requests / 2))];
    if (before.assets !== assets * 100n * USDC || before.shares !== shares * 50n * WAD) {
      throw new Error(`${before.assets} and ${before.shares} wait for an epoch of ${requests} requests.`);
    }
    if (left.assets !== 0n || left.shares !== 0n) throw new Error("The epoch left something out.");
    return Number(receipt?.gasUsed);
  };
  // The first epoch writes words that were zero; what is reported is like against like.
  await epochGas(2);
  return {
    "vault.processEpoch.2requests": await epochGas(2),
    "vault.processEpoch.100requests": await epochGas(100),
  };
}
