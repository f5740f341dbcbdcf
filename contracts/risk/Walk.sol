// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Grid} from "../interfaces/IRiskArrays.sol";
import {DataStatus} from "../interfaces/IRiskEngine.sol";
import {MarketParameters} from "../interfaces/IRiskParameters.sol";
import {AccountId} from "../types/AccountId.sol";

/// @dev Ends a sheet's chain of touched entries; no address of memory.
uint256 constant LAST_TOUCHED = 1;

/// @notice One pass over a portfolio. Its lists are allocated by their length and filled as it goes.
/// @param account whose book is read
/// @param hasBook whether positions are kept as a book
/// @param groups of the book with their versions, and its totals, `bookWords` (see IBooks.read)
/// @param words packed positions, or those of one group of a book
/// @param anyway whether what is not current is computed on the fly; otherwise it is refused
/// @param proposed whether `proposal` stands in for the parameters of market `proposalMarket`, on a grid made anew
/// @param sheets one an expiry, `sheetCount` of them
/// @param current the sheet that the last leg belonged to
/// @param markets `marketCount` of them, in order of appearance
struct Walk {
    AccountId account;
    bool hasBook;
    uint256[] groups;
    uint256[] bookWords;
    uint256[] words;
    bool anyway;
    bool proposed;
    uint8 proposalMarket;
    MarketParameters proposal;
    Sheet[] sheets;
    uint256 sheetCount;
    Sheet current;
    MarketSums[] markets;
    uint256 marketCount;
}

/// @notice What the legs of one expiry share, and their sums. SheetMath reads its fields by their offsets.
/// @param group market << 20 | expiry hours
/// @param base reference spot of the grid [wad]
/// @param market index among the walk's markets
/// @param counted whether there is anything to value its legs with
/// @param settlementPrice of an expired group [wad]
/// @param page arrays of its strikes, `entries` of them
/// @param nets two words by page entry: net quantity [1e-8], and where the entry touched before it has its two words,
/// LAST_TOUCHED for the first, zero while it is not touched
/// @param touched address of the two words of the entry touched last
/// @param loose strikes outside the page, `looseCount` of them
/// @param forward at the reference spot [1e-8 USD]
/// @param quantity sum over all legs [1e-8]
/// @param putQuantity sum over puts [1e-8]
/// @param putStrike sum of quantity * strike over puts [1e-10 USD]
/// @param longMark of long legs at the reference spot [wad USD]
/// @param settled payoffs of expired legs [wad USD]
/// @param unpriced sum of |quantity| * strike over legs that nothing could value [wad USD]
struct Sheet {
    uint256 group;
    uint256 base;
    uint256 market;
    bool counted;
    bool expired;
    uint256 settlementPrice;
    bytes page;
    uint256 entries;
    uint256 nets;
    uint256 touched;
    StrikeNet[] loose;
    uint256 looseCount;
    uint256 forward;
    int256 quantity;
    int256 putQuantity;
    int256 putStrike;
    uint256 longMark;
    int256 settled;
    uint256 unpriced;
}

/// @notice A strike outside its page: words and net quantity.
struct StrikeNet {
    uint256 strike;
    uint256 a;
    uint256 b;
    int256 net;
}

/// @notice Running totals of one market.
/// @param base reference spot of the grid [wad]
/// @param collateral units of the underlying [wad]
/// @param settled payoffs of expired legs [wad USD]
/// @param longMark of long legs at the reference spot [wad USD]
/// @param cells lane sums (see NodeGrid)
/// @param unpriced sum of |quantity| * strike over legs that nothing could value [wad USD]
/// @param vegaUp sum over expiries of what rising volatility loses [lane units]
/// @param vegaEither sum over expiries of what volatility loses in its worse direction [lane units]
struct MarketSums {
    uint8 market;
    DataStatus status;
    bool live;
    bool gridCurrent;
    uint256 spot;
    uint256 base;
    uint256 collateral;
    int256 settled;
    uint256 longMark;
    int256 calls;
    int256 puts;
    int256 putStrike;
    int256 putForward;
    uint256 vegaUp;
    uint256 vegaEither;
    uint256 unpriced;
    Grid grid;
    uint256[14] cells;
}
