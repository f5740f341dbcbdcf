// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {IOptionsVault} from "../../../contracts/interfaces/IOptionsVault.sol";
import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {IQuoter} from "../../../contracts/interfaces/IQuoter.sol";
import {Order} from "../../../contracts/interfaces/ITradeDesk.sol";
import {InstrumentId} from "../../../contracts/types/InstrumentId.sol";
import {Quantity} from "../../../contracts/types/Quantity.sol";
import {Usd} from "../../../contracts/types/Usd.sol";
import {TradeDesk} from "../../../contracts/vault/TradeDesk.sol";

/// @notice The desk without some of its guards; a test chooses which. In each an attack succeeds.
contract DeskMutant is TradeDesk {
    enum Guard {
        OneStep,
        Round,
        Bond,
        Pot,
        Debt,
        Leavers
    }

    uint256 private immutable _missing;

    /// @param missing guards left out, one bit each
    constructor(
        IClearinghouse ledger,
        IOptionsVault vault,
        IQuoter quoter_,
        IPriceRouter router,
        uint256 share,
        uint256 missing
    ) TradeDesk(ledger, vault, quoter_, router, share) {
        _missing = missing;
    }

    function _isTwoSteps() internal view override returns (bool) {
        return _has(Guard.OneStep) ? super._isTwoSteps() : true;
    }

    function _requireItsRound(Order memory order) internal view override {
        if (_has(Guard.Round)) super._requireItsRound(order);
    }

    function _bondOf(
        InstrumentId[] memory instruments,
        Quantity[] memory quantities
    ) internal override returns (Usd) {
        return _has(Guard.Bond) ? super._bondOf(instruments, quantities) : Usd.wrap(0);
    }

    function _leftOf(Pot memory pot, uint256 expiry) internal view override returns (uint256) {
        return _has(Guard.Pot) ? super._leftOf(pot, expiry) : 0;
    }

    /// @dev Without the debt, NAV falls when the fund is paid, not when it earns.
    function unreleasedSpread() public view override returns (Usd) {
        if (_has(Guard.Debt)) return super.unreleasedSpread();
        (Usd due, ) = this.owedToFund();
        return super.unreleasedSpread() - due;
    }

    function _cashNobodyAwaits() internal view override returns (uint256) {
        return _has(Guard.Leavers) ? super._cashNobodyAwaits() : type(uint96).max;
    }

    function _has(Guard guard) private view returns (bool) {
        return (_missing >> uint256(guard)) & 1 == 0;
    }
}
