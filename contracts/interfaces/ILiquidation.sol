// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";

/// @notice Who pays whom in an auction.
enum AuctionKind {
    None,
    Solvent, // equity of the marks is positive: the bidder pays a discount of it
    Insolvent // it is not: the waterfall pays the bidder
}

/// @notice An account's auction; with kind None, what is left of its last one. One word.
/// @param id of this account's auctions, counting up, so that no bid lands on another auction than it meant
/// @param kind who pays
/// @param seenAt when the account was last seen unhealthy, from where the clock runs on; with kind None, when it ended
/// @param solventClock time that the price has had to fall, as of `seenAt` [s]; stops at 65,535
/// @param insolventClock time that the payment has had to rise, as of `seenAt` [s]; stops at 65,535
/// @param starter who is yet to be paid for starting it; zero if nobody
struct Auction {
    uint24 id;
    AuctionKind kind;
    uint32 seenAt;
    uint16 solventClock;
    uint16 insolventClock;
    address starter;
}

/// @notice A bid for a pro-rata slice of everything.
/// @param id the auction meant
/// @param kind of auction that is meant; an account that crossed zero meanwhile is another
/// @param bidder account that takes the slice
/// @param fraction most that is taken [wad]; more than what may be sold is cut to that
/// @param priceLimit most the bidder pays (solvent), or minus the least it is paid (insolvent), for the whole `fraction`;
/// less in proportion for what is cut [wad USD]
struct Bid {
    uint64 id;
    AuctionKind kind;
    AccountId bidder;
    uint256 fraction;
    Usd priceLimit;
}

/// @notice One position, or part of it. Quantity [wad] has the sign of the seller's position.
struct Leg {
    InstrumentId instrument;
    Quantity quantity;
}

/// @notice A bid for some positions without cash and collateral.
/// @param priceLimit most the bidder pays; negative: minus the least it is paid [wad USD]
struct PartBid {
    uint64 id;
    AuctionKind kind;
    AccountId bidder;
    Usd priceLimit;
    Leg[] legs;
}

/// @notice What the vault has agreed to buy last.
/// @param solventShare most it pays of a slice's equity [wad]
/// @param insolventShare least of the way to the maintenance gap that it must be paid [wad]
/// @param perBid largest maintenance requirement of one slice, as a share of the vault's equity [wad]; zero: none
/// @param perDay the same for all slices within a day [wad]
struct BackstopTerms {
    uint64 solventShare;
    uint64 insolventShare;
    uint64 perBid;
    uint64 perDay;
}

/// @notice Called by the auction house within a bid, after the slice has moved and before the bidder's margin is checked.
interface IAuctionBidder {
    /// @param account the seller
    /// @param bidder the account that took the slice
    /// @param paid by the bidder; negative: paid to it [wad USD]
    /// @param data as handed to the bid
    function onAuctionBid(AccountId account, AccountId bidder, Usd paid, bytes calldata data) external;
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
    event StarterPaid(AccountId indexed account, uint64 indexed id, AccountId receiver, Usd fee);
    event AuctionKindChanged(AccountId indexed account, uint64 indexed id, AuctionKind kind);
    event BidAccepted(
        AccountId indexed account,
        uint64 indexed id,
        AccountId indexed bidder,
        uint256 fraction,
        Usd paid
    );
    /// @notice The seller paid a tenth of a slice's discount to the insurance fund [wad USD].
    event FundFed(AccountId indexed account, uint64 indexed id, Usd fee);
    /// @notice `released` is what the maintenance requirement fell by.
    event PartSold(
        AccountId indexed account,
        uint64 indexed id,
        AccountId indexed bidder,
        uint256 legs,
        Usd paid,
        Usd released
    );
    /// @notice After a slice, equity and requirement are what is left of those before it in proportion.
    event AuctionEnded(AccountId indexed account, uint64 indexed id, Usd equity, Usd maintenanceRequirement);
    event ShortfallReported(AccountId indexed account, uint64 indexed id, Usd amount);
    event BackstopSet(BackstopTerms oldTerms, BackstopTerms newTerms);

    error AuctionHouse_Healthy(AccountId account, Usd equity, Usd maintenanceRequirement);
    error AuctionHouse_AlreadyRunning(AccountId account, uint64 id);
    error AuctionHouse_NotRunning(AccountId account);
    error AuctionHouse_WrongAuction(uint64 expected, uint64 actual);
    error AuctionHouse_WrongKind(AuctionKind expected, AuctionKind actual);
    error AuctionHouse_BadFraction(uint256 fraction, uint256 largest);
    error AuctionHouse_PriceMoved(Usd price, Usd limit);
    error AuctionHouse_RelatedBidder(AccountId account, AccountId bidder);
    error AuctionHouse_NotBidderOwner(AccountId bidder, address caller);
    error AuctionHouse_StillUnhealthy(AccountId account);
    error AuctionHouse_DataUnusable(AccountId account);
    error AuctionHouse_ZeroAddress();
    /// @notice Only single positions are sold so early.
    error AuctionHouse_SoftStage(AccountId account, uint256 secondsLeft);
    /// @notice An account with a book is sold in parts.
    error AuctionHouse_PartsOnly(AccountId account);
    error AuctionHouse_NoLegs();
    /// @notice The seller has less of this, or none, or of the other sign.
    error AuctionHouse_NotReducing(InstrumentId instrument, Quantity held, Quantity wanted);
    error AuctionHouse_RiskNotReduced(AccountId account, Usd maintenanceBefore, Usd maintenanceAfter);
    /// @notice The part is more than what restores maintenance and its buffer.
    error AuctionHouse_PartTooLarge(AccountId account, Usd equity, Usd maintenanceRequirement);
    error AuctionHouse_InBatch();
    error AuctionHouse_Reentered();
    error AuctionHouse_BackstopNotDue(uint256 share, uint256 agreed);
    error AuctionHouse_BackstopSpent(uint256 taken, uint256 limit);
    error AuctionHouse_BadBackstop(uint256 value, uint256 least, uint256 most);

