// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBooks} from "../interfaces/IBooks.sol";
import {IPriceRouter} from "../interfaces/IPriceRouter.sol";
import {IRiskArrays} from "../interfaces/IRiskArrays.sol";
import {
    Assessment,
    CollateralAmount,
    DataStatus,
    IRiskEngine,
    LegContribution,
    MarketVector,
    Portfolio
} from "../interfaces/IRiskEngine.sol";
import {IRiskParameters, MarketParameters} from "../interfaces/IRiskParameters.sol";
import {ISettlementOracle} from "../interfaces/ISettlementOracle.sol";
import {ISurfaceFeed} from "../interfaces/ISurfaceFeed.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {Packing} from "../libraries/Packing.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";
import {BookGroups} from "./BookGroups.sol";
import {Joined, Margin, MarketMargin, Stress} from "./Margin.sol";
import {ParameterRamp} from "./ParameterRamp.sol";
import {PortfolioVectors} from "./PortfolioVectors.sol";
import {SheetMath} from "./SheetMath.sol";
import {Walk} from "./Walk.sol";

/// @dev Everything between the vectors and the verdict.
struct Judgement {
    MarketVector[] vectors;
    MarketMargin[] margins;
    uint256 market;
}

/// @dev What markets ask for under the parameters in force, where they differ from those for new risk.
struct Totals {
    MarketMargin[] inForce;
    bool ramping;
    int256 equity;
    uint256 lessForNewRisk;
}

