import { WAD } from "@ballast/sdk";
import { expect } from "chai";
import { connection, expiryOf, moveTo, option, refusal } from "../support/ballast.ts";
import { type DeskScene, deskScene, pushPrice, tradeAtAnyPrice } from "../support/desk.ts";
import { deskWith, done, personAt, quoterWith, UNGUARDED } from "../support/quotes.ts";

const { ethers, networkHelpers } = connection;
const WINDOW = 1_800;
const JUMP = 2_040n;
const SIZE = 5n * WAD;

/** A taker holds calls deep in the money, and the price jumps when all but two minutes of the fixing are known. */
async function lastMinutes() {
  const stage = await deskScene();
  const expiry = expiryOf(stage, 1);
  const call = option(expiry, 1_900n, "call");
  await tradeAtAnyPrice(stage.taker.ballast, stage, [{ instrument: call, quantity: SIZE }]);
  const { books } = stage.taker.ballast;
  const fresh = async (time: number) => {
    await moveTo(stage, time, 2_000n);
    await done(books.refreshAll(stage.vaultAccount));
  };
  await fresh(expiry - WINDOW - 600);
  return { ...stage, expiry, call, fresh };
}

/** Closes all calls at the desk; what that brings [wad]. */
async function close({ taker, ...stage }: DeskScene, call: bigint): Promise<bigint> {
  const { clearinghouse } = taker.ballast;
  const before = await clearinghouse.cashOf(taker.account);
  await tradeAtAnyPrice(taker.ballast, { taker, ...stage }, [{ instrument: call, quantity: -SIZE }]);
  return (await clearinghouse.cashOf(taker.account)) - before;
}

describe("Attack: closing while the fixing is averaged", () => {
  it("takes no price of now for what is settled at an average; a desk that did would pay a fifth more than it settles at", async () => {
    const stage = await networkHelpers.loadFixture(lastMinutes);
    const { expiry, call, taker } = stage;
    const quote = () => refusal(taker.ballast.quoter.quote(call, -SIZE));
    expect(await quote()).to.equal("nothing was refused");
    await stage.fresh(expiry - 1_500);
    expect(await quote()).to.equal("Quoter_TenorOutOfRange");
    await stage.clock.advanceTo(expiry - 120);
    // Two percent, within what one round may move and arrays do not bear: they are refreshed.
    await pushPrice(stage, JUMP * WAD);
    await done(taker.ballast.books.refreshAll(stage.vaultAccount));
    expect(await quote()).to.equal("Quoter_TenorOutOfRange");
    // At most: 28 minutes and more at the old price.
    const average = (2_000n * 1_680n + JUMP * 120n) / 1_800n;
    const settled = (average + 1n - 1_900n) * SIZE;
    const quoter = await quoterWith(stage, {}, undefined, UNGUARDED.fixing);
    const own = { ...stage, taker: personAt(taker, await deskWith(stage, quoter)) };
    // In one step, the deviation threshold paid.
    expect(await close(own, call)).to.be.greaterThan((settled * 12n) / 10n);
  });

  it("ends with the window that fixings are made of", async () => {
    const stage = await networkHelpers.loadFixture(lastMinutes);
    const { settlementOracle } = stage.world.deployment.contracts;
    const oracle = await ethers.getContractAt("SettlementOracle", settlementOracle);
    expect(await oracle.WINDOW()).to.equal(WINDOW);
  });
});
