// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";
import {IBooks} from "../interfaces/IBooks.sol";
import {IClearinghouseTerms} from "../interfaces/IClearinghouseTerms.sol";
import {Packing} from "../libraries/Packing.sol";
import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {Position, QUANTITY_STEP, positionOf as packedPositionOf} from "../types/Position.sol";
import {Quantity} from "../types/Quantity.sol";
import {BookLegs, BookLegSet} from "./BookLegs.sol";
import {EntryTable, EntryTables} from "./EntryTable.sol";
import {PositionSet} from "./PositionSet.sol";

/// @notice The positions of every account. Most accounts keep them two a word, in any order. An account with a book may
/// hold many more, found by series and listed by expiry, and tells its book of every change.
abstract contract PositionLedger is IClearinghouseTerms {
    using PositionSet for mapping(uint256 => uint256);
    using EntryTables for EntryTable;
    using BookLegSet for BookLegs;
    using EnumerableSet for EnumerableSet.UintSet;

    /// @dev One word an account. `cash` [wad] is as of the index of claims or, negative, of debts; `assets` has a bit for
    /// each collateral asset held; `hasHeld` tells that some of it was held back once.
    struct AccountSlot {
        int128 cash;
        uint88 index;
        uint16 positions;
        uint8 assets;
        bool hasBook;
        bool hasHeld;
    }

    /// @notice Most positions an account may hold.
    uint256 public constant MAX_POSITIONS = 128;
    /// @notice Most positions an account with a book may hold.
    uint256 public constant MAX_BOOK_POSITIONS = 1024;

    /// @notice Largest sum of the sizes of an account's positions, books apart [1e-8]. Margin adds up sizes times at most
    /// 2^15 in 63 bits; a sum that fits only while strikes are out of the money would later keep the account from
    /// being judged, hence from being liquidated.
    uint256 public constant MAX_TOTAL_SIZE = (1 << 48) - 1;

    /// @notice Told of every change in an account with a book.
    IBooks public immutable books;

    mapping(AccountId => AccountSlot) internal _accounts;
    mapping(AccountId => mapping(uint256 => uint256)) private _positions;
    mapping(AccountId => EnumerableSet.UintSet) private _bookGroups;
    mapping(AccountId => mapping(uint256 group => BookLegs)) private _bookPositions;

    constructor(IBooks books_) {
        if (address(books_) == address(0)) revert Clearinghouse_ZeroAddress();
        books = books_;
    }

    function _positionOf(AccountId account, InstrumentId instrument) internal view returns (Quantity) {
        AccountSlot memory slot = _accounts[account];
        if (slot.hasBook) return _bookQuantity(account, instrument);
        mapping(uint256 => uint256) storage words = _positions[account];
        uint256 index = words.indexOf(slot.positions, instrument);
        return index == slot.positions ? Quantity.wrap(0) : words.get(index).quantityOf();
    }

    function _positionWords(AccountId account) internal view returns (uint256[] memory words) {
        AccountSlot memory slot = _accounts[account];
        if (!slot.hasBook) return _positions[account].load(slot.positions);
        uint256[] memory entries = new uint256[](slot.positions);
        uint256[] memory groups = _bookGroups[account].values();
        uint256 count;
        for (uint256 i = 0; i < groups.length; ++i) count = _listBook(account, groups[i], entries, count);
        return Packing.pairs(entries);
    }

    function _groupsOfBook(AccountId account) internal view returns (uint256[] memory) {
        return _bookGroups[account].values();
    }

    function _lengthOfGroup(AccountId account, uint256 group) internal view returns (uint256) {
        return _bookPositions[account][group].length();
    }

    function _legsOfGroup(AccountId account, uint256 group) internal view returns (uint256[] memory) {
        uint256[] memory entries = new uint256[](_bookPositions[account][group].length());
        _listBook(account, group, entries, 0);
        return Packing.pairs(entries);
    }

    /// @dev Gives an account without positions a book.
    function _openBook(AccountId account) internal {
        AccountSlot storage slot = _accounts[account];
        if (slot.hasBook || slot.positions != 0) revert Clearinghouse_CannotOpenBook(account);
        slot.hasBook = true;
        emit BookOpened(account);
    }

    /// @dev Adds signed `quantity` to a position.
    function _addPosition(AccountId account, InstrumentId instrument, Quantity quantity) internal {
        if (!instrument.isSeries()) revert Clearinghouse_BadInstrument(instrument);
        AccountSlot storage slot = _accounts[account];
        if (slot.hasBook) return _addToBook(account, instrument, quantity);
        uint256 count = _positions[account].add(slot.positions, instrument, quantity);
        if (count > MAX_POSITIONS) revert Clearinghouse_TooManyPositions(account, MAX_POSITIONS);
        slot.positions = uint16(count);
    }

    /// @dev Moves the share `fraction` [wad] of every position, between accounts without books: each word is read and written
    /// once.
    function _moveShare(AccountId from, AccountId to, uint256 fraction) internal {
        uint256 count = _accounts[from].positions;
        if (count == 0) return;
        uint256[] memory words = _positions[from].load(count);
        uint256[] memory taken = _positions[to].load(_accounts[to].positions);
        EntryTable memory table = EntryTables.open(taken, _accounts[to].positions, count);
        uint256[] memory kept = new uint256[](count);
        uint256 left;
        for (uint256 i = 0; i < count; ++i) {
            uint256 rest = _split(from, to, EntryTables.entryOf(words, i), fraction, table);
            if (rest != 0) kept[left++] = rest;
        }
        _accounts[from].positions = uint16(left);
        _positions[from].replace(words, EntryTables.packed(kept, left));
        (words, count) = table.close();
        if (count > MAX_POSITIONS) revert Clearinghouse_TooManyPositions(to, MAX_POSITIONS);
        _accounts[to].positions = uint16(count);
        _positions[to].replace(taken, words);
    }

    /// @dev Puts the share `fraction` of an entry into `table`; returns what is left of it, zero if nothing is. What the
    /// division leaves over stays.
    function _split(
        AccountId from,
        AccountId to,
        uint256 entry,
        uint256 fraction,
        EntryTable memory table
    ) private returns (uint256 rest) {
        int256 units = int64(uint64(entry));
        int256 part = (units * int256(fraction)) / 1e18;
        if (part != units) rest = ((entry >> 64) << 64) | uint64(int64(units - part));
        if (part == 0) return rest;
        table.add(entry >> 64, part);
        InstrumentId instrument = InstrumentId.wrap(uint64(entry >> 64));
        emit PositionMoved(from, to, instrument, Quantity.wrap(part * 1e10), msg.sender);
    }

    /// @dev The packed legs of an account that margin counts one by one; none of an account with a book.
    function _legWords(AccountId account, AccountSlot memory slot) internal view returns (uint256[] memory) {
        return slot.hasBook ? new uint256[](0) : _positions[account].load(slot.positions);
    }

    /// @param words legs of the account
    function _requireCountable(AccountId account, uint256[] memory words) internal pure {
        uint256 size = 0;
        unchecked {
            // At most 128 sizes below 2^63.
            for (uint256 i = 0; i < words.length; ++i) {
                int256 low = int64(uint64(words[i]));
                int256 high = int64(uint64(words[i] >> 128));
                size += uint256(low < 0 ? -low : low) + uint256(high < 0 ? -high : high);
            }
        }
        if (size > MAX_TOTAL_SIZE) {
            revert Clearinghouse_PositionsTooLarge(account, size, MAX_TOTAL_SIZE);
        }
    }

    function _addToBook(AccountId account, InstrumentId instrument, Quantity quantity) private {
        uint256 group = instrument.seriesGroupOf();
        uint256 key = _keyOf(instrument);
        BookLegs storage legs = _bookPositions[account][group];
        Quantity before = Quantity.wrap(legs.sizeOf(key) * int256(QUANTITY_STEP));
        Quantity afterwards = before + quantity;
        if (Quantity.unwrap(afterwards) == 0) {
            legs.remove(key);
            if (legs.length() == 0) _bookGroups[account].remove(group);
            --_accounts[account].positions;
        } else if (legs.set(key, int64(uint64(Position.unwrap(packedPositionOf(instrument, afterwards)))))) {
            if (legs.length() == 1) _bookGroups[account].add(group);
            uint256 count = ++_accounts[account].positions;
            if (count > MAX_BOOK_POSITIONS)
                revert Clearinghouse_TooManyPositions(account, MAX_BOOK_POSITIONS);
        }
        // A call and a put of a strike differ in the lowest bit.
        Quantity other = Quantity.wrap(legs.sizeOf(key ^ 1) * int256(QUANTITY_STEP));
        books.record(account, instrument, before, afterwards, other);
    }

    function _bookQuantity(AccountId account, InstrumentId instrument) private view returns (Quantity) {
        BookLegs storage legs = _bookPositions[account][instrument.seriesGroupOf()];
        return Quantity.wrap(legs.sizeOf(_keyOf(instrument)) * int256(QUANTITY_STEP));
    }

    /// @dev Strike and kind: what tells an instrument from others of its group.
    function _keyOf(InstrumentId instrument) private pure returns (uint256) {
        return InstrumentId.unwrap(instrument) & ((1 << 36) - 1);
    }

    /// @dev Appends the entries of one group to `entries` at `count`; returns where they end.
    function _listBook(
        AccountId account,
        uint256 group,
        uint256[] memory entries,
        uint256 count
    ) private view returns (uint256) {
        BookLegs storage legs = _bookPositions[account][group];
        uint256 length = legs.length();
        for (uint256 i = 0; i < length; ++i) entries[count++] = legs.entryAt(group, i);
        return count;
    }
}
