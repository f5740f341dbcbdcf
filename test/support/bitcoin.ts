import { instrumentId, postReport, trade, WAD } from "@ballast/sdk";
import { mintUsdc } from "../../packages/lab/src/externals/index.ts";
import { approveMax, as, mined } from "../../packages/lab/src/externals/token.ts";
import { rangeOf, sqrtDown } from "../../packages/lab/src/externals/uniswap-math.ts";
import { reportOf, slicesAt } from "../../packages/lab/src/market/surface.ts";
import type { StatusFeed, TestToken } from "../../typechain-types/index.js";
import { connection, curator, expiryOf, type Scene, scene } from "./ballast.ts";
import { deployed, parametersWith } from "./hedging.ts";
import { done } from "./quotes.ts";

const { ethers } = connection;
export const BITCOIN = 1;
/** Units of a token of eight decimals, and of USDC. */
export const SATOSHI = 10n ** 8n;
const USDC = 10n ** 6n;
const FEE = 3_000;
const POOLED = 4_000n;

/** A scene with a second market whose token has eight decimals, hedged on a Uniswap v3 pool of its own. */
export interface BitcoinScene extends Scene {
  readonly bitcoin: TestToken;
  readonly feed: StatusFeed;
  readonly spot: string;
  readonly dollars: bigint;
}

export async function bitcoinScene(): Promise<BitcoinScene> {
  const stage = await scene();
  const dollars = 60_000n;
  const own = await curator(stage);
  const { deployer, hedger } = stage.world.people;
  const { externals } = stage.world;
  const bitcoin = await ethers.deployContract("TestToken", [8]);
  const at = String(bitcoin.target);
  const feed = await ethers.deployContract("StatusFeed", [externals.feed.address]);
  await feed.set(dollars * WAD, await stage.clock.now(), 0);
  await done(own.priceRouter.setFeed(BITCOIN, feed.target));
  const risk = (await own.riskParameters.targetParameters(0)) as unknown as { toObject(): never };
  await done(own.riskParameters.setParameters(BITCOIN, risk.toObject()));
  await done(own.clearinghouse.setCollateralAsset(at, BITCOIN, 1_000_000n * SATOSHI, true));
  await fillPool(stage, bitcoin, dollars);
  const spot = await deployed(stage, "UniswapV3SpotVenue", [
    {
      controller: stage.world.deployment.contracts.hedgeController,
      underlying: at,
      cash: await externals.usdc.getAddress(),
      router: await externals.uniswap.router.getAddress(),
      quoter: await externals.uniswap.quoter.getAddress(),
      fee: FEE,
    },
  ]);
  const costs = { costRatio: 10n ** 9n, minInterval: 0n, maxTrade: 10_000_000n * WAD };
  await done(own.hedgeController.setParameters(BITCOIN, await parametersWith(stage, costs)));
  await done(own.hedgeController.setVenues(BITCOIN, [spot]));
  const slices = slicesAt(await stage.clock.now(), stage.expiries, 0.6);
  const report = reportOf(BITCOIN, await stage.clock.now(), dollars * WAD, slices);
  await done(postReport(hedger.ballast, report, stage.world.surfaceSigners));
  await mintUsdc(externals.usdc, deployer.address, USDC);
  return { ...stage, bitcoin, feed, spot, dollars };
}

/** A pool of bitcoin against USDC over all prices. */
async function fillPool({ world }: Scene, bitcoin: TestToken, dollars: bigint): Promise<void> {
  const { usdc, uniswap } = world.externals;
  const { deployer } = world.people;
  const manager = as(uniswap.positionManager, deployer.signer);
  const [cash, token] = [await usdc.getAddress(), String(bitcoin.target)];
  const isFirst = BigInt(token) < BigInt(cash);
  // Cash units for a unit of the token, as a ratio of units.
  const [up, down] = [dollars * USDC, SATOSHI];
  const ratio = isFirst ? (up << 192n) / down : (down << 192n) / up;
  const [token0, token1] = isFirst ? [token, cash] : [cash, token];
  await mined(manager.createAndInitializePoolIfNecessary(token0, token1, FEE, sqrtDown(ratio)));
  const [units, paid] = [POOLED * SATOSHI, POOLED * up];
  await done(bitcoin.mint(deployer.address, units));
  await mintUsdc(usdc, deployer.address, paid);
  const place = await uniswap.positionManager.getAddress();
  await done(bitcoin.connect(deployer.signer).approve(place, units));
  await approveMax(as(usdc, deployer.signer), deployer.address, place);
  const { lower, upper } = rangeOf(0, 0, 60);
  await mined(
    manager.mint({
      ...{ token0, token1, fee: FEE, tickLower: lower, tickUpper: upper },
      amount0Desired: isFirst ? units : paid,
      amount1Desired: isFirst ? paid : units,
      ...{ amount0Min: 0n, amount1Min: 0n, recipient: deployer.address, deadline: (1n << 40n) - 1n },
    }),
  );
}

/** The hedger buys bitcoin calls from the vault, which goes short. */
export async function buyCalls(stage: BitcoinScene, units: bigint): Promise<void> {
  const { ballast, account } = stage.world.people.hedger;
  const series = { market: BITCOIN, expiry: expiryOf(stage, 2), kind: "call" as const };
  const instrument = instrumentId({ ...series, strike: stage.dollars * WAD });
  await done(trade(ballast, account, [{ instrument, quantity: units }]));
}
