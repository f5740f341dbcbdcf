// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRiskEngine} from "../interfaces/IRiskEngine.sol";
import {Units} from "../libraries/Units.sol";
import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";
import {Solvency} from "./Solvency.sol";

/// @title Slices
/// @notice How venues move collateral, and shares of everything or of one expiry, between accounts. Code only: the
/// clearinghouse runs it on its own storage, as it does the registrar.
contract Slices is Solvency {
    /// @param authority AccessManager of the system
    /// @param cashToken USDC
    /// @param engine risk engine
    constructor(
        address authority,
        address cashToken,
        IRiskEngine engine
    ) Solvency(authority, cashToken, engine) {}

    /// @notice See IClearinghouse.
    function moveSlice(AccountId from, AccountId to, uint256 fraction) external onlyVenue {
        if (from == to) revert Clearinghouse_SelfMove(from);
        if (fraction == 0) revert Clearinghouse_ZeroAmount();
        if (fraction > WAD) fraction = WAD;
        _touch(to);
        _moveSlice(from, to, fraction);
    }

    /// @notice See IClearinghouse.
    function moveSliceOf(
        AccountId from,
        AccountId to,
        uint8 market,
        uint256 expiry,
        uint256 fraction
    ) external onlyVenue returns (uint256 moved) {
        if (from == to) revert Clearinghouse_SelfMove(from);
        if (fraction == 0) revert Clearinghouse_ZeroAmount();
        _touch(from);
        _touch(to);
        uint256 group = (uint256(market) << 20) | (expiry / 1 hours);
        return _moveGroup(from, to, group, fraction > WAD ? WAD : fraction);
    }

    /// @notice See IClearinghouse.
    function moveCollateral(AccountId from, AccountId to, address asset, uint256 amount) external onlyVenue {
        if (from == to) revert Clearinghouse_SelfMove(from);
        if (amount == 0) revert Clearinghouse_ZeroAmount();
        _touch(from);
        _moveCollateral(from, to, asset, amount);
    }

    /// @dev The share `fraction` of everything; a slice of debt is debt.
    function _moveSlice(AccountId from, AccountId to, uint256 fraction) private {
        _slicePositions(from, to, fraction);
        uint256 bits = _accounts[from].assets;
        for (uint256 i = 0; bits >> i != 0; ++i) {
            if (bits & (1 << i) != 0) _sliceCollateral(from, to, _assetList[i], fraction);
        }
        _sliceCash(from, to, fraction);
    }

    function _moveCollateral(AccountId from, AccountId to, address asset, uint256 amount) private {
        _takeCollateral(from, asset, amount);
        _addCollateral(to, asset, amount);
        _followLock(from, to, asset, amount);
        emit CollateralMoved(from, to, asset, amount, msg.sender);
    }

    /// @dev Leaves no dust behind: it would be too little for anybody to come back for.
    function _sliceCollateral(AccountId from, AccountId to, address asset, uint256 fraction) private {
        uint256 held = _collateralOf(from, asset);
        uint256 amount = (held * fraction) / WAD;
        if (held - amount < _assetTotals[asset].minimum) amount = held;
        if (amount != 0) _moveCollateral(from, to, asset, amount);
    }

    /// @dev All at once, or, where a book must be told of each, one by one: over a copy of the entries, so that removing one
    /// while moving disturbs nothing.
    function _slicePositions(AccountId from, AccountId to, uint256 fraction) private {
        if (!_accounts[from].hasBook && !_accounts[to].hasBook) return _moveShare(from, to, fraction);
        uint256[] memory words = _positionWords(from);
        for (uint256 i = words.length; i > 0; --i) {
            uint256 word = words[i - 1];
            _sliceEntry(from, to, word >> 128, fraction);
            _sliceEntry(from, to, uint128(word), fraction);
        }
    }

    /// @dev The share `fraction` of the positions of one group (market << 20 | expiry hours).
    function _moveGroup(
        AccountId from,
        AccountId to,
        uint256 group,
        uint256 fraction
    ) private returns (uint256 moved) {
        bool isBook = _accounts[from].hasBook;
        uint256[] memory words = isBook ? _legsOfGroup(from, group) : _positionWords(from);
        for (uint256 i = words.length; i > 0; --i) {
            uint256 word = words[i - 1];
            if (word >> 228 == group && _sliceEntry(from, to, word >> 128, fraction)) ++moved;
            if (uint128(word) >> 100 == group && _sliceEntry(from, to, uint128(word), fraction)) ++moved;
        }
    }

    function _sliceEntry(
        AccountId from,
        AccountId to,
        uint256 entry,
        uint256 fraction
    ) private returns (bool moved) {
        if (entry == 0) return false;
        int256 units = int256(int64(uint64(entry)));
        // Division truncates towards zero; what is left over stays with the seller of the slice.
        int256 part = (units * int256(fraction)) / int256(WAD);
        moved = part != 0;
        if (moved)
            _movePosition(from, to, InstrumentId.wrap(uint64(entry >> 64)), Quantity.wrap(part * 1e10));
    }

    function _sliceCash(AccountId from, AccountId to, uint256 fraction) private {
        int256 amount = (Usd.unwrap(_cashOf(from)) * int256(fraction)) / int256(WAD);
        if (amount == 0) return;
        _shiftCash(from, to, amount);
        // Debt moves as well: a negative slice is cash moved the other way.
        if (amount < 0) (from, to, amount) = (to, from, -amount);
        emit CashMoved(from, to, Usd.wrap(amount), msg.sender);
        _followLock(from, to, _cashToken, Units.fromWadUp(uint256(amount), _cashDecimals));
    }
}
