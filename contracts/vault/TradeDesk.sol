// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {IOptionsVault} from "../interfaces/IOptionsVault.sol";
import {IPriceRouter, PriceStatus} from "../interfaces/IPriceRouter.sol";
import {IQuoter, Quote} from "../interfaces/IQuoter.sol";
import {ITradeDesk} from "../interfaces/ITradeDesk.sol";
import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";

/// @title TradeDesk
/// @notice The counter at which takers trade with the vault: it asks the quoter for a price and moves options and cash
/// between the taker's account and the vault's. Holds nothing. Trusts the quoter for prices, the router for the state of
/// the spot price, and the clearinghouse to let nobody leave a batch below margin, the vault included.
/// @dev A venue of the clearinghouse.
contract TradeDesk is ITradeDesk {
    IClearinghouse public immutable clearinghouse;
    IQuoter public immutable quoter;
    IPriceRouter public immutable priceRouter;
    AccountId private immutable _vaultAccount;

    /// @param ledger where the accounts are
    /// @param vault whose account is the other side of every trade
    /// @param quoter_ prices against that account's book
    /// @param router live spot
    constructor(IClearinghouse ledger, IOptionsVault vault, IQuoter quoter_, IPriceRouter router) {
        if (
            address(ledger) == address(0) ||
            address(vault) == address(0) ||
            address(quoter_) == address(0) ||
            address(router) == address(0)
        ) revert TradeDesk_ZeroAddress();
        (clearinghouse, quoter, priceRouter) = (ledger, quoter_, router);
        _vaultAccount = vault.account();
    }

    /// @inheritdoc ITradeDesk
    function trade(
        AccountId taker,
        InstrumentId instrument,
        Quantity quantity,
        Usd premiumLimit,
        uint256 deadline
    ) external returns (Usd premium) {
        if (msg.sender != address(clearinghouse)) revert TradeDesk_OnlyInBatch();
        if (!(clearinghouse.activeAccount() == taker)) revert TradeDesk_NotActiveAccount(taker);
        if (taker == _vaultAccount) revert TradeDesk_SelfTrade();
        if (block.timestamp > deadline) revert TradeDesk_DeadlinePassed(deadline, block.timestamp);
        // Also what only closes: at a price that is too old or in doubt somebody would choose which side to take.
        uint8 market = instrument.marketOf();
        if (priceRouter.spot(market).status != PriceStatus.Ok) revert TradeDesk_MarkUnusable(market);
        Quote memory quoted = quoter.quote(instrument, quantity);
        premium = quoted.premium;
        if (premium > premiumLimit) revert TradeDesk_PriceBeyondLimit(premium, premiumLimit);

        clearinghouse.movePosition(_vaultAccount, taker, instrument, quantity);
        if (Usd.unwrap(premium) > 0) clearinghouse.moveCash(taker, _vaultAccount, premium);
        else if (Usd.unwrap(premium) < 0) clearinghouse.moveCash(_vaultAccount, taker, -premium);
        emit Traded(taker, instrument, quantity, premium, quoted.fair);
    }
}
