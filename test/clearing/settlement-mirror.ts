import { instrumentId, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { network } from "hardhat";
import * as mirror from "../../packages/quant/src/exact/settlement.ts";
import { funded } from "../support/ledger.ts";
import { seeded } from "../support/random.ts";

const STEP = 10n ** 10n;

describe("Settlement and slices: the mirror in BigInt", () => {
  it("settles random positions at random fixings to the wei, and rounds debts up", async () => {
    const { ethers } = await network.create();
    const [someone] = await ethers.getSigners();
    const rooms = [someone?.address ?? "", someone?.address ?? ""] as const;
    const settler = await ethers.deployContract("SettlerHarness", [...rooms]);
    const next = seeded(91);
    const below = (limit: bigint): bigint => (limit * BigInt(Math.floor(next() * 2 ** 50))) >> 50n;
    const seen = { gains: 0, debts: 0, worthless: 0 };
    for (let run = 0; run < 300; run++) {
      const strike = (1n + below(400_000n)) * 10n ** 16n;
      const kind = next() < 0.5 ? "call" : "put";
      const instrument = instrumentId({ market: 0, expiry: 1_893_456_000, strike, kind });
      const quantity = (below(10n ** 12n) - 5n * 10n ** 11n) * STEP;
      const fixing = next() < 0.05 ? strike : below(8_000n * WAD);
      const value = mirror.payoff({ isPut: kind === "put", strike, quantity }, fixing);
      expect(await settler.payoff(instrument, quantity, fixing)).to.equal(value);
      if (value > 0n) seen.gains++;
      else if (value < 0n) seen.debts++;
      else seen.worthless++;
    }
    for (const [what, count] of Object.entries(seen)) expect(count, what).to.be.greaterThan(30);
    const dust = { isPut: false, strike: 0n, quantity: -1n };
    expect([mirror.payoff(dust, 1n), mirror.payoff({ ...dust, quantity: 1n }, 1n)]).to.deep.equal([-1n, 0n]);
  });

  it("moves the share of positions, collateral and cash that the ledger moves, and leaves no dust", async () => {
    const { ledger, venue, alice, a, b, call, weth, usdc } = await funded();
    const put = call ^ 1n;
    const next = seeded(92);
    const below = (limit: bigint): bigint => (limit * BigInt(Math.floor(next() * 2 ** 50))) >> 50n;
    await ledger.connect(alice).deposit(a, weth.target, 3n * WAD);
    await ledger.connect(alice).deposit(a, usdc.target, 500_000n * 10n ** 6n);
    const by = ledger.connect(venue);
    await by.movePosition(b, a, call, 8n * WAD + 3n * STEP);
    await by.movePosition(a, b, put, 5n * WAD + 7n * STEP);
    const minimum = WAD;
    await ledger.setMinimumDeposit(weth.target, minimum);
    const held = async (account: bigint) => ({
      call: (await ledger.positionOf(account, call)) / STEP,
      put: (await ledger.positionOf(account, put)) / STEP,
      weth: await ledger.collateralOf(account, weth.target),
    });
    let cleared = 0;
    for (let run = 0; run < 40; run++) {
      const [from, to] = next() < 0.5 ? [a, b] : [b, a];
      const fraction = next() < 0.1 ? WAD + below(WAD) : 1n + below(next() < 0.3 ? WAD / 1_000_000n : WAD);
      const before = await held(from);
      const [cash, other] = [await ledger.cashOf(from), await held(to)];
      await by.moveSlice(from, to, fraction);
      const moved = {
        call: mirror.slicePart(before.call, fraction),
        put: mirror.slicePart(before.put, fraction),
        weth: mirror.sliceCollateral(before.weth, mirror.wholeAtMost(fraction), minimum),
      };
      const less = {
        call: before.call - moved.call,
        put: before.put - moved.put,
        weth: before.weth - moved.weth,
      };
      const more = {
        call: other.call + moved.call,
        put: other.put + moved.put,
        weth: other.weth + moved.weth,
      };
      expect([await held(from), await held(to)]).to.deep.equal([less, more]);
      expect(await ledger.cashOf(from)).to.equal(cash - mirror.slicePart(cash, fraction));
      if (moved.weth > mirror.slicePart(before.weth, fraction)) cleared++;
    }
    expect(mirror.sliceCollateral(10n, WAD / 2n, 6n)).to.equal(10n);
    expect(mirror.sliceCollateral(10n, WAD / 2n, 5n)).to.equal(5n);
    expect(cleared).to.be.greaterThan(0);
  });
});
