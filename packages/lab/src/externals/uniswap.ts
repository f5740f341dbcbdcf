import { type BaseContract, Contract, type Signer } from "ethers";
import { deployArtifact, loadArtifact } from "./artifacts.ts";
import { approveMax, as, mined, type Sent } from "./token.ts";
import { POOL_FEE, priceOf, rangeOf, spacingOf, sqrtPriceX96, usableTick } from "./uniswap-math.ts";
import { mintUsdc, type Usdc } from "./usdc.ts";
import { type Weth, wrapWeth } from "./weth.ts";

const CORE = "@uniswap/v3-core/artifacts/contracts";
const PERIPHERY = "@uniswap/v3-periphery/artifacts/contracts";
const ROUTERS = "@uniswap/swap-router-contracts/artifacts/contracts";
const ZERO = "0x0000000000000000000000000000000000000000";
const USDC_PER_WAD = 10n ** 12n;
const WAD = 10n ** 18n;
const MOST = (1n << 127n) - 1n;

/** UniswapV3Factory. */
export interface UniswapFactory extends BaseContract {
  getPool(tokenA: string, tokenB: string, fee: number): Promise<string>;
}

/** NonfungiblePositionManager. */
export interface PositionManager extends BaseContract {
  createAndInitializePoolIfNecessary(token0: string, token1: string, fee: number, sqrtPriceX96: bigint): Sent;
  mint(parameters: {
    token0: string;
    token1: string;
    fee: number;
    tickLower: number;
    tickUpper: number;
    amount0Desired: bigint;
    amount1Desired: bigint;
    amount0Min: bigint;
    amount1Min: bigint;
    recipient: string;
    deadline: bigint;
  }): Sent;
}

/** SwapRouter02. */
export interface SwapRouter extends BaseContract {
  exactInputSingle(parameters: {
    tokenIn: string;
    tokenOut: string;
    fee: number;
    recipient: string;
    amountIn: bigint;
    amountOutMinimum: bigint;
    sqrtPriceLimitX96: bigint;
  }): Sent;
}

/** UniswapV3Pool. */
export interface UniswapPool extends BaseContract {
  slot0(): Promise<{ sqrtPriceX96: bigint; tick: bigint }>;
  liquidity(): Promise<bigint>;
}

/** Uniswap v3 with one USDC/WETH pool of 0.05 %. */
export interface UniswapV3 {
  readonly factory: UniswapFactory;
  readonly positionManager: PositionManager;
  readonly router: SwapRouter;
  readonly quoter: BaseContract;
  readonly pool: UniswapPool;
  readonly fee: number;
  readonly usdc: Usdc;
  readonly weth: Weth;
  readonly usdcIsToken0: boolean;
}

/** What the pool starts with. */
export interface PoolOptions {
  /** Ether price [wad USD]. */
  readonly ethPrice: bigint;
  /** WETH in the range over all prices, with USDC to match [wei]. */
  readonly wideWeth?: bigint;
  /** WETH in a range of 20 % either way, with USDC to match [wei]. */
  readonly concentratedWeth?: bigint;
}

/** Deploys factory, position manager, router and quoter, creates the pool and gives it liquidity. */
export async function deployUniswapV3(
  signer: Signer,
  usdc: Usdc,
  weth: Weth,
  options: PoolOptions,
): Promise<UniswapV3> {
  const factory = await deployArtifact<UniswapFactory>(
    signer,
    loadArtifact(`${CORE}/UniswapV3Factory.sol/UniswapV3Factory.json`),
  );
  const [factoryAt, wethAt, usdcAt] = await Promise.all([
    factory.getAddress(),
    weth.getAddress(),
    usdc.getAddress(),
  ]);
  const positionManager = await deployArtifact<PositionManager>(
    signer,
    loadArtifact(`${PERIPHERY}/NonfungiblePositionManager.sol/NonfungiblePositionManager.json`),
    [factoryAt, wethAt, ZERO],
  );
  const router = await deployArtifact<SwapRouter>(
    signer,
    loadArtifact(`${ROUTERS}/SwapRouter02.sol/SwapRouter02.json`),
    [ZERO, factoryAt, await positionManager.getAddress(), wethAt],
  );
  const quoter = await deployArtifact(signer, loadArtifact(`${ROUTERS}/lens/QuoterV2.sol/QuoterV2.json`), [
    factoryAt,
    wethAt,
  ]);

  const usdcIsToken0 = BigInt(usdcAt) < BigInt(wethAt);
  const parts = { factory, positionManager, router, quoter, usdc, weth, usdcIsToken0 };
  const pool = await createPool(parts, signer, POOL_FEE, options.ethPrice);
  const uniswap: UniswapV3 = { ...parts, pool, fee: POOL_FEE };
  await addLiquidity(uniswap, signer, options.ethPrice, options.wideWeth ?? 2_000n * WAD, 0);
  await addLiquidity(uniswap, signer, options.ethPrice, options.concentratedWeth ?? 1_000n * WAD, 0.2);
  return uniswap;
}

