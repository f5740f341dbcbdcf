import { readFileSync } from "node:fs";
import {
  PRICE_STATUS,
  quoteLegs,
  requestDeposit,
  settlementProof,
  token,
  trade,
  tradeCalls,
  WAD,
} from "@ballast/sdk";
import { expect } from "chai";
import { wrapWeth } from "../../packages/lab/src/externals/index.ts";
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
import { refreshAll } from "../support/system.ts";

const { ethers, networkHelpers } = connection;
const HOUR = 3_600;
const USDC = 10n ** 6n;
const ANY = 2n ** 100n;
/** Statuses whose price is still told. */
const PRICED = ["Ok", "StaleForTrading", "Stale", "SequencerDown", "SequencerGrace", "SourcesDisagree"];
const COLUMNS = ["price", "open", "close", "leave", "start", "hedge", "epoch", "pay in", "claim"] as const;
type Column = (typeof COLUMNS)[number];
type Row = Readonly<Record<Column, boolean>>;

/** The first table of docs/ORACLE.md, by status. */
function documented(): Map<string, Row> {
  const lines = readFileSync(new URL("../../docs/ORACLE.md", import.meta.url), "utf8").split("\n");
  const cells = (line: string) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
  const head = lines.findIndex((line) => line.startsWith("| status | price |"));
  expect(cells(lines[head] ?? "").slice(1)).to.deep.equal([...COLUMNS]);
  const rows = new Map<string, Row>();
  for (let at = head + 2; lines[at]?.startsWith("|"); at++) {
    const [status = "", ...values] = cells(lines[at] ?? "");
    for (const value of values) expect(["yes", "no"]).to.contain(value);
    rows.set(status, Object.fromEntries(COLUMNS.map((name, i) => [name, values[i] === "yes"])) as Row);
  }
  return rows;
}

/**
 * A trader whose option has expired and is fixed, one who is below maintenance, one who is rich and holds a call, an LP
 * who waits, and a vault that wants to hedge; their prices come from a feed that can be in any state.
 */
async function stageOf() {
  const stage = await scene();
  const { people, externals } = stage.world;
  const { bidder, putSeller, hedger } = people;
  const expiry = expiryOf(stage, 0);
  const later = option(expiryOf(stage, 2), 1_800n, "put");
  const call = option(expiryOf(stage, 3), 2_000n, "call");
  await (
    await trade(hedger.ballast, hedger.account, [
      { instrument: option(expiry, 1_900n, "put"), quantity: WAD },
    ])
  ).wait();
  await moveTo(stage, expiry - HOUR, 2_000n);
  await (
    await trade(putSeller.ballast, putSeller.account, [{ instrument: later, quantity: -90n * WAD }])
  ).wait();
  await (await trade(bidder.ballast, bidder.account, [{ instrument: call, quantity: 20n * WAD }])).wait();
  await moveTo(stage, expiry + HOUR, 1_800n);
  const proof = await settlementProof(externals.feed.address, expiry, ethers.provider);
  await (await people.keeper.ballast.settlementOracle.fix(0, expiry, proof)).wait();
  const lp = people.lps[1];
  if (!lp) throw new Error("There is no second LP.");
  await (await requestDeposit(lp.ballast, lp.address, 1_000n * USDC)).wait();
  await moveTo(stage, expiry + 2 * HOUR, 1_600n);
  await moveTo(stage, expiry + 3 * HOUR, 1_500n);
  const feed = await ethers.deployContract("StatusFeed", [externals.feed.address]);
  const own = await curator(stage);
  await (await own.priceRouter.setFeed(0, feed.target)).wait();
  await feed.set(1_500n * WAD, await stage.clock.now(), 0);
  const legs = (quantity: bigint) => quoteLegs(bidder.ballast, [{ instrument: call, quantity }]);
  const options = { slippage: WAD, deadline: ANY };
  const opening = await tradeCalls(bidder.ballast, bidder.account, await legs(WAD), options);
  const closing = await tradeCalls(bidder.ballast, bidder.account, await legs(-WAD), options);
  await refreshAll(stage.world, [call, later], [bidder.account, await bidder.ballast.vault.account()]);
  return { ...stage, feed, opening, closing };
}

