import type { OracleRoom } from "./02-oracle.ts";
import type { RiskRoom } from "./03-risk.ts";
import type { ClearingRoom } from "./04-clearing.ts";
import type { ContractFuture, SetUpCall, StepContext } from "./context.ts";

/** Contracts of the vault and hedging rooms. The silo is created by the vault. */
export interface VaultRoom {
  readonly valuation: ContractFuture;
  readonly vault: ContractFuture;
  readonly quoter: ContractFuture;
  readonly tradeDesk: ContractFuture;
  readonly silo: ContractFuture;
  readonly hedgeController: ContractFuture;
}

/** 05: the LP vault, its quotes, its trade desk, its queue, and the hedge with one Uniswap venue for each market. */
export function deployVault(
  { m, config }: StepContext,
  access: ContractFuture,
  oracle: OracleRoom,
  { books, riskArrays }: RiskRoom,
  { clearinghouse }: ClearingRoom,
): VaultRoom & { calls: SetUpCall[] } {
  const { optionPricer, priceRouter, surfaceFeed } = oracle;
  const feeds = [optionPricer, priceRouter, surfaceFeed] as const;
  const valuation = m.contract(
    "Valuation",
    [access, clearinghouse, books, ...feeds, oracle.settlementOracle],
    { id: "valuation" },
  );
  const vault = m.contract("OptionsVault", [access, clearinghouse, ...feeds, valuation], { id: "vault" });
  const quoter = m.contract("Quoter", [access, vault, clearinghouse, ...feeds, riskArrays, books], {
    id: "quoter",
  });
  const tradeDesk = m.contract("TradeDesk", [clearinghouse, vault, quoter, priceRouter], { id: "tradeDesk" });
  const silo = m.contractAt("Silo", m.staticCall(vault, "silo"), { id: "silo" });
  const hedgeController = m.contract(
    "HedgeController",
    [access, clearinghouse, vault, optionPricer, priceRouter],
    {
      id: "hedgeController",
    },
  );
  const { router, quoter: uniswapQuoter, fee } = config.uniswap;
  const hedges = config.markets.flatMap((market): SetUpCall[] => {
    const venue = m.contract(
      "UniswapV3SpotVenue",
      [hedgeController, market.underlying, config.usdc, router, uniswapQuoter, fee],
      { id: `hedgeVenue${market.name}` },
    );
    return [
      {
        id: `setHedge${market.name}`,
        contract: hedgeController,
        method: "setParameters",
        args: [market.index, { ...market.hedge }],
      },
      {
        id: `setHedgeVenue${market.name}`,
        contract: hedgeController,
        method: "setVenue",
        args: [market.index, venue],
      },
    ];
  });
  const calls: SetUpCall[] = [
    { id: "setQuoterHedge", contract: quoter, method: "setHedge", args: [hedgeController] },
    { id: "setQuoter", contract: quoter, method: "setParameters", args: [{ ...config.quoter }] },
    { id: "allowDesk", contract: clearinghouse, method: "setVenue", args: [tradeDesk, true] },
    { id: "allowHedge", contract: clearinghouse, method: "setVenue", args: [hedgeController, true] },
    { id: "openBook", contract: clearinghouse, method: "openBook", args: [m.staticCall(vault, "account")] },
    { id: "setHedger", contract: vault, method: "setHedger", args: [hedgeController, true] },
    ...hedges,
  ];
  return { valuation, vault, quoter, tradeDesk, silo, hedgeController, calls };
}
