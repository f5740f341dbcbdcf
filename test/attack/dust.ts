import { accountId, type Ballast, connectBallast, deposit, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { mintUsdc } from "../../packages/lab/src/externals/index.ts";
import { connection, expiryOf, option, refusal, type Scene, scene } from "../support/ballast.ts";
import { tried } from "../support/desk.ts";
import { deskWith, done, quoterWith, UNGUARDED } from "../support/quotes.ts";

const { networkHelpers } = connection;
const USDC = 10n ** 6n;
const FAR = 2n ** 60n;
const CENT = WAD / 100n;
/** Most series in a book, and most in any other account. */
const FULL = 1_024;
const OWN = 128;
const LEGS = 8;
const FINE = "nothing was refused";
/** The smallest amount that the ledger knows. */
const GRAIN = 10n ** 10n;

/** Strikes ten dollars apart in each expiry, within the deltas that are quoted, nearest first. */
const REACH = [180n, 350n, 540n, 800n, 900n];

interface DustScene extends Scene {
  readonly series: readonly bigint[];
  readonly accounts: readonly bigint[];
}

async function dustScene(): Promise<DustScene> {
  const stage = await scene();
  const { hedger } = stage.world.people;
  const { ballast, address } = hedger;
  const series: bigint[] = [];
  for (const [index, reach] of REACH.entries()) {
    const expiry = expiryOf(stage, index);
    const strikes: bigint[] = [];
    for (let away = -reach; away <= reach; away += 10n) strikes.push(2_000n + away);
    for (let i = 0; i < strikes.length; i += 16) {
      const some = strikes.slice(i, i + 16).map((strike) => strike * WAD);
      await done(ballast.riskArrays.refresh(0, expiry, some));
    }
    for (const kind of ["call", "put"] as const) {
      series.push(...strikes.map((strike) => option(expiry, strike, kind)));
    }
  }
  const at = stage.world.deployment.contracts.usdc;
  const accounts = Array.from({ length: FULL / OWN + 1 }, (_, i) => accountId(address, BigInt(i + 1)));
  await mintUsdc(stage.world.externals.usdc, address, BigInt(accounts.length) * 100_000n * USDC);
  for (const account of accounts) await done(deposit(ballast, address, account, at, 100_000n * USDC));
  await done(ballast.quoter.markCapital());
  return { ...stage, series, accounts };
}

/** Buys and sells by turns of some series, so that no limit of the book stands in the way. */
function tradeAll(ballast: Ballast, account: bigint, instruments: readonly bigint[], size: bigint) {
  const { tradeDesk, clearinghouse, deployment } = ballast;
  const data = tradeDesk.interface.encodeFunctionData("tradeLegs", [
    account,
    [...instruments],
    instruments.map((_, i) => (i % 2 === 0 ? size : -size)),
    FAR * WAD,
    FAR,
  ]);
  return clearinghouse.batch(account, [{ target: deployment.contracts.tradeDesk, data }]);
}

/** Opens one series after another from many accounts, in the size that `sizeOf` says for so many held, until refused. */
async function fill(stage: DustScene, ballast: Ballast, sizeOf: (count: number) => bigint) {
  const before = await ballast.tradeDesk.spreadEarned();
  let refused = FINE;
  let held = 0;
  while (held < FULL && refused === FINE) {
    const account = stage.accounts[Math.floor(held / OWN)] ?? 0n;
    const legs = stage.series.slice(held, held + LEGS);
    refused = await refusal(tradeAll(ballast, account, legs, sizeOf(held)));
    if (refused === FINE) held += LEGS;
  }
  return { held, refused, spent: (await ballast.tradeDesk.spreadEarned()) - before };
}

describe("Attack: a book full of dust", () => {
  it("takes every place of the book for less than a cent, where a series is opened in any size", async () => {
    const stage = await networkHelpers.loadFixture(dustScene);
    const { ballast, signer } = stage.world.people.hedger;
    const mutant = await quoterWith(stage, {}, undefined, UNGUARDED.size);
    const own = connectBallast(await deskWith(stage, mutant), signer);
    const { held, spent } = await fill(stage, own, () => GRAIN);
    expect(held).to.equal(FULL);
    expect(spent).to.be.lessThan(CENT);
    // Nobody opens anything else until an expiry has passed, whatever the size.
    const [last, account] = [stage.series[FULL] ?? 0n, stage.accounts[FULL / OWN] ?? 0n];
    expect(await refusal(tradeAll(own, account, [last], WAD))).to.equal("Clearinghouse_TooManyPositions");
    expect(await refusal(tradeAll(ballast, account, [last], WAD))).to.equal("Quoter_SizeTooSmall");
  });

  it("gets no cheap place once half of them are taken: each step of new series costs twice the one before", async () => {
    const stage = await networkHelpers.loadFixture(dustScene);
    const { ballast } = stage.world.people.hedger;
    const cheap = await tried(() => fill(stage, ballast, () => CENT));
    expect([cheap.held, cheap.refused]).to.deep.equal([512, "Quoter_SizeTooSmall"]);
    expect(cheap.spent).to.be.lessThan(10n * WAD);
    const leastOf = (count: number) =>
      count < 512 ? CENT : CENT << BigInt(Math.floor((count - 512) / 32) + 1);
    const dear = await fill(stage, ballast, leastOf);
    expect(dear.held).to.be.lessThan(FULL);
    expect(dear.spent).to.be.greaterThan(20_000n * WAD);
    // What is held goes on being traded in the smallest size.
    const account = stage.accounts[FULL / OWN] ?? 0n;
    expect(await refusal(tradeAll(ballast, account, stage.series.slice(0, 1), CENT))).to.equal(FINE);
  });
});