type Stage = Awaited<ReturnType<typeof stageOf>>;

async function observe(stage: Stage, status: number): Promise<Row> {
  const { world, feed, opening, closing } = stage;
  const { bidder, putSeller, hedger, keeper } = world.people;
  const at = world.deployment.contracts;
  const { clearinghouse, auctionHouse } = bidder.ballast;
  const priced = PRICED.includes(PRICE_STATUS[status] ?? "");
  await feed.set(priced ? 1_500n * WAD : 0n, await stage.clock.now(), status);
  const works = async (attempt: Promise<unknown>) => (await refusal(attempt)) === "nothing was refused";
  const paysIn = async () => {
    const cash = await works(
      putSeller.ballast.clearinghouse.deposit.staticCall(putSeller.account, at.usdc, USDC),
    );
    const collateral = putSeller.ballast.clearinghouse.deposit.staticCall(
      putSeller.account,
      at.weth,
      WAD / 10n,
    );
    expect(await refusal(collateral)).to.equal("nothing was refused");
    return cash;
  };
  const claims = async () => {
    if (!(await works(keeper.ballast.settler.settle.staticCall(hedger.account, 8n)))) return false;
    const before = await networkHelpers.takeSnapshot();
    await (await keeper.ballast.settler.settle(hedger.account, 8n)).wait();
    const cash = (await clearinghouse.cashOf(hedger.account)) / 10n ** 12n;
    const left = await works(
      hedger.ballast.clearinghouse.withdraw.staticCall(hedger.account, at.usdc, cash, hedger.address),
    );
    await before.restore();
    return left;
  };
  return {
    price: (await world.people.keeper.ballast.priceRouter.spot(0)).price !== 0n,
    open: await works(clearinghouse.batch.staticCall(bidder.account, opening)),
    close: await works(clearinghouse.reduce.staticCall(bidder.account, closing)),
    leave: await works(clearinghouse.withdraw.staticCall(bidder.account, at.usdc, USDC, bidder.address)),
    start: await works(auctionHouse.start.staticCall(putSeller.account)),
    hedge: await works(keeper.ballast.hedgeController.rebalance.staticCall(0)),
    epoch: await works(keeper.ballast.vault.processEpoch.staticCall()),
    "pay in": await paysIn(),
    claim: await claims(),
  };
}

describe("every status of a price", () => {
  it("stops what docs/ORACLE.md says it stops, and nothing else", async () => {
    const stage: Stage = await networkHelpers.loadFixture(stageOf);
    const { putSeller } = stage.world.people;
    const at = stage.world.deployment.contracts;
    await (await stage.world.externals.usdc.mint(putSeller.address, USDC)).wait();
    await (await putSeller.ballast.usdc.approve(at.clearinghouse, ANY)).wait();
    await wrapWeth(stage.world.externals.weth, putSeller.signer, WAD);
    await (await token(at.weth, putSeller.signer).approve(at.clearinghouse, ANY)).wait();
    await (await putSeller.ballast.clearinghouse.deposit(putSeller.account, at.weth, WAD / 100n)).wait();
    const rows = documented();
    expect([...rows.keys()]).to.deep.equal([...PRICE_STATUS]);
    for (const [index, status] of PRICE_STATUS.entries()) {
      expect(await observe(stage, index), status).to.deep.equal(rows.get(status));
    }
  });

  it("of a feed that reverts itself is Reverted, and stops no more than that", async () => {
    const stage: Stage = await networkHelpers.loadFixture(stageOf);
    await stage.feed.kill();
    const { priceRouter } = stage.world.people.keeper.ballast;
    expect(PRICE_STATUS[Number((await priceRouter.spot(0)).status)]).to.equal("Reverted");
  });
});

