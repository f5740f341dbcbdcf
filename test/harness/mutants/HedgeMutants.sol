// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {HedgeController, Order, Outcome} from "../../../contracts/hedging/HedgeController.sol";
import {HedgePlanner} from "../../../contracts/hedging/HedgePlanner.sol";
import {IHedgeVenue} from "../../../contracts/interfaces/IHedgeVenue.sol";
import {HedgeNote, IHedgeController, IHedgeGreeks} from "../../../contracts/interfaces/IHedging.sol";
import {UniswapSwaps, SwapTerms} from "../../../contracts/hedging/UniswapSwaps.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";
import {Price} from "../../../contracts/types/Price.sol";
import {Quantity} from "../../../contracts/types/Quantity.sol";
import {Usd} from "../../../contracts/types/Usd.sol";

/// @notice The controller without some of its guards; a test chooses which. In each an attack succeeds.
contract HedgeMutant is HedgeController {
    enum Guard {
        Balances,
        Budget,
        Window,
        Caller,
        Gifts,
        Twice,
        Dead
    }

    uint256 private immutable _missing;
    mapping(uint256 day => int256) private _lossOfDay;

    /// @param missing guards left out, one bit each
    constructor(
        address authority,
        HedgePlanner planner_,
        uint256 missing
    ) HedgeController(authority, planner_) {
        _missing = missing;
    }

    function _has(Guard guard) private view returns (bool) {
        return (_missing >> uint256(guard)) & 1 == 0;
    }

    /// @dev Believes what one moment shows.
    function _confirmed(
        HedgeNote storage noted,
        uint256 buyWad,
        uint256 sellWad
    ) internal view override returns (uint256, uint256) {
        return _has(Guard.Twice) ? super._confirmed(noted, buyWad, sellWad) : (buyWad, sellWad);
    }

    /// @dev Waits for every venue's answer.
    function _ask(
        uint8 market,
        IHedgeVenue venue
    ) internal view override returns (bool answers, int256 held) {
        return _has(Guard.Dead) ? super._ask(market, venue) : (true, Quantity.unwrap(venue.position()));
    }

    /// @dev Takes what lies here for what came back.
    function _givenOf(address token, uint256 funds) internal view override returns (uint256) {
        return _has(Guard.Gifts) ? super._givenOf(token, funds) : 0;
    }

    /// @dev Believes what venues tell.
    function _requireFair(Order memory order, uint256 amount, Outcome memory done) internal view override {
        if (_has(Guard.Balances)) super._requireFair(order, amount, done);
    }

    /// @dev Without a budget; with one that begins anew at midnight; or with one for all callers together.
    function _spend(uint8 market, Usd loss) internal override {
        if (!_has(Guard.Budget)) return _book(market, loss);
        if (!_has(Guard.Caller)) {
            Usd left = lossBudgetLeft(market);
            if (loss > left) revert HedgeController_LossBudgetSpent(loss, left);
            return _book(market, loss);
        }
        if (_has(Guard.Window)) return super._spend(market, loss);
        int256 used = _lossOfDay[block.timestamp / 1 days] + Usd.unwrap(loss);
        int256 budget = int256(uint256(_setUps[market].parameters.dailyLossBudget));
        if (used > budget) revert HedgeController_LossBudgetSpent(loss, Usd.wrap(budget));
        _lossOfDay[block.timestamp / 1 days] = used;
        _book(market, loss);
    }
}

/// @notice Greeks of the wrong sign.
contract FlippedGreeks is IHedgeGreeks {
    IHedgeGreeks private immutable _greeks;

    constructor(IHedgeGreeks greeks) {
        _greeks = greeks;
    }

    /// @inheritdoc IHedgeGreeks
    function greeksOf(
        AccountId account,
        uint8 market,
        Price spot,
        uint256 smileShare
    ) external view returns (int256 delta, int256 gamma) {
        (delta, gamma) = _greeks.greeksOf(account, market, spot, smileShare);
        delta = -delta;
    }
}

/// @notice A venue that does not do what it says.
contract LyingVenue is UniswapSwaps {
    enum Lie {
        KeepsAll,
        ReentersRebalance,
        ReentersDeleverage,
        ReentersNote
    }

    Lie private immutable _lie;

    constructor(SwapTerms memory terms, Lie lie) UniswapSwaps(terms) {
        _lie = lie;
    }

    function execute(bool, uint256 amount, uint256 cashLimit, Price) external returns (uint256) {
        if (_lie == Lie.ReentersRebalance) IHedgeController(msg.sender).rebalance(0);
        if (_lie == Lie.ReentersDeleverage) IHedgeController(msg.sender).deleverage(0, this);
        if (_lie == Lie.ReentersNote) IHedgeController(msg.sender).note(0);
        // The market price, it says; what it was funded with is gone.
        return amount == 0 ? 0 : cashLimit;
    }

    function deleverage(Price, uint256) external pure returns (uint256) {
        return 0;
    }

    function funding(
        bool buy,
        uint256 amount,
        uint256 cashLimit,
        Price
    ) external pure returns (uint256, uint256) {
        return buy ? (cashLimit, uint256(0)) : (uint256(0), amount);
    }

    function isShort() external pure returns (bool) {
        return false;
    }

    function position() external pure returns (Quantity) {
        return Quantity.wrap(0);
    }

    function value(Price) external pure returns (Usd) {
        return Usd.wrap(0);
    }

    function room(bool, uint256, Price) external pure returns (uint256) {
        return type(uint256).max;
    }
}

/// @notice A ledger whose books have as many legs as it is told.
contract ManyLegs {
    address private immutable _ledger;
    uint256 private immutable _legs;

    constructor(address ledger, uint256 legs) {
        _ledger = ledger;
        _legs = legs;
    }

    function hasBook(AccountId) external pure returns (bool) {
        return true;
    }

    function bookLegCount(AccountId, uint256) external view returns (uint256) {
        return _legs;
    }

    function bookGroups(AccountId account) external view returns (uint256[] memory) {
        return ManyLegs(_ledger).bookGroups(account);
    }
}
