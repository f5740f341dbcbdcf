// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MarketParameters} from "../interfaces/IRiskParameters.sol";

/// @title ParameterRamp
/// @notice A market's parameters as lanes of two words, and the lanes' way from one value to another.
///
/// Layout, low bits first. First word, ten lanes of 24 bits: scanRange, driftLimit, volUp, volDown, shortOptionMinimum,
/// maintenanceFactor, collateralHaircut, crossMarketCredit, bidSpread, arrayAgeLimit. Second word, four lanes of 32
/// bits: calendarCharge, staleAddOn, concentration, liquidityLimit; what lies above is not read here. Ratios are in
/// units of 1e-6, the two others in whole units. Fields that are tighter when lower are stored as the lane's largest
/// value less themselves, so that tighter is higher in every lane and one rule fits all.
library ParameterRamp {
    /// @notice How long a field moves.
    uint256 internal constant RAMP = 24 hours;
    /// @notice How long a looser field waits before it moves.
    uint256 internal constant DELAY = 48 hours;

    uint256 internal constant UNIT = 1e12; // [wad] per 1e-6
    /// @notice Width of the lanes of each word, and what the second word's lanes fill of it.
    uint256 internal constant FIRST_WIDTH = 24;
    uint256 internal constant SECOND_WIDTH = 32;
    uint256 internal constant SECOND_BITS = 128;

    uint256 private constant FIRST_MASK = 0xffffff;
    uint256 private constant SECOND_MASK = 0xffffffff;

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
            first |= (FIRST_MASK - uint256(p.crossMarketCredit) / UNIT) << 168;
            first |= (uint256(p.bidSpread) / UNIT) << 192;
            first |= (FIRST_MASK - p.arrayAgeLimit) << 216;
            second = uint256(p.calendarCharge) / UNIT;
            second |= (uint256(p.staleAddOn) / UNIT) << 32;
            second |= (uint256(p.concentration) / UNIT) << 64;
            second |= (SECOND_MASK - p.liquidityLimit) << 96;
        }
    }

    /// @notice The parameters in two words.
    function unpack(uint256 first, uint256 second) internal pure returns (MarketParameters memory p) {
        unchecked {
            // A ratio is at most 2e6, and times 1e12 below 2^64.
            p.scanRange = uint64((first & FIRST_MASK) * UNIT);
            p.driftLimit = uint64(((first >> 24) & FIRST_MASK) * UNIT);
            p.volUp = uint64(((first >> 48) & FIRST_MASK) * UNIT);
            p.volDown = uint64(((first >> 72) & FIRST_MASK) * UNIT);
            p.shortOptionMinimum = uint64(((first >> 96) & FIRST_MASK) * UNIT);
            p.maintenanceFactor = uint64(((first >> 120) & FIRST_MASK) * UNIT);
            p.collateralHaircut = uint64(((first >> 144) & FIRST_MASK) * UNIT);
            p.crossMarketCredit = uint64((~(first >> 168) & FIRST_MASK) * UNIT);
            p.bidSpread = uint64(((first >> 192) & FIRST_MASK) * UNIT);
            p.arrayAgeLimit = uint32(~(first >> 216) & FIRST_MASK);
            p.calendarCharge = uint64((second & SECOND_MASK) * UNIT);
            p.staleAddOn = uint64(((second >> 32) & SECOND_MASK) * UNIT);
            p.concentration = uint64(((second >> 64) & SECOND_MASK) * UNIT);
            p.liquidityLimit = uint64(~(second >> 96) & SECOND_MASK);
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

    /// @notice One word with lanes of `width` bits on its way, for existing positions and for new risk, which tighter
    /// values reach at once. Rounds every lane to the tighter side.
    function between(
        uint256 from,
        uint256 to,
        uint256 width,
        uint256 tightened,
        uint256 loosened
    ) internal pure returns (uint256 inForce, uint256 newRisk) {
        inForce = newRisk = to;
        unchecked {
            // Lanes are below 2^32 and progress at most RAMP, so products are below 2^49, and what is added stays
            // between the two ends. Shifts stay below 256: the loop ends with the highest lane that differs.
            uint256 mask = (1 << width) - 1;
            uint256 differs = from ^ to;
            for (uint256 shift = 0; differs != 0; (differs, shift) = (differs >> width, shift + width)) {
                if (differs & mask == 0) continue;
                uint256 start = (from >> shift) & mask;
                uint256 end = (to >> shift) & mask;
                if (end > start) {
                    inForce ^= (end ^ (start + ((end - start) * tightened + RAMP - 1) / RAMP)) << shift;
                } else {
                    uint256 held = (end ^ (start - ((start - end) * loosened) / RAMP)) << shift;
                    inForce ^= held;
                    newRisk ^= held;
                }
            }
        }
    }

    /// @notice Whether any lane of a word becomes tighter, and whether any becomes looser.
    function directions(
        uint256 from,
        uint256 to,
        uint256 width
    ) internal pure returns (bool tighter, bool looser) {
        uint256 mask = (1 << width) - 1;
        for (; from != to; (from, to) = (from >> width, to >> width)) {
            if (to & mask > from & mask) tighter = true;
            if (to & mask < from & mask) looser = true;
        }
    }
}
