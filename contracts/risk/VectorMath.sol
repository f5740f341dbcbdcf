// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRiskArrays} from "../interfaces/IRiskArrays.sol";
import {MarketVector} from "../interfaces/IRiskEngine.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {GridWords} from "./GridWords.sol";
import {NodeGrid} from "./NodeGrid.sol";
import {MarketSums} from "./Walk.sol";

/// @title VectorMath
/// @notice From lane sums to a market's vector in US dollars. Pure.
library VectorMath {
    /// @notice Turns the sums into US dollars at every node and at the live spot.
    function finish(MarketSums memory sums) internal pure returns (MarketVector memory vector) {
        uint256 gross = NodeGrid.grossOf(sums.cells);
        if (gross >= NodeGrid.MAX_GROSS) revert IRiskArrays.RiskArrays_QuantityTooLarge(gross);
        (vector.market, vector.status, vector.live) = (sums.market, sums.status, sums.live);
        vector.spot = sums.spot;
        vector.longMark = sums.longMark;
        vector.unpriced = sums.unpriced;
        if (sums.collateral != 0) vector.collateral = FixedPoint.mulDown(sums.collateral, sums.spot);
        int256[30] memory values = vector.nodeValues;
        unchecked {
            // Lanes < 2^80, reference < 2^64; putForward < 2^180; collateral < 2^128 [wad]; levels < 2^63.
            int256 base = int256(GridWords.referenceOf(sums.grid));
            int256 unit = base * 100;
            uint256 drift = GridWords.driftLimitOf(sums.grid);
            NodeGrid.decode(
                sums.cells,
                NodeGrid.multipliers(GridWords.outerOf(sums.grid), drift),
                unit,
                int256(sums.collateral) * base - sums.putForward,
                sums.putStrike * 1e8 + sums.settled,
                values
            );
            if (sums.spot == 0) vector.mark = sums.settled;
            else (vector.mark, vector.delta) = _markAt(values, sums.spot, uint256(base) * 1e10, drift);
            uint256 shorts = sums.calls < 0 ? uint256(-sums.calls) : 0;
            if (sums.puts < 0) shorts += uint256(-sums.puts);
            vector.netShort = shorts * 1e10;
            // Rounded up: a lane unit is base * 100 / 2^29 [wad USD] for each 1e-8 contracts.
            if (sums.vegaUp != 0) vector.vegaUp = _dollarsUp(sums.vegaUp, unit);
            if (sums.vegaEither != 0) vector.vegaEither = _dollarsUp(sums.vegaEither, unit);
        }
    }

    function _dollarsUp(uint256 lanes, int256 unit) private pure returns (uint256) {
        return ((lanes * uint256(unit)) >> NodeGrid.VALUE_BITS) + 1;
    }

    /// @dev The vector at the live spot and its slope there, straight between the two unshocked nodes around it (rounded down), flat beyond.
    /// @param drift how far the unshocked nodes reach [wad], above zero
    function _markAt(
        int256[30] memory values,
        uint256 spot,
        uint256 base,
        uint256 drift
    ) private pure returns (int256 mark, int256 delta) {
        uint256 level = FixedPoint.mulDivDown(spot, 1e18, base) + drift;
        uint256 offset = level > 1e18 ? level - 1e18 : 0;
        uint256 step = drift / 2;
        uint256 index = FixedPoint.min(offset / step, 3);
        uint256 node = NodeGrid.FIRST_DENSE + index;
        uint256 part = FixedPoint.min(offset - index * step, step);
        int256 rise;
        assembly ("memory-safe") {
            // Nodes below 29.
            mark := mload(add(values, shl(5, node)))
            rise := sub(mload(add(values, shl(5, add(node, 1)))), mark)
        }
        mark += FixedPoint.signedDivDown(rise * int256(part), int256(step));
        delta = FixedPoint.signedDivDown(rise * 1e36, int256(step * base));
    }
}
