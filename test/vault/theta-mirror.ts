import { trade, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { leastCondition, spreadShares, unitPrice } from "../../packages/quant/src/exact/quotes.ts";
import { perShare, thetaByGamma } from "../../packages/quant/src/exact/valuation.ts";
import { connection, curator, expiryOf, option, refusal, scene } from "../support/ballast.ts";
import { seeded } from "../support/random.ts";

const { ethers, networkHelpers } = connection;
const HOUR = 3_600n;

describe("Vault: the mirror of theta, share price, spread and conditions in BigInt", () => {
  it("has the theta of the vault's books, its share price, and the parts of an order's spread", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { ballast, account } = stage.world.people.hedger;
    const legs = [
      { instrument: option(expiryOf(stage, 2), 2_200n, "call"), quantity: 30n * WAD },
      { instrument: option(expiryOf(stage, 2), 1_800n, "put"), quantity: 17n * WAD },
      { instrument: option(expiryOf(stage, 3), 2_100n, "call"), quantity: -11n * WAD },
    ];
    const sent = await (await trade(ballast, account, legs)).wait();
    const { tradeDesk, books, clearinghouse, optionPricer, vault } = ballast;
    const traded = await tradeDesk.queryFilter(tradeDesk.filters.Traded(account), sent?.blockNumber);
    const spreads = traded.map(({ args }) => args.premium - args.fair);
    const total = spreads.reduce((sum, one) => sum + one, 0n);
    expect(spreads).to.deep.equal(spreadShares(total, legs.length));
    expect(total > 0n && legs.length === traded.length).to.equal(true);

    const own = await vault.account();
    await (await books.refreshAll(own)).wait();
    const at = stage.world.deployment.contracts;
    const rooms = [at.accessManager, at.clearinghouse, at.books, at.optionPricer, at.priceRouter] as const;
    const probe = await ethers.deployContract("ThetaProbe", [...rooms, at.surfaceFeed, at.settlementOracle]);
    const reading = ((await vault.reading()) as unknown as { toObject(deep: boolean): object }).toObject(
      true,
    );
    const read = reading as Parameters<typeof probe.thetaOf>[1];
    const { price: spot } = await ballast.priceRouter.spot(0);
    let expected = 0n;
    for (const group of await clearinghouse.bookGroups(own)) {
      const [marks, isCurrent] = await books.marksOfGroup(own, group, spot);
      expect(isCurrent).to.equal(true);
      const strike = (spot / 10n ** 16n) << 4n;
      const { gamma, theta } = await optionPricer.value((group << 36n) | strike, 0);
      expected += thetaByGamma(marks.gamma, { gamma, theta });
    }
    expect(await probe.thetaOf(own, read)).to.equal(expected);
    // What the pricer has for all legs one by one is close to that.
    const words = await clearinghouse.positionWords(own);
    const { theta: exact } = await optionPricer.bookValue(0, [...words]);
    expect(exact).to.be.greaterThan(1_000n * WAD);
    expect(expected).to.be.closeTo(exact, exact / 10n);
    expect(thetaByGamma(WAD, { gamma: 0n, theta: -WAD })).to.equal(0n);

    for (const quantity of [WAD + 7n, -(3n * WAD) - 11n]) {
      const quote = await ballast.quoter.quote(legs[0]?.instrument ?? 0n, quantity);
      expect(quote.price).to.equal(unitPrice(quote.premium, quantity));
      expect(quote.price > 0n).to.equal(true);
    }
    expect(unitPrice(5n, -WAD)).to.equal(0n);

    const [nav, supply] = [await vault.nav(), await ballast.shares.totalSupply()];
    const { bid, ask, mid } = await vault.sharePrice();
    expect([bid, ask, mid]).to.deep.equal(
      [nav.bid, nav.ask, nav.mid].map((value) => perShare(value, supply)),
    );
    expect(perShare(-1n, supply)).to.equal(0n);
  });

  it("lets conditions fall no faster than the contract, at every age", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { quoter } = await curator(stage);
    const next = seeded(221);
    const post = async (realised: bigint, toxicity: bigint) =>
      quoter.postConditions(0, realised, toxicity, { gasLimit: 1_000_000 });
    const age = async () => {
      const { postedAt } = await quoter.conditions(0);
      // The next transaction's block comes a second later.
      return BigInt(await stage.clock.now()) + 1n - postedAt;
    };
    let refused = 0;
    for (let run = 0; run < 12; run++) {
      const [realised, toxicity] = [WAD + BigInt(Math.floor(next() * 1e15)) * 1_000n + 7n, WAD / 9n];
      await (await post(realised, toxicity)).wait();
      const wait = Math.floor(next() * (run % 3 === 0 ? 100_000 : 40_000));
      await stage.clock.advanceTo((await stage.clock.now()) + 1 + wait);
      for (const which of ["realised", "toxicity"] as const) {
        const low = async (value: "realised" | "toxicity", older: bigint) => {
          const least = leastCondition(older, await age());
          return which === value ? least - 1n : least;
        };
        const attempt = [await low("realised", realised), await low("toxicity", toxicity)] as const;
        if (attempt[0] < 0n || attempt[1] < 0n) continue;
        expect(await refusal(post(...attempt).then((sent) => sent.wait()))).to.equal("Quoter_FallsTooFast");
        refused++;
      }
      const elapsed = await age();
      const [least, other] = [leastCondition(realised, elapsed), leastCondition(toxicity, elapsed)];
      await (await post(least, other)).wait();
      expect((await quoter.conditions(0)).realised).to.equal(least);
      await stage.clock.advanceTo((await stage.clock.now()) + Number(24n * HOUR));
    }
    expect(refused).to.be.greaterThan(10);
  });
});
