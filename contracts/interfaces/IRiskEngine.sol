// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";
import {IBooks} from "./IBooks.sol";
import {MarketParameters} from "./IRiskParameters.sol";

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
/// @param hasBook whether positions are kept as a book instead (see IBooks)
/// @param positionWords packed positions, two a word, in any order; zero entries are skipped
struct Portfolio {
    AccountId account;
    bool hasBook;
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

    /// @notice The same of what has a price: markets without a usable one are left out whole, good and bad alike.
    /// @return assessment of cash and of the markets that are priced; its status says how good their data is
    /// @return unpriced the markets left out, one bit each
    function assessPriced(
        Portfolio calldata portfolio
    ) external view returns (Assessment memory assessment, uint256 unpriced);

    /// @notice What `assessAnyway` would say if `proposal` were in force for `market` now: everything is computed on the
    /// fly, so it is meant for calls off chain. Reverts with RiskParameters_OutOfBounds for what could not be set.
    function requirementUnder(
        Portfolio calldata portfolio,
        uint8 market,
        MarketParameters calldata proposal
    ) external view returns (Assessment memory);

    /// @notice The vectors of a portfolio, one a market, by increasing market.
    /// @param collateral one entry per asset; the same market may occur more than once
    /// @param positionWords packed positions, two a word, in any order; zero entries are skipped
    /// @param anyway whether a strike that is not current is valued on the fly; otherwise RiskArrays_StaleStrike names it
    function nodeVectors(
        CollateralAmount[] calldata collateral,
        uint256[] calldata positionWords,
        bool anyway
    ) external view returns (MarketVector[] memory vectors);

    /// @notice The risk arrays it reads.
    function arrays() external view returns (address);

    /// @notice The books it reads.
    function books() external view returns (IBooks);

    /// @notice The same verdict with each leg's contribution.
    function explain(
        Portfolio calldata portfolio
    ) external view returns (Assessment memory assessment, LegContribution[] memory legs);
}

/// @notice One market of a portfolio as a vector: its worth in every scenario, not yet judged.
/// @param market index of the underlying
/// @param status of the price (a stale surface is the engine's to judge)
/// @param live whether options that have not expired are among its positions
/// @param spot live price [wad USD]; zero if there is none, and then all else is zero except settled payoffs and `unpriced`
/// @param nodeValues worth of options and collateral at every node (see risk/NodeGrid.sol) [wad USD], rounded down
/// @param mark the same at the live spot, read between the unshocked nodes around it [wad USD], rounded down
/// @param delta slope of the same, against spot [wad units of the underlying], rounded down; collateral is in it
/// @param longMark mark of the long options alone, at the reference spot [wad USD]: what the bid spread is taken from
/// @param collateral worth of collateral at live spot [wad USD], rounded down, before haircut
/// @param netShort net short calls plus net short puts [wad contracts]
/// @param vegaUp sum over expiries of what its options lose when volatility rises at an unmoved spot [wad USD], rounded up
/// @param vegaEither the same in the worse direction for each expiry
/// @param unpriced sum of |quantity| * strike over live options that no price could value [wad USD]
struct MarketVector {
    uint8 market;
    DataStatus status;
    bool live;
    uint256 spot;
    int256[30] nodeValues;
    int256 mark;
    int256 delta;
    uint256 longMark;
    uint256 collateral;
    uint256 netShort;
    uint256 vegaUp;
    uint256 vegaEither;
    uint256 unpriced;
}
