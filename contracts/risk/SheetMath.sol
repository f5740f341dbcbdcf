// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FixedPoint} from "../libraries/FixedPoint.sol";
import {Total} from "./BookTotals.sol";
import {NodeGrid} from "./NodeGrid.sol";
import {LAST_TOUCHED, MarketSums, Sheet, StrikeNet} from "./Walk.sol";

/// @title SheetMath
/// @notice What a walk adds up for the legs of one expiry, and how that reaches its market. Pure.
/// @dev |quantity| < 2^63, forward < 2^56, strike < 2^32 cents, values < 2^100, far fewer than 2^32 legs: no sum below
/// comes near 2^255, so nothing is checked.
library SheetMath {
    /// @notice The index of a group's sheet among `count`, or `count`.
    function indexOf(
        Sheet[] memory sheets,
        uint256 count,
        uint256 group
    ) internal pure returns (uint256 index) {
        assembly ("memory-safe") {
            let place := add(sheets, 0x20)
            let end := add(place, shl(5, count))
            for {} lt(place, end) {
                place := add(place, 0x20)
            } {
                if eq(mload(mload(place)), group) {
                    break
                }
            }
            index := sub(count, shr(5, sub(end, place)))
        }
    }

    /// @notice Counts a leg whose strike is on the sheet's page, as `count` does, and nets it there; false if it is not.
    /// @dev All in one piece: between functions the compiler would move more on the stack than is computed here. Offsets
    /// are those of the fields of Sheet; a page entry takes 100 bytes, its scratch 64 (see Pages and Walk).
    // solhint-disable-next-line function-max-lines
    function tryLeg(Sheet memory sheet, uint256 entry) internal pure returns (bool found) {
        uint256 centre = 16 * NodeGrid.CENTRE_LANE;
        uint256 bits = NodeGrid.VALUE_BITS;
        assembly ("memory-safe") {
            let strike := and(shr(68, entry), 0xffffffff)
            let place := add(mload(add(sheet, 0xc0)), 0x20)
            let left := mload(add(sheet, 0xe0))
            // Halves [place, place + left), which holds the last entry not above `strike`. A halving too many changes
            // nothing, so the last six, enough for 64 entries, are written out: a loop costs more than they do.
            let half
            let step
            for {} gt(left, 64) {} {
                half := shr(1, left)
                step := mul(half, 100)
                place := add(place, mul(step, iszero(gt(shr(224, mload(add(place, step))), strike))))
                left := sub(left, half)
            }
            half := shr(1, left)
            step := mul(half, 100)
            place := add(place, mul(step, iszero(gt(shr(224, mload(add(place, step))), strike))))
            left := sub(left, half)
            half := shr(1, left)
            step := mul(half, 100)
            place := add(place, mul(step, iszero(gt(shr(224, mload(add(place, step))), strike))))
            left := sub(left, half)
            half := shr(1, left)
            step := mul(half, 100)
            place := add(place, mul(step, iszero(gt(shr(224, mload(add(place, step))), strike))))
            left := sub(left, half)
            half := shr(1, left)
            step := mul(half, 100)
            place := add(place, mul(step, iszero(gt(shr(224, mload(add(place, step))), strike))))
            left := sub(left, half)
            half := shr(1, left)
            step := mul(half, 100)
            place := add(place, mul(step, iszero(gt(shr(224, mload(add(place, step))), strike))))
            left := sub(left, half)
            half := shr(1, left)
            step := mul(half, 100)
            place := add(place, mul(step, iszero(gt(shr(224, mload(add(place, step))), strike))))
            left := sub(left, half)
            found := and(gt(mload(add(sheet, 0xe0)), 0), eq(shr(224, mload(place)), strike))
            if found {
                let quantity := signextend(7, entry)
                // The net quantity of the entry, chained to the others when it is touched for the first time.
                let field := sub(place, add(mload(add(sheet, 0xc0)), 0x20))
                field := add(mload(add(sheet, 0x100)), shl(6, div(field, 100)))
                mstore(field, add(mload(field), quantity))
                if iszero(mload(add(field, 0x20))) {
                    mstore(add(field, 0x20), mload(add(sheet, 0x120)))
                    mstore(add(sheet, 0x120), field)
                }
                field := add(sheet, 0x1a0)
                mstore(field, add(mload(field), quantity))
                let isPut := and(shr(64, entry), 0xf)
                if isPut {
                    field := add(sheet, 0x1c0)
                    mstore(field, add(mload(field), quantity))
                    field := add(sheet, 0x1e0)
                    mstore(field, add(mload(field), mul(quantity, strike)))
                }
                if sgt(quantity, 0) {
                    // NodeGrid.longMark.
                    let value := mload(add(place, 36))
                    value := shl(shr(252, value), and(shr(centre, value), 0xffff))
                    value := shr(bits, mul(value, mload(add(sheet, 0x20))))
                    if isPut {
                        value := add(value, mul(strike, 10000000000000000))
                        let forward := mul(mload(add(sheet, 0x180)), 10000000000)
                        value := mul(sub(value, forward), gt(value, forward))
                    }
                    field := add(sheet, 0x200)
                    mstore(field, add(mload(field), div(mul(quantity, value), 100000000)))
                }
            }
        }
    }

    /// @notice Counts what a leg outside the page adds beside its lanes.
    /// @param wordB of its strike
    function count(Sheet memory sheet, uint256 entry, uint256 wordB) internal pure {
        unchecked {
            int256 quantity = int64(uint64(entry));
            uint256 strike = uint32(entry >> 68);
            bool isPut = (entry >> 64) & 0xf != 0;
            sheet.quantity += quantity;
            if (isPut) {
                sheet.putQuantity += quantity;
                sheet.putStrike += quantity * int256(strike);
            }
            if (quantity <= 0) return;
            sheet.longMark += NodeGrid.longMark(
                wordB,
                uint256(quantity),
                strike,
                isPut,
                sheet.forward,
                sheet.base
            );
        }
    }

    /// @notice Counts an expired leg at the sheet's settlement price: owed down, owing up.
    function settle(Sheet memory sheet, uint256 entry) internal pure {
        uint256 price = sheet.settlementPrice;
        uint256 strike = uint256(uint32(entry >> 68)) * 1e16;
        bool isPut = (entry >> 64) & 0xf != 0;
        uint256 payoff;
        if (isPut && strike > price) payoff = strike - price;
        if (!isPut && price > strike) payoff = price - strike;
        sheet.settled += FixedPoint.signedDivDown(int256(int64(uint64(entry))) * int256(payoff), 1e8);
    }

    /// @notice Counts a live leg without any price by its size alone.
    function leave(Sheet memory sheet, uint256 entry) internal pure {
        uint256 strike = uint256(uint32(entry >> 68)) * 1e16;
        sheet.unpriced += (FixedPoint.abs(int64(uint64(entry))) * strike) / 1e8;
    }

    /// @notice Adds a sheet to its market: every touched strike's words once, times their net quantity.
    function close(Sheet memory sheet, MarketSums memory sums) internal pure {
        unchecked {
            // Lanes wrap on purpose.
            sums.settled += sheet.settled;
            sums.unpriced += sheet.unpriced;
            if (!sheet.counted) return;
            uint256[14] memory cells = sums.cells;
            (int256 upBefore, int256 downBefore) = NodeGrid.vegaLosses(cells);
            _addTouched(sheet, cells);
            for (uint256 i; i < sheet.looseCount; ++i) {
                StrikeNet memory loose = sheet.loose[i];
                if (loose.net != 0) NodeGrid.add(cells, loose.a, loose.b, loose.net);
            }
            (int256 up, int256 down) = NodeGrid.vegaLosses(cells);
            _addVega(sums, up - upBefore, down - downBefore);
            sums.longMark += sheet.longMark;
            sums.puts += sheet.putQuantity;
            sums.calls += sheet.quantity - sheet.putQuantity;
            sums.putStrike += sheet.putStrike;
            sums.putForward += sheet.putQuantity * int256(sheet.forward);
        }
    }

    /// @notice Adds the total of a book to its market.
    function addTotal(MarketSums memory sums, Total memory total) internal pure {
        unchecked {
            NodeGrid.join(sums.cells, total.cells);
            sums.vegaUp += total.vegaUp;
            sums.vegaEither += total.vegaEither;
            sums.longMark += total.longMark;
            sums.puts += total.puts;
            sums.calls += total.calls;
            sums.putStrike += total.putStrike;
            sums.putForward += total.putForward;
        }
    }

    /// @dev Adds the touched entries of a sheet's page.
    function _addTouched(Sheet memory sheet, uint256[14] memory cells) private pure {
        uint256 touched = sheet.touched;
        uint256 nets = sheet.nets;
        bytes memory page = sheet.page;
        while (touched != LAST_TOUCHED) {
            uint256 a;
            uint256 b;
            int256 quantity;
            assembly ("memory-safe") {
                // A page entry takes 100 bytes, its scratch 64; words A and B begin 4 and 36 bytes into it.
                let entry := add(add(page, 0x20), mul(shr(6, sub(touched, nets)), 100))
                a := mload(add(entry, 4))
                b := mload(add(entry, 36))
                quantity := mload(touched)
                touched := mload(add(touched, 0x20))
            }
            if (quantity != 0) NodeGrid.add(cells, a, b, quantity);
        }
    }

    function _addVega(MarketSums memory sums, int256 up, int256 down) private pure {
        unchecked {
            if (up > 0) sums.vegaUp += uint256(up);
            if (up > 0 || down > 0) sums.vegaEither += uint256(FixedPoint.max(up, down));
        }
    }
}
