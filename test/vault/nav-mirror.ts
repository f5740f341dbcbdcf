import { seriesOf, trade, unpackPositions, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { intrinsicOf, netAssetValue } from "../../packages/quant/src/exact/valuation.ts";
import { connection, curator, expiryOf, option, scene } from "../support/ballast.ts";
import { seeded } from "../support/random.ts";

const { ethers, networkHelpers } = connection;

describe("Valuation: the mirror in BigInt", () => {
  it("reads random prices, ages, venues and uncertainties to the wei, legs with and without a surface", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const { ballast, account } = stage.world.people.hedger;
    const own = await curator(stage);
    const at = stage.world.deployment.contracts;
    const vault = await ballast.vault.account();
    const legs = [
      { instrument: option(expiryOf(stage, 1), 2_000n, "call"), quantity: 20n * WAD },
      { instrument: option(expiryOf(stage, 2), 1_900n, "put"), quantity: -7n * WAD },
    ];
    await (await trade(ballast, account, legs)).wait();
    await (await own.books.refreshAll(vault)).wait();
    const feed = await ethers.deployContract("StatusFeed", [stage.world.externals.feed.address]);
    await (await own.priceRouter.setFeed(0, feed.target)).wait();
    const [venue, desk, hedge] = [
      await ethers.deployContract("MoodySource"),
      await ethers.deployContract("MoodySource"),
      await ethers.deployContract("HedgeAtVenues"),
    ];
    await (await hedge.set([venue.target], 0n)).wait();
    const sources = { hedge: hedge.target, desk: desk.target, waterfall: ZeroAddress };
    await (await own.valuation.setSources(vault, sources)).wait();
    // The same vault for a pricer without a surface.
    const surfaces = await ethers.deployContract("SurfaceFeed", [at.accessManager, at.priceRouter]);
    const pricer = await ethers.deployContract("OptionPricer", [
      at.priceRouter,
      surfaces.target,
      at.settlementOracle,
    ]);
    const rooms = [at.accessManager, at.clearinghouse, at.books, pricer.target, at.priceRouter];
    const blind = await ethers.deployContract("Valuation", [...rooms, at.surfaceFeed, at.settlementOracle]);
    const words = [...(await ballast.clearinghouse.positionWords(vault))];
    const held = unpackPositions(words).map(({ instrument, quantity }) => {
      const { strike, kind } = seriesOf(instrument);
      return { isPut: kind === "put", strike, quantity };
    });
    const next = seeded(511);
    const some = (most: bigint): bigint => (most * BigInt(Math.floor(next() * 2 ** 40))) >> 40n;
    const signed = (most: bigint): bigint => some(2n * most) - most;
    let apart = 0;
    for (let run = 0; run < 40; run++) {
      const u = {
        bookShare: WAD / 100n + some(WAD / 4n),
        volatility: WAD / 1_000n + some(WAD / 10n),
        spot: WAD / 2_000n + some(WAD / 50n),
        spotPerHour: some(WAD / 20n),
      };
      await (await own.valuation.setUncertainty(u)).wait();
      const [position, venueValue, unreleased] = [signed(30n * WAD), signed(60_000n * WAD), some(900n * WAD)];
      await (await venue.set(0, venueValue, position)).wait();
      await (await desk.set(0, unreleased, 0n)).wait();
      const spot = (next() < 0.5 ? 1_990n * WAD + some(20n * WAD) : 1_700n * WAD + some(600n * WAD)) + 1n;
      await feed.set(spot, (await stage.clock.now()) - Math.floor(next() * 4_000), 0);
      const block = await ethers.provider.getBlock("latest");
      const [read, [marks, groups], book, cash] = await Promise.all([
        ballast.vault.reading(),
        ballast.books.marksOf(vault, 0, spot),
        ballast.optionPricer.bookValue(0, words),
        ballast.clearinghouse.cashOf(vault),
      ]);
      const isApart = groups.length !== 0;
      if (isApart) apart++;
      const age = BigInt(block?.timestamp ?? 0) - read.markTime;
      const common = { spot, collateral: 0n, position, venueValue, doubt: 0n };
      const market = isApart
        ? {
            ...common,
            options: read.options,
            delta: read.delta,
            grossVolatilityUp: 0n,
            grossVega: book.grossVega,
          }
        : {
            ...common,
            options: marks.value,
            delta: marks.delta,
            grossVolatilityUp: marks.grossVolatilityUp,
            grossVega: 0n,
          };
      // Groups are summed one by one, so each rounds for itself.
      if (isApart) expect(book.value - read.options).to.be.within(0n, 4n);
      const mirrored = netAssetValue(cash, unreleased, [market], u, age);
      expect(mirrored, `run ${run}`).to.deep.equal({ bid: read.bid, mid: read.mid, ask: read.ask });
      if (!isApart) continue;
      const bounds = await blind.read(vault, 0);
      const { intrinsic, doubt } = intrinsicOf(held, spot);
      expect(bounds.options).to.equal(intrinsic);
      expect(bounds.mid - bounds.bid).to.equal(doubt);
    }
    expect(apart).to.be.within(5, 35);
  });
});
