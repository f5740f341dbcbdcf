import type { OracleRoom } from "./02-oracle.ts";
import type { ClearingRoom } from "./04-clearing.ts";
import type { ContractFuture, SetUpCall, StepContext } from "./context.ts";

/** Contracts of the vault and hedging rooms. Quoter and silo are created by the vault. */
export interface VaultRoom {
  readonly vault: ContractFuture;
  readonly quoter: ContractFuture;
  readonly silo: ContractFuture;
  readonly hedgeController: ContractFuture;
}

/** 05: the LP vault, its quotes, its queue, and the hedge with one Uniswap venue for each market. */
export function deployVault(
  { m, config }: StepContext,
  access: ContractFuture,
  oracle: OracleRoom,
  { clearinghouse }: ClearingRoom,
): VaultRoom & { calls: SetUpCall[] } {
  const { optionPricer, priceRouter, surfaceFeed } = oracle;
  const vault = m.contract("OptionsVault", [access, clearinghouse, optionPricer, priceRouter, surfaceFeed], {
    id: "vault",
  });
  const quoter = m.contractAt("Quoter", m.staticCall(vault, "quoter"), { id: "quoter" });
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
    { id: "setQuoter", contract: quoter, method: "setParameters", args: [{ ...config.quoter }] },
    { id: "allowVault", contract: clearinghouse, method: "setVenue", args: [vault, true] },
    { id: "allowHedge", contract: clearinghouse, method: "setVenue", args: [hedgeController, true] },
    { id: "openBook", contract: clearinghouse, method: "openBook", args: [m.staticCall(vault, "account")] },
    { id: "setHedger", contract: vault, method: "setHedger", args: [hedgeController, true] },
    ...hedges,
  ];
  return { vault, quoter, silo, hedgeController, calls };
}
