import { type Leg, packPosition, trade, WAD } from "@ballast/sdk";
import { mintUsdc, wrapWeth } from "../../packages/lab/src/externals/index.ts";
import { as, mined } from "../../packages/lab/src/externals/token.ts";
import { expiryOf, moveTo, option } from "./ballast.ts";
import { connection, curator, done, limit, type Room, room, USDC } from "./queue.ts";
import { seeded } from "./random.ts";
import { refusedBy } from "./refused.ts";
import {
  count,
  driftOf,
  fairOf,
  forget,
  freeCash,
  judge,
  judgeAttribution,
  judgeExits,
  judgeMarks,
  judgePrices,
  judgeProfit,
  judgeSilo,
  SCALE,
  type Side,
  type View,
  viewOf,
  type Walk,
} from "./walk-rules.ts";

const { ethers, networkHelpers } = connection;

export async function walkScene(): Promise<Room> {
  const stage = await room();
  const { world } = stage;
  const own = await curator(stage);
  const recipient = world.people.keeper.address;
  const terms = { management: WAD / 50n, performance: WAD / 5n, recipient };
  await done(own.epochAccounts.setFeeTerms(await own.vault.account(), terms));
  const { hedger } = world.people;
  await mintUsdc(world.externals.usdc, hedger.address, 3_000_000n * USDC);
  await done(hedger.ballast.usdc.approve(world.deployment.contracts.clearinghouse, 3_000_000n * USDC));
  await done(
    hedger.ballast.clearinghouse.deposit(hedger.account, world.deployment.contracts.usdc, 3_000_000n * USDC),
  );
  await done(own.lossWaterfall.setVaultSlice(WAD / 100n, WAD / 10n));
  const house = world.deployment.contracts.auctionHouse;
  await networkHelpers.impersonateAccount(house);
  await networkHelpers.setBalance(house, 100n * WAD);
  return stage;
}

export function startWalk(stage: Room, seed: number): Walk {
  return {
    ...stage,
    ...{ people: [stage.alice, stage.bob, stage.carol], next: seeded(seed), seen: new Map(), broken: [] },
    ...{ requests: { Deposit: [], Redeem: [] }, gifts: [0n, 0n], step: 0 },
    ...{ price: 2_000n, lastMark: 0n, leftBehind: 0n },
  };
}

const pick = (walk: Walk, most: number) => Math.floor(walk.next() * most);
const part = (walk: Walk, most: bigint) => (most * BigInt(pick(walk, 1_001))) / 1_000n;

/** One act of anybody, and what must hold after each. */
export async function takeStep(walk: Walk): Promise<void> {
  walk.step++;
  walk.leftBehind = 0n;
  const before = await viewOf(walk);
  const act = ACTS[pick(walk, ACTS.length)];
  if (!act) return;
  const name = act.name;
  const hadEpoch = await walk.alice.ballast.vault.currentEpoch();
  const isDone = await act(walk, before);
  count(walk, isDone ? name : `${name} refused`);
  const after = await viewOf(walk);
  judgeProfit(walk, name, before, after);
  judgeSilo(walk, after);
  const small = driftOf(before.mid);
  const change = after.mid - before.mid;
  if (UNSEEN.has(name)) {
    judge(walk, 21, change <= small && change >= -small, `${name} moved NAV by ${change}`);
    judge(
      walk,
      21,
      after.supply === before.supply && after.positions === before.positions,
      `${name} moved shares`,
    );
  }
  if ((await walk.alice.ballast.vault.currentEpoch()) === hadEpoch) {
    judge(walk, 21, after.supply === before.supply, "shares were minted or burnt between epochs");
  }
  forget(walk, after);
}

/** Keeps the same books of cohorts as the queue should: one takes requests until a newer mark is known. */
async function noteRequest(walk: Walk, side: Side, who: number, amount: bigint): Promise<void> {
  const { priceRouter, surfaceFeed } = walk.alice.ballast;
  const now = BigInt(await walk.clock.now());
  const [price, surface] = [
    (await priceRouter.spot(0)).updatedAt,
    (await surfaceFeed.lastReport(0)).timestamp,
  ];
  const mark = price < surface ? price : surface;
  const newest = walk.requests[side].at(-1)?.cohort;
  const cohort = newest === undefined || mark > newest.openedAt ? { openedAt: now, lastAt: now } : newest;
  cohort.lastAt = now;
  walk.requests[side].push({ who, cohort, left: amount });
}

async function isDoneBy(attempt: Promise<{ wait(): Promise<unknown> }>): Promise<boolean> {
  return (await refusedBy(attempt.then((sent) => sent.wait()))) === "nothing";
}

type Act = (walk: Walk, before: View) => Promise<boolean>;

