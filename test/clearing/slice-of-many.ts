import { accountId, instrumentId } from "@ballast/sdk";
import { expect } from "chai";
import { funded } from "../support/ledger.ts";
import { seeded } from "../support/random.ts";
import { WAD } from "../support/risk.ts";

const STEP = 10n ** 10n;

/** The ledger with accounts of its venue that hold many series. */
async function many() {
  const all = await funded();
  const { ledger, venue, deployer, risk } = all;
  const by = ledger.connect(venue);
  const series = (i: number) =>
    instrumentId({
      market: 0,
      expiry: Number(risk.expiries[i % 4]),
      strike: BigInt(1_000 + 10 * Math.floor(i / 8)) * WAD,
      kind: i % 8 < 4 ? "call" : "put",
    });
  const held = async (account: bigint, count: number) =>
    Promise.all(Array.from({ length: count }, (_, i) => ledger.positionOf(account, series(i))));
  /** An account with given quantities of the first series [1e-8]. */
  const open = async (sub: bigint, quantities: readonly bigint[]) => {
    const account = accountId(deployer.address, sub);
    for (const [i, quantity] of quantities.entries()) {
      const maker = accountId(deployer.address, 7n + (BigInt(i) << 32n));
      if (quantity !== 0n) await by.movePosition(maker, account, series(i), quantity * STEP);
    }
    return account;
  };
  return { ...all, by, open, held };
}

describe("Clearinghouse: a slice of many positions", () => {
  it("moves the truncated share of each, and what is left, added to what the receiver has, however they overlap", async () => {
    const { by, open, held, ledger } = await many();
    const next = seeded(91);
    const size = (): bigint =>
      next() < 0.3 ? 0n : BigInt(Math.ceil(10 ** (next() * 9))) * (next() < 0.5 ? 1n : -1n);
    for (let trial = 0; trial < 12; trial++) {
      const count = 1 + Math.floor(next() * 24);
      const [mine, theirs] = [Array.from({ length: count }, size), Array.from({ length: count }, size)];
      const from = await open(BigInt(100 + 2 * trial), mine);
      const to = await open(BigInt(101 + 2 * trial), theirs);
      const fraction = trial % 4 === 0 ? WAD : BigInt(Math.ceil(next() * 1e9)) * 10n ** 9n;
      // The last trial but one of each four closes what the receiver has of the other sign.
      const moved = mine.map((units) => (units * fraction) / WAD);
      await by.moveSlice(from, to, fraction);
      expect(await held(from, count)).to.deep.equal(mine.map((units, i) => (units - moved[i]!) * STEP));
      expect(await held(to, count)).to.deep.equal(theirs.map((units, i) => (units + moved[i]!) * STEP));
      const words = await ledger.positionWords(to);
      const left = theirs.filter((units, i) => units + moved[i]! !== 0n).length;
      expect(words.length).to.equal(Math.ceil(left / 2));
    }
  });

  it("leaves nothing of positions that cancel", async () => {
    const { by, open, ledger } = await many();
    const from = await open(1n, [5n, -7n, 9n]);
    const to = await open(2n, [-5n, 7n, -9n]);
    await by.moveSlice(from, to, WAD);
    expect([...(await ledger.positionWords(from)), ...(await ledger.positionWords(to))]).to.deep.equal([]);
  });

  it("is refused only if the receiver would hold too many in the end", async () => {
    const { by, open, ledger, held } = await many();
    const full = Array.from({ length: 128 }, (_, i) => BigInt(i + 1));
    const to = await open(1n, full);
    const more = await open(2n, [...full.map(() => 0n), 1n]);
    await expect(by.moveSlice(more, to, WAD)).to.be.revertedWithCustomError(
      ledger,
      "Clearinghouse_TooManyPositions",
    );
    const swap = await open(3n, [-1n, ...full.slice(1).map(() => 0n), 4n]);
    await by.moveSlice(swap, to, WAD);
    expect((await held(to, 129)).filter((quantity) => quantity !== 0n).length).to.equal(128);
  });

  it("costs the same for each position, however many there are", async () => {
    const { by, open } = await many();
    const gas = async (count: number, sub: bigint) => {
      const from = await open(
        sub,
        Array.from({ length: count }, () => 2n),
      );
      const to = await open(
        sub + 1n,
        Array.from({ length: count }, () => 2n),
      );
      return Number((await (await by.moveSlice(from, to, WAD / 2n)).wait())!.gasUsed);
    };
    const [some, twice, four] = [await gas(16, 10n), await gas(32, 20n), await gas(64, 30n)];
    expect((four - twice) / (2 * (twice - some))).to.be.within(0.8, 1.15);
  });
});
