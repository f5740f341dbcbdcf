// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ExpiryHeader, Grid} from "../interfaces/IRiskArrays.sol";

/// @title GridWords
/// @notice A grid and the header of an expiry as the one word that each takes in storage, first field lowest, and whether
/// arrays with such a header may be used.
library GridWords {
    /// @dev An expiry's arrays live an eighth of its remaining life, never less than five minutes.
    uint256 private constant LIFE_SHARE = 8;
    uint256 private constant SHORTEST_LIFE = 5 minutes;
    uint256 private constant LATE_BIT = 255;
    uint256 private constant MOVES_AT = 224;
    uint256 private constant PRICE_UNIT = 1e10; // [wad] per 1e-8

    /// @notice The word of a grid.
    function pack(Grid memory grid) internal pure returns (uint256) {
        return
            uint256(grid.referenceSpot) |
            (uint256(grid.version) << 64) |
            (uint256(grid.rebasedAt) << 88) |
            (uint256(grid.outer) << 128) |
            (uint256(grid.driftLimit) << 160) |
            (uint256(grid.ageLimit) << 192) |
            (uint256(grid.moves) << MOVES_AT);
    }

    /// @notice The grid in a word.
    function unpack(uint256 word) internal pure returns (Grid memory) {
        return
            Grid({
                referenceSpot: uint64(word),
                version: uint24(word >> 64),
                rebasedAt: uint40(word >> 88),
                outer: uint32(word >> 128),
                driftLimit: uint32(word >> 160),
                ageLimit: uint32(word >> 192),
                moves: uint32(word >> MOVES_AT)
            });
    }

    /// @notice Reference spot of a grid [1e-8 USD].
    function referenceOf(uint256 grid) internal pure returns (uint256) {
        return uint64(grid);
    }

    /// @notice The same [wad USD].
    function baseOf(uint256 grid) internal pure returns (uint256) {
        return referenceOf(grid) * PRICE_UNIT;
    }

    /// @notice Distance of the outermost scanned level from one [wad].
    function outerOf(uint256 grid) internal pure returns (uint256) {
        return uint256(uint32(grid >> 128)) * 1e9;
    }

    /// @notice How far live spot may be from the reference [wad].
    function driftLimitOf(uint256 grid) internal pure returns (uint256) {
        return uint256(uint32(grid >> 160)) * 1e9;
    }

    /// @notice How often what a market's arrays are computed from has moved.
    function movesOf(uint256 grid) internal pure returns (uint256) {
        return grid >> MOVES_AT;
    }

    /// @notice The contract that holds the page of an expiry.
    function pageOf(uint256 header) internal pure returns (address) {
        return address(uint160(header));
    }

    /// @notice Forward at the reference spot [1e-8 USD].
    function forwardOf(uint256 header) internal pure returns (uint256) {
        return uint56(header >> 160);
    }

    /// @notice Whether `spot` [wad USD] is a price within the drift limit of a stored grid's reference.
    function isNear(uint256 grid, uint256 spot) internal pure returns (bool) {
        if (uint24(grid >> 64) == 0 || spot == 0) return false;
        unchecked {
            // A reference is below 2^98; spot is only multiplied where it is less than twice that.
            uint256 base = referenceOf(grid) * PRICE_UNIT;
            uint256 drift = spot > base ? spot - base : base - spot;
            return drift <= base && drift * 1e9 <= base * uint32(grid >> 160);
        }
    }

    /// @notice Whether the arrays of an expiry were made from a stale slice.
    function isLate(uint256 header) internal pure returns (bool) {
        return header >> LATE_BIT != 0;
    }

    /// @notice The same of a header in memory.
    function isLate(ExpiryHeader memory header) internal pure returns (bool) {
        return header.gridTag >> 7 != 0;
    }

    /// @notice Whether the arrays of an expiry were made under `grid`, which is stored.
    /// @dev The tag repeats every 128 grids, but no header is older than its grid.
    function isOfGrid(uint256 grid, uint256 header) internal pure returns (bool) {
        uint256 computedAt = uint32(header >> 216);
        if (uint24(grid >> 64) == 0 || computedAt == 0 || computedAt < uint40(grid >> 88)) return false;
        return ((header >> 248) ^ (grid >> 64)) & 0x7f == 0;
    }

    /// @notice Whether the arrays of an expiry may be used: made under `grid`, and not too old.
    function isCurrent(
        uint256 grid,
        uint256 header,
        uint256 expiry,
        uint256 time
    ) internal pure returns (bool) {
        return isOfGrid(grid, header) && time <= lastUse(grid, header, expiry);
    }

    /// @notice Until when arrays that were made under `grid` may be used, unless it moves [unix seconds].
    function lastUse(uint256 grid, uint256 header, uint256 expiry) internal pure returns (uint256) {
        unchecked {
            // Times are below 2^40, and a header is only made before its expiry.
            uint256 computedAt = uint32(header >> 216);
            uint256 life = (expiry - computedAt) / LIFE_SHARE;
            if (life < SHORTEST_LIFE) life = SHORTEST_LIFE;
            if (life > uint32(grid >> 192)) life = uint32(grid >> 192);
            return computedAt + life;
        }
    }
}
