// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Price} from "../types/Price.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";

/// @notice Collateral of one account in units of a market's underlying.
/// @param market the market whose price values it
/// @param amount [wad units]; never negative
struct CollateralAmount {
    uint8 market;
    Quantity amount;
}

/// @notice All that margin depends on.
/// @param cash signed [wad USD]
/// @param collateral one entry per collateral asset held
/// @param positionWords packed positions, two a word, in any order; zero entries are skipped
struct Portfolio {
    AccountId account;
    Usd cash;
    CollateralAmount[] collateral;
    uint256[] positionWords;
}

/// @notice How the data that a valuation rests on may be used.
enum DataStatus {
    Good, // opening risk is allowed
    LiquidationOnly, // a price or surface is too old to open risk; margin continues with the last one
    Unusable // no usable price at all for something held
}

/// @notice The verdict on a portfolio. Healthy means equity >= initialRequirement; liquidatable, equity < maintenanceRequirement.
/// @param equity cash + marks + haircut collateral, longs at bid value [wad USD], rounded down
/// @param initialRequirement [wad USD], rounded up, >= 0
/// @param maintenanceRequirement 0.8 * initial [wad USD], rounded up
/// @param bindingNode index of the worst node of the market that contributes most (see risk/NodeGrid.sol)
/// @param bindingMarket that market
/// @param status of the data used
struct Assessment {
    Usd equity;
    Usd initialRequirement;
    Usd maintenanceRequirement;
    uint8 bindingNode;
    uint8 bindingMarket;
    DataStatus status;
}

/// @notice One leg of an explained requirement.
/// @param instrument the series (zero for collateral)
/// @param quantity [wad]
/// @param mark contribution to equity [wad USD]
/// @param atBindingNode profit or loss at the binding node of its market [wad USD], dampened as in the scan
struct LegContribution {
    InstrumentId instrument;
    Quantity quantity;
    Usd mark;
    Usd atBindingNode;
}

/// @notice Portfolio margin. Holds no funds and has no permissions.
interface IRiskEngine {
    error RiskEngine_TooManyPositions(uint256 count, uint256 limit);

    /// @notice Equity and requirements. Every array used must be current.
    /// @dev Reverts with RiskArrays_StaleStrike for a stale strike: refresh it in the same batch.
    function assess(Portfolio calldata portfolio) external view returns (Assessment memory);

    /// @notice The same, but stale strikes are valued on the fly, so that it never reverts for a reason
    /// inside the account. Used by liquidation, repayment and exits.
    function assessAnyway(Portfolio calldata portfolio) external view returns (Assessment memory);

    /// @notice The risk arrays it reads.
    function arrays() external view returns (address);

    /// @notice The same verdict with each leg's contribution.
    function explain(
        Portfolio calldata portfolio
    ) external view returns (Assessment memory assessment, LegContribution[] memory legs);
}

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

/// @notice Bounded parameters of each market. Ratios are [wad].
/// @param scanRange R, the spot range of the scan (0.20 for ETH, 0.18 for BTC)
/// @param driftLimit how far spot may drift from the arrays' reference
/// @param volUp relative up shock at 30 days
/// @param volDown relative down shock at 30 days
/// @param shortOptionMinimum per net short option, share of spot
/// @param maintenanceFactor maintenance / initial
/// @param collateralHaircut on the underlying as collateral
/// @param crossMarketCredit c <= 0.6
/// @param arrayAgeLimit seconds, before shrinking with time to expiry
/// @param bidSpread haircut of a long option's mark in equity, share of its mark
struct MarketParameters {
    uint64 scanRange;
    uint64 driftLimit;
    uint64 volUp;
    uint64 volDown;
    uint64 shortOptionMinimum;
    uint64 maintenanceFactor;
    uint64 collateralHaircut;
    uint64 crossMarketCredit;
    uint32 arrayAgeLimit;
    uint64 bidSpread;
}

/// @notice Where risk parameters live. Every setter is bounded both ways and restricted to the curator.
interface IRiskParameters {
    event ParametersSet(uint8 indexed market, MarketParameters oldParameters, MarketParameters newParameters);

    error RiskParameters_OutOfBounds(bytes32 name, uint256 value, uint256 minimum, uint256 maximum);
    error RiskParameters_UnknownMarket(uint8 market);

    /// @notice The parameters of `market`. Reverts with RiskParameters_UnknownMarket if never set.
    function parameters(uint8 market) external view returns (MarketParameters memory);

    /// @notice Sets all parameters of `market`. Restricted to the curator.
    function setParameters(uint8 market, MarketParameters calldata newParameters) external;
}
