// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ExpiryHeader, ExpiryShocks, Grid} from "../interfaces/IRiskArrays.sol";
import {MarketParameters} from "../interfaces/IRiskParameters.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {Black76, Greeks} from "../pricing/Black76.sol";
import {VolSurface} from "../pricing/VolSurface.sol";
import {NodeGrid} from "./NodeGrid.sol";
import {Pages} from "./Pages.sol";

/// @notice All that the words of one expiry depend on.
struct Basis {
    Grid grid;
    ExpiryHeader header;
    ExpiryShocks shocks;
    uint256 slice;
    uint256 expiry;
    Levels levels;
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
    uint8 private constant TAG = 0x7f;
    uint8 private constant LATE = 0x80;
    uint256 private constant PRICE_UNIT = 1e10; // [wad] per 1e-8
    uint256 private constant OUTER_STEP = 1e6; // [1e-9]
    uint256 private constant CENT = 1e16; // [wad]

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

    /// @notice How far levels must reach to cover +-scanRange around every spot within driftLimit of the reference:
    /// (1 + R)(1 + d) - 1, rounded up [1e-9].
    /// @param scanRange R [wad]
    /// @param driftLimit d [1e-9]
    function outerOf(uint256 scanRange, uint256 driftLimit) internal pure returns (uint256) {
        uint256 range = (scanRange + 1e9 - 1) / 1e9;
        return range + driftLimit + (range * driftLimit + 1e9 - 1) / 1e9;
    }

    /// @notice A grid at `spot` [wad] with these parameters; version zero, as it is not stored.
    function freshGrid(
        uint256 spot,
        MarketParameters memory p,
        uint256 time
    ) internal pure returns (Grid memory fresh) {
        fresh.driftLimit = uint32(p.driftLimit / 1e9);
        // In steps of a thousandth, so that a parameter on its ramp does not move the grid every second.
        uint256 outer = outerOf(p.scanRange, fresh.driftLimit);
        fresh.outer = uint32(((outer + OUTER_STEP - 1) / OUTER_STEP) * OUTER_STEP);
        fresh.ageLimit = p.arrayAgeLimit;
        fresh.rebasedAt = uint40(time);
        fresh.referenceSpot = uint64(FixedPoint.min(spot / PRICE_UNIT, type(uint64).max));
    }

    /// @notice Header and shocks for an expiry under `grid`, computed at `time`.
    /// @param forward at the reference spot [1e-8 USD]
    /// @param isLate_ whether the slice is stale
    function freshHeader(
        Grid memory grid,
        uint256 forward,
        uint256 expiry,
        uint256 time,
        uint256 volUp,
        uint256 volDown,
        bool isLate_
    ) internal pure returns (ExpiryHeader memory header, ExpiryShocks memory shocks) {
        header.forward = uint56(FixedPoint.min(forward, type(uint56).max));
        header.computedAt = uint32(time);
        header.gridTag = uint8(grid.version & TAG) | (isLate_ ? LATE : 0);
        (uint256 up, uint256 down) = shockFactors(expiry - time, volUp, volDown);
        shocks.upFactor = uint32(up);
        shocks.downFactor = uint32(down);
    }

    /// @notice A page with the arrays of `strikes`.
    /// @param strikes [cents], increasing
    function pageOf(Basis memory basis, uint256[] memory strikes) internal pure returns (bytes memory page) {
        page = Pages.create(strikes.length);
        for (uint256 i; i < strikes.length; ++i) {
            (uint256 a, uint256 b, uint256 sensitivities) = entryOf(basis, strikes[i] * CENT);
            Pages.set(page, i, strikes[i], a, b, sensitivities);
        }
    }

    /// @notice The two words of one strike and its packed Greeks. Volatility is sticky to the strike: the surface's at the
    /// header's forward, shocked by state. A slice of zero values the strike at intrinsic.
    /// @param strike [wad]
    function entryOf(
        Basis memory basis,
        uint256 strike
    ) internal pure returns (uint256 wordA, uint256 wordB, uint256 sensitivities) {
        _learnLevels(basis);
        uint256 forward = uint256(basis.header.forward) * PRICE_UNIT;
        int256 logRatio = FixedPoint.lnRatio(forward, strike);
        uint256[3] memory deviations = _deviations(basis, logRatio);
        uint256[30] memory values = _values(basis.levels, forward, strike, logRatio, deviations);
        unchecked {
            // Values are below 2^100 and the reference spot is at least one unit.
            uint256 base = uint256(basis.grid.referenceSpot) * PRICE_UNIT;
            for (uint256 i; i < NodeGrid.NODES; ++i) values[i] = (values[i] << NodeGrid.VALUE_BITS) / base;
        }
        uint256 version = basis.shocks.version;
        wordA = NodeGrid.pack(values, 0, version & 0xfff);
        wordB = NodeGrid.pack(values, NodeGrid.LANES, version >> 12);
        sensitivities = greeksOf(basis, strike, deviations[2]);
    }

    /// @notice Greeks of a strike's call as one word: delta 64 bits | gamma 64 | vega 64 | theta 64, from the lowest; values
    /// that do not fit saturate. Units as in SeriesGreeks.
    /// @param deviation sigma sqrt(T) [Q64]
    function greeksOf(Basis memory basis, uint256 strike, uint256 deviation) internal pure returns (uint256) {
        uint256 time = basis.expiry - basis.header.computedAt;
        uint256 volatility = (deviation * 1e18) / FixedPoint.rootYears(time);
        uint256 forward = uint256(basis.header.forward) * PRICE_UNIT;
        Greeks memory all = Black76.greeks(forward, strike, volatility, time);
        uint256 most = type(uint64).max;
        return
            FixedPoint.min(all.callDelta, most) |
            (FixedPoint.min(all.gamma, most) << 64) |
            (FixedPoint.min(all.vega / 1e9, most) << 128) |
            (FixedPoint.min(FixedPoint.abs(all.theta) / 1e9, most) << 192);
    }

    function _learnLevels(Basis memory basis) private pure {
        Levels memory levels = basis.levels;
        if (levels.known) return;
        levels.m = NodeGrid.multipliers(
            uint256(basis.grid.outer) * 1e9,
            uint256(basis.grid.driftLimit) * 1e9
        );
        levels.logs = NodeGrid.logarithms(levels.m);
        levels.known = true;
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
            // forward < 2^98 and levels are below 6e18.
            for (uint256 i; i < NodeGrid.NODES; ++i) {
                uint256 s = deviations[
                    i < NodeGrid.FIRST_DOWN
                        ? 0
                        : i < NodeGrid.FIRST_SAME
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
        Basis memory basis,
        int256 logRatio
    ) private pure returns (uint256[3] memory deviations) {
        if (basis.slice == 0) return deviations;
        uint256 computedAt = basis.header.computedAt;
        uint256 variance = VolSurface.totalVariance(basis.slice, -logRatio);
        variance = VolSurface.varianceAt(basis.slice, variance, basis.expiry, computedAt);
        uint256 s = VolSurface.standardDeviation(variance);
        uint256 floor = FixedPoint.rootYears(basis.expiry - computedAt) / FLOOR_DIVISOR;
        deviations[0] = FixedPoint.max((s * basis.shocks.upFactor) / 1e6, floor);
        deviations[1] = (s * basis.shocks.downFactor) / 1e6;
        deviations[2] = s;
    }
}
