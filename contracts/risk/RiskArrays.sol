// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IPriceRouter} from "../interfaces/IPriceRouter.sol";
import {ExpiryHeader, ExpiryShocks, Grid, SeriesGreeks} from "../interfaces/IRiskArrays.sol";
import {IRiskArrays} from "../interfaces/IRiskArrays.sol";
import {DataStatus} from "../interfaces/IRiskEngine.sol";
import {IRiskParameters, MarketParameters} from "../interfaces/IRiskParameters.sol";
import {ISurfaceFeed} from "../interfaces/ISurfaceFeed.sol";
import {Packing} from "../libraries/Packing.sol";
import {InstrumentId, instrumentIdOf, InstrumentKind} from "../types/InstrumentId.sol";
import {Price} from "../types/Price.sol";
import {ArrayStore} from "./ArrayStore.sol";
import {GridWords} from "./GridWords.sol";
import {Basis, NodeValuation} from "./NodeValuation.sol";
import {Pages} from "./Pages.sol";

/// @title RiskArrays
/// @notice Holds, for every (market, expiry, strike) in use, the value of its call at 30 nodes in two words (layout in
/// NodeGrid) and its Greeks. Puts follow by parity and need no words. The strikes of an expiry stand together in the code
/// of one contract, its page; strikes that came later stand in storage until the expiry moves next.
/// Trusts the surface feed and the price router for their data, and the room that checks posts for the pages it installs.
/// Everything else written here anyone could recompute. Stays alive with dead feeds: what is stored is read on, and
/// `evaluate` values the rest from the last surface.
/// Current means: live spot within driftLimit of the grid's reference, the expiry's header made under that grid and
/// younger than its limit (an eighth of the remaining life, at most arrayAgeLimit), the strike on its page or carrying
/// its version.
contract RiskArrays is ArrayStore, AccessManaged {
    uint256 private constant CENT = 1e16; // [wad]

    /// @param authority the AccessManager
    /// @param surfaceFeed_ posted surfaces
    /// @param priceRouter_ live spot
    /// @param riskParameters_ scan range, drift and age limits, volatility shocks
    constructor(
        address authority,
        ISurfaceFeed surfaceFeed_,
        IPriceRouter priceRouter_,
        IRiskParameters riskParameters_
    ) ArrayStore(surfaceFeed_, priceRouter_, riskParameters_) AccessManaged(authority) {}

    /// @inheritdoc IRiskArrays
    function refresh(uint8 market, uint256 expiry, uint256[] calldata strikes) external {
        uint256[] memory entries = new uint256[](strikes.length);
        for (uint256 i; i < strikes.length; ++i) {
            InstrumentId call = instrumentIdOf(market, expiry, strikes[i], InstrumentKind.Call);
            entries[i] = uint256(InstrumentId.unwrap(call)) << 64;
        }
        entries = Packing.sortedEntries(entries);
        uint256 group = _groupOf(market, expiry);
        Basis memory basis = _moveExpiry(market, group);
        _write(market, group, basis, _strikes(entries, 0, entries.length));
    }

    /// @inheritdoc IRiskArrays
    function refreshPositions(uint256[] calldata positionWords) external returns (uint256 written) {
        uint256[] memory entries = Packing.sortedEntries(positionWords);
        uint256 next;
        while (next < entries.length) {
            uint256 group = entries[next] >> 100;
            uint256 first = next;
            while (Packing.entryAt(entries, next) >> 100 == group) ++next;
            if (_expiryOf(group) <= block.timestamp) continue;
            uint8 market = uint8(group >> 20);
            Basis memory basis = _moveExpiry(market, group);
            written += _write(market, group, basis, _strikes(entries, first, next));
        }
    }

    /// @inheritdoc IRiskArrays
    function install(
        uint8 market,
        uint256 expiry,
        uint24 version,
        bytes calldata page
    ) external restricted returns (address) {
        uint256 group = _groupOf(market, expiry);
        Basis memory basis = _moveExpiry(market, group);
        if (basis.shocks.version != version) revert RiskArrays_WrongVersion(basis.shocks.version, version);
        if (page.length == 0 || !Pages.isOrdered(page)) revert RiskArrays_BadPage();
        bytes memory merged = Pages.merge(Pages.load(basis.header.page), page);
        if (Pages.count(merged) > Pages.MOST_ENTRIES) {
            // Anyone may fill a page, which must not keep others from theirs: what it displaces is computed when needed.
            if (Pages.count(page) > Pages.MOST_ENTRIES) revert RiskArrays_BadPage();
            merged = page;
        }
        return _writePage(market, group, basis, merged);
    }

    /// @inheritdoc IRiskArrays
    function withdrawPage(uint8 market, uint256 expiry, address page) external restricted {
        uint256 group = _groupOf(market, expiry);
        if (page == address(0) || _headers[group].page != page) return;
        // Without a header nothing that was computed from this page counts as current, books included.
        delete _headers[group];
        _noteMove(market);
        emit PageWritten(market, expiry, _shocks[group].version, address(0), 0);
    }

    /// @inheritdoc IRiskArrays
    function gridAt(
        uint8 market,
        uint256 spot,
        uint256 group
    ) external view returns (uint256 grid, bool current, uint256 header) {
        grid = _gridWord(market);
        if (GridWords.isNear(grid, spot)) return (grid, true, group == 0 ? 0 : _headerWord(group));
        MarketParameters memory p = riskParameters.parameters(market);
        grid = GridWords.pack(NodeValuation.freshGrid(spot, p, block.timestamp));
    }

    /// @inheritdoc IRiskArrays
    function headerOf(uint256 group) external view returns (uint256) {
        return _headerWord(group);
    }

    /// @inheritdoc IRiskArrays
    function standingsOf(uint256[] calldata entries) external view returns (DataStatus[] memory standings) {
        standings = new DataStatus[](entries.length);
        for (uint256 i; i < entries.length; ++i) {
            uint256 group = entries[i] & 0xfffffff;
            uint256 version = entries[i] >> 28;
            standings[i] = DataStatus.Unusable;
            if (version == 0 || version != _shocks[group].version || _expiryOf(group) <= block.timestamp)
                continue;
            if (!_isCurrent(group)) continue;
            bool isLate = GridWords.isLate(_headerWord(group));
            standings[i] = isLate ? DataStatus.LiquidationOnly : DataStatus.Good;
        }
    }

    /// @inheritdoc IRiskArrays
    function sourceOf(uint256 group) external view returns (uint256 header, uint256 version, uint256 grid) {
        (header, grid) = (_headerWord(group), _gridWord(uint8(group >> 20)));
        if (GridWords.isOfGrid(grid, header)) version = _shocks[group].version;
    }

    /// @inheritdoc IRiskArrays
    function looseWords(uint256 strikeKey) public view returns (uint256, uint256, bool) {
        Words storage pair = _words[strikeKey];
        uint24 version = _shocks[strikeKey >> 32].version;
        return (pair.a, pair.b, version != 0 && _isLoose(strikeKey, version));
    }

    /// @inheritdoc IRiskArrays
    function evaluate(
        Grid calldata grid,
        uint256 group,
        uint256[] calldata strikes,
        uint256 volUp,
        uint256 volDown
    ) external view returns (uint256 forward, DataStatus status, bytes memory page) {
        Basis memory basis;
        basis.expiry = _expiryOf(group);
        if (basis.expiry <= block.timestamp) revert RiskArrays_ExpiryPassed(basis.expiry);
        basis.grid = grid;
        basis.header = _headers[group];
        uint8 market = uint8(group >> 20);
        bool isStored = grid.version != 0 && grid.version == _grids[market].version;
        if (isStored && _isCurrent(group)) {
            (basis.shocks, basis.slice) = (_shocks[group], _slices[group]);
        } else {
            uint256 slice;
            (slice, forward) = _surfaceAt(basis.grid, market, basis.expiry);
            uint256 addOn = riskParameters.parameters(market).staleAddOn;
            _startBasis(basis, market, slice, forward, volUp, volDown, addOn);
        }
        if (GridWords.isLate(basis.header)) status = DataStatus.LiquidationOnly;
        if (basis.slice == 0) status = DataStatus.Unusable;
        forward = basis.header.forward;
        uint256[] memory entries = new uint256[](strikes.length);
        for (uint256 i; i < strikes.length; ++i) entries[i] = ((group << 32) | strikes[i]) << 68;
        page = NodeValuation.pageOf(basis, _strikes(Packing.sortedEntries(entries), 0, strikes.length));
    }

    /// @inheritdoc IRiskArrays
    function gridOf(uint8 market) external view returns (Grid memory) {
        return _grids[market];
    }

    /// @inheritdoc IRiskArrays
    function basisOf(
        uint8 market,
        uint256 expiry
    )
        public
        view
        returns (ExpiryHeader memory header, ExpiryShocks memory shocks, uint256 slice, bool current)
    {
        uint256 group = _groupOf(market, expiry);
        (header, shocks, slice) = (_headers[group], _shocks[group], _slices[group]);
        current =
            GridWords.isNear(_gridWord(market), Price.unwrap(priceRouter.spot(market).price)) &&
            expiry > block.timestamp &&
            _isCurrent(group);
    }

    /// @inheritdoc IRiskArrays
    function words(
        uint8 market,
        uint256 expiry,
        uint256 strike
    ) external view returns (uint256 wordA, uint256 wordB, bool current) {
        InstrumentId call = instrumentIdOf(market, expiry, strike, InstrumentKind.Call);
        (ExpiryHeader memory header, , , bool isFresh) = basisOf(market, expiry);
        bytes memory page = Pages.load(header.page);
        uint256 entries = Pages.count(page);
        uint256 index = Pages.find(page, entries, strike / CENT);
        if (index == entries) (wordA, wordB, current) = looseWords(InstrumentId.unwrap(call) >> 4);
        else (wordA, wordB, ) = Pages.wordsAt(page, index);
        current = isFresh && (index != entries || current);
    }

    /// @inheritdoc IRiskArrays
    function greeks(
        uint8 market,
        uint256 expiry,
        uint256 strike
    ) external view returns (SeriesGreeks memory) {
        instrumentIdOf(market, expiry, strike, InstrumentKind.Call);
        Basis memory basis;
        bool current;
        (basis.header, basis.shocks, basis.slice, current) = basisOf(market, expiry);
        if (!current) revert RiskArrays_StaleStrike(market, expiry, strike);
        bytes memory page = Pages.load(basis.header.page);
        uint256 entries = Pages.count(page);
        uint256 index = Pages.find(page, entries, strike / CENT);
        uint256 packed;
        if (index == entries) {
            uint256[] memory cents = new uint256[](1);
            (cents[0], index) = (strike / CENT, 0);
            (basis.grid, basis.expiry) = (_grids[market], expiry);
            page = NodeValuation.pageOf(basis, cents);
        }
        (, , packed) = Pages.wordsAt(page, index);
        return
            SeriesGreeks(uint64(packed), uint64(packed >> 64), uint64(packed >> 128), uint64(packed >> 192));
    }

    /// @dev The strikes [cents] of sorted entries [first, end), each once.
    function _strikes(
        uint256[] memory entries,
        uint256 first,
        uint256 end
    ) private pure returns (uint256[] memory strikes) {
        strikes = new uint256[](end - first);
        uint256 count;
        for (uint256 i = first; i < end; ++i) {
            uint256 strike = uint32(entries[i] >> 68);
            if (count == 0 || strikes[count - 1] != strike) strikes[count++] = strike;
        }
        assembly ("memory-safe") {
            // Shortens the list to what was found.
            mstore(strikes, count)
        }
    }
}
