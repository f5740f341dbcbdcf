// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {ILossWaterfall} from "../interfaces/IInsurance.sol";
import {Auction, AuctionKind, IAuctionHouse} from "../interfaces/ILiquidation.sol";
import {IRiskEngine} from "../interfaces/IRiskEngine.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {AccountId, accountIdOf} from "../types/AccountId.sol";
import {Usd} from "../types/Usd.sol";
import {AuctionPricing, Verdict} from "./AuctionPricing.sol";
import {Verdicts} from "./Verdicts.sol";

/// @notice Which auctions run, and since when: starts them, keeps their clocks and ends them.
abstract contract AuctionRegister is Verdicts {
    /// @dev The starter's fee: a share of equity, capped.
    int256 private constant START_FEE_SHARE = 0.005e18;
    int256 private constant START_FEE_CAP = 50e18;
    int256 private constant WAD = 1e18;
    /// @dev A start so soon after the last end is the same distress.
    uint256 private constant EPISODE = 1 days;

    ILossWaterfall public immutable lossWaterfall;

    mapping(AccountId => Auction) private _auctions;
    bool private transient _entered;

    modifier alone() {
        _requireAlone();
        _entered = true;
        _;
        _entered = false;
    }

    constructor(
        IClearinghouse ledger,
        IRiskEngine engine,
        ILossWaterfall waterfall
    ) Verdicts(ledger, engine) {
        if (address(waterfall) == address(0)) revert AuctionHouse_ZeroAddress();
        lossWaterfall = waterfall;
    }

    /// @inheritdoc IAuctionHouse
    function start(AccountId account) external alone returns (uint64 id) {
        Auction memory auction = _auctions[account];
        if (auction.kind != AuctionKind.None) revert AuctionHouse_AlreadyRunning(account, auction.id);
        Verdict memory verdict = _glance(account);
        _requireUnhealthy(account, verdict);
        // A start soon after the last end is the same distress, whose start has been paid for.
        bool isNew = auction.id == 0 || block.timestamp > auction.seenAt + EPISODE;
        auction.starter = isNew ? msg.sender : address(0);
        id = ++auction.id;
        auction.kind = _kindOf(AuctionKind.Solvent, verdict);
        auction.seenAt = uint32(block.timestamp);
        _auctions[account] = auction;
        emit AuctionStarted(
            account,
            id,
            auction.kind,
            Usd.wrap(verdict.equity),
            Usd.wrap(verdict.maintenance),
            msg.sender
        );
        if (auction.kind == AuctionKind.Insolvent) _expose(account, verdict);
    }

    /// @inheritdoc IAuctionHouse
    function update(AccountId account) external alone returns (bool ended) {
        ended = _update(account);
    }

    /// @inheritdoc IAuctionHouse
    function end(AccountId account) external alone {
        if (!_update(account)) revert AuctionHouse_StillUnhealthy(account);
    }

    /// @inheritdoc IAuctionHouse
    function auctionOf(AccountId account) external view returns (Auction memory) {
        return _auctions[account];
    }

    /// @dev Not from within a bid's callback, nor half-way through a batch, when accounts are not what they will be.
    function _requireAlone() internal view virtual {
        if (_entered) revert AuctionHouse_Reentered();
        if (AccountId.unwrap(clearinghouse.activeAccount()) != 0) revert AuctionHouse_InBatch();
    }

    /// @dev How long ago the account was seen counts up to a limit.
    function _countedUntil(Auction memory auction) internal view virtual returns (uint256) {
        return FixedPoint.min(block.timestamp, auction.seenAt + AuctionPricing.LONGEST_GAP);
    }

    function _running(AccountId account) internal view returns (Auction memory auction) {
        auction = _auctions[account];
        if (auction.kind == AuctionKind.None) revert AuctionHouse_NotRunning(account);
    }

    /// @dev The auction as it is now; nothing is written.
    function _asOfNow(
        AccountId account,
        Verdict memory verdict
    ) internal view returns (Auction memory auction, AuctionKind before) {
        auction = _running(account);
        before = auction.kind;
        AuctionPricing.advance(auction, verdict.whole, _countedUntil(auction));
        auction.seenAt = uint32(block.timestamp);
        auction.kind = _kindOf(before, verdict);
    }

    /// @dev Brings the auction up to date, in memory but for the waterfall, which learns of a change of kind, and the
    /// starter's fee, which leaves `verdict` as it is then.
    function _refresh(AccountId account, Verdict memory verdict) internal returns (Auction memory auction) {
        AuctionKind before;
        (auction, before) = _asOfNow(account, verdict);
        if (auction.starter != address(0) && !_isHealthy(verdict)) _payStarter(account, auction, verdict);
        if (auction.kind == before) return auction;
        if (before == AuctionKind.Insolvent) lossWaterfall.setExposure(account, Usd.wrap(0));
        emit AuctionKindChanged(account, auction.id, auction.kind);
    }

    /// @dev Writes the auction, or ends it if `left`, how the account stands now, is healthy. What an account without
    /// anything owes is a shortfall.
    function _settle(AccountId account, Auction memory auction, Verdict memory left) internal returns (bool) {
        if (left.isEmpty && left.cash < 0) {
            _absorb(account, auction.id, -left.cash);
            left.equity = 0;
        }
        if (!_isHealthy(left) || _mustWait(auction, left)) {
            _auctions[account] = auction;
            if (auction.kind == AuctionKind.Insolvent && left.whole) _expose(account, left);
            return false;
        }
        bool wasInsolvent = auction.kind == AuctionKind.Insolvent;
        Auction memory ended;
        (ended.id, ended.seenAt) = (auction.id, uint32(block.timestamp));
        _auctions[account] = ended;
        if (wasInsolvent) lossWaterfall.setExposure(account, Usd.wrap(0));
        emit AuctionEnded(account, auction.id, Usd.wrap(left.equity), Usd.wrap(left.maintenance));
        return true;
    }

    function _update(AccountId account) private returns (bool) {
        _running(account);
        Verdict memory verdict = _judge(account);
        Auction memory auction = _refresh(account, verdict);
        return _settle(account, auction, verdict);
    }

    /// @dev Whether what has no price keeps an auction open though the rest is healthy: positions, if there is nothing but
    /// them to judge by, or if the account owed more than it had when they had a price. Collateral owes nothing.
    function _mustWait(Auction memory auction, Verdict memory left) private pure returns (bool) {
        return _isBlind(left) || (left.mayOwe && auction.kind == AuctionKind.Insolvent);
    }

    /// @dev Has the waterfall credit `account` with what it cannot pay.
    function _absorb(AccountId account, uint64 id, int256 amount) internal {
        emit ShortfallReported(account, id, Usd.wrap(amount));
        lossWaterfall.absorb(account, Usd.wrap(amount));
    }

    /// @dev Names what the waterfall pays at most for all of an insolvent account.
    function _expose(AccountId account, Verdict memory verdict) private {
        lossWaterfall.setExposure(account, Usd.wrap(verdict.maintenance - verdict.equity));
    }

    /// @dev While something has no price, nobody is paid for the rest being under water.
    function _kindOf(AuctionKind before, Verdict memory verdict) private pure returns (AuctionKind) {
        if (!verdict.whole) return before;
        return verdict.equity > 0 ? AuctionKind.Solvent : AuctionKind.Insolvent;
    }

    /// @dev Paid from cash that is there, while all has a price; an account without cash or equity pays later, if ever. To
    /// nobody for an account of its own: between those, what is held back may not move, and no bid may fail on that.
    function _payStarter(AccountId account, Auction memory auction, Verdict memory verdict) private {
        int256 fee = (verdict.equity * START_FEE_SHARE) / WAD;
        if (fee > START_FEE_CAP) fee = START_FEE_CAP;
        AccountId receiver = accountIdOf(auction.starter, 0);
        if (fee <= 0 || !verdict.whole || verdict.cash < fee) return;
        if (auction.starter == account.ownerOf()) return;
        auction.starter = address(0);
        verdict.equity -= fee;
        verdict.cash -= fee;
        clearinghouse.moveCash(account, receiver, Usd.wrap(fee));
        emit StarterPaid(account, auction.id, receiver, Usd.wrap(fee));
    }
}
