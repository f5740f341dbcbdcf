// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Price} from "../types/Price.sol";
import {DataStatus} from "./IRiskEngine.sol";

/// @notice The grid that all arrays of a market share until it moves. One word.
/// @param referenceSpot [1e-8 USD]
/// @param version of the grid, counted from one; zero means it is not stored
/// @param rebasedAt unix seconds
/// @param outer distance of the outermost scanned level from one [1e-9]
/// @param driftLimit how far live spot may be from the reference [1e-9]
/// @param ageLimit longest age of an expiry's arrays, seconds
/// @param moves how often the grid, or the arrays of an expiry under it, were computed anew or given up
struct Grid {
    uint64 referenceSpot;
    uint24 version;
    uint40 rebasedAt;
    uint32 outer;
    uint32 driftLimit;
    uint32 ageLimit;
    uint32 moves;
}

/// @notice What reading the arrays of one expiry takes. One word.
/// @param page contract whose code holds the strikes (see risk/Pages.sol); zero if there is none yet
/// @param forward at the reference spot [1e-8 USD]
/// @param computedAt time to expiry counts from here, unix seconds; zero means it is not stored
/// @param gridTag last seven bits of the version of the grid it belongs to, and above them whether its slice was stale
struct ExpiryHeader {
    address page;
    uint56 forward;
    uint32 computedAt;
    uint8 gridTag;
}

/// @notice What else the arrays of one expiry were computed from. One word.
/// @param version that words kept outside the page must carry, counted from one; zero means it is not stored
/// @param upFactor of volatility in the up state [1e-6]
/// @param downFactor of volatility in the down state [1e-6]
struct ExpiryShocks {
    uint24 version;
    uint32 upFactor;
    uint32 downFactor;
}

/// @notice Sensitivities of the call of one strike, at the reference spot and the time the arrays were computed.
/// @param callDelta dC/dF [wad]; the put's is lower by one
/// @param gamma d2C/dF2 [wad]
/// @param vega per 1.00 of volatility [1e-9 USD]
/// @param theta per year at a fixed forward [1e-9 USD], what a holder loses, as a positive number
struct SeriesGreeks {
    uint64 callDelta;
    uint64 gamma;
    uint64 vega;
    uint64 theta;
}

/// @notice Packed option values at the nodes of a grid (see risk/NodeGrid.sol), derived from the posted surface.
/// A group is a market and an expiry: market << 20 | expiry / 1 hours. A strike key is a series without its kind:
/// group << 32 | strike in cents.
interface IRiskArrays {
    event ArraysRebased(
        uint8 indexed market,
        uint256 indexed expiry,
        Price referenceSpot,
        Price forward,
        uint24 version
    );
    event PageWritten(
        uint8 indexed market,
        uint256 indexed expiry,
        uint24 version,
        address page,
        uint256 strikes
    );
    event StrikeRefreshed(
        uint8 indexed market,
        uint256 indexed expiry,
        uint256 strike,
        uint24 version,
        uint256 wordA,
        uint256 wordB
    );

    error RiskArrays_StaleStrike(uint8 market, uint256 expiry, uint256 strike);
    error RiskArrays_NoSurface(uint8 market, uint256 expiry);
    error RiskArrays_NoPrice(uint8 market);
    error RiskArrays_ExpiryPassed(uint256 expiry);
    error RiskArrays_QuantityTooLarge(uint256 gross);
    error RiskArrays_WrongVersion(uint24 expected, uint24 version);
    error RiskArrays_BadPage();

    /// @notice Moves the expiry to the current surface and spot if it has to move (surface changed beyond its
    /// threshold, spot beyond driftLimit, or too old), then computes and stores the words of `strikes`.
    /// Anyone may call; a strike that is already current costs little.
    /// @dev New strikes go to the page, or to storage where that costs less.
    /// @param strikes [wad USD], whole cents, in any order
    function refresh(uint8 market, uint256 expiry, uint256[] calldata strikes) external;

