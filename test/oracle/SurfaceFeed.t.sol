// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IPriceRouter, PriceStatus} from "../../contracts/interfaces/IPriceRouter.sol";
import {ISurfaceFeed, SliceReport, SurfaceReport} from "../../contracts/interfaces/ISurfaceFeed.sol";
import {FixedPoint} from "../../contracts/libraries/FixedPoint.sol";
import {SurfaceFeed} from "../../contracts/oracle/SurfaceFeed.sol";
import {Violation, VolSurface} from "../../contracts/pricing/VolSurface.sol";
import {RiskInputs} from "../harness/RiskInputs.sol";

interface Vm {
    function warp(uint256 timestamp) external;
    function addr(uint256 key) external returns (address);
    function sign(uint256 key, bytes32 digest) external returns (uint8 v, bytes32 r, bytes32 s);
}

/// @notice A quorum that signs anything: random subsets of expiries, with volatilities, shapes, forwards, spots and time
/// stamps chosen around what the feed allows, at random times. It keeps every accepted step by itself, and counts those
/// that leave the limits of their window.
contract HostileQuorum {
    struct Step {
        uint256 time;
        uint256 volatility;
        uint256 basis;
    }

    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    uint256 private constant KEY = 0xbad;
    uint256 public constant EXPIRIES = 7;

    SurfaceFeed public immutable feed;
    RiskInputs public immutable inputs;
    uint256 public immutable start;

    uint256 public accepted;
    uint256 public leavingOut;
    uint256 public brokenSteps;
    uint256 public brokenForwards;
    mapping(bytes4 error => uint256) public refused;
    mapping(uint256 expiry => Step[]) private _steps;
    uint256 private _live = 2_000e18;
    uint256 private _random;
    uint256 private _slope = 1e18;
    int256 private _rho;

    constructor(SurfaceFeed feed_, RiskInputs inputs_) {
        feed = feed_;
        inputs = inputs_;
        start = (block.timestamp / 1 hours + 1) * 1 hours;
        VM.warp(start);
        inputs_.setSpot(0, _live, PriceStatus.Ok);
    }

    function signer() external returns (address) {
        return VM.addr(KEY);
    }

    function expiryAt(uint256 i) public view returns (uint256) {
        uint256[EXPIRIES] memory hoursAhead = [uint256(5), 11, 24, 48, 96, 240, 1_000];
        return start + hoursAhead[i] * 1 hours;
    }

    /// @notice Waits, lets the live price move, and posts.
    function post(uint256 seed, uint256 subset, uint256 pause) external {
        _random = seed;
        VM.warp(block.timestamp + 1 + (pause % 8 == 0 ? pause % 3 hours : pause % 9 minutes));
        _live = (_live * _between(0.98e18, 1.02e18)) / 1e18;
        inputs.setSpot(0, _live, PriceStatus.Ok);
        SurfaceReport memory report = _report(subset % (1 << EXPIRIES));
        bytes[] memory signatures = new bytes[](1);
        (uint8 v, bytes32 r, bytes32 s) = VM.sign(KEY, feed.digest(report));
        signatures[0] = abi.encodePacked(r, s, v);
        try feed.post(report, signatures) {
            _record(report);
        } catch (bytes memory reason) {
            ++refused[bytes4(reason)];
        }
    }

    function _report(uint256 subset) private returns (SurfaceReport memory report) {
        report.market = 0;
        report.timestamp = uint40(block.timestamp - (_next() % 16 == 0 ? 0 : _next() % 11 minutes));
        report.spot = (_live * _between(0.975e18, 1.031e18)) / 1e18;
        SliceReport[] memory slices = new SliceReport[](EXPIRIES);
        uint256 count;
        // Most reports hang together, with those before as well, or few would pass.
        uint256 level = _next() % 3 == 0 ? _between(0.55e18, 1.7e18) : _between(0.97e18, 1.03e18);
        if (_next() % 6 == 0) {
            _slope = _between(0.2e18, 2.1e18);
            _rho = int256(_between(0, 1.6e18)) - 0.8e18;
        }
        uint256 theta;
        for (uint256 i; i < EXPIRIES; ++i) {
            uint256 expiry = expiryAt(i);
            if (subset & (1 << i) == 0 || expiry <= block.timestamp) continue;
            uint256 life = expiry - report.timestamp;
            uint256 volatility = (_lastVolatility(expiry) * level) / 1e18;
            uint256 own = (volatility * volatility * life) / FixedPoint.YEAR / 1e18;
            bool isWild = _next() % 8 == 0;
            // Now and then a later expiry lies just at or below the one before.
            theta = isWild || own > theta ? own : theta + (_next() % 3) * 1e6;
            slices[count++] = _slice(expiry, report.spot, theta);
        }
        report.slices = new SliceReport[](count);
        for (uint256 i; i < count; ++i) report.slices[i] = slices[i];
    }

    function _slice(uint256 expiry, uint256 spot, uint256 theta) private returns (SliceReport memory) {
        bool isOdd = _next() % 8 == 0;
        int256 rho = _rho;
        uint256 psi = (_slope * FixedPoint.sqrt(theta * 1e18)) / 1e18;
        if (isOdd) psi = (psi * _between(0.8e18, 1.25e18)) / 1e18;
        if (isOdd) rho += int256(_between(0, 0.2e18)) - 0.1e18;
        uint256 forward = (spot * _between(0.96e18, 1.04e18)) / 1e18;
        if (isOdd) forward = (forward * _between(0.9e18, 1.1e18)) / 1e18;
        return
            SliceReport(
                uint40(expiry),
                forward - (forward % 1e10),
                theta - (theta % 1e6) + 1e6,
                psi - (psi % 1e6) + 1e6,
                rho - (rho % 1e9)
            );
    }

    function _record(SurfaceReport memory report) private {
        ++accepted;
        if (feed.expiries(0).length > report.slices.length) ++leavingOut;
        for (uint256 i; i < report.slices.length; ++i) {
            SliceReport memory one = report.slices[i];
            if (one.forward > (_live * 12) / 10 || one.forward < (_live * 8) / 10) ++brokenForwards;
            uint256 life = one.expiry - report.timestamp;
            _steps[one.expiry].push(
                Step(
                    block.timestamp,
                    FixedPoint.sqrt((one.theta * 1e18 * FixedPoint.YEAR) / life),
                    (one.forward * 1e18) / report.spot
                )
            );
            _judge(_steps[one.expiry]);
        }
    }

    /// @dev Replays all steps of an expiry: a window opens with the first step after the last one closed, and is measured
    /// from the step before it.
    function _judge(Step[] storage steps) private {
        Step memory anchor = steps[0];
        uint256 opened = anchor.time;
        for (uint256 i = 1; i < steps.length; ++i) {
            Step memory step = steps[i];
            if (step.time >= opened + 30 minutes) (anchor, opened) = (steps[i - 1], step.time);
            bool isVolatile =
                step.volatility > (anchor.volatility * 3) / 2 + 1 || step.volatility < anchor.volatility / 2;
            bool isAdrift =
                step.basis > (anchor.basis * 105) / 100 + 1 || step.basis < (anchor.basis * 95) / 100;
            if (isVolatile || isAdrift) ++brokenSteps;
        }
    }

    function _lastVolatility(uint256 expiry) private view returns (uint256) {
        Step[] storage steps = _steps[expiry];
        return steps.length == 0 ? 0.6e18 : steps[steps.length - 1].volatility;
    }

    function _next() private returns (uint256) {
        _random = uint256(keccak256(abi.encode(_random)));
        return _random;
    }

    function _between(uint256 low, uint256 high) private returns (uint256) {
        return low + (_next() % (high - low + 1));
    }
}

