// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title BookGroups
/// @notice The expiries that an account has a book in, four a word. An entry is a group (market << 20 | expiry hours),
/// 28 bits, and above it the version, 24 bits, of the arrays that the group's part of its market's total was summed from;
/// zero means that the total has no part of it. The number of entries, 16 bits, stands above the four of the first word,
/// and above that the number of changes that wait to be taken into totals.
library BookGroups {
    uint256 private constant BITS = 52;
    uint256 private constant COUNT_AT = 208;
    uint256 private constant WAITING_AT = 224;
    uint256 private constant ENTRY = (1 << BITS) - 1;

    /// @notice Group of an entry.
    function groupOf(uint256 entry) internal pure returns (uint256) {
        return entry & 0xfffffff;
    }

    /// @notice Version of an entry.
    function versionOf(uint256 entry) internal pure returns (uint256) {
        return entry >> 28;
    }

    /// @notice All entries, in no order.
    function all(mapping(uint256 => uint256) storage words) internal view returns (uint256[] memory entries) {
        uint256 word = words[0];
        entries = new uint256[](uint16(word >> COUNT_AT));
        unchecked {
            for (uint256 i; i < entries.length; ++i) {
                if (i != 0 && i % 4 == 0) word = words[i / 4];
                entries[i] = word & ENTRY;
                word >>= BITS;
            }
        }
    }

    /// @notice Where a group stands among the entries, and its version; their number and zero if it is not there.
    function find(
        mapping(uint256 => uint256) storage words,
        uint256 group
    ) internal view returns (uint256 index, uint256 version, bool exists) {
        uint256 word = words[0];
        uint256 count = uint16(word >> COUNT_AT);
        unchecked {
            for (; index < count; ++index) {
                if (index != 0 && index % 4 == 0) word = words[index / 4];
                if (groupOf(word) == group) return (index, versionOf(word & ENTRY), true);
                word >>= BITS;
            }
        }
    }

    /// @notice Puts a group and a version at `index`, behind the last entry if that is their number.
    function set(
        mapping(uint256 => uint256) storage words,
        uint256 index,
        uint256 group,
        uint256 version
    ) internal {
        if (index == uint16(words[0] >> COUNT_AT)) words[0] += 1 << COUNT_AT;
        _put(words, index, group | (version << 28));
    }

    /// @notice Removes the entry at `index`; the last one takes its place.
    function remove(mapping(uint256 => uint256) storage words, uint256 index) internal {
        uint256 last = uint16(words[0] >> COUNT_AT) - 1;
        if (index != last) _put(words, index, (words[last / 4] >> (BITS * (last % 4))) & ENTRY);
        _put(words, last, 0);
        words[0] -= 1 << COUNT_AT;
    }

    /// @notice How many changes wait.
    function waiting(mapping(uint256 => uint256) storage words) internal view returns (uint256) {
        return words[0] >> WAITING_AT;
    }

    /// @notice Sets how many changes wait.
    function setWaiting(mapping(uint256 => uint256) storage words, uint256 count) internal {
        words[0] = (words[0] & ((1 << WAITING_AT) - 1)) | (count << WAITING_AT);
    }

    function _put(mapping(uint256 => uint256) storage words, uint256 index, uint256 entry) private {
        uint256 shift = BITS * (index % 4);
        words[index / 4] = (words[index / 4] & ~(ENTRY << shift)) | (entry << shift);
    }
}
