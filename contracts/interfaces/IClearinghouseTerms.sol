// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";

/// @notice A collateral asset.
/// @param market whose price values it
/// @param decimals of the token
/// @param cap most that all accounts together may hold [token units]
struct CollateralAsset {
    uint8 market;
    uint8 decimals;
    uint128 cap;
    bool enabled;
}

/// @notice What borrowed cash costs a year [wad].
/// @param base at no utilisation, at most 20 %
/// @param slope what is added up to the kink, at most 50 %
/// @param steepSlope what is added from there to full utilisation, at most 500 %
/// @param kink utilisation where it turns steep, 50 % to 95 %
struct InterestTerms {
    uint64 base;
    uint64 slope;
    uint64 steepSlope;
    uint64 kink;
}

/// @notice What the ledger tells and refuses: events and errors of IClearinghouse.
interface IClearinghouseTerms {
    event Deposited(AccountId indexed account, address indexed asset, uint256 amount, address payer);
    event Withdrawn(AccountId indexed account, address indexed asset, uint256 amount, address receiver);
    event CashMoved(AccountId indexed from, AccountId indexed to, Usd amount, address venue);
    event CollateralMoved(
        AccountId indexed from,
        AccountId indexed to,
        address indexed asset,
        uint256 amount,
        address venue
    );
    event PositionMoved(
        AccountId indexed from,
        AccountId indexed to,
        InstrumentId indexed instrument,
        Quantity quantity,
        address venue
    );
    event PositionSettled(
        AccountId indexed account,
        InstrumentId indexed instrument,
        Quantity quantity,
        Usd cash
    );
    /// @notice A loss of `amount` was shared: claims fell from the old index to the new one by `fromCash` together, the rest
    /// was levied on collateral (LevyRaised).
    event LossShared(AccountId indexed account, Usd amount, Usd fromCash, uint256 oldIndex, uint256 newIndex);
    /// @notice Each unit of collateral owes the difference of the indices in cash [wad USD a unit], together `amount`.
    event LevyRaised(address indexed asset, Usd amount, uint256 oldIndex, uint256 newIndex);
    /// @notice Open levies on a holding were charged to its account's cash, before the holding changes.
    event LevyCollected(AccountId indexed account, address indexed asset, Usd amount);
    /// @notice Debts owe `interest` more since the last accrual [wad USD]; `toInsurance` of it is the insurance fund's.
    event InterestAccrued(uint256 interest, uint256 toInsurance, uint256 debtIndex, uint256 claimIndex);
    event InterestCollected(AccountId indexed account, Usd amount);
    event InterestTermsSet(InterestTerms oldTerms, InterestTerms newTerms);
    event DebtLimitsSet(uint256 oldPerAccount, uint256 newPerAccount, uint256 oldTotal, uint256 newTotal);
    event InsuranceAccountSet(AccountId indexed oldAccount, AccountId indexed newAccount);
    event HoldBackSourceSet(address indexed oldSource, address indexed newSource);
    /// @notice `added` token units of `asset` stay in the account until the episode is over, `total` by now.
    event HeldBack(
        AccountId indexed account,
        address indexed asset,
        uint256 added,
        uint256 total,
        uint256 episode
    );
    /// @notice `moved` token units that are held back went with what moved: `left` of them stay with `from`, and `to` has
    /// `total` by now.
    event HeldBackMoved(
        AccountId indexed from,
        AccountId indexed to,
        address indexed asset,
        uint256 moved,
        uint256 left,
        uint256 total,
        uint256 episode
    );
    event MinimumDepositSet(address indexed asset, uint256 oldMinimum, uint256 newMinimum);
    event OperatorSet(AccountId indexed account, address indexed operator, uint256 scopes, uint256 expiresAt);
    /// @notice A permit with this nonce was used or cancelled.
    event NonceUsed(address indexed owner, uint256 nonce);
    event VenueSet(address indexed venue, bool allowed);
    event CollateralSet(
        address indexed asset,
        CollateralAsset oldConfiguration,
        CollateralAsset newConfiguration
    );
    event BookOpened(AccountId indexed account);
    event RiskPauseSet(bool oldPaused, bool newPaused);

    error Clearinghouse_NotAuthorised(AccountId account, address caller);
    error Clearinghouse_NotVenue(address caller);
    error Clearinghouse_BadTarget(address target);
    error Clearinghouse_CallFailed(uint256 index, bytes reason);
    error Clearinghouse_NestedBatch();
    error Clearinghouse_EmptyBatch();
    error Clearinghouse_BelowInitial(AccountId account, Usd equity, Usd initialRequirement);
    error Clearinghouse_RiskRose(AccountId account, Usd excessBefore, Usd excessAfter);
    error Clearinghouse_HealthFell(AccountId account, Usd headroomBefore, Usd headroomAfter);
    error Clearinghouse_DataNotGood(AccountId account);
    error Clearinghouse_RiskPaused();
    error Clearinghouse_UnknownAsset(address asset);
    error Clearinghouse_TooManyAssets(uint256 limit);
    /// @notice The value would not fit its place [wad].
    error Clearinghouse_AmountTooLarge(uint256 amount);
    error Clearinghouse_OutOfBounds(uint256 value, uint256 limit);
    /// @notice Borrowing more would exceed the limit of one account or of all together [wad USD].
    error Clearinghouse_DebtLimit(AccountId account, uint256 debt, uint256 totalDebt);
    /// @notice Open shortfalls may need `held` token units of what the account has.
    error Clearinghouse_HeldBack(AccountId account, address asset, uint256 held);
    error Clearinghouse_TooLittleGas(uint256 left, uint256 needed);
    /// @notice Others bring in nothing less than the minimum.
    error Clearinghouse_BelowMinimum(address asset, uint256 amount, uint256 minimum);
    /// @notice An account at risk takes in no new asset that has no price: it could not be judged any more.
    error Clearinghouse_NoPrice(address asset);
    error Clearinghouse_CashLentOut(uint256 held, uint256 needed);
    error Clearinghouse_CapExceeded(address asset, uint256 total, uint256 cap);
    error Clearinghouse_ReceivedLess(address asset, uint256 expected, uint256 received);
    error Clearinghouse_InsufficientCash(AccountId account, Usd available, Usd needed);
    error Clearinghouse_InsufficientCollateral(
        AccountId account,
        address asset,
        uint256 available,
        uint256 needed
    );
    error Clearinghouse_TooManyPositions(AccountId account, uint256 limit);
    /// @notice Sizes of all positions together exceed what margin can add up [1e-8].
    error Clearinghouse_PositionsTooLarge(AccountId account, uint256 size, uint256 limit);
    error Clearinghouse_CannotOpenBook(AccountId account);
    error Clearinghouse_SelfMove(AccountId account);
    error Clearinghouse_NegativeAmount(Usd amount);
    error Clearinghouse_ZeroAmount();
    error Clearinghouse_ZeroAddress();
    error Clearinghouse_NoPosition(AccountId account, InstrumentId instrument);
    /// @notice No series: without expiry or strike, or of a kind that does not exist.
    error Clearinghouse_BadInstrument(InstrumentId instrument);
    error Clearinghouse_UnknownScopes(uint256 scopes);
    error Clearinghouse_LossExceedsClaims(Usd loss, Usd claims);
    error Clearinghouse_PermitExpired(uint256 deadline);
    error Clearinghouse_BadSignature(AccountId account, address owner);
    error Clearinghouse_NonceUsed(address owner, uint256 nonce);
    error Clearinghouse_Reentered();
}
