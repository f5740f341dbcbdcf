import { type CodexEntry, ZERO_ADDRESS } from "./entry.ts";

/** Errors of the vault, its desk and its hedges. */
export const VAULT_ERRORS: Readonly<Record<string, CodexEntry>> = {
  HedgeController_BadParameter: {
    cause: "The parameter is beyond what the contract allows.",
    fix: "Stay within its bounds.",
  },
  HedgeController_NoVenue: { cause: "No venue hedges this market.", fix: "Set one first." },
  HedgeController_NotRunning: { cause: "No hedge is running.", fix: "Call rebalance instead." },
  HedgeController_OnlyClearinghouse: {
    cause: "This runs within a batch of the clearinghouse only.",
    fix: "Call rebalance instead.",
  },
  HedgeController_PriceUnusable: {
    cause: "The market has no price that is good enough to hedge at.",
    fix: "Wait for the feed.",
  },
  HedgeController_ZeroAddress: ZERO_ADDRESS,
  OptionsVault_AlreadySeeded: {
    cause: "The vault has its first deposit already.",
    fix: "Request a deposit.",
  },
  OptionsVault_NotSeeded: { cause: "The vault has no first deposit yet.", fix: "Wait until it is open." },
  OptionsVault_ZeroAddress: ZERO_ADDRESS,
  Silo_NotVault: { cause: "Only the vault moves what waits in the silo.", fix: "Claim at the vault." },
  Silo_ZeroAddress: ZERO_ADDRESS,
  TradeDesk_NotActiveAccount: {
    cause: "The trade is for another account than the batch.",
    fix: "Run the batch on the account that trades.",
  },
  TradeDesk_OnlyInBatch: {
    cause: "Trades run within a batch of the clearinghouse.",
    fix: "Put the call into clearinghouse.batch.",
  },
  TradeDesk_SelfTrade: { cause: "The vault cannot trade with itself.", fix: "Trade for another account." },
  TradeDesk_ZeroAddress: ZERO_ADDRESS,
  UniswapV3SpotVenue_NotController: {
    cause: "Only the hedge controller trades here.",
    fix: "Call its rebalance.",
  },
  UniswapV3SpotVenue_ZeroAddress: ZERO_ADDRESS,
  Valuation_ZeroAddress: ZERO_ADDRESS,
};
