// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPriceRouter, PriceReading, PriceStatus} from "../interfaces/IPriceRouter.sol";
import {MarketVector} from "../interfaces/IRiskArrays.sol";
import {CollateralAmount, DataStatus} from "../interfaces/IRiskEngine.sol";
import {IRiskParameters} from "../interfaces/IRiskParameters.sol";
import {ISettlementOracle} from "../interfaces/ISettlementOracle.sol";
import {ISurfaceFeed} from "../interfaces/ISurfaceFeed.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {Packing} from "../libraries/Packing.sol";
import {Price} from "../types/Price.sol";
import {Quantity} from "../types/Quantity.sol";
import {ArrayStore, Words} from "./ArrayStore.sol";
import {LaneSums, NodeGrid} from "./NodeGrid.sol";
import {ExpiryHeader, Grid, Levels} from "./NodeValuation.sol";

/// @dev Running totals of one market.
struct Sums {
    Grid grid;
    bool gridCurrent;
    bool anyway;
    Levels levels;
    LaneSums lanes;
    int256 putForward; // sum of quantity * forward over puts [1e-16 USD]
    int256 putStrike; // sum of quantity * strike over puts [1e-10 USD]
    int256 calls; // net calls [1e-8]
    int256 puts; // net puts [1e-8]
    int256 settled; // payoffs of expired legs [wad USD]
    bool fixingMissing;
}

/// @dev What the legs of one expiry share.
struct ExpiryState {
    uint256 expiry;
    bool expired;
    bool current;
    uint256 settlementPrice; // [wad]
    ExpiryHeader header;
    uint256 slice;
}

