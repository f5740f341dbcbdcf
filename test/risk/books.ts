import { expect } from "chai";
import { network } from "hardhat";
import {
  accountOf,
  bookRoom,
  both,
  expectTotals,
  field,
  groupOf,
  hour,
  instrumentOf,
  openLegs,
  refreshAll,
  settle,
  strikesOf,
} from "../support/books.ts";
import { seeded } from "../support/random.ts";
import { WAD } from "../support/risk.ts";

const connection = await network.create();
const { ethers, networkHelpers } = connection;

describe("Books", () => {
  it("equals the sum of its legs after any sequence of trades, refreshes, moves of the grid and settlements", async () => {
    const room = await bookRoom(connection);
    const next = seeded(77);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
    await refreshAll(room);
    let [current, stale, expired, mixed, empty, postponed] = [0, 0, 0, 0, 0, 0];
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
      if ((await room.books.waitingGroups(room.booked)).length > 1) postponed++;
    }
    const seen = [current, stale, expired, mixed, empty, postponed];
    expect(
      seen.every((count, i) => count > [20, 10, 5, 10, 0, 20][i]!),
      seen.join(" "),
    ).to.equal(true);
  });

  it("lets four changes wait, whoever reads, and sums the fifth with what waits of its expiry", async () => {
    const room = await bookRoom(connection);
    await refreshAll(room);
    const group = (index: number) => groupOf(0, room.expiries[index]!);
    const move = async (index: number, strike: number, quantity: bigint, isPut = false) => {
      const expiry = room.expiries[index]!;
      await room.move({ market: 0, expiry, strikeCents: strikesOf(0)[strike]!, isPut, quantity });
      const [book, legs] = await both(room, false);
      expect(book).to.deep.equal(legs);
      await expectTotals(room);
    };
    const waiting = () => room.books.waitingGroups(room.booked);
    const size = 10n ** 8n;
    // What opens an expiry is summed; so is what is too large to wait.
    for (const index of [0, 1]) await move(index, 0, size);
    expect(await waiting()).to.deep.equal([]);
    await move(0, 1, 1n << 36n);
    expect(await waiting()).to.deep.equal([]);
    // Changes of a strike's call and put wait as one.
    for (const isPut of [false, true, false]) await move(0, 2, -size, isPut);
    await move(1, 2, size);
    await move(0, 0, -size / 2n);
    await move(0, 3, size, true);
    expect(await waiting()).to.deep.equal([group(0), group(1)]);
    await move(0, 4, size);
    expect(await waiting()).to.deep.equal([group(1)]);
    // Closing a leg that is in the book and in what waits.
    await move(1, 2, -size);
    await move(1, 0, -size / 4n);
    const before = await both(room, false);
    expect(await room.books.refreshAll.staticCall(room.booked)).to.equal(1n);
    await room.books.refreshAll(room.booked);
    expect(await waiting()).to.deep.equal([]);
    expect(await both(room, false)).to.deep.equal(before);
    await expectTotals(room);
    await move(1, 0, (-3n * size) / 4n);
    expect(await waiting()).to.deep.equal([]);
    expect((await room.books.entriesOf(room.booked)).map((entry) => field(entry, 0n, 28n))).to.deep.equal([
      group(0),
    ]);
  });

  it("forgets what was found of its expiries when arrays move, are given up or grow old", async () => {
    const room = await bookRoom(connection);
    await refreshAll(room);
    for (const index of [0, 1])
      await room.move({
        market: 0,
        expiry: room.expiries[index]!,
        strikeCents: strikesOf(0)[0]!,
        isPut: false,
        quantity: 10n ** 8n,
      });
    /** Whether something counts, and which expiries do not. */
    const read = async () => {
      const [apart, [head]] = await room.books.read(room.booked);
      const expiryOf = (entry: bigint) => room.expiries.indexOf(field(entry, 0n, 20n) * 3_600n);
      return { counts: field(head!, 8n, 9n) === 1n << 8n, apart: apart.map(expiryOf) };
    };
    await room.books.refreshAll(room.booked);
    expect(await read()).to.deep.equal({ counts: true, apart: [] });
    let snapshot = await networkHelpers.takeSnapshot();
    // One expiry's arrays move, the book does not.
    await room.inputs.setSpot(0, 3_031n * WAD, 0);
    await room.riskArrays.refresh(0, room.expiries[0]!, []);
    expect(await read()).to.deep.equal({ counts: false, apart: [0, 1] });
    await snapshot.restore();
    snapshot = await networkHelpers.takeSnapshot();
    // A leg in an expiry more, whose strike the arrays do not have.
    await room.move({
      market: 0,
      expiry: room.expiries[2]!,
      strikeCents: 301_234n,
      isPut: true,
      quantity: -(10n ** 8n),
    });
    expect(await read()).to.deep.equal({ counts: true, apart: [2] });
    const [book, legs] = await both(room, true);
    expect(book).to.deep.equal(legs);
    await snapshot.restore();
    const { ageLimit } = await room.riskArrays.gridOf(0);
    await networkHelpers.time.increase(ageLimit + 1n);
    expect(await read()).to.deep.equal({ counts: false, apart: [0, 1] });
  });

  it("keeps room in a total for what waits, whatever other expiries add to it", async () => {
    const room = await bookRoom(connection);
    await refreshAll(room);
    const cents = 300_000n;
    const move = (index: number, quantity: bigint) =>
      room.move({ market: 0, expiry: room.expiries[index]!, strikeCents: cents, isPut: false, quantity });
    await move(0, -1n);
    await move(0, -(1n << 35n));
    expect(await room.books.waitingGroups(room.booked)).to.deep.equal([groupOf(0, room.expiries[0]!)]);
    const sizes = await Promise.all(
      [1, 2].map(async (index) => {
        const [a] = await room.riskArrays.words(0, room.expiries[index]!, cents * 10n ** 16n);
        return ((1n << 63n) - (1n << (a >> 252n))) >> (a >> 252n);
      }),
    );
    for (const index of [1, 2]) await move(index, -sizes[index - 1]!);
    const portfolio = { account: room.booked, hasBook: true, cash: 0n, collateral: [], positionWords: [] };
    await expect(room.riskEngine.assessAnyway(portfolio)).to.be.revertedWithCustomError(
      room.riskArrays,
      "RiskArrays_QuantityTooLarge",
    );
    for (const index of [1, 2]) await move(index, sizes[index - 1]! - 1n);
    const [book, legs] = await both(room, true);
    expect(book).to.deep.equal(legs);
  });

  it("gives back the places of what waits in an expiry that has passed", async () => {
    const room = await bookRoom(connection);
    await refreshAll(room);
    const move = (index: number, strike: number, quantity: bigint) =>
      room.move({
        market: 0,
        expiry: room.expiries[index]!,
        strikeCents: strikesOf(0)[strike]!,
        isPut: false,
        quantity,
      });
    for (const index of [0, 1]) await move(index, 0, 10n ** 8n);
    for (const strike of [1, 2, 3, 4]) await move(0, strike, -(10n ** 7n));
    await networkHelpers.time.increaseTo(room.expiries[0]!);
    await room.inputs.setFixing(0, room.expiries[0]!, 3_000n * WAD);
    await refreshAll(room);
    const before = await both(room, true);
    expect(before[0]).to.deep.equal(before[1]);
    await room.books.refreshAll(room.booked);
    expect(await room.books.waitingGroups(room.booked)).to.deep.equal([]);
    const [book, legs] = await both(room, true);
    expect(book).to.deep.equal(legs);
  });

  it("needs no leg's words while it is current, and says which strike is stale when it is not", async () => {
    const room = await bookRoom(connection);
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

  it("leaves out of a total what would not fit it, until it does", async () => {
    const room = await bookRoom(connection);
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
      const entries = await room.books.entriesOf(room.booked);
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
    const room = await bookRoom(connection);
    await networkHelpers.time.increaseTo(room.expiries[0]!);
    await expect(room.books.refresh(room.booked, 0, room.expiries[0]!))
      .to.be.revertedWithCustomError(room.riskArrays, "RiskArrays_ExpiryPassed")
      .withArgs(room.expiries[0]);
  });

  it("explains a book by its legs", async () => {
    const room = await bookRoom(connection);
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
    const room = await bookRoom(connection);
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
    const room = await bookRoom(connection);
    const instrument = instrumentOf({ expiry: room.expiries[0]!, strikeCents: 300_000n, isPut: false });
    await expect(room.books.record(room.booked, instrument, 0n, WAD, 0n))
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
    const room = await bookRoom(connection);
    await refreshAll(room);
    const leg = { market: 0, expiry: room.expiries[3]!, strikeCents: 300_000n, isPut: false, quantity: 5n };
    await room.move(leg);
    await room.move({ ...leg, quantity: -5n });
    expect(await room.clearinghouse.bookGroups(room.booked)).to.deep.equal([]);
    const entries = await room.books.entriesOf(room.booked);
    const [apart, words] = await room.books.read(room.booked);
    expect([...entries, ...apart, ...words]).to.deep.equal([]);
    const [book] = await both(room, true);
    expect([book.equity, book.initialRequirement]).to.deep.equal([0n, 0n]);
  });
});
