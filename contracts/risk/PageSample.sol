// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Basis, NodeValuation} from "./NodeValuation.sol";
import {Pages} from "./Pages.sol";

/// @title PageSample
/// @notice Which entries of a page that somebody else computed are looked at, and whether an entry is right.
library PageSample {
    uint256 private constant SHARE = 8;
    uint256 private constant LEAST = 2;
    uint256 private constant CENT = 1e16; // [wad]

    /// @notice Whether a page is whole, neither empty nor too large, and its strikes increase from a positive one.
    function isSound(bytes memory page) internal pure returns (bool) {
        uint256 entries = Pages.count(page);
        return
            entries != 0 &&
            entries <= Pages.MOST_ENTRIES &&
            Pages.strikeAt(page, 0) != 0 &&
            Pages.isOrdered(page);
    }

    /// @notice Different indexes below `entries`, every set of that size equally likely: max(2, an eighth rounded up) of
    /// them, or all if there are no more than two.
    function indexes(bytes32 seed, uint256 entries) internal pure returns (uint256[] memory sample) {
        uint256[] memory deck = new uint256[](entries);
        for (uint256 i; i < entries; ++i) deck[i] = i;
        uint256 size = (entries + SHARE - 1) / SHARE;
        if (size < LEAST) size = entries < LEAST ? entries : LEAST;
        sample = new uint256[](size);
        for (uint256 i; i < size; ++i) {
            // The first cards of a shuffle: each draw swaps one of the rest into its place.
            uint256 drawn = i + (uint256(keccak256(abi.encode(seed, i))) % (entries - i));
            sample[i] = deck[drawn];
            deck[drawn] = deck[i];
        }
    }

    /// @notice Whether entry `index` is, bit for bit, what the chain computes from `basis`.
    function isRight(Basis memory basis, bytes memory page, uint256 index) internal pure returns (bool) {
        (uint256 wordA, uint256 wordB, uint256 greeks) = Pages.wordsAt(page, index);
        (uint256 a, uint256 b, uint256 sensitivities) = NodeValuation.entryOf(basis, strikeAt(page, index));
        return wordA == a && wordB == b && greeks == sensitivities;
    }

    /// @notice Strike of entry `index` [wad].
    function strikeAt(bytes memory page, uint256 index) internal pure returns (uint256) {
        return Pages.strikeAt(page, index) * CENT;
    }
}
