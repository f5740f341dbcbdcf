// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBooks} from "../../../contracts/interfaces/IBooks.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {EpochMark} from "../../../contracts/interfaces/IEpochAccounts.sol";
import {IOptionPricer} from "../../../contracts/interfaces/IOptionPricer.sol";
import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {ISettlementOracle} from "../../../contracts/interfaces/ISettlementOracle.sol";
import {Filled, Side} from "../../../contracts/interfaces/ISilo.sol";
import {ISurfaceFeed} from "../../../contracts/interfaces/ISurfaceFeed.sol";
import {VaultReading} from "../../../contracts/interfaces/IValuation.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {Silo} from "../../../contracts/vault/Silo.sol";
import {ValuationMutant} from "./NavMutants.sol";

/// @notice Gives those who enter a hundredth more than their due.
contract BargainSilo is Silo {
    constructor(address vault_, address asset_) Silo(vault_, asset_) {}

    function fill(
        Side side,
        uint256 mark,
        uint256 capacity,
        uint256 numerator,
        uint256 denominator
    ) public override returns (Filled memory) {
        if (side == Side.Deposit) denominator -= denominator / 100;
        return super.fill(side, mark, capacity, numerator, denominator);
    }
}

/// @notice Serves half of the exits that could be served.
contract StarvingSilo is Silo {
    constructor(address vault_, address asset_) Silo(vault_, asset_) {}

    function fill(
        Side side,
        uint256 mark,
        uint256 capacity,
        uint256 numerator,
        uint256 denominator
    ) public override returns (Filled memory) {
        if (side == Side.Redeem && waiting(side) / 2 < capacity) capacity = waiting(side) / 2;
        return super.fill(side, mark, capacity, numerator, denominator);
    }
}

/// @notice Forgets what entered and left when it notes what the next epoch is measured from.
contract FlowlessValuation is ValuationMutant {
    constructor(
        address authority,
        IClearinghouse ledger,
        IBooks books_,
        IOptionPricer pricer,
        IPriceRouter router,
        ISurfaceFeed surfaces,
        ISettlementOracle fixings
    ) ValuationMutant(authority, ledger, books_, pricer, router, surfaces, fixings) {}

    function _markOf(
        AccountId account,
        VaultReading calldata read_,
        int256
    ) internal view override returns (EpochMark memory) {
        return super._markOf(account, read_, Usd.unwrap(read_.mid));
    }
}
