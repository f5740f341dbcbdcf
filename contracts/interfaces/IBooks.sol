// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Quantity} from "../types/Quantity.sol";
import {IClearinghouse} from "./IClearinghouse.sol";

/// @notice Node vectors of accounts with many series, stored per expiry and kept up with every change of a position, so
/// that a margin check reads expiries and not series. A book is what the legs add up to, to the last bit, or it is not
/// used: it carries the version of the arrays it was summed from.
interface IBooks {
    event BookRebased(
        AccountId indexed account,
        uint8 indexed market,
        uint256 indexed expiry,
        uint24 version
    );
    event ClearinghouseBound(address clearinghouse);

    error Books_NotClearinghouse(address caller);
    error Books_AlreadyBound(address clearinghouse);
    error Books_ZeroAddress();

    /// @notice Names the ledger whose positions these are. Restricted; once.
    function bind(IClearinghouse clearinghouse_) external;

    /// @notice Takes a changed position into the account's book, if the book is of the arrays' version and they have the
    /// strike; otherwise the book of that expiry waits to be re-based. Only the clearinghouse, after the change.
    function record(
        AccountId account,
        InstrumentId instrument,
        Quantity before,
        Quantity afterwards
    ) external;

    /// @notice Refreshes the arrays of every strike that `account` holds in an expiry and sums its book from them. Anyone.
    /// @dev Reverts as IRiskArrays.refresh does.
    function refresh(AccountId account, uint8 market, uint256 expiry) external;

    /// @notice The same for every expiry in which the book is not current, as far as arrays can be refreshed; returns how
    /// many were summed.
    function refreshAll(AccountId account) external returns (uint256 rebased);

    /// @notice The book of `account`: groups (market << 20 | expiry hours), and thirteen words for each (see
    /// risk/BookWords.sol), current or not.
    function read(AccountId account) external view returns (uint256[] memory groups, uint256[] memory words);

    /// @notice The legs of `account` in a group, packed two a word.
    function legsOf(AccountId account, uint256 group) external view returns (uint256[] memory positionWords);

    /// @notice The groups in which the book of `account` would have to be re-based before it is used.
    function staleGroups(AccountId account) external view returns (uint256[] memory groups);
}