    /// @notice Refreshes every stale strike among the positions of `positionWords`; returns how many were written.
    /// @param positionWords packed positions, two a word, in any order; zero entries are skipped
    function refreshPositions(uint256[] calldata positionWords) external returns (uint256 written);

    /// @notice Adds the entries of `page` to the arrays of a current expiry, whose page it replaces if both together are
    /// too large. Restricted to the room that checks posts.
    /// @param version that the expiry's arrays must have, or RiskArrays_WrongVersion
    /// @return written contract whose code is the new page
    function install(
        uint8 market,
        uint256 expiry,
        uint24 version,
        bytes calldata page
    ) external returns (address written);

    /// @notice Takes back the page of an expiry, if it is `page`: its strikes become stale. Restricted like `install`.
    function withdrawPage(uint8 market, uint256 expiry, address page) external;

    // Reads for the risk engine

    /// @notice The grid to value `market` on at `spot` [wad USD]: the stored one if it is current, otherwise the one that a
    /// refresh would make now, with version zero. As its word (see risk/GridWords.sol).
    /// @param group whose header is wanted as well, or zero
    /// @return grid its word
    /// @return current whether it is the stored one
    /// @return header as `headerOf`, if the grid is current and a group is given
    function gridAt(
        uint8 market,
        uint256 spot,
        uint256 group
    ) external view returns (uint256 grid, bool current, uint256 header);

    /// @notice The word of the stored header of a group, current or not; zero if there is none.
    function headerOf(uint256 group) external view returns (uint256 header);

    /// @notice What sums of the stored words of groups are good for, supposed that the market's spot is within the drift
    /// limit of its grid (see gridAt): Unusable unless the arrays of the group still have the version they were summed
    /// from and are current, LiquidationOnly if those were made from a stale slice.
    /// @param entries group | version << 28
    function standingsOf(uint256[] calldata entries) external view returns (DataStatus[] memory standings);

    /// @notice What the words of a group were computed from, current or not.
    /// @return header of the group, as its word
    /// @return version of its arrays; zero if they belong to another grid than the market's present one
    /// @return grid that one, as its word
    function sourceOf(uint256 group) external view returns (uint256 header, uint256 version, uint256 grid);

    /// @notice Words of a strike that is kept outside the page, and whether they carry the version of its expiry.
    function looseWords(uint256 strikeKey) external view returns (uint256 wordA, uint256 wordB, bool current);

    /// @notice A page with `strikes`, each once, computed now and stored nowhere: from the stored header if it is current under
    /// `grid`, otherwise as a refresh under `grid` with these shocks would make it.
    /// @param strikes [cents], in any order
    /// @return forward at the reference spot [1e-8 USD]
    /// @return status Unusable if there is no surface (strikes are valued at intrinsic), LiquidationOnly if it is stale
    function evaluate(
        Grid calldata grid,
        uint256 group,
        uint256[] calldata strikes,
        uint256 volUp,
        uint256 volDown
    ) external view returns (uint256 forward, DataStatus status, bytes memory page);

    // Reads for people

    /// @notice The grid that all arrays of `market` share; zeros before the first refresh.
    function gridOf(uint8 market) external view returns (Grid memory);

    /// @notice What the arrays of an expiry were computed from, and whether they are current.
    /// @return header page, forward and time
    /// @return shocks version and shock factors
    /// @return slice packed (see pricing/VolSurface.sol)
    /// @return current whether they may be used now
    function basisOf(
        uint8 market,
        uint256 expiry
    )
        external
        view
        returns (ExpiryHeader memory header, ExpiryShocks memory shocks, uint256 slice, bool current);

    /// @notice The two words of a strike, and whether they are current.
    function words(
        uint8 market,
        uint256 expiry,
        uint256 strike
    ) external view returns (uint256 wordA, uint256 wordB, bool current);

    /// @notice Greeks of a strike's call: those beside its arrays, or computed from what the arrays were computed from.
    /// Reverts with RiskArrays_StaleStrike if the expiry's arrays are not current.
    function greeks(uint8 market, uint256 expiry, uint256 strike) external view returns (SeriesGreeks memory);
}
