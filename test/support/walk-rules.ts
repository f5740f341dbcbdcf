import { WAD } from "@ballast/sdk";
import type { Lp, Room } from "./queue.ts";

export const SCALE = 10n ** 12n;
const LEAD = 300n;
/** What time and interest may move NAV by within a few seconds: a part of it, or of what the options go by if it is small. */
export function driftOf(mid: bigint): bigint {
  const least = 1_000_000n * WAD;
  return (mid > least ? mid : least) / 10_000_000n;
}

export type Side = "Deposit" | "Redeem";
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

export interface View {
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
  gifts: [bigint, bigint];
  step: number;
  price: bigint;
  lastMark: bigint;
  /** What the step's epoch kept of the shares that left, at mid [wad USD]. */
  leftBehind: bigint;
  last?: { readonly mid: bigint; readonly supply: bigint };
}

export const count = (walk: Walk, what: string) => walk.seen.set(what, (walk.seen.get(what) ?? 0) + 1);
export function judge(walk: Walk, invariant: number, holds: boolean, what: string): void {
  if (!holds) walk.broken.push({ invariant, step: walk.step, what });
}

export async function viewOf(walk: Walk): Promise<View> {
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

/** 20: nobody gains more by a step than what its shares gained, but for the roundings of units. */
export function judgeProfit(walk: Walk, name: string, before: View, after: View): void {
  const gains = before.holdings.map((holding, i) => {
    const later = after.holdings[i];
    if (!later) throw new Error("Somebody is gone.");
    const own = sharesOf(holding);
    const earned = (own * after.mid) / after.supply - (own * before.mid) / before.supply;
    // Whoever joins has a part in the spread that leavers of the same epoch leave behind, and owes one like it when leaving.
    const joined = sharesOf(later) - own;
    const found = joined > 0n ? (joined * walk.leftBehind) / after.supply : 0n;
    return worthOf(later, after) - worthOf(holding, before) - earned - found;
  });
  const dust = 4n * SCALE;
  const together = gains.reduce((sum, gain) => sum + gain, 0n);
  judge(walk, 20, together <= 3n * dust, `${name} earned all ${together}`);
  if (name === "handOver" || name === "askToEnter") return;
  for (const [i, gain] of gains.entries()) judge(walk, 20, gain <= dust, `${name} earned ${i} ${gain}`);
}

/** What the silo holds is what it owes, gifts and dust apart. */
export function judgeSilo(walk: Walk, view: View): void {
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
export function forget(walk: Walk, view: View): void {
  for (const side of SIDES)
    walk.requests[side] = walk.requests[side].filter(
      ({ who, left }) => left > 0n && (view.holdings[who]?.places[side].pending ?? 0n) > 0n,
    );
}

type EpochOf = Awaited<ReturnType<Lp["ballast"]["vault"]["epoch"]>>;

/** Cash that exits could be paid from [USDC units]. */
export async function freeCash(walk: Walk): Promise<bigint> {
  const { clearinghouse, vault } = walk.alice.ballast;
  const account = await vault.account();
  const { equity, initialRequirement, status } = await clearinghouse.assess(account);
  if (status !== 0n) return 0n;
  const cash = await clearinghouse.cashOf(account);
  const excess = equity - initialRequirement;
  const least = excess < cash ? excess : cash;
  return least > 0n ? least / SCALE : 0n;
}

/** NAV with the vault's options valued one by one, and their worth without netting [wad USD]; how many the book lacks. */
interface Fair {
  mid: bigint;
  gross: bigint;
  readonly apart: bigint;
}

export async function fairOf(walk: Walk): Promise<Fair> {
  const { clearinghouse, optionPricer, vault } = walk.alice.ballast;
  const account = await vault.account();
  const { cash, hedgeValue, unreleased, legsApart } = await vault.reading();
  const words = [...(await clearinghouse.positionWords(account))];
  const sum: Fair = { mid: cash + hedgeValue - unreleased, gross: 0n, apart: legsApart };
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
export async function judgeAttribution(walk: Walk, id: bigint, epoch: EpochOf, after: View): Promise<void> {
  const { epochAccounts } = walk.alice.ballast;
  const filter = epochAccounts.filters.EpochAttributed(undefined, id);
  const [event] = await epochAccounts.queryFilter(filter, -10);
  const parts = event?.args.parts;
  if (walk.last) {
    if (!parts) return judge(walk, 25, false, `epoch ${id} was not attributed`);
    const { delta, gamma, vega, theta, spread, fees, hedgeCost, losses, insurance, change } = parts;
    const sum = delta + gamma + vega + theta + spread + fees + hedgeCost + losses + insurance;
    judge(walk, 25, sum === change, `the parts sum to ${sum}, the change is ${change}`);
    const explained = walk.last.mid + change - fees;
    judge(walk, 25, explained === epoch.nav.mid, `${epoch.nav.mid - explained} is attributed to nothing`);
    const [then, now] = [
      (walk.last.mid * WAD) / walk.last.supply,
      (epoch.nav.mid * WAD) / epoch.supplyBefore,
    ];
    const moved = now - then - (change * WAD) / walk.last.supply;
    judge(walk, 21, moved >= -2n && moved <= 2n, `a share moved by ${moved} that nothing recorded`);
    if (change < 0n) count(walk, "NAV fell");
    const all = { delta, gamma, vega, theta, spread, fees, hedgeCost, losses };
    for (const [name, value] of Object.entries(all)) if (value !== 0n) count(walk, `part ${name}`);
  }
  const flow = (epoch.assetsIn - epoch.assetsOut) * SCALE;
  walk.last = { mid: epoch.nav.mid + flow, supply: after.supply };
}

/** 21 and 22: one mark for all, entries at ask, exits at bid with their share of the options, nothing from who stays. */
export function judgePrices(walk: Walk, epoch: EpochOf, after: View, fair: Fair): void {
  const { nav, supplyBefore, assetsIn, assetsOut, sharesIn, sharesOut } = epoch;
  judge(walk, 22, assetsOut * SCALE * supplyBefore <= sharesIn * nav.bid, "an exit got more than bid NAV");
  judge(walk, 21, sharesOut * nav.ask <= assetsIn * SCALE * supplyBefore, "an entry paid less than ask NAV");
  const flow = (assetsIn - assetsOut) * SCALE;
  for (const value of [nav.bid, nav.mid])
    judge(walk, 21, (value + flow) * supplyBefore >= value * after.supply, "an epoch took from who stayed");
  const gap = nav.mid + flow - after.mid;
  const small = driftOf(nav.mid);
  walk.leftBehind = (sharesIn * nav.mid) / supplyBefore - assetsOut * SCALE;
  judge(walk, 21, gap <= small && gap >= -small, `an epoch moved NAV by ${gap} beside its flow`);
  // Valued one by one, open options are worth what the book says, to within the spread that NAV leaves for that: whoever
  // leaves has carried its share of them.
  const missing = nav.mid - fair.mid;
  const most = nav.ask - nav.mid + small;
  judge(walk, 22, missing <= most && missing >= -most, `${missing} of the options is not in NAV`);
  if (fair.apart !== 0n) count(walk, "epochs with options apart from the book");
  if (assetsIn !== 0n) count(walk, "entries");
  if (assetsOut !== 0n) count(walk, fair.gross === 0n ? "exits" : "exits with options held");
}

/** 21: what was filled was asked for before the mark, by the lead. */
export function judgeMarks(walk: Walk, markTime: bigint, before: View, after: View): void {
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

/** 23: exits get all that flow limit, cash and margin allow, whatever stays behind. */
export function judgeExits(
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
}
