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
import {Walk} from "./Walk.sol";

/// @dev Everything between the vectors and the verdict.
struct Judgement {
    MarketVector[] vectors;
    MarketMargin[] margins;
    MarketParameters[] parameters;
    uint256 market;
}

/// @dev What markets ask for under the parameters in force, where they differ from those for new risk.
struct Terms {
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
        (assessment, ) = _assess(portfolio, walk);
    }

    /// @inheritdoc IRiskEngine
    function assessAnyway(Portfolio calldata portfolio) external view returns (Assessment memory assessment) {
        Walk memory walk;
        walk.anyway = true;
        (assessment, ) = _assess(portfolio, walk);
    }

    /// @inheritdoc IRiskEngine
    function requirementUnder(
        Portfolio calldata portfolio,
        uint8 market,
        MarketParameters calldata proposal
    ) external view returns (Assessment memory assessment) {
        riskParameters.requireBounds(proposal);
        Walk memory walk;
        (walk.anyway, walk.proposed) = (true, true);
        (walk.proposalMarket, walk.proposal) = (market, proposal);
        (assessment, ) = _assess(portfolio, walk);
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
        Judgement memory judgement;
        (assessment, judgement) = _assess(portfolio, walk);
        uint256[] memory entries = Packing.sortedEntries(_allLegs(portfolio));
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
        (uint256[] memory groups, ) = books.read(portfolio.account);
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
        MarketMargin memory own = Margin.judge(vector, judgement.parameters[i], none);
        leg.mark = Usd.wrap(own.equity);
        leg.atBindingNode = Usd.wrap(-own.losses[judgement.margins[i].node]);
    }

    function _assess(
        Portfolio calldata portfolio,
        Walk memory walk
    ) private view returns (Assessment memory assessment, Judgement memory judgement) {
        uint256 count = portfolio.positionWords.length;
        if (count > MAX_WORDS) revert RiskEngine_TooManyPositions(2 * count, 2 * MAX_WORDS);
        (walk.account, walk.hasBook) = (portfolio.account, portfolio.hasBook);
        walk.words = portfolio.positionWords;
        judgement.vectors = _vectors(walk, portfolio.collateral);
        count = judgement.vectors.length;
        judgement.margins = new MarketMargin[](count);
        judgement.parameters = new MarketParameters[](count);
        Terms memory terms;
        terms.inForce = judgement.margins;
        terms.equity = Usd.unwrap(portfolio.cash);
        for (uint256 i; i < count; ++i) {
            assessment.status = _judge(walk, judgement, terms, i, assessment.status);
        }

        Joined memory initial = Margin.join(judgement.margins);
        Joined memory inForce = terms.ramping ? Margin.join(terms.inForce) : initial;
        judgement.market = initial.market;
        uint256 requirement = initial.requirement + terms.lessForNewRisk;
        // What holds for existing positions is never stricter than what new risk has to meet.
        uint256 maintenance = FixedPoint.mulUp(inForce.requirement, inForce.factor);
        assessment.equity = Usd.wrap(terms.equity);
        assessment.initialRequirement = Usd.wrap(int256(requirement));
        assessment.maintenanceRequirement = Usd.wrap(int256(FixedPoint.min(maintenance, requirement)));
        if (count != 0) {
            assessment.bindingNode = uint8(judgement.margins[judgement.market].node);
            assessment.bindingMarket = judgement.vectors[judgement.market].market;
        }
    }

    /// @dev Judges market `i` of the judgement; returns the worse of `status` and its own.
    function _judge(
        Walk memory walk,
        Judgement memory judgement,
        Terms memory terms,
        uint256 i,
        DataStatus status
    ) private view returns (DataStatus) {
        MarketVector memory vector = judgement.vectors[i];
        Stress memory stress = Stress(WAD, 0, 0);
        if (vector.status > status) status = vector.status;
        if (vector.live) {
            stress.staleShare = surfaceFeed.staleShare(vector.market);
            if (stress.staleShare != 0 && status == DataStatus.Good) status = DataStatus.LiquidationOnly;
        }
        (MarketParameters memory inForce, MarketParameters memory p) = _read(
            walk,
            judgement,
            terms,
            stress,
            i
        );
        int256 lessForNewRisk;
        if (terms.ramping) {
            terms.inForce[i] = Margin.judge(vector, inForce, stress);
            stress.stretch = Margin.stretchOf(p, inForce);
            lessForNewRisk = terms.inForce[i].equity;
        }
        MarketMargin memory margin = Margin.judge(vector, p, stress);
        (judgement.margins[i], judgement.parameters[i]) = (margin, p);
        if (terms.ramping) lessForNewRisk -= margin.equity;
        // Equity is what parameters in force make it; where new risk is credited less, it has to meet the difference.
        terms.equity += margin.equity + lessForNewRisk;
        if (lessForNewRisk > 0) terms.lessForNewRisk += uint256(lessForNewRisk);
        return status;
    }

    /// @dev Parameters of market `i` in force and for new risk, one object if they are the same; notes the depeg share.
    function _read(
        Walk memory walk,
        Judgement memory judgement,
        Terms memory terms,
        Stress memory stress,
        uint256 i
    ) private view returns (MarketParameters memory inForce, MarketParameters memory newRisk) {
        uint8 market = judgement.vectors[i].market;
        uint256[4] memory words;
        (words[0], words[1], words[2], words[3], stress.depegShare) = riskParameters.wordsForMargin(market);
        if (walk.proposed && walk.proposalMarket == market) return (walk.proposal, walk.proposal);
        inForce = ParameterRamp.unpack(words[0], words[1]);
        newRisk = inForce;
        if (words[0] == words[2] && words[1] == words[3]) return (inForce, newRisk);
        if (!terms.ramping) _startRamping(judgement, terms, i);
        newRisk = ParameterRamp.unpack(words[2], words[3]);
    }

    /// @dev From here on the two requirements are kept apart; the markets before this one had them equal.
    function _startRamping(Judgement memory judgement, Terms memory terms, uint256 count) private pure {
        terms.ramping = true;
        terms.inForce = new MarketMargin[](judgement.margins.length);
        for (uint256 i; i < count; ++i) terms.inForce[i] = judgement.margins[i];
    }

    /// @inheritdoc PortfolioVectors
    function _parametersOf(
        Walk memory walk,
        uint8 market
    ) internal view override returns (MarketParameters memory) {
        if (walk.proposed && walk.proposalMarket == market) return walk.proposal;
        return riskParameters.parameters(market);
    }
}
