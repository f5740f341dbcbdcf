// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BookRisk, GroupRisk} from "../interfaces/IBooks.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {GridWords} from "./GridWords.sol";
import {NodeGrid} from "./NodeGrid.sol";

/// @notice The sums of a book that its sensitivities are read from, all at the reference spot [lane units * 1e-8].
/// @param up volatility up
/// @param same unshocked
/// @param below unshocked, at the lowest dense level
/// @param above unshocked, at the highest dense level
/// @param calls sum over calls [1e-8]
/// @param puts sum over puts [1e-8]
/// @param putForward sum of quantity * forward over puts [1e-16 USD]
struct LaneSum {
    int256 up;
    int256 same;
    int256 below;
    int256 above;
    int256 calls;
    int256 puts;
    int256 putForward;
}

/// @title LaneSums
/// @notice Sensitivities of a book from five of its lanes. Sums are integers, and what a trade adds to them is what
/// recording it adds, so the book after one trade is the book before the next, to the last bit.
library LaneSums {
    int256 private constant WAD = 1e18;
    /// @dev Lanes of word B with the lowest and the highest dense level.
    uint256 private constant BELOW_LANE = 10;
    uint256 private constant ABOVE_LANE = 14;

    /// @notice Reads five lanes of the words of a total (see BookTotals).
    function load(uint256[] memory words) internal pure returns (LaneSum memory sum) {
        sum.up = _lowest(words[2]);
        sum.below = _highest(words[5]);
        sum.same = _highest(words[7]);
        sum.above = _highest(words[9]);
        sum.putForward = int144(uint144(words[13] >> 112));
    }

    /// @notice The part of one group: its vega, for which two lanes are enough, and contracts, and with `isWhole` the rest.
    function loadGroup(uint256[13] storage words, bool isWhole) internal view returns (LaneSum memory sum) {
        sum.up = _lowest(words[2]);
        sum.same = _highest(words[7]);
        uint256 sizes = words[11];
        sum.puts = int64(uint64(sizes >> 128));
        sum.calls = int64(uint64(sizes >> 192)) - sum.puts;
        if (!isWhole) return sum;
        sum.below = _highest(words[5]);
        sum.above = _highest(words[9]);
        sum.putForward = sum.puts * int256(uint256(uint56(words[12] >> 112)));
    }

    /// @notice Takes a part out of a total that has it.
    function take(LaneSum memory total, LaneSum memory part) internal pure {
        total.up -= part.up;
        total.same -= part.same;
        total.below -= part.below;
        total.above -= part.above;
        total.putForward -= part.putForward;
    }

    /// @notice Adds `quantity` [1e-8] of a strike, as recording it does.
    /// @param forward at the reference spot [1e-8 USD]
    function add(
        LaneSum memory sum,
        uint256 wordA,
        uint256 wordB,
        int256 quantity,
        bool isPut,
        uint256 forward
    ) internal pure {
        unchecked {
            // Quantities are below 2^64, lanes below 2^31, forwards below 2^56.
            sum.up += quantity * int256(NodeGrid.laneOf(wordA, NodeGrid.UP_LANE));
            sum.same += quantity * int256(NodeGrid.laneOf(wordB, NodeGrid.CENTRE_LANE));
            sum.below += quantity * int256(NodeGrid.laneOf(wordB, BELOW_LANE));
            sum.above += quantity * int256(NodeGrid.laneOf(wordB, ABOVE_LANE));
            if (isPut) {
                sum.puts += quantity;
                sum.putForward += quantity * int256(forward);
            } else {
                sum.calls += quantity;
            }
        }
    }

    /// @notice Sensitivities of `sum`, whose grid is `grid`, at `spot` [wad USD]. A function of the sums alone: equal sums
    /// have equal sensitivities.
    function riskOf(
        LaneSum memory sum,
        uint256 grid,
        uint256 spot
    ) internal pure returns (BookRisk memory risk) {
        int256 base = int256(GridWords.referenceOf(grid) * 1e10);
        int256 drift = int256(GridWords.driftLimitOf(grid));
        int256 square;
        unchecked {
            // Sums of lanes are below 2^80, so dollars are below 2^122, and drift and base above zero; putForward is below
            // 2^144.
            risk.vega = _dollars(sum.up - sum.same, grid);
            int256 bend = _dollars(sum.below + sum.above - 2 * sum.same, grid);
            square = FixedPoint.signedDivDown(bend * WAD * WAD, drift * drift);
            risk.gamma = FixedPoint.signedDivDown(square, 100);
            int256 rise = _dollars(sum.above - sum.below, grid);
            // P = C - F + K, and forwards move with the spot.
            risk.delta =
                FixedPoint.signedDivDown(rise * WAD * WAD, 2 * drift * base) -
                FixedPoint.signedDivDown(sum.putForward * 100 * WAD, base);
        }
        risk.delta += FixedPoint.signedDivDown(square * (int256(spot) - base), (base * base) / WAD) / WAD;
    }

    /// @notice What a group risks.
    function groupRiskOf(
        LaneSum memory sum,
        uint256 grid,
        uint256 expiry
    ) internal pure returns (GroupRisk memory) {
        return GroupRisk(expiry, _dollars(sum.up - sum.same, grid), sum.calls * 1e10, sum.puts * 1e10);
    }

    /// @dev A lane unit is reference spot / 2^29; sums count 1e-8 contracts.
    function _dollars(int256 lanes, uint256 grid) private pure returns (int256) {
        return (lanes * int256(GridWords.referenceOf(grid) * 100)) >> NodeGrid.VALUE_BITS;
    }

    function _lowest(uint256 cell) private pure returns (int256 lane) {
        assembly ("memory-safe") {
            lane := signextend(9, cell)
        }
    }

    /// @dev Lanes borrow from the next one, so those below are taken out first (see NodeGrid.decode).
    function _highest(uint256 cell) private pure returns (int256 lane) {
        assembly ("memory-safe") {
            let rest := sar(80, sub(cell, signextend(9, cell)))
            lane := sar(80, sub(rest, signextend(9, rest)))
        }
    }
}
