import { quoteOrder, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { connection, curator, option, type Scene } from "../support/ballast.ts";
import { type DeskScene, deskScene, tradeAtAnyPrice, tried, wealthOf } from "../support/desk.ts";
import { deskWith, done, personAt, quoted, quoterWith, UNGUARDED } from "../support/quotes.ts";

const { ethers, networkHelpers } = connection;
const CENT = WAD / 100n;
const FIRST = 2_000n;

/** Gives the market a second source, which may be two percent from the first. */
async function withSecond(stage: Scene) {
  const second = await ethers.deployContract("StatusFeed", [stage.world.externals.feed.address]);
  const say = async (dollars: bigint, status = 0) =>
    done(second.set(dollars * WAD, await stage.clock.now(), status));
  await say(FIRST);
  await done((await curator(stage)).priceRouter.setSecondFeed(0, second.target, 2n * CENT));
  return { say, kill: () => done(second.kill()) };
}

async function twoSources() {
  const stage = await quoted();
  return { ...stage, second: await withSecond(stage) };
}

async function lagging() {
  const stage = await deskScene();
  return { ...stage, second: await withSecond(stage) };
}

describe("Attack: one of two sources of a price", () => {
  it("gives either side the worse of both, on its delta and no more; one source alone would not", async () => {
    const stage = await networkHelpers.loadFixture(twoSources);
    const { ballast, far, second } = stage;
    const mutant = await quoterWith(stage, {}, undefined, UNGUARDED.secondSource);
    await done(mutant.markCapital());
    // The taker's delta: up for calls bought and puts sold, down for the others.
    const sides = [
      { kind: "call" as const, quantity: 5n * WAD, isUp: true },
      { kind: "put" as const, quantity: -5n * WAD, isUp: true },
      { kind: "call" as const, quantity: -5n * WAD, isUp: false },
      { kind: "put" as const, quantity: 5n * WAD, isUp: false },
    ];
    for (const { kind, quantity, isUp } of sides) {
      const instrument = option(far, 2_000n, kind);
      const cost = async (dollars: bigint, quoter = ballast.quoter) => {
        await second.say(dollars);
        return (await quoter.quoteLegs([instrument], [quantity], false)).premium;
      };
      const [level, above, below] = [await cost(FIRST), await cost(2_020n), await cost(1_980n)];
      const { delta } = await ballast.optionPricer.value(instrument, 0n);
      const gap = (((delta < 0n ? -delta : delta) * 5n) / 1n) * 20n;
      const [worse, same] = isUp ? [above, below] : [below, above];
      expect(worse - level, `${kind} ${quantity}`).to.be.greaterThan((gap * 99n) / 100n);
      // Who holds gamma pays for it whichever way the sources are apart.
      expect(same - level, `${kind} ${quantity}`).to.be.within(0n, quantity > 0n ? gap / 4n : WAD / 20n);
      const blind = [await cost(FIRST, mutant), await cost(isUp ? 2_020n : 1_980n, mutant)];
      expect((blind[1] ?? 0n) - (blind[0] ?? 0n)).to.be.lessThan(gap / 100n);
    }
  });

  it("gains nothing on a source that lags behind the other; at the first one's price it would", async () => {
    const stage = await networkHelpers.loadFixture(lagging);
    const { second, calls } = stage;
    // 1.5 percent, three times what the first source may hide.
    await second.say(2_030n);
    const attack = (own: DeskScene) =>
      tried(async () => {
        const before = await wealthOf(own);
        await tradeAtAnyPrice(own.taker.ballast, own, [{ instrument: calls[0] ?? 0n, quantity: 5n * WAD }]);
        await stage.world.externals.feed.pushRound(2_030n * WAD);
        return (await wealthOf(own)) - before;
      });
    expect(await attack(stage)).to.be.lessThan(0n);
    const mutant = await quoterWith(stage, {}, undefined, UNGUARDED.secondSource);
    const taker = personAt(stage.taker, await deskWith(stage, mutant));
    expect(await attack({ ...stage, taker })).to.be.greaterThan(0n);
  });

  it("does not make gamma cheaper to whoever turns the side of an order's delta by taking it apart", async () => {
    const stage = await networkHelpers.loadFixture(twoSources);
    const { ballast, far, second } = stage;
    await second.say(2_020n);
    const deltaOf = async (kind: "call" | "put") =>
      (await ballast.optionPricer.value(option(far, 2_000n, kind), 0n)).delta;
    const [up, down] = [await deltaOf("call"), await deltaOf("put")];
    // A straddle whose delta is a hair below zero, so that alone it is on the side where the sources agree.
    const puts = ((10n * WAD * up) / -down / CENT + 1n) * CENT;
    const deep = [{ instrument: option(far, 1_800n, "call"), quantity: 4n * WAD }];
    const straddle = [
      { instrument: option(far, 2_000n, "call"), quantity: 10n * WAD },
      { instrument: option(far, 2_000n, "put"), quantity: puts },
    ];
    const whole = await quoteOrder(ballast, [...deep, ...straddle]);
    const parts = [await quoteOrder(ballast, deep), await quoteOrder(ballast, straddle)];
    // Beside the charge, which the second part pays on what the first leaves.
    const spread = ({ premium, charge }: { premium: bigint; charge: bigint }) => premium - charge;
    const apart = parts.reduce((sum, part) => sum + spread(part), 0n);
    expect(apart - spread(whole)).to.be.within(0n, WAD);
  });

  it("goes by the first source alone while the second is of no use", async () => {
    const stage = await networkHelpers.loadFixture(twoSources);
    const { ballast, far, second } = stage;
    const call = option(far, 2_000n, "call");
    const ask = async () => (await ballast.quoter.quoteLegs([call], [WAD], false)).premium;
    const alone = await ask();
    await second.say(2_020n);
    expect(await ask()).to.be.greaterThan(alone + 5n * WAD);
    // Too old for trading.
    await second.say(2_020n, 1);
    expect(await ask()).to.be.closeTo(alone, WAD / 1_000n);
  });
});
