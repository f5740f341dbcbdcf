import { expect } from "chai";
import { network } from "hardhat";
import { packSlice } from "../../packages/quant/src/exact/vol-surface.ts";
import { seeded } from "../support/random.ts";
import { deployRisk, type Leg, sliceOf, WAD } from "../support/risk.ts";

const connection = await network.create();
const { ethers, networkHelpers } = connection;
const hour = 3_600n;
const strikes = Array.from({ length: 9 }, (_, i) => 260_000n + 10_000n * BigInt(i));
const strikesOf = (market: number): bigint[] => strikes.map((cents) => (market === 0 ? cents : 20n * cents));

const accountOf = (owner: string, sub: bigint): bigint => (BigInt(owner) << 96n) | sub;
const groupOf = (market: number, expiry: bigint): bigint => (BigInt(market) << 20n) | (expiry / hour);
const instrumentOf = (leg: { market?: number } & Pick<Leg, "expiry" | "strikeCents" | "isPut">): bigint =>
  (groupOf(leg.market ?? 0, leg.expiry) << 36n) | (leg.strikeCents << 4n) | (leg.isPut ? 1n : 0n);

const field = (word: bigint, from: bigint, bits: bigint): bigint =>
  BigInt.asUintN(Number(bits), word >> from);
const signed = (word: bigint, from: bigint, bits: bigint): bigint =>
  BigInt.asIntN(Number(bits), word >> from);

/** The risk room with a real ledger on it, one account with a book and one against it. */
async function ready() {
  const risk = await deployRisk(connection);
  const [deployer, stranger] = await ethers.getSigners();
  const usdc = await ethers.deployContract("TestToken", [6]);
  const clearinghouse = await ethers.deployContract("Clearinghouse", [
    risk.manager.target,
    usdc.target,
    risk.riskEngine.target,
  ]);
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
  return { ...risk, deployer, stranger, clearinghouse, booked, other, move, legs };
}

type Ready = Awaited<ReturnType<typeof ready>>;

