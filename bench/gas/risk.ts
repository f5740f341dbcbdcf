import { type ContractTransactionReceipt, Interface } from "ethers";
import { packSlice } from "../../packages/quant/src/exact/vol-surface.ts";
import { deployLedger } from "../../test/support/clearinghouse.ts";
import { type Connection, deployRisk, type Leg, packLegs, sliceOf, WAD } from "../../test/support/risk.ts";
import { measurePosts } from "./posts.ts";

const judged = new Interface(["event Judged(int256 equity, uint256 gas)"]);

/** `count` legs of market 0: every strike once (the dearest case), or each strike as a call and a put. */
function legsOf(expiries: readonly bigint[], count: number, shared: boolean): Leg[] {
  const legs: Leg[] = [];
  for (let i = 0; i < count; i++) {
    const slot = shared ? Math.floor(i / 2) : i;
    legs.push({
      market: 0,
      expiry: expiries[slot % expiries.length]!,
      strikeCents: 200_000n + 5_000n * BigInt(Math.floor(slot / expiries.length)),
      isPut: i % 2 === 1,
      quantity: (i % 3 === 0 ? -1n : 1n) * BigInt(10_000_000 + 1_000_000 * i),
    });
  }
  return legs;
}

function judgedGas(receipt: ContractTransactionReceipt | null): number {
  const log = receipt?.logs.map((entry) => judged.parseLog(entry)).find((entry) => entry !== null);
  if (!log) throw new Error("the margin check emitted nothing");
  return Number(log.args.gas);
}

/** A book of many series in eight expiries on a real ledger, current. */
export async function bookOf(connection: Connection, series: number) {
  const { ethers } = connection;
  const risk = await deployRisk(connection);
  const [deployer] = await ethers.getSigners();
  const usdc = await ethers.deployContract("TestToken", [6]);
  const clearinghouse = await deployLedger(ethers, risk.manager.target, usdc.target, risk.riskEngine.target);
  await risk.books.bind(clearinghouse.target);
  await clearinghouse.setVenue(deployer!.address, true);
  const account = BigInt(deployer!.address) << 96n;
  await clearinghouse.openBook(account);
  const spot = risk.spots[0]!;
  const later = risk.expiries.map((expiry) => expiry + 3n * 86_400n);
  for (const [i, expiry] of later.entries()) {
    const slice = packSlice(sliceOf(0.6 - 0.05 * i, expiry - risk.start, spot, risk.start));
    await risk.inputs.setSlice(0, expiry, slice, spot);
  }
  const expiries = [...risk.expiries, ...later];
  for (let i = 0; i < series; i++) {
    const slot = Math.floor(i / 8);
    const cents = 200_000n + 5_000n * BigInt(Math.floor(slot / 2));
    const instrument = ((expiries[i % 8]! / 3_600n) << 36n) | (cents << 4n) | BigInt(slot % 2);
    const quantity = (i % 3 === 0 ? -1n : 1n) * (WAD / 10n);
    await clearinghouse.movePosition(1n + BigInt(Math.floor(i / 100)), account, instrument, quantity);
  }
  for (const expiry of expiries) await (await risk.books.refresh(account, 0, expiry)).wait();
  const stale = await risk.books.staleGroups(account);
  if (stale.length !== 0) throw new Error(`${stale.length} expiries of the book are not current`);
  return { ...risk, clearinghouse, account };
}

/** The margin check of 500 series, storage cold. */
async function bookGas(connection: Connection): Promise<number> {
  const { ethers } = connection;
  const { riskEngine, account } = await bookOf(connection, 500);
  const holder = await ethers.deployContract("PortfolioHolder");
  return judgedGas(await (await holder.judgeBook(riskEngine.target, account)).wait());
}

/** Arrays and margin, as gas. Margin figures load the packed positions and judge them, storage cold. */
export async function measure(connection: Connection): Promise<Record<string, number>> {
  const { ethers } = connection;
  const figures: Record<string, number> = {};
  const risk = await deployRisk(connection);
  const holder = await ethers.deployContract("PortfolioHolder");
  let refreshed: readonly [number, bigint] | undefined;
  for (const expiry of risk.expiries) {
    const strikes = legsOf([expiry], 32, false).map((leg) => leg.strikeCents * 10n ** 16n);
    await (await risk.riskArrays.refresh(0, expiry, [])).wait();
    const receipt = await (await risk.riskArrays.refresh(0, expiry, strikes)).wait();
    refreshed = [strikes.length, receipt?.gasUsed ?? 0n];
  }
  figures["arrays.refresh.perStrike"] = Math.round(Number(refreshed?.[1]) / Number(refreshed?.[0]));
  // Sixteen legs lie in two expiries, more in four.
  const portfolios = [
    { name: "margin.legs.16", count: 16, expiries: 2, shared: false },
    { name: "margin.legs.16.fourExpiries", count: 16, expiries: 4, shared: false },
    { name: "margin.legs.64", count: 64, expiries: 4, shared: false },
    { name: "margin.legs.128", count: 128, expiries: 4, shared: false },
    { name: "margin.legs.16.callAndPutPerStrike", count: 16, expiries: 2, shared: true },
    { name: "margin.legs.64.callAndPutPerStrike", count: 64, expiries: 4, shared: true },
    { name: "margin.legs.128.callAndPutPerStrike", count: 128, expiries: 4, shared: true },
  ];
  for (const { name, count, expiries, shared } of portfolios) {
    const legs = legsOf(risk.expiries.slice(0, expiries), count, shared);
    await (await holder.store(1_000_000n * WAD, packLegs(legs))).wait();
    const receipt = await (await holder.judge(risk.riskEngine.target)).wait();
    figures[name] = judgedGas(receipt);
    if (!shared) figures[`${name}.transaction`] = Number(receipt?.gasUsed);
  }
  figures["margin.book.8expiries.500series"] = await bookGas(connection);
  figures["margin.perLeg"] = Math.round((figures["margin.legs.128"]! - figures["margin.legs.64"]!) / 64);
  return { ...figures, ...(await measurePosts(connection)) };
}
