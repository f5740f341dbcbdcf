import { claimAssets, claimShares, readLp, requestDeposit, requestRedeem, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { moveTo } from "../support/ballast.ts";
import { type DeskScene, deskScene, GUARD, mutantDesk, tradeAtAnyPrice } from "../support/desk.ts";
import { done } from "../support/quotes.ts";

const HOUR = 3_600;
const USDC = 10n ** 6n;
const ALL = 1_000_000n * USDC;

/** The keeper's part of an epoch: a new mark, a current book. */
async function epoch(stage: DeskScene, time: number): Promise<void> {
  await moveTo(stage, time, 2_000n);
  const { books, vault } = stage.world.people.keeper.ballast;
  await done(books.refreshAll(stage.vaultAccount));
  await done(vault.processEpoch());
}

/**
 * Enters with a million, lets others trade to and fro, and leaves at the next mark: what that earned, and what of the
 * spread they paid was the share of whoever held so many shares [wad].
 */
async function snipe(stage: DeskScene, desk: DeskScene["taker"]["ballast"]) {
  const attacker = stage.world.people.lps[1];
  if (!attacker) throw new Error("There is no second LP.");
  const { ballast, address } = attacker;
  const before = await ballast.usdc.balanceOf(address);
  await done(requestDeposit(ballast, address, ALL));
  await epoch(stage, stage.start + HOUR);
  await claimShares(ballast, address);
  const { shares } = await readLp(ballast, address);
  const [instrument] = stage.calls;
  if (instrument === undefined) throw new Error("There are no calls.");
  for (let i = 0; i < 20; i++) {
    const quantity = (i % 2 === 0 ? 20n : -20n) * WAD;
    await tradeAtAnyPrice(desk, stage, [{ instrument, quantity }]);
  }
  const spread = await desk.tradeDesk.spreadEarned();
  const supply = await ballast.shares.totalSupply();
  await done(requestRedeem(ballast, address, shares));
  await epoch(stage, stage.start + 2 * HOUR);
  await claimAssets(ballast, address);
  const gained = ((await ballast.usdc.balanceOf(address)) - before) * 10n ** 12n;
  return { gained, share: (spread * shares) / supply };
}

describe("Attack: the spread of others' trades", () => {
  it("is not earned by who comes before them and leaves after them, as it is released until expiry", async () => {
    const stage = await deskScene();
    const { gained, share } = await snipe(stage, stage.taker.ballast);
    expect(share).to.be.greaterThan(500n * WAD);
    // The hour of its week that went by.
    expect(gained).to.be.lessThan(share / 50n);
  });

  it("would be, if it counted at once", async () => {
    const stage = await deskScene();
    const { gained, share } = await snipe(stage, await mutantDesk(stage, GUARD.pot));
    // A tenth of it is the insurance fund's, and a tenth of the rest the performance fee.
    expect(gained).to.be.greaterThan((share * 4n) / 5n);
  });
});
