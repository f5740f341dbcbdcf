// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BookMarks, IBooks} from "../interfaces/IBooks.sol";
import {Grid} from "../interfaces/IRiskArrays.sol";
import {DataStatus} from "../interfaces/IRiskEngine.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {AccountId} from "../types/AccountId.sol";
import {Price} from "../types/Price.sol";
import {BookChanges} from "./BookChanges.sol";
import {BookGroups} from "./BookGroups.sol";
import {BookMarking} from "./BookMarking.sol";
import {BookStamps} from "./BookStamps.sol";
import {BookStore} from "./BookStore.sol";
import {BookTotals, Total} from "./BookTotals.sol";
import {BookWords} from "./BookWords.sol";
import {GridWords} from "./GridWords.sol";
import {SheetMath} from "./SheetMath.sol";

/// @title BookViews
/// @notice All that can be read of the books.
abstract contract BookViews is IBooks, BookStore {
    /// @dev Of a market's first word in `read`: something of the total counts.
    uint256 private constant COUNTED = 1 << 16;

    /// @inheritdoc IBooks
    function read(AccountId account) external view returns (uint256[] memory apart, uint256[] memory words) {
        uint256[] memory entries = BookGroups.all(_groups[account]);
        uint256 width = 1 + BookTotals.COUNT;
        words = SheetMath.roomFor(entries.length * width);
        bool isWhole = true;
        uint256 end;
        uint256 last = type(uint256).max;
        for (uint256 i; i < entries.length; ++i) {
            uint256 market = BookGroups.groupOf(entries[i]) >> 20;
            // Mostly all are of one market.
            if (market == last) continue;
            last = market;
            if (_indexOf(words, end, market) != end) continue;
            uint256 stamp = _heads[account][market] >> STAMP_AT;
            words[end] = market | (uint256(BookStamps.statusOf(stamp)) << 8) | COUNTED;
            Grid memory grid = riskArrays.gridOf(uint8(market));
            _readTotal(account, market, uint256(grid.referenceSpot) * 1e10, words, end + 1);
            end += width;
            isWhole = isWhole && _isWhole(stamp, grid.moves);
        }
        assembly ("memory-safe") {
            // Shortens the list to the markets found.
            mstore(words, end)
        }
        if (!isWhole) apart = _setApart(entries, words);
    }

    /// @inheritdoc IBooks
    function entriesOf(AccountId account) external view returns (uint256[] memory) {
        return BookGroups.all(_groups[account]);
    }

    /// @inheritdoc IBooks
    function partOf(AccountId account, uint256 group) external view returns (uint256[13] memory) {
        return BookWords.pack(_partNow(account, group));
    }

    /// @inheritdoc IBooks
    function marksOf(
        AccountId account,
        uint8 market,
        Price spot
    ) external view returns (BookMarks memory marks, uint256[] memory apart) {
        (uint256 grid, bool isCurrent, ) = riskArrays.gridAt(market, Price.unwrap(spot), 0);
        Total memory total;
        if (isCurrent) total = _totalNow(account, market, GridWords.baseOf(grid));
        bool isWhole = isCurrent && _isWhole(_heads[account][market] >> STAMP_AT, GridWords.movesOf(grid));
        if (!isWhole) apart = _takeApart(account, market, total, isCurrent);
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
        BookTotals.join(total, _partNow(account, group));
        marks = BookMarking.marksOf(total, grid, Price.unwrap(spot));
    }

    /// @inheritdoc IBooks
    function versionOf(AccountId account, uint8 market) external view returns (bytes32) {
        uint256[] memory words = new uint256[](BookTotals.COUNT);
        _readTotal(account, market, _baseOf(market), words, 0);
        return keccak256(abi.encode(BookGroups.all(_groups[account]), words));
    }

    /// @inheritdoc IBooks
    function legsOf(AccountId account, uint256 group) external view returns (uint256[] memory) {
        return clearinghouse.bookLegs(account, group);
    }

    /// @inheritdoc IBooks
    function waitingGroups(AccountId account) external view returns (uint256[] memory groups) {
        groups = new uint256[](BookGroups.waiting(_groups[account]));
        uint256 count;
        for (uint256 i; i < groups.length; ++i) {
            uint256 group = BookChanges.groupOf(_waiting[account][i].place);
            if (!_isListedBefore(account, i, group)) groups[count++] = group;
        }
        assembly ("memory-safe") {
            // Shortens the list to different groups.
            mstore(groups, count)
        }
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

    /// @dev Lists the entries that are good for nothing, and writes what is left of each market to `words`.
    function _setApart(
        uint256[] memory entries,
        uint256[] memory words
    ) private view returns (uint256[] memory apart) {
        for (uint256 i; i < words.length; i += 1 + BookTotals.COUNT) words[i] &= type(uint8).max;
        DataStatus[] memory standings = riskArrays.standingsOf(entries);
        uint256 count;
        apart = entries;
        for (uint256 i; i < standings.length; ++i) {
            if (standings[i] == DataStatus.Unusable) {
                apart[count++] = entries[i];
                continue;
            }
            uint256 index = _indexOf(words, words.length, BookGroups.groupOf(entries[i]) >> 20);
            uint256 status = FixedPoint.max((words[index] >> 8) & 0xff, uint256(standings[i]));
            words[index] = uint8(words[index]) | (status << 8) | COUNTED;
        }
        assembly ("memory-safe") {
            // Shortens the list to what was found.
            mstore(apart, count)
        }
    }

    /// @dev Where a market's words begin before `end`; `end` if it has none.
    function _indexOf(
        uint256[] memory words,
        uint256 end,
        uint256 market
    ) private pure returns (uint256 index) {
        while (index < end && uint8(words[index]) != market) index += 1 + BookTotals.COUNT;
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
                    BookTotals.take(total, _partNow(account, group));
                }
            }
            apart[count++] = group;
        }
        assembly ("memory-safe") {
            // Shortens the list to what was found.
            mstore(apart, count)
        }
    }

    /// @dev Whether all groups of a market are known to be current, as far as the grid is.
    function _isWhole(uint256 stamp, uint256 moves) private view returns (bool) {
        return BookStamps.isCurrent(stamp, moves, block.timestamp);
    }

    /// @dev The words of a market's total, with the changes that wait.
    function _readTotal(
        AccountId account,
        uint256 market,
        uint256 base,
        uint256[] memory words,
        uint256 first
    ) private view {
        if (BookGroups.waiting(_groups[account]) == 0) {
            BookTotals.read(address(uint160(_heads[account][market])), words, first);
        } else {
            BookTotals.pack(_totalNow(account, market, base), words, first);
        }
    }
}
