// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {InstrumentId} from "../types/InstrumentId.sol";
import {Price} from "../types/Price.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";
import {IHedgeController} from "./IHedging.sol";

/// @notice A firm quote for one size.
/// @param premium what the taker pays (positive) or receives (negative) [wad USD], rounded against the taker
/// @param fair value of the trade at mid volatility [wad USD], signed like `premium`
/// @param price premium per contract [wad USD]; zero for a sale that costs more than it brings
/// @param volatility volatility used after the half-spread [wad]
/// @param charge what the premium holds for the risk that the trade adds to the vault's book [wad USD]
/// @param reducesRisk whether the trade lowers the vault's risk, so that no charge applies
struct Quote {
    Usd premium;
    Usd fair;
    Price price;
    uint256 volatility;
    Usd charge;
    bool reducesRisk;
}

/// @notice A firm quote for several legs that are traded as one.
/// @param premium what the taker pays (positive) or receives (negative) for all of them [wad USD], rounded against the taker
/// @param fair value of all legs at mid volatility [wad USD], signed like `premium`
/// @param charge what the premium holds for the risk that the order adds to the vault's book [wad USD]
/// @param reducesRisk whether the order as a whole lowers the vault's risk
/// @param fairs value of each leg at mid volatility [wad USD], signed like its quantity
/// @param volatilities of each leg, after the half-spread [wad]
struct OrderQuote {
    Usd premium;
    Usd fair;
    Usd charge;
    bool reducesRisk;
    Usd[] fairs;
    uint256[] volatilities;
}

/// @notice Limits and spreads of the quoter. Ratios are [wad]. Capital is the vault's NAV as last marked.
/// Vega is what the book gains when each volatility rises by its up shock, gamma the change of the delta's value for a
/// move of one percent (see BookRisk), delta is net of the hedge; limits are shares of capital.
/// @param halfSpreadVol half-spread in volatility points, absolute
/// @param volPerHour added to it for each hour of age of the expiry's slice, and ten times as much for each beyond two hours
/// @param realisedShare of how far the posted realised volatility is above the implied one, added to it
/// @param legShare part of the half-spread that a leg pays even where another leg of the expiry takes the other side
/// @param spotSpread half-spread on the spot, share of spot times |delta|
/// @param spotPerHour added to it for each hour of age of the spot
/// @param deviationThreshold of the spot's feed: what an order filled in one step pays at least as spread on the spot
/// @param vegaCharge price of vega at its limit, share of it, for the whole book and for its expiry each
/// @param gammaCharge price of gamma at its limit
/// @param deltaCharge price of delta at its limit
/// @param maxNetVega limit of the book's |vega|
/// @param maxExpiryVega limit of one expiry's |vega|
/// @param maxNetGamma limit of the book's |gamma|
/// @param maxNetDelta limit of the book's |unhedged delta| value
/// @param maxStrandedDelta limit of the part of it that the hedge's venues cannot absorb now
/// @param maxNotional limit of |net calls| + |net puts| of one expiry, at spot
/// @param minDelta smallest |delta| quoted to open
/// @param maxDelta largest |delta| quoted to open
/// @param minVolatility lowest volatility quoted to open
/// @param maxVolatility highest volatility quoted to open
/// @param minSize smallest position that a trade may leave the vault in a series [wad]; of a series that it does not hold yet
/// twice that once it holds 512, and twice as much with every 32 more
/// @param strikeStep strikes opened are multiples of this share of the power of ten below them
/// @param minTenor seconds before expiry when quoting for opening stops; for closing it stops half an hour before
/// @param maxTenor longest tenor quoted, seconds
struct QuoterParameters {
    uint64 halfSpreadVol;
    uint64 volPerHour;
    uint64 realisedShare;
    uint64 legShare;
    uint64 spotSpread;
    uint64 spotPerHour;
    uint64 deviationThreshold;
    uint64 vegaCharge;
    uint64 gammaCharge;
    uint64 deltaCharge;
    uint64 maxNetVega;
    uint64 maxExpiryVega;
    uint64 maxNetGamma;
    uint64 maxNetDelta;
    uint64 maxStrandedDelta;
    uint64 maxNotional;
    uint64 minDelta;
    uint64 maxDelta;
    uint64 minVolatility;
    uint64 maxVolatility;
    uint64 minSize;
    uint64 strikeStep;
    uint32 minTenor;
    uint32 maxTenor;
}

/// @notice What is known of a market beside its prices, posted by the publisher.
/// @param realised realised volatility [wad]
/// @param toxicity what takers knew more than the quotes lately, in volatility points [wad]; added to the half-spread
/// @param postedAt unix seconds
struct Conditions {
    uint64 realised;
    uint64 toxicity;
    uint40 postedAt;
}

/// @notice Prices trades against the vault's whole book. Holds nothing.
interface IQuoter {
    event QuoterParametersSet(QuoterParameters oldParameters, QuoterParameters newParameters);
    event QuoterParametersProposed(QuoterParameters newParameters, uint256 effectiveAt);
    event ConditionsPosted(uint8 indexed market, Conditions oldConditions, Conditions newConditions);
    event CapitalMarked(Usd oldCapital, Usd newCapital);
    event HedgeSet(IHedgeController oldHedge, IHedgeController newHedge);

