// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {Absorption, ILossWaterfall} from "../interfaces/IInsurance.sol";
import {IOptionsVault} from "../interfaces/IOptionsVault.sol";
import {Units} from "../libraries/Units.sol";
import {AccountId} from "../types/AccountId.sol";
import {Usd} from "../types/Usd.sol";
import {InsuranceFund} from "./InsuranceFund.sol";

/// @title LossWaterfall
/// @notice Pays what an account cannot, in a fixed order: the insurance fund, a capped first-loss slice of the vault,
/// then every claim pro rata. Holds nothing between calls. Trusts the auction house to name true shortfalls.
/// @dev It is a venue of the clearinghouse, and creates its fund, so that the fund can trust it from the start.
contract LossWaterfall is ILossWaterfall, AccessManaged {
    using SafeERC20 for IERC20;

    uint256 private constant WAD = 1e18;
    uint256 private constant LARGEST_SLICE = 0.2e18;
    uint256 private constant YEAR = 365 days;

    IClearinghouse public immutable clearinghouse;
    IOptionsVault public immutable vault;
    InsuranceFund public immutable insuranceFund;
    address private immutable _usdc;
    uint8 private immutable _decimals;

    address private _auctionHouse;
    uint128 private _perEvent;
    uint128 private _perYear;
    uint64 private _yearStart;
    uint192 private _takenThisYear;

    modifier onlyAuctionHouse() {
        if (msg.sender != _auctionHouse) revert LossWaterfall_NotAuctionHouse(msg.sender);
        _;
    }

    /// @param authority the AccessManager
    /// @param ledger whose accounts are made whole
    /// @param vault_ who pays the second slice
    constructor(address authority, IClearinghouse ledger, IOptionsVault vault_) AccessManaged(authority) {
        if (address(ledger) == address(0) || address(vault_) == address(0))
            revert LossWaterfall_ZeroAddress();
        clearinghouse = ledger;
        vault = vault_;
        (_usdc, _decimals) = ledger.cashAsset();
        insuranceFund = new InsuranceFund(IERC20(_usdc), address(this));
        _yearStart = uint64(block.timestamp);
        IERC20(_usdc).forceApprove(address(ledger), type(uint256).max);
    }

    /// @inheritdoc ILossWaterfall
    function absorb(
        AccountId account,
        Usd shortfall
    ) external onlyAuctionHouse returns (Absorption memory paid) {
        int256 left = Usd.unwrap(shortfall);
        if (left <= 0) revert LossWaterfall_ZeroShortfall();
        paid.insurance = _fromFund(account, left);
        left -= Usd.unwrap(paid.insurance);
        if (left > 0) {
            paid.vault = _fromVault(account, left);
            left -= Usd.unwrap(paid.vault);
        }
        if (left > 0) {
            paid.shared = Usd.wrap(left);
            clearinghouse.shareLoss(account, paid.shared);
        }
        emit LossAbsorbed(account, shortfall, paid.insurance, paid.vault, paid.shared);
    }

    /// @inheritdoc ILossWaterfall
    function setShortfallOpen(bool open) external onlyAuctionHouse {
        insuranceFund.setShortfallOpen(open);
    }

    /// @inheritdoc ILossWaterfall
    function setVaultSlice(uint256 perEvent, uint256 perYear) external restricted {
        if (perEvent > LARGEST_SLICE) revert LossWaterfall_SliceTooLarge(perEvent, LARGEST_SLICE);
        if (perYear > LARGEST_SLICE) revert LossWaterfall_SliceTooLarge(perYear, LARGEST_SLICE);
        emit VaultSliceSet(_perEvent, perEvent, _perYear, perYear);
        _perEvent = uint128(perEvent);
        _perYear = uint128(perYear);
    }

    /// @inheritdoc ILossWaterfall
    function setAuctionHouse(address newAuctionHouse) external restricted {
        if (newAuctionHouse == address(0)) revert LossWaterfall_ZeroAddress();
        emit AuctionHouseSet(_auctionHouse, newAuctionHouse);
        _auctionHouse = newAuctionHouse;
    }

    /// @inheritdoc ILossWaterfall
    function auctionHouse() external view returns (address) {
        return _auctionHouse;
    }

    /// @inheritdoc ILossWaterfall
    function vaultSlice() external view returns (uint256 perEvent, uint256 perYear) {
        return (_perEvent, _perYear);
    }

    /// @dev Whole token units only; the fraction of a unit goes on to the next payer.
    function _fromFund(AccountId account, int256 wanted) private returns (Usd) {
        uint256 units = Units.fromWadDown(uint256(wanted), _decimals);
        if (units == 0) return Usd.wrap(0);
        uint256 paid = insuranceFund.cover(units, address(this));
        if (paid == 0) return Usd.wrap(0);
        clearinghouse.deposit(account, _usdc, paid);
        return Usd.wrap(int256(Units.toWad(paid, _decimals)));
    }

    /// @dev At most its caps, and never what would leave the vault's cash below zero.
    function _fromVault(AccountId account, int256 wanted) private returns (Usd) {
        AccountId payer = vault.account();
        int256 nav = Usd.unwrap(vault.nav().bid);
        int256 cash = Usd.unwrap(clearinghouse.cashOf(payer));
        if (payer == account || nav <= 0 || cash <= 0) return Usd.wrap(0);
        if (block.timestamp >= _yearStart + YEAR) {
            _yearStart = uint64(block.timestamp);
            _takenThisYear = 0;
        }
        uint256 yearly = (uint256(nav) * _perYear) / WAD;
        uint256 amount = yearly > _takenThisYear ? yearly - _takenThisYear : 0;
        amount = _least(amount, (uint256(nav) * _perEvent) / WAD);
        amount = _least(_least(amount, uint256(cash)), uint256(wanted));
        if (amount == 0) return Usd.wrap(0);
        _takenThisYear += uint192(amount);
        clearinghouse.moveCash(payer, account, Usd.wrap(int256(amount)));
        return Usd.wrap(int256(amount));
    }

    function _least(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
