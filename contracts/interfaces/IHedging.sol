// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";

/// @notice One place to trade the underlying. Signed values never revert.
interface IHedgeVenue {
    error UniswapV3SpotVenue_NotController(address caller);
    error UniswapV3SpotVenue_ZeroAddress();

    /// @notice What trading would cost: USDC units paid for `amount` bought, or received for it sold.
    /// @param amount token units of the underlying
    function quote(bool buy, uint256 amount) external returns (uint256 cashAmount);

    /// @notice Trades `amount` token units of the underlying, already funded by the caller with USDC (buy, at most
    /// `cashLimit`) or the underlying (sell, for at least `cashLimit`). Returns unused input and the output to the caller.
    /// @return cashAmount USDC units paid or received
    function execute(bool buy, uint256 amount, uint256 cashLimit) external returns (uint256 cashAmount);

    /// @notice The underlying token.
    function underlying() external view returns (address);

    /// @notice What the venue itself holds for the vault [wad units, signed] — zero for spot venues that deliver.
    function position() external view returns (Quantity);
}

/// @notice Budgets of the hedge. Ratios are [wad].
/// @param slippageLimit worst execution against the oracle price, share
/// @param maxTrade largest trade, USD [wad]
/// @param minInterval seconds between trades
/// @param dailyLossBudget execution losses against the oracle price per day, USD [wad]
/// @param costRatio c of the Whalley-Wilmott band: proportional trading cost
/// @param riskAversion a of the band [wad, per USD]
/// @param minBand smallest half-width, share of spot-equivalent NAV delta [wad underlying]
struct HedgeParameters {
    uint64 slippageLimit;
    uint128 maxTrade;
    uint32 minInterval;
    uint128 dailyLossBudget;
    uint64 costRatio;
    uint64 riskAversion;
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
    event HedgeParametersSet(
        uint8 indexed market,
        HedgeParameters oldParameters,
        HedgeParameters newParameters
    );
    event VenueChanged(uint8 indexed market, address oldVenue, address newVenue);

    error HedgeController_InsideBand(int256 netDelta, uint256 band);
    error HedgeController_TooSoon(uint256 nextAt);
    error HedgeController_PriceUnusable(uint8 market);
    error HedgeController_LossBudgetSpent(Usd loss, Usd left);
    error HedgeController_ShortNotAvailable(int256 target, int256 held);
    error HedgeController_NoVenue(uint8 market);
    error HedgeController_OnlyClearinghouse();
    error HedgeController_NotRunning();
    error HedgeController_BadParameter(bytes32 name, uint256 value);
    error HedgeController_ZeroAddress();

    /// @notice Trades the vault's net delta of `market` to the edge of its band.
    /// @return traded signed amount [wad underlying]
    function rebalance(uint8 market) external returns (Quantity traded);

    /// @notice Where the hedge stands.
    function state(uint8 market) external view returns (HedgeState memory);

    /// @notice Execution loss still allowed today [wad USD].
    function lossBudgetLeft(uint8 market) external view returns (Usd);

    /// @notice What the venues of `market` can still absorb today within the loss budget [wad underlying]: bought to cover a
    /// short delta, and sold to cover a long one.
    function hedgeCapacity(uint8 market) external view returns (uint256 buyWad, uint256 sellWad);

    /// @notice Parameters of `market`.
    function parameters(uint8 market) external view returns (HedgeParameters memory);

    /// @notice Sets parameters, bounded. Restricted to the curator.
    function setParameters(uint8 market, HedgeParameters calldata newParameters) external;

    /// @notice Sets the venue of `market`. Restricted to the curator.
    function setVenue(uint8 market, IHedgeVenue venue) external;
}
