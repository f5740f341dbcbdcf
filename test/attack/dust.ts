import { accountId, type Ballast, connectBallast, deposit, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { mintUsdc } from "../../packages/lab/src/externals/index.ts";
import { refusalOf } from "../../packages/quant/src/exact/quotes.ts";
import { connection, expiryOf, refusal, type Scene, scene } from "../support/ballast.ts";
import { tried } from "../support/desk.ts";
import {
  deskWith,
  done,
  inputsOf,
  orderOf,
  parametersOf,
  quoterWith,
  UNGUARDED,
  type Wanted,
} from "../support/quotes.ts";

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
  /** The same, by what a quote's mirror takes. */
  readonly wanted: readonly Wanted[];
  readonly accounts: readonly bigint[];
}

async function dustScene(): Promise<DustScene> {
  const stage = await scene();
  const { hedger } = stage.world.people;
  const { ballast, address } = hedger;
  const wanted: Wanted[] = [];
  for (const [index, reach] of REACH.entries()) {
    const expiry = expiryOf(stage, index);
    const strikes: bigint[] = [];
    for (let away = -reach; away <= reach; away += 10n) strikes.push(2_000n + away);
    for (let i = 0; i < strikes.length; i += 16) {
      const some = strikes.slice(i, i + 16).map((strike) => strike * WAD);
      await done(ballast.riskArrays.refresh(0, expiry, some));
    }
    for (const kind of ["call", "put"] as const) {
      wanted.push(...strikes.map((dollars) => ({ expiry, dollars, kind, quantity: GRAIN })));
    }
  }
  const at = stage.world.deployment.contracts.usdc;
  const accounts = Array.from({ length: FULL / OWN + 1 }, (_, i) => accountId(address, BigInt(i + 1)));
  await mintUsdc(stage.world.externals.usdc, address, BigInt(accounts.length) * 100_000n * USDC);
  for (const account of accounts) await done(deposit(ballast, address, account, at, 100_000n * USDC));
  await done(ballast.quoter.markCapital());
  const [series] = orderOf(wanted);
  return { ...stage, series, wanted, accounts };
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

/**
 * Opens one series after another from many accounts, in the size that `sizeOf` says for so many held, until refused.
 * @param look what is done before each trade
 */
async function fill(
  stage: DustScene,
  ballast: Ballast,
  sizeOf: (count: number) => bigint,
  look: (held: number) => Promise<void> = async () => undefined,
) {
  const before = await ballast.tradeDesk.spreadEarned();
  let refused = FINE;
  let held = 0;
  while (held < FULL && refused === FINE) {
    const account = stage.accounts[Math.floor(held / OWN)] ?? 0n;
    const legs = stage.series.slice(held, held + LEGS);
    await look(held);
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
    const terms = await parametersOf(ballast);
    let steps = 0;
    /** A grain less than the least is refused, by the quoter and by its mirror, at each end of each step; the least is not. */
    const look = async (held: number) => {
      if (held % 32 !== 0 && held % 32 !== 32 - LEGS) return;
      steps++;
      const leg = stage.wanted[held] as Wanted;
      for (const [quantity, word] of [
        [leastOf(held) - GRAIN, "SizeTooSmall"],
        [leastOf(held), undefined],
      ] as const) {
        const [series] = orderOf([leg]);
        const said = await refusal(ballast.quoter.quoteLegs(series, [quantity], false));
        expect(said, `${quantity} beside ${held}`).to.equal(word ? `Quoter_${word}` : FINE);
        const inputs = await inputsOf(stage, ballast, [{ ...leg, quantity }], false);
        expect(inputs.seriesHeld).to.equal(BigInt(held));
        expect(refusalOf(terms, inputs), `${quantity} beside ${held}`).to.equal(word);
      }
    };
    const dear = await fill(stage, ballast, leastOf, look);
    // A hundred thousand dollars an account are not enough for the last step.
    expect(dear.refused).to.equal("Clearinghouse_BelowInitial");
    expect(dear.held).to.be.within(FULL - 64, FULL - LEGS);
    expect(steps).to.be.at.least(2 * Math.floor(dear.held / 32));
    expect(dear.spent).to.be.greaterThan(20_000n * WAD);
    // What is held goes on being traded in the smallest size.
    const account = stage.accounts[FULL / OWN] ?? 0n;
    expect(await refusal(tradeAll(ballast, account, stage.series.slice(0, 1), CENT))).to.equal(FINE);
  });
});
