// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBooks} from "../interfaces/IBooks.sol";
import {IPriceRouter, PriceReading, PriceStatus} from "../interfaces/IPriceRouter.sol";
import {ExpiryHeader, IRiskArrays} from "../interfaces/IRiskArrays.sol";
import {CollateralAmount, DataStatus, IRiskEngine, MarketVector} from "../interfaces/IRiskEngine.sol";
import {MarketParameters} from "../interfaces/IRiskParameters.sol";
import {ISettlementOracle} from "../interfaces/ISettlementOracle.sol";
import {Packing} from "../libraries/Packing.sol";
import {Price} from "../types/Price.sol";
import {Quantity} from "../types/Quantity.sol";
import {BookGroups} from "./BookGroups.sol";
import {BookTotals, Total} from "./BookTotals.sol";
import {BookWords} from "./BookWords.sol";
import {NodeValuation} from "./NodeValuation.sol";
import {Pages} from "./Pages.sol";
import {SheetMath} from "./SheetMath.sol";
import {VectorMath} from "./VectorMath.sol";
import {LAST_TOUCHED, MarketSums, Sheet, StrikeNet, Walk} from "./Walk.sol";

/// @title PortfolioVectors
/// @notice Turns a portfolio into one vector a market: its worth at every node. One pass over the legs in any order adds
/// up the net quantity of every strike; then each strike's words are added once, times their net.
abstract contract PortfolioVectors is IRiskEngine {
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

    /// @dev What a market is valued with: the parameters in force, unless some are proposed.
    function _parametersOf(
        Walk memory walk,
        uint8 market
    ) internal view virtual returns (MarketParameters memory);

    /// @dev The vectors of a portfolio by increasing market.
    /// @param walk fresh, with its words and options set
    function _vectors(
        Walk memory walk,
        CollateralAmount[] memory collateral
    ) internal view returns (MarketVector[] memory vectors) {
        uint256[] memory words = walk.words;
        unchecked {
            // At most two sheets a word; loop counters.
            if (walk.hasBook) (walk.groups, walk.bookWords) = books.read(walk.account);
            uint256 groups = 2 * words.length + walk.groups.length;
            _reserve(walk, groups, groups + collateral.length);
            walk.current.group = type(uint256).max;
            _addLegs(walk);
            if (walk.groups.length != 0) _addBook(walk);
            for (uint256 i; i < collateral.length; ++i) {
                uint256 index = _marketIndex(walk, collateral[i].market);
                walk.markets[index].collateral += uint256(Quantity.unwrap(collateral[i].amount));
            }
            for (uint256 i; i < walk.sheetCount; ++i) {
                Sheet memory sheet = walk.sheets[i];
                SheetMath.close(sheet, walk.markets[sheet.market]);
            }
            return _finishAll(walk);
        }
    }

    /// @dev Room for pointers only: each struct is built when it is needed.
    function _reserve(Walk memory walk, uint256 sheetCount, uint256 marketCount) private pure {
        uint256[] memory sheetList = new uint256[](sheetCount);
        uint256[] memory marketList = new uint256[](marketCount);
        Sheet[] memory sheets;
        MarketSums[] memory markets;
        assembly ("memory-safe") {
            sheets := sheetList
            markets := marketList
        }
        (walk.sheets, walk.markets) = (sheets, markets);
    }

    /// @dev One vector a market, by increasing market.
    function _finishAll(Walk memory walk) private pure returns (MarketVector[] memory vectors) {
        unchecked {
            uint256 count = walk.marketCount;
            uint256[] memory list = new uint256[](count);
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

    /// @dev Counts all legs of `walk.words`.
    function _addLegs(Walk memory walk) private view {
        uint256[] memory words = walk.words;
        unchecked {
            // A counter.
            for (uint256 i; i < words.length; ++i) {
                uint256 word = words[i];
                if (uint128(word) != 0) _addLeg(walk, uint128(word));
                if (word >> 128 != 0) _addLeg(walk, word >> 128);
            }
        }
    }

    /// @dev Counts one leg.
    function _addLeg(Walk memory walk, uint256 entry) private view {
        if (walk.current.group != entry >> 100) _turnTo(walk, entry);
        Sheet memory sheet = walk.current;
        if (SheetMath.tryLeg(sheet, entry)) return;
        if (sheet.expired) {
            SheetMath.settle(sheet, entry);
        } else if (sheet.counted) {
            SheetMath.count(sheet, entry, _addLoose(walk, sheet, uint32(entry >> 68), int64(uint64(entry))));
        } else {
            SheetMath.leave(sheet, entry);
        }
    }

    /// @dev Nets a leg whose strike is not on the page; returns its word B.
    function _addLoose(
        Walk memory walk,
        Sheet memory sheet,
        uint256 strike,
        int256 quantity
    ) private view returns (uint256) {
        uint256 count = sheet.looseCount;
        for (uint256 i; i < count; ++i) {
            StrikeNet memory known = sheet.loose[i];
            if (known.strike != strike) continue;
            known.net += quantity;
            return known.b;
        }
        if (count == 0) {
            uint256[] memory list = new uint256[](2 * walk.words.length);
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
            (, , bytes memory page) = _evaluate(walk, sheet, strikes);
            (a, b, ) = Pages.wordsAt(page, 0);
        }
        sheet.loose[count] = StrikeNet(strike, a, b, quantity);
        sheet.looseCount = count + 1;
        return b;
    }

    // Books: expiries that are summed already

    /// @dev Adds the book of an account.
    function _addBook(Walk memory walk) private view {
        DataStatus[] memory standings = riskArrays.standingsOf(walk.groups);
        for (uint256 i; i < walk.bookWords.length; i += 1 + BookTotals.COUNT) _addTotal(walk, standings, i);
    }

    /// @dev Adds the total of one market. What is not current in it, and expiries that have passed, are taken out, and their
    /// legs walked like any others.
    function _addTotal(Walk memory walk, DataStatus[] memory standings, uint256 first) private view {
        uint256 market = walk.bookWords[first];
        MarketSums memory sums = walk.markets[_marketIndex(walk, uint8(market))];
        Total memory total;
        if (sums.gridCurrent) total = BookTotals.unpack(walk.bookWords, first + 1);
        for (uint256 i; i < standings.length; ++i) {
            uint256 group = BookGroups.groupOf(walk.groups[i]);
            if (group >> 20 != market) continue;
            if (sums.gridCurrent && standings[i] != DataStatus.Unusable) {
                sums.live = true;
                if (standings[i] > sums.status) sums.status = standings[i];
                continue;
            }
            if (sums.gridCurrent && BookGroups.versionOf(walk.groups[i]) != 0) {
                BookTotals.take(total, BookWords.unpack(books.partOf(walk.account, group)));
            }
            walk.words = books.legsOf(walk.account, group);
            _addLegs(walk);
        }
        if (sums.gridCurrent) SheetMath.addTotal(sums, total);
    }

    // Sheets: what the legs of one expiry share

    /// @dev Makes the sheet of a leg the current one; opens it with its first leg.
    function _turnTo(Walk memory walk, uint256 entry) private view {
        uint256 group = entry >> 100;
        uint256 count = walk.sheetCount;
        uint256 index = SheetMath.indexOf(walk.sheets, count, group);
        if (index == count) {
            walk.sheets[count] = _openSheet(walk, group, uint32(entry >> 68));
            walk.sheetCount = count + 1;
        }
        walk.current = walk.sheets[index];
    }

    function _openSheet(
        Walk memory walk,
        uint256 group,
        uint256 strike
    ) private view returns (Sheet memory sheet) {
        sheet.market = _marketIndex(walk, uint8(group >> 20));
        sheet.group = group;
        MarketSums memory sums = walk.markets[sheet.market];
        uint256 expiry = (group & 0xfffff) * 1 hours;
        if (expiry <= block.timestamp) {
            (Price fixing, bool exists) = settlementOracle.fixing(sums.market, expiry);
            if (!exists && sums.spot == 0) sums.status = DataStatus.Unusable;
            sheet.settlementPrice = exists ? Price.unwrap(fixing) : sums.spot;
            sheet.expired = true;
            return sheet;
        }
        sums.live = true;
        // Without any price there is nothing to value a live option with; the status says so.
        if (sums.spot == 0) return sheet;
        (sheet.counted, sheet.base) = (true, sums.base);
        if (!_readPage(sheet, sums, expiry)) {
            if (!walk.anyway) _revertStale(group, strike);
            DataStatus status;
            (sheet.forward, status, sheet.page) = _evaluate(
                walk,
                sheet,
                Packing.strikesOf(walk.words, group)
            );
            if (status > sums.status) sums.status = status;
        }
        sheet.entries = Pages.count(sheet.page);
        uint256[] memory scratch = new uint256[](2 * sheet.entries);
        uint256 scratchStart;
        assembly ("memory-safe") {
            scratchStart := add(scratch, 0x20)
        }
        (sheet.nets, sheet.touched) = (scratchStart, LAST_TOUCHED);
    }

    /// @dev Whether the stored arrays of an expiry are current; if so, with its page.
    function _readPage(
        Sheet memory sheet,
        MarketSums memory sums,
        uint256 expiry
    ) private view returns (bool) {
        if (!sums.gridCurrent) return false;
        ExpiryHeader memory header = riskArrays.headerOf(sheet.group);
        if (!NodeValuation.isCurrent(sums.grid, header, expiry, block.timestamp)) return false;
        sheet.forward = header.forward;
        sheet.page = Pages.load(header.page);
        _noteLate(sums, header);
        return true;
    }

    /// @dev Arrays that were made from a stale slice open no risk.
    function _noteLate(MarketSums memory sums, ExpiryHeader memory header) private pure {
        if (NodeValuation.isLate(header) && sums.status == DataStatus.Good) {
            sums.status = DataStatus.LiquidationOnly;
        }
    }

    function _evaluate(
        Walk memory walk,
        Sheet memory sheet,
        uint256[] memory strikes
    ) private view returns (uint256 forward, DataStatus status, bytes memory page) {
        MarketSums memory sums = walk.markets[sheet.market];
        MarketParameters memory p = _parametersOf(walk, sums.market);
        return riskArrays.evaluate(sums.grid, sheet.group, strikes, p.volUp, p.volDown);
    }

    // Markets

    /// @dev The sums of a market, opened when first asked for.
    function _marketIndex(Walk memory walk, uint8 market) private view returns (uint256 index) {
        unchecked {
            uint256 count = walk.marketCount;
            for (; index < count; ++index) {
                if (walk.markets[index].market == market) return index;
            }
            walk.markets[count] = _openMarket(walk, market);
            walk.marketCount = count + 1;
        }
    }

    function _openMarket(Walk memory walk, uint8 market) private view returns (MarketSums memory sums) {
        PriceReading memory reading = priceRouter.spot(market);
        sums.market = market;
        sums.spot = Price.unwrap(reading.price);
        sums.status = _statusOf(reading.status, sums.spot);
        if (walk.proposed) {
            MarketParameters memory p = _parametersOf(walk, market);
            sums.grid = NodeValuation.freshGrid(sums.spot, p, block.timestamp);
        } else {
            (sums.grid, sums.gridCurrent) = riskArrays.gridAt(market, sums.spot);
        }
        sums.base = uint256(sums.grid.referenceSpot) * 1e10;
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
