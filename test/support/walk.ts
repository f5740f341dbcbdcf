import { type Leg, packPosition, trade, WAD } from "@ballast/sdk";
import { mintUsdc, wrapWeth } from "../../packages/lab/src/externals/index.ts";
import { as, mined } from "../../packages/lab/src/externals/token.ts";
import { expiryOf, moveTo, option } from "./ballast.ts";
import { curator, done, type Lp, limit, type Room, room, USDC } from "./queue.ts";
import { seeded } from "./random.ts";
import { refusedBy } from "./refused.ts";

const SCALE = 10n ** 12n;
const LEAD = 300n;
/** What time and interest may move NAV by within a second or two, as a part of it. */
const DRIFT = 10_000_000n;

type Side = "Deposit" | "Redeem";
const SIDES: readonly Side[] = ["Deposit", "Redeem"];

/** A controller's side of the queue. */
interface Place {
  readonly pending: bigint;
  readonly filled: bigint;
  readonly out: bigint;
  readonly returned: bigint;
}

/** All that somebody has in the vault and its money, at one moment. */
interface Holding {
  readonly wallet: bigint;
  readonly balance: bigint;
  readonly places: Readonly<Record<Side, Place>>;
}

interface View {
  readonly mid: bigint;
  readonly supply: bigint;
  readonly positions: string;
  readonly silo: readonly [bigint, bigint];
  readonly holdings: readonly Holding[];
}

interface Request {
  readonly who: number;
  readonly cohort: { readonly openedAt: bigint; lastAt: bigint };
  left: bigint;
}

/** A vault with the real ledger, prices, book and desk, fees and hedge, and everybody who can do something to it. */
export interface Walk extends Room {
  readonly people: readonly Lp[];
  readonly next: () => number;
  /** What was done and not refused, and what was seen, each by how often. */
  readonly seen: Map<string, number>;
  /** What must not happen, by the number of the invariant. */
  readonly broken: { readonly invariant: number; readonly step: number; readonly what: string }[];
  readonly requests: Record<Side, Request[]>;
  readonly turns: number[];
  gifts: [bigint, bigint];
  step: number;
  price: bigint;
  lastMark: bigint;
  last?: { readonly mid: bigint; readonly supply: bigint };
}

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
  return stage;
}

export function startWalk(stage: Room, seed: number): Walk {
  return {
    ...stage,
    ...{ people: [stage.alice, stage.bob, stage.carol], next: seeded(seed), seen: new Map(), broken: [] },
    ...{ requests: { Deposit: [], Redeem: [] }, turns: [0, 0, 0], gifts: [0n, 0n], step: 0 },
    ...{ price: 2_000n, lastMark: 0n },
  };
}

const count = (walk: Walk, what: string) => walk.seen.set(what, (walk.seen.get(what) ?? 0) + 1);
const pick = (walk: Walk, most: number) => Math.floor(walk.next() * most);
const part = (walk: Walk, most: bigint) => (most * BigInt(pick(walk, 1_001))) / 1_000n;

function judge(walk: Walk, invariant: number, holds: boolean, what: string): void {
  if (!holds) walk.broken.push({ invariant, step: walk.step, what });
}

async function viewOf(walk: Walk): Promise<View> {
  const { ballast } = walk.alice;
  const { vault, shares, usdc, clearinghouse } = ballast;
  const silo = walk.world.deployment.contracts.silo;
  const reading = await vault.reading();
  const holdings: Holding[] = [];
  for (const { address } of walk.people) {
    const places = {
      Deposit: {
        pending: await vault.pendingDepositRequest(0n, address),
        filled: await shares.maxDeposit(address),
        out: await shares.maxMint(address),
        returned: await vault.claimableCancelDepositRequest(0n, address),
      },
      Redeem: {
        pending: await vault.pendingRedeemRequest(0n, address),
        filled: await shares.maxRedeem(address),
        out: await shares.maxWithdraw(address),
        returned: await vault.claimableCancelRedeemRequest(0n, address),
      },
    };
    const [wallet, balance] = [await usdc.balanceOf(address), await shares.balanceOf(address)];
    holdings.push({ wallet, balance, places });
  }
  return {
    mid: reading.mid,
    supply: await shares.totalSupply(),
    positions: String(await clearinghouse.positionWords(await vault.account())),
    silo: [await usdc.balanceOf(silo), await shares.balanceOf(silo)],
    holdings,
  };
}

function sharesOf({ balance, places }: Holding): bigint {
  return balance + places.Deposit.out + places.Redeem.pending + places.Redeem.returned;
}

/** Worth of all that somebody has, shares at mid NAV [wad USD]. */
function worthOf(holding: Holding, { mid, supply }: View): bigint {
  const { wallet, places } = holding;
  const money = wallet + places.Deposit.pending + places.Deposit.returned + places.Redeem.out;
  return money * SCALE + (sharesOf(holding) * mid) / supply;
}

