// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IPriceFeed, IPriceRouter, PriceReading, PriceStatus} from "../interfaces/IPriceRouter.sol";
import {Price} from "../types/Price.sol";

/// @notice Which feeds price which market, and what to make of two that differ. Holds nothing; trusts the curator to
/// set feeds.
/// @dev A pinned reading is a good one that a second source, if there is one, was there to confirm: its price and above it its time stand in one word of transient storage.
contract PriceRouter is IPriceRouter, AccessManaged {
    /// @dev A band of zero says that there is no second feed, so that a market with one feed reads one word.
    struct Sources {
        IPriceFeed first;
        uint64 band;
        IPriceFeed second;
    }

    uint256 private constant WAD = 1e18;
    uint256 private constant NARROWEST_BAND = 0.001e18;
    uint256 private constant WIDEST_BAND = 0.2e18;

    /// @dev keccak256("ballast.oracle.pinned") - 1; a word a market follows.
    uint256 private constant PINNED = 0xc4ad588ca393dc8b11829077038ea5c054e63655a109d49223c5adcbeb33625a;
    uint256 private constant TIME_AT = 192;

    mapping(uint8 => Sources) private _sources;

    constructor(address authority) AccessManaged(authority) {}

    /// @inheritdoc IPriceRouter
    function setFeed(uint8 market, IPriceFeed feed) external restricted {
        if (address(feed) == address(0)) revert PriceRouter_ZeroAddress();
        _requireContract(feed);
        _requireAgreement(market, feed);
        emit FeedSet(market, address(_sources[market].first), address(feed));
        _sources[market].first = feed;
        _keep(market, 0);
    }

    /// @inheritdoc IPriceRouter
    function setSecondFeed(uint8 market, IPriceFeed feed, uint256 band) external restricted {
        bool isRemoval = address(feed) == address(0);
        if (isRemoval ? band != 0 : band < NARROWEST_BAND || band > WIDEST_BAND)
            revert PriceRouter_BadBand(band, isRemoval ? 0 : NARROWEST_BAND, isRemoval ? 0 : WIDEST_BAND);
        if (!isRemoval) _requireContract(feed);
        Sources storage sources = _sources[market];
        emit SecondFeedSet(market, address(sources.second), address(feed), sources.band, band);
        sources.second = feed;
        sources.band = uint64(band);
        _keep(market, 0);
    }

    /// @inheritdoc IPriceRouter
    function pin(uint8 market) external returns (PriceReading memory reading) {
        reading = spot(market);
        uint256 price = Price.unwrap(reading.price);
        bool isKept =
            reading.status == PriceStatus.Ok && price >> TIME_AT == 0 && reading.updatedAt <= block.timestamp;
        if (!isKept) return reading;
        // Who gives little gas can make the second source fail, which then contradicts nobody; what it did not confirm is
        // read again by the next.
        Sources storage sources = _sources[market];
        if (sources.band != 0 && _read(sources.second).status != PriceStatus.Ok) return reading;
        _keep(market, price | (reading.updatedAt << TIME_AT));
    }

    /// @inheritdoc IPriceRouter
    function spot(uint8 market) public view returns (PriceReading memory reading) {
        uint256 slot = PINNED + market;
        uint256 kept;
        assembly ("memory-safe") {
            kept := tload(slot)
        }
        if (kept == 0) return _read(market);
        reading.price = Price.wrap(uint192(kept));
        reading.updatedAt = kept >> TIME_AT;
    }

    function _read(uint8 market) private view returns (PriceReading memory reading) {
        Sources storage sources = _sources[market];
        (IPriceFeed first, uint256 band) = (sources.first, sources.band);
        if (address(first) == address(0)) {
            reading.status = PriceStatus.NotConfigured;
            return reading;
        }
        reading = _read(first);
        if (band != 0) return _compared(reading, sources.second, band);
    }

    /// @inheritdoc IPriceRouter
    function tradingSpot(uint8 market) external view returns (Price) {
        PriceReading memory reading = spot(market);
        if (reading.status != PriceStatus.Ok) revert PriceRouter_PriceUnusable(market, reading.status);
        return reading.price;
    }

    /// @inheritdoc IPriceRouter
    function feedOf(uint8 market) external view returns (IPriceFeed) {
        return _sources[market].first;
    }

    /// @inheritdoc IPriceRouter
    function spotAndSecond(
        uint8 market
    ) external view returns (PriceReading memory reading, IPriceFeed secondFeed) {
        reading = spot(market);
        (secondFeed, ) = secondFeedOf(market);
    }

    /// @inheritdoc IPriceRouter
    function secondFeedOf(uint8 market) public view returns (IPriceFeed feed, uint256 band) {
        band = _sources[market].band;
        // Beside the first feed; the second takes a word of its own.
        if (band != 0) feed = _sources[market].second;
    }

    /// @dev What a pinned market reads for the rest of the transaction; zero for what its feeds say.
    function _keep(uint8 market, uint256 word) private {
        uint256 slot = PINNED + market;
        assembly ("memory-safe") {
            tstore(slot, word)
        }
    }

    /// @dev A sequencer that is down is no fault of the first feed: nobody could answer to the second one's price.
    function _compared(
        PriceReading memory reading,
        IPriceFeed secondFeed,
        uint256 band
    ) private view returns (PriceReading memory) {
        PriceStatus status = reading.status;
        if (status == PriceStatus.SequencerDown || status == PriceStatus.SequencerGrace) return reading;
        PriceReading memory second = _read(secondFeed);
        if (status == PriceStatus.Ok) {
            bool differs = second.status == PriceStatus.Ok && _isApart(reading.price, second.price, band);
            if (differs) reading.status = PriceStatus.SourcesDisagree;
            return reading;
        }
        if (second.status > PriceStatus.StaleForTrading || second.status >= status) return reading;
        second.status = PriceStatus.StaleForTrading;
        return second;
    }

    function _read(IPriceFeed feed) private view returns (PriceReading memory reading) {
        try feed.read() returns (PriceReading memory result) {
            return result;
        } catch {
            reading.status = PriceStatus.Reverted;
        }
    }

    /// @dev Feeds bound their prices well below 2^190, so the products fit.
    function _isApart(Price first, Price second, uint256 band) private pure returns (bool) {
        (uint256 a, uint256 b) = (Price.unwrap(first), Price.unwrap(second));
        return (a > b ? a - b : b - a) * WAD > a * band;
    }

    /// @dev A feed in the wrong unit would put everybody up for sale at once. While the one in force is good, another must
    /// not be far from it, unless the second source is good as well and stands by the new one.
    function _requireAgreement(uint8 market, IPriceFeed feed) internal view virtual {
        Sources storage sources = _sources[market];
        if (address(sources.first) == address(0)) return;
        PriceReading memory proposed = _read(feed);
        PriceReading memory current = _read(sources.first);
        if (!_areFarApart(current, proposed)) return;
        if (sources.band != 0) {
            PriceReading memory second = _read(sources.second);
            bool isBacked =
                second.status == PriceStatus.Ok && !_isApart(second.price, proposed.price, sources.band);
            if (isBacked) return;
        }
        revert PriceRouter_FeedsApart(market, current.price, proposed.price);
    }

    function _areFarApart(PriceReading memory a, PriceReading memory b) private pure returns (bool) {
        if (a.status != PriceStatus.Ok || b.status != PriceStatus.Ok) return false;
        if (Price.unwrap(a.price) == 0 || Price.unwrap(b.price) == 0) return false;
        return _isApart(a.price, b.price, WIDEST_BAND);
    }

    /// @dev A call to an address without code would make reading revert.
    function _requireContract(IPriceFeed feed) private view {
        if (address(feed).code.length == 0) revert PriceRouter_NotAContract(address(feed));
    }
}
