// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Packing
/// @notice Packed position words (two 128-bit entries a word, see types/Position.sol) as one ordered list.
library Packing {
    uint256 private constant ENTRY_MASK = 0xffffffffffffffffffffffffffffffff;

    /// @notice The entries of `words` without zeros, in increasing order: by market, expiry, strike, kind.
    /// A zero follows the last entry, beyond the length, so that a loop over equal prefixes needs no bound.
    /// @dev One pass when they are already ordered; otherwise a Shell sort (gaps of Ciura), small code and no recursion.
    function sortedEntries(uint256[] memory words) internal pure returns (uint256[] memory entries) {
        bool unordered;
        entries = new uint256[](2 * words.length + 1);
        assembly ("memory-safe") {
            // At most two entries a word, and room for the zero behind them.
            let last := 0
            let target := add(entries, 0x20)
            let end := add(add(words, 0x20), shl(5, mload(words)))
            for {
                let source := add(words, 0x20)
            } lt(source, end) {
                source := add(source, 0x20)
            } {
                let word := mload(source)
                let entry := and(word, ENTRY_MASK)
                if entry {
                    unordered := or(unordered, lt(entry, last))
                    mstore(target, entry)
                    target := add(target, 0x20)
                    last := entry
                }
                entry := shr(128, word)
                if entry {
                    unordered := or(unordered, lt(entry, last))
                    mstore(target, entry)
                    target := add(target, 0x20)
                    last := entry
                }
            }
            mstore(entries, shr(5, sub(sub(target, entries), 0x20)))
        }
        if (unordered) {
            _pass(entries, 57);
            _pass(entries, 23);
            _pass(entries, 10);
            _pass(entries, 4);
            _pass(entries, 1);
        }
    }

    /// @notice Entry `index` of a list from `sortedEntries`; zero right behind its last.
    function entryAt(uint256[] memory entries, uint256 index) internal pure returns (uint256 entry) {
        assembly ("memory-safe") {
            entry := mload(add(add(entries, 0x20), shl(5, index)))
        }
    }

    /// @notice Entries two a word, the first in the low half.
    function pairs(uint256[] memory entries) internal pure returns (uint256[] memory words) {
        words = new uint256[]((entries.length + 1) >> 1);
        for (uint256 i; i < entries.length; ++i) words[i >> 1] |= entries[i] << (128 * (i & 1));
    }

    /// @notice Both lists of words, one behind the other.
    function concat(uint256[] memory a, uint256[] memory b) internal pure returns (uint256[] memory words) {
        words = new uint256[](a.length + b.length);
        for (uint256 i; i < a.length; ++i) words[i] = a[i];
        for (uint256 i; i < b.length; ++i) words[a.length + i] = b[i];
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
                for {} iszero(lt(to, add(first, step))) {} {
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
