// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPriceFeed, IPriceRouter, PriceReading} from "../../contracts/interfaces/IPriceRouter.sol";
import {CodeStore} from "../../contracts/libraries/CodeStore.sol";
import {FaultyAggregator} from "./FaultyAggregator.sol";

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

    /// @notice Keeps so many bytes as code, and returns how many there are.
    function keep(uint256 length) external returns (uint256) {
        return CodeStore.write(new bytes(length)).code.length;
    }
}
