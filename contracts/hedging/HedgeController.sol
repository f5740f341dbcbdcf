// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Call, IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {IHedgeVenue} from "../interfaces/IHedgeVenue.sol";
import {Fill, HedgeNote, HedgePlan, HedgeState, IHedgeController} from "../interfaces/IHedging.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {Units} from "../libraries/Units.sol";
import {AccountId} from "../types/AccountId.sol";
import {Price} from "../types/Price.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";
import {HedgePlanner, HedgeSetUp} from "./HedgePlanner.sol";
import {HedgeRegister} from "./HedgeRegister.sol";

/// @notice An order as it goes through the vault's batch.
/// @param market which
/// @param buy side
/// @param price of the oracle [wad USD]
/// @param fills its parts
/// @param limits most that is paid, or least that is received, for each [cash units]
/// @param cash taken out of the vault's account [cash units]
/// @param units of the underlying taken out of it [token units]
struct Order {
    uint8 market;
    bool buy;
    Price price;
    Fill[] fills;
    uint256[] limits;
    uint256 cash;
    uint256 units;
}

/// @notice What came of an order, by balances.
/// @param loss against the oracle price; negative is a gain
/// @param moved by how much the hedge moved [wad underlying, signed]
/// @param cashAmount paid or received on the markets, as venues tell [cash units]
struct Outcome {
    Usd loss;
    int256 moved;
    uint256 cashAmount;
}

