// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRiskArrays} from "../interfaces/IRiskArrays.sol";
import {MarketVector} from "../interfaces/IRiskEngine.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {NodeGrid} from "./NodeGrid.sol";
import {MarketSums} from "./Walk.sol";

/// @title VectorMath
/// @notice From lane sums to a market's vector in US dollars. Pure.
library VectorMath {
    /// @notice Turns the sums into US dollars at every node and at the live spot.
    function finish(MarketSums memory sums) internal pure returns (MarketVector memory vector) {
        if (NodeGrid.grossOf(sums.cells) >= NodeGrid.MAX_GROSS) {
            revert IRiskArrays.RiskArrays_QuantityTooLarge(NodeGrid.grossOf(sums.cells));
        }
        (vector.market, vector.status, vector.live) = (sums.market, sums.status, sums.live);
        vector.spot = sums.spot;
        vector.longMark = sums.longMark;
        vector.unpriced = sums.unpriced;
        vector.collateral = FixedPoint.mulDown(sums.collateral, sums.spot);
        int256[30] memory values = NodeGrid.decode(sums.cells);
        unchecked {
            // Lanes < 2^80, reference < 2^64; putForward < 2^147; collateral < 2^128 [wad]; levels < 2^63.
            int256 base = int256(uint256(sums.grid.referenceSpot));
            int256 unit = base * 100;
            uint256 drift = uint256(sums.grid.driftLimit) * 1e9;
            _toDollars(
                values,
                NodeGrid.multipliers(uint256(sums.grid.outer) * 1e9, drift),
                unit,
                int256(sums.collateral) * base - sums.putForward * 1e10,
                sums.putStrike * 1e8 + sums.settled
            );
            vector.nodeValues = values;
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

    /// @dev Lane sums to US dollars, and what is linear in the level beside them: everything rounds down.
    function _toDollars(
        int256[30] memory values,
        uint256[30] memory m,
        int256 unit,
        int256 slope,
        int256 constant_
    ) private pure {
        assembly ("memory-safe") {
            let end := add(values, 0x3c0)
            for {
                let at := values
                let level := m
            } lt(at, end) {} {
                let linear := mul(slope, mload(level))
                // sdiv truncates, so a negative remainder takes one more.
                let whole := sub(
                    sdiv(linear, 100000000000000000000000000),
                    slt(smod(linear, 100000000000000000000000000), 0)
                )
                mstore(at, add(add(sar(29, mul(mload(at), unit)), whole), constant_))
                at := add(at, 0x20)
                level := add(level, 0x20)
            }
        }
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
        int256 rise = values[node + 1] - values[node];
        mark = values[node] + FixedPoint.signedDivDown(rise * int256(part), int256(step));
        delta = FixedPoint.signedDivDown(rise * 1e36, int256(step * base));
    }
}
