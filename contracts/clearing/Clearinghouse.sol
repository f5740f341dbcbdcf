// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBooks} from "../interfaces/IBooks.sol";
import {Call, IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {CollateralAsset, InterestTerms} from "../interfaces/IClearinghouseTerms.sol";
import {IHoldBack} from "../interfaces/IInsurance.sol";
import {IRiskEngine} from "../interfaces/IRiskEngine.sol";
import {Delegation} from "../libraries/Delegation.sol";
import {Units} from "../libraries/Units.sol";
import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";
import {LedgerViews} from "./LedgerViews.sol";
import {Registrar} from "./Registrar.sol";
import {Solvency} from "./Solvency.sol";

/// @title The ledger of every account
/// @notice Holds all cash (USDC), collateral and positions. Trusts the risk engine's verdict, the curator who registers
/// venues, and registered venues to move things between accounts. It must stay alive for anybody to leave; it calls
/// nothing but the risk engine and the tokens themselves, and an account without positions or debt needs neither
/// price nor engine to leave.
/// @dev Tokens: no fee on transfer (refused), no rebasing, at most 18 decimals. Donations are not counted.
contract Clearinghouse is LedgerViews {
    /// @notice Risk arrays may be refreshed from within a batch; they gain no right to move anything.
    address public immutable riskArrays;
    /// @notice Code of what is done seldom.
    address public immutable registrar;
    /// @notice Code of operators and their permits.
    address public immutable permits;
    /// @notice Code of what moves shares of accounts.
    address public immutable slices;

    /// @param authority AccessManager of the system
    /// @param cashToken USDC
    /// @param engine risk engine; also tells where the risk arrays are
    /// @param registrar_ made with the same three
    constructor(
        address authority,
        address cashToken,
        IRiskEngine engine,
        Registrar registrar_
    ) Solvency(authority, cashToken, engine) {
        riskArrays = engine.arrays();
        if (registrar_.riskEngine() != engine || registrar_.cashToken() != cashToken)
            revert Clearinghouse_BadTarget(address(registrar_));
        registrar = address(registrar_);
        (permits, slices) = (registrar_.permits(), registrar_.slices());
    }

    /// @inheritdoc IClearinghouse
    function deposit(AccountId, address, uint256) external {
        Delegation.run(registrar);
    }

    /// @inheritdoc IClearinghouse
    function withdraw(AccountId, address, uint256, address) external {
        Delegation.run(registrar);
    }

    /// @inheritdoc IClearinghouse
    function batch(
        AccountId account,
        Call[] calldata calls
    ) external notEntered returns (bytes[] memory results) {
        if (_riskPaused) revert Clearinghouse_RiskPaused();
        results = _run(account, calls, Mode.Batch);
    }

    /// @inheritdoc IClearinghouse
    function reduce(
        AccountId account,
        Call[] calldata calls
    ) external notEntered returns (bytes[] memory results) {
        results = _run(account, calls, Mode.Reduce);
    }

    /// @inheritdoc IClearinghouse
    function moveCash(AccountId from, AccountId to, Usd amount) external onlyVenue {
        int256 value = Usd.unwrap(amount);
        if (value < 0) revert Clearinghouse_NegativeAmount(amount);
        if (from == to) revert Clearinghouse_SelfMove(from);
        if (value == 0) return;
        _touch(from);
        _shiftCash(from, to, value);
        emit CashMoved(from, to, amount, msg.sender);
        _followLock(from, to, _cashToken, Units.fromWadUp(uint256(value), _cashDecimals));
    }

    /// @inheritdoc IClearinghouse
    function movePosition(
        AccountId from,
        AccountId to,
        InstrumentId instrument,
        Quantity quantity
    ) external onlyVenue {
        if (from == to) revert Clearinghouse_SelfMove(from);
        if (Quantity.unwrap(quantity) == 0) revert Clearinghouse_ZeroAmount();
        _touch(from);
        _touch(to);
        _movePosition(from, to, instrument, quantity);
    }

    /// @inheritdoc IClearinghouse
    function setRiskPaused(bool) external {
        Delegation.run(registrar);
    }

    /// @inheritdoc IClearinghouse
    function totalDebt() external view returns (Usd) {
        Delegation.look(registrar);
    }

    /// @inheritdoc IClearinghouse
    function indices() external view returns (uint256 claimIndex, uint256 debtIndex) {
        Delegation.look(registrar);
    }

    /// @inheritdoc IClearinghouse
    function interestRate() external view returns (uint256 yearly, InterestTerms memory terms) {
        Delegation.look(registrar);
    }

    /// @inheritdoc IClearinghouse
    function debtLimits() external view returns (uint256 perAccount, uint256 total) {
        Delegation.look(registrar);
    }

    /// @inheritdoc IClearinghouse
    function interestReserve() external view returns (Usd) {
        Delegation.look(registrar);
    }

    /// @inheritdoc IClearinghouse
    function insuranceAccount() external view returns (AccountId) {
        Delegation.look(registrar);
    }

    /// @inheritdoc IClearinghouse
    function heldBack(AccountId, address) external view returns (uint256) {
        Delegation.look(registrar);
    }

    /// @inheritdoc IClearinghouse
    function withdrawable(AccountId, address) external view returns (uint256) {
        Delegation.look(registrar);
    }

    /// @inheritdoc IClearinghouse
    function collateralTotals(address) external view returns (uint256 amount, uint256 minimum) {
        Delegation.look(registrar);
    }

    /// @inheritdoc IClearinghouse
    function collateralAssets() external view returns (address[] memory) {
        Delegation.look(registrar);
    }

    /// @inheritdoc IClearinghouse
    function collateralAsset(address) external view returns (CollateralAsset memory) {
        Delegation.look(registrar);
    }

    /// @inheritdoc IClearinghouse
    function moveSlice(AccountId, AccountId, uint256) external {
        Delegation.run(slices);
    }

    /// @inheritdoc IClearinghouse
    function moveSliceOf(AccountId, AccountId, uint8, uint256, uint256) external returns (uint256 moved) {
        Delegation.run(slices);
    }

    /// @inheritdoc IClearinghouse
    function settlePosition(
        AccountId account,
        InstrumentId instrument,
        Usd cash
    ) external virtual notEntered restricted {
        Quantity quantity = _positionOf(account, instrument);
        if (Quantity.unwrap(quantity) == 0) revert Clearinghouse_NoPosition(account, instrument);
        _addPosition(account, instrument, -quantity);
        _addCash(account, Usd.unwrap(cash));
        _settlementTransit -= Usd.unwrap(cash);
        emit PositionSettled(account, instrument, quantity, cash);
    }

    /// @inheritdoc IClearinghouse
    function moveCollateral(AccountId, AccountId, address, uint256) external {
        Delegation.run(slices);
    }

    /// @inheritdoc IClearinghouse
    function setOperator(AccountId, address, uint256, uint256) external {
        Delegation.run(permits);
    }

    /// @inheritdoc IClearinghouse
    function permitOperator(AccountId, address, uint256, uint256, uint256, uint256, bytes calldata) external {
        Delegation.run(permits);
    }

    /// @inheritdoc IClearinghouse
    function cancelNonce(uint256) external {
        Delegation.run(permits);
    }

    /// @inheritdoc IClearinghouse
    function isNonceUsed(address, uint256) external view returns (bool) {
        Delegation.look(permits);
    }

    /// @inheritdoc IClearinghouse
    function domainSeparator() external view returns (bytes32) {
        Delegation.look(permits);
    }

    /// @inheritdoc IClearinghouse
    function shareLoss(AccountId, Usd) external {
        Delegation.run(registrar);
    }

    /// @inheritdoc IClearinghouse
    function setVenue(address, bool) external {
        Delegation.run(registrar);
    }

    /// @inheritdoc IClearinghouse
    function setCollateralAsset(address, uint8, uint128, bool) external {
        Delegation.run(registrar);
    }

    /// @inheritdoc IClearinghouse
    function collectInterest() external {
        Delegation.run(registrar);
    }

    /// @inheritdoc IClearinghouse
    function setInterestTerms(InterestTerms calldata) external {
        Delegation.run(registrar);
    }

    /// @inheritdoc IClearinghouse
    function setDebtLimits(uint128, uint128) external {
        Delegation.run(registrar);
    }

    /// @inheritdoc IClearinghouse
    function setInsuranceAccount(AccountId) external {
        Delegation.run(registrar);
    }

    /// @inheritdoc IClearinghouse
    function setHoldBackSource(IHoldBack) external {
        Delegation.run(registrar);
    }

    /// @inheritdoc IClearinghouse
    function setMinimumDeposit(address, uint128) external {
        Delegation.run(registrar);
    }

    /// @inheritdoc IClearinghouse
    function openBook(AccountId) external {
        Delegation.run(registrar);
    }

    /// @dev Runs a batch and checks every account it touched.
    function _run(
        AccountId account,
        Call[] calldata calls,
        Mode mode
    ) private returns (bytes[] memory results) {
        if (_mode != Mode.None) revert Clearinghouse_NestedBatch();
        if (calls.length == 0) revert Clearinghouse_EmptyBatch();
        _requireScope(account, SCOPE_TRADE);
        _mode = mode;
        _activeAccount = AccountId.unwrap(account);
        _activeCaller = msg.sender;
        results = new bytes[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            results[i] = _dispatch(i, calls[i]);
        }
        _checkTouched(mode);
        _mode = Mode.None;
        _activeAccount = 0;
        _activeCaller = address(0);
        _touchedCount = 0;
    }

    /// @dev Only the clearinghouse, the arrays and venues may be called: this contract holds everybody's tokens.
    function _dispatch(uint256 index, Call calldata call) private returns (bytes memory) {
        address target = call.target;
        if (target == address(books)) {
            _requireRefresh(call.data);
        } else if (target != address(this) && target != riskArrays && !_venues[target]) {
            revert Clearinghouse_BadTarget(target);
        }
        // solhint-disable-next-line avoid-low-level-calls
        (bool ok, bytes memory result) = target.call(call.data);
        if (!ok) revert Clearinghouse_CallFailed(index, result);
        return result;
    }

    /// @dev Books believe what this contract records with them, so nobody may speak to them in its name but to refresh.
    function _requireRefresh(bytes calldata data) internal view virtual {
        bytes4 selector = bytes4(data);
        if (selector != IBooks.refresh.selector && selector != IBooks.refreshAll.selector)
            revert Clearinghouse_BadTarget(address(books));
    }
}
