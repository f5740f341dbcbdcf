// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MarketParameters} from "../../contracts/interfaces/IRiskParameters.sol";
import {FixedPoint} from "../../contracts/libraries/FixedPoint.sol";
import {Black76} from "../../contracts/pricing/Black76.sol";
import {VolSurface} from "../../contracts/pricing/VolSurface.sol";

/// @param spot live [wad USD]
/// @param referenceSpot that levels are multiples of [wad USD]
/// @param computedAt options are valued as of here, unix seconds
/// @param collateral [wad units]
/// @param staleness from 0 within the surface's heartbeat to 1 at two heartbeats [wad]
/// @param depegShare how far the cash token is from a dollar beyond the tolerance [wad]
struct FullMarket {
    uint256 spot;
    uint256 referenceSpot;
    uint256 computedAt;
    uint256 collateral;
    uint256 staleness;
    uint256 depegShare;
}

/// @param expiry unix seconds, after the market's computedAt
/// @param forward at the reference spot [wad USD]
/// @param slice packed, see VolSurface
/// @param strike [wad USD]
/// @param quantity [wad contracts]
struct FullLeg {
    uint256 expiry;
    uint256 forward;
    uint256 slice;
    uint256 strike;
    bool isPut;
    int256 quantity;
}

/// @notice Every term by its name [wad USD].
struct FullVerdict {
    int256[30] values;
    int256 mark;
    int256 longMark;
    int256 equity;
    int256 scan;
    int256 minimum;
    int256 calendar;
    int256 extra;
    int256 initial;
}

/// @dev Sums over legs.
struct FullSums {
    uint256 outer;
    int256 calls;
    int256 puts;
    int256 vegaUp;
    int256 vegaEither;
}

