import { type Ballast, connectBallast, type Deployment, trade, WAD } from "@ballast/sdk";
import { ZeroAddress } from "ethers";
import type {
  Conditions,
  OrderInputs,
  QuotedLeg,
  QuoterParameters,
} from "../../packages/quant/src/exact/quotes.ts";
import { IQuoter__factory } from "../../typechain-types/index.js";
import { connection, curator, expiryOf, option, type Person, refusal, type Scene, scene } from "./ballast.ts";

const { ethers } = connection;

/** A series by what a test varies of it. */
export interface Series {
  readonly expiry: number;
  readonly dollars: bigint;
  readonly kind: "call" | "put";
}

/** What the taker gains of a series. */
export interface Wanted extends Series {
  readonly quantity: bigint;
}

/** Instruments and quantities of an order, as the quoter takes them. */
export function orderOf(legs: readonly Wanted[]): [bigint[], bigint[]] {
  return [
    legs.map(({ expiry, dollars, kind }) => option(expiry, dollars, kind)),
    legs.map(({ quantity }) => quantity),
  ];
}

/** The quoter's parameters as plain bigints. */
export async function parametersOf({ quoter }: Pick<Ballast, "quoter">): Promise<QuoterParameters> {
  const result = await quoter.parameters();
  return (result as unknown as { toObject(): QuoterParameters }).toObject();
}

/** Guards of QuoterMutant in test/harness/mutants/QuoteMutants.sol. */
export const UNGUARDED = {
  book: 1n,
  secondSource: 2n,
  deviation: 4n,
  surface: 8n,
  size: 16n,
  grid: 32n,
  venues: 64n,
  fixing: 128n,
} as const;

/**
 * A quoter of one's own for the scene's vault, with parameters that are in force at once.
 * @param hedge who is asked what it can absorb: the scene's controller unless said otherwise
 * @param missing guards that it lacks: then it is a mutant
 */
export async function quoterWith(
  { world }: Scene,
  changes: Partial<QuoterParameters>,
  hedge?: { readonly at: string | undefined; readonly vault?: string },
  missing?: bigint,
): Promise<Ballast["quoter"]> {
  const at = world.deployment.contracts;
  const [admin] = await ethers.getSigners();
  if (!admin) throw new Error("The network has no accounts.");
  const authority = await ethers.deployContract("AccessManager", [admin.address]);
  const feeds = [at.priceRouter, at.surfaceFeed];
  const own = await ethers.deployContract(missing === undefined ? "Quoter" : "QuoterMutant", [
    ...[authority.target, hedge?.vault ?? at.vault, at.clearinghouse],
    ...[...feeds, at.riskArrays, at.books],
    ...(missing === undefined ? [] : [missing]),
  ]);
  const quoter = IQuoter__factory.connect(String(own.target), admin);
  const parameters = { ...(await parametersOf(world.people.keeper.ballast)), ...changes };
  await (await quoter.setParameters(parameters)).wait();
  const asked = hedge === undefined ? at.hedgeController : hedge.at;
  if (asked !== undefined) await (await quoter.setHedge(asked)).wait();
  return quoter;
}

/** The contracts with a desk that trades at another quoter's prices, with which NAV counts and the ledger deals. */
export async function deskWith(stage: Scene, quoter: Ballast["quoter"]): Promise<Deployment> {
  const { deployment, people } = stage.world;
  const at = deployment.contracts;
  const priced = String(quoter.target);
  const share = await people.keeper.ballast.tradeDesk.fundShare();
  const rooms = [at.clearinghouse, at.vault, priced, at.priceRouter] as const;
  const desk = await ethers.deployContract("TradeDesk", [...rooms, share]);
  const tradeDesk = String(desk.target);
  const own = await curator(stage);
  await done(own.clearinghouse.setVenue(tradeDesk, true));
  const account = await people.keeper.ballast.vault.account();
  const { hedge, waterfall } = await own.valuation.sourcesOf(account);
  await done(own.valuation.setSources(account, { hedge, waterfall, desk: tradeDesk }));
  await done(quoter.markCapital());
  return { ...deployment, contracts: { ...at, tradeDesk, quoter: priced } };
}

