// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IClearinghouse} from "../../contracts/interfaces/IClearinghouse.sol";
import {Absorption} from "../../contracts/interfaces/IInsurance.sol";
import {AccountId, accountIdOf} from "../../contracts/types/AccountId.sol";
import {Usd} from "../../contracts/types/Usd.sol";

/// @notice Waterfall and vault of an auction house under test: pays every shortfall from one account, which it also
/// names as the vault's.
contract AuctionCounterparts {
    IClearinghouse public immutable ledger;
    mapping(AccountId => Usd) public exposureOf;
    uint256 public heldShare;

    constructor(IClearinghouse ledger_) {
        ledger = ledger_;
    }

    function setHeldShare(uint256 share) external {
        heldShare = share;
    }

    function account() public view returns (AccountId) {
        return accountIdOf(address(this), 0);
    }

    function absorb(AccountId insolvent, Usd shortfall) external returns (Absorption memory paid) {
        paid.insurance = shortfall;
        ledger.moveCash(account(), insolvent, shortfall);
    }

    function setExposure(AccountId insolvent, Usd largest) external {
        exposureOf[insolvent] = largest;
    }
}
