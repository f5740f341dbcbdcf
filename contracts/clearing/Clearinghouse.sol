// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Call, CollateralAsset, IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {Assessment, DataStatus, IRiskEngine} from "../interfaces/IRiskEngine.sol";
import {Units} from "../libraries/Units.sol";
import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";
import {Standing} from "./BatchContext.sol";
import {Ledger} from "./Ledger.sol";
import {Permissions} from "./Permissions.sol";

/// @title The ledger of every account
/// @notice Holds all cash (USDC), collateral and positions. Trusts the risk engine's verdict, the curator who registers
/// venues, and registered venues to move things between accounts. It must stay alive for anybody to leave; it calls
/// nothing but the risk engine and the tokens themselves, and an account without positions or debt needs neither
/// price nor engine to leave.
/// @dev Tokens: no fee on transfer (refused), no rebasing, at most 18 decimals. Donations are not counted.
contract Clearinghouse is Ledger, Permissions, AccessManaged {
    using SafeERC20 for IERC20;

    uint256 private constant WAD = 1e18;

    /// @notice The margin model.
    IRiskEngine public immutable riskEngine;
    /// @notice Risk arrays may be refreshed from within a batch; they gain no right to move anything.
    address public immutable riskArrays;

    bool private _riskPaused;
    mapping(address => bool) private _venues;

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

    /// @param authority AccessManager of the system
    /// @param cashToken USDC
    /// @param engine risk engine; also tells where the risk arrays are
    constructor(
        address authority,
        address cashToken,
        IRiskEngine engine
    ) Ledger(cashToken, engine.books()) AccessManaged(authority) {
        riskEngine = engine;
        riskArrays = engine.arrays();
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
        _slicePositions(from, to, fraction);
        uint256 length = _assetList.length;
        for (uint256 i = 0; i < length; ++i) {
            address asset = _assetList[i];
            uint256 amount = (collateralOf(from, asset) * fraction) / WAD;
            if (amount != 0) _moveCollateral(from, to, asset, amount);
        }
        _sliceCash(from, to, fraction);
    }

    /// @inheritdoc IClearinghouse
    function settlePosition(
        AccountId account,
        InstrumentId instrument,
        Usd cash
    ) external notEntered restricted {
        Quantity quantity = positionOf(account, instrument);
        if (Quantity.unwrap(quantity) == 0) revert Clearinghouse_NoPosition(account, instrument);
        _addPosition(account, instrument, -quantity);
        _addCash(account, Usd.unwrap(cash));
        _settlementTransit -= Usd.unwrap(cash);
        emit PositionSettled(account, instrument, quantity, cash);
    }

    /// @inheritdoc IClearinghouse
    function shareLoss(AccountId account, Usd amount) external notEntered restricted {
        if (Usd.unwrap(amount) <= 0) revert Clearinghouse_NegativeAmount(amount);
        (uint256 oldIndex, uint256 newIndex) = _shareLoss(uint256(Usd.unwrap(amount)));
        _addCash(account, Usd.unwrap(amount));
        emit LossShared(amount, oldIndex, newIndex);
    }

    /// @inheritdoc IClearinghouse
    function requireHealthy(AccountId account) external view {
        _requireCountable(account);
        _requireInitial(account, riskEngine.assessAnyway(portfolio(account)));
    }

    /// @inheritdoc IClearinghouse
    function assess(AccountId account) external view returns (Assessment memory) {
        return riskEngine.assessAnyway(portfolio(account));
    }

    /// @inheritdoc IClearinghouse
    function riskPaused() external view returns (bool) {
        return _riskPaused;
    }

    /// @inheritdoc IClearinghouse
    function setVenue(address venue, bool allowed) external restricted {
        if (venue == address(0)) revert Clearinghouse_ZeroAddress();
        if (venue == address(this) || venue == _cashToken || _collateralAssets[venue].decimals != 0) {
            revert Clearinghouse_BadTarget(venue);
        }
        _venues[venue] = allowed;
        emit VenueSet(venue, allowed);
    }

    /// @inheritdoc IClearinghouse
    function setCollateralAsset(address asset, uint8 market, uint128 cap, bool enabled) external restricted {
        if (asset == address(0)) revert Clearinghouse_ZeroAddress();
        if (asset == _cashToken || _venues[asset]) revert Clearinghouse_BadTarget(asset);
        CollateralAsset memory old = _collateralAssets[asset];
        // An asset's market never changes: what is held would change its meaning.
        if (old.decimals == 0) _assetList.push(asset);
        else market = old.market;
        CollateralAsset memory configured = CollateralAsset(
            market,
            old.decimals == 0 ? IERC20Metadata(asset).decimals() : old.decimals,
            cap,
            enabled
        );
        if (configured.decimals == 0) revert Clearinghouse_UnknownAsset(asset);
        Units.scaleOf(configured.decimals);
        _collateralAssets[asset] = configured;
        emit CollateralSet(asset, old, configured);
    }

    /// @inheritdoc IClearinghouse
    function openBook(AccountId account) external restricted {
        _openBook(account);
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

    /// @dev Remembers that `account` may have gained risk; in a reducing batch, with how it stood before.
    function _touch(AccountId account) private {
        if (_mode == Mode.None || _touchedIndex(account) < _touchedCount) return;
        Standing memory before;
        if (_mode == Mode.Reduce) before = _standing(account);
        _appendTouched(account, before);
    }

    function _checkTouched(Mode mode) private view {
        for (uint256 i = 0; i < _touchedCount; ++i) {
            (AccountId account, Standing memory before) = _touchedAt(i);
            _requireCountable(account);
            if (mode == Mode.Batch) _requireGoodHealth(account);
            else if (!_isDebtFree(account)) _requireLessRisk(account, before);
        }
    }

    /// @dev Money added in the same batch must not pay for new risk, so the requirement itself may not rise either. A
    /// counterparty may, as long as it keeps its initial requirement. Maintenance falls by less than that does.
    function _requireLessRisk(AccountId account, Standing memory before) private view {
        Standing memory standing = _standing(account);
        bool isOwn = account.ownerOf() == AccountId.wrap(_activeAccount).ownerOf();
        if (!isOwn && standing.excess >= 0) return;
        if (standing.excess < before.excess || (isOwn && standing.requirement > before.requirement))
            revert Clearinghouse_RiskRose(account, Usd.wrap(before.excess), Usd.wrap(standing.excess));
        if (standing.headroom < 0 && standing.headroom < before.headroom)
            revert Clearinghouse_HealthFell(account, Usd.wrap(before.headroom), Usd.wrap(standing.headroom));
    }

    /// @dev How an account stands, whatever the age of the data.
    function _standing(AccountId account) private view returns (Standing memory standing) {
        Assessment memory verdict = riskEngine.assessAnyway(portfolio(account));
        standing.excess = Usd.unwrap(verdict.equity - verdict.initialRequirement);
        standing.requirement = Usd.unwrap(verdict.initialRequirement);
        standing.headroom = Usd.unwrap(verdict.equity - verdict.maintenanceRequirement);
    }

    /// @dev Accounts that can lose nothing need no price; all others need good data and their initial requirement.
    function _requireGoodHealth(AccountId account) private view {
        if (_isDebtFree(account)) return;
        Assessment memory verdict = riskEngine.assess(portfolio(account));
        if (verdict.status != DataStatus.Good) revert Clearinghouse_DataNotGood(account);
        _requireInitial(account, verdict);
    }

    function _requireGoodData(AccountId account) private view {
        if (_isDebtFree(account)) return;
        Assessment memory verdict = riskEngine.assessAnyway(portfolio(account));
        if (verdict.status != DataStatus.Good) revert Clearinghouse_DataNotGood(account);
    }

    function _requireInitial(AccountId account, Assessment memory verdict) private pure {
        if (verdict.equity < verdict.initialRequirement) {
            revert Clearinghouse_BelowInitial(account, verdict.equity, verdict.initialRequirement);
        }
    }

    function _movePosition(AccountId from, AccountId to, InstrumentId instrument, Quantity quantity) private {
        _addPosition(from, instrument, -quantity);
        _addPosition(to, instrument, quantity);
        emit PositionMoved(from, to, instrument, quantity, msg.sender);
    }

    function _moveCollateral(AccountId from, AccountId to, address asset, uint256 amount) private {
        _takeCollateral(from, asset, amount);
        _addCollateral(to, asset, amount);
        emit CollateralMoved(from, to, asset, amount, msg.sender);
    }

    /// @dev Walks a copy of the entries, so that removing one while moving disturbs nothing.
    function _slicePositions(AccountId from, AccountId to, uint256 fraction) private {
        uint256[] memory words = positionWords(from);
        for (uint256 i = words.length; i > 0; --i) {
            uint256 word = words[i - 1];
            _sliceEntry(from, to, word >> 128, fraction);
            _sliceEntry(from, to, uint128(word), fraction);
        }
    }

    function _sliceEntry(AccountId from, AccountId to, uint256 entry, uint256 fraction) private {
        if (entry == 0) return;
        int256 units = int256(int64(uint64(entry)));
        // Division truncates towards zero; what is left over stays with the seller of the slice.
        int256 part = (units * int256(fraction)) / int256(WAD);
        if (part != 0)
            _movePosition(from, to, InstrumentId.wrap(uint64(entry >> 64)), Quantity.wrap(part * 1e10));
    }

    function _sliceCash(AccountId from, AccountId to, uint256 fraction) private {
        int256 amount = (Usd.unwrap(cashOf(from)) * int256(fraction)) / int256(WAD);
        if (amount == 0) return;
        _addCash(from, -amount);
        _addCash(to, amount);
        // Debt moves as well: a negative slice is cash moved the other way.
        if (amount > 0) emit CashMoved(from, to, Usd.wrap(amount), msg.sender);
        else emit CashMoved(to, from, Usd.wrap(-amount), msg.sender);
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
}
