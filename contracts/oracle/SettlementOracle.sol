// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAggregatorPhases, IAggregatorV3} from "../interfaces/IAggregatorV3.sol";
import {IPriceFeed, IPriceRouter, PriceReading} from "../interfaces/IPriceRouter.sol";
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
    /// @notice Seconds after expiry from which the last round alone may fix.
    uint256 public constant FALLBACK_DELAY = 6 hours;
    /// @notice Longest proof.
    uint256 public constant MAX_ROUNDS = 200;
    /// @notice Oldest round that may be in force at the window's start [s]. Older ones are left to the fallback, which
    /// looks into all phases.
    uint256 public constant MAX_ROUND_AGE = 1 days;
    /// @notice Aggregator phases before and after its round's own that the fallback looks into.
    uint256 public constant PHASES_AROUND = 16;
    /// @dev Aggregators count their rounds in 32 bits.
    uint256 private constant ROUND_LIMIT = 1 << 32;
    /// @notice A fixing further than this from the live price (while there is one, and within a day of expiry) is refused.
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
    ) internal view virtual returns (uint256 weighted) {
        // Consecutive ids are of one phase.
        uint256 scale = _scaleOf(aggregator, roundIds[0]);
        Round memory current = _read(aggregator, roundIds[0], scale);
        if (current.updatedAt > expiry - WINDOW) {
            revert SettlementOracle_StartNotCovered(current.updatedAt, expiry - WINDOW);
        }
        uint256 oldest = current.updatedAt;
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
        if (oldest + MAX_ROUND_AGE < expiry - WINDOW) {
            revert SettlementOracle_RoundTooOld(roundIds[0], oldest);
        }
    }

    /// @inheritdoc ISettlementOracle
    function fixWithLastRound(uint8 market, uint256 expiry, uint80 roundId) external returns (Price price) {
        IAggregatorV3 aggregator = _open(market, expiry);
        if (block.timestamp < expiry + FALLBACK_DELAY) {
            revert SettlementOracle_FallbackTooEarly(block.timestamp, expiry + FALLBACK_DELAY);
        }
        uint256 scale = _scaleOf(aggregator, roundId);
        Round memory last = _read(aggregator, roundId, scale);
        if (last.updatedAt > expiry) revert SettlementOracle_EndNotCovered(roundId, last.updatedAt, expiry);
        _requireLastOfPhase(aggregator, roundId, expiry);
        _requireFreshestPhase(aggregator, roundId, last.updatedAt, expiry);
        price = Price.wrap(last.price);
        _store(market, expiry, price, 1, true);
    }

    /// @dev No usable round of the same phase between `roundId` and expiry. Unusable ones are stepped over, or one of
    /// them would leave the expiry without a fixing for ever.
    function _requireLastOfPhase(
        IAggregatorV3 aggregator,
        uint80 roundId,
        uint256 expiry
    ) internal view virtual {
        for (uint80 next = roundId + 1; ; ++next) {
            (int256 answer, uint256 updatedAt) = _tryRead(aggregator, next);
            if (updatedAt == 0 || updatedAt > expiry) return;
            if (_isUsable(answer)) revert SettlementOracle_EndNotCovered(roundId, updatedAt, expiry);
        }
    }

    /// @dev No usable round of another phase in (updatedAt, expiry]. Both directions: a retired aggregator's last word
    /// must not fix, nor must a trial round of one that only took over after expiry.
    function _requireFreshestPhase(
        IAggregatorV3 aggregator,
        uint80 roundId,
        uint256 updatedAt,
        uint256 expiry
    ) private view {
        uint256 phase = roundId >> 64;
        uint256 from = phase > PHASES_AROUND ? phase - PHASES_AROUND : 1;
        uint256 to = phase + PHASES_AROUND;
        if (to > type(uint16).max) to = type(uint16).max;
        for (uint256 other = from; other <= to; ++other) {
            if (other == phase) continue;
            uint256 found = _freshestOf(aggregator, other << 64, updatedAt, expiry);
            if (found != 0) revert SettlementOracle_EndNotCovered(roundId, found, expiry);
        }
    }

    /// @dev Time of the last usable round of a phase in (after, until]; zero if there is none. Rounds of a phase count
    /// from 1 without gaps and their times do not fall, so doubling and halving find the place.
    function _freshestOf(
        IAggregatorV3 aggregator,
        uint256 base,
        uint256 after_,
        uint256 until
    ) private view returns (uint256) {
        uint256 low = 0;
        uint256 high = 1;
        while (high < ROUND_LIMIT && _isBy(aggregator, base | high, until)) (low, high) = (high, 2 * high);
        while (high - low > 1) {
            uint256 middle = (low + high) / 2;
            if (_isBy(aggregator, base | middle, until)) low = middle;
            else high = middle;
        }
        for (; low != 0; --low) {
            (int256 answer, uint256 updatedAt) = _tryRead(aggregator, uint80(base | low));
            if (updatedAt <= after_) return 0;
            if (_isUsable(answer)) return updatedAt;
        }
        return 0;
    }

    function _isBy(IAggregatorV3 aggregator, uint256 roundId, uint256 until) private view returns (bool) {
        (, uint256 updatedAt) = _tryRead(aggregator, uint80(roundId));
        return updatedAt != 0 && updatedAt <= until;
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

    /// @dev What one unit of a round's answer is worth [wad]. Aggregators of past phases may have counted in other decimals
    /// than today's, and their rounds mean what they meant. What has no phases has one scale.
    function _scaleOf(IAggregatorV3 aggregator, uint80 roundId) internal view virtual returns (uint256) {
        (bool ok, bytes memory data) = address(aggregator).staticcall(
            abi.encodeCall(IAggregatorPhases.phaseAggregators, (uint16(roundId >> 64)))
        );
        if (ok && data.length == 32) {
            address source = abi.decode(data, (address));
            if (source != address(0)) aggregator = IAggregatorV3(source);
        }
        return 10 ** (18 - aggregator.decimals());
    }

    /// @dev Seconds of [from, to) inside [start, end).
    function _overlap(uint256 from, uint256 to, uint256 start, uint256 end) private pure returns (uint256) {
        uint256 lower = from > start ? from : start;
        uint256 upper = to < end ? to : end;
        return upper > lower ? upper - lower : 0;
    }

    /// @dev A timed-out round carries the answer before it, which is the price in force: it counts like any other.
    function _read(
        IAggregatorV3 aggregator,
        uint80 roundId,
        uint256 scale
    ) internal view returns (Round memory) {
        (int256 answer, uint256 updatedAt) = _tryRead(aggregator, roundId);
        if (updatedAt == 0) revert SettlementOracle_RoundMissing(roundId);
        if (!_isUsable(answer) || updatedAt > block.timestamp) revert SettlementOracle_RoundInvalid(roundId);
        return Round(uint256(answer) * scale, updatedAt);
    }

    /// @dev Zeros if the round does not exist: aggregators answer zeros or revert.
    function _tryRead(
        IAggregatorV3 aggregator,
        uint80 roundId
    ) private view returns (int256 answer, uint256 updatedAt) {
        try aggregator.getRoundData(roundId) returns (
            uint80 id,
            int256 value,
            uint256,
            uint256 time,
            uint80
        ) {
            if (id == roundId) return (value, time);
        } catch {
            return (0, 0);
        }
    }

    /// @dev Positive, and small enough for every product that follows.
    function _isUsable(int256 answer) private pure returns (bool) {
        return answer > 0 && answer <= int256(uint256(type(uint128).max));
    }

    function _store(uint8 market, uint256 expiry, Price price, uint256 rounds, bool fallbackUsed) private {
        uint256 value = Price.unwrap(price);
        PriceReading memory live = priceRouter.spot(market);
        if (Price.unwrap(live.price) != 0 && block.timestamp < expiry + 1 days) {
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
