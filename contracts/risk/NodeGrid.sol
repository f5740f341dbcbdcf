// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FixedPoint} from "../libraries/FixedPoint.sol";

/// @title NodeGrid
/// @notice Where each node of a risk array lies, and how words of 15 lanes are packed, added up and read.
/// A node is a spot level (a multiple of the market's reference spot) and a volatility state:
///   word A, volatility up:   lanes 0..4   levels 1 + outer * {-1, -1/2, 0, 1/2, 1}
///                            lanes 5..10  (0.34, 0.50, 0.67) * (1 - driftLimit), (1.5, 2, 3) * (1 + driftLimit): the
///                                         tails, as far from every live spot as from the reference
///           volatility down: lanes 11..14 levels 1 + outer * {-6, -5, -4, -3} / 6
///   word B, volatility down: lanes 0..8   levels 1 + outer * {-2, -1, 0, 1, 2, 3, 4, 5, 6} / 6
///           unshocked:       lane 9       level 1 + outer (where a short call with a far wing loses most)
///                            lanes 10..14 levels 1 + driftLimit * {-1, -1/2, 0, 1/2, 1} (marks are read here)
/// Down levels are closest, because values bend most there. A sixth of outer may not be whole: step k of 0..12 stands at
/// 1 - outer + k * outer / 6, rounded down, so that the outermost and the middle are exact and every third is a level of
/// the up state. docs/decisions/0001-node-grid.md tells what this choice was measured against.
/// Nodes 0..14 are the lanes of word A, 15..29 those of word B.
/// A lane holds a call's value per contract, rounded down, in units of 2^exponent * reference spot / 2^29. Bits 240..251
/// of a word are twelve bits of its version (A the low ones, B the high ones), bits 252..255 the exponent.
/// @dev Three lanes, 80 bits apart, are multiplied by a quantity at once. Quantities count 1e-8 contracts and are signed:
/// the sum of signed lanes is formed modulo 2^256 and separated at the end, which is exact while every lane's sum
/// stays below 2^79, that is while the gross sum stays below 2^63.
/// Sums stand in 14 cells: 0..4 lanes of word A, 5..9 of word B, 10 and 11 the gross sums of |quantity| * 2^exponent of
/// the words A and B, which bound every lane, 12 and 13 the short part of each: what flooring the lanes owes at most.
library NodeGrid {
    uint256 internal constant NODES = 30;
    uint256 internal constant LANES = 15;
    /// @dev Node of the lowest tail; the other five follow.
    uint256 internal constant FIRST_TAIL = 5;
    uint256 internal constant TAILS = 6;
    uint256 internal constant FIRST_DOWN = 11;
    uint256 internal constant FIRST_SAME = 24;
    /// @dev Node of the unshocked level 1 - driftLimit; the next four follow in steps of half of it.
    uint256 internal constant FIRST_DENSE = 25;
    /// @dev Lane of word B with the unshocked level 1.
    uint256 internal constant CENTRE_LANE = 12;
    /// @dev Lane of word A with the same level, volatility up.
    uint256 internal constant UP_LANE = 2;
    /// @dev Lane unit is reference spot / 2^VALUE_BITS at exponent zero.
    uint256 internal constant VALUE_BITS = 29;
    uint256 internal constant MAX_GROSS = 1 << 63;

    /// @dev What a quotient is lifted by.
    uint256 private constant LIFT = 0x1000000000000000000000000000000000000000000;
    uint256 private constant RAISED = 0x52b7d2dcc80cd2e4000000000000000000000000000000000000000000000000; // LIFT * 1e26
    uint256 private constant LANE_MASK = 0xffff0000000000000000ffff0000000000000000ffff;

    // Levels

    /// @notice Spot level of every node as a multiple of the reference spot [wad].
    /// @param outer distance of the outermost scanned level from one [wad], even and below 1
    /// @param driftLimit how far live spot may be from the reference [wad], a multiple of 100 and below 1
    function multipliers(uint256 outer, uint256 driftLimit) internal pure returns (uint256[30] memory m) {
        assembly ("memory-safe") {
            // Neither reaches 1e18, so no level falls to zero.
            let one := 1000000000000000000
            let lowest := sub(one, outer)
            let half := div(outer, 2)
            mstore(m, lowest)
            mstore(add(m, 0x20), sub(one, half))
            mstore(add(m, 0x40), one)
            mstore(add(m, 0x60), add(one, half))
            mstore(add(m, 0x80), add(one, outer))
            // Hundredths are whole, so tails are.
            let part := div(sub(one, driftLimit), 100)
            mstore(add(m, 0xa0), mul(part, 34))
            mstore(add(m, 0xc0), mul(part, 50))
            mstore(add(m, 0xe0), mul(part, 67))
            part := div(add(one, driftLimit), 100)
            mstore(add(m, 0x100), mul(part, 150))
            mstore(add(m, 0x120), mul(part, 200))
            mstore(add(m, 0x140), mul(part, 300))
            mstore(add(m, 0x160), lowest)
            mstore(add(m, 0x180), add(lowest, div(outer, 6)))
            mstore(add(m, 0x1a0), add(lowest, div(mul(outer, 2), 6)))
            mstore(add(m, 0x1c0), add(lowest, div(mul(outer, 3), 6)))
            mstore(add(m, 0x1e0), add(lowest, div(mul(outer, 4), 6)))
            mstore(add(m, 0x200), add(lowest, div(mul(outer, 5), 6)))
            mstore(add(m, 0x220), add(lowest, div(mul(outer, 6), 6)))
            mstore(add(m, 0x240), add(lowest, div(mul(outer, 7), 6)))
            mstore(add(m, 0x260), add(lowest, div(mul(outer, 8), 6)))
            mstore(add(m, 0x280), add(lowest, div(mul(outer, 9), 6)))
            mstore(add(m, 0x2a0), add(lowest, div(mul(outer, 10), 6)))
            mstore(add(m, 0x2c0), add(lowest, div(mul(outer, 11), 6)))
            mstore(add(m, 0x2e0), add(one, outer))
            mstore(add(m, 0x300), add(one, outer))
            half := div(driftLimit, 2)
            mstore(add(m, 0x320), sub(one, driftLimit))
            mstore(add(m, 0x340), sub(one, half))
            mstore(add(m, 0x360), one)
            mstore(add(m, 0x380), add(one, half))
            mstore(add(m, 0x3a0), add(one, driftLimit))
        }
    }

    /// @notice Move of the tail at `node` in 5..10 that its loss is scaled by: |level - 1| before it was widened [wad].
    function tailMove(uint256 node) internal pure returns (uint256) {
        if (node == 5) return 0.66e18;
        if (node == 6 || node == 8) return 0.5e18;
        if (node == 7) return 0.33e18;
        return node == 9 ? 1e18 : 2e18;
    }

    /// @notice ln of each level [Q96].
    function logarithms(uint256[30] memory m) internal pure returns (int256[30] memory logs) {
        unchecked {
            for (uint256 i = FIRST_TAIL; i < NODES; ++i) {
                if (i != FIRST_SAME) logs[i] = FixedPoint.lnRatio(m[i], 1e18);
            }
        }
        assembly ("memory-safe") {
            // Every third down level is an up level, and the unshocked edge is the last of them.
            mstore(logs, mload(add(logs, 0x160)))
            mstore(add(logs, 0x20), mload(add(logs, 0x1c0)))
            mstore(add(logs, 0x40), mload(add(logs, 0x220)))
            mstore(add(logs, 0x60), mload(add(logs, 0x280)))
            let edge := mload(add(logs, 0x2e0))
            mstore(add(logs, 0x80), edge)
            mstore(add(logs, 0x300), edge)
        }
    }

    // Words

    /// @notice Packs 15 values, from `first` on, under one exponent, rounded down. Values beyond the largest exponent
    /// (four times the reference spot) saturate.
    /// @param values per contract in units of reference spot / 2^29
    /// @param versionBits twelve bits of the version
    function pack(
        uint256[30] memory values,
        uint256 first,
        uint256 versionBits
    ) internal pure returns (uint256 word) {
        unchecked {
            // Shifts and comparisons only; first + i < 30.
            uint256 largest;
            for (uint256 i; i < LANES; ++i) largest |= values[first + i];
            uint256 exponent;
            while (largest >> exponent > 0xffff && exponent < 15) ++exponent;
            for (uint256 i; i < LANES; ++i) {
                word |= FixedPoint.min(values[first + i] >> exponent, 0xffff) << (16 * i);
            }
            word |= (versionBits << 240) | (exponent << 252);
        }
    }

    /// @notice The 24-bit version that a pair of words carries.
    function versionOf(uint256 wordA, uint256 wordB) internal pure returns (uint256) {
        return ((wordA >> 240) & 0xfff) | (((wordB >> 240) & 0xfff) << 12);
    }

    /// @notice Value per contract of one lane [units of reference spot / 2^29].
    function laneOf(uint256 word, uint256 lane) internal pure returns (uint256) {
        return ((word >> (16 * lane)) & 0xffff) << (word >> 252);
    }

    /// @notice Adds `quantity` times the words of one strike.
    /// @param quantity signed [1e-8 contracts], |quantity| < 2^64
    function add(uint256[14] memory cells, uint256 wordA, uint256 wordB, int256 quantity) internal pure {
        assembly ("memory-safe") {
            let mask := LANE_MASK
            let short := slt(quantity, 0)
            let gross := sub(xor(quantity, sub(0, short)), sub(0, short))
            let exponent := shr(252, wordA)
            let cell := add(cells, 0x140)
            let scaled := shl(exponent, gross)
            mstore(cell, add(mload(cell), scaled))
            cell := add(cells, 0x180)
            mstore(cell, add(mload(cell), mul(short, scaled)))
            // shl of a negative two's complement number is its multiplication by a power of two.
            scaled := shl(exponent, quantity)
            mstore(cells, add(mload(cells), mul(and(wordA, mask), scaled)))
            cell := add(cells, 0x20)
            mstore(cell, add(mload(cell), mul(and(shr(16, wordA), mask), scaled)))
            cell := add(cells, 0x40)
            mstore(cell, add(mload(cell), mul(and(shr(32, wordA), mask), scaled)))
            cell := add(cells, 0x60)
            mstore(cell, add(mload(cell), mul(and(shr(48, wordA), mask), scaled)))
            cell := add(cells, 0x80)
            mstore(cell, add(mload(cell), mul(and(shr(64, wordA), mask), scaled)))
            exponent := shr(252, wordB)
            cell := add(cells, 0x160)
            scaled := shl(exponent, gross)
            mstore(cell, add(mload(cell), scaled))
            cell := add(cells, 0x1a0)
            mstore(cell, add(mload(cell), mul(short, scaled)))
            scaled := shl(exponent, quantity)
            cell := add(cells, 0xa0)
            mstore(cell, add(mload(cell), mul(and(wordB, mask), scaled)))
            cell := add(cells, 0xc0)
            mstore(cell, add(mload(cell), mul(and(shr(16, wordB), mask), scaled)))
            cell := add(cells, 0xe0)
            mstore(cell, add(mload(cell), mul(and(shr(32, wordB), mask), scaled)))
            cell := add(cells, 0x100)
            mstore(cell, add(mload(cell), mul(and(shr(48, wordB), mask), scaled)))
            cell := add(cells, 0x120)
            mstore(cell, add(mload(cell), mul(and(shr(64, wordB), mask), scaled)))
        }
    }

    /// @notice Adds the sums of `part` to `total`; lanes wrap on purpose.
    function join(uint256[14] memory total, uint256[14] memory part) internal pure {
        assembly ("memory-safe") {
            let end := add(total, 0x1c0)
            for {} lt(total, end) {} {
                mstore(total, add(mload(total), mload(part)))
                total := add(total, 0x20)
                part := add(part, 0x20)
            }
        }
    }

    /// @notice Takes the sums of `part` out of `total`, where it was added before.
    function take(uint256[14] memory total, uint256[14] memory part) internal pure {
        assembly ("memory-safe") {
            // Lanes wrap on purpose.
            let end := add(total, 0x1c0)
            for {} lt(total, end) {} {
                mstore(total, sub(mload(total), mload(part)))
                total := add(total, 0x20)
                part := add(part, 0x20)
            }
        }
    }

    /// @notice What the up state changes at an unmoved spot, for the size of `quantity` [units of `decode`].
    function vegaOf(uint256 wordA, uint256 wordB, int256 quantity) internal pure returns (uint256) {
        uint256 up = laneOf(wordA, UP_LANE);
        uint256 same = laneOf(wordB, CENTRE_LANE);
        // Flooring may leave the higher volatility the lower value.
        return up > same ? FixedPoint.abs(quantity) * (up - same) : 0;
    }

    /// @notice Mark of a long leg at the reference spot [wad USD], rounded down.
    /// @param quantity [1e-8]
    /// @param strike [cents]
    /// @param forward at the reference spot [1e-8 USD]
    /// @param base reference spot [wad]
    function longMark(
        uint256 wordB,
        uint256 quantity,
        uint256 strike,
        bool isPut,
        uint256 forward,
        uint256 base
    ) internal pure returns (uint256) {
        unchecked {
            // Lanes < 2^31, base < 2^98, strike < 2^32, forward < 2^64, quantity < 2^63.
            uint256 value = (laneOf(wordB, CENTRE_LANE) * base) >> VALUE_BITS;
            if (isPut) {
                // P = C - F + K.
                value += strike * 1e16;
                value = value > forward * 1e10 ? value - forward * 1e10 : 0;
            }
            return (quantity * value) / 1e8;
        }
    }

    /// @notice The larger gross sum; sums are exact while it is below MAX_GROSS.
    function grossOf(uint256[14] memory cells) internal pure returns (uint256) {
        return FixedPoint.max(cells[10], cells[11]);
    }

    /// @notice Fills in the worth at every node: (sums * unit) / 2^29 + (slope * level) / 1e26 + offset, each quotient rounded
    /// down, sums in units of 1e-8 contracts * reference spot / 2^29 and rounded against the holder: every short contract
    /// owes one further unit of its lane. Requires gross sums below MAX_GROSS.
    /// @param m levels
    /// @param unit below 2^71
    /// @param slope below 2^192 in size
    /// @param offset below 2^160 in size
    // solhint-disable-next-line function-max-lines
    function decode(
        uint256[14] memory cells,
        uint256[30] memory m,
        int256 unit,
        int256 slope,
        int256 offset,
        int256[30] memory values
    ) internal pure {
        assembly ("memory-safe") {
            // slope * level is below 2^254 in size; what is lifted by 2^168 * 1e26 > 2^254 is positive, so division rounds down.
            offset := sub(offset, LIFT)
            // Lanes are below 2^79 in size, so signextend(9, .) of 80 bits reads them exactly, and subtracting a lane
            // before shifting removes its borrow from the next. Cell g of a word holds its lanes g, g + 5 and g + 10.
            let owed := mload(add(cells, 0x180))
            for {
                let at := 0
            } lt(at, 0x140) {} {
                let rest := mload(add(cells, at))
                // Nodes of the second word begin fifteen after those of the first, of which five have been passed.
                let to := add(at, mul(0x140, gt(at, 0x80)))
                let level := add(m, to)
                to := add(values, to)
                let lane := signextend(9, rest)
                mstore(
                    to,
                    add(
                        add(
                            sar(29, mul(sub(lane, owed), unit)),
                            div(add(mul(slope, mload(level)), RAISED), 100000000000000000000000000)
                        ),
                        offset
                    )
                )
                rest := sar(80, sub(rest, lane))
                lane := signextend(9, rest)
                mstore(
                    add(to, 0xa0),
                    add(
                        add(
                            sar(29, mul(sub(lane, owed), unit)),
                            div(add(mul(slope, mload(add(level, 0xa0))), RAISED), 100000000000000000000000000)
                        ),
                        offset
                    )
                )
                rest := sub(sar(80, sub(rest, lane)), owed)
                mstore(
                    add(to, 0x140),
                    add(
                        add(
                            sar(29, mul(rest, unit)),
                            div(
                                add(mul(slope, mload(add(level, 0x140))), RAISED),
                                100000000000000000000000000
                            )
                        ),
                        offset
                    )
                )
                at := add(at, 0x20)
                if eq(at, 0xa0) {
                    owed := mload(add(cells, 0x1a0))
                }
            }
        }
    }

    /// @notice What the sums lose at an unmoved spot when volatility rises, and when it falls, in the units of `decode`,
    /// rounded against the holder; negative is a gain.
    function vegaLosses(uint256[14] memory cells) internal pure returns (int256 up, int256 down) {
        unchecked {
            // Below 2^80 each. Level one is lane 2 of word A (cell 2) in the up state, lanes 2 and 12 of word B (the
            // lowest and the highest of cell 7) in the down state and unshocked.
            int256 same;
            assembly ("memory-safe") {
                up := signextend(9, mload(add(cells, 0x40)))
                let rest := mload(add(cells, 0xe0))
                down := signextend(9, rest)
                rest := sar(80, sub(rest, down))
                same := sar(80, sub(rest, signextend(9, rest)))
            }
            // Flooring hides at most a unit of a long's unshocked lane and of a short's shocked one.
            uint256 longB = cells[11] - cells[13];
            up = same - up + int256(longB + cells[12]);
            down = same - down + int256(cells[11]);
        }
    }
}
