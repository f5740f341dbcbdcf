// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FixedPoint} from "../libraries/FixedPoint.sol";
import {Book} from "./BookWords.sol";
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

    /// @notice Adds to the net quantity of a page entry, and chains the entry if it is touched for the first time.
    function net(Sheet memory sheet, uint256 index, int256 quantity) internal pure {
        uint256 nets = sheet.nets;
        uint256 touched = sheet.touched;
        assembly ("memory-safe") {
            let own := add(nets, shl(6, index))
            mstore(own, add(mload(own), quantity))
            if iszero(mload(add(own, 0x20))) {
                mstore(add(own, 0x20), touched)
                touched := own
            }
        }
        sheet.touched = touched;
    }

    /// @notice Counts what a leg adds beside its lanes.
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

    /// @notice Adds a sheet to its market: every touched strike's words once, times their net quantity.
    function close(Sheet memory sheet, MarketSums memory sums) internal pure {
        unchecked {
            // Lanes wrap on purpose.
            sums.settled += sheet.settled;
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

    /// @notice Adds a current book to its market.
    function addBook(MarketSums memory sums, Book memory book) internal pure {
        unchecked {
            NodeGrid.join(sums.cells, book.cells);
            (int256 up, int256 down) = NodeGrid.vegaLosses(book.cells);
            _addVega(sums, up, down);
            sums.live = true;
            sums.longMark += book.longMark;
            sums.puts += book.putQuantity;
            sums.calls += book.quantity - book.putQuantity;
            sums.putStrike += book.putStrike;
            sums.putForward += book.putQuantity * int256(uint256(book.forward));
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
