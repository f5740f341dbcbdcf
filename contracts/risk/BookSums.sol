// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBooks} from "../interfaces/IBooks.sol";
import {IRiskArrays} from "../interfaces/IRiskArrays.sol";
import {Packing} from "../libraries/Packing.sol";
import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Quantity} from "../types/Quantity.sol";
import {BookChanges, Change} from "./BookChanges.sol";
import {BookGroups} from "./BookGroups.sol";
import {BookStore, Place, Source} from "./BookStore.sol";
import {BookTotals, Total} from "./BookTotals.sol";
import {Book, BookWords} from "./BookWords.sol";
import {GridWords} from "./GridWords.sol";
import {NodeGrid} from "./NodeGrid.sol";

/// @title BookSums
/// @notice What changes the sums that are kept. Code only: the books run it on their own storage. Called by anyone else it
/// writes to its own storage, which means nothing to anybody.
contract BookSums is BookStore {
    /// @param riskArrays_ words of every strike
    constructor(IRiskArrays riskArrays_) BookStore(riskArrays_) {}

    /// @notice See IBooks. The books have let wait what may.
    function record(
        AccountId account,
        InstrumentId instrument,
        Quantity before,
        Quantity afterwards,
        Quantity other
    ) external {
        Place memory place = _placeOf(account, InstrumentId.unwrap(instrument) >> 36);
        if (Quantity.unwrap(afterwards) == 0 && clearinghouse.bookLegCount(account, place.group) == 0) {
            return _forget(account, place);
        }
        // What waits to be re-based goes on waiting.
        if (place.exists && place.version == 0) return;
        Source memory source;
        if (_isLive(place.group)) source = _sourceOf(place.group);
        Change memory change;
        bool isKept = source.version != 0 && (!place.exists || source.version == place.version);
        if (isKept) isKept = _describe(change, source, instrument, before, afterwards, other);
        Total memory total = _loadTotal(account, place.group >> 20);
        Book memory book;
        if (place.exists) book = _takeOut(account, place.group, total);
        else book.forward = uint56(source.forward);
        isKept =
            isKept &&
            BookChanges.tryApply(book, change, GridWords.baseOf(source.grid)) &&
            BookTotals.tryJoin(total, book);
        _put(account, place, isKept ? source.version : 0, book);
        uint256 market = place.group >> 20;
        // Nothing can be said where there is a group that the total has nothing of, and nothing new where no group joined.
        uint256 stamp;
        if (isKept) stamp = place.exists ? _heads[account][market] >> STAMP_AT : _stampOf(account, market);
        _keep(account, market, total, stamp);
    }

    /// @notice See IBooks.
    function refresh(AccountId account, uint8 market, uint256 expiry) external {
        uint256 group = (uint256(market) << 20) | (expiry / 1 hours);
        if (!_isLive(group)) revert IRiskArrays.RiskArrays_ExpiryPassed(expiry);
        Total memory total = _loadTotal(account, market);
        if (_refresh(account, group, total)) _keep(account, market, total, _stampOf(account, market));
    }

    /// @notice See IBooks.
    function refreshAll(AccountId account) external returns (uint256 rebased) {
        uint256[] memory groups = BookGroups.all(_groups[account]);
        uint256 done;
        for (uint256 i; i < groups.length; ++i) {
            uint256 market = BookGroups.groupOf(groups[i]) >> 20;
            if ((done >> market) & 1 == 0) rebased += _refreshMarket(account, market, groups);
            done |= 1 << market;
        }
    }

    function _refreshMarket(
        AccountId account,
        uint256 market,
        uint256[] memory groups
    ) private returns (uint256 rebased) {
        Total memory total = _loadTotal(account, market);
        for (uint256 i; i < groups.length; ++i) {
            uint256 group = BookGroups.groupOf(groups[i]);
            if (group >> 20 != market) continue;
            if (!_isLive(group)) {
                if (BookGroups.versionOf(groups[i]) == 0 || !_isWaiting(account, group)) continue;
                // Its legs are settled one by one; what waits of it must not keep others from waiting.
                BookGroups.set(_groups[account], _placeOf(account, group).index, group, 0);
                _takeOut(account, group, total);
                ++rebased;
                continue;
            }
            if (!_isCurrent(group, BookGroups.versionOf(groups[i]))) _refresh(account, group, total);
            else if (_isWaiting(account, group)) _takeIn(account, group, total);
            else continue;
            ++rebased;
        }
        // Also where nothing was to be done: a group that was in the way may be gone.
        uint256 stamp = _stampOf(account, market);
        if (rebased != 0) _keep(account, market, total, stamp);
        else _heads[account][market] = uint160(_heads[account][market]) | (stamp << STAMP_AT);
    }

    /// @dev Refreshes the arrays that the legs of a group need, and sums them into `total`, unless there are none.
    function _refresh(AccountId account, uint256 group, Total memory total) private returns (bool isPart) {
        uint256[] memory legs = clearinghouse.bookLegs(account, group);
        riskArrays.refreshPositions(legs);
        Source memory source = _sourceOf(group);
        Place memory place = _placeOf(account, group);
        isPart = place.exists;
        if (isPart) {
            if (place.version != 0) _takeOut(account, group, total);
            Book memory book = _sum(source, legs);
            if (!BookTotals.tryJoin(total, book)) {
                revert IRiskArrays.RiskArrays_QuantityTooLarge(NodeGrid.grossOf(book.cells));
            }
            _put(account, place, source.version, book);
        }
        emit IBooks.BookRebased(
            account,
            uint8(group >> 20),
            (group & 0xfffff) * 1 hours,
            uint24(source.version)
        );
    }

    /// @dev Keeps the book that the total has of a group, with the version that it was summed from; zero if it has none.
    function _put(AccountId account, Place memory place, uint256 version, Book memory book) private {
        if (version != 0) _books[account][place.group] = BookWords.pack(book);
        if (place.exists && place.version == version) return;
        BookGroups.set(_groups[account], place.index, place.group, version);
    }

    /// @dev What the legs of a group add up to: a change of every strike from nothing.
    function _sum(Source memory source, uint256[] memory legs) private view returns (Book memory book) {
        book.forward = uint56(source.forward);
        uint256[] memory entries = Packing.sortedEntries(legs);
        for (uint256 i; i < entries.length; ++i) {
            Change memory change;
            change.strike = uint32(entries[i] >> 68);
            _count(change, entries[i]);
            // A call comes right before the put of its strike.
            bool isPair = Packing.entryAt(entries, i + 1) >> 68 == entries[i] >> 68;
            if (isPair) _count(change, entries[++i]);
            (change.a, change.b, ) = _wordsOf(source, change.strike);
            BookChanges.tryApply(book, change, GridWords.baseOf(source.grid));
        }
    }

    function _count(Change memory change, uint256 entry) private pure {
        int256 size = int64(uint64(entry));
        if ((entry >> 64) & 0xf == 0) change.callAfter = size;
        else change.putAfter = size;
    }

    /// @dev Takes what waits of a group into its book and `total`, by the words that they have been read with.
    function _takeIn(AccountId account, uint256 group, Total memory total) private {
        Book memory book = _takeOut(account, group, total);
        BookTotals.join(total, book);
        _books[account][group] = BookWords.pack(book);
    }

    function _isWaiting(AccountId account, uint256 group) private view returns (bool) {
        uint256 count = BookGroups.waiting(_groups[account]);
        for (uint256 i; i < count; ++i) {
            if (BookChanges.groupOf(_waiting[account][i].place) == group) return true;
        }
        return false;
    }

    /// @dev Lets go of a group without legs. Its words are left for the next leg, unless there can be none.
    function _forget(AccountId account, Place memory place) private {
        if (place.version != 0) {
            Total memory total = _loadTotal(account, place.group >> 20);
            _takeOut(account, place.group, total);
            BookGroups.remove(_groups[account], place.index);
            _keep(account, place.group >> 20, total, _stampOf(account, place.group >> 20));
        } else {
            BookGroups.remove(_groups[account], place.index);
        }
        if (!_isLive(place.group)) delete _books[account][place.group];
    }
}
