// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {Absorption, IHoldBack, ILossWaterfall, Payer} from "../interfaces/IInsurance.sol";
import {IOptionsVault, NetAssetValue} from "../interfaces/IOptionsVault.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {Units} from "../libraries/Units.sol";
import {AccountId} from "../types/AccountId.sol";
import {Usd} from "../types/Usd.sol";
import {Exposures} from "./Exposures.sol";
import {InsuranceFund} from "./InsuranceFund.sol";

/// @title LossWaterfall
/// @notice Pays what an account cannot, in a fixed order: the insurance fund, a capped first-loss slice of the vault,
/// then every claim pro rata; and says what part of withdrawals must wait for losses that may still come. Holds nothing
/// between calls. Trusts the auction house to name true shortfalls and exposures.
/// @dev It is a venue of the clearinghouse, and creates its fund, so that the fund can trust it from the start. A fund
/// that cannot pay out blocks a loss, for the order of payers is never changed; a NAV that cannot be read does not.
contract LossWaterfall is ILossWaterfall, Exposures, AccessManaged {
    using SafeERC20 for IERC20;

    uint256 private constant WAD = 1e18;
    uint256 private constant LARGEST_SLICE = 0.2e18;
    /// @dev What the slice paid counts for a year, and until its month is over.
    uint256 private constant MONTH = 365 days / 12;
    /// @dev A NAV that takes more is not read within a loss. With less gas than this a caller could only make the last
    /// measure count, not escape the slice.
    uint256 private constant NAV_GAS = 8_000_000;

    IClearinghouse public immutable clearinghouse;
    IOptionsVault public immutable vault;
    InsuranceFund public immutable insuranceFund;
    AccountId private immutable _vaultAccount;
    address private immutable _usdc;
    uint8 private immutable _decimals;

    address private _auctionHouse;
    uint64 private _perEvent;
    uint64 private _perYear;
    uint128 private _lastNav;
    uint64 private _measuredAt;
    mapping(uint256 month => uint256) private _taken;
    uint256 private _takenEver;

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
        _vaultAccount = vault_.account();
        (_usdc, _decimals) = ledger.cashAsset();
        insuranceFund = new InsuranceFund(IERC20(_usdc), address(this), ledger);
        IERC20(_usdc).forceApprove(address(ledger), type(uint256).max);
    }

    /// @inheritdoc ILossWaterfall
    function absorb(
        AccountId account,
        Usd shortfall
    ) external onlyAuctionHouse returns (Absorption memory paid) {
        if (Usd.unwrap(shortfall) <= 0) revert LossWaterfall_ZeroShortfall();
        Usd left = shortfall;
        paid.insurance = _fromFund(account, left);
        left = left - paid.insurance;
        emit PayerCharged(account, Payer.InsuranceFund, paid.insurance, left);
        if (Usd.unwrap(left) > 0) {
            paid.vault = _fromVault(account, left);
            left = left - paid.vault;
            emit PayerCharged(account, Payer.Vault, paid.vault, left);
        }
        if (Usd.unwrap(left) > 0) {
            paid.shared = left;
            clearinghouse.shareLoss(account, left);
            emit PayerCharged(account, Payer.AllClaims, left, Usd.wrap(0));
        }
        emit LossAbsorbed(account, shortfall, paid.insurance, paid.vault, paid.shared);
    }

    /// @inheritdoc ILossWaterfall
    function setExposure(AccountId account, Usd largest) external onlyAuctionHouse {
        if (Usd.unwrap(largest) < 0) revert LossWaterfall_NegativeExposure(largest);
        uint256 openBefore = _openCount();
        Usd old = _setExposure(account, largest);
        emit ExposureSet(account, old, largest, _episodeNow());
        if (_openCount() != openBefore) insuranceFund.setOpenShortfalls(_openCount());
    }

    /// @inheritdoc ILossWaterfall
    function measureVault() external returns (Usd) {
        return Usd.wrap(int256(_measured(vault.nav())));
    }

    /// @inheritdoc ILossWaterfall
    function setVaultSlice(uint256 perEvent, uint256 perYear) external restricted {
        if (perEvent > LARGEST_SLICE) revert LossWaterfall_SliceTooLarge(perEvent, LARGEST_SLICE);
        if (perYear > LARGEST_SLICE) revert LossWaterfall_SliceTooLarge(perYear, LARGEST_SLICE);
        emit VaultSliceSet(_perEvent, perEvent, _perYear, perYear);
        _perEvent = uint64(perEvent);
        _perYear = uint64(perYear);
    }

    /// @inheritdoc ILossWaterfall
    function setAuctionHouse(address newAuctionHouse) external restricted {
        if (newAuctionHouse == address(0)) revert LossWaterfall_ZeroAddress();
        emit AuctionHouseSet(_auctionHouse, newAuctionHouse);
        _auctionHouse = newAuctionHouse;
        // Auctions of a house that may no longer speak would hold withdrawals back for ever.
        if (_openCount() != 0) insuranceFund.setOpenShortfalls(0);
        _forgetExposures();
    }

    /// @inheritdoc IHoldBack
    function heldShare() external view returns (uint256) {
        uint256 exposed = _totalExposed();
        if (exposed == 0) return 0;
        uint256 cushion = Units.toWad(insuranceFund.assetsHeld(), _decimals);
        if (exposed <= cushion) return 0;
        cushion += _slice(_lastNav);
        if (exposed <= cushion) return 0;
        uint256 claims = uint256(Usd.unwrap(clearinghouse.totalClaims()));
        uint256 needed = exposed - cushion;
        return needed >= claims ? WAD : FixedPoint.mulDivUp(needed, WAD, claims);
    }

    /// @inheritdoc IHoldBack
    function heldEpisode() external view returns (uint256) {
        return _episodeNow();
    }

    /// @inheritdoc ILossWaterfall
    function exposureOf(AccountId account) external view returns (Usd) {
        return _exposureOf(account);
    }

    /// @inheritdoc ILossWaterfall
    function exposures() external view returns (Usd total, uint256 open) {
        return (Usd.wrap(int256(_totalExposed())), _openCount());
    }

    /// @inheritdoc ILossWaterfall
    function lastVaultMeasure() external view returns (Usd nav, uint256 measuredAt) {
        return (Usd.wrap(int256(uint256(_lastNav))), _measuredAt);
    }

    /// @inheritdoc ILossWaterfall
    function sliceLeft() external view returns (Usd) {
        return Usd.wrap(int256(_slice(_lastNav)));
    }

    /// @inheritdoc ILossWaterfall
    function slicesPaid() external view returns (Usd) {
        return Usd.wrap(int256(_takenEver));
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
    function _fromFund(AccountId account, Usd wanted) private returns (Usd) {
        uint256 units = Units.fromWadDown(uint256(Usd.unwrap(wanted)), _decimals);
        if (units == 0) return Usd.wrap(0);
        uint256 paid = insuranceFund.cover(units, address(this));
        if (paid == 0) return Usd.wrap(0);
        clearinghouse.deposit(account, _usdc, paid);
        return Usd.wrap(int256(Units.toWad(paid, _decimals)));
    }

    /// @dev The vault does not insure itself.
    function _fromVault(AccountId account, Usd wanted) private returns (Usd paid) {
        if (account == _vaultAccount) return paid;
        uint256 amount = FixedPoint.min(_slice(_navOrLast()), uint256(Usd.unwrap(wanted)));
        if (amount == 0) return paid;
        _taken[block.timestamp / MONTH] += amount;
        _takenEver += amount;
        paid = Usd.wrap(int256(amount));
        clearinghouse.moveCash(_vaultAccount, account, paid);
    }

    /// @dev A NAV that cannot be read, for its price or its size, is taken as it was read last.
    function _navOrLast() internal virtual returns (uint256) {
        try vault.nav{gas: NAV_GAS}() returns (NetAssetValue memory value) {
            return _measured(value);
        } catch {
            return _lastNav;
        }
    }

    function _measured(NetAssetValue memory value) internal returns (uint256 nav) {
        // What leaves something out is no measure.
        if (value.markTime == 0) return _lastNav;
        int256 bid = Usd.unwrap(value.bid);
        nav = bid > 0 ? FixedPoint.min(uint256(bid), type(uint128).max) : 0;
        _lastNav = uint128(nav);
        _measuredAt = uint64(block.timestamp);
        emit VaultMeasured(Usd.wrap(int256(nav)));
    }

    /// @dev What the slice paid in this month and the twelve before it: whatever a year ends at, no more than its cap was paid
    /// within it.
    function _takenWithinYear() private view returns (uint256 taken) {
        uint256 month = block.timestamp / MONTH;
        for (uint256 back = 0; back <= 12 && back <= month; ++back) taken += _taken[month - back];
    }

    /// @dev At most both caps, and never what would leave the vault's cash below zero.
    function _slice(uint256 nav) private view returns (uint256 amount) {
        if (nav == 0) return 0;
        int256 cash = Usd.unwrap(clearinghouse.cashOf(_vaultAccount));
        if (cash <= 0) return 0;
        uint256 taken = _takenWithinYear();
        uint256 yearly = FixedPoint.mulDown(nav, _perYear);
        amount = yearly > taken ? yearly - taken : 0;
        amount = FixedPoint.min(amount, FixedPoint.mulDown(nav, _perEvent));
        return FixedPoint.min(amount, uint256(cash));
    }
}