async function askToEnter(walk: Walk): Promise<boolean> {
  const [who, whom] = [pick(walk, 3), pick(walk, 5)];
  const by = walk.people[who];
  const controller = whom < 3 ? whom : who;
  if (!by) return false;
  const amount = 10n * USDC + part(walk, 600_000n * USDC);
  const address = walk.people[controller]?.address ?? by.address;
  const sent = await isDoneBy(by.ballast.vault.requestDeposit(amount, address, by.address));
  if (sent) await noteRequest(walk, "Deposit", controller, amount);
  return sent;
}

async function askToLeave(walk: Walk, { holdings }: View): Promise<boolean> {
  const who = pick(walk, 3);
  const by = walk.people[who];
  const held = holdings[who]?.balance ?? 0n;
  if (!by || held < WAD) return false;
  const amount = pick(walk, 3) === 0 ? held : WAD + part(walk, held - WAD);
  const sent = await isDoneBy(by.ballast.vault.requestRedeem(amount, by.address, by.address));
  if (sent) await noteRequest(walk, "Redeem", who, amount);
  return sent;
}

/** Everybody wants out with all that is held, and no flow limit keeps them. */
async function run(walk: Walk, { holdings }: View): Promise<boolean> {
  await limit(walk, { redemptions: WAD });
  for (const [who, by] of walk.people.entries()) {
    const held = holdings[who]?.balance ?? 0n;
    if (held < WAD) continue;
    if (await isDoneBy(by.ballast.vault.requestRedeem(held, by.address, by.address)))
      await noteRequest(walk, "Redeem", who, held);
  }
  return true;
}

/** A bankruptcy that takes all of the insurance fund, and more from the vault. */
async function absorb(walk: Walk): Promise<boolean> {
  const { deployment, people } = walk.world;
  const { usdc, lossWaterfall } = people.keeper.ballast;
  const house = await ethers.getSigner(deployment.contracts.auctionHouse);
  const loss =
    (await usdc.balanceOf(deployment.contracts.insuranceFund)) * SCALE + WAD + part(walk, 20_000n * WAD);
  return isDoneBy(lossWaterfall.connect(house).absorb(people.putSeller.account, loss));
}

async function cancel(walk: Walk, { holdings }: View): Promise<boolean> {
  const who = pick(walk, 3);
  const by = walk.people[who];
  if (!by) return false;
  const { vault } = by.ballast;
  const isEntering = (holdings[who]?.places.Deposit.pending ?? 0n) > 0n;
  const ways = [vault.cancelDepositRequest, vault.cancelRedeemRequest];
  const way = ways[isEntering ? pick(walk, 2) : 1] ?? vault.cancelRedeemRequest;
  return isDoneBy(way(0n, by.address));
}

async function claim(walk: Walk, { holdings }: View): Promise<boolean> {
  const who = pick(walk, 3);
  const by = walk.people[who];
  const places = holdings[who]?.places;
  if (!by || !places) return false;
  const { vault } = by.ballast;
  const some = (most: bigint) => (pick(walk, 2) === 0 ? most : part(walk, most));
  const me = by.address;
  const ways = [
    () => vault.deposit(some(places.Deposit.filled), me, me),
    () => vault.mint(some(places.Deposit.out), me, me),
    () => vault.redeem(some(places.Redeem.filled), me, me),
    () => vault.withdraw(some(places.Redeem.out), me, me),
    () => vault.claimCancelDepositRequest(0n, me, me),
    () => vault.claimCancelRedeemRequest(0n, me, me),
  ];
  let claimed = false;
  for (const way of ways) if (await isDoneBy(way())) claimed = true;
  return claimed;
}

async function handOver(walk: Walk, { holdings }: View): Promise<boolean> {
  const [from, to] = [pick(walk, 3), pick(walk, 3)];
  const [by, whom] = [walk.people[from], walk.people[to]];
  const held = holdings[from]?.balance ?? 0n;
  if (!by || !whom || held === 0n) return false;
  return isDoneBy(by.ballast.shares.transfer(whom.address, part(walk, held)));
}

/** Tokens sent to the vault, and to others who could mistake them for their own. */
async function give(walk: Walk): Promise<boolean> {
  const at = walk.world.deployment.contracts;
  const { hedger } = walk.world.people;
  await mintUsdc(walk.world.externals.usdc, hedger.address, 2_000n * USDC);
  await wrapWeth(walk.world.externals.weth, hedger.signer, WAD / 10n);
  const others = [at.silo, at.clearinghouse, at.valuation, at.hedgeController, at.tradeDesk];
  const other = others[pick(walk, others.length)] ?? at.silo;
  if (other === at.silo) walk.gifts[0] += 1_000n * USDC;
  for (const place of [at.vault, other]) await done(hedger.ballast.usdc.transfer(place, 1_000n * USDC));
  await mined(as(walk.world.externals.weth, hedger.signer).transfer(other, WAD / 10n));
  return true;
}

