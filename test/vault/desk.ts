import { type Ballast, quoteOrder, trade, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { connection, curator, expiryOf, option, refusal, scene } from "../support/ballast.ts";
import { deskScene, GUARD, mutantDesk, tradeAtAnyPrice, tried } from "../support/desk.ts";

const { ethers, networkHelpers } = connection;
const HOUR = 3600;
const FAR = 2n ** 60n;

/** The batch of one trade at the desk. */
function batchOf(ballast: Ballast, account: bigint, instrument: bigint, quantity: bigint) {
  const data = ballast.tradeDesk.interface.encodeFunctionData("trade", [
    account,
    instrument,
    quantity,
    FAR,
    FAR,
  ]);
  return [{ target: ballast.deployment.contracts.tradeDesk, data }];
}

/** A market that lives until its options expire. */
async function releasing() {
  return deskScene();
}

/** A market whose price grows old. */
async function ageing() {
  return scene();
}

describe("trade desk", () => {
  it("is a venue, while the vault itself may move nothing but its own", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const at = stage.world.deployment.contracts;
    const { clearinghouse, vault } = stage.world.people.hedger.ballast;
    const from = await vault.account();
    const move = async (venue: string) => {
      await networkHelpers.impersonateAccount(venue);
      await networkHelpers.setBalance(venue, 10n ** 18n);
      const call = clearinghouse.connect(await ethers.getSigner(venue)).moveCash;
      return refusal(call.staticCall(stage.world.people.hedger.account, from, 1n));
    };
    expect(await move(at.tradeDesk)).to.equal("nothing was refused");
    expect(await move(at.vault)).to.equal("Clearinghouse_NotVenue");
  });

  it("trades at no price that is too old, not even what only closes", async () => {
    const stage = await networkHelpers.loadFixture(ageing);
    const { ballast, account } = stage.world.people.hedger;
    const call = option(expiryOf(stage, 2), 2_000n, "call");
    await (await trade(ballast, account, [{ instrument: call, quantity: WAD }])).wait();
    await stage.clock.advanceTo(stage.start + 6 * HOUR);
    const close = batchOf(ballast, account, call, -WAD);
    expect(await refusal(ballast.clearinghouse.reduce.staticCall(account, close))).to.equal(
      "TradeDesk_MarkUnusable",
    );
  });

  it("prices several legs as one order: never dearer than one by one, with one limit for all", async () => {
    const stage = await networkHelpers.loadFixture(deskScene);
    const { taker, calls } = stage;
    const { ballast, account } = taker;
    const legs = calls.map((instrument, i) => ({ instrument, quantity: (i % 2 === 0 ? 5n : -5n) * WAD }));
    const spent = (attempt: () => Promise<void>) =>
      tried(async () => {
        const cash = await ballast.clearinghouse.cashOf(account);
        await attempt();
        return cash - (await ballast.clearinghouse.cashOf(account));
      });
    const apart = await spent(async () => {
      for (const leg of legs) await tradeAtAnyPrice(ballast, stage, [leg]);
    });
    const together = await spent(() => tradeAtAnyPrice(ballast, stage, legs));
    expect(together < apart).to.equal(true);
    const { premium } = await quoteOrder(ballast, legs);
    const slippage = premium - WAD / 10n;
    expect(await refusal(tradeAtAnyPrice(ballast, stage, legs, { slippage }))).to.equal(
      "TradeDesk_PriceBeyondLimit",
    );
    expect(await refusal(tradeAtAnyPrice(ballast, stage, legs, { deadline: 1n }))).to.equal(
      "TradeDesk_DeadlinePassed",
    );
    const sent = await trade(ballast, account, legs);
    const logs = await ballast.tradeDesk.queryFilter(
      ballast.tradeDesk.filters.Traded(),
      sent.blockNumber ?? 0,
    );
    expect(logs.map((log) => [log.args.instrument, log.args.quantity])).to.deep.equal(
      legs.map((leg) => [leg.instrument, leg.quantity]),
    );
    const paid = logs.reduce((sum, log) => sum + log.args.premium, 0n);
    expect(paid - logs.reduce((sum, log) => sum + log.args.fair, 0n)).to.equal(
      await ballast.tradeDesk.spreadEarned(),
    );
  });

  it("releases spread linearly until expiry, so that a trade moves NAV by none of it; without that it would", async () => {
    const stage = await networkHelpers.loadFixture(releasing);
    const { calls } = stage;
    const [instrument] = calls;
    if (instrument === undefined) throw new Error("There are no calls.");
    const jump = async (ballast: Ballast) => {
      const before = (await ballast.vault.nav()).mid;
      await tradeAtAnyPrice(ballast, stage, [{ instrument, quantity: 5n * WAD }]);
      return (await ballast.vault.nav()).mid - before;
    };
    const { ballast } = stage.taker;
    const mutant = await mutantDesk(stage, GUARD.pot);
    const sniped = await tried(() => jump(mutant));
    const sources = await ballast.valuation.sourcesOf(stage.vaultAccount);
    const { hedge, waterfall } = sources;
    const desk = ballast.deployment.contracts.tradeDesk;
    const own = await curator(stage);
    await (await own.valuation.setSources(stage.vaultAccount, { hedge, waterfall, desk })).wait();
    const honest = await jump(ballast);
    const spread = await ballast.tradeDesk.spreadEarned();
    const start = BigInt(await stage.clock.now());
    const expiry = BigInt(expiryOf(stage, 1));
    const near = (a: bigint, b: bigint) => (a > b ? a - b : b - a) * 1_000n <= spread;
    expect(near(await ballast.tradeDesk.unreleasedSpread(), spread)).to.equal(true);
    // Books mark at their own arrays, so what is left of the difference is theirs.
    // But for the insurance fund's tenth of what is released.
    expect(near(sniped - honest, (spread * 9n) / 10n)).to.equal(true);
    const [pots] = await ballast.tradeDesk.unreleased();
    expect(pots).to.deep.equal([expiry]);
    const middle = (start + expiry) / 2n;
    await stage.clock.advanceTo(Number(middle));
    const left = (spread * (expiry - middle) + (expiry - start) - 1n) / (expiry - start);
    const owed = (spread - left) / 10n;
    expect(near(await ballast.tradeDesk.unreleasedSpread(), left + owed)).to.equal(true);
    await stage.clock.advanceTo(Number(expiry));
    const { due } = await ballast.tradeDesk.owedToFund();
    expect(due).to.be.greaterThan(0n);
    expect(await ballast.tradeDesk.unreleasedSpread()).to.equal(due);
    expect(await ballast.tradeDesk.spreadEarned()).to.equal(spread);
  });

  it("is entered from a batch only, and no batch runs within another", async () => {
    const stage = await networkHelpers.loadFixture(deskScene);
    const { ballast, account } = stage.taker;
    const [instrument] = stage.calls;
    if (instrument === undefined) throw new Error("There are no calls.");
    const batch = ballast.clearinghouse.interface.encodeFunctionData("batch", [
      account,
      batchOf(ballast, account, instrument, WAD),
    ]);
    const target = ballast.deployment.contracts.clearinghouse;
    expect(
      await refusal(ballast.clearinghouse.batch.staticCall(account, [{ target, data: batch }])),
    ).to.equal("Clearinghouse_NestedBatch");
    const { commit } = ballast.tradeDesk;
    expect(await refusal(commit.staticCall(account, [instrument], [WAD], FAR, FAR))).to.equal(
      "TradeDesk_OnlyInBatch",
    );
    const legs = ballast.tradeDesk.tradeLegs;
    expect(await refusal(legs.staticCall(account, [instrument], [WAD], FAR, FAR))).to.equal(
      "TradeDesk_OnlyInBatch",
    );
  });

  it("starts only with code behind every address", async () => {
    const stage = await networkHelpers.loadFixture(scene);
    const at = stage.world.deployment.contracts;
    const factory = await ethers.getContractFactory("TradeDesk");
    for (let missing = 0; missing < 4; missing++) {
      const parts = [at.clearinghouse, at.vault, at.quoter, at.priceRouter].map((part, i) =>
        i === missing ? ZeroAddress : part,
      ) as [string, string, string, string];
      expect(await refusal(factory.deploy(...parts, 0n))).to.equal("TradeDesk_ZeroAddress");
    }
  });
});
