// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MarketVector} from "../interfaces/IRiskEngine.sol";
import {MarketParameters} from "../interfaces/IRiskParameters.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {NodeGrid} from "./NodeGrid.sol";

/// @notice What adds to the scan for the whole market at once.
/// @param stretch factor on every loss [wad]: how much wider the scan for new risk is than the arrays' own
/// @param staleShare how stale the surface is, 0 to 1 [wad]
/// @param depegShare how far the cash token is from a dollar [wad]
struct Stress {
    uint256 stretch;
    uint256 staleShare;
    uint256 depegShare;
}

/// @notice One market, judged.
/// @param equity mark less bid spread and collateral haircut [wad USD]
/// @param losses at every node against that mark, tails dampened; negative is a gain [wad USD]
/// @param scan the largest loss, at least zero
/// @param node where it is
/// @param minimum short option minimum
/// @param calendar the part of vega losses that expiries may not offset
/// @param extra concentration, stale surface and depeg, and strikes of what has no price
/// @param credit across markets, for this market's part [wad]
/// @param factor maintenance / initial, for this market's part [wad]
struct MarketMargin {
    int256 equity;
    int256[30] losses;
    uint256 scan;
    uint256 node;
    uint256 minimum;
    uint256 calendar;
    uint256 extra;
    uint256 credit;
    uint256 factor;
}

/// @notice What all markets together ask for [wad USD].
/// @param requirement rounded up
/// @param factor maintenance / initial, each market's weighted by what it asks for [wad], rounded up
/// @param market index of the one that asks for most
struct Joined {
    uint256 requirement;
    uint256 factor;
    uint256 market;
}

