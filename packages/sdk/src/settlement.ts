import { Contract, type ContractRunner, isError } from "ethers";

const AGGREGATOR_ABI = [
  "function latestRoundData() view returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)",
  "function getRoundData(uint80) view returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)",
  "function decimals() view returns (uint8)",
] as const;

/** Seconds before expiry over which a fixing averages. */
export const SETTLEMENT_WINDOW = 1800;

/** One Chainlink round. */
export interface Round {
  readonly roundId: bigint;
  readonly answer: bigint;
  readonly updatedAt: number;
}

interface Aggregator {
  latestRoundData(): Promise<{ roundId: bigint; answer: bigint; updatedAt: bigint }>;
  getRoundData(roundId: bigint): Promise<{ roundId: bigint; answer: bigint; updatedAt: bigint }>;
  decimals(): Promise<bigint>;
}

/** No proof can be built from the feed's rounds. */
export class NoProofError extends Error {
  override readonly name = "NoProofError";
}

/**
 * Walks a feed back from its latest round and returns the rounds in force during the window before `expiry`,
 * oldest first: the proof that SettlementOracle.fix takes.
 * @throws NoProofError if no round later than expiry exists yet, or the feed has none old enough
 */
export async function settlementProof(
  aggregator: string,
  expiry: number,
  runner: ContractRunner,
): Promise<bigint[]> {
  const feed = new Contract(aggregator, AGGREGATOR_ABI, runner) as unknown as Aggregator;
  const latest = await feed.latestRoundData();
  if (Number(latest.updatedAt) <= expiry)
    throw new NoProofError("No round later than the expiry exists yet.");
  const windowStart = expiry - SETTLEMENT_WINDOW;
  const rounds: bigint[] = [];
  for (let roundId = latest.roundId - 1n; (roundId & 0xffffffffffffffffn) > 0n; roundId--) {
    const round = await feed.getRoundData(roundId);
    const updatedAt = Number(round.updatedAt);
    if (updatedAt <= expiry) rounds.unshift(roundId);
    if (updatedAt <= windowStart) return rounds;
  }
  throw new NoProofError("The feed has no round old enough to cover the window's start.");
}

/**
 * Rounds of a feed from the one in force at `since` to its latest, oldest first. Ends early where a phase of the feed
 * begins: a round before it belongs to another aggregator.
 * @param known rounds read before, by id; what is read is added, since a round never changes
 */
export async function roundsSince(
  aggregator: string,
  since: number,
  runner: ContractRunner,
  known: Map<bigint, Round> = new Map(),
): Promise<Round[]> {
  const feed = new Contract(aggregator, AGGREGATOR_ABI, runner) as unknown as Aggregator;
  const latest = plainRound(await feed.latestRoundData());
  const rounds = [latest];
  for (let roundId = latest.roundId - 1n; (roundId & 0xffffffffffffffffn) > 0n; roundId--) {
    if ((rounds[0]?.updatedAt ?? 0) <= since) break;
    const round = known.get(roundId) ?? plainRound(await feed.getRoundData(roundId));
    known.set(roundId, round);
    rounds.unshift(round);
  }
  return rounds;
}

/** One round of a feed, its latest without an id; undefined if it has none. */
export async function readRound(
  aggregator: string,
  roundId: bigint | undefined,
  runner: ContractRunner,
): Promise<Round | undefined> {
  const feed = new Contract(aggregator, AGGREGATOR_ABI, runner) as unknown as Aggregator;
  try {
    return plainRound(await (roundId === undefined ? feed.latestRoundData() : feed.getRoundData(roundId)));
  } catch (error) {
    if (isError(error, "CALL_EXCEPTION")) return undefined;
    throw error;
  }
}

function plainRound(round: { roundId: bigint; answer: bigint; updatedAt: bigint }): Round {
  return { roundId: round.roundId, answer: round.answer, updatedAt: Number(round.updatedAt) };
}

/** Decimals of a feed's answers. */
export async function feedDecimals(aggregator: string, runner: ContractRunner): Promise<number> {
  const feed = new Contract(aggregator, AGGREGATOR_ABI, runner) as unknown as Aggregator;
  return Number(await feed.decimals());
}
