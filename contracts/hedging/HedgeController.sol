// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Call, IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {HedgeParameters, HedgeState, IHedgeController, IHedgeVenue} from "../interfaces/IHedging.sol";
import {BookValue, IOptionPricer} from "../interfaces/IOptionPricer.sol";
import {IOptionsVault} from "../interfaces/IOptionsVault.sol";
import {IPriceRouter, PriceReading, PriceStatus} from "../interfaces/IPriceRouter.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {Units} from "../libraries/Units.sol";
import {AccountId} from "../types/AccountId.sol";
import {Price} from "../types/Price.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";

/// @title HedgeController
/// @notice Moves the vault's net delta to the edge of a Whalley-Wilmott band within budgets of size, time, slippage and
/// daily loss. Anyone may call. Holds tokens only within a call; trusts the vault that made it operator of its account,
/// the curator who sets venues, and no venue beyond the oracle-bound limit price.
/// @dev A venue of the clearinghouse too, so that a batch may call `fill`. Tokens of 18 decimals at most.
contract HedgeController is IHedgeController, AccessManaged {
    using SafeERC20 for IERC20;

    /// @dev What is traded while a batch runs; lives within one transaction.
    struct Order {
        uint8 market;
        bool buy;
        uint256 amount;
        uint256 cashLimit;
    }

    uint256 private constant WAD = 1e18;
    uint256 private constant THIRD = 333333333333333333;

    IClearinghouse public immutable clearinghouse;
    IOptionsVault public immutable vault;
    IOptionPricer public immutable optionPricer;
    IPriceRouter public immutable priceRouter;
    address private immutable _usdc;
    uint8 private immutable _decimals;

    Order private _order;
    uint256 private _cashAmount;
    mapping(uint8 market => HedgeParameters) private _parameters;
    mapping(uint8 market => IHedgeVenue) private _venues;
    mapping(uint8 market => uint256) private _lastTradeAt;
    mapping(uint8 market => mapping(uint256 day => uint256)) private _lossOfDay;

    /// @param authority the AccessManager
    /// @param ledger where the vault's account is
    /// @param vault_ whose delta is hedged
    /// @param pricer its Greeks
    /// @param router live spot
    constructor(
        address authority,
        IClearinghouse ledger,
        IOptionsVault vault_,
        IOptionPricer pricer,
        IPriceRouter router
    ) AccessManaged(authority) {
        if (
            address(ledger) == address(0) ||
            address(vault_) == address(0) ||
            address(pricer) == address(0) ||
            address(router) == address(0)
        ) revert HedgeController_ZeroAddress();
        clearinghouse = ledger;
        vault = vault_;
        optionPricer = pricer;
        priceRouter = router;
        (_usdc, _decimals) = ledger.cashAsset();
    }

    /// @inheritdoc IHedgeController
    function rebalance(uint8 market) external returns (Quantity traded) {
        if (address(_venues[market]) == address(0)) revert HedgeController_NoVenue(market);
        uint256 price = _requirePrice(market);
        HedgeState memory now_ = state(market);
        if (now_.target == 0) revert HedgeController_InsideBand(now_.netDelta, now_.band);
        HedgeParameters memory p = _parameters[market];
        if (block.timestamp < _lastTradeAt[market] + p.minInterval) {
            revert HedgeController_TooSoon(_lastTradeAt[market] + p.minInterval);
        }
        Order memory order = _orderOf(market, now_, p, price);
        _lastTradeAt[market] = block.timestamp;
        Usd loss = _trade(order, price);
        _spend(market, p, loss);
        emit Hedged(market, order.buy, order.amount, _cashAmount, loss, now_.netDelta, msg.sender);
        return Quantity.wrap(order.buy ? int256(order.amount) : -int256(order.amount));
    }

    /// @notice Carries the running order out. Only the clearinghouse, within `rebalance`.
    function fill() external {
        if (msg.sender != address(clearinghouse)) revert HedgeController_OnlyClearinghouse();
        Order memory order = _order;
        if (order.amount == 0) revert HedgeController_NotRunning();
        IHedgeVenue venue = _venues[order.market];
        address underlying = venue.underlying();
        (address paid, uint256 funds) = order.buy ? (_usdc, order.cashLimit) : (underlying, order.amount);
        IERC20(paid).safeTransfer(address(venue), funds);
        _cashAmount = venue.execute(order.buy, order.amount, order.cashLimit);
        AccountId account = vault.account();
        uint256 cashBack = order.buy ? order.cashLimit - _cashAmount : _cashAmount;
        if (order.buy) _return(account, underlying, order.amount);
        if (cashBack != 0) _return(account, _usdc, cashBack);
    }

    /// @inheritdoc IHedgeController
    function state(uint8 market) public view returns (HedgeState memory now_) {
        AccountId account = vault.account();
        BookValue memory book = optionPricer.bookValue(market, clearinghouse.positionWords(account));
        IHedgeVenue venue = _venues[market];
        now_.optionDelta = book.delta;
        if (address(venue) != address(0)) {
            now_.hedge =
                int256(clearinghouse.collateralOf(account, venue.underlying())) +
                Quantity.unwrap(venue.position());
        }
        now_.netDelta = now_.optionDelta + now_.hedge;
        now_.band = _bandOf(market, book.gamma);
        int256 band = int256(now_.band);
        if (now_.netDelta > band) now_.target = band - now_.netDelta;
        else if (now_.netDelta < -band) now_.target = -band - now_.netDelta;
    }

    /// @inheritdoc IHedgeController
    function hedgeCapacity(uint8 market) external view returns (uint256 buyWad, uint256 sellWad) {
        IHedgeVenue venue = _venues[market];
        uint256 price = Price.unwrap(priceRouter.spot(market).price);
        if (address(venue) == address(0) || price == 0) return (0, 0);
        // What spends the rest of the budget if every trade of it is filled at the worst price allowed.
        uint256 worst = FixedPoint.mulUp(price, _parameters[market].slippageLimit);
        if (worst == 0) return (0, 0);
        buyWad = FixedPoint.divDown(uint256(Usd.unwrap(lossBudgetLeft(market))), worst);
        int256 held =
            int256(clearinghouse.collateralOf(vault.account(), venue.underlying())) +
                Quantity.unwrap(venue.position());
        // A spot venue sells what is there.
        if (held > 0) sellWad = FixedPoint.min(buyWad, uint256(held));
    }

    /// @inheritdoc IHedgeController
    function lossBudgetLeft(uint8 market) public view returns (Usd) {
        uint256 budget = _parameters[market].dailyLossBudget;
        uint256 used = _lossOfDay[market][block.timestamp / 1 days];
        return Usd.wrap(int256(budget > used ? budget - used : 0));
    }

    /// @inheritdoc IHedgeController
    function parameters(uint8 market) external view returns (HedgeParameters memory) {
        return _parameters[market];
    }

    /// @inheritdoc IHedgeController
    function setParameters(uint8 market, HedgeParameters calldata newParameters) external restricted {
        uint256 slippage = newParameters.slippageLimit;
        if (slippage == 0 || slippage > 0.1e18) {
            revert HedgeController_BadParameter("slippageLimit", slippage);
        }
        if (newParameters.maxTrade == 0) revert HedgeController_BadParameter("maxTrade", 0);
        if (newParameters.riskAversion == 0) revert HedgeController_BadParameter("riskAversion", 0);
        if (newParameters.costRatio > 0.1e18) {
            revert HedgeController_BadParameter("costRatio", newParameters.costRatio);
        }
        emit HedgeParametersSet(market, _parameters[market], newParameters);
        _parameters[market] = newParameters;
    }

    /// @inheritdoc IHedgeController
    function setVenue(uint8 market, IHedgeVenue venue) external restricted {
        if (address(venue) == address(0)) revert HedgeController_ZeroAddress();
        emit VenueChanged(market, address(_venues[market]), address(venue));
        _venues[market] = venue;
    }

    /// @dev A price too old to open risk is still good enough to lower it.
    function _requirePrice(uint8 market) private view returns (uint256) {
        PriceReading memory reading = priceRouter.spot(market);
        if (reading.status > PriceStatus.StaleForTrading) revert HedgeController_PriceUnusable(market);
        return Price.unwrap(reading.price);
    }

    function _orderOf(
        uint8 market,
        HedgeState memory now_,
        HedgeParameters memory p,
        uint256 price
    ) private view returns (Order memory order) {
        order.market = market;
        order.buy = now_.target > 0;
        uint256 amount = FixedPoint.abs(now_.target);
        if (!order.buy) {
            if (now_.hedge <= 0) revert HedgeController_ShortNotAvailable(now_.target, now_.hedge);
            amount = FixedPoint.min(amount, uint256(now_.hedge));
        }
        order.amount = FixedPoint.min(amount, FixedPoint.divDown(p.maxTrade, price));
        uint256 worst = order.buy ? WAD + p.slippageLimit : WAD - p.slippageLimit;
        uint256 limit = FixedPoint.mulDown(FixedPoint.mulDown(order.amount, price), worst);
        order.cashLimit = Units.fromWadDown(limit, _decimals);
    }

    /// @dev One batch of the vault's account: pay out, trade, pay back. The clearinghouse checks the vault afterwards.
    function _trade(Order memory order, uint256 price) private returns (Usd) {
        AccountId account = vault.account();
        address underlying = _venues[order.market].underlying();
        Call[] memory calls = new Call[](2);
        (address asset, uint256 funds) = order.buy ? (_usdc, order.cashLimit) : (underlying, order.amount);
        calls[0] = Call(
            address(clearinghouse),
            abi.encodeCall(IClearinghouse.withdraw, (account, asset, funds, address(this)))
        );
        calls[1] = Call(address(this), abi.encodeCall(this.fill, ()));
        _order = order;
        if (clearinghouse.riskPaused()) clearinghouse.reduce(account, calls);
        else clearinghouse.batch(account, calls);
        delete _order;
        int256 fair = int256(FixedPoint.mulDown(order.amount, price));
        int256 cash = int256(Units.toWad(_cashAmount, _decimals));
        return Usd.wrap(order.buy ? cash - fair : fair - cash);
    }

    function _spend(uint8 market, HedgeParameters memory p, Usd loss) private {
        if (Usd.unwrap(loss) <= 0) return;
        Usd left = lossBudgetLeft(market);
        if (loss > left) revert HedgeController_LossBudgetSpent(loss, left);
        if (p.dailyLossBudget != 0) {
            _lossOfDay[market][block.timestamp / 1 days] += uint256(Usd.unwrap(loss));
        }
    }

    /// @dev H = (3/2 c S Gamma^2 / a)^(1/3), at least `minBand`.
    function _bandOf(uint8 market, int256 gamma) private view returns (uint256) {
        HedgeParameters memory p = _parameters[market];
        uint256 spot = Price.unwrap(priceRouter.spot(market).price);
        if (p.riskAversion == 0 || gamma == 0 || spot == 0) return p.minBand;
        uint256 size = FixedPoint.abs(gamma);
        uint256 square = FixedPoint.mulDown(size, size);
        uint256 cube = FixedPoint.mulDivDown(
            FixedPoint.mulDown(spot, square),
            (uint256(p.costRatio) * 3) / 2,
            p.riskAversion
        );
        return cube == 0 ? p.minBand : FixedPoint.max(FixedPoint.pow(cube, int256(THIRD)), p.minBand);
    }

    function _return(AccountId account, address asset, uint256 amount) private {
        IERC20(asset).forceApprove(address(clearinghouse), amount);
        clearinghouse.deposit(account, asset, amount);
    }
}
