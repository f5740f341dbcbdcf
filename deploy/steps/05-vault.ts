import type { MarketConfig } from "../config/config.ts";
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

/** 05: the LP vault, its quotes, its trade desk, its queue, and the hedge with its venues for each market. */
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
  const quoter = m.contract(
    "Quoter",
    [access, vault, clearinghouse, priceRouter, surfaceFeed, riskArrays, books],
    { id: "quoter" },
  );
  const tradeDesk = m.contract("TradeDesk", [clearinghouse, vault, quoter, priceRouter, config.fundShare], {
    id: "tradeDesk",
  });
  const silo = m.contractAt("Silo", m.staticCall(vault, "silo"), { id: "silo" });
  const greeks = m.contract("HedgeGreeks", [clearinghouse, optionPricer, books, riskArrays], {
    id: "hedgeGreeks",
  });
  const planner = m.contract("HedgePlanner", [clearinghouse, vault, priceRouter, greeks], {
    id: "hedgePlanner",
  });
  const hedgeController = m.contract("HedgeController", [access, planner], { id: "hedgeController" });
  const hedges = config.markets.flatMap((market): SetUpCall[] => [
    {
      id: `setHedge${market.name}`,
      contract: hedgeController,
      method: "setParameters",
      args: [market.index, { ...market.hedge }],
    },
    {
      id: `setHedgeVenues${market.name}`,
      contract: hedgeController,
      method: "setVenues",
      args: [market.index, venuesOf({ m, config }, hedgeController, market)],
    },
  ]);
  const keepers = config.hedgeKeepers.map(
    (keeper, index): SetUpCall => ({
      id: `setHedgeKeeper${index}`,
      contract: hedgeController,
      method: "setKeeper",
      args: [keeper, true],
    }),
  );
  const account = m.staticCall(vault, "account");
  const calls: SetUpCall[] = [
    { id: "setQuoterHedge", contract: quoter, method: "setHedge", args: [hedgeController] },
    { id: "setQuoter", contract: quoter, method: "setParameters", args: [{ ...config.quoter }] },
    { id: "allowDesk", contract: clearinghouse, method: "setVenue", args: [tradeDesk, true] },
    { id: "allowHedge", contract: clearinghouse, method: "setVenue", args: [hedgeController, true] },
    { id: "openBook", contract: clearinghouse, method: "openBook", args: [account] },
    { id: "setFees", contract: valuation, method: "setFeeTerms", args: [account, { ...config.vaultFees }] },
    { id: "setHedger", contract: vault, method: "setHedger", args: [hedgeController, true] },
    ...hedges,
    ...keepers,
  ];
  return { valuation, vault, quoter, tradeDesk, silo, hedgeController, calls };
}

/** Spot venues of a market, one for each pool, then the short venue if there is one. */
function venuesOf({ m, config }: StepContext, controller: ContractFuture, market: MarketConfig) {
  const { router, quoter } = config.uniswap;
  const termsOf = (fee: number) => ({
    controller,
    underlying: market.underlying,
    cash: config.usdc,
    router,
    quoter,
    fee,
  });
  const spot = market.hedgeVenues.spotFees.map((fee) =>
    m.contract("UniswapV3SpotVenue", [termsOf(fee)], { id: `hedgeVenue${market.name}${fee}` }),
  );
  const { short } = market.hedgeVenues;
  if (!short) return spot;
  const args = [termsOf(short.fee), short.pool, short.healthTarget, short.healthFloor];
  return [...spot, m.contract("AaveV3ShortVenue", args, { id: `hedgeShort${market.name}` })];
}
