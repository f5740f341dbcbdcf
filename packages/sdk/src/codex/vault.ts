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
