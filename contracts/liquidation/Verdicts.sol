// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {IAuctionHouse} from "../interfaces/ILiquidation.sol";
import {Assessment, DataStatus, IRiskEngine, Portfolio} from "../interfaces/IRiskEngine.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {AccountId} from "../types/AccountId.sol";
import {Usd} from "../types/Usd.sol";
import {Verdict} from "./AuctionPricing.sol";

/// @notice Judges accounts for sale. Never fails for what an account holds: markets without a usable price are left out,
/// and what they hold counts for nothing until the price is back. It stays with the account, unless it is dust.
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
        // A book in a market without a price would be walked leg by leg for nothing.
        if (clearinghouse.hasBook(account)) return _judge(account);
        Assessment memory all = clearinghouse.assess(account);
        if (all.status == DataStatus.Unusable) return _judge(account);
        verdict.equity = Usd.unwrap(all.equity);
        verdict.maintenance = Usd.unwrap(all.maintenanceRequirement);
        verdict.whole = true;
    }

    /// @dev How `account` stands by what has a price.
    function _judge(AccountId account) internal view returns (Verdict memory verdict) {
        Portfolio memory portfolio = clearinghouse.portfolio(account);
        (Assessment memory priced, uint256 unpriced) = riskEngine.assessPriced(portfolio);
        verdict.equity = Usd.unwrap(priced.equity);
        verdict.maintenance = Usd.unwrap(priced.maintenanceRequirement);
        verdict.cash = Usd.unwrap(portfolio.cash);
        verdict.hasCollateral = portfolio.collateral.length != 0;
        verdict.unpriced = unpriced;
        uint256[] memory groups;
        if (portfolio.hasBook) groups = clearinghouse.bookGroups(account);
        verdict.partsOnly = groups.length != 0;
        verdict.isEmpty = portfolio.positionWords.length == 0 && !verdict.hasCollateral && !verdict.partsOnly;
        verdict.whole = unpriced == 0;
        if (verdict.whole) return verdict;
        verdict.mayOwe = (_marketsOf(portfolio.positionWords, groups) & unpriced) != 0;
        if (!verdict.mayOwe) verdict.whole = _isDust(portfolio, verdict);
    }

    /// @dev Whether the collateral that was left out is too little to matter. The last known price is good enough to tell
    /// that; without any, its size is not known.
    function _isDust(Portfolio memory portfolio, Verdict memory verdict) private view returns (bool) {
        int256 credited = Usd.unwrap(riskEngine.assessAnyway(portfolio).equity) - verdict.equity;
        return credited > 0 && credited <= FixedPoint.max(verdict.maintenance / DUST_DIVISOR, DUST);
    }

    /// @dev Markets of packed positions and of a book's groups, one bit each.
    function _marketsOf(
        uint256[] memory words,
        uint256[] memory groups
    ) private pure returns (uint256 markets) {
        for (uint256 i; i < words.length; ++i) {
            markets |= _bitOf(uint128(words[i])) | _bitOf(words[i] >> 128);
        }
        for (uint256 i; i < groups.length; ++i) markets |= 1 << (groups[i] >> 20);
    }

    /// @dev The market of a packed position as a bit; none for no position.
    function _bitOf(uint256 entry) private pure returns (uint256) {
        return entry == 0 ? 0 : 1 << (entry >> 120);
    }

    function _isHealthy(Verdict memory verdict) internal pure returns (bool) {
        return verdict.equity >= verdict.maintenance;
    }

    /// @dev Whether nothing that asks for margin has a price: then nobody can tell how the account stands.
    function _isBlind(Verdict memory verdict) internal pure returns (bool) {
        return verdict.mayOwe && verdict.maintenance == 0;
    }

    function _requireUnhealthy(AccountId account, Verdict memory verdict) internal pure {
        if (_isHealthy(verdict)) {
            if (_isBlind(verdict)) revert AuctionHouse_DataUnusable(account);
            revert AuctionHouse_Healthy(account, Usd.wrap(verdict.equity), Usd.wrap(verdict.maintenance));
        }
    }
}
