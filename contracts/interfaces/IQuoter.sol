// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {InstrumentId} from "../types/InstrumentId.sol";
import {Price} from "../types/Price.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";

/// @notice A firm quote for one size.
/// @param premium what the taker pays (positive) or receives (negative) [wad USD], rounded against the taker
/// @param fair value of the trade at mid volatility [wad USD], signed like `premium`
/// @param price premium per contract [wad USD]
/// @param volatility volatility used after the half-spread [wad]
/// @param reducesRisk whether the trade lowers the vault's risk, so that no inventory charge applies
struct Quote {
    Usd premium;
    Usd fair;
    Price price;
    uint256 volatility;
    bool reducesRisk;
}

/// @notice Limits and spreads of the quoter. Ratios are [wad].
/// @param halfSpreadVol half-spread in volatility points, absolute
/// @param spotSpread half-spread on the forward, share of spot times |delta|: covers the feed's deviation threshold
/// @param vegaCharge volatility added per 1.00 of (vault net vega after the trade / NAV), when the trade adds risk
/// @param minDelta smallest |delta| quoted
/// @param maxDelta largest |delta| quoted
/// @param maxNetVega limit of the vault's |net vega| as a share of NAV
/// @param maxNetDelta limit of the vault's |unhedged net delta| value as a share of NAV
/// @param minTenor seconds before expiry when quoting for opening stops
/// @param maxTenor longest tenor quoted, seconds
struct QuoterParameters {
    uint64 halfSpreadVol;
    uint64 spotSpread;
    uint64 vegaCharge;
    uint64 minDelta;
    uint64 maxDelta;
    uint64 maxNetVega;
    uint64 maxNetDelta;
    uint32 minTenor;
    uint32 maxTenor;
}

/// @notice Prices trades against the vault's whole book. Holds nothing.
interface IQuoter {
    event QuoterParametersSet(QuoterParameters oldParameters, QuoterParameters newParameters);

    error Quoter_ZeroQuantity();
    error Quoter_TenorOutOfRange(uint256 tenor, uint256 minimum, uint256 maximum);
    error Quoter_DeltaOutOfRange(int256 delta, uint256 minimum, uint256 maximum);
    error Quoter_VegaLimit(int256 netVega, uint256 limit);
    error Quoter_DeltaLimit(int256 netDelta, uint256 limit);
    error Quoter_SurfaceStale(uint8 market);
    error Quoter_NoCapacity(Usd nav);
    error Quoter_BadParameter(bytes32 name, uint256 value);

    /// @notice A quote for a taker who gains `quantity` (negative: sells to the vault).
    /// @dev Limits never block a trade that reduces the vault's risk.
    function quote(InstrumentId instrument, Quantity quantity) external view returns (Quote memory);

    /// @notice Current parameters.
    function parameters() external view returns (QuoterParameters memory);

    /// @notice Sets the parameters, bounded. Restricted to the curator.
    function setParameters(QuoterParameters calldata newParameters) external;
}
