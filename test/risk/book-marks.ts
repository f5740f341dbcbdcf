import { expect } from "chai";
import { network } from "hardhat";
import { packSlice } from "../../packages/quant/src/exact/vol-surface.ts";
import { bookRoom, field, groupOf, hour, refreshAll, signed, strikesOf } from "../support/books.ts";
import { sliceOf, WAD } from "../support/risk.ts";

const connection = await network.create();

describe("Marks of books", () => {
  it("marks a book as margin does, and says which groups have to be valued by their legs", async () => {
    const room = await bookRoom(connection);
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
});
