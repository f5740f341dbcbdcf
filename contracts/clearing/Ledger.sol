// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBooks} from "../interfaces/IBooks.sol";
import {CollateralAsset} from "../interfaces/IClearinghouseTerms.sol";
import {CollateralAmount, Portfolio} from "../interfaces/IRiskEngine.sol";
import {Units} from "../libraries/Units.sol";
import {AccountId} from "../types/AccountId.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";
import {CashLedger} from "./CashLedger.sol";

/// @notice Collateral above cash and positions. Collateral bears its part of a shared loss as a levy in cash: an index
/// an asset of what one unit has been charged so far. No permissions, and no external calls but those of the books.
abstract contract Ledger is CashLedger {
    /// @dev One word. `levyIndex` [wad USD a unit of the underlying] only grows.
    struct Asset {
        uint8 market;
        uint8 decimals;
        uint128 cap;
        bool enabled;
        uint104 levyIndex;
    }

    /// @dev One word: what an account holds [token units], and the asset's levy index it has paid up to.
    struct Holding {
        uint128 amount;
        uint104 levyIndex;
    }

    /// @dev One word [token units]: all that is held, and the least that a deposit may be.
    struct AssetTotal {
        uint128 amount;
        uint128 minimum;
    }

    /// @notice Most collateral assets.
    uint256 public constant MAX_ASSETS = 8;

    mapping(AccountId => mapping(address => Holding)) private _collateral;
    mapping(address => Asset) internal _assets;
    mapping(address => AssetTotal) internal _assetTotals;
    address[] internal _assetList;

    constructor(address cashToken, IBooks books_) CashLedger(cashToken, books_) {}

    /// @dev Signed cash: booked, less what levies have charged since.
    function _cashOf(AccountId account) internal view returns (Usd) {
        AccountSlot memory slot = _accounts[account];
        int256 cash = _bookedCash(slot);
        if (slot.assets != 0) {
            for (uint256 i = 0; i < MAX_ASSETS; ++i) {
                if (slot.assets & (1 << i) == 0) continue;
                address asset = _assetList[i];
                cash -= int256(_levyOf(_collateral[account][asset], _assets[asset]));
            }
        }
        return Usd.wrap(cash);
    }

    function _collateralOf(AccountId account, address asset) internal view returns (uint256) {
        return _collateral[account][asset].amount;
    }

    /// @dev Everything that margin depends on. A market that an account is not in must not decide whether it can be
    /// judged, so only what is held is listed.
    function _portfolioOf(AccountId account) internal view returns (Portfolio memory held) {
        AccountSlot memory slot = _accounts[account];
        held.account = account;
        held.hasBook = slot.hasBook;
        held.positionWords = _legWords(account, slot);
        int256 cash = _bookedCash(slot);
        uint256 bits = slot.assets;
        uint256 count = 0;
        for (uint256 left = bits; left != 0; left &= left - 1) ++count;
        held.collateral = new CollateralAmount[](count);
        count = 0;
        for (uint256 i = 0; bits >> i != 0; ++i) {
            if (bits & (1 << i) == 0) continue;
            address token = _assetList[i];
            Asset memory asset = _assets[token];
            Holding memory holding = _collateral[account][token];
            cash -= int256(_levyOf(holding, asset));
            uint256 amount = Units.toWad(holding.amount, asset.decimals);
            held.collateral[count++] = CollateralAmount(asset.market, Quantity.wrap(int256(amount)));
        }
        held.cash = Usd.wrap(cash);
    }

    /// @dev Collateral of one market [wad]: no cash, no legs, for a quote asks with every trade.
    function _collateralIn(AccountId account, uint8 market) internal view returns (uint256 sum) {
        uint256 bits = _accounts[account].assets;
        for (uint256 i = 0; bits >> i != 0; ++i) {
            if (bits & (1 << i) == 0) continue;
            address token = _assetList[i];
            Asset memory asset = _assets[token];
            if (asset.market == market)
                sum += Units.toWad(_collateral[account][token].amount, asset.decimals);
        }
    }

    function _configurationOf(address token) internal view returns (CollateralAsset memory) {
        Asset memory asset = _assets[token];
        return CollateralAsset(asset.market, asset.decimals, asset.cap, asset.enabled);
    }

    /// @dev Whether nothing but cash and collateral can be lost: no positions, and no debt.
    function _isDebtFree(AccountId account) internal view returns (bool) {
        return _accounts[account].positions == 0 && Usd.unwrap(_cashOf(account)) >= 0;
    }

    /// @dev Books cash tokens about to leave. While others owe cash, less may be held than all claims together.
    function _payCash(AccountId account, uint256 units) internal {
        int256 needed = int256(Units.toWad(units, _cashDecimals));
        Usd available = _cashOf(account);
        if (Usd.unwrap(available) < needed) {
            revert Clearinghouse_InsufficientCash(account, available, Usd.wrap(needed));
        }
        if (_cashHeld < units) revert Clearinghouse_CashLentOut(_cashHeld, units);
        _cashHeld -= uint128(units);
        _addCash(account, -needed);
    }

    /// @dev Adds collateral that the clearinghouse has received or taken from another account.
    function _addCollateral(AccountId account, address asset, uint256 amount) internal {
        _setCollateral(account, asset, _collateral[account][asset].amount + amount);
    }

    /// @dev Takes collateral from an account.
    function _takeCollateral(AccountId account, address asset, uint256 amount) internal {
        uint256 available = _collateral[account][asset].amount;
        if (available < amount)
            revert Clearinghouse_InsufficientCollateral(account, asset, available, amount);
        _setCollateral(account, asset, available - amount);
    }

    /// @dev Charges what levies are open on one asset of an account to its cash.
    function _collectLevy(AccountId account, address token) internal {
        Holding memory holding = _collateral[account][token];
        Asset memory asset = _assets[token];
        if (holding.levyIndex == asset.levyIndex) return;
        _collateral[account][token].levyIndex = asset.levyIndex;
        uint256 levy = _levyOf(holding, asset);
        if (levy == 0) return;
        _addCash(account, -int256(levy));
        emit LevyCollected(account, token, Usd.wrap(int256(levy)));
    }

    /// @dev Lets one holding out of a levy just raised.
    function _skipLevy(AccountId account, address token) internal {
        _collateral[account][token].levyIndex = _assets[token].levyIndex;
    }

    function _setCollateral(AccountId account, address token, uint256 amount) private {
        _collectLevy(account, token);
        if (amount > type(uint128).max) revert Clearinghouse_CapExceeded(token, amount, type(uint128).max);
        uint256 before = _collateral[account][token].amount;
        _collateral[account][token].amount = uint128(amount);
        if ((before == 0) == (amount == 0)) return;
        uint256 i = 0;
        while (_assetList[i] != token) ++i;
        _accounts[account].assets ^= uint8(1 << i);
    }

    /// @dev Open levies of a holding, rounded up.
    function _levyOf(Holding memory holding, Asset memory asset) private pure returns (uint256) {
        if (holding.levyIndex == asset.levyIndex || holding.amount == 0) return 0;
        uint256 units = Units.toWad(holding.amount, asset.decimals);
        return _ceilDiv(units * (asset.levyIndex - holding.levyIndex), WAD);
    }
}
