// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {CollateralAsset} from "../interfaces/IClearinghouseTerms.sol";
import {IHedgeVenue} from "../interfaces/IHedgeVenue.sol";
import {
    Fill,
    HedgeParameters,
    HedgePlan,
    HedgeState,
    IHedgeGreeks,
    IHedgePlanner
} from "../interfaces/IHedging.sol";
import {IOptionsVault} from "../interfaces/IOptionsVault.sol";
import {IPriceRouter, PriceReading, PriceStatus} from "../interfaces/IPriceRouter.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {Units} from "../libraries/Units.sol";
import {AccountId} from "../types/AccountId.sol";
import {Price} from "../types/Price.sol";
import {Quantity} from "../types/Quantity.sol";
import {HedgeBand} from "./HedgeBand.sol";
import {OrderSplit} from "./OrderSplit.sol";

/// @notice A market's hedge as it is set up.
/// @param market which
/// @param underlying token of its venues
/// @param parameters budgets and band
/// @param venues where it trades
struct HedgeSetUp {
    uint8 market;
    address underlying;
    HedgeParameters parameters;
    IHedgeVenue[] venues;
}

/// @title HedgePlanner
/// @notice What has to be traded, what may be, and where. Buying repays what short venues owe before it buys for the
/// vault's account; selling sells what the account holds before anything is borrowed: the vault is never long and short at
/// once by its own doing. Whatever does not fit the cash at hand, the collateral cap or a venue is left for later.
/// Stateless; whoever asks says how the hedge is set up.
contract HedgePlanner is IHedgePlanner {
    uint256 private constant WAD = 1e18;

    /// @dev What limits depend on, read once.
    struct Limits {
        uint8 decimals;
        uint256 cash;
        uint256 shorts;
        uint256 bought;
    }

    IClearinghouse public immutable clearinghouse;
    IOptionsVault public immutable vault;
    IPriceRouter public immutable priceRouter;
    IHedgeGreeks public immutable greeks;
    address private immutable _usdc;
    uint8 private immutable _cashDecimals;

    /// @param ledger where the vault's account is
    /// @param vault_ whose delta is hedged
    /// @param router live spot
    /// @param greeks_ of the vault's options
    constructor(IClearinghouse ledger, IOptionsVault vault_, IPriceRouter router, IHedgeGreeks greeks_) {
        if (
            address(ledger) == address(0) ||
            address(vault_) == address(0) ||
            address(router) == address(0) ||
            address(greeks_) == address(0)
        ) revert HedgePlanner_ZeroAddress();
        clearinghouse = ledger;
        vault = vault_;
        priceRouter = router;
        greeks = greeks_;
        (_usdc, _cashDecimals) = ledger.cashAsset();
    }

    /// @notice Where the hedge stands at `price`.
    /// @param silent what is held beside the venues of `setUp` [wad underlying, signed]
    function stateOf(
        HedgeSetUp memory setUp,
        int256 silent,
        Price price
    ) public view returns (HedgeState memory now_) {
        HedgeParameters memory p = setUp.parameters;
        AccountId account = vault.account();
        int256 gamma;
        (now_.optionDelta, gamma) = greeks.greeksOf(account, setUp.market, price, p.smileShare);
        now_.hedge = _hedgeOf(setUp, account) + silent;
        now_.netDelta = now_.optionDelta + now_.hedge;
        now_.band = HedgeBand.widthOf(Price.unwrap(price), gamma, p.costRatio, p.riskAversion, p.minBand);
        now_.target = HedgeBand.targetOf(now_.netDelta, now_.band);
    }

    /// @notice What would be traded now. Quotes venues; changes nothing.
    /// @param silent what is held beside the venues of `setUp` [wad underlying, signed]
    function planOf(
        HedgeSetUp memory setUp,
        int256 silent
    ) external returns (HedgePlan memory planned, HedgeState memory now_) {
        if (setUp.venues.length == 0) revert HedgePlanner_NoVenue(setUp.market);
        planned.price = requirePrice(setUp.market);
        now_ = stateOf(setUp, silent, planned.price);
        planned.wanted = now_.target;
        planned.buy = now_.target > 0;
        if (now_.target == 0) return (planned, now_);
        Limits memory limits = _limitsOf(setUp, planned.price);
        // As near to the edge as the token's units let it.
        if (Units.fromWadDown(FixedPoint.abs(now_.target), limits.decimals) == 0) {
            planned.wanted = 0;
            return (planned, now_);
        }
        uint256 most = FixedPoint.min(
            FixedPoint.abs(now_.target),
            FixedPoint.divDown(setUp.parameters.maxTrade, Price.unwrap(planned.price))
        );
        most = Units.fromWadDown(most, limits.decimals);
        if (planned.buy) most = FixedPoint.min(most, limits.bought);
        // What closes a position goes first, then what opens one.
        uint256[] memory first = _split(setUp, limits, planned, planned.buy, most);
        uint256 closed = _sum(first);
        uint256[] memory then_ = _split(setUp, limits, planned, !planned.buy, most - closed);
        planned.amount = closed + _sum(then_);
        planned.fills = _fillsOf(setUp.venues, first, then_);
    }

    /// @notice What could be bought and sold for at most `value` [wad USD] in all [wad underlying].
    function capacityOf(
        HedgeSetUp memory setUp,
        uint256 value
    ) external view returns (uint256 buyWad, uint256 sellWad) {
        PriceReading memory reading = priceRouter.spot(setUp.market);
        if (setUp.venues.length == 0 || !_isUsable(reading)) return (0, 0);
        Limits memory limits = _limitsOf(setUp, reading.price);
        uint256 most = FixedPoint.divDown(value, Price.unwrap(reading.price));
        most = Units.fromWadDown(most, limits.decimals);
        uint256 able = FixedPoint.min(_able(setUp, limits, true, most, reading.price), limits.bought);
        buyWad = Units.toWad(able, limits.decimals);
        sellWad = Units.toWad(_able(setUp, limits, false, most, reading.price), limits.decimals);
    }

    /// @inheritdoc IHedgePlanner
    function requirePrice(uint8 market) public view returns (Price) {
        PriceReading memory reading = priceRouter.spot(market);
        if (!_isUsable(reading)) revert HedgePlanner_PriceUnusable(market);
        return reading.price;
    }

    /// @dev Collateral and venue positions [wad underlying].
    function _hedgeOf(HedgeSetUp memory setUp, AccountId account) private view returns (int256 hedge) {
        if (setUp.venues.length == 0) return 0;
        uint256 held = clearinghouse.collateralOf(account, setUp.underlying);
        uint8 decimals = clearinghouse.collateralAsset(setUp.underlying).decimals;
        hedge = int256(Units.toWad(held, decimals));
        for (uint256 i; i < setUp.venues.length; ++i) hedge += Quantity.unwrap(setUp.venues[i].position());
    }

    function _limitsOf(HedgeSetUp memory setUp, Price price) private view returns (Limits memory limits) {
        limits.decimals = clearinghouse.collateralAsset(setUp.underlying).decimals;
        limits.cash = clearinghouse.withdrawable(vault.account(), _usdc);
        for (uint256 i; i < setUp.venues.length; ++i) if (setUp.venues[i].isShort()) ++limits.shorts;
        // At the worst price that is accepted.
        uint256 worst = FixedPoint.mulUp(Price.unwrap(price), WAD + setUp.parameters.slippageLimit);
        limits.bought = Units.fromWadDown(
            FixedPoint.divDown(Units.toWad(limits.cash, _cashDecimals), worst),
            limits.decimals
        );
    }

    /// @dev Splits up to `most` over the venues that are short, or over those that are not.
    function _split(
        HedgeSetUp memory setUp,
        Limits memory limits,
        HedgePlan memory planned,
        bool isShort,
        uint256 most
    ) private returns (uint256[] memory) {
        (uint256[] memory each, uint256 total) = _roomOf(setUp, limits, planned.buy, isShort, planned.price);
        return OrderSplit.split(setUp.venues, each, planned.buy, FixedPoint.min(most, total));
    }

    /// @dev How much each venue of a kind, and all of them together, could trade [token units].
    function _roomOf(
        HedgeSetUp memory setUp,
        Limits memory limits,
        bool buy,
        bool isShort,
        Price price
    ) private view returns (uint256[] memory each, uint256 total) {
        each = new uint256[](setUp.venues.length);
        if ((isShort ? limits.shorts : each.length - limits.shorts) == 0) return (each, 0);
        if (!isShort) {
            total =
                buy
                    ? _underCap(setUp.underlying)
                    : clearinghouse.withdrawable(vault.account(), setUp.underlying);
        }
        uint256 cash = isShort && !buy ? limits.cash / limits.shorts : limits.cash;
        for (uint256 i; i < each.length; ++i) {
            if (setUp.venues[i].isShort() != isShort) continue;
            each[i] = setUp.venues[i].room(buy, cash, price);
            if (isShort) total += each[i];
        }
    }

    /// @dev What could be traded of `most`, asking short venues only if it takes them.
    function _able(
        HedgeSetUp memory setUp,
        Limits memory limits,
        bool buy,
        uint256 most,
        Price price
    ) private view returns (uint256 able) {
        (, able) = _roomOf(setUp, limits, buy, false, price);
        if (able < most) {
            (, uint256 more) = _roomOf(setUp, limits, buy, true, price);
            able += more;
        }
        return FixedPoint.min(able, most);
    }

    /// @dev What may still be deposited of the underlying [token units].
    function _underCap(address underlying) private view returns (uint256) {
        CollateralAsset memory asset = clearinghouse.collateralAsset(underlying);
        (uint256 held, ) = clearinghouse.collateralTotals(underlying);
        return asset.enabled && asset.cap > held ? asset.cap - held : 0;
    }

    /// @dev A price too old to open risk is still good enough to lower it.
    function _isUsable(PriceReading memory reading) private pure returns (bool) {
        return reading.status <= PriceStatus.StaleForTrading && Price.unwrap(reading.price) != 0;
    }

    function _fillsOf(
        IHedgeVenue[] memory list,
        uint256[] memory first,
        uint256[] memory then_
    ) private pure returns (Fill[] memory fills) {
        fills = new Fill[](list.length);
        uint256 count;
        // No venue is of both kinds, so none is in both.
        for (uint256 i; i < list.length; ++i) if (first[i] != 0) fills[count++] = Fill(list[i], first[i]);
        for (uint256 i; i < list.length; ++i) if (then_[i] != 0) fills[count++] = Fill(list[i], then_[i]);
        assembly ("memory-safe") {
            // Shortens the list to what is traded.
            mstore(fills, count)
        }
    }

    function _sum(uint256[] memory amounts) private pure returns (uint256 total) {
        for (uint256 i; i < amounts.length; ++i) total += amounts[i];
    }
}
