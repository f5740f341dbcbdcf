// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FixedPoint} from "../libraries/FixedPoint.sol";
import {Total} from "./BookTotals.sol";
import {NodeGrid} from "./NodeGrid.sol";
// solhint-disable-next-line no-unused-import
import {HASH_FACTOR, HASH_SHIFT, PROBES} from "./Pages.sol";
import {MarketSums, Sheet, StrikeNet} from "./Walk.sol";

/// @title SheetMath
/// @notice What a walk adds up for the legs of one expiry, and how that reaches its market. Pure.
/// @dev |quantity| < 2^63, forward < 2^56, strike < 2^32 cents, values < 2^100, far fewer than 2^32 legs: no sum below
/// comes near 2^127, so nothing is checked, and two of them may share a word as a signed lane each.
library SheetMath {
    uint256 private constant LANE_MASK = 0xffff0000000000000000ffff0000000000000000ffff;

    /// @notice The entries of packed `words` without zeros, in their order. A zero follows the last, beyond the length.
    function entriesOf(uint256[] memory words) internal pure returns (uint256[] memory entries) {
        assembly ("memory-safe") {
            // Room for two entries a word and the zero; the free memory pointer follows what is used.
            entries := mload(0x40)
            let to := add(entries, 0x20)
            let from := add(words, 0x20)
            for {
                let end := add(from, shl(5, mload(words)))
            } lt(from, end) {
                from := add(from, 0x20)
            } {
                let word := mload(from)
                let entry := and(word, 0xffffffffffffffffffffffffffffffff)
                mstore(to, entry)
                to := add(to, shl(5, gt(entry, 0)))
                entry := shr(128, word)
                mstore(to, entry)
                to := add(to, shl(5, gt(entry, 0)))
            }
            mstore(to, 0)
            mstore(entries, shr(5, sub(sub(to, entries), 0x20)))
            mstore(0x40, add(to, 0x20))
        }
    }

    /// @notice A list of `count` words whose content is whatever stood there before.
    function roomFor(uint256 count) internal pure returns (uint256[] memory list) {
        assembly ("memory-safe") {
            list := mload(0x40)
            mstore(list, count)
            mstore(0x40, add(list, shl(5, add(count, 1))))
        }
    }

    /// @notice The first of a list that is not empty.
    function firstOf(uint256[] memory entries) internal pure returns (uint256 first) {
        assembly ("memory-safe") {
            first := mload(add(entries, 0x20))
        }
    }

    /// @notice The strikes [cents] of the legs of `group`, as they come.
    function strikesOf(
        uint256[] memory entries,
        uint256 group
    ) internal pure returns (uint256[] memory strikes) {
        strikes = roomFor(entries.length);
        uint256 count;
        for (uint256 i; i < entries.length; ++i) {
            if (entries[i] >> 100 == group) strikes[count++] = uint32(entries[i] >> 68);
        }
        assembly ("memory-safe") {
            // Shortens the list to what was found.
            mstore(strikes, count)
        }
    }

    /// @notice Makes a sheet that of `group`, without a page yet.
    function clear(Sheet memory sheet, uint256 group, MarketSums memory sums) internal pure {
        bytes memory none;
        (sheet.group, sheet.page, sheet.slotMask, sheet.cells) = (group, none, 0, sums.cells);
        (sheet.counted, sheet.expired, sheet.looseCount) = (false, false, 0);
    }

    /// @notice Readies a sheet whose page is loaded, with as many slots in its directory as `slotMask` says; none is a
    /// directory of one empty slot.
    function prepare(Sheet memory sheet) internal pure {
        uint256 entries = sheet.page.length / 100;
        sheet.entries = entries;
        assembly ("memory-safe") {
            // Entries count from one; the word before the first is unused. What lies beyond the calldata is zero.
            let nets := mload(0x40)
            let size := shl(5, add(entries, 1))
            calldatacopy(nets, calldatasize(), size)
            mstore(0x40, add(nets, size))
            let page := mload(add(sheet, 0x80))
            let slots := mload(add(sheet, 0x140))
            mstore(add(sheet, 0xa0), nets)
            mstore(add(sheet, 0x180), sub(page, 68))
            mstore(add(sheet, 0x160), nets)
            if slots {
                mstore(add(sheet, 0x140), sub(slots, 1))
                // The word ends with the slot.
                mstore(add(sheet, 0x160), add(add(page, 1), mload(page)))
            }
        }
    }

    /// @notice Takes the legs of the sheet's group out of `entries`, which keeps the order of the others. Legs whose strike
    /// is on the page are counted; the rest of them are listed in `others`.
    /// @dev All in one piece: between functions the compiler would move more on the stack than is computed here. Offsets
    /// are those of the fields of Sheet; a page entry takes 100 bytes (see Pages). A zero ends `entries`.
    // solhint-disable-next-line function-max-lines
    function peel(Sheet memory sheet, uint256[] memory entries, uint256[] memory others) internal pure {
        assembly ("memory-safe") {
            // The entry of a strike, counted from one; zero if the page does not have it. Halves what holds the last entry
            // not above it.
            function search(page, strike) -> index {
                let left := mload(add(page, 0x60))
                if left {
                    let place := add(mload(add(page, 0x80)), 0x20)
                    for {} gt(left, 1) {} {
                        let step := mul(shr(1, left), 100)
                        let isAbove := gt(shr(224, mload(add(place, step))), strike)
                        left := sub(left, shr(1, left))
                        place := add(place, mul(step, iszero(isAbove)))
                    }
                    index := div(sub(place, mload(add(page, 0x180))), 100)
                    index := mul(index, eq(shr(224, mload(place)), strike))
                }
            }
            // Likewise, from the strike's own slot on; a free slot tells that the page does not have it.
            function seek(page, strike, slot) -> index {
                let mask := mload(add(page, 0x140))
                for {
                    let last := mul(add(slot, PROBES), gt(mask, 0))
                } lt(slot, last) {
                    slot := add(slot, 1)
                } {
                    index := and(mload(add(mload(add(page, 0x160)), and(slot, mask))), 0xff)
                    if iszero(index) {
                        leave
                    }
                    if eq(shr(224, mload(add(mload(add(page, 0x180)), mul(index, 100)))), strike) {
                        leave
                    }
                }
                index := search(page, strike)
            }
            // Adds quantity * word to its five cells. The gross sum follows the net quantity of the strike, which is now
            // short by -less more than before; its short part stands two cells behind it.
            function addWord(word, cell, gross, quantity, less) {
                let exponent := shr(252, word)
                mstore(gross, add(mload(gross), shl(exponent, sub(quantity, shl(1, less)))))
                if less {
                    gross := add(gross, 0x40)
                    mstore(gross, sub(mload(gross), shl(exponent, less)))
                }
                quantity := shl(exponent, quantity)
                mstore(cell, add(mload(cell), mul(and(word, LANE_MASK), quantity)))
                cell := add(cell, 0x20)
                mstore(cell, add(mload(cell), mul(and(shr(16, word), LANE_MASK), quantity)))
                cell := add(cell, 0x20)
                mstore(cell, add(mload(cell), mul(and(shr(32, word), LANE_MASK), quantity)))
                cell := add(cell, 0x20)
                mstore(cell, add(mload(cell), mul(and(shr(48, word), LANE_MASK), quantity)))
                cell := add(cell, 0x20)
                mstore(cell, add(mload(cell), mul(and(shr(64, word), LANE_MASK), quantity)))
            }
            let from := add(entries, 0x20)
            let to := from
            let other := add(others, 0x20)
            // Quantities of calls and, above 128 bits, of puts. Put strikes and long marks are summed in scratch space.
            let quantities := 0
            mstore(0x00, 0)
            mstore(0x20, 0)
            for {} 1 {} {
                let entry := mload(from)
                if iszero(entry) {
                    break
                }
                from := add(from, 0x20)
                if xor(shr(100, entry), mload(sheet)) {
                    mstore(to, entry)
                    to := add(to, 0x20)
                    continue
                }
                let strike := and(shr(68, entry), 0xffffffff)
                // The directory's entry for this strike, if it is that; slot numbers begin at one.
                let slot := shr(HASH_SHIFT, mul(strike, HASH_FACTOR))
                let place := and(slot, mload(add(sheet, 0x140)))
                let index := and(mload(add(mload(add(sheet, 0x160)), place)), 0xff)
                place := add(mload(add(sheet, 0x180)), mul(index, 100))
                if or(xor(shr(224, mload(place)), strike), iszero(index)) {
                    index := seek(sheet, strike, slot)
                    if iszero(index) {
                        mstore(other, entry)
                        other := add(other, 0x20)
                        continue
                    }
                    place := add(mload(add(sheet, 0x180)), mul(index, 100))
                }
                let quantity := signextend(7, entry)
                {
                    // A strike's call and put are netted: lanes are linear, what is owed for shorts is not.
                    index := add(mload(add(sheet, 0xa0)), shl(5, index))
                    let net := mload(index)
                    let less := mul(net, slt(net, 0))
                    net := add(net, quantity)
                    mstore(index, net)
                    less := sub(mul(net, slt(net, 0)), less)
                    let cells := mload(add(sheet, 0x1a0))
                    addWord(mload(add(place, 4)), cells, add(cells, 0x140), quantity, less)
                    addWord(mload(add(place, 36)), add(cells, 0xa0), add(cells, 0x160), quantity, less)
                }
                entry := gt(and(entry, 0xf0000000000000000), 0)
                quantities := add(quantities, shl(shl(7, entry), quantity))
                if entry {
                    mstore(0x00, add(mload(0x00), mul(quantity, strike)))
                }
                if sgt(quantity, 0) {
                    // NodeGrid.longMark.
                    let value := mload(add(place, 36))
                    value := shl(shr(252, value), and(shr(192, value), 0xffff))
                    value := shr(29, mul(value, mload(add(sheet, 0x20))))
                    if entry {
                        value := add(value, mul(strike, 10000000000000000))
                        let forward := mload(add(sheet, 0x40))
                        value := mul(sub(value, forward), gt(value, forward))
                    }
                    mstore(0x20, add(mload(0x20), div(mul(quantity, value), 100000000)))
                }
            }
            mstore(to, 0)
            mstore(entries, shr(5, sub(sub(to, entries), 0x20)))
            mstore(others, shr(5, sub(sub(other, others), 0x20)))
            let low := signextend(15, quantities)
            mstore(add(sheet, 0xc0), low)
            mstore(add(sheet, 0xe0), sar(128, sub(quantities, low)))
            mstore(add(sheet, 0x100), mload(0x00))
            mstore(add(sheet, 0x120), mload(0x20))
        }
    }

    /// @notice Counts what a leg outside the page adds beside its lanes.
    /// @param wordB of its strike
    function countLoose(Sheet memory sheet, uint256 entry, uint256 wordB) internal pure {
        unchecked {
            int256 quantity = int64(uint64(entry));
            uint256 strike = uint32(entry >> 68);
            bool isPut = (entry >> 64) & 0xf != 0;
            if (isPut) {
                sheet.putQuantity += quantity;
                sheet.putStrike += quantity * int256(strike);
            } else {
                sheet.callQuantity += quantity;
            }
            if (quantity <= 0) return;
            uint256 forward = sheet.forward / 1e10;
            sheet.longMark += NodeGrid.longMark(wordB, uint256(quantity), strike, isPut, forward, sheet.base);
        }
    }

    /// @notice What an expired leg is worth at the sheet's settlement price [wad USD]: owed down, owing up.
    function settled(Sheet memory sheet, uint256 entry) internal pure returns (int256) {
        uint256 price = sheet.settlementPrice;
        uint256 strike = uint256(uint32(entry >> 68)) * 1e16;
        bool isPut = (entry >> 64) & 0xf != 0;
        uint256 payoff;
        if (isPut && strike > price) payoff = strike - price;
        if (!isPut && price > strike) payoff = price - strike;
        return FixedPoint.signedDivDown(int256(int64(uint64(entry))) * int256(payoff), 1e8);
    }

    /// @notice |quantity| * strike of a leg that nothing can value [wad USD].
    function sizeOf(uint256 entry) internal pure returns (uint256) {
        uint256 strike = uint256(uint32(entry >> 68)) * 1e16;
        return (FixedPoint.abs(int64(uint64(entry))) * strike) / 1e8;
    }

    /// @notice Adds to its market what a sheet has beside the lanes of its page.
    function close(Sheet memory sheet, MarketSums memory sums) internal pure {
        unchecked {
            // Lanes wrap on purpose.
            uint256[14] memory cells = sheet.cells;
            for (uint256 i; i < sheet.looseCount; ++i) {
                StrikeNet memory loose = sheet.loose[i];
                if (loose.net != 0) NodeGrid.add(cells, loose.a, loose.b, loose.net);
            }
            (int256 up, int256 down) = NodeGrid.vegaLosses(cells);
            _addVega(sums, up - sums.lossUp, down - sums.lossDown);
            (sums.lossUp, sums.lossDown) = (up, down);
            sums.longMark += sheet.longMark;
            sums.puts += sheet.putQuantity;
            sums.calls += sheet.callQuantity;
            sums.putStrike += sheet.putStrike;
            sums.putForward += sheet.putQuantity * int256(sheet.forward);
        }
    }

    /// @notice Adds the total of a book to its market.
    function addTotal(MarketSums memory sums, Total memory total) internal pure {
        unchecked {
            NodeGrid.join(sums.cells, total.cells);
            (sums.lossUp, sums.lossDown) = NodeGrid.vegaLosses(sums.cells);
            sums.vegaUp += total.vegaUp;
            sums.vegaEither += total.vegaEither;
            sums.longMark += total.longMark;
            sums.calls += total.calls;
            sums.puts += total.puts;
            sums.putStrike += total.putStrike;
            sums.putForward += total.putForward * 1e10;
        }
    }

    function _addVega(MarketSums memory sums, int256 up, int256 down) private pure {
        unchecked {
            if (up > 0) sums.vegaUp += uint256(up);
            if (up > 0 || down > 0) sums.vegaEither += uint256(FixedPoint.max(up, down));
        }
    }
}
