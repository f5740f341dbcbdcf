// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRiskArrays, MarketVector} from "../interfaces/IRiskArrays.sol";
import {
    Assessment,
    CollateralAmount,
    DataStatus,
    IRiskEngine,
    LegContribution,
    Portfolio
} from "../interfaces/IRiskEngine.sol";
import {IRiskParameters, MarketParameters} from "../interfaces/IRiskParameters.sol";
import {ISurfaceFeed} from "../interfaces/ISurfaceFeed.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {Packing} from "../libraries/Packing.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";
import {Margin, MarketMargin} from "./Margin.sol";

/// @dev Everything between the vectors and the verdict.
struct Judgement {
    MarketVector[] vectors;
    MarketMargin[] margins;
    uint256 market;
}

/// @title RiskEngine
/// @notice Portfolio margin. Holds no funds, no state and no permissions: a verdict depends on the portfolio handed in,
/// the risk arrays, the parameters and the age of the surface. Trusts those three contracts.
/// Where markets differ, the smallest cross-market credit and the largest maintenance factor of them apply.
contract RiskEngine is IRiskEngine {
    /// @dev Two entries a word.
    uint256 private constant MAX_WORDS = 64;

    IRiskArrays public immutable riskArrays;
    IRiskParameters public immutable riskParameters;
    ISurfaceFeed public immutable surfaceFeed;

    /// @param riskArrays_ node values
    /// @param riskParameters_ parameters of each market
    /// @param surfaceFeed_ asked whether a market's surface is stale
    constructor(IRiskArrays riskArrays_, IRiskParameters riskParameters_, ISurfaceFeed surfaceFeed_) {
        riskArrays = riskArrays_;
        riskParameters = riskParameters_;
        surfaceFeed = surfaceFeed_;
    }

    /// @inheritdoc IRiskEngine
    function assess(Portfolio calldata portfolio) external view returns (Assessment memory assessment) {
        (assessment, ) = _assess(portfolio, false);
    }

    /// @inheritdoc IRiskEngine
    function assessAnyway(Portfolio calldata portfolio) external view returns (Assessment memory assessment) {
        (assessment, ) = _assess(portfolio, true);
    }

    /// @inheritdoc IRiskEngine
    function arrays() external view returns (address) {
        return address(riskArrays);
    }

    /// @inheritdoc IRiskEngine
    function explain(
        Portfolio calldata portfolio
    ) external view returns (Assessment memory assessment, LegContribution[] memory legs) {
        Judgement memory judgement;
        (assessment, judgement) = _assess(portfolio, true);
        uint256[] memory entries = Packing.sortedEntries(portfolio.positionWords);
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

    /// @dev What one leg adds to equity, and its profit or loss at the worst node of its market.
    function _contribution(
        Judgement memory judgement,
        CollateralAmount[] memory collateral,
        uint256[] memory words
    ) private view returns (LegContribution memory leg) {
        MarketVector memory vector = riskArrays.nodeVectors(collateral, words, true)[0];
        MarketMargin memory margin = Margin.judge(vector, riskParameters.parameters(vector.market));
        leg.mark = Usd.wrap(margin.equity);
        for (uint256 i; i < judgement.vectors.length; ++i) {
            if (judgement.vectors[i].market == vector.market) {
                leg.atBindingNode = Usd.wrap(-margin.losses[judgement.margins[i].node]);
            }
        }
    }

    function _assess(
        Portfolio calldata portfolio,
        bool anyway
    ) private view returns (Assessment memory assessment, Judgement memory judgement) {
        uint256 words = portfolio.positionWords.length;
        if (words > MAX_WORDS) revert RiskEngine_TooManyPositions(2 * words, 2 * MAX_WORDS);
        judgement.vectors = riskArrays.nodeVectors(portfolio.collateral, portfolio.positionWords, anyway);
        uint256 count = judgement.vectors.length;
        judgement.margins = new MarketMargin[](count);

        int256 equity = Usd.unwrap(portfolio.cash);
        uint256 credit = 1e18;
        uint256 maintenanceFactor;
        for (uint256 i; i < count; ++i) {
            MarketVector memory vector = judgement.vectors[i];
            MarketParameters memory p = riskParameters.parameters(vector.market);
            judgement.margins[i] = Margin.judge(vector, p);
            equity += judgement.margins[i].equity;
            credit = FixedPoint.min(credit, p.crossMarketCredit);
            maintenanceFactor = FixedPoint.max(maintenanceFactor, p.maintenanceFactor);
            assessment.status = _worse(assessment.status, vector);
        }

        uint256 requirement;
        (requirement, judgement.market) = Margin.join(judgement.margins, credit);
        assessment.equity = Usd.wrap(equity);
        assessment.initialRequirement = Usd.wrap(int256(requirement));
        assessment.maintenanceRequirement = Usd.wrap(
            int256(FixedPoint.mulUp(requirement, maintenanceFactor))
        );
        if (count != 0) {
            assessment.bindingNode = uint8(judgement.margins[judgement.market].node);
            assessment.bindingMarket = judgement.vectors[judgement.market].market;
        }
    }

    /// @dev The worse of what is known so far and of one market's price and, if it has live options, surface.
    function _worse(DataStatus status, MarketVector memory vector) private view returns (DataStatus) {
        if (vector.status > status) status = vector.status;
        if (status == DataStatus.Good && vector.live && surfaceFeed.isStale(vector.market)) {
            return DataStatus.LiquidationOnly;
        }
        return status;
    }
}
