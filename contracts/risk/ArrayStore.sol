// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPriceRouter, PriceReading, PriceStatus} from "../interfaces/IPriceRouter.sol";
import {ExpiryHeader, ExpiryShocks, Grid, IRiskArrays} from "../interfaces/IRiskArrays.sol";
import {IRiskParameters, MarketParameters} from "../interfaces/IRiskParameters.sol";
import {ISurfaceFeed} from "../interfaces/ISurfaceFeed.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {VolSurface} from "../pricing/VolSurface.sol";
import {InstrumentId_BadExpiry} from "../types/InstrumentId.sol";
import {Price} from "../types/Price.sol";
import {GridWords} from "./GridWords.sol";
import {NodeGrid} from "./NodeGrid.sol";
import {Basis, NodeValuation} from "./NodeValuation.sol";
import {Pages} from "./Pages.sol";

/// @title ArrayStore
/// @notice The stored half of the risk arrays: grids, headers, slices, pages and loose words, and when they have to move.
/// Parameters of the volatility shocks take effect with an expiry's next header.
abstract contract ArrayStore is IRiskArrays {
    /// @notice The two words of one strike.
    struct Words {
        uint256 a;
        uint256 b;
    }

    /// @dev A newer slice moves its expiry when theta or psi changed by more than a fiftieth, rho by more than 0.05,
    /// or the forward against spot by more than a thousandth. Smaller changes wait for the age limit.
    uint256 private constant SLICE_SHARE = 50;
    uint256 private constant RHO_STEP = 0.05e18;
    uint256 private constant FORWARD_SHARE = 1000;
    /// @dev A parameter on its ramp moves the grid once it asks for a wider one, or differs by a sixty-fourth.
    uint256 private constant LIMIT_SHARE = 64;
    uint256 private constant PRICE_UNIT = 1e10; // [wad] per 1e-8
    /// @dev What writing costs, in thousands of gas: a page at all, each of its entries, a strike outside it.
    uint256 private constant PAGE_COST = 32;
    uint256 private constant ENTRY_COST = 20;
    uint256 private constant LOOSE_COST = 44;

    ISurfaceFeed public immutable surfaceFeed;
    IPriceRouter public immutable priceRouter;
    IRiskParameters public immutable riskParameters;

    mapping(uint8 market => Grid) internal _grids;
    /// @dev Group: market and expiry hours, the upper 28 bits of an instrument.
    mapping(uint256 group => ExpiryHeader) internal _headers;
    mapping(uint256 group => ExpiryShocks) internal _shocks;
    mapping(uint256 group => uint256 slice) internal _slices;
    /// @dev Strike key: an instrument without its kind, its upper 60 bits.
    mapping(uint256 strikeKey => Words) internal _words;

    constructor(ISurfaceFeed surfaceFeed_, IPriceRouter priceRouter_, IRiskParameters riskParameters_) {
        surfaceFeed = surfaceFeed_;
        priceRouter = priceRouter_;
        riskParameters = riskParameters_;
    }

    // Moving

    /// @dev The market's grid, moved to the live spot if drift or parameters ask for it. Only a price good for trading
    /// or recent enough to liquidate on may move it.
    function _moveGrid(uint8 market) internal returns (Grid memory current) {
        PriceReading memory reading = priceRouter.spot(market);
        uint256 spot = Price.unwrap(reading.price);
        current = _grids[market];
        MarketParameters memory p = riskParameters.parameters(market);
        if (GridWords.isNear(_gridWord(market), spot) && _covers(current, p)) return current;
        Grid memory fresh = NodeValuation.freshGrid(spot, p, block.timestamp);
        if (
            fresh.referenceSpot == 0 ||
            (reading.status != PriceStatus.Ok && reading.status != PriceStatus.StaleForTrading)
        ) revert RiskArrays_NoPrice(market);
        (fresh.version, fresh.moves) = (current.version + 1, current.moves);
        _grids[market] = fresh;
        fresh.moves = _noteMove(market);
        return fresh;
    }

    /// @dev Whether the grid reaches as far as these parameters ask for, and no limit has moved by a sixty-fourth.
    function _covers(Grid memory current, MarketParameters memory p) private pure returns (bool) {
        uint256 needed = NodeValuation.outerOf(p.scanRange, current.driftLimit);
        return
            current.outer >= needed &&
            !_differs(current.outer, needed, LIMIT_SHARE) &&
            !_differs(current.driftLimit, p.driftLimit / 1e9, LIMIT_SHARE) &&
            !_differs(current.ageLimit, p.arrayAgeLimit, LIMIT_SHARE);
    }

    /// @dev What the expiry's arrays are computed from, moved if they are not current or their slice has moved. At most
    /// one move a second, so that whatever carries a time also carries what it was computed from.
    function _moveExpiry(uint8 market, uint256 group) internal returns (Basis memory basis) {
        basis.expiry = _expiryOf(group);
        if (basis.expiry <= block.timestamp) revert RiskArrays_ExpiryPassed(basis.expiry);
        basis.grid = _moveGrid(market);
        (uint256 slice, uint256 forward) = _surfaceAt(basis.grid, market, basis.expiry);
        if (slice == 0) revert RiskArrays_NoSurface(market, basis.expiry);
        (basis.header, basis.shocks, basis.slice) = (_headers[group], _shocks[group], _slices[group]);
        if (
            _isCurrent(group) &&
            (basis.header.computedAt == block.timestamp ||
                !_hasMoved(basis.slice, slice, basis.header, forward))
        ) return basis;
        uint24 version = basis.shocks.version + 1;
        _startBasis(basis, market, slice, forward);
        basis.shocks.version = version;
        basis.grid.moves = _noteMove(market);
        _headers[group] = basis.header;
        _shocks[group] = basis.shocks;
        _slices[group] = slice;
        emit ArraysRebased(
            market,
            basis.expiry,
            Price.wrap(basis.grid.referenceSpot * PRICE_UNIT),
            Price.wrap(forward * PRICE_UNIT),
            version
        );
    }

    /// @dev Whoever has summed arrays of this market learns that some are no longer those.
    function _noteMove(uint8 market) internal returns (uint32 moves) {
        unchecked {
            // Only told apart from the next; it would come round after 2^32 moves.
            moves = _grids[market].moves + 1;
        }
        _grids[market].moves = moves;
    }

    /// @dev Computes and stores those of `strikes` that are not current, where that costs less.
    /// @param strikes [cents], increasing strictly
    /// @return written how many were computed
    function _write(
        uint8 market,
        uint256 group,
        Basis memory basis,
        uint256[] memory strikes
    ) internal returns (uint256 written) {
        bytes memory page = Pages.load(basis.header.page);
        uint256 entries = Pages.count(page);
        for (uint256 i; i < strikes.length; ++i) {
            if (Pages.find(page, entries, strikes[i]) != entries) continue;
            if (_isLoose((group << 32) | strikes[i], basis.shocks.version)) continue;
            strikes[written++] = strikes[i];
        }
        if (written == 0) return 0;
        assembly ("memory-safe") {
            // Shortens the list to the strikes that are missing.
            mstore(strikes, written)
        }
        bytes memory fresh = NodeValuation.pageOf(basis, strikes);
        bool fits = entries + written <= Pages.MOST_ENTRIES;
        if (fits && PAGE_COST + ENTRY_COST * (entries + written) <= LOOSE_COST * written + LOOSE_COST / 2) {
            _writePage(market, group, basis, Pages.merge(page, fresh));
        } else {
            _writeLoose(market, group, basis, fresh);
        }
    }

    /// @dev Makes `page` the page of its expiry.
    function _writePage(
        uint8 market,
        uint256 group,
        Basis memory basis,
        bytes memory page
    ) internal returns (address written) {
        written = Pages.store(page);
        if (written == address(0)) revert RiskArrays_BadPage();
        basis.header.page = written;
        _headers[group].page = written;
        emit PageWritten(market, basis.expiry, basis.shocks.version, written, Pages.count(page));
    }

    function _writeLoose(uint8 market, uint256 group, Basis memory basis, bytes memory page) private {
        for (uint256 i; i < Pages.count(page); ++i) {
            uint256 strike = Pages.strikeAt(page, i);
            (uint256 a, uint256 b, ) = Pages.wordsAt(page, i);
            _words[(group << 32) | strike] = Words(a, b);
            emit StrikeRefreshed(market, basis.expiry, strike * 1e16, basis.shocks.version, a, b);
        }
    }

    // What would be stored

    /// @dev Fills in what a refresh under `basis.grid` would compute from now; version zero, as it is not stored.
    function _startBasis(Basis memory basis, uint8 market, uint256 slice, uint256 forward) internal view {
        MarketParameters memory p = riskParameters.parameters(market);
        _startBasis(basis, market, slice, forward, p.volUp, p.volDown, p.staleAddOn);
    }

    /// @dev The same with given shocks. A slice that is staler than its market's surface, which the margin adds for, has
    /// its up shock widened by the stale add-on, in proportion.
    function _startBasis(
        Basis memory basis,
        uint8 market,
        uint256 slice,
        uint256 forward,
        uint256 volUp,
        uint256 volDown,
        uint256 staleAddOn
    ) internal view {
        basis.slice = slice;
        uint256 own = slice == 0 ? 0 : surfaceFeed.sliceStaleShare(market, basis.expiry);
        if (own != 0) {
            uint256 all = surfaceFeed.staleShare(market);
            if (own > all) volUp += FixedPoint.mulUp(volUp, FixedPoint.mulUp(staleAddOn, own - all));
        }
        (basis.header, basis.shocks) = NodeValuation.freshHeader(
            basis.grid,
            forward,
            basis.expiry,
            block.timestamp,
            volUp,
            volDown,
            own != 0
        );
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

    /// @dev The stored grid of a market as its word.
    function _gridWord(uint8 market) internal view returns (uint256 grid) {
        Grid storage stored = _grids[market];
        assembly ("memory-safe") {
            grid := sload(stored.slot)
        }
    }

    /// @dev The stored header of a group as its word.
    function _headerWord(uint256 group) internal view returns (uint256 header) {
        ExpiryHeader storage stored = _headers[group];
        assembly ("memory-safe") {
            header := sload(stored.slot)
        }
    }

    /// @dev Whether the stored arrays of a live expiry may be used, as far as its grid is current.
    function _isCurrent(uint256 group) internal view returns (bool) {
        uint256 grid = _gridWord(uint8(group >> 20));
        return GridWords.isCurrent(grid, _headerWord(group), _expiryOf(group), block.timestamp);
    }

    function _isLoose(uint256 key, uint24 version) internal view returns (bool) {
        Words storage pair = _words[key];
        return NodeGrid.versionOf(pair.a, pair.b) == version;
    }

    /// @dev Whether the posted slice has left the stored one by more than the thresholds, or replaces a stale one.
    function _hasMoved(
        uint256 stored,
        uint256 posted,
        ExpiryHeader memory header,
        uint256 forward
    ) private pure returns (bool) {
        if (stored == posted) return false;
        return
            GridWords.isLate(header) ||
            _differs(VolSurface.thetaOf(stored), VolSurface.thetaOf(posted), SLICE_SHARE) ||
            _differs(VolSurface.psiOf(stored), VolSurface.psiOf(posted), SLICE_SHARE) ||
            _differs(header.forward, forward, FORWARD_SHARE) ||
            FixedPoint.abs(VolSurface.rhoOf(stored) - VolSurface.rhoOf(posted)) > RHO_STEP;
    }

    function _differs(uint256 a, uint256 b, uint256 share) private pure returns (bool) {
        return (a > b ? a - b : b - a) * share > a;
    }

    // Keys

    /// @dev An expiry beyond its bits would be taken for one of another market.
    function _groupOf(uint8 market, uint256 expiry) internal pure returns (uint256) {
        if (expiry % 1 hours != 0 || expiry / 1 hours > 0xfffff) revert InstrumentId_BadExpiry(expiry);
        return (uint256(market) << 20) | (expiry / 1 hours);
    }

    function _expiryOf(uint256 group) internal pure returns (uint256) {
        return (group & 0xfffff) * 1 hours;
    }
}
