// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What the legs of one account in one expiry add up to.
/// @param cells lane sums (see NodeGrid)
/// @param quantity sum over all legs [1e-8]
/// @param putQuantity sum over puts [1e-8]
/// @param putStrike sum of quantity * strike over puts [1e-10 USD]
/// @param longMark mark of the long legs at the reference spot [wad USD]
/// @param version of the arrays it was summed from; zero means it is not usable
/// @param forward of those arrays at the reference spot [1e-8 USD]
/// @param referenceSpot of their grid [1e-8 USD]
struct Book {
    uint256[14] cells;
    int256 quantity;
    int256 putQuantity;
    int256 putStrike;
    uint256 longMark;
    uint24 version;
    uint56 forward;
    uint64 referenceSpot;
}

/// @title BookWords
/// @notice A book as thirteen words: ten of lanes | grossA 64, grossB 64, shortA 64, shortB 64 | putStrike 128,
/// putQuantity 64, quantity 64 | longMark 112, version 24, forward 56, referenceSpot 64; each from the lowest bit.
library BookWords {
    uint256 internal constant COUNT = 13;

    /// @notice Whether every field fits.
    function fits(Book memory book) internal pure returns (bool) {
        for (uint256 i = 10; i < 14; ++i) {
            if (book.cells[i] > type(uint64).max) return false;
        }
        return
            book.longMark <= type(uint112).max &&
            book.putStrike == int128(book.putStrike) &&
            book.putQuantity == int64(book.putQuantity) &&
            book.quantity == int64(book.quantity);
    }

    /// @notice The words of a book that fits.
    function pack(Book memory book) internal pure returns (uint256[13] memory words) {
        for (uint256 i; i < 10; ++i) words[i] = book.cells[i];
        for (uint256 i; i < 4; ++i) words[10] |= book.cells[10 + i] << (64 * i);
        words[11] =
            uint128(int128(book.putStrike)) |
            (uint256(uint64(int64(book.putQuantity))) << 128) |
            (uint256(uint64(int64(book.quantity))) << 192);
        words[12] =
            book.longMark |
            (uint256(book.version) << 112) |
            (uint256(book.forward) << 136) |
            (uint256(book.referenceSpot) << 192);
    }

    /// @notice The book in the thirteen words of `words` from `first` on.
    function unpack(uint256[] memory words, uint256 first) internal pure returns (Book memory book) {
        unchecked {
            // first + 13 <= words.length is the caller's duty; indices are checked all the same.
            for (uint256 i; i < 10; ++i) book.cells[i] = words[first + i];
            uint256 gross = words[first + 10];
            for (uint256 i; i < 4; ++i) book.cells[10 + i] = uint64(gross >> (64 * i));
            uint256 sums = words[first + 11];
            book.putStrike = int128(uint128(sums));
            book.putQuantity = int64(uint64(sums >> 128));
            book.quantity = int64(uint64(sums >> 192));
            uint256 last = words[first + 12];
            book.longMark = uint112(last);
            book.version = uint24(last >> 112);
            book.forward = uint56(last >> 136);
            book.referenceSpot = uint64(last >> 192);
        }
    }
}
