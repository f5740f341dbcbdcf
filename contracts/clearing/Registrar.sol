// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {CollateralAsset, InterestTerms} from "../interfaces/IClearinghouseTerms.sol";
import {IHoldBack} from "../interfaces/IInsurance.sol";
import {CollateralAmount, DataStatus, IRiskEngine, MarketVector} from "../interfaces/IRiskEngine.sol";
import {Units} from "../libraries/Units.sol";
import {AccountId} from "../types/AccountId.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";
import {InterestRateModel} from "./InterestRateModel.sol";
import {Permits} from "./Permits.sol";
import {Slices} from "./Slices.sol";
import {Solvency} from "./Solvency.sol";

/// @title Registrar
/// @notice What the clearinghouse does where tokens come and go, and seldom: deposits, withdrawals, permissions,
/// configuration, the sharing of a loss. Code only: the clearinghouse runs it on its own storage, so one contract need not
/// hold everything. Called by anyone else it writes to its own storage, which means nothing to anybody.
/// @dev Layout: both inherit the same bases in the same order and add no variables.
contract Registrar is Solvency {
    using SafeERC20 for IERC20;

    /// @dev Ten billion dollars.
    uint256 private constant MOST_DEBT = 1e28;

    /// @notice Code of operators and their permits.
    address public immutable permits;
    /// @notice Code of what moves shares of accounts.
    address public immutable slices;

    /// @param authority AccessManager of the system
    /// @param cashToken_ USDC
    /// @param engine risk engine
    constructor(
        address authority,
        address cashToken_,
        IRiskEngine engine
    ) Solvency(authority, cashToken_, engine) {
        permits = address(new Permits(authority, cashToken_, engine));
        slices = address(new Slices(authority, cashToken_, engine));
    }

    /// @notice USDC.
    function cashToken() external view returns (address) {
        return _cashToken;
    }

    /// @notice See IClearinghouse.
    function deposit(AccountId account, address asset, uint256 amount) external virtual notEntered {
        if (amount == 0) revert Clearinghouse_ZeroAmount();
        if (account.ownerOf() == address(0)) revert Clearinghouse_ZeroAddress();
        address payer = msg.sender == address(this) ? _activeCaller : msg.sender;
        if (asset != _cashToken) _requireWelcome(account, asset, amount, payer);
        _pull(asset, payer, amount);
        if (asset == _cashToken) {
            _receiveCash(account, amount);
        } else {
            _assetTotals[asset].amount += uint128(amount);
            _addCollateral(account, asset, amount);
        }
        emit Deposited(account, asset, amount, payer);
    }

    /// @notice See IClearinghouse.
    function withdraw(
        AccountId account,
        address asset,
        uint256 amount,
        address receiver
    ) external virtual notEntered {
        _requireScope(account, SCOPE_WITHDRAW);
        if (amount == 0) revert Clearinghouse_ZeroAmount();
        if (receiver == address(0)) revert Clearinghouse_ZeroAddress();
        _touch(account);
        _lockFor(account, asset, amount);
        if (asset == _cashToken) {
            _payCash(account, amount);
        } else {
            if (_assets[asset].decimals == 0) revert Clearinghouse_UnknownAsset(asset);
            _takeCollateral(account, asset, amount);
            _assetTotals[asset].amount -= uint128(amount);
        }
        // Without a price collateral counts for nothing, so in a reducing batch its loss would not show.
        if (_mode == Mode.None) _requireGoodHealth(account);
        else if (_mode == Mode.Reduce) _requireGoodData(account);
        emit Withdrawn(account, asset, amount, receiver);
        _entered = true;
        IERC20(asset).safeTransfer(receiver, amount);
        _entered = false;
    }

    /// @notice See IClearinghouse.
    function shareLoss(AccountId account, Usd amount) external notEntered restricted {
        if (Usd.unwrap(amount) <= 0) revert Clearinghouse_NegativeAmount(amount);
        _shareLoss(account, uint256(Usd.unwrap(amount)));
        _addCash(account, Usd.unwrap(amount));
    }

    /// @notice See IClearinghouse.
    function collectInterest() external notEntered {
        if (AccountId.unwrap(_insuranceAccount) == 0) revert Clearinghouse_ZeroAddress();
        _accrue();
        uint256 amount = _reserve;
        if (amount == 0) revert Clearinghouse_ZeroAmount();
        _reserve = 0;
        _addCash(_insuranceAccount, int256(amount));
        emit InterestCollected(_insuranceAccount, Usd.wrap(int256(amount)));
    }

    /// @notice See IClearinghouse.
    function setInterestTerms(InterestTerms calldata terms) external restricted {
        if (!InterestRateModel.isBounded(terms))
            revert Clearinghouse_OutOfBounds(
                InterestRateModel.yearlyRate(terms, 1e18),
                InterestRateModel.MAX_BASE + InterestRateModel.MAX_SLOPE + InterestRateModel.MAX_STEEP_SLOPE
            );
        Indices memory indices = _accrue();
        emit InterestTermsSet(_interestTerms, terms);
        _interestTerms = terms;
        _setTotals(_totals, indices);
    }

    /// @notice See IClearinghouse.
    function setDebtLimits(uint128 perAccount, uint128 total) external restricted {
        if (total > MOST_DEBT) revert Clearinghouse_OutOfBounds(total, MOST_DEBT);
        if (perAccount > total) revert Clearinghouse_OutOfBounds(perAccount, total);
        emit DebtLimitsSet(_debtLimits.perAccount, perAccount, _debtLimits.total, total);
        _debtLimits = DebtLimits(perAccount, total);
    }

    /// @notice See IClearinghouse.
    function setInsuranceAccount(AccountId account) external restricted {
        if (account.ownerOf() == address(0)) revert Clearinghouse_ZeroAddress();
        emit InsuranceAccountSet(_insuranceAccount, account);
        _insuranceAccount = account;
    }

    /// @notice See IClearinghouse.
    function setHoldBackSource(IHoldBack source) external restricted {
        emit HoldBackSourceSet(address(_holdBackSource), address(source));
        _holdBackSource = source;
    }

    /// @notice See IClearinghouse.
    function setMinimumDeposit(address asset, uint128 minimum) external restricted {
        uint8 decimals = _assets[asset].decimals;
        if (decimals == 0) revert Clearinghouse_UnknownAsset(asset);
        if (minimum > 10 ** decimals) revert Clearinghouse_OutOfBounds(minimum, 10 ** decimals);
        emit MinimumDepositSet(asset, _assetTotals[asset].minimum, minimum);
        _assetTotals[asset].minimum = minimum;
    }

    /// @notice See IClearinghouse.
    function setVenue(address venue, bool allowed) external restricted {
        if (venue == address(0)) revert Clearinghouse_ZeroAddress();
        if (venue == address(this) || venue == _cashToken || _assets[venue].decimals != 0) {
            revert Clearinghouse_BadTarget(venue);
        }
        _venues[venue] = allowed;
        emit VenueSet(venue, allowed);
    }

    /// @notice See IClearinghouse.
    function setCollateralAsset(
        address asset,
        uint8 market,
        uint128 cap,
        bool enabled
    ) external virtual restricted {
        if (asset == address(0)) revert Clearinghouse_ZeroAddress();
        if (asset == _cashToken || _venues[asset]) revert Clearinghouse_BadTarget(asset);
        CollateralAsset memory old = _configurationOf(asset);
        // An asset's market never changes: what is held would change its meaning.
        if (old.decimals == 0) {
            if (_assetList.length == MAX_ASSETS) revert Clearinghouse_TooManyAssets(MAX_ASSETS);
            _assetList.push(asset);
        } else {
            market = old.market;
        }
        uint8 decimals = old.decimals == 0 ? IERC20Metadata(asset).decimals() : old.decimals;
        if (decimals == 0) revert Clearinghouse_UnknownAsset(asset);
        Units.scaleOf(decimals);
        CollateralAsset memory configured = CollateralAsset(market, decimals, cap, enabled);
        _assets[asset] = Asset(market, decimals, cap, enabled, _assets[asset].levyIndex);
        emit CollateralSet(asset, old, configured);
    }

    /// @notice See IClearinghouse.
    function openBook(AccountId account) external restricted {
        _openBook(account);
    }

    /// @notice See IClearinghouse.
    function setRiskPaused(bool paused) external restricted {
        emit RiskPauseSet(_riskPaused, paused);
        _riskPaused = paused;
    }

    /// @notice See IClearinghouse.
    function totalDebt() external view returns (Usd) {
        return Usd.wrap(int256(uint256(_totals.debt)));
    }

    /// @notice See IClearinghouse.
    function indices() external view returns (uint256 claimIndex, uint256 debtIndex) {
        return (_indices.claim, _debtIndexNow(_indices));
    }

    /// @notice See IClearinghouse.
    function interestRate() external view returns (uint256 yearly, InterestTerms memory terms) {
        terms = _interestTerms;
        uint256 utilisation = InterestRateModel.utilisationOf(_totals.debt, _totals.claims);
        yearly = InterestRateModel.yearlyRate(terms, utilisation);
    }

    /// @notice See IClearinghouse.
    function debtLimits() external view returns (uint256 perAccount, uint256 total) {
        return (_debtLimits.perAccount, _debtLimits.total);
    }

    /// @notice See IClearinghouse.
    function interestReserve() external view returns (Usd) {
        return Usd.wrap(int256(uint256(_reserve)));
    }

    /// @notice See IClearinghouse.
    function insuranceAccount() external view returns (AccountId) {
        return _insuranceAccount;
    }

    /// @notice See IClearinghouse.
    function heldBack(AccountId account, address asset) external view returns (uint256) {
        return _heldBack(account, asset);
    }

    /// @notice See IClearinghouse.
    function withdrawable(AccountId account, address asset) external view returns (uint256) {
        return _withdrawable(account, asset);
    }

    /// @notice See IClearinghouse.
    function collateralTotals(address asset) external view returns (uint256 amount, uint256 minimum) {
        return (_assetTotals[asset].amount, _assetTotals[asset].minimum);
    }

    /// @notice See IClearinghouse.
    function collateralAssets() external view returns (address[] memory) {
        return _assetList;
    }

    /// @notice See IClearinghouse.
    function collateralAsset(address asset) external view returns (CollateralAsset memory) {
        return _configurationOf(asset);
    }

    /// @dev Unknown or disabled assets, amounts beyond the cap, dust of strangers, and what would keep an account at risk
    /// from being judged, are refused before anything moves.
    function _requireWelcome(
        AccountId account,
        address asset,
        uint256 amount,
        address payer
    ) internal view virtual {
        Asset memory configured = _assets[asset];
        if (!configured.enabled) revert Clearinghouse_UnknownAsset(asset);
        AssetTotal memory held = _assetTotals[asset];
        if (held.amount + amount > configured.cap)
            revert Clearinghouse_CapExceeded(asset, held.amount + amount, configured.cap);
        bool isStranger = !_isAuthorised(account, payer, 0);
        if (isStranger && amount < held.minimum)
            revert Clearinghouse_BelowMinimum(asset, amount, held.minimum);
        bool isNew = _collateralOf(account, asset) == 0 && !_isDebtFree(account);
        if (!isStranger && !isNew) return;
        DataStatus status = _statusOf(asset, amount);
        if (status == DataStatus.Unusable || (isStranger && status != DataStatus.Good))
            revert Clearinghouse_NoPrice(asset);
    }

    function _pull(address asset, address payer, uint256 amount) internal virtual {
        _entered = true;
        uint256 before = IERC20(asset).balanceOf(address(this));
        IERC20(asset).safeTransferFrom(payer, address(this), amount);
        uint256 received = IERC20(asset).balanceOf(address(this)) - before;
        _entered = false;
        if (received != amount) revert Clearinghouse_ReceivedLess(asset, amount, received);
    }

    /// @dev Lowers every claim by the same share, so that together they lose `loss`. Collateral's part rounds up to the
    /// wei and comes first, so cash is never asked for more than its part; the index rounds down, so the sum of balances can
    /// only be less than the claims recorded.
    function _shareLoss(AccountId account, uint256 loss) private {
        // Before anything is read: what the account still owes of earlier levies changes totals.
        for (uint256 i = 0; i < _assetList.length; ++i) _collectLevy(account, _assetList[i]);
        Indices memory indices = _accrue();
        (uint256[] memory values, uint256 all) = _collateralValues(account);
        Totals memory totals = _totals;
        all += totals.claims;
        uint256 left = loss;
        if (loss < all) {
            for (uint256 i = 0; i < values.length; ++i) {
                if (values[i] == 0) continue;
                uint256 levy = _ceilDiv(loss * values[i], all);
                if (levy > left) levy = left;
                left -= levy;
                _raiseLevy(account, _assetList[i], levy);
            }
        }
        uint88 oldIndex = indices.claim;
        if (left != 0 && left < totals.claims) {
            uint256 claims = totals.claims - left;
            indices.claim = uint88((oldIndex * claims) / totals.claims);
            totals.claims = uint128(claims);
        } else if (left != 0) {
            indices.claim = 0;
        }
        if (indices.claim == 0)
            revert Clearinghouse_LossExceedsClaims(Usd.wrap(int256(loss)), Usd.wrap(int256(all)));
        _indices = indices;
        _setTotals(totals, indices);
        emit LossShared(account, Usd.wrap(int256(loss)), Usd.wrap(int256(left)), oldIndex, indices.claim);
    }

    /// @dev What others hold of each asset is worth at its live price [wad USD], and their sum. Nothing, if it has no price
    /// or the engine cannot say: a loss must find its payers whatever happens to one feed.
    function _collateralValues(
        AccountId account
    ) private view returns (uint256[] memory values, uint256 total) {
        values = new uint256[](_assetList.length);
        CollateralAmount[] memory held = new CollateralAmount[](1);
        for (uint256 i = 0; i < values.length; ++i) {
            address token = _assetList[i];
            uint256 units = _unitsOfOthers(account, token);
            if (units == 0) continue;
            held[0] = CollateralAmount(_assets[token].market, Quantity.wrap(int256(units)));
            try riskEngine.nodeVectors(held, new uint256[](0), true) returns (MarketVector[] memory vectors) {
                values[i] = vectors[0].collateral;
                total += values[i];
            } catch {
                values[i] = 0;
            }
        }
    }

    /// @dev Charges `levy` to all units of an asset but the account's own, which is credited with what the rest pays.
    function _raiseLevy(AccountId account, address token, uint256 levy) private {
        if (levy == 0) return;
        uint256 oldIndex = _assets[token].levyIndex;
        uint256 newIndex = oldIndex + _ceilDiv(levy * WAD, _unitsOfOthers(account, token));
        if (newIndex > type(uint104).max) revert Clearinghouse_AmountTooLarge(newIndex);
        _assets[token].levyIndex = uint104(newIndex);
        _skipLevy(account, token);
        emit LevyRaised(token, Usd.wrap(int256(levy)), oldIndex, newIndex);
    }

    /// @dev [wad units]
    function _unitsOfOthers(AccountId account, address token) private view returns (uint256) {
        return
            Units.toWad(_assetTotals[token].amount - _collateralOf(account, token), _assets[token].decimals);
    }
}
