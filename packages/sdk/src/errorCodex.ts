import { CLEARING_ERRORS } from "./codex/clearing.ts";
import type { CodexEntry } from "./codex/entry.ts";
import { HEDGING_ERRORS } from "./codex/hedging.ts";
import { ORACLE_ERRORS } from "./codex/oracle.ts";
import { RISK_ERRORS } from "./codex/risk.ts";
import { SHARED_ERRORS } from "./codex/shared.ts";
import { SOLVENCY_ERRORS } from "./codex/solvency.ts";
import { VAULT_ERRORS } from "./codex/vault.ts";

export type { CodexEntry } from "./codex/entry.ts";

/** Causes and fixes of every error that a contract can raise. */
export const ERROR_CODEX: Readonly<Record<string, CodexEntry>> = {
  ...SHARED_ERRORS,
  ...CLEARING_ERRORS,
  ...SOLVENCY_ERRORS,
  ...RISK_ERRORS,
  ...ORACLE_ERRORS,
  ...VAULT_ERRORS,
  AccessManagedUnauthorized: {
    cause: "The sender lacks the role this function needs.",
    fix: "Send it from an address that holds the role.",
  },
  Error: { cause: "", fix: "The reason is in the contract's own words." },
  Panic: {
    cause: "A contract's own check of its arithmetic failed.",
    fix: "Please report it: this should never happen.",
  },
  ERC20InsufficientBalance: {
    cause: "The token balance is too small.",
    fix: "Lower the amount or add funds.",
  },
  ERC20InsufficientAllowance: {
    cause: "The token allowance is too small.",
    fix: "Approve the amount first.",
  },
  Clearinghouse_BelowInitial: {
    cause: "Afterwards the account's equity would be below its initial requirement.",
    fix: "Add cash or collateral, or trade less.",
  },
  Clearinghouse_RiskRose: {
    cause: "The account may only lower its risk now, and this would raise it.",
    fix: "Close positions or add collateral.",
  },
  Clearinghouse_HealthFell: {
    cause: "The account would end below its maintenance requirement, by more than before.",
    fix: "Reduce at a better price, or add cash or collateral first.",
  },
  Clearinghouse_DataNotGood: {
    cause: "A price or surface the account depends on is too old to open risk.",
    fix: "Wait for the next update, or only reduce risk.",
  },
  Clearinghouse_RiskPaused: {
    cause: "New risk is paused by the guardian.",
    fix: "Reduce risk or leave; both stay open.",
  },
  Clearinghouse_InsufficientCash: {
    cause: "The account has not enough cash.",
    fix: "Lower the amount, or deposit first.",
  },
  Clearinghouse_CashLentOut: {
    cause: "The cash is owed to you, but part of it is lent to accounts in debt.",
    fix: "Withdraw less now, or wait until the debts are liquidated.",
  },
  Clearinghouse_InsufficientCollateral: {
    cause: "The account has not enough of that collateral.",
    fix: "Lower the amount.",
  },
  Clearinghouse_NotAuthorised: {
    cause: "The sender neither owns the account nor is its operator.",
    fix: "Send it from the owner, or have the owner set you as operator.",
  },
  Clearinghouse_CallFailed: {
    cause: "One call of the batch failed, so none was carried out.",
    fix: "See the error inside.",
  },
  Clearinghouse_TooManyPositions: {
    cause: "The account holds the most positions it may.",
    fix: "Close some, or use another sub-account.",
  },
  Clearinghouse_PositionsTooLarge: {
    cause: "The sizes of the account's positions together exceed what its margin can add up.",
    fix: "Trade less, or use another sub-account.",
  },
  Clearinghouse_BadInstrument: {
    cause: "The instrument has no expiry or strike, or is of a kind that does not exist.",
    fix: "Build it from a listed market, expiry and strike.",
  },
  Clearinghouse_BadTarget: {
    cause: "A batch may only call the clearinghouse and its venues.",
    fix: "Check the target address.",
  },
  Clearinghouse_CapExceeded: {
    cause: "The system holds as much of this collateral as it may.",
    fix: "Deposit less, or another asset.",
  },
  TradeDesk_PriceBeyondLimit: {
    cause: "The premium moved beyond your limit.",
    fix: "Quote again, or allow more slippage.",
  },
  TradeDesk_DeadlinePassed: {
    cause: "The trade came after its deadline.",
    fix: "Send it again with a later deadline.",
  },
  OptionsVault_MarkFlawed: {
    cause: "Something in the vault's valuation is not good enough for an epoch; the flaws say what.",
    fix: "Wait for a price, a surface or a fixing, or refresh the vault's book.",
  },
  Valuation_BadParameter: {
    cause: "An uncertainty of marks is out of its bounds.",
    fix: "Stay within the bounds that the contract's interface names.",
  },
  EpochAccounts_BadFee: {
    cause: "The fee is higher than the code allows.",
    fix: "Ask at most 3 % a year for management and 25 % of gains.",
  },
  EpochAccounts_NoRecipient: {
    cause: "There is a fee and nobody to get it.",
    fix: "Name a recipient, or set both fees to zero.",
  },
  EpochAccounts_NotOwner: {
    cause: "Only the vault that owns the account may open and close its epochs.",
    fix: "Call processEpoch of the vault.",
  },
  Valuation_OutOfGas: {
    cause: "The transaction brought too little gas to value the vault.",
    fix: "Send it with more gas.",
  },
  TradeDesk_NotOrdersRound: {
    cause: "The newest price is not the one that the order can be filled at, or no longer.",
    fix: "Wait for the first price after the commitment, and fill within two minutes of it.",
  },
  TradeDesk_StillOpen: {
    cause: "The order can still be filled at its price.",
    fix: "Fill it, or wait two minutes.",
  },
  TradeDesk_UnknownOrder: {
    cause: "No open order has this number and these terms.",
    fix: "Look for the order's commitment, and whether it was filled or closed.",
  },
  TradeDesk_DeadlineTooFar: {
    cause: "An order waits at most a day.",
    fix: "Commit it with an earlier deadline.",
  },
  TradeDesk_MarkUnusable: {
    cause: "The market's spot price is too old or in doubt, so the vault does not trade.",
    fix: "Wait for the next price update.",
  },
  OptionsVault_MarkNotNewer: {
    cause: "No mark newer than the last request exists yet.",
    fix: "Wait for the next price and surface update.",
  },
  OptionsVault_NothingToProcess: { cause: "No request is waiting.", fix: "Nothing needs to be done." },
  EpochQueue_NotAuthorised: {
    cause: "The sender is neither the owner nor its operator.",
    fix: "Send it from the owner, or have the owner call setOperator.",
  },
  EpochQueue_BelowMinimum: { cause: "The amount is below the minimum request.", fix: "Ask for more." },
  EpochQueue_ZeroAddress: { cause: "The controller is the zero address.", fix: "Name a controller." },
  EpochQueue_PreviewNotSupported: {
    cause: "An asynchronous vault cannot preview.",
    fix: "Use estimateRequests or the share price instead.",
  },
  EpochQueue_WindingDown: {
    cause: "The vault is ending and takes no deposits.",
    fix: "Redeem, or cancel what waits.",
  },
  EpochQueue_BadLimit: {
    cause: "The flow limit is outside its coded bounds.",
    fix: "Choose one between the bounds that the error names.",
  },
  Silo_NothingToClaim: {
    cause: "Nothing of that kind can be claimed for the controller.",
    fix: "Wait until an epoch has filled the request.",
  },
  Silo_ExceedsClaimable: {
    cause: "That is more than can be claimed now.",
    fix: "Claim at most what is claimable.",
  },
  Silo_NothingToCancel: { cause: "No request of the controller waits.", fix: "Claim what was filled." },
  Silo_CancellationPending: {
    cause: "A cancellation of the controller waits for the next epoch.",
    fix: "Wait for the epoch; what it leaves can be claimed then.",
  },
  Silo_TooManyRequests: {
    cause: "The controller has requests in as many cohorts as it may.",
    fix: "Wait for an epoch, or use another controller.",
  },
  OptionsVault_WindDown: {
    cause: "The vault's net asset value is not positive, so it takes no deposits.",
    fix: "Redeem, or wait.",
  },
  Books_NotCurrent: {
    cause: "The sums of an expiry are not of the arrays' present version, or it has no arrays.",
    fix: "Refresh the book of the vault or the arrays of the expiry; anyone may.",
  },
  Books_BeyondDrift: {
    cause: "The price has moved too far from the one that the arrays were made at.",
    fix: "Refresh the arrays; anyone may.",
  },
  Quoter_ZeroQuantity: { cause: "A leg has no quantity.", fix: "Ask for a quantity." },
  Quoter_BadOrder: {
    cause: "The order has no legs, too many, or not one quantity for each.",
    fix: "Split the order, or name a quantity for each leg.",
  },
  Quoter_RepeatedSeries: { cause: "A series is in the order twice.", fix: "Add the two legs up." },
  Quoter_MixedMarkets: {
    cause: "The order has legs of more than one market.",
    fix: "Make an order for each market.",
  },
  Quoter_VolatilityOutOfRange: {
    cause: "The series' volatility is outside of what the vault quotes.",
    fix: "Choose another strike or expiry, or wait.",
  },
  Quoter_SizeTooSmall: {
    cause: "The trade would leave the vault with less of the series than it keeps.",
    fix: "Trade more, or close the whole position.",
  },
  Quoter_OffGrid: {
    cause: "The vault opens no such strike.",
    fix: "Choose a strike that is a multiple of the step.",
  },
  Quoter_ExpiryVegaLimit: {
    cause: "The trade would take the vault beyond its vega limit in this expiry.",
    fix: "Trade less, another expiry, or the other side.",
  },
  Quoter_GammaLimit: {
    cause: "The trade would take the vault beyond its gamma limit.",
    fix: "Trade less, a later expiry, or the other side.",
  },
  Quoter_NotionalLimit: {
    cause: "The trade would take the vault beyond its contracts in this expiry.",
    fix: "Trade less, another expiry, or the other side.",
  },
  Quoter_CannotHedge: {
    cause: "The hedge's venues cannot absorb the delta that the trade would bring.",
    fix: "Trade less, the other side, or wait for the hedge's budget.",
  },
  Quoter_NoCapacity: {
    cause: "There is no net asset value behind the vault's quotes.",
    fix: "Close positions only, or wait.",
  },
  Quoter_BadParameter: {
    cause: "A parameter of the quotes is outside its bounds.",
    fix: "Choose a value within them.",
  },
  Quoter_NothingProposed: {
    cause: "No looser parameters wait to be put in force.",
    fix: "Nothing needs to be done.",
  },
  Quoter_TooEarly: {
    cause: "The looser parameters have not waited long enough.",
    fix: "Put them in force once their time has come.",
  },
  Quoter_FallsTooFast: {
    cause: "Posted conditions may fall to zero in no less than a day.",
    fix: "Post the least value now, and the rest later.",
  },
  Quoter_MarkUnusable: {
    cause: "The vault's net asset value cannot be read well enough to mark its capital.",
    fix: "Wait for good prices, and refresh the vault's books.",
  },
  Quoter_ZeroAddress: { cause: "An address is zero.", fix: "Name a contract." },
  Quoter_TenorOutOfRange: {
    cause:
      "The vault does not quote this expiry now: it is too far, too near to open, or its fixing is being averaged.",
    fix: "Choose another expiry; within its last half hour, wait for the settlement.",
  },
  Quoter_DeltaOutOfRange: {
    cause: "The strike is too far from the money to be quoted.",
    fix: "Choose another strike.",
  },
  Quoter_VegaLimit: {
    cause: "The trade would take the vault beyond its vega limit.",
    fix: "Trade less, or the other side.",
  },
  Quoter_DeltaLimit: {
    cause: "The trade would take the vault beyond its delta limit.",
    fix: "Trade less, or the other side.",
  },
  Quoter_SurfaceStale: {
    cause: "The volatility surface is too old to open risk.",
    fix: "Wait for the next surface, or reduce risk.",
  },
  RiskArrays_StaleStrike: {
    cause: "The risk array of a strike is not current.",
    fix: "Refresh it first; anyone may.",
  },
  SurfaceFeed_TooFewSigners: {
    cause: "The report carries too few valid signatures.",
    fix: "Collect more signatures.",
  },
  SurfaceFeed_NotNewer: { cause: "A report at least as new was posted already.", fix: "Calibrate again." },
  SurfaceFeed_Butterfly: {
    cause: "A slice of the surface has butterfly arbitrage.",
    fix: "Calibrate within the bounds.",
  },
  SurfaceFeed_Calendar: {
    cause: "Two slices of the surface have calendar arbitrage.",
    fix: "Repair the calendar and sign again.",
  },
  SurfaceFeed_SpotTooFar: {
    cause: "The report's spot is too far from the oracle's.",
    fix: "Calibrate at the current price.",
  },
  PriceRouter_FeedsApart: {
    cause:
      "The feed proposed is more than a fifth away from the one in force, and both call themselves good.",
    fix: "Check its unit; or first set a second source that agrees with it.",
  },
  SettlementOracle_NotExpired: { cause: "The expiry is not over yet.", fix: "Wait for it." },
  SettlementOracle_AlreadyFixed: {
    cause: "The expiry has its fixing already, and a fixing never changes.",
    fix: "Settle the accounts.",
  },
  AuctionHouse_Healthy: {
    cause: "The account is above its maintenance requirement.",
    fix: "Nothing to liquidate.",
  },
  AuctionHouse_WrongAuction: {
    cause: "The auction you meant is over.",
    fix: "Look at the account's current auction.",
  },
  AuctionHouse_PriceMoved: {
    cause: "The auction price is beyond your limit.",
    fix: "Wait, or raise the limit.",
  },
  AuctionHouse_WrongKind: {
    cause: "The account's equity has crossed zero, so it is another kind of auction now.",
    fix: "Look at the auction's kind and price, and bid for that.",
  },
  AuctionHouse_SoftStage: {
    cause: "In the first minutes of an auction only single positions are sold, at bounded cost.",
    fix: "Bid for parts, or wait until the slices are for sale.",
  },
  AuctionHouse_PartsOnly: {
    cause: "An account with a book has more positions than one call may move.",
    fix: "Bid for parts: a few positions a call.",
  },
  AuctionHouse_PartTooLarge: {
    cause: "The part is more than what restores the account's maintenance and its buffer.",
    fix: "Bid for less of the positions.",
  },
  ...HEDGING_ERRORS,
  InsuranceFund_CoolingDown: { cause: "Your cooldown is still running.", fix: "Wait until it ends." },
  InsuranceFund_CooldownExpired: {
    cause: "Your time to leave after the cooldown has passed.",
    fix: "Start the cooldown again, and leave within two days of its end.",
  },
  InsuranceFund_NoCooldown: { cause: "Leaving needs a cooldown first.", fix: "Start the cooldown." },
  InsuranceFund_ShortfallOpen: {
    cause: "The fund cannot be left while a shortfall is open.",
    fix: "Wait until the auctions end.",
  },
};
