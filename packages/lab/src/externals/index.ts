import type { Contract, Signer } from "ethers";
import { type AaveV3, deployAaveV3 } from "./aave.ts";
import { type ChainlinkFeed, deployChainlinkFeed } from "./chainlink.ts";
import { deployUniswapV3, type PoolOptions, type UniswapV3 } from "./uniswap.ts";
import { deployUsdc, type Usdc } from "./usdc.ts";
import { deployMulticall3, deployPermit2 } from "./utilities.ts";
import { deployWeth, type Weth } from "./weth.ts";

export * from "./aave.ts";
export { BadArtifactError } from "./artifacts.ts";
export { ensureEther, NotADevelopmentChainError, rpc } from "./chain.ts";
export * from "./chainlink.ts";
export { type Erc20, mined } from "./token.ts";
export * from "./uniswap.ts";
export { mintUsdc } from "./usdc.ts";
export { MULTICALL3_ADDRESS, PERMIT2_ADDRESS } from "./utilities.ts";
export { wrapWeth } from "./weth.ts";
export type { Usdc, Weth };
export { deployMulticall3, deployPermit2, deployUsdc, deployWeth };

/** The third-party contracts that Ballast stands on. */
export interface Externals {
  readonly usdc: Usdc;
  readonly weth: Weth;
  readonly permit2: Contract;
  readonly multicall3: Contract;
  readonly feed: ChainlinkFeed;
  readonly uniswap: UniswapV3;
  /** Where WETH can be borrowed; only if it was asked for. */
  readonly aave?: AaveV3;
}

/** What the outside world starts with. */
export interface ExternalsOptions extends PoolOptions {
  /** Accounts that answer the ETH / USD feed; the deployer alone if none are given. */
  readonly oracles?: readonly Signer[];
  /** WETH that Aave v3 has to lend [wei]; there is no Aave without. */
  readonly lentWeth?: bigint;
}

/**
 * Deploys the real USDC, WETH, Permit2, Multicall3, Chainlink ETH / USD feed and Uniswap v3 with a USDC/WETH pool, and
 * Aave v3 where there is WETH to lend.
 * `signer` deploys, mints USDC and provides the pool's liquidity. `ethPrice` is in [wad USD].
 */
export async function deployExternals(signer: Signer, options: ExternalsOptions): Promise<Externals> {
  const usdc = await deployUsdc(signer);
  const weth = await deployWeth(signer);
  const permit2 = await deployPermit2(signer);
  const multicall3 = await deployMulticall3(signer);
  const feed = await deployChainlinkFeed(signer, {
    price: options.ethPrice,
    ...(options.oracles === undefined ? {} : { oracles: options.oracles }),
  });
  const uniswap = await deployUniswapV3(signer, usdc, weth, options);
  const { lentWeth } = options;
  if (lentWeth === undefined) return { usdc, weth, permit2, multicall3, feed, uniswap };
  const dollar = await deployChainlinkFeed(signer, { price: 10n ** 18n, description: "USDC / USD" });
  const feeds = { usdc: dollar.address, weth: feed.address };
  const aave = await deployAaveV3(signer, { usdc, weth, feeds, lentWeth });
  return { usdc, weth, permit2, multicall3, feed, uniswap, aave };
}
