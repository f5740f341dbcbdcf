// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBooks} from "../interfaces/IBooks.sol";
import {IPriceRouter, PriceReading, PriceStatus} from "../interfaces/IPriceRouter.sol";
import {Grid, IRiskArrays} from "../interfaces/IRiskArrays.sol";
import {CollateralAmount, DataStatus, IRiskEngine, MarketVector} from "../interfaces/IRiskEngine.sol";
import {MarketParameters} from "../interfaces/IRiskParameters.sol";
import {ISettlementOracle} from "../interfaces/ISettlementOracle.sol";
import {Packing} from "../libraries/Packing.sol";
import {Price} from "../types/Price.sol";
import {Quantity} from "../types/Quantity.sol";
import {BookGroups} from "./BookGroups.sol";
import {BookTotals, Total} from "./BookTotals.sol";
import {BookWords} from "./BookWords.sol";
import {GridWords} from "./GridWords.sol";
import {NodeValuation} from "./NodeValuation.sol";
import {Pages} from "./Pages.sol";
import {ParameterRamp} from "./ParameterRamp.sol";
import {SheetMath} from "./SheetMath.sol";
import {VectorMath} from "./VectorMath.sol";
import {MarketSums, Sheet, StrikeNet, Walk} from "./Walk.sol";

/// @title PortfolioVectors
/// @notice Turns a portfolio into one vector a market: its worth at every node. Legs come in any order; those of one expiry
/// after the other are taken out, netted by strike, and each strike's words added once, times their net.
abstract contract PortfolioVectors is IRiskEngine {
    uint256 private constant PRICE_UNIT = 1e10; // [wad] per 1e-8

    IRiskArrays public immutable riskArrays;
    IPriceRouter public immutable priceRouter;
    ISettlementOracle public immutable settlementOracle;
    /// @inheritdoc IRiskEngine
    IBooks public immutable books;

    constructor(
        IRiskArrays riskArrays_,
        IPriceRouter priceRouter_,
        ISettlementOracle settlementOracle_,
        IBooks books_
    ) {
        books = books_;
        riskArrays = riskArrays_;
        priceRouter = priceRouter_;
        settlementOracle = settlementOracle_;
    }

    /// @dev The parameters of a market in force.
    function _parametersInForce(uint8 market) internal view virtual returns (MarketParameters memory);

    /// @dev The vectors of a portfolio by increasing market.
    /// @param walk fresh, with its words and options set
    function _vectors(
        Walk memory walk,
        CollateralAmount[] memory collateral
    ) internal view returns (MarketVector[] memory) {
        uint256[] memory apart;
        uint256[] memory totals;
        if (walk.hasBook) (apart, totals) = books.read(walk.account);
        unchecked {
            // At most two markets a word; amounts of one account in one asset are below 2^128.
            uint256 most = 2 * walk.words.length + totals.length + collateral.length;
            uint256[] memory room = SheetMath.roomFor(most);
            MarketSums[] memory markets;
            assembly ("memory-safe") {
                markets := room
            }
            walk.markets = markets;
            if (totals.length != 0) _addBook(walk, apart, totals);
            _addLegs(walk, SheetMath.entriesOf(walk.words));
            for (uint256 i; i < collateral.length; ++i) {
                uint256 index = _marketIndex(walk, collateral[i].market, 0);
                walk.markets[index].collateral += uint256(Quantity.unwrap(collateral[i].amount));
            }
        }
        return _finishAll(walk);
    }

    /// @dev One vector a market, by increasing market.
    function _finishAll(Walk memory walk) private pure returns (MarketVector[] memory vectors) {
        unchecked {
            uint256 count = walk.marketCount;
            uint256[] memory list = SheetMath.roomFor(count);
            assembly ("memory-safe") {
                vectors := list
            }
            for (uint256 i; i < count; ++i) {
                MarketVector memory vector = VectorMath.finish(walk.markets[i]);
                uint256 place = i;
                for (; place != 0 && vectors[place - 1].market > vector.market; --place) {
                    vectors[place] = vectors[place - 1];
                }
                vectors[place] = vector;
            }
        }
    }

    /// @dev Counts all legs: those of the first one's expiry, then those of the first that is left.
    function _addLegs(Walk memory walk, uint256[] memory entries) private view {
        if (entries.length == 0) return;
        uint256[] memory others = SheetMath.roomFor(entries.length);
        Sheet memory sheet;
        while (entries.length != 0) {
            uint256 first = SheetMath.firstOf(entries);
            MarketSums memory sums = walk.markets[_marketIndex(walk, uint8(first >> 120), first >> 100)];
            SheetMath.clear(sheet, first >> 100, sums);
            _openSheet(walk, sheet, sums, entries);
            SheetMath.prepare(sheet);
            SheetMath.peel(sheet, entries, others);
            if (others.length != 0) _addOthers(walk, sheet, sums, others);
            if (sheet.counted) SheetMath.close(sheet, sums);
        }
    }

    /// @dev Counts the legs of a sheet that are not on its page.
    function _addOthers(
        Walk memory walk,
        Sheet memory sheet,
        MarketSums memory sums,
        uint256[] memory others
    ) private view {
        for (uint256 i; i < others.length; ++i) {
            uint256 entry = others[i];
            if (sheet.expired) {
                sums.settled += SheetMath.settled(sheet, entry);
            } else if (sheet.counted) {
                SheetMath.countLoose(sheet, entry, _addLoose(walk, sheet, sums, entry, others.length));
            } else {
                sums.unpriced += SheetMath.sizeOf(entry);
            }
        }
    }

    /// @dev Nets a leg whose strike is not on the page; returns its word B.
    /// @param most how many such strikes there may be
    function _addLoose(
        Walk memory walk,
        Sheet memory sheet,
        MarketSums memory sums,
        uint256 entry,
        uint256 most
    ) private view returns (uint256) {
        uint256 strike = uint32(entry >> 68);
        int256 quantity = int64(uint64(entry));
        uint256 count = sheet.looseCount;
        for (uint256 i; i < count; ++i) {
            StrikeNet memory known = sheet.loose[i];
            if (known.strike != strike) continue;
            known.net += quantity;
            return known.b;
        }
        if (count == 0) {
            uint256[] memory list = new uint256[](most);
            StrikeNet[] memory loose;
            assembly ("memory-safe") {
                loose := list
            }
            sheet.loose = loose;
        }
        (uint256 a, uint256 b, bool current) = riskArrays.looseWords((sheet.group << 32) | strike);
        if (!current) {
            if (!walk.anyway) _revertStale(sheet.group, strike);
            uint256[] memory strikes = new uint256[](1);
            strikes[0] = strike;
            (, , bytes memory page) = _evaluate(walk, sums, sheet.group, strikes);
            (a, b, ) = Pages.wordsAt(page, 0);
        }
        sheet.loose[count] = StrikeNet(strike, a, b, quantity);
        sheet.looseCount = count + 1;
        return b;
    }

    // Books: expiries that are summed already

    /// @dev Adds the book of an account.
    /// @param apart groups that are not to be used, as IBooks.read returns them
    /// @param totals one a market, likewise
    function _addBook(Walk memory walk, uint256[] memory apart, uint256[] memory totals) private view {
        for (uint256 i; i < totals.length; i += 1 + BookTotals.COUNT) {
            uint256 head = totals[i];
            MarketSums memory sums = walk.markets[_marketIndex(walk, uint8(head), 0)];
            if (walk.pricedOnly && sums.status == DataStatus.Unusable) continue;
            Total memory total = BookTotals.unpack(totals, i + 1);
            uint256[] memory others = sums.gridCurrent ? apart : books.entriesOf(walk.account);
            if (others.length != 0) _takeApart(walk, sums, total, others);
            if (!sums.gridCurrent) continue;
            if (head >> 16 != 0) {
                sums.live = true;
                DataStatus status = DataStatus(uint8(head >> 8));
                if (status > sums.status) sums.status = status;
            }
            SheetMath.addTotal(sums, total);
        }
    }

    /// @dev Takes groups of a market out of its total; their legs join those to be walked.
    function _takeApart(
        Walk memory walk,
        MarketSums memory sums,
        Total memory total,
        uint256[] memory entries
    ) private view {
        for (uint256 i; i < entries.length; ++i) {
            uint256 group = BookGroups.groupOf(entries[i]);
            if (group >> 20 != sums.market) continue;
            if (sums.gridCurrent && BookGroups.versionOf(entries[i]) != 0) {
                BookTotals.take(total, BookWords.unpack(books.partOf(walk.account, group)));
            }
            walk.words = Packing.concat(walk.words, books.legsOf(walk.account, group));
        }
    }

    // Sheets: what the legs of one expiry share

    /// @dev Fills in what the legs of the sheet's group are valued with.
    /// @param entries legs, the first of which is one of the group's: it is named if the arrays are not current
    function _openSheet(
        Walk memory walk,
        Sheet memory sheet,
        MarketSums memory sums,
        uint256[] memory entries
    ) private view {
        uint256 group = sheet.group;
        uint256 expiry = (group & 0xfffff) * 1 hours;
        if (expiry <= block.timestamp) {
            (Price fixing, bool exists) = settlementOracle.fixing(sums.market, expiry);
            if (!exists && sums.spot == 0) sums.status = DataStatus.Unusable;
            sheet.settlementPrice = exists ? Price.unwrap(fixing) : sums.spot;
            sheet.expired = true;
            return;
        }
        sums.live = true;
        // Without any price there is nothing to value a live option with; the status says so.
        if (sums.spot == 0) return;
        (sheet.counted, sheet.base) = (true, sums.base);
        if (!_readPage(walk, sheet, sums, expiry)) {
            if (!walk.anyway) _revertStale(group, uint32(entries[0] >> 68));
            (uint256 forward, DataStatus status, bytes memory page) = _evaluate(
                walk,
                sums,
                group,
                SheetMath.strikesOf(entries, group)
            );
            (sheet.forward, sheet.page) = (forward * PRICE_UNIT, page);
            if (status > sums.status) sums.status = status;
        }
    }

    /// @dev Whether the stored arrays of an expiry are current; if so, with its page.
    function _readPage(
        Walk memory walk,
        Sheet memory sheet,
        MarketSums memory sums,
        uint256 expiry
    ) private view returns (bool) {
        if (!sums.gridCurrent) return false;
        uint256 header = walk.headerGroup == sheet.group ? walk.header : riskArrays.headerOf(sheet.group);
        if (!GridWords.isCurrent(sums.grid, header, expiry, block.timestamp)) return false;
        sheet.forward = GridWords.forwardOf(header) * PRICE_UNIT;
        (sheet.page, sheet.slotMask) = Pages.loadIndexed(GridWords.pageOf(header));
        _noteLate(sums, header);
        return true;
    }

    /// @dev Arrays that were made from a stale slice open no risk.
    function _noteLate(MarketSums memory sums, uint256 header) private pure {
        if (GridWords.isLate(header) && sums.status == DataStatus.Good) {
            sums.status = DataStatus.LiquidationOnly;
        }
    }

    function _evaluate(
        Walk memory walk,
        MarketSums memory sums,
        uint256 group,
        uint256[] memory strikes
    ) private view returns (uint256 forward, DataStatus status, bytes memory page) {
        MarketParameters memory p = _parametersOf(walk, sums.market);
        Grid memory grid = GridWords.unpack(sums.grid);
        return riskArrays.evaluate(grid, group, strikes, p.volUp, p.volDown);
    }

    // Markets

    /// @dev The index of a market's sums, which are opened when first asked for.
    /// @param group whose header is wanted next, or zero: it comes with the grid
    function _marketIndex(
        Walk memory walk,
        uint8 market,
        uint256 group
    ) private view returns (uint256 index) {
        unchecked {
            uint256 count = walk.marketCount;
            for (; index < count; ++index) {
                if (walk.markets[index].market == market) return index;
            }
            MarketSums memory sums;
            PriceReading memory reading = priceRouter.spot(market);
            sums.market = market;
            sums.spot = Price.unwrap(reading.price);
            sums.status = _statusOf(reading.status, sums.spot);
            if (walk.proposed) {
                MarketParameters memory p = _parametersOf(walk, market);
                sums.grid = GridWords.pack(NodeValuation.freshGrid(sums.spot, p, block.timestamp));
            } else {
                (sums.grid, sums.gridCurrent, walk.header) = riskArrays.gridAt(market, sums.spot, group);
                walk.headerGroup = group;
            }
            sums.base = GridWords.referenceOf(sums.grid) * PRICE_UNIT;
            walk.markets[count] = sums;
            walk.marketCount = count + 1;
        }
    }

    /// @dev What a market is valued with: the parameters in force, unless some are proposed.
    function _parametersOf(Walk memory walk, uint8 market) private view returns (MarketParameters memory) {
        if (walk.proposed && walk.proposalMarket == market) {
            return ParameterRamp.unpack(walk.proposalFirst, walk.proposalSecond);
        }
        return _parametersInForce(market);
    }

    function _statusOf(PriceStatus status, uint256 spot) private pure returns (DataStatus) {
        if (spot == 0) return DataStatus.Unusable;
        if (status == PriceStatus.Ok) return DataStatus.Good;
        if (status == PriceStatus.StaleForTrading || status == PriceStatus.SourcesDisagree) {
            return DataStatus.LiquidationOnly;
        }
        return DataStatus.Unusable;
    }

    function _revertStale(uint256 group, uint256 strike) private pure {
        revert IRiskArrays.RiskArrays_StaleStrike(
            uint8(group >> 20),
            (group & 0xfffff) * 1 hours,
            strike * 1e16
        );
    }
}
