import { expect } from "chai";
import { deployLedger } from "./clearinghouse.ts";
import { type Connection, deployRisk, type Leg } from "./risk.ts";

export const hour = 3_600n;
export const strikes = Array.from({ length: 9 }, (_, i) => 260_000n + 10_000n * BigInt(i));
export const strikesOf = (market: number): bigint[] =>
  strikes.map((cents) => (market === 0 ? cents : 20n * cents));

export const accountOf = (owner: string, sub: bigint): bigint => (BigInt(owner) << 96n) | sub;
export const groupOf = (market: number, expiry: bigint): bigint => (BigInt(market) << 20n) | (expiry / hour);
export const instrumentOf = (
  leg: { market?: number } & Pick<Leg, "expiry" | "strikeCents" | "isPut">,
): bigint => (groupOf(leg.market ?? 0, leg.expiry) << 36n) | (leg.strikeCents << 4n) | (leg.isPut ? 1n : 0n);

export const field = (word: bigint, from: bigint, bits: bigint): bigint =>
  BigInt.asUintN(Number(bits), word >> from);
export const signed = (word: bigint, from: bigint, bits: bigint): bigint =>
  BigInt.asIntN(Number(bits), word >> from);

/** The risk room with a real ledger on it, one account with a book and one against it. */
export async function bookRoom(connection: Connection) {
  const { ethers, networkHelpers } = connection;
  const risk = await deployRisk(connection);
  const [deployer, stranger] = await ethers.getSigners();
  const usdc = await ethers.deployContract("TestToken", [6]);
  const clearinghouse = await deployLedger(ethers, risk.manager.target, usdc.target, risk.riskEngine.target);
  await risk.books.bind(clearinghouse.target);
  await clearinghouse.setVenue(deployer!.address, true);
  const booked = accountOf(deployer!.address, 1n);
  const other = accountOf(stranger!.address, 0n);
  await clearinghouse.openBook(booked);
  const move = async (leg: Leg) =>
    clearinghouse.movePosition(other, booked, instrumentOf(leg), leg.quantity * 10n ** 10n);
  const legs = async (): Promise<bigint[]> =>
    (
      await Promise.all(
        [0, 1].flatMap((market) =>
          risk.expiries.map((expiry) => clearinghouse.bookLegs(booked, groupOf(market, expiry))),
        ),
      )
    ).flatMap((words) => [...words]);
  return { ...risk, networkHelpers, deployer, stranger, clearinghouse, booked, other, move, legs };
}

export type BookRoom = Awaited<ReturnType<typeof bookRoom>>;

/** Makes the arrays of every strike current, in both markets. */
export const refreshAll = async (room: BookRoom) => {
  for (const market of [0, 1]) {
    for (const expiry of room.expiries) {
      const now = BigInt(await room.networkHelpers.time.latest());
      if (expiry <= now) continue;
      await room.riskArrays.refresh(
        market,
        expiry,
        strikesOf(market).map((cents) => cents * 10n ** 16n),
      );
    }
  }
};

/** Settles every position of the book in an expiry that has passed. */
export async function settle(room: BookRoom, market: number, expiry: bigint) {
  for (const word of await room.clearinghouse.bookLegs(room.booked, groupOf(market, expiry))) {
    for (const entry of [word & ((1n << 128n) - 1n), word >> 128n]) {
      if (entry !== 0n) await room.clearinghouse.settlePosition(room.booked, entry >> 64n, 0n);
    }
  }
}

/** The positions of the book in expiries that have not passed. */
export async function openLegs(room: BookRoom): Promise<Leg[]> {
  const now = BigInt(await room.networkHelpers.time.latest());
  return (await room.legs())
    .flatMap((word) => [field(word, 0n, 128n), word >> 128n])
    .filter((entry) => entry !== 0n && field(entry, 100n, 20n) * hour > now)
    .map((entry) => ({
      market: Number(entry >> 120n),
      expiry: field(entry, 100n, 20n) * hour,
      strikeCents: field(entry, 68n, 32n),
      isPut: field(entry, 64n, 4n) === 1n,
      quantity: signed(entry, 0n, 64n),
    }));
}

/** The verdict on the book and on the same legs one by one. */
export async function both(room: BookRoom, isAnyway: boolean) {
  const cash = await room.clearinghouse.cashOf(room.booked);
  const held = { account: room.booked, cash, collateral: [] };
  const asBook = { ...held, hasBook: true, positionWords: [] };
  const asLegs = { ...held, hasBook: false, positionWords: await room.legs() };
  const judge = isAnyway ? room.riskEngine.assessAnyway : room.riskEngine.assess;
  return [await judge(asBook), await judge(asLegs)] as const;
}

const sizes = (word: bigint): bigint[] => [0n, 64n, 128n, 192n].map((from) => field(word, from, 64n));

/** What the fields of a part's thirteen words add to their total, in the order of `fieldsOfTotal`. */
function fieldsOfPart(words: readonly bigint[]): bigint[] {
  const [sums, last] = [words[11]!, words[12]!];
  const puts = signed(sums, 128n, 64n);
  return [
    ...words.slice(0, 10),
    ...sizes(words[10]!),
    signed(sums, 0n, 128n),
    puts,
    signed(sums, 192n, 64n) - puts,
    field(last, 0n, 112n),
    puts * field(last, 112n, 56n),
    field(last, 168n, 88n),
  ];
}

/** The same of a total; what volatility loses is left to the comparison with the legs. */
const fieldsOfTotal = (words: readonly bigint[]): bigint[] => [
  ...words.slice(0, 10),
  ...sizes(words[10]!),
  signed(words[11]!, 0n, 128n),
  signed(words[11]!, 128n, 64n),
  signed(words[11]!, 192n, 64n),
  field(words[13]!, 0n, 112n),
  signed(words[13]!, 112n, 144n),
  field(words[12]!, 168n, 88n),
];

/** Asks that each total is the sum of the parts it has, field by field; returns how many parts there are. */
export async function expectTotals(room: BookRoom): Promise<number> {
  const entries = await room.books.entriesOf(room.booked);
  const [, words] = await room.books.read(room.booked);
  let parts = 0;
  for (let i = 0; i < words.length; i += 15) {
    let sum = fieldsOfPart(Array.from({ length: 13 }, () => 0n));
    for (const entry of entries) {
      const group = field(entry, 0n, 28n);
      if (entry >> 28n === 0n || group >> 20n !== field(words[i]!, 0n, 8n)) continue;
      parts++;
      const part = fieldsOfPart([...(await room.books.partOf(room.booked, group))]);
      sum = sum.map((value, j) => (j < 10 ? field(value + part[j]!, 0n, 256n) : value + part[j]!));
    }
    expect(sum).to.deep.equal(fieldsOfTotal([...words].slice(i + 1, i + 15)));
  }
  return parts;
}
