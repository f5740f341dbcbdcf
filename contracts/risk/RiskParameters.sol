// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IRiskParameters, MarketParameters} from "../interfaces/IRiskParameters.sol";

/// @title RiskParameters
/// @notice Holds each market's risk parameters in one word. Trusts the AccessManager for who may set them, and nobody
/// for their range: every value is bounded here both ways and must be a whole multiple of 1e-6.
/// A new value applies at once. There is no ramp and no delay beyond the AccessManager's own yet: a curator with a
/// delayed role gives the notice.
contract RiskParameters is IRiskParameters, AccessManaged {
    uint256 private constant UNIT = 1e12; // [wad] per 1e-6
    uint256 private constant FIELD_BITS = 24;
    uint256 private constant FIELD_MASK = 0xffffff;

    mapping(uint8 market => uint256 packed) private _packed;

    /// @param authority the AccessManager
    constructor(address authority) AccessManaged(authority) {}

    /// @inheritdoc IRiskParameters
    function setParameters(uint8 market, MarketParameters calldata newParameters) external restricted {
        uint256 packed = _bounded("scanRange", newParameters.scanRange, 0.05e18, 0.5e18);
        packed |= _bounded("driftLimit", newParameters.driftLimit, 0.001e18, 0.02e18) << 24;
        packed |= _bounded("volUp", newParameters.volUp, 0.1e18, 2e18) << 48;
        packed |= _bounded("volDown", newParameters.volDown, 0.1e18, 0.9e18) << 72;
        packed |= _bounded("shortOptionMinimum", newParameters.shortOptionMinimum, 0.001e18, 0.05e18) << 96;
        packed |= _bounded("maintenanceFactor", newParameters.maintenanceFactor, 0.5e18, 0.95e18) << 120;
        packed |= _bounded("collateralHaircut", newParameters.collateralHaircut, 0.01e18, 0.5e18) << 144;
        packed |= _bounded("crossMarketCredit", newParameters.crossMarketCredit, 0, 0.6e18) << 168;
        packed |= _bounded("bidSpread", newParameters.bidSpread, 0, 0.5e18) << 192;
        _within("arrayAgeLimit", newParameters.arrayAgeLimit, 5 minutes, 1 days);
        packed |= uint256(newParameters.arrayAgeLimit) << 216;

        MarketParameters memory oldParameters = _unpack(_packed[market]);
        _packed[market] = packed;
        emit ParametersSet(market, oldParameters, newParameters);
    }

    /// @inheritdoc IRiskParameters
    function parameters(uint8 market) external view returns (MarketParameters memory) {
        uint256 packed = _packed[market];
        if (packed == 0) revert RiskParameters_UnknownMarket(market);
        return _unpack(packed);
    }

    /// @dev The value in units of 1e-6, if it is within its bounds and has no further digits.
    function _bounded(
        bytes32 name,
        uint256 value,
        uint256 minimum,
        uint256 maximum
    ) private pure returns (uint256) {
        _within(name, value, minimum, maximum);
        if (value % UNIT != 0) revert RiskParameters_OutOfBounds(name, value, minimum, maximum);
        return value / UNIT;
    }

    function _within(bytes32 name, uint256 value, uint256 minimum, uint256 maximum) private pure {
        if (value < minimum || value > maximum) {
            revert RiskParameters_OutOfBounds(name, value, minimum, maximum);
        }
    }

    function _unpack(uint256 packed) private pure returns (MarketParameters memory result) {
        result.scanRange = _field(packed, 0);
        result.driftLimit = _field(packed, 1);
        result.volUp = _field(packed, 2);
        result.volDown = _field(packed, 3);
        result.shortOptionMinimum = _field(packed, 4);
        result.maintenanceFactor = _field(packed, 5);
        result.collateralHaircut = _field(packed, 6);
        result.crossMarketCredit = _field(packed, 7);
        result.bidSpread = _field(packed, 8);
        result.arrayAgeLimit = uint32(packed >> 216);
    }

    function _field(uint256 packed, uint256 index) private pure returns (uint64) {
        return uint64(((packed >> (FIELD_BITS * index)) & FIELD_MASK) * UNIT);
    }
}
