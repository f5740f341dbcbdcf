// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FixedPoint} from "../../contracts/libraries/FixedPoint.sol";
import {Black76, Greeks} from "../../contracts/pricing/Black76.sol";

/// @notice Properties of the formula over its documented domain. `noise` is the value's own error bound,
/// 1e-16 of the forward plus an ulp; comparisons of two values allow twice that.
contract Black76Test {
    error Broken(string property, uint256 left, uint256 right);

    function test_StaysWithinIntrinsicAndForward_WithExactParity(
        uint256 forward,
        uint256 strike,
        uint256 volatility,
        uint256 time
    ) public pure {
        (forward, strike, volatility, time) = _domain(forward, strike, volatility, time);
        (uint256 call, uint256 put, uint256 delta) = Black76.callPutDelta(forward, strike, volatility, time);
        uint256 intrinsic = forward > strike ? forward - strike : 0;
        if (call < intrinsic) revert Broken("call below intrinsic", call, intrinsic);
        if (call > forward) revert Broken("call above forward", call, forward);
        if (put > strike) revert Broken("put above strike", put, strike);
        if (call + strike != put + forward) revert Broken("parity", call + strike, put + forward);
        if (delta > 1e18) revert Broken("delta above one", delta, 1e18);
    }

    function test_FallsWithStrike_AndIsConvexInIt(
        uint256 forward,
        uint256 strike,
        uint256 volatility,
        uint256 time,
        uint256 step
    ) public pure {
        (forward, strike, volatility, time) = _domain(forward, strike, volatility, time);
        step = _bound(step, strike / 1e6 + 1, strike / 4 + 2);
        uint256 noise = forward / 5e15 + 2;
        (uint256 low, , ) = Black76.callPutDelta(forward, strike, volatility, time);
        (uint256 middle, , ) = Black76.callPutDelta(forward, strike + step, volatility, time);
        (uint256 high, , ) = Black76.callPutDelta(forward, strike + 2 * step, volatility, time);
        if (middle > low + noise) revert Broken("rises with strike", middle, low);
        if (low > middle + step + noise) revert Broken("falls faster than strike", low, middle + step);
        if (2 * middle > low + high + 2 * noise) revert Broken("not convex", 2 * middle, low + high);
    }

    function test_RisesWithVolatilityAndTime(
        uint256 forward,
        uint256 strike,
        uint256 volatility,
        uint256 time
    ) public pure {
        (forward, strike, volatility, time) = _domain(forward, strike, volatility, time);
        uint256 noise = forward / 5e15 + 2;
        (uint256 call, , ) = Black76.callPutDelta(forward, strike, volatility, time);
        (uint256 wilder, , ) = Black76.callPutDelta(forward, strike, volatility + volatility / 10, time);
        (uint256 longer, , ) = Black76.callPutDelta(forward, strike, volatility, time + time / 10 + 1);
        if (wilder + noise < call) revert Broken("falls with volatility", wilder, call);
        if (longer + noise < call) revert Broken("falls with time", longer, call);
    }

    function test_ApproachesIntrinsic_AsTimeOrVolatilityVanishes(
        uint256 forward,
        uint256 strike
    ) public pure {
        (forward, strike, , ) = _domain(forward, strike, 0, 0);
        uint256 intrinsic = forward > strike ? forward - strike : 0;
        (uint256 still, , ) = Black76.callPutDelta(forward, strike, 1, 1);
        // sigma sqrt(T) below 2e-22: the time value is below 1e-22 of the forward.
        if (still > intrinsic + forward / 1e16 + 1) revert Broken("value without variance", still, intrinsic);
        (uint256 atExpiry, , ) = Black76.callPutDelta(forward, strike, 5e18, 0);
        if (atExpiry != intrinsic) revert Broken("value at expiry", atExpiry, intrinsic);
        (uint256 atTheMoney, , ) = Black76.callPutDelta(forward, forward, 5e18, 0);
        if (atTheMoney != 0) revert Broken("value at expiry and at the money", atTheMoney, 0);
    }

    function test_GreeksAgreeWithTheQuickPath_AndHaveTheirSigns(
        uint256 forward,
        uint256 strike,
        uint256 volatility,
        uint256 time
    ) public pure {
        (forward, strike, volatility, time) = _domain(forward, strike, volatility, time);
        (uint256 call, uint256 put, uint256 delta) = Black76.callPutDelta(forward, strike, volatility, time);
        Greeks memory greeks = Black76.greeks(forward, strike, volatility, time);
        if (greeks.call != call || greeks.put != put) revert Broken("value differs", greeks.call, call);
        if (greeks.callDelta != delta) revert Broken("delta differs", greeks.callDelta, delta);
        if (greeks.theta > 0) revert Broken("theta above zero", uint256(greeks.theta), 0);
        // Vega cannot exceed phi(0) F sqrt(T).
        uint256 most = (forward * FixedPoint.rootYears(time) * 4) / 10 / FixedPoint.ONE_Q64 + 1;
        if (greeks.vega > most) revert Broken("vega too large", greeks.vega, most);
    }

    /// @dev 1e-6 <= K/F <= 1e6, T from 1 s to 3 y, volatility from 1 % to 500 %, F from 1e-2 to 1e7.
    function _domain(
        uint256 forward,
        uint256 strike,
        uint256 volatility,
        uint256 time
    ) private pure returns (uint256, uint256, uint256, uint256) {
        forward = _bound(forward, 1e16, 1e25);
        // Half of the strikes near the forward, half anywhere.
        strike =
            strike % 2 == 0
                ? _bound(strike, forward / 2, forward * 2)
                : _bound(strike, forward / 1e6, forward * 1e6);
        return (forward, strike, _bound(volatility, 0.01e18, 5e18), _bound(time, 1, 3 * 365 days));
    }

    function _bound(uint256 x, uint256 low, uint256 high) private pure returns (uint256) {
        return low + (x % (high - low + 1));
    }
}
