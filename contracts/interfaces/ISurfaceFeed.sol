// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Price} from "../types/Price.sol";

/// @notice One expiry of a reported surface.
/// @param expiry unix seconds, on the hour
/// @param forward forward of that expiry at `SurfaceReport.spot` [wad USD], a multiple of 1e-8
/// @param theta at-the-money total variance [wad], a multiple of 1e-12
/// @param psi slope psi = theta * phi [wad], a multiple of 1e-12
/// @param rho correlation in (-1, 1) [wad], a multiple of 1e-9
struct SliceReport {
    uint40 expiry;
    uint256 forward;
    uint256 theta;
    uint256 psi;
    int256 rho;
}

/// @notice A surface as calibrators sign it (EIP-712).
/// @param market index of the underlying
/// @param timestamp when it was calibrated, unix seconds
/// @param spot underlying price at that time [wad USD]
/// @param slices by strictly increasing expiry
struct SurfaceReport {
    uint8 market;
    uint40 timestamp;
    uint256 spot;
    SliceReport[] slices;
}

/// @notice What an expiry's slice says at a spot.
/// @param packed layout in pricing/VolSurface.sol
/// @param forward at that spot [wad USD]
/// @param age of the slice [s], or of the older neighbour of one between two
/// @param stale whether that is beyond the heartbeat
/// @param posted whether the slice itself was reported
struct SliceReading {
    uint256 packed;
    Price forward;
    uint256 age;
    bool stale;
    bool posted;
}

/// @notice Signed eSSVI surfaces, accepted only after the contract has proven them free of static arbitrage.
interface ISurfaceFeed {
    event SurfacePosted(uint8 indexed market, uint40 timestamp, uint256 spot, uint256 slices, address poster);
    event SignerSet(address indexed signer, bool allowed);
    event ThresholdSet(uint256 oldThreshold, uint256 newThreshold);

    error SurfaceFeed_TooFewSigners(uint256 valid, uint256 required);
    error SurfaceFeed_UnknownSigner(address signer);
    error SurfaceFeed_SignersNotSorted(address previous, address current);
    error SurfaceFeed_NotNewer(uint40 timestamp, uint40 last);
    error SurfaceFeed_Future(uint40 timestamp, uint256 nowTimestamp);
    error SurfaceFeed_TooOld(uint40 timestamp, uint256 oldest);
    error SurfaceFeed_EmptyReport();
    error SurfaceFeed_ExpiryNotIncreasing(uint40 previous, uint40 current);
    error SurfaceFeed_ExpiryPassed(uint40 expiry);
    error SurfaceFeed_OutOfDomain(uint40 expiry);
    error SurfaceFeed_Butterfly(uint40 expiry);
    error SurfaceFeed_Calendar(uint40 earlier, uint40 later);
    error SurfaceFeed_ForwardTooFar(uint40 expiry, uint256 forward, uint256 spot);
    error SurfaceFeed_SpotTooFar(uint256 reported, uint256 live);
    error SurfaceFeed_StepTooLarge(uint40 expiry);
    error SurfaceFeed_ForwardStepTooLarge(uint40 expiry, uint256 basis, uint256 anchorBasis);
    error SurfaceFeed_TooManyExpiries(uint256 expiries, uint256 limit);
    error SurfaceFeed_UnknownExpiry(uint8 market, uint256 expiry);
    error SurfaceFeed_BadThreshold(uint256 threshold, uint256 signers);
    error SurfaceFeed_ZeroAddress();

    /// @notice Accepts a report signed by at least the threshold of distinct signers, in increasing address order.
    /// @dev Order of checks: signers, time, domain, butterfly, calendar, distance from the oracle spot, step limits.
    /// An expiry that is left out stays listed until it is stale: until then a report that would cross it is refused.
    function post(SurfaceReport calldata report, bytes[] calldata signatures) external;

    /// @notice The packed slice of an expiry (layout in pricing/VolSurface.sol).
    /// @dev Reverts with SurfaceFeed_UnknownExpiry if none was posted.
    function slice(uint8 market, uint256 expiry) external view returns (uint256 packed);

    /// @notice The posted slice of an expiry or, between two listed ones, the slice interpolated without arbitrage. It
    /// carries the time that its values hold for, the newer of its neighbours': its age is `sliceAge`.
    /// @dev Reverts with SurfaceFeed_UnknownExpiry outside the listed expiries.
    function sliceAt(uint8 market, uint256 expiry) external view returns (uint256 packed);

    /// @notice Spot that the last report of `market` was made at, and its time; zeros if none.
    function lastReport(uint8 market) external view returns (Price spot, uint256 timestamp);

    /// @notice Listed expiries of `market`, increasing: those of the last report, and those it left out that were neither
    /// stale nor over.
    function expiries(uint8 market) external view returns (uint40[] memory);

    /// @notice Forward of an expiry (of its slice as in `sliceAt`) moved in proportion with the live spot [wad].
    /// @dev Reverts with SurfaceFeed_UnknownExpiry outside the listed expiries.
    function liveForward(uint8 market, uint256 expiry, Price spot) external view returns (Price forward);

    /// @notice Whether the last report of `market` is older than its heartbeat. A stale surface never freezes the system.
    function isStale(uint8 market) external view returns (bool);

    /// @notice How stale the last report of `market` is [wad]: zero up to its heartbeat, then rising in a line to one at
    /// twice that age.
    function staleShare(uint8 market) external view returns (uint256);

    /// @notice What a post of `expiry` in this block is measured from; zeros if it was never posted, when any step is
    /// allowed.
    /// @return volatility at the money [wad]
    /// @return basis forward over spot [wad]
    /// @return since start of the window, unix seconds
    function stepAnchor(
        uint8 market,
        uint256 expiry
    ) external view returns (uint256 volatility, uint256 basis, uint256 since);

    /// @notice Seconds since the last report of `market` was made; since 1970 if none was. Reads one word.
    function staleness(uint8 market) external view returns (uint256 age);

    /// @notice Seconds since the slice of an expiry was made, whether or not later reports left it out; of the older
    /// neighbour if it is interpolated; since 1970 if there is none. Reads one word for a posted expiry. Never reverts.
    function sliceAge(uint8 market, uint256 expiry) external view returns (uint256 age);

    /// @notice All that a quote needs of an expiry: `sliceAt`, `liveForward`, `sliceAge` and `isSliceStale` at once, and whether
    /// its slice is posted itself rather than lies between two that are.
    /// @dev Reverts with SurfaceFeed_UnknownExpiry outside the listed expiries.
    function sliceReading(
        uint8 market,
        uint256 expiry,
        Price spot
    ) external view returns (SliceReading memory reading);

    /// @notice Whether the slice of an expiry is older than the heartbeat: left out of reports too long, or never posted.
    function isSliceStale(uint8 market, uint256 expiry) external view returns (bool);

    /// @notice How stale the slice of an expiry is [wad], on the scale of `staleShare`. Reads one word for a posted expiry.
    function sliceStaleShare(uint8 market, uint256 expiry) external view returns (uint256);

    /// @notice EIP-712 digest that signers sign.
    function digest(SurfaceReport calldata report) external view returns (bytes32);

    /// @notice Signatures needed.
    function threshold() external view returns (uint256);

    /// @notice Whether `signer` may sign.
    function isSigner(address signer) external view returns (bool);

    /// @notice Allows or removes a signer. Restricted to the curator.
    function setSigner(address signer, bool allowed) external;

    /// @notice Sets the number of signatures needed. Restricted to the curator.
    function setThreshold(uint256 newThreshold) external;
}
