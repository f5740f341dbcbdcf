import { type SliceReport, SURFACE_REPORT_TYPES, type SurfaceReport, surfaceDomain, WAD } from "@ballast/sdk";
import accessManager from "@openzeppelin/contracts/build/contracts/AccessManager.json" with { type: "json" };
import { expect } from "chai";
import { Wallet } from "ethers";
import { network } from "hardhat";

const ZERO = "0x0000000000000000000000000000000000000000";
const HOUR = 3_600;
const YEAR = 365 * 86_400;
const LIVE = 2_000n;

/** What a smile is made of, as a calibrator would state it. */
export interface Smile {
  readonly expiry: number;
  /** At-the-money volatility. */
  readonly volatility: number;
  /** Forward over spot; 1 unless given. */
  readonly basis?: number;
  /** -0.25 unless given. */
  readonly rho?: number;
  /** psi over the root of theta; 0.9 unless given. */
  readonly slope?: number;
}

/** A number in wads, cut to `unit`. */
export function stepped(value: number, unit: bigint): bigint {
  return ((BigInt(Math.round(value * 1e12)) * 10n ** 6n) / unit) * unit;
}

/** A slice calibrated at `timestamp` to a spot of `dollars`. */
export function sliceOf(smile: Smile, timestamp: number, dollars = LIVE): SliceReport {
  const theta = (smile.volatility ** 2 * (smile.expiry - timestamp)) / YEAR;
  return {
    expiry: smile.expiry,
    forward: stepped(Number(dollars) * (smile.basis ?? 1), 10n ** 10n),
    theta: stepped(theta, 10n ** 6n),
    psi: stepped((smile.slope ?? 0.9) * Math.sqrt(theta), 10n ** 6n),
    rho: stepped(smile.rho ?? -0.25, 10n ** 9n),
  };
}

/** A surface feed with four signers, two of whom must sign, beside a live price of 2,000 USD that never ages. */
export async function surfaceRoom() {
  const { ethers, networkHelpers } = await network.create({
    network: "hardhat",
    override: { initialDate: "2030-01-01T00:30:00Z" },
  });
  const { time, takeSnapshot } = networkHelpers;
  const [deployer] = await ethers.getSigners();
  const manager = await new ethers.ContractFactory(
    accessManager.abi,
    accessManager.bytecode,
    deployer,
  ).deploy(deployer!.address);
  const aggregator = await ethers.deployContract("FaultyAggregator");
  const priceFeed = await ethers.deployContract("ChainlinkPriceFeed", [
    {
      aggregator: aggregator.target,
      sequencerFeed: ZERO,
      tradingAge: 2 ** 31,
      liquidationAge: 2 ** 31,
      sequencerGrace: 0,
      minimum: WAD,
      maximum: 1_000_000n * WAD,
      jumpLimit: 0,
    },
  ]);
  const router = await ethers.deployContract("PriceRouter", [manager.target]);
  for (const market of [0, 1]) await router.setFeed(market, priceFeed.target);
  const feed = await ethers.deployContract("SurfaceFeed", [manager.target, router.target]);
  const wallets = [1, 2, 3, 4]
    .map((n) => new Wallet(`0x${n.toString(16).padStart(64, "0")}`))
    .sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
  for (const { address } of wallets) await feed.setSigner(address, true);
  await feed.setThreshold(2);
  const chainId = Number((await ethers.provider.getNetwork()).chainId);
  const setSpot = async (dollars: bigint) => aggregator.push(1, dollars * 10n ** 8n, await time.latest(), 1);
  await setSpot(LIVE);

  const sign = (
    report: SurfaceReport,
    signers: readonly Wallet[] = wallets.slice(0, 2),
    domain = surfaceDomain(chainId, String(feed.target)),
  ) => Promise.all(signers.map((one) => one.signTypedData(domain, SURFACE_REPORT_TYPES, report)));

  /** Posts in a block of the report's own time, or `delay` seconds later. */
  const send = async (report: SurfaceReport, delay = 0, signatures?: readonly string[]) => {
    const signed = signatures ?? (await sign(report));
    await time.setNextBlockTimestamp(report.timestamp + delay);
    return feed.post({ ...report, slices: [...report.slices] }, [...signed], { gasLimit: 12_000_000 });
  };

  const reportOf = (
    timestamp: number,
    smiles: readonly Smile[],
    changes: Partial<SurfaceReport> = {},
  ): SurfaceReport => ({
    market: 0,
    timestamp,
    spot: LIVE * WAD,
    slices: smiles.map((smile) => sliceOf(smile, timestamp)),
    ...changes,
  });

  const refuses = (attempt: Promise<unknown>, error: string) =>
    expect(attempt).to.be.revertedWithCustomError(feed, error);

  const start = Math.ceil((await time.latest()) / HOUR) * HOUR;
  const days = (count: number) => start + count * 24 * HOUR;
  return {
    ethers,
    time,
    takeSnapshot,
    feed,
    aggregator,
    wallets,
    chainId,
    sign,
    send,
    reportOf,
    refuses,
    setSpot,
    start,
    days,
  };
}
