import type { CodexEntry } from "./entry.ts";

/** Errors of OpenZeppelin contracts and of the pure libraries. */
export const SHARED_ERRORS: Readonly<Record<string, CodexEntry>> = {
  AccessManagedInvalidAuthority: {
    cause: "The new authority is no contract.",
    fix: "Name an AccessManager that is deployed.",
  },
  AccessManagedRequiredDelay: {
    cause: "The role acts only after a delay.",
    fix: "Schedule the call, and execute it when the delay is over.",
  },
  ECDSAInvalidSignature: { cause: "The signature belongs to no key.", fix: "Sign again." },
  ECDSAInvalidSignatureLength: {
    cause: "A signature has 65 bytes.",
    fix: "Hand over r, s and v, one behind the other.",
  },
  ECDSAInvalidSignatureS: {
    cause: "The signature is in its malleable form.",
    fix: "Sign with a wallet that makes the lower s.",
  },
  ERC20InvalidApprover: { cause: "The zero address cannot approve.", fix: "Send it from an account." },
  ERC20InvalidReceiver: { cause: "Tokens cannot go to the zero address.", fix: "Name a receiver." },
  ERC20InvalidSender: { cause: "Tokens cannot come from the zero address.", fix: "Name the owner." },
  ERC20InvalidSpender: { cause: "The zero address cannot spend.", fix: "Name a spender." },
  ERC4626ExceededMaxDeposit: {
    cause: "The deposit is larger than the receiver may make.",
    fix: "Deposit less.",
  },
  ERC4626ExceededMaxMint: { cause: "The shares are more than the receiver may mint.", fix: "Mint fewer." },
  ERC4626ExceededMaxRedeem: {
    cause: "The shares are more than the owner may redeem now.",
    fix: "Redeem at most what maxRedeem says.",
  },
  ERC4626ExceededMaxWithdraw: {
    cause: "The amount is more than the owner may withdraw now.",
    fix: "Withdraw at most what maxWithdraw says.",
  },
  FixedPoint_ExpOverflow: {
    cause: "The exponential of so large a number does not fit.",
    fix: "Check the volatility, the tenor and the strike.",
  },
  FixedPoint_LogOfZero: {
    cause: "Zero has no logarithm.",
    fix: "Check that price and strike are above zero.",
  },
  FixedPoint_MulDivOverflow: {
    cause: "A product divided does not fit 256 bits.",
    fix: "Check the size and the decimals of the amounts.",
  },
  InstrumentId_BadExpiry: { cause: "The expiry is no whole hour, or too far.", fix: "Use a listed expiry." },
  InstrumentId_BadStrike: {
    cause: "The strike is no whole cent, zero, or too large.",
    fix: "Use a listed strike.",
  },
  InvalidShortString: {
    cause: "A name of the signing domain is not stored as it should be.",
    fix: "Please report it: this should never happen.",
  },
  Position_BadQuantity: {
    cause: "The quantity is no multiple of 1e-8 contracts, or too large.",
    fix: "Round it, or split it over sub-accounts.",
  },
  SafeCastOverflowedUintDowncast: {
    cause: "A number does not fit where it is kept.",
    fix: "Check the size and the decimals of the amount.",
  },
  SafeERC20FailedOperation: {
    cause: "The token refused the transfer.",
    fix: "Check balance and allowance, and whether the token blocks one of the two.",
  },
  StringTooLong: {
    cause: "A name of the signing domain is longer than 31 bytes.",
    fix: "Please report it: this should never happen.",
  },
  Units_TooManyDecimals: {
    cause: "Tokens with more than 18 decimals are not supported.",
    fix: "Use another token.",
  },
  CodeStore_WriteFailed: {
    cause: "More bytes were to be kept as code than code may have.",
    fix: "Report it: nothing that the contracts keep is that long.",
  },
};