/** The same Uniswap with a USDC/WETH pool of another fee, with liquidity over all prices. */
export async function addPool(
  uniswap: UniswapV3,
  signer: Signer,
  fee: number,
  ethPrice: bigint,
  wideWeth: bigint,
): Promise<UniswapV3> {
  const other = { ...uniswap, pool: await createPool(uniswap, signer, fee, ethPrice), fee };
  await addLiquidity(other, signer, ethPrice, wideWeth, 0);
  return other;
}

async function createPool(
  { factory, positionManager, usdc, weth, usdcIsToken0 }: Omit<UniswapV3, "pool" | "fee">,
  signer: Signer,
  fee: number,
  ethPrice: bigint,
): Promise<UniswapPool> {
  const [usdcAt, wethAt] = await Promise.all([usdc.getAddress(), weth.getAddress()]);
  const [token0, token1] = usdcIsToken0 ? [usdcAt, wethAt] : [wethAt, usdcAt];
  const start = sqrtPriceX96(ethPrice, usdcIsToken0);
  await mined(positionManager.createAndInitializePoolIfNecessary(token0, token1, fee, start));
  const { abi } = loadArtifact(`${CORE}/UniswapV3Pool.sol/UniswapV3Pool.json`);
  return new Contract(await factory.getPool(token0, token1, fee), abi, signer) as unknown as UniswapPool;
}

/**
 * Adds WETH and the matching USDC to the pool in a range of plus or minus `share` of the price (0: over all prices).
 * `provider` must be the USDC minter, or hold the USDC already.
 */
export async function addLiquidity(
  uniswap: UniswapV3,
  provider: Signer,
  ethPrice: bigint,
  amountWeth: bigint,
  share: number,
): Promise<void> {
  if (amountWeth === 0n) return;
  const { usdc, weth, positionManager, usdcIsToken0 } = uniswap;
  const owner = await provider.getAddress();
  const amountUsdc = (amountWeth * ethPrice) / WAD / USDC_PER_WAD;
  await mintUsdc(usdc, owner, amountUsdc);
  await wrapWeth(weth, provider, amountWeth);
  const manager = await positionManager.getAddress();
  await approveMax(as(usdc, provider), owner, manager);
  await approveMax(as(weth, provider), owner, manager);

  const [usdcAt, wethAt] = await Promise.all([usdc.getAddress(), weth.getAddress()]);
  const spacing = spacingOf(uniswap.fee);
  const tick = usableTick((await uniswap.pool.slot0()).sqrtPriceX96, spacing);
  const { lower, upper } = rangeOf(tick, share, spacing);
  await mined(
    as(positionManager, provider).mint({
      token0: usdcIsToken0 ? usdcAt : wethAt,
      token1: usdcIsToken0 ? wethAt : usdcAt,
      fee: uniswap.fee,
      tickLower: lower,
      tickUpper: upper,
      amount0Desired: usdcIsToken0 ? amountUsdc : amountWeth,
      amount1Desired: usdcIsToken0 ? amountWeth : amountUsdc,
      amount0Min: 0n,
      amount1Min: 0n,
      recipient: owner,
      deadline: (1n << 40n) - 1n,
    }),
  );
}

/** Ether price of the pool [wad USD]. */
export async function uniswapPrice(uniswap: UniswapV3): Promise<bigint> {
  return priceOf((await uniswap.pool.slot0()).sqrtPriceX96, uniswap.usdcIsToken0);
}

/**
 * Swaps until the pool stands at `target` [wad USD]: what an arbitrageur does. Both tokens are topped up first,
 * since the pool takes no more than the price limit lets it.
 */
export async function moveUniswapPrice(
  uniswap: UniswapV3,
  arbitrageur: Signer,
  target: bigint,
): Promise<void> {
  const { usdc, weth, router, usdcIsToken0 } = uniswap;
  const limit = sqrtPriceX96(target, usdcIsToken0);
  const now = (await uniswap.pool.slot0()).sqrtPriceX96;
  if (now === limit) return;
  const sellToken0 = limit < now;
  const payUsdc = sellToken0 === usdcIsToken0;
  await fundArbitrageur(uniswap, arbitrageur, payUsdc);
  const [usdcAt, wethAt] = await Promise.all([usdc.getAddress(), weth.getAddress()]);
  await mined(
    as(router, arbitrageur).exactInputSingle({
      tokenIn: payUsdc ? usdcAt : wethAt,
      tokenOut: payUsdc ? wethAt : usdcAt,
      fee: uniswap.fee,
      recipient: await arbitrageur.getAddress(),
      amountIn: MOST,
      amountOutMinimum: 0n,
      sqrtPriceLimitX96: limit,
    }),
  );
}

async function fundArbitrageur(uniswap: UniswapV3, arbitrageur: Signer, payUsdc: boolean): Promise<void> {
  const { usdc, weth, router } = uniswap;
  const owner = await arbitrageur.getAddress();
  const poolAt = await uniswap.pool.getAddress();
  const [token, least] = payUsdc
    ? [usdc, 20n * (await usdc.balanceOf(poolAt))]
    : [weth, 20n * (await weth.balanceOf(poolAt))];
  await approveMax(as(token, arbitrageur), owner, await router.getAddress());
  if ((await token.balanceOf(owner)) >= least / 2n) return;
  if (payUsdc) await mintUsdc(usdc, owner, least);
  else await wrapWeth(weth, arbitrageur, least);
}
