// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Call, IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {CollateralAsset} from "../interfaces/IClearinghouseTerms.sol";
import {IRiskEngine} from "../interfaces/IRiskEngine.sol";
import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";
import {LedgerViews} from "./LedgerViews.sol";
import {Registrar} from "./Registrar.sol";
import {Slices} from "./Slices.sol";
import {Solvency} from "./Solvency.sol";

/// @title The ledger of every account
/// @notice Holds all cash (USDC), collateral and positions. Trusts the risk engine's verdict, the curator who registers
/// venues, and registered venues to move things between accounts. It must stay alive for anybody to leave; it calls
/// nothing but the risk engine and the tokens themselves, and an account without positions or debt needs neither
/// price nor engine to leave.
/// @dev Tokens: no fee on transfer (refused), no rebasing, at most 18 decimals. Donations are not counted.
contract Clearinghouse is LedgerViews, Slices {
    using SafeERC20 for IERC20;

    /// @notice Risk arrays may be refreshed from within a batch; they gain no right to move anything.
    address public immutable riskArrays;
    /// @notice Code of what is done seldom.
    address public immutable registrar;

    /// @param authority AccessManager of the system
    /// @param cashToken USDC
    /// @param engine risk engine; also tells where the risk arrays are
    constructor(
        address authority,
        address cashToken,
        IRiskEngine engine
    ) Solvency(authority, cashToken, engine) {
        riskArrays = engine.arrays();
        registrar = address(new Registrar(authority, cashToken, engine));
    }

    /// @inheritdoc IClearinghouse
    function deposit(AccountId account, address asset, uint256 amount) external notEntered {
        if (amount == 0) revert Clearinghouse_ZeroAmount();
        if (account.ownerOf() == address(0)) revert Clearinghouse_ZeroAddress();
        address payer = msg.sender == address(this) ? _activeCaller : msg.sender;
        _requireRoom(asset, amount);
        _pull(asset, payer, amount);
        if (asset == _cashToken) {
            _receiveCash(account, amount);
        } else {
            _totalCollateral[asset] += amount;
            _addCollateral(account, asset, amount);
        }
        emit Deposited(account, asset, amount, payer);
    }

    /// @inheritdoc IClearinghouse
    function withdraw(
        AccountId account,
        address asset,
        uint256 amount,
        address receiver
    ) external notEntered {
        _requireScope(account, SCOPE_WITHDRAW);
        if (amount == 0) revert Clearinghouse_ZeroAmount();
        if (receiver == address(0)) revert Clearinghouse_ZeroAddress();
        _touch(account);
        if (asset == _cashToken) {
            _payCash(account, amount);
        } else {
            if (_collateralAssets[asset].decimals == 0) revert Clearinghouse_UnknownAsset(asset);
            _takeCollateral(account, asset, amount);
            _totalCollateral[asset] -= amount;
        }
        // Without a price collateral counts for nothing, so in a reducing batch its loss would not show.
        if (_mode == Mode.None) _requireGoodHealth(account);
        else if (_mode == Mode.Reduce) _requireGoodData(account);
        emit Withdrawn(account, asset, amount, receiver);
        _entered = true;
        IERC20(asset).safeTransfer(receiver, amount);
        _entered = false;
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
        _addCash(from, -value);
        _addCash(to, value);
        emit CashMoved(from, to, amount, msg.sender);
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
    function moveCollateral(AccountId from, AccountId to, address asset, uint256 amount) external onlyVenue {
        if (from == to) revert Clearinghouse_SelfMove(from);
        if (amount == 0) revert Clearinghouse_ZeroAmount();
        _touch(from);
        _moveCollateral(from, to, asset, amount);
    }

    /// @inheritdoc IClearinghouse
    function moveSlice(AccountId from, AccountId to, uint256 fraction) external onlyVenue {
        if (from == to) revert Clearinghouse_SelfMove(from);
        if (fraction == 0) revert Clearinghouse_ZeroAmount();
        if (fraction > WAD) fraction = WAD;
        _touch(to);
        _moveSlice(from, to, fraction);
    }

    /// @inheritdoc IClearinghouse
    function moveSliceOf(
        AccountId from,
        AccountId to,
        uint8 market,
        uint256 expiry,
        uint256 fraction
    ) external onlyVenue returns (uint256 moved) {
        if (from == to) revert Clearinghouse_SelfMove(from);
        if (fraction == 0) revert Clearinghouse_ZeroAmount();
        _touch(from);
        _touch(to);
        uint256 group = (uint256(market) << 20) | (expiry / 1 hours);
        return _moveGroup(from, to, group, fraction > WAD ? WAD : fraction);
    }

    /// @inheritdoc IClearinghouse
    function settlePosition(
        AccountId account,
        InstrumentId instrument,
        Usd cash
    ) external notEntered restricted {
        Quantity quantity = _positionOf(account, instrument);
        if (Quantity.unwrap(quantity) == 0) revert Clearinghouse_NoPosition(account, instrument);
        _addPosition(account, instrument, -quantity);
        _addCash(account, Usd.unwrap(cash));
        _settlementTransit -= Usd.unwrap(cash);
        emit PositionSettled(account, instrument, quantity, cash);
    }

    /// @inheritdoc IClearinghouse
    function setOperator(AccountId, address, uint256, uint256) external {
        _register();
    }

    /// @inheritdoc IClearinghouse
    function permitOperator(AccountId, address, uint256, uint256, uint256, uint256, bytes calldata) external {
        _register();
    }

    /// @inheritdoc IClearinghouse
    function shareLoss(AccountId, Usd) external {
        _register();
    }

    /// @inheritdoc IClearinghouse
    function setVenue(address, bool) external {
        _register();
    }

    /// @inheritdoc IClearinghouse
    function setCollateralAsset(address, uint8, uint128, bool) external {
        _register();
    }

    /// @inheritdoc IClearinghouse
    function openBook(AccountId) external {
        _register();
    }

    /// @inheritdoc IClearinghouse
    function setRiskPaused(bool paused) external restricted {
        emit RiskPauseSet(_riskPaused, paused);
        _riskPaused = paused;
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
        if (target != address(this) && target != riskArrays && target != address(books) && !_venues[target])
            revert Clearinghouse_BadTarget(target);
        // solhint-disable-next-line avoid-low-level-calls
        (bool ok, bytes memory result) = target.call(call.data);
        if (!ok) revert Clearinghouse_CallFailed(index, result);
        return result;
    }

    /// @dev Unknown or disabled assets, and amounts beyond the cap, are refused before anything moves.
    function _requireRoom(address asset, uint256 amount) private view {
        if (asset == _cashToken) return;
        CollateralAsset memory configured = _collateralAssets[asset];
        if (!configured.enabled) revert Clearinghouse_UnknownAsset(asset);
        uint256 total = _totalCollateral[asset] + amount;
        if (total > configured.cap) revert Clearinghouse_CapExceeded(asset, total, configured.cap);
    }

    function _pull(address asset, address payer, uint256 amount) private {
        _entered = true;
        uint256 before = IERC20(asset).balanceOf(address(this));
        IERC20(asset).safeTransferFrom(payer, address(this), amount);
        uint256 received = IERC20(asset).balanceOf(address(this)) - before;
        _entered = false;
        if (received != amount) revert Clearinghouse_ReceivedLess(asset, amount, received);
    }

    /// @dev Runs the call in hand with the registrar's code on this contract's storage, and ends it as that ends.
    function _register() private {
        address code = registrar;
        assembly ("memory-safe") {
            let pointer := mload(0x40)
            calldatacopy(pointer, 0, calldatasize())
            let done := delegatecall(gas(), code, pointer, calldatasize(), 0, 0)
            returndatacopy(pointer, 0, returndatasize())
            switch done
            case 0 {
                revert(pointer, returndatasize())
            }
            default {
                return(pointer, returndatasize())
            }
        }
    }
}