/** Money paid into the vault's account, which belongs to its shares. */
async function payIn(walk: Walk): Promise<boolean> {
  const { ballast, address } = walk.world.people.hedger;
  const at = walk.world.deployment.contracts;
  await mintUsdc(walk.world.externals.usdc, address, 500n * USDC);
  await done(ballast.usdc.approve(at.clearinghouse, 500n * USDC));
  return isDoneBy(ballast.clearinghouse.deposit(await ballast.vault.account(), at.usdc, 500n * USDC));
}

async function tradeSome(walk: Walk): Promise<boolean> {
  const { ballast, account } = walk.world.people.hedger;
  const legs: Leg[] = [];
  for (let i = 0; i <= pick(walk, 2); i++) {
    const strike = ((walk.price + 25n) / 50n) * 50n + 50n * BigInt(pick(walk, 5) - 2);
    const instrument = option(
      expiryOf(walk, 2 + pick(walk, 3)),
      strike,
      pick(walk, 2) === 0 ? "call" : "put",
    );
    legs.push({ instrument, quantity: (pick(walk, 4) === 0 ? -1n : 1n) * (WAD + part(walk, 40n * WAD)) });
  }
  const held = await ballast.clearinghouse.positionWords(account);
  const wanted = legs.map(({ instrument }) => packPosition(instrument, WAD));
  await refresh(walk);
  const words = [...held, ...wanted];
  for (let i = 0; i < words.length; i += 8) {
    if (!(await isDoneBy(ballast.riskArrays.refreshPositions(words.slice(i, i + 8))))) return false;
  }
  // The book is as old as its arrays, which a trade may make current; so each option is valued by itself.
  const before = (await fairOf(walk)).mid;
  const refused = await refusedBy(trade(ballast, account, legs, { slippage: 5n * WAD }));
  const change = (await fairOf(walk)).mid - before;
  judge(walk, 21, change >= -driftOf(before), `a trade took ${change} from NAV`);
  return refused === "nothing";
}

async function refresh(walk: Walk): Promise<void> {
  const { books, vault } = walk.world.people.keeper.ballast;
  await done(books.refreshAll(await vault.account()));
}

async function mark(walk: Walk): Promise<boolean> {
  // One move in three is beyond what the book follows without being made anew.
  const most = pick(walk, 3) === 0 ? 100 : 50;
  walk.price += BigInt(pick(walk, 2 * most + 1) - most);
  const now = await walk.clock.now();
  await moveTo(walk, now + 3_600 + pick(walk, 1_800), walk.price);
  return true;
}

async function pass(walk: Walk): Promise<boolean> {
  await walk.wait(30 + pick(walk, 600));
  return true;
}

async function hedge(walk: Walk): Promise<boolean> {
  await refresh(walk);
  return isDoneBy(walk.world.people.keeper.ballast.hedgeController.rebalance(0));
}

async function setLimits(walk: Walk): Promise<boolean> {
  await limit(walk, {
    deposits: pick(walk, 2) === 0 ? 20_000_000n * USDC : part(walk, 400_000n * USDC),
    redemptions: [WAD / 20n, WAD / 5n, WAD / 2n][pick(walk, 3)] ?? WAD / 2n,
  });
  return true;
}

/** Half of the time right after a mark, as a keeper would. */
async function processOne(walk: Walk, before: View): Promise<boolean> {
  if (pick(walk, 2) === 0) await mark(walk);
  if (pick(walk, 2) === 0) await refresh(walk);
  const { vault } = walk.alice.ballast;
  const limits = await vault.flowLimits();
  const free = await freeCash(walk);
  const fair = await fairOf(walk);
  const id = await vault.currentEpoch();
  const at = await viewOf(walk);
  if (!(await isDoneBy(vault.processEpoch()))) return false;
  const epoch = await vault.epoch(id);
  const after = await viewOf(walk);
  await judgeAttribution(walk, id, epoch, after);
  judgePrices(walk, epoch, after, fair);
  judgeMarks(walk, epoch.nav.markTime, before, after);
  judgeExits(walk, epoch, at, after, {
    allowed: (epoch.supplyBefore * BigInt(limits.redeemPerEpoch) + WAD - 1n) / WAD,
    payable: ((epoch.assetsIn + free) * SCALE * epoch.supplyBefore) / epoch.nav.bid,
  });
  walk.lastMark = epoch.nav.markTime;
  return true;
}

const ACTS: readonly Act[] = [
  ...[
    askToEnter,
    askToEnter,
    askToLeave,
    askToLeave,
    askToLeave,
    cancel,
    claim,
    claim,
    handOver,
    give,
    payIn,
  ],
  ...[tradeSome, tradeSome, mark, mark, pass, hedge, setLimits, processOne, processOne, processOne],
  ...[run, absorb],
];

/** Acts of LPs and donors, who can change neither NAV nor shares. */
const UNSEEN = new Set([
  "askToEnter",
  "askToLeave",
  "run",
  "cancel",
  "claim",
  "handOver",
  "give",
  "setLimits",
]);
