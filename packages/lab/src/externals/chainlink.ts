import { type BaseContract, type Signer, ZeroAddress } from "ethers";
import { deployArtifact, loadArtifact } from "./artifacts.ts";
import { as, mined, type Sent } from "./token.ts";

const ROOT = "@chainlink/contracts-median/abi/v0.6";
const DECIMALS = 8;
/** [wad] to the feed's eight decimals. */
const SCALE = 10n ** 10n;
const MOST_ROUNDS = 4_294_967_295n;

/** A round as the proxy returns it. */
export interface FeedRound {
  readonly roundId: bigint;
  readonly answer: bigint;
  readonly startedAt: bigint;
  readonly updatedAt: bigint;
  readonly answeredInRound: bigint;
}

/** The aggregator that oracles submit to. */
export interface FluxAggregator extends BaseContract {
  changeOracles(
    removed: readonly string[],
    added: readonly string[],
    admins: readonly string[],
    minimum: number,
    maximum: number,
    restartDelay: number,
  ): Sent;
  latestRound(): Promise<bigint>;
  submit(round: bigint, answer: bigint): Sent;
}

/** The proxy that consumers read. */
export interface AggregatorProxy extends BaseContract {
  decimals(): Promise<bigint>;
  latestRoundData(): Promise<FeedRound>;
  getRoundData(roundId: bigint): Promise<FeedRound>;
  proposeAggregator(aggregator: string): Sent;
  confirmAggregator(aggregator: string): Sent;
}

/** A running Chainlink feed. */
export interface ChainlinkFeed {
  readonly proxy: AggregatorProxy;
  readonly aggregator: FluxAggregator;
  readonly oracles: readonly Signer[];
  /** Address of the proxy. */
  readonly address: string;
  /** Every oracle submits `price` [wad USD], cut to eight decimals; returns the aggregator's round. */
  pushRound(price: bigint): Promise<bigint>;
  /** Every oracle submits `answer` as it is, of any sign and decimals. */
  pushAnswer(answer: bigint): Promise<bigint>;
}

/** What a feed is deployed with. */
export interface FeedOptions {
  /** First answer [wad USD]; without it the feed has no round yet. */
  readonly price?: bigint;
  readonly description?: string;
  /** Accounts that answer; the deployer alone if none are given. */
  readonly oracles?: readonly Signer[];
  /** Decimals of the answers; eight if not given. */
  readonly decimals?: number;
  /** Least and largest answer that the aggregator admits. */
  readonly limits?: readonly [minimum: bigint, maximum: bigint];
}

/** A price that a feed cannot carry. */
export class BadFeedPriceError extends Error {
  override readonly name = "BadFeedPriceError";
}

/** Deploys FluxAggregator and EACAggregatorProxy; a round is complete when every oracle has answered. */
export async function deployChainlinkFeed(signer: Signer, options: FeedOptions = {}): Promise<ChainlinkFeed> {
  const oracles = options.oracles && options.oracles.length > 0 ? options.oracles : [signer];
  const [minimum, maximum] = options.limits ?? [1n, 10n ** 14n];
  const description = options.description ?? "ETH / USD";
  const aggregator = await deployArtifact<FluxAggregator>(
    signer,
    loadArtifact(`${ROOT}/FluxAggregator.json`),
    [ZeroAddress, 0, 0, ZeroAddress, minimum, maximum, options.decimals ?? DECIMALS, description],
  );
  const addresses = await Promise.all(oracles.map((oracle) => oracle.getAddress()));
  await mined(aggregator.changeOracles([], addresses, addresses, oracles.length, oracles.length, 0));
  const proxy = await deployArtifact<AggregatorProxy>(
    signer,
    loadArtifact(`${ROOT}/EACAggregatorProxy.json`),
    [await aggregator.getAddress(), ZeroAddress],
  );

  const feed: ChainlinkFeed = {
    proxy,
    aggregator,
    oracles,
    address: await proxy.getAddress(),
    pushRound: (price) => pushRound(aggregator, oracles, price),
    pushAnswer: (answer) => pushAnswer(aggregator, oracles, answer),
  };
  if (options.price !== undefined) await feed.pushRound(options.price);
  return feed;
}

async function pushRound(
  aggregator: FluxAggregator,
  oracles: readonly Signer[],
  price: bigint,
): Promise<bigint> {
  const answer = price / SCALE;
  if (answer <= 0n) throw new BadFeedPriceError(`A price of ${price} wad is not positive at eight decimals.`);
  return pushAnswer(aggregator, oracles, answer);
}

async function pushAnswer(
  aggregator: FluxAggregator,
  oracles: readonly Signer[],
  answer: bigint,
): Promise<bigint> {
  const round = (await aggregator.latestRound()) + 1n;
  if (round > MOST_ROUNDS) throw new BadFeedPriceError("The aggregator has no rounds left.");
  for (const oracle of oracles) await mined(as(aggregator, oracle).submit(round, answer));
  return round;
}
