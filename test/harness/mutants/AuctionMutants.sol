// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {ILossWaterfall} from "../../../contracts/interfaces/IInsurance.sol";
import {IOptionsVault} from "../../../contracts/interfaces/IOptionsVault.sol";
import {IRiskEngine} from "../../../contracts/interfaces/IRiskEngine.sol";
import {AuctionHouse} from "../../../contracts/liquidation/AuctionHouse.sol";
import {AccountId} from "../../../contracts/types/AccountId.sol";

/// @notice The house with one guard less; a test chooses which.
contract AuctionMutant is AuctionHouse {
    bool public immutable anyBidder;
    bool public immutable anyDraw;

    constructor(
        address authority,
        IClearinghouse ledger,
        IRiskEngine engine,
        ILossWaterfall waterfall,
        IOptionsVault vault_,
        bool anyBidder_,
        bool anyDraw_
    ) AuctionHouse(authority, ledger, engine, waterfall, vault_) {
        anyBidder = anyBidder_;
        anyDraw = anyDraw_;
    }

    function _requireBidder(AccountId account, AccountId bidder) internal view override {
        if (!anyBidder) super._requireBidder(account, bidder);
    }

    function _drawLimit(int256 gained, int256 requirementRose) internal view override returns (int256) {
        return anyDraw ? type(int256).max : super._drawLimit(gained, requirementRose);
    }
}
