// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Price} from "../types/Price.sol";
import {Quantity} from "../types/Quantity.sol";
import {IClearinghouse} from "./IClearinghouse.sol";

/// @notice What current books are worth, read from their sums.
/// @param value as margin marks it: between the unshocked nodes around the spot [wad USD]
/// @param delta its slope there [wad]
/// @param gamma change of the slope for a dollar, across the levels within the drift limit [wad]
/// @param volatilityUp what the value gains at the reference spot when each volatility rises by its up shock [wad USD]
/// @param volatilityDown the same when each falls by its down shock [wad USD]
/// @param grossVolatilityUp sum over strikes of what the up shock changes, netting nothing but a call with its put [wad USD]
struct BookMarks {
    int256 value;
    int256 delta;
    int256 gamma;
    int256 volatilityUp;
    int256 volatilityDown;
    uint256 grossVolatilityUp;
}

/// @notice Sensitivities of a book, measured at its arrays.
/// @param vega what the book gains when each volatility rises by its up shock, at the reference spot [wad USD]
/// @param gamma change of the delta's value for a move of one percent [wad USD]
/// @param delta at the spot asked for [wad]
struct BookRisk {
    int256 vega;
    int256 gamma;
    int256 delta;
}

/// @notice What one expiry of a book risks.
/// @param expiry unix seconds
/// @param vega as in BookRisk [wad USD]
/// @param calls net contracts [wad]
/// @param puts net contracts [wad]
struct GroupRisk {
    uint256 expiry;
    int256 vega;
    int256 calls;
    int256 puts;
}

/// @notice A book before and after a change of positions.
/// @param beforehand sensitivities of all live positions in the market
/// @param afterwards the same with the change
/// @param groupsBefore the expiries that change, each once
/// @param groupsAfter the same expiries with the change
struct RiskChange {
    BookRisk beforehand;
    BookRisk afterwards;
    GroupRisk[] groupsBefore;
    GroupRisk[] groupsAfter;
}

/// @notice Node vectors of accounts with many series, kept up with every change of a position: one total a market, and what
/// it has of each expiry, so that a margin check reads neither series nor, while all is current, expiries. A book is what
/// the legs add up to, to the last bit, or it is not used: it carries the version of the arrays it was summed from, and is
/// taken out of the total once that is not current.
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
    error Books_NotCurrent(uint8 market, uint256 expiry);
    error Books_BeyondDrift(uint8 market, Price spot);

    /// @notice Names the ledger whose positions these are. Restricted; once.
    function bind(IClearinghouse clearinghouse_) external;

    /// @notice Takes a changed position into the account's book, if the book is of the arrays' version and they have the
    /// strike; otherwise the book of that expiry waits to be re-based. Only the clearinghouse, after the change. Small changes
    /// may wait: they are read with the book, and taken in once there are several or somebody refreshes it.
    /// @param other what the account has of the other kind of the same strike
    function record(
        AccountId account,
        InstrumentId instrument,
        Quantity before,
        Quantity afterwards,
        Quantity other
    ) external;

    /// @notice Refreshes the arrays of every strike that `account` holds in an expiry and sums its book from them. Anyone.
    /// @dev Reverts as IRiskArrays.refresh does.
    function refresh(AccountId account, uint8 market, uint256 expiry) external;

    /// @notice The same for every expiry in which the book is not current, as far as arrays can be refreshed; and takes in what
    /// waits of the others, by the arrays that they are of. Returns how many expiries that were.
    function refreshAll(AccountId account) external returns (uint256 rebased);

    /// @notice The totals of `account`, one a market that it has groups in, and what of them is not to be used.
    /// @return apart entries of the groups (as entriesOf has them) that totals have nothing current of
    /// @return words fifteen a market: market 8 bits, what its total is good for without those (DataStatus) 8, and one bit
    /// that is zero if nothing is left then | fourteen as in risk/BookTotals.sol
    function read(AccountId account) external view returns (uint256[] memory apart, uint256[] memory words);

    /// @notice The groups (market << 20 | expiry hours) in which `account` has legs, and above their 28 bits the version of
    /// the arrays that its market's total has been summed from; zero if that has nothing of the group.
    function entriesOf(AccountId account) external view returns (uint256[] memory);

    /// @notice What the total of its market has of a group (see risk/BookWords.sol), if it has anything.
    function partOf(AccountId account, uint256 group) external view returns (uint256[13] memory);

    /// @notice Marks of an account in a market at `spot` [wad USD], from its total: no leg is read.
    /// @return marks of the groups whose books are current
    /// @return apart the other groups, whose legs have to be valued one by one: stale, expired, or all of them if `spot` is
    /// beyond the drift limit of the arrays
    function marksOf(
        AccountId account,
        uint8 market,
        Price spot
    ) external view returns (BookMarks memory marks, uint256[] memory apart);

    /// @notice The same of one group; nothing if its book is not current.
    function marksOfGroup(
        AccountId account,
        uint256 group,
        Price spot
    ) external view returns (BookMarks memory marks, bool isCurrent);

    /// @notice What tells one state of an account's books from another: the versions of the arrays of all its groups, and the
    /// total of `market`. Marks that were made for another one are not this book's.
    function versionOf(AccountId account, uint8 market) external view returns (bytes32);

    /// @notice What changing positions of an account in a market would do to its sensitivities at `spot` [wad USD]. The book
    /// after a change is the book before the next one, to the last bit, whatever strikes, pieces and order it comes in.
    /// @dev Reverts with Books_BeyondDrift if `spot` is beyond the drift limit of the arrays, with Books_NotCurrent if the
    /// book of a live expiry has to be re-based or one that changes has no arrays, with RiskArrays_StaleStrike if they lack a
    /// strike. Anyone may refresh. Arrays that are merely old are good enough: they blur both sides alike.
    /// @param instruments of the market
    /// @param changes what the account gains of each [wad], whole multiples of 1e-8
    function changeOf(
        AccountId account,
        uint8 market,
        Price spot,
        InstrumentId[] calldata instruments,
        Quantity[] calldata changes
    ) external view returns (RiskChange memory change);

    /// @notice The legs of `account` in a group, packed two a word.
    function legsOf(AccountId account, uint256 group) external view returns (uint256[] memory positionWords);

    /// @notice The groups of which changes wait to be taken into part and total. Summing a group takes in what waits of it;
    /// readers need not care.
    function waitingGroups(AccountId account) external view returns (uint256[] memory groups);

    /// @notice The groups in which the book of `account` would have to be re-based before it is used.
    function staleGroups(AccountId account) external view returns (uint256[] memory groups);
}
