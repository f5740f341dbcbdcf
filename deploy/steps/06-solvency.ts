import type { RiskRoom } from "./03-risk.ts";
import type { ClearingRoom } from "./04-clearing.ts";
import type { VaultRoom } from "./05-vault.ts";
import type { ContractFuture, SetUpCall, StepContext } from "./context.ts";

/** Contracts of the insurance and liquidation rooms. The fund is created by the waterfall. */
export interface SolvencyRoom {
  readonly lossWaterfall: ContractFuture;
  readonly insuranceFund: ContractFuture;
  readonly auctionHouse: ContractFuture;
  readonly vaultCloser: ContractFuture;
}

/** 06: who sells unhealthy accounts, and who pays for insolvent ones. */
export function deploySolvency(
  { m, config }: StepContext,
  access: ContractFuture,
  { riskEngine }: RiskRoom,
  { clearinghouse }: ClearingRoom,
  { vault, valuation, tradeDesk, hedgeController }: VaultRoom,
): SolvencyRoom & { calls: SetUpCall[] } {
  const lossWaterfall = m.contract("LossWaterfall", [access, clearinghouse, vault], { id: "lossWaterfall" });
  const insuranceFund = m.contractAt("InsuranceFund", m.staticCall(lossWaterfall, "insuranceFund"), {
    id: "insuranceFund",
  });
  const auctionHouse = m.contract("AuctionHouse", [access, clearinghouse, riskEngine, lossWaterfall, vault], {
    id: "auctionHouse",
  });
  const vaultCloser = m.contract("VaultCloser", [clearinghouse, auctionHouse, tradeDesk], {
    id: "vaultCloser",
  });
  const { perEvent, perYear } = config.vaultSlice;
  const calls: SetUpCall[] = [
    {
      id: "setSources",
      contract: valuation,
      method: "setSources",
      args: [
        m.staticCall(vault, "account", [], 0, { id: "valuedAccount" }),
        { hedge: hedgeController, desk: tradeDesk, waterfall: lossWaterfall },
      ],
    },
    { id: "allowAuctions", contract: clearinghouse, method: "setVenue", args: [auctionHouse, true] },
    { id: "allowWaterfall", contract: clearinghouse, method: "setVenue", args: [lossWaterfall, true] },
    { id: "setHoldBackSource", contract: clearinghouse, method: "setHoldBackSource", args: [lossWaterfall] },
    {
      id: "setInsuranceAccount",
      contract: clearinghouse,
      method: "setInsuranceAccount",
      args: [m.staticCall(insuranceFund, "feeAccount")],
    },
    { id: "setAuctionHouse", contract: lossWaterfall, method: "setAuctionHouse", args: [auctionHouse] },
    { id: "setVaultSlice", contract: lossWaterfall, method: "setVaultSlice", args: [perEvent, perYear] },
    { id: "setBackstop", contract: auctionHouse, method: "setBackstop", args: [{ ...config.backstop }] },
  ];
  return { lossWaterfall, insuranceFund, auctionHouse, vaultCloser, calls };
}
