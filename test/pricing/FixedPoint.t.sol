// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FixedPoint} from "../../contracts/libraries/FixedPoint.sol";

/// @notice Properties of the elementary functions.
contract FixedPointTest {
    error Broken(string property, uint256 left, uint256 right);

    function test_MulDivIsExactWhereTheProductFits(uint128 a, uint128 b, uint128 d) public pure {
        if (d == 0) return;
        uint256 product = uint256(a) * b;
        uint256 down = FixedPoint.mulDivDown(a, b, d);
        uint256 up = FixedPoint.mulDivUp(a, b, d);
        if (down != product / d) revert Broken("down", down, product / d);
        if (up - down != (product % d == 0 ? 0 : 1)) revert Broken("up", up, down);
    }

    function test_MulDivInvertsItselfOver512Bits(uint256 a, uint256 b) public pure {
        if (b == 0) return;
        uint256 back = FixedPoint.mulDivDown(a, b, b);
        if (back != a) revert Broken("a * b / b", back, a);
        uint256 half = FixedPoint.mulDivDown(a, b / 2, 1 << 255);
        if (half > a) revert Broken("a * (b / 2) / 2^255", half, a);
    }

    function test_SqrtIsTheFloor(uint256 x) public pure {
        uint256 root = FixedPoint.sqrt(x);
        if (root != 0 && root > x / root) revert Broken("root too large", root, x);
        uint256 next = root + 1;
        if (next < 1 << 128 && next * next <= x) revert Broken("root too small", root, x);
    }

    function test_RootYearsIsWithinAUnit_AndRises(uint32 time) public pure {
        uint256 root = FixedPoint.rootYears(time);
        uint256 floor = FixedPoint.sqrt((uint256(time) << 128) / FixedPoint.YEAR);
        if (root < floor || root > floor + 1) revert Broken("root of time", root, floor);
        if (time != 0 && FixedPoint.rootYears(time - 1) >= root) revert Broken("rises", root, time);
    }

    function test_LogarithmRises_AndIsAntisymmetric(uint128 a, uint128 b) public pure {
        if (a == 0 || b == 0) return;
        int256 forth = FixedPoint.lnRatio(a, b);
        if ((forth > 0) != (a > b) && forth != 0) revert Broken("sign", a, b);
        if (a / b < 1 << 24 && b / a < 1 << 24) {
            uint256 sum = FixedPoint.abs(forth + FixedPoint.lnRatio(b, a));
            // Twice the error of one, 5e-20 in Q96: a power of two and its inverse are both reduced to the lower end.
            if (sum > 8e9) revert Broken("antisymmetry", sum, 8e9);
        }
    }

    function test_ExponentialInvertsTheLogarithm(uint256 x) public pure {
        x = 1e12 + (x % 1e30);
        uint256 back = FixedPoint.exp(FixedPoint.ln(x));
        uint256 gap = back > x ? back - x : x - back;
        // ln is floored to a wad, which exp turns into x * 1e-18.
        if (gap > x / 5e17 + 2) revert Broken("exp(ln(x))", back, x);
    }
}
