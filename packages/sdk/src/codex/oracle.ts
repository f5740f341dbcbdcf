import { type CodexEntry, ZERO_ADDRESS } from "./entry.ts";

/** Errors of prices, surfaces and fixings. */
export const ORACLE_ERRORS: Readonly<Record<string, CodexEntry>> = {
  ChainlinkPriceFeed_BadAges: {
    cause: "Prices cannot be too old to liquidate before they are too old to trade.",
    fix: "Set the liquidation age to at least the trading age.",
  },
  ChainlinkPriceFeed_BadBounds: {
    cause: "The bounds of prices are empty or zero.",
    fix: "Set a least price above zero and a larger greatest one.",
  },
  ChainlinkPriceFeed_BadDecimals: {
    cause: "The feed has more decimals than are supported.",
    fix: "Use another feed.",
  },
  ChainlinkPriceFeed_ZeroAddress: ZERO_ADDRESS,
  OptionPricer_Expired: { cause: "The option has expired.", fix: "Settle it instead." },
  OptionPricer_NoPrice: {
    cause: "The market has no price to value an option with.",
    fix: "Wait for the feed.",
  },
  PriceRouter_BadBand: {
    cause: "The band between the two sources is too narrow or too wide.",
    fix: "Stay within the bounds.",
  },
  PriceRouter_NotAContract: {
    cause: "There is no contract at the address of the feed.",
    fix: "Deploy the feed first.",
  },
  PriceRouter_PriceUnusable: {
    cause: "The market has no usable price now.",
    fix: "Wait for the feed; its status says what is wrong.",
  },
  PriceRouter_ZeroAddress: ZERO_ADDRESS,
  SettlementOracle_EmptyProof: {
    cause: "The proof has no rounds.",
    fix: "Hand over the rounds of the settlement window.",
  },
  SettlementOracle_EndNotCovered: {
    cause: "The last round of the proof ends before the expiry.",
    fix: "Add the rounds up to the first one after it.",
  },
  SettlementOracle_FallbackTooEarly: {
    cause: "The fallback is for expiries that nobody could prove in time.",
    fix: "Prove the rounds, or wait.",
  },
  SettlementOracle_Implausible: {
    cause: "The fixing is too far from the live price.",
    fix: "Wait until the feed agrees, or for the fallback.",
  },
  SettlementOracle_NoFeed: { cause: "The market has no feed.", fix: "Use a configured market." },
  SettlementOracle_RoundInvalid: {
    cause: "A round of the proof has no valid answer.",
    fix: "Build the proof with the SDK, which leaves such rounds out.",
  },
  SettlementOracle_RoundMissing: {
    cause: "The aggregator has no such round.",
    fix: "Build the proof with the SDK.",
  },
  SettlementOracle_RoundTooOld: {
    cause: "The round in force was too old.",
    fix: "Use the fallback after its delay.",
  },
  SettlementOracle_RoundsNotConsecutive: {
    cause: "A round between two of the proof is missing.",
    fix: "Hand over all of them, in order.",
  },
  SettlementOracle_StartNotCovered: {
    cause: "The first round of the proof begins after the window does.",
    fix: "Add the round that was in force when it began.",
  },
  SettlementOracle_TooManyRounds: {
    cause: "The proof has more rounds than one transaction takes.",
    fix: "Use the fallback after its delay.",
  },
  SurfaceFeed_BadThreshold: {
    cause: "The threshold is zero or more than there are signers.",
    fix: "Set one that the signers can meet.",
  },
  SurfaceFeed_EmptyReport: { cause: "The report has no expiries.", fix: "Add at least one." },
  SurfaceFeed_ExpiryNotIncreasing: { cause: "The expiries of a report must increase.", fix: "Sort them." },
  SurfaceFeed_ExpiryPassed: { cause: "The report has an expiry that is over.", fix: "Leave it out." },
  SurfaceFeed_ForwardStepTooLarge: {
    cause: "The basis moved further than it may in one window.",
    fix: "Post a smaller step, and the rest later.",
  },
  SurfaceFeed_ForwardTooFar: { cause: "A forward is too far from spot.", fix: "Calibrate it anew." },
  SurfaceFeed_Future: { cause: "The report is from the future.", fix: "Check the clock of the signers." },
  SurfaceFeed_OutOfDomain: {
    cause: "A slice has parameters that no surface may have.",
    fix: "Calibrate it anew within the bounds.",
  },
  SurfaceFeed_SignersNotSorted: {
    cause: "Signatures must come by increasing signer, each once.",
    fix: "Sort them.",
  },
  SurfaceFeed_StepTooLarge: {
    cause: "Volatility moved further than it may in one window.",
    fix: "Post a smaller step, and the rest later.",
  },
  SurfaceFeed_TooManyExpiries: {
    cause: "The report has too many expiries.",
    fix: "Leave the last ones out.",
  },
  SurfaceFeed_TooOld: { cause: "The report is too old to be posted.", fix: "Sign a new one." },
  SurfaceFeed_UnknownExpiry: {
    cause: "The market has no slice for this expiry.",
    fix: "Use a listed expiry.",
  },
  SurfaceFeed_UnknownSigner: {
    cause: "One of the signers is not configured.",
    fix: "Sign with configured keys.",
  },
  SurfaceFeed_ZeroAddress: ZERO_ADDRESS,
};
