// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Packing} from "../libraries/Packing.sol";
import {Position, positionOf} from "../types/Position.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Quantity} from "../types/Quantity.sol";

/// @notice The positions of one account in memory, found by instrument without a search.
/// @param entries packed positions, `count` of them; those that came to zero keep their place
/// @param slots where an instrument's entry is, plus one; zero for none
struct EntryTable {
    uint256[] entries;
    uint256 count;
    uint256[] slots;
}

/// @title EntryTables
/// @notice Adds many positions to an account's at once, each at the same cost, however many there are.
library EntryTables {
    /// @dev Twice what two accounts may hold together, so that a free slot is never far.
    uint256 private constant SLOTS = 512;
    uint256 private constant UNIT = 1e10;

    /// @notice A table of the `count` entries of `words`, with room for `more`.
    function open(
        uint256[] memory words,
        uint256 count,
        uint256 more
    ) internal pure returns (EntryTable memory table) {
        table.entries = new uint256[](count + more);
        table.slots = new uint256[](SLOTS);
        for (uint256 i = 0; i < count; ++i) {
            uint256 entry = entryOf(words, i);
            uint256 slot = _slotOf(table, entry >> 64);
            table.entries[i] = entry;
            table.slots[slot] = i + 1;
        }
        table.count = count;
    }

    /// @notice Entry `index` of packed words.
    function entryOf(uint256[] memory words, uint256 index) internal pure returns (uint256) {
        uint256 word = words[index >> 1];
        return index & 1 == 0 ? uint128(word) : word >> 128;
    }

    /// @notice Adds `units` [1e-8] of an instrument.
    function add(EntryTable memory table, uint256 instrument, int256 units) internal pure {
        uint256 slot = _slotOf(table, instrument);
        uint256 index = table.slots[slot];
        if (index == 0) {
            index = ++table.count;
            table.slots[slot] = index;
        } else {
            units += int64(uint64(table.entries[index - 1]));
        }
        Quantity quantity = Quantity.wrap(units * int256(UNIT));
        table.entries[index - 1] = Position.unwrap(
            positionOf(InstrumentId.wrap(uint64(instrument)), quantity)
        );
    }

    /// @notice What is in the table, two entries a word, and how many they are.
    function close(EntryTable memory table) internal pure returns (uint256[] memory words, uint256 count) {
        uint256[] memory entries = table.entries;
        for (uint256 i = 0; i < table.count; ++i) {
            if (uint64(entries[i]) != 0) entries[count++] = entries[i];
        }
        return (packed(entries, count), count);
    }

    /// @notice The first `count` of `entries`, two a word.
    function packed(uint256[] memory entries, uint256 count) internal pure returns (uint256[] memory) {
        assembly ("memory-safe") {
            // Never longer than it was.
            mstore(entries, count)
        }
        return Packing.pairs(entries);
    }

    /// @dev The slot of an instrument, or the free one that it would get.
    function _slotOf(EntryTable memory table, uint256 instrument) private pure returns (uint256 slot) {
        uint256[] memory slots = table.slots;
        uint256[] memory entries = table.entries;
        unchecked {
            // The upper bits of a product with the golden ratio's spread what differs in the lower ones only.
            slot = ((instrument * 0x9e3779b97f4a7c15) >> 55) % SLOTS;
            while (slots[slot] != 0 && entries[slots[slot] - 1] >> 64 != instrument) {
                slot = (slot + 1) % SLOTS;
            }
        }
    }
}
