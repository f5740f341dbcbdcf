import type { CodexEntry } from "./entry.ts";

/** What the hedge and its venues refuse. */
export const HEDGING_ERRORS: Readonly<Record<string, CodexEntry>> = {
  HedgeController_InsideBand: { cause: "The vault's delta is inside its band.", fix: "Nothing to hedge." },
  HedgeController_TooSoon: { cause: "The last hedge was too short a time ago.", fix: "Try again later." },
  HedgeController_LossBudgetSpent: {
    cause: "The hedge has lost what it may against the oracle price for now, or its caller has.",
    fix: "Wait: the budget comes back over a day. Another keeper may have budget left.",
  },
  HedgeController_NothingFits: {
    cause: "Cash, holdings, collateral cap and venues leave less than one token unit to trade.",
    fix: "Look at hedgeCapacity: without a short venue nothing can be sold that the vault does not hold.",
  },
  HedgePlanner_NoVenue: {
    cause: "No venue is set for this market.",
    fix: "The curator sets venues.",
  },
  HedgePlanner_PriceUnusable: {
    cause: "The price of the underlying is too old or in doubt.",
    fix: "Wait for the next good price.",
  },
  HedgeController_SlippageExceeded: {
    cause: "By the balances the trade cost more against the oracle price than the limit allows.",
    fix: "Try again when the venue's price is nearer to the oracle's.",
  },
  HedgeController_WrongFill: {
    cause: "The venue moved the hedge by something else than what was ordered.",
    fix: "The venue is broken: the curator should take it out.",
  },
  HedgeController_OnlyClearinghouse: {
    cause: "Orders are filled by the clearinghouse within a rebalance.",
    fix: "Call rebalance.",
  },
  HedgeController_NotRunning: {
    cause: "No such order is running.",
    fix: "Call rebalance.",
  },
  HedgeController_OutOfGas: {
    cause: "A venue did not answer, and so little gas is left that the lack of it may be why.",
    fix: "Send more gas.",
  },
  HedgeController_Reentered: {
    cause: "A venue called back into the hedge while it traded.",
    fix: "The venue is broken: the curator should take it out.",
  },
  HedgeController_BadParameter: {
    cause: "A parameter of the hedge is out of its bounds.",
    fix: "See HedgeParameters for the bounds.",
  },
  HedgeController_BadVenue: {
    cause: "The venue is not of this market, has another underlying, or is there twice.",
    fix: "All venues of a market trade its collateral token.",
  },
  HedgeController_VenueInUse: {
    cause: "The venue still holds a position for the vault.",
    fix: "Unwind the position first.",
  },
  HedgeController_ZeroAddress: { cause: "An address is missing.", fix: "Give all addresses." },
  HedgePlanner_ZeroAddress: { cause: "An address is missing.", fix: "Give all addresses." },
  HedgeGreeks_ZeroAddress: { cause: "An address is missing.", fix: "Give all addresses." },
  HedgeGreeks_NoBook: {
    cause: "The account has no book, so its options are not summed.",
    fix: "The curator opens a book for the account while it has no positions.",
  },
  HedgeGreeks_TooManyApart: {
    cause: "Too many of the vault's options have arrays that are out of date.",
    fix: "Refresh the vault's books (Books.refreshAll), then try again.",
  },
  HedgeVenue_NotController: {
    cause: "Only the hedge controller trades on its venues.",
    fix: "Call rebalance on the controller.",
  },
  HedgeVenue_ZeroAddress: { cause: "An address is missing.", fix: "Give all addresses." },
  UniswapV3SpotVenue_NoPosition: {
    cause: "A spot venue holds no position that could be made smaller.",
    fix: "Deleverage short venues only.",
  },
  AaveV3ShortVenue_BadHealth: {
    cause: "Health factors of the short venue are out of their bounds.",
    fix: "Floor at least 1.05, target at least 0.1 above it and at most 5.",
  },
  AaveV3ShortVenue_NotListed: {
    cause: "Aave does not list this token.",
    fix: "Name the Aave pool that lends it.",
  },
  AaveV3ShortVenue_Unhealthy: {
    cause: "Aave would hold the position below the health floor.",
    fix: "Aave's price differs from ours, or collateral is short: wait, or unwind.",
  },
  AaveV3ShortVenue_Healthy: {
    cause: "The position's health is not below its floor.",
    fix: "Nothing to make smaller.",
  },
  AaveV3ShortVenue_NoDebt: {
    cause: "The venue owes less than what should be bought back.",
    fix: "Nothing to do: the position has changed meanwhile.",
  },
};
