// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {ILossWaterfall} from "../interfaces/IInsurance.sol";
import {
    Auction,
    AuctionKind,
    Bid,
    IAuctionBidder,
    IAuctionHouse,
    Leg,
    PartBid
} from "../interfaces/ILiquidation.sol";
import {IOptionsVault} from "../interfaces/IOptionsVault.sol";
import {Assessment, DataStatus, IRiskEngine} from "../interfaces/IRiskEngine.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {AccountId} from "../types/AccountId.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";
import {AuctionPricing, Verdict} from "./AuctionPricing.sol";
import {AuctionRegister} from "./AuctionRegister.sol";
import {Backstop} from "./Backstop.sol";

/// @title AuctionHouse
/// @notice Sells accounts below their maintenance requirement. Anyone starts an auction. For five minutes only single
/// positions are sold, at their marks less at most a twentieth of the maintenance that the account is rid of. Then slices
/// of everything: the price of a solvent account's slice falls from 98 % of its equity to 70 % within 15 minutes and to
/// nothing within 12 hours more. If the account is worth nothing or less, the waterfall pays the bidder instead, rising
/// from nothing to what restores the maintenance requirement within an hour, and never more than what the slice adds to
/// the bidder's own requirement: who brings the hedge is made whole, not rich. The vault buys last, on agreed terms.
/// It ends when the account is healthy or empty. Holds nothing; trusts the clearinghouse to move things, the risk
/// engine's verdict and, to pay, the waterfall.
/// @dev A venue of the clearinghouse; the waterfall must name it as its auction house.
contract AuctionHouse is AuctionRegister, Backstop {
    uint256 private constant WAD = 1e18;
    /// @dev To trade and to withdraw: a bid may cost the bidder's cash.
    uint256 private constant ALL_SCOPES = 3;

    IOptionsVault public immutable vault;

    /// @param authority the AccessManager
    /// @param ledger whose accounts are sold
    /// @param engine that judges them
    /// @param waterfall who pays for insolvent ones
    /// @param vault_ who buys last
    constructor(
        address authority,
        IClearinghouse ledger,
        IRiskEngine engine,
        ILossWaterfall waterfall,
        IOptionsVault vault_
    ) AuctionRegister(ledger, engine, waterfall) Backstop(authority) {
        if (address(vault_) == address(0)) revert AuctionHouse_ZeroAddress();
        vault = vault_;
    }

    /// @inheritdoc IAuctionHouse
    function bid(
        AccountId account,
        Bid calldata terms,
        bytes calldata data
    ) external alone returns (Usd paid) {
        _requireBidder(account, terms.bidder);
        (Auction memory auction, Verdict memory verdict) = _open(account, terms.id, terms.kind);
        _requireSlices(account, auction, verdict);
        uint256 largest = _largestFraction(auction, verdict);
        if (terms.fraction == 0 || terms.fraction > WAD)
            revert AuctionHouse_BadFraction(terms.fraction, largest);
        uint256 fraction = _cut(terms.fraction, largest);
        paid = _sellSlice(account, terms.bidder, auction, verdict, fraction);
        int256 limit = Usd.unwrap(terms.priceLimit);
        if (fraction != terms.fraction) {
            limit = FixedPoint.signedMulDown(limit, int256(FixedPoint.divDown(fraction, terms.fraction)));
        }
        if (Usd.unwrap(paid) > limit) revert AuctionHouse_PriceMoved(paid, Usd.wrap(limit));
        _complete(account, terms.bidder, paid, data);
    }

    /// @inheritdoc IAuctionHouse
    function bidPart(
        AccountId account,
        PartBid calldata terms,
        bytes calldata data
    ) external alone returns (Usd paid) {
        if (terms.legs.length == 0) revert AuctionHouse_NoLegs();
        _requireBidder(account, terms.bidder);
        (Auction memory auction, Verdict memory verdict) = _open(account, terms.id, terms.kind);
        paid = _sellPart(account, terms, auction, verdict);
        if (paid > terms.priceLimit) revert AuctionHouse_PriceMoved(paid, terms.priceLimit);
        _complete(account, terms.bidder, paid, data);
    }

    /// @inheritdoc IAuctionHouse
    function backstop(AccountId account) external alone returns (Usd paid) {
        AccountId buyer = vault.account();
        if (buyer == account) revert AuctionHouse_RelatedBidder(account, buyer);
        (Auction memory auction, Verdict memory verdict) = _look(account);
        _requireSlices(account, auction, verdict);
        Assessment memory standing = clearinghouse.assess(buyer);
        if (standing.status == DataStatus.Unusable) revert AuctionHouse_DataUnusable(buyer);
        uint256 fraction = _takeForVault(
            auction,
            verdict,
            _largestFraction(auction, verdict),
            Usd.unwrap(standing.equity)
        );
        paid = _sellSlice(account, buyer, auction, verdict, fraction);
        clearinghouse.requireHealthy(buyer);
    }

    /// @inheritdoc IAuctionHouse
    function price(
        AccountId account,
        uint256 fraction
    ) external view returns (Usd cost, uint256 largestFraction) {
        Verdict memory verdict = _judge(account);
        (Auction memory auction, ) = _asOfNow(account, verdict);
        if (!verdict.whole || verdict.partsOnly || _isHealthy(verdict)) return (cost, 0);
        cost = Usd.wrap(AuctionPricing.sliceCost(auction, verdict, fraction));
        largestFraction = _largestFraction(auction, verdict);
    }

    /// @dev Nobody related may draw on the insurance; strangers are kept honest by the price. Only the bidder's own word
    /// makes it related: an owner who could name its bidders operators would keep them all away. Who may only trade for
    /// the bidder may not spend its cash on an account of its own choice.
    function _requireBidder(AccountId account, AccountId bidder) internal view virtual {
        if (!clearinghouse.isAuthorised(bidder, msg.sender, ALL_SCOPES)) {
            revert AuctionHouse_NotBidderOwner(bidder, msg.sender);
        }
        address owner = account.ownerOf();
        if (bidder.ownerOf() == owner || msg.sender == owner || clearinghouse.isAuthorised(bidder, owner, 0))
            revert AuctionHouse_RelatedBidder(account, bidder);
    }

    /// @dev Most that may be drawn for the bidder, so that it gains no more than what its own requirement rises by. `gained`
    /// is what its equity rose by already.
    function _drawLimit(int256 gained, int256 requirementRose) internal view virtual returns (int256) {
        return FixedPoint.max(requirementRose, 0) - gained;
    }

    /// @dev What the bidder for a part of an insolvent account takes over of its debt.
    function _debtTaken(Verdict memory verdict, uint256 released) internal view virtual returns (int256) {
        return int256(AuctionPricing.partDebt(verdict, released));
    }

    /// @dev Leaves nothing behind that nobody would bid for.
    function _largestFraction(
        Auction memory auction,
        Verdict memory verdict
    ) internal view virtual returns (uint256) {
        return AuctionPricing.largestFraction(auction, verdict);
    }

    /// @dev A bid for more than is for sale takes what is: a gift to the seller between simulation and bid spoils nothing.
    function _cut(uint256 wanted, uint256 largest) internal view virtual returns (uint256) {
        return FixedPoint.min(wanted, largest);
    }

    /// @dev The auction meant, brought up to date, of an account that is for sale now.
    function _open(
        AccountId account,
        uint64 id,
        AuctionKind kind
    ) private returns (Auction memory auction, Verdict memory verdict) {
        uint64 actual = _running(account).id;
        if (actual != id) revert AuctionHouse_WrongAuction(id, actual);
        (auction, verdict) = _look(account);
        if (auction.kind != kind) revert AuctionHouse_WrongKind(kind, auction.kind);
    }

    /// @dev An account that recovered, though nobody ended its auction, is not for sale.
    function _look(AccountId account) private returns (Auction memory auction, Verdict memory verdict) {
        _running(account);
        verdict = _judge(account);
        _requireUnhealthy(account, verdict);
        auction = _refresh(account, verdict);
    }

    function _requireSlices(AccountId account, Auction memory auction, Verdict memory verdict) private pure {
        if (!verdict.whole) revert AuctionHouse_DataUnusable(account);
        if (verdict.partsOnly) revert AuctionHouse_PartsOnly(account);
        uint256 clock = auction.solventClock;
        if (auction.kind == AuctionKind.Solvent && clock < AuctionPricing.SOFT_STAGE) {
            revert AuctionHouse_SoftStage(account, AuctionPricing.SOFT_STAGE - clock);
        }
    }

    /// @dev Moves the slice and its price, and ends the auction if the rest is healthy.
    function _sellSlice(
        AccountId account,
        AccountId bidder,
        Auction memory auction,
        Verdict memory verdict,
        uint256 fraction
    ) private returns (Usd) {
        int256 cost = AuctionPricing.sliceCost(auction, verdict, fraction);
        if (auction.kind == AuctionKind.Insolvent) {
            Verdict memory before = _standingOf(bidder);
            clearinghouse.moveSlice(account, bidder, fraction);
            cost = -int256(_draw(account, auction.id, bidder, before, -cost, 0));
        } else {
            clearinghouse.moveSlice(account, bidder, fraction);
        }
        _pay(bidder, account, cost);
        emit BidAccepted(account, auction.id, bidder, fraction, Usd.wrap(cost));
        int256 kept = cost - _feedFund(account, auction.id, AuctionPricing.fundFee(verdict, fraction, cost));
        Verdict memory left = AuctionPricing.afterSlice(verdict, fraction, kept);
        bool isSure = !verdict.hasCollateral && AuctionPricing.isSurelyHealthy(left);
        if (fraction != WAD && _isHealthy(left) && !isSure) left = _judge(account);
        _settle(account, auction, left);
        return Usd.wrap(cost);
    }

    /// @dev Moves the legs and their price, and ends the auction if the rest is healthy.
    function _sellPart(
        AccountId account,
        PartBid calldata terms,
        Auction memory auction,
        Verdict memory verdict
    ) private returns (Usd paid) {
        bool isDrawing = auction.kind == AuctionKind.Insolvent && verdict.whole;
        Verdict memory before;
        if (isDrawing) before = _standingOf(terms.bidder);
        _moveLegs(account, terms.bidder, verdict.unpriced, terms.legs);
        Verdict memory left = _judge(account);
        if (left.maintenance >= verdict.maintenance) {
            revert AuctionHouse_RiskNotReduced(
                account,
                Usd.wrap(verdict.maintenance),
                Usd.wrap(left.maintenance)
            );
        }
        uint256 released = uint256(verdict.maintenance - left.maintenance);
        // What the legs were worth in the account.
        int256 cost = verdict.equity - left.equity;
        if (isDrawing) {
            cost += _debtTaken(verdict, released);
            int256 offered = int256(AuctionPricing.partPayment(auction, verdict, released));
            int256 drawn = int256(_draw(account, auction.id, terms.bidder, before, offered, -cost));
            cost -= drawn;
            (left.equity, left.cash) = (left.equity + drawn, left.cash + drawn);
        } else {
            cost -= int256(AuctionPricing.partDiscount(auction, verdict, released));
        }
        _pay(terms.bidder, account, cost);
        (left.equity, left.cash) = (left.equity + cost, left.cash + cost);
        if (AuctionPricing.isTooMuch(left)) {
            revert AuctionHouse_PartTooLarge(account, Usd.wrap(left.equity), Usd.wrap(left.maintenance));
        }
        paid = Usd.wrap(cost);
        emit PartSold(account, auction.id, terms.bidder, terms.legs.length, paid, Usd.wrap(int256(released)));
        _settle(account, auction, left);
    }

    /// @dev Only lets the seller's positions shrink, and only those that have a price.
    function _moveLegs(AccountId account, AccountId bidder, uint256 unpriced, Leg[] calldata legs) private {
        for (uint256 i = 0; i < legs.length; ++i) {
            Leg calldata leg = legs[i];
            if ((unpriced >> leg.instrument.marketOf()) & 1 != 0) revert AuctionHouse_DataUnusable(account);
            Quantity held = clearinghouse.positionOf(account, leg.instrument);
            (int256 has, int256 wanted) = (Quantity.unwrap(held), Quantity.unwrap(leg.quantity));
            bool isPart = wanted > 0 ? wanted <= has : wanted != 0 && wanted >= has;
            if (!isPart) revert AuctionHouse_NotReducing(leg.instrument, held, leg.quantity);
            clearinghouse.movePosition(account, bidder, leg.instrument, leg.quantity);
        }
    }

    /// @dev Has the waterfall credit `account` with what the bidder is paid for what it took: what is offered, but no more
    /// than the risk that it took on is worth. `paidSoFar` comes on top of what its equity shows already.
    function _draw(
        AccountId account,
        uint64 id,
        AccountId bidder,
        Verdict memory before,
        int256 offered,
        int256 paidSoFar
    ) private returns (uint256) {
        Verdict memory standing = _standingOf(bidder);
        int256 limit = _drawLimit(
            standing.equity - before.equity + paidSoFar,
            standing.maintenance - before.maintenance
        );
        int256 drawn = offered < limit ? offered : limit;
        if (drawn <= 0) return 0;
        _absorb(account, id, drawn);
        return uint256(drawn);
    }

    /// @dev Equity and requirement of the bidder.
    function _standingOf(AccountId bidder) private view returns (Verdict memory standing) {
        Assessment memory verdict = clearinghouse.assess(bidder);
        standing.equity = Usd.unwrap(verdict.equity);
        standing.maintenance = Usd.unwrap(verdict.maintenanceRequirement);
    }

    /// @dev Moves signed `amount` of cash.
    function _pay(AccountId payer, AccountId receiver, int256 amount) private {
        if (amount > 0) clearinghouse.moveCash(payer, receiver, Usd.wrap(amount));
        else if (amount < 0) clearinghouse.moveCash(receiver, payer, Usd.wrap(-amount));
    }

    /// @dev Pays the insurance fund, if there is one, from the account; returns what.
    function _feedFund(AccountId account, uint64 id, uint256 fee) private returns (int256) {
        if (fee == 0) return 0;
        AccountId fund = clearinghouse.insuranceAccount();
        if (AccountId.unwrap(fund) == 0 || fund == account) return 0;
        emit FundFed(account, id, Usd.wrap(int256(fee)));
        clearinghouse.moveCash(account, fund, Usd.wrap(int256(fee)));
        return int256(fee);
    }

    /// @dev The seller is done with; the bidder may trade, deposit and repay before it is judged.
    function _complete(AccountId account, AccountId bidder, Usd paid, bytes calldata data) private {
        if (data.length != 0) IAuctionBidder(msg.sender).onAuctionBid(account, bidder, paid, data);
        clearinghouse.requireHealthy(bidder);
    }
}
