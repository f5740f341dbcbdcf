// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Bounded parameters of each market. Ratios are [wad].
/// @param scanRange R, the spot range of the scan (0.20 for ETH, 0.18 for BTC)
/// @param driftLimit how far spot may drift from the arrays' reference
/// @param volUp relative up shock at 30 days
/// @param volDown relative down shock at 30 days
/// @param shortOptionMinimum per net short option, share of spot
/// @param maintenanceFactor maintenance / initial
/// @param collateralHaircut on the underlying as collateral
/// @param crossMarketCredit c <= 0.6
/// @param arrayAgeLimit seconds, before shrinking with time to expiry
/// @param bidSpread haircut of a long option's mark in equity, share of its mark
struct MarketParameters {
    uint64 scanRange;
    uint64 driftLimit;
    uint64 volUp;
    uint64 volDown;
    uint64 shortOptionMinimum;
    uint64 maintenanceFactor;
    uint64 collateralHaircut;
    uint64 crossMarketCredit;
    uint32 arrayAgeLimit;
    uint64 bidSpread;
}

/// @notice Where risk parameters live. Every setter is bounded both ways and restricted to the curator.
interface IRiskParameters {
    event ParametersSet(uint8 indexed market, MarketParameters oldParameters, MarketParameters newParameters);

    error RiskParameters_OutOfBounds(bytes32 name, uint256 value, uint256 minimum, uint256 maximum);
    error RiskParameters_UnknownMarket(uint8 market);

    /// @notice The parameters of `market`. Reverts with RiskParameters_UnknownMarket if never set.
    function parameters(uint8 market) external view returns (MarketParameters memory);

    /// @notice Sets all parameters of `market`. Restricted to the curator.
    function setParameters(uint8 market, MarketParameters calldata newParameters) external;
}
