// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IBooks} from "../interfaces/IBooks.sol";
import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {IRiskArrays} from "../interfaces/IRiskArrays.sol";
import {Delegation} from "../libraries/Delegation.sol";
import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Quantity} from "../types/Quantity.sol";
import {BookChanges, Change} from "./BookChanges.sol";
import {BookGroups} from "./BookGroups.sol";
import {BookRisks} from "./BookRisks.sol";
import {BookStore, Place, Source} from "./BookStore.sol";
import {BookSums} from "./BookSums.sol";
import {BookTotals} from "./BookTotals.sol";
import {Book, BookWords} from "./BookWords.sol";
import {GridWords} from "./GridWords.sol";

/// @title Books
/// @notice Keeps the node vectors of accounts with a book. Trusts the clearinghouse for positions and for telling every
/// change of them, and the risk arrays for words. Holds no funds. Anyone may bring a book up to date; a book that is not
/// is never read as if it were.
contract Books is BookRisks, AccessManaged {
    /// @dev Most changes that wait: every one is read with the book.
    uint256 private constant MOST_WAITING = 4;

    /// @dev Created here and never changed.
    address private immutable _code;

    /// @param authority the AccessManager
    /// @param riskArrays_ words of every strike
    constructor(address authority, IRiskArrays riskArrays_) BookStore(riskArrays_) AccessManaged(authority) {
        _code = address(new BookSums(riskArrays_));
    }

    /// @inheritdoc IBooks
    function bind(IClearinghouse clearinghouse_) external restricted {
        if (address(clearinghouse_) == address(0)) revert Books_ZeroAddress();
        if (address(clearinghouse) != address(0)) revert Books_AlreadyBound(address(clearinghouse));
        clearinghouse = clearinghouse_;
        emit ClearinghouseBound(address(clearinghouse_));
    }

    /// @inheritdoc IBooks
    function record(
        AccountId account,
        InstrumentId instrument,
        Quantity before,
        Quantity afterwards,
        Quantity other
    ) external {
        if (msg.sender != address(clearinghouse)) revert Books_NotClearinghouse(msg.sender);
        Place memory place = _placeOf(account, InstrumentId.unwrap(instrument) >> 36);
        bool isEmpty =
            Quantity.unwrap(afterwards) == 0 && clearinghouse.bookLegCount(account, place.group) == 0;
        if (place.version != 0 && !isEmpty && _isLive(place.group)) {
            Source memory source = _sourceOf(place.group);
            Change memory change;
            bool isPostponed =
                source.version == place.version &&
                    _describe(change, source, instrument, before, afterwards, other) &&
                    _postpone(account, change, GridWords.baseOf(source.grid));
            if (isPostponed) return;
        }
        Delegation.run(_code);
    }

    /// @inheritdoc IBooks
    function refresh(AccountId, uint8, uint256) external {
        Delegation.run(_code);
    }

    /// @inheritdoc IBooks
    function refreshAll(AccountId) external returns (uint256) {
        Delegation.run(_code);
    }

    /// @dev Lets a change wait to be taken into book and total, if it is small, on a page, and both have room for it.
    function _postpone(AccountId account, Change memory change, uint256 base) private returns (bool) {
        if (change.page == address(0) || !BookChanges.isSmall(change)) return false;
        uint256 count = BookGroups.waiting(_groups[account]);
        uint256[13] storage stored = _books[account][change.group];
        Book memory book = BookWords.partly(stored);
        uint256 index = count;
        for (uint256 i; i < count; ++i) {
            uint256 place = _waiting[account][i].place;
            if (BookChanges.groupOf(place) != change.group) continue;
            Change memory other = BookChanges.load(_waiting[account][i]);
            if (BookChanges.isOf(place, change)) {
                // As one change of what is in the book; its words are those that may have been added before.
                index = i;
                (change.callBefore, change.putBefore) = (other.callBefore, other.putBefore);
                (change.page, change.entry) = (other.page, other.entry);
                (change.a, change.b) = (other.a, other.b);
            } else if (!BookChanges.tryApply(book, other, base)) {
                return false;
            }
        }
        if (index == MOST_WAITING) return false;
        if (!BookChanges.tryApply(book, change, base)) return false;
        uint256[] memory words = new uint256[](BookTotals.COUNT);
        BookTotals.read(address(uint160(_heads[account][change.group >> 20])), words, 0);
        if (!BookTotals.isRoomy(words) || !BookWords.isRoomy(stored)) return false;
        BookChanges.store(_waiting[account][index], change);
        if (index == count) BookGroups.setWaiting(_groups[account], count + 1);
        return true;
    }
}