/// @title RiskEngine
/// @notice Portfolio margin. Holds no funds, no state and no permissions: a verdict depends on the portfolio handed in,
/// the risk arrays, prices, fixings, the parameters and the age of the surface. Trusts those contracts.
/// Where markets differ, each counts with its own cross-market credit, and maintenance factors are weighted by what markets ask for.
contract RiskEngine is PortfolioVectors {
    /// @dev Two entries a word.
    uint256 private constant MAX_WORDS = 64;
    uint256 private constant WAD = 1e18;

    IRiskParameters public immutable riskParameters;
    ISurfaceFeed public immutable surfaceFeed;

    /// @param riskArrays_ node values
    /// @param riskParameters_ parameters of each market
    /// @param surfaceFeed_ asked how stale a market's surface is
    /// @param priceRouter_ live spot
    /// @param settlementOracle_ fixings of expired series
    /// @param books_ of accounts with many series
    constructor(
        IRiskArrays riskArrays_,
        IRiskParameters riskParameters_,
        ISurfaceFeed surfaceFeed_,
        IPriceRouter priceRouter_,
        ISettlementOracle settlementOracle_,
        IBooks books_
    ) PortfolioVectors(riskArrays_, priceRouter_, settlementOracle_, books_) {
        riskParameters = riskParameters_;
        surfaceFeed = surfaceFeed_;
    }

    /// @inheritdoc IRiskEngine
    function assess(Portfolio calldata portfolio) external view returns (Assessment memory assessment) {
        Walk memory walk;
        _assess(portfolio, walk, assessment);
    }

    /// @inheritdoc IRiskEngine
    function assessAnyway(Portfolio calldata portfolio) external view returns (Assessment memory assessment) {
        Walk memory walk;
        walk.anyway = true;
        _assess(portfolio, walk, assessment);
    }

    /// @inheritdoc IRiskEngine
    function assessPriced(
        Portfolio calldata portfolio
    ) external view returns (Assessment memory assessment, uint256 unpriced) {
        Walk memory walk;
        (walk.anyway, walk.pricedOnly) = (true, true);
        _assess(portfolio, walk, assessment);
        unpriced = walk.unpriced;
    }

    /// @inheritdoc IRiskEngine
    function requirementUnder(
        Portfolio calldata portfolio,
        uint8 market,
        MarketParameters calldata proposal
    ) external view returns (Assessment memory assessment) {
        riskParameters.requireBounds(proposal);
        Walk memory walk;
        (walk.anyway, walk.proposed, walk.proposalMarket) = (true, true, market);
        (walk.proposalFirst, walk.proposalSecond) = ParameterRamp.pack(proposal);
        _assess(portfolio, walk, assessment);
    }

    /// @inheritdoc IRiskEngine
    function arrays() external view returns (address) {
        return address(riskArrays);
    }

    /// @inheritdoc IRiskEngine
    function nodeVectors(
        CollateralAmount[] calldata collateral,
        uint256[] calldata positionWords,
        bool anyway
    ) external view returns (MarketVector[] memory) {
        Walk memory walk;
        (walk.words, walk.anyway) = (positionWords, anyway);
        return _vectors(walk, collateral);
    }

    /// @inheritdoc IRiskEngine
    function explain(
        Portfolio calldata portfolio
    ) external view returns (Assessment memory assessment, LegContribution[] memory legs) {
        Walk memory walk;
        walk.anyway = true;
        Judgement memory judgement = _assess(portfolio, walk, assessment);
        uint256[] memory entries = SheetMath.entriesOf(_allLegs(portfolio));
        uint256 count = entries.length;
        legs = new LegContribution[](count + portfolio.collateral.length);
        for (uint256 i; i < count; ++i) {
            uint256[] memory single = new uint256[](1);
            single[0] = entries[i];
            legs[i] = _contribution(judgement, new CollateralAmount[](0), single);
            legs[i].instrument = InstrumentId.wrap(uint64(entries[i] >> 64));
            legs[i].quantity = Quantity.wrap(int256(int64(uint64(entries[i]))) * 1e10);
        }
        for (uint256 i; i < portfolio.collateral.length; ++i) {
            CollateralAmount[] memory single = new CollateralAmount[](1);
            single[0] = portfolio.collateral[i];
            legs[count + i] = _contribution(judgement, single, new uint256[](0));
            legs[count + i].quantity = single[0].amount;
        }
    }

    /// @dev The legs handed in and those of the book.
    function _allLegs(Portfolio calldata portfolio) private view returns (uint256[] memory words) {
        words = portfolio.positionWords;
        if (!portfolio.hasBook) return words;
        uint256[] memory groups = books.entriesOf(portfolio.account);
        for (uint256 i; i < groups.length; ++i) {
            words = Packing.concat(words, books.legsOf(portfolio.account, BookGroups.groupOf(groups[i])));
        }
    }

    /// @dev What one leg adds to equity, and its profit or loss at the worst node of its market.
    function _contribution(
        Judgement memory judgement,
        CollateralAmount[] memory collateral,
        uint256[] memory words
    ) private view returns (LegContribution memory leg) {
        Walk memory walk;
        (walk.words, walk.anyway) = (words, true);
        MarketVector memory vector = _vectors(walk, collateral)[0];
        uint256 i;
        while (judgement.vectors[i].market != vector.market) ++i;
        Stress memory none = Stress(WAD, 0, 0);
        MarketMargin memory own = Margin.judge(vector, judgement.margins[i].terms, none);
        leg.mark = Usd.wrap(own.equity);
        leg.atBindingNode = Usd.wrap(-Margin.lossAt(vector, own, judgement.margins[i].node));
    }

    /// @dev Fills in `assessment`.
    function _assess(
        Portfolio calldata portfolio,
        Walk memory walk,
        Assessment memory assessment
    ) private view returns (Judgement memory judgement) {
        (walk.account, walk.hasBook) = (portfolio.account, portfolio.hasBook);
        walk.words = _copyOf(portfolio.positionWords);
        MarketVector[] memory vectors = _vectors(walk, portfolio.collateral);
        if (walk.pricedOnly) walk.unpriced = _leaveOut(vectors);
        uint256 count = vectors.length;
        (judgement.vectors, judgement.margins) = (vectors, _noMargins(count));
        Totals memory sums;
        sums.inForce = judgement.margins;
        sums.equity = Usd.unwrap(portfolio.cash);
        DataStatus status;
        for (uint256 i; i < count; ++i) status = _judge(walk, judgement, sums, vectors[i], i, status);
        assessment.status = status;

        Joined memory initial = Margin.join(judgement.margins, vectors);
        Joined memory inForce = sums.ramping ? Margin.join(sums.inForce, vectors) : initial;
        uint256 requirement = initial.requirement + sums.lessForNewRisk;
        // What holds for existing positions is never stricter than what new risk has to meet.
        uint256 maintenance = Margin.mulUp(inForce.requirement, inForce.factor);
        assessment.equity = Usd.wrap(sums.equity);
        assessment.initialRequirement = Usd.wrap(int256(requirement));
        assessment.maintenanceRequirement = Usd.wrap(int256(FixedPoint.min(maintenance, requirement)));
        if (count != 0) {
            uint256 market = initial.market;
            judgement.market = market;
            assessment.bindingNode = uint8(judgement.margins[market].node);
            assessment.bindingMarket = vectors[market].market;
        }
    }

    /// @dev Takes the vectors without a usable price off the list; returns their markets, one bit each.
    function _leaveOut(MarketVector[] memory vectors) private pure returns (uint256 unpriced) {
        uint256 kept;
        for (uint256 i; i < vectors.length; ++i) {
            if (vectors[i].status == DataStatus.Unusable) unpriced |= 1 << vectors[i].market;
            else vectors[kept++] = vectors[i];
        }
        assembly ("memory-safe") {
            // Shortens the list to what is kept.
            mstore(vectors, kept)
        }
    }

    /// @dev Judges market `i` of the judgement; returns the worse of `status` and its own.
    function _judge(
        Walk memory walk,
        Judgement memory judgement,
        Totals memory sums,
        MarketVector memory vector,
        uint256 i,
        DataStatus status
    ) private view returns (DataStatus) {
        Stress memory stress = Stress(WAD, 0, 0);
        if (vector.status > status) status = vector.status;
        if (vector.live) {
            stress.staleShare = surfaceFeed.staleShare(vector.market);
            if (stress.staleShare != 0 && status == DataStatus.Good) status = DataStatus.LiquidationOnly;
        }
        uint256 terms;
        uint256 termsForNewRisk;
        uint256 widening;
        (terms, termsForNewRisk, widening, stress.depegShare) = riskParameters.termsForMargin(vector.market);
        if (walk.proposed && walk.proposalMarket == vector.market) {
            (terms, termsForNewRisk, widening) = (walk.proposalFirst, walk.proposalFirst, WAD);
        }
        int256 equity;
        if (!sums.ramping && (terms != termsForNewRisk || widening != WAD)) _startRamping(judgement, sums, i);
        if (sums.ramping) {
            sums.inForce[i] = Margin.judge(vector, terms, stress);
            equity = sums.inForce[i].equity;
            stress.stretch = widening;
        }
        MarketMargin memory margin = Margin.judge(vector, termsForNewRisk, stress);
        judgement.margins[i] = margin;
        // Equity is what parameters in force make it; where new risk is credited less, it has to meet the difference.
        if (!sums.ramping) equity = margin.equity;
        else if (equity > margin.equity) sums.lessForNewRisk += uint256(equity - margin.equity);
        sums.equity += equity;
        return status;
    }

    /// @dev From here on the two requirements are kept apart; the markets before this one had them equal.
    function _startRamping(Judgement memory judgement, Totals memory sums, uint256 count) private pure {
        sums.ramping = true;
        sums.inForce = _noMargins(judgement.margins.length);
        for (uint256 i; i < count; ++i) sums.inForce[i] = judgement.margins[i];
    }

    /// @dev In one piece, not word by word.
    function _copyOf(uint256[] calldata words) private pure returns (uint256[] memory copy) {
        uint256 count = words.length;
        if (count > MAX_WORDS) revert RiskEngine_TooManyPositions(2 * count, 2 * MAX_WORDS);
        copy = SheetMath.roomFor(words.length);
        assembly ("memory-safe") {
            calldatacopy(add(copy, 0x20), words.offset, shl(5, words.length))
        }
    }

    /// @dev Room for pointers only: each is written before it is read.
    function _noMargins(uint256 count) private pure returns (MarketMargin[] memory margins) {
        uint256[] memory room = SheetMath.roomFor(count);
        assembly ("memory-safe") {
            margins := room
        }
    }

    /// @inheritdoc PortfolioVectors
    function _parametersInForce(uint8 market) internal view override returns (MarketParameters memory) {
        return riskParameters.parameters(market);
    }
}