/** A person who deals with other contracts. */
export function personAt(person: Person, deployment: Deployment): Person {
  return { ...person, ballast: connectBallast(deployment, person.signer) };
}

/** All that the mirror judges an order by, read from the chain. */
export async function inputsOf(
  { world }: Scene,
  ballast: Ballast,
  legs: readonly Wanted[],
  twoSteps: boolean,
  quoter: Ballast["quoter"] = ballast.quoter,
): Promise<OrderInputs> {
  const { vault, clearinghouse, priceRouter, surfaceFeed, optionPricer, hedgeController } = ballast;
  const own = await vault.account();
  const [instruments, quantities] = orderOf(legs);
  const { price: spot, updatedAt } = await priceRouter.spot(0);
  const latest = await ethers.provider.getBlock("latest");
  const now = BigInt(latest?.timestamp ?? 0);
  const change = await ballast.books.changeOf(
    own,
    0,
    spot,
    instruments,
    quantities.map((quantity) => -quantity),
  );
  const readLeg = async (leg: Wanted, instrument: bigint): Promise<QuotedLeg> => ({
    expiry: BigInt(leg.expiry),
    strike: leg.dollars * 10n ** 18n,
    quantity: leg.quantity,
    held: await clearinghouse.positionOf(own, instrument),
    sliceAge: await surfaceFeed.sliceAge(0, leg.expiry),
    isSliceStale: await surfaceFeed.isSliceStale(0, leg.expiry),
    isPosted: (await refusal(surfaceFeed.slice(0, leg.expiry))) === "nothing was refused",
    mid: await optionPricer.valueAt(instrument, spot),
  });
  const conditions: Conditions = await quoter.conditions(0);
  const other = await secondPriceOf(ballast);
  const [buy, sell] = await hedgeController.hedgeCapacity(0);
  return {
    now,
    spot,
    bid: other !== undefined && other < spot ? other : spot,
    ask: other !== undefined && other > spot ? other : spot,
    spotAge: now - updatedAt,
    capital: await quoter.capital(),
    seriesHeld: await clearinghouse.positionCount(own),
    conditions,
    legs: await Promise.all(legs.map((leg, i) => readLeg(leg, instruments[i] ?? 0n))),
    twoSteps,
    before: change.beforehand,
    after: change.afterwards,
    groupsBefore: change.groupsBefore,
    groupsAfter: change.groupsAfter,
    hedge:
      (await clearinghouse.collateralOf(own, world.deployment.contracts.weth)) +
      (await hedgeController.notedPosition(0)),
    capacity: { buy, sell },
  };
}

/** What the second source of market 0 says, if there is one and it is good [wad]. */
async function secondPriceOf({ priceRouter }: Ballast): Promise<bigint | undefined> {
  const [at] = await priceRouter.secondFeedOf(0);
  if (at === ZeroAddress) return undefined;
  const feed = await ethers.getContractAt("StatusFeed", at);
  const { price, status } = await feed.read();
  return status === 0n && price !== 0n ? price : undefined;
}

/** Makes arrays, books and capital current for an order. */
export async function refresh(ballast: Ballast, legs: readonly Wanted[]): Promise<void> {
  const [instruments, quantities] = orderOf(legs);
  await (await ballast.quoter.refreshAndQuote(instruments, quantities, false)).wait();
}

/** Waits for what is sent. */
export async function done(sent: Promise<{ wait(): Promise<unknown> }>): Promise<void> {
  await (await sent).wait();
}

/** A scene with arrays for strikes around the money in two expiries, a vault that is short, and marked capital. */
export async function quoted() {
  const stage = await scene();
  const { ballast, account } = stage.world.people.hedger;
  const near = expiryOf(stage, 1);
  const far = expiryOf(stage, 2);
  const strikes = [1_800n, 1_900n, 2_000n, 2_100n, 2_200n];
  const series = [near, far].flatMap((expiry) => strikes.map((strike) => option(expiry, strike, "call")));
  await done(ballast.riskArrays.refreshPositions(series.map((one) => (one << 64n) | 1n)));
  await done(trade(ballast, account, [{ instrument: option(far, 2_100n, "call"), quantity: 40n * WAD }]));
  await done(ballast.quoter.markCapital());
  return { ...stage, near, far, ballast, account };
}
