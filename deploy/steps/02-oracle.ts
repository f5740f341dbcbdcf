import type { ContractFuture, SetUpCall, StepContext } from "./context.ts";

/** Contracts of the oracle room. */
export interface OracleRoom {
  readonly priceRouter: ContractFuture;
  readonly surfaceFeed: ContractFuture;
  readonly settlementOracle: ContractFuture;
  readonly optionPricer: ContractFuture;
}

/** 02: prices in, fixings out. One ChainlinkPriceFeed for each market, and one for each second source. */
export function deployOracle(
  { m, config }: StepContext,
  access: ContractFuture,
): OracleRoom & { calls: SetUpCall[] } {
  const priceRouter = m.contract("PriceRouter", [access], { id: "priceRouter" });
  const surfaceFeed = m.contract("SurfaceFeed", [access, priceRouter], { id: "surfaceFeed" });
  const settlementOracle = m.contract("SettlementOracle", [priceRouter], { id: "settlementOracle" });
  const optionPricer = m.contract("OptionPricer", [priceRouter, surfaceFeed, settlementOracle], {
    id: "optionPricer",
  });
  const feeds = config.markets.map((market) => {
    const feed = m.contract("ChainlinkPriceFeed", [{ ...market.feed }], { id: `feed${market.name}` });
    return {
      id: `setFeed${market.name}`,
      contract: priceRouter,
      method: "setFeed",
      args: [market.index, feed],
    };
  });
  const secondFeeds = config.markets.flatMap(({ index, name, secondFeed }) => {
    if (secondFeed === undefined) return [];
    const feed = m.contract("ChainlinkPriceFeed", [{ ...secondFeed.feed }], { id: `secondFeed${name}` });
    const args = [index, feed, secondFeed.band];
    return [{ id: `setSecondFeed${name}`, contract: priceRouter, method: "setSecondFeed", args }];
  });
  const signers = config.surface.signers.map((signer, index) => ({
    id: `setSigner${index}`,
    contract: surfaceFeed,
    method: "setSigner",
    args: [signer, true],
  }));
  const threshold = {
    id: "setThreshold",
    contract: surfaceFeed,
    method: "setThreshold",
    args: [config.surface.threshold],
  };
  return {
    priceRouter,
    surfaceFeed,
    settlementOracle,
    optionPricer,
    calls: [...feeds, ...secondFeeds, ...signers, threshold],
  };
}
