// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IBooks} from "../interfaces/IBooks.sol";
import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {ExpiryHeader, ExpiryShocks, IRiskArrays} from "../interfaces/IRiskArrays.sol";
import {Packing} from "../libraries/Packing.sol";
import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {QUANTITY_STEP} from "../types/Position.sol";
import {Quantity} from "../types/Quantity.sol";
import {Book, BookWords} from "./BookWords.sol";
import {NodeGrid} from "./NodeGrid.sol";
import {Pages} from "./Pages.sol";

/// @dev Where the words of one expiry are read.
struct Source {
    uint256 group;
    uint24 version;
    uint56 forward;
    uint64 referenceSpot;
    bytes page;
    uint256 entries;
}

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
contract Books is IBooks, AccessManaged {
    IRiskArrays public immutable riskArrays;

    /// @notice The ledger whose positions these are.
    IClearinghouse public clearinghouse;

    mapping(AccountId => mapping(uint256 group => uint256[13])) private _books;

    /// @param authority the AccessManager
    /// @param riskArrays_ words of every strike
    constructor(address authority, IRiskArrays riskArrays_) AccessManaged(authority) {
        if (address(riskArrays_) == address(0)) revert Books_ZeroAddress();
        riskArrays = riskArrays_;
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
        Quantity afterwards
    ) external {
        if (msg.sender != address(clearinghouse)) revert Books_NotClearinghouse(msg.sender);
        uint256 group = InstrumentId.unwrap(instrument) >> 36;
        uint256 legs = clearinghouse.bookLegCount(account, group);
        if (legs == 0) {
            delete _books[account][group];
            return;
        }
        uint256[13] storage stored = _books[account][group];
        Source memory source = _sourceOf(group);
        Book memory book;
        if (legs == 1 && Quantity.unwrap(before) == 0) _start(book, source);
        else book = BookWords.unpack(_copy(stored), 0);
        bool isKept =
            book.version != 0 &&
                book.version == source.version &&
                _change(book, source, instrument, _changeOf(account, instrument, before, afterwards));
        if (isKept && BookWords.fits(book)) _store(stored, book);
        else if (stored[12] != 0) stored[12] = 0;
    }

    /// @inheritdoc IBooks
    function refresh(AccountId account, uint8 market, uint256 expiry) external {
        _refresh(account, (uint256(market) << 20) | (expiry / 1 hours));
    }

    /// @inheritdoc IBooks
    function refreshAll(AccountId account) external returns (uint256 rebased) {
        uint256[] memory groups = clearinghouse.bookGroups(account);
        for (uint256 i; i < groups.length; ++i) {
            if ((groups[i] & 0xfffff) * 1 hours <= block.timestamp || _isCurrent(account, groups[i]))
                continue;
            _refresh(account, groups[i]);
            ++rebased;
        }
    }

    /// @inheritdoc IBooks
    function read(AccountId account) external view returns (uint256[] memory groups, uint256[] memory words) {
        groups = clearinghouse.bookGroups(account);
        words = new uint256[](BookWords.COUNT * groups.length);
        unchecked {
            // Counters.
            uint256 to;
            for (uint256 i; i < groups.length; ++i) {
                uint256[13] storage stored = _books[account][groups[i]];
                for (uint256 j; j < BookWords.COUNT; ++j) words[to++] = stored[j];
            }
        }
    }

    /// @inheritdoc IBooks
    function legsOf(AccountId account, uint256 group) external view returns (uint256[] memory) {
        return clearinghouse.bookLegs(account, group);
    }

    /// @inheritdoc IBooks
    function staleGroups(AccountId account) external view returns (uint256[] memory groups) {
        groups = clearinghouse.bookGroups(account);
        uint256 count;
        for (uint256 i; i < groups.length; ++i) {
            if ((groups[i] & 0xfffff) * 1 hours <= block.timestamp || _isCurrent(account, groups[i]))
                continue;
            groups[count++] = groups[i];
        }
        assembly ("memory-safe") {
            // Shortens the list to what was found.
            mstore(groups, count)
        }
    }

    /// @dev Refreshes the arrays that the legs of a group need, and sums them.
    function _refresh(AccountId account, uint256 group) private {
        uint256[] memory legs = clearinghouse.bookLegs(account, group);
        riskArrays.refreshPositions(legs);
        Source memory source = _sourceOf(group);
        Book memory book;
        _start(book, source);
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
            if (isFirst && net != 0) NodeGrid.add(book.cells, a, b, net);
            _addLinear(book, instrument, quantity);
            book.longMark += _longMark(source, instrument, b, quantity);
        }
        if (NodeGrid.grossOf(book.cells) >= NodeGrid.MAX_GROSS || !BookWords.fits(book)) {
            revert IRiskArrays.RiskArrays_QuantityTooLarge(NodeGrid.grossOf(book.cells));
        }
        if (entries.length != 0) _store(_books[account][group], book);
        emit BookRebased(account, uint8(group >> 20), (group & 0xfffff) * 1 hours, source.version);
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
        _addLinear(book, instrument, change.newer - change.older);
        uint256 taken = _longMark(source, instrument, b, change.older);
        book.longMark += _longMark(source, instrument, b, change.newer);
        // Only other words than were added take more than is there; then the legs have to be summed anew.
        if (taken > book.longMark) return false;
        book.longMark -= taken;
        return NodeGrid.grossOf(book.cells) < NodeGrid.MAX_GROSS;
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

    /// @dev A book without legs, of the version of `source`.
    function _start(Book memory book, Source memory source) private pure {
        book.version = source.version;
        book.forward = source.forward;
        book.referenceSpot = source.referenceSpot;
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

    /// @dev Arrays of a group; version zero if they are of another grid than their market's.
    function _sourceOf(uint256 group) private view returns (Source memory source) {
        ExpiryHeader memory header;
        source.group = group;
        (header, source.version, source.referenceSpot) = riskArrays.sourceOf(group);
        source.forward = header.forward;
        source.page = Pages.load(header.page);
        source.entries = Pages.count(source.page);
    }

    /// @dev Words of a strike [cents], on the page or beside it.
    function _wordsOf(
        Source memory source,
        uint256 strike
    ) private view returns (uint256 a, uint256 b, bool) {
        uint256 index = Pages.find(source.page, source.entries, strike);
        if (index == source.entries) return riskArrays.looseWords((source.group << 32) | strike);
        (a, b, ) = Pages.wordsAt(source.page, index);
        return (a, b, true);
    }

    function _isCurrent(AccountId account, uint256 group) private view returns (bool) {
        uint24 version = uint24(_books[account][group][12] >> 112);
        (, ExpiryShocks memory shocks, , bool current) = riskArrays.basisOf(
            uint8(group >> 20),
            (group & 0xfffff) * 1 hours
        );
        return current && version == shocks.version;
    }

    function _store(uint256[13] storage stored, Book memory book) private {
        uint256[13] memory words = BookWords.pack(book);
        for (uint256 i; i < BookWords.COUNT; ++i) stored[i] = words[i];
    }

    function _copy(uint256[13] storage stored) private view returns (uint256[] memory words) {
        words = new uint256[](BookWords.COUNT);
        for (uint256 i; i < BookWords.COUNT; ++i) words[i] = stored[i];
    }
}
