import { type ContractTransactionReceipt, Interface } from "ethers";
import { type Connection, deployRisk, type Leg, packLegs, WAD } from "../../test/support/risk.ts";

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
  for (const shared of [false, true]) {
    for (const count of [16, 64, 128]) {
      const name = `margin.legs.${count}${shared ? ".callAndPutPerStrike" : ""}`;
      await (await holder.store(1_000_000n * WAD, packLegs(legsOf(risk.expiries, count, shared)))).wait();
      const receipt = await (await holder.judge(risk.riskEngine.target)).wait();
      figures[name] = judgedGas(receipt);
      if (!shared) figures[`${name}.transaction`] = Number(receipt?.gasUsed);
    }
  }
  figures["margin.perLeg"] = Math.round((figures["margin.legs.128"]! - figures["margin.legs.16"]!) / 112);
  return figures;
}