/// @notice ORC-03 to ORC-05: whatever a quorum signs, in any order, what the feed holds is a surface.
contract SurfaceFeedTest {
    HostileQuorum private _quorum;
    SurfaceFeed private _feed;

    function setUp() public {
        AccessManager manager = new AccessManager(address(this));
        RiskInputs inputs = new RiskInputs();
        _feed = new SurfaceFeed(address(manager), IPriceRouter(address(inputs)));
        _quorum = new HostileQuorum(_feed, inputs);
        _feed.setSigner(_quorum.signer(), true);
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_quorum);
    }

    /// @notice ORC-03: no listed slice has a butterfly, and none crosses its neighbour, now or later.
    function invariant_ListedSlicesAreFreeOfArbitrage() public view {
        uint40[] memory listed = _feed.expiries(0);
        for (uint256 i; i < listed.length; ++i) {
            uint256 slice = _feed.slice(0, listed[i]);
            require(VolSurface.butterflyViolation(slice) == Violation.None, "a slice has a butterfly");
            if (i == 0) continue;
            require(listed[i] > listed[i - 1], "expiries are out of order");
            uint256 before = _feed.slice(0, listed[i - 1]);
            uint256 time = FixedPoint.max(VolSurface.timestampOf(slice), VolSurface.timestampOf(before));
            uint256 last = listed[i - 1] - 1;
            for (uint256 j; j < 3; ++j) {
                Violation violation = VolSurface.calendarViolationAt(
                    before,
                    listed[i - 1],
                    slice,
                    listed[i],
                    time + ((last - time) * j) / 2
                );
                require(violation == Violation.None, "two slices cross");
            }
        }
    }

    /// @notice ORC-04: volatility and forward stay within their limits of the anchor in every window.
    function invariant_StepsStayWithinTheirWindow() public view {
        require(_quorum.brokenSteps() == 0, "a step left its window's limits");
        require(_quorum.brokenForwards() == 0, "a forward lies too far from the live price");
    }

    /// @notice ORC-05: whatever was posted stays readable, between listed expiries as well, and knows its age.
    function invariant_ReadsNeverFail() public view {
        for (uint256 i; i < _quorum.EXPIRIES(); ++i) _feed.sliceAge(0, _quorum.expiryAt(i));
        uint40[] memory listed = _feed.expiries(0);
        for (uint256 i = 1; i < listed.length; ++i) {
            uint256 between = (uint256(listed[i - 1]) + listed[i]) / 2;
            uint256 slice = _feed.sliceAt(0, between);
            require(VolSurface.butterflyViolation(slice) == Violation.None, "an interpolated butterfly");
            uint256 age = FixedPoint.max(_feed.sliceAge(0, listed[i - 1]), _feed.sliceAge(0, listed[i]));
            if (_feed.sliceAge(0, between) != age) {
                require(_isPosted(between), "an interpolated slice is younger than its neighbours");
            }
        }
    }

    /// @notice The properties above are not empty: the quorum gets reports through, some of which leave expiries out,
    /// and meets every bound.
    function test_TheHostileQuorumMeetsEveryBound() public {
        for (uint256 i; i < 400; ++i) {
            uint256 seed = uint256(keccak256(abi.encode("quorum", i)));
            _quorum.post(seed, seed >> 8, seed >> 16);
            if (i % 100 == 99) {
                invariant_ListedSlicesAreFreeOfArbitrage();
                invariant_ReadsNeverFail();
            }
        }
        invariant_StepsStayWithinTheirWindow();
        require(_quorum.accepted() > 40, "too few reports were accepted");
        require(_quorum.leavingOut() > 10, "too few reports left something out");
        _requireMet(ISurfaceFeed.SurfaceFeed_Butterfly.selector);
        _requireMet(ISurfaceFeed.SurfaceFeed_Calendar.selector);
        _requireMet(ISurfaceFeed.SurfaceFeed_StepTooLarge.selector);
        _requireMet(ISurfaceFeed.SurfaceFeed_ForwardStepTooLarge.selector);
        _requireMet(ISurfaceFeed.SurfaceFeed_SpotTooFar.selector);
        _requireMet(ISurfaceFeed.SurfaceFeed_NotNewer.selector);
        _requireMet(ISurfaceFeed.SurfaceFeed_TooOld.selector);
    }

    function _requireMet(bytes4 error_) private view {
        require(_quorum.refused(error_) > 0, "a bound was never met");
    }

    function _isPosted(uint256 expiry) private view returns (bool) {
        for (uint256 i; i < _quorum.EXPIRIES(); ++i) {
            if (_quorum.expiryAt(i) == expiry) return true;
        }
        return false;
    }
}
