// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {InstrumentId} from "../types/InstrumentId.sol";
import {Position, positionOf} from "../types/Position.sol";
import {Quantity} from "../types/Quantity.sol";

/// @notice The positions of one account: entries 2i and 2i+1 share word i. The number of entries is kept by the
/// caller, beside the account's cash, so that reading it costs nothing extra.
library PositionSet {
    uint256 private constant LOW = type(uint128).max;

    /// @notice Entry `index`.
    function get(mapping(uint256 => uint256) storage words, uint256 index) internal view returns (Position) {
        uint256 word = words[index >> 1];
        return Position.wrap(uint128(index & 1 == 0 ? word & LOW : word >> 128));
    }

    /// @notice The index of `instrument` among `count` entries, or `count` if it is not there.
    function indexOf(
        mapping(uint256 => uint256) storage words,
        uint256 count,
        InstrumentId instrument
    ) internal view returns (uint256) {
        uint256 wanted = InstrumentId.unwrap(instrument);
        for (uint256 i = 0; i < count; i += 2) {
            uint256 word = words[i >> 1];
            if ((word >> 64) & type(uint64).max == wanted) return i;
            // The high half of the last word is zero when count is odd; zero is no instrument.
            if (word >> 192 == wanted) return i + 1;
        }
        return count;
    }

    /// @notice Adds `quantity` to `instrument` and returns the new number of entries. An entry that reaches zero is
    /// replaced by the last one.
    function add(
        mapping(uint256 => uint256) storage words,
        uint256 count,
        InstrumentId instrument,
        Quantity quantity
    ) internal returns (uint256) {
        uint256 index = indexOf(words, count, instrument);
        if (index == count) {
            set(words, count, positionOf(instrument, quantity));
            return count + 1;
        }
        Quantity sum = get(words, index).quantityOf() + quantity;
        if (Quantity.unwrap(sum) != 0) {
            set(words, index, positionOf(instrument, sum));
            return count;
        }
        uint256 last = count - 1;
        if (index != last) set(words, index, get(words, last));
        set(words, last, Position.wrap(0));
        return last;
    }

    /// @notice All words that `count` entries take.
    function load(
        mapping(uint256 => uint256) storage words,
        uint256 count
    ) internal view returns (uint256[] memory loaded) {
        assembly ("memory-safe") {
            // Word i stands at keccak256(i . slot of the mapping).
            let length := shr(1, add(count, 1))
            loaded := mload(0x40)
            mstore(loaded, length)
            mstore(0x40, add(loaded, shl(5, add(length, 1))))
            mstore(0x20, words.slot)
            for {
                let i := 0
            } lt(i, length) {
                i := add(i, 1)
            } {
                mstore(0x00, i)
                mstore(add(loaded, shl(5, add(i, 1))), sload(keccak256(0x00, 0x40)))
            }
        }
    }

    /// @notice Replaces the words `before` by `afterwards`; those that stay as they are are not written.
    function replace(
        mapping(uint256 => uint256) storage words,
        uint256[] memory before,
        uint256[] memory afterwards
    ) internal {
        for (uint256 i = 0; i < before.length || i < afterwards.length; ++i) {
            uint256 old = i < before.length ? before[i] : 0;
            uint256 word = i < afterwards.length ? afterwards[i] : 0;
            if (word != old) words[i] = word;
        }
    }

    /// @dev Writes one half of a word and leaves the other as it is.
    function set(mapping(uint256 => uint256) storage words, uint256 index, Position entry) internal {
        uint256 word = words[index >> 1];
        uint256 value = Position.unwrap(entry);
        words[index >> 1] = index & 1 == 0 ? (word & ~LOW) | value : (word & LOW) | (value << 128);
    }
}
