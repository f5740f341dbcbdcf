// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Call, IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {
    AuctionKind,
    IAuctionBidder,
    IAuctionHouse,
    IVaultCloser,
    Leg,
    PartBid
} from "../interfaces/ILiquidation.sol";
import {ITradeDesk} from "../interfaces/ITradeDesk.sol";
import {AccountId, accountIdOf} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";

/// @title VaultCloser
/// @notice A bidder that keeps nothing: within one transaction it buys positions in an auction and trades them away to the
/// vault at its quote. So the soft stage reduces risk against the vault's quotes without anybody's capital. Its account is
/// empty between calls, but for what rounding leaves and what withdrawals hold back; the next caller after that gets it.
/// Trusts the auction house, the clearinghouse and the trade desk.
contract VaultCloser is IVaultCloser {
    int256 private constant NO_LIMIT = type(int128).max;
    /// @dev Of one order at the desk.
    uint256 private constant MOST_LEGS = 8;

    IClearinghouse public immutable clearinghouse;
    IAuctionHouse public immutable auctionHouse;
    ITradeDesk public immutable desk;
    address private immutable _usdc;

    /// @param ledger where its account is
    /// @param house whose auctions it bids in
    /// @param desk_ where it trades with the vault
    constructor(IClearinghouse ledger, IAuctionHouse house, ITradeDesk desk_) {
        if (address(ledger) == address(0) || address(house) == address(0) || address(desk_) == address(0))
            revert VaultCloser_ZeroAddress();
        (clearinghouse, auctionHouse, desk) = (ledger, house, desk_);
        (_usdc, ) = ledger.cashAsset();
    }

    /// @inheritdoc IVaultCloser
    function close(
        AccountId account,
        uint64 id,
        AuctionKind kind,
        Leg[] calldata legs,
        uint256 least
    ) external returns (uint256 gain) {
        AccountId own = accountIdOf(address(this), 0);
        int256 before = Usd.unwrap(clearinghouse.cashOf(own));
        PartBid memory terms = PartBid(id, kind, own, Usd.wrap(NO_LIMIT), legs);
        auctionHouse.bidPart(account, terms, abi.encode(legs));
        // What is there from before, while it is held back, pays for nobody's closing.
        if (Usd.unwrap(clearinghouse.cashOf(own)) < before) revert VaultCloser_LessThanWanted(0, least);
        gain = clearinghouse.withdrawable(own, _usdc);
        if (gain < least) revert VaultCloser_LessThanWanted(gain, least);
        emit ClosedWithVault(account, msg.sender, legs.length, gain);
        if (gain != 0) clearinghouse.withdraw(own, _usdc, gain, msg.sender);
    }

    /// @inheritdoc IAuctionBidder
    /// @dev The batch's own check refuses whatever leaves this account in debt or with a position.
    function onAuctionBid(AccountId, AccountId bidder, Usd, bytes calldata data) external virtual {
        _requireHouse();
        Leg[] memory legs = abi.decode(data, (Leg[]));
        bool isOrder = _isOneOrder(legs);
        Call[] memory calls = new Call[](isOrder ? 1 : legs.length);
        if (isOrder) calls[0] = Call(address(desk), _orderOf(bidder, legs));
        else
            for (uint256 i = 0; i < legs.length; ++i) {
                calls[i].target = address(desk);
                calls[i].data = abi.encodeCall(
                    ITradeDesk.trade,
                    (bidder, legs[i].instrument, -legs[i].quantity, Usd.wrap(NO_LIMIT), block.timestamp)
                );
            }
        clearinghouse.batch(bidder, calls);
    }

    /// @dev One order is never dearer than its legs, and quoted once.
    function _isOneOrder(Leg[] memory legs) private pure returns (bool) {
        if (legs.length < 2 || legs.length > MOST_LEGS) return false;
        for (uint256 i = 1; i < legs.length; ++i) {
            if (legs[i].instrument.marketOf() != legs[0].instrument.marketOf()) return false;
        }
        return true;
    }

    function _orderOf(AccountId bidder, Leg[] memory legs) private view returns (bytes memory) {
        InstrumentId[] memory instruments = new InstrumentId[](legs.length);
        Quantity[] memory quantities = new Quantity[](legs.length);
        for (uint256 i = 0; i < legs.length; ++i) {
            (instruments[i], quantities[i]) = (legs[i].instrument, -legs[i].quantity);
        }
        return
            abi.encodeCall(
                ITradeDesk.tradeLegs,
                (bidder, instruments, quantities, Usd.wrap(NO_LIMIT), block.timestamp)
            );
    }

    function _requireHouse() internal view virtual {
        if (msg.sender != address(auctionHouse)) revert VaultCloser_NotHouse(msg.sender);
    }
}
