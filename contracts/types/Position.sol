// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {InstrumentId} from "./InstrumentId.sol";
import {Quantity} from "./Quantity.sol";

/// @notice One ledger entry in 128 bits: bits 127..64 the instrument, bits 63..0 the signed quantity in units of 1e-8.
/// Two entries share a storage word, the first in the low half. The zero entry is "no position".
type Position is uint128;

using {instrumentOf, quantityOf} for Position global;

/// @dev Quantities are whole multiples of 1e-8 contracts [wad step].
uint256 constant QUANTITY_STEP = 1e10;

/// @notice Quantity is not a multiple of 1e-8, or does not fit 64 signed bits of that unit.
error Position_BadQuantity(int256 quantity);

/// @notice Packs an entry.
function positionOf(InstrumentId instrument, Quantity quantity) pure returns (Position) {
    int256 raw = Quantity.unwrap(quantity);
    int256 units = raw / int256(QUANTITY_STEP);
    if (units * int256(QUANTITY_STEP) != raw || units > type(int64).max || units < -type(int64).max) {
        revert Position_BadQuantity(raw);
    }
    return Position.wrap((uint128(InstrumentId.unwrap(instrument)) << 64) | uint64(int64(units)));
}

/// @notice The instrument of an entry.
function instrumentOf(Position position) pure returns (InstrumentId) {
    return InstrumentId.wrap(uint64(Position.unwrap(position) >> 64));
}

/// @notice The signed quantity of an entry [wad]; positive is long.
function quantityOf(Position position) pure returns (Quantity) {
    return Quantity.wrap(int256(int64(uint64(Position.unwrap(position)))) * int256(QUANTITY_STEP));
}
