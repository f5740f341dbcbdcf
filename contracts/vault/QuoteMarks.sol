// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IOptionPricer} from "../interfaces/IOptionPricer.sol";
import {ISurfaceFeed, SliceReading} from "../interfaces/ISurfaceFeed.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {Black76, Greeks} from "../pricing/Black76.sol";
import {VolSurface} from "../pricing/VolSurface.sol";
import {InstrumentId, InstrumentKind} from "../types/InstrumentId.sol";
import {Price} from "../types/Price.sol";

/// @notice One series as quotes see it, per contract.
/// @param value [wad USD]
/// @param delta per unit of forward [wad]
/// @param gamma per unit of forward squared [wad]
/// @param forward at the spot of the order [wad USD]
/// @param volatility of the strike [wad]
/// @param age of its slice [s]
/// @param stale whether that is too old to open at
/// @param posted whether its slice is one that was reported, not one between two
struct SeriesMark {
    uint256 value;
    int256 delta;
    uint256 gamma;
    uint256 forward;
    uint256 volatility;
    uint256 age;
    bool stale;
    bool posted;
}

/// @title QuoteMarks
/// @notice Marks of the series of an order: what OptionPricer says of them, to the last bit, with one call of another contract
/// instead of the pricer's, as every trade pays for it.
library QuoteMarks {
    /// @dev Lowest volatility [wad], as the pricer has it.
    uint256 private constant VOLATILITY_FLOOR = 0.01e18;

    /// @notice Marks a series at `spot` [wad USD].
    /// @dev Reverts as OptionPricer.valueAt does.
    function markOf(
        ISurfaceFeed surfaces,
        InstrumentId instrument,
        uint256 spot
    ) internal view returns (SeriesMark memory mark) {
        (uint8 market, uint256 expiry) = (instrument.marketOf(), instrument.expiryOf());
        if (expiry <= block.timestamp) revert IOptionPricer.OptionPricer_Expired(instrument);
        if (spot == 0) revert IOptionPricer.OptionPricer_NoPrice(market);
        SliceReading memory read_ = surfaces.readSlice(market, expiry, Price.wrap(spot));
        (mark.age, mark.stale, mark.posted) = (read_.age, read_.stale, read_.posted);
        mark.forward = Price.unwrap(read_.forward);
        uint256 strike = instrument.strikeOf();
        mark.volatility = FixedPoint.max(
            VolSurface.volatilityAt(read_.packed, strike, mark.forward, expiry, block.timestamp),
            VOLATILITY_FLOOR
        );
        Greeks memory greeks = Black76.greeks(
            mark.forward,
            strike,
            mark.volatility,
            expiry - block.timestamp
        );
        bool isCall = instrument.kindOf() == InstrumentKind.Call;
        mark.value = isCall ? greeks.call : greeks.put;
        mark.delta = isCall ? int256(greeks.callDelta) : int256(greeks.callDelta) - 1e18;
        mark.gamma = greeks.gamma;
    }

    /// @notice Value of a series that has not expired [wad USD], at a forward [wad USD] and a volatility [wad] not below the floor.
    function priceOf(
        InstrumentId instrument,
        uint256 forward,
        uint256 volatility
    ) internal view returns (uint256) {
        uint256 tenor = instrument.expiryOf() - block.timestamp;
        (uint256 call, uint256 put, ) = Black76.callPutDelta(
            forward,
            instrument.strikeOf(),
            volatility,
            tenor
        );
        return instrument.kindOf() == InstrumentKind.Call ? call : put;
    }
}
