import {
  accountId,
  decodeError,
  formatDecimal,
  type Health,
  innermostOf,
  type PositionEntry,
  readHealth,
  unpackPositions,
  WAD,
} from "@ballast/sdk";
import type { Action, KeeperContext } from "../task.ts";

/** The house counts at most half an hour between two looks at an auction. */
const LOOK_EVERY = 1_200;
/** How many positions are tried in the soft stage, and by which parts of them. */
const CLOSE_AT_MOST = 4;
/** Of one order at the desk. */
const MOST_LEGS = 8;
const CLOSE_SHARES = [2n, 8n] as const;
const QUANTITY_STEP = 10n ** 10n;
const KINDS = { Solvent: 1n, Insolvent: 2n } as const;

/** Whether an account may be put up for auction, if all that it holds has a price; if not, only the house can tell. */
export function isLiquidatable(health: Health): boolean {
  return health.status !== "Unusable" && health.equity < health.maintenanceRequirement;
}

/**
 * Most that is paid for a slice: its share of mark equity at the keeper's discount. In an insolvent auction it is
 * negative: the slice's debt, which the system must at least make good.
 */
export function bidLimit(
  kind: "Solvent" | "Insolvent",
  equity: bigint,
  fraction: bigint,
  discount: bigint,
): bigint {
  if (kind === "Insolvent" || equity <= 0n) return equity < 0n ? (equity * fraction) / WAD : 0n;
  return (((equity * fraction) / WAD) * discount) / WAD;
}

type RunningAuction = { readonly id: bigint; readonly kind: bigint; readonly seenAt: bigint };

/** Starts auctions of unhealthy accounts, looks after them, bids where the price is good enough, and ends what is over. */
export async function liquidate(context: KeeperContext): Promise<Action[]> {
  const vaultAccount = await context.ballast.vault.account();
  const bidder = accountId(await context.sender.getAddress(), context.limits.bidderSubAccount);
  const actions: Action[] = [];
  const watched = await context.accounts.accounts();
  for (const account of watched) {
    if (account === bidder) continue;
    const auction = await context.ballast.auctionHouse.auctionOf(account);
    const next =
      auction.kind === 0n
        ? await startIfUnhealthy(context, account)
        : await bidOrEnd(context, account, bidder, auction).catch(ignoreEnded);
    if (next && !(account === vaultAccount && next.what.startsWith("bid"))) actions.push(next);
  }
  if (actions.length === 0)
    context.note?.(`liquidate: none of ${watched.length} accounts can be sold or asks for a look`, []);
  return actions;
}

/** Somebody else ended the auction while it was being looked at. */
function ignoreEnded(error: unknown): undefined {
  const decoded = decodeError(error);
  if (!decoded || innermostOf(decoded).name !== "AuctionHouse_NotRunning") throw error;
  return undefined;
}

async function startIfUnhealthy(context: KeeperContext, account: bigint): Promise<Action | undefined> {
  const health = await readHealth(context.ballast, account);
  const house = context.ballast.auctionHouse.connect(context.sender);
  // Where something has no price the house judges by the rest.
  const isBlind = health.status === "Unusable";
  const isDue = isBlind ? await succeeds(() => house.start.staticCall(account)) : isLiquidatable(health);
  if (!isDue) return undefined;
  return {
    task: "liquidate",
    what: `start the auction of account ${hex(account)}`,
    why: isBlind
      ? "what of it has a price is below its maintenance requirement"
      : `equity ${formatDecimal(health.equity)} is below its maintenance requirement ${formatDecimal(health.maintenanceRequirement)}`,
    simulate: () => house.start.staticCall(account),
    send: () => house.start(account),
  };
}

async function bidOrEnd(
  context: KeeperContext,
  account: bigint,
  bidder: bigint,
  auction: RunningAuction,
): Promise<Action | undefined> {
  const { ballast, sender } = context;
  const house = ballast.auctionHouse.connect(sender);
  if (await succeeds(() => house.end.staticCall(account))) {
    return {
      task: "liquidate",
      what: `end the auction of account ${hex(account)}`,
      why: "the account is healthy again or empty",
      simulate: () => house.end.staticCall(account),
      send: () => house.end(account),
    };
  }
  const action =
    (await closeWithVault(context, account, auction)) ??
    (await bidSlice(context, account, bidder, auction.id)) ??
    (await callVault(context, account));
  return action ?? lookAfter(context, account, auction.seenAt);
}

/**
 * While no slice is for sale: closes a part of the account's positions against the vault, if that pays. All of a market are
 * tried as one order first, which is never dearer than leg by leg, then the short ones, then each of the largest.
 */
