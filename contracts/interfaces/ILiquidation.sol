// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccountId} from "../types/AccountId.sol";
import {Usd} from "../types/Usd.sol";

/// @notice Who pays whom in an auction.
enum AuctionKind {
    None,
    Solvent, // equity of the marks is positive: the bidder pays a discount of it
    Insolvent // it is not: the waterfall pays the bidder
}

/// @notice A running auction.
/// @param id counts up, so that no bid lands on another auction than it meant
/// @param kind who pays
/// @param startedAt of this kind
/// @param starter who is paid the start fee
struct Auction {
    uint64 id;
    AuctionKind kind;
    uint40 startedAt;
    address starter;
}

/// @notice Dutch auctions of unhealthy accounts.
interface IAuctionHouse {
    event AuctionStarted(
        AccountId indexed account,
        uint64 indexed id,
        AuctionKind kind,
        Usd equity,
        Usd maintenanceRequirement,
        address starter
    );
    event AuctionKindChanged(AccountId indexed account, uint64 indexed id, AuctionKind kind);
    event BidAccepted(
        AccountId indexed account,
        uint64 indexed id,
        AccountId indexed bidder,
        uint256 fraction,
        Usd paid
    );
    event AuctionEnded(AccountId indexed account, uint64 indexed id, Usd equity, Usd maintenanceRequirement);
    event ShortfallReported(AccountId indexed account, uint64 indexed id, Usd amount);

    error AuctionHouse_Healthy(AccountId account, Usd equity, Usd maintenanceRequirement);
    error AuctionHouse_AlreadyRunning(AccountId account, uint64 id);
    error AuctionHouse_NotRunning(AccountId account);
    error AuctionHouse_WrongAuction(uint64 expected, uint64 actual);
    error AuctionHouse_BadFraction(uint256 fraction, uint256 largest);
    error AuctionHouse_PriceMoved(Usd price, Usd limit);
    error AuctionHouse_RelatedBidder(AccountId account, AccountId bidder);
    error AuctionHouse_NotBidderOwner(AccountId bidder, address caller);
    error AuctionHouse_StillUnhealthy(AccountId account);
    error AuctionHouse_DataUnusable(AccountId account);
    error AuctionHouse_ZeroAddress();

    /// @notice Starts an auction of an account whose equity is below its maintenance requirement. Anyone may.
    /// Pays the starter a fee from the account's cash, once per auction, if the account is solvent.
    function start(AccountId account) external returns (uint64 id);

    /// @notice Takes `fraction` [wad] of the account into `bidder`, which must be the caller's (or the caller its operator)
    /// and healthy afterwards.
    /// @param id the auction meant
    /// @param priceLimit most the bidder pays (solvent), or minus the least it is paid (insolvent) [wad USD]
    /// @return paid by the bidder; negative: paid to it
    function bid(
        AccountId account,
        uint64 id,
        AccountId bidder,
        uint256 fraction,
        Usd priceLimit
    ) external returns (Usd paid);

    /// @notice Ends an auction whose account is healthy again or empty; reports a shortfall to the waterfall. Anyone may.
    function end(AccountId account) external;

    /// @notice Price now of the share `fraction` (negative: paid to the bidder), and the largest share that may be bid for.
    function price(
        AccountId account,
        uint256 fraction
    ) external view returns (Usd cost, uint256 largestFraction);

    /// @notice The auction of `account`; kind None if none runs.
    function auctionOf(AccountId account) external view returns (Auction memory);
}
