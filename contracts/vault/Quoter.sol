// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBooks} from "../interfaces/IBooks.sol";
import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {IOptionsVault} from "../interfaces/IOptionsVault.sol";
import {IPriceFeed, IPriceRouter, PriceReading, PriceStatus} from "../interfaces/IPriceRouter.sol";
import {Conditions, IQuoter, OrderQuote, Quote, QuoterParameters} from "../interfaces/IQuoter.sol";
import {IRiskArrays} from "../interfaces/IRiskArrays.sol";
import {ISurfaceFeed} from "../interfaces/ISurfaceFeed.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Price} from "../types/Price.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";
import {QuoteFace} from "./QuoteFace.sol";
import {QuoteMarks, SeriesMark} from "./QuoteMarks.sol";
import {Exposure, QuoteRisk} from "./QuoteRisk.sol";
import {QuoteTerms} from "./QuoteTerms.sol";

/// @title Quoter
/// @notice Prices trades against the vault's whole book: Black-76 at the surface's volatility, moved against the taker by a
/// half-spread, by a spread on the spot, and by what the trade adds to the risk of the book (see QuoteRisk). Holds nothing;
/// trusts surface, books and curator, the publisher within bounds, and the hedge for what it can absorb.
/// @dev Every part of a premium rounds against the taker, so that pieces add up to at least the whole.
contract Quoter is QuoteFace {
    /// @dev An order in the making. `quantities` are what the taker gains; sides and delta are in [wad squared].
    struct Order {
        uint8 market;
        bool twoSteps;
        bool opens;
        InstrumentId[] instruments;
        Quantity[] quantities;
        uint256 spot;
        uint256 bid;
        uint256 ask;
        uint256 spotAge;
        uint256 capital;
        int256 netDelta;
        int256 netGamma;
        uint256[] bought;
        uint256[] sold;
    }

    uint256 private constant MOST_LEGS = 8;
    /// @dev Series beyond which the smallest size of a new one doubles, at once and with every further step: the ledger bounds
    /// how many the vault holds, and places that cost nothing would be taken by whoever wants it to open no others.
    uint256 private constant AMPLE_SERIES = 512;
    uint256 private constant SERIES_STEP = 32;
    /// @dev What fixings average (see SettlementOracle).
    uint256 private constant FIXING_WINDOW = 30 minutes;
    /// @dev Widest half-spread in volatility, whatever adds up to it [wad].
    uint256 private constant WIDEST = 0.5e18;

    IClearinghouse public immutable clearinghouse;
    IPriceRouter public immutable priceRouter;
    IRiskArrays public immutable riskArrays;
    IBooks public immutable books;

    /// @param authority the AccessManager
    /// @param vault_ whose book is quoted
    /// @param ledger where its account is
    /// @param router live spot
    /// @param surfaces how old they are
    /// @param arrays refreshed before a quote where somebody asks for that
    /// @param books_ sensitivities of the vault's book
    constructor(
        address authority,
        IOptionsVault vault_,
        IClearinghouse ledger,
        IPriceRouter router,
        ISurfaceFeed surfaces,
        IRiskArrays arrays,
        IBooks books_
    ) QuoteFace(authority, vault_, surfaces) {
        if (
            address(ledger) == address(0) ||
            address(router) == address(0) ||
            address(arrays) == address(0) ||
            address(books_) == address(0)
        ) revert Quoter_ZeroAddress();
        (clearinghouse, priceRouter) = (ledger, router);
        (riskArrays, books) = (arrays, books_);
    }

    /// @inheritdoc IQuoter
    function quote(InstrumentId instrument, Quantity quantity) external view returns (Quote memory result) {
        InstrumentId[] memory instruments = new InstrumentId[](1);
        Quantity[] memory quantities = new Quantity[](1);
        (instruments[0], quantities[0]) = (instrument, quantity);
        // As a call, here and below: the code of a quote stands in the contract once.
        OrderQuote memory order = this.quoteLegs(instruments, quantities, false);
        (result.premium, result.fair, result.charge) = (order.premium, order.fair, order.charge);
        (result.volatility, result.reducesRisk) = (order.volatilities[0], order.reducesRisk);
        int256 premium = Usd.unwrap(order.premium);
        uint256 size = FixedPoint.abs(Quantity.unwrap(quantity));
        if (Quantity.unwrap(quantity) > 0) {
            result.price = Price.wrap(FixedPoint.divUp(uint256(premium), size));
        } else if (premium < 0) {
            result.price = Price.wrap(FixedPoint.divDown(uint256(-premium), size));
        }
    }

    /// @inheritdoc IQuoter
    function quoteLegs(
        InstrumentId[] calldata instruments,
        Quantity[] calldata quantities,
        bool twoSteps
    ) external view returns (OrderQuote memory result) {
        Order memory order;
        (order.instruments, order.quantities, order.twoSteps) = (instruments, quantities, twoSteps);
        _requireOrder(order);
        _readSpot(order);
        QuoterParameters memory p = _read(IN_FORCE);
        order.capital = _capitalNow();
        uint256 legs = instruments.length;
        (result.fairs, result.volatilities) = (new Usd[](legs), new uint256[](legs));
        (order.bought, order.sold) = (new uint256[](legs), new uint256[](legs));
        int256 fair;
        for (uint256 i; i < legs; ++i) {
            result.fairs[i] = _addLeg(p, order, i, result.volatilities);
            fair += Usd.unwrap(result.fairs[i]);
        }
        if (order.opens && order.capital == 0) revert Quoter_NoCapacity(Usd.wrap(0));
        Exposure memory exposure = _exposureOf(order);
        QuoteRisk.requireWithinLimits(p, exposure);
        _requireHedgeable(p, order.market, exposure);
        uint256 charge;
        (charge, result.reducesRisk) = QuoteRisk.chargeOf(p, exposure);
        uint256 costs = charge + _volatilityCost(p, order) + _spotCost(p, order);
        result.fair = Usd.wrap(fair);
        result.charge = Usd.wrap(int256(charge));
        result.premium = Usd.wrap(fair + int256(costs));
    }

    /// @inheritdoc IQuoter
    function refreshAndQuote(
        InstrumentId[] calldata instruments,
        Quantity[] calldata quantities,
        bool twoSteps
    ) external returns (OrderQuote memory) {
        uint256[] memory words = new uint256[](instruments.length);
        // As packed positions of the smallest size.
        for (uint256 i; i < words.length; ++i) {
            words[i] = (uint256(InstrumentId.unwrap(instruments[i])) << 64) | 1;
        }
        // What cannot be made current is told by the quote, if it matters to it.
        try riskArrays.refreshPositions(words) {} catch {}
        try books.refreshAll(_account) {} catch {}
        try this.ensureMarked() {} catch {}
        return this.quoteLegs(instruments, quantities, twoSteps);
    }

    function _requireOrder(Order memory order) private pure {
        InstrumentId[] memory instruments = order.instruments;
        uint256 legs = instruments.length;
        if (legs == 0 || legs > MOST_LEGS || legs != order.quantities.length) {
            revert Quoter_BadOrder(legs, order.quantities.length, MOST_LEGS);
        }
        uint8 market = instruments[0].marketOf();
        for (uint256 i; i < legs; ++i) {
            if (Quantity.unwrap(order.quantities[i]) == 0) revert Quoter_ZeroQuantity();
            InstrumentId one = instruments[i];
            if (one.marketOf() != market) revert Quoter_MixedMarkets(market, one.marketOf());
            for (uint256 j; j < i; ++j) {
                if (instruments[j] == one) revert Quoter_RepeatedSeries(one);
            }
        }
        order.market = market;
    }

    /// @dev With a second good source the taker gets the worse price of the two, whichever side that is.
    function _readSpot(Order memory order) internal view virtual {
        (PriceReading memory reading, IPriceFeed second) = priceRouter.spotAndSecond(order.market);
        uint256 spot = Price.unwrap(reading.price);
        (order.spot, order.bid, order.ask) = (spot, spot, spot);
        if (block.timestamp > reading.updatedAt) order.spotAge = block.timestamp - reading.updatedAt;
        if (address(second) == address(0)) return;
        reading = second.read();
        uint256 other = Price.unwrap(reading.price);
        if (reading.status != PriceStatus.Ok || other == 0) return;
        (order.bid, order.ask) = (FixedPoint.min(spot, other), FixedPoint.max(spot, other));
    }

    /// @dev Values one leg, checks whether it may be opened, and adds what it costs and carries to the order.
    function _addLeg(
        QuoterParameters memory p,
        Order memory order,
        uint256 index,
        uint256[] memory volatilities
    ) private view returns (Usd) {
        InstrumentId instrument = order.instruments[index];
        int256 quantity = Quantity.unwrap(order.quantities[index]);
        SeriesMark memory mid = QuoteMarks.markOf(surfaceFeed, instrument, order.spot);
        _requireBeforeFixing(p, instrument.expiryOf() - block.timestamp);
        if (!_closes(p, instrument, quantity)) {
            order.opens = true;
            _requireOpenable(p, instrument, mid);
        }
        uint256 shift = _halfSpreadOf(p, instrument, mid);
        uint256 floored = mid.volatility > shift ? mid.volatility - shift : 0;
        uint256 volatility = quantity > 0 ? mid.volatility + shift : floored;
        volatilities[index] = FixedPoint.max(volatility, VOLATILITY_FLOOR);
        uint256 value = mid.value;
        uint256 moved = QuoteMarks.valueAt(mid, instrument, volatilities[index]);
        // Not rounded: what the two sides of an expiry forgive each other may grow with either.
        uint256 cost = FixedPoint.abs(quantity) * (moved > value ? moved - value : value - moved);
        _addSide(order, index, quantity > 0, cost);
        _addGreeks(order, quantity, mid);
        return Usd.wrap(FixedPoint.signedMulUp(quantity, int256(value)));
    }

    /// @dev Legs of one expiry stand against each other at its first leg.
    function _addSide(Order memory order, uint256 index, bool buys, uint256 cost) private pure {
        uint256 expiry = order.instruments[index].expiryOf();
        uint256 first;
        while (order.instruments[first].expiryOf() != expiry) ++first;
        if (buys) order.bought[first] += cost;
        else order.sold[first] += cost;
    }

    /// @dev The taker's delta [wad squared USD], as a multiple of each quantity, so that pieces add up to the whole; and gamma
    /// for a move by all of the spot [wad USD], up.
    function _addGreeks(Order memory order, int256 quantity, SeriesMark memory mid) private pure {
        uint256 forward = mid.forward;
        int256 value = int256(FixedPoint.mulUp(FixedPoint.abs(mid.delta), forward));
        order.netDelta += quantity * (mid.delta > 0 ? value : -value);
        uint256 bend = FixedPoint.mulUp(FixedPoint.mulUp(mid.gamma, forward), forward);
        order.netGamma += FixedPoint.signedMulUp(quantity, int256(bend));
    }

    /// @dev Half-spread in volatility of a series.
    function _halfSpreadOf(
        QuoterParameters memory p,
        InstrumentId instrument,
        SeriesMark memory mid
    ) internal view virtual returns (uint256 shift) {
        shift = p.halfSpreadVol;
        uint256 age = FixedPoint.min(mid.age, 1 days);
        unchecked {
            // Nobody reports, and what is held may still be closed: volatility is no longer known to a point or two.
            if (age > 2 hours) age += 9 * (age - 2 hours);
            // Ten days at most, and a tenth an hour (see QuoteTerms).
            shift += (age * p.volPerHour + 1 hours - 1) / 1 hours;
        }
        Conditions memory now_ = _conditions[instrument.marketOf()];
        if (now_.realised > mid.volatility) {
            shift += FixedPoint.mulUp(now_.realised - mid.volatility, p.realisedShare);
        }
        shift = FixedPoint.min(shift + now_.toxicity, WIDEST);
    }

    /// @dev Half-spreads of all legs; what two sides of an expiry share is forgiven but for each leg's own share.
    function _volatilityCost(QuoterParameters memory p, Order memory order) private pure returns (uint256) {
        (uint256 all, uint256 forgiven) = (0, 0);
        (uint256[] memory bought, uint256[] memory sold) = (order.bought, order.sold);
        for (uint256 i; i < bought.length; ++i) {
            (uint256 one, uint256 other) = (bought[i], sold[i]);
            all += one + other;
            forgiven += 2 * FixedPoint.min(one, other);
        }
        return (all * 1e18 - forgiven * (1e18 - p.legShare) + 1e36 - 1) / 1e36;
    }

    /// @dev What the spot may move before its feed tells, on the order's delta, and on its gamma if the taker holds it: there
    /// both ways, as a leg that turns the delta's side would lower it.
    function _spotCost(
        QuoterParameters memory p,
        Order memory order
    ) internal view virtual returns (uint256 cost) {
        uint256 spread = order.twoSteps ? p.spotSpread : FixedPoint.max(p.spotSpread, p.deviationThreshold);
        spread += (FixedPoint.min(order.spotAge, 1 days) * p.spotPerHour + 1 hours - 1) / 1 hours;
        uint256 gap = order.netDelta > 0 ? order.ask - order.spot : order.spot - order.bid;
        uint256 size = (FixedPoint.abs(order.netDelta) + 1e18 - 1) / 1e18;
        cost = FixedPoint.mulUp(size, spread + FixedPoint.divUp(gap, order.spot));
        if (order.netGamma > 0) {
            spread += FixedPoint.divUp(order.ask - order.bid, order.spot);
            cost += (FixedPoint.mulUp(FixedPoint.mulUp(uint256(order.netGamma), spread), spread) + 1) / 2;
        }
    }

    /// @dev Whether the taker takes over what the vault holds of the series, or part of it. What is left, or opened, must be
    /// nothing or large enough, unless it was smaller already: series of dust would cost every later trade.
    function _closes(
        QuoterParameters memory p,
        InstrumentId instrument,
        int256 quantity
    ) internal view virtual returns (bool) {
        int256 held = Quantity.unwrap(clearinghouse.positionOf(_account, instrument));
        uint256 left = FixedPoint.abs(held - quantity);
        bool shrinks = left < FixedPoint.abs(held);
        uint256 least = held == 0 ? _leastOfNew(p.minSize) : p.minSize;
        if (left != 0 && left < least && !(shrinks && FixedPoint.abs(held) < least)) {
            revert Quoter_SizeTooSmall(left, least);
        }
        return held != 0 && (held > 0) == (quantity > 0) && FixedPoint.abs(quantity) <= FixedPoint.abs(held);
    }

    /// @dev Smallest size in which a series is opened that the vault does not hold.
    function _leastOfNew(uint256 minSize) private view returns (uint256) {
        uint256 count = clearinghouse.positionCount(_account);
        return count < AMPLE_SERIES ? minSize : minSize << ((count - AMPLE_SERIES) / SERIES_STEP + 1);
    }

    function _requireOpenable(
        QuoterParameters memory p,
        InstrumentId instrument,
        SeriesMark memory mid
    ) internal view virtual {
        uint8 market = instrument.marketOf();
        uint256 expiry = instrument.expiryOf();
        // Of this expiry, which reports may have left out while the market is fresh.
        if (mid.stale) revert Quoter_SurfaceStale(market);
        // Expiries between two posted ones could be opened by the hour; every one costs all later trades.
        if (!mid.posted) revert ISurfaceFeed.SurfaceFeed_UnknownExpiry(market, expiry);
        uint256 tenor = expiry - block.timestamp;
        if (tenor < p.minTenor || tenor > p.maxTenor) {
            revert Quoter_TenorOutOfRange(tenor, p.minTenor, p.maxTenor);
        }
        QuoteTerms.requireOnGrid(instrument.strikeOf(), p.strikeStep);
        uint256 delta = FixedPoint.abs(mid.delta);
        if (delta < p.minDelta || delta > p.maxDelta) {
            revert Quoter_DeltaOutOfRange(mid.delta, p.minDelta, p.maxDelta);
        }
        if (mid.volatility < p.minVolatility || mid.volatility > p.maxVolatility) {
            revert Quoter_VolatilityOutOfRange(mid.volatility, p.minVolatility, p.maxVolatility);
        }
    }

    /// @dev While a series is being fixed it is worth an average that is known a little better every minute, and not what the
    /// price of now says: who holds it could close at that, or be settled at the average, whichever is better.
    function _requireBeforeFixing(QuoterParameters memory p, uint256 tenor) internal view virtual {
        if (tenor < FIXING_WINDOW) revert Quoter_TenorOutOfRange(tenor, FIXING_WINDOW, p.maxTenor);
    }

    function _exposureOf(Order memory order) internal view virtual returns (Exposure memory exposure) {
        Quantity[] memory changes = new Quantity[](order.quantities.length);
        for (uint256 i; i < changes.length; ++i) changes[i] = -order.quantities[i];
        exposure.change = books.changeOf(
            _account,
            order.market,
            Price.wrap(order.spot),
            order.instruments,
            changes
        );
        (exposure.spot, exposure.capital) = (order.spot, order.capital);
        exposure.hedge = int256(clearinghouse.collateralIn(_account, order.market)) + _notedOf(order.market);
    }

    /// @dev What venues of the hedge hold or owe, as noted: a short is the vault's as much as its collateral is.
    function _notedOf(uint8 market) private view returns (int256 noted) {
        if (address(hedge) == address(0)) return 0;
        try hedge.notedPosition(market) returns (Quantity held) {
            noted = Quantity.unwrap(held);
        } catch {}
    }

    /// @dev Nothing is absorbed by a hedge that cannot be read.
    function _requireHedgeable(
        QuoterParameters memory p,
        uint8 market,
        Exposure memory exposure
    ) private view {
        (int256 before, int256 afterwards) = QuoteRisk.deltas(exposure);
        if (FixedPoint.abs(afterwards) <= FixedPoint.abs(before)) return;
        uint256 size = FixedPoint.abs(afterwards);
        uint256 limit = FixedPoint.mulDown(exposure.capital, p.maxStrandedDelta);
        // The hedge is asked only where its answer matters.
        if (FixedPoint.mulUp(size, exposure.spot) <= limit) return;
        uint256 absorbable;
        if (address(hedge) != address(0)) {
            try hedge.hedgeCapacity(market) returns (uint256 buyWad, uint256 sellWad) {
                absorbable = afterwards > 0 ? sellWad : buyWad;
            } catch {
                absorbable = 0;
            }
        }
        if (size <= absorbable) return;
        if (FixedPoint.mulUp(size - absorbable, exposure.spot) > limit) {
            revert Quoter_CannotHedge(afterwards, absorbable, limit);
        }
    }
}
