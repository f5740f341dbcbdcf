// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MarketVector} from "../interfaces/IRiskArrays.sol";
import {MarketParameters} from "../interfaces/IRiskParameters.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {NodeGrid} from "./NodeGrid.sol";

/// @notice One market, judged.
/// @param equity mark less bid spread and collateral haircut [wad USD]
/// @param losses at every node against that mark, tails dampened; negative is a gain [wad USD]
/// @param scan the largest loss, at least zero
/// @param node where it is
/// @param minimum short option minimum
struct MarketMargin {
    int256 equity;
    int256[30] losses;
    uint256 scan;
    uint256 node;
    uint256 minimum;
}

/// @title Margin
/// @notice The requirement as a pure function of market vectors and parameters. Every rounding raises it.
/// Losses are counted from the value that equity credits, so for nodes that are not tails equity less requirement is
/// cash plus the worst node's worth: no haircut counts twice, and a long that adds little equity asks for nothing.
/// @dev What is not charged yet: opposite vega in different expiries (calendar) and an account's share of a market's
/// liquidity (concentration).
library Margin {
    /// @notice Judges one market.
    function judge(
        MarketVector memory vector,
        MarketParameters memory p
    ) internal pure returns (MarketMargin memory result) {
        int256 bid = vector.mark - int256(FixedPoint.mulUp(vector.longMark, p.bidSpread));
        result.equity = bid - int256(FixedPoint.mulUp(vector.collateral, p.collateralHaircut));
        int256 worst;
        for (uint256 node; node < NodeGrid.NODES; ++node) {
            int256 loss = bid - vector.nodeValues[node];
            if (node >= NodeGrid.FIRST_TAIL && node < NodeGrid.LANES) {
                loss = _dampenedUp(loss, node - NodeGrid.FIRST_TAIL, p.scanRange);
            }
            result.losses[node] = loss;
            if (loss > worst) {
                worst = loss;
                result.node = node;
            }
        }
        result.scan = uint256(worst);
        uint256 perContract = FixedPoint.mulUp(vector.spot, p.shortOptionMinimum);
        result.minimum = FixedPoint.mulUp(perContract, vector.netShort);
    }

    /// @notice Joins markets: (1 - c) * sum of each market's worst + c * worst of all markets moving alike, which is
    /// credit only for positions that offset under joint moves. Each market asks for at least its short option minimum,
    /// and so does the joint scenario.
    /// @param credit c [wad]
    /// @return requirement [wad USD], rounded up
    /// @return market index within `markets` of the one that asks for most
    function join(
        MarketMargin[] memory markets,
        uint256 credit
    ) internal pure returns (uint256 requirement, uint256 market) {
        uint256 sum;
        uint256 minimum;
        uint256 largest;
        for (uint256 i; i < markets.length; ++i) {
            uint256 own = FixedPoint.max(markets[i].scan, markets[i].minimum);
            sum += own;
            minimum += markets[i].minimum;
            if (own > largest) (largest, market) = (own, i);
        }
        if (markets.length < 2) return (sum, market);
        uint256 joint = minimum;
        for (uint256 node; node < NodeGrid.NODES; ++node) {
            int256 loss;
            for (uint256 i; i < markets.length; ++i) loss += markets[i].losses[node];
            if (loss > int256(joint)) joint = uint256(loss);
        }
        requirement = FixedPoint.mulUp(sum, 1e18 - credit) + FixedPoint.mulUp(joint, credit);
    }

    /// @dev A tail's profit or loss scaled by scanRange / |move|, so that a far tail weighs like the edge of the scan.
    function _dampenedUp(int256 loss, uint256 tail, uint256 scanRange) private pure returns (int256) {
        uint256 move = NodeGrid.tail(tail);
        return FixedPoint.signedDivUp(loss * int256(FixedPoint.min(scanRange, move)), int256(move));
    }
}
