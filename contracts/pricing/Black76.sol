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
/// cancels to first order. R is a rational function of degrees 8 and 9, interpolated at 18 Chebyshev points of [0, 13]
/// under x = 3.5 (1 + t) / (1 - t); its error there is below 4.4e-17 and the value's below 5e-17 F.
library Black76 {
    /// @dev d1 beyond +-13 is beyond any digit kept: phi(13) = 8e-38.
    uint256 private constant CUT_Q64 = 13 << 64;
    /// @dev Largest s evaluated: a wider distribution is worth its bound already, and |d2| stays below 13 + 19 = 32.
    uint256 private constant WIDEST_Q64 = 19 << 64;
    /// @dev 1 / sqrt(2 pi) in Q96.
    uint256 private constant INVERSE_ROOT_2PI_Q96 = 0x662114cf50d942343f2cf140;
    uint256 private constant ONE_Q96 = 1 << 96;

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
            // _value clamps the call to [F - K, F] and delta to [0, 2^96].
            return (value, value + strike - forward, (delta * 1e18) >> 96);
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
        (uint256 value, uint256 delta, uint256 density) = _value(
            forward,
            strike,
            FixedPoint.lnRatioUnchecked(forward, strike),
            s
        );
        unchecked {
            result.call = value;
            result.put = value + strike - forward;
            result.callDelta = (delta * 1e18) >> 96;
            // F phi(d1) with 32 bits beyond the wad: 2^128 * 2^95 / 2^64 = 2^159, times rootTime < 2^80.
            uint256 forwardDensity = (forward * density) >> 64;
            result.vega = (forwardDensity * rootTime) >> 96;
            // d(s)/dT = volatility / (2 sqrt(T)); (2^159 * 2^96 / 2^60) << 32 = 2^227.
            result.theta = -int256((((forwardDensity * volatility) / 2e18) << 32) / rootTime);
            // phi / (F s) as a wad: Q96 * 1e36 / Q64 / 2^32, in two steps below 2^215.
            result.gamma = ((((density * 1e18) / s) * 1e18) >> 32) / forward;
        }
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
        if (_isDegenerate(forward, strike, s)) return forward > strike ? forward - strike : 0;
        (call, , ) = _value(forward, strike, logRatio, s);
    }

    /// @notice sigma sqrt(T) [Q64] from volatility [wad] and sqrt(T) [Q64].
    function standardDeviation(uint256 volatility, uint256 rootTime) internal pure returns (uint256) {
        unchecked {
            // Below 2^96 and 2^80.
            return (volatility * rootTime) / 1e18;
        }
    }

    /// @dev Call [wad], N(d1) [Q96] and phi(d1) [Q96].
    function _value(
        uint256 forward,
        uint256 strike,
        int256 logRatio,
        uint256 s
    ) private pure returns (uint256 call, uint256 delta, uint256 density) {
        unchecked {
            if (s > WIDEST_Q64) s = WIDEST_Q64;
            int256 d1;
            uint256 x1;
            assembly ("memory-safe") {
                // |logRatio| << 32 < 2^135; s is not zero. x1 = |d1| without a branch.
                d1 := add(sdiv(shl(32, logRatio), s), shr(1, s))
                let sign := sar(255, d1)
                x1 := sub(xor(d1, sign), sign)
            }
            if (x1 >= CUT_Q64) return _beyond(forward, strike, d1, s);

            // d1^2 / 2: Q128 to Q96 is 32 bits, and one more halves.
            density = FixedPoint.scaledExpNegative((x1 * x1) >> 33, INVERSE_ROOT_2PI_Q96);
            int256 d2 = d1 - int256(s);
            uint256 x2;
            assembly ("memory-safe") {
                let sign := sar(255, d2)
                x2 := sub(xor(d2, sign), sign)
            }
            uint256 near = (density * _mills(x1)) >> 96;
            uint256 far = (density * _mills(x2)) >> 96;
            // near, far <= 2^96 / 2 + rounding and forward < 2^128, so no product passes 2^226.
            if (d1 < 0) {
                delta = near;
                call = near > far ? (forward * (near - far)) >> 96 : 0;
                if (call + strike < forward) call = forward - strike;
            } else {
                delta = ONE_Q96 - near;
                if (d2 < 0) {
                    uint256 rest = near + far;
                    call = rest < ONE_Q96 ? (forward * (ONE_Q96 - rest)) >> 96 : 0;
                    if (call + strike < forward) call = forward - strike;
                } else {
                    uint256 timeValue = far > near ? (forward * (far - near)) >> 96 : 0;
                    call = forward + timeValue;
                    call = call > strike ? call - strike : 0;
                    if (call > forward) call = forward;
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
        uint256 intrinsic = forward > strike ? forward - strike : 0;
        if (d1 < 0) return (intrinsic, 0, 0);
        return (int256(s) > d1 ? forward : intrinsic, ONE_Q96, 0);
    }

    /// @dev N(-x) / phi(x) [Q96] for 0 <= x < 32 [Q64].
    function _mills(uint256 x) private pure returns (uint256 ratio) {
        assembly ("memory-safe") {
            // Numerator and denominator end in Q192 below 2^234 and 2^240; all coefficients are positive.
            let p := mul(add(mul(0x100000012d3b39466, x), 0x193411d45a6eedbdec9a45f235d2c32400), x)
            p := shr(128, add(p, 0x1307865969f1eee2e158c3ce79fbd36c5f33b7f3440775911ed))
            p := mul(add(mul(p, x), 0x8e72d48c02b198064df9b276fd865ac25b1), x)
            p := shr(128, add(p, 0x2cf7918e800eafca3b449747a8d81306ab29d4986241f78ba142))
            p := mul(add(mul(p, x), 0x9cec349b0475c037254a5d472f56f6492140), x)
            p := shr(128, add(p, 0x173669e59fcff7a02399925a6fa74a00547208ea47585664e9723))
            p := mul(add(mul(p, x), 0x227fe88d058184151987a5b54f1c0c9bfc798), x)
            p := add(p, 0x197c984a96147ddbf6eabd63ed2dfac93620a4c04395c188f5e7e)
            let q := mul(add(mul(add(x, 0x193411dbceb9444582), x), 0x131786433e9c3e1caedf36138f7b35fa77f), x)
            q := shr(128, add(q, 0x9006183eb29c441ef7e8f74cc0faa44e650acfebfdfa1a948bb))
            q := mul(add(mul(q, x), 0x2e26068df992e97de03a769845bd22b237c7), x)
            q := shr(128, add(q, 0xa5a12f9ba895cd961a53ab58db4c7e9d3c9d525e9de4e09cf5e4))
            q := mul(add(mul(q, x), 0x19e04a2a477ee64725c150b46bcaf22566512), x)
            q := shr(128, add(q, 0x2b43272385b42778935dac221b6f04bbac4e593e65b4bad30672d))
            q := mul(add(mul(q, x), 0x2bc0878b42809f91d267d387d69f037a4181d), x)
            q := shr(96, add(q, 0x1455df9f72361722949a7646f67eabe6dbbf2069707e68da40405))
            ratio := div(p, q)
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

    /// @dev Values at expiry or without volatility; delta is one in the money and zero at or out of it.
    function _intrinsic(
        uint256 forward,
        uint256 strike
    ) private pure returns (uint256 call, uint256 put, uint256 callDelta) {
        if (forward > strike) return (forward - strike, 0, 1e18);
        return (0, strike - forward, 0);
    }
}
