// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BookGroups} from "../../contracts/risk/BookGroups.sol";
import {BookTotals, Total} from "../../contracts/risk/BookTotals.sol";
import {Book, BookWords} from "../../contracts/risk/BookWords.sol";
import {NodeGrid} from "../../contracts/risk/NodeGrid.sol";

/// @notice Books and totals as words, and the list of groups, against what they stand for.
contract BookTotalsTest {
    mapping(uint256 => uint256) private _list;

    /// @dev A book that fits, drawn from `seed`.
    function _bookOf(uint256 seed) private pure returns (Book memory book) {
        for (uint256 i; i < 8; ++i) {
            uint256 a = uint256(keccak256(abi.encode(seed, i, "a")));
            uint256 b = uint256(keccak256(abi.encode(seed, i, "b")));
            NodeGrid.add(book.cells, a, b, int256(int32(uint32(a >> 7))));
        }
        uint256 random = uint256(keccak256(abi.encode(seed)));
        book.quantity = int64(uint64(random)) / 8;
        book.putQuantity = int64(uint64(random >> 64)) / 8;
        book.putStrike = int128(uint128(random >> 128)) / 8;
        book.longMark = uint112(random >> 3) / 8;
        book.grossVega = uint88(random >> 5) / 8;
        book.forward = uint56(random >> 100);
    }

    function testFuzz_ABookIsWhatItsWordsSay(uint256 seed) external pure {
        Book memory book = _bookOf(seed);
        assert(BookWords.fits(book));
        Book memory again = BookWords.unpack(BookWords.pack(book));
        assert(keccak256(abi.encode(book)) == keccak256(abi.encode(again)));
    }

    function testFuzz_ATotalIsWhatItsWordsSay(uint256 seed) external {
        Total memory total;
        for (uint256 i; i < 4; ++i) assert(BookTotals.tryJoin(total, _bookOf(seed ^ i)));
        assert(
            keccak256(abi.encode(BookTotals.load(BookTotals.store(total)))) == keccak256(abi.encode(total))
        );
    }

    function testFuzz_WhatIsTakenOutLeavesWhatWasThere(uint256 seed, uint8 which) external pure {
        Total memory without;
        Total memory total;
        for (uint256 i; i < 5; ++i) {
            BookTotals.join(total, _bookOf(seed ^ i));
            if (i != which % 5) BookTotals.join(without, _bookOf(seed ^ i));
        }
        BookTotals.take(total, _bookOf(seed ^ (which % 5)));
        assert(keccak256(abi.encode(total)) == keccak256(abi.encode(without)));
    }

    function testFuzz_WhatDoesNotFitIsLeftOut(uint256 seed, uint8 which) external pure {
        Total memory total;
        BookTotals.join(total, _bookOf(seed));
        Book memory book = _bookOf(~seed);
        if (which % 6 == 0) book.cells[10] = NodeGrid.MAX_GROSS;
        if (which % 6 == 1) book.longMark = type(uint112).max - total.longMark + 1;
        if (which % 6 == 4) book.grossVega = type(uint88).max - total.grossVega + 1;
        if (which % 6 == 5) book.cells[12] = type(uint64).max - total.cells[12] + 1;
        if (which % 6 == 2) total.calls = type(int64).max - book.quantity + book.putQuantity + 1;
        if (which % 6 == 3) total.putStrike = type(int128).max - book.putStrike + 1;
        bytes32 before = keccak256(abi.encode(total));
        assert(!BookTotals.tryJoin(total, book));
        assert(keccak256(abi.encode(total)) == before);
    }

    /// @dev Groups come and go in any order; the list is compared with plain marks.
    function testFuzz_TheListHoldsEachGroupOnce(uint256 seed) external {
        uint256 present;
        uint256 count;
        for (uint256 step; step < 40; ++step) {
            uint256 random = uint256(keccak256(abi.encode(seed, step)));
            uint256 group = random % 11;
            (uint256 index, uint256 version, bool exists) = BookGroups.find(_list, group);
            assert(exists == ((present >> group) & 1 == 1));
            if (!exists) assert(index == count && version == 0);
            if (exists && random >> 255 == 1) {
                BookGroups.remove(_list, index);
                present ^= 1 << group;
                --count;
            } else {
                uint256 fresh = uint24(random >> 100);
                BookGroups.set(_list, index, group, fresh);
                (, version, ) = BookGroups.find(_list, group);
                assert(version == fresh);
                if (!exists) ++count;
                present |= 1 << group;
            }
            uint256[] memory entries = BookGroups.all(_list);
            assert(entries.length == count);
            uint256 seen;
            for (uint256 i; i < count; ++i) seen |= 1 << BookGroups.groupOf(entries[i]);
            assert(seen == present);
        }
    }
}