/** One act of anybody, and what must hold after each. */
export async function takeStep(walk: Walk): Promise<void> {
  walk.step++;
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
  const small = before.mid / DRIFT;
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

/** 20: nobody gains more by a step than what its shares gained, but for the roundings of units. */
function judgeProfit(walk: Walk, name: string, before: View, after: View): void {
  const gains = before.holdings.map((holding, i) => {
    const later = after.holdings[i];
    if (!later) throw new Error("Somebody is gone.");
    const own = sharesOf(holding);
    const earned = (own * after.mid) / after.supply - (own * before.mid) / before.supply;
    return worthOf(later, after) - worthOf(holding, before) - earned;
  });
  const dust = 4n * SCALE;
  const together = gains.reduce((sum, gain) => sum + gain, 0n);
  judge(walk, 20, together <= 3n * dust, `${name} earned all ${together}`);
  if (name === "handOver" || name === "askToEnter") return;
  for (const [i, gain] of gains.entries()) judge(walk, 20, gain <= dust, `${name} earned ${i} ${gain}`);
}

/** What the silo holds is what it owes, gifts and dust apart. */
function judgeSilo(walk: Walk, view: View): void {
  const owed = [0n, 0n];
  for (const { places } of view.holdings) {
    owed[0] = (owed[0] ?? 0n) + places.Deposit.pending + places.Deposit.returned + places.Redeem.out;
    owed[1] = (owed[1] ?? 0n) + places.Redeem.pending + places.Redeem.returned + places.Deposit.out;
  }
  for (const [i, held] of view.silo.entries()) {
    const left = held - (walk.gifts[i] ?? 0n) - (owed[i] ?? 0n);
    judge(
      walk,
      20,
      left >= 0n && left <= 8n * BigInt(walk.step + 1),
      `the silo holds ${left} beside its debts`,
    );
  }
}

/** Requests of whom nothing waits any more are over, filled or taken back. */
function forget(walk: Walk, view: View): void {
  for (const side of SIDES)
    walk.requests[side] = walk.requests[side].filter(
      ({ who, left }) => left > 0n && (view.holdings[who]?.places[side].pending ?? 0n) > 0n,
    );
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
  judge(walk, 21, change >= -before / DRIFT, `a trade took ${change} from NAV`);
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
  if (pick(walk, 3) !== 0) await refresh(walk);
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
  judgeTurns(walk, epoch, at, after, {
    allowed: (epoch.supplyBefore * BigInt(limits.redeemPerEpoch) + WAD - 1n) / WAD,
    payable: ((epoch.assetsIn + free) * SCALE * epoch.supplyBefore) / epoch.nav.bid,
  });
  walk.lastMark = epoch.nav.markTime;
  return true;
}

type EpochOf = Awaited<ReturnType<Lp["ballast"]["vault"]["epoch"]>>;

/** Cash that exits could be paid from [USDC units]. */
async function freeCash(walk: Walk): Promise<bigint> {
  const { clearinghouse, vault } = walk.alice.ballast;
  const account = await vault.account();
  const { equity, initialRequirement, status } = await clearinghouse.assess(account);
  if (status !== 0n) return 0n;
  const cash = await clearinghouse.cashOf(account);
  const excess = equity - initialRequirement;
  const least = excess < cash ? excess : cash;
  return least > 0n ? least / SCALE : 0n;
}

/** NAV with the vault's options valued one by one, and their worth without netting [wad USD]. */
async function fairOf(walk: Walk): Promise<{ mid: bigint; gross: bigint }> {
  const { clearinghouse, optionPricer, vault } = walk.alice.ballast;
  const account = await vault.account();
  const { cash, hedgeValue, unreleased } = await vault.reading();
  const words = [...(await clearinghouse.positionWords(account))];
  const sum = { mid: cash + hedgeValue - unreleased, gross: 0n };
  for (const entry of words.flatMap((word) => [word & ((1n << 128n) - 1n), word >> 128n])) {
    if (entry === 0n) continue;
    const held = await clearinghouse.positionOf(account, entry >> 64n);
    const worth = (held * (await optionPricer.value(entry >> 64n, 0n)).value) / WAD;
    sum.mid += worth;
    sum.gross += worth < 0n ? -worth : worth;
  }
  return sum;
}

/** 25, and 21: between epochs a share moves by its part of what is attributed, and by nothing else. */
async function judgeAttribution(walk: Walk, id: bigint, epoch: EpochOf, after: View): Promise<void> {
  const { epochAccounts } = walk.alice.ballast;
  const filter = epochAccounts.filters.EpochAttributed(undefined, id);
  const [event] = await epochAccounts.queryFilter(filter, -10);
  const parts = event?.args.parts;
  if (walk.last) {
    if (!parts) return judge(walk, 25, false, `epoch ${id} was not attributed`);
    const { delta, gamma, vega, theta, spread, fees, hedgeCost, losses, change } = parts;
    const sum = delta + gamma + vega + theta + spread + fees + hedgeCost + losses;
    judge(walk, 25, sum === change, `the parts sum to ${sum}, the change is ${change}`);
    const explained = walk.last.mid + change - fees;
    judge(walk, 25, explained === epoch.nav.mid, `${epoch.nav.mid - explained} is attributed to nothing`);
    const [then, now] = [
      (walk.last.mid * WAD) / walk.last.supply,
      (epoch.nav.mid * WAD) / epoch.supplyBefore,
    ];
    const moved = now - then - (change * WAD) / walk.last.supply;
    judge(walk, 21, moved >= -2n && moved <= 2n, `a share moved by ${moved} that nothing recorded`);
    if (change < 0n) count(walk, "losses recorded");
    for (const [name, value] of Object.entries({ delta, gamma, vega, theta, spread, fees, hedgeCost }))
      if (value !== 0n) count(walk, `part ${name}`);
  }
  const flow = (epoch.assetsIn - epoch.assetsOut) * SCALE;
  walk.last = { mid: epoch.nav.mid + flow, supply: after.supply };
}

/** 21 and 22: one mark for all, entries at ask, exits at bid with their share of the options, nothing from who stays. */
function judgePrices(walk: Walk, epoch: EpochOf, after: View, fair: { mid: bigint; gross: bigint }): void {
  const { nav, supplyBefore, assetsIn, assetsOut, sharesIn, sharesOut } = epoch;
  judge(walk, 22, assetsOut * SCALE * supplyBefore <= sharesIn * nav.bid, "an exit got more than bid NAV");
  judge(walk, 21, sharesOut * nav.ask <= assetsIn * SCALE * supplyBefore, "an entry paid less than ask NAV");
  const flow = (assetsIn - assetsOut) * SCALE;
  for (const value of [nav.bid, nav.mid])
    judge(walk, 21, (value + flow) * supplyBefore >= value * after.supply, "an epoch took from who stayed");
  const gap = nav.mid + flow - after.mid;
  const small = nav.mid / DRIFT;
  judge(walk, 21, gap <= small && gap >= -small, `an epoch moved NAV by ${gap} beside its flow`);
  // Valued one by one, open options are worth what the book says: whoever leaves has carried its share of them.
  const missing = nav.mid - fair.mid;
  const most = fair.gross / 50n + small;
  judge(walk, 22, missing <= most && missing >= -most, `${missing} of the options is not in NAV`);
  if (assetsIn !== 0n) count(walk, "entries");
  if (assetsOut !== 0n) count(walk, fair.gross === 0n ? "exits" : "exits with options held");
}

/** 21: what was filled was asked for before the mark, by the lead. */
function judgeMarks(walk: Walk, markTime: bigint, before: View, after: View): void {
  judge(walk, 21, markTime > walk.lastMark, "two epochs at one mark");
  for (const side of SIDES)
    for (const [who, { places }] of after.holdings.entries()) {
      let filled = places[side].filled - (before.holdings[who]?.places[side].filled ?? 0n);
      for (const request of walk.requests[side]) {
        if (request.who !== who || filled <= 2n) continue;
        const used = filled < request.left ? filled : request.left;
        filled -= used;
        request.left -= used;
        judge(
          walk,
          21,
          markTime > request.cohort.lastAt + LEAD,
          `${side} of ${who} by a mark of ${markTime}`,
        );
      }
    }
}

/** 23: exits get all that flow limit, cash and margin allow, so that they are through after one over the limit epochs. */
function judgeTurns(
  walk: Walk,
  { nav, sharesIn }: EpochOf,
  before: View,
  after: View,
  { allowed, payable }: { allowed: bigint; payable: bigint },
): void {
  const ready = before.holdings.map(({ places }, who) => {
    const old = walk.requests.Redeem.filter(
      (request) => request.who === who && nav.markTime > request.cohort.lastAt + LEAD,
    );
    const left = old.reduce((sum, request) => sum + request.left, 0n);
    const waiting = after.holdings[who]?.places.Redeem.pending ?? 0n;
    const isLeaving = places.Redeem.pending !== 0n && waiting === 0n;
    return isLeaving ? 0n : left;
  });
  judge(walk, 23, sharesIn <= allowed, "an epoch let more leave than the limit");
  const isCashShort = payable - payable / 1_000_000n < allowed;
  const most = isCashShort ? payable - payable / 1_000_000n : allowed;
  const left = ready.reduce((sum, amount) => sum + amount, 0n);
  if (left > 8n) {
    judge(walk, 23, sharesIn >= most, `${left} waits on though ${most} could have left, not ${sharesIn}`);
    count(walk, isCashShort ? "exits short of cash" : "exits beyond the flow limit");
  }
  for (const [who, amount] of ready.entries()) {
    if (amount <= 8n) walk.turns[who] = 0;
    else if (!isCashShort) walk.turns[who] = (walk.turns[who] ?? 0) + 1;
    judge(walk, 23, (walk.turns[who] ?? 0) <= 21, `${who} waits for the ${walk.turns[who]}th time`);
  }
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
];

/** Acts of LPs and donors, who can change neither NAV nor shares. */
const UNSEEN = new Set(["askToEnter", "askToLeave", "cancel", "claim", "handOver", "give", "setLimits"]);
