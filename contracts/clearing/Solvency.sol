// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {
    Assessment,
    CollateralAmount,
    DataStatus,
    IRiskEngine,
    Portfolio
} from "../interfaces/IRiskEngine.sol";
import {Units} from "../libraries/Units.sol";
import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";
import {Standing} from "./BatchContext.sol";
import {HoldBack} from "./HoldBack.sol";
import {Ledger} from "./Ledger.sol";
import {Permissions} from "./Permissions.sol";

/// @notice All that the clearinghouse remembers, and what it asks the risk engine about accounts: whether one that may
/// have gained risk is still allowed to have it.
abstract contract Solvency is HoldBack, Permissions, AccessManaged {
    /// @notice The margin model.
    IRiskEngine public immutable riskEngine;

    bool internal _riskPaused;
    mapping(address => bool) internal _venues;

    /// @dev Tokens are called while the books are half written, so nothing may enter meanwhile.
    modifier notEntered() {
        if (_entered) revert Clearinghouse_Reentered();
        _;
    }

    modifier onlyVenue() {
        if (_entered) revert Clearinghouse_Reentered();
        if (!_venues[msg.sender]) revert Clearinghouse_NotVenue(msg.sender);
        _;
    }

    constructor(
        address authority,
        address cashToken,
        IRiskEngine engine
    ) Ledger(cashToken, engine.books()) AccessManaged(authority) {
        riskEngine = engine;
    }

    /// @dev Remembers that `account` may have gained risk; in a reducing batch, with how it stood before.
    function _touch(AccountId account) internal {
        if (_mode == Mode.None || _touchedIndex(account) < _touchedCount) return;
        Standing memory before;
        if (_mode == Mode.Reduce) before = _standing(account);
        else before.debt = _debtOf(account);
        _appendTouched(account, before);
    }

    function _checkTouched(Mode mode) internal view virtual {
        for (uint256 i = 0; i < _touchedCount; ++i) {
            (AccountId account, Standing memory before) = _touchedAt(i);
            Portfolio memory held = _portfolioOf(account);
            _requireCountable(account, held.positionWords);
            if (mode == Mode.Batch) {
                _requireGoodHealth(account, held);
                _requireDebtWithin(account, _positive(-Usd.unwrap(held.cash)), before.debt);
            } else if (!_isDebtFree(account)) _requireLessRisk(account, before);
        }
    }

    /// @dev Money added in the same batch must not pay for new risk, so the requirement itself may not rise either. A
    /// counterparty may, as long as it keeps its initial requirement. Maintenance falls by less than that does.
    function _requireLessRisk(AccountId account, Standing memory before) internal view virtual {
        Standing memory standing = _standing(account);
        bool isOwn = account.ownerOf() == AccountId.wrap(_activeAccount).ownerOf();
        if (!isOwn && standing.excess >= 0) return;
        if (standing.excess < before.excess || (isOwn && standing.requirement > before.requirement))
            revert Clearinghouse_RiskRose(account, Usd.wrap(before.excess), Usd.wrap(standing.excess));
        if (standing.headroom < 0 && standing.headroom < before.headroom)
            revert Clearinghouse_HealthFell(account, Usd.wrap(before.headroom), Usd.wrap(standing.headroom));
    }

    /// @dev Who borrows no more than before may owe more than the limit: settlement and interest ask nobody.
    function _requireDebtWithin(AccountId account, uint256 debt, uint256 before) private view {
        if (debt <= before) return;
        uint256 total = _totals.debt;
        if (debt > _debtLimits.perAccount || total > _debtLimits.total)
            revert Clearinghouse_DebtLimit(account, debt, total);
    }

    function _debtOf(AccountId account) private view returns (uint256) {
        return _positive(-Usd.unwrap(_cashOf(account)));
    }

    /// @dev How what comes in may be valued.
    function _statusOf(address token, uint256 amount) internal view returns (DataStatus) {
        Asset memory asset = _assets[token];
        Portfolio memory alone;
        alone.collateral = new CollateralAmount[](1);
        amount = Units.toWad(amount, asset.decimals);
        alone.collateral[0] = CollateralAmount(asset.market, Quantity.wrap(int256(amount)));
        return riskEngine.assessAnyway(alone).status;
    }

    /// @dev How an account stands, whatever the age of the data.
    function _standing(AccountId account) internal view returns (Standing memory standing) {
        Assessment memory verdict = riskEngine.assessAnyway(_portfolioOf(account));
        standing.excess = Usd.unwrap(verdict.equity - verdict.initialRequirement);
        standing.requirement = Usd.unwrap(verdict.initialRequirement);
        standing.headroom = Usd.unwrap(verdict.equity - verdict.maintenanceRequirement);
    }

    function _requireGoodHealth(AccountId account) internal view {
        _requireGoodHealth(account, _portfolioOf(account));
    }

    /// @dev Accounts that can lose nothing need no price; all others need good data and their initial requirement.
    /// @param held what the account has
    function _requireGoodHealth(AccountId account, Portfolio memory held) internal view virtual {
        if (_accounts[account].positions == 0 && Usd.unwrap(held.cash) >= 0) return;
        Assessment memory verdict = riskEngine.assess(held);
        if (verdict.status != DataStatus.Good) revert Clearinghouse_DataNotGood(account);
        _requireInitial(account, verdict);
    }

    function _requireGoodData(AccountId account) internal view {
        if (_isDebtFree(account)) return;
        Assessment memory verdict = riskEngine.assessAnyway(_portfolioOf(account));
        if (verdict.status != DataStatus.Good) revert Clearinghouse_DataNotGood(account);
    }

    function _requireInitial(AccountId account, Assessment memory verdict) internal pure {
        if (verdict.equity < verdict.initialRequirement) {
            revert Clearinghouse_BelowInitial(account, verdict.equity, verdict.initialRequirement);
        }
    }

    function _movePosition(
        AccountId from,
        AccountId to,
        InstrumentId instrument,
        Quantity quantity
    ) internal {
        _addPosition(from, instrument, -quantity);
        _addPosition(to, instrument, quantity);
        emit PositionMoved(from, to, instrument, quantity, msg.sender);
    }
}