/// @notice The margin of one market by full revaluation: every leg priced anew at every node from the surface, nothing
/// hoisted, packed, netted or stored. Written from the formulas of docs/MARGIN.md and not from the contracts that it
/// judges; it shares with them only the pricing library. Divisions are rounded towards zero.
contract FullRevaluation {
    enum State {
        Up,
        Down,
        Same
    }

    int256 private constant WAD = 1e18;
    uint256 private constant YEAR = 365 days;

    /// @notice The verdict on legs and collateral without cash.
    function assess(
        FullMarket calldata market,
        FullLeg[] calldata legs,
        MarketParameters calldata p
    ) external pure returns (FullVerdict memory v) {
        FullSums memory sums;
        sums.outer = p.scanRange + p.driftLimit + (uint256(p.scanRange) * p.driftLimit) / 1e18;
        sums.outer = ((sums.outer + 1e15 - 1) / 1e15) * 1e15;
        for (uint256 i; i < legs.length; ++i) _addLeg(market, legs[i], p, sums, v);
        for (uint256 i; i < legs.length; ++i) _addExpiry(market, legs, i, p, sums);
        for (uint256 node; node < 30; ++node) {
            (uint256 level, , ) = nodeAt(node, sums.outer, p.driftLimit);
            v.values[node] += int256((((market.collateral * market.referenceSpot) / 1e18) * level) / 1e18);
        }
        v.mark = _markAt(v.values, (market.spot * 1e18) / market.referenceSpot, p.driftLimit);
        _judge(market, p, sums, v);
    }

    /// @notice Level [wad], state of volatility and the move of a tail [wad], zero for others.
    function nodeAt(
        uint256 node,
        uint256 outer,
        uint256 driftLimit
    ) public pure returns (uint256 level, State state, uint256 move) {
        if (node >= 25) return (1e18 - driftLimit + ((node - 25) * driftLimit) / 2, State.Same, 0);
        if (node == 24) return (1e18 + outer, State.Same, 0);
        if (node >= 11) return (1e18 - outer + ((node - 11) * outer) / 6, State.Down, 0);
        if (node < 5) return (1e18 - outer + (node * outer) / 2, State.Up, 0);
        move = [uint256(0.66e18), 0.5e18, 0.33e18, 0.5e18, 1e18, 2e18][node - 5];
        if (node < 8) level = ((1e18 - move) * (1e18 - driftLimit)) / 1e18;
        else level = ((1e18 + move) * (1e18 + driftLimit)) / 1e18;
    }

    /// @notice One contract at a level and a state of volatility [wad USD].
    function valueAt(
        FullMarket calldata market,
        FullLeg calldata leg,
        MarketParameters calldata p,
        uint256 level,
        State state
    ) public pure returns (int256) {
        uint256 forward = (leg.forward * level) / 1e18;
        uint256 s = _deviation(market, leg, p, state);
        uint256 call = Black76.revalue(forward, leg.strike, FixedPoint.lnRatio(forward, leg.strike), s);
        return leg.isPut ? int256(call) + int256(leg.strike) - int256(forward) : int256(call);
    }

    function _addLeg(
        FullMarket calldata market,
        FullLeg calldata leg,
        MarketParameters calldata p,
        FullSums memory sums,
        FullVerdict memory v
    ) private pure {
        for (uint256 node; node < 30; ++node) {
            (uint256 level, State state, ) = nodeAt(node, sums.outer, p.driftLimit);
            v.values[node] += (leg.quantity * valueAt(market, leg, p, level, state)) / WAD;
        }
        if (leg.quantity > 0) v.longMark += (leg.quantity * valueAt(market, leg, p, 1e18, State.Same)) / WAD;
        if (leg.isPut) sums.puts += leg.quantity;
        else sums.calls += leg.quantity;
    }

    /// @dev Adds what the legs of one expiry lose when volatility alone moves, at the first of them.
    function _addExpiry(
        FullMarket calldata market,
        FullLeg[] calldata legs,
        uint256 first,
        MarketParameters calldata p,
        FullSums memory sums
    ) private pure {
        int256 up;
        int256 down;
        for (uint256 i; i < legs.length; ++i) {
            if (legs[i].expiry != legs[first].expiry) continue;
            if (i < first) return;
            int256 same = valueAt(market, legs[i], p, 1e18, State.Same);
            up += (legs[i].quantity * (same - valueAt(market, legs[i], p, 1e18, State.Up))) / WAD;
            down += (legs[i].quantity * (same - valueAt(market, legs[i], p, 1e18, State.Down))) / WAD;
        }
        sums.vegaUp += _larger(up, 0);
        sums.vegaEither += _larger(_larger(up, down), 0);
    }

    function _judge(
        FullMarket calldata market,
        MarketParameters calldata p,
        FullSums memory sums,
        FullVerdict memory v
    ) private pure {
        int256 bid = v.mark - (v.longMark * int256(uint256(p.bidSpread))) / WAD;
        int256 held = int256((market.collateral * market.spot) / 1e18);
        v.equity = bid - (held * int256(uint256(p.collateralHaircut))) / WAD;
        for (uint256 node; node < 30; ++node) {
            (, , uint256 move) = nodeAt(node, sums.outer, p.driftLimit);
            int256 loss = bid - v.values[node];
            if (move > p.scanRange) loss = (loss * int256(uint256(p.scanRange))) / int256(move);
            v.scan = _larger(v.scan, loss);
        }
        int256 short = _larger(-sums.calls, 0) + _larger(-sums.puts, 0);
        int256 notional = (short * int256(market.spot)) / WAD;
        v.minimum = (notional * int256(uint256(p.shortOptionMinimum))) / WAD;
        v.calendar = (sums.vegaEither * int256(uint256(p.calendarCharge))) / WAD;
        int256 share = short / int256(uint256(p.liquidityLimit));
        v.extra = (((notional * share) / WAD) * int256(uint256(p.concentration))) / WAD;
        v.extra += (((sums.vegaUp * int256(market.staleness)) / WAD) * int256(uint256(p.staleAddOn))) / WAD;
        v.extra += ((notional + held) * int256(market.depegShare)) / WAD;
        v.initial = _larger(v.scan, _larger(v.minimum, v.calendar)) + v.extra;
    }

    /// @dev Straight between the unshocked nodes around the live level, flat beyond the outermost.
    function _markAt(int256[30] memory values, uint256 level, uint256 drift) private pure returns (int256) {
        if (level <= 1e18 - drift) return values[25];
        if (level >= 1e18 + drift) return values[29];
        uint256 index = ((level + drift - 1e18) * 2) / drift;
        int256 part = int256(level + drift - 1e18 - (index * drift) / 2);
        return values[25 + index] + ((values[26 + index] - values[25 + index]) * part * 2) / int256(drift);
    }

    /// @dev sigma * sqrt(T) [Q64] of a leg's strike, shocked.
    function _deviation(
        FullMarket calldata market,
        FullLeg calldata leg,
        MarketParameters calldata p,
        State state
    ) private pure returns (uint256) {
        uint256 left = leg.expiry - market.computedAt;
        uint256 variance = VolSurface.totalVariance(leg.slice, -FixedPoint.lnRatio(leg.forward, leg.strike));
        variance = VolSurface.varianceAt(leg.slice, variance, leg.expiry, market.computedAt);
        uint256 same = VolSurface.standardDeviation(variance);
        if (state == State.Same) return same;
        uint256 ratio = (30 days * 1e18) / FixedPoint.max(left, 1 days);
        uint256 power = FixedPoint.pow(
            ratio,
            state == State.Up && ratio > 1e18 ? int256(0.45e18) : int256(0.3e18)
        );
        if (state == State.Up) {
            uint256 raised = (same * (1e18 + (p.volUp * power) / 1e18)) / 1e18;
            return FixedPoint.max(raised, FixedPoint.sqrt((left << 128) / YEAR) / 2);
        }
        uint256 fall = (p.volDown * power) / 1e18;
        return (same * (fall < 0.99e18 ? 1e18 - fall : 0.01e18)) / 1e18;
    }

    function _larger(int256 a, int256 b) private pure returns (int256) {
        return a > b ? a : b;
    }
}
