// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FixedPoint} from "../../contracts/libraries/FixedPoint.sol";
import {Black76, Greeks} from "../../contracts/pricing/Black76.sol";
import {Violation, VolSurface} from "../../contracts/pricing/VolSurface.sol";

/// @notice Opens the pure pricing libraries to tests and measures them as they are used: inlined in a contract.
contract PricingHarness {
    function mulDivDown(uint256 a, uint256 b, uint256 d) external pure returns (uint256) {
        return FixedPoint.mulDivDown(a, b, d);
    }

    function mulDivUp(uint256 a, uint256 b, uint256 d) external pure returns (uint256) {
        return FixedPoint.mulDivUp(a, b, d);
    }

    function signedDivDown(int256 a, int256 b) external pure returns (int256) {
        return FixedPoint.signedDivDown(a, b);
    }

    function signedDivUp(int256 a, int256 b) external pure returns (int256) {
        return FixedPoint.signedDivUp(a, b);
    }

    function sqrt(uint256 x) external pure returns (uint256) {
        return FixedPoint.sqrt(x);
    }

    function rootYears(uint256 x) external pure returns (uint256) {
        return FixedPoint.rootYears(x);
    }

    function log2Down(uint256 x) external pure returns (uint256) {
        return FixedPoint.log2Down(x);
    }

    function lnRatio(uint256 a, uint256 b) external pure returns (int256) {
        return FixedPoint.lnRatio(a, b);
    }

    function expNegative(uint256 y) external pure returns (uint256) {
        return FixedPoint.expNegative(y);
    }

    function ln(uint256 x) external pure returns (int256) {
        return FixedPoint.ln(x);
    }

    function exp(int256 x) external pure returns (uint256) {
        return FixedPoint.exp(x);
    }

    function pow(uint256 x, int256 p) external pure returns (uint256) {
        return FixedPoint.pow(x, p);
    }

    function callPutDelta(
        uint256 forward,
        uint256 strike,
        uint256 volatility,
        uint256 secondsToExpiry
    ) external view returns (uint256 call, uint256 put, uint256 callDelta, uint256 gas) {
        gas = gasleft();
        (call, put, callDelta) = Black76.callPutDelta(forward, strike, volatility, secondsToExpiry);
        gas -= gasleft();
    }

    function greeks(
        uint256 forward,
        uint256 strike,
        uint256 volatility,
        uint256 secondsToExpiry
    ) external view returns (Greeks memory result, uint256 gas) {
        gas = gasleft();
        result = Black76.greeks(forward, strike, volatility, secondsToExpiry);
        gas -= gasleft();
    }

    function revalue(
        uint256 forward,
        uint256 strike,
        int256 logRatio,
        uint256 s
    ) external view returns (uint256 call, uint256 gas) {
        gas = gasleft();
        call = Black76.revalue(forward, strike, logRatio, s);
        gas -= gasleft();
    }

    function pack(
        uint256 theta,
        uint256 psi,
        int256 rho,
        uint256 forward,
        uint256 timestamp
    ) external pure returns (uint256) {
        return VolSurface.pack(theta, psi, rho, forward, timestamp);
    }

    function unpack(
        uint256 slice
    ) external pure returns (uint256 theta, uint256 psi, int256 rho, uint256 forward, uint256 timestamp) {
        theta = VolSurface.thetaOf(slice);
        psi = VolSurface.psiOf(slice);
        rho = VolSurface.rhoOf(slice);
        forward = VolSurface.forwardOf(slice);
        timestamp = VolSurface.timestampOf(slice);
    }

    function totalVariance(uint256 slice, int256 logMoneyness) external pure returns (uint256) {
        return VolSurface.totalVariance(slice, logMoneyness);
    }

    function standardDeviation(uint256 variance) external pure returns (uint256) {
        return VolSurface.standardDeviation(variance);
    }

    function volatilityOf(uint256 variance, uint256 secondsToExpiry) external pure returns (uint256) {
        return VolSurface.volatility(variance, secondsToExpiry);
    }

    function domainViolation(
        uint256 theta,
        uint256 psi,
        int256 rho,
        uint256 forward
    ) external pure returns (Violation) {
        return VolSurface.domainViolation(theta, psi, rho, forward);
    }

    function butterflyViolation(uint256 slice) external pure returns (Violation) {
        return VolSurface.butterflyViolation(slice);
    }

    function calendarViolation(uint256 earlier, uint256 later) external pure returns (Violation) {
        return VolSurface.calendarViolation(earlier, later);
    }

    function calendarViolationAt(
        uint256 earlier,
        uint256 earlierExpiry,
        uint256 later,
        uint256 laterExpiry,
        uint256 time
    ) external pure returns (Violation) {
        return VolSurface.calendarViolationAt(earlier, earlierExpiry, later, laterExpiry, time);
    }

    function rolled(
        uint256 slice,
        uint256 expiry,
        uint256 time,
        uint256 forward
    ) external pure returns (uint256) {
        return VolSurface.rolled(slice, expiry, time, forward);
    }

    function varianceAt(
        uint256 slice,
        uint256 variance,
        uint256 expiry,
        uint256 time
    ) external pure returns (uint256) {
        return VolSurface.varianceAt(slice, variance, expiry, time);
    }

    function interpolate(
        uint256 earlier,
        uint256 earlierTime,
        uint256 later,
        uint256 laterTime,
        uint256 time
    ) external pure returns (uint256) {
        return VolSurface.interpolate(earlier, earlierTime, later, laterTime, time);
    }
}
