// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IPriceRouter} from "../interfaces/IPriceRouter.sol";
import {ISurfaceFeed, SliceReport, SurfaceReport} from "../interfaces/ISurfaceFeed.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {VolSurface, Violation} from "../pricing/VolSurface.sol";
import {Price} from "../types/Price.sol";

/// @title SurfaceFeed
/// @notice Holds the last volatility surface of each market, signed by a quorum of calibrators. Trusts the quorum only
/// as far as the checks go: age, distance from the oracle spot, steps, and absence of static arbitrage, which is proven
/// at every post. A stale surface stays readable, so that margin, liquidation and exits go on.
contract SurfaceFeed is ISurfaceFeed, AccessManaged, EIP712 {
    /// @dev The volatility that steps are measured from, and since when.
    struct Anchor {
        uint64 since;
        uint192 volatility;
    }

    /// @notice A surface older than this is stale [s].
    uint256 public constant HEARTBEAT = 2 hours;
    /// @notice A report older than this is refused [s].
    uint256 public constant MAX_REPORT_AGE = 10 minutes;
    /// @notice Seconds over which one anchor limits steps.
    uint256 public constant STEP_WINDOW = 30 minutes;
    /// @notice Most that at-the-money volatility may move from its anchor, share [wad].
    uint256 public constant STEP_LIMIT = 0.5e18;
    /// @notice Most that a forward may lie from spot, share [wad].
    uint256 public constant FORWARD_LIMIT = 0.2e18;
    /// @notice Most that a report's spot may lie from the oracle's, share [wad].
    uint256 public constant SPOT_LIMIT = 0.03e18;

    uint256 private constant WAD = 1e18;
    bytes32 private constant SLICE_TYPEHASH = keccak256(
        "SliceReport(uint40 expiry,uint256 forward,uint256 theta,uint256 psi,int256 rho)"
    );
    bytes32 private constant REPORT_TYPEHASH = keccak256(
        "SurfaceReport(uint8 market,uint40 timestamp,uint256 spot,SliceReport[] slices)"
        "SliceReport(uint40 expiry,uint256 forward,uint256 theta,uint256 psi,int256 rho)"
    );

    IPriceRouter public immutable priceRouter;

    uint256 private _threshold = 1;
    uint256 private _signerCount;
    mapping(address => bool) private _signers;
    mapping(uint8 market => uint40[]) private _expiries;
    mapping(uint8 market => uint256) private _lastTimestamp;
    mapping(uint8 market => mapping(uint256 timestamp => uint256)) private _reportSpots;
    mapping(uint8 market => mapping(uint256 expiry => uint256)) private _slices;
    mapping(uint8 market => mapping(uint256 expiry => Anchor)) private _anchors;

    /// @param authority the AccessManager
    /// @param router live spot that reports are compared with
    constructor(
        address authority,
        IPriceRouter router
    ) AccessManaged(authority) EIP712("Ballast SurfaceFeed", "1") {
        if (address(router) == address(0)) revert SurfaceFeed_ZeroAddress();
        priceRouter = router;
    }

    /// @inheritdoc ISurfaceFeed
    function post(SurfaceReport calldata report, bytes[] calldata signatures) external {
        _requireQuorum(digest(report), signatures);
        _requireTimely(report);
        uint256[] memory packed = _requireSound(report);
        _requireNearSpot(report);
        for (uint256 i = 0; i < packed.length; ++i) {
            _anchorStep(report.market, report.slices[i].expiry, packed[i]);
            _slices[report.market][report.slices[i].expiry] = packed[i];
        }
        _record(report);
        emit SurfacePosted(report.market, report.timestamp, report.spot, packed.length, msg.sender);
    }

    /// @inheritdoc ISurfaceFeed
    function setSigner(address signer, bool allowed) external restricted {
        if (signer == address(0)) revert SurfaceFeed_ZeroAddress();
        if (_signers[signer] != allowed) {
            _signerCount = allowed ? _signerCount + 1 : _signerCount - 1;
            _signers[signer] = allowed;
        }
        emit SignerSet(signer, allowed);
    }

    /// @inheritdoc ISurfaceFeed
    function setThreshold(uint256 newThreshold) external restricted {
        if (newThreshold == 0 || newThreshold > _signerCount) {
            revert SurfaceFeed_BadThreshold(newThreshold, _signerCount);
        }
        emit ThresholdSet(_threshold, newThreshold);
        _threshold = newThreshold;
    }

    /// @inheritdoc ISurfaceFeed
    function slice(uint8 market, uint256 expiry) public view returns (uint256 packed) {
        packed = _slices[market][expiry];
        if (packed == 0) revert SurfaceFeed_UnknownExpiry(market, expiry);
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
        uint256 packed = slice(market, expiry);
        uint256 madeAt = _reportSpots[market][VolSurface.timestampOf(packed)];
        return Price.wrap(FixedPoint.mulDivDown(VolSurface.forwardOf(packed), Price.unwrap(spot), madeAt));
    }

    /// @inheritdoc ISurfaceFeed
    function isStale(uint8 market) external view returns (bool) {
        return block.timestamp - _lastTimestamp[market] > HEARTBEAT;
    }

    /// @inheritdoc ISurfaceFeed
    function staleShare(uint8 market) external view returns (uint256) {
        uint256 age = block.timestamp - _lastTimestamp[market];
        if (age <= HEARTBEAT) return 0;
        return FixedPoint.min(((age - HEARTBEAT) * WAD) / HEARTBEAT, WAD);
    }

    /// @inheritdoc ISurfaceFeed
    function threshold() external view returns (uint256) {
        return _threshold;
    }

    /// @inheritdoc ISurfaceFeed
    function isSigner(address signer) external view returns (bool) {
        return _signers[signer];
    }

    /// @inheritdoc ISurfaceFeed
    function digest(SurfaceReport calldata report) public view returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](report.slices.length);
        for (uint256 i = 0; i < hashes.length; ++i) {
            SliceReport calldata one = report.slices[i];
            hashes[i] = keccak256(
                abi.encode(SLICE_TYPEHASH, one.expiry, one.forward, one.theta, one.psi, one.rho)
            );
        }
        bytes32 slicesHash = keccak256(abi.encodePacked(hashes));
        return
            _hashTypedDataV4(
                keccak256(
                    abi.encode(REPORT_TYPEHASH, report.market, report.timestamp, report.spot, slicesHash)
                )
            );
    }

    function _requireQuorum(bytes32 signed, bytes[] calldata signatures) private view {
        address previous = address(0);
        for (uint256 i = 0; i < signatures.length; ++i) {
            address signer = ECDSA.recover(signed, signatures[i]);
            if (!_signers[signer]) revert SurfaceFeed_UnknownSigner(signer);
            if (signer <= previous) revert SurfaceFeed_SignersNotSorted(previous, signer);
            previous = signer;
        }
        if (signatures.length < _threshold) revert SurfaceFeed_TooFewSigners(signatures.length, _threshold);
    }

    function _requireTimely(SurfaceReport calldata report) private view {
        uint40 last = uint40(_lastTimestamp[report.market]);
        if (report.timestamp <= last) revert SurfaceFeed_NotNewer(report.timestamp, last);
        if (report.timestamp > block.timestamp) revert SurfaceFeed_Future(report.timestamp, block.timestamp);
        if (block.timestamp - report.timestamp > MAX_REPORT_AGE) {
            revert SurfaceFeed_TooOld(report.timestamp, block.timestamp - MAX_REPORT_AGE);
        }
    }

    /// @dev Domain, butterfly and calendar, in this order for every slice; returns the packed slices.
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
            if (i != 0 && VolSurface.calendarViolation(packed[i - 1], packed[i]) != Violation.None) {
                revert SurfaceFeed_Calendar(report.slices[i - 1].expiry, one.expiry);
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
        }
    }

    /// @dev Many small posts cannot outrun the limit: all of a window are measured from the same anchor.
    function _anchorStep(uint8 market, uint40 expiry, uint256 packed) private {
        uint256 volatility = VolSurface.volatility(
            VolSurface.thetaOf(packed),
            expiry - VolSurface.timestampOf(packed)
        );
        Anchor memory anchor = _anchors[market][expiry];
        if (anchor.volatility == 0) {
            _anchors[market][expiry] = Anchor(uint64(block.timestamp), uint192(volatility));
            return;
        }
        if (block.timestamp - anchor.since >= STEP_WINDOW) {
            uint256 last = _slices[market][expiry];
            anchor.volatility = uint192(
                VolSurface.volatility(VolSurface.thetaOf(last), expiry - VolSurface.timestampOf(last))
            );
            anchor.since = uint64(block.timestamp);
            _anchors[market][expiry] = anchor;
        }
        if (_isFar(volatility, anchor.volatility, STEP_LIMIT)) revert SurfaceFeed_StepTooLarge(expiry);
    }

    function _record(SurfaceReport calldata report) private {
        _lastTimestamp[report.market] = report.timestamp;
        _reportSpots[report.market][report.timestamp] = report.spot;
        uint40[] memory listed = new uint40[](report.slices.length);
        for (uint256 i = 0; i < listed.length; ++i) listed[i] = report.slices[i].expiry;
        _expiries[report.market] = listed;
    }

    /// @dev Whether `value` lies further from `anchor` than the share `limit`.
    function _isFar(uint256 value, uint256 anchor, uint256 limit) private pure returns (bool) {
        uint256 distance = value > anchor ? value - anchor : anchor - value;
        return distance > (anchor * limit) / WAD;
    }
}
