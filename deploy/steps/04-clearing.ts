import type { OracleRoom } from "./02-oracle.ts";
import type { RiskRoom } from "./03-risk.ts";
import type { ContractFuture, SetUpCall, StepContext } from "./context.ts";

/** Contracts of the clearing and governance rooms. */
export interface ClearingRoom {
  readonly clearinghouse: ContractFuture;
  readonly settler: ContractFuture;
  readonly guardian: ContractFuture;
}

/** 04: the ledger, who settles it and who can pause it. */
export function deployClearing(
  { m, config }: StepContext,
  access: ContractFuture,
  oracle: OracleRoom,
  risk: RiskRoom,
): ClearingRoom & { calls: SetUpCall[] } {
  const base = [access, config.usdc, risk.riskEngine] as const;
  const registrar = m.contract("Registrar", [...base], { id: "registrar" });
  const clearinghouse = m.contract("Clearinghouse", [...base, registrar], { id: "clearinghouse" });
  const settler = m.contract("Settler", [clearinghouse, oracle.settlementOracle], { id: "settler" });
  const guardian = m.contract("Guardian", [access, clearinghouse], { id: "guardian" });
  const collateral = config.markets.map((market) => ({
    id: `setCollateral${market.name}`,
    contract: clearinghouse,
    method: "setCollateralAsset",
    args: [market.underlying, market.index, market.collateralCap, true],
  }));
  const minima = config.markets.map((market) => ({
    id: `setMinimumDeposit${market.name}`,
    contract: clearinghouse,
    method: "setMinimumDeposit",
    args: [market.underlying, market.minimumDeposit],
  }));
  const bind = { id: "bindBooks", contract: risk.books, method: "bind", args: [clearinghouse] };
  return { clearinghouse, settler, guardian, calls: [bind, ...collateral, ...minima] };
}
