// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";
import {Solvency} from "./Solvency.sol";

/// @notice How venues move positions, collateral and cash between accounts, one by one or as a share of everything.
abstract contract Slices is Solvency {
    /// @dev The share `fraction` of everything; a slice of debt is debt.
    function _moveSlice(AccountId from, AccountId to, uint256 fraction) internal {
        _slicePositions(from, to, fraction);
        uint256 bits = _accounts[from].assets;
        for (uint256 i = 0; bits >> i != 0; ++i) {
            if (bits & (1 << i) != 0) _sliceCollateral(from, to, _assetList[i], fraction);
        }
        _sliceCash(from, to, fraction);
    }

    function _moveCollateral(AccountId from, AccountId to, address asset, uint256 amount) internal {
        _takeCollateral(from, asset, amount);
        _addCollateral(to, asset, amount);
        _requireUnlocked(from, to, asset);
        emit CollateralMoved(from, to, asset, amount, msg.sender);
    }

    /// @dev Leaves no dust behind: it would be too little for anybody to come back for.
    function _sliceCollateral(AccountId from, AccountId to, address asset, uint256 fraction) private {
        uint256 held = _collateralOf(from, asset);
        uint256 amount = (held * fraction) / WAD;
        if (held - amount < _assetTotals[asset].minimum) amount = held;
        if (amount != 0) _moveCollateral(from, to, asset, amount);
    }

    /// @dev Walks a copy of the entries, so that removing one while moving disturbs nothing.
    function _slicePositions(AccountId from, AccountId to, uint256 fraction) private {
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
    ) internal returns (uint256 moved) {
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
        _addCash(from, -amount);
        _addCash(to, amount);
        // Debt moves as well: a negative slice is cash moved the other way.
        if (amount > 0) emit CashMoved(from, to, Usd.wrap(amount), msg.sender);
        else emit CashMoved(to, from, Usd.wrap(-amount), msg.sender);
        _requireUnlocked(from, to, _cashToken);
    }
}
