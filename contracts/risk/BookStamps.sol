// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DataStatus} from "../interfaces/IRiskEngine.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {GridWords} from "./GridWords.sol";

/// @title BookStamps
/// @notice What was found when all groups of an account in a market were looked at, so that it need not be looked at again:
/// all were current, and stay so while the arrays of the market do not move, up to a time. One word: moves of the market
/// then 32, whether arrays of one of the groups are from a stale slice 1, from bit 40 the last second; zero for nothing.
library BookStamps {
    uint256 private constant LATE = 1 << 32;
    uint256 private constant LAST_AT = 40;

    /// @notice A stamp of no group yet, under the market's grid.
    function begin(uint256 grid) internal pure returns (uint256) {
        return GridWords.movesOf(grid) | (uint256(type(uint40).max) << LAST_AT);
    }

    /// @notice A stamp of one group more, whose arrays have `header` and are of `grid`.
    function join(
        uint256 stamp,
        uint256 grid,
        uint256 header,
        uint256 expiry
    ) internal pure returns (uint256) {
        uint256 last = FixedPoint.min(GridWords.lastUse(grid, header, expiry), expiry - 1);
        last = FixedPoint.min(last, stamp >> LAST_AT);
        uint256 late = GridWords.isLate(header) ? LATE : stamp & LATE;
        return uint32(stamp) | late | (last << LAST_AT);
    }

    /// @notice Whether nothing has moved since, whatever time it is.
    /// @param moves of the market by now
    function isOf(uint256 stamp, uint256 moves) internal pure returns (bool) {
        return stamp != 0 && uint32(stamp) == moves;
    }

    /// @notice Whether all groups are current at `time`, as far as the grid is.
    function isCurrent(uint256 stamp, uint256 moves, uint256 time) internal pure returns (bool) {
        return isOf(stamp, moves) && time <= stamp >> LAST_AT;
    }

    /// @notice What the books are good for while a stamp is current.
    function statusOf(uint256 stamp) internal pure returns (DataStatus) {
        return stamp & LATE == 0 ? DataStatus.Good : DataStatus.LiquidationOnly;
    }
}
