// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FixedPoint} from "../libraries/FixedPoint.sol";
import {InstrumentId, InstrumentKind} from "../types/InstrumentId.sol";
import {Position} from "../types/Position.sol";
import {Quantity} from "../types/Quantity.sol";

/// @title LegBounds
/// @notice What can be said of legs that nothing can value: a call is worth from its intrinsic value up to the spot, a
/// put up to its strike. Pure.
library LegBounds {
    /// @notice Intrinsic value of the legs of `market` [wad USD], rounded down, and how much further from it they may be.
    /// @param words packed positions, two a word
    /// @param spot live price [wad USD]
    function intrinsicOf(
        uint8 market,
        uint256[] memory words,
        uint256 spot
    ) internal pure returns (int256 intrinsic, uint256 doubt) {
        for (uint256 i; i < 2 * words.length; ++i) {
            Position entry = _entryAt(words, i);
            InstrumentId instrument = entry.instrumentOf();
            if (Position.unwrap(entry) == 0 || instrument.marketOf() != market) continue;
            (uint256 payoff, uint256 most) = _bounds(instrument, spot);
            int256 quantity = Quantity.unwrap(entry.quantityOf());
            intrinsic += FixedPoint.signedMulDown(quantity, int256(payoff));
            doubt += FixedPoint.mulUp(FixedPoint.abs(quantity), most - payoff);
        }
    }

    /// @notice Markets of packed positions, a bit for each.
    function marketsOf(uint256[] memory words) internal pure returns (uint256 markets) {
        for (uint256 i; i < 2 * words.length; ++i) {
            Position entry = _entryAt(words, i);
            if (Position.unwrap(entry) != 0) markets |= 1 << entry.instrumentOf().marketOf();
        }
    }

    function _bounds(
        InstrumentId instrument,
        uint256 spot
    ) private pure returns (uint256 payoff, uint256 most) {
        uint256 strike = instrument.strikeOf();
        if (instrument.kindOf() == InstrumentKind.Call) return (spot > strike ? spot - strike : 0, spot);
        return (strike > spot ? strike - spot : 0, strike);
    }

    function _entryAt(uint256[] memory words, uint256 index) private pure returns (Position) {
        uint256 word = words[index >> 1];
        return Position.wrap(uint128(index & 1 == 0 ? word : word >> 128));
    }
}
