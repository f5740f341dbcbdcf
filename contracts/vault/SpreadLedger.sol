// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ITradeDesk} from "../interfaces/ITradeDesk.sol";
import {ISpreadKeeper} from "../interfaces/IValuation.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {Usd} from "../types/Usd.sol";

/// @notice Spread that was paid and is not yet earned. Counted at once, it would fall to whoever holds shares at that
/// moment, while the risk that it pays for stays until expiry; so each expiry keeps a pot that empties linearly.
/// @dev O(expiries with a pot): the expiries that the vault trades.
abstract contract SpreadLedger is ITradeDesk {
    /// @dev One word: what was in the pot at `since`, and all that was ever put into it [wad USD].
    struct Pot {
        uint104 amount;
        uint40 since;
        uint104 earned;
    }

    /// @dev One word: bonds of open orders, and the spread of pots that are no more [wad USD].
    struct Sums {
        uint128 bonds;
        uint128 earned;
    }

    mapping(uint256 expiry => Pot) private _pots;
    /// @dev Hours of the expiries that have a pot, in any order.
    uint32[] private _hours;
    Sums private _sums;

    /// @inheritdoc ISpreadKeeper
    function unreleasedSpread() external view returns (Usd) {
        uint256 sum = _sums.bonds;
        for (uint256 i; i < _hours.length; ++i) {
            uint256 expiry = uint256(_hours[i]) * 1 hours;
            sum += _leftOf(_pots[expiry], expiry);
        }
        return _usd(sum);
    }

    /// @inheritdoc ISpreadKeeper
    function spreadEarned() external view returns (Usd) {
        uint256 sum = _sums.earned;
        for (uint256 i; i < _hours.length; ++i) sum += _pots[uint256(_hours[i]) * 1 hours].earned;
        return _usd(sum);
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
        _sums.bonds += uint128(uint256(Usd.unwrap(bond)));
    }

    function _dropBond(Usd bond) internal {
        _sums.bonds -= uint128(uint256(Usd.unwrap(bond)));
    }

    /// @dev Puts `spread` into the pot of `expiry`; after it, it is released as it comes. A quote is never better than fair.
    function _earn(uint256 expiry, int256 spread) internal {
        if (spread <= 0) return;
        if (expiry <= block.timestamp) {
            _sums.earned += uint128(uint256(spread));
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
