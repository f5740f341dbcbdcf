// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {InstrumentId} from "../types/InstrumentId.sol";
import {Price} from "../types/Price.sol";

/// @notice One series valued at the live forward and the posted surface, per contract.
/// @param value undiscounted Black-76 value [wad USD]; never negative
/// @param delta per unit of forward [wad]
/// @param gamma per unit of forward squared [wad]
/// @param vega per 1.00 of volatility [wad USD]
/// @param theta per year, normally negative [wad USD]
/// @param forward live forward [wad USD]
/// @param volatility surface volatility of the strike, after the shift [wad]
struct OptionValue {
    Price value;
    int256 delta;
    uint256 gamma;
    uint256 vega;
    int256 theta;
    Price forward;
    uint256 volatility;
}

/// @notice Totals over many positions of one market.
/// @param value sum of quantity * value [wad USD]; options past expiry count at their fixing, or at intrinsic of the live spot
/// @param delta sum of quantity * delta [wad underlying]
/// @param gamma sum of quantity * gamma [wad]
/// @param vega sum of quantity * vega [wad USD per 1.00 vol]
/// @param grossVega sum of |quantity| * vega, for the NAV spread
/// @param theta sum of quantity * theta [wad USD per year]
struct BookValue {
    int256 value;
    int256 delta;
    int256 gamma;
    int256 vega;
    uint256 grossVega;
    int256 theta;
}

/// @notice Marks and Greeks from the posted surface and the live price. Holds nothing; anyone may read.
interface IOptionPricer {
    error OptionPricer_Expired(InstrumentId instrument);
    error OptionPricer_NoPrice(uint8 market);

    /// @notice Values one series with its volatility moved by `volatilityShift` [wad, absolute].
    /// @dev The shifted volatility is floored at 1 %. Reverts with OptionPricer_Expired at or after expiry,
    /// OptionPricer_NoPrice if the router has never had a price, SurfaceFeed_UnknownExpiry without a slice at or around it.
    function value(
        InstrumentId instrument,
        int256 volatilityShift
    ) external view returns (OptionValue memory);

    /// @notice Values one series at a spot that the caller has read [wad USD], at the surface's volatility.
    /// @dev Reverts with OptionPricer_Expired at or after expiry, SurfaceFeed_UnknownExpiry without a slice at or around it.
    function valueAt(InstrumentId instrument, Price spot) external view returns (OptionValue memory);

    /// @notice Undiscounted Black-76 value of one series now [wad USD], at a forward [wad USD] and a volatility [wad], which is
    /// floored at 1 %. Reverts with OptionPricer_Expired at or after expiry.
    function priceOf(
        InstrumentId instrument,
        Price forward,
        uint256 volatility
    ) external view returns (Price);

    /// @notice Totals of the positions of `market` within `positionWords` (packed two a word; any order; zero entries skipped).
    function bookValue(
        uint8 market,
        uint256[] calldata positionWords
    ) external view returns (BookValue memory);
}
