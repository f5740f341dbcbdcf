// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccountId} from "../types/AccountId.sol";
import {Price} from "../types/Price.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";
import {IHedgeVenue} from "./IHedgeVenue.sol";

/// @notice Budgets of the hedge. Ratios are [wad].
/// @param slippageLimit worst execution against the oracle price, share; at most 10 %
/// @param maxTrade largest trade, USD [wad]
/// @param minInterval seconds between trades
/// @param dailyLossBudget most that trades may lose against the oracle price within any 24 hours, USD [wad]; half of it at once
/// @param callerShare of that, most that one keeper, or all who are no keepers together, may lose
/// @param costRatio c of the Whalley-Wilmott band: proportional trading cost
/// @param riskAversion a of the band [wad, per USD]
/// @param smileShare how much of the surface moves along with the spot: 0 sticky to the strike, 1e18 to moneyness
/// @param minBand smallest half-width [wad underlying]
struct HedgeParameters {
    uint64 slippageLimit;
    uint128 maxTrade;
    uint32 minInterval;
    uint128 dailyLossBudget;
    uint64 callerShare;
    uint64 costRatio;
    uint64 riskAversion;
    uint64 smileShare;
    uint128 minBand;
}

/// @notice What the controller sees.
/// @param optionDelta of the vault's options [wad underlying]
/// @param hedge held against it: collateral and venue positions [wad underlying]
/// @param netDelta their sum
/// @param band half-width of the no-trade band [wad underlying]
/// @param target trade that brings netDelta to the band's edge; positive buys; zero inside the band
struct HedgeState {
    int256 optionDelta;
    int256 hedge;
    int256 netDelta;
    uint256 band;
    int256 target;
}

/// @notice A part of an order.
/// @param venue that trades it
/// @param amount [token units]
struct Fill {
    IHedgeVenue venue;
    uint256 amount;
}

/// @notice What `rebalance` would do now.
/// @param price of the oracle [wad USD]
/// @param wanted what would bring the delta to the band's edge [wad, signed]
/// @param buy side
/// @param amount that budgets, holdings and venues let it trade [token units]
/// @param fills how it is split
struct HedgePlan {
    Price price;
    int256 wanted;
    bool buy;
    uint256 amount;
    Fill[] fills;
}

/// @notice What was last noted of a market's hedge, so that a trade need ask neither venues nor margin for it.
/// What could be traded rests on what others hold at the venues, which anyone may swell or drain for a transaction: more
/// than before counts only if two notes in different blocks found it.
/// @param position what venues hold, beside the vault's account [wad underlying, signed]
/// @param price of the oracle when capacity was noted [wad USD]
/// @param notedAt when that was, unix seconds until 2106; zero once it counts no more
/// @param positionAt when the position was noted
/// @param buy what could be bought then, whatever trade size and loss budget [wad underlying], less what was bought since
/// @param sell the same of selling
/// @param buySeen what the last note found could be bought [wad underlying]
/// @param sellSeen the same of selling
/// @param seenAt when that was; zero if nothing was noted since venues were set
struct HedgeNote {
    int96 position;
    uint96 price;
    uint32 notedAt;
    uint32 positionAt;
    uint128 buy;
    uint128 sell;
    uint112 buySeen;
    uint112 sellSeen;
    uint32 seenAt;
}

/// @notice Greeks that a hedge goes by. Holds nothing; anyone may read.
interface IHedgeGreeks {
    error HedgeGreeks_ZeroAddress();
    /// @notice Only an account with a book can be summed.
    error HedgeGreeks_NoBook(uint8 market);
    /// @notice Legs outside the book's total are valued one by one, and there are too many: refresh the books.
    error HedgeGreeks_TooManyApart(uint256 legs, uint256 limit);

    /// @notice Delta and gamma of the options of `account` in `market` at `spot` [wad].
    /// @param smileShare how much of the smile moves along with spot: 0 sticky to the strike, 1e18 to moneyness [wad]
    function greeksOf(
        AccountId account,
        uint8 market,
        Price spot,
        uint256 smileShare
    ) external view returns (int256 delta, int256 gamma);
}

/// @notice Works out what a hedge would trade. Holds nothing.
interface IHedgePlanner {
    error HedgePlanner_ZeroAddress();
    error HedgePlanner_PriceUnusable(uint8 market);
    error HedgePlanner_NoVenue(uint8 market);

    /// @notice The price of `market`, good enough to lower risk.
    function requirePrice(uint8 market) external view returns (Price);
}

/// @notice Keeps the vault's net delta inside its band within budgets. Anyone may rebalance.
interface IHedgeController {
    event Hedged(
        uint8 indexed market,
        bool buy,
        uint256 amount,
        uint256 cashAmount,
        Usd loss,
        int256 netDeltaBefore,
        address caller
    );
    /// @notice A part of an order was carried out [token units, cash units].
    event Filled(uint8 indexed market, address indexed venue, bool buy, uint256 amount, uint256 cashAmount);
    /// @notice A venue's position was made smaller out of its own collateral.
    event Deleveraged(uint8 indexed market, address indexed venue, uint256 amount, Usd loss, address caller);
    event HedgeParametersSet(
        uint8 indexed market,
        HedgeParameters oldParameters,
        HedgeParameters newParameters
    );
    event VenuesSet(uint8 indexed market, IHedgeVenue[] oldVenues, IHedgeVenue[] newVenues);
    event KeeperSet(address indexed keeper, bool allowed);
    event HedgeNoted(uint8 indexed market, HedgeNote oldNote, HedgeNote newNote);

