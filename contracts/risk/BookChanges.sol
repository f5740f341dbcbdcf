// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Book} from "./BookWords.sol";
import {NodeGrid} from "./NodeGrid.sol";
import {Pages} from "./Pages.sol";

/// @notice The sizes of a strike's call and put before and after what happened to them, and where its words are. Two words:
/// group 28, strike 32, entry 8, page 160, from the lowest bit | call before, call after, put before, put after, 64 each.
/// @param place group, strike [cents], and the page and entry with the words that count
/// @param sizes [1e-8], signed
struct Waiting {
    uint256 place;
    uint256 sizes;
}

/// @notice The same in memory, with the words.
struct Change {
    uint256 group;
    uint256 strike;
    address page;
    uint256 entry;
    uint256 a;
    uint256 b;
    int256 callBefore;
    int256 callAfter;
    int256 putBefore;
    int256 putAfter;
}

/// @title BookChanges
/// @notice Changes of positions, and what they do to a book.
library BookChanges {
    /// @notice Largest size that waits [1e-8]: eight of them stay far from what a book can hold.
    int256 internal constant MOST = 1 << 36;
    uint256 private constant STRIKE_AT = 28;
    uint256 private constant ENTRY_AT = 60;
    uint256 private constant PAGE_AT = 68;

    /// @notice The change at `stored`.
    function load(Waiting storage stored) internal view returns (Change memory change) {
        uint256 place = stored.place;
        uint256 sizes = stored.sizes;
        (change.group, change.strike) = (groupOf(place), uint32(place >> STRIKE_AT));
        (change.entry, change.page) = (uint8(place >> ENTRY_AT), address(uint160(place >> PAGE_AT)));
        (change.a, change.b) = Pages.wordsIn(change.page, change.entry);
        change.callBefore = int64(uint64(sizes));
        change.callAfter = int64(uint64(sizes >> 64));
        change.putBefore = int64(uint64(sizes >> 128));
        change.putAfter = int64(uint64(sizes >> 192));
    }

    /// @notice Keeps a change whose words are on a page.
    function store(Waiting storage stored, Change memory change) internal {
        stored.place =
            change.group |
            (change.strike << STRIKE_AT) |
            (change.entry << ENTRY_AT) |
            (uint256(uint160(change.page)) << PAGE_AT);
        stored.sizes =
            uint64(int64(change.callBefore)) |
            (uint256(uint64(int64(change.callAfter))) << 64) |
            (uint256(uint64(int64(change.putBefore))) << 128) |
            (uint256(uint64(int64(change.putAfter))) << 192);
    }

    /// @notice Group of a place.
    function groupOf(uint256 place) internal pure returns (uint256) {
        return place & 0xfffffff;
    }

    /// @notice Whether a place is of this group and strike.
    function isOf(uint256 place, Change memory change) internal pure returns (bool) {
        return place & ((1 << ENTRY_AT) - 1) == change.group | (change.strike << STRIKE_AT);
    }

    /// @notice Whether a change may wait.
    function isSmall(Change memory change) internal pure returns (bool) {
        return
            _isSmall(change.callBefore) &&
            _isSmall(change.callAfter) &&
            _isSmall(change.putBefore) &&
            _isSmall(change.putAfter);
    }

    /// @notice Takes a change into the book of its group; false if that takes out more than is there. Only other words than
    /// were added do; the legs have to be summed anew then. A strike's call and put are netted.
    /// @param base reference spot of the grid [wad]
    function tryApply(Book memory book, Change memory change, uint256 base) internal pure returns (bool) {
        int256 older = change.callBefore + change.putBefore;
        int256 newer = change.callAfter + change.putAfter;
        if (older != 0) {
            uint256[14] memory removed;
            NodeGrid.add(removed, change.a, change.b, older);
            if (_exceed(removed, book.cells)) return false;
            NodeGrid.take(book.cells, removed);
        }
        NodeGrid.add(book.cells, change.a, change.b, newer);
        int256 puts = change.putAfter - change.putBefore;
        book.quantity += newer - older;
        book.putQuantity += puts;
        book.putStrike += puts * int256(change.strike);
        uint256 taken = NodeGrid.vegaOf(change.a, change.b, older);
        if (taken > book.grossVega) return false;
        book.grossVega = book.grossVega - taken + NodeGrid.vegaOf(change.a, change.b, newer);
        taken = _longMark(book, change, base, change.callBefore, change.putBefore);
        if (taken > book.longMark) return false;
        book.longMark =
            book.longMark -
            taken +
            _longMark(book, change, base, change.callAfter, change.putAfter);
        return true;
    }

    /// @dev Whether gross or short sums to be taken out are more than what is there.
    function _exceed(uint256[14] memory removed, uint256[14] memory cells) private pure returns (bool) {
        return
            removed[10] > cells[10] ||
            removed[11] > cells[11] ||
            removed[12] > cells[12] ||
            removed[13] > cells[13];
    }

    function _longMark(
        Book memory book,
        Change memory change,
        uint256 base,
        int256 calls,
        int256 puts
    ) private pure returns (uint256 mark) {
        uint256 forward = book.forward;
        if (calls > 0)
            mark = NodeGrid.longMark(change.b, uint256(calls), change.strike, false, forward, base);
        if (puts > 0) mark += NodeGrid.longMark(change.b, uint256(puts), change.strike, true, forward, base);
    }

    function _isSmall(int256 size) private pure returns (bool) {
        return size < MOST && size > -MOST;
    }
}
