// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MarketParameters} from "../interfaces/IRiskParameters.sol";

/// @title ParameterRamp
/// @notice A market's parameters as lanes of two words, and the lanes' way from one value to another.
///
/// Layout, low bits first. First word: nine ratios of 24 bits in units of 1e-6 (scanRange, driftLimit, volUp, volDown,
/// shortOptionMinimum, maintenanceFactor, collateralHaircut, crossMarketCredit, bidSpread), then arrayAgeLimit in 32
/// bits. Second word: three ratios (calendarCharge, staleAddOn, concentration), then liquidityLimit in 32 bits; what
/// lies above is not read here. Fields that are tighter when lower are stored as the lane's largest value less
/// themselves, so that tighter is higher in every lane and one rule fits all.
library ParameterRamp {
    /// @notice How long a field moves.
    uint256 internal constant RAMP = 24 hours;
    /// @notice How long a looser field waits before it moves.
    uint256 internal constant DELAY = 48 hours;

    uint256 internal constant UNIT = 1e12; // [wad] per 1e-6
    uint256 internal constant FIRST_RATIOS = 9;
    uint256 internal constant SECOND_RATIOS = 3;
    uint256 internal constant SECOND_BITS = 104;

    uint256 private constant RATIO_MASK = 0xffffff;
    uint256 private constant COUNT_MASK = 0xffffffff;

    /// @notice Both words of `p`. Requires every field to fit its lane, as RiskParameters' bounds ensure.
    function pack(MarketParameters memory p) internal pure returns (uint256 first, uint256 second) {
        unchecked {
            // Divisions by a constant, and differences of a mask and something below it.
            first = uint256(p.scanRange) / UNIT;
            first |= (uint256(p.driftLimit) / UNIT) << 24;
            first |= (uint256(p.volUp) / UNIT) << 48;
            first |= (uint256(p.volDown) / UNIT) << 72;
            first |= (uint256(p.shortOptionMinimum) / UNIT) << 96;
            first |= (uint256(p.maintenanceFactor) / UNIT) << 120;
            first |= (uint256(p.collateralHaircut) / UNIT) << 144;
            first |= (RATIO_MASK - uint256(p.crossMarketCredit) / UNIT) << 168;
            first |= (uint256(p.bidSpread) / UNIT) << 192;
            first |= (COUNT_MASK - p.arrayAgeLimit) << 216;
            second = uint256(p.calendarCharge) / UNIT;
            second |= (uint256(p.staleAddOn) / UNIT) << 24;
            second |= (uint256(p.concentration) / UNIT) << 48;
            second |= (COUNT_MASK - p.liquidityLimit) << 72;
        }
    }

    /// @notice The parameters in two words.
    function unpack(uint256 first, uint256 second) internal pure returns (MarketParameters memory p) {
        unchecked {
            // A lane times 1e12 is below 2^64.
            p.scanRange = uint64((first & RATIO_MASK) * UNIT);
            p.driftLimit = uint64(((first >> 24) & RATIO_MASK) * UNIT);
            p.volUp = uint64(((first >> 48) & RATIO_MASK) * UNIT);
            p.volDown = uint64(((first >> 72) & RATIO_MASK) * UNIT);
            p.shortOptionMinimum = uint64(((first >> 96) & RATIO_MASK) * UNIT);
            p.maintenanceFactor = uint64(((first >> 120) & RATIO_MASK) * UNIT);
            p.collateralHaircut = uint64(((first >> 144) & RATIO_MASK) * UNIT);
            p.crossMarketCredit = uint64((~(first >> 168) & RATIO_MASK) * UNIT);
            p.bidSpread = uint64(((first >> 192) & RATIO_MASK) * UNIT);
            p.arrayAgeLimit = uint32(~(first >> 216) & COUNT_MASK);
            p.calendarCharge = uint64((second & RATIO_MASK) * UNIT);
            p.staleAddOn = uint64(((second >> 24) & RATIO_MASK) * UNIT);
            p.concentration = uint64(((second >> 48) & RATIO_MASK) * UNIT);
            p.liquidityLimit = uint64(~(second >> 72) & COUNT_MASK);
        }
    }

    /// @notice How far each direction has come, in seconds of RAMP, `elapsed` seconds after a proposal.
    function progress(uint256 elapsed) internal pure returns (uint256 tightened, uint256 loosened) {
        unchecked {
            // Subtracts only what is smaller.
            tightened = elapsed < RAMP ? elapsed : RAMP;
            if (elapsed > DELAY) {
                loosened = elapsed - DELAY;
                if (loosened > RAMP) loosened = RAMP;
            }
        }
    }

    /// @notice One word on its way: `ratios` lanes of 24 bits and one of 32 bits above them. Rounds every lane to the
    /// tighter side. With `tightened` = RAMP it is the word for new risk, which tighter values reach at once.
    function between(
        uint256 from,
        uint256 to,
        uint256 ratios,
        uint256 tightened,
        uint256 loosened
    ) internal pure returns (uint256 word) {
        if (from == to) return to;
        unchecked {
            // Shifts stay below 256.
            uint256 top = ratios * 24;
            for (uint256 shift = 0; shift < top; shift += 24) {
                uint256 lane = _lane(
                    (from >> shift) & RATIO_MASK,
                    (to >> shift) & RATIO_MASK,
                    tightened,
                    loosened
                );
                word |= lane << shift;
            }
            word |= _lane((from >> top) & COUNT_MASK, (to >> top) & COUNT_MASK, tightened, loosened) << top;
        }
    }

    /// @notice Whether any lane of a word becomes tighter, and whether any becomes looser.
    function directions(
        uint256 from,
        uint256 to,
        uint256 ratios
    ) internal pure returns (bool tighter, bool looser) {
        uint256 top = ratios * 24;
        for (uint256 shift = 0; shift <= top; shift += 24) {
            uint256 mask = shift == top ? COUNT_MASK : RATIO_MASK;
            uint256 start = (from >> shift) & mask;
            uint256 end = (to >> shift) & mask;
            if (end > start) tighter = true;
            if (end < start) looser = true;
        }
    }

    function _lane(
        uint256 from,
        uint256 to,
        uint256 tightened,
        uint256 loosened
    ) private pure returns (uint256) {
        unchecked {
            // Lanes are below 2^32 and progress at most RAMP, so products are below 2^49.
            if (to > from) return from + ((to - from) * tightened + RAMP - 1) / RAMP;
            return from - ((from - to) * loosened) / RAMP;
        }
    }
}
