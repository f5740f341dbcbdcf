import { WAD } from "@ballast/sdk";
import { expect } from "chai";
import { monthOf, takenWithinYear, vaultSlice } from "../../packages/quant/src/exact/losses.ts";
import { connection, curator, scene } from "../support/ballast.ts";

const { ethers, networkHelpers } = connection;
const DAY = 86_400;

describe("The vault's slice of a year: the mirror in BigInt", () => {
  it("forgets what was paid thirteen months ago, and nothing sooner", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const at = stage.world.deployment.contracts.auctionHouse;
    await networkHelpers.impersonateAccount(at);
    await networkHelpers.setBalance(at, WAD);
    const { lossWaterfall, insuranceFund, vault, clearinghouse } = stage.world.people.bidder.ballast;
    const house = lossWaterfall.connect(await ethers.getSigner(at));
    await (await (await curator(stage)).lossWaterfall.setVaultSlice(WAD / 50n, WAD / 40n)).wait();
    const [loser, own] = [stage.world.people.putSeller.account, await vault.account()];
    await (await lossWaterfall.measureVault()).wait();
    const { perEvent, perYear } = await lossWaterfall.vaultSlice();
    const paid = new Map<bigint, bigint>();
    const outcomes = new Set<bigint>();
    for (let month = 0; month < 16; month++) {
      const now = BigInt(await stage.clock.now());
      const { nav } = await lossWaterfall.lastVaultMeasure();
      const cash = await clearinghouse.cashOf(own);
      const takenThisYear = takenWithinYear(paid, now);
      const left = vaultSlice({ nav, cash, perEvent, perYear, takenThisYear });
      expect(await lossWaterfall.sliceLeft()).to.equal(left);
      outcomes.add(takenThisYear);
      if (month % 5 === 0) {
        const fund = (await insuranceFund.assetsHeld()) * 10n ** 12n;
        const sent = await (await house.absorb(loser, fund + left / 3n)).wait();
        const [loss] = await lossWaterfall.queryFilter(
          lossWaterfall.filters.LossAbsorbed(),
          sent?.blockNumber,
        );
        const month_ = monthOf(BigInt((await sent?.getBlock())?.timestamp ?? 0));
        paid.set(month_, (paid.get(month_) ?? 0n) + (loss?.args.vault ?? 0n));
      }
      await stage.clock.advanceTo(Number(now) + 30 * DAY);
    }
    expect([...paid.values()].every((amount) => amount > 0n)).to.equal(true);
    expect(outcomes.size).to.be.greaterThan(4);
  });
});
