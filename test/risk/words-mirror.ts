import { expect } from "chai";
import { network } from "hardhat";
import * as parts from "../../packages/quant/src/exact/book-parts.ts";
import * as mirror from "../../packages/quant/src/exact/book-words.ts";
import * as nodeGrid from "../../packages/quant/src/exact/node-grid.ts";
import { bookRoom, field, groupOf, hour, openLegs, strikesOf } from "../support/books.ts";
import { seeded } from "../support/random.ts";
import { mirrorMarket, WAD } from "../support/risk.ts";

const connection = await network.create();
const next = seeded(661);
const below = (limit: bigint): bigint => (limit * BigInt(Math.floor(next() * 2 ** 50))) >> 50n;
const signed = (limit: bigint): bigint => below(2n * limit) - limit;
/** Any word: lanes, version and exponent. */
const word = (): bigint =>
  Array.from({ length: 8 }, () => BigInt(Math.floor(next() * 2 ** 32))).reduce(
    (all, part) => (all << 32n) | part,
  );

/** A book of random strikes, with scalars of about as many bits as its words have room for. */
function someBook() {
  const size = 1n << BigInt(8 + Math.floor(next() * 46));
  const strikes = Array.from(
    { length: 1 + Math.floor(next() * 4) },
    () => [word(), word(), signed(size)] as const,
  );
  const near = (bits: number): bigint => below(1n << BigInt(bits - Math.floor(next() * 8)));
  const scalars = {
    quantity: signed(near(62) + 1n),
    putQuantity: signed(near(62) + 1n),
    putStrike: signed(near(126) + 1n),
    longMark: near(112),
    grossVega: near(88),
    forward: near(56),
  };
  // Now and then a field is beyond its bits.
  if (next() < 0.15) scalars.longMark += 1n << 112n;
  if (next() < 0.1) scalars.quantity = (next() < 0.5 ? 1n : -1n) << 63n;
  const book: parts.BookSums = { ...scalars, cells: nodeGrid.emptySums() };
  for (const [a, b, quantity] of strikes) nodeGrid.add(book.cells, a, b, quantity);
  return { book, strikes, scalars };
}

describe("Words of books: the mirror in BigInt", () => {
  it("packs, adds and takes out random books as the contract, and refuses what does not fit", async () => {
    const harness = await connection.ethers.deployContract("BookHarness");
    let total = mirror.emptyTotal();
    const kept: parts.BookSums[] = [];
    const seen = { fits: 0, unfit: 0, joined: 0, refused: 0, taken: 0 };
    for (let run = 0; run < 250; run++) {
      const { book, strikes, scalars } = someBook();
      const empty = { ...scalars, cells: new Array<bigint>(14).fill(0n) };
      const [fits, words] = await harness.packed(
        strikes.map(([a]) => a),
        strikes.map(([, b]) => b),
        strikes.map(([, , quantity]) => quantity),
        empty,
      );
      expect(mirror.fits(book)).to.equal(fits);
      if (!fits) {
        seen.unfit++;
        expect(mirror.tryJoin(total, book)).to.equal(false);
        continue;
      }
      seen.fits++;
      const packed = mirror.packBook(book);
      expect(packed).to.deep.equal([...words]);
      const isExact = book.cells.grossA < nodeGrid.MAX_GROSS && book.cells.grossB < nodeGrid.MAX_GROSS;
      if (isExact) expect(mirror.unpackBook(packed)).to.deep.equal(book);
      const fixed = packed as unknown as Parameters<typeof harness.take>[0];
      const joined = await harness.tryJoin.staticCall(fixed);
      await harness.tryJoin(fixed);
      expect(mirror.tryJoin(total, mirror.unpackBook(packed))).to.equal(joined);
      if (joined) kept.push(book);
      seen[joined ? "joined" : "refused"]++;
      const removed = next() < 0.6 ? kept.pop() : undefined;
      if (removed) {
        await harness.take(mirror.packBook(removed) as unknown as typeof fixed);
        mirror.join(total, removed, -1n);
        seen.taken++;
      }
      const stored = [...(await harness.totalWords())];
      expect(mirror.packTotal(total)).to.deep.equal(stored);
      total = mirror.unpackTotal(stored);
      expect(mirror.packTotal(total)).to.deep.equal(stored);
      const reference = 1n + below(1n << 60n);
      expect(await harness.grossVegaIn(reference)).to.equal(mirror.grossVegaIn(total, reference));
    }
    for (const [what, count] of Object.entries(seen)) expect(count, what).to.be.greaterThan(5);
  });

  it("reads the same sensitivities off random words, before and after a trade", async () => {
    const harness = await connection.ethers.deployContract("BookHarness");
    let curved = 0;
    for (let run = 0; run < 120; run++) {
      const small = () => {
        const book: parts.BookSums = {
          ...parts.emptyBook(10n ** 11n + below(10n ** 12n)),
          cells: nodeGrid.emptySums(),
        };
        for (let i = 0; i < 3; i++) nodeGrid.add(book.cells, word(), word(), signed(10n ** 12n));
        book.quantity = signed(10n ** 13n);
        book.putQuantity = signed(10n ** 13n);
        return book;
      };
      const [one, other] = [small(), small()];
      const total = mirror.emptyTotal();
      for (const book of [one, other]) expect(mirror.tryJoin(total, book)).to.equal(true);
      const words = mirror.packTotal(total);
      await harness.setTotal(words as unknown as Parameters<typeof harness.setTotal>[0]);
      const packed = mirror.packBook(one);
      const part = packed as unknown as Parameters<typeof harness.take>[0];
      const strike = [word(), word()] as const;
      const quantity = signed(10n ** 12n);
      const isPut = next() < 0.5;
      const grid = {
        referenceSpot: 10n ** 11n + below(10n ** 13n),
        driftLimit: (1n + below(5n * 10n ** 7n)) * 10n ** 9n,
      };
      const gridWord = grid.referenceSpot | (1n << 64n) | ((grid.driftLimit / 10n ** 9n) << 160n);
      const spot = (grid.referenceSpot * 10n ** 10n * (950n + below(100n))) / 1_000n;
      const forward = below(10n ** 13n);
      const [before, after, group] = await harness.risks.staticCall(
        part,
        [...strike],
        quantity,
        isPut,
        forward,
        gridWord,
        spot,
      );
      const sums = mirror.riskSums(words);
      const own = mirror.groupRiskSums(packed);
      const traded = mirror.addRisk(mirror.takeRisk(sums, own), strike, quantity, isPut, forward);
      const plain = ({ vega, gamma, delta }: typeof before) => ({ vega, gamma, delta });
      expect(plain(before)).to.deep.equal(mirror.riskOf(sums, grid, spot));
      expect(plain(after)).to.deep.equal(mirror.riskOf(traded, grid, spot));
      const { vega, calls, puts } = group;
      expect({ vega, calls, puts }).to.deep.equal(mirror.groupRiskOf(own, grid.referenceSpot));
      if (before.gamma !== 0n && before.delta !== after.delta) curved++;
    }
    expect(curved).to.be.greaterThan(100);
  });
});

