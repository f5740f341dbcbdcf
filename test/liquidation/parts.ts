import { trade, WAD } from "@ballast/sdk";
import { expect } from "chai";
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
import { balanced, bidOn, distressed, SOFT_STAGE } from "../support/distress.ts";

const { networkHelpers } = connection;
const HOUR = 3600;
const ANY = 2n ** 100n;

describe("soft stage", () => {
  const put = (stage: Scene) => option(expiryOf(stage, 2), 1_800n, "put");

  it("sells single positions at their marks less at most a twentieth of the maintenance that they free", async () => {
    const stage = await networkHelpers.loadFixture(distressed);
    const { bidder, putSeller } = stage.world.people;
    const { auctionHouse: house, clearinghouse } = bidder.ballast;
    await (await house.start(putSeller.account)).wait();
    await stage.clock.advanceTo((await stage.clock.now()) + SOFT_STAGE / 2);
    await (await house.update(putSeller.account)).wait();
    const before = await clearinghouse.assess(putSeller.account);
    const terms = {
      ...(await bidOn(house, putSeller.account, { bidder: bidder.account })),
      legs: [{ instrument: put(stage), quantity: -5n * WAD }],
    };
    await (await house.bidPart(putSeller.account, terms, "0x")).wait();
    const after = await clearinghouse.assess(putSeller.account);
    const released = before.maintenanceRequirement - after.maintenanceRequirement;
    const cost = before.equity - after.equity;
    expect(released > 0n).to.equal(true);
    expect(cost).to.be.within((released * 2n) / 100n, (released * 3n) / 100n);
    expect(
      after.equity - after.maintenanceRequirement > before.equity - before.maintenanceRequirement,
    ).to.equal(true);
    expect(await clearinghouse.positionOf(bidder.account, put(stage))).to.equal(-5n * WAD);
    await balanced(stage);
  });

  it("refuses parts that are none, not there, too dear, or more than is needed", async () => {
    const stage = await networkHelpers.loadFixture(distressed);
    const { bidder, putSeller } = stage.world.people;
    const { auctionHouse: house } = bidder.ballast;
    await (await house.start(putSeller.account)).wait();
    const terms = await bidOn(house, putSeller.account, { bidder: bidder.account });
    const part = (quantity: bigint, other: { priceLimit?: bigint } = {}, instrument = put(stage)) =>
      refusal(
        house.bidPart.staticCall(
          putSeller.account,
          { ...terms, ...other, legs: [{ instrument, quantity }] },
          "0x",
        ),
      );
    expect(await refusal(house.bidPart.staticCall(putSeller.account, { ...terms, legs: [] }, "0x"))).to.equal(
      "AuctionHouse_NoLegs",
    );
    for (const quantity of [0n, WAD, -91n * WAD])
      expect(await part(quantity)).to.equal("AuctionHouse_NotReducing");
    expect(await part(-WAD, {}, option(expiryOf(stage, 1), 1_800n, "put"))).to.equal(
      "AuctionHouse_NotReducing",
    );
    expect(await part(-WAD, { priceLimit: -ANY })).to.equal("AuctionHouse_PriceMoved");
    expect(await part(-80n * WAD)).to.equal("AuctionHouse_PartTooLarge");
    expect(await part(-WAD)).to.equal("nothing was refused");
  });
});

describe("an account with a book", () => {
  async function withBook(): Promise<Scene> {
    const stage = await scene();
    const { putSeller } = stage.world.people;
    await (await (await curator(stage)).clearinghouse.openBook(putSeller.account)).wait();
    const legs = [
      { instrument: option(expiryOf(stage, 2), 1_800n, "put"), quantity: -60n * WAD },
      { instrument: option(expiryOf(stage, 3), 1_800n, "put"), quantity: -30n * WAD },
      { instrument: option(expiryOf(stage, 2), 1_700n, "put"), quantity: 10n * WAD },
    ];
    for (const leg of legs) await (await trade(putSeller.ballast, putSeller.account, [leg])).wait();
    await moveTo(stage, stage.start + HOUR, 1_520n);
    return stage;
  }

  it("is sold expiry by expiry until it is healthy, each bid for the better", async () => {
    const stage = await networkHelpers.loadFixture(withBook);
    const { bidder, putSeller } = stage.world.people;
    const { auctionHouse: house, clearinghouse } = bidder.ballast;
    await (await house.start(putSeller.account)).wait();
    await stage.clock.advanceTo((await stage.clock.now()) + SOFT_STAGE + 60);
    const terms = await bidOn(house, putSeller.account, { bidder: bidder.account });
    expect(await refusal(house.bid.staticCall(putSeller.account, terms, "0x"))).to.equal(
      "AuctionHouse_PartsOnly",
    );
    const hedge = [{ instrument: option(expiryOf(stage, 2), 1_700n, "put"), quantity: 10n * WAD }];
    expect(
      await refusal(house.bidPart.staticCall(putSeller.account, { ...terms, legs: hedge }, "0x")),
    ).to.equal("AuctionHouse_RiskNotReduced");
    let sales = 0;
    for (; (await house.auctionOf(putSeller.account)).kind !== 0n && sales < 20; sales++) {
      const instrument = option(expiryOf(stage, sales % 2 ? 3 : 2), 1_800n, "put");
      const legs = [{ instrument, quantity: -WAD }];
      const before = await clearinghouse.assess(putSeller.account);
      await (await house.bidPart(putSeller.account, { ...terms, legs }, "0x")).wait();
      const after = await clearinghouse.assess(putSeller.account);
      expect(
        after.equity * before.maintenanceRequirement > before.equity * after.maintenanceRequirement,
      ).to.equal(true);
    }
    expect(sales).to.be.within(2, 19);
    const { equity, maintenanceRequirement } = await clearinghouse.assess(putSeller.account);
    expect(equity >= maintenanceRequirement).to.equal(true);
    await balanced(stage);
  });
});
