// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Auction, AuctionKind, BackstopTerms, IAuctionHouse} from "../interfaces/ILiquidation.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {AuctionPricing, Verdict} from "./AuctionPricing.sol";

/// @notice On which terms the vault buys last, and how much it has taken today. It can be handed no more than the curator
/// has agreed to, at no worse price, whoever calls.
abstract contract Backstop is IAuctionHouse, AccessManaged {
    uint256 private constant WAD = 1e18;
    uint64 private constant LARGEST_SOLVENT_SHARE = 0.7e18;
    uint64 private constant LEAST_INSOLVENT_SHARE = 0.5e18;
    uint64 private constant LARGEST_PER_BID = 0.1e18;
    uint64 private constant LARGEST_PER_DAY = 0.25e18;

    BackstopTerms private _terms;
    uint64 private _day;
    uint192 private _takenThatDay;

    constructor(address authority) AccessManaged(authority) {
        _terms = BackstopTerms(LEAST_INSOLVENT_SHARE, uint64(WAD), 0, 0);
    }

    /// @inheritdoc IAuctionHouse
    function setBackstop(BackstopTerms calldata terms) external restricted {
        _requireWithin(terms.solventShare, 0, LARGEST_SOLVENT_SHARE);
        _requireWithin(terms.insolventShare, LEAST_INSOLVENT_SHARE, uint64(WAD));
        _requireWithin(terms.perBid, 0, LARGEST_PER_BID);
        _requireWithin(terms.perDay, 0, LARGEST_PER_DAY);
        emit BackstopSet(_terms, terms);
        _terms = terms;
    }

    /// @inheritdoc IAuctionHouse
    function backstopTerms() external view returns (BackstopTerms memory terms, uint256 takenToday) {
        return (_terms, _takenToday());
    }

    /// @dev The share of the account, at most `largest`, that the vault, which is worth `vaultEquity`, takes now; it counts as taken.
    function _takeForVault(
        Auction memory auction,
        Verdict memory verdict,
        uint256 largest,
        int256 vaultEquity
    ) internal returns (uint256 fraction) {
        BackstopTerms memory terms = _terms;
        _requireDue(auction, terms);
        fraction = largest;
        uint256 size = _sizeOf(verdict);
        if (size == 0) return fraction;
        uint256 taken = _takenToday();
        uint256 room = _roomFor(terms, taken);
        uint256 equity = vaultEquity > 0 ? uint256(vaultEquity) : 0;
        fraction = FixedPoint.min(fraction, FixedPoint.divDown(FixedPoint.mulDown(equity, room), size));
        if (fraction == 0) revert AuctionHouse_BackstopSpent(taken, terms.perDay);
        _day = uint64(block.timestamp / 1 days);
        _takenThatDay = uint192(taken + FixedPoint.divUp(FixedPoint.mulUp(size, fraction), equity));
    }

    /// @dev What counts against the vault's terms: the maintenance, or the debt where that is more [wad USD].
    function _sizeOf(Verdict memory verdict) private pure returns (uint256) {
        int256 size = verdict.maintenance > -verdict.equity ? verdict.maintenance : -verdict.equity;
        return size > 0 ? uint256(size) : 0;
    }

    /// @dev Share of the vault's equity that may be taken now.
    function _roomFor(BackstopTerms memory terms, uint256 taken) internal view virtual returns (uint256) {
        return terms.perDay > taken ? FixedPoint.min(terms.perBid, terms.perDay - taken) : 0;
    }

    function _takenToday() private view returns (uint256) {
        return _day == block.timestamp / 1 days ? _takenThatDay : 0;
    }

    /// @dev The vault comes last: its terms are no better than what others could have had before.
    function _requireDue(Auction memory auction, BackstopTerms memory terms) private pure {
        if (auction.kind == AuctionKind.Solvent) {
            uint256 share = AuctionPricing.solventShare(auction.solventClock);
            if (share > terms.solventShare) revert AuctionHouse_BackstopNotDue(share, terms.solventShare);
        } else {
            uint256 share = AuctionPricing.insolventShare(auction.insolventClock);
            if (share < terms.insolventShare) revert AuctionHouse_BackstopNotDue(share, terms.insolventShare);
        }
    }

    function _requireWithin(uint64 value, uint64 least, uint64 most) private pure {
        if (value < least || value > most) revert AuctionHouse_BadBackstop(value, least, most);
    }
}
