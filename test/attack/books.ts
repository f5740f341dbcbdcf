import { expect } from "chai";
import { network } from "hardhat";
import * as pages from "../../packages/quant/src/exact/pages.ts";
import { exactBasis } from "../../packages/sdk/src/arrays.ts";
import { deployLedger } from "../support/clearinghouse.ts";
import { deployRisk } from "../support/risk.ts";

const connection = await network.create();
const { ethers } = connection;
const HOUR = 3_600n;
const CENT = 10n ** 16n;
const accountOf = (owner: string, sub: bigint): bigint => (BigInt(owner) << 96n) | sub;

async function ready() {
  const risk = await deployRisk(connection);
  const [deployer, stranger] = await ethers.getSigners();
  if (!deployer || !stranger) throw new Error("Too few accounts.");
  const usdc = await ethers.deployContract("TestToken", [6]);
  const ledger = await deployLedger(ethers, risk.manager.target, usdc.target, risk.riskEngine.target);
  await risk.books.bind(ledger.target);
  await ledger.setVenue(deployer.address, true);
  const [booked, other] = [accountOf(deployer.address, 1n), accountOf(stranger.address, 0n)];
  await ledger.openBook(booked);
  const expiry = risk.expiries[1]!;
  const move = async (cents: bigint, isPut: boolean, quantity: bigint) =>
    ledger.movePosition(
      other,
      booked,
      ((expiry / HOUR) << 36n) | (cents << 4n) | (isPut ? 1n : 0n),
      quantity * 10n ** 10n,
    );
  const verdicts = async () => {
    const held = { account: booked, cash: 0n, collateral: [] };
    const words = [...(await ledger.bookLegs(booked, expiry / HOUR))];
    return Promise.all([
      risk.riskEngine.assessAnyway({ ...held, hasBook: true, positionWords: [] }),
      risk.riskEngine.assessAnyway({ ...held, hasBook: false, positionWords: words }),
    ]);
  };
  /** Installs a page of these strikes, with the centre lane of word B, where marks are read, raised or not. */
  const install = async (strikes: readonly bigint[], raised: bigint) => {
    const [grid, [header, shocks, slice]] = await Promise.all([
      risk.riskArrays.gridOf(0),
      risk.riskArrays.basisOf(0, expiry),
    ]);
    const basis = exactBasis({ grid, header, shocks, slice, expiry });
    const entries = strikes.map((cents) => {
      const entry = pages.entryOf(basis, cents);
      return { ...entry, wordB: entry.wordB + (raised << 192n) };
    });
    await risk.riskArrays.install(0, expiry, shocks.version, pages.encodePage(entries));
  };
  return { ...risk, ledger, booked, expiry, move, verdicts, install };
}

const firsts = [280_000n, 290_000n, 300_000n, 310_000n];
const late = 305_000n;

describe("A book against pages that change under it", () => {
  it("lets a position go although a wrong page was put over the words it was added with", async () => {
    const { riskArrays, move, verdicts, install, expiry, books, booked } = await ready();
    await riskArrays.refresh(
      0,
      expiry,
      firsts.map((cents) => cents * CENT),
    );
    await riskArrays.refresh(0, expiry, [late * CENT]);
    await move(late, false, 10n ** 9n);
    await move(280_000n, true, -(10n ** 8n));
    expect((await verdicts())[0]).to.deep.equal((await verdicts())[1]);
    await install([late], 1_000n);
    await move(late, false, -(10n ** 9n));
    expect((await verdicts())[0]).to.deep.equal((await verdicts())[1]);
    await books.refreshAll(booked);
    expect((await verdicts())[0]).to.deep.equal((await verdicts())[1]);
  });

  it("stays the sum of its legs when a posted page displaces the strikes it was summed from", async () => {
    const { riskArrays, move, verdicts, install, expiry, books, booked } = await ready();
    const filling = Array.from({ length: 238 }, (_, i) => 400_000n + 100n * BigInt(i));
    const full = [...firsts.slice(0, 2), ...filling].map((cents) => cents * CENT);
    for (const from of [0, 120]) await riskArrays.refresh(0, expiry, full.slice(from, from + 120));
    await move(280_000n, true, 5n * 10n ** 8n);
    await move(290_000n, false, -(10n ** 8n));
    expect(await books.staleGroups(booked)).to.deep.equal([]);
    await install([300_000n], 0n);
    expect((await riskArrays.words(0, expiry, 280_000n * CENT))[2]).to.equal(false);
    expect((await verdicts())[0]).to.deep.equal((await verdicts())[1]);
    await move(280_000n, false, 3n * 10n ** 8n);
    expect((await verdicts())[0]).to.deep.equal((await verdicts())[1]);
    await books.refreshAll(booked);
    expect(await books.staleGroups(booked)).to.deep.equal([]);
    expect((await verdicts())[0]).to.deep.equal((await verdicts())[1]);
  });
});
