// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FixedPoint} from "../libraries/FixedPoint.sol";

/// @title HedgeBand
/// @notice The no-trade band of Whalley and Wilmott (1997), and the trade to its edge. Pure.
library HedgeBand {
    int256 private constant THIRD = 333333333333333333;

    /// @notice H = (3/2 e^{-rT} c S Gamma^2 / a)^(1/3), at least `minBand` [wad underlying], each step rounded down. Values
    /// of options are undiscounted here, so e^{-rT} is one.
    /// @param spot S [wad USD]
    /// @param gamma net of the book, per USD [wad]
    /// @param costRatio c [wad]
    /// @param riskAversion a, per USD [wad]
    function widthOf(
        uint256 spot,
        int256 gamma,
        uint256 costRatio,
        uint256 riskAversion,
        uint256 minBand
    ) internal pure returns (uint256) {
        if (riskAversion == 0 || gamma == 0 || spot == 0) return minBand;
        uint256 size = FixedPoint.abs(gamma);
        uint256 square = FixedPoint.mulDown(size, size);
        uint256 cube = FixedPoint.mulDivDown(
            FixedPoint.mulDown(spot, square),
            (costRatio * 3) / 2,
            riskAversion
        );
        return cube == 0 ? minBand : FixedPoint.max(FixedPoint.pow(cube, THIRD), minBand);
    }

    /// @notice The trade that brings `netDelta` to the nearer edge; positive buys, zero inside [wad underlying].
    function targetOf(int256 netDelta, uint256 width) internal pure returns (int256) {
        int256 band = int256(width);
        if (netDelta > band) return band - netDelta;
        return netDelta < -band ? -band - netDelta : int256(0);
    }
}
