// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPriceFeed} from "./IPriceRouter.sol";

/// @notice Bounded parameters of each market. Ratios are [wad] and whole multiples of 1e-6.
/// A field is *tighter* when it is higher, except crossMarketCredit, arrayAgeLimit and liquidityLimit, which are
/// tighter when they are lower.
/// @param scanRange R, the spot range of the scan (0.20 for ETH, 0.18 for BTC); 0.05 to 0.5
/// @param driftLimit how far spot may drift from the arrays' reference; 0.001 to 0.02
/// @param volUp relative up shock at 30 days; 0.1 to 2
/// @param volDown relative down shock at 30 days; 0.1 to 0.9
/// @param shortOptionMinimum per net short option, share of spot; 0.001 to 0.05
/// @param maintenanceFactor maintenance / initial; 0.5 to 0.95
/// @param collateralHaircut on the underlying as collateral; 0.01 to 0.5
/// @param crossMarketCredit c; 0 to 0.6
/// @param arrayAgeLimit seconds, before shrinking with time to expiry; 5 minutes to 1 day
/// @param bidSpread haircut of a long option's mark in equity, share of its mark; 0 to 0.5
/// @param calendarCharge share of un-netted vega losses that is always asked for; 0 to 1
/// @param staleAddOn share of vega losses added when the surface is stale; 0 to 2
/// @param concentration extra margin per net short contract of an account whose net short contracts reach the
/// liquidity limit, share of spot; 0 to 1
/// @param liquidityLimit net short contracts, in whole units of the underlying, not a wad; 1 to 2^24 - 1
struct MarketParameters {
    uint64 scanRange;
    uint64 driftLimit;
    uint64 volUp;
    uint64 volDown;
    uint64 shortOptionMinimum;
    uint64 maintenanceFactor;
    uint64 collateralHaircut;
    uint64 crossMarketCredit;
    uint32 arrayAgeLimit;
    uint64 bidSpread;
    uint64 calendarCharge;
    uint64 staleAddOn;
    uint64 concentration;
    uint64 liquidityLimit;
}

/// @notice The last change of a market's parameters. When none is running, both starting points equal `to`.
/// @param from the values in force for existing positions when the change was proposed
/// @param fromForNewRisk the values in force for new risk at that time: `from`, or tighter
/// @param to where every field ends
/// @param startedAt unix time of the proposal
/// @param tighterUntil when the tighter fields have arrived
/// @param looserFrom when the looser fields begin to move
/// @param looserUntil when the looser fields have arrived
/// @param endsAt when everything has arrived: the later of the two that apply, or `startedAt`
struct ParameterChange {
    MarketParameters from;
    MarketParameters fromForNewRisk;
    MarketParameters to;
    uint64 startedAt;
    uint64 tighterUntil;
    uint64 looserFrom;
    uint64 looserUntil;
    uint64 endsAt;
}

/// @notice Where risk parameters live. Every field is bounded both ways, and after its first setting it only ever
/// ramps. A tighter value applies to new risk at once and reaches existing positions in a line over 24 hours. A looser
/// value waits 48 hours, then moves in a line over 24 hours for both. All of it is visible in advance.
interface IRiskParameters {
    /// @dev `oldParameters` were in force when this was set; `endsAt` is when `newParameters` are in force everywhere.
    event ParametersSet(
        uint8 indexed market,
        MarketParameters oldParameters,
        MarketParameters newParameters,
        uint64 endsAt
    );
    event PegUpdated(uint256 oldShare, uint256 newShare);

    error RiskParameters_OutOfBounds(bytes32 name, uint256 value, uint256 minimum, uint256 maximum);
    error RiskParameters_UnknownMarket(uint8 market);
    error RiskParameters_SameTarget(uint8 market);
    error RiskParameters_NoPegFeed();

    /// @notice The parameters in force now for existing positions. Ramping values are rounded to the tighter side, to
    /// 1e-6 or a whole unit.
    /// @dev Reverts with RiskParameters_UnknownMarket if never set, as do all views of a market.
    function parameters(uint8 market) external view returns (MarketParameters memory);

    /// @notice The parameters in force now for new risk: per field the tighter of `parameters` and `targetParameters`, and what
    /// an earlier proposal had tightened until its loosening has waited and ramped as well.
    function newRiskParameters(uint8 market) external view returns (MarketParameters memory);

    /// @notice Where the parameters of `market` end when nothing more is proposed.
    function targetParameters(uint8 market) external view returns (MarketParameters memory);

    /// @notice The last change, for whoever wants to see what is coming.
    function change(uint8 market) external view returns (ParameterChange memory);

    /// @notice What a margin check asks for, in as few reads as it takes.
    /// @return terms of `parameters`: the first word of ParameterRamp
    /// @return termsForNewRisk of `newRiskParameters`; the same word unless a change is running
    /// @return widening how much wider a scan with `newRiskParameters` is than one with `parameters` [wad], at least one
    /// @return depegShare_ as `depegShare`
    function termsForMargin(
        uint8 market
    ) external view returns (uint256 terms, uint256 termsForNewRisk, uint256 widening, uint256 depegShare_);

    /// @notice Sets where all parameters of `market` go. Restricted to the curator. The first setting of a market
    /// applies at once; a later one starts from the values in force, and every clock starts anew.
    /// @dev Reverts with RiskParameters_OutOfBounds naming the field, or RiskParameters_SameTarget if it changes
    /// nothing (it would only set running clocks back).
    function setParameters(uint8 market, MarketParameters calldata newParameters) external;

    /// @notice Reverts with RiskParameters_OutOfBounds, naming the field, unless `setParameters` would take these.
    function requireBounds(MarketParameters calldata proposal) external pure;

    /// @notice The feed of the cash token's USD price; zero if none.
    function pegFeed() external view returns (IPriceFeed);

    /// @notice How far the cash token was from one dollar at the last update, beyond a tolerance of 0.5 % and at most
    /// one half [wad]. Zero without a feed.
    function depegShare() external view returns (uint256);

    /// @notice Reads the feed and keeps the cash token's deviation. Anyone may call. While the feed's price is not even
    /// good enough to liquidate, the last value stays.
    /// @dev Reverts with RiskParameters_NoPegFeed if there is no feed.
    /// @return share the deviation that is now kept
    function updatePeg() external returns (uint256 share);
}
