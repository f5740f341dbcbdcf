// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAggregatorV3} from "../interfaces/IAggregatorV3.sol";
import {Call, IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {IOptionsVault} from "../interfaces/IOptionsVault.sol";
import {IPriceRouter, PriceStatus} from "../interfaces/IPriceRouter.sol";
import {IQuoter, OrderQuote} from "../interfaces/IQuoter.sol";
import {ITradeDesk, Order} from "../interfaces/ITradeDesk.sol";
import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";
import {SpreadLedger} from "./SpreadLedger.sol";

/// @title TradeDesk
/// @notice The counter at which takers trade with the vault: it asks the quoter for a price and moves options and cash
/// between the taker's account and the vault's. Holds nothing but the notes of orders. Trusts the quoter for prices, the
/// router for the state of the spot price, and the clearinghouse to let nobody leave a batch below margin, the vault
/// included.
/// @dev A venue of the clearinghouse. An unfilled order forfeits its bond even where the vault was not ready to trade: if
/// it did not, whoever can make the vault refuse could look at what follows a price before deciding to trade at it.
contract TradeDesk is SpreadLedger {
    uint256 private constant FILL_WINDOW = 2 minutes;
    uint256 private constant LONGEST_WAIT = 1 days;
    uint256 private constant SCOPE_TRADE = 1;

    /// @inheritdoc ITradeDesk
    IQuoter public immutable quoter;
    IPriceRouter public immutable priceRouter;

    uint256 private _orderCount;
    mapping(uint256 id => bytes32) private _orders;

    /// @param ledger where the accounts are
    /// @param vault whose account is the other side of every trade
    /// @param quoter_ prices against that account's book
    /// @param router live spot
    /// @param share of released spread that is the insurance fund's [wad]
    constructor(
        IClearinghouse ledger,
        IOptionsVault vault,
        IQuoter quoter_,
        IPriceRouter router,
        uint256 share
    ) SpreadLedger(ledger, vault, share) {
        if (address(quoter_) == address(0) || address(router) == address(0)) revert TradeDesk_ZeroAddress();
        (quoter, priceRouter) = (quoter_, router);
    }

    /// @inheritdoc ITradeDesk
    function trade(
        AccountId taker,
        InstrumentId instrument,
        Quantity quantity,
        Usd premiumLimit,
        uint256 deadline
    ) external returns (Usd) {
        InstrumentId[] memory instruments = new InstrumentId[](1);
        Quantity[] memory quantities = new Quantity[](1);
        (instruments[0], quantities[0]) = (instrument, quantity);
        return _trade(taker, instruments, quantities, premiumLimit, deadline);
    }

    /// @inheritdoc ITradeDesk
    function tradeLegs(
        AccountId taker,
        InstrumentId[] calldata instruments,
        Quantity[] calldata quantities,
        Usd premiumLimit,
        uint256 deadline
    ) external returns (Usd) {
        return _trade(taker, instruments, quantities, premiumLimit, deadline);
    }

    /// @inheritdoc ITradeDesk
    function commit(
        AccountId taker,
        InstrumentId[] calldata instruments,
        Quantity[] calldata quantities,
        Usd premiumLimit,
        uint256 deadline
    ) external returns (uint256 id) {
        _requireTaker(taker, deadline);
        if (deadline > block.timestamp + LONGEST_WAIT) {
            revert TradeDesk_DeadlineTooFar(deadline, block.timestamp + LONGEST_WAIT);
        }
        Order memory order;
        (order.taker, order.instruments, order.quantities) = (taker, instruments, quantities);
        (order.premiumLimit, order.deadline) = (premiumLimit, uint40(deadline));
        order.bond = _bondOf(instruments, quantities);
        order.committedAt = uint40(block.timestamp);
        order.aggregator = priceRouter.feedOf(instruments[0].marketOf()).aggregator();
        (order.round, , , , ) = IAggregatorV3(order.aggregator).latestRoundData();
        id = ++_orderCount;
        _orders[id] = keccak256(abi.encode(order));
        _addBond(order.bond);
        emit OrderCommitted(id, taker, order);
        clearinghouse.moveCash(taker, _vaultAccount, order.bond);
    }

    /// @inheritdoc ITradeDesk
    function fill(uint256 id, Order calldata order) external returns (Usd premium) {
        _take(id, order);
        priceRouter.pin(order.instruments[0].marketOf());
        _requireItsRound(order);
        OrderQuote memory quoted = _quote(order.instruments, order.quantities, true);
        if (quoted.premium > order.premiumLimit) {
            _return(id, order);
            return Usd.wrap(0);
        }
        premium = quoted.premium;
        emit OrderFilled(id, order.taker, premium);
        Call[] memory calls = new Call[](1);
        calls[0] = Call(address(this), abi.encodeCall(ITradeDesk.settleOrder, (order, quoted)));
        clearinghouse.batch(order.taker, calls);
    }

    /// @inheritdoc ITradeDesk
    function settleOrder(Order calldata order, OrderQuote calldata quoted) external {
        if (msg.sender != address(clearinghouse) || clearinghouse.activeCaller() != address(this))
            revert TradeDesk_OnlyInBatch();
        _settle(order.taker, order.instruments, order.quantities, quoted, order.bond);
    }

    /// @inheritdoc ITradeDesk
    function close(uint256 id, Order calldata order) external {
        _take(id, order);
        (uint80 newest, , , uint256 updatedAt, ) = IAggregatorV3(order.aggregator).latestRoundData();
        if (newest == order.round) {
            if (block.timestamp <= order.deadline) _requireTrader(order.taker);
            return _return(id, order);
        }
        uint256 madeAt = newest == order.round + 1 ? updatedAt : _madeAt(order);
        if (madeAt <= order.committedAt || madeAt > order.deadline) return _return(id, order);
        if (newest == order.round + 1 && block.timestamp <= madeAt + FILL_WINDOW)
            revert TradeDesk_StillOpen(id);
        emit OrderClosed(id, order.taker, Usd.wrap(0), order.bond);
        _earn(_lastExpiry(order.instruments), Usd.unwrap(order.bond));
    }

    /// @inheritdoc ITradeDesk
    function orderHash(uint256 id) external view returns (bytes32) {
        return _orders[id];
    }

    function _trade(
        AccountId taker,
        InstrumentId[] memory instruments,
        Quantity[] memory quantities,
        Usd premiumLimit,
        uint256 deadline
    ) private returns (Usd) {
        _requireTaker(taker, deadline);
        OrderQuote memory quoted = _quote(instruments, quantities, _isTwoSteps());
        if (quoted.premium > premiumLimit) revert TradeDesk_PriceBeyondLimit(quoted.premium, premiumLimit);
        _settle(taker, instruments, quantities, quoted, Usd.wrap(0));
        return quoted.premium;
    }

    /// @dev Moves legs and premium, less what was paid before, and keeps the spread for those who bear the risk.
    function _settle(
        AccountId taker,
        InstrumentId[] memory instruments,
        Quantity[] memory quantities,
        OrderQuote memory quoted,
        Usd paid
    ) private {
        Usd due = quoted.premium - paid;
        uint256 legs = instruments.length;
        int256 spread = Usd.unwrap(quoted.premium - quoted.fair);
        int256 share = spread / int256(legs);
        for (uint256 i; i < legs; ++i) {
            clearinghouse.movePosition(_vaultAccount, taker, instruments[i], quantities[i]);
            int256 own = i == 0 ? spread - share * int256(legs - 1) : share;
            emit Traded(
                taker,
                instruments[i],
                quantities[i],
                quoted.fairs[i] + Usd.wrap(own),
                quoted.fairs[i]
            );
        }
        if (Usd.unwrap(due) > 0) clearinghouse.moveCash(taker, _vaultAccount, due);
        else if (Usd.unwrap(due) < 0) clearinghouse.moveCash(_vaultAccount, taker, -due);
        _earn(_lastExpiry(instruments), spread);
    }

    /// @dev Takes an order off the notes, and its bond off what is owed back.
    function _take(uint256 id, Order memory order) private {
        bytes32 hash = _orders[id];
        if (hash == 0 || hash != keccak256(abi.encode(order))) revert TradeDesk_UnknownOrder(id);
        delete _orders[id];
        _dropBond(order.bond);
    }

    function _return(uint256 id, Order memory order) private {
        emit OrderClosed(id, order.taker, order.bond, Usd.wrap(0));
        clearinghouse.moveCash(_vaultAccount, order.taker, order.bond);
    }

    /// @dev At a price that is too old or in doubt somebody would choose which side to take, also by what only closes. The
    /// price is kept for quote and margin checks.
    function _quote(
        InstrumentId[] memory instruments,
        Quantity[] memory quantities,
        bool twoSteps
    ) private returns (OrderQuote memory) {
        if (instruments.length != 0) {
            uint8 market = instruments[0].marketOf();
            if (priceRouter.pin(market).status != PriceStatus.Ok) revert TradeDesk_MarkUnusable(market);
        }
        return quoter.quoteLegs(instruments, quantities, twoSteps);
    }

    /// @dev What the legs would cost more in one step: what looking before deciding could be worth.
    function _bondOf(
        InstrumentId[] memory instruments,
        Quantity[] memory quantities
    ) internal virtual returns (Usd) {
        Usd atOnce = _quote(instruments, quantities, false).premium;
        Usd later = quoter.quoteLegs(instruments, quantities, true).premium;
        return atOnce > later ? atOnce - later : Usd.wrap(0);
    }

    /// @dev Whether what is traded in one step is quoted as if it were two.
    function _isTwoSteps() internal view virtual returns (bool) {
        return false;
    }

    /// @dev The newest round has to be the one after the commitment, younger than that, in time and fresh, and the price not
    /// older than the commitment.
    function _requireItsRound(Order memory order) internal view virtual {
        (uint80 round, , , uint256 updatedAt, ) = IAggregatorV3(order.aggregator).latestRoundData();
        uint8 market = order.instruments[0].marketOf();
        address current = priceRouter.feedOf(market).aggregator();
        // The price may have been kept earlier in the transaction, before the round.
        if (
            priceRouter.spot(market).updatedAt <= order.committedAt ||
            current != order.aggregator ||
            round != order.round + 1 ||
            updatedAt <= order.committedAt ||
            updatedAt > order.deadline ||
            block.timestamp > updatedAt + FILL_WINDOW
        ) revert TradeDesk_NotOrdersRound(round, updatedAt);
    }

    /// @dev When the round after the commitment was made; zero if there is none.
    function _madeAt(Order memory order) private view returns (uint256 updatedAt) {
        try IAggregatorV3(order.aggregator).getRoundData(order.round + 1) returns (
            uint80,
            int256,
            uint256,
            uint256 found,
            uint80
        ) {
            updatedAt = found;
        } catch {
            updatedAt = 0;
        }
    }

    function _requireTaker(AccountId taker, uint256 deadline) private view {
        if (msg.sender != address(clearinghouse)) revert TradeDesk_OnlyInBatch();
        if (!(clearinghouse.activeAccount() == taker)) revert TradeDesk_NotActiveAccount(taker);
        if (taker == _vaultAccount) revert TradeDesk_SelfTrade();
        if (block.timestamp > deadline) revert TradeDesk_DeadlinePassed(deadline, block.timestamp);
    }

    function _requireTrader(AccountId taker) private view {
        if (!clearinghouse.isAuthorised(taker, msg.sender, SCOPE_TRADE)) {
            revert TradeDesk_NotAuthorised(taker, msg.sender);
        }
    }

    function _lastExpiry(InstrumentId[] memory instruments) private pure returns (uint256 last) {
        for (uint256 i; i < instruments.length; ++i) {
            uint256 expiry = instruments[i].expiryOf();
            if (expiry > last) last = expiry;
        }
    }
}
