import { expect } from "chai";
import { connection, curator, refusal } from "../support/ballast.ts";
import { balanced, insolvent } from "../support/distress.ts";

const { ethers, networkHelpers } = connection;
const WAD = 10n ** 18n;
const ANY = 2n ** 100n;

const insolventBid = (id: bigint, bidder: bigint) => ({
  id,
  kind: 2n,
  bidder,
  fraction: WAD,
  priceLimit: 0n,
});

describe("insolvency", () => {
  it("is paid by the fund first, to the wei, while nobody may leave the fund", async () => {
    const stage = await networkHelpers.loadFixture(insolvent);
    const { bidder, putSeller, insurer } = stage.world.people;
    const { auctionHouse: house, insuranceFund: fund, lossWaterfall } = bidder.ballast;
    await (await house.start(putSeller.account)).wait();
    const { id, kind, seenAt } = await house.auctionOf(putSeller.account);
    expect(kind).to.equal(2n);
    const { equity, maintenanceRequirement } = await bidder.ballast.clearinghouse.assess(putSeller.account);
    expect(await lossWaterfall.exposureOf(putSeller.account)).to.equal(maintenanceRequirement - equity);
    expect(await lossWaterfall.heldEpisode()).to.equal(1n);
    expect(await refusal(insurer.ballast.fundShares.redeem(1n, insurer.address, insurer.address))).to.equal(
      "InsuranceFund_ShortfallOpen",
    );
    const held = await fund.assetsHeld();
    await stage.clock.advanceTo(Number(seenAt) + 1_800);
    await (await house.bid(putSeller.account, insolventBid(id, bidder.account), "0x")).wait();
    const [loss] = await lossWaterfall.queryFilter(lossWaterfall.filters.LossAbsorbed());
    if (!loss) throw new Error("No loss was absorbed.");
    const { shortfall, insurance, vault, shared } = loss.args;
    expect(insurance + vault + shared).to.equal(shortfall);
    expect(insurance).to.equal((held - (await fund.assetsHeld())) * 10n ** 12n);
    expect(shortfall - insurance < 10n ** 12n).to.equal(true);
    expect(await bidder.ballast.clearinghouse.positionWords(putSeller.account)).to.deep.equal([]);
    expect((await house.auctionOf(putSeller.account)).kind).to.equal(0n);
    expect(await lossWaterfall.exposures()).to.deep.equal([0n, 0n]);
    expect(await lossWaterfall.heldEpisode()).to.equal(0n);
    await balanced(stage);
  });

  it("goes on to the vault's slice and to all claims when the fund is empty, and the books still balance", async () => {
    const stage = await networkHelpers.loadFixture(insolvent);
    const { bidder, putSeller } = stage.world.people;
    const at = stage.world.deployment.contracts;
    await networkHelpers.impersonateAccount(at.lossWaterfall);
    await networkHelpers.setBalance(at.lossWaterfall, WAD);
    const waterfall = await ethers.getSigner(at.lossWaterfall);
    await (await bidder.ballast.insuranceFund.connect(waterfall).cover(ANY, at.lossWaterfall)).wait();
    const own = await curator(stage);
    await (await own.lossWaterfall.setVaultSlice(WAD / 1_000n, WAD / 100n)).wait();

    const house = bidder.ballast.auctionHouse;
    await (await house.start(putSeller.account)).wait();
    const { id, seenAt } = await house.auctionOf(putSeller.account);
    await stage.clock.advanceTo(Number(seenAt) + 3_600);
    await (await house.bid(putSeller.account, insolventBid(id, bidder.account), "0x")).wait();
    const { lossWaterfall } = bidder.ballast;
    const [loss] = await lossWaterfall.queryFilter(lossWaterfall.filters.LossAbsorbed());
    if (!loss) throw new Error("No loss was absorbed.");
    expect(loss.args.insurance).to.equal(0n);
    expect(loss.args.vault > 0n && loss.args.shared > 0n).to.equal(true);
    expect(loss.args.vault + loss.args.shared).to.equal(loss.args.shortfall);
    // The fund was emptied by hand.
    await balanced(stage, "USDC that left the insurance fund");
  });
});
