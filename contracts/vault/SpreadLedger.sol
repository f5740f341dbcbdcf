// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {IOptionsVault} from "../interfaces/IOptionsVault.sol";
import {ITradeDesk} from "../interfaces/ITradeDesk.sol";
import {ISpreadKeeper} from "../interfaces/IValuation.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {Units} from "../libraries/Units.sol";
import {AccountId} from "../types/AccountId.sol";
import {Usd} from "../types/Usd.sol";

/// @notice Spread that was paid and is not yet earned. Counted at once, it would fall to whoever holds shares at that
/// moment, while the risk that it pays for stays until expiry; so each expiry keeps a pot that empties linearly. Of what
/// has left the pots a share is the insurance fund's: owed from then on, paid whenever somebody asks, so that no trade
/// writes anything for it.
/// @dev O(expiries with a pot): the expiries that the vault trades.
abstract contract SpreadLedger is ITradeDesk {
    /// @dev One word: what was in the pot at `since`, and all that was ever put into it [wad USD].
    struct Pot {
        uint104 amount;
        uint40 since;
        uint104 earned;
    }

    /// @dev One word: bonds of open orders and the spread of pots that are no more [wad USD], and what the fund got [steps].
    struct Sums {
        uint96 bonds;
        uint104 earned;
        uint56 paid;
    }

    /// @notice Largest share of spread that a desk may owe to the insurance fund [wad].
    uint256 public constant MOST_FUND_SHARE = 0.25e18;
    uint256 private constant WAD = 1e18;
    /// @dev A millionth of a dollar: what the fund is paid in.
    uint256 private constant STEP = 1e12;

    IClearinghouse public immutable clearinghouse;
    IOptionsVault private immutable _vault;
    AccountId internal immutable _vaultAccount;
    /// @inheritdoc ITradeDesk
    uint256 public immutable fundShare;

    mapping(uint256 expiry => Pot) private _pots;
    /// @dev Hours of the expiries that have a pot, in any order.
    uint32[] private _hours;
    Sums private _sums;

    constructor(IClearinghouse ledger, IOptionsVault vault, uint256 share) {
        if (address(ledger) == address(0) || address(vault) == address(0)) revert TradeDesk_ZeroAddress();
        if (share > MOST_FUND_SHARE) revert TradeDesk_BadFundShare(share, MOST_FUND_SHARE);
        (clearinghouse, _vault, fundShare) = (ledger, vault, share);
        _vaultAccount = vault.account();
    }

    /// @inheritdoc ITradeDesk
    function payFund() external returns (Usd paid) {
        // Half-way through a batch an account may have given and not yet received.
        if (AccountId.unwrap(clearinghouse.activeAccount()) != 0) revert TradeDesk_BatchRunning();
        AccountId fund = clearinghouse.insuranceAccount();
        if (AccountId.unwrap(fund) == 0) revert TradeDesk_NoFund();
        (uint256 earned, uint256 left) = _earnedAndLeft();
        uint256 due = _dueOf(earned - left);
        uint256 room = _cashNobodyAwaits() / STEP;
        uint256 amount = FixedPoint.min(due, room);
        if (amount == 0) revert TradeDesk_NothingToPay(_usd(due * STEP), _usd(room * STEP));
        _sums.paid += uint56(amount);
        paid = _usd(amount * STEP);
        emit FundPaid(fund, paid, _usd((due - amount) * STEP));
        clearinghouse.moveCash(_vaultAccount, fund, paid);
    }

    /// @inheritdoc ISpreadKeeper
    function unreleasedSpread() public view virtual returns (Usd) {
        (uint256 earned, uint256 left) = _earnedAndLeft();
        return _usd(_sums.bonds + left + _dueOf(earned - left) * STEP);
    }

    /// @inheritdoc ISpreadKeeper
    function spreadEarned() external view returns (Usd) {
        (uint256 earned, ) = _earnedAndLeft();
        return _usd(earned);
    }

    /// @inheritdoc ISpreadKeeper
    function owedToFund() external view returns (Usd due, Usd paid) {
        (uint256 earned, uint256 left) = _earnedAndLeft();
        return (_usd(_dueOf(earned - left) * STEP), _usd(_sums.paid * STEP));
    }

    /// @inheritdoc ITradeDesk
    function unreleased() external view returns (uint256[] memory expiries, Usd[] memory amounts, Usd bonds) {
        expiries = new uint256[](_hours.length);
        amounts = new Usd[](expiries.length);
        for (uint256 i; i < expiries.length; ++i) {
            expiries[i] = uint256(_hours[i]) * 1 hours;
            amounts[i] = _usd(_leftOf(_pots[expiries[i]], expiries[i]));
        }
        bonds = _usd(_sums.bonds);
    }

    /// @dev Notes what open orders have left, or got back.
    function _addBond(Usd bond) internal {
        _sums.bonds += SafeCast.toUint96(uint256(Usd.unwrap(bond)));
    }

    function _dropBond(Usd bond) internal {
        _sums.bonds -= SafeCast.toUint96(uint256(Usd.unwrap(bond)));
    }

    /// @dev Puts `spread` into the pot of `expiry`; after it, it is released as it comes. A quote is never better than fair.
    function _earn(uint256 expiry, int256 spread) internal {
        if (spread <= 0) return;
        if (expiry <= block.timestamp) {
            _sums.earned += SafeCast.toUint104(uint256(spread));
            return;
        }
        Pot memory pot = _pots[expiry];
        if (pot.since == 0) _open(expiry);
        uint256 amount = _leftOf(pot, expiry) + uint256(spread);
        uint256 earned = pot.earned + uint256(spread);
        // Twenty trillion dollars.
        _pots[expiry] = Pot(SafeCast.toUint104(amount), uint40(block.timestamp), SafeCast.toUint104(earned));
        emit SpreadEarned(expiry, Usd.wrap(spread), _usd(amount));
    }

    /// @dev What is left in a pot [wad USD], rounded up.
    function _leftOf(Pot memory pot, uint256 expiry) internal view virtual returns (uint256) {
        if (pot.amount == 0 || expiry <= block.timestamp) return 0;
        return FixedPoint.mulDivUp(pot.amount, expiry - block.timestamp, expiry - pot.since);
    }

    /// @dev What the fund is owed of `released` and has not got [steps], rounded down. Pots only empty, so it got no more.
    function _dueOf(uint256 released) private view returns (uint256) {
        return FixedPoint.mulDivDown(released, fundShare, WAD * STEP) - _sums.paid;
    }

    /// @dev The vault's free cash, less what those who wait to leave would get of it [wad USD].
    function _cashNobodyAwaits() internal view virtual returns (uint256) {
        (, uint256 shares, ) = _vault.pendingTotals();
        uint256 awaited = shares == 0 ? 0 : IERC4626(address(_vault)).convertToAssets(shares) + 1;
        uint256 free = _vault.freeCash();
        (, uint8 decimals) = clearinghouse.cashAsset();
        return free > awaited ? Units.toWad(free - awaited, decimals) : 0;
    }

    /// @dev All spread that was ever paid, and what of it is still in pots [wad USD].
    function _earnedAndLeft() private view returns (uint256 earned, uint256 left) {
        earned = _sums.earned;
        for (uint256 i; i < _hours.length; ++i) {
            uint256 expiry = uint256(_hours[i]) * 1 hours;
            Pot memory pot = _pots[expiry];
            earned += pot.earned;
            left += _leftOf(pot, expiry);
        }
    }

    function _usd(uint256 amount) private pure returns (Usd) {
        return Usd.wrap(int256(amount));
    }

    /// @dev Lists an expiry, and drops those that are over.
    function _open(uint256 expiry) private {
        for (uint256 i = _hours.length; i != 0; --i) {
            uint256 listed = uint256(_hours[i - 1]) * 1 hours;
            if (listed > block.timestamp) continue;
            _sums.earned += _pots[listed].earned;
            delete _pots[listed];
            _hours[i - 1] = _hours[_hours.length - 1];
            _hours.pop();
        }
        _hours.push(uint32(expiry / 1 hours));
    }
}
