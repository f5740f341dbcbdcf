// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CodeStore} from "../libraries/CodeStore.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {Book, BookWords} from "./BookWords.sol";
import {NodeGrid} from "./NodeGrid.sol";

/// @notice What the books of one account in one market add up to.
/// @param cells lane sums (see NodeGrid)
/// @param calls sum over calls [1e-8]
/// @param puts sum over puts [1e-8]
/// @param putStrike sum of quantity * strike over puts [1e-10 USD]
/// @param putForward sum of quantity * forward over puts [1e-16 USD]
/// @param longMark mark of the long legs at the reference spot [wad USD]
/// @param vegaUp sum over expiries of what rising volatility loses [lane units]
/// @param vegaEither sum over expiries of what volatility loses in its worse direction [lane units]
/// @param grossVega sum over strikes of |net quantity| * what the up state adds at an unmoved spot [lane units]
struct Total {
    uint256[14] cells;
    int256 calls;
    int256 puts;
    int256 putStrike;
    int256 putForward;
    uint256 longMark;
    uint256 vegaUp;
    uint256 vegaEither;
    uint256 grossVega;
}

/// @title BookTotals
/// @notice The sum of an account's books in one market. Sums are of integers and modulo 2^256 where lanes wrap, so a book
/// that is taken out leaves what there would be without it, to the last bit.
/// Fourteen words, kept as code: ten of lanes | grossA 64, grossB 64, shortA 64, shortB 64 | putStrike 128, puts 64, calls 64 |
/// vegaUp 84, vegaEither 84, grossVega 88 | longMark 112, putForward 144; each from the lowest bit.
/// @dev Fields of a book fit their bits, and an account has at most 1,024: nothing below comes near 2^255.
library BookTotals {
    uint256 internal constant COUNT = 14;
    uint256 private constant VEGA = (1 << 84) - 1;
    /// @dev Leaves room for what waits: four changes below 2^37, times at most 2^15, added after others were joined.
    uint256 private constant MOST_SIZES = (1 << 64) - (1 << 57);
    uint256 private constant MOST_NET = (1 << 63) - (1 << 57);
    /// @dev The two highest bits of each sum of sizes: gross sums of lanes have to stay below 2^63.
    uint256 private constant HIGH_BITS = 0xc000000000000000c000000000000000c000000000000000c000000000000000;

    /// @notice Adds a book; false if it cannot be kept, or the total with it.
    function tryJoin(Total memory total, Book memory book) internal pure returns (bool) {
        if (NodeGrid.grossOf(book.cells) >= NodeGrid.MAX_GROSS || !BookWords.fits(book)) return false;
        join(total, book);
        if (_fits(total)) return true;
        take(total, book);
        return false;
    }

    /// @notice Adds a book, fit or not.
    function join(Total memory total, Book memory book) internal pure {
        NodeGrid.join(total.cells, book.cells);
        (uint256 up, uint256 either) = _vegaOf(book);
        unchecked {
            total.vegaUp += up;
            total.vegaEither += either;
            total.calls += book.quantity - book.putQuantity;
            total.puts += book.putQuantity;
            total.putStrike += book.putStrike;
            total.putForward += book.putQuantity * int256(uint256(book.forward));
            total.longMark += book.longMark;
            total.grossVega += book.grossVega;
        }
    }

    /// @notice Takes out a book that was added.
    function take(Total memory total, Book memory book) internal pure {
        NodeGrid.take(total.cells, book.cells);
        (uint256 up, uint256 either) = _vegaOf(book);
        unchecked {
            total.vegaUp -= up;
            total.vegaEither -= either;
            total.calls -= book.quantity - book.putQuantity;
            total.puts -= book.putQuantity;
            total.putStrike -= book.putStrike;
            total.putForward -= book.putQuantity * int256(uint256(book.forward));
            total.longMark -= book.longMark;
            total.grossVega -= book.grossVega;
        }
    }

    /// @notice Puts a book in the place of one that was added; both may lack the same lanes and signed sums.
    function replace(Total memory total, Book memory older, Book memory newer) internal pure {
        take(total, older);
        join(total, newer);
    }

    /// @notice The gross vega in US dollars, rounded up [wad USD].
    /// @param referenceSpot of the grid [1e-8 USD]
    function grossVegaIn(Total memory total, uint256 referenceSpot) internal pure returns (uint256) {
        return FixedPoint.mulDivUp(total.grossVega, referenceSpot * 100, 1 << NodeGrid.VALUE_BITS);
    }

    /// @notice The total kept at `stored`; nothing for the zero address.
    function load(address stored) internal view returns (Total memory) {
        uint256[] memory words = new uint256[](COUNT);
        read(stored, words, 0);
        return unpack(words, 0);
    }

    /// @notice Copies the fourteen words kept at `stored` to `words`, from `first` on; zeros for the zero address.
    function read(address stored, uint256[] memory words, uint256 first) internal view {
        assembly ("memory-safe") {
            // first + 14 <= words.length is the caller's duty.
            extcodecopy(stored, add(add(words, 0x20), shl(5, first)), 1, 0x1c0)
        }
    }

    /// @notice Keeps a total that fits.
    function store(Total memory total) internal returns (address) {
        uint256[] memory words = new uint256[](COUNT);
        pack(total, words, 0);
        return CodeStore.write(abi.encodePacked(words));
    }

    /// @notice Writes a total that fits to `words`, from `first` on.
    function pack(Total memory total, uint256[] memory words, uint256 first) internal pure {
        uint256 from;
        uint256 to;
        uint256[14] memory cells = total.cells;
        assembly ("memory-safe") {
            from := cells
            to := add(add(words, 0x20), shl(5, first))
        }
        BookWords.copyLanes(from, to);
        words[first + 10] = BookWords.packSizes(cells);
        words[first + 11] =
            uint128(int128(total.putStrike)) |
            (uint256(uint64(int64(total.puts))) << 128) |
            (uint256(uint64(int64(total.calls))) << 192);
        words[first + 12] = total.vegaUp | (total.vegaEither << 84) | (total.grossVega << 168);
        words[first + 13] = total.longMark | (uint256(uint144(int144(total.putForward))) << 112);
    }

    /// @notice Whether the total in fourteen words is less than half full, so that a few small changes find room.
    function isRoomy(uint256[] memory words) internal pure returns (bool) {
        uint256 sums = words[11];
        return
            words[10] & HIGH_BITS == 0 &&
            words[12] >> 255 == 0 &&
            (words[13] >> 111) & 1 == 0 &&
            BookWords.isHalf(int128(uint128(sums)), type(int128).max) &&
            BookWords.isHalf(int64(uint64(sums >> 128)), type(int64).max) &&
            BookWords.isHalf(int64(uint64(sums >> 192)), type(int64).max) &&
            BookWords.isHalf(int144(uint144(words[13] >> 112)), type(int144).max);
    }

    /// @notice The total in the fourteen words of `words` from `first` on.
    function unpack(uint256[] memory words, uint256 first) internal pure returns (Total memory total) {
        uint256 from;
        uint256 to;
        uint256[14] memory cells = total.cells;
        assembly ("memory-safe") {
            from := add(add(words, 0x20), shl(5, first))
            to := cells
        }
        BookWords.copyLanes(from, to);
        BookWords.unpackSizes(words[first + 10], cells);
        uint256 word = words[first + 11];
        total.putStrike = int128(uint128(word));
        total.puts = int64(uint64(word >> 128));
        total.calls = int64(uint64(word >> 192));
        word = words[first + 12];
        (total.vegaUp, total.vegaEither) = (word & VEGA, (word >> 84) & VEGA);
        total.grossVega = word >> 168;
        word = words[first + 13];
        (total.longMark, total.putForward) = (uint112(word), int144(uint144(word >> 112)));
    }

    /// @dev Whether every field fits. Sums of what volatility loses are below 2^82 as long as sizes fit.
    function _fits(Total memory total) internal pure returns (bool) {
        uint256[14] memory cells = total.cells;
        return
            BookWords.cellsFit(cells) &&
            NodeGrid.grossOf(cells) < MOST_SIZES &&
            total.longMark <= type(uint112).max &&
            total.grossVega <= type(uint88).max &&
            total.putForward == int144(total.putForward) &&
            total.putStrike == int128(total.putStrike) &&
            FixedPoint.abs(total.puts) < MOST_NET &&
            FixedPoint.abs(total.calls) < MOST_NET;
    }

    function _vegaOf(Book memory book) private pure returns (uint256 up, uint256 either) {
        (int256 rising, int256 falling) = NodeGrid.vegaLosses(book.cells);
        up = rising > 0 ? uint256(rising) : 0;
        either = falling > int256(up) ? uint256(falling) : up;
    }
}
