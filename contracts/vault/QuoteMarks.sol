// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IOptionPricer} from "../interfaces/IOptionPricer.sol";
import {ISurfaceFeed, SliceReading} from "../interfaces/ISurfaceFeed.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {Black76} from "../pricing/Black76.sol";
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
/// @param logRatio ln(forward / strike) [Q96]
/// @param rootTime square root of the years to expiry [Q64]
struct SeriesMark {
    uint256 value;
    int256 delta;
    uint256 gamma;
    uint256 forward;
    uint256 volatility;
    uint256 age;
    bool stale;
    bool posted;
    int256 logRatio;
    uint256 rootTime;
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
        SliceReading memory read_ = surfaces.sliceReading(market, expiry, Price.wrap(spot));
        (mark.age, mark.stale, mark.posted) = (read_.age, read_.stale, read_.posted);
        mark.forward = Price.unwrap(read_.forward);
        uint256 strike = instrument.strikeOf();
        mark.volatility = FixedPoint.max(
            VolSurface.volatilityAt(read_.packed, strike, mark.forward, expiry, block.timestamp),
            VOLATILITY_FLOOR
        );
        _price(mark, instrument, strike, expiry - block.timestamp);
    }

    /// @notice Value of the series of `mark` at another volatility [wad USD], at or above the floor.
    function valueAt(
        SeriesMark memory mark,
        InstrumentId instrument,
        uint256 volatility
    ) internal pure returns (uint256) {
        uint256 strike = instrument.strikeOf();
        uint256 s = Black76.standardDeviation(volatility, mark.rootTime);
        uint256 call = Black76.revalue(mark.forward, strike, mark.logRatio, s);
        return instrument.kindOf() == InstrumentKind.Call ? call : call + strike - mark.forward;
    }

    /// @dev Neither forward nor strike is zero, or there were no volatility.
    function _price(
        SeriesMark memory mark,
        InstrumentId instrument,
        uint256 strike,
        uint256 tenor
    ) private pure {
        uint256 forward = mark.forward;
        mark.logRatio = FixedPoint.lnRatioUnchecked(forward, strike);
        mark.rootTime = FixedPoint.rootYears(tenor);
        uint256 s = Black76.standardDeviation(mark.volatility, mark.rootTime);
        uint256 call;
        uint256 callDelta;
        (call, callDelta, mark.gamma) = Black76.callDeltaGamma(forward, strike, mark.logRatio, s);
        bool isCall = instrument.kindOf() == InstrumentKind.Call;
        mark.value = isCall ? call : call + strike - forward;
        mark.delta = isCall ? int256(callDelta) : int256(callDelta) - 1e18;
    }
}
