// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MarketParameters} from "../interfaces/IRiskParameters.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";

/// @title ParameterRamp
/// @notice A market's parameters as lanes of two words, and the lanes' way from one value to another.
///
/// Layout, low bits first. First word, all that margin reads, ten lanes of 24 bits: scanRange, shortOptionMinimum,
/// maintenanceFactor, collateralHaircut, crossMarketCredit, bidSpread, calendarCharge, staleAddOn, concentration,
/// liquidityLimit. Second word, four lanes of 32 bits: driftLimit, volUp, volDown, arrayAgeLimit. What lies above is not
/// read here. Ratios are in units of 1e-6, the two others in whole units. Fields that are tighter when lower are stored
/// as the lane's largest value less themselves, so that tighter is higher in every lane and one rule fits all.
library ParameterRamp {
    /// @notice How long a field moves.
    uint256 internal constant RAMP = 24 hours;
    /// @notice How long a looser field waits before it moves.
    uint256 internal constant DELAY = 48 hours;

    uint256 internal constant UNIT = 1e12; // [wad] per 1e-6
    /// @notice Width of the lanes of each word, and what they fill of it.
    uint256 internal constant FIRST_WIDTH = 24;
    uint256 internal constant SECOND_WIDTH = 32;
    uint256 internal constant FIRST_BITS = 240;
    uint256 internal constant SECOND_BITS = 128;

    uint256 private constant FIRST_MASK = 0xffffff;
    uint256 private constant SECOND_MASK = 0xffffffff;

    /// @notice Both words of `p`. Requires every field to fit its lane, as RiskParameters' bounds ensure.
    function pack(MarketParameters memory p) internal pure returns (uint256 first, uint256 second) {
        unchecked {
            // Divisions by a constant, and differences of a mask and something below it.
            first = uint256(p.scanRange) / UNIT;
            first |= (uint256(p.shortOptionMinimum) / UNIT) << 24;
            first |= (uint256(p.maintenanceFactor) / UNIT) << 48;
            first |= (uint256(p.collateralHaircut) / UNIT) << 72;
            first |= (FIRST_MASK - uint256(p.crossMarketCredit) / UNIT) << 96;
            first |= (uint256(p.bidSpread) / UNIT) << 120;
            first |= (uint256(p.calendarCharge) / UNIT) << 144;
            first |= (uint256(p.staleAddOn) / UNIT) << 168;
            first |= (uint256(p.concentration) / UNIT) << 192;
            first |= (FIRST_MASK - p.liquidityLimit) << 216;
            second = uint256(p.driftLimit) / UNIT;
            second |= (uint256(p.volUp) / UNIT) << 32;
            second |= (uint256(p.volDown) / UNIT) << 64;
            second |= (SECOND_MASK - p.arrayAgeLimit) << 96;
        }
    }

    /// @notice The parameters in two words.
    function unpack(uint256 first, uint256 second) internal pure returns (MarketParameters memory p) {
        unchecked {
            // A ratio is at most 2e6, and times 1e12 below 2^64.
            p.scanRange = uint64(scanRangeOf(first));
            p.shortOptionMinimum = uint64(shortOptionMinimumOf(first));
            p.maintenanceFactor = uint64(maintenanceFactorOf(first));
            p.collateralHaircut = uint64(collateralHaircutOf(first));
            p.crossMarketCredit = uint64(crossMarketCreditOf(first));
            p.bidSpread = uint64(bidSpreadOf(first));
            p.calendarCharge = uint64(calendarChargeOf(first));
            p.staleAddOn = uint64(staleAddOnOf(first));
            p.concentration = uint64(concentrationOf(first));
            p.liquidityLimit = uint64(liquidityLimitOf(first));
            p.driftLimit = uint64((second & SECOND_MASK) * UNIT);
            p.volUp = uint64(((second >> 32) & SECOND_MASK) * UNIT);
            p.volDown = uint64(((second >> 64) & SECOND_MASK) * UNIT);
            p.arrayAgeLimit = uint32(~(second >> 96) & SECOND_MASK);
        }
    }

    // The fields of a first word, as in MarketParameters

    function scanRangeOf(uint256 first) internal pure returns (uint256) {
        return _ratio(first);
    }

    function shortOptionMinimumOf(uint256 first) internal pure returns (uint256) {
        return _ratio(first >> 24);
    }

    function maintenanceFactorOf(uint256 first) internal pure returns (uint256) {
        return _ratio(first >> 48);
    }

    function collateralHaircutOf(uint256 first) internal pure returns (uint256) {
        return _ratio(first >> 72);
    }

    function crossMarketCreditOf(uint256 first) internal pure returns (uint256) {
        return _ratio(~(first >> 96));
    }

    function bidSpreadOf(uint256 first) internal pure returns (uint256) {
        return _ratio(first >> 120);
    }

    function calendarChargeOf(uint256 first) internal pure returns (uint256) {
        return _ratio(first >> 144);
    }

    function staleAddOnOf(uint256 first) internal pure returns (uint256) {
        return _ratio(first >> 168);
    }

    function concentrationOf(uint256 first) internal pure returns (uint256) {
        return _ratio(first >> 192);
    }

    function liquidityLimitOf(uint256 first) internal pure returns (uint256) {
        return ~(first >> 216) & FIRST_MASK;
    }

    function _ratio(uint256 lanes) private pure returns (uint256) {
        unchecked {
            return (lanes & FIRST_MASK) * UNIT;
        }
    }

    /// @notice How much wider a scan with the parameters of two words is than one with those of two others [wad], at least one.
    function widening(
        uint256 first,
        uint256 second,
        uint256 firstBefore,
        uint256 secondBefore
    ) internal pure returns (uint256 stretch) {
        stretch = FixedPoint.divUp(scanRangeOf(first), scanRangeOf(firstBefore));
        for (uint256 shift = 32; shift <= 64; shift += 32) {
            uint256 shock = (second >> shift) & SECOND_MASK;
            stretch = FixedPoint.max(stretch, FixedPoint.divUp(shock, (secondBefore >> shift) & SECOND_MASK));
        }
        stretch = FixedPoint.max(stretch, 1e18);
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