const refreshAll = async (room: Ready) => {
  for (const market of [0, 1]) {
    for (const expiry of room.expiries) {
      const now = BigInt(await networkHelpers.time.latest());
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
async function settle(room: Ready, market: number, expiry: bigint) {
  for (const word of await room.clearinghouse.bookLegs(room.booked, groupOf(market, expiry))) {
    for (const entry of [word & ((1n << 128n) - 1n), word >> 128n]) {
      if (entry !== 0n) await room.clearinghouse.settlePosition(room.booked, entry >> 64n, 0n);
    }
  }
}

/** The positions of the book in expiries that have not passed. */
async function openLegs(room: Ready): Promise<Leg[]> {
  const now = BigInt(await networkHelpers.time.latest());
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
async function both(room: Ready, isAnyway: boolean) {
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
async function expectTotals(room: Ready): Promise<number> {
  const [entries, words] = await room.books.read(room.booked);
  let parts = 0;
  for (let i = 0; i < words.length; i += 15) {
    let sum = fieldsOfPart(Array.from({ length: 13 }, () => 0n));
    for (const entry of entries) {
      const group = field(entry, 0n, 28n);
      if (entry >> 28n === 0n || group >> 20n !== words[i]) continue;
      parts++;
      const part = fieldsOfPart([...(await room.books.partOf(room.booked, group))]);
      sum = sum.map((value, j) => (j < 10 ? field(value + part[j]!, 0n, 256n) : value + part[j]!));
    }
    expect(sum).to.deep.equal(fieldsOfTotal([...words].slice(i + 1, i + 15)));
  }
  return parts;
}

describe("Books", () => {
  it("equals the sum of its legs after any sequence of trades, refreshes, moves of the grid and settlements", async () => {
    const room = await ready();
    const next = seeded(77);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
    await refreshAll(room);
    let [current, stale, expired, mixed, empty] = [0, 0, 0, 0, 0];
    for (let step = 0; step < 200; step++) {
      const chance = next();
      const now = BigInt(await networkHelpers.time.latest());
      const open = room.expiries.filter((expiry) => expiry > now);
      if (step % 60 === 59) {
        for (const leg of await openLegs(room)) await room.move({ ...leg, quantity: -leg.quantity });
        empty++;
      } else if (chance < 0.66) {
        const market = next() < 0.7 ? 0 : 1;
        const leg = {
          market,
          expiry: pick(open),
          strikeCents: pick(strikesOf(market)),
          isPut: next() < 0.5,
          quantity: BigInt(Math.round((next() - 0.5) * 1e9)) || 1n,
        };
        const before = (await room.clearinghouse.positionOf(room.booked, instrumentOf(leg))) / 10n ** 10n;
        // Every fifth trade closes what there is.
        await room.move(next() < 0.2 && before !== 0n ? { ...leg, quantity: -before } : leg);
      } else if (chance < 0.7) {
        await room.books.refreshAll(room.booked);
        expect(await room.books.staleGroups(room.booked)).to.deep.equal([]);
      } else if (chance < 0.8) {
        await room.books.refresh(room.booked, next() < 0.7 ? 0 : 1, pick(open));
      } else if (chance < 0.88) {
        if (next() < 0.7) await room.inputs.setSpot(0, BigInt(Math.round(2_900 + 200 * next())) * WAD, 0);
        else await room.inputs.setSpot(1, BigInt(Math.round(58_000 + 4_000 * next())) * WAD, 0);
        if (next() < 0.7) await refreshAll(room);
      } else if (chance < 0.94) {
        await refreshAll(room);
      } else {
        await networkHelpers.time.increase(Math.floor(1 + 8 * next()) * 3_600);
        for (const expiry of room.expiries.filter((one) => one <= now && next() < 0.5))
          for (const market of [0, 1]) await settle(room, market, expiry);
      }
      const [book, legs] = await both(room, true);
      expect(book, `step ${step}`).to.deep.equal(legs);
      const parts = await expectTotals(room);
      const waiting = (await room.books.staleGroups(room.booked)).length;
      if (waiting === 0) current++;
      else stale++;
      if (waiting !== 0 && waiting < parts) mixed++;
      if (open.length < room.expiries.length) expired++;
    }
    const seen = [current, stale, expired, mixed, empty];
    expect(
      seen.every((count, i) => count > [20, 10, 5, 10, 0][i]!),
      seen.join(" "),
    ).to.equal(true);
  });

  it("needs no leg's words while it is current, and says which strike is stale when it is not", async () => {
    const room = await ready();
    await refreshAll(room);
    const leg = {
      market: 0,
      expiry: room.expiries[2]!,
      strikeCents: 300_000n,
      isPut: true,
      quantity: 10n ** 8n,
    };
    await room.move(leg);
    expect(await room.books.staleGroups(room.booked)).to.deep.equal([]);
    const [book, legs] = await both(room, false);
    expect(book).to.deep.equal(legs);
    await room.inputs.setSpot(0, 3_031n * WAD, 0);
    const portfolio = { account: room.booked, hasBook: true, cash: 0n, collateral: [], positionWords: [] };
    await expect(room.riskEngine.assess(portfolio))
      .to.be.revertedWithCustomError(room.riskArrays, "RiskArrays_StaleStrike")
      .withArgs(0, leg.expiry, 3_000n * WAD);
    await expect(room.books.refresh(room.booked, 0, leg.expiry))
      .to.emit(room.books, "BookRebased")
      .withArgs(room.booked, 0, leg.expiry, 2);
    await room.riskEngine.assess(portfolio);
  });

  it("marks a book as margin does, and says which groups have to be valued by their legs", async () => {
    const room = await ready();
    await refreshAll(room);
    for (let i = 0; i < 12; i++) {
      await room.move({
        market: i % 4 === 3 ? 1 : 0,
        expiry: room.expiries[i % 3]!,
        strikeCents: strikesOf(i % 4 === 3 ? 1 : 0)[(5 * i) % 9]!,
        isPut: i % 2 === 0,
        quantity: (i % 3 === 0 ? -1n : 1n) * 10n ** 8n * BigInt(1 + i),
      });
    }
    const spot = 3_017n * WAD;
    await room.inputs.setSpot(0, spot, 0);
    const vectorOf = async (words: readonly bigint[]) =>
      (await room.riskEngine.nodeVectors([], [...words], true))[0]!;
    const check = async (marks: Awaited<ReturnType<typeof marksOf>>[0], words: readonly bigint[]) => {
      const vector = await vectorOf(words);
      const at = (node: number) => vector.nodeValues[node]!;
      expect([marks.value, marks.delta]).to.deep.equal([vector.mark, vector.delta]);
      expect(marks.volatilityUp).to.equal(at(2) - at(27));
      expect(marks.volatilityDown).to.equal(at(17) - at(27));
      const width = 30n * WAD;
      const gamma = ((at(25) + at(29) - 2n * at(27)) * WAD * WAD) / width / width;
      expect(marks.gamma - gamma >= -2n && marks.gamma - gamma <= 0n, `${marks.gamma} ${gamma}`).to.equal(
        true,
      );
    };
    const marksOf = () => room.books.marksOf(room.booked, 0, spot);
    const groups = room.expiries.slice(0, 3).map((expiry) => groupOf(0, expiry));
    const legs = await Promise.all(
      groups.map(async (group) => room.clearinghouse.bookLegs(room.booked, group)),
    );
    const [all, apart] = await marksOf();
    expect(apart).to.deep.equal([]);
    await check(all, legs.flat());

    let gross = 0n;
    const nets = new Map<bigint, bigint>();
    for (const entry of legs.flat().flatMap((word) => [field(word, 0n, 128n), word >> 128n]))
      nets.set(entry >> 68n, (nets.get(entry >> 68n) ?? 0n) + signed(entry, 0n, 64n));
    nets.delete(0n);
    for (const [key, net] of nets) {
      const [a, b] = await room.riskArrays.words(0, (key >> 32n) * hour, field(key, 0n, 32n) * 10n ** 16n);
      const up = field(a, 32n, 16n) << (a >> 252n);
      const same = field(b, 192n, 16n) << (b >> 252n);
      gross += (net < 0n ? -net : net) * (up > same ? up - same : 0n);
    }
    const unit = 3_000n * 10n ** 10n;
    expect(all.grossVolatilityUp).to.equal((gross * unit + (1n << 29n) - 1n) >> 29n);
    expect(all.grossVolatilityUp > 0n).to.equal(true);

    const [single, isCurrent] = await room.books.marksOfGroup(room.booked, groups[1]!, spot);
    expect(isCurrent).to.equal(true);
    await check(single, legs[1]!);

    // A wider surface moves one expiry: its book waits, and the others stay.
    const wider = packSlice(sliceOf(0.9, room.expiries[1]! - room.start, 3_000n * WAD, room.start));
    await room.inputs.setSlice(0, room.expiries[1]!, wider, 3_000n * WAD);
    await room.riskArrays.refresh(0, room.expiries[1]!, []);
    const [rest, left] = await marksOf();
    expect(left).to.deep.equal([groups[1]]);
    await check(rest, [...legs[0]!, ...legs[2]!]);
    expect((await room.books.marksOfGroup(room.booked, groups[1]!, spot))[1]).to.equal(false);

    const [none, everything] = await room.books.marksOf(room.booked, 0, 3_100n * WAD);
    expect([...everything].sort()).to.deep.equal([...groups].sort());
    expect([none.value, none.delta, none.grossVolatilityUp]).to.deep.equal([0n, 0n, 0n]);
  });

  it("leaves out of a total what would not fit it, until it does", async () => {
    const room = await ready();
    await refreshAll(room);
    const cents = 300_000n;
    const groups = room.expiries.slice(0, 3).map((expiry) => groupOf(0, expiry));
    const sizesOf = await Promise.all(
      room.expiries.slice(0, 3).map(async (expiry) => {
        const [a, b] = await room.riskArrays.words(0, expiry, cents * 10n ** 16n);
        const exponent = a >> 252n > b >> 252n ? a >> 252n : b >> 252n;
        return (3n << 61n) >> exponent;
      }),
    );
    const move = (i: number, sign: bigint) =>
      room.move({
        market: 0,
        expiry: room.expiries[i]!,
        strikeCents: cents,
        isPut: false,
        quantity: sign * sizesOf[i]!,
      });
    const isIn = async () => {
      const [entries] = await room.books.read(room.booked);
      return groups.map((group) =>
        entries.some((entry) => field(entry, 0n, 28n) === group && entry >> 28n !== 0n),
      );
    };
    for (const i of [0, 1, 2]) await move(i, 1n);
    expect(await isIn()).to.deep.equal([true, true, false]);
    expect(await expectTotals(room)).to.equal(2);
    const portfolio = { account: room.booked, hasBook: true, cash: 0n, collateral: [], positionWords: [] };
    for (const refused of [
      room.riskEngine.assessAnyway(portfolio),
      room.books.refresh(room.booked, 0, room.expiries[2]!),
    ])
      await expect(refused).to.be.revertedWithCustomError(room.riskArrays, "RiskArrays_QuantityTooLarge");
    for (const i of [0, 1]) await move(i, -1n);
    const [book, legs] = await both(room, true);
    expect(book).to.deep.equal(legs);
    await room.books.refresh(room.booked, 0, room.expiries[2]!);
    expect(await isIn()).to.deep.equal([false, false, true]);
    const [summed] = await both(room, true);
    expect(summed).to.deep.equal(legs);
  });

  it("re-bases no expiry that has passed", async () => {
    const room = await ready();
    await networkHelpers.time.increaseTo(room.expiries[0]!);
    await expect(room.books.refresh(room.booked, 0, room.expiries[0]!))
      .to.be.revertedWithCustomError(room.riskArrays, "RiskArrays_ExpiryPassed")
      .withArgs(room.expiries[0]);
  });

  it("explains a book by its legs", async () => {
    const room = await ready();
    await refreshAll(room);
    for (const isPut of [false, true]) {
      await room.move({
        market: 0,
        expiry: room.expiries[1]!,
        strikeCents: 300_000n,
        isPut,
        quantity: -(10n ** 8n),
      });
    }
    const portfolio = { account: room.booked, hasBook: true, cash: 0n, collateral: [], positionWords: [] };
    const [assessment, parts] = await room.riskEngine.explain(portfolio);
    expect(parts.length).to.equal(2);
    const marks = parts.reduce((sum, part) => sum + part.mark, 0n);
    expect(marks - assessment.equity < 1_000n && assessment.equity - marks < 1_000n).to.equal(true);
  });

  it("holds far more positions than an account without a book, and no more than its limit", async () => {
    const room = await ready();
    const add = (i: number) =>
      room.clearinghouse.movePosition(
        accountOf(room.stranger!.address, BigInt(i)),
        room.booked,
        instrumentOf({
          expiry: room.expiries[i % 4]!,
          strikeCents: 100_000n + 1_000n * BigInt(i),
          isPut: i % 2 === 1,
        }),
        WAD,
      );
    const limit = Number(await room.clearinghouse.MAX_BOOK_POSITIONS());
    expect(limit).to.equal(1_024);
    for (let i = 0; i < limit; i++) await add(i);
    expect((await room.clearinghouse.positionWords(room.booked)).length).to.equal(limit / 2);
    expect(await room.clearinghouse.bookLegCount(room.booked, room.expiries[0]! / hour)).to.equal(256n);
    await expect(add(limit))
      .to.be.revertedWithCustomError(room.clearinghouse, "Clearinghouse_TooManyPositions")
      .withArgs(room.booked, limit);
    expect(await room.clearinghouse.hasBook(room.booked)).to.equal(true);
  });

  it("takes records from its clearinghouse alone, is bound once, and opens for empty accounts only", async () => {
    const room = await ready();
    const instrument = instrumentOf({ expiry: room.expiries[0]!, strikeCents: 300_000n, isPut: false });
    await expect(room.books.record(room.booked, instrument, 0n, WAD))
      .to.be.revertedWithCustomError(room.books, "Books_NotClearinghouse")
      .withArgs(room.deployer!.address);
    await expect(room.books.bind(room.clearinghouse.target))
      .to.be.revertedWithCustomError(room.books, "Books_AlreadyBound")
      .withArgs(room.clearinghouse.target);
    const fresh = await ethers.deployContract("Books", [room.manager.target, room.riskArrays.target]);
    await expect(fresh.bind(ethers.ZeroAddress)).to.be.revertedWithCustomError(fresh, "Books_ZeroAddress");
    await expect(
      ethers.deployContract("Books", [room.manager.target, ethers.ZeroAddress]),
    ).to.be.revertedWithCustomError(fresh, "Books_ZeroAddress");
    await expect(room.clearinghouse.openBook(room.booked)).to.be.revertedWithCustomError(
      room.clearinghouse,
      "Clearinghouse_CannotOpenBook",
    );
    await room.move({
      market: 0,
      expiry: room.expiries[0]!,
      strikeCents: 300_000n,
      isPut: false,
      quantity: 1n,
    });
    await expect(room.clearinghouse.openBook(room.other)).to.be.revertedWithCustomError(
      room.clearinghouse,
      "Clearinghouse_CannotOpenBook",
    );
  });

  it("forgets an expiry whose last leg is gone", async () => {
    const room = await ready();
    await refreshAll(room);
    const leg = { market: 0, expiry: room.expiries[3]!, strikeCents: 300_000n, isPut: false, quantity: 5n };
    await room.move(leg);
    await room.move({ ...leg, quantity: -5n });
    expect(await room.clearinghouse.bookGroups(room.booked)).to.deep.equal([]);
    const [entries, words] = await room.books.read(room.booked);
    expect([...entries, ...words]).to.deep.equal([]);
    const [book] = await both(room, true);
    expect([book.equity, book.initialRequirement]).to.deep.equal([0n, 0n]);
  });
});
