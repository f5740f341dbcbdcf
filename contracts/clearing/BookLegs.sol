// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The positions of one expiry of an account with a book. `head` is how many there are (16 bits) and the keys of
/// the first six, `keys` those of the others, seven a word; a key is the lower 36 bits of an instrument, strike and kind.
/// `legs` has, by key, where it stands (one more than its index) and above the low 64 bits nothing else; those are its
/// size [1e-8], signed.
struct BookLegs {
    uint256 head;
    mapping(uint256 word => uint256) keys;
    mapping(uint256 key => uint256) legs;
}

/// @title BookLegSet
/// @notice Finds a position by series in one read, and lists all. A new position mostly writes one new word.
library BookLegSet {
    uint256 private constant KEY = (1 << 36) - 1;
    uint256 private constant KEY_BITS = 36;
    uint256 private constant COUNT = type(uint16).max;
    uint256 private constant COUNT_BITS = 16;
    uint256 private constant SIZE = type(uint64).max;
    uint256 private constant IN_HEAD = 6;
    uint256 private constant A_WORD = 7;

    /// @notice How many positions there are.
    function length(BookLegs storage self) internal view returns (uint256) {
        return self.head & COUNT;
    }

    /// @notice Signed size of the position with `key` [1e-8]; zero if there is none.
    function sizeOf(BookLegs storage self, uint256 key) internal view returns (int256) {
        return int64(uint64(self.legs[key]));
    }

    /// @notice Position `index` as packed entry: instrument, and size in the low 64 bits.
    function entryAt(BookLegs storage self, uint256 group, uint256 index) internal view returns (uint256) {
        uint256 key = _keyAt(self, index);
        return (((group << KEY_BITS) | key) << 64) | (self.legs[key] & SIZE);
    }

    /// @notice Makes `size` (not zero) [1e-8] the size of the position with `key`; returns whether it is new.
    function set(BookLegs storage self, uint256 key, int256 size) internal returns (bool isNew) {
        uint256 leg = self.legs[key];
        isNew = leg == 0;
        if (isNew) {
            uint256 count = length(self) + 1;
            _put(self, count - 1, key, count);
            leg = count << 64;
        }
        self.legs[key] = (leg & ~SIZE) | uint64(int64(size));
    }

    /// @notice Removes the position with `key`, which must exist; the last one takes its place.
    function remove(BookLegs storage self, uint256 key) internal {
        uint256 place = self.legs[key] >> 64;
        uint256 count = length(self);
        if (place != count) {
            uint256 last = _keyAt(self, count - 1);
            _put(self, place - 1, last, count);
            self.legs[last] = (place << 64) | (self.legs[last] & SIZE);
        }
        _put(self, count - 1, 0, count - 1);
        delete self.legs[key];
    }

    function _keyAt(BookLegs storage self, uint256 index) private view returns (uint256) {
        if (index < IN_HEAD) return (self.head >> (COUNT_BITS + KEY_BITS * index)) & KEY;
        index -= IN_HEAD;
        return (self.keys[index / A_WORD] >> (KEY_BITS * (index % A_WORD))) & KEY;
    }

    /// @dev Writes a key at `index`, and the count.
    function _put(BookLegs storage self, uint256 index, uint256 key, uint256 count) private {
        uint256 head = (self.head & ~COUNT) | count;
        if (index < IN_HEAD) {
            uint256 shift = COUNT_BITS + KEY_BITS * index;
            head = (head & ~(KEY << shift)) | (key << shift);
        } else {
            index -= IN_HEAD;
            uint256 shift = KEY_BITS * (index % A_WORD);
            uint256 word = self.keys[index / A_WORD];
            self.keys[index / A_WORD] = (word & ~(KEY << shift)) | (key << shift);
        }
        if (head != self.head) self.head = head;
    }
}
