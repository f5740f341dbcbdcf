// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MarketVector} from "../interfaces/IRiskEngine.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {NodeGrid} from "./NodeGrid.sol";
import {ParameterRamp} from "./ParameterRamp.sol";

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
/// @param bid mark less bid spread: what losses are counted from
/// @param terms it was judged by, the first word of ParameterRamp
/// @param stretch of its losses [wad]
/// @param scan the largest loss, at least zero
/// @param node where it is
/// @param minimum short option minimum
/// @param calendar the part of vega losses that expiries may not offset
/// @param extra concentration, stale surface and depeg, and strikes of what has no price
struct MarketMargin {
    int256 equity;
    int256 bid;
    uint256 terms;
    uint256 stretch;
    uint256 scan;
    uint256 node;
    uint256 minimum;
    uint256 calendar;
    uint256 extra;
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
    /// @param terms first word of ParameterRamp
    function judge(
        MarketVector memory vector,
        uint256 terms,
        Stress memory stress
    ) internal pure returns (MarketMargin memory result) {
        uint256 stretch = stress.stretch;
        int256 bid = vector.mark - int256(mulUp(vector.longMark, ParameterRamp.bidSpreadOf(terms)));
        uint256 haircut = mulUp(vector.collateral, ParameterRamp.collateralHaircutOf(terms));
        (result.equity, result.bid) = (bid - int256(haircut), bid);
        (result.terms, result.stretch) = (terms, stretch);
        (result.scan, result.node) = _scan(vector.nodeValues, bid, ParameterRamp.scanRangeOf(terms));
        uint256 vega = vector.vegaEither;
        if (stretch != WAD) {
            if (result.scan != 0) result.scan = _stretchUp(result.scan, stretch);
            vega = mulUp(vega, stretch);
        }
        result.calendar = mulUp(vega, ParameterRamp.calendarChargeOf(terms));
        // Without any price only size is known: what asks for its strikes cannot grow unseen.
        uint256 extra = vector.unpriced;
        uint256 notional;
        if (vector.netShort != 0) {
            notional = mulUp(vector.spot, vector.netShort);
            result.minimum = mulUp(notional, ParameterRamp.shortOptionMinimumOf(terms));
            extra += _concentration(vector.netShort, notional, terms);
        }
        if (stress.staleShare != 0) {
            extra += mulUp(mulUp(vector.vegaUp, ParameterRamp.staleAddOnOf(terms)), stress.staleShare);
        }
        if (stress.depegShare != 0) extra += mulUp(notional + vector.collateral, stress.depegShare);
        result.extra = extra;
    }

    function _concentration(
        uint256 netShort,
        uint256 notional,
        uint256 terms
    ) private pure returns (uint256) {
        uint256 concentration = ParameterRamp.concentrationOf(terms);
        if (concentration == 0) return 0;
        uint256 share = _ceil(netShort, ParameterRamp.liquidityLimitOf(terms));
        return mulUp(mulUp(notional, concentration), share);
    }

    /// @notice The loss of a judged market at one node; negative is a gain [wad USD].
    function lossAt(
        MarketVector memory vector,
        MarketMargin memory margin,
        uint256 node
    ) internal pure returns (int256 loss) {
        loss = margin.bid - vector.nodeValues[node];
        if (node >= NodeGrid.FIRST_TAIL && node < NodeGrid.FIRST_TAIL + NodeGrid.TAILS) {
            loss = _dampenUp(loss, ParameterRamp.scanRangeOf(margin.terms), NodeGrid.tailMove(node));
        }
        if (margin.stretch != WAD && loss > 0) loss = int256(_stretchUp(uint256(loss), margin.stretch));
    }

    /// @notice Joins markets: sum of (1 - c) * each market's worst + worst of all markets moving alike, each counted with
    /// its c, which is credit only for positions that offset under joint moves. Each market asks for at least its short
    /// option minimum and its calendar charge, and so does the joint scenario. What comes on top is added up.
    /// A market that asks for next to nothing changes next to nothing, whatever its parameters.
    /// @param vectors of the same markets
    function join(
        MarketMargin[] memory markets,
        MarketVector[] memory vectors
    ) internal pure returns (Joined memory joined) {
        if (markets.length == 1) {
            // A single market needs no credit.
            MarketMargin memory only = markets[0];
            joined.requirement = _floorOf(only) + only.extra;
            if (joined.requirement != 0) joined.factor = ParameterRamp.maintenanceFactorOf(only.terms);
            return joined;
        }
        uint256 alone; // [wad USD * wad]
        uint256 minimum;
        uint256 calendar;
        uint256 extra;
        uint256 asked;
        uint256 weighted;
        uint256 largest;
        for (uint256 i; i < markets.length; ++i) {
            MarketMargin memory margin = markets[i];
            uint256 own = _floorOf(margin);
            uint256 credit = ParameterRamp.crossMarketCreditOf(margin.terms);
            alone += own * (WAD - credit);
            minimum += margin.minimum * credit;
            calendar += margin.calendar * credit;
            extra += margin.extra;
            own += margin.extra;
            asked += own;
            weighted += own * ParameterRamp.maintenanceFactorOf(margin.terms);
            if (own > largest) (largest, joined.market) = (own, i);
        }
        if (asked != 0) joined.factor = _ceil(weighted, asked);
        if (markets.length == 0) return joined;
        uint256 together = _worstTogether(markets, vectors, FixedPoint.max(minimum, calendar));
        joined.requirement = _ceil(alone, WAD) + extra + _ceil(together, WAD);
    }

