import { accountId, quoteOrder, trade, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import {
  connection,
  curator,
  expiryOf,
  moveTo,
  option,
  refusal,
  type Scene,
  scene,
} from "../support/ballast.ts";
import { balanced, distressed, SOFT_STAGE } from "../support/distress.ts";
import { refreshAll } from "../support/system.ts";

const { ethers, networkHelpers } = connection;

/** The put seller is short one put and long another, and the market has fallen far enough. */
async function distressedSpread(): Promise<Scene> {
  const stage = await scene();
  const { ballast, account } = stage.world.people.putSeller;
  const legs = [
    { instrument: option(expiryOf(stage, 2), 1_800n, "put"), quantity: -90n * WAD },
    { instrument: option(expiryOf(stage, 2), 1_500n, "put"), quantity: 20n * WAD },
  ];
  await (await trade(ballast, account, legs)).wait();
  await moveTo(stage, stage.start + 3_600, 1_450n);
  return stage;
}

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

  it("closes several legs as one order, which leaves more than one by one", async () => {
    const stage = await networkHelpers.loadFixture(distressedSpread);
    const { keeper, putSeller } = stage.world.people;
    const { auctionHouse: house, vaultCloser, tradeDesk, usdc, vault, clearinghouse } = keeper.ballast;
    await (await house.start(putSeller.account)).wait();
    const { id, kind } = await house.auctionOf(putSeller.account);
    const [sold, bought] = [1_800n, 1_500n].map((strike) => option(expiryOf(stage, 2), strike, "put"));
    const legs = [
      { instrument: sold ?? 0n, quantity: -4n * WAD },
      { instrument: bought ?? 0n, quantity: WAD },
    ];
    await stage.clock.advanceTo((await stage.clock.now()) + SOFT_STAGE - 20);
    await stage.player.post();
    await refreshAll(stage.world, [sold ?? 0n, bought ?? 0n], [await vault.account()]);
    const held = await usdc.balanceOf(keeper.address);
    const given = legs.map(({ instrument, quantity }) => ({ instrument, quantity: -quantity }));
    const each = await Promise.all(given.map((leg) => quoteOrder(keeper.ballast, [leg])));
    const apart = each.reduce((sum, { premium, fair }) => sum + premium - fair, 0n);
    const sent = await vaultCloser.close(putSeller.account, id, kind, legs, 0n);
    const block = (await sent.wait())?.blockNumber ?? 0;
    const trades = await tradeDesk.queryFilter(tradeDesk.filters.Traded(), block, block);
    const earned = await tradeDesk.queryFilter(tradeDesk.filters.SpreadEarned(), block, block);
    expect([trades.length, earned.length]).to.deep.equal([2, 1]);
    expect((await usdc.balanceOf(keeper.address)) > held).to.equal(true);
    const together = trades.reduce((sum, { args }) => sum + args.premium - args.fair, 0n);
    expect(together < apart).to.equal(true);
    // The long leg alone lowers no risk, and could not be sold at all.
    const long = legs.slice(1);
    expect(await refusal(vaultCloser.close.staticCall(putSeller.account, id, kind, long, 0n))).to.equal(
      "AuctionHouse_RiskNotReduced",
    );
    expect(await clearinghouse.positionOf(putSeller.account, sold ?? 0n)).to.equal(-86n * WAD);
    expect(await clearinghouse.positionOf(putSeller.account, bought ?? 0n)).to.equal(19n * WAD);
    const own = accountId(stage.world.deployment.contracts.vaultCloser);
    expect(await clearinghouse.positionWords(own)).to.deep.equal([]);
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
