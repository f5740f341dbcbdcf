// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CodeStore} from "../libraries/CodeStore.sol";

/// @dev A strike's slot of a directory: bits from HASH_SHIFT on of strike * HASH_FACTOR (2^32 over the golden ratio).
uint256 constant HASH_FACTOR = 2654435769;
uint256 constant HASH_SHIFT = 22;
/// @dev How many slots an entry may stand in: its own and those after it.
uint256 constant PROBES = 4;

/// @title Pages
/// @notice The arrays of one expiry as one byte string, which is kept as the code of a contract of its own: reading all of
/// it costs one account access, where every storage word would cost one of its own.
/// An entry takes 100 bytes: strike [cents] 4 | word A 32 | word B 32 (both as in NodeGrid) | Greeks 32. Entries increase
/// strictly by strike. As code, a directory follows, so that most strikes are found at once, and the number of entries.
library Pages {
    uint256 internal constant ENTRY = 100;
    /// @dev Code may have 24,576 bytes, the first of which stops execution.
    uint256 internal constant MOST_ENTRIES = 240;
    uint256 private constant MOST_SLOTS = 512;

    /// @notice How many entries a page has.
    function count(bytes memory page) internal pure returns (uint256) {
        return page.length / ENTRY;
    }

    /// @notice An empty page with room for `entries`.
    function create(uint256 entries) internal pure returns (bytes memory page) {
        page = new bytes(entries * ENTRY);
    }

    /// @notice Writes entry `index`.
    function set(
        bytes memory page,
        uint256 index,
        uint256 strike,
        uint256 wordA,
        uint256 wordB,
        uint256 greeks
    ) internal pure {
        assembly ("memory-safe") {
            // Each write may spill over the end of what it writes, but no later than the next one, and the last is whole.
            let at := add(add(page, 0x20), mul(index, 100))
            mstore(at, shl(224, strike))
            mstore(add(at, 4), wordA)
            mstore(add(at, 36), wordB)
            mstore(add(at, 68), greeks)
        }
    }

    /// @notice Strike of entry `index` [cents].
    function strikeAt(bytes memory page, uint256 index) internal pure returns (uint256 strike) {
        assembly ("memory-safe") {
            strike := shr(224, mload(add(add(page, 0x20), mul(index, 100))))
        }
    }

    /// @notice Words of entry `index`.
    function wordsAt(
        bytes memory page,
        uint256 index
    ) internal pure returns (uint256 wordA, uint256 wordB, uint256 greeks) {
        assembly ("memory-safe") {
            let at := add(add(page, 0x20), mul(index, 100))
            wordA := mload(add(at, 4))
            wordB := mload(add(at, 36))
            greeks := mload(add(at, 68))
        }
    }

    /// @notice Words of entry `index` of the page kept at `stored`, which has it.
    function wordsIn(address stored, uint256 index) internal view returns (uint256 wordA, uint256 wordB) {
        assembly ("memory-safe") {
            // Behind the byte that stops execution and the strike.
            extcodecopy(stored, 0, add(mul(index, 100), 5), 0x40)
            wordA := mload(0)
            wordB := mload(0x20)
        }
    }

    /// @notice The index of `strike` among `entries` entries, or `entries` if it has none.
    function find(bytes memory page, uint256 entries, uint256 strike) internal pure returns (uint256 index) {
        assembly ("memory-safe") {
            // Halves the range [place, place + left) that holds the last entry not above `strike`.
            let place := add(page, 0x20)
            for {
                let left := entries
            } gt(left, 1) {} {
                let half := shr(1, left)
                let step := mul(half, 100)
                place := add(place, mul(step, iszero(gt(shr(224, mload(add(place, step))), strike))))
                left := sub(left, half)
            }
            index := entries
            if and(iszero(iszero(entries)), eq(shr(224, mload(place)), strike)) {
                index := div(sub(place, add(page, 0x20)), 100)
            }
        }
    }

    /// @notice Where `strike` stands on the page kept at `stored`, of which no more is read than that takes.
    // solhint-disable-next-line function-max-lines
    function locate(address stored, uint256 strike) internal view returns (uint256 index, bool found) {
        assembly ("memory-safe") {
            function strikeIn(page, entry) -> value {
                extcodecopy(page, 0, add(mul(entry, 100), 1), 0x20)
                value := shr(224, mload(0))
            }
            let size := extcodesize(stored)
            if size {
                // Behind the byte that stops execution: entries | directory | their number. Beyond the code are zeros.
                extcodecopy(stored, 0, sub(size, 1), 0x20)
                let left := byte(0, mload(0))
                let directory := add(mul(left, 100), 1)
                let mask := sub(sub(size, directory), 2)
                let slot := shr(HASH_SHIFT, mul(strike, HASH_FACTOR))
                for {
                    let last := add(slot, PROBES)
                } left {} {
                    extcodecopy(stored, 0, add(directory, and(slot, mask)), 0x20)
                    index := byte(0, mload(0))
                    if iszero(index) {
                        break
                    }
                    index := sub(index, 1)
                    found := eq(strikeIn(stored, index), strike)
                    if found {
                        break
                    }
                    slot := add(slot, 1)
                    if eq(slot, last) {
                        // Halves what holds the last entry not above `strike`.
                        index := 0
                        for {} gt(left, 1) {} {
                            let half := shr(1, left)
                            let next := add(index, half)
                            index := add(index, mul(half, iszero(gt(strikeIn(stored, next), strike))))
                            left := sub(left, half)
                        }
                        found := eq(strikeIn(stored, index), strike)
                        break
                    }
                }
            }
        }
    }

    /// @notice Keeps `page` and a directory of its strikes as the code of a new contract; zero if that fails.
    function store(bytes memory page) internal returns (address) {
        return CodeStore.tryWrite(bytes.concat(page, _directoryOf(page), bytes1(uint8(count(page)))));
    }

    /// @notice The page kept at `stored`; empty for the zero address.
    function load(address stored) internal view returns (bytes memory page) {
        (page, ) = loadIndexed(stored);
    }

    /// @notice The page kept at `stored`, and how many slots the directory has that follows its last entry in memory; zeros
    /// for the zero address.
    function loadIndexed(address stored) internal view returns (bytes memory page, uint256 slots) {
        assembly ("memory-safe") {
            let size := extcodesize(stored)
            if size {
                page := mload(0x40)
                size := sub(size, 1)
                extcodecopy(stored, add(page, 0x20), 1, size)
                let end := add(page, size)
                let length := mul(and(mload(end), 0xff), 100)
                mstore(page, length)
                slots := sub(sub(size, length), 1)
                mstore(0x40, and(add(end, 0x3f), not(0x1f)))
            }
        }
    }

    /// @dev A byte for each of 2^k >= 2 * entries slots, at most 512: one more than the index of an entry, or zero. An entry
    /// stands in the first free one of PROBES slots from that which it hashes to; if there is none, it is found by the
    /// order of entries.
    function _directoryOf(bytes memory page) private pure returns (bytes memory directory) {
        uint256 entries = count(page);
        uint256 slots = 16;
        while (slots < 2 * entries) slots <<= 1;
        if (slots > MOST_SLOTS) slots = MOST_SLOTS;
        directory = new bytes(slots);
        assembly ("memory-safe") {
            let place := add(page, 0x20)
            for {
                let next := 1
            } iszero(gt(next, entries)) {
                next := add(next, 1)
            } {
                let slot := shr(HASH_SHIFT, mul(shr(224, mload(place)), HASH_FACTOR))
                for {
                    let last := add(slot, PROBES)
                } lt(slot, last) {
                    slot := add(slot, 1)
                } {
                    let at := add(add(directory, 0x20), and(slot, sub(slots, 1)))
                    if iszero(byte(0, mload(at))) {
                        mstore8(at, next)
                        break
                    }
                }
                place := add(place, 100)
            }
        }
    }

    /// @notice Whether `page` is whole and its strikes increase.
    function isOrdered(bytes memory page) internal pure returns (bool) {
        if (page.length % ENTRY != 0) return false;
        for (uint256 i = 1; i < page.length / ENTRY; ++i) {
            if (strikeAt(page, i) <= strikeAt(page, i - 1)) return false;
        }
        return true;
    }

    /// @notice Both pages as one; where a strike is in both, `older` counts.
    function merge(bytes memory older, bytes memory newer) internal pure returns (bytes memory merged) {
        (uint256 i, uint256 j, uint256 k) = (0, 0, 0);
        (uint256 left, uint256 right) = (count(older), count(newer));
        merged = create(left + right);
        while (i < left || j < right) {
            bool fromOlder = j == right || (i < left && strikeAt(older, i) <= strikeAt(newer, j));
            if (fromOlder && j < right && strikeAt(older, i) == strikeAt(newer, j)) ++j;
            _copy(merged, k++, fromOlder ? older : newer, fromOlder ? i++ : j++);
        }
        assembly ("memory-safe") {
            // Strikes that were in both leave the tail unused.
            mstore(merged, mul(k, 100))
        }
    }

    function _copy(bytes memory target, uint256 to, bytes memory source, uint256 from) private pure {
        assembly ("memory-safe") {
            mcopy(add(add(target, 0x20), mul(to, 100)), add(add(source, 0x20), mul(from, 100)), 100)
        }
    }
}