    /// @notice Starts an auction of an account whose equity is below its maintenance requirement. Anyone may. The starter
    /// is paid a fee from the account's cash, once in a distress, when the account is next seen unhealthy and solvent:
    /// at a bid, or at an update.
    /// @dev What no price can value counts for nothing and stays with the account. While there is such a thing, beyond dust of
    /// collateral, only parts of the rest are sold, at the bounded cost of the soft stage. Where nothing that asks for margin
    /// has a price, an account without debt cannot be judged and its auction not started; a running one waits.
    function start(AccountId account) external returns (uint64 id);

    /// @notice Brings an auction up to date: ends it if the account is healthy by what has a price, or empty, turns it into the other kind if
    /// equity crossed zero, and lets its clock run on. Anyone may; returns whether it ended.
    /// @dev Positions without a price keep an insolvent auction open, whatever the rest is worth: their price comes back, or
    /// they settle at their fixing. The clock counts at most half an hour between two looks, so an account that recovered meanwhile unseen, or one
    /// that nobody looked after, is not given away.
    function update(AccountId account) external returns (bool ended);

    /// @notice Ends an auction whose account is healthy again or empty; reports a shortfall to the waterfall. Anyone may.
    function end(AccountId account) external;

    /// @notice Takes a slice of everything into the bidder's account, which must be the caller's (or the caller its operator
    /// with all scopes) and meet its initial requirement afterwards. Not in the soft stage, nor while no price is usable.
    /// @param data if not empty, IAuctionBidder.onAuctionBid of the caller is called with it
    /// @return paid by the bidder; negative: paid to it [wad USD]
    function bid(AccountId account, Bid calldata terms, bytes calldata data) external returns (Usd paid);

    /// @notice Takes positions at their marks, less a discount. In the soft stage it is at most 5 % of the maintenance
    /// requirement that the seller is rid of; later the same share of equity that a slice with that requirement costs.
    function bidPart(
        AccountId account,
        PartBid calldata terms,
        bytes calldata data
    ) external returns (Usd paid);

    /// @notice Sells a slice to the vault, if the price has come to the vault's terms. Anyone may.
    /// @return paid by the vault; negative: paid to it [wad USD]
    function backstop(AccountId account) external returns (Usd paid);

    /// @notice Sets the terms on which the vault buys. Restricted to the curator. Shares are bounded: 0 to 0.7 of equity,
    /// 0.5 to 1 of the gap, 0 to 0.1 a bid, 0 to 0.25 a day.
    function setBackstop(BackstopTerms calldata terms) external;

    /// @notice Price now of the share `fraction` (negative: paid to the bidder), and the largest share that may be bid for:
    /// zero in the soft stage. Insolvent, the payment is at most what the slice adds to the bidder's requirement.
    function price(
        AccountId account,
        uint256 fraction
    ) external view returns (Usd cost, uint256 largestFraction);

    /// @notice The auction of `account`; kind None if none runs.
    function auctionOf(AccountId account) external view returns (Auction memory);

    /// @notice On which terms the vault buys, and what it took today as a share of its equity [wad].
    function backstopTerms() external view returns (BackstopTerms memory terms, uint256 takenToday);
}

/// @notice Closes positions of accounts in auction against the vault's quotes, for anyone and without capital.
interface IVaultCloser is IAuctionBidder {
    event ClosedWithVault(AccountId indexed account, address indexed caller, uint256 legs, uint256 gain);

    error VaultCloser_NotHouse(address caller);
    error VaultCloser_LessThanWanted(uint256 gain, uint256 least);
    error VaultCloser_ZeroAddress();

    /// @notice Buys `legs` of `account`, each series once, in its auction `id`, trades them away to the vault at once, as one
    /// order where they are of one market and no more than eight, and pays what is left of the
    /// discount to the caller. Reverts if nothing would be left of it: the seller pays no more than what the house allows.
    /// @param least least gain [USDC units]
    /// @return gain paid to the caller [USDC units]
    function close(
        AccountId account,
        uint64 id,
        AuctionKind kind,
        Leg[] calldata legs,
        uint256 least
    ) external returns (uint256 gain);
}