    /// @notice Nothing to do: inside the band, or beyond it by less than a unit of the token.
    error HedgeController_InsideBand(int256 netDelta, uint256 band);
    error HedgeController_TooSoon(uint256 nextAt);
    error HedgeController_LossBudgetSpent(Usd loss, Usd left);
    /// @notice Less than one token unit of `target` [wad] can be traded: see IHedgeController.hedgeCapacity.
    error HedgeController_NothingFits(int256 target);
    /// @notice The trade cost more against the oracle price than the slippage limit allows, by balances.
    error HedgeController_SlippageExceeded(Usd loss, Usd limit);
    /// @notice The hedge moved by something else than the order [token units].
    error HedgeController_WrongFill(int256 ordered, int256 measured);
    error HedgeController_OnlyClearinghouse();
    error HedgeController_NotRunning();
    error HedgeController_Reentered();
    error HedgeController_BadParameter(bytes32 name, uint256 value);
    error HedgeController_BadVenue(address venue);
    error HedgeController_VenueInUse(address venue, Quantity position);
    error HedgeController_ZeroAddress();
    /// @notice Too little gas to tell a venue that fails from one that was given too little.
    error HedgeController_OutOfGas(uint256 left);

    /// @notice Trades the vault's net delta of `market` to the edge of its band, or as near as budgets and venues let it.
    /// @return traded signed amount [wad underlying]
    function rebalance(uint8 market) external returns (Quantity traded);

    /// @notice Makes the position of a venue smaller whose health has fallen. Anyone may.
    /// @return amount bought back [token units]
    function deleverage(uint8 market, IHedgeVenue venue) external returns (uint256 amount);

    /// @notice Notes what venues hold and what could be traded now, for `hedgeCapacity` and `notedPosition`. Anyone may; reverts
    /// with HedgePlanner_PriceUnusable without a price that is good enough.
    /// @return noted as it stands now
    function note(uint8 market) external returns (HedgeNote memory noted);

    /// @notice What `rebalance` would do now, time and loss budget aside. Quotes venues, so not a view; changes nothing.
    function plan(uint8 market) external returns (HedgePlan memory);

    /// @notice Where the hedge stands.
    function state(uint8 market) external view returns (HedgeState memory);

    /// @notice What the next rebalances could still buy and sell [wad underlying] as far as trade size, loss budget,
    /// cash, holdings, collateral cap and venues go. Zero without a usable price or venue. Asks no market for a price;
    /// does not count what the present delta needs of it. For an hour after `note` as it was noted, less what was traded
    /// since, which costs a tenth of the gas; then as it is, but no more than the last note found.
    function hedgeCapacity(uint8 market) external view returns (uint256 buyWad, uint256 sellWad);

    /// @notice What was noted last of a market's hedge.
    function noteOf(uint8 market) external view returns (HedgeNote memory);

    /// @notice What venues hold beside the vault's account [wad underlying, signed], as noted after the last trade: without
    /// interest and gifts since, and the same between the pieces of an order. What was noted a day ago is asked for anew; a
    /// venue that does not answer counts as it was noted last.
    function notedPosition(uint8 market) external view returns (Quantity);

    /// @notice Value of what venues hold and owe for the vault, beside its account [wad USD, signed]. Never reverts.
    function venueValue(uint8 market, Price price) external view returns (Usd);

    /// @notice Loss that all trades together may make now [wad USD].
    function lossBudgetLeft(uint8 market) external view returns (Usd);

    /// @notice The same for one caller.
    function lossBudgetLeftOf(uint8 market, address caller) external view returns (Usd);

    /// @notice All that trades ever lost against the oracle price, less what they gained [wad USD, signed].
    function totalLoss() external view returns (Usd);

    /// @notice Parameters of `market`.
    function parameters(uint8 market) external view returns (HedgeParameters memory);

    /// @notice Venues of `market`.
    function venues(uint8 market) external view returns (IHedgeVenue[] memory);

    /// @notice Whether `caller` has a share of the loss budget for itself.
    function isKeeper(address caller) external view returns (bool);

    /// @notice Sets parameters, bounded. Restricted to the curator.
    function setParameters(uint8 market, HedgeParameters calldata newParameters) external;

    /// @notice Sets the venues of `market`, at most four, of one underlying that is collateral of this market; none that
    /// holds a position may be dropped. Restricted to the curator.
    function setVenues(uint8 market, IHedgeVenue[] calldata newVenues) external;

    /// @notice Gives a keeper a share of the loss budget, or takes it. Restricted to the curator.
    function setKeeper(address keeper, bool allowed) external;
}
