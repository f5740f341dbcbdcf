// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";
import {IQuoter, OrderQuote} from "./IQuoter.sol";
import {ISpreadKeeper} from "./IValuation.sol";

/// @notice An order in two steps, as it was committed.
/// @param taker whose account trades
/// @param instruments of one market, each once
/// @param quantities what the taker gains of each (negative: sells)
/// @param premiumLimit most the taker pays, or (negative) least it receives, for all legs [wad USD]
/// @param bond what the taker left with the vault until the order is filled or closed [wad USD]
/// @param aggregator whose rounds count
/// @param round the newest one when the order was committed; the next one is the order's
/// @param committedAt unix seconds; the order's round must be younger
/// @param deadline and not younger than this, unix seconds
struct Order {
    AccountId taker;
    InstrumentId[] instruments;
    Quantity[] quantities;
    Usd premiumLimit;
    Usd bond;
    address aggregator;
    uint80 round;
    uint40 committedAt;
    uint40 deadline;
}

/// @notice Where takers trade with the vault at its quotes, in one step at the price of now, or in two: an order that is
/// committed first is filled, by anyone, at the first price made after it, and pays no spread for what its taker might
/// have known before the feed did. Nobody chooses among prices: one round fits an order, and who commits leaves as a
/// bond what a trade in one step would have paid more; the vault keeps it if that round came and the order was not
/// filled. A venue of the clearinghouse; holds nothing.
/// What it keeps as a spread keeper: spread is released linearly until the last expiry of its order, a share of what is
/// released is owed to the insurance fund, and bonds of open orders are none of the vault's until it keeps them.
interface ITradeDesk is ISpreadKeeper {
    /// @param quantity what the taker gained
    /// @param premium what the taker paid (negative: received); the spread of an order is split evenly over its legs [wad USD]
    /// @param fair value at mid, signed like `premium` [wad USD]
    event Traded(
        AccountId indexed taker,
        InstrumentId indexed instrument,
        Quantity quantity,
        Usd premium,
        Usd fair
    );
    event OrderCommitted(uint256 indexed id, AccountId indexed taker, Order order);
    event OrderFilled(uint256 indexed id, AccountId indexed taker, Usd premium);
    event OrderClosed(uint256 indexed id, AccountId indexed taker, Usd returned, Usd kept);
    event SpreadEarned(uint256 indexed expiry, Usd spread, Usd unreleased);

    /// @param fund the account it went to
    /// @param stillDue what the vault had no cash to spare for [wad USD]
    event FundPaid(AccountId indexed fund, Usd amount, Usd stillDue);

    error TradeDesk_OnlyInBatch();
    error TradeDesk_NotActiveAccount(AccountId account);
    error TradeDesk_SelfTrade();
    error TradeDesk_DeadlinePassed(uint256 deadline, uint256 nowTimestamp);
    error TradeDesk_DeadlineTooFar(uint256 deadline, uint256 latest);
    error TradeDesk_PriceBeyondLimit(Usd premium, Usd limit);
    error TradeDesk_MarkUnusable(uint8 market);
    error TradeDesk_UnknownOrder(uint256 id);
    error TradeDesk_NotOrdersRound(uint80 round, uint256 updatedAt);
    error TradeDesk_StillOpen(uint256 id);
    error TradeDesk_NotAuthorised(AccountId account, address caller);
    error TradeDesk_ZeroAddress();
    error TradeDesk_BadFundShare(uint256 share, uint256 most);
    error TradeDesk_BatchRunning();
    error TradeDesk_NoFund();
    error TradeDesk_NothingToPay(Usd due, Usd room);

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

    /// @notice The same for several legs of one market, each series once, priced as one order.
    /// @param premiumLimit for all of them together [wad USD]
    function tradeLegs(
        AccountId taker,
        InstrumentId[] calldata instruments,
        Quantity[] calldata quantities,
        Usd premiumLimit,
        uint256 deadline
    ) external returns (Usd premium);

    /// @notice First step: leaves an order and its bond, through `clearinghouse.batch`. The desk fills it as operator of the
    /// taker's account, so it needs SCOPE_TRADE over it by then.
    /// @param deadline when the order's round must be there at the latest, at most a day ahead
    function commit(
        AccountId taker,
        InstrumentId[] calldata instruments,
        Quantity[] calldata quantities,
        Usd premiumLimit,
        uint256 deadline
    ) external returns (uint256 id);

    /// @notice Second step: fills an order at its round, until two minutes after it and while it is the newest. Anyone. If the
    /// premium is beyond the limit, the order is closed and its bond returned instead.
    /// @dev Reverts whenever the vault would not trade, or the taker cannot; then the order stays, as long as its round does.
    /// @return premium what the taker paid in all (negative: received) [wad USD]; zero for an order that was closed
    function fill(uint256 id, Order calldata order) external returns (Usd premium);

    /// @notice Moves what an order is about. Only the desk itself, through the clearinghouse.
    function settleOrder(Order calldata order, OrderQuote calldata quoted) external;

    /// @notice Closes an order that was not filled. Before a round after its commitment: only who may trade for the taker,
    /// who gets the bond back. After its round: anyone, and the vault keeps the bond. If its round did not come in
    /// time: anyone, and the taker gets the bond back.
    function close(uint256 id, Order calldata order) external;

    /// @notice Pays the insurance fund what it is owed of released spread, in the ledger, as far as the vault's free cash
    /// reaches beyond what those who wait to leave would get. Anyone, outside batches. NAV counts what is owed as a debt
    /// from when spread is released, so paying moves no NAV.
    /// @return paid in whole millionths of a dollar [wad USD]
    function payFund() external returns (Usd paid);

    /// @notice Who prices trades.
    function quoter() external view returns (IQuoter);

    /// @notice Share of released spread that is the insurance fund's [wad].
    function fundShare() external view returns (uint256);

    /// @notice Fingerprint of an open order: keccak256 of its ABI encoding; zero if there is none.
    function orderHash(uint256 id) external view returns (bytes32);

    /// @notice What the vault's account holds and has not yet earned [wad USD], by expiry, and bonds apart. What is owed to
    /// the insurance fund is told by `owedToFund`.
    function unreleased() external view returns (uint256[] memory expiries, Usd[] memory amounts, Usd bonds);
}
