// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEpochAccounts} from "../../contracts/interfaces/IEpochAccounts.sol";
import {VaultReading} from "../../contracts/interfaces/IValuation.sol";
import {AccountId, accountIdOf} from "../../contracts/types/AccountId.sol";
import {Price} from "../../contracts/types/Price.sol";
import {Usd} from "../../contracts/types/Usd.sol";

/// @notice A vault whose account is worth what it is told, which mints and burns as it is told.
contract TwinVault {
    IEpochAccounts public immutable accounts;
    uint256 public supply;
    uint256 public feeShares;
    uint256 private _epochId;

    constructor(IEpochAccounts accounts_, uint256 supply_) {
        (accounts, supply) = (accounts_, supply_);
    }

    function account() public view returns (AccountId) {
        return accountIdOf(address(this), 0);
    }

    /// @param flow [wad USD] that enters (negative: leaves), for `shares` minted (negative: burnt)
    function epoch(int256 bid, int256 mid, int256 flow, int256 shares) external returns (uint256 minted) {
        VaultReading memory read_;
        read_.bid = Usd.wrap(bid);
        read_.mid = Usd.wrap(mid);
        read_.spot = Price.wrap(2_000e18);
        (, minted) = accounts.beginEpoch(account(), ++_epochId, read_, supply);
        feeShares += minted;
        uint256 before = supply + minted;
        supply = uint256(int256(before) + shares);
        accounts.endEpoch(account(), read_, before, supply, Usd.wrap(flow));
    }
}
