import { WAD } from "@ballast/sdk";
import { expect } from "chai";
import type { ContractTransactionResponse } from "ethers";
import * as mirror from "../../packages/quant/src/exact/spread.ts";
import { connection, curator, scene } from "../support/ballast.ts";
import { seeded } from "../support/random.ts";

const HOUR = 3_600n;

describe("SpreadLedger: the mirror in BigInt", () => {
  it("releases random spread second by second, and lets go of expiries that are over", async () => {
    const stage = await connection.networkHelpers.loadFixture(scene);
    const advance = async (seconds: bigint) =>
      stage.clock.advanceTo((await stage.clock.now()) + 1 + Number(seconds));
    const at = stage.world.deployment.contracts;
    const rooms = [at.clearinghouse, at.vault, at.quoter, at.priceRouter] as const;
    const share = (WAD * 7n) / 43n;
    const desk = await connection.ethers.deployContract("SpreadHarness", [...rooms, share]);
    await (await (await curator(stage)).clearinghouse.setVenue(desk.target, true)).wait();
    const { vault } = stage.world.people.keeper.ballast;
    const next = seeded(211);
    const below = (limit: bigint): bigint => (limit * BigInt(Math.floor(next() * 2 ** 50))) >> 50n;
    let pots: mirror.Pots = new Map();
    let [bonds, earned, paid, dropped, payments] = [0n, 0n, 0n, 0, 0];
    const dueAt = (now: bigint) => mirror.owedToFund(earned - mirror.unreleased(pots, 0n, now), share, paid);
    for (let run = 0; run < 150; run++) {
      await advance(below(next() < 0.7 ? 900n : 30_000n));
      const hours = BigInt(Math.floor(next() * 12));
      const expiry = (BigInt(await stage.clock.now()) / HOUR + hours) * HOUR;
      // Up to what the vault can pay a share of, and, late, up to twenty trillion dollars.
      const digits = Math.floor(next() * (run < 120 ? 22 : 24));
      const spread = next() < 0.1 ? -below(WAD) : below(10n ** BigInt(1 + digits));
      const now = await timeOf(desk.earn(expiry, spread));
      const before = pots.size;
      pots = mirror.earn(pots, expiry, spread, now);
      if (pots.size < before) dropped++;
      if (spread > 0n) earned += spread;
      if (next() < 0.2) {
        const bond = below(WAD);
        bonds += bond;
        await (await desk.addBond(bond)).wait();
      }
      if (next() < 0.3) {
        const free = (await vault.freeCash()) * mirror.FUND_STEP;
        const sent = desk.payFund();
        const at = await timeOf(sent).catch(() => undefined);
        const due = dueAt(at ?? BigInt(await stage.clock.now()));
        const payment = mirror.fundPayment(due, free, 0n);
        expect(payment > 0n).to.equal(at !== undefined);
        paid += payment;
        if (payment > 0n) payments++;
      }
      await advance(below(2_000n));
      const later = BigInt(await stage.clock.now());
      expect(await desk.unreleasedSpread()).to.equal(mirror.unreleased(pots, bonds, later) + dueAt(later));
      expect(await desk.owedToFund()).to.deep.equal([dueAt(later), paid]);
      expect(await desk.spreadEarned()).to.equal(earned);
      const [expiries, amounts] = await desk.unreleased();
      const listed = expiries.map((one, i) => [one, amounts[i]] as const).sort(byExpiry);
      const mirrored = [...pots].map(([one, pot]) => [one, mirror.leftOf(pot, one, later)] as const);
      expect(listed).to.deep.equal(mirrored.sort(byExpiry));
    }
    expect(dropped).to.be.greaterThan(3);
    expect(payments).to.be.greaterThan(10);
  });
});

function byExpiry([one]: readonly [bigint, unknown], [other]: readonly [bigint, unknown]): number {
  return Number(one - other);
}

async function timeOf(sent: Promise<ContractTransactionResponse>): Promise<bigint> {
  const block = await (await (await sent).wait())?.getBlock();
  return BigInt(block?.timestamp ?? 0);
}
