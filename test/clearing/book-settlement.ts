import { expect } from "chai";
import { network } from "hardhat";
import { accountOf, bookRoom, groupOf, instrumentOf } from "../support/books.ts";
import { WAD } from "../support/risk.ts";

/** Strikes of 500 series in four expiries: 60 of them in the first. */
const PER_EXPIRY = [60, 150, 150, 140];

/** A book of 500 series, the first 60 of them expired and fixed. */
async function large() {
  const connection = await network.create({ override: { blockGasLimit: 3_000_000_000n } });
  const room = await bookRoom(connection);
  const { ethers } = connection;
  const settler = await ethers.deployContract("Settler", [room.clearinghouse.target, room.inputs.target]);
  const manager = await ethers.getContractAt("AccessManager", room.manager.target as string);
  const selector = room.clearinghouse.interface.getFunction("settlePosition").selector;
  await manager.setTargetFunctionRole(room.clearinghouse.target, [selector], 6);
  await manager.grantRole(6, settler.target, 0);
  for (const [i, count] of PER_EXPIRY.entries()) {
    for (let k = 0; k < count; k++) {
      const strikeCents = 200_000n + 1_000n * BigInt(k);
      const instrument = instrumentOf({ expiry: room.expiries[i]!, strikeCents, isPut: k % 2 === 1 });
      const other = accountOf(room.stranger!.address, BigInt(10 * i + Math.floor(k / 100)));
      await room.clearinghouse.movePosition(other, room.booked, instrument, WAD);
    }
  }
  const [expiry = 0n] = room.expiries;
  await room.networkHelpers.time.increaseTo(expiry + 60n);
  return { ...room, ethers, settler, expiry };
}

describe("Settler: a large book", () => {
  it("settles the 60 expired of 500 series in calls whose gas the other 440 do not touch", async () => {
    const room = await large();
    const { settler, booked, clearinghouse, inputs, expiry, expiries } = room;
    const nothing = settler.settle(booked, 20);
    await expect(nothing).to.be.revertedWithCustomError(settler, "Settler_NothingToSettle");
    await inputs.setFixing(0, expiry, 2_400n * WAD);
    const before = await clearinghouse.cashOf(booked);
    const gas: bigint[] = [];
    for (let left = 60n; left > 0n; left -= 20n) {
      expect(await clearinghouse.bookLegCount(booked, groupOf(0, expiry))).to.equal(left);
      gas.push((await (await settler.settle(booked, 20)).wait())!.gasUsed);
    }
    // Reading all 500 would cost two cold words each, two million gas, every time.
    for (const used of gas) expect(used < 2_000_000n, String(gas)).to.equal(true);
    expect([...(await clearinghouse.bookGroups(booked))]).to.have.members(
      expiries.slice(1).map((later) => groupOf(0, later)),
    );
    for (const [i, count] of PER_EXPIRY.entries()) {
      const legs = await clearinghouse.bookLegCount(booked, groupOf(0, expiries[i]!));
      expect(legs).to.equal(i === 0 ? 0n : BigInt(count));
    }
    // One contract of each, calls on even strikes and puts on odd ones, at a fixing of 2,400.
    const strikes = Array.from({ length: 60 }, (_, k) => 2_000n + 10n * BigInt(k));
    const worth = strikes.map((strike, k) => (k % 2 === 0 ? 2_400n - strike : strike - 2_400n));
    const sum = worth.reduce((total, value) => total + (value > 0n ? value : 0n), 0n);
    expect((await clearinghouse.cashOf(booked)) - before).to.equal(sum * WAD);
    const one = instrumentOf({ expiry, strikeCents: 200_000n, isPut: false });
    expect(await clearinghouse.positionOf(booked, one)).to.equal(0n);
  });
});
