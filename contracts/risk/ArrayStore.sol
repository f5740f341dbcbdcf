// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPriceRouter, PriceReading, PriceStatus} from "../interfaces/IPriceRouter.sol";
import {IRiskArrays} from "../interfaces/IRiskArrays.sol";
import {IRiskParameters, MarketParameters} from "../interfaces/IRiskParameters.sol";
import {ISurfaceFeed} from "../interfaces/ISurfaceFeed.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {Packing} from "../libraries/Packing.sol";
import {VolSurface} from "../pricing/VolSurface.sol";
import {InstrumentId, instrumentIdOf, InstrumentKind} from "../types/InstrumentId.sol";
import {Price} from "../types/Price.sol";
import {NodeGrid} from "./NodeGrid.sol";
import {ExpiryHeader, Grid, Levels, NodeValuation} from "./NodeValuation.sol";

/// @notice The two words of one strike.
struct Words {
    uint256 a;
    uint256 b;
}

/// @title ArrayStore
/// @notice The stored half of the risk arrays: grids, headers, slices and words, when they have to move, and how anyone
/// moves them. Parameters of the volatility shocks take effect with an expiry's next header.
abstract contract ArrayStore is IRiskArrays {
    /// @dev A newer slice moves its expiry when theta or psi changed by more than a fiftieth, rho by more than 0.05,
    /// or the forward against spot by more than a thousandth. Smaller changes wait for the age limit.
    uint256 private constant SLICE_SHARE = 50;
    uint256 private constant RHO_STEP = 0.05e18;
    uint256 private constant FORWARD_SHARE = 1000;
    uint256 private constant PRICE_UNIT = 1e10; // [wad] per 1e-8

    ISurfaceFeed public immutable surfaceFeed;
    IPriceRouter public immutable priceRouter;
    IRiskParameters public immutable riskParameters;

    mapping(uint8 market => Grid) internal _grids;
    /// @dev Group: market and expiry hours, the upper 28 bits of an instrument.
    mapping(uint256 group => ExpiryHeader) internal _headers;
    mapping(uint256 group => uint256 slice) internal _slices;
    /// @dev Strike key: an instrument without its kind, its upper 60 bits.
    mapping(uint256 strikeKey => Words) internal _words;

    constructor(ISurfaceFeed surfaceFeed_, IPriceRouter priceRouter_, IRiskParameters riskParameters_) {
        surfaceFeed = surfaceFeed_;
        priceRouter = priceRouter_;
        riskParameters = riskParameters_;
    }

    // Refreshing

    /// @inheritdoc IRiskArrays
    function refresh(uint8 market, uint256 expiry, uint256[] calldata strikes) external {
        if (expiry <= block.timestamp) revert RiskArrays_ExpiryPassed(expiry);
        Grid memory current = _moveGrid(market);
        uint256 group = _groupOf(market, expiry);
        ExpiryHeader memory header = _moveExpiry(current, group, market, expiry);
        Levels memory levels;
        for (uint256 i; i < strikes.length; ++i) {
            InstrumentId call = instrumentIdOf(market, expiry, strikes[i], InstrumentKind.Call);
            _writeStrike(current, header, levels, InstrumentId.unwrap(call) >> 4);
        }
    }

    /// @inheritdoc IRiskArrays
    function refreshPositions(uint256[] calldata positionWords) external returns (uint256 written) {
        uint256[] memory entries = Packing.sortedEntries(positionWords);
        uint256 lastKey;
        uint256 lastGroup = type(uint256).max;
        Grid memory current;
        ExpiryHeader memory header;
        Levels memory levels;
        for (uint256 i; i < entries.length; ++i) {
            uint256 key = entries[i] >> 68;
            uint256 group = entries[i] >> 100;
            uint256 expiry = (group & 0xfffff) * 1 hours;
            if (key == lastKey || expiry <= block.timestamp) continue;
            lastKey = key;
            if (group != lastGroup) {
                uint8 market = uint8(group >> 20);
                if (lastGroup == type(uint256).max || lastGroup >> 20 != market) {
                    current = _moveGrid(market);
                    levels.known = false;
                }
                header = _moveExpiry(current, group, market, expiry);
                lastGroup = group;
            }
            if (_writeStrike(current, header, levels, key)) ++written;
        }
    }

    /// @inheritdoc IRiskArrays
    function post(bytes calldata, bytes[] calldata) external pure {
        revert RiskArrays_PostingNotAvailable();
    }

    /// @inheritdoc IRiskArrays
    function words(
        uint8 market,
        uint256 expiry,
        uint256 strike
    ) external view returns (uint256 wordA, uint256 wordB, bool current) {
        InstrumentId call = instrumentIdOf(market, expiry, strike, InstrumentKind.Call);
        Words memory pair = _words[InstrumentId.unwrap(call) >> 4];
        Grid memory stored = _grids[market];
        ExpiryHeader memory header = _headers[_groupOf(market, expiry)];
        current =
            _isGridCurrent(stored, Price.unwrap(priceRouter.spot(market).price)) &&
            _isHeaderCurrent(stored, header, expiry) &&
            NodeGrid.versionOf(pair.a, pair.b) == header.version;
        return (pair.a, pair.b, current);
    }

    /// @inheritdoc IRiskArrays
    function grid(uint8 market) external view returns (Price referenceSpot, uint256 outer, uint24 version) {
        Grid memory stored = _grids[market];
        return (Price.wrap(stored.referenceSpot * PRICE_UNIT), uint256(stored.outer) * 1e9, stored.version);
    }

    /// @dev The market's grid, moved to the live spot if drift or parameters ask for it. Only a price good for trading
    /// or recent enough to liquidate on may move it.
    function _moveGrid(uint8 market) private returns (Grid memory current) {
        PriceReading memory reading = priceRouter.spot(market);
        current = _grids[market];
        Grid memory fresh = _freshGrid(market, Price.unwrap(reading.price));
        if (
            _isGridCurrent(current, Price.unwrap(reading.price)) &&
            current.outer == fresh.outer &&
            current.driftLimit == fresh.driftLimit &&
            current.ageLimit == fresh.ageLimit
        ) return current;
        if (
            fresh.referenceSpot == 0 ||
            (reading.status != PriceStatus.Ok && reading.status != PriceStatus.StaleForTrading)
        ) revert RiskArrays_NoPrice(market);
        fresh.version = current.version + 1;
        _grids[market] = fresh;
        return fresh;
    }

    /// @dev The expiry's header, recomputed if it is not current or its slice has moved.
    function _moveExpiry(
        Grid memory current,
        uint256 group,
        uint8 market,
        uint256 expiry
    ) private returns (ExpiryHeader memory header) {
        (uint256 slice, uint256 forward) = _surfaceAt(current, market, expiry);
        if (slice == 0) revert RiskArrays_NoSurface(market, expiry);
        header = _headers[group];
        if (
            _isHeaderCurrent(current, header, expiry) &&
            !_hasMoved(_slices[group], slice, header.forward, forward)
        ) return header;
        ExpiryHeader memory fresh = _freshHeader(current, market, expiry, forward);
        fresh.version = header.version + 1;
        _headers[group] = fresh;
        _slices[group] = slice;
        emit ArraysRebased(
            market,
            expiry,
            Price.wrap(current.referenceSpot * PRICE_UNIT),
            Price.wrap(forward * PRICE_UNIT),
            fresh.version
        );
        return fresh;
    }

    /// @dev Computes and stores a strike's words unless they carry the header's version.
    function _writeStrike(
        Grid memory current,
        ExpiryHeader memory header,
        Levels memory levels,
        uint256 key
    ) private returns (bool written) {
        Words storage pair = _words[key];
        if (NodeGrid.versionOf(pair.a, pair.b) == header.version) return false;
        uint256 slice = _slices[key >> 32];
        (uint256 a, uint256 b) = _compute(current, header, levels, slice, key);
        pair.a = a;
        pair.b = b;
        (uint8 market, uint256 expiry, uint256 strike) = _partsOf(key);
        emit StrikeRefreshed(market, expiry, strike, header.version, a, b);
        return true;
    }

    // What would be stored

    /// @dev Words of a strike under any grid, header and slice.
    function _compute(
        Grid memory current,
        ExpiryHeader memory header,
        Levels memory levels,
        uint256 slice,
        uint256 key
    ) internal pure returns (uint256 a, uint256 b) {
        NodeValuation.learnLevels(levels, current);
        (, uint256 expiry, uint256 strike) = _partsOf(key);
        return NodeValuation.wordsOf(current, header, levels, slice, expiry, strike);
    }

    /// @dev A grid at `spot` [wad] with the current parameters; version zero, as it is not stored.
    function _freshGrid(uint8 market, uint256 spot) internal view returns (Grid memory fresh) {
        MarketParameters memory p = riskParameters.parameters(market);
        // Levels cover +-scanRange around every spot within driftLimit: (1 + R)(1 + d) - 1, rounded up.
        uint256 product = FixedPoint.mulUp(p.scanRange, p.driftLimit);
        fresh.outer = uint32((uint256(p.scanRange) + p.driftLimit + product + 1e9 - 1) / 1e9);
        fresh.driftLimit = uint32(p.driftLimit / 1e9);
        fresh.ageLimit = p.arrayAgeLimit;
        fresh.rebasedAt = uint40(block.timestamp);
        fresh.referenceSpot = uint64(FixedPoint.min(spot / PRICE_UNIT, type(uint64).max));
    }

    /// @dev A header for `expiry` under `current`; version zero, as it is not stored.
    function _freshHeader(
        Grid memory current,
        uint8 market,
        uint256 expiry,
        uint256 forward
    ) internal view returns (ExpiryHeader memory fresh) {
        MarketParameters memory p = riskParameters.parameters(market);
        (uint256 up, uint256 down) = NodeValuation.shockFactors(expiry - block.timestamp, p.volUp, p.volDown);
        fresh.forward = uint64(FixedPoint.min(forward, type(uint64).max));
        fresh.computedAt = uint40(block.timestamp);
        fresh.gridVersion = current.version;
        fresh.upFactor = uint32(up);
        fresh.downFactor = uint32(down);
    }

    /// @dev The posted slice and the forward at the grid's reference [1e-8]; zero and the reference if none was posted.
    function _surfaceAt(
        Grid memory current,
        uint8 market,
        uint256 expiry
    ) internal view returns (uint256 slice, uint256 forward) {
        try surfaceFeed.slice(market, expiry) returns (uint256 packed) {
            Price base = Price.wrap(current.referenceSpot * PRICE_UNIT);
            forward = Price.unwrap(surfaceFeed.liveForward(market, expiry, base)) / PRICE_UNIT;
            return (packed, forward);
        } catch {
            return (0, current.referenceSpot);
        }
    }

    // Whether what is stored is current

    function _isGridCurrent(Grid memory current, uint256 spot) internal pure returns (bool) {
        if (current.version == 0 || spot == 0) return false;
        uint256 base = current.referenceSpot * PRICE_UNIT;
        uint256 drift = spot > base ? spot - base : base - spot;
        return drift * 1e9 <= base * current.driftLimit;
    }

    function _isHeaderCurrent(
        Grid memory current,
        ExpiryHeader memory header,
        uint256 expiry
    ) internal view returns (bool) {
        return
            header.version != 0 &&
            header.gridVersion == current.version &&
            !NodeValuation.isAged(header, current.ageLimit, expiry, block.timestamp);
    }

    /// @dev Whether the posted slice has left the stored one by more than the thresholds.
    function _hasMoved(
        uint256 stored,
        uint256 posted,
        uint256 storedForward,
        uint256 forward
    ) private pure returns (bool) {
        if (stored == posted) return false;
        return
            _differs(VolSurface.thetaOf(stored), VolSurface.thetaOf(posted), SLICE_SHARE) ||
            _differs(VolSurface.psiOf(stored), VolSurface.psiOf(posted), SLICE_SHARE) ||
            _differs(storedForward, forward, FORWARD_SHARE) ||
            FixedPoint.abs(VolSurface.rhoOf(stored) - VolSurface.rhoOf(posted)) > RHO_STEP;
    }

    function _differs(uint256 a, uint256 b, uint256 share) private pure returns (bool) {
        return (a > b ? a - b : b - a) * share > a;
    }

    // Keys

    function _groupOf(uint8 market, uint256 expiry) internal pure returns (uint256) {
        return (uint256(market) << 20) | (expiry / 1 hours);
    }

    function _partsOf(uint256 key) internal pure returns (uint8 market, uint256 expiry, uint256 strike) {
        return (uint8(key >> 52), ((key >> 32) & 0xfffff) * 1 hours, (key & 0xffffffff) * 1e16);
    }
}