describe("two sources of one price", () => {
  async function twoSources() {
    const stage: Scene = await scene();
    const { priceRouter } = await curator(stage);
    const [first, second] = [
      await ethers.deployContract("StatusFeed", [stage.world.externals.feed.address]),
      await ethers.deployContract("StatusFeed", [stage.world.externals.feed.address]),
    ];
    await (await priceRouter.setFeed(0, first.target)).wait();
    await (await priceRouter.setSecondFeed(0, second.target, WAD / 100n)).wait();
    return { stage, priceRouter, first, second };
  }
  const numberOf = (status: (typeof PRICE_STATUS)[number]) => PRICE_STATUS.indexOf(status);

  it("disagree beyond the band only, to the wei, and then open no risk", async () => {
    const { priceRouter, first, second } = await networkHelpers.loadFixture(twoSources);
    const read = async (other: bigint) => {
      await first.set(2_000n * WAD, 5, 0);
      await second.set(other, 6, 0);
      const { price, updatedAt, status } = await priceRouter.spot(0);
      expect([price, updatedAt]).to.deep.equal([2_000n * WAD, 5n]);
      return PRICE_STATUS[Number(status)];
    };
    expect(await read(2_020n * WAD)).to.equal("Ok");
    expect(await read(2_020n * WAD + 1n)).to.equal("SourcesDisagree");
    expect(await refusal(priceRouter.tradingSpot(0))).to.equal("PriceRouter_PriceUnusable");
    expect(await read(1_980n * WAD)).to.equal("Ok");
    expect(await read(1_980n * WAD - 1n)).to.equal("SourcesDisagree");
  });

  it("stand in for each other as docs/ORACLE.md says, for every pair of statuses", async () => {
    const { priceRouter, first, second } = await networkHelpers.loadFixture(twoSources);
    for (const [i, a] of PRICE_STATUS.entries()) {
      for (const [j, b] of PRICE_STATUS.entries()) {
        await first.set(2_000n * WAD, 5, i);
        await second.set(2_010n * WAD, 6, j);
        const reading = await priceRouter.spot(0);
        const isGood = b === "Ok" || (b === "StaleForTrading" && a !== "StaleForTrading");
        const standsIn = a !== "Ok" && !a.startsWith("Sequencer") && isGood;
        expect([reading.price, reading.updatedAt, Number(reading.status)], `${a}, ${b}`).to.deep.equal(
          standsIn ? [2_010n * WAD, 6n, numberOf("StaleForTrading")] : [2_000n * WAD, 5n, i],
        );
      }
    }
    await first.kill();
    await second.set(2_010n * WAD, 6, 0);
    expect((await priceRouter.spot(0)).price).to.equal(2_010n * WAD);
    await second.kill();
    expect(Number((await priceRouter.spot(0)).status)).to.equal(numberOf("Reverted"));
    await first.set(2_000n * WAD, 5, 0);
    expect(Number((await priceRouter.spot(0)).status)).to.equal(0);
  });

  it("are set by the curator, within bounds, and the second can be taken away", async () => {
    const { stage, priceRouter, second } = await networkHelpers.loadFixture(twoSources);
    const outsider = stage.world.people.keeper.ballast.priceRouter;
    expect(await refusal(outsider.setSecondFeed.staticCall(0, second.target, WAD / 100n))).to.equal(
      "AccessManagedUnauthorized",
    );
    const none = ethers.ZeroAddress;
    for (const [feed, band] of [
      [second.target, WAD / 1_000n - 1n],
      [second.target, WAD / 5n + 1n],
      [none, 1n],
    ] as const) {
      expect(await refusal(priceRouter.setSecondFeed.staticCall(0, feed, band))).to.equal(
        "PriceRouter_BadBand",
      );
    }
    const person = stage.world.people.hedger.address;
    expect(await refusal(priceRouter.setSecondFeed.staticCall(0, person, WAD / 100n))).to.equal(
      "PriceRouter_NotAContract",
    );
    expect(await refusal(priceRouter.setFeed.staticCall(0, person))).to.equal("PriceRouter_NotAContract");
    expect(await priceRouter.secondFeedOf(0)).to.deep.equal([second.target, WAD / 100n]);
    await (await priceRouter.setSecondFeed(0, none, 0n)).wait();
    expect(await priceRouter.secondFeedOf(0)).to.deep.equal([none, 0n]);
  });
});
