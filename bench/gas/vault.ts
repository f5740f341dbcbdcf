import { WAD } from "@ballast/sdk";
import {
  type Connection,
  openMarket,
  refreshAll,
  seriesAround,
  tradeAll,
} from "../../test/support/system.ts";

/** Gas of trades against the vault: whole transactions, cold storage, arrays current. */
export async function measure(connection: Connection): Promise<Record<string, number>> {
  const { world, expiries, vaultAccount } = await openMarket(connection);
  const [taker] = world.people.takers;
  if (!taker) throw new Error("The stage has no taker.");
  const instruments = seriesAround(expiries, 2_000n * WAD, 18);
  await refreshAll(world, instruments);
  await tradeAll(taker, instruments.slice(0, 16), WAD);
  await refreshAll(world, instruments, [taker.account, vaultAccount]);
  const [gas] = await tradeAll(taker, instruments.slice(16, 17), WAD);
  return { "vault.trade.oneLeg.accountWith16Legs": Number(gas) };
}
