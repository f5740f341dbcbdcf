// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BookMarks, IBooks} from "../interfaces/IBooks.sol";
import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {ExpiryShocks, IRiskArrays} from "../interfaces/IRiskArrays.sol";
import {DataStatus} from "../interfaces/IRiskEngine.sol";
import {AccountId} from "../types/AccountId.sol";
import {Price} from "../types/Price.sol";
import {BookGroups} from "./BookGroups.sol";
import {BookMarking} from "./BookMarking.sol";
import {BookTotals, Total} from "./BookTotals.sol";
import {BookWords} from "./BookWords.sol";

/// @dev Where a group stands among those of an account, and the version of what its market's total has of it; zero if
/// that is nothing.
struct Place {
    uint256 group;
    uint256 index;
    uint256 version;
    bool exists;
}

/// @title BookViews
/// @notice The stored half of the books, and all that can be read of them.
abstract contract BookViews is IBooks {
    IRiskArrays public immutable riskArrays;

    /// @notice The ledger whose positions these are.
    IClearinghouse public clearinghouse;

    mapping(AccountId => mapping(uint256 => uint256)) internal _groups;
    mapping(AccountId => mapping(uint256 market => uint256[14])) internal _totals;
    /// @dev What the total has of a group; without meaning where it has nothing.
    mapping(AccountId => mapping(uint256 group => uint256[13])) internal _books;

    constructor(IRiskArrays riskArrays_) {
        if (address(riskArrays_) == address(0)) revert Books_ZeroAddress();
        riskArrays = riskArrays_;
    }

    /// @inheritdoc IBooks
    function read(
        AccountId account
    ) external view returns (uint256[] memory entries, uint256[] memory words) {
        entries = BookGroups.all(_groups[account]);
        uint256 width = 1 + BookTotals.COUNT;
        words = new uint256[](entries.length * width);
        uint256 end;
        for (uint256 i; i < entries.length; ++i) {
            uint256 market = BookGroups.groupOf(entries[i]) >> 20;
            uint256 known;
            while (known < end && words[known] != market) known += width;
            if (known != end) continue;
            words[end] = market;
            BookTotals.read(_totals[account][market], words, end + 1);
            end += width;
        }
        assembly ("memory-safe") {
            // Shortens the list to the markets found.
            mstore(words, end)
        }
    }

    /// @inheritdoc IBooks
    function partOf(AccountId account, uint256 group) external view returns (uint256[13] memory) {
        return _books[account][group];
    }

    /// @inheritdoc IBooks
    function marksOf(
        AccountId account,
        uint8 market,
        Price spot
    ) external view returns (BookMarks memory marks, uint256[] memory apart) {
        (uint256 grid, bool isCurrent, ) = riskArrays.gridAt(market, Price.unwrap(spot), 0);
        Total memory total;
        if (isCurrent) total = BookTotals.load(_totals[account][market]);
        apart = _takeApart(account, market, total, isCurrent);
        if (isCurrent) marks = BookMarking.marksOf(total, grid, Price.unwrap(spot));
    }

    /// @inheritdoc IBooks
    function marksOfGroup(
        AccountId account,
        uint256 group,
        Price spot
    ) external view returns (BookMarks memory marks, bool isCurrent) {
        uint256 grid;
        (grid, isCurrent, ) = riskArrays.gridAt(uint8(group >> 20), Price.unwrap(spot), 0);
        uint256[] memory entries = new uint256[](1);
        entries[0] = group | (_placeOf(account, group).version << 28);
        isCurrent = isCurrent && riskArrays.standingsOf(entries)[0] != DataStatus.Unusable;
        if (!isCurrent) return (marks, false);
        Total memory total;
        BookTotals.join(total, BookWords.unpack(_books[account][group]));
        marks = BookMarking.marksOf(total, grid, Price.unwrap(spot));
    }

    /// @inheritdoc IBooks
    function versionOf(AccountId account, uint8 market) external view returns (bytes32) {
        uint256[] memory words = new uint256[](BookTotals.COUNT);
        BookTotals.read(_totals[account][market], words, 0);
        return keccak256(abi.encode(BookGroups.all(_groups[account]), words));
    }

    /// @inheritdoc IBooks
    function legsOf(AccountId account, uint256 group) external view returns (uint256[] memory) {
        return clearinghouse.bookLegs(account, group);
    }

    /// @inheritdoc IBooks
    function staleGroups(AccountId account) public view returns (uint256[] memory groups) {
        groups = BookGroups.all(_groups[account]);
        uint256 count;
        for (uint256 i; i < groups.length; ++i) {
            uint256 group = BookGroups.groupOf(groups[i]);
            if (!_isLive(group) || _isCurrent(group, BookGroups.versionOf(groups[i]))) continue;
            groups[count++] = group;
        }
        assembly ("memory-safe") {
            // Shortens the list to what was found.
            mstore(groups, count)
        }
    }

    /// @dev Takes out of `total` what is not current; returns the groups of `market` that it has nothing of then.
    function _takeApart(
        AccountId account,
        uint256 market,
        Total memory total,
        bool isGridCurrent
    ) private view returns (uint256[] memory apart) {
        apart = BookGroups.all(_groups[account]);
        DataStatus[] memory standings = riskArrays.standingsOf(apart);
        uint256 count;
        for (uint256 i; i < standings.length; ++i) {
            uint256 group = BookGroups.groupOf(apart[i]);
            if (group >> 20 != market) continue;
            if (isGridCurrent) {
                if (standings[i] != DataStatus.Unusable) continue;
                if (BookGroups.versionOf(apart[i]) != 0) {
                    BookTotals.take(total, BookWords.unpack(_books[account][group]));
                }
            }
            apart[count++] = group;
        }
        assembly ("memory-safe") {
            // Shortens the list to what was found.
            mstore(apart, count)
        }
    }

    function _placeOf(AccountId account, uint256 group) internal view returns (Place memory place) {
        place.group = group;
        (place.index, place.version, place.exists) = BookGroups.find(_groups[account], group);
    }

    function _isLive(uint256 group) internal view returns (bool) {
        return (group & 0xfffff) * 1 hours > block.timestamp;
    }

    function _isCurrent(uint256 group, uint256 version) private view returns (bool) {
        (, ExpiryShocks memory shocks, , bool current) = riskArrays.basisOf(
            uint8(group >> 20),
            (group & 0xfffff) * 1 hours
        );
        return current && version == shocks.version;
    }
}
