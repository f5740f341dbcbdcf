// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IBooks} from "../interfaces/IBooks.sol";
import {InterestTerms} from "../interfaces/IClearinghouseTerms.sol";
import {Units} from "../libraries/Units.sol";
import {AccountId} from "../types/AccountId.sol";
import {Usd} from "../types/Usd.sol";
import {InterestRateModel} from "./InterestRateModel.sol";
import {PositionLedger} from "./PositionLedger.sol";

/// @notice Cash: claims that earn interest and bear losses through one index, debts that owe interest through another.
/// Everything rounds against whom it concerns, so that totals never promise more than is there: the sum of claims is at
/// most `claims`, the sum of debts at least `debt`, and cash held + debt = claims + reserve + transit, less levies that
/// collateral still owes.
abstract contract CashLedger is PositionLedger {
    /// @dev One word. Interest between `accruedAt` and now is `rate` a second of every debt.
    struct Indices {
        uint88 claim;
        uint88 debt;
        uint40 accruedAt;
        uint40 rate;
    }

    /// @dev One word [wad USD].
    struct Totals {
        uint128 claims;
        uint128 debt;
    }

    /// @dev One word [wad USD]: most an account may borrow, and all of them together.
    struct DebtLimits {
        uint128 perAccount;
        uint128 total;
    }

    uint88 internal constant FULL_INDEX = 1e22;
    uint256 internal constant WAD = 1e18;
    /// @notice Share of interest that goes to the insurance fund [wad].
    uint256 public constant INSURANCE_SHARE = 0.2e18;

    address internal immutable _cashToken;
    uint8 internal immutable _cashDecimals;

    Indices internal _indices = Indices(FULL_INDEX, FULL_INDEX, 0, 0);
    Totals internal _totals;
    InterestTerms internal _interestTerms = InterestTerms(0.01e18, 0.09e18, 1e18, 0.8e18);
    DebtLimits internal _debtLimits = DebtLimits(1e24, 1e25);
    /// @dev Cash tokens received less those paid [token units]; what is merely sent here does not count.
    uint128 internal _cashHeld;
    /// @dev Interest that is the insurance fund's and not yet credited to it [wad USD].
    uint128 internal _reserve;
    AccountId internal _insuranceAccount;
    int256 internal _settlementTransit;

    constructor(address cashToken, IBooks books_) PositionLedger(books_) {
        if (cashToken == address(0)) revert Clearinghouse_ZeroAddress();
        _cashToken = cashToken;
        _cashDecimals = IERC20Metadata(cashToken).decimals();
        Units.scaleOf(_cashDecimals);
    }

    /// @dev Signed cash of a slot, levies apart: a claim as of the last accrual, a debt as of now, rounded up.
    function _bookedCash(AccountSlot memory slot) internal view virtual returns (int256) {
        if (slot.cash == 0) return 0;
        Indices memory indices = _indices;
        if (slot.cash > 0) {
            if (slot.index == indices.claim) return slot.cash;
            return int256((uint256(uint128(slot.cash)) * indices.claim) / slot.index);
        }
        return -int256(_ceilDiv(uint256(-int256(slot.cash)) * _debtIndexNow(indices), slot.index));
    }

    /// @dev Adds signed `amount` to an account's cash, at the indices of now.
    function _addCash(AccountId account, int256 amount) internal {
        Indices memory indices = _accrue();
        Totals memory totals = _totals;
        _changeCash(account, amount, indices, totals);
        _setTotals(totals, indices);
    }

    /// @dev Moves `amount` of cash between two accounts.
    function _shiftCash(AccountId from, AccountId to, int256 amount) internal {
        Indices memory indices = _accrue();
        Totals memory totals = _totals;
        _changeCash(from, -amount, indices, totals);
        _changeCash(to, amount, indices, totals);
        _setTotals(totals, indices);
    }

    /// @dev Writes an account's cash, and the change of claims or debts to `totals`.
    function _changeCash(
        AccountId account,
        int256 amount,
        Indices memory indices,
        Totals memory totals
    ) private {
        AccountSlot memory slot = _accounts[account];
        int256 before = _bookedCash(slot);
        int256 afterwards = before + amount;
        if (int128(afterwards) != afterwards)
            revert Clearinghouse_InsufficientCash(account, Usd.wrap(before), Usd.wrap(amount));
        slot.cash = int128(afterwards);
        slot.index = afterwards < 0 ? indices.debt : indices.claim;
        _accounts[account] = slot;
        totals.claims = _narrow(totals.claims + _positive(afterwards) - _positive(before));
        // Single debts round up, so the last one repaid may be more than is left of the total.
        uint256 debt = totals.debt + _positive(-afterwards);
        totals.debt = _narrow(debt > _positive(-before) ? debt - _positive(-before) : 0);
    }

    /// @dev Books cash tokens that have arrived.
    function _receiveCash(AccountId account, uint256 units) internal {
        _cashHeld += uint128(units);
        _addCash(account, int256(Units.toWad(units, _cashDecimals)));
    }

    /// @dev Books interest up to now: what debts owe goes to claims, and a share of it to the insurance fund. Between two
    /// accruals interest is simple; it compounds from one to the next.
    function _accrue() internal returns (Indices memory indices) {
        indices = _indices;
        if (indices.rate == 0 || indices.accruedAt == block.timestamp) return indices;
        Totals memory totals = _totals;
        uint88 index = _debtIndexNow(indices);
        uint256 interest = (uint256(totals.debt) * (index - indices.debt)) / indices.debt;
        // Claims earn on what they lend, never on more than they are; so their index cannot outrun that of debts.
        uint256 lent = totals.claims < totals.debt ? totals.claims : totals.debt;
        uint256 forClaims =
            lent == 0 ? 0 : (((interest * (WAD - INSURANCE_SHARE)) / WAD) * lent) / totals.debt;
        if (forClaims != 0) {
            uint256 claims = totals.claims + forClaims;
            indices.claim = uint88((indices.claim * claims) / totals.claims);
            totals.claims = uint128(claims);
        }
        indices.debt = index;
        indices.accruedAt = uint40(block.timestamp);
        totals.debt += uint128(interest);
        _reserve += uint128(interest - forClaims);
        _indices = indices;
        _totals = totals;
        emit InterestAccrued(interest, interest - forClaims, indices.debt, indices.claim);
    }

    /// @dev Writes totals, and the rate that follows from them.
    function _setTotals(Totals memory totals, Indices memory indices) internal {
        _totals = totals;
        if (totals.debt == 0 && indices.rate == 0) return;
        uint40 rate = InterestRateModel.secondRate(_interestTerms, totals.debt, totals.claims);
        if (rate == indices.rate) return;
        // A rate of zero does not accrue, so the time since is not written down until there is a rate.
        (indices.rate, indices.accruedAt) = (rate, uint40(block.timestamp));
        _indices = indices;
    }

    /// @dev The debt index with interest up to now, rounded up. It stops at the largest it can be, some 30,000 times what
    /// it began with, rather than lock anybody in.
    function _debtIndexNow(Indices memory indices) internal view returns (uint88) {
        if (indices.rate == 0) return indices.debt;
        uint256 growth = uint256(indices.rate) * (block.timestamp - indices.accruedAt);
        uint256 index = indices.debt + _ceilDiv(indices.debt * growth, WAD);
        return index < type(uint88).max ? uint88(index) : type(uint88).max;
    }

    function _positive(int256 value) internal pure returns (uint256) {
        return value > 0 ? uint256(value) : 0;
    }

    function _ceilDiv(uint256 a, uint256 b) internal pure returns (uint256) {
        return (a + b - 1) / b;
    }

    function _narrow(uint256 value) private pure returns (uint128) {
        if (value > type(uint128).max) revert Clearinghouse_AmountTooLarge(value);
        return uint128(value);
    }
}
