// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IPriceFeed, IPriceRouter, PriceReading, PriceStatus} from "../interfaces/IPriceRouter.sol";
import {Price} from "../types/Price.sol";

/// @notice Which feed prices which market. Holds nothing; trusts the curator to set feeds.
contract PriceRouter is IPriceRouter, AccessManaged {
    mapping(uint8 => IPriceFeed) private _feeds;

    constructor(address authority) AccessManaged(authority) {}

    /// @inheritdoc IPriceRouter
    function setFeed(uint8 market, IPriceFeed feed) external restricted {
        if (address(feed) == address(0)) revert PriceRouter_ZeroAddress();
        emit FeedSet(market, address(_feeds[market]), address(feed));
        _feeds[market] = feed;
    }

    /// @inheritdoc IPriceRouter
    function spot(uint8 market) public view returns (PriceReading memory reading) {
        IPriceFeed feed = _feeds[market];
        if (address(feed) == address(0)) {
            reading.status = PriceStatus.NotConfigured;
            return reading;
        }
        try feed.read() returns (PriceReading memory result) {
            return result;
        } catch {
            reading.status = PriceStatus.Reverted;
        }
    }

    /// @inheritdoc IPriceRouter
    function tradingSpot(uint8 market) external view returns (Price) {
        PriceReading memory reading = spot(market);
        if (reading.status != PriceStatus.Ok) revert PriceRouter_PriceUnusable(market, reading.status);
        return reading.price;
    }

    /// @inheritdoc IPriceRouter
    function feedOf(uint8 market) external view returns (IPriceFeed) {
        return _feeds[market];
    }
}
