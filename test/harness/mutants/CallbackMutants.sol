// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {IAuctionHouse} from "../../../contracts/interfaces/ILiquidation.sol";
import {ITradeDesk} from "../../../contracts/interfaces/ITradeDesk.sol";
import {VaultCloser} from "../../../contracts/liquidation/VaultCloser.sol";

/// @notice A closer that takes anybody's call for the house's.
contract CallableCloser is VaultCloser {
    constructor(
        IClearinghouse ledger,
        IAuctionHouse house,
        ITradeDesk desk_
    ) VaultCloser(ledger, house, desk_) {}

    function _requireHouse() internal view override {}
}
