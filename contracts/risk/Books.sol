// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IBooks} from "../interfaces/IBooks.sol";
import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {IRiskArrays} from "../interfaces/IRiskArrays.sol";
import {Packing} from "../libraries/Packing.sol";
import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {QUANTITY_STEP} from "../types/Position.sol";
import {Quantity} from "../types/Quantity.sol";
import {BookGroups} from "./BookGroups.sol";
import {BookRisks, Source} from "./BookRisks.sol";
import {BookTotals, Total} from "./BookTotals.sol";
import {BookViews, Place} from "./BookViews.sol";
import {Book, BookWords} from "./BookWords.sol";
import {NodeGrid} from "./NodeGrid.sol";

/// @dev A position before and after a change, and the other kind of the same strike [1e-8].
struct Change {
    int256 older;
    int256 newer;
    int256 other;
}

/// @title Books
/// @notice Keeps the node vectors of accounts with a book. Trusts the clearinghouse for positions and for telling every
/// change of them, and the risk arrays for words. Holds no funds. Anyone may bring a book up to date; a book that is not
/// is never read as if it were.
contract Books is BookRisks, AccessManaged {
    /// @param authority the AccessManager
    /// @param riskArrays_ words of every strike
    constructor(address authority, IRiskArrays riskArrays_) BookViews(riskArrays_) AccessManaged(authority) {}

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
        Quantity afterwards
    ) external {
        if (msg.sender != address(clearinghouse)) revert Books_NotClearinghouse(msg.sender);
        Place memory place = _placeOf(account, InstrumentId.unwrap(instrument) >> 36);
        if (Quantity.unwrap(afterwards) == 0 && clearinghouse.bookLegCount(account, place.group) == 0) {
            return _forget(account, place);
        }
        // What waits to be re-based goes on waiting.
        if (place.exists && place.version == 0) return;
        Total memory total = BookTotals.load(_totals[account][place.group >> 20]);
        Book memory book;
        if (place.exists) {
            book = BookWords.unpack(_books[account][place.group]);
            BookTotals.take(total, book);
        }
        uint256 version;
        if (_isLive(place.group)) {
            Source memory source = _sourceOf(place.group);
            if (!place.exists) book.forward = source.forward;
            bool isKept =
                source.version != 0 &&
                    (!place.exists || source.version == place.version) &&
                    _change(book, source, instrument, _changeOf(account, instrument, before, afterwards)) &&
                    BookTotals.tryJoin(total, book);
            if (isKept) version = source.version;
        }
        _keep(account, place, version, total, book);
    }

    /// @inheritdoc IBooks
    function refresh(AccountId account, uint8 market, uint256 expiry) external {
        uint256 group = (uint256(market) << 20) | (expiry / 1 hours);
        if (!_isLive(group)) revert IRiskArrays.RiskArrays_ExpiryPassed(expiry);
        _refresh(account, group);
    }

    /// @inheritdoc IBooks
    function refreshAll(AccountId account) external returns (uint256 rebased) {
        uint256[] memory groups = staleGroups(account);
        rebased = groups.length;
        for (uint256 i; i < rebased; ++i) _refresh(account, groups[i]);
    }

    /// @dev Refreshes the arrays that the legs of a group need, and sums them.
    function _refresh(AccountId account, uint256 group) private {
        uint256[] memory legs = clearinghouse.bookLegs(account, group);
        riskArrays.refreshPositions(legs);
        Source memory source = _sourceOf(group);
        Place memory place = _placeOf(account, group);
        if (place.exists) {
            Total memory total = BookTotals.load(_totals[account][group >> 20]);
            if (place.version != 0) BookTotals.take(total, BookWords.unpack(_books[account][group]));
            Book memory book = _sum(source, legs);
            if (!BookTotals.tryJoin(total, book)) {
                revert IRiskArrays.RiskArrays_QuantityTooLarge(NodeGrid.grossOf(book.cells));
            }
            _keep(account, place, source.version, total, book);
        }
        emit BookRebased(account, uint8(group >> 20), (group & 0xfffff) * 1 hours, source.version);
    }

    /// @dev What the legs of a group add up to.
    function _sum(Source memory source, uint256[] memory legs) private view returns (Book memory book) {
        book.forward = source.forward;
        uint256[] memory entries = Packing.sortedEntries(legs);
        for (uint256 i; i < entries.length; ++i) {
            InstrumentId instrument = InstrumentId.wrap(uint64(entries[i] >> 64));
            int256 quantity = int64(uint64(entries[i]));
            // A call comes right before the put of its strike; the pair is netted with the first of them.
            bool isFirst = i == 0 || entries[i - 1] >> 68 != entries[i] >> 68;
            int256 net = quantity;
            if (isFirst && Packing.entryAt(entries, i + 1) >> 68 == entries[i] >> 68) {
                net += int64(uint64(entries[i + 1]));
            }
            (uint256 a, uint256 b, ) = _wordsOf(source, uint32(entries[i] >> 68));
            if (isFirst && net != 0) {
                NodeGrid.add(book.cells, a, b, net);
                book.grossVega += NodeGrid.vegaOf(a, b, net);
            }
            _addLinear(book, instrument, quantity);
            book.longMark += _longMark(source, instrument, b, quantity);
        }
    }

    /// @dev Keeps a total, and the book that it has of a group with the version that it was summed from; version zero if it
    /// has none.
    function _keep(
        AccountId account,
        Place memory place,
        uint256 version,
        Total memory total,
        Book memory book
    ) private {
        if (version != 0) _books[account][place.group] = BookWords.pack(book);
        if (version != 0 || place.version != 0) {
            BookTotals.store(_totals[account][place.group >> 20], total);
        }
        if (!place.exists || place.version != version) {
            BookGroups.set(_groups[account], place.index, place.group, version);
        }
    }

    /// @dev Lets go of a group without legs. Its words are left for the next leg, unless there can be none.
    function _forget(AccountId account, Place memory place) private {
        uint256[13] storage stored = _books[account][place.group];
        if (place.version != 0) {
            uint256[14] storage storedTotal = _totals[account][place.group >> 20];
            Total memory total = BookTotals.load(storedTotal);
            BookTotals.take(total, BookWords.unpack(stored));
            BookTotals.store(storedTotal, total);
        }
        BookGroups.remove(_groups[account], place.index);
        if (!_isLive(place.group)) delete _books[account][place.group];
    }

    /// @dev Takes the change of one position into `book`; false if the arrays do not have its strike. A strike's call and
    /// put are netted, so a change of one changes the net of both.
    function _change(
        Book memory book,
        Source memory source,
        InstrumentId instrument,
        Change memory change
    ) private view returns (bool) {
        (uint256 a, uint256 b, bool found) = _wordsOf(source, uint32(InstrumentId.unwrap(instrument) >> 4));
        if (!found) return false;
        uint256[14] memory removed;
        NodeGrid.add(removed, a, b, change.older + change.other);
        NodeGrid.add(book.cells, a, b, change.newer + change.other);
        NodeGrid.take(book.cells, removed);
        uint256 takenVega = NodeGrid.vegaOf(a, b, change.older + change.other);
        book.grossVega += NodeGrid.vegaOf(a, b, change.newer + change.other);
        _addLinear(book, instrument, change.newer - change.older);
        uint256 taken = _longMark(source, instrument, b, change.older);
        book.longMark += _longMark(source, instrument, b, change.newer);
        // Only other words than were added take more than is there; then the legs have to be summed anew.
        if (taken > book.longMark || takenVega > book.grossVega) return false;
        book.longMark -= taken;
        book.grossVega -= takenVega;
        return true;
    }

    function _changeOf(
        AccountId account,
        InstrumentId instrument,
        Quantity before,
        Quantity afterwards
    ) private view returns (Change memory change) {
        int256 step = int256(QUANTITY_STEP);
        InstrumentId sibling = InstrumentId.wrap(InstrumentId.unwrap(instrument) ^ 1);
        change.older = Quantity.unwrap(before) / step;
        change.newer = Quantity.unwrap(afterwards) / step;
        change.other = Quantity.unwrap(clearinghouse.positionOf(account, sibling)) / step;
    }

    function _addLinear(Book memory book, InstrumentId instrument, int256 quantity) private pure {
        book.quantity += quantity;
        if (InstrumentId.unwrap(instrument) & 0xf == 0) return;
        book.putQuantity += quantity;
        book.putStrike += quantity * int256(uint256(uint32(InstrumentId.unwrap(instrument) >> 4)));
    }

    function _longMark(
        Source memory source,
        InstrumentId instrument,
        uint256 wordB,
        int256 quantity
    ) private pure returns (uint256) {
        if (quantity <= 0) return 0;
        uint256 strike = uint32(InstrumentId.unwrap(instrument) >> 4);
        bool isPut = InstrumentId.unwrap(instrument) & 0xf != 0;
        return
            NodeGrid.longMark(
                wordB,
                uint256(quantity),
                strike,
                isPut,
                source.forward,
                uint256(source.referenceSpot) * 1e10
            );
    }
}
