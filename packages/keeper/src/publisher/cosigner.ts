import { pages, volSurface } from "@ballast/quant/exact";
import {
  ARRAY_REPORT_TYPES,
  type ArrayReport,
  arraysDomain,
  type Ballast,
  buildArrayReport,
  readPrice,
  SURFACE_REPORT_TYPES,
  type SurfaceReport,
  surfaceDomain,
  WAD,
} from "@ballast/sdk";
import { type Signer, TypedDataEncoder } from "ethers";
import type { SurfaceSlice, SurfaceSource } from "../task.ts";
import type { PublisherJournal } from "./journal.ts";
import { type OwnView, reviewSurface, type Tolerances } from "./review.ts";
import { type LeftOut, type ShapedSurface, shapeAround } from "./shape.ts";

/** What a signer answers: a signature, or why there is none. */
export type Answer = { readonly signature: string } | { readonly objections: readonly string[] };

/** Somebody whose signature counts, wherever they are. */
export interface Cosigner {
  /** For people: an address, or where it is reached. */
  readonly name: string;
  /** Address that it signs with. */
  address(): Promise<string>;
  signSurface(report: SurfaceReport): Promise<Answer>;
  signArrays(report: ArrayReport): Promise<Answer>;
}

/** What a signer works with. Its source and its node should be its own: it is there to disagree. */
export interface CosignerParts {
  readonly signer: Signer;
  readonly ballast: Ballast;
  readonly source: SurfaceSource;
  readonly journal: PublisherJournal;
  readonly tolerances: Tolerances;
}

const CENT = 10n ** 16n;

/**
 * The report that a source makes for a market at a time and spot, measured from the feed's anchors. An expiry that the
 * source leaves out while its slice is still fresh on chain is reported as it stands where the rest would cross it, since
 * the contract would refuse the whole.
 * @param also expiries left out that are reported even if nothing crosses them
 */
export async function proposeSurface(
  ballast: Ballast,
  source: SurfaceSource,
  market: number,
  timestamp: number,
  spot: bigint,
  also: ReadonlySet<number> = new Set(),
): Promise<ShapedSurface> {
  const slices = await source(market, timestamp);
  if (slices.length === 0) return { report: { market, timestamp, spot, slices: [] }, adjustments: [] };
  const leftOut = await leftOutOf(ballast, market, timestamp, spot, slices);
  const expiries = [...slices, ...leftOut.map(({ slice }) => slice)].map(({ expiry }) => expiry);
  const anchors = new Map(
    await Promise.all(
      expiries.map(async (expiry) => {
        const [volatility, basis] = await ballast.surfaceFeed.stepAnchor(market, expiry);
        return [expiry, { volatility, basis }] as const;
      }),
    ),
  );
  return shapeAround(
    market,
    timestamp,
    spot,
    slices,
    leftOut,
    also,
    (expiry) => anchors.get(expiry) ?? { volatility: 0n, basis: 0n },
  );
}

/** Listed expiries that are alive and fresh, and that the source has nothing on, as they stand at the time. */
async function leftOutOf(
  ballast: Ballast,
  market: number,
  timestamp: number,
  spot: bigint,
  slices: readonly SurfaceSlice[],
): Promise<LeftOut[]> {
  const { surfaceFeed } = ballast;
  const known = new Set(slices.map(({ expiry }) => expiry));
  const listed = (await surfaceFeed.expiries(market)).map(Number);
  const missing = listed.filter((expiry) => !known.has(expiry) && expiry > timestamp);
  const found = await Promise.all(
    missing.map(async (expiry): Promise<LeftOut[]> => {
      const [word, isStale, forward] = await Promise.all([
        surfaceFeed.getFunction("slice")(market, expiry) as Promise<bigint>,
        surfaceFeed.isSliceStale(market, expiry),
        surfaceFeed.liveForward(market, expiry, spot),
      ]);
      if (isStale) return [];
      const { theta, psi, rho } = volSurface.unpackSlice(
        volSurface.rolled(word, BigInt(expiry), BigInt(timestamp), forward),
      );
      return [{ word, slice: { expiry, forwardRatio: (forward * WAD) / spot, theta, psi, rho } }];
    }),
  );
  return found.flat();
}

/** A signer in this process, which checks every report against its own source, node and journal before it signs. */
export async function localCosigner(parts: CosignerParts): Promise<Cosigner> {
  const { signer, ballast, journal } = parts;
  const name = await signer.getAddress();
  const { chainId, contracts } = ballast.deployment;
  return {
    name,
    address: async () => name,
    async signSurface(report) {
      const objections = reviewSurface(report, await ownView(parts, report), parts.tolerances);
      if (objections.length > 0) return { objections };
      const domain = surfaceDomain(chainId, contracts.surfaceFeed);
      const digest = TypedDataEncoder.hash(domain, SURFACE_REPORT_TYPES, report);
      // Written before it is signed: a crash between the two costs a report, the other order a second signature.
      const refused = journal.recordSigned(`${name} ${report.market}`, report.timestamp, digest);
      if (refused) return { objections: [refused] };
      return { signature: await signer.signTypedData(domain, SURFACE_REPORT_TYPES, report) };
    },
    async signArrays(report) {
      const objection = await arraysObjection(ballast, report);
      if (objection) return { objections: [objection] };
      const domain = arraysDomain(chainId, contracts.arrayPosts);
      return { signature: await signer.signTypedData(domain, ARRAY_REPORT_TYPES, report) };
    },
  };
}

async function ownView({ ballast, source }: CosignerParts, report: SurfaceReport): Promise<OwnView> {
  const { market, timestamp, spot } = report;
  const [block, last, price, shaped] = await Promise.all([
    ballast.runner.provider?.getBlock("latest"),
    ballast.surfaceFeed.lastReport(market),
    readPrice(ballast, market),
    proposeSurface(
      ballast,
      source,
      market,
      timestamp,
      spot > 0n ? spot : WAD,
      new Set(report.slices.map(({ expiry }) => expiry)),
    ),
  ]);
  return {
    now: block?.timestamp ?? 0,
    lastPosted: Number(last.timestamp),
    spot: price.status === "Ok" ? price.price : 0n,
    report: shaped.report,
  };
}

/** Arrays are a pure function of the chain, so a signer computes them again, bit for bit. */
async function arraysObjection(ballast: Ballast, report: ArrayReport): Promise<string | undefined> {
  let strikes: bigint[];
  try {
    strikes = pages.decodePage(report.page).map(({ strikeCents }) => strikeCents * CENT);
  } catch {
    return "the page cannot be read";
  }
  if (strikes.length === 0) return "the page is empty";
  const own = await buildArrayReport(ballast.riskArrays, report.market, report.expiry, strikes);
  if (own.version !== report.version) return `the arrays have version ${own.version}, not ${report.version}`;
  return own.page === report.page ? undefined : "the page is not what the chain would compute";
}
