// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPriceRouter, PriceReading, PriceStatus} from "../../contracts/interfaces/IPriceRouter.sol";
import {VolSurface} from "../../contracts/pricing/VolSurface.sol";
import {Price} from "../../contracts/types/Price.sol";

/// @notice Prices, slices, signers and fixings that a test sets directly: the three rooms that risk reads.
contract RiskInputs {
    error SurfaceFeed_UnknownExpiry(uint8 market, uint256 expiry);

    struct Surface {
        uint256 slice;
        uint256 spot;
    }

    /// @dev A reading in one word.
    struct Reading {
        uint128 price;
        uint64 updatedAt;
        PriceStatus status;
    }

    mapping(uint8 => Reading) private _readings;
    mapping(uint8 => mapping(uint256 => Surface)) private _surfaces;
    mapping(uint8 => mapping(uint256 => uint256)) private _fixings;
    mapping(uint8 => uint256) public staleShare;
    mapping(address => bool) public isSigner;
    uint256 public threshold;

    function setSpot(uint8 market, uint256 price, PriceStatus status) external {
        _readings[market] = Reading(uint128(price), uint64(block.timestamp), status);
    }

    function setSlice(uint8 market, uint256 expiry, uint256 slice_, uint256 spot_) external {
        _surfaces[market][expiry] = Surface(slice_, spot_);
    }

    function setFixing(uint8 market, uint256 expiry, uint256 price) external {
        _fixings[market][expiry] = price;
    }

    /// @dev Of every slice of a market; at least the market's own.
    mapping(uint8 => uint256) private _sliceShares;

    function setSliceStaleShare(uint8 market, uint256 share) external {
        _sliceShares[market] = share;
    }

    function sliceStaleShare(uint8 market, uint256) external view returns (uint256) {
        return _sliceShares[market] > staleShare[market] ? _sliceShares[market] : staleShare[market];
    }

    function isSliceStale(uint8 market, uint256) external view returns (bool) {
        return _sliceShares[market] != 0;
    }

    function sliceAge(uint8 market, uint256 expiry) external view returns (uint256) {
        return block.timestamp - VolSurface.timestampOf(_surfaces[market][expiry].slice);
    }

    function setStaleShare(uint8 market, uint256 share) external {
        staleShare[market] = share;
    }

    function setSigners(address[] calldata signers, uint256 threshold_) external {
        for (uint256 i; i < signers.length; ++i) isSigner[signers[i]] = true;
        threshold = threshold_;
    }

    function spot(uint8 market) external view returns (PriceReading memory) {
        Reading memory reading = _readings[market];
        return PriceReading(Price.wrap(reading.price), reading.updatedAt, reading.status);
    }

    function slice(uint8 market, uint256 expiry) external view returns (uint256 packed) {
        packed = _surfaces[market][expiry].slice;
        if (packed == 0) revert SurfaceFeed_UnknownExpiry(market, expiry);
    }

    function liveForward(uint8 market, uint256 expiry, Price spot_) external view returns (Price) {
        Surface memory surface = _surfaces[market][expiry];
        return Price.wrap((VolSurface.forwardOf(surface.slice) * Price.unwrap(spot_)) / surface.spot);
    }

    function fixing(uint8 market, uint256 expiry) external view returns (Price price, bool exists) {
        uint256 value = _fixings[market][expiry];
        return (Price.wrap(value), value != 0);
    }
}
