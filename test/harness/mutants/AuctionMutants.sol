// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {ILossWaterfall} from "../../../contracts/interfaces/IInsurance.sol";
import {Auction, BackstopTerms} from "../../../contracts/interfaces/ILiquidation.sol";
import {IOptionsVault} from "../../../contracts/interfaces/IOptionsVault.sol";
import {IRiskEngine} from "../../../contracts/interfaces/IRiskEngine.sol";
import {AuctionHouse} from "../../../contracts/liquidation/AuctionHouse.sol";
import {AuctionPricing, Verdict} from "../../../contracts/liquidation/AuctionPricing.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";

/// @notice The house without some of its guards; a test chooses which. In each an attack succeeds.
contract AuctionMutant is AuctionHouse {
    enum Guard {
        Bidder,
        Draw,
        Alone,
        Cut,
        Remainder,
        Room,
        Clock,
        Debt
    }

    error AuctionMutant_MoreThanForSale(uint256 wanted, uint256 largest);

    uint256 private immutable _missing;

    /// @param missing guards left out, one bit each
    constructor(
        address authority,
        IClearinghouse ledger,
        IRiskEngine engine,
        ILossWaterfall waterfall,
        IOptionsVault vault_,
        uint256 missing
    ) AuctionHouse(authority, ledger, engine, waterfall, vault_) {
        _missing = missing;
    }

    function _has(Guard guard) private view returns (bool) {
        return (_missing >> uint256(guard)) & 1 == 0;
    }

    function _requireBidder(AccountId account, AccountId bidder) internal view override {
        if (_has(Guard.Bidder)) super._requireBidder(account, bidder);
    }

    function _drawLimit(int256 gained, int256 requirementRose) internal view override returns (int256) {
        return _has(Guard.Draw) ? super._drawLimit(gained, requirementRose) : type(int256).max;
    }

    function _requireAlone() internal view override {
        if (_has(Guard.Alone)) super._requireAlone();
    }

    function _cut(uint256 wanted, uint256 largest) internal view override returns (uint256) {
        if (_has(Guard.Cut)) return super._cut(wanted, largest);
        if (wanted > largest) revert AuctionMutant_MoreThanForSale(wanted, largest);
        return wanted;
    }

    function _largestFraction(
        Auction memory auction,
        Verdict memory verdict
    ) internal view override returns (uint256) {
        uint256 fraction = super._largestFraction(auction, verdict);
        return _has(Guard.Remainder) || fraction != 1e18 ? fraction : AuctionPricing.WHOLE_FROM - 1;
    }

    function _roomFor(BackstopTerms memory terms, uint256 taken) internal view override returns (uint256) {
        return _has(Guard.Room) ? super._roomFor(terms, taken) : 1e18;
    }

    function _countedUntil(Auction memory auction) internal view override returns (uint256) {
        return _has(Guard.Clock) ? super._countedUntil(auction) : block.timestamp;
    }

    function _debtTaken(Verdict memory verdict, uint256 released) internal view override returns (int256) {
        int256 debt = super._debtTaken(verdict, released);
        return _has(Guard.Debt) ? debt : -debt;
    }
}
