import { WAD } from "@ballast/sdk";
import { expect } from "chai";
import {
  assetsForShares,
  heldShare,
  sharesForDeposit,
  sharesForWithdrawal,
  splitLoss,
  vaultSlice,
} from "../../packages/quant/src/exact/losses.ts";
import { connection, curator, scene } from "../support/ballast.ts";
import { seeded } from "../support/random.ts";

const { ethers, networkHelpers } = connection;

describe("LossWaterfall: the mirror in BigInt", () => {
  it("splits random losses and holds the same share back", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const at = stage.world.deployment.contracts.auctionHouse;
    await networkHelpers.impersonateAccount(at);
    await networkHelpers.setBalance(at, WAD);
    const { lossWaterfall, insuranceFund, vault, clearinghouse } = stage.world.people.bidder.ballast;
    const house = lossWaterfall.connect(await ethers.getSigner(at));
    const own = await curator(stage);
    const [loser, vaultAccount] = [stage.world.people.putSeller.account, await vault.account()];
    const next = seeded(121);
    const below = (limit: bigint): bigint => (limit * BigInt(Math.floor(next() * 2 ** 50))) >> 50n;
    const fundOf = async () => (await insuranceFund.assetsHeld()) * 10n ** 12n;
    let takenThisYear = 0n;
    const sliceNow = async (cash: bigint) => {
      const { nav } = await lossWaterfall.lastVaultMeasure();
      const { perEvent, perYear } = await lossWaterfall.vaultSlice();
      return vaultSlice({ nav, cash, perEvent, perYear, takenThisYear });
    };
    let [some, none] = [0, 0];
    for (let run = 0; run < 12; run++) {
      const perEvent = below(WAD / 50n);
      await (await own.lossWaterfall.setVaultSlice(perEvent, below(WAD / 5n))).wait();
      await (await lossWaterfall.measureVault()).wait();
      const cash = await clearinghouse.cashOf(vaultAccount);
      const slice = await sliceNow(cash);
      expect(slice).to.equal(await lossWaterfall.sliceLeft());
      const fund = await fundOf();
      const claims = await clearinghouse.totalClaims();
      const exposed = below(((fund + slice + claims) * (run % 4 === 0 ? 1n : 3n)) / 2n);
      await (await house.setExposure(loser, exposed)).wait();
      const share = heldShare(exposed, fund, slice, claims);
      expect(share).to.equal(await lossWaterfall.heldShare());
      if (share > 0n && share < WAD) some++;
      if (share === 0n || share === WAD) none++;
      const shortfall = 1n + below((fund + slice) / 2n + 1_000n * WAD);
      await (await house.absorb(loser, shortfall)).wait();
      const [loss] = (await lossWaterfall.queryFilter(lossWaterfall.filters.LossAbsorbed())).slice(-1);
      const { insurance, vault: fromVault, shared } = loss!.args;
      expect(splitLoss(shortfall, fund, await sliceNow(cash), 10n ** 12n)).to.deep.equal({
        insurance,
        vault: fromVault,
        shared,
      });
      takenThisYear += fromVault;
    }
    expect(Math.min(some, none)).to.be.greaterThan(1);
    expect(takenThisYear > 0n).to.equal(true);
  });

  it("has the fund's shares for random amounts, before and after it paid", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const insuranceFund = await ethers.getContractAt(
      "InsuranceFund",
      stage.world.deployment.contracts.insuranceFund,
    );
    const next = seeded(122);
    for (let run = 0; run < 6; run++) {
      const state = { held: await insuranceFund.assetsHeld(), supply: await insuranceFund.totalSupply() };
      for (let draw = 0; draw < 10; draw++) {
        const amount = BigInt(Math.floor(10 ** (1 + 11 * next())));
        expect(sharesForDeposit(amount, state)).to.equal(await insuranceFund.previewDeposit(amount));
        expect(sharesForWithdrawal(amount, state)).to.equal(await insuranceFund.previewWithdraw(amount));
        expect(assetsForShares(amount * 10n ** 10n, state)).to.equal(
          await insuranceFund.previewRedeem(amount * 10n ** 10n),
        );
      }
      const at = stage.world.deployment.contracts.lossWaterfall;
      await networkHelpers.impersonateAccount(at);
      await networkHelpers.setBalance(at, WAD);
      const paid = state.held / BigInt(3 + run);
      await (await insuranceFund.connect(await ethers.getSigner(at)).cover(paid, at)).wait();
    }
  });
});
