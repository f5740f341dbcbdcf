// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FixedPoint} from "../../contracts/libraries/FixedPoint.sol";
import {Black76, Greeks} from "../../contracts/pricing/Black76.sol";

/// @notice PRC-01 (invariant 16): 0 <= C <= F, parity exact, monotone and convex in strike, rising with variance.
/// Bounds and parity hold without tolerance on all inputs the types allow. A comparison of two values allows `noise`,
/// twice the error bound of one: 1e-16 of the forward and a wei of rounding each.
contract Black76Test {
    error Broken(string property, uint256 left, uint256 right);

    struct Option {
        uint256 forward;
        uint256 strike;
        uint256 volatility;
        uint256 time;
    }

    function test_Invariant16_IsTotal_WithinIntrinsicAndForward_AndAtExactParity(
        uint128 forward,
        uint128 strike,
        uint96 volatility,
        uint32 time
    ) public pure {
        _judgeBounds(Option(forward, strike, volatility, time));
        // Digits of a uniform number crowd at the top of its range; these shifts spread them.
        _judgeBounds(
            Option(
                forward >> (strike % 128),
                strike >> (forward % 128),
                volatility >> (time % 96),
                time >> (forward % 32)
            )
        );
    }

    function test_Invariant16_HoldsItsBoundsOverTheTradedDomain(Option memory option) public pure {
        _judgeBounds(_domain(option));
    }

    function test_Invariant16_FallsWithStrike_AndIsConvexInIt(
        Option memory option,
        uint256 step,
        uint256 ratio
    ) public pure {
        option = _domain(option);
        step = _bound(step, option.strike / 1e6 + 1, option.strike / 4 + 2);
        ratio = _bound(ratio, 1, 8);
        uint256 noise = _noise(option);
        uint256 low = _call(option);
        option.strike += step;
        uint256 middle = _call(option);
        option.strike += ratio * step;
        uint256 high = _call(option);
        if (middle > low + noise) revert Broken("rises with strike", middle, low);
        if (low > middle + step + noise) revert Broken("falls faster than strike", low, middle + step);
        // The middle lies on or below the chord: (ratio + 1) C(K1) <= ratio C(K0) + C(K2).
        uint256 chord = ratio * low + high + (ratio + 1) * noise;
        if ((ratio + 1) * middle > chord) revert Broken("not convex", (ratio + 1) * middle, chord);
    }

    function test_Invariant16_RisesWithVolatilityAndTime(Option memory option, uint256 step) public pure {
        option = _domain(option);
        uint256 noise = _noise(option);
        uint256 call = _call(option);
        uint256 volatility = option.volatility;
        option.volatility += _bound(step, 1, volatility);
        uint256 wilder = _call(option);
        option.volatility = volatility;
        option.time += _bound(step, 1, option.time);
        uint256 longer = _call(option);
        if (wilder + noise < call) revert Broken("falls with volatility", wilder, call);
        if (longer + noise < call) revert Broken("falls with time", longer, call);
    }

    function test_Invariant16_DependsOnTotalVarianceAlone(Option memory option) public pure {
        option = _domain(option);
        option.time = option.time * 4;
        uint256 call = _call(option);
        option.volatility *= 2;
        option.time /= 4;
        _judgeEqual("variance", _call(option), call, _noise(option));
    }

    function test_Invariant16_IsExactlyIntrinsic_WithoutTimeOrVolatility(Option memory option) public pure {
        option = _domain(option);
        uint256 volatility = option.volatility;
        uint256 intrinsic = _intrinsic(option);
        option.volatility = 0;
        if (_call(option) != intrinsic) revert Broken("no volatility", _call(option), intrinsic);
        option.volatility = volatility;
        option.time = 0;
        if (_call(option) != intrinsic) revert Broken("no time", _call(option), intrinsic);
        option.strike = option.forward;
        if (_call(option) != 0) revert Broken("no time, at the money", _call(option), 0);
    }

    function test_Invariant16_BecomesExactlyIntrinsic_AsVarianceVanishes(
        Option memory option,
        uint256 gap
    ) public pure {
        option = _domain(option);
        option.time = _bound(option.time, 1, 1 hours);
        option.volatility = _bound(option.volatility, 1, 1e9);
        // s <= 1.1e-11, so a strike 2e-10 away is beyond 13 standard deviations.
        gap = _bound(gap, option.forward / 5e9 + 1, option.forward / 2);
        option.strike = gap % 2 == 0 ? option.forward + gap : option.forward - gap;
        uint256 call = _call(option);
        if (call != _intrinsic(option)) revert Broken("away from the money", call, _intrinsic(option));
        option.strike = option.forward;
        // At the money it is phi(0) F s.
        uint256 most = (option.forward * 5) / 1e12 + 2;
        if (_call(option) > most) revert Broken("at the money", _call(option), most);
    }

    function test_Invariant16_IsHomogeneous_AndSymmetricInForwardAndStrike(
        Option memory option,
        uint256 factor
    ) public pure {
        option = _domain(option);
        factor = _bound(factor, 2, 1e6);
        uint256 call = _call(option);
        // A put on the strike, struck at the forward, is the same option seen from the other side.
        (, uint256 mirrored, ) = Black76.callPutDelta(
            option.strike,
            option.forward,
            option.volatility,
            option.time
        );
        _judgeEqual("symmetry", mirrored, call, _noise(option) + option.strike / 5e15);
        option.forward *= factor;
        option.strike *= factor;
        _judgeEqual("homogeneity", _call(option), call * factor, _noise(option) + 2 * factor);
    }

    function test_Invariant16_RisesWithTheForward_ByItsDelta(Option memory option, uint256 step) public pure {
        option = _domain(option);
        step = _bound(step, option.forward / 1e6 + 1, option.forward / 4 + 1);
        (uint256 low, , uint256 lowDelta) = _quote(option);
        option.forward += step;
        (uint256 high, , uint256 highDelta) = _quote(option);
        // Convex in the forward, so the slope between two points lies between the deltas at them.
        uint256 noise = _noise(option) + step / 5e15;
        uint256 least = (lowDelta * step) / 1e18;
        uint256 most = (highDelta * step) / 1e18;
        if (high + noise < low + least) revert Broken("rises less than delta", high, low + least);
        if (high > low + most + noise) revert Broken("rises more than delta", high, low + most);
        if (highDelta + 300 < lowDelta) revert Broken("delta falls", highDelta, lowDelta);
    }

    function test_Invariant16_GreeksAgreeWithTheQuickPaths(Option memory option) public pure {
        option = _domain(option);
        (uint256 call, uint256 put, uint256 delta) = _quote(option);
        Greeks memory greeks = _greeks(option);
        if (greeks.call != call || greeks.put != put) revert Broken("value differs", greeks.call, call);
        if (greeks.callDelta != delta) revert Broken("delta differs", greeks.callDelta, delta);
        uint256 s = Black76.standardDeviation(option.volatility, FixedPoint.rootYears(option.time));
        int256 logRatio = FixedPoint.lnRatio(option.forward, option.strike);
        uint256 node = Black76.revalue(option.forward, option.strike, logRatio, s);
        if (node != call) revert Broken("node differs", node, call);
    }

    function test_Invariant16_NodesHoldTheirBounds_EvenIfTheLogarithmBelongsToAnotherForward(
        uint128 forward,
        uint128 strike,
        int256 logRatio,
        uint256 s
    ) public pure {
        forward >>= s % 128;
        strike >>= (s / 128) % 128;
        // |ln| < 2^103 in Q96, of every size; s in Q64 to beyond the widest evaluated.
        logRatio = (logRatio >> 153) >> (s % 100);
        s = (s % (30 << 64)) >> (s % 64);
        uint256 call = Black76.revalue(forward, strike, logRatio, s);
        uint256 intrinsic = forward > strike ? forward - strike : 0;
        if (call < intrinsic) revert Broken("node below intrinsic", call, intrinsic);
        if (call > forward) revert Broken("node above forward", call, forward);
    }

    function test_Invariant16_GreeksKeepTheirSignsAndRanges(Option memory option) public pure {
        option = _domain(option);
        Greeks memory greeks = _greeks(option);
        if (greeks.theta > 0) revert Broken("theta above zero", uint256(greeks.theta), 0);
        // phi <= phi(0) < 0.39895 bounds vega / (F sqrt(T)), gamma F s and -theta 2 T / (F s).
        uint256 root = FixedPoint.rootYears(option.time);
        uint256 s = Black76.standardDeviation(option.volatility, root);
        uint256 peak = (option.forward * 39_895) / 1e5;
        uint256 most = ((peak * root) >> 64) + 1;
        if (greeks.vega > most) revert Broken("vega too large", greeks.vega, most);
        most = (((peak * s) >> 64) * FixedPoint.YEAR) / (2 * option.time) + FixedPoint.YEAR;
        if (uint256(-greeks.theta) > most) revert Broken("theta too large", uint256(-greeks.theta), most);
        most = (((0.39895e18 * 1e18) << 64) / s) / option.forward + 1;
        if (greeks.gamma > most) revert Broken("gamma too large", greeks.gamma, most);
    }

    function test_Invariant16_VegaAndThetaFollowFromGamma(Option memory option) public pure {
        option = _domain(option);
        Greeks memory greeks = _greeks(option);
        // vega = F^2 gamma sigma T and theta = -F^2 gamma sigma^2 / 2; what is not known is a wei of gamma,
        // and the last of at least ten digits of the products here.
        uint256 square = FixedPoint.mulDown(option.forward, option.forward);
        uint256 scale = FixedPoint.mulDown(square, option.volatility);
        uint256 expected = FixedPoint.mulDivDown(
            FixedPoint.mulDown(greeks.gamma, scale),
            option.time,
            FixedPoint.YEAR
        );
        uint256 slack =
            FixedPoint.mulDivUp(scale / 1e18 + 1, option.time, FixedPoint.YEAR) + expected / 1e9 + 2;
        _judgeEqual("vega", greeks.vega, expected, slack);
        scale = FixedPoint.mulDown(scale, option.volatility) / 2;
        expected = FixedPoint.mulDown(greeks.gamma, scale);
        _judgeEqual("theta", uint256(-greeks.theta), expected, scale / 1e18 + expected / 1e9 + 3);
    }

    function _judgeBounds(Option memory option) private pure {
        (uint256 call, uint256 put, uint256 delta) = _quote(option);
        if (call < _intrinsic(option)) revert Broken("call below intrinsic", call, _intrinsic(option));
        if (call > option.forward) revert Broken("call above forward", call, option.forward);
        if (put > option.strike) revert Broken("put above strike", put, option.strike);
        if (call + option.strike != put + option.forward) revert Broken("parity", call, put);
        if (delta > 1e18) revert Broken("delta above one", delta, 1e18);
        Greeks memory greeks = _greeks(option);
        if (greeks.call != call || greeks.callDelta != delta) revert Broken("Greeks", greeks.call, call);
        if (greeks.theta > 0) revert Broken("theta above zero", uint256(greeks.theta), 0);
    }

    function _judgeEqual(string memory property, uint256 left, uint256 right, uint256 slack) private pure {
        if (left > right + slack || right > left + slack) revert Broken(property, left, right);
    }

    function _quote(Option memory option) private pure returns (uint256 call, uint256 put, uint256 delta) {
        return Black76.callPutDelta(option.forward, option.strike, option.volatility, option.time);
    }

    function _call(Option memory option) private pure returns (uint256 call) {
        (call, , ) = _quote(option);
    }

    function _greeks(Option memory option) private pure returns (Greeks memory) {
        return Black76.greeks(option.forward, option.strike, option.volatility, option.time);
    }

    function _intrinsic(Option memory option) private pure returns (uint256) {
        return option.forward > option.strike ? option.forward - option.strike : 0;
    }

    function _noise(Option memory option) private pure returns (uint256) {
        return option.forward / 5e15 + 2;
    }

    /// @dev 1e-6 <= K/F <= 1e6, T from 1 s to 3 y, volatility from 1 % to 500 %, F from 1e-2 to 1e7.
    function _domain(Option memory option) private pure returns (Option memory) {
        uint256 forward = _bound(option.forward, 1e16, 1e25);
        // A third of the strikes near the forward, a third within a factor of two, a third anywhere.
        uint256 kind = option.strike % 3;
        uint256 low =
            kind == 0
                ? forward - forward / 50
                : kind == 1
                    ? forward / 2
                    : forward / 1e6;
        uint256 high =
            kind == 0
                ? forward + forward / 50
                : kind == 1
                    ? forward * 2
                    : forward * 1e6;
        uint256 strike = _bound(option.strike / 3, low, high);
        // Uniform times would be years, all of them; halve them as often as the volatility's last digits say.
        uint256 time = _bound(option.time, 1, 3 * 365 days) >> (option.volatility % 20);
        uint256 volatility = _bound(option.volatility / 20, 0.01e18, 5e18);
        return Option(forward, strike, volatility, time == 0 ? 1 : time);
    }

    function _bound(uint256 x, uint256 low, uint256 high) private pure returns (uint256) {
        return low + (x % (high - low + 1));
    }
}
