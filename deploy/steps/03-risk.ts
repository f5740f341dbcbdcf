import { ZeroAddress } from "ethers";
import type { OracleRoom } from "./02-oracle.ts";
import type { ContractFuture, SetUpCall, StepContext } from "./context.ts";

/** Contracts of the risk room. */
export interface RiskRoom {
  readonly riskParameters: ContractFuture;
  readonly riskArrays: ContractFuture;
  readonly arrayPosts: ContractFuture;
  readonly books: ContractFuture;
  readonly riskEngine: ContractFuture;
}

/** 03: parameters, arrays, the room that checks posted arrays, and the engine that reads both. */
export function deployRisk(
  { m, config }: StepContext,
  access: ContractFuture,
  oracle: OracleRoom,
): RiskRoom & { calls: SetUpCall[] } {
  const { surfaceFeed, priceRouter, settlementOracle } = oracle;
  const pegFeed = config.pegFeed
    ? m.contract("ChainlinkPriceFeed", [{ ...config.pegFeed }], { id: "pegFeed" })
    : ZeroAddress;
  const riskParameters = m.contract("RiskParameters", [access, pegFeed], { id: "riskParameters" });
  const riskArrays = m.contract("RiskArrays", [access, surfaceFeed, priceRouter, riskParameters], {
    id: "riskArrays",
  });
  const { bond, treasury } = config.arrayPosts;
  const arrayPosts = m.contract("ArrayPosts", [riskArrays, surfaceFeed, config.usdc, treasury, bond], {
    id: "arrayPosts",
  });
  const books = m.contract("Books", [access, riskArrays], { id: "books" });
  const riskEngine = m.contract(
    "RiskEngine",
    [riskArrays, riskParameters, surfaceFeed, priceRouter, settlementOracle, books],
    { id: "riskEngine" },
  );
  const calls = config.markets.map((market) => ({
    id: `setRisk${market.name}`,
    contract: riskParameters,
    method: "setParameters",
    args: [market.index, { ...market.risk }],
  }));
  return { riskParameters, riskArrays, arrayPosts, books, riskEngine, calls };
}
