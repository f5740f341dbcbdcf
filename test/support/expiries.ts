import { accountId, instrumentId, token, WAD } from "@ballast/sdk";
import { deployLedger } from "./clearinghouse.ts";
import { room, USDC, ZERO } from "./ledger.ts";
import { seeded } from "./random.ts";

const HOUR = 3_600;
const WINDOW = 1_800n;
const PHASE = 1n << 64n;
const STRIKES = [2_800, 3_000, 3_200];

export interface Round {
  readonly id: bigint;
  readonly answer: bigint;
  readonly at: bigint;
}

/** Four funded accounts, one with a book, on fixings that are proven from rounds which the test pushes. */
export async function expiryRoom(seed: number) {
  const all = await room();
  const { ethers, risk, usdc, alice, bob, venue, deployer, time } = all;
  const aggregator = await ethers.deployContract("FaultyAggregator");
  const rounds: Round[] = [];
  const push = async (at: bigint, answer: bigint) => {
    const id = PHASE + BigInt(rounds.length) + 1n;
    rounds.push({ id, answer, at });
    await aggregator.push(id, answer, at, id);
  };
  await push(BigInt(await time.latest()), 3_000n * 10n ** 8n);
  const feed = await ethers.deployContract("ChainlinkPriceFeed", [
    {
      aggregator: aggregator.target,
      sequencerFeed: ZERO,
      tradingAge: 3_600,
      liquidationAge: 14_400,
      sequencerGrace: 0,
      minimum: WAD,
      maximum: 1_000_000n * WAD,
      jumpLimit: 0,
    },
  ]);
  const router = await ethers.deployContract("PriceRouter", [risk.manager.target]);
  await router.setFeed(0, feed.target);
  const oracle = await ethers.deployContract("SettlementOracle", [router.target]);
  const books = await ethers.deployContract("Books", [risk.manager.target, risk.riskArrays.target]);
  const { inputs } = risk;
  const engine = await ethers.deployContract("RiskEngine", [
    risk.riskArrays.target,
    risk.riskParameters.target,
    inputs.target,
    inputs.target,
    oracle.target,
    books.target,
  ]);
  const ledger = await deployLedger(ethers, risk.manager.target, usdc.target, engine.target);
  await books.bind(ledger.target);
  const settler = await ethers.deployContract("Settler", [ledger.target, oracle.target]);
  const manager = await ethers.getContractAt("AccessManager", risk.manager.target as string);
  const duty = ledger.interface.getFunction("settlePosition").selector;
  await manager.setTargetFunctionRole(ledger.target, [duty], 6);
  await manager.grantRole(6, settler.target, 0);
  await ledger.setVenue(venue.address, true);
  const people = [
    { account: accountId(alice.address), owner: alice },
    { account: accountId(bob.address), owner: bob },
    { account: accountId(alice.address, 1n), owner: alice },
    { account: accountId(bob.address, 1n), owner: bob },
  ];
  await ledger.openBook(people[3]!.account);
  for (const { account, owner } of people) {
    await token(usdc.target as string, owner).approve(ledger.target as string, 2n ** 255n);
    await ledger.connect(owner).deposit(account, usdc.target, 300_000n * USDC);
  }
  const expiries = risk.expiries.slice(0, 3);
  const series = expiries.flatMap((expiry) =>
    STRIKES.flatMap((dollars) =>
      (["call", "put"] as const).map((kind) =>
        instrumentId({ market: 0, expiry: Number(expiry), strike: BigInt(dollars) * WAD, kind }),
      ),
    ),
  );
  const refresh = async () => {
    const now = BigInt(await time.latest());
    const strikes = STRIKES.map((dollars) => BigInt(dollars) * WAD);
    for (const expiry of expiries.filter((one) => one > now + 60n))
      await risk.riskArrays.refresh(0, expiry, strikes);
  };
  const next = seeded(seed);
  const below = (limit: number) => Math.floor(next() * limit);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const base = {
    ...all,
    aggregator,
    rounds,
    push,
    oracle,
    engine,
    ledger,
    settler,
    people,
    expiries,
    series,
  };
  return { ...base, refresh, below, pick, next, deployer };
}

export type ExpiryRoom = Awaited<ReturnType<typeof expiryRoom>>;

/** Time passes to `target`, and rounds with it, close together before an expiry; some are unusable. */
export async function pass(on: ExpiryRoom, target: bigint): Promise<void> {
  const { rounds, push, expiries, below, next, time } = on;
  const isSilent = next() < 0.15;
  // No round comes in later than it is stamped.
  const [now, latest] = [BigInt(await time.latest()), rounds.at(-1)!.at];
  for (let at = now > latest ? now : latest; !isSilent; ) {
    const ahead = expiries.find((expiry) => expiry > at);
    const isNear = expiries.some((expiry) => at >= expiry - BigInt(2 * HOUR) && at < expiry + BigInt(HOUR));
    at += BigInt(isNear ? 100 + below(900) : 60 + below(10 * HOUR));
    if (ahead !== undefined && !isNear && at > ahead - BigInt(2 * HOUR)) at = ahead - BigInt(2 * HOUR);
    if (at > target) break;
    const isBad = next() < 0.06;
    await push(at, isBad ? -1n : BigInt(240_000_000_000 + below(120_000_000_000)));
  }
  // Each push took a second.
  if (BigInt(await time.latest()) < target) await time.increaseTo(target);
}

/** What an expiry must be fixed at by an average, second by second, and its proof; undefined if it has none. */
export function averageOf({ rounds }: ExpiryRoom, expiry: bigint) {
  const first = rounds.findLastIndex(({ at }) => at <= expiry - WINDOW);
  const last = rounds.findLastIndex(({ at }) => at <= expiry);
  const proof = rounds.slice(first, last + 1);
  const after = rounds[last + 1];
  if (first < 0 || !after || [...proof, after].some(({ answer }) => answer <= 0n)) return undefined;
  if (proof[0]!.at + 86_400n < expiry - WINDOW) return undefined;
  let sum = 0n;
  for (let second = expiry - WINDOW; second < expiry; second++)
    sum += proof.findLast(({ at }) => at <= second)!.answer;
  return { price: (sum * 10n ** 10n) / WINDOW, ids: proof.map(({ id }) => id) };
}

/** The round that an expiry falls back to. */
export const lastRound = ({ rounds }: ExpiryRoom, expiry: bigint): Round =>
  rounds.findLast(({ at, answer }) => at <= expiry && answer > 0n) as Round;
