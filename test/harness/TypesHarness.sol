// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccountId, accountIdOf} from "../../contracts/types/AccountId.sol";
import {InstrumentId, InstrumentKind, instrumentIdOf} from "../../contracts/types/InstrumentId.sol";
import {Position, positionOf} from "../../contracts/types/Position.sol";
import {Quantity} from "../../contracts/types/Quantity.sol";

/// @notice The packed types, called from tests.
contract TypesHarness {
    function instrument(
        uint8 market,
        uint256 expiry,
        uint256 strike,
        InstrumentKind kind
    ) external pure returns (InstrumentId) {
        return instrumentIdOf(market, expiry, strike, kind);
    }

    function series(InstrumentId id) external pure returns (uint8, uint256, uint256, InstrumentKind) {
        return (id.marketOf(), id.expiryOf(), id.strikeOf(), id.kindOf());
    }

    function position(InstrumentId id, Quantity quantity) external pure returns (Position) {
        return positionOf(id, quantity);
    }

    function account(address owner, uint96 subAccount) external pure returns (AccountId) {
        return accountIdOf(owner, subAccount);
    }
}
