// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GroupRisk, IBooks, RiskChange} from "../interfaces/IBooks.sol";
import {IRiskArrays} from "../interfaces/IRiskArrays.sol";
import {AccountId} from "../types/AccountId.sol";
import {InstrumentId} from "../types/InstrumentId.sol";
import {QUANTITY_STEP} from "../types/Position.sol";
import {Price} from "../types/Price.sol";
import {Quantity} from "../types/Quantity.sol";
import {BookChanges, Change} from "./BookChanges.sol";
import {BookGroups} from "./BookGroups.sol";
import {BookStamps} from "./BookStamps.sol";
import {Source} from "./BookStore.sol";
import {BookTotals} from "./BookTotals.sol";
import {BookViews} from "./BookViews.sol";
import {GridWords} from "./GridWords.sol";
import {LaneSum, LaneSums} from "./LaneSums.sol";

/// @dev An order in the making.
struct Measure {
    AccountId account;
    uint256 market;
    uint256 grid;
    uint256 spot;
    LaneSum total;
    LaneSum[] groups;
    uint256 groupCount;
}

/// @title BookRisks
/// @notice What a trade does to the sensitivities of a book, from the words that recording it would add.
abstract contract BookRisks is BookViews {
    /// @inheritdoc IBooks
    function changeOf(
        AccountId account,
        uint8 market,
        Price spot,
        InstrumentId[] calldata instruments,
        Quantity[] calldata changes
    ) external view returns (RiskChange memory change) {
        Measure memory measure;
        bool isCurrent;
        (measure.account, measure.market, measure.spot) = (account, market, Price.unwrap(spot));
        (measure.grid, isCurrent, ) = riskArrays.gridAt(market, measure.spot, 0);
        if (!isCurrent) revert Books_BeyondDrift(market, spot);
        _measureTotal(measure);
        change.beforehand = LaneSums.riskOf(measure.total, measure.grid, measure.spot);
        uint256 legs = instruments.length;
        measure.groups = new LaneSum[](legs);
        (change.groupsBefore, change.groupsAfter) = (new GroupRisk[](legs), new GroupRisk[](legs));
        Source memory source;
        for (uint256 i; i < legs; ++i) {
            uint256 group = InstrumentId.unwrap(instruments[i]) >> 36;
            if (source.group != group) source = _currentSource(group, market);
            uint256 index = _groupIndex(measure, change, group);
            _addLeg(measure, index, source, instruments[i], Quantity.unwrap(changes[i]));
        }
        _finish(measure, change);
    }

    function _finish(Measure memory measure, RiskChange memory change) private pure {
        change.afterwards = LaneSums.riskOf(measure.total, measure.grid, measure.spot);
        (GroupRisk[] memory older, GroupRisk[] memory newer) = (change.groupsBefore, change.groupsAfter);
        uint256 count = measure.groupCount;
        for (uint256 i; i < count; ++i) {
            newer[i] = LaneSums.groupRiskOf(measure.groups[i], measure.grid, older[i].expiry);
        }
        assembly ("memory-safe") {
            // Shortens the lists to the groups found.
            mstore(older, count)
            mstore(newer, count)
        }
    }

    /// @dev The total of the market without what has expired. Of the rest it must have everything, from arrays of the
    /// present grid; their age does not matter, as it only blurs what is measured the same way before and after.
    function _measureTotal(Measure memory measure) private view {
        uint256 head = _heads[measure.account][measure.market];
        uint256[] memory words = new uint256[](BookTotals.COUNT);
        BookTotals.read(address(uint160(head)), words, 0);
        measure.total = LaneSums.load(words);
        _addWaitingTo(measure.account, measure.market, 20, measure.total);
        // A stamp lasts no longer than what it was made of.
        uint256 stamp = head >> STAMP_AT;
        uint256 moves = GridWords.movesOf(measure.grid);
        if (!BookStamps.isCurrent(stamp, moves, block.timestamp))
            _leaveOut(measure, BookStamps.isOf(stamp, moves));
    }

    /// @dev Takes what has expired out of the total; asks that nothing else is missing, unless that is known.
    function _leaveOut(Measure memory measure, bool isWhole) private view {
        uint256[] memory entries = BookGroups.all(_groups[measure.account]);
        for (uint256 i; i < entries.length; ++i) {
            uint256 group = BookGroups.groupOf(entries[i]);
            if (group >> 20 != measure.market) continue;
            uint256 version = BookGroups.versionOf(entries[i]);
            if (!_isLive(group)) {
                if (version == 0) continue;
                LaneSum memory part = LaneSums.loadGroup(_books[measure.account][group], true);
                _addWaitingTo(measure.account, group, 0, part);
                LaneSums.take(measure.total, part);
                continue;
            }
            if (isWhole) continue;
            (, uint256 current, ) = riskArrays.sourceOf(group);
            if (version == 0 || version != current) _revertNotCurrent(group);
        }
    }

    /// @dev Where a group of the order stands among those seen so far; reads it if it is new.
    function _groupIndex(
        Measure memory measure,
        RiskChange memory change,
        uint256 group
    ) private view returns (uint256 index) {
        uint256 expiry = (group & 0xfffff) * 1 hours;
        while (index < measure.groupCount && change.groupsBefore[index].expiry != expiry) ++index;
        if (index < measure.groupCount) return index;
        ++measure.groupCount;
        if (_placeOf(measure.account, group).exists) {
            measure.groups[index] = LaneSums.loadGroup(_books[measure.account][group], false);
            _addWaitingTo(measure.account, group, 0, measure.groups[index]);
        }
        change.groupsBefore[index] = LaneSums.groupRiskOf(measure.groups[index], measure.grid, expiry);
    }

    function _addLeg(
        Measure memory measure,
        uint256 index,
        Source memory source,
        InstrumentId instrument,
        int256 quantity
    ) private view {
        uint256 cents = uint32(InstrumentId.unwrap(instrument) >> 4);
        (uint256 a, uint256 b, bool found) = _wordsOf(source, cents);
        if (!found) {
            revert IRiskArrays.RiskArrays_StaleStrike(
                uint8(measure.market),
                instrument.expiryOf(),
                instrument.strikeOf()
            );
        }
        int256 steps = quantity / int256(QUANTITY_STEP);
        bool isPut = InstrumentId.unwrap(instrument) & 0xf != 0;
        LaneSums.add(measure.total, a, b, steps, isPut, source.forward);
        LaneSums.add(measure.groups[index], a, b, steps, isPut, source.forward);
    }

    function _currentSource(uint256 group, uint256 market) private view returns (Source memory source) {
        if (group >> 20 == market && _isLive(group)) source = _sourceOf(group);
        if (source.version == 0) _revertNotCurrent(group);
    }

    function _revertNotCurrent(uint256 group) private pure {
        revert Books_NotCurrent(uint8(group >> 20), (group & 0xfffff) * 1 hours);
    }

    /// @dev Adds what waits of the groups whose upper bits, without the lowest `shift`, are `key`.
    function _addWaitingTo(AccountId account, uint256 key, uint256 shift, LaneSum memory sum) private view {
        uint256 count = BookGroups.waiting(_groups[account]);
        for (uint256 i; i < count; ++i) {
            uint256 group = BookChanges.groupOf(_waiting[account][i].place);
            if (group >> shift != key) continue;
            Change memory change = BookChanges.load(_waiting[account][i]);
            uint256 forward = uint56(_books[account][group][12] >> 112);
            LaneSums.add(sum, change.a, change.b, change.callAfter - change.callBefore, false, forward);
            LaneSums.add(sum, change.a, change.b, change.putAfter - change.putBefore, true, forward);
        }
    }
}
