import { expect } from "chai";
import { network } from "hardhat";
import {
  BadFeedPriceError,
  deployChainlinkFeed,
  deployExternals,
  MULTICALL3_ADDRESS,
  mintUsdc,
  moveUniswapPrice,
  PERMIT2_ADDRESS,
  uniswapPrice,
} from "../src/externals/index.ts";

const WAD = 10n ** 18n;
const { ethers } = await network.create();

describe("externals", () => {
  async function world() {
    const [signer, arbitrageur, holder] = await ethers.getSigners();
    if (!signer || !arbitrageur || !holder) throw new Error("The network has too few accounts.");
    return {
      signer,
      arbitrageur,
      holder,
      externals: await deployExternals(signer, { ethPrice: 2_000n * WAD }),
    };
  }

  it("deploys USDC with six decimals behind its proxy, mintable by the deployer", async () => {
    const { externals, holder } = await world();
    await mintUsdc(externals.usdc, holder.address, 1_234_567n);
    expect(await externals.usdc.balanceOf(holder.address)).to.equal(1_234_567n);
    expect(await externals.usdc.decimals()).to.equal(6n);
  });

  it("puts Permit2 and Multicall3 at their canonical addresses", async () => {
    const { externals } = await world();
    expect(await externals.permit2.getAddress()).to.equal(PERMIT2_ADDRESS);
    expect(await externals.multicall3.getAddress()).to.equal(MULTICALL3_ADDRESS);
    expect(await externals.multicall3.getFunction("getBlockNumber").staticCall()).to.equal(
      BigInt(await ethers.provider.getBlockNumber()),
    );
    expect(await externals.permit2.getFunction("DOMAIN_SEPARATOR").staticCall()).to.match(/^0x[0-9a-f]{64}$/);
  });

  it("answers Chainlink rounds through the proxy, one after the other", async () => {
    const { externals } = await world();
    const first = await externals.feed.proxy.latestRoundData();
    expect(first.answer).to.equal(2_000n * 10n ** 8n);
    await externals.feed.pushRound(1_999n * WAD + 5n * 10n ** 17n);
    const second = await externals.feed.proxy.latestRoundData();
    expect(second.answer).to.equal(199_950_000_000n);
    expect(second.roundId).to.equal(first.roundId + 1n);
    expect(second.answeredInRound).to.equal(second.roundId);
    expect((await externals.feed.proxy.getRoundData(first.roundId)).answer).to.equal(first.answer);
  });

  it("completes a round only when every oracle has answered", async () => {
    const oracles = (await ethers.getSigners()).slice(0, 3);
    const [signer] = oracles;
    if (!signer) throw new Error("The network has no account.");
    const feed = await deployChainlinkFeed(signer, { price: 100n * WAD, oracles });
    expect((await feed.proxy.latestRoundData()).answer).to.equal(100n * 10n ** 8n);
  });

  it("refuses a price that is not positive", async () => {
    const { externals } = await world();
    let caught: unknown;
    await externals.feed.pushRound(0n).catch((error: unknown) => {
      caught = error;
    });
    expect(caught).to.be.instanceOf(BadFeedPriceError);
  });

  it("moves the pool to a target price up and down, within a millionth", async () => {
    const { externals, arbitrageur } = await world();
    for (const target of [2_000n, 2_345n, 1_100n, 90n, 4_000n]) {
      await moveUniswapPrice(externals.uniswap, arbitrageur, target * WAD);
      const price = await uniswapPrice(externals.uniswap);
      const gap = price > target * WAD ? price - target * WAD : target * WAD - price;
      expect(gap * 1_000_000n <= target * WAD, `pool at ${price}`).to.equal(true);
    }
    expect(await externals.uniswap.pool.liquidity()).to.be.greaterThan(0n);
  });
});
