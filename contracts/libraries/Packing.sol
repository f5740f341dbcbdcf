// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Packing
/// @notice Packed position words (two 128-bit entries a word, see types/Position.sol) as one ordered list.
library Packing {
    uint256 private constant ENTRY_MASK = type(uint128).max;

    /// @notice The entries of `words` without zeros, in increasing order: by market, expiry, strike, kind.
    /// @dev One pass when they are already ordered; otherwise a Shell sort (gaps of Ciura), small code and no recursion.
    function sortedEntries(uint256[] memory words) internal pure returns (uint256[] memory entries) {
        uint256 count;
        bool unordered;
        entries = new uint256[](2 * words.length);
        unchecked {
            // Indices stay below 2 * words.length.
            uint256 last;
            for (uint256 i; i < words.length; ++i) {
                uint256 entry = words[i] & ENTRY_MASK;
                if (entry != 0) {
                    if (entry < last) unordered = true;
                    entries[count++] = entry;
                    last = entry;
                }
                entry = words[i] >> 128;
                if (entry != 0) {
                    if (entry < last) unordered = true;
                    entries[count++] = entry;
                    last = entry;
                }
            }
        }
        assembly ("memory-safe") {
            mstore(entries, count)
        }
        if (unordered) {
            _pass(entries, 57);
            _pass(entries, 23);
            _pass(entries, 10);
            _pass(entries, 4);
            _pass(entries, 1);
        }
    }

    /// @dev Insertion sort of every `gap`-th entry.
    function _pass(uint256[] memory entries, uint256 gap) private pure {
        assembly ("memory-safe") {
            let first := add(entries, 0x20)
            let end := add(first, shl(5, mload(entries)))
            let step := shl(5, gap)
            for {
                let cursor := add(first, step)
            } lt(cursor, end) {
                cursor := add(cursor, 0x20)
            } {
                let entry := mload(cursor)
                let to := cursor
                for {

                } iszero(lt(to, add(first, step))) {

                } {
                    let other := mload(sub(to, step))
                    if iszero(gt(other, entry)) {
                        break
                    }
                    mstore(to, other)
                    to := sub(to, step)
                }
                mstore(to, entry)
            }
        }
    }
}