describe("Books: the mirror of what they store", () => {
  it("has the words of every part and total, and what a trade changes, from the legs alone", async () => {
    const room = await bookRoom(connection);
    const computed = new Map<bigint, bigint>();
    for (const expiry of room.expiries) {
      await room.riskArrays.refresh(
        0,
        expiry,
        strikesOf(0).map((cents) => cents * 10n ** 16n),
      );
      computed.set(expiry, BigInt(await room.networkHelpers.time.latest()));
    }
    const reference = 3_000n * 10n ** 8n;
    const arraysOf = (expiry: bigint, version: bigint) => {
      const now = computed.get(expiry) ?? 0n;
      const base = 3_000n * WAD;
      const alive = mirrorMarket(room, 0, { computedAt: now, now, spot: base, base, version }).expiry(expiry);
      if (!alive.alive) throw new Error("An expiry is over.");
      return { referenceSpot: reference, forward: alive.header.forward, words: alive.words };
    };
    let compared = 0;
    for (let run = 0; run < 25; run++) {
      await room.move({
        market: 0,
        expiry: room.expiries[Math.floor(next() * 4)] ?? 0n,
        strikeCents: strikesOf(0)[Math.floor(next() * 9)] ?? 0n,
        isPut: next() < 0.5,
        quantity: signed(5n * 10n ** 9n) || 1n,
      });
      const legs = await openLegs(room);
      const total = mirror.emptyTotal();
      const entries = await room.books.entriesOf(room.booked);
      const [, words] = await room.books.read(room.booked);
      for (const entry of entries) {
        const group = field(entry, 0n, 28n);
        const expiry = field(group, 0n, 20n) * hour;
        const book = parts.bookOf(
          arraysOf(expiry, entry >> 28n),
          legs.filter((leg) => leg.expiry === expiry),
        );
        expect(mirror.packBook(book)).to.deep.equal([...(await room.books.partOf(room.booked, group))]);
        expect(mirror.tryJoin(total, book)).to.equal(true);
        compared++;
      }
      // Market zero, good, and something of it counts.
      expect([1n << 16n, ...mirror.packTotal(total)]).to.deep.equal([...words]);
      const spot = (3_000n * WAD * (995n + below(10n))) / 1_000n;
      const expiry = room.expiries[run % 4] ?? 0n;
      const entry = entries.find((one) => field(one, 0n, 28n) === groupOf(0, expiry));
      if (entry === undefined) continue;
      const cents = strikesOf(0)[run % 9] ?? 0n;
      const steps = signed(10n ** 9n) || 1n;
      const instrument = (groupOf(0, expiry) << 36n) | (cents << 4n) | 1n;
      const change = await room.books.changeOf(room.booked, 0, spot, [instrument], [steps * 10n ** 10n]);
      const { forward, words: wordsOf } = arraysOf(expiry, entry >> 28n);
      const before = mirror.riskSums([...words].slice(1));
      const after = mirror.addRisk(before, wordsOf(cents), steps, true, forward);
      const { grid } = mirrorMarket(room, 0, { computedAt: 0n, now: 0n });
      const scaled = { referenceSpot: grid.referenceSpot, driftLimit: grid.driftLimit * 10n ** 9n };
      const plain = ({ vega, gamma, delta }: typeof change.afterwards) => ({ vega, gamma, delta });
      expect(plain(change.beforehand)).to.deep.equal(mirror.riskOf(before, scaled, spot));
      expect(plain(change.afterwards)).to.deep.equal(mirror.riskOf(after, scaled, spot));
    }
    expect(compared).to.be.greaterThan(40);
  });
});
