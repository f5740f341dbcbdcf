// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Price} from "../types/Price.sol";
import {CollateralAmount, DataStatus} from "./IRiskEngine.sol";

/// @notice One market of a portfolio as a vector: its worth in every scenario, not yet judged.
/// @param market index of the underlying
/// @param status of the price (a stale surface is the engine's to judge)
/// @param live whether options that have not expired are among its positions
/// @param spot live price [wad USD]; zero if there never was one, and then all else is zero except settled payoffs
/// @param nodeValues worth of options and collateral at every node (see risk/NodeGrid.sol) [wad USD], rounded down
/// @param mark the same at the live spot, read between the unshocked nodes around it [wad USD], rounded down
/// @param longMark mark of the long options alone, at the reference spot [wad USD]: what the bid spread is taken from
/// @param collateral worth of collateral at live spot [wad USD], rounded down, before haircut
/// @param netShort net short calls plus net short puts [wad contracts]
struct MarketVector {
    uint8 market;
    DataStatus status;
    bool live;
    uint256 spot;
    int256[30] nodeValues;
    int256 mark;
    uint256 longMark;
    uint256 collateral;
    uint256 netShort;
}

/// @notice Packed option values at the nodes, derived on chain from the posted surface.
interface IRiskArrays {
    event ArraysRebased(
        uint8 indexed market,
        uint256 indexed expiry,
        Price referenceSpot,
        Price forward,
        uint24 version
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
    error RiskArrays_QuantityTooLarge(int256 quantity);
    error RiskArrays_PostingNotAvailable();

    /// @notice Moves the expiry to the current surface and spot if it has to move (surface changed beyond its
    /// threshold, spot beyond driftLimit, or too old), then computes and stores the words of `strikes`.
    /// Anyone may call; a strike that is already current costs one read.
    /// @param strikes [wad USD], whole cents
    function refresh(uint8 market, uint256 expiry, uint256[] calldata strikes) external;

    /// @notice Refreshes every stale strike among the positions of `positionWords`; returns how many were written.
    function refreshPositions(uint256[] calldata positionWords) external returns (uint256 written);

    /// @notice Accepts arrays computed off chain and checks them. Not available yet: reverts with RiskArrays_PostingNotAvailable.
    function post(bytes calldata report, bytes[] calldata signatures) external;

    /// @notice The vectors of a portfolio, one for each market in it: markets of positions in increasing order, then those
    /// that only collateral mentions.
    /// @param collateral one entry per asset; the same market may occur more than once
    /// @param positionWords packed positions, two a word, in any order; zero entries are skipped
    /// @param anyway whether a strike that is not current is valued on the fly; otherwise RiskArrays_StaleStrike names it
    function nodeVectors(
        CollateralAmount[] calldata collateral,
        uint256[] calldata positionWords,
        bool anyway
    ) external view returns (MarketVector[] memory vectors);

    /// @notice The grid that all arrays of `market` share; zeros before the first refresh.
    /// @return referenceSpot that levels are multiples of [wad USD]
    /// @return outer distance of the outermost scanned level from one [wad]
    /// @return version counted from one
    function grid(uint8 market) external view returns (Price referenceSpot, uint256 outer, uint24 version);

    /// @notice The two words of a strike, and whether they are current.
    function words(
        uint8 market,
        uint256 expiry,
        uint256 strike
    ) external view returns (uint256 wordA, uint256 wordB, bool current);
}