    error Quoter_ZeroQuantity();
    error Quoter_BadOrder(uint256 instruments, uint256 quantities, uint256 most);
    error Quoter_RepeatedSeries(InstrumentId instrument);
    error Quoter_MixedMarkets(uint8 first, uint8 other);
    /// @notice Opens between `minTenor` and `maxTenor` before expiry; closes as well until the half hour that the fixing averages.
    error Quoter_TenorOutOfRange(uint256 tenor, uint256 minimum, uint256 maximum);
    error Quoter_DeltaOutOfRange(int256 delta, uint256 minimum, uint256 maximum);
    error Quoter_VolatilityOutOfRange(uint256 volatility, uint256 minimum, uint256 maximum);
    error Quoter_SizeTooSmall(uint256 left, uint256 minimum);
    error Quoter_OffGrid(uint256 strike, uint256 step);
    error Quoter_VegaLimit(int256 netVega, uint256 limit);
    error Quoter_ExpiryVegaLimit(uint256 expiry, int256 netVega, uint256 limit);
    error Quoter_GammaLimit(int256 netGamma, uint256 limit);
    error Quoter_DeltaLimit(int256 netDelta, uint256 limit);
    error Quoter_NotionalLimit(uint256 expiry, uint256 notional, uint256 limit);
    error Quoter_CannotHedge(int256 netDelta, uint256 absorbable, uint256 limit);
    error Quoter_SurfaceStale(uint8 market);
    error Quoter_NoCapacity(Usd capital);
    error Quoter_BadParameter(bytes32 name, uint256 value);
    error Quoter_NothingProposed();
    error Quoter_TooEarly(uint256 effectiveAt);
    error Quoter_FallsTooFast(uint256 value, uint256 least);
    error Quoter_MarkUnusable(uint256 flaws);
    error Quoter_ZeroAddress();

    /// @notice A quote for a taker who gains `quantity` (negative: sells to the vault), to be filled in one step.
    /// @dev Limits never block a trade that moves the vault away from them. Reverts as IBooks.changeOf does while arrays
    /// that it needs are not there: anyone may refresh them.
    function quote(InstrumentId instrument, Quantity quantity) external view returns (Quote memory);

    /// @notice A quote for several legs of one market as one order, each series once: together never dearer than one by one.
    /// @param twoSteps whether the order was committed before the prices that it is filled at were made, so that it knows
    /// nothing of them and pays no deviation threshold
    function quoteLegs(
        InstrumentId[] calldata instruments,
        Quantity[] calldata quantities,
        bool twoSteps
    ) external view returns (OrderQuote memory);

    /// @notice Makes current what a quote of these legs needs, as far as anyone may: their arrays, the books of the vault and
    /// its capital; then quotes them. Anyone. Called statically it tells what a quote will be once that is done.
    function refreshAndQuote(
        InstrumentId[] calldata instruments,
        Quantity[] calldata quantities,
        bool twoSteps
    ) external returns (OrderQuote memory);

    /// @notice Parameters in force.
    function parameters() external view returns (QuoterParameters memory);

    /// @notice Where the parameters go, and when the looser ones may be put in force; zero if nothing is proposed.
    function proposedParameters()
        external
        view
        returns (QuoterParameters memory proposed, uint256 effectiveAt);

    /// @notice Proposes parameters, bounded: tighter ones are in force at once, looser ones wait (see QuoteTerms.DELAY).
    /// Replaces what was proposed before. Restricted to the curator. The first ones are in force at once.
    function setParameters(QuoterParameters calldata newParameters) external;

    /// @notice Puts what was proposed in force once it has waited. Anyone.
    function applyParameters() external;

    /// @notice What was last posted of a market.
    function conditions(uint8 market) external view returns (Conditions memory);

    /// @notice Posts realised volatility and toxicity, bounded. Either rises at once, and falls to zero in no less than a day.
    /// Restricted to the publisher.
    function postConditions(uint8 market, uint64 realised, uint64 toxicity) external;

    /// @notice What limits and charges are shares of [wad USD], never negative: NAV as last marked, so that it does not move
    /// between the pieces of an order; once that is too old, the lower of it and NAV now.
    function capital() external view returns (Usd);

    /// @notice When capital was last marked, unix seconds.
    function capitalMarkedAt() external view returns (uint256);

    /// @notice Marks capital at the vault's NAV, or at nothing while exits wait for cash, so that nothing is opened with it:
    /// a lower one at any time, a higher one once the last is six hours old.
    /// Anyone. Reverts with Quoter_MarkUnusable while NAV cannot be read well enough (FLAW_* of IValuation).
    function markCapital() external;

    /// @notice Marks capital if the last mark is six hours old or older. Anyone; reverts as `markCapital` does.
    function ensureMarked() external;

    /// @notice Names the hedge that is asked what it can absorb; until there is one it absorbs nothing. Restricted to the
    /// curator.
    function setHedge(IHedgeController newHedge) external;
}
