import { type CodexEntry, ZERO_ADDRESS } from "./entry.ts";

/** Errors of the ledger, its settler and guardian. */
export const CLEARING_ERRORS: Readonly<Record<string, CodexEntry>> = {
  Clearinghouse_AmountTooLarge: {
    cause: "The amount does not fit its place in the ledger.",
    fix: "Check its decimals.",
  },
  Clearinghouse_BadSignature: {
    cause: "The permit is not signed by the owner of the account.",
    fix: "Sign it with the owner, for this chain, contract and nonce.",
  },
  Clearinghouse_BelowMinimum: {
    cause: "Others may bring no less than the minimum into an account.",
    fix: "Deposit more, or have the owner make you its operator.",
  },
  Clearinghouse_CannotOpenBook: {
    cause: "The account has positions already, or a book.",
    fix: "Open the book of an account without positions.",
  },
  Clearinghouse_DebtLimit: {
    cause: "The account, or all accounts together, would owe more cash than the limit.",
    fix: "Deposit cash, or borrow less.",
  },
  Clearinghouse_EmptyBatch: { cause: "The batch has no calls.", fix: "Add a call." },
  Clearinghouse_HeldBack: {
    cause: "An open shortfall may need part of what the account has.",
    fix: "Withdraw at most what withdrawable says, or wait until the auctions are over.",
  },
  Clearinghouse_LossExceedsClaims: {
    cause: "The loss is more than all claims together.",
    fix: "Nothing can be done before somebody pays in.",
  },
  Clearinghouse_NegativeAmount: { cause: "The amount is negative.", fix: "Swap payer and receiver." },
  Clearinghouse_NestedBatch: {
    cause: "A batch cannot run within a batch.",
    fix: "Put the calls into one list.",
  },
  Clearinghouse_NoPosition: {
    cause: "The account has no such position.",
    fix: "Look at its positions: it may be settled already.",
  },
  Clearinghouse_NoPrice: {
    cause: "The asset has no usable price now, and the account has something at risk.",
    fix: "Deposit cash, or wait for the price.",
  },
  Clearinghouse_NonceUsed: {
    cause: "A permit with this nonce was used or cancelled.",
    fix: "Sign one with another nonce.",
  },
  Clearinghouse_NotVenue: {
    cause: "Only registered venues move things between accounts.",
    fix: "Call the venue, not the clearinghouse.",
  },
  Clearinghouse_OutOfBounds: {
    cause: "The value is beyond what the contract allows.",
    fix: "Stay within the limit.",
  },
  Clearinghouse_PermitExpired: { cause: "The permit came too late.", fix: "Sign one with a later deadline." },
  Clearinghouse_ReceivedLess: {
    cause: "Less arrived than was sent: the token keeps a fee.",
    fix: "Use a token without fee on transfer.",
  },
  Clearinghouse_Reentered: {
    cause: "The ledger was called from within a token transfer.",
    fix: "Call it afterwards.",
  },
  Clearinghouse_SelfMove: { cause: "Both accounts are the same.", fix: "Name two accounts." },
  Clearinghouse_TooLittleGas: {
    cause: "With so little gas the ledger could not ask what is held back.",
    fix: "Send the transaction with more gas.",
  },
  Clearinghouse_TooManyAssets: {
    cause: "There are as many collateral assets as there may be.",
    fix: "Use one of those.",
  },
  Clearinghouse_UnknownAsset: {
    cause: "The token is no collateral here, or no longer taken in.",
    fix: "Use a token that is listed and enabled.",
  },
  Clearinghouse_UnknownScopes: {
    cause: "The scopes are more than trade and withdraw.",
    fix: "Use 1, 2, or 3 for both.",
  },
  Clearinghouse_ZeroAddress: ZERO_ADDRESS,
  Clearinghouse_ZeroAmount: { cause: "Nothing would be moved.", fix: "Ask for more than zero." },
  Guardian_ZeroAddress: ZERO_ADDRESS,
  Settler_NothingToSettle: {
    cause: "No position of the account has expired and is fixed.",
    fix: "Have the expiry fixed first, or wait for it.",
  },
  Settler_ZeroAddress: ZERO_ADDRESS,
};
