// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FixedPoint} from "../libraries/FixedPoint.sol";

/// @notice Undiscounted value of a call and a put on one forward, and the call's sensitivities.
/// @param call [wad], rounded down, within [max(F - K, 0), F]
/// @param put [wad], exactly call - F + K
/// @param callDelta dC/dF [wad] in [0, 1]; the put's is lower by one
/// @param gamma d2C/dF2 [wad]
/// @param vega dC/dvolatility, per 1.00 of volatility [wad]
/// @param theta dC/dt per year at a fixed forward [wad], never positive
struct Greeks {
    uint256 call;
    uint256 put;
    uint256 callDelta;
    uint256 gamma;
    uint256 vega;
    int256 theta;
}

/// @title Black76
/// @notice European options on a forward: C = F N(d1) - K N(d2), d1 = ln(F/K)/s + s/2, d2 = d1 - s, s = sigma sqrt(T).
/// Undiscounted; a caller with a discount factor multiplies. Pure, and total: for forward, strike < 2^128 and
/// volatility < 2^96 nothing reverts, every value is clamped to [intrinsic, F], and at s = 0 it is intrinsic exactly.
/// @dev With the Mills ratio R(x) = N(-x) / phi(x) and K phi(d2) = F phi(d1), what is left of the formula is
///   d1 < 0:            C = F phi(d1) (R(-d1) - R(-d2))
///   d2 < 0 <= d1:      C = F - F phi(d1) (R(d1) + R(-d2))
///   0 <= d2:           C = F - K + F phi(d1) (R(d2) - R(d1))
/// so one exponential serves both normal distributions, no difference of large numbers occurs, and an error in d1
/// cancels to first order. R is a rational function of degrees 8 and 9, interpolated at 18 Chebyshev points of [0, 17]
/// under x = 3.25 (1 + t) / (1 - t) and written as a continued fraction, see `scripts/verify/coefficients.ts`. Its
/// error moves the value by less than 8e-17 F while s < 8.7, which 500 % over three years is, and 1.1e-16 F to s = 17.
library Black76 {
    /// @dev d1 beyond +-13 is beyond any digit kept: phi(13) = 8e-38.
    uint256 private constant CUT_Q96 = 13 << 96;
    /// @dev Largest s evaluated: a wider distribution is worth its bound already, and |d2| stays below 13 + 19 = 32.
    uint256 private constant WIDEST_Q64 = 19 << 64;
    /// @dev The numerator of R's fraction times 1 / sqrt(2 pi), in Q159: what near and far share.
    uint256 private constant PEAK_Q159 = 0x0033108a691a4b3f5b1b174c9b867c86188dbda40c;
    /// @dev One over that numerator, in Q97.
    uint256 private constant UNPEAK_Q97 = 0x1fffffff1837f625937805548;
    /// @dev The same times 1e36 / 2^23: phi in Q159 becomes a wad times Q64 and a wad, with 72 bits more.
    uint256 private constant GAMMA_SCALE = 0x1812f9cecac16961bd2ae8a87;
    uint256 private constant ONE_Q127 = 1 << 127;
    /// @dev R(x) = PEAK sqrt(2 pi) / (x + A0 + B0 / (x - A1 + B1 / (x + A2 - B2 / (x + A3 + B3 / (x - A4 - B4 /
    /// (x + A5 + B5 / (x + A6 - B6 / (x - A7 + B7 / (x + A8))))))))); A in Q96, B in Q192.
    uint256 private constant A0 = 0x3f0fc40c3cd8dd14275;
    uint256 private constant B0 = 0xfffefaade8ea9e18674f16844080b5d404d84da5890555d3;
    uint256 private constant A1 = 0x2b13902b1c235ee198b27b;
    uint256 private constant B1 = 0x2051a6f64e442349381fe80eeff5edfd127617b0e263f6484;
    uint256 private constant A2 = 0x3aee99cc21f1cf87b5d57c90;
    uint256 private constant B2 = 0x145c51a21f1a439859fff893b7ca01c27a735cbb51197e3ed;
    uint256 private constant A3 = 0x3382d9f4cebffebe5483d55e4c;
    uint256 private constant B3 = 0x7c3c66d3393cfa5a09e88cb5e495e6eb024b918938d9971e247;
    uint256 private constant A4 = 0x25cdaa7bc3e4c42f254fb0b7b3;
    uint256 private constant B4 = 0x3355145fae0e39da00f9371501f45d36af7fa9314d3525c0e;
    uint256 private constant A5 = 0x5134bb268d81493ebf4c3039d;
    uint256 private constant B5 = 0x243e288cc97802bd84c2cefb6a724668a6456adf9607877a0c;
    uint256 private constant A6 = 0x2223151bd6e1ed6f07daa6bda;
    uint256 private constant B6 = 0xe22e81ba8d71ea078a2bb59da84273519a03ec9b5c5b1563;
    uint256 private constant A7 = 0x137d2693690c1ece3f0d3ba92c;
    uint256 private constant B7 = 0x1e02012716658417c3099a229c9e55e4f7f69b5f5427b29959b;
    uint256 private constant A8 = 0x17134020f4f4f1d816ce8b3297;

    /// @notice Call, put and the call's delta.
    /// @param forward F [wad]
    /// @param strike K [wad]
    /// @param volatility per square root of a 365-day year [wad]
    /// @param secondsToExpiry T, below 2^32
    function callPutDelta(
        uint256 forward,
        uint256 strike,
        uint256 volatility,
        uint256 secondsToExpiry
    ) internal pure returns (uint256 call, uint256 put, uint256 callDelta) {
        uint256 s = standardDeviation(volatility, FixedPoint.rootYears(secondsToExpiry));
        if (_isDegenerate(forward, strike, s)) return _intrinsic(forward, strike);
        int256 logRatio = FixedPoint.lnRatioUnchecked(forward, strike);
        (uint256 value, uint256 delta, ) = _value(forward, strike, logRatio, s);
        unchecked {
            // _value clamps the call to [F - K, F] and delta to [0, 2^127].
            return (value, value + strike - forward, _toWad(delta));
        }
    }

    /// @notice Value and all Greeks in one pass.
    /// @dev Parameters as in `callPutDelta`. At s = 0 the Greeks beyond delta are zero.
    function greeks(
        uint256 forward,
        uint256 strike,
        uint256 volatility,
        uint256 secondsToExpiry
    ) internal pure returns (Greeks memory result) {
        uint256 rootTime = FixedPoint.rootYears(secondsToExpiry);
        uint256 s = standardDeviation(volatility, rootTime);
        if (_isDegenerate(forward, strike, s)) {
            (result.call, result.put, result.callDelta) = _intrinsic(forward, strike);
            return result;
        }
        if (s > WIDEST_Q64) s = WIDEST_Q64;
        (uint256 value, uint256 delta, uint256 peak) = _value(
            forward,
            strike,
            FixedPoint.lnRatioUnchecked(forward, strike),
            s
        );
        result.call = value;
        unchecked {
            result.put = value + strike - forward;
            result.callDelta = _toWad(delta);
            // phi(d1) in Q128 is below 2^127: F phi(d1) with 60 bits beyond the wad stays below 2^187, and below
            // 2^256 times rootTime < 2^68 or s < 2^69. All three are rounded to the nearest wad.
            uint256 forwardDensity = (forward * ((peak * UNPEAK_Q97) >> 128)) >> 68;
            result.vega = (forwardDensity * rootTime + (1 << 123)) >> 124;
            // -F phi(d1) s / (2 T); the product of two Q64 loses 64 bits before a year of seconds takes 24.
            uint256 decay = ((forwardDensity * s) >> 64) * (FixedPoint.YEAR / 2);
            result.theta = -int256((decay / secondsToExpiry + (1 << 59)) >> 60);
            result.gamma = _gamma(forward, s, peak);
        }
    }

    /// @notice Call, its delta, and gamma as `greeks` has them, with ln(F/K) and s already known, for who needs no more.
    /// @param logRatio ln(forward / strike) [Q96], |.| < 2^103
    /// @param s sigma sqrt(T) [Q64]
    function callDeltaGamma(
        uint256 forward,
        uint256 strike,
        int256 logRatio,
        uint256 s
    ) internal pure returns (uint256 call, uint256 callDelta, uint256 gamma) {
        if (_isDegenerate(forward, strike, s)) {
            (call, , callDelta) = _intrinsic(forward, strike);
            return (call, callDelta, 0);
        }
        if (s > WIDEST_Q64) s = WIDEST_Q64;
        (uint256 value, uint256 delta, uint256 peak) = _value(forward, strike, logRatio, s);
        return (value, _toWad(delta), _gamma(forward, s, peak));
    }

    /// @notice A call with ln(F/K) and s already known: one node of a shocked revaluation.
    /// @param logRatio ln(forward / strike) [Q96], |.| < 2^103
    /// @param s sigma sqrt(T) [Q64]
    function revalue(
        uint256 forward,
        uint256 strike,
        int256 logRatio,
        uint256 s
    ) internal pure returns (uint256 call) {
        if (_isDegenerate(forward, strike, s)) return _excess(forward, strike);
        (call, , ) = _value(forward, strike, logRatio, s);
    }

    /// @notice sigma sqrt(T) [Q64] from volatility [wad] and sqrt(T) [Q64].
    function standardDeviation(uint256 volatility, uint256 rootTime) internal pure returns (uint256) {
        unchecked {
            // Below 2^96 and 2^80.
            return (volatility * rootTime) / 1e18;
        }
    }

    /// @dev Call [wad], N(d1) [Q127] and phi(d1) times the numerator of R's fraction [Q159].
    function _value(
        uint256 forward,
        uint256 strike,
        int256 logRatio,
        uint256 s
    ) private pure returns (uint256 call, uint256 delta, uint256 peak) {
        unchecked {
            if (s > WIDEST_Q64) s = WIDEST_Q64;
            int256 d1;
            uint256 x1;
            assembly ("memory-safe") {
                // |logRatio| << 64 < 2^167; s is not zero. x1 = |d1| without a branch.
                d1 := add(sdiv(shl(64, logRatio), s), shl(31, s))
                let sign := sar(255, d1)
                x1 := sub(xor(d1, sign), sign)
            }
            if (x1 >= CUT_Q96) return _beyond(forward, strike, d1, s);

            // d1^2 / 2: Q192 to Q96 is 96 bits, and one more halves.
            peak = FixedPoint.scaledExpNegative((x1 * x1) >> 97, PEAK_Q159);
            int256 d2;
            uint256 x2;
            assembly ("memory-safe") {
                d2 := sub(d1, shl(32, s))
                let sign := sar(255, d2)
                x2 := sub(xor(d2, sign), sign)
            }
            (uint256 near, uint256 far) = _tails(x1, x2, peak << 64);
            // near, far <= 2^127 / 2 + rounding and forward < 2^128, so no product passes 2^255.
            if (d1 < 0) {
                delta = near;
                call = (forward * _excess(near, far)) >> 127;
                if (call + strike < forward) call = forward - strike;
            } else {
                delta = ONE_Q127 - near;
                if (d2 < 0) {
                    uint256 rest = near + far;
                    call = (forward * _excess(ONE_Q127, rest)) >> 127;
                    if (call + strike < forward) call = forward - strike;
                } else {
                    uint256 timeValue = (forward * _excess(far, near)) >> 127;
                    call = forward + timeValue - strike;
                    // Above the bound, or wrapped round below zero.
                    if (call > forward) call = forward + timeValue > strike ? forward : 0;
                }
            }
        }
    }

    /// @dev Where phi(d1) vanishes: the forward if d2 is negative all the same, else intrinsic.
    function _beyond(
        uint256 forward,
        uint256 strike,
        int256 d1,
        uint256 s
    ) private pure returns (uint256, uint256, uint256) {
        uint256 intrinsic = _excess(forward, strike);
        if (d1 < 0) return (intrinsic, 0, 0);
        return (int256(s << 32) > d1 ? forward : intrinsic, ONE_Q127, 0);
    }

    /// @dev phi(d1) R(x) [Q127] at two points 0 <= x < 32 [Q96]; `peak` is phi(d1) times R's numerator [Q223].
    /// Every partial denominator is a Q96 above zero on all of [0, 32] and every partial numerator a Q192.
    function _tails(uint256 x1, uint256 x2, uint256 peak) private pure returns (uint256 near, uint256 far) {
        assembly ("memory-safe") {
            // In the fifth and sixth line t is the negative of a denominator below zero.
            let t := add(x1, A8)
            t := add(sub(x1, A7), div(B7, t))
            t := sub(add(x1, A6), div(B6, t))
            t := add(add(x1, A5), div(B5, t))
            t := sub(add(A4, div(B4, t)), x1)
            t := sub(div(B3, t), add(x1, A3))
            t := add(add(x1, A2), div(B2, t))
            t := add(sub(x1, A1), div(B1, t))
            t := add(add(x1, A0), div(B0, t))
            near := div(peak, t)
            t := add(x2, A8)
            t := add(sub(x2, A7), div(B7, t))
            t := sub(add(x2, A6), div(B6, t))
            t := add(add(x2, A5), div(B5, t))
            t := sub(add(A4, div(B4, t)), x2)
            t := sub(div(B3, t), add(x2, A3))
            t := add(add(x2, A2), div(B2, t))
            t := add(sub(x2, A1), div(B1, t))
            t := add(add(x2, A0), div(B0, t))
            far := div(peak, t)
        }
    }

    /// @dev phi(d1) / (F s): 2^158 * 2^97 over up to 2^197.
    function _gamma(uint256 forward, uint256 s, uint256 peak) private pure returns (uint256) {
        unchecked {
            return ((peak * GAMMA_SCALE) / (forward * s) + (1 << 71)) >> 72;
        }
    }

    /// @dev A share [Q127] as a wad, to the nearest.
    function _toWad(uint256 share) private pure returns (uint256) {
        unchecked {
            // share <= 2^127.
            return (share * 1e18 + (1 << 126)) >> 127;
        }
    }

    /// @dev Whether there is no distribution to integrate: one branch instead of three.
    function _isDegenerate(
        uint256 forward,
        uint256 strike,
        uint256 s
    ) private pure returns (bool degenerate) {
        assembly ("memory-safe") {
            degenerate := or(iszero(s), or(iszero(strike), iszero(forward)))
        }
    }

    /// @dev a - b, or zero where b is larger; without a branch.
    function _excess(uint256 a, uint256 b) private pure returns (uint256 result) {
        assembly ("memory-safe") {
            result := mul(gt(a, b), sub(a, b))
        }
    }

    /// @dev Values at expiry or without volatility; delta is one in the money and zero at or out of it.
    function _intrinsic(
        uint256 forward,
        uint256 strike
    ) private pure returns (uint256 call, uint256 put, uint256 callDelta) {
        if (forward > strike) return (forward - strike, 0, 1e18);
        return (0, strike - forward, 0);
    }
}
