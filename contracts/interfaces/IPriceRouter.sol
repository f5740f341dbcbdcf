// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Price} from "../types/Price.sol";

/// @notice Why a price may or may not be used. Callers act on it; reading never reverts.
enum PriceStatus {
    Ok,
    StaleForTrading, // older than the trading age or from the second source, still good enough to liquidate
    Stale, // older than the liquidation age as well
    Reverted,
    NonPositive,
    Incomplete, // round not answered, or answered in an earlier round
    Future,
    OutOfBounds,
    Jump,
    DecimalsChanged,
    SequencerDown,
    SequencerGrace,
    SourcesDisagree,
    NotConfigured
}

/// @notice One reading of a price source.
/// @param price last price that passed the checks [wad USD]; zero if there never was one
/// @param updatedAt unix time of the source's update
/// @param status whether and for what `price` may be used
struct PriceReading {
    Price price;
    uint256 updatedAt;
    PriceStatus status;
}

/// @notice One source of one underlying's USD price.
interface IPriceFeed {
    event FeedConfigured(address indexed aggregator, uint256 tradingAge, uint256 liquidationAge);

    error ChainlinkPriceFeed_ZeroAddress();
    error ChainlinkPriceFeed_BadAges(uint256 tradingAge, uint256 liquidationAge);
    error ChainlinkPriceFeed_BadBounds(uint256 minimum, uint256 maximum);
    error ChainlinkPriceFeed_BadDecimals(uint8 decimals);

    /// @notice The current reading. Never reverts.
    function read() external view returns (PriceReading memory reading);

    /// @notice The Chainlink proxy behind this feed, for settlement proofs.
    function aggregator() external view returns (address);
}

/// @notice The price of each market's underlying. A market may have a second source. While both are good and further
/// apart than the band, the first one's price is there to reduce and liquidate on, not to open risk on
/// (`SourcesDisagree`); while the first is broken or too old and the second is not, the second's price is
/// (`StaleForTrading`). A second source that is broken itself changes nothing.
interface IPriceRouter {
    event FeedSet(uint8 indexed market, address oldFeed, address newFeed);
    event SecondFeedSet(
        uint8 indexed market,
        address oldFeed,
        address newFeed,
        uint256 oldBand,
        uint256 newBand
    );

    error PriceRouter_ZeroAddress();
    error PriceRouter_NotAContract(address feed);
    error PriceRouter_BadBand(uint256 band, uint256 minimum, uint256 maximum);
    /// @notice The feed proposed is good, and so is the one in force, and they are more than a fifth apart.
    error PriceRouter_FeedsApart(uint8 market, Price current, Price proposed);
    error PriceRouter_PriceUnusable(uint8 market, PriceStatus status);

    /// @notice The current reading for `market`. Never reverts; an unknown market reads `NotConfigured`.
    function spot(uint8 market) external view returns (PriceReading memory reading);

    /// @notice `spot` of `market` with the feed of `secondFeedOf`.
    function spotAndSecond(
        uint8 market
    ) external view returns (PriceReading memory reading, IPriceFeed secondFeed);

    /// @notice Reads `market`, and if the reading is good, as that of the second source where there is one, `spot` says the
    /// same for the rest of the transaction, unless feeds are changed: reading real feeds costs much. Anyone may, as whoever
    /// could act after a price had moved within his own transaction could as well have acted before.
    function pin(uint8 market) external returns (PriceReading memory reading);

    /// @notice The current price for `market`, good for trading.
    /// @dev Reverts with PriceRouter_PriceUnusable unless the status is Ok.
    function tradingSpot(uint8 market) external view returns (Price price);

    /// @notice The feed of `market`; zero if none.
    function feedOf(uint8 market) external view returns (IPriceFeed feed);

    /// @notice The second source of `market`, zero if none, and how far apart the two may be, as a share of the first
    /// one's price [wad].
    function secondFeedOf(uint8 market) external view returns (IPriceFeed feed, uint256 band);

    /// @notice Sets the feed of `market`. Restricted to the curator. While the feed in force is good, one that is good too and
    /// more than a fifth away is refused, unless the second source is good and within its band of the new one.
    function setFeed(uint8 market, IPriceFeed feed) external;

    /// @notice Sets the second source of `market`, with a band from 0.1 % to 20 %; the zero address with a band of zero
    /// removes it. Restricted to the curator.
    function setSecondFeed(uint8 market, IPriceFeed feed, uint256 band) external;
}
