import { type CodexEntry, ZERO_ADDRESS } from "./entry.ts";

/** Errors of margin, arrays, books and their posts. */
export const RISK_ERRORS: Readonly<Record<string, CodexEntry>> = {
  ArrayPosts_AlreadyCommitted: {
    cause: "This report was committed to already.",
    fix: "Reveal it in its blocks.",
  },
  ArrayPosts_BadPage: {
    cause: "The page is not what a page of arrays looks like.",
    fix: "Encode it with the SDK.",
  },
  ArrayPosts_BondTooSmall: {
    cause: "Less bond is free than a report needs.",
    fix: "Add to the bond, or wait until a report is out of its window.",
  },
  ArrayPosts_NoCommitment: {
    cause: "Nobody committed to this report.",
    fix: "Commit first, reveal a few blocks later.",
  },
  ArrayPosts_NoSuchEntry: { cause: "The page has fewer entries.", fix: "Name an entry of the page." },
  ArrayPosts_NotAsCommitted: {
    cause: "The report is not the one committed to.",
    fix: "Reveal exactly what was committed.",
  },
  ArrayPosts_NotAsPosted: {
    cause: "The page is not the one that was posted.",
    fix: "Hand over the page of the post.",
  },
  ArrayPosts_NotCurrent: {
    cause: "The arrays of the expiry are of another surface or grid by now.",
    fix: "Compute them anew.",
  },
  ArrayPosts_NothingRequested: {
    cause: "No withdrawal of the bond was requested.",
    fix: "Request it first.",
  },
  ArrayPosts_NothingToCollect: { cause: "No penalty waits.", fix: "Nothing to do." },
  ArrayPosts_ReceivedLess: {
    cause: "Less bond arrived than was sent.",
    fix: "Use the token without fee on transfer.",
  },
  ArrayPosts_RightEntry: {
    cause: "The entry is right, so there is nothing to challenge.",
    fix: "Compute it with the same surface, spot and parameters.",
  },
  ArrayPosts_SignersNotSorted: {
    cause: "Signatures must come by increasing signer, each once.",
    fix: "Sort them.",
  },
  ArrayPosts_StillOpen: {
    cause: "The commitment can still be revealed.",
    fix: "Wait until its blocks are over.",
  },
  ArrayPosts_TooEarly: {
    cause: "The report is revealed too soon after its commitment.",
    fix: "Wait for the first block that it may be revealed in.",
  },
  ArrayPosts_TooFewSigners: { cause: "The report has too few valid signatures.", fix: "Collect more." },
  ArrayPosts_TooLate: { cause: "The blocks to reveal the report in are over.", fix: "Commit to it anew." },
  ArrayPosts_Unbonding: { cause: "The bond is not free yet.", fix: "Wait until it is." },
  ArrayPosts_UnknownPost: { cause: "There is no such post.", fix: "Look the number up in the events." },
  ArrayPosts_UnknownSigner: {
    cause: "One of the signers is not a signer of surfaces.",
    fix: "Sign with configured keys.",
  },
  ArrayPosts_WindowClosed: {
    cause: "The time to challenge the post is over.",
    fix: "Refresh the arrays instead.",
  },
  ArrayPosts_WindowOpen: { cause: "The post may still be challenged.", fix: "Wait until its window closes." },
  ArrayPosts_WrongEntry: {
    cause: "An entry of the report that was sampled is wrong.",
    fix: "Compute it with the same surface, spot and parameters.",
  },
  ArrayPosts_WrongVersion: {
    cause: "The arrays have changed since.",
    fix: "Compute the report for the version of now.",
  },
  ArrayPosts_ZeroAddress: ZERO_ADDRESS,
  ArrayPosts_ZeroAmount: { cause: "Nothing would be moved.", fix: "Ask for more than zero." },
  Books_AlreadyBound: { cause: "The books have their ledger already.", fix: "Nothing to do." },
  Books_NotClearinghouse: { cause: "Only the clearinghouse records positions.", fix: "Trade instead." },
  Books_ZeroAddress: ZERO_ADDRESS,
  RiskArrays_BadPage: {
    cause: "The page is not what a page of arrays looks like.",
    fix: "Encode it with the SDK.",
  },
  RiskArrays_ExpiryPassed: { cause: "The expiry is over.", fix: "Settle its positions instead." },
  RiskArrays_NoPrice: { cause: "The market has no usable price.", fix: "Wait for the feed." },
  RiskArrays_NoSurface: {
    cause: "The market has no surface for this expiry.",
    fix: "Wait for the next report, or use a listed expiry.",
  },
  RiskArrays_QuantityTooLarge: {
    cause: "So large a sum of positions cannot be added up.",
    fix: "Trade less.",
  },
  RiskArrays_WrongVersion: {
    cause: "The arrays have changed since.",
    fix: "Read their version and try again.",
  },
  RiskEngine_TooManyPositions: {
    cause: "The portfolio has more positions than margin takes at once.",
    fix: "Hand over at most 128, or judge a book.",
  },
  RiskParameters_NoPegFeed: {
    cause: "No feed tells what the cash token is worth.",
    fix: "Set one first, or take it for a dollar.",
  },
  RiskParameters_OutOfBounds: {
    cause: "The parameter is beyond what the contract allows.",
    fix: "Stay within its bounds.",
  },
  RiskParameters_SameTarget: {
    cause: "The parameters are what they are heading for already.",
    fix: "Nothing to do.",
  },
  RiskParameters_UnknownMarket: { cause: "The market has no parameters.", fix: "Use a configured market." },
};
