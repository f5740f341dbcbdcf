// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What the legs of one account in one expiry add up to.
/// @param cells lane sums (see NodeGrid)
/// @param quantity sum over all legs [1e-8]
/// @param putQuantity sum over puts [1e-8]
/// @param putStrike sum of quantity * strike over puts [1e-10 USD]
/// @param longMark mark of the long legs at the reference spot [wad USD]
/// @param grossVega sum over strikes of |net quantity| * what the up state adds at an unmoved spot [lane units]
/// @param forward at the reference spot, of the arrays it was summed from [1e-8 USD]
struct Book {
    uint256[14] cells;
    int256 quantity;
    int256 putQuantity;
    int256 putStrike;
    uint256 longMark;
    uint256 grossVega;
    uint56 forward;
}

/// @title BookWords
/// @notice The book of one expiry as thirteen words: ten of lanes | grossA 64, grossB 64, shortA 64, shortB 64 |
/// putStrike 128, putQuantity 64, quantity 64 | longMark 112, forward 56,
/// grossVega 88; each from the lowest bit.
library BookWords {
    uint256 internal constant COUNT = 13;

    /// @notice Whether every field fits.
    function fits(Book memory book) internal pure returns (bool) {
        return
            cellsFit(book.cells) &&
            book.longMark <= type(uint112).max &&
            book.grossVega <= type(uint88).max &&
            book.putStrike == int128(book.putStrike) &&
            book.putQuantity == int64(book.putQuantity) &&
            book.quantity == int64(book.quantity);
    }

    /// @notice Whether each sum of sizes fits 64 bits.
    function cellsFit(uint256[14] memory cells) internal pure returns (bool) {
        return (cells[10] | cells[11] | cells[12] | cells[13]) <= type(uint64).max;
    }

    /// @notice The words of a book that fits.
    function pack(Book memory book) internal pure returns (uint256[13] memory words) {
        copyLanes(_addressOf(book.cells), _addressOf(words));
        words[10] = packSizes(book.cells);
        words[11] =
            uint128(int128(book.putStrike)) |
            (uint256(uint64(int64(book.putQuantity))) << 128) |
            (uint256(uint64(int64(book.quantity))) << 192);
        words[12] = book.longMark | (uint256(book.forward) << 112) | (book.grossVega << 168);
    }

    /// @notice The book in `words`.
    function unpack(uint256[13] memory words) internal pure returns (Book memory book) {
        copyLanes(_addressOf(words), _addressOf(book.cells));
        unpackSizes(words[10], book.cells);
        uint256 sums = words[11];
        book.putStrike = int128(uint128(sums));
        book.putQuantity = int64(uint64(sums >> 128));
        book.quantity = int64(uint64(sums >> 192));
        (book.longMark, book.forward) = (uint112(words[12]), uint56(words[12] >> 112));
        book.grossVega = words[12] >> 168;
    }

    /// @notice As much of a stored book as taking in a change looks at: lanes of vega, sizes, and unsigned sums. The rest is
    /// zero: lanes and signed sums only add up.
    function partly(uint256[13] storage stored) internal view returns (Book memory book) {
        (book.cells[2], book.cells[7]) = (stored[2], stored[7]);
        unpackSizes(stored[10], book.cells);
        uint256 word = stored[12];
        (book.longMark, book.forward) = (uint112(word), uint56(word >> 112));
        book.grossVega = word >> 168;
    }

    /// @notice A copy of what `partly` returned.
    function copyOf(Book memory book) internal pure returns (Book memory copy) {
        uint256 from = _addressOf(book.cells);
        uint256 to = _addressOf(copy.cells);
        assembly ("memory-safe") {
            mcopy(to, from, 0x1c0)
        }
        (copy.longMark, copy.forward, copy.grossVega) = (book.longMark, book.forward, book.grossVega);
    }

    /// @notice Whether a stored book's signed sums are less than half full.
    function isRoomy(uint256[13] storage stored) internal view returns (bool) {
        uint256 sums = stored[11];
        return
            isHalf(int128(uint128(sums)), type(int128).max) &&
            isHalf(int64(uint64(sums >> 128)), type(int64).max) &&
            isHalf(int64(uint64(sums >> 192)), type(int64).max);
    }

    /// @notice Sums of sizes that fit, in one word.
    function packSizes(uint256[14] memory cells) internal pure returns (uint256) {
        return cells[10] | (cells[11] << 64) | (cells[12] << 128) | (cells[13] << 192);
    }

    /// @notice Puts the sums of sizes of `word` where they belong.
    function unpackSizes(uint256 word, uint256[14] memory cells) internal pure {
        cells[10] = uint64(word);
        cells[11] = uint64(word >> 64);
        cells[12] = uint64(word >> 128);
        cells[13] = word >> 192;
    }

    /// @notice Copies the ten words of lanes from one address of memory to another.
    function copyLanes(uint256 from, uint256 to) internal pure {
        assembly ("memory-safe") {
            mcopy(to, from, 0x140)
        }
    }

    /// @notice Whether a sum takes at most half of its bits.
    function isHalf(int256 value, int256 most) internal pure returns (bool) {
        return value <= most / 2 && value >= -(most / 2);
    }

    function _addressOf(uint256[14] memory cells) private pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := cells
        }
    }

    function _addressOf(uint256[13] memory words) private pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := words
        }
    }
}
