import { accountId, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { connection, curator, expiryOf, option, refusal } from "../support/ballast.ts";
import { balanced, distressed, SOFT_STAGE } from "../support/distress.ts";
import { refreshAll } from "../support/system.ts";

const { ethers, networkHelpers } = connection;

describe("vault closer", () => {
  it("closes positions of an account in its soft stage against the vault's quote, with nobody's capital", async () => {
    const stage = await networkHelpers.loadFixture(distressed);
    const { keeper, putSeller } = stage.world.people;
    const { auctionHouse: house, vaultCloser, clearinghouse, usdc, vault } = keeper.ballast;
    await (await house.start(putSeller.account)).wait();
    const { id, kind } = await house.auctionOf(putSeller.account);
    const put = option(expiryOf(stage, 2), 1_800n, "put");
    const legs = [{ instrument: put, quantity: -5n * WAD }];
    await refreshAll(stage.world, [put], [await vault.account()]);
    expect(await refusal(vaultCloser.close.staticCall(putSeller.account, id, kind, legs, 0n))).to.equal(
      "Clearinghouse_BelowInitial",
    );
    await stage.clock.advanceTo((await stage.clock.now()) + SOFT_STAGE - 20);
    await stage.player.post();
    await refreshAll(stage.world, [put], [await vault.account()]);
    expect(
      await refusal(vaultCloser.close.staticCall(putSeller.account, id, kind, legs, 10n ** 12n)),
    ).to.equal("VaultCloser_LessThanWanted");
    const vaultAccount = await vault.account();
    const [held, written] = [
      await usdc.balanceOf(keeper.address),
      await clearinghouse.positionOf(vaultAccount, put),
    ];
    await (await house.update(putSeller.account)).wait();
    const before = await clearinghouse.assess(putSeller.account);
    await (await vaultCloser.close(putSeller.account, id, kind, legs, 1n)).wait();
    const after = await clearinghouse.assess(putSeller.account);
    expect((await usdc.balanceOf(keeper.address)) > held).to.equal(true);
    expect(await clearinghouse.positionOf(vaultAccount, put)).to.equal(written - 5n * WAD);
    const released = before.maintenanceRequirement - after.maintenanceRequirement;
    expect(before.equity - after.equity <= released / 20n).to.equal(true);
    await balanced(stage);
  });

  it("pays out what is not held back, and the rest when nothing is", async () => {
    const stage = await networkHelpers.loadFixture(distressed);
    const { keeper, putSeller } = stage.world.people;
    const { auctionHouse: house, usdc, clearinghouse, vault } = keeper.ballast;
    const at = stage.world.deployment.contracts;
    const source = await ethers.deployContract("HoldBackProbe");
    await (await (await curator(stage)).clearinghouse.setHoldBackSource(source.target)).wait();
    const closer = await ethers.deployContract("VaultCloser", [
      at.clearinghouse,
      at.auctionHouse,
      at.tradeDesk,
    ]);
    await (await house.start(putSeller.account)).wait();
    const { id, kind } = await house.auctionOf(putSeller.account);
    const put = option(expiryOf(stage, 2), 1_800n, "put");
    await stage.clock.advanceTo((await stage.clock.now()) + SOFT_STAGE - 20);
    await stage.player.post();
    await refreshAll(stage.world, [put], [await vault.account()]);
    const close = async (share: bigint) => {
      await source.set(share, share === 0n ? 0n : 1n, 0);
      const held = await usdc.balanceOf(keeper.address);
      const legs = [{ instrument: put, quantity: -WAD / 4n }];
      await (await closer.connect(keeper.signer).close(putSeller.account, id, kind, legs, 0n)).wait();
      return (await usdc.balanceOf(keeper.address)) - held;
    };
    const own = accountId(closer.target as string);
    const half = await close(WAD / 2n);
    const kept = (await clearinghouse.cashOf(own)) / 10n ** 12n;
    expect(half).to.be.within(kept - 2n, kept + 2n);
    expect(await close(WAD)).to.equal(0n);
    expect((await clearinghouse.cashOf(own)) / 10n ** 12n > kept).to.equal(true);
    const all = await close(0n);
    expect(all > 2n * kept).to.equal(true);
    expect(await clearinghouse.cashOf(own)).to.be.within(0n, 10n ** 12n);
  });

  it("listens to the house only", async () => {
    const stage = await networkHelpers.loadFixture(distressed);
    const { keeper } = stage.world.people;
    expect(await refusal(keeper.ballast.vaultCloser.onAuctionBid.staticCall(1n, 1n, 0n, "0x"))).to.equal(
      "VaultCloser_NotHouse",
    );
    const factory = await ethers.getContractFactory("VaultCloser");
    expect(await refusal(factory.deploy(ZeroAddress, ZeroAddress, ZeroAddress))).to.equal(
      "VaultCloser_ZeroAddress",
    );
  });
});
