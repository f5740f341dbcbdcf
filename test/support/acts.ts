import { accountId, instrumentId, token } from "@ballast/sdk";
import type { Addressable } from "ethers";
import { mintUsdc, wrapWeth } from "../../packages/lab/src/externals/index.ts";
import { funded, USDC } from "./ledger.ts";
import { seeded } from "./random.ts";
import { parametersOf, WAD } from "./risk.ts";

const FRACTION = 10n ** 12n;
export const GAS = { gasLimit: 16_000_000 };
/** What a refusal may say; anything else is a fault of the test or of the contracts. */
const REFUSALS =
  /(Clearinghouse_(BelowInitial|RiskRose|HealthFell|DataNotGood|RiskPaused|CallFailed|InsufficientCash|InsufficientCollateral|NotAuthorised|PermitExpired|CashLentOut|NoPrice)|RiskArrays_(StaleStrike|NoPrice)|RiskParameters_(NoPegFeed|SameTarget)|Settler_NothingToSettle)/;

export interface Standing {
  readonly equity: bigint;
  readonly initial: bigint;
  readonly maintenance: bigint;
  readonly status: bigint;
}

export interface Call {
  readonly target: string | Addressable;
  readonly data: string;
}

const big = (x: number): bigint => BigInt(Math.round(x * 1e6)) * FRACTION;

/**
 * The real ledger and books, three owners, one account of each of the first two with a book, and blocks that take no time:
 * a step then changes nothing but what it does itself, so that before and after compare to the wei.
 */
