// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {ILossWaterfall} from "../interfaces/IInsurance.sol";
import {Auction, AuctionKind, IAuctionHouse} from "../interfaces/ILiquidation.sol";
import {Assessment, DataStatus} from "../interfaces/IRiskEngine.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {AccountId, accountIdOf} from "../types/AccountId.sol";
import {Usd} from "../types/Usd.sol";

/// @title AuctionHouse
/// @notice Sells slices of accounts below their maintenance requirement. Anyone starts an auction; the price of a
/// pro-rata slice falls from 98 % of its equity to 70 % within 15 minutes and to nothing within 12 hours more. If the
/// account is worth nothing or less, the waterfall pays the bidder instead, rising from nothing to what restores the
/// maintenance requirement within an hour. It ends when the account is healthy or empty. Holds nothing; trusts the
/// clearinghouse's verdict and, to pay, the waterfall.
/// @dev A venue of the clearinghouse; the waterfall must name it as its auction house.
contract AuctionHouse is IAuctionHouse {
    uint256 private constant WAD = 1e18;
    uint256 private constant FIRST_SHARE = 0.98e18;
    uint256 private constant FAST_SHARE = 0.7e18;
    uint256 private constant FAST_STAGE = 15 minutes;
    uint256 private constant SLOW_STAGE = 12 hours;
    uint256 private constant INSOLVENT_STAGE = 1 hours;
    /// @dev A slice restores maintenance and this much of it more.
    int256 private constant BUFFER = 1.15e18;
    /// @dev A slice that would leave less than this may take everything.
    uint256 private constant WHOLE_FROM = 0.9e18;
    /// @dev The starter's fee: a share of equity, capped.
    int256 private constant START_FEE_SHARE = 0.005e18;
    int256 private constant START_FEE_CAP = 50e18;
    uint256 private constant SCOPE_TRADE = 1;

    IClearinghouse public immutable clearinghouse;
    ILossWaterfall public immutable lossWaterfall;

    uint64 private _lastId;
    mapping(AccountId => Auction) private _auctions;

    /// @param ledger whose accounts are sold
    /// @param waterfall who pays for insolvent ones
    constructor(IClearinghouse ledger, ILossWaterfall waterfall) {
        if (address(ledger) == address(0) || address(waterfall) == address(0))
            revert AuctionHouse_ZeroAddress();
        clearinghouse = ledger;
        lossWaterfall = waterfall;
    }

    /// @inheritdoc IAuctionHouse
    function start(AccountId account) external returns (uint64 id) {
        Auction storage auction = _auctions[account];
        if (auction.kind != AuctionKind.None) revert AuctionHouse_AlreadyRunning(account, auction.id);
        Assessment memory verdict = _verdict(account);
        if (verdict.equity >= verdict.maintenanceRequirement) {
            revert AuctionHouse_Healthy(account, verdict.equity, verdict.maintenanceRequirement);
        }
        AuctionKind kind = _kindOf(verdict);
        id = ++_lastId;
        _auctions[account] = Auction(id, kind, uint40(block.timestamp), msg.sender);
        emit AuctionStarted(account, id, kind, verdict.equity, verdict.maintenanceRequirement, msg.sender);
        if (kind == AuctionKind.Insolvent) lossWaterfall.setExposure(account, _gap(verdict));
        else _payStarter(account, Usd.unwrap(verdict.equity));
    }

    /// @inheritdoc IAuctionHouse
    function bid(
        AccountId account,
        uint64 id,
        AccountId bidder,
        uint256 fraction,
        Usd priceLimit
    ) external returns (Usd paid) {
        _requireBidder(account, id, bidder);
        Assessment memory verdict = _verdict(account);
        // The clock runs until somebody ends the auction; an account that recovered meanwhile is not for sale.
        if (verdict.equity >= verdict.maintenanceRequirement) {
            revert AuctionHouse_Healthy(account, verdict.equity, verdict.maintenanceRequirement);
        }
        Auction memory auction = _refreshKind(account, verdict);
        uint256 largest = _largestFraction(auction, verdict);
        if (fraction == 0 || fraction > largest) revert AuctionHouse_BadFraction(fraction, largest);
        paid = _cost(auction, verdict, fraction);
        if (paid > priceLimit) revert AuctionHouse_PriceMoved(paid, priceLimit);

        clearinghouse.moveSlice(account, bidder, fraction);
        if (Usd.unwrap(paid) > 0) {
            clearinghouse.moveCash(bidder, account, paid);
        } else if (Usd.unwrap(paid) < 0) {
            _absorb(account, id, -paid);
            clearinghouse.moveCash(account, bidder, -paid);
        }
        clearinghouse.requireHealthy(bidder);
        emit BidAccepted(account, id, bidder, fraction, paid);
        _endIfOver(account, auction);
    }

    /// @inheritdoc IAuctionHouse
    function end(AccountId account) external {
        Auction memory auction = _running(account);
        if (!_endIfOver(account, auction)) revert AuctionHouse_StillUnhealthy(account);
    }

    /// @inheritdoc IAuctionHouse
    function price(
        AccountId account,
        uint256 fraction
    ) external view returns (Usd cost, uint256 largestFraction) {
        Auction memory auction = _running(account);
        Assessment memory verdict = _verdict(account);
        AuctionKind kind = _kindOf(verdict);
        if (kind != auction.kind) {
            auction.kind = kind;
            auction.startedAt = uint40(block.timestamp);
        }
        return (_cost(auction, verdict, fraction), _largestFraction(auction, verdict));
    }

    /// @inheritdoc IAuctionHouse
    function auctionOf(AccountId account) external view returns (Auction memory) {
        return _auctions[account];
    }

    function _running(AccountId account) private view returns (Auction memory auction) {
        auction = _auctions[account];
        if (auction.kind == AuctionKind.None) revert AuctionHouse_NotRunning(account);
    }

    function _verdict(AccountId account) private view returns (Assessment memory verdict) {
        verdict = clearinghouse.assess(account);
        if (verdict.status == DataStatus.Unusable) revert AuctionHouse_DataUnusable(account);
    }

    function _kindOf(Assessment memory verdict) private pure returns (AuctionKind) {
        return Usd.unwrap(verdict.equity) > 0 ? AuctionKind.Solvent : AuctionKind.Insolvent;
    }

    /// @dev Nobody related may draw on the insurance; strangers are kept honest by the price. Only the bidder's own word
    /// makes it related: an owner who could name its bidders operators would keep them all away.
    function _requireBidder(AccountId account, uint64 id, AccountId bidder) private view {
        Auction memory auction = _running(account);
        if (auction.id != id) revert AuctionHouse_WrongAuction(id, auction.id);
        if (!clearinghouse.isAuthorised(bidder, msg.sender, SCOPE_TRADE)) {
            revert AuctionHouse_NotBidderOwner(bidder, msg.sender);
        }
        if (
            bidder.ownerOf() == account.ownerOf() ||
            msg.sender == account.ownerOf() ||
            clearinghouse.isAuthorised(bidder, account.ownerOf(), 0)
        ) revert AuctionHouse_RelatedBidder(account, bidder);
    }

    /// @dev An account that crossed zero either way is another kind of auction, from now.
    function _refreshKind(
        AccountId account,
        Assessment memory verdict
    ) private returns (Auction memory auction) {
        auction = _auctions[account];
        AuctionKind kind = _kindOf(verdict);
        if (kind == auction.kind) return auction;
        auction.kind = kind;
        auction.startedAt = uint40(block.timestamp);
        _auctions[account] = auction;
        lossWaterfall.setExposure(account, kind == AuctionKind.Insolvent ? _gap(verdict) : Usd.wrap(0));
        emit AuctionKindChanged(account, auction.id, kind);
    }

    /// @dev What the waterfall pays at most for all of an insolvent account.
    function _gap(Assessment memory verdict) private pure returns (Usd) {
        return verdict.maintenanceRequirement - verdict.equity;
    }

    /// @dev What the bidder pays, rounded up; negative is what it is paid, rounded down in size.
    function _cost(
        Auction memory auction,
        Assessment memory verdict,
        uint256 fraction
    ) private view returns (Usd) {
        uint256 elapsed = block.timestamp - auction.startedAt;
        int256 equity = Usd.unwrap(verdict.equity);
        if (auction.kind == AuctionKind.Solvent) {
            uint256 slice = FixedPoint.mulUp(uint256(equity), fraction);
            return Usd.wrap(int256(FixedPoint.mulUp(slice, _solventShare(elapsed))));
        }
        uint256 gap = uint256(Usd.unwrap(verdict.maintenanceRequirement) - equity);
        uint256 reached = FixedPoint.min(elapsed, INSOLVENT_STAGE);
        uint256 offered = FixedPoint.mulDivDown(FixedPoint.mulDown(gap, fraction), reached, INSOLVENT_STAGE);
        return Usd.wrap(-int256(offered));
    }

    function _solventShare(uint256 elapsed) private pure returns (uint256) {
        if (elapsed <= FAST_STAGE) {
            return FIRST_SHARE - ((FIRST_SHARE - FAST_SHARE) * elapsed) / FAST_STAGE;
        }
        uint256 slow = elapsed - FAST_STAGE;
        return slow >= SLOW_STAGE ? 0 : FAST_SHARE - (FAST_SHARE * slow) / SLOW_STAGE;
    }

    /// @dev The slice f after which E (1 - f (1 - d)) = 1.15 M (1 - f), d being the share of equity paid for it.
    function _largestFraction(
        Auction memory auction,
        Assessment memory verdict
    ) private view returns (uint256) {
        int256 equity = Usd.unwrap(verdict.equity);
        int256 target = (Usd.unwrap(verdict.maintenanceRequirement) * BUFFER) / int256(WAD);
        if (auction.kind == AuctionKind.Insolvent) return WAD;
        if (equity >= target) return 0;
        int256 share = int256(_solventShare(block.timestamp - auction.startedAt));
        int256 divisor = target - (equity * (int256(WAD) - share)) / int256(WAD);
        if (divisor <= 0) return WAD;
        uint256 fraction = uint256(((target - equity) * int256(WAD)) / divisor) + 1;
        return fraction >= WHOLE_FROM ? WAD : fraction;
    }

    /// @dev Ends the auction if the account is healthy or empty; an empty account's debt is a shortfall.
    function _endIfOver(AccountId account, Auction memory auction) private returns (bool) {
        Assessment memory verdict = _verdict(account);
        bool isEmpty = clearinghouse.positionWords(account).length == 0 && !_hasCollateral(account);
        Usd cash = clearinghouse.cashOf(account);
        if (isEmpty && Usd.unwrap(cash) < 0) {
            _absorb(account, auction.id, -cash);
            verdict.equity = Usd.wrap(0);
        } else if (!isEmpty && verdict.equity < verdict.maintenanceRequirement) {
            if (auction.kind == AuctionKind.Insolvent) lossWaterfall.setExposure(account, _gap(verdict));
            return false;
        }
        delete _auctions[account];
        if (auction.kind == AuctionKind.Insolvent) lossWaterfall.setExposure(account, Usd.wrap(0));
        emit AuctionEnded(account, auction.id, verdict.equity, verdict.maintenanceRequirement);
        return true;
    }

    function _hasCollateral(AccountId account) private view returns (bool) {
        address[] memory assets = clearinghouse.collateralAssets();
        for (uint256 i = 0; i < assets.length; ++i) {
            if (clearinghouse.collateralOf(account, assets[i]) != 0) return true;
        }
        return false;
    }

    function _absorb(AccountId account, uint64 id, Usd amount) private {
        emit ShortfallReported(account, id, amount);
        lossWaterfall.absorb(account, amount);
    }

    /// @dev Paid from cash that is there; an account without cash pays no fee.
    function _payStarter(AccountId account, int256 equity) private {
        int256 fee = (equity * START_FEE_SHARE) / int256(WAD);
        if (fee > START_FEE_CAP) fee = START_FEE_CAP;
        AccountId receiver = accountIdOf(msg.sender, 0);
        if (fee <= 0 || Usd.unwrap(clearinghouse.cashOf(account)) < fee || receiver == account) return;
        clearinghouse.moveCash(account, receiver, Usd.wrap(fee));
    }
}