/// @title Margin
/// @notice The requirement as a pure function of market vectors and parameters. Every rounding raises it.
/// Losses are counted from the value that equity credits, so for nodes that are not tails equity less requirement is
/// cash plus the worst node's worth: no haircut counts twice, and a long that adds little equity asks for nothing.
/// The scan, the short option minimum and the calendar charge are floors to each other, not a sum: the largest of
/// subadditive terms is subadditive. Concentration, staleness and depeg come on top.
library Margin {
    uint256 private constant WAD = 1e18;

    /// @notice Judges one market.
    function judge(
        MarketVector memory vector,
        MarketParameters memory p,
        Stress memory stress
    ) internal pure returns (MarketMargin memory result) {
        int256 bid = vector.mark - int256(FixedPoint.mulUp(vector.longMark, p.bidSpread));
        result.equity = bid - int256(FixedPoint.mulUp(vector.collateral, p.collateralHaircut));
        (result.credit, result.factor) = (p.crossMarketCredit, p.maintenanceFactor);
        uint256 stretch = stress.stretch;
        (result.scan, result.node) = _scan(result.losses, vector.nodeValues, bid, p.scanRange);
        if (stretch != WAD) {
            for (uint256 node; node < NodeGrid.NODES; ++node) {
                int256 loss = result.losses[node];
                if (loss > 0) result.losses[node] = int256(_stretchUp(uint256(loss), stretch));
            }
            if (result.scan != 0) result.scan = _stretchUp(result.scan, stretch);
        }
        uint256 vega = vector.vegaEither;
        if (stretch != WAD) vega = FixedPoint.mulUp(vega, stretch);
        result.calendar = FixedPoint.mulUp(vega, p.calendarCharge);
        uint256 notional = FixedPoint.mulUp(vector.spot, vector.netShort);
        result.minimum = FixedPoint.mulUp(notional, p.shortOptionMinimum);
        if (notional != 0) {
            uint256 share = FixedPoint.divUp(vector.netShort, p.liquidityLimit * WAD);
            result.extra = FixedPoint.mulUp(FixedPoint.mulUp(notional, p.concentration), share);
        }
        // Without any price only size is known: what asks for its strikes cannot grow unseen.
        result.extra += vector.unpriced;
        if (stress.staleShare != 0) {
            uint256 addOn = FixedPoint.mulUp(vector.vegaUp, p.staleAddOn);
            result.extra += FixedPoint.mulUp(addOn, stress.staleShare);
        }
        if (stress.depegShare != 0) {
            result.extra += FixedPoint.mulUp(notional + vector.collateral, stress.depegShare);
        }
    }

    /// @notice Joins markets: sum of (1 - c) * each market's worst + worst of all markets moving alike, each counted with
    /// its c, which is credit only for positions that offset under joint moves. Each market asks for at least its short
    /// option minimum and its calendar charge, and so does the joint scenario. What comes on top is added up.
    /// A market that asks for next to nothing changes next to nothing, whatever its parameters.
    function join(MarketMargin[] memory markets) internal pure returns (Joined memory joined) {
        uint256 alone; // [wad USD * wad]
        uint256 minimum;
        uint256 calendar;
        uint256 extra;
        uint256 asked;
        uint256 weighted;
        uint256 largest;
        for (uint256 i; i < markets.length; ++i) {
            MarketMargin memory margin = markets[i];
            uint256 own = FixedPoint.max(FixedPoint.max(margin.scan, margin.minimum), margin.calendar);
            alone += own * (markets.length == 1 ? WAD : WAD - margin.credit);
            minimum += margin.minimum * margin.credit;
            calendar += margin.calendar * margin.credit;
            extra += margin.extra;
            own += margin.extra;
            asked += own;
            weighted += own * margin.factor;
            if (own > largest) (largest, joined.market) = (own, i);
        }
        if (asked != 0) joined.factor = _ceil(weighted, asked);
        joined.requirement = _ceil(alone, WAD) + extra;
        if (markets.length > 1) {
            joined.requirement += _ceil(_worstTogether(markets, FixedPoint.max(minimum, calendar)), WAD);
        }
    }

    /// @dev The largest of `least` and, over all nodes, the sum of losses, each times its market's credit.
    function _worstTogether(
        MarketMargin[] memory markets,
        uint256 least
    ) private pure returns (uint256 worst) {
        worst = least;
        for (uint256 node; node < NodeGrid.NODES; ++node) {
            int256 loss;
            for (uint256 i; i < markets.length; ++i) {
                loss += markets[i].losses[node] * int256(markets[i].credit);
            }
            if (loss > int256(worst)) worst = uint256(loss);
        }
    }

    function _ceil(uint256 a, uint256 b) private pure returns (uint256) {
        return (a + b - 1) / b;
    }

    /// @notice How much wider a scan with `p` is than one with `arrays`, whose parameters the arrays were made with [wad].
    function stretchOf(
        MarketParameters memory p,
        MarketParameters memory arrays
    ) internal pure returns (uint256 stretch) {
        stretch = WAD;
        stretch = FixedPoint.max(stretch, FixedPoint.divUp(p.scanRange, arrays.scanRange));
        stretch = FixedPoint.max(stretch, FixedPoint.divUp(p.volUp, arrays.volUp));
        stretch = FixedPoint.max(stretch, FixedPoint.divUp(p.volDown, arrays.volDown));
    }

    function _stretchUp(uint256 loss, uint256 stretch) private pure returns (uint256) {
        return (loss * stretch) / WAD + 1;
    }

    /// @dev Fills in the losses, and finds the largest above zero and its node. A tail's profit or loss is scaled by
    /// scanRange / |move|, rounded up, so that a far tail weighs like the edge of the scan.
    function _scan(
        int256[30] memory losses,
        int256[30] memory values,
        int256 bid,
        uint256 scanRange
    ) private pure returns (uint256 worst, uint256 worstNode) {
        unchecked {
            // Values are below 2^200 and ratios below 2^62.
            for (uint256 tail; tail < NodeGrid.TAILS; ++tail) {
                uint256 move = NodeGrid.tail(tail);
                uint256 node = NodeGrid.FIRST_TAIL + tail;
                int256 scaled = (bid - values[node]) * int256(scanRange < move ? scanRange : move);
                int256 loss = scaled / int256(move);
                if (scaled > loss * int256(move)) ++loss;
                losses[node] = loss;
            }
        }
        assembly ("memory-safe") {
            // Nodes 5 and 10.
            let firstTail := add(losses, 0xa0)
            let lastTail := add(losses, 0x140)
            let from := values
            let end := add(losses, 0x3c0)
            let where := losses
            for {
                let to := losses
            } lt(to, end) {
                to := add(to, 0x20)
                from := add(from, 0x20)
            } {
                let loss := mload(to)
                if or(lt(to, firstTail), gt(to, lastTail)) {
                    loss := sub(bid, mload(from))
                    mstore(to, loss)
                }
                if sgt(loss, worst) {
                    worst := loss
                    where := to
                }
            }
            worstNode := shr(5, sub(where, losses))
        }
    }
}
