// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {Assessment, Portfolio} from "../interfaces/IRiskEngine.sol";
import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";
import {Solvency} from "./Solvency.sol";

/// @notice What anyone may read of the ledger.
abstract contract LedgerViews is IClearinghouse, Solvency {
    /// @inheritdoc IClearinghouse
    function activeAccount() external view returns (AccountId) {
        return AccountId.wrap(_activeAccount);
    }

    /// @inheritdoc IClearinghouse
    function activeCaller() external view returns (address) {
        return _activeCaller;
    }

    /// @inheritdoc IClearinghouse
    function cashOf(AccountId account) external view returns (Usd) {
        return _cashOf(account);
    }

    /// @inheritdoc IClearinghouse
    function collateralOf(AccountId account, address asset) external view returns (uint256) {
        return _collateralOf(account, asset);
    }

    /// @inheritdoc IClearinghouse
    function collateralIn(AccountId account, uint8 market) external view returns (uint256) {
        return _collateralIn(account, market);
    }

    /// @inheritdoc IClearinghouse
    function positionOf(AccountId account, InstrumentId instrument) external view returns (Quantity) {
        return _positionOf(account, instrument);
    }

    /// @inheritdoc IClearinghouse
    function positionCount(AccountId account) external view returns (uint256) {
        return _accounts[account].positions;
    }

    /// @inheritdoc IClearinghouse
    function positionWords(AccountId account) external view returns (uint256[] memory) {
        return _positionWords(account);
    }

    /// @inheritdoc IClearinghouse
    function hasBook(AccountId account) external view returns (bool) {
        return _accounts[account].hasBook;
    }

    /// @inheritdoc IClearinghouse
    function bookGroups(AccountId account) external view returns (uint256[] memory) {
        return _groupsOfBook(account);
    }

    /// @inheritdoc IClearinghouse
    function bookLegCount(AccountId account, uint256 group) external view returns (uint256) {
        return _lengthOfGroup(account, group);
    }

    /// @inheritdoc IClearinghouse
    function bookLegs(AccountId account, uint256 group) external view returns (uint256[] memory) {
        return _legsOfGroup(account, group);
    }

    /// @inheritdoc IClearinghouse
    function portfolio(AccountId account) external view returns (Portfolio memory) {
        return _portfolioOf(account);
    }

    /// @inheritdoc IClearinghouse
    function assess(AccountId account) external view returns (Assessment memory) {
        return riskEngine.assessAnyway(_portfolioOf(account));
    }

    /// @inheritdoc IClearinghouse
    function isAuthorised(AccountId account, address caller, uint256 scopes) external view returns (bool) {
        return _isAuthorised(account, caller, scopes);
    }

    /// @inheritdoc IClearinghouse
    function cashAsset() external view returns (address token, uint8 decimals) {
        return (_cashToken, _cashDecimals);
    }

    /// @inheritdoc IClearinghouse
    function settlementTransit() external view returns (Usd) {
        return Usd.wrap(_settlementTransit);
    }

    /// @inheritdoc IClearinghouse
    function totalClaims() external view returns (Usd) {
        return Usd.wrap(int256(uint256(_totals.claims)));
    }

    /// @inheritdoc IClearinghouse
    function riskPaused() external view returns (bool) {
        return _riskPaused;
    }

    /// @inheritdoc IClearinghouse
    function requireHealthy(AccountId account) external view {
        Portfolio memory held = _portfolioOf(account);
        _requireCountable(account, held.positionWords);
        _requireInitial(account, riskEngine.assessAnyway(held));
    }
}
