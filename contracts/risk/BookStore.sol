// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {IBooks} from "../interfaces/IBooks.sol";
import {ExpiryShocks, IRiskArrays} from "../interfaces/IRiskArrays.sol";
import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {QUANTITY_STEP} from "../types/Position.sol";
import {Quantity} from "../types/Quantity.sol";
import {BookChanges, Change, Waiting} from "./BookChanges.sol";
import {BookGroups} from "./BookGroups.sol";
import {BookStamps} from "./BookStamps.sol";
import {BookTotals, Total} from "./BookTotals.sol";
import {Book, BookWords} from "./BookWords.sol";
import {GridWords} from "./GridWords.sol";
import {Pages} from "./Pages.sol";

/// @dev Where a group stands among those of an account, and the version of what its market's total has of it; zero if
/// that is nothing.
struct Place {
    uint256 group;
    uint256 index;
    uint256 version;
    bool exists;
}

/// @dev Where the words of one expiry are read.
struct Source {
    uint256 group;
    uint256 version;
    uint256 forward;
    uint256 grid;
    uint256 header;
    address page;
}

/// @title BookStore
/// @notice What is kept of the books, and how it is taken apart and put together.
abstract contract BookStore {
    uint256 internal constant STAMP_AT = 160;

    IRiskArrays public immutable riskArrays;

    /// @notice The ledger whose positions these are.
    IClearinghouse public clearinghouse;

    mapping(AccountId => mapping(uint256 => uint256)) internal _groups;
    /// @dev Where the total of a market is, 160 bits, and above that its stamp (see BookStamps).
    mapping(AccountId => mapping(uint256 market => uint256)) internal _heads;
    /// @dev What the total has of a group; without meaning where it has nothing.
    mapping(AccountId => mapping(uint256 group => uint256[13])) internal _books;
    /// @dev Changes that totals and `_books` do not have yet, the first of which BookGroups counts. All are of groups that
    /// the totals have. Reading takes them in.
    mapping(AccountId => mapping(uint256 index => Waiting)) internal _waiting;

    constructor(IRiskArrays riskArrays_) {
        if (address(riskArrays_) == address(0)) revert IBooks.Books_ZeroAddress();
        riskArrays = riskArrays_;
    }

    /// @dev Keeps a market's total, and what can be said of its groups.
    function _keep(AccountId account, uint256 market, Total memory total, uint256 stamp) internal {
        _heads[account][market] = uint160(BookTotals.store(total)) | (stamp << STAMP_AT);
    }

    /// @dev Looks at all groups of a market, so that others need not while nothing moves.
    function _stampOf(AccountId account, uint256 market) internal view returns (uint256 stamp) {
        uint256[] memory entries = BookGroups.all(_groups[account]);
        for (uint256 i; i < entries.length; ++i) {
            uint256 group = BookGroups.groupOf(entries[i]);
            if (group >> 20 != market) continue;
            (uint256 header, uint256 version, uint256 grid) = riskArrays.sourceOf(group);
            if (version == 0 || version != BookGroups.versionOf(entries[i]) || !_isLive(group)) return 0;
            if (stamp == 0) stamp = BookStamps.begin(grid);
            stamp = BookStamps.join(stamp, grid, header, (group & 0xfffff) * 1 hours);
        }
    }

    /// @dev The stored total of a market.
    function _loadTotal(AccountId account, uint256 market) internal view returns (Total memory) {
        return BookTotals.load(address(uint160(_heads[account][market])));
    }

    /// @dev Takes a group, with what waits of it, out of a total; returns its book.
    function _takeOut(
        AccountId account,
        uint256 group,
        Total memory total
    ) internal returns (Book memory book) {
        BookTotals.take(total, BookWords.unpack(_books[account][group]));
        book = _partNow(account, group);
        uint256 count = BookGroups.waiting(_groups[account]);
        uint256 left;
        for (uint256 i; i < count; ++i) {
            if (BookChanges.groupOf(_waiting[account][i].place) == group) continue;
            if (left != i) _waiting[account][left] = _waiting[account][i];
            ++left;
        }
        if (left != count) BookGroups.setWaiting(_groups[account], left);
    }

    /// @dev What the total of a market has, with the changes that wait.
    /// @param base reference spot of its grid [wad]
    function _totalNow(
        AccountId account,
        uint256 market,
        uint256 base
    ) internal view returns (Total memory total) {
        total = _loadTotal(account, market);
        uint256 count = BookGroups.waiting(_groups[account]);
        for (uint256 i; i < count; ++i) {
            uint256 group = BookChanges.groupOf(_waiting[account][i].place);
            if (group >> 20 != market || _isListedBefore(account, i, group)) continue;
            Book memory before = BookWords.partly(_books[account][group]);
            Book memory book = BookWords.copyOf(before);
            _addWaiting(account, group, book, base);
            BookTotals.replace(total, before, book);
        }
    }

    /// @dev What the total has of a group, with the changes that wait.
    function _partNow(AccountId account, uint256 group) internal view returns (Book memory book) {
        book = BookWords.unpack(_books[account][group]);
        if (BookGroups.waiting(_groups[account]) != 0)
            _addWaiting(account, group, book, _baseOf(group >> 20));
    }

    /// @dev Takes what waits of a group into its book. When it was made to wait it was looked whether that is possible.
    function _addWaiting(AccountId account, uint256 group, Book memory book, uint256 base) private view {
        uint256 count = BookGroups.waiting(_groups[account]);
        for (uint256 i; i < count; ++i) {
            Waiting storage stored = _waiting[account][i];
            if (BookChanges.groupOf(stored.place) != group) continue;
            BookChanges.tryApply(book, BookChanges.load(stored), base);
        }
    }

    /// @dev Reference spot of a market's grid [wad].
    function _baseOf(uint256 market) internal view returns (uint256) {
        return uint256(riskArrays.gridOf(uint8(market)).referenceSpot) * 1e10;
    }

    function _isListedBefore(AccountId account, uint256 index, uint256 group) internal view returns (bool) {
        for (uint256 i; i < index; ++i) {
            if (BookChanges.groupOf(_waiting[account][i].place) == group) return true;
        }
        return false;
    }

    function _placeOf(AccountId account, uint256 group) internal view returns (Place memory place) {
        place.group = group;
        (place.index, place.version, place.exists) = BookGroups.find(_groups[account], group);
    }

    function _isLive(uint256 group) internal view returns (bool) {
        return (group & 0xfffff) * 1 hours > block.timestamp;
    }

    function _isCurrent(uint256 group, uint256 version) internal view returns (bool) {
        (, ExpiryShocks memory shocks, , bool current) = riskArrays.basisOf(
            uint8(group >> 20),
            (group & 0xfffff) * 1 hours
        );
        return current && version == shocks.version;
    }

    /// @dev Arrays of a group; version zero if they are of another grid than their market's.
    function _sourceOf(uint256 group) internal view returns (Source memory source) {
        source.group = group;
        (source.header, source.version, source.grid) = riskArrays.sourceOf(group);
        source.forward = GridWords.forwardOf(source.header);
        source.page = GridWords.pageOf(source.header);
    }

    /// @dev Words of a strike [cents], on the page or beside it.
    function _wordsOf(
        Source memory source,
        uint256 strike
    ) internal view returns (uint256 a, uint256 b, bool) {
        (uint256 index, bool found) = Pages.locate(source.page, strike);
        if (!found) return riskArrays.looseWords((source.group << 32) | strike);
        (a, b) = Pages.wordsIn(source.page, index);
        return (a, b, true);
    }

    /// @dev Fills in what happened to the call and the put of a strike; false if the arrays do not have its words.
    function _describe(
        Change memory change,
        Source memory source,
        InstrumentId instrument,
        Quantity before,
        Quantity afterwards,
        Quantity other
    ) internal view returns (bool found) {
        uint256 id = InstrumentId.unwrap(instrument);
        (change.group, change.strike) = (source.group, uint32(id >> 4));
        (change.entry, found) = Pages.locate(source.page, change.strike);
        if (found) {
            change.page = source.page;
            (change.a, change.b) = Pages.wordsIn(source.page, change.entry);
        } else {
            (change.a, change.b, found) = riskArrays.looseWords((source.group << 32) | change.strike);
        }
        (change.callBefore, change.callAfter) = (_sizeOf(before), _sizeOf(afterwards));
        (change.putBefore, change.putAfter) = (_sizeOf(other), _sizeOf(other));
        if (id & 0xf == 0) return found;
        (change.callBefore, change.putBefore) = (change.putBefore, change.callBefore);
        (change.callAfter, change.putAfter) = (change.putAfter, change.callAfter);
    }

    function _sizeOf(Quantity quantity) private pure returns (int256) {
        return Quantity.unwrap(quantity) / int256(QUANTITY_STEP);
    }
}
