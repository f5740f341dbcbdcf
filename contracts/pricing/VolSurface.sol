// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FixedPoint} from "../libraries/FixedPoint.sol";

/// @notice Why a slice, or a pair of slices, is refused.
enum Violation {
    None,
    Domain, // theta or psi is zero, |rho| >= 1, or a value does not fit its field
    ButterflySlope, // psi (1 + |rho|) >= 4
    ButterflyCurvature, // psi^2 (1 + |rho|) > 4 theta
    CalendarTheta, // at-the-money total variance falls with expiry
    CalendarSlope, // a wing falls with expiry: psi (1 + rho) or psi (1 - rho) decreases
    CalendarPhi // psi / theta rises with expiry
}

/// @title VolSurface
/// @notice One eSSVI slice per expiry: total variance w(k) = (theta + rho psi k + sqrt((psi k + theta rho)^2 +
/// theta^2 (1 - rho^2))) / 2 with k = ln(K / F) (Hendriks and Martini 2019). Pure.
/// A slice is one word: theta 48 bits at 1e-12 | psi 48 at 1e-12 | rho 32 signed at 1e-9 | forward 64 at 1e-8 |
/// timestamp 40 | 24 spare, from the lowest bit.
library VolSurface {
    uint256 internal constant VARIANCE_UNIT = 1e6; // [wad] per 1e-12
    int256 internal constant RHO_UNIT = 1e9; // [wad] per 1e-9, and 1.0 in units of 1e-9
    uint256 internal constant FORWARD_UNIT = 1e10; // [wad] per 1e-8

    // Packing

    /// @notice Packs a slice. The caller has checked `domainViolation`; digits below the units are dropped.
    /// @param theta at-the-money total variance [wad]
    /// @param psi slope theta * phi [wad]
    /// @param rho correlation [wad]
    /// @param forward [wad USD]
    /// @param timestamp unix seconds, below 2^40
    function pack(
        uint256 theta,
        uint256 psi,
        int256 rho,
        uint256 forward,
        uint256 timestamp
    ) internal pure returns (uint256) {
        return
            (theta / VARIANCE_UNIT) |
            ((psi / VARIANCE_UNIT) << 48) |
            (uint256(uint32(int32(rho / RHO_UNIT))) << 96) |
            ((forward / FORWARD_UNIT) << 128) |
            (timestamp << 192);
    }

    /// @notice At-the-money total variance [wad].
    function thetaOf(uint256 slice) internal pure returns (uint256) {
        return (slice & 0xffffffffffff) * VARIANCE_UNIT;
    }

    /// @notice Slope psi = theta * phi [wad].
    function psiOf(uint256 slice) internal pure returns (uint256) {
        return ((slice >> 48) & 0xffffffffffff) * VARIANCE_UNIT;
    }

    /// @notice Correlation [wad].
    function rhoOf(uint256 slice) internal pure returns (int256) {
        return int256(int32(uint32(slice >> 96))) * RHO_UNIT;
    }

    /// @notice Forward [wad USD].
    function forwardOf(uint256 slice) internal pure returns (uint256) {
        return uint256(uint64(slice >> 128)) * FORWARD_UNIT;
    }

    /// @notice When the surface was calibrated, unix seconds.
    function timestampOf(uint256 slice) internal pure returns (uint256) {
        return uint40(slice >> 192);
    }

    // Values

    /// @notice Total variance at a strike [wad], rounded down; relative error below 1e-9 of theta's unit.
    /// @param slice packed
    /// @param logMoneyness k = ln(strike / forward) [Q96], |k| < 2^103: FixedPoint.lnRatio(strike, forward)
    function totalVariance(uint256 slice, int256 logMoneyness) internal pure returns (uint256) {
        unchecked {
            // Units of 1e-12 with 32 further bits. theta, psi < 2^48 and k < 2^71 in Q64, so psi k < 2^87 in Q32 and
            // its square < 2^176; theta^2 (1 - rho^2) < 2^96 * 2^60 before it is shifted to Q64 = 2^220.
            int256 theta = int256(slice & 0xffffffffffff);
            int256 psi = int256((slice >> 48) & 0xffffffffffff);
            int256 rho = int256(int32(uint32(slice >> 96)));
            int256 slope = (psi * (logMoneyness >> 32)) >> 32;
            int256 shifted = slope + (theta * rho * 4294967296) / RHO_UNIT;
            uint256 floorSquare = uint256(((theta * theta * (1e18 - rho * rho)) << 64) / 1e18);
            int256 root = int256(FixedPoint.sqrt(uint256(shifted * shifted) + floorSquare));
            int256 doubled = (theta << 32) + (rho * slope) / RHO_UNIT + root;
            // (2 w)_Q32 in 1e-12: times 1e6 is a wad, 33 bits halve and remove Q32. The sum is positive for |rho| < 1;
            // rounding can take it to -1 where the wing is all but flat.
            return doubled > 0 ? (uint256(doubled) * VARIANCE_UNIT) >> 33 : 0;
        }
    }

    /// @notice A total variance posted at the slice's time stamp, as it stands at `time`: volatility stays, time runs off.
    /// @param variance from `totalVariance` [wad]
    /// @param expiry of the slice; the result is rounded down
    function varianceAt(
        uint256 slice,
        uint256 variance,
        uint256 expiry,
        uint256 time
    ) internal pure returns (uint256) {
        uint256 posted = timestampOf(slice);
        if (time <= posted) return variance;
        if (time >= expiry) return 0;
        return (variance * (expiry - time)) / (expiry - posted);
    }

    /// @notice sqrt(w) = sigma sqrt(T) [Q64] of a total variance [wad].
    function standardDeviation(uint256 variance) internal pure returns (uint256) {
        // A slice's total variance stays below 2^160.
        return FixedPoint.sqrt(((variance << 64) / 1e18) << 64);
    }

    /// @notice Volatility per square root of a year [wad] of a total variance [wad] over `secondsToExpiry` > 0.
    function volatility(uint256 variance, uint256 secondsToExpiry) internal pure returns (uint256) {
        return FixedPoint.sqrt((variance * 1e18 * FixedPoint.YEAR) / secondsToExpiry);
    }

    /// @notice Volatility of a strike [wad] at a forward [wad USD], as it stands at `time` before `expiry`.
    function volatilityAt(
        uint256 slice,
        uint256 strike,
        uint256 forward,
        uint256 expiry,
        uint256 time
    ) internal pure returns (uint256) {
        uint256 variance = totalVariance(slice, FixedPoint.lnRatio(strike, forward));
        return volatility(varianceAt(slice, variance, expiry, time), expiry - time);
    }

    // Absence of arbitrage

    /// @notice Whether the values fit their fields and the formula's domain.
    function domainViolation(
        uint256 theta,
        uint256 psi,
        int256 rho,
        uint256 forward
    ) internal pure returns (Violation) {
        if (
            theta / VARIANCE_UNIT == 0 ||
            psi / VARIANCE_UNIT == 0 ||
            theta / VARIANCE_UNIT > type(uint48).max ||
            psi / VARIANCE_UNIT > type(uint48).max ||
            rho >= 1e18 ||
            rho <= -1e18 ||
            forward / FORWARD_UNIT == 0 ||
            forward / FORWARD_UNIT > type(uint64).max
        ) return Violation.Domain;
        return Violation.None;
    }

    /// @notice Whether a slice has butterfly arbitrage: sufficient conditions of Hendriks and Martini, exact arithmetic.
    function butterflyViolation(uint256 slice) internal pure returns (Violation) {
        unchecked {
            // Fields are below 2^48 and the factor below 2^31: psi^2 * factor < 2^127.
            uint256 psi = (slice >> 48) & 0xffffffffffff;
            int256 rho = int256(int32(uint32(slice >> 96)));
            uint256 onePlus = uint256(RHO_UNIT) + FixedPoint.abs(rho);
            if (psi * onePlus >= 4e12 * uint256(RHO_UNIT)) return Violation.ButterflySlope;
            if (psi * psi * onePlus > 4e12 * uint256(RHO_UNIT) * (slice & 0xffffffffffff)) {
                return Violation.ButterflyCurvature;
            }
            return Violation.None;
        }
    }

    /// @notice Whether `later` crosses `earlier`, both posted at the same time: sufficient conditions of Mingone 2022,
    /// cross-multiplied, exact.
    function calendarViolation(uint256 earlier, uint256 later) internal pure returns (Violation) {
        return _crossing(earlier, later, 1, 1);
    }

    /// @notice Whether `later` crosses `earlier` as both stand at `time`, whenever each was posted; exact.
    /// @dev Running off scales theta and psi by the remaining share of life and leaves rho alone. A later expiry keeps
    /// the larger share, so a pair that does not cross at `time` does not cross after it either.
    /// Requires both time stamps <= time < earlierExpiry < laterExpiry < 2^40.
    function calendarViolationAt(
        uint256 earlier,
        uint256 earlierExpiry,
        uint256 later,
        uint256 laterExpiry,
        uint256 time
    ) internal pure returns (Violation) {
        unchecked {
            // Shares of life (expiry - time) / (expiry - posted), brought to one denominator below 2^80.
            return
                _crossing(
                    earlier,
                    later,
                    (earlierExpiry - time) * (laterExpiry - timestampOf(later)),
                    (laterExpiry - time) * (earlierExpiry - timestampOf(earlier))
                );
        }
    }

    /// @dev The conditions with theta and psi of each slice multiplied by its weight, weights below 2^80.
    function _crossing(
        uint256 earlier,
        uint256 later,
        uint256 weight1,
        uint256 weight2
    ) private pure returns (Violation) {
        unchecked {
            // Fields below 2^48, factors below 2^31, 1 +- rho never negative: products below 2^159.
            uint256 theta1 = earlier & 0xffffffffffff;
            uint256 theta2 = later & 0xffffffffffff;
            uint256 psi1 = (earlier >> 48) & 0xffffffffffff;
            uint256 psi2 = (later >> 48) & 0xffffffffffff;
            if (theta2 * weight2 < theta1 * weight1) return Violation.CalendarTheta;
            int256 rho1 = int256(int32(uint32(earlier >> 96)));
            int256 rho2 = int256(int32(uint32(later >> 96)));
            int256 wing1 = int256(psi1 * weight1);
            int256 wing2 = int256(psi2 * weight2);
            if (
                wing2 * (RHO_UNIT + rho2) < wing1 * (RHO_UNIT + rho1) ||
                wing2 * (RHO_UNIT - rho2) < wing1 * (RHO_UNIT - rho1)
            ) return Violation.CalendarSlope;
            // The weights cancel in psi / theta.
            if (psi2 * theta1 > psi1 * theta2) return Violation.CalendarPhi;
            return Violation.None;
        }
    }

    /// @notice A slice as it stands at `time`, stamped so: theta and psi run off like `varianceAt`, the forward is given.
    /// @dev Rounded as in `interpolate`, so it stays free of butterflies: shrinking theta and psi alike tightens no bound.
    /// Requires time stamp <= time < expiry.
    /// @param forward at the spot of that time [wad USD]
    function rolled(
        uint256 slice,
        uint256 expiry,
        uint256 time,
        uint256 forward
    ) internal pure returns (uint256) {
        uint256 life = expiry - timestampOf(slice);
        uint256 left = expiry - time;
        uint256 theta = FixedPoint.mulDivUp(slice & 0xffffffffffff, left, life);
        uint256 psi = FixedPoint.max((((slice >> 48) & 0xffffffffffff) * left) / life, 1);
        return pack(theta * VARIANCE_UNIT, psi * VARIANCE_UNIT, rhoOf(slice), forward, time);
    }

    /// @notice The slice at `time` between two neighbours: theta, psi and rho psi linear in time, forward as well.
    /// @dev Free of arbitrage when the neighbours are, by themselves and against each other: theta and psi (1 +- rho)
    /// are linear between ordered ends; psi / theta is a weighted mean of ordered ratios, hence monotone; psi (1 + |rho|)
    /// is convex in (psi, rho psi), hence below 4; and with A = psi (1 + |rho|) linear and rising, psi / theta falling,
    /// A psi / theta exceeds neither of its ends.
    /// Rounding to the fields' units: theta up, psi down and rho towards zero can break no butterfly bound. A calendar
    /// bound that the neighbours meet with equality leaves no room, and can be missed by one unit of each field.
    /// Requires earlierTime <= time <= laterTime and earlierTime < laterTime. The time stamp is the older one.
    function interpolate(
        uint256 earlier,
        uint256 earlierTime,
        uint256 later,
        uint256 laterTime,
        uint256 time
    ) internal pure returns (uint256) {
        uint256 right = time - earlierTime;
        uint256 left = laterTime - time;
        uint256 timestamp = FixedPoint.min(timestampOf(earlier), timestampOf(later));
        uint256 theta = (earlier & 0xffffffffffff) * left + (later & 0xffffffffffff) * right;
        theta = (theta + left + right - 1) / (left + right);
        uint256 forward = (forwardOf(earlier) * left + forwardOf(later) * right) / (left + right);
        uint256 psi = psiOf(earlier) * left + psiOf(later) * right;
        int256 weighted = int256(psiOf(earlier) * left) * rhoOf(earlier);
        weighted += int256(psiOf(later) * right) * rhoOf(later);
        return pack(theta * VARIANCE_UNIT, psi / (left + right), weighted / int256(psi), forward, timestamp);
    }
}
