import { DEFAULT_LIMITS, feed, type KeeperContext, runRound, watchAccounts } from "@ballast/keeper";
import { type Ballast, packPosition, trade, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { connection, expiryOf, option, type Scene, scene } from "../support/ballast.ts";
import { done } from "../support/quotes.ts";

const { networkHelpers } = connection;
const HOUR = 3_600;
const WHOLE = "take trades into the vault's book";

/** Trades of two expiries wait to be taken into the vault's book. */
async function waiting(): Promise<Scene & { readonly expiries: readonly [number, number] }> {
  const stage = await scene();
  const { ballast, account } = stage.world.people.hedger;
  const expiries = [expiryOf(stage, 1), expiryOf(stage, 2)] as const;
  const calls = expiries.map((expiry) => option(expiry, 2_000n, "call"));
  await done(ballast.riskArrays.refreshPositions(calls.map((call) => packPosition(call, WAD))));
  const own = await ballast.vault.account();
  // The first of each is summed at once; the second waits.
  for (const size of [5n * WAD, WAD / 10n]) {
    for (const instrument of calls)
      await done(trade(ballast, account, [{ instrument, quantity: size }], { slippage: WAD }));
    if (size > WAD) await done(ballast.books.refreshAll(own));
  }
  return { ...stage, expiries };
}

function keeperOf({ world }: Scene, ballast: Ballast): KeeperContext {
  return {
    ...{ ballast, sender: world.people.keeper.signer, surfaceSigners: [], surfaceSource: undefined },
    ...{ accounts: watchAccounts(ballast), limits: DEFAULT_LIMITS },
  };
}

/** The contracts as they are, but that nothing can be done about the book of one expiry. */
function without(ballast: Ballast, expiry: number, refused: unknown): Ballast {
  const wrap = (books: Ballast["books"]): Ballast["books"] =>
    new Proxy(books, {
      get(target, name) {
        const refusing = (real: (...args: unknown[]) => unknown, fails: (args: unknown[]) => boolean) => {
          const call = (...args: unknown[]) => (fails(args) ? Promise.reject(refused) : real(...args));
          return Object.assign(call, { staticCall: call });
        };
        if (name === "connect") return (runner: unknown) => wrap(target.connect(runner as never) as never);
        if (name === "refreshAll")
          return refusing(
            () => undefined,
            () => true,
          );
        if (name === "refresh") return refusing(target.refresh as never, ([, , of]) => Number(of) === expiry);
        return Reflect.get(target, name, target);
      },
    });
  return { ...ballast, books: wrap(ballast.books) };
}

describe("the keeper's care for the vault's book", () => {
  it("takes in what waits at once, and expiry by expiry where one is in the way, which it names", async () => {
    const stage = await networkHelpers.loadFixture(waiting);
    const { ballast } = stage.world.people.keeper;
    const own = await ballast.vault.account();
    expect((await ballast.books.waitingGroups(own)).length).to.equal(2);
    const whole = (await feed(keeperOf(stage, ballast))).map(({ what }) => what);
    expect(whole.filter((what) => what.startsWith("take trades"))).to.deep.equal([WHOLE]);
    const [first, second] = stage.expiries;
    const unlisted = stage.start + 300 * 24 * HOUR;
    const refused = await ballast.surfaceFeed.slice(0, unlisted).catch((error: unknown) => error);
    const broken = without(ballast, first, refused);
    const parts = (await feed(keeperOf(stage, broken))).filter(({ what }) => what.startsWith("take trades"));
    expect(parts.length).to.equal(2);
    for (const { why } of parts) expect(why).to.match(/cannot be refreshed \(SurfaceFeed_\w+\)$/);
    const lines: string[] = [];
    const round = await runRound(keeperOf(stage, broken), ["feed"], false, (line) => lines.push(line));
    expect(round.failed).to.equal(1);
    const day = (expiry: number) => new Date(expiry * 1_000).toISOString().slice(0, 10);
    expect(lines.filter((line) => /take trades of .*refused/.test(line)).join()).to.contain(day(first));
    expect(lines.filter((line) => /take trades of .*done/.test(line)).join()).to.contain(day(second));
    const left = await ballast.books.waitingGroups(own);
    expect(left).to.deep.equal([BigInt(first / HOUR)]);
  });
});
