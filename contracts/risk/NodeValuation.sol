// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FixedPoint} from "../libraries/FixedPoint.sol";
import {Black76} from "../pricing/Black76.sol";
import {VolSurface} from "../pricing/VolSurface.sol";
import {NodeGrid} from "./NodeGrid.sol";

/// @notice The grid that all arrays of a market share until it moves. One word.
/// @param referenceSpot [1e-8 USD]
/// @param version of the grid, counted from one; zero means it is not stored
/// @param rebasedAt unix seconds
/// @param outer distance of the outermost scanned level from one [1e-9]
/// @param driftLimit how far live spot may be from the reference [1e-9]
/// @param ageLimit longest age of an expiry's arrays, seconds
struct Grid {
    uint64 referenceSpot;
    uint24 version;
    uint40 rebasedAt;
    uint32 outer;
    uint32 driftLimit;
    uint32 ageLimit;
}

/// @notice What the arrays of one expiry were computed from, beside the grid and the slice. One word.
/// @param forward at the reference spot [1e-8 USD]
/// @param computedAt time to expiry counts from here, unix seconds
/// @param version that words must carry, counted from one; zero means it is not stored
/// @param gridVersion grid that it belongs to
/// @param upFactor of volatility in the up state [1e-6]
/// @param downFactor of volatility in the down state [1e-6]
struct ExpiryHeader {
    uint64 forward;
    uint40 computedAt;
    uint24 version;
    uint24 gridVersion;
    uint32 upFactor;
    uint32 downFactor;
}

/// @notice Levels of a grid as multiples of its reference spot [wad] and their logarithms [Q96], once known.
struct Levels {
    bool known;
    uint256[30] m;
    int256[30] logs;
}

/// @title NodeValuation
/// @notice Computes the words of a strike: a pure function of grid, header, slice and strike, so anyone can repeat it.
library NodeValuation {
    /// @dev Volatility in the up state is at least 50 %.
    uint256 private constant FLOOR_DIVISOR = 2;
    uint256 private constant TERM = 30 days;
    uint256 private constant SHORTEST = 1 days;
    int256 private constant SHORT_UP_POWER = 0.45e18;
    int256 private constant LONG_POWER = 0.30e18;
    uint256 private constant FACTOR_UNIT = 1e12;
    uint256 private constant LOWEST_DOWN = 0.01e6;
    /// @dev An expiry's arrays live an eighth of its remaining life, never less than five minutes.
    uint256 private constant LIFE_SHARE = 8;
    uint256 private constant SHORTEST_LIFE = 5 minutes;

    /// @notice Shock factors of volatility for a time to expiry [1e-6]: up = 1 + volUp (30 d / T)^p with p = 0.45 to
    /// 30 days and 0.30 beyond, rounded up; down = 1 - volDown (30 d / T)^0.30, rounded down; T is at least a day.
    /// @param volUp relative up shock at 30 days [wad]
    /// @param volDown relative down shock at 30 days [wad]
    function shockFactors(
        uint256 secondsToExpiry,
        uint256 volUp,
        uint256 volDown
    ) internal pure returns (uint256 up, uint256 down) {
        uint256 ratio = (TERM * 1e18) / FixedPoint.max(secondsToExpiry, SHORTEST);
        uint256 longPower = FixedPoint.pow(ratio, LONG_POWER);
        uint256 upPower = ratio > 1e18 ? FixedPoint.pow(ratio, SHORT_UP_POWER) : longPower;
        up = 1e6 + FixedPoint.mulUp(volUp, upPower) / FACTOR_UNIT + 1;
        uint256 fall = FixedPoint.mulUp(volDown, longPower) / FACTOR_UNIT + 1;
        down = fall + LOWEST_DOWN < 1e6 ? 1e6 - fall : LOWEST_DOWN;
    }

    /// @notice Whether the arrays of an expiry are older than they may be.
    function isAged(
        ExpiryHeader memory header,
        uint256 ageLimit,
        uint256 expiry,
        uint256 time
    ) internal pure returns (bool) {
        uint256 life = (expiry - header.computedAt) / LIFE_SHARE;
        if (life < SHORTEST_LIFE) life = SHORTEST_LIFE;
        return time > header.computedAt + FixedPoint.min(life, ageLimit);
    }

    /// @notice Fills `levels` for a grid, unless they are known.
    function learnLevels(Levels memory levels, Grid memory grid) internal pure {
        if (levels.known) return;
        levels.m = NodeGrid.multipliers(uint256(grid.outer) * 1e9);
        levels.logs = NodeGrid.logarithms(levels.m);
        levels.known = true;
    }

    /// @notice The two words of one strike. Volatility is sticky to the strike: the surface's at the header's forward,
    /// shocked by state. A slice of zero values the strike at intrinsic.
    /// @param levels filled by `learnLevels`
    /// @param slice packed, see VolSurface
    /// @param strike [wad]
    function wordsOf(
        Grid memory grid,
        ExpiryHeader memory header,
        Levels memory levels,
        uint256 slice,
        uint256 expiry,
        uint256 strike
    ) internal pure returns (uint256 wordA, uint256 wordB) {
        int256 logRatio = FixedPoint.lnRatio(uint256(header.forward) * 1e10, strike);
        uint256[3] memory deviations = _deviations(header, slice, logRatio, expiry);
        uint256[30] memory values = _values(
            levels,
            uint256(header.forward) * 1e10,
            strike,
            logRatio,
            deviations
        );
        unchecked {
            // Values are below 2^100 and the reference spot is at least one unit.
            uint256 base = uint256(grid.referenceSpot) * 1e10;
            for (uint256 i; i < NodeGrid.NODES; ++i) values[i] = (values[i] << NodeGrid.VALUE_BITS) / base;
        }
        wordA = NodeGrid.pack(values, 0, header.version & 0xfff);
        wordB = NodeGrid.pack(values, NodeGrid.LANES, header.version >> 12);
    }

    /// @dev The call at every node [wad].
    function _values(
        Levels memory levels,
        uint256 forward,
        uint256 strike,
        int256 logRatio,
        uint256[3] memory deviations
    ) private pure returns (uint256[30] memory values) {
        unchecked {
            // forward < 2^98 and levels are at most 3e18.
            for (uint256 i; i < NodeGrid.NODES; ++i) {
                uint256 s = deviations[
                    i < NodeGrid.LANES
                        ? 0
                        : i < NodeGrid.FIRST_DENSE
                            ? 1
                            : 2
                ];
                uint256 moved = (forward * levels.m[i]) / 1e18;
                values[i] = Black76.revalue(moved, strike, logRatio + levels.logs[i], s);
            }
        }
    }

    /// @dev sigma sqrt(T) [Q64] in the states up, down, unshocked.
    function _deviations(
        ExpiryHeader memory header,
        uint256 slice,
        int256 logRatio,
        uint256 expiry
    ) private pure returns (uint256[3] memory deviations) {
        if (slice == 0) return deviations;
        uint256 variance = VolSurface.totalVariance(slice, -logRatio);
        variance = VolSurface.varianceAt(slice, variance, expiry, header.computedAt);
        uint256 s = VolSurface.standardDeviation(variance);
        uint256 floor = FixedPoint.rootYears(expiry - header.computedAt) / FLOOR_DIVISOR;
        deviations[0] = FixedPoint.max((s * header.upFactor) / 1e6, floor);
        deviations[1] = (s * header.downFactor) / 1e6;
        deviations[2] = s;
    }
}
