import type { Ballast } from "@ballast/sdk";
import type { ContractTransactionResponse, Signer } from "ethers";
import type { HistoryWatch } from "./history.ts";
import type { HeadWatch } from "./node.ts";
import type { Cosigner } from "./publisher/cosigner.ts";
import type { PublisherJournal } from "./publisher/journal.ts";
import type { OrderWatch } from "./tasks/orders.ts";
import type { RegimeSource } from "./tasks/parameters.ts";
import type { AccountWatch } from "./watch.ts";

/** Names of the keeper's tasks. */
export const TASK_NAMES = [
  "feed",
  "orders",
  "arrays",
  "parameters",
  "conditions",
  "peg",
  "hedge",
  "liquidate",
  "settle",
  "epoch",
] as const;
export type TaskName = (typeof TASK_NAMES)[number];

/** One transaction a task wants to send. */
export interface Action {
  readonly task: TaskName;
  /** What it does, for people and logs. */
  readonly what: string;
  /** Why it is wanted now. */
  readonly why: string;
  /** More of what it does, a line each, for dry runs. */
  readonly details?: readonly string[];
  /** Tries it by eth_call; throws what the chain would. */
  readonly simulate: () => Promise<unknown>;
  /** Sends it. */
  readonly send: () => Promise<ContractTransactionResponse>;
}

/** One expiry of a surface, relative to spot so that it can be reported at any price. All [wad]. */
export interface SurfaceSlice {
  readonly expiry: number;
  /** Forward / spot. */
  readonly forwardRatio: bigint;
  readonly theta: bigint;
  readonly psi: bigint;
  readonly rho: bigint;
}

/**
 * Where the feed task gets a market's surface.
 * @returns slices by increasing expiry, none expired at `timestamp`; empty if the source has nothing to say
 */
export type SurfaceSource = (market: number, timestamp: number) => Promise<readonly SurfaceSlice[]>;

/** What every task works with. */
export interface KeeperContext {
  readonly ballast: Ballast;
  /** Who sends transactions. */
  readonly sender: Signer;
  /** Who signs surfaces; enough of them for the feed's threshold. */
  readonly surfaceSigners: readonly Signer[];
  readonly surfaceSource: SurfaceSource | undefined;
  /** Signers elsewhere, who check reports against sources of their own. */
  readonly cosigners?: readonly Cosigner[];
  /** What outlives a restart; kept in memory if left out. */
  readonly publisherJournal?: PublisherJournal;
  /** What the parameters task goes by; it has nothing to do without. */
  readonly regimes?: RegimeSource;
  /** What the conditions task goes by; it has nothing to do without. */
  readonly history?: HistoryWatch;
  /** Orders in two steps that are open; nobody fills them without. */
  readonly orders?: OrderWatch;
  /** Keeps a round from being run on what a node said before. */
  readonly head?: HeadWatch;
  /** Takes why nothing is sent; set in dry runs. */
  readonly note?: (line: string, details: readonly string[]) => void;
  readonly accounts: AccountWatch;
  readonly limits: KeeperLimits;
}

/** Thresholds at which tasks act. */
export interface KeeperLimits {
  /** Post a surface at the latest this many seconds after the last. */
  readonly feedHeartbeat: number;
  /** Post earlier when spot moved by this share since the last [wad]. */
  readonly feedSpotMove: bigint;
  /** Post earlier when a volatility at the money moved by this since the last [wad]. */
  readonly feedVolatilityMove: bigint;
  /** Post arrays off chain from this many stale strikes of an expiry; fewer are refreshed on chain. */
  readonly postStrikes: number;
  /** Propose parameters at most this often, seconds: each proposal starts the clocks of a ramp anew. */
  readonly parameterPause: number;
  /** Post any move of conditions once the last post is as old as this, seconds. */
  readonly conditionsHeartbeat: number;
  /** Post conditions earlier when realised volatility or toxicity moved by these [wad]. */
  readonly realisedMove: bigint;
  readonly toxicityMove: bigint;
  /** Note what hedge venues hold and could trade at the latest this many seconds after the last note. */
  readonly hedgeNoteAge: number;
  /** Note earlier when position or capacity differ from what was noted by this share [wad]. */
  readonly hedgeNoteMove: bigint;
  /** Sub-account that bids in auctions. */
  readonly bidderSubAccount: bigint;
  /** Bid in a solvent auction only at or below this share of the slice's mark equity [wad]. */
  readonly bidDiscount: bigint;
  /** Positions settled per transaction. */
  readonly settleBatch: bigint;
}

/** Limits that suit most operators. */
export const DEFAULT_LIMITS: KeeperLimits = {
  feedHeartbeat: 900,
  feedSpotMove: 5n * 10n ** 15n,
  feedVolatilityMove: 2n * 10n ** 16n,
  postStrikes: 16,
  parameterPause: 86_400,
  conditionsHeartbeat: 21_600,
  realisedMove: 5n * 10n ** 16n,
  toxicityMove: 25n * 10n ** 14n,
  hedgeNoteAge: 3_600,
  hedgeNoteMove: 5n * 10n ** 16n,
  bidderSubAccount: 0n,
  bidDiscount: 95n * 10n ** 16n,
  settleBatch: 64n,
};

/** A task: looks at the chain and says what it would send now. Never sends itself. */
export type Task = (context: KeeperContext) => Promise<Action[]>;
