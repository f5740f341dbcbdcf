// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IPriceFeed} from "../../contracts/interfaces/IPriceRouter.sol";
import {MarketParameters} from "../../contracts/interfaces/IRiskParameters.sol";
import {ParameterRamp} from "../../contracts/risk/ParameterRamp.sol";
import {RiskParameters} from "../../contracts/risk/RiskParameters.sol";

interface Vm {
    function warp(uint256 timestamp) external;
}

/// @notice RSK-32 (invariant 32): parameters obey bounds, ramps and delays, under any sequence of proposals at any times.
/// Fields are compared as sizes that are larger when tighter, in units of 1e-6, seconds or contracts.
contract RiskParametersTest {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    uint256 private constant FIELDS = 14;
    uint256 private constant PROPOSALS = 5;
    uint256 private constant SAMPLES = 6;
    uint256 private constant RAMP = 24 hours;
    uint256 private constant DELAY = 48 hours;
    uint8 private constant MARKET = 3;

    error Broken(string property, uint256 field, uint256 left, uint256 right);

    /// @dev What the test knows of the running change: where it started, and when.
    struct Course {
        uint256[14] from;
        uint256[14] fromForNewRisk;
        uint256[14] to;
        uint256 startedAt;
    }

    RiskParameters private _parameters;

    function setUp() public {
        _parameters = new RiskParameters(address(new AccessManager(address(this))), IPriceFeed(address(0)));
    }

    function test_Invariant32_ParametersObeyBoundsRampsAndDelays(uint256 seed) public {
        seed = _next(seed);
        Course memory course;
        course.to = _someTarget(seed, course.to, true);
        _parameters.setParameters(MARKET, _fromSizes(course.to));
        (course.from, course.fromForNewRisk, course.startedAt) = (course.to, course.to, block.timestamp);
        for (uint256 i = 0; i < PROPOSALS; ++i) {
            seed = _next(seed);
            _follow(seed, course);
            _propose(_next(seed + 1), course);
        }
        _arrive(course);
    }

    function test_Invariant32_ProposingAgainAndAgainGainsNoSpeed(uint256 seed) public {
        seed = _next(seed);
        Course memory course;
        course.to = _someTarget(seed, course.to, true);
        _parameters.setParameters(MARKET, _fromSizes(course.to));
        course.startedAt = block.timestamp;
        uint256[14] memory first = course.to;
        uint256[14] memory target = _someTarget(_next(seed), first, false);
        uint256 count = 2 + (seed % 12);
        uint256 started = block.timestamp;
        for (uint256 i = 0; i < count; ++i) {
            // One field alternates, so that every proposal is a new one.
            target[1] = i % 2 == 0 ? 10_001 : 10_002;
            _parameters.setParameters(MARKET, _fromSizes(target));
            VM.warp(block.timestamp + 1 + (_next(seed + i) % ((2 * DELAY) / count)));
        }
        uint256[14] memory now_ = _inForce();
        uint256 elapsed = block.timestamp - started;
        for (uint256 i = 0; i < FIELDS; ++i) {
            if (i == 1) continue;
            uint256 distance = _distance(first[i], target[i]);
            uint256 moved = _distance(first[i], now_[i]);
            uint256 most = (distance * elapsed) / RAMP + count;
            if (moved > most) revert Broken("gained speed", i, moved, most);
            // No wait between two proposals, nor the one after the last, exceeds the delay.
            if (target[i] < first[i] && moved != 0) revert Broken("did not wait", i, moved, 0);
        }
    }

    function test_PackingGivesBackWhatItTook(uint256 seed) public pure {
        uint256[14] memory empty;
        uint256[14] memory sizes = _someTarget(seed, empty, true);
        (uint256 first, uint256 second) = ParameterRamp.pack(_fromSizes(sizes));
        uint256[14] memory back = _sizes(
            ParameterRamp.unpack(first, second | (seed << ParameterRamp.SECOND_BITS))
        );
        for (uint256 i = 0; i < FIELDS; ++i) {
            if (back[i] != sizes[i]) revert Broken("packing", i, back[i], sizes[i]);
        }
        if (second >> ParameterRamp.SECOND_BITS != 0) revert Broken("overflow", 0, second, 0);
    }

    /// @dev Samples the market at growing times, up to where the seed lets the next proposal come.
    function _follow(uint256 seed, Course memory course) private {
        uint256 span =
            seed % 3 == 0
                ? 30 minutes
                : seed % 3 == 1
                    ? 30 hours
                    : 80 hours;
        uint256[14] memory before = _inForce();
        for (uint256 i = 0; i < SAMPLES; ++i) {
            uint256 step = _stepFrom(_next(seed + i), course.startedAt, span / SAMPLES);
            VM.warp(block.timestamp + step);
            uint256[14] memory inForce = _inForce();
            uint256[14] memory newRisk = _sizes(_parameters.newRiskParameters(MARKET));
            for (uint256 j = 0; j < FIELDS; ++j) {
                _checkStep(course, j, before[j], inForce[j], step);
                _checkPlace(course, j, inForce[j], newRisk[j]);
            }
            _checkWords(inForce, newRisk);
            before = inForce;
        }
    }

    /// @dev Any time ahead, or one within a second of where a rule begins or ends.
    function _stepFrom(uint256 seed, uint256 startedAt, uint256 most) private view returns (uint256) {
        uint256 corner = startedAt + [RAMP, DELAY, DELAY + RAMP][(seed >> 8) % 3] - 1 + ((seed >> 16) % 3);
        if (seed % 4 == 0 && corner > block.timestamp) return corner - block.timestamp;
        return 1 + ((seed >> 24) % most);
    }

    /// @dev No value in force jumps, and none moves the wrong way.
    function _checkStep(
        Course memory course,
        uint256 field,
        uint256 before,
        uint256 after_,
        uint256 step
    ) private pure {
        uint256 distance = _distance(course.from[field], course.to[field]);
        uint256 most = (distance * step) / RAMP + 1;
        uint256 moved = _distance(before, after_);
        if (moved > most) revert Broken("jumped", field, moved, most);
        bool tighter = course.to[field] > course.from[field];
        if (tighter ? after_ < before : after_ > before) revert Broken("moved back", field, before, after_);
        if (_distance(after_, course.to[field]) > _distance(before, course.to[field])) {
            revert Broken("moved away", field, after_, course.to[field]);
        }
    }

    /// @dev Bounds, delays, the line itself, and the strictness of new risk.
    function _checkPlace(Course memory course, uint256 field, uint256 inForce, uint256 newRisk) private view {
        (uint256 low, uint256 high) = _boundsOf(field);
        if (inForce < low || inForce > high) revert Broken("out of bounds", field, inForce, low);
        if (newRisk < low || newRisk > high) revert Broken("new risk out of bounds", field, newRisk, low);
        if (newRisk < inForce) revert Broken("new risk is looser", field, newRisk, inForce);
        (uint256 from, uint256 to) = (course.from[field], course.to[field]);
        uint256 elapsed = block.timestamp - course.startedAt;
        if (newRisk < to) revert Broken("new risk below target", field, newRisk, to);
        if (elapsed <= DELAY && newRisk < course.fromForNewRisk[field]) {
            revert Broken("new risk did not wait", field, newRisk, course.fromForNewRisk[field]);
        }
        if (to >= from) {
            uint256 part = elapsed < RAMP ? elapsed : RAMP;
            // Never looser than the line, and less than a unit tighter.
            if ((inForce - from) * RAMP < (to - from) * part)
                revert Broken("below the line", field, inForce, to);
            if ((inForce - from) * RAMP >= (to - from) * part + RAMP) {
                revert Broken("above the line", field, inForce, to);
            }
        } else {
            uint256 part =
                elapsed < DELAY
                    ? 0
                    : elapsed - DELAY < RAMP
                        ? elapsed - DELAY
                        : RAMP;
            if ((from - inForce) * RAMP > (from - to) * part)
                revert Broken("below the line", field, inForce, to);
            if ((from - inForce) * RAMP + RAMP <= (from - to) * part) {
                revert Broken("above the line", field, inForce, to);
            }
        }
    }

    /// @dev Whoever asks in another form gets the same answer.
    function _checkWords(uint256[14] memory inForce, uint256[14] memory newRisk) private view {
        (uint256 terms, uint256 termsForNewRisk, uint256 widening, ) = _parameters.termsForMargin(MARKET);
        (uint256 first, uint256 second) = ParameterRamp.pack(_fromSizes(inForce));
        (uint256 first2, uint256 second2) = ParameterRamp.pack(_fromSizes(newRisk));
        if (terms != first) revert Broken("terms", 0, terms, first);
        if (termsForNewRisk != first2) revert Broken("terms for new risk", 0, termsForNewRisk, first2);
        uint256 expected = ParameterRamp.widening(first2, second2, first, second);
        if (widening != expected) revert Broken("widening", 0, widening, expected);
    }

    /// @dev A proposal moves nothing in force at its own time, and takes nothing back from new risk.
    function _propose(uint256 seed, Course memory course) private {
        uint256[14] memory target = _someTarget(seed, course.to, false);
        (course.from, course.fromForNewRisk) = (_inForce(), _sizes(_parameters.newRiskParameters(MARKET)));
        course.to = target;
        course.startedAt = block.timestamp;
        _parameters.setParameters(MARKET, _fromSizes(target));
        uint256[14] memory inForce = _inForce();
        uint256[14] memory newRisk = _sizes(_parameters.newRiskParameters(MARKET));
        for (uint256 i = 0; i < FIELDS; ++i) {
            if (inForce[i] != course.from[i]) revert Broken("jumped at once", i, inForce[i], course.from[i]);
            uint256 strict = target[i] > course.fromForNewRisk[i] ? target[i] : course.fromForNewRisk[i];
            if (newRisk[i] != strict) revert Broken("new risk at once", i, newRisk[i], strict);
        }
    }

    function _arrive(Course memory course) private {
        VM.warp(_parameters.change(MARKET).endsAt);
        uint256[14] memory inForce = _inForce();
        uint256[14] memory newRisk = _sizes(_parameters.newRiskParameters(MARKET));
        for (uint256 i = 0; i < FIELDS; ++i) {
            if (inForce[i] != course.to[i]) revert Broken("did not arrive", i, inForce[i], course.to[i]);
            if (newRisk[i] != course.to[i])
                revert Broken("new risk did not arrive", i, newRisk[i], course.to[i]);
        }
        if (block.timestamp > course.startedAt + DELAY + RAMP) {
            revert Broken("too late", 0, block.timestamp, course.startedAt);
        }
    }

    function _inForce() private view returns (uint256[14] memory) {
        return _sizes(_parameters.parameters(MARKET));
    }

    /// @dev Fields anywhere within their bounds, at a bound, or as they were; one of them, or each on its own.
    function _someTarget(
        uint256 seed,
        uint256[14] memory old,
        bool all
    ) private pure returns (uint256[14] memory sizes) {
        uint256 only = seed % 3 == 0 && !all ? (seed >> 8) % FIELDS : FIELDS;
        bool isNew;
        for (uint256 i = 0; i < FIELDS; ++i) {
            seed = _next(seed);
            (uint256 low, uint256 high) = _boundsOf(i);
            uint256 choice = all ? 2 + (seed % 6) : seed % 8;
            sizes[i] = low + ((seed >> 8) % (high - low + 1));
            if (choice < 2) sizes[i] = old[i];
            if (choice == 2) sizes[i] = low;
            if (choice == 3) sizes[i] = high;
            if (only != FIELDS && only != i) sizes[i] = old[i];
            isNew = isNew || sizes[i] != old[i];
        }
        if (!isNew) sizes[0] = old[0] == 50_000 ? 50_001 : old[0] - 1;
    }

    /// @dev Bounds of a field's size, written down from the interface and not read from the contract.
    function _boundsOf(uint256 field) private pure returns (uint256 low, uint256 high) {
        uint32[28] memory bounds = [
            uint32(50_000),
            500_000,
            1_000,
            20_000,
            100_000,
            2_000_000,
            100_000,
            900_000,
            1_000,
            50_000,
            500_000,
            950_000,
            10_000,
            500_000,
            0,
            600_000,
            300,
            86_400,
            0,
            500_000,
            0,
            1_000_000,
            0,
            2_000_000,
            0,
            1_000_000,
            1,
            type(uint24).max
        ];
        (low, high) = (bounds[2 * field], bounds[2 * field + 1]);
        if (field == 7 || field == 8 || field == 13) (low, high) = (_turned(high), _turned(low));
    }

    /// @dev A size of a field that is tighter when lower, and back.
    function _turned(uint256 value) private pure returns (uint256) {
        return type(uint32).max - value;
    }

    function _sizes(MarketParameters memory p) private pure returns (uint256[14] memory sizes) {
        sizes[0] = p.scanRange / 1e12;
        sizes[1] = p.driftLimit / 1e12;
        sizes[2] = p.volUp / 1e12;
        sizes[3] = p.volDown / 1e12;
        sizes[4] = p.shortOptionMinimum / 1e12;
        sizes[5] = p.maintenanceFactor / 1e12;
        sizes[6] = p.collateralHaircut / 1e12;
        sizes[7] = _turned(p.crossMarketCredit / 1e12);
        sizes[8] = _turned(p.arrayAgeLimit);
        sizes[9] = p.bidSpread / 1e12;
        sizes[10] = p.calendarCharge / 1e12;
        sizes[11] = p.staleAddOn / 1e12;
        sizes[12] = p.concentration / 1e12;
        sizes[13] = _turned(p.liquidityLimit);
    }

    function _fromSizes(uint256[14] memory sizes) private pure returns (MarketParameters memory p) {
        p.scanRange = uint64(sizes[0] * 1e12);
        p.driftLimit = uint64(sizes[1] * 1e12);
        p.volUp = uint64(sizes[2] * 1e12);
        p.volDown = uint64(sizes[3] * 1e12);
        p.shortOptionMinimum = uint64(sizes[4] * 1e12);
        p.maintenanceFactor = uint64(sizes[5] * 1e12);
        p.collateralHaircut = uint64(sizes[6] * 1e12);
        p.crossMarketCredit = uint64(_turned(sizes[7]) * 1e12);
        p.arrayAgeLimit = uint32(_turned(sizes[8]));
        p.bidSpread = uint64(sizes[9] * 1e12);
        p.calendarCharge = uint64(sizes[10] * 1e12);
        p.staleAddOn = uint64(sizes[11] * 1e12);
        p.concentration = uint64(sizes[12] * 1e12);
        p.liquidityLimit = uint64(_turned(sizes[13]));
    }

    function _distance(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a - b : b - a;
    }

    function _next(uint256 seed) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed)));
    }
}