    function _floorOf(MarketMargin memory margin) private pure returns (uint256) {
        return FixedPoint.max(FixedPoint.max(margin.scan, margin.minimum), margin.calendar);
    }

    /// @dev The largest of `least` and, over all nodes, the sum of losses, each times its market's credit.
    function _worstTogether(
        MarketMargin[] memory markets,
        MarketVector[] memory vectors,
        uint256 least
    ) private pure returns (uint256 worst) {
        worst = least;
        for (uint256 node; node < NodeGrid.NODES; ++node) {
            int256 loss;
            for (uint256 i; i < markets.length; ++i) {
                uint256 credit = ParameterRamp.crossMarketCreditOf(markets[i].terms);
                loss += lossAt(vectors[i], markets[i], node) * int256(credit);
            }
            if (loss > int256(worst)) worst = uint256(loss);
        }
    }

    function _ceil(uint256 a, uint256 b) private pure returns (uint256) {
        return (a + b - 1) / b;
    }

    function _stretchUp(uint256 loss, uint256 stretch) private pure returns (uint256) {
        return (loss * stretch) / WAD + 1;
    }

    /// @dev A tail's profit or loss is scaled by scanRange / |move|, rounded up, so that a far tail weighs like the edge
    /// of the scan.
    function _dampenUp(int256 loss, uint256 scanRange, uint256 move) private pure returns (int256 scaled) {
        if (scanRange >= move) return loss;
        unchecked {
            // Losses are below 2^200 and ratios below 2^62.
            int256 product = loss * int256(scanRange);
            scaled = product / int256(move);
            if (product > scaled * int256(move)) ++scaled;
        }
    }

    /// @dev The largest loss above zero against `bid`, and the first node that has it.
    function _scan(
        int256[30] memory values,
        int256 bid,
        uint256 scanRange
    ) private pure returns (uint256 worst, uint256 worstNode) {
        // A loss above zero is a value below the bid; without tails the lowest value loses most.
        (int256 lowest, uint256 where) = _lowest(values, 0, NodeGrid.FIRST_TAIL, bid);
        (int256 rest, uint256 whereRest) = _lowest(values, NodeGrid.FIRST_DOWN, NodeGrid.NODES, bid);
        unchecked {
            // Values are below 2^200.
            int256 loss = bid - lowest;
            for (uint256 node = NodeGrid.FIRST_TAIL; node < NodeGrid.FIRST_DOWN; ++node) {
                int256 value;
                assembly ("memory-safe") {
                    value := mload(add(values, shl(5, node)))
                }
                // Dampening brings no loss above itself.
                if (bid - value <= loss) continue;
                int256 tail = _dampenUp(bid - value, scanRange, NodeGrid.tailMove(node));
                if (tail > loss) (loss, where) = (tail, node);
            }
            if (bid - rest > loss) (loss, where) = (bid - rest, whereRest);
            if (loss > 0) (worst, worstNode) = (uint256(loss), where);
        }
    }

    /// @dev The lowest of values [from, to) that is below `bound`, and the first node that has it; else `bound` and zero.
    function _lowest(
        int256[30] memory values,
        uint256 from,
        uint256 to,
        int256 bound
    ) private pure returns (int256 lowest, uint256 node) {
        assembly ("memory-safe") {
            lowest := bound
            let where := values
            let end := add(values, shl(5, to))
            for {
                let at := add(values, shl(5, from))
            } lt(at, end) {
                at := add(at, 0x20)
            } {
                let value := mload(at)
                if slt(value, lowest) {
                    lowest := value
                    where := at
                }
            }
            node := shr(5, sub(where, values))
        }
    }

    /// @notice a * b rounded up [wad]; what is small needs no more than one word.
    function mulUp(uint256 a, uint256 b) internal pure returns (uint256) {
        if ((a | b) >> 127 != 0) return FixedPoint.mulUp(a, b);
        unchecked {
            return (a * b + WAD - 1) / WAD;
        }
    }
}
