import { watchAccounts } from "@ballast/keeper";
import { trade, WAD } from "@ballast/sdk";
import { expect } from "chai";
import { checkConservation } from "../../packages/lab/src/report/conservation.ts";
import { expiryOf, moveTo, option, type Person, type Scene, scene } from "./ballast.ts";

const HOUR = 3600;
/** How long only single positions are sold [s]. */
export const SOFT_STAGE = 300;

/** The put seller is as short as its cash allows. */
export async function shortPuts(): Promise<Scene> {
  const stage = await scene();
  const { ballast, account } = stage.world.people.putSeller;
  const leg = { instrument: option(expiryOf(stage, 2), 1_800n, "put"), quantity: -90n * WAD };
  await (await trade(ballast, account, [leg])).wait();
  return stage;
}

/** And the market has fallen far enough for a liquidation, not for insolvency. */
export async function distressed(): Promise<Scene> {
  const stage = await shortPuts();
  await moveTo(stage, stage.start + HOUR, 1_600n);
  return stage;
}

/** And fallen through. */
export async function insolvent(): Promise<Scene> {
  const stage = await shortPuts();
  await moveTo(stage, stage.start + HOUR, 1_400n);
  await moveTo(stage, stage.start + 2 * HOUR, 1_100n);
  return stage;
}

/** The put seller's auction runs, its soft stage is over, and slices are for sale. */
export async function forSale(): Promise<Scene> {
  const stage = await distressed();
  const { keeper, putSeller } = stage.world.people;
  await (await keeper.ballast.auctionHouse.start(putSeller.account)).wait();
  await stage.clock.advanceTo((await stage.clock.now()) + SOFT_STAGE + 60);
  return stage;
}

/** Holds the books to their sums; `but` names one check that the test has spoilt itself. */
export async function balanced({ world }: Scene, but?: string): Promise<void> {
  const { ballast } = world.people.keeper;
  const accounts = await watchAccounts(ballast).accounts();
  for (const check of await checkConservation(
    ballast,
    world.externals,
    accounts,
    world.deployment.fromBlock,
  )) {
    if (but !== undefined && check.name.startsWith(but)) continue;
    expect(check.holds, `${check.name}: ${check.left} against ${check.right}`).to.equal(true);
  }
}

/** Mints USDC to `person` and pays it into its account [wad USD, rounded up to a cent]. */
export async function payIn({ world }: Scene, person: Person, amount: bigint): Promise<void> {
  const units = amount / 10n ** 12n + 10_000n;
  const { usdc, clearinghouse } = world.deployment.contracts;
  await (await world.externals.usdc.mint(person.address, units)).wait();
  await (await person.ballast.usdc.approve(clearinghouse, 2n ** 100n)).wait();
  await (await person.ballast.clearinghouse.deposit(person.account, usdc, units)).wait();
}

/** The terms of a bid on the running auction of `account`; what is not said is as the auction is. */
export async function bidOn(
  house: Person["ballast"]["auctionHouse"],
  account: bigint,
  terms: { readonly bidder: bigint } & Partial<Record<"id" | "kind" | "fraction" | "priceLimit", bigint>>,
) {
  const { id, kind } = await house.auctionOf(account);
  return { id, kind, fraction: WAD, priceLimit: 2n ** 100n, ...terms };
}

/** Advances to `time`, while somebody looks after the auction of `account` every twenty minutes. */
export async function lookUntil(stage: Scene, account: bigint, time: number, dollars: bigint): Promise<void> {
  const house = stage.world.people.keeper.ballast.auctionHouse;
  await (await house.update(account)).wait();
  for (let next = (await stage.clock.now()) + 1_200; next < time; next += 1_200) {
    await stage.clock.advanceTo(next);
    await stage.world.externals.feed.pushRound(dollars * WAD);
    await (await house.update(account)).wait();
  }
  await stage.clock.advanceTo(time);
  await stage.world.externals.feed.pushRound(dollars * WAD);
}
