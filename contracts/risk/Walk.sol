// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DataStatus} from "../interfaces/IRiskEngine.sol";
import {AccountId} from "../types/AccountId.sol";

/// @notice One pass over a portfolio.
/// @param account whose book is read
/// @param hasBook whether positions are kept as a book
/// @param anyway whether what is not current is computed on the fly; otherwise it is refused
/// @param pricedOnly whether markets without a usable price are left out in the end, so that their books need no walk
/// @param unpriced these markets, one bit each, once they are
/// @param proposed whether the proposal stands in for the parameters of its market, on a grid made anew
/// @param proposalMarket that market
/// @param proposalFirst its parameters, packed (see ParameterRamp)
/// @param proposalSecond the second word of them
/// @param words packed positions
/// @param markets `marketCount` of them, in order of appearance
/// @param header the last one that came with a grid, that of `headerGroup`
struct Walk {
    AccountId account;
    bool hasBook;
    bool anyway;
    bool pricedOnly;
    uint256 unpriced;
    bool proposed;
    uint8 proposalMarket;
    uint256 proposalFirst;
    uint256 proposalSecond;
    uint256[] words;
    MarketSums[] markets;
    uint256 marketCount;
    uint256 header;
    uint256 headerGroup;
}

/// @notice What the legs of one expiry share, and their sums. SheetMath reads its fields by their offsets.
/// @param group market << 20 | expiry hours
/// @param base reference spot of the grid [wad]
/// @param forward at the reference spot [wad]
/// @param entries how many strikes the page has
/// @param page their arrays
/// @param nets address of an unused word and, behind it, one for each entry: its net quantity [1e-8]
/// @param callQuantity sum over calls [1e-8]
/// @param putQuantity sum over puts [1e-8]
/// @param putStrike sum of quantity * strike over puts [1e-10 USD]
/// @param longMark of long legs at the reference spot [wad USD]
/// @param slotMask of the slots of the page's directory
/// @param slots address of the word that ends with its first slot
/// @param zeroth address where an entry before the first would stand
/// @param cells lane sums of its market
/// @param counted whether there is anything to value its legs with
/// @param expired whether they are settled instead
/// @param settlementPrice of an expired group [wad]
/// @param loose strikes outside the page, `looseCount` of them
struct Sheet {
    uint256 group;
    uint256 base;
    uint256 forward;
    uint256 entries;
    bytes page;
    uint256 nets;
    int256 callQuantity;
    int256 putQuantity;
    int256 putStrike;
    uint256 longMark;
    uint256 slotMask;
    uint256 slots;
    uint256 zeroth;
    uint256[14] cells;
    bool counted;
    bool expired;
    uint256 settlementPrice;
    StrikeNet[] loose;
    uint256 looseCount;
}

/// @notice A strike outside its page: words and net quantity.
struct StrikeNet {
    uint256 strike;
    uint256 a;
    uint256 b;
    int256 net;
}

/// @notice Running totals of one market.
/// @param grid its word (see GridWords)
/// @param base reference spot of the grid [wad]
/// @param collateral units of the underlying [wad]
/// @param settled payoffs of expired legs [wad USD]
/// @param longMark of long legs at the reference spot [wad USD]
/// @param cells lane sums (see NodeGrid)
/// @param unpriced sum of |quantity| * strike over legs that nothing could value [wad USD]
/// @param vegaUp sum over expiries of what rising volatility loses [lane units]
/// @param vegaEither sum over expiries of what volatility loses in its worse direction [lane units]
/// @param lossUp what `cells` lose so far when volatility rises [lane units], negative is a gain
/// @param lossDown the same when it falls
struct MarketSums {
    uint8 market;
    DataStatus status;
    bool live;
    bool gridCurrent;
    uint256 spot;
    uint256 grid;
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
    int256 lossUp;
    int256 lossDown;
    uint256 unpriced;
    uint256[14] cells;
}
