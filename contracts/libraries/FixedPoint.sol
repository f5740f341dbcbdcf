// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title FixedPoint
/// @notice Rounding-named arithmetic on wads (18 decimals) and the elementary functions that pricing needs.
/// Besides wads there are two binary scales, because a shift costs less than a division and carries more digits:
/// Q64 (64 fractional bits) and Q96 (96 fractional bits).
/// Elementary functions are rational interpolants at Chebyshev points, derived with 100 digits by
/// `scripts/verify/coefficients.ts` and evaluated as continued fractions: a division costs what a multiplication
/// costs, and a Q192 divided by a Q96 is a Q96 again, so that no rounding shift is needed.
library FixedPoint {
    uint256 internal constant WAD = 1e18;
    uint256 internal constant ONE_Q64 = 1 << 64;
    uint256 internal constant ONE_Q96 = 1 << 96;
    /// @dev ln 2 in Q96.
    int256 internal constant LN2_Q96 = 0xb17217f7d1cf79abc9e3b398;
    /// @dev The year that volatilities and rates refer to.
    uint256 internal constant YEAR = 365 days;

    /// @notice The quotient does not fit 256 bits, or the divisor is zero.
    error FixedPoint_MulDivOverflow(uint256 a, uint256 b, uint256 denominator);
    /// @notice The logarithm of zero, or of a quotient by zero, does not exist.
    error FixedPoint_LogOfZero();
    /// @notice exp(x) is not offered above x = 130.
    error FixedPoint_ExpOverflow(int256 x);

    // Multiplication and division

    /// @notice floor(a * b / denominator), exact over 512 bits.
    /// @dev The high word follows from the remainders modulo 2^256 and 2^256 - 1; the division is made exact by
    /// subtracting the remainder and removing powers of two, then done by the inverse modulo 2^256 (Hensel lifting).
    function mulDivDown(uint256 a, uint256 b, uint256 denominator) internal pure returns (uint256) {
        unchecked {
            // All wrapping below is modular arithmetic on purpose.
            uint256 low = a * b;
            if (a == 0 || low / a == b) {
                if (denominator == 0) revert FixedPoint_MulDivOverflow(a, b, denominator);
                return low / denominator;
            }
            uint256 residue = mulmod(a, b, type(uint256).max);
            uint256 high = residue - low - (residue < low ? 1 : 0);
            if (denominator <= high) revert FixedPoint_MulDivOverflow(a, b, denominator);

            uint256 remainder = mulmod(a, b, denominator);
            if (remainder > low) high -= 1;
            low -= remainder;
            uint256 twos = denominator & (0 - denominator);
            denominator /= twos;
            // For twos == 1 the factor 2^256 / twos wraps to zero, and the high word indeed no longer matters.
            low = (low / twos) | (high * ((0 - twos) / twos + 1));
            // 3d xor 2 inverts d modulo 2^4; each step doubles the bits: 8, 16, 32, 64, 128, 256.
            uint256 inverse = (3 * denominator) ^ 2;
            for (uint256 i; i < 6; ++i) inverse *= 2 - denominator * inverse;
            return low * inverse;
        }
    }

    /// @notice ceil(a * b / denominator), exact over 512 bits.
    function mulDivUp(uint256 a, uint256 b, uint256 denominator) internal pure returns (uint256 result) {
        unchecked {
            uint256 low = a * b;
            if (denominator != 0 && (a == 0 || low / a == b)) {
                // No remainder is left by one, so the sum fits.
                return low / denominator + (low % denominator == 0 ? 0 : 1);
            }
        }
        result = mulDivDown(a, b, denominator);
        if (mulmod(a, b, denominator) != 0) result += 1;
    }

    /// @notice a * b rounded down [wad].
    function mulDown(uint256 a, uint256 b) internal pure returns (uint256) {
        return mulDivDown(a, b, WAD);
    }

    /// @notice a * b rounded up [wad].
    function mulUp(uint256 a, uint256 b) internal pure returns (uint256) {
        return mulDivUp(a, b, WAD);
    }

    /// @notice a / b rounded down [wad].
    function divDown(uint256 a, uint256 b) internal pure returns (uint256) {
        return mulDivDown(a, WAD, b);
    }

    /// @notice a / b rounded up [wad].
    function divUp(uint256 a, uint256 b) internal pure returns (uint256) {
        return mulDivUp(a, WAD, b);
    }

    /// @notice a * b rounded towards minus infinity [wad]. Reverts (panic 0x11) if the product exceeds 256 bits.
    function signedMulDown(int256 a, int256 b) internal pure returns (int256) {
        return signedDivDown(a * b, int256(WAD));
    }

    /// @notice a * b rounded towards plus infinity [wad]. Reverts (panic 0x11) if the product exceeds 256 bits.
    function signedMulUp(int256 a, int256 b) internal pure returns (int256) {
        return -signedDivDown(-(a * b), int256(WAD));
    }

    /// @notice a / b rounded towards minus infinity; plain integers, b > 0.
    function signedDivDown(int256 a, int256 b) internal pure returns (int256 quotient) {
        assembly ("memory-safe") {
            // The remainder has the sign of a. Zero where b is zero, which callers exclude.
            quotient := sub(sdiv(a, b), slt(smod(a, b), 0))
        }
    }

    /// @notice a / b rounded towards plus infinity; plain integers, b > 0.
    function signedDivUp(int256 a, int256 b) internal pure returns (int256 quotient) {
        quotient = a / b;
        if (a > 0 && quotient * b != a) quotient += 1;
    }

    // Roots

    /// @notice floor(sqrt(x)) of a plain integer.
    /// @dev Newton from a power of two within a factor sqrt(2) of the root: relative errors fall
    /// 0.42, 0.061, 1.8e-3, 1.6e-6, 1.2e-12, 7e-25, below one unit; Newton never undershoots by more than the floor.
    function sqrt(uint256 x) internal pure returns (uint256 root) {
        if (x == 0) return 0;
        unchecked {
            // root >= 1 throughout, and root + x / root < 2^129.
            root = 1 << ((log2Down(x) + 1) >> 1);
            // Six steps, written out: a loop would cost as much again.
            root = (root + x / root) >> 1;
            root = (root + x / root) >> 1;
            root = (root + x / root) >> 1;
            root = (root + x / root) >> 1;
            root = (root + x / root) >> 1;
            root = (root + x / root) >> 1;
            uint256 other = x / root;
            if (other < root) root = other;
        }
    }

    /// @notice sqrt(x) of a wad, rounded down [wad]. Reverts (panic 0x11) above 1.1e59.
    function sqrtDown(uint256 x) internal pure returns (uint256) {
        return sqrt(x * WAD);
    }

    /// @notice sqrt(seconds / 365 days) [Q64], within one unit and strictly increasing; seconds below 2^32.
    /// @dev Seeded by the best line through sqrt on [1, 4) (within 2.9 %), so four Newton steps reach 1e-29.
    function rootYears(uint256 secondsToExpiry) internal pure returns (uint256 root) {
        assembly ("memory-safe") {
            // t falls into [1, 4) as t = seconds / z^2.
            let t := secondsToExpiry
            let c := shl(4, gt(t, 0xffff))
            t := shr(c, t)
            let z := shr(1, c)
            c := shl(3, gt(t, 0xff))
            t := shr(c, t)
            z := add(z, shr(1, c))
            c := shl(2, gt(t, 0xf))
            t := shr(c, t)
            z := add(z, shr(1, c))
            z := add(z, gt(t, 3))
            // 2^64 / sqrt(31536000) = 3284856628653070; slope 0.343 and offset 0.686 of it.
            root := add(shr(z, mul(secondsToExpiry, 1126705823628003)), shl(z, 2253411647256006))
            let square := div(shl(128, secondsToExpiry), 31536000)
            root := shr(1, add(root, div(square, root)))
            root := shr(1, add(root, div(square, root)))
            root := shr(1, add(root, div(square, root)))
            root := shr(1, add(root, div(square, root)))
            // At zero the seed would only have halved.
            root := mul(root, gt(secondsToExpiry, 0))
        }
    }

    /// @notice floor(log2(x)); zero for zero.
    function log2Down(uint256 x) internal pure returns (uint256 r) {
        assembly ("memory-safe") {
            r := shl(7, gt(x, 0xffffffffffffffffffffffffffffffff))
            r := or(r, shl(6, gt(shr(r, x), 0xffffffffffffffff)))
            r := or(r, shl(5, gt(shr(r, x), 0xffffffff)))
            r := or(r, shl(4, gt(shr(r, x), 0xffff)))
            r := or(r, shl(3, gt(shr(r, x), 0xff)))
            // The last eight values are looked up: entry i of the table is floor(log2(i)) of a nibble.
            r := or(r, shl(2, gt(shr(r, x), 0xf)))
            r := or(r, byte(shr(r, x), 0x0000010102020202030303030303030300000000000000000000000000000000))
        }
    }

    // Logarithm and exponential

    /// @notice ln(a / b) [Q96] for 0 < a, b < 2^128. For a / b within [2^-48, 2^48] the error is below 5e-20, and below
    /// 2e-18 of the result and three units. Antisymmetric to twice that error, and exactly 0 for a == b.
    /// @dev ln m = 2 atanh((m - 1) / (m + 1)) with m in [1/sqrt2, sqrt2].
    function lnRatio(uint256 a, uint256 b) internal pure returns (int256) {
        if (a == 0 || b == 0) revert FixedPoint_LogOfZero();
        return lnRatioUnchecked(a, b);
    }

    /// @notice `lnRatio` for callers that know a and b to be neither zero nor 2^128 and more.
    function lnRatioUnchecked(uint256 a, uint256 b) internal pure returns (int256 result) {
        int256 z;
        bool far;
        assembly ("memory-safe") {
            // a, b < 2^128, so differences and sums stay below 2^129 and their Q96 below 2^225.
            z := sdiv(shl(96, sub(a, b)), add(a, b))
            // |z| > 0.1716 = (sqrt2 - 1) / (sqrt2 + 1)
            let sign := sar(255, z)
            far := gt(sub(xor(z, sign), sign), 0x2bec333018866dee9a09d932)
        }
        if (far) (z, result) = _reduce(a, b);
        assembly ("memory-safe") {
            // z / atanh(z) / 2 by a fraction in u = z^2 < 2^187 (Q192); every term stays in (0.4, 6].
            let u := mul(z, z)
            let t := sub(0x6428075f3870c620002047c64, div(u, 0x9df7ad3f81f885f739594f78))
            t := sub(0xa1ffecb3294c89290b01de33, div(u, t))
            t := sub(0x638e38ece562f9902ceeeb893, div(u, t))
            t := sub(0x9ffffffff9db4e2ed669cec6, div(u, t))
            t := sub(0x600000000000b060a93365ac1, div(u, t))
            t := sub(0x7ffffffffffffff0235517a9, div(u, t))
            result := add(result, sdiv(shl(96, z), t))
        }
    }

    /// @dev z and h = (e + 1/2) ln 2 with a / b = exp(h) * (1 + z) / (1 - z) and |z| <= 0.1716.
    function _reduce(uint256 a, uint256 b) private pure returns (int256 z, int256 shiftLog) {
        uint256 m;
        int256 e;
        bool wide;
        uint256 head;
        assembly ("memory-safe") {
            // a / b in Q128; its first digits with 20 fractional bits.
            m := div(shl(128, a), b)
            head := shr(108, m)
            wide := gt(sub(head, 1), 0xfffffffffe)
        }
        if (wide) {
            (m, e) = _normalize(m);
        } else {
            assembly ("memory-safe") {
                // e = floor(log2(head)) < 40: twenty, ten, five, and a table for what is below 32.
                e := mul(20, gt(head, 0xfffff))
                head := shr(e, head)
                let step := mul(10, gt(head, 0x3ff))
                e := add(e, step)
                head := shr(step, head)
                step := mul(5, gt(head, 0x1f))
                e := add(e, step)
                head := shr(step, head)
                e := add(e, byte(head, 0x0000010102020202030303030303030304040404040404040404040404040404))
                m := shr(e, m)
            }
        }
        assembly ("memory-safe") {
            // m is in [1, 2) as Q108; e still carries the 20 bits of `head`.
            z := sdiv(shl(96, sub(m, 0x16a09e667f3bcc908b2fb1366ea9)), add(m, 0x16a09e667f3bcc908b2fb1366ea9))
            shiftLog := sub(mul(e, 0xb17217f7d1cf79abc9e3b398), 0xd8430d3607b4dc495e0d82e14)
        }
    }

    /// @dev Any ratio of Q128 as m * 2^(e - 20) with m in [1, 2) as Q108.
    function _normalize(uint256 ratio) private pure returns (uint256 m, int256 e) {
        unchecked {
            // Below 2^-128 nothing is left of the ratio; log2 is within [0, 255].
            if (ratio == 0) ratio = 1;
            e = int256(log2Down(ratio)) - 108;
            m = e < 0 ? ratio << uint256(-e) : ratio >> uint256(e);
        }
    }

    /// @notice exp(-y) [Q96] for 0 <= y < 2^110 [Q96], rounded down. Relative error below 1e-18 before that rounding.
    function expNegative(uint256 y) internal pure returns (uint256 result) {
        return scaledExpNegative(y, ONE_Q96);
    }

    /// @notice scale * exp(-y) for 0 <= y < 2^110 [Q96] and scale < 2^158, in the unit of `scale`, rounded down.
    /// @dev y = k ln 2 + f with |f| <= ln 2 / 2; exp(-f) = (G - f) / (G + f) with G = f coth(f / 2).
    function scaledExpNegative(uint256 y, uint256 scale) internal pure returns (uint256 result) {
        assembly ("memory-safe") {
            // y / ln 2 rounded to the nearest integer: Q96 * Q64 = Q160.
            let k := shr(160, add(mul(y, 0x171547652b82fe177), shl(159, 1)))
            let f := sub(y, mul(k, 0xb17217f7d1cf79abc9e3b398))
            // G by a fraction in v = f^2 < 2^189 (Q192), all terms positive.
            let v := mul(f, f)
            let g := add(0xe00005d4f97eb5c24bd0bf6e6, div(v, 0x1203d7e78ff5b310f98231ccc5))
            g := add(0xa00000006676e7dd692f90868, div(v, g))
            g := add(0x600000000005a0027fe33673d, div(v, g))
            g := add(0x200000000000003d79efc7e6b, div(v, g))
            // G - f < 2.4 < 2^97.3 as Q96, times 2^158.
            result := shr(k, div(mul(sub(g, f), scale), add(g, f)))
        }
    }

    /// @notice ln(x) [wad] of a wad x in (0, 2^128), rounded down.
    function ln(uint256 x) internal pure returns (int256) {
        return (lnRatio(x, WAD) * int256(WAD)) >> 96;
    }

    /// @notice exp(x) [wad] of a wad x <= 130e18, rounded down; relative error below 1e-18. Below -42e18 it is zero.
    function exp(int256 x) internal pure returns (uint256) {
        if (x > 130e18) revert FixedPoint_ExpOverflow(x);
        if (x < -42e18) return 0;
        unchecked {
            // |x| < 2^67, so x in Q96 stays below 2^164 before the division and 2^104 after it.
            if (x <= 0) return scaledExpNegative((uint256(-x) << 96) / WAD, WAD);
            // exp(x) = 1 / exp(-x) would lose digits: shift by whole powers of two instead.
            uint256 y = (uint256(x) << 96) / WAD;
            uint256 k = y / uint256(LN2_Q96) + 1;
            // exp(x) = 2^k * exp(-(k ln 2 - y)), k <= 188; the mantissa carries 64 bits more than a wad.
            uint256 mantissa = scaledExpNegative(k * uint256(LN2_Q96) - y, WAD << 64);
            return k >= 64 ? mantissa << (k - 64) : mantissa >> (64 - k);
        }
    }

    /// @notice x^p [wad] of wads, x > 0 and p ln x <= 130, rounded down.
    function pow(uint256 x, int256 p) internal pure returns (uint256) {
        return exp(int256((lnRatio(x, WAD) * p) >> 96));
    }

    // Small helpers

    /// @notice The larger of two unsigned values.
    function max(uint256 a, uint256 b) internal pure returns (uint256) {
        return a > b ? a : b;
    }

    /// @notice The smaller of two unsigned values.
    function min(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }

    /// @notice The larger of two signed values.
    function max(int256 a, int256 b) internal pure returns (int256) {
        return a > b ? a : b;
    }

    /// @notice |x|; the most negative value maps to 2^255.
    function abs(int256 x) internal pure returns (uint256) {
        unchecked {
            return x < 0 ? uint256(-x) : uint256(x);
        }
    }
}
