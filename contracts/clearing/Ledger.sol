// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IBooks} from "../interfaces/IBooks.sol";
import {CollateralAsset} from "../interfaces/IClearinghouseTerms.sol";
import {CollateralAmount, Portfolio} from "../interfaces/IRiskEngine.sol";
import {Units} from "../libraries/Units.sol";
import {AccountId} from "../types/AccountId.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";
import {PositionLedger} from "./PositionLedger.sol";

/// @notice Cash with its loss index and collateral, above the positions. No permissions, and no external calls but
/// those of the books that follow positions.
abstract contract Ledger is PositionLedger {
    uint104 internal constant FULL_INDEX = 1e27;

    address internal immutable _cashToken;
    uint8 internal immutable _cashDecimals;

    uint104 internal _lossIndex = FULL_INDEX;
    /// @dev Cash tokens received less those paid [token units]; what is merely sent here does not count.
    uint256 private _cashHeld;
    uint256 internal _totalClaims;
    int256 internal _settlementTransit;
    mapping(AccountId => mapping(address => uint256)) private _collateral;
    mapping(address => uint256) internal _totalCollateral;
    mapping(address => CollateralAsset) internal _collateralAssets;
    address[] internal _assetList;

    constructor(address cashToken, IBooks books_) PositionLedger(books_) {
        if (cashToken == address(0)) revert Clearinghouse_ZeroAddress();
        _cashToken = cashToken;
        _cashDecimals = IERC20Metadata(cashToken).decimals();
        Units.scaleOf(_cashDecimals);
    }

    /// @dev Signed cash after the loss index.
    function _cashOf(AccountId account) internal view returns (Usd) {
        return Usd.wrap(_effectiveCash(_accounts[account]));
    }

    function _collateralOf(AccountId account, address asset) internal view returns (uint256) {
        return _collateral[account][asset];
    }

    /// @dev Everything that margin depends on.
    function _portfolioOf(AccountId account) internal view returns (Portfolio memory held) {
        AccountSlot memory slot = _accounts[account];
        held.account = account;
        held.cash = Usd.wrap(_effectiveCash(slot));
        held.hasBook = slot.hasBook;
        held.positionWords = _legWords(account, slot);
        uint256 length = _assetList.length;
        held.collateral = new CollateralAmount[](length);
        uint256 count = 0;
        for (uint256 i = 0; i < length; ++i) {
            address asset = _assetList[i];
            uint256 units = _collateral[account][asset];
            // A market that an account is not in must not decide whether it can be judged.
            if (units == 0) continue;
            CollateralAsset storage configured = _collateralAssets[asset];
            uint256 amount = Units.toWad(units, configured.decimals);
            held.collateral[count++] = CollateralAmount(configured.market, Quantity.wrap(int256(amount)));
        }
        CollateralAmount[] memory collateral = held.collateral;
        assembly ("memory-safe") {
            // Shortens the list to what is held.
            mstore(collateral, count)
        }
    }

    /// @dev Whether nothing but cash and collateral can be lost: no positions, and no debt.
    function _isDebtFree(AccountId account) internal view returns (bool) {
        AccountSlot memory slot = _accounts[account];
        return slot.positions == 0 && slot.cash >= 0;
    }

    /// @dev Adds signed `amount` to an account's cash, at the current loss index.
    function _addCash(AccountId account, int256 amount) internal {
        AccountSlot storage slot = _accounts[account];
        int256 before = _effectiveCash(slot);
        int256 afterwards = before + amount;
        if (int128(afterwards) != afterwards)
            revert Clearinghouse_InsufficientCash(account, Usd.wrap(before), Usd.wrap(amount));
        slot.cash = int128(afterwards);
        slot.index = _lossIndex;
        _totalClaims = _totalClaims + _positive(afterwards) - _positive(before);
    }

    /// @dev Books cash tokens that have arrived.
    function _receiveCash(AccountId account, uint256 units) internal {
        _cashHeld += units;
        _addCash(account, int256(Units.toWad(units, _cashDecimals)));
    }

    /// @dev Books cash tokens about to leave. While others owe cash, less may be held than all claims together.
    function _payCash(AccountId account, uint256 units) internal {
        int256 needed = int256(Units.toWad(units, _cashDecimals));
        Usd available = _cashOf(account);
        if (Usd.unwrap(available) < needed) {
            revert Clearinghouse_InsufficientCash(account, available, Usd.wrap(needed));
        }
        if (_cashHeld < units) revert Clearinghouse_CashLentOut(_cashHeld, units);
        _cashHeld -= units;
        _addCash(account, -needed);
    }

    /// @dev Adds collateral that the clearinghouse has received or taken from another account.
    function _addCollateral(AccountId account, address asset, uint256 amount) internal {
        _collateral[account][asset] += amount;
    }

    /// @dev Takes collateral from an account.
    function _takeCollateral(AccountId account, address asset, uint256 amount) internal {
        uint256 available = _collateral[account][asset];
        if (available < amount)
            revert Clearinghouse_InsufficientCollateral(account, asset, available, amount);
        _collateral[account][asset] = available - amount;
    }

    /// @dev Lowers every positive balance by the same share, so that together they lose `amount`. Balances round down;
    /// the index rounds down too, so the sum of balances can only be less than the claims recorded.
    function _shareLoss(uint256 amount) internal returns (uint256 oldIndex, uint256 newIndex) {
        uint256 claims = _totalClaims;
        if (amount >= claims)
            revert Clearinghouse_LossExceedsClaims(Usd.wrap(int256(amount)), Usd.wrap(int256(claims)));
        oldIndex = _lossIndex;
        newIndex = (oldIndex * (claims - amount)) / claims;
        _lossIndex = uint104(newIndex);
        _totalClaims = claims - amount;
    }

    /// @dev An account never written has index 0 and cash 0.
    function _effectiveCash(AccountSlot memory slot) private view returns (int256) {
        if (slot.cash <= 0 || slot.index == _lossIndex) return slot.cash;
        return int256((uint256(uint128(slot.cash)) * _lossIndex) / slot.index);
    }

    function _positive(int256 value) private pure returns (uint256) {
        return value > 0 ? uint256(value) : 0;
    }
}
