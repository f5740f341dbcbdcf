// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    IPriceFeed,
    IPriceRouter,
    PriceReading,
    PriceStatus
} from "../../contracts/interfaces/IPriceRouter.sol";
import {Price} from "../../contracts/types/Price.sol";
import {FaultyAggregator} from "./FaultyAggregator.sol";

/// @notice A good source that takes much gas to read.
contract DearFeed is IPriceFeed {
    uint256 public price;

    function setPrice(uint256 price_) external {
        price = price_;
    }

    function read() external view returns (PriceReading memory) {
        uint256 sum;
        for (uint256 i; i < 1_000; ++i) sum ^= uint256(keccak256(abi.encode(i)));
        return PriceReading(Price.wrap(sum == 0 ? 0 : price), block.timestamp, PriceStatus.Ok);
    }

    function aggregator() external view returns (address) {
        return address(this);
    }
}

/// @notice Reads a market's price, has its source answer anew, and reads again, in one transaction.
contract PinProbe {
    function observe(
        IPriceRouter router,
        uint8 market,
        FaultyAggregator source,
        int256 answer
    ) external returns (PriceReading memory pinned, PriceReading memory afterwards) {
        pinned = router.pin(market);
        uint80 id = source.latest() + 1;
        source.push(id, answer, block.timestamp, id);
        afterwards = router.spot(market);
    }

    /// @notice Has a price kept with little gas, and reads it with enough.
    function starve(
        IPriceRouter router,
        uint8 market,
        uint256 allowance
    ) external returns (bool done, PriceReading memory afterwards) {
        try router.pin{gas: allowance}(market) {
            done = true;
        } catch {}
        afterwards = router.spot(market);
    }

    /// @notice Reads a market's price, has another feed set, and reads again, in one transaction.
    function change(
        IPriceRouter router,
        uint8 market,
        IPriceFeed feed
    ) external returns (PriceReading memory pinned, PriceReading memory afterwards) {
        pinned = router.pin(market);
        router.setFeed(market, feed);
        afterwards = router.spot(market);
    }
}
