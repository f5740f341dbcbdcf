import { type CodexEntry, ZERO_ADDRESS } from "./entry.ts";

/** Errors of auctions, of the waterfall and of the insurance fund. */
export const SOLVENCY_ERRORS: Readonly<Record<string, CodexEntry>> = {
  AuctionHouse_AlreadyRunning: { cause: "The account is in auction already.", fix: "Bid in it." },
  AuctionHouse_BackstopNotDue: {
    cause: "The price has not come to the terms that the vault agreed.",
    fix: "Wait, or bid yourself.",
  },
  AuctionHouse_BackstopSpent: {
    cause: "The vault has bought as much as it agreed to in a day, or agreed to nothing.",
    fix: "Bid yourself, or wait for the next day.",
  },
  AuctionHouse_BadBackstop: {
    cause: "The terms are beyond what the contract allows.",
    fix: "Stay within the bounds.",
  },
  AuctionHouse_BadFraction: {
    cause: "The share is zero or more than everything.",
    fix: "Bid for a share between zero and one.",
  },
  AuctionHouse_DataUnusable: {
    cause: "What was asked for has no usable price now.",
    fix: "Bid for positions in other markets, or wait for the price.",
  },
  AuctionHouse_InBatch: {
    cause: "A batch is running, and accounts are not what they will be.",
    fix: "Call the auction house outside of it.",
  },
  AuctionHouse_NoLegs: { cause: "The bid names no positions.", fix: "Name at least one." },
  AuctionHouse_NotBidderOwner: {
    cause: "The sender may not spend the cash of the bidding account.",
    fix: "Bid for your own account, or as an operator with all scopes.",
  },
  AuctionHouse_NotReducing: {
    cause: "The seller has less of this position, or of the other sign.",
    fix: "Look at its positions and bid for part of one.",
  },
  AuctionHouse_NotRunning: {
    cause: "The account is not in auction.",
    fix: "Start one, if it is below maintenance.",
  },
  AuctionHouse_Reentered: { cause: "The house was called from within a bid.", fix: "Call it afterwards." },
  AuctionHouse_RelatedBidder: {
    cause: "The bidder and the account belong together.",
    fix: "Deposit instead: an owner cannot buy its own account.",
  },
  AuctionHouse_RiskNotReduced: {
    cause: "Without these positions the account would not ask for less.",
    fix: "Bid for positions that carry its risk.",
  },
  AuctionHouse_StillUnhealthy: {
    cause: "The account is below maintenance still, or waits for a price.",
    fix: "Bid, or wait.",
  },
  AuctionHouse_ZeroAddress: ZERO_ADDRESS,
  InsuranceFund_ExceedsCooldown: {
    cause: "The shares are more than those that cooled down, or than you have.",
    fix: "Leave with fewer, or start a cooldown of more.",
  },
  InsuranceFund_NotWaterfall: {
    cause: "Only the waterfall takes from the fund.",
    fix: "Redeem shares to leave.",
  },
  InsuranceFund_ZeroAddress: ZERO_ADDRESS,
  InsuranceFund_ZeroAmount: { cause: "Nothing would be moved.", fix: "Ask for more than zero." },
  LossWaterfall_NegativeExposure: {
    cause: "An exposure is never below zero.",
    fix: "Please report it: this should never happen.",
  },
  LossWaterfall_NotAuctionHouse: {
    cause: "Only the auction house reports losses.",
    fix: "Go through its auctions.",
  },
  LossWaterfall_SliceTooLarge: {
    cause: "The share of the vault's NAV is more than the contract allows.",
    fix: "Set at most the maximum.",
  },
  LossWaterfall_ZeroAddress: ZERO_ADDRESS,
  LossWaterfall_ZeroShortfall: {
    cause: "There is no loss to pay.",
    fix: "Please report it: this should never happen.",
  },
  VaultCloser_LessThanWanted: {
    cause: "The trade would leave less than you want.",
    fix: "Ask for less, or wait for a larger discount.",
  },
  VaultCloser_NotHouse: { cause: "Only the auction house calls back.", fix: "Call close instead." },
  VaultCloser_ZeroAddress: ZERO_ADDRESS,
};
