import { trade, WAD } from "@ballast/sdk";
import {
  type AaveV3,
  addPool,
  deployAaveV3,
  deployChainlinkFeed,
  type UniswapV3,
} from "../../packages/lab/src/externals/index.ts";
import { connection, curator, expiryOf, option, type Scene, scene } from "./ballast.ts";

const { ethers } = connection;

/** A scene whose hedge has a second Uniswap pool of 0.3 % and the short venue on Aave. */
export interface HedgeScene extends Scene {
  readonly aave: AaveV3;
  /** The pool of 0.3 %. */
  readonly second: UniswapV3;
  readonly spot: string;
  readonly spotSecond: string;
  readonly short: string;
}

/** Parameters of the hedge of market 0 with some changed, as the contract takes them. */
export async function parametersWith(stage: Scene, changed: Record<string, bigint>) {
  const { hedgeController } = stage.world.people.keeper.ballast;
  const p = await hedgeController.parameters(0);
  const { slippageLimit, maxTrade, minInterval, dailyLossBudget, callerShare } = p;
  const { costRatio, riskAversion, smileShare, minBand } = p;
  return {
    ...{ slippageLimit, maxTrade, minInterval, dailyLossBudget, callerShare },
    ...{ costRatio, riskAversion, smileShare, minBand },
    ...changed,
  };
}

/** Sets some of the hedge's parameters. */
export async function setHedge(stage: Scene, changed: Record<string, bigint>): Promise<void> {
  const { hedgeController } = await curator(stage);
  await (await hedgeController.setParameters(0, await parametersWith(stage, changed))).wait();
}

/** Sets the venues of market 0. */
export async function setVenues(stage: Scene, venues: readonly string[]): Promise<void> {
  const { hedgeController } = await curator(stage);
  await (await hedgeController.setVenues(0, [...venues])).wait();
}

/** What a venue on a Uniswap pool is made with, for `controller`. */
export async function swapTerms({ world }: Scene, uniswap: UniswapV3, controller: string) {
  const { usdc, weth } = world.externals;
  return {
    controller,
    underlying: await weth.getAddress(),
    cash: await usdc.getAddress(),
    router: await uniswap.router.getAddress(),
    quoter: await uniswap.quoter.getAddress(),
    fee: uniswap.fee,
  };
}

/** Deploys a contract on the deployer's key and returns its address. */
export async function deployed(stage: Scene, name: string, args: readonly unknown[]): Promise<string> {
  const factory = await ethers.getContractFactory(name, stage.world.people.deployer.signer);
  const contract = await factory.deploy(...(args as []));
  await contract.waitForDeployment();
  return contract.getAddress();
}

/** The scene with every venue of the hedge, nothing traded yet. */
export async function hedgeScene(): Promise<HedgeScene> {
  const stage = await scene();
  const { deployer } = stage.world.people;
  const { externals, deployment } = stage.world;
  const second = await addPool(externals.uniswap, deployer.signer, 3_000, 2_000n * WAD, 20_000n * WAD);
  const dollar = await deployChainlinkFeed(deployer.signer, { price: WAD, description: "USDC / USD" });
  const aave = await deployAaveV3(deployer.signer, {
    usdc: externals.usdc,
    weth: externals.weth,
    feeds: { usdc: dollar.address, weth: externals.feed.address },
    lentWeth: 5_000n * WAD,
  });
  const controller = deployment.contracts.hedgeController;
  const [spot] = await stage.world.people.keeper.ballast.hedgeController.venues(0);
  if (spot === undefined) throw new Error("The deployment has no spot venue.");
  const spotSecond = await deployed(stage, "UniswapV3SpotVenue", [
    await swapTerms(stage, second, controller),
  ]);
  const short = await deployed(stage, "AaveV3ShortVenue", [
    await swapTerms(stage, externals.uniswap, controller),
    await aave.pool.getAddress(),
    (3n * WAD) / 2n,
    (5n * WAD) / 4n,
  ]);
  await setVenues(stage, [spot, spotSecond, short]);
  return { ...stage, aave, second, spot, spotSecond, short };
}

/** The hedger buys calls (the vault goes short delta) or puts (it goes long delta). */
export async function buy(stage: Scene, kind: "call" | "put", dollars: bigint, units: bigint): Promise<void> {
  const { ballast, account } = stage.world.people.hedger;
  const leg = { instrument: option(expiryOf(stage, 2), dollars, kind), quantity: units * WAD };
  await (await trade(ballast, account, [leg])).wait();
}
