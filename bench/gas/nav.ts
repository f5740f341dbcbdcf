import type { Connection } from "../../test/support/risk.ts";
import { bookOf } from "./risk.ts";

/** What reading the vault's NAV costs, storage cold, with many and with few series in its book, and legs apart from it. */
export async function measure(connection: Connection): Promise<Record<string, number>> {
  const { ethers } = connection;
  const figures: Record<string, number> = {};
  for (const series of [20, 500]) {
    const room = await bookOf(connection, series);
    const inputs = room.inputs.target;
    const pricer = await ethers.deployContract("OptionPricer", [inputs, inputs, inputs]);
    const valuation = await ethers.deployContract("Valuation", [
      room.manager.target,
      room.clearinghouse.target,
      room.books.target,
      pricer.target,
      inputs,
      inputs,
      inputs,
    ]);
    const meter = await ethers.deployContract("ReadingMeter");
    const gasOf = async (legsApart: bigint): Promise<number> => {
      const receipt = await (await meter.measure(valuation.target, room.account)).wait();
      const [log] = receipt?.logs ?? [];
      const event = log && meter.interface.parseLog(log);
      if (!event) throw new Error("The reading was not measured.");
      if (event.args.legsApart !== legsApart) throw new Error(`${event.args.legsApart} legs stand apart.`);
      return Number(event.args.gas);
    };
    figures[`vault.nav.book${series}`] = await gasOf(0n);
    if (series > 100) continue;
    // Beyond the drift limit nothing in the book is current.
    const spot = room.spots[0];
    if (spot === undefined) throw new Error("There is no price.");
    await room.inputs.setSpot(0, (spot * 105n) / 100n, 0);
    figures[`vault.nav.book${series}.stale`] = await gasOf(BigInt(series));
  }
  return figures;
}
