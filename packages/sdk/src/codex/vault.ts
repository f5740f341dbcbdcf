import { type CodexEntry, ZERO_ADDRESS } from "./entry.ts";

/** Errors of the vault, its desk and its hedges. */
export const VAULT_ERRORS: Readonly<Record<string, CodexEntry>> = {
  OptionsVault_AlreadySeeded: {
    cause: "The vault has its first deposit already.",
    fix: "Request a deposit.",
  },
  OptionsVault_NotSeeded: { cause: "The vault has no first deposit yet.", fix: "Wait until it is open." },
  OptionsVault_ZeroAddress: ZERO_ADDRESS,
  Silo_NotVault: { cause: "Only the vault moves what waits in the silo.", fix: "Claim at the vault." },
  Silo_ZeroAddress: ZERO_ADDRESS,
  TradeDesk_BadFundShare: {
    cause: "The insurance fund's share of spread is beyond the bound in code.",
    fix: "Deploy with a smaller share.",
  },
  TradeDesk_BatchRunning: {
    cause: "The insurance fund is paid outside batches only.",
    fix: "Call payFund in a transaction of its own.",
  },
  TradeDesk_NoFund: {
    cause: "The ledger has no insurance account.",
    fix: "Ask the curator to set one.",
  },
  TradeDesk_NothingToPay: {
    cause: "Nothing is owed to the insurance fund, or the vault has no cash beyond what leavers wait for.",
    fix: "Wait until spread is released, or until those who wait to leave are paid.",
  },
  TradeDesk_NotActiveAccount: {
    cause: "The trade is for another account than the batch.",
    fix: "Run the batch on the account that trades.",
  },
  TradeDesk_NotAuthorised: {
    cause: "You may not trade for this account.",
    fix: "Ask its owner to make you an operator with the scope to trade.",
  },
  TradeDesk_OnlyInBatch: {
    cause: "Trades run within a batch of the clearinghouse.",
    fix: "Put the call into clearinghouse.batch.",
  },
  TradeDesk_SelfTrade: { cause: "The vault cannot trade with itself.", fix: "Trade for another account." },
  TradeDesk_ZeroAddress: ZERO_ADDRESS,
  Valuation_ZeroAddress: ZERO_ADDRESS,
};