/// @title RiskArrays
/// @notice Holds, for every (market, expiry, strike) in use, the value of its call at 30 nodes in two words (layout in
/// NodeGrid); for every expiry a header and the slice they came from; for every market the grid they share. Puts follow
/// by parity and need no words: their forwards and strikes add up as two numbers.
/// Trusts the surface feed, the price router and the settlement oracle for their data. Nothing can be written here that
/// anyone could not recompute. Stays alive with dead feeds: what is stored is read on, and `nodeVectors` can value the
/// rest from the last surface.
/// Current means: live spot within driftLimit of the grid's reference, the expiry's header made under that grid and
/// younger than its limit (an eighth of the remaining life, at most arrayAgeLimit), the words carrying its version.
contract RiskArrays is ArrayStore {
    ISettlementOracle public immutable settlementOracle;

    /// @param surfaceFeed_ posted surfaces
    /// @param priceRouter_ live spot
    /// @param settlementOracle_ fixings of expired series
    /// @param riskParameters_ scan range, drift and age limits, volatility shocks
    constructor(
        ISurfaceFeed surfaceFeed_,
        IPriceRouter priceRouter_,
        ISettlementOracle settlementOracle_,
        IRiskParameters riskParameters_
    ) ArrayStore(surfaceFeed_, priceRouter_, riskParameters_) {
        settlementOracle = settlementOracle_;
    }

    /// @notice The vectors of a portfolio, one a market. See IRiskArrays.
    function nodeVectors(
        CollateralAmount[] calldata collateral,
        uint256[] calldata positionWords,
        bool anyway
    ) external view returns (MarketVector[] memory vectors) {
        uint256[] memory entries = Packing.sortedEntries(positionWords);
        vectors = new MarketVector[](Packing.countMarkets(entries) + collateral.length);
        uint256 count;
        uint256 next;
        while (next < entries.length) {
            uint8 market = uint8(entries[next] >> 120);
            (vectors[count++], next) = _vector(market, _amountOf(collateral, market), entries, next, anyway);
        }
        for (uint256 i; i < collateral.length; ++i) {
            uint8 market = collateral[i].market;
            bool known;
            for (uint256 j; j < count && !known; ++j) known = vectors[j].market == market;
            if (known) continue;
            (vectors[count++], ) = _vector(
                market,
                _amountOf(collateral, market),
                new uint256[](0),
                0,
                anyway
            );
        }
        assembly ("memory-safe") {
            // Shortens the list to the markets found; its tail is left unused.
            mstore(vectors, count)
        }
    }

    /// @dev Adds up the entries of `market`, from `next` on, and its collateral; returns where the next market begins.
    function _vector(
        uint8 market,
        uint256 collateral,
        uint256[] memory entries,
        uint256 next,
        bool anyway
    ) private view returns (MarketVector memory vector, uint256) {
        PriceReading memory reading = priceRouter.spot(market);
        vector.market = market;
        vector.spot = Price.unwrap(reading.price);
        vector.status = _statusOf(reading.status, vector.spot);
        Sums memory sums;
        sums.anyway = anyway;
        sums.grid = _grids[market];
        sums.gridCurrent = _isGridCurrent(sums.grid, vector.spot);
        // A grid that is not stored carries version zero, so every strike under it is valued on the fly.
        if (!sums.gridCurrent) sums.grid = _freshGrid(market, vector.spot);
        while (next < entries.length && entries[next] >> 120 == market) {
            next = _addExpiry(sums, vector, entries, next);
        }
        if (sums.fixingMissing && vector.spot == 0) vector.status = DataStatus.Unusable;
        _finish(sums, vector, collateral);
        return (vector, next);
    }

    /// @dev Adds the entries of one expiry, from `next` on; returns where the next one begins.
    function _addExpiry(
        Sums memory sums,
        MarketVector memory vector,
        uint256[] memory entries,
        uint256 next
    ) private view returns (uint256) {
        uint256 group = entries[next] >> 100;
        ExpiryState memory state;
        state.expiry = (group & 0xfffff) * 1 hours;
        if (state.expiry <= block.timestamp) return _addExpired(sums, vector, state.expiry, entries, next);
        vector.live = true;
        // Without any price there is nothing to value a live option with; the status says so.
        if (vector.spot == 0) return _skip(entries, group, next);
        state.header = _headers[group];
        state.current = sums.gridCurrent && _isHeaderCurrent(sums.grid, state.header, state.expiry);
        if (!state.current) {
            if (!sums.anyway) _revertStale(entries[next] >> 68);
            uint256 forward;
            (state.slice, forward) = _surfaceAt(sums.grid, vector.market, state.expiry);
            if (state.slice == 0) vector.status = DataStatus.Unusable;
            state.header = _freshHeader(sums.grid, vector.market, state.expiry, forward);
        }
        unchecked {
            // Every lap ends at the first entry of another strike; the list ends in a zero beyond its length.
            uint256 entry = Packing.entryAt(entries, next);
            while (entry >> 100 == group) {
                uint256 key = entry >> 68;
                (uint256 a, uint256 b) = _wordsOf(sums, state, key);
                int256 net;
                do {
                    net += _addLeg(sums, vector, state.header.forward, b, entry);
                    entry = Packing.entryAt(entries, ++next);
                } while (entry >> 68 == key);
                if (net != 0) NodeGrid.add(sums.lanes, a, b, net);
            }
        }
        return next;
    }

    /// @dev The first entry beyond a group.
    function _skip(uint256[] memory entries, uint256 group, uint256 next) private pure returns (uint256) {
        while (Packing.entryAt(entries, next) >> 100 == group) ++next;
        return next;
    }

    /// @dev Counts one leg and, of a put, what parity adds to the call: P = C - F + K.
    function _addLeg(
        Sums memory sums,
        MarketVector memory vector,
        uint256 forward,
        uint256 wordB,
        uint256 entry
    ) private pure returns (int256 quantity) {
        unchecked {
            // |quantity| < 2^63, forward < 2^64, strike < 2^32 cents, values < 2^100; far fewer than 2^32 entries.
            quantity = int64(uint64(entry));
            uint256 strike = (entry >> 68) & 0xffffffff;
            uint256 value;
            if (quantity > 0) {
                value = uint256(sums.grid.referenceSpot) * 1e10;
                value = (NodeGrid.laneOf(wordB, NodeGrid.CENTRE_LANE) * value) >> NodeGrid.VALUE_BITS;
            }
            if ((entry >> 64) & 0xf == 0) {
                sums.calls += quantity;
            } else {
                sums.puts += quantity;
                sums.putForward += quantity * int256(forward);
                sums.putStrike += quantity * int256(strike);
                value += strike * 1e16;
                value = value > forward * 1e10 ? value - forward * 1e10 : 0;
            }
            if (quantity > 0) vector.longMark += (uint256(quantity) * value) / 1e8;
        }
    }

    /// @dev The words of a strike: stored if current, else computed (`anyway`) or refused.
    function _wordsOf(
        Sums memory sums,
        ExpiryState memory state,
        uint256 key
    ) private view returns (uint256 a, uint256 b) {
        if (state.current) {
            Words storage pair = _words[key];
            (a, b) = (pair.a, pair.b);
            if (NodeGrid.versionOf(a, b) == state.header.version) return (a, b);
            if (!sums.anyway) _revertStale(key);
            if (state.slice == 0) state.slice = _slices[key >> 32];
        }
        return _compute(sums.grid, state.header, sums.levels, state.slice, key);
    }

    /// @dev Payoffs at the fixing, or at intrinsic of the live spot while there is none: owed down, owing up.
    function _addExpired(
        Sums memory sums,
        MarketVector memory vector,
        uint256 expiry,
        uint256[] memory entries,
        uint256 next
    ) private view returns (uint256) {
        (Price fixing, bool exists) = settlementOracle.fixing(vector.market, expiry);
        if (!exists) sums.fixingMissing = true;
        uint256 price = exists ? Price.unwrap(fixing) : vector.spot;
        uint256 entry = entries[next];
        uint256 group = entry >> 100;
        while (entry >> 100 == group) {
            uint256 strike = ((entry >> 68) & 0xffffffff) * 1e16;
            bool isPut = (entry >> 64) & 0xf != 0;
            uint256 payoff;
            if (isPut && strike > price) payoff = strike - price;
            if (!isPut && price > strike) payoff = price - strike;
            sums.settled += FixedPoint.signedDivDown(int64(uint64(entry)) * int256(payoff), 1e8);
            entry = Packing.entryAt(entries, ++next);
        }
        return next;
    }

    /// @dev Turns the sums into US dollars at every node and at the live spot.
    function _finish(Sums memory sums, MarketVector memory vector, uint256 collateral) private pure {
        if (sums.lanes.grossA >= NodeGrid.MAX_GROSS || sums.lanes.grossB >= NodeGrid.MAX_GROSS) {
            revert RiskArrays_QuantityTooLarge(int256(FixedPoint.max(sums.lanes.grossA, sums.lanes.grossB)));
        }
        int256[30] memory values = NodeGrid.decode(sums.lanes);
        uint256[30] memory m =
            sums.levels.known ? sums.levels.m : NodeGrid.multipliers(uint256(sums.grid.outer) * 1e9);
        int256 base = int256(uint256(sums.grid.referenceSpot));
        int256 constant_ = sums.putStrike * 1e8 + sums.settled;
        int256 collateralReference = int256(collateral) * base;
        unchecked {
            // Lanes < 2^80, reference < 2^64; putForward < 2^147; collateral < 2^128 [wad]; levels < 2^62.
            for (uint256 i; i < NodeGrid.NODES; ++i) {
                int256 level = int256(m[i]);
                int256 linear = (collateralReference - sums.putForward * 1e10) * level;
                values[i] =
                    ((values[i] * base * 100) >> NodeGrid.VALUE_BITS) +
                    FixedPoint.signedDivDown(linear, 1e26) +
                    constant_;
            }
        }
        vector.nodeValues = values;
        vector.collateral = FixedPoint.mulDown(collateral, vector.spot);
        vector.mark = vector.spot == 0 ? sums.settled : _markAt(values, vector.spot, uint256(base) * 1e10);
        uint256 shorts = sums.calls < 0 ? uint256(-sums.calls) : 0;
        if (sums.puts < 0) shorts += uint256(-sums.puts);
        vector.netShort = shorts * 1e10;
    }

    /// @dev The vector at the live spot, straight between the two unshocked nodes around it (rounded down).
    function _markAt(int256[30] memory values, uint256 spot, uint256 base) private pure returns (int256) {
        uint256 level = FixedPoint.mulDivDown(spot, 1e18, base);
        if (level < NodeGrid.DENSE_LOWEST) level = NodeGrid.DENSE_LOWEST;
        uint256 index = FixedPoint.min((level - NodeGrid.DENSE_LOWEST) / NodeGrid.DENSE_STEP, 3);
        uint256 node = NodeGrid.FIRST_DENSE + index;
        uint256 part = FixedPoint.min(
            level - NodeGrid.DENSE_LOWEST - index * NodeGrid.DENSE_STEP,
            NodeGrid.DENSE_STEP
        );
        int256 rise = (values[node + 1] - values[node]) * int256(part);
        return values[node] + FixedPoint.signedDivDown(rise, int256(NodeGrid.DENSE_STEP));
    }

    function _statusOf(PriceStatus status, uint256 spot) private pure returns (DataStatus) {
        if (spot == 0) return DataStatus.Unusable;
        if (status == PriceStatus.Ok) return DataStatus.Good;
        if (status == PriceStatus.StaleForTrading || status == PriceStatus.SourcesDisagree) {
            return DataStatus.LiquidationOnly;
        }
        return DataStatus.Unusable;
    }

    function _revertStale(uint256 key) private pure {
        (uint8 market, uint256 expiry, uint256 strike) = _partsOf(key);
        revert RiskArrays_StaleStrike(market, expiry, strike);
    }

    function _amountOf(
        CollateralAmount[] calldata collateral,
        uint8 market
    ) private pure returns (uint256 amount) {
        for (uint256 i; i < collateral.length; ++i) {
            if (collateral[i].market == market) amount += uint256(Quantity.unwrap(collateral[i].amount));
        }
    }
}
