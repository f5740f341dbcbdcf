// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IPriceFeed, PriceReading, PriceStatus} from "../interfaces/IPriceRouter.sol";
import {IRiskParameters, MarketParameters, ParameterChange} from "../interfaces/IRiskParameters.sol";
import {Price} from "../types/Price.sol";
import {ParameterRamp} from "./ParameterRamp.sol";

/// @title RiskParameters
/// @notice Holds each market's risk parameters, in two words while nothing changes, and the cash token's deviation from
/// its peg in a third. Trusts the AccessManager for who may propose a change, and nobody for what it does: every value
/// is bounded here both ways, and a change cannot move the value in force for existing positions by a jump, however
/// often it is proposed.
///
/// One clock serves all fields of a market. A proposal starts it anew for every field, from the values in force. So a
/// looser field always waits its whole delay after the last proposal, a tighter one takes the whole ramp for what is
/// left, and nobody can gain speed by proposing again, beyond one unit of rounding (1e-6, a second, a contract) each
/// time. New risk keeps its own starting point, so that a second proposal cannot take back what a first one tightened
/// without the delay.
contract RiskParameters is IRiskParameters, AccessManaged {
    /// @dev The words of ParameterRamp. Above the second word's lanes lie the change's clock: start and end in 40 bits
    /// each, and whether new risk started from words of its own; above the first word's the hour in which it ends.
    struct Market {
        uint256 first;
        uint256 second;
        uint256 firstFrom;
        uint256 secondFrom;
        uint256 firstFromForNewRisk;
        uint256 secondFromForNewRisk;
    }

    /// @dev Both words for existing positions and both for new risk, clean of any clock.
    struct Words {
        uint256 first;
        uint256 second;
        uint256 firstForNewRisk;
        uint256 secondForNewRisk;
    }

    uint256 private constant WAD = 1e18;
    uint256 private constant PEG_TOLERANCE = 0.005e18;
    uint256 private constant PEG_CAP = 0.5e18;
    uint256 private constant FIRST_LANES = (1 << ParameterRamp.FIRST_BITS) - 1;
    uint256 private constant LANES = (1 << ParameterRamp.SECOND_BITS) - 1;
    uint256 private constant MOST_HOURS = (ParameterRamp.DELAY + ParameterRamp.RAMP) / 1 hours + 1;
    uint256 private constant START_SHIFT = 128;
    uint256 private constant END_SHIFT = 168;
    uint256 private constant SPLIT_SHIFT = 208;
    uint256 private constant TIME_MASK = (1 << 40) - 1;

    /// @inheritdoc IRiskParameters
    IPriceFeed public immutable pegFeed;

    mapping(uint8 market => Market) private _markets;
    uint256 private _depegShare;

    /// @param authority the AccessManager
    /// @param pegFeed_ the cash token's USD price; zero for none
    constructor(address authority, IPriceFeed pegFeed_) AccessManaged(authority) {
        pegFeed = pegFeed_;
    }

    /// @inheritdoc IRiskParameters
    function setParameters(uint8 market, MarketParameters calldata newParameters) external restricted {
        _checkBounds(newParameters);
        (uint256 first, uint256 second) = ParameterRamp.pack(newParameters);
        Market storage stored = _markets[market];
        MarketParameters memory oldParameters;
        uint256 endsAt = block.timestamp;
        uint256 split;
        if (stored.first != 0) {
            if (stored.first & FIRST_LANES == first && stored.second & LANES == second) {
                revert RiskParameters_SameTarget(market);
            }
            Words memory words;
            (words.first, words.second, words.firstForNewRisk, words.secondForNewRisk) = _wordsOf(market);
            oldParameters = ParameterRamp.unpack(words.first, words.second);
            endsAt = _end(words, first, second);
            (stored.firstFrom, stored.secondFrom) = (words.first, words.second);
            if (words.firstForNewRisk != words.first || words.secondForNewRisk != words.second) {
                split = 1;
                stored.firstFromForNewRisk = words.firstForNewRisk;
                stored.secondFromForNewRisk = words.secondForNewRisk;
            }
        }
        uint256 clock = (block.timestamp << START_SHIFT) | (endsAt << END_SHIFT) | (split << SPLIT_SHIFT);
        uint256 hour = (endsAt + 1 hours - 1) / 1 hours;
        (stored.first, stored.second) = (first | (hour << ParameterRamp.FIRST_BITS), second | clock);
        emit ParametersSet(market, oldParameters, newParameters, uint64(endsAt));
    }

    /// @inheritdoc IRiskParameters
    function requireBounds(MarketParameters calldata proposal) external pure {
        _checkBounds(proposal);
    }

    /// @inheritdoc IRiskParameters
    function updatePeg() external returns (uint256 share) {
        if (address(pegFeed) == address(0)) revert RiskParameters_NoPegFeed();
        PriceReading memory reading = pegFeed.read();
        uint256 old = _depegShare;
        if (reading.status > PriceStatus.StaleForTrading) return old;
        uint256 price = Price.unwrap(reading.price);
        uint256 deviation = price > WAD ? price - WAD : WAD - price;
        if (deviation > PEG_TOLERANCE) share = deviation - PEG_TOLERANCE;
        if (share > PEG_CAP) share = PEG_CAP;
        if (share == old) return old;
        _depegShare = share;
        emit PegUpdated(old, share);
    }

    /// @inheritdoc IRiskParameters
    function termsForMargin(
        uint8 market
    ) external view returns (uint256 terms, uint256 termsForNewRisk, uint256 widening, uint256 depegShare_) {
        depegShare_ = depegShare();
        terms = _known(market).first;
        if (_mayBeRunning(terms)) {
            uint256 second;
            uint256 secondForNewRisk;
            (terms, second, termsForNewRisk, secondForNewRisk) = _wordsOf(market);
            widening = ParameterRamp.widening(termsForNewRisk, secondForNewRisk, terms, second);
        } else {
            terms &= FIRST_LANES;
            (termsForNewRisk, widening) = (terms, WAD);
        }
    }

    /// @inheritdoc IRiskParameters
    function parameters(uint8 market) external view returns (MarketParameters memory) {
        (uint256 first, uint256 second, , ) = _wordsOf(market);
        return ParameterRamp.unpack(first, second);
    }

    /// @inheritdoc IRiskParameters
    function newRiskParameters(uint8 market) external view returns (MarketParameters memory) {
        (, , uint256 first, uint256 second) = _wordsOf(market);
        return ParameterRamp.unpack(first, second);
    }

    /// @inheritdoc IRiskParameters
    function targetParameters(uint8 market) public view returns (MarketParameters memory) {
        Market storage stored = _known(market);
        return ParameterRamp.unpack(stored.first, stored.second);
    }

    /// @inheritdoc IRiskParameters
    function change(uint8 market) external view returns (ParameterChange memory result) {
        result.to = targetParameters(market);
        Market storage stored = _markets[market];
        uint256 start = (stored.second >> START_SHIFT) & TIME_MASK;
        uint256 end = (stored.second >> END_SHIFT) & TIME_MASK;
        result.startedAt = uint64(start);
        result.tighterUntil = uint64(start + ParameterRamp.RAMP);
        result.looserFrom = uint64(start + ParameterRamp.DELAY);
        result.looserUntil = uint64(start + ParameterRamp.DELAY + ParameterRamp.RAMP);
        result.endsAt = uint64(end);
        if (block.timestamp >= end) {
            (result.from, result.fromForNewRisk) = (result.to, result.to);
            return result;
        }
        result.from = ParameterRamp.unpack(stored.firstFrom, stored.secondFrom);
        result.fromForNewRisk =
            (stored.second >> SPLIT_SHIFT) & 1 == 0
                ? result.from
                : ParameterRamp.unpack(stored.firstFromForNewRisk, stored.secondFromForNewRisk);
    }

    /// @inheritdoc IRiskParameters
    function depegShare() public view returns (uint256) {
        return address(pegFeed) == address(0) ? 0 : _depegShare;
    }

    function _known(uint8 market) private view returns (Market storage stored) {
        stored = _markets[market];
        // scanRange is positive, so a market that was set is never a zero word.
        if (stored.first == 0) revert RiskParameters_UnknownMarket(market);
    }

    /// @dev Whether the change that a stored first word is the target of may still be running. Its upper bits hold the hour
    /// in which that ends, and come round every 65,536 hours: then the clock is read for nothing for three days.
    function _mayBeRunning(uint256 first) private view returns (bool) {
        unchecked {
            // A difference modulo 2^16.
            uint256 left = ((first >> ParameterRamp.FIRST_BITS) - block.timestamp / 1 hours) & 0xffff;
            return left != 0 && left <= MOST_HOURS;
        }
    }

    /// @dev The words in force. Reads two words while nothing changes, four during a change, six if it overlaps another.
    function _wordsOf(
        uint8 market
    )
        internal
        view
        virtual
        returns (uint256 first, uint256 second, uint256 firstForNewRisk, uint256 secondForNewRisk)
    {
        Market storage stored = _markets[market];
        first = _known(market).first & FIRST_LANES;
        uint256 clock = stored.second;
        second = clock & LANES;
        if (block.timestamp >= (clock >> END_SHIFT) & TIME_MASK) return (first, second, first, second);

        (uint256 tightened, uint256 loosened) = ParameterRamp.progress(
            block.timestamp - ((clock >> START_SHIFT) & TIME_MASK)
        );
        (first, firstForNewRisk) = ParameterRamp.between(
            stored.firstFrom,
            first,
            ParameterRamp.FIRST_WIDTH,
            tightened,
            loosened
        );
        (second, secondForNewRisk) = ParameterRamp.between(
            stored.secondFrom,
            second,
            ParameterRamp.SECOND_WIDTH,
            tightened,
            loosened
        );
        if ((clock >> SPLIT_SHIFT) & 1 == 0) return (first, second, firstForNewRisk, secondForNewRisk);

        (, firstForNewRisk) = ParameterRamp.between(
            stored.firstFromForNewRisk,
            stored.first & FIRST_LANES,
            ParameterRamp.FIRST_WIDTH,
            tightened,
            loosened
        );
        (, secondForNewRisk) = ParameterRamp.between(
            stored.secondFromForNewRisk,
            clock & LANES,
            ParameterRamp.SECOND_WIDTH,
            tightened,
            loosened
        );
    }

    /// @dev When both existing positions and new risk will have arrived. What is looser for existing positions is looser
    /// for new risk as well, whose starting point is the tighter one; what is tighter for new risk reaches it at once.
    function _end(Words memory words, uint256 first, uint256 second) private view returns (uint256) {
        (bool tighter1, ) = ParameterRamp.directions(words.first, first, ParameterRamp.FIRST_WIDTH);
        (bool tighter2, ) = ParameterRamp.directions(words.second, second, ParameterRamp.SECOND_WIDTH);
        (, bool looser1) = ParameterRamp.directions(words.firstForNewRisk, first, ParameterRamp.FIRST_WIDTH);
        (, bool looser2) = ParameterRamp.directions(
            words.secondForNewRisk,
            second,
            ParameterRamp.SECOND_WIDTH
        );
        if (looser1 || looser2) return block.timestamp + ParameterRamp.DELAY + ParameterRamp.RAMP;
        return tighter1 || tighter2 ? block.timestamp + ParameterRamp.RAMP : block.timestamp;
    }

    function _checkBounds(MarketParameters calldata p) private pure {
        _checkRatio("scanRange", p.scanRange, 0.05e18, 0.5e18);
        _checkRatio("driftLimit", p.driftLimit, 0.001e18, 0.02e18);
        _checkRatio("volUp", p.volUp, 0.1e18, 2e18);
        _checkRatio("volDown", p.volDown, 0.1e18, 0.9e18);
        _checkRatio("shortOptionMinimum", p.shortOptionMinimum, 0.001e18, 0.05e18);
        _checkRatio("maintenanceFactor", p.maintenanceFactor, 0.5e18, 0.95e18);
        _checkRatio("collateralHaircut", p.collateralHaircut, 0.01e18, 0.5e18);
        _checkRatio("crossMarketCredit", p.crossMarketCredit, 0, 0.6e18);
        _checkWithin("arrayAgeLimit", p.arrayAgeLimit, 5 minutes, 1 days);
        _checkRatio("bidSpread", p.bidSpread, 0, 0.5e18);
        _checkRatio("calendarCharge", p.calendarCharge, 0, 1e18);
        _checkRatio("staleAddOn", p.staleAddOn, 0, 2e18);
        _checkRatio("concentration", p.concentration, 0, 1e18);
        _checkWithin("liquidityLimit", p.liquidityLimit, 1, type(uint24).max);
    }

    function _checkRatio(bytes32 name, uint256 value, uint256 minimum, uint256 maximum) private pure {
        _checkWithin(name, value, minimum, maximum);
        if (value % ParameterRamp.UNIT != 0) revert RiskParameters_OutOfBounds(name, value, minimum, maximum);
    }

    function _checkWithin(bytes32 name, uint256 value, uint256 minimum, uint256 maximum) private pure {
        if (value < minimum || value > maximum) {
            revert RiskParameters_OutOfBounds(name, value, minimum, maximum);
        }
    }
}
