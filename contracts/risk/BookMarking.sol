// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BookMarks} from "../interfaces/IBooks.sol";
import {MarketVector} from "../interfaces/IRiskEngine.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {BookTotals, Total} from "./BookTotals.sol";
import {GridWords} from "./GridWords.sol";
import {NodeGrid} from "./NodeGrid.sol";
import {SheetMath} from "./SheetMath.sol";
import {VectorMath} from "./VectorMath.sol";
import {MarketSums} from "./Walk.sol";

/// @title BookMarking
/// @notice What the total of a book is worth, and what moves that, from its vector alone. Pure.
library BookMarking {
    int256 private constant WAD = 1e18;
    /// @dev Nodes of the level one, volatility up and down.
    uint256 private constant UP = 2;
    uint256 private constant DOWN = 17;

    /// @notice Marks of `total`, whose parts are all current under `grid`.
    /// @param spot within the drift limit of `grid` [wad USD]
    function marksOf(
        Total memory total,
        uint256 grid,
        uint256 spot
    ) internal pure returns (BookMarks memory marks) {
        MarketSums memory sums;
        (sums.grid, sums.spot) = (grid, spot);
        SheetMath.addTotal(sums, total);
        MarketVector memory vector = VectorMath.finish(sums);
        int256[30] memory values = vector.nodeValues;
        (marks.value, marks.delta) = (vector.mark, vector.delta);
        int256 same = values[NodeGrid.FIRST_DENSE + 2];
        // Slopes on both sides of the reference, one outer dense level away from it.
        int256 width = int256((GridWords.referenceOf(grid) * GridWords.driftLimitOf(grid)) / 1e8);
        int256 bend = values[NodeGrid.FIRST_DENSE] + values[NodeGrid.FIRST_DENSE + 4] - 2 * same;
        marks.gamma = FixedPoint.signedDivDown(FixedPoint.signedDivDown(bend * WAD, width) * WAD, width);
        marks.volatilityUp = values[UP] - same;
        marks.volatilityDown = values[DOWN] - same;
        marks.grossVolatilityUp = BookTotals.grossVegaIn(total, GridWords.referenceOf(grid));
    }
}