export async function still(seed: number) {
  const room = await funded({ allowBlocksWithSameTimestamp: true });
  const { ledger, risk, usdc, weth, alice, bob, carol, deployer, encode, probe, time, ethers } = room;
  // Interest would make a second that passes between two steps a change of its own.
  await ledger.setInterestTerms({ base: 0, slope: 0, steepSlope: 0, kink: WAD / 2n });
  await risk.books.bind(ledger.target);
  const booked = accountId(alice.address, 1n);
  await ledger.openBook(booked);
  await ledger.connect(alice).deposit(booked, usdc.target, 10_000n * USDC);
  await mintUsdc(usdc, carol.address, 1_000_000n * USDC);
  await wrapWeth(weth, carol, 100n * WAD);
  for (const asset of [usdc, weth])
    await token(asset.target as string, carol).approve(ledger.target as string, 2n ** 255n);
  const owners = [
    { account: room.a, signer: alice },
    { account: booked, signer: alice },
    { account: room.b, signer: bob },
  ];
  for (const { account, signer } of owners)
    await ledger.connect(signer).deposit(account, weth.target, 2n * WAD);
  const expiries = risk.expiries.slice(1, 3);
  const strikes = [2_900n, 3_000n, 3_200n].map((strike) => strike * WAD);
  const next = seeded(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  const series = () =>
    instrumentId({
      market: 0,
      expiry: Number(pick(expiries)),
      strike: pick(strikes),
      kind: next() < 0.5 ? "put" : "call",
    });
  const clock = { at: BigInt(await time.latest()) };
  const hold = async () => {
    // A block that nobody held may have taken a second of its own.
    const latest = BigInt(await time.latest());
    if (latest > clock.at) clock.at = latest;
    await time.setNextBlockTimestamp(clock.at);
  };
  const refreshArrays = async () => {
    for (const expiry of expiries) {
      await hold();
      await risk.riskArrays.refresh(0, expiry, strikes, GAS);
    }
  };
  const later = async (seconds: bigint) => {
    clock.at += seconds;
    await hold();
    await room.connection.networkHelpers.mine();
  };
  const standing = async (account: bigint): Promise<Standing> => {
    const [equity, initial, maintenance, , , status] = await ledger.assess(account);
    return { equity, initial, maintenance, status };
  };
  /** Sends in the held second; whether it was done, and if not, the reason's name. */
  const attempt = async (send: () => Promise<unknown>): Promise<string> => {
    await hold();
    try {
      await send();
      return "";
    } catch (refusal) {
      const reason = REFUSALS.exec(String(refusal))?.[1];
      if (!reason) throw refusal;
      return reason;
    }
  };
  const own = (name: string, ...args: unknown[]): Call => ({
    target: ledger.target,
    data: encode(name as "deposit", args as never),
  });
  const through = (name: string, ...args: unknown[]): Call => ({
    target: probe.target,
    data: probe.interface.encodeFunctionData("run", [
      ledger.target,
      encode(name as "deposit", args as never),
    ]),
  });
  await refreshArrays();
  return {
    ...room,
    ethers,
    booked,
    owners,
    carol,
    deployer,
    expiries,
    strikes,
    next,
    pick,
    series,
    clock,
    hold,
    later,
    refreshArrays,
    standing,
    attempt,
    own,
    through,
  };
}

export type Room = Awaited<ReturnType<typeof still>>;

/** Counts what was done and refused, by any names. */
export function tally() {
  const counts = new Map<string, [done: number, refused: number]>();
  return {
    counts,
    add(key: string, refusal: string) {
      const entry = counts.get(key) ?? [0, 0];
      entry[refusal === "" ? 0 : 1]++;
      counts.set(key, entry);
    },
    of: (key: string): readonly [number, number] => counts.get(key) ?? [0, 0],
    text: () => [...counts].map(([key, [done, refused]]) => `${key}: ${done}/${refused}`).join(", "),
  };
}

/** One owner's act as the calls of a batch; some of them may also be sent directly. */
export function actOf(room: Room, mine: bigint, other: bigint, receiver: string) {
  const { next, pick, usdc, weth, own, through } = room;
  const cash = BigInt(Math.ceil(next() ** 3 * 9_000)) * USDC;
  const ether = big(0.01 + next());
  const acts: Record<string, () => Call[]> = {
    "deposit cash": () => [own("deposit", mine, usdc.target, cash / 8n)],
    "deposit collateral": () => [own("deposit", mine, weth.target, ether / 8n)],
    "withdraw cash": () => [own("withdraw", mine, usdc.target, cash / 2n, receiver)],
    "withdraw collateral": () => [own("withdraw", mine, weth.target, ether / 2n, receiver)],
    trade: () => trade(room, mine, other),
    close: () => [],
    "move cash": () => [through("moveCash", mine, other, cash * 10n ** 11n)],
    "move collateral": () => [through("moveCollateral", mine, other, weth.target, ether / 3n)],
    "move a slice": () => [through("moveSlice", mine, other, big(0.05 + 0.2 * next()))],
    "take a slice": () => [through("moveSlice", other, mine, big(0.05 + 0.1 * next()))],
    "move an expiry slice": () => [
      through("moveSliceOf", mine, other, 0, pick(room.expiries), big(0.05 + 0.2 * next())),
    ],
    "set an operator": () => [own("setOperator", mine, room.carol.address, 3n, 2n ** 60n)],
    "permit an operator": () => [own("permitOperator", mine, room.carol.address, 3n, 1n, 1n, 1n, "0x")],
    refresh: () => [
      {
        target: room.risk.riskArrays.target,
        data: room.risk.riskArrays.interface.encodeFunctionData("refresh", [
          0,
          pick(room.expiries),
          room.strikes,
        ]),
      },
    ],
    "refresh books": () => [
      {
        target: room.risk.books.target,
        data: room.risk.books.interface.encodeFunctionData("refreshAll", [room.booked]),
      },
    ],
  };
  return acts;
}

/** A trade at a price near or far from fair, with the other account. */
export function trade(room: Room, mine: bigint, other: bigint): Call[] {
  const { next, through } = room;
  const quantity = BigInt(Math.round((next() - 0.6) * 300)) * 10n ** 16n || WAD;
  const premium = (BigInt(Math.round(next() * 250)) * quantity) / 2n;
  const calls = [through("movePosition", other, mine, room.series(), quantity)];
  if (premium > 0n) calls.push(through("moveCash", mine, other, premium));
  if (premium < 0n) calls.push(through("moveCash", other, mine, -premium));
  return calls;
}

/** Closes a part of one position of `mine` against `other`, at a price that may be bad. */
export async function closing(room: Room, mine: bigint, other: bigint): Promise<Call[]> {
  const { ledger, next, pick, through } = room;
  const entries = [...(await ledger.positionWords(mine))]
    .flatMap((word) => [word & ((1n << 128n) - 1n), word >> 128n])
    .filter((entry) => entry !== 0n);
  if (entries.length === 0) return trade(room, mine, other);
  const entry = pick(entries);
  const quantity = BigInt.asIntN(64, entry) * 10n ** 10n;
  const part = next() < 0.5 ? quantity : (quantity / 2n / 10n ** 10n) * 10n ** 10n || quantity;
  const calls = [through("movePosition", mine, other, entry >> 64n, part)];
  const size = part < 0n ? -part : part;
  const paid = size * BigInt(Math.round((next() - 0.5) * 400));
  if (paid > 0n) calls.push(through("moveCash", mine, other, paid));
  if (paid < 0n) calls.push(through("moveCash", other, mine, -paid));
  return calls;
}

export const text = (one: Standing): string =>
  `${one.equity / FRACTION}e-6 of ${one.initial / FRACTION}/${one.maintenance / FRACTION} (${one.status})`;

/** Acts of other accounts, of anyone and of the curator on an account; each gives the name of its refusal, or nothing. */
type Act = (room: Room, victim: bigint) => Promise<string>;

const others = (room: Room) => ({ ledger: room.ledger.connect(room.bob), mine: room.b });

/** What must not change a verdict at all, not even by a wei, while price, surface and time stand still. */
export const QUIET = ["refresh arrays", "refresh positions", "refresh a book", "refresh all books", "pause"];

export const OTHERS: Record<string, Act> = {
  "deposit cash": (room, victim) =>
    room.attempt(() => room.ledger.connect(room.carol).deposit(victim, room.usdc.target, 1n, GAS)),
  "deposit collateral": (room, victim) =>
    room.attempt(() =>
      room.ledger.connect(room.carol).deposit(victim, room.weth.target, 1n + big(0.001 * room.next()), GAS),
    ),
  "refresh arrays": (room) =>
    room.attempt(() =>
      room.risk.riskArrays
        .connect(room.carol)
        .refresh(0, room.pick(room.expiries), room.strikes.slice(Math.floor(3 * room.next())), GAS),
    ),
  "refresh positions": (room, victim) =>
    room.attempt(async () => {
      const words = [...(await room.ledger.positionWords(victim))];
      await room.risk.riskArrays.connect(room.carol).refreshPositions(words, GAS);
    }),
  "refresh a book": (room) =>
    room.attempt(() =>
      room.risk.books.connect(room.carol).refresh(room.booked, 0, room.pick(room.expiries), GAS),
    ),
  "refresh all books": (room) =>
    room.attempt(() => room.risk.books.connect(room.carol).refreshAll(room.booked, GAS)),
  settle: (room, victim) => room.attempt(() => room.settler.connect(room.carol).settle(victim, 9, GAS)),
  "update the peg": (room) => room.attempt(() => room.risk.riskParameters.connect(room.carol).updatePeg(GAS)),
  "set parameters": (room) => {
    const p = parametersOf(0);
    const factor = 950_000n + BigInt(Math.floor(room.next() * 100_000));
    const scaled = (value: bigint) => ((value * factor) / 1_000_000n / FRACTION) * FRACTION;
    const changed = {
      ...p,
      scanRange: scaled(p.scanRange),
      volUp: scaled(p.volUp),
      maintenanceFactor: scaled(p.maintenanceFactor),
      calendarCharge: scaled(p.calendarCharge),
      collateralHaircut: scaled(p.collateralHaircut),
      bidSpread: scaled(p.bidSpread),
    };
    return room.attempt(() => room.risk.riskParameters.setParameters(0, changed, GAS));
  },
  pause: (room) =>
    room.attempt(async () => {
      await room.ledger.setRiskPaused(true, GAS);
      await room.hold();
      await room.ledger.setRiskPaused(false, GAS);
    }),
  "trade with it": (room, victim) => {
    const { ledger, mine } = others(room);
    return room.attempt(() => ledger.batch(mine, trade(room, mine, victim), GAS));
  },
  "reduce with it": async (room, victim) => {
    const { ledger, mine } = others(room);
    const calls = await closing(room, mine, victim);
    return room.attempt(() => ledger.reduce(mine, calls, GAS));
  },
  "move its cash": (room, victim) => {
    const { ledger, mine } = others(room);
    const amount = BigInt(1 + Math.floor(room.next() * 1_000)) * WAD;
    const calls = [
      room.through("moveCash", ...(room.next() < 0.3 ? [mine, victim] : [victim, mine]), amount),
    ];
    return room.attempt(() => ledger.getFunction(room.next() < 0.5 ? "batch" : "reduce")(mine, calls, GAS));
  },
  "trade beside it": (room) => {
    const { ledger, mine } = others(room);
    return room.attempt(() => ledger.batch(mine, trade(room, mine, accountId(room.carol.address)), GAS));
  },
};

/** Leaves `account` at its maintenance or its initial requirement, to the wei or a little above. */
export async function brink(
  { standing, hold, next, ledger, venue, b }: Room,
  account: bigint,
): Promise<void> {
  const is = await standing(account);
  const aim = next() < 0.5 ? is.maintenance : is.initial + (next() < 0.7 ? 400n * WAD : 0n);
  const excess = is.equity - aim - BigInt(Math.floor(next() * 2));
  await hold();
  if (excess > 0n) await ledger.connect(venue).moveCash(account, b, excess);
  else await ledger.connect(venue).moveCash(b, account, -excess);
}

/** Lets the accounts hold series that have expired with a fixing. */
export async function unsettled(room: Room, accounts: readonly bigint[]): Promise<void> {
  const { risk, ledger, venue, clock, next, hold, later } = room;
  const expiry = (clock.at / 3_600n + 1n) * 3_600n;
  for (const account of accounts) {
    for (const kind of ["call", "put"] as const) {
      const series = instrumentId({ market: 0, expiry: Number(expiry), strike: 3_000n * WAD, kind });
      await hold();
      await ledger
        .connect(venue)
        .movePosition(room.b, account, series, BigInt(Math.round((next() - 0.5) * 1e8)) * 10n ** 10n || WAD);
    }
  }
  await later(expiry - clock.at + 1n);
  await hold();
  await risk.inputs.setFixing(0, expiry, 2_950n * WAD + BigInt(Math.round(next() * 1e15)) * 77_777n);
  await room.attempt(() => room.refreshArrays());
}

/** Brings every account a good way above its initial requirement, with a stranger's money. */
async function restore({ owners, standing, hold, ledger, carol, usdc }: Room): Promise<void> {
  for (const { account } of owners) {
    const { equity, initial } = await standing(account);
    const missing = initial + 4_000n * WAD - equity;
    await hold();
    if (missing > 0n) await ledger.connect(carol).deposit(account, usdc.target, missing / FRACTION);
  }
}

/** Price, staleness, pause and time, between the steps of one tenth. */
export async function weather(room: Room, turn: number, isLosing = true): Promise<void> {
  const { risk, next, pick, ledger, deployer, venue, owners } = room;
  const spot = big(2_900 + 220 * next());
  const kind = turn % 6;
  await room.hold();
  await risk.inputs.setStaleShare(0, kind === 2 ? WAD / 2n : 0n);
  await room.hold();
  // Good, paused, stale surface, late price, stale price, no price at all.
  await risk.inputs.setSpot(0, kind === 5 ? 0n : spot, kind === 3 ? 1 : kind >= 4 ? 2 : 0);
  await room.hold();
  await ledger.connect(deployer).setRiskPaused(kind === 1);
  if (kind === 0) {
    await room.later(4_000n);
    await restore(room);
  }
  if (kind === 0 || next() < 0.5) await room.attempt(() => room.refreshArrays());
  if (!isLosing) return;
  // Now and then a venue leaves an account between maintenance and initial, as a fall of its price would.
  const { account } = pick(owners);
  const is = await room.standing(account);
  const target = is.maintenance + (is.initial - is.maintenance) / 2n;
  const rest = owners.find((one) => one.account !== account)?.account ?? 0n;
  await room.hold();
  if (kind !== 0 && is.initial > WAD && is.equity > target)
    await ledger.connect(venue).moveCash(account, rest, is.equity - target);
}