/// @title HedgeController
/// @notice Moves the vault's net delta to the edge of a Whalley-Wilmott band within budgets of size, time, slippage and
/// loss. Anyone may call. Holds tokens only within a call, and counts what came, not what it is told: gifts stay where they
/// are. Trusts the vault that made it operator of its account, the curator who sets venues, and no venue beyond the
/// funds of one order and what it already holds.
/// @dev A venue of the clearinghouse too, so that a batch may call `fill`. The ledger does not see what hedge venues hold:
/// collateral of a short lowers the vault's margin equity, which is on the safe side; NAV adds `venueValue`.
contract HedgeController is HedgeRegister {
    using SafeERC20 for IERC20;

    /// @dev Rounding of venues' tokens, in units a fill.
    uint256 private constant ROUNDING = 2;

    /// @dev Digest of the order that runs; lives within one transaction.
    bytes32 private transient _running;
    mapping(uint8 market => uint256) private _lastTradeAt;

    /// @param authority the AccessManager
    /// @param planner_ of orders; tells ledger and vault
    constructor(address authority, HedgePlanner planner_) HedgeRegister(authority, planner_) {}

    /// @inheritdoc IHedgeController
    function rebalance(uint8 market) external returns (Quantity traded) {
        if (_running != 0) revert HedgeController_Reentered();
        (HedgeSetUp memory setUp, int256 silent) = _answering(market);
        (HedgePlan memory planned, HedgeState memory now_) = planner.planOf(setUp, silent);
        if (planned.wanted == 0) revert HedgeController_InsideBand(now_.netDelta, now_.band);
        uint256 nextAt = _lastTradeAt[market] + _setUps[market].parameters.minInterval;
        if (block.timestamp < nextAt) revert HedgeController_TooSoon(nextAt);
        if (planned.amount == 0) revert HedgeController_NothingFits(planned.wanted);
        _lastTradeAt[market] = block.timestamp;
        Order memory order = _orderOf(market, planned);
        Outcome memory done = _trade(order);
        _requireFair(order, planned.amount, done);
        _spend(market, done.loss);
        _noteTrade(market, done.moved);
        emit Hedged(market, order.buy, planned.amount, done.cashAmount, done.loss, now_.netDelta, msg.sender);
        return Quantity.wrap(done.moved);
    }

    /// @notice Carries the running order out. Only the clearinghouse, within `rebalance`.
    /// @return cashBack what came back to the vault's account [cash units]
    /// @return unitsBack the same of the underlying [token units]
    /// @return cashAmount what was paid or received on the markets, as venues tell
    function fill(
        Order calldata order
    ) external returns (uint256 cashBack, uint256 unitsBack, uint256 cashAmount) {
        if (msg.sender != address(clearinghouse)) revert HedgeController_OnlyClearinghouse();
        if (_running == 0 || keccak256(abi.encode(order)) != _running) revert HedgeController_NotRunning();
        address underlying = _setUps[order.market].underlying;
        uint256 cashBefore = _givenOf(_usdc, order.cash);
        uint256 unitsBefore = _givenOf(underlying, order.units);
        for (uint256 i; i < order.fills.length; ++i) cashAmount += _fill(order, i, underlying);
        cashBack = IERC20(_usdc).balanceOf(address(this)) - cashBefore;
        unitsBack = IERC20(underlying).balanceOf(address(this)) - unitsBefore;
        AccountId account = vault.account();
        if (unitsBack != 0) _return(account, underlying, unitsBack);
        if (cashBack != 0) _return(account, _usdc, cashBack);
    }

    /// @inheritdoc IHedgeController
    function deleverage(uint8 market, IHedgeVenue venue) external returns (uint256 amount) {
        if (_running != 0) revert HedgeController_Reentered();
        if (!_isVenue(_setUps[market].venues, venue)) revert HedgeController_BadVenue(address(venue));
        Price price = planner.requirePrice(market);
        _running = bytes32(uint256(1));
        uint256 slippage = _setUps[market].parameters.slippageLimit;
        int256 before = Usd.unwrap(venue.value(price));
        amount = venue.deleverage(price, slippage);
        Usd loss = Usd.wrap(before - Usd.unwrap(venue.value(price)));
        _running = 0;
        _requirePriced(market, amount, price, 1, loss);
        // It counts, but a spent budget must not leave the position to Aave's liquidators.
        _book(market, loss);
        _notePosition(market);
        emit Deleveraged(market, address(venue), amount, loss, msg.sender);
    }

    /// @inheritdoc IHedgeController
    function note(uint8 market) external returns (HedgeNote memory) {
        if (_running != 0) revert HedgeController_Reentered();
        return _noteAll(market);
    }

    function _orderOf(uint8 market, HedgePlan memory planned) private view returns (Order memory order) {
        (order.market, order.buy, order.price, order.fills) = (
            market,
            planned.buy,
            planned.price,
            planned.fills
        );
        order.limits = new uint256[](planned.fills.length);
        for (uint256 i; i < planned.fills.length; ++i) {
            Fill memory one = planned.fills[i];
            order.limits[i] = _cashLimit(market, planned.buy, one.amount, Price.unwrap(planned.price));
            (uint256 cash, uint256 units) = one.venue.funding(
                planned.buy,
                one.amount,
                order.limits[i],
                planned.price
            );
            order.cash += cash;
            order.units += units;
        }
    }

    /// @dev What lay here before an order that is funded with `funds`: it stays here.
    function _givenOf(address token, uint256 funds) internal view virtual returns (uint256) {
        return IERC20(token).balanceOf(address(this)) - funds;
    }

    /// @dev One batch of the vault's account: pay out, trade, pay back. The clearinghouse checks the vault afterwards.
    function _trade(Order memory order) private returns (Outcome memory done) {
        (int256 position, int256 worth) = _holdingsOf(order);
        bytes memory result = _run(vault.account(), order);
        uint256 cashBack;
        uint256 unitsBack;
        (cashBack, unitsBack, done.cashAmount) = abi.decode(result, (uint256, uint256, uint256));
        int256 delivered = _gain(unitsBack, order.units, _decimalsOf(order.market));
        done.moved = delivered - position;
        int256 gained = FixedPoint.signedMulDown(delivered, int256(Price.unwrap(order.price))) - worth;
        gained += _gain(cashBack, order.cash, _cashDecimals);
        (position, worth) = _holdingsOf(order);
        done.moved += position;
        done.loss = Usd.wrap(-gained - worth);
    }

    /// @dev [wad]
    function _gain(uint256 back, uint256 out, uint8 decimals) private pure returns (int256) {
        return int256(Units.toWad(back, decimals)) - int256(Units.toWad(out, decimals));
    }

    function _run(AccountId account, Order memory order) private returns (bytes memory) {
        uint256 count = 1;
        if (order.cash != 0) ++count;
        if (order.units != 0) ++count;
        Call[] memory calls = new Call[](count);
        calls[--count] = Call(address(this), abi.encodeCall(this.fill, (order)));
        if (order.cash != 0) calls[--count] = _withdrawal(account, _usdc, order.cash);
        if (order.units != 0)
            calls[--count] = _withdrawal(account, _setUps[order.market].underlying, order.units);
        _running = keccak256(abi.encode(order));
        bytes[] memory results =
            clearinghouse.riskPaused()
                ? clearinghouse.reduce(account, calls)
                : clearinghouse.batch(account, calls);
        _running = 0;
        return results[results.length - 1];
    }

    function _withdrawal(
        AccountId account,
        address asset,
        uint256 amount
    ) private view returns (Call memory) {
        return
            Call(
                address(clearinghouse),
                abi.encodeCall(IClearinghouse.withdraw, (account, asset, amount, address(this)))
            );
    }

    function _fill(Order calldata order, uint256 i, address underlying) private returns (uint256 cashAmount) {
        Fill calldata one = order.fills[i];
        (uint256 cash, uint256 units) = one.venue.funding(
            order.buy,
            one.amount,
            order.limits[i],
            order.price
        );
        if (cash != 0) IERC20(_usdc).safeTransfer(address(one.venue), cash);
        if (units != 0) IERC20(underlying).safeTransfer(address(one.venue), units);
        cashAmount = one.venue.execute(order.buy, one.amount, order.limits[i], order.price);
        emit Filled(order.market, address(one.venue), order.buy, one.amount, cashAmount);
    }

    /// @dev Position and value that the order's venues hold, each once.
    function _holdingsOf(Order memory order) private view returns (int256 position, int256 worth) {
        for (uint256 i; i < order.fills.length; ++i) {
            position += Quantity.unwrap(order.fills[i].venue.position());
            worth += Usd.unwrap(order.fills[i].venue.value(order.price));
        }
    }

    /// @dev By balances: the hedge moved by the order, and the price was within the limit.
    function _requireFair(Order memory order, uint256 amount, Outcome memory done) internal view virtual {
        uint8 decimals = _decimalsOf(order.market);
        int256 ordered = int256(Units.toWad(amount, decimals));
        if (!order.buy) ordered = -ordered;
        uint256 rounding = Units.toWad(ROUNDING * order.fills.length, decimals);
        if (FixedPoint.abs(done.moved - ordered) > rounding)
            revert HedgeController_WrongFill(ordered, done.moved);
        _requirePriced(order.market, amount, order.price, order.fills.length, done.loss);
    }

    function _requirePriced(uint8 market, uint256 amount, Price price, uint256 fills, Usd loss) private view {
        uint256 fair = FixedPoint.mulUp(Units.toWad(amount, _decimalsOf(market)), Price.unwrap(price));
        uint256 limit =
            FixedPoint.mulUp(fair, _setUps[market].parameters.slippageLimit) +
                Units.toWad(ROUNDING * fills, _cashDecimals);
        if (Usd.unwrap(loss) > int256(limit))
            revert HedgeController_SlippageExceeded(loss, Usd.wrap(int256(limit)));
    }

    /// @dev Most that is paid for, or least that is received for `amount` within the slippage limit [cash units].
    function _cashLimit(
        uint8 market,
        bool buy,
        uint256 amount,
        uint256 price
    ) private view returns (uint256) {
        uint256 units = Units.toWad(amount, _decimalsOf(market));
        uint256 slippage = _setUps[market].parameters.slippageLimit;
        if (buy) {
            uint256 most = FixedPoint.mulDown(FixedPoint.mulDown(units, price), WAD + slippage);
            return Units.fromWadDown(most, _cashDecimals);
        }
        uint256 least = FixedPoint.mulUp(FixedPoint.mulUp(units, price), WAD - slippage);
        return Units.fromWadUp(least, _cashDecimals);
    }

    function _return(AccountId account, address asset, uint256 amount) private {
        IERC20(asset).forceApprove(address(clearinghouse), amount);
        clearinghouse.deposit(account, asset, amount);
    }
}
