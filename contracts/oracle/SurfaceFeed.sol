// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPriceRouter} from "../interfaces/IPriceRouter.sol";
import {ISurfaceFeed, SliceReading, SliceReport, SurfaceReport} from "../interfaces/ISurfaceFeed.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {VolSurface, Violation} from "../pricing/VolSurface.sol";
import {Price} from "../types/Price.sol";
import {ReportQuorum} from "./ReportQuorum.sol";

/// @title SurfaceFeed
/// @notice Holds the last volatility surface of each market, signed by a quorum of calibrators. Trusts the quorum only
/// as far as the checks go: age, distance from the oracle spot, steps, and absence of static arbitrage, which is proven
/// at every post. A stale surface stays readable, so that margin, liquidation and exits go on.
/// Listed are the expiries of the last report, and those it left out while their slices are neither stale nor expired.
/// No listed slice ever crosses its neighbour: a report must fit those that it leaves out, as they stand by then. What
/// becomes stale is no longer listed and binds no report, but stays readable, with its age.
contract SurfaceFeed is ReportQuorum {
    /// @dev What steps are measured from, and since when; one word. Volatility below 2^77 and a forward within the limit
    /// from its spot fit with ease.
    struct Anchor {
        uint40 since;
        uint104 volatility; // at the money [wad]
        uint104 basis; // forward over spot [wad]
    }

    /// @dev Expiries by time with their slices; the arrays are longer than `count`.
    struct Listing {
        uint40[] expiries;
        uint256[] slices;
        uint256 count;
    }

    /// @notice A slice older than this is stale [s].
    uint256 public constant HEARTBEAT = 2 hours;
    /// @notice A report older than this is refused [s].
    uint256 public constant MAX_REPORT_AGE = 10 minutes;
    /// @notice Seconds over which one anchor limits steps.
    uint256 public constant STEP_WINDOW = 30 minutes;
    /// @notice Most that at-the-money volatility may move from its anchor, share [wad].
    uint256 public constant STEP_LIMIT = 0.5e18;
    /// @notice Most that a forward over its spot may move from its anchor, share [wad].
    uint256 public constant FORWARD_STEP_LIMIT = 0.05e18;
    /// @notice Most that a forward may lie from spot, share [wad].
    uint256 public constant FORWARD_LIMIT = 0.2e18;
    /// @notice Most that a report's spot may lie from the oracle's, share [wad].
    uint256 public constant SPOT_LIMIT = 0.03e18;
    /// @notice Most expiries of a market that are listed at a time, so that no post costs more than a block.
    uint256 public constant MAX_EXPIRIES = 64;

    uint256 private constant WAD = 1e18;

    IPriceRouter public immutable priceRouter;

    mapping(uint8 market => uint40[]) private _expiries;
    mapping(uint8 market => uint256) private _lastTimestamp;
    mapping(uint8 market => mapping(uint256 timestamp => uint256)) private _reportSpots;
    mapping(uint8 market => mapping(uint256 expiry => uint256)) private _slices;
    mapping(uint8 market => mapping(uint256 expiry => Anchor)) private _anchors;

    /// @param authority the AccessManager
    /// @param router live spot that reports are compared with
    constructor(address authority, IPriceRouter router) ReportQuorum(authority) {
        if (address(router) == address(0)) revert SurfaceFeed_ZeroAddress();
        priceRouter = router;
    }

    /// @inheritdoc ISurfaceFeed
    function post(SurfaceReport calldata report, bytes[] calldata signatures) external {
        _requireQuorum(digest(report), signatures);
        _requireTimely(report);
        uint256[] memory packed = _requireSound(report);
        uint40[] memory listed = _requireFitting(report, packed);
        _requireNearSpot(report);
        for (uint256 i = 0; i < packed.length; ++i) {
            uint40 expiry = report.slices[i].expiry;
            _anchorStep(report.market, expiry, packed[i], report.spot);
            _slices[report.market][expiry] = packed[i];
        }
        _lastTimestamp[report.market] = report.timestamp;
        _reportSpots[report.market][report.timestamp] = report.spot;
        _expiries[report.market] = listed;
        emit SurfacePosted(report.market, report.timestamp, report.spot, packed.length, msg.sender);
    }

    /// @inheritdoc ISurfaceFeed
    function slice(uint8 market, uint256 expiry) public view returns (uint256 packed) {
        packed = _slices[market][expiry];
        if (packed == 0) revert SurfaceFeed_UnknownExpiry(market, expiry);
    }

    /// @inheritdoc ISurfaceFeed
    function sliceAt(uint8 market, uint256 expiry) public view returns (uint256 packed) {
        packed = _slices[market][expiry];
        if (packed != 0) return packed;
        (uint256 before, uint256 next) = _neighbours(market, expiry);
        if (next == 0) revert SurfaceFeed_UnknownExpiry(market, expiry);
        uint256 earlier = _slices[market][before];
        uint256 later = _slices[market][next];
        // Both are listed, hence alive at the newer of their times, and do not cross from then on.
        uint256 time = FixedPoint.max(VolSurface.timestampOf(earlier), VolSurface.timestampOf(later));
        return
            VolSurface.interpolate(
                _rolledTo(market, before, earlier, time),
                before,
                _rolledTo(market, next, later, time),
                next,
                expiry
            );
    }

    /// @inheritdoc ISurfaceFeed
    function lastReport(uint8 market) external view returns (Price spot, uint256 timestamp) {
        timestamp = _lastTimestamp[market];
        spot = Price.wrap(_reportSpots[market][timestamp]);
    }

    /// @inheritdoc ISurfaceFeed
    function expiries(uint8 market) external view returns (uint40[] memory) {
        return _expiries[market];
    }

    /// @inheritdoc ISurfaceFeed
    function liveForward(uint8 market, uint256 expiry, Price spot) external view returns (Price) {
        return Price.wrap(_forwardAt(market, sliceAt(market, expiry), Price.unwrap(spot)));
    }

    /// @inheritdoc ISurfaceFeed
    function isStale(uint8 market) external view returns (bool) {
        return staleness(market) > HEARTBEAT;
    }

    /// @inheritdoc ISurfaceFeed
    function staleShare(uint8 market) external view returns (uint256) {
        return _staleShare(staleness(market));
    }

    /// @inheritdoc ISurfaceFeed
    function isSliceStale(uint8 market, uint256 expiry) external view returns (bool) {
        return sliceAge(market, expiry) > HEARTBEAT;
    }

    /// @inheritdoc ISurfaceFeed
    function sliceReading(
        uint8 market,
        uint256 expiry,
        Price spot
    ) external view returns (SliceReading memory reading) {
        uint256 packed = _slices[market][expiry];
        reading.posted = packed != 0;
        if (reading.posted) {
            reading.age = block.timestamp - VolSurface.timestampOf(packed);
        } else {
            packed = sliceAt(market, expiry);
            reading.age = sliceAge(market, expiry);
        }
        reading.packed = packed;
        reading.stale = reading.age > HEARTBEAT;
        reading.forward = Price.wrap(_forwardAt(market, packed, Price.unwrap(spot)));
    }

    /// @inheritdoc ISurfaceFeed
    function sliceStaleShare(uint8 market, uint256 expiry) external view returns (uint256) {
        return _staleShare(sliceAge(market, expiry));
    }

    /// @inheritdoc ISurfaceFeed
    function stepAnchor(
        uint8 market,
        uint256 expiry
    ) external view returns (uint256 volatility, uint256 basis, uint256 since) {
        Anchor memory anchor = _anchorAt(market, expiry);
        return (anchor.volatility, anchor.basis, anchor.since);
    }

    /// @inheritdoc ISurfaceFeed
    function staleness(uint8 market) public view returns (uint256) {
        return block.timestamp - _lastTimestamp[market];
    }

    /// @inheritdoc ISurfaceFeed
    function sliceAge(uint8 market, uint256 expiry) public view returns (uint256) {
        uint256 packed = _slices[market][expiry];
        if (packed != 0) return block.timestamp - VolSurface.timestampOf(packed);
        (uint256 before, uint256 next) = _neighbours(market, expiry);
        if (next == 0) return block.timestamp;
        uint256 earlier = VolSurface.timestampOf(_slices[market][before]);
        return block.timestamp - FixedPoint.min(earlier, VolSurface.timestampOf(_slices[market][next]));
    }

    function _requireTimely(SurfaceReport calldata report) private view {
        uint40 last = uint40(_lastTimestamp[report.market]);
        if (report.timestamp <= last) revert SurfaceFeed_NotNewer(report.timestamp, last);
        if (report.timestamp > block.timestamp) revert SurfaceFeed_Future(report.timestamp, block.timestamp);
        if (block.timestamp - report.timestamp > MAX_REPORT_AGE) {
            revert SurfaceFeed_TooOld(report.timestamp, block.timestamp - MAX_REPORT_AGE);
        }
    }

    /// @dev Order of expiries, domain and butterfly of every slice; returns the packed slices.
    function _requireSound(SurfaceReport calldata report) private view returns (uint256[] memory packed) {
        uint256 length = report.slices.length;
        if (length == 0) revert SurfaceFeed_EmptyReport();
        packed = new uint256[](length);
        for (uint256 i = 0; i < length; ++i) {
            SliceReport calldata one = report.slices[i];
            if (i != 0 && one.expiry <= report.slices[i - 1].expiry) {
                revert SurfaceFeed_ExpiryNotIncreasing(report.slices[i - 1].expiry, one.expiry);
            }
            if (one.expiry <= block.timestamp) revert SurfaceFeed_ExpiryPassed(one.expiry);
            packed[i] = _pack(one, report.timestamp);
            if (VolSurface.butterflyViolation(packed[i]) != Violation.None) {
                revert SurfaceFeed_Butterfly(one.expiry);
            }
        }
    }

    /// @dev Digits that a slice cannot carry are refused, so that what was signed is what is stored.
    function _pack(SliceReport calldata one, uint256 timestamp) private pure returns (uint256) {
        if (
            one.expiry % 1 hours != 0 ||
            one.theta % VolSurface.VARIANCE_UNIT != 0 ||
            one.psi % VolSurface.VARIANCE_UNIT != 0 ||
            one.rho % VolSurface.RHO_UNIT != 0 ||
            one.forward % VolSurface.FORWARD_UNIT != 0 ||
            VolSurface.domainViolation(one.theta, one.psi, one.rho, one.forward) != Violation.None
        ) revert SurfaceFeed_OutOfDomain(one.expiry);
        return VolSurface.pack(one.theta, one.psi, one.rho, one.forward, timestamp);
    }

    /// @dev Lists the report's expiries with those that it leaves out, and proves that no two neighbours cross as they
    /// stand at the report's time, hence at any time after it.
    function _requireFitting(
        SurfaceReport calldata report,
        uint256[] memory packed
    ) private view returns (uint40[] memory) {
        Listing memory listing = _merge(report, packed);
        if (listing.count > MAX_EXPIRIES) revert SurfaceFeed_TooManyExpiries(listing.count, MAX_EXPIRIES);
        uint40[] memory listed = new uint40[](listing.count);
        for (uint256 i = 0; i < listed.length; ++i) {
            listed[i] = listing.expiries[i];
            if (i == 0) continue;
            Violation violation = VolSurface.calendarViolationAt(
                listing.slices[i - 1],
                listed[i - 1],
                listing.slices[i],
                listed[i],
                report.timestamp
            );
            if (violation != Violation.None) revert SurfaceFeed_Calendar(listed[i - 1], listed[i]);
        }
        return listed;
    }

    /// @dev The report's expiries and the listed ones that it leaves out, increasing.
    function _merge(
        SurfaceReport calldata report,
        uint256[] memory packed
    ) private view returns (Listing memory listing) {
        uint40[] memory former = _expiries[report.market];
        listing.expiries = new uint40[](former.length + packed.length);
        listing.slices = new uint256[](former.length + packed.length);
        uint256 next = 0;
        for (uint256 i = 0; i < packed.length; ++i) {
            uint40 expiry = report.slices[i].expiry;
            while (next < former.length && former[next] < expiry)
                _keep(listing, report.market, former[next++]);
            if (next < former.length && former[next] == expiry) ++next;
            _add(listing, expiry, packed[i]);
        }
        while (next < former.length) _keep(listing, report.market, former[next++]);
    }

    /// @dev Adds an expiry that the report leaves out, unless it is over or its slice stale.
    function _keep(Listing memory listing, uint8 market, uint40 expiry) private view {
        uint256 packed = _slices[market][expiry];
        bool isFresh = block.timestamp - VolSurface.timestampOf(packed) <= HEARTBEAT;
        if (expiry > block.timestamp && isFresh) _add(listing, expiry, packed);
    }

    function _add(Listing memory listing, uint40 expiry, uint256 packed) private pure {
        listing.expiries[listing.count] = expiry;
        listing.slices[listing.count++] = packed;
    }

    /// @dev The listed expiries around one that is not; zeros if it lies outside of them.
    function _neighbours(uint8 market, uint256 expiry) private view returns (uint256, uint256) {
        uint40[] memory listed = _expiries[market];
        if (listed.length == 0 || expiry < listed[0]) return (0, 0);
        for (uint256 i = 1; i < listed.length; ++i) {
            if (expiry < listed[i]) return (listed[i - 1], listed[i]);
        }
        return (0, 0);
    }

    function _rolledTo(
        uint8 market,
        uint256 expiry,
        uint256 packed,
        uint256 time
    ) private view returns (uint256) {
        if (VolSurface.timestampOf(packed) == time) return packed;
        return
            VolSurface.rolled(packed, expiry, time, _forwardAt(market, packed, _reportSpots[market][time]));
    }

    /// @dev A slice's forward, moved in proportion to a spot [wad].
    function _forwardAt(uint8 market, uint256 packed, uint256 spot) private view returns (uint256) {
        uint256 madeAt = _reportSpots[market][VolSurface.timestampOf(packed)];
        return FixedPoint.mulDivDown(VolSurface.forwardOf(packed), spot, madeAt);
    }

    /// @dev Each forward from both spots, or a report could add its spot's distance to its forwards'.
    function _requireNearSpot(SurfaceReport calldata report) private view {
        uint256 live = Price.unwrap(priceRouter.spot(report.market).price);
        if (live == 0 || _isFar(report.spot, live, SPOT_LIMIT)) {
            revert SurfaceFeed_SpotTooFar(report.spot, live);
        }
        for (uint256 i = 0; i < report.slices.length; ++i) {
            SliceReport calldata one = report.slices[i];
            if (_isFar(one.forward, report.spot, FORWARD_LIMIT)) {
                revert SurfaceFeed_ForwardTooFar(one.expiry, one.forward, report.spot);
            }
            if (_isFar(one.forward, live, FORWARD_LIMIT)) {
                revert SurfaceFeed_ForwardTooFar(one.expiry, one.forward, live);
            }
        }
    }

    /// @dev Many small posts cannot outrun the limits: all of a window are measured from the same anchor.
    function _anchorStep(uint8 market, uint40 expiry, uint256 packed, uint256 spot) private {
        Anchor memory step = _anchorOf(packed, expiry, spot);
        Anchor memory anchor = _anchorAt(market, expiry);
        if (anchor.since == 0) anchor = step;
        if (anchor.since == block.timestamp) _anchors[market][expiry] = anchor;
        if (_isFar(step.volatility, anchor.volatility, STEP_LIMIT)) {
            revert SurfaceFeed_StepTooLarge(expiry);
        }
        if (_isFar(step.basis, anchor.basis, FORWARD_STEP_LIMIT)) {
            revert SurfaceFeed_ForwardStepTooLarge(expiry, step.basis, anchor.basis);
        }
    }

    /// @dev What a post now is measured from: the window's anchor or, once that is over, what was posted last.
    function _anchorAt(uint8 market, uint256 expiry) private view returns (Anchor memory anchor) {
        anchor = _anchors[market][expiry];
        if (anchor.since == 0 || block.timestamp - anchor.since < STEP_WINDOW) return anchor;
        uint256 last = _slices[market][expiry];
        return _anchorOf(last, expiry, _reportSpots[market][VolSurface.timestampOf(last)]);
    }

    /// @dev Volatility as of the slice's own time: a post that is held back must not seem to move it.
    function _anchorOf(uint256 packed, uint256 expiry, uint256 spot) private view returns (Anchor memory) {
        uint256 life = expiry - VolSurface.timestampOf(packed);
        return
            Anchor(
                uint40(block.timestamp),
                uint104(VolSurface.volatility(VolSurface.thetaOf(packed), life)),
                uint104(FixedPoint.mulDivDown(VolSurface.forwardOf(packed), WAD, spot))
            );
    }

    function _staleShare(uint256 age) private pure returns (uint256) {
        return age <= HEARTBEAT ? 0 : FixedPoint.min(((age - HEARTBEAT) * WAD) / HEARTBEAT, WAD);
    }

    /// @dev Whether `value` lies further from `anchor` than the share `limit`.
    function _isFar(uint256 value, uint256 anchor, uint256 limit) private pure returns (bool) {
        uint256 distance = value > anchor ? value - anchor : anchor - value;
        return distance > (anchor * limit) / WAD;
    }
}
