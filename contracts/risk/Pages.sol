// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Pages
/// @notice The arrays of one expiry as one byte string, which is kept as the code of a contract of its own: reading all of
/// it costs one account access, where every storage word would cost one of its own.
/// An entry takes 100 bytes: strike [cents] 4 | word A 32 | word B 32 (both as in NodeGrid) | Greeks 32. Entries increase
/// strictly by strike.
library Pages {
    uint256 internal constant ENTRY = 100;
    /// @dev Code may have 24,576 bytes, the first of which stops execution.
    uint256 internal constant MOST_ENTRIES = 240;

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

    /// @notice Keeps `page` as the code of a new contract, behind a byte that stops execution; zero if that fails.
    function store(bytes memory page) internal returns (address stored) {
        bytes memory code = bytes.concat(hex"00", page);
        // Copies what follows its own ten bytes and returns it: PUSH2 length, DUP1, PUSH1 10, RETURNDATASIZE, CODECOPY,
        // RETURNDATASIZE, RETURN.
        bytes memory creation = bytes.concat(hex"61", bytes2(uint16(code.length)), hex"80600a3d393df3", code);
        assembly ("memory-safe") {
            stored := create(0, add(creation, 0x20), mload(creation))
        }
    }

    /// @notice The page kept at `stored`; empty for the zero address.
    function load(address stored) internal view returns (bytes memory page) {
        assembly ("memory-safe") {
            let size := extcodesize(stored)
            if size {
                page := mload(0x40)
                size := sub(size, 1)
                mstore(page, size)
                extcodecopy(stored, add(page, 0x20), 1, size)
                mstore(0x40, and(add(add(page, size), 0x3f), not(0x1f)))
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
