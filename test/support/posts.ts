import {
  type ArrayReport,
  arrayReportHash,
  arraysDomain,
  buildArrayReport,
  signArrayReport,
} from "@ballast/sdk";
import { Interface, type Signer } from "ethers";
import * as pages from "../../packages/quant/src/exact/pages.ts";
import { type Connection, deployRisk } from "./risk.ts";

export const BOND = 1_000n * 10n ** 6n;
export const DAY = 86_400n;
const INSTALLER = 9n;

/** The risk room with array posts, two signers of which both must sign, and two posters with a bond for ten reports. */
export async function deployPosts(connection: Connection) {
  const { ethers } = connection;
  const [deployer, one, two, poster, other, anyone, treasury, stranger] = await ethers.getSigners();
  if (!deployer || !one || !two || !poster || !other || !anyone || !treasury || !stranger) {
    throw new Error("The network has too few accounts.");
  }
  const risk = await deployRisk(connection);
  const signers = [one, two].sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
  await risk.inputs.setSigners(
    signers.map((signer) => signer.address),
    2,
  );
  const cash = await ethers.deployContract("TestToken", [6]);
  const posts = await ethers.deployContract("ArrayPosts", [
    risk.riskArrays.target,
    risk.inputs.target,
    cash.target,
    treasury.address,
    BOND,
  ]);
  const selectors = ["install", "withdrawPage"].map(
    (name) => risk.riskArrays.interface.getFunction(name as "install").selector,
  );
  await (
    await risk.manager.getFunction("setTargetFunctionRole")(risk.riskArrays, selectors, INSTALLER)
  ).wait();
  await (await risk.manager.getFunction("grantRole")(INSTALLER, posts, 0)).wait();
  for (const holder of [poster, other]) {
    await cash.mint(holder.address, 10n * BOND);
    await cash.connect(holder).approve(posts, 10n * BOND);
    await posts.connect(holder).deposit(10n * BOND);
  }
  const domain = arraysDomain(Number((await ethers.provider.getNetwork()).chainId), await posts.getAddress());
  return {
    ...risk,
    ...{ connection, cash, posts, domain, signers, deployer, poster, other, anyone, treasury, stranger },
  };
}

export type Posts = Awaited<ReturnType<typeof deployPosts>>;

/** Strikes round 3,000 dollars, 50 apart [cents]. */
export const strikesOf = (count: number): bigint[] =>
  Array.from({ length: count }, (_, i) => 300_000n + 5_000n * BigInt(i - Math.floor(count / 2)));

/** Makes the arrays of an expiry current and returns the report of a page that the mirror computed. */
export async function reportOf(
  { riskArrays }: Posts,
  expiry: bigint,
  strikes: readonly bigint[] = strikesOf(16),
): Promise<ArrayReport> {
  await riskArrays.refresh(0, expiry, []);
  return buildArrayReport(
    riskArrays,
    0,
    Number(expiry),
    strikes.map((strike) => strike * 10n ** 16n),
  );
}

/** The report with the lowest bit of these entries' Greeks changed: a unit of delta. */
export function spoilt(report: ArrayReport, indexes: readonly number[]): ArrayReport {
  const entries = pages
    .decodePage(report.page)
    .map((entry, index) => (indexes.includes(index) ? { ...entry, greeks: entry.greeks ^ 1n } : entry));
  return { ...report, page: pages.encodePage(entries) };
}

/** Commits a report and returns its hash. */
export async function commit({ posts, poster }: Posts, report: ArrayReport, by: Signer = poster) {
  const hash = arrayReportHash(report);
  await (await posts.connect(by).commit(report.market, report.expiry, report.version, hash)).wait();
  return hash;
}

/** Posts a committed report with these signatures, or with everybody's. */
export async function post(
  { posts, poster, domain, signers }: Posts,
  report: ArrayReport,
  options: { readonly by?: Signer; readonly signatures?: readonly string[] } = {},
) {
  const signatures = options.signatures ?? (await signArrayReport(domain, report, signers));
  return posts.connect(options.by ?? poster).post(report, [...signatures]);
}

/** Indexes that are checked if the committed report is posted. */
export async function sampleOf({ posts, poster, connection }: Posts, report: ArrayReport): Promise<number[]> {
  const hash = arrayReportHash(report);
  const block = await connection.ethers.provider.getBlock(
    Number(await posts.committedAt(poster.address, hash)),
  );
  const entries = (report.page.length - 2) / 200;
  return (await posts.sampleOf(block?.hash ?? "", hash, entries)).map(Number);
}

/** Commits a report in a block whose hash spares `index`, and posts it: how a wrong entry gets in. */
export async function smuggle(room: Posts, report: ArrayReport, index: number) {
  for (let attempt = 0; attempt < 60; attempt++) {
    const snapshot = await room.connection.networkHelpers.takeSnapshot();
    await commit(room, report);
    if (!(await sampleOf(room, report)).includes(index)) return postedBy(room, await post(room, report));
    await snapshot.restore();
    await room.connection.networkHelpers.mine();
  }
  throw new Error("Every block hash asked for the wrong entry.");
}

/** Id, basis, page and page's contract of the post that a transaction made. */
export async function postedBy(
  { posts }: Pick<Posts, "posts">,
  sent: { wait(): Promise<{ readonly logs: readonly { topics: readonly string[]; data: string }[] } | null> },
) {
  const abi = new Interface(posts.interface.fragments);
  for (const log of (await sent.wait())?.logs ?? []) {
    const parsed = abi.parseLog(log);
    if (parsed?.name !== "ArraysPosted") continue;
    const { postId, basis, page, installed } = parsed.args;
    return {
      postId: BigInt(postId),
      basis: basis.toObject(true),
      page: String(page),
      installed: String(installed),
    };
  }
  throw new Error("Nothing was posted.");
}
