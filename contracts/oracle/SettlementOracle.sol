// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAggregatorV3} from "../interfaces/IAggregatorV3.sol";
import {IPriceFeed, IPriceRouter, PriceReading, PriceStatus} from "../interfaces/IPriceRouter.sol";
import {ISettlementOracle} from "../interfaces/ISettlementOracle.sol";
import {Price} from "../types/Price.sol";

/// @notice One immutable fixing for each market and expiry, proven by anyone from Chainlink rounds. Holds nothing and
/// trusts the aggregator's history. A fixing is the time-weighted average, over the 30 minutes before expiry, of the
/// price in force; a round is in force from its update until the next one's.
contract SettlementOracle is ISettlementOracle {
    struct Round {
        uint256 price;
        uint256 updatedAt;
    }

    /// @notice Seconds before expiry that are averaged.
    uint256 public constant WINDOW = 30 minutes;
    /// @notice Seconds after expiry from which the last round alone may fix, if no later round was ever answered.
    uint256 public constant FALLBACK_DELAY = 6 hours;
    /// @notice Longest proof.
    uint256 public constant MAX_ROUNDS = 200;
    /// @notice A fixing further than this from the live price (while it is good, and within a day of expiry) is refused.
    uint256 public constant PLAUSIBLE_RATIO = 2;

    IPriceRouter public immutable priceRouter;
    mapping(uint256 => uint256) private _fixings;

    constructor(IPriceRouter router) {
        priceRouter = router;
    }

    /// @inheritdoc ISettlementOracle
    function fix(uint8 market, uint256 expiry, uint80[] calldata roundIds) external returns (Price price) {
        IAggregatorV3 aggregator = _open(market, expiry);
        uint256 length = roundIds.length;
        if (length == 0) revert SettlementOracle_EmptyProof();
        if (length > MAX_ROUNDS) revert SettlementOracle_TooManyRounds(length);
        price = Price.wrap(_weighted(aggregator, expiry, roundIds) / WINDOW);
        _store(market, expiry, price, length, false);
    }

    /// @dev Sum of price * seconds in force over the window, each round proven by its successor.
    function _weighted(
        IAggregatorV3 aggregator,
        uint256 expiry,
        uint80[] calldata roundIds
    ) private view returns (uint256 weighted) {
        uint256 scale = 10 ** (18 - aggregator.decimals());
        Round memory current = _read(aggregator, roundIds[0], scale);
        if (current.updatedAt > expiry - WINDOW) {
            revert SettlementOracle_StartNotCovered(current.updatedAt, expiry - WINDOW);
        }
        for (uint256 i = 0; i < roundIds.length; ++i) {
            bool isLast = i == roundIds.length - 1;
            if (!isLast && roundIds[i + 1] != roundIds[i] + 1) {
                revert SettlementOracle_RoundsNotConsecutive(roundIds[i], roundIds[i + 1]);
            }
            Round memory next = _read(aggregator, roundIds[i] + 1, scale);
            weighted += current.price * _overlap(current.updatedAt, next.updatedAt, expiry - WINDOW, expiry);
            if (isLast ? next.updatedAt <= expiry : next.updatedAt > expiry) {
                revert SettlementOracle_EndNotCovered(roundIds[i], next.updatedAt, expiry);
            }
            // The first round must be the one in force at the start, or a proof could be padded with older ones.
            if (i == 0 && next.updatedAt <= expiry - WINDOW) {
                revert SettlementOracle_StartNotCovered(next.updatedAt, expiry - WINDOW);
            }
            current = next;
        }
    }

    /// @inheritdoc ISettlementOracle
    function fixWithLastRound(uint8 market, uint256 expiry, uint80 roundId) external returns (Price price) {
        IAggregatorV3 aggregator = _open(market, expiry);
        if (block.timestamp < expiry + FALLBACK_DELAY) {
            revert SettlementOracle_FallbackTooEarly(block.timestamp, expiry + FALLBACK_DELAY);
        }
        uint256 scale = 10 ** (18 - aggregator.decimals());
        Round memory last = _read(aggregator, roundId, scale);
        if (last.updatedAt > expiry) revert SettlementOracle_EndNotCovered(roundId, last.updatedAt, expiry);
        (bool exists, Round memory next) = _tryRead(aggregator, roundId + 1, scale);
        if (exists && next.updatedAt <= expiry) {
            revert SettlementOracle_EndNotCovered(roundId, next.updatedAt, expiry);
        }
        price = Price.wrap(last.price);
        _store(market, expiry, price, 1, true);
    }

    /// @inheritdoc ISettlementOracle
    function fixing(uint8 market, uint256 expiry) external view returns (Price price, bool exists) {
        uint256 stored = _fixings[_key(market, expiry)];
        return (Price.wrap(stored), stored != 0);
    }

    function _open(uint8 market, uint256 expiry) private view returns (IAggregatorV3) {
        if (block.timestamp <= expiry || expiry < WINDOW) {
            revert SettlementOracle_NotExpired(expiry, block.timestamp);
        }
        if (_fixings[_key(market, expiry)] != 0) revert SettlementOracle_AlreadyFixed(market, expiry);
        IPriceFeed feed = priceRouter.feedOf(market);
        if (address(feed) == address(0)) revert SettlementOracle_NoFeed(market);
        return IAggregatorV3(feed.aggregator());
    }

    /// @dev Seconds of [from, to) inside [start, end).
    function _overlap(uint256 from, uint256 to, uint256 start, uint256 end) private pure returns (uint256) {
        uint256 lower = from > start ? from : start;
        uint256 upper = to < end ? to : end;
        return upper > lower ? upper - lower : 0;
    }

    function _read(
        IAggregatorV3 aggregator,
        uint80 roundId,
        uint256 scale
    ) private view returns (Round memory round) {
        bool exists;
        (exists, round) = _tryRead(aggregator, roundId, scale);
        if (!exists) revert SettlementOracle_RoundMissing(roundId);
    }

    /// @dev A round that exists must be answered, positive and whole; aggregators report unanswered ones in several ways.
    function _tryRead(
        IAggregatorV3 aggregator,
        uint80 roundId,
        uint256 scale
    ) private view returns (bool, Round memory round) {
        try aggregator.getRoundData(roundId) returns (
            uint80 id,
            int256 answer,
            uint256,
            uint256 updatedAt,
            uint80 answeredInRound
        ) {
            if (updatedAt == 0) return (false, round);
            if (id != roundId || answer <= 0 || answeredInRound < id || updatedAt > block.timestamp) {
                revert SettlementOracle_RoundInvalid(roundId);
            }
            return (true, Round(uint256(answer) * scale, updatedAt));
        } catch {
            return (false, round);
        }
    }

    function _store(uint8 market, uint256 expiry, Price price, uint256 rounds, bool fallbackUsed) private {
        uint256 value = Price.unwrap(price);
        PriceReading memory live = priceRouter.spot(market);
        if (live.status == PriceStatus.Ok && block.timestamp < expiry + 1 days) {
            uint256 reference_ = Price.unwrap(live.price);
            if (value * PLAUSIBLE_RATIO < reference_ || value > reference_ * PLAUSIBLE_RATIO) {
                revert SettlementOracle_Implausible(value, reference_);
            }
        }
        _fixings[_key(market, expiry)] = value;
        emit Fixed(market, expiry, price, rounds, fallbackUsed, msg.sender);
    }

    function _key(uint8 market, uint256 expiry) private pure returns (uint256) {
        return (uint256(market) << 64) | uint64(expiry);
    }
}
