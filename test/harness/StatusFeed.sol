// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPriceFeed, PriceReading, PriceStatus} from "../../contracts/interfaces/IPriceRouter.sol";
import {Price} from "../../contracts/types/Price.sol";

/// @notice A price source in whatever state it is told to be in, or one that reverts.
contract StatusFeed is IPriceFeed {
    address public aggregator;
    PriceReading private _reading;
    bool private _reverts;

    error Dead();

    constructor(address aggregator_) {
        aggregator = aggregator_;
    }

    function set(uint256 price, uint256 updatedAt, PriceStatus status) external {
        _reading = PriceReading(Price.wrap(price), updatedAt, status);
        _reverts = false;
    }

    function kill() external {
        _reverts = true;
    }

    function read() external view returns (PriceReading memory) {
        if (_reverts) revert Dead();
        return _reading;
    }
}
