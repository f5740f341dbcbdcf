// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Bid, IAuctionBidder, IAuctionHouse} from "../../contracts/interfaces/ILiquidation.sol";
import {AccountId} from "../../contracts/types/AccountId.sol";
import {Usd} from "../../contracts/types/Usd.sol";

/// @notice A bidder that does in the callback what its bid's data says: one call to one address.
contract FlashBidder is IAuctionBidder {
    struct Errand {
        address target;
        bytes data;
    }

    /// @dev Whether the callback came, for who paid what.
    event Called(AccountId account, AccountId bidder, Usd paid);

    function bid(
        IAuctionHouse house,
        AccountId account,
        Bid calldata terms,
        Errand calldata errand
    ) external returns (Usd) {
        return house.bid(account, terms, abi.encode(errand));
    }

    function run(address target, bytes memory data) public {
        (bool ok, bytes memory result) = target.call(data);
        if (ok) return;
        assembly ("memory-safe") {
            revert(add(result, 32), mload(result))
        }
    }

    function onAuctionBid(AccountId account, AccountId bidder, Usd paid, bytes calldata data) external {
        emit Called(account, bidder, paid);
        Errand memory errand = abi.decode(data, (Errand));
        run(errand.target, errand.data);
    }
}
