// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";

/// @notice Where takers trade with the vault at its quotes. A venue of the clearinghouse; holds nothing.
interface ITradeDesk {
    /// @param quantity what the taker gained
    /// @param premium what the taker paid (negative: received) [wad USD]
    /// @param fair value at mid, signed like `premium` [wad USD]
    event Traded(
        AccountId indexed taker,
        InstrumentId indexed instrument,
        Quantity quantity,
        Usd premium,
        Usd fair
    );

    error TradeDesk_OnlyInBatch();
    error TradeDesk_NotActiveAccount(AccountId account);
    error TradeDesk_SelfTrade();
    error TradeDesk_DeadlinePassed(uint256 deadline, uint256 nowTimestamp);
    error TradeDesk_PriceBeyondLimit(Usd premium, Usd limit);
    error TradeDesk_MarkUnusable(uint8 market);
    error TradeDesk_ZeroAddress();

    /// @notice Trades `quantity` of `instrument` (positive: the taker buys) against the vault at its quote.
    /// Call it through `clearinghouse.batch` or `reduce`.
    /// @param premiumLimit most the taker pays, or (negative) least it receives, for the whole quantity [wad USD]
    /// @return premium what the taker paid (negative: received) [wad USD]
    function trade(
        AccountId taker,
        InstrumentId instrument,
        Quantity quantity,
        Usd premiumLimit,
        uint256 deadline
    ) external returns (Usd premium);
}
