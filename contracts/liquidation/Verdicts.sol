// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {IAuctionHouse} from "../interfaces/ILiquidation.sol";
import {
    Assessment,
    CollateralAmount,
    DataStatus,
    IRiskEngine,
    Portfolio
} from "../interfaces/IRiskEngine.sol";
import {AccountId} from "../types/AccountId.sol";
import {Usd} from "../types/Usd.sol";
import {Verdict} from "./AuctionPricing.sol";

/// @notice Judges accounts for sale. Never fails for what an account holds: markets without a usable price are left out,
/// and what they hold counts for nothing until the price is back.
abstract contract Verdicts is IAuctionHouse {
    /// @dev Unpriced collateral up to the hundredth part of the requirement, or this much [wad USD], cannot keep an account
    /// from being sold whole.
    int256 private constant DUST_DIVISOR = 100;
    int256 private constant DUST = 10e18;

    IClearinghouse public immutable clearinghouse;
    IRiskEngine public immutable riskEngine;

    constructor(IClearinghouse ledger, IRiskEngine engine) {
        if (address(ledger) == address(0) || address(engine) == address(0)) revert AuctionHouse_ZeroAddress();
        clearinghouse = ledger;
        riskEngine = engine;
    }

    /// @dev Whether `account` is for sale, without what only a sale asks for.
    function _glance(AccountId account) internal view returns (Verdict memory verdict) {
        Assessment memory all = clearinghouse.assess(account);
        if (all.status == DataStatus.Unusable) return _judge(account);
        verdict.equity = Usd.unwrap(all.equity);
        verdict.maintenance = Usd.unwrap(all.maintenanceRequirement);
        verdict.whole = true;
    }

    /// @dev How `account` stands. Reverts only if nothing that it holds has a price, when nothing could be sold either.
    function _judge(AccountId account) internal view returns (Verdict memory verdict) {
        Portfolio memory portfolio = clearinghouse.portfolio(account);
        Assessment memory all = riskEngine.assessAnyway(portfolio);
        verdict.equity = Usd.unwrap(all.equity);
        verdict.maintenance = Usd.unwrap(all.maintenanceRequirement);
        verdict.cash = Usd.unwrap(portfolio.cash);
        verdict.whole = true;
        verdict.hasCollateral = portfolio.collateral.length != 0;
        if (portfolio.hasBook) verdict.partsOnly = clearinghouse.bookGroups(account).length != 0;
        verdict.isEmpty = portfolio.positionWords.length == 0 && !verdict.hasCollateral && !verdict.partsOnly;
        if (all.status == DataStatus.Unusable) _leaveOut(account, portfolio, verdict);
    }

    /// @dev Judges anew by the markets that have a price.
    function _leaveOut(AccountId account, Portfolio memory portfolio, Verdict memory verdict) private view {
        // A book is of one account with all its markets; its parts cannot be told apart here.
        if (portfolio.hasBook) revert AuctionHouse_DataUnusable(account);
        uint256 traded = _marketsOf(portfolio.positionWords);
        verdict.unpriced = _unpricedOf(portfolio, traded);
        Assessment memory rest = riskEngine.assessAnyway(_only(portfolio, ~verdict.unpriced));
        int256 credited = verdict.equity - Usd.unwrap(rest.equity);
        verdict.equity = Usd.unwrap(rest.equity);
        verdict.maintenance = Usd.unwrap(rest.maintenanceRequirement);
        int256 dust = verdict.maintenance / DUST_DIVISOR;
        if (dust < DUST) dust = DUST;
        // The last known price is good enough to tell dust. Without any, its size is not known.
        verdict.whole = traded & verdict.unpriced == 0 && credited > 0 && credited <= dust;
        if (verdict.maintenance == 0 && !verdict.whole) revert AuctionHouse_DataUnusable(account);
    }

    /// @dev Those of the portfolio's markets in which the engine finds no usable price.
    /// @param markets of its positions
    function _unpricedOf(
        Portfolio memory portfolio,
        uint256 markets
    ) private view returns (uint256 unpriced) {
        for (uint256 i; i < portfolio.collateral.length; ++i) {
            markets |= 1 << portfolio.collateral[i].market;
        }
        for (uint256 left = markets; left != 0; left &= left - 1) {
            uint256 bit = left & (~left + 1);
            Assessment memory one = riskEngine.assessAnyway(_only(portfolio, bit));
            if (one.status == DataStatus.Unusable) unpriced |= bit;
        }
    }

    function _marketsOf(uint256[] memory words) private pure returns (uint256 markets) {
        for (uint256 i; i < words.length; ++i) {
            markets |= _bitOf(uint128(words[i])) | _bitOf(words[i] >> 128);
        }
    }

    /// @dev What of `portfolio` is in `markets`, and its cash. Words keep their places; a half that is left out is zero.
    function _only(Portfolio memory portfolio, uint256 markets) private pure returns (Portfolio memory part) {
        part.account = portfolio.account;
        part.cash = portfolio.cash;
        uint256[] memory words = new uint256[](portfolio.positionWords.length);
        uint256 count;
        for (uint256 i; i < words.length; ++i) {
            uint256 word = portfolio.positionWords[i];
            uint256 low = uint128(word);
            uint256 high = word >> 128;
            uint256 kept =
                (_bitOf(low) & markets == 0 ? 0 : low) | ((_bitOf(high) & markets == 0 ? 0 : high) << 128);
            if (kept != 0) words[count++] = kept;
        }
        uint256 held;
        CollateralAmount[] memory collateral = new CollateralAmount[](portfolio.collateral.length);
        for (uint256 i; i < collateral.length; ++i) {
            if ((markets >> portfolio.collateral[i].market) & 1 == 0) continue;
            collateral[held++] = portfolio.collateral[i];
        }
        assembly ("memory-safe") {
            // Shortens the lists to what is kept.
            mstore(words, count)
            mstore(collateral, held)
        }
        (part.positionWords, part.collateral) = (words, collateral);
    }

    /// @dev The market of a packed position as a bit; none for no position.
    function _bitOf(uint256 entry) private pure returns (uint256) {
        return entry == 0 ? 0 : 1 << (entry >> 120);
    }

    function _isHealthy(Verdict memory verdict) internal pure returns (bool) {
        return verdict.equity >= verdict.maintenance;
    }

    function _requireUnhealthy(AccountId account, Verdict memory verdict) internal pure {
        if (_isHealthy(verdict)) {
            revert AuctionHouse_Healthy(account, Usd.wrap(verdict.equity), Usd.wrap(verdict.maintenance));
        }
    }
}