async function closeWithVault(
  { ballast, sender }: KeeperContext,
  account: bigint,
  { id, kind }: RunningAuction,
): Promise<Action | undefined> {
  const { largestFraction } = await ballast.auctionHouse.price(account, WAD);
  if (kind !== KINDS.Solvent || largestFraction !== 0n) return undefined;
  const closer = ballast.vaultCloser.connect(sender);
  const positions = unpackPositions(await ballast.clearinghouse.positionWords(account));
  for (const legs of closeCandidates(positions)) {
    if (!(await succeeds(() => closer.close.staticCall(account, id, kind, legs, 1n)))) continue;
    const count = legs.length === 1 ? "a position" : `parts of ${legs.length} positions`;
    return {
      task: "liquidate",
      what: `close ${count} of account ${hex(account)} against the vault`,
      why: "in the soft stage of its auction, risk is only reduced",
      simulate: () => closer.close.staticCall(account, id, kind, legs, 1n),
      send: () => closer.close(account, id, kind, legs, 1n),
    };
  }
  return undefined;
}

/** A part of a position. */
interface Part {
  readonly instrument: bigint;
  readonly quantity: bigint;
}

/** What to try to close, in order: sets of legs of one market, parts first that leave least. */
export function closeCandidates(positions: readonly PositionEntry[]): Part[][] {
  const bySize = (a: PositionEntry, b: PositionEntry) => (magnitude(a) > magnitude(b) ? -1 : 1);
  const shorts = positions.filter(({ quantity }) => quantity < 0n).sort(bySize);
  const [largest] = shorts;
  if (!largest) return [];
  const near = positions.filter(({ series }) => series.market === largest.series.market).sort(bySize);
  const all = near.slice(0, MOST_LEGS);
  const sold = near.filter(({ quantity }) => quantity < 0n).slice(0, MOST_LEGS);
  const sets = [
    ...(all.length > sold.length && all.includes(largest) ? [all] : []),
    ...(sold.length > 1 ? [sold] : []),
    ...shorts.slice(0, CLOSE_AT_MOST).map((one) => [one]),
  ];
  return sets.flatMap((set) =>
    CLOSE_SHARES.map((share) =>
      set.map(({ instrument, quantity }) => ({
        instrument,
        quantity: (quantity / share / QUANTITY_STEP) * QUANTITY_STEP,
      })),
    ).filter((legs) => legs.every(({ quantity }) => quantity !== 0n)),
  );
}

function magnitude({ quantity }: PositionEntry): bigint {
  return quantity < 0n ? -quantity : quantity;
}

async function bidSlice(
  context: KeeperContext,
  account: bigint,
  bidder: bigint,
  id: bigint,
): Promise<Action | undefined> {
  const { ballast, sender, limits } = context;
  const house = ballast.auctionHouse.connect(sender);
  const { largestFraction } = await house.price(account, WAD);
  if (largestFraction === 0n) return undefined;
  const [{ cost }, health] = await Promise.all([
    house.price(account, largestFraction),
    readHealth(ballast, account),
  ]);
  const kind = health.equity > 0n ? "Solvent" : "Insolvent";
  const limit = bidLimit(kind, health.equity, largestFraction, limits.bidDiscount);
  if (cost > limit) return undefined;
  const terms = { id, kind: KINDS[kind], bidder, fraction: largestFraction, priceLimit: limit };
  if (!(await succeeds(() => house.bid.staticCall(account, terms, "0x")))) return undefined;
  return {
    task: "liquidate",
    what: `bid ${formatDecimal(cost)} for ${formatDecimal(largestFraction * 100n, 1)} % of account ${hex(account)}`,
    why: `the auction's price is within the limit of ${formatDecimal(limit)}`,
    simulate: () => house.bid.staticCall(account, terms, "0x"),
    send: () => house.bid(account, terms, "0x"),
  };
}

async function callVault(context: KeeperContext, account: bigint): Promise<Action | undefined> {
  const house = context.ballast.auctionHouse.connect(context.sender);
  if (!(await succeeds(() => house.backstop.staticCall(account)))) return undefined;
  return {
    task: "liquidate",
    what: `sell a slice of account ${hex(account)} to the vault`,
    why: "nobody bid, and the price has come to the vault's terms",
    simulate: () => house.backstop.staticCall(account),
    send: () => house.backstop(account),
  };
}

/** Without looks an auction's clock stands still. */
async function lookAfter(
  { ballast, sender }: KeeperContext,
  account: bigint,
  seenAt: bigint,
): Promise<Action | undefined> {
  const house = ballast.auctionHouse.connect(sender);
  const now = (await ballast.auctionHouse.runner?.provider?.getBlock("latest"))?.timestamp ?? 0;
  if (BigInt(now) < seenAt + BigInt(LOOK_EVERY)) return undefined;
  return {
    task: "liquidate",
    what: `look after the auction of account ${hex(account)}`,
    why: "its clock runs on only while somebody looks",
    simulate: () => house.update.staticCall(account),
    send: () => house.update(account),
  };
}

async function succeeds(call: () => Promise<unknown>): Promise<boolean> {
  return call().then(
    () => true,
    () => false,
  );
}

function hex(account: bigint): string {
  return `0x${account.toString(16).padStart(64, "0")}`;
}
