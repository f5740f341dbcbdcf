// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAggregatorV3} from "../interfaces/IAggregatorV3.sol";
import {IPriceFeed, PriceReading, PriceStatus} from "../interfaces/IPriceRouter.sol";
import {Price} from "../types/Price.sol";

/// @notice One Chainlink feed as a price with a status. Holds nothing, trusts the aggregator only as far as the checks
/// go, and never reverts, so that a dead feed cannot lock anything.
contract ChainlinkPriceFeed is IPriceFeed {
    /// @param aggregator Chainlink proxy
    /// @param sequencerFeed L2 sequencer uptime feed; zero on chains without one
    /// @param tradingAge oldest answer good for opening risk [s]
    /// @param liquidationAge oldest answer good for liquidation [s], at least tradingAge
    /// @param sequencerGrace seconds after the sequencer is up again before prices count
    /// @param minimum smallest plausible price [wad USD], > 0
    /// @param maximum largest plausible price [wad USD]
    /// @param jumpLimit largest move from the round before, share [wad]
    struct Configuration {
        IAggregatorV3 aggregator;
        IAggregatorV3 sequencerFeed;
        uint32 tradingAge;
        uint32 liquidationAge;
        uint32 sequencerGrace;
        uint128 minimum;
        uint128 maximum;
        uint64 jumpLimit;
    }

    /// @dev The five words of an answer, each a full word, so that garbage in the narrow ones makes no decoder revert.
    struct Round {
        uint256 id;
        int256 answer;
        uint256 startedAt;
        uint256 updatedAt;
        uint256 answeredInRound;
    }

    uint256 private constant WAD = 1e18;

    IAggregatorV3 private immutable _aggregator;
    IAggregatorV3 private immutable _sequencerFeed;
    uint256 private immutable _tradingAge;
    uint256 private immutable _liquidationAge;
    uint256 private immutable _sequencerGrace;
    uint256 private immutable _minimum;
    uint256 private immutable _maximum;
    uint256 private immutable _jumpLimit;
    uint8 private immutable _decimals;
    /// @dev What one of an answer's last digit is [wad].
    uint256 private immutable _unit;
    /// @dev Of the proxy's aggregator when this feed was made; zero if what it reads is none, or had no round yet.
    uint256 private immutable _phase;

    constructor(Configuration memory configuration) {
        if (address(configuration.aggregator) == address(0)) revert ChainlinkPriceFeed_ZeroAddress();
        if (configuration.tradingAge == 0 || configuration.liquidationAge < configuration.tradingAge) {
            revert ChainlinkPriceFeed_BadAges(configuration.tradingAge, configuration.liquidationAge);
        }
        if (configuration.minimum == 0 || configuration.maximum <= configuration.minimum) {
            revert ChainlinkPriceFeed_BadBounds(configuration.minimum, configuration.maximum);
        }
        _aggregator = configuration.aggregator;
        _sequencerFeed = configuration.sequencerFeed;
        _tradingAge = configuration.tradingAge;
        _liquidationAge = configuration.liquidationAge;
        _sequencerGrace = configuration.sequencerGrace;
        _minimum = configuration.minimum;
        _maximum = configuration.maximum;
        _jumpLimit = configuration.jumpLimit;
        _decimals = configuration.aggregator.decimals();
        if (_decimals > 18) revert ChainlinkPriceFeed_BadDecimals(_decimals);
        _unit = 10 ** (18 - _decimals);
        (bool ok, Round memory round) = _newestOf(configuration.aggregator);
        _phase = ok && round.id <= type(uint80).max ? round.id >> 64 : 0;
        emit FeedConfigured(address(_aggregator), _tradingAge, _liquidationAge);
    }

    /// @inheritdoc IPriceFeed
    function aggregator() external view returns (address) {
        return address(_aggregator);
    }

    /// @inheritdoc IPriceFeed
    function read() external view returns (PriceReading memory reading) {
        (bool ok, Round memory round) = _newestOf(_aggregator);
        if (!ok || !_isSound(round)) {
            reading.status = PriceStatus.Reverted;
            return reading;
        }
        reading.updatedAt = round.updatedAt;
        reading.status = _check(round);
        // Too old, or an L2 pause, leaves the price itself plausible: margin goes on with it.
        if (reading.status <= PriceStatus.Stale || reading.status >= PriceStatus.SequencerDown) {
            reading.price = Price.wrap(_toWad(round.answer));
        }
    }

    /// @dev The first fault, worst first, so that no caller can mistake a broken answer for a merely old one.
    function _check(Round memory round) private view returns (PriceStatus) {
        if (!_sameDecimals(round.id)) return PriceStatus.DecimalsChanged;
        if (round.answer <= 0) return PriceStatus.NonPositive;
        if (round.updatedAt == 0 || round.answeredInRound < round.id) return PriceStatus.Incomplete;
        if (round.updatedAt > block.timestamp) return PriceStatus.Future;
        if (round.answer > int256(uint256(type(uint128).max))) return PriceStatus.OutOfBounds;
        uint256 price = _toWad(round.answer);
        if (price < _minimum || price > _maximum) return PriceStatus.OutOfBounds;
        if (_jumped(round.id, price)) return PriceStatus.Jump;
        PriceStatus sequencer = _sequencer();
        if (sequencer != PriceStatus.Ok) return sequencer;
        uint256 age = block.timestamp - round.updatedAt;
        if (age > _liquidationAge) return PriceStatus.Stale;
        return age > _tradingAge ? PriceStatus.StaleForTrading : PriceStatus.Ok;
    }

    /// @dev Compared with the round before in the same phase, if there is one: stateless, and it heals by itself once
    /// a second round confirms the new level.
    function _jumped(uint256 id, uint256 price) private view returns (bool) {
        if (_jumpLimit == 0 || uint64(id) <= 1) return false;
        bytes4 selector = IAggregatorV3.getRoundData.selector;
        (bool ok, Round memory previous) = _ask(_aggregator, selector, id - 1, 36);
        if (!ok || !_isSound(previous)) return false;
        if (previous.answer <= 0 || previous.answer > int256(uint256(type(uint128).max))) return false;
        uint256 before = _toWad(previous.answer);
        uint256 move = price > before ? price - before : before - price;
        return move * WAD > _jumpLimit * before;
    }

    function _sequencer() private view returns (PriceStatus) {
        if (address(_sequencerFeed) == address(0)) return PriceStatus.Ok;
        (bool ok, Round memory round) = _newestOf(_sequencerFeed);
        if (!ok) return PriceStatus.SequencerDown;
        uint256 startedAt = round.startedAt;
        if (round.answer != 0 || startedAt == 0 || startedAt > block.timestamp)
            return PriceStatus.SequencerDown;
        return block.timestamp - startedAt <= _sequencerGrace ? PriceStatus.SequencerGrace : PriceStatus.Ok;
    }

    /// @dev A proxy's decimals are those of its aggregator, which never change; another one is another phase, which round ids
    /// carry above their lowest 64 bits.
    function _sameDecimals(uint256 id) private view returns (bool) {
        if (_phase != 0 && id >> 64 == _phase) return true;
        address source = address(_aggregator);
        bytes4 selector = IAggregatorV3.decimals.selector;
        uint256 found;
        assembly ("memory-safe") {
            mstore(0, selector)
            // An address without code answers with nothing.
            if and(gt(returndatasize(), 0x1f), staticcall(gas(), source, 0, 4, 0, 0x20)) {
                found := add(mload(0), 1)
            }
        }
        return found == uint256(_decimals) + 1;
    }

    /// @dev Whether what is narrower than a word is that.
    function _isSound(Round memory round) private pure returns (bool) {
        return round.id <= type(uint80).max && round.answeredInRound <= type(uint80).max;
    }

    /// @dev False if the source fails or says less than five words.
    function _newestOf(IAggregatorV3 source) private view returns (bool, Round memory) {
        return _ask(source, IAggregatorV3.latestRoundData.selector, 0, 4);
    }

    /// @param size of the request: 4, or 36 with an argument
    function _ask(
        IAggregatorV3 source,
        bytes4 selector,
        uint256 argument,
        uint256 size
    ) private view returns (bool ok, Round memory round) {
        assembly ("memory-safe") {
            mstore(0, selector)
            mstore(4, argument)
            // Evaluated from the right. An address without code answers with nothing.
            ok := and(gt(returndatasize(), 0x9f), staticcall(gas(), source, 0, size, round, 0xa0))
        }
    }

    /// @dev `answer` is positive and below 2^128, and decimals are at most 18, so the product fits.
    function _toWad(int256 answer) private view returns (uint256) {
        return uint256(answer) * _unit;
    }
}
