// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IHedgeVenue} from "../interfaces/IHedgeVenue.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";

/// @title OrderSplit
/// @notice Splits an order over venues by marginal price: parts of a quarter go one by one to whoever does the next part
/// best. Cost is convex in the amount, so no quarters of another split, and no venue alone, do better by more than what the
/// division leaves. Asks venues, which simulate the whole trade; nobody's momentary price.
library OrderSplit {
    uint256 private constant PARTS = 4;

    /// @dev What a venue has got so far, and what the next part would make of it.
    struct Lane {
        uint256 amount;
        uint256 cash;
        uint256 nextAmount;
        uint256 nextCash;
        bool closed;
    }

    /// @notice How much each of `list` gets [token units]; together at most `total`, each at most its limit.
    function split(
        IHedgeVenue[] memory list,
        uint256[] memory limits,
        bool buy,
        uint256 total
    ) internal returns (uint256[] memory amounts) {
        amounts = new uint256[](list.length);
        uint256 able;
        uint256 last;
        for (uint256 i; i < list.length; ++i) {
            if (limits[i] == 0) continue;
            ++able;
            last = i;
        }
        if (able == 0 || total == 0) return amounts;
        if (able == 1) amounts[last] = FixedPoint.min(total, limits[last]);
        else _share(list, limits, buy, total, amounts);
    }

    function _share(
        IHedgeVenue[] memory list,
        uint256[] memory limits,
        bool buy,
        uint256 total,
        uint256[] memory amounts
    ) private {
        Lane[] memory lanes = new Lane[](list.length);
        uint256 part = total < PARTS ? total : total / PARTS;
        for (uint256 i; i < list.length; ++i)
            _ask(lanes[i], list[i], limits[i], buy, FixedPoint.min(part, total));
        uint256 given;
        // A venue that reaches its limit costs a step beside the quarters, and so does the remainder of the division.
        for (uint256 step; step < PARTS + list.length + 1 && given < total; ++step) {
            uint256 best = _best(lanes, buy);
            if (best == lanes.length) break;
            Lane memory lane = lanes[best];
            given += lane.nextAmount - lane.amount;
            (lane.amount, lane.cash) = (lane.nextAmount, lane.nextCash);
            amounts[best] = lane.amount;
            uint256 rest = total - given;
            if (rest < PARTS) {
                // What the division leaves: a few units, without asking again.
                uint256 extra = FixedPoint.min(rest, limits[best] - lane.amount);
                amounts[best] += extra;
                return;
            }
            _ask(lane, list[best], limits[best], buy, FixedPoint.min(part, rest));
            _shorten(lanes, list, limits, buy, rest);
        }
    }

    /// @dev Asks what the next part would cost a lane.
    function _ask(Lane memory lane, IHedgeVenue venue, uint256 limit, bool buy, uint256 part) private {
        lane.nextAmount = FixedPoint.min(lane.amount + part, limit);
        if (lane.nextAmount == lane.amount) {
            lane.closed = true;
            return;
        }
        try venue.quote(buy, lane.nextAmount) returns (uint256 cash) {
            lane.nextCash = cash;
        } catch {
            lane.closed = true;
        }
    }

    /// @dev Asks again those whose next part would be more than what is left.
    function _shorten(
        Lane[] memory lanes,
        IHedgeVenue[] memory list,
        uint256[] memory limits,
        bool buy,
        uint256 rest
    ) private {
        for (uint256 i; i < lanes.length; ++i) {
            if (lanes[i].closed || lanes[i].nextAmount - lanes[i].amount <= rest) continue;
            _ask(lanes[i], list[i], limits[i], buy, rest);
        }
    }

    /// @dev Who does the next part at the best price a unit; the length if nobody can.
    function _best(Lane[] memory lanes, bool buy) private pure returns (uint256 best) {
        best = lanes.length;
        for (uint256 i; i < lanes.length; ++i) {
            if (lanes[i].closed) continue;
            if (best == lanes.length) {
                best = i;
                continue;
            }
            Lane memory one = lanes[i];
            Lane memory other = lanes[best];
            uint256 left = (one.nextCash - one.cash) * (other.nextAmount - other.amount);
            uint256 right = (other.nextCash - other.cash) * (one.nextAmount - one.amount);
            if (buy ? left < right : left > right) best = i;
        }
    }
}
