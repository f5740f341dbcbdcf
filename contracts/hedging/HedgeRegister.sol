// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {CollateralAsset} from "../interfaces/IClearinghouseTerms.sol";
import {IHedgeVenue} from "../interfaces/IHedgeVenue.sol";
import {
    HedgeNote,
    HedgeParameters,
    HedgePlan,
    HedgeState,
    IHedgeController
} from "../interfaces/IHedging.sol";
import {IOptionsVault} from "../interfaces/IOptionsVault.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {Price} from "../types/Price.sol";
import {Quantity} from "../types/Quantity.sol";
import {Usd} from "../types/Usd.sol";
import {HedgePlanner, HedgeSetUp} from "./HedgePlanner.sol";
import {Bucket, LossBucket} from "./LossBucket.sol";

/// @title HedgeRegister
/// @notice How the hedge of each market is set up, what it has lost, and all that can be read of it.
abstract contract HedgeRegister is IHedgeController, AccessManaged {
    using LossBucket for Bucket;

    uint256 internal constant WAD = 1e18;
    uint256 private constant MAX_VENUES = 4;
    /// @dev How long noted capacity counts.
    uint256 private constant NOTE_LIFE = 1 hours;
    /// @dev How long a noted position counts.
    uint256 private constant POSITION_LIFE = 1 days;
    /// @dev What must be left of the gas after a venue could not be asked, or the reason may be lack of it.
    uint256 private constant LEAST_GAS_LEFT = 5_000;

    IClearinghouse public immutable clearinghouse;
    IOptionsVault public immutable vault;
    HedgePlanner public immutable planner;
    address internal immutable _usdc;
    uint8 internal immutable _cashDecimals;

    mapping(uint8 market => HedgeSetUp) internal _setUps;
    mapping(uint8 market => HedgeNote) private _notes;
    /// @dev What each venue held when it last told [wad underlying].
    mapping(uint8 market => mapping(IHedgeVenue venue => int256)) private _heldLast;
    mapping(address caller => bool) public isKeeper;
    int256 private _totalLoss;
    mapping(uint8 market => Bucket) private _losses;
    mapping(uint8 market => mapping(address caller => Bucket)) private _lossesOf;

    constructor(address authority, HedgePlanner planner_) AccessManaged(authority) {
        if (address(planner_) == address(0)) revert HedgeController_ZeroAddress();
        planner = planner_;
        clearinghouse = planner_.clearinghouse();
        vault = planner_.vault();
        (_usdc, _cashDecimals) = planner_.clearinghouse().cashAsset();
    }

    /// @inheritdoc IHedgeController
    function plan(uint8 market) external returns (HedgePlan memory planned) {
        (HedgeSetUp memory setUp, int256 silent) = _answering(market);
        (planned, ) = planner.planOf(setUp, silent);
    }

    /// @inheritdoc IHedgeController
    function state(uint8 market) external view returns (HedgeState memory) {
        (HedgeSetUp memory setUp, int256 silent) = _answering(market);
        return planner.stateOf(setUp, silent, planner.priceRouter().spot(market).price);
    }

    /// @inheritdoc IHedgeController
    function hedgeCapacity(uint8 market) external view returns (uint256 buyWad, uint256 sellWad) {
        HedgeParameters memory p = _setUps[market].parameters;
        if (p.slippageLimit == 0) return (0, 0);
        // Whatever trades within the slippage limit cost, the budget lasts for this much.
        uint256 affordable = FixedPoint.divDown(_losses[market].left(p.dailyLossBudget), p.slippageLimit);
        uint256 value = FixedPoint.min(p.maxTrade, affordable);
        HedgeNote storage noted = _notes[market];
        if (block.timestamp < uint256(noted.notedAt) + NOTE_LIFE) {
            uint256 most = FixedPoint.divDown(value, noted.price);
            return (FixedPoint.min(noted.buy, most), FixedPoint.min(noted.sell, most));
        }
        (HedgeSetUp memory setUp, ) = _answering(market);
        (buyWad, sellWad) = planner.capacityOf(setUp, value);
        return _confirmed(noted, buyWad, sellWad);
    }

    /// @inheritdoc IHedgeController
    function noteOf(uint8 market) external view returns (HedgeNote memory) {
        return _notes[market];
    }

    /// @inheritdoc IHedgeController
    function notedPosition(uint8 market) external view returns (Quantity) {
        HedgeNote storage noted = _notes[market];
        if (block.timestamp < uint256(noted.positionAt) + POSITION_LIFE) return Quantity.wrap(noted.position);
        IHedgeVenue[] memory list = _setUps[market].venues;
        int256 sum;
        for (uint256 i; i < list.length; ++i) sum += _heldBy(market, list[i]);
        return Quantity.wrap(sum);
    }

    /// @inheritdoc IHedgeController
    function venueValue(uint8 market, Price price) external view returns (Usd total) {
        IHedgeVenue[] memory list = _setUps[market].venues;
        for (uint256 i; i < list.length; ++i) {
            // One that cannot tell counts for nothing: a value may not stop those who want to leave.
            try list[i].value(price) returns (Usd value) {
                total = total + value;
            } catch {}
        }
    }

    /// @inheritdoc IHedgeController
    function parameters(uint8 market) external view returns (HedgeParameters memory) {
        return _setUps[market].parameters;
    }

    /// @inheritdoc IHedgeController
    function venues(uint8 market) external view returns (IHedgeVenue[] memory) {
        return _setUps[market].venues;
    }

    /// @inheritdoc IHedgeController
    function lossBudgetLeft(uint8 market) public view returns (Usd) {
        return Usd.wrap(int256(_losses[market].left(_setUps[market].parameters.dailyLossBudget)));
    }

    /// @inheritdoc IHedgeController
    function lossBudgetLeftOf(uint8 market, address caller) public view returns (Usd) {
        uint256 all = _losses[market].left(_setUps[market].parameters.dailyLossBudget);
        uint256 own = _lossesOf[market][_payerOf(caller)].left(_shareOf(market));
        return Usd.wrap(int256(FixedPoint.min(all, own)));
    }

    /// @inheritdoc IHedgeController
    function totalLoss() external view returns (Usd) {
        return Usd.wrap(_totalLoss);
    }

    /// @inheritdoc IHedgeController
    function setParameters(uint8 market, HedgeParameters calldata newParameters) external restricted {
        HedgeParameters calldata p = newParameters;
        _requireWithin("slippageLimit", p.slippageLimit, 1, 0.1e18);
        _requireWithin("maxTrade", p.maxTrade, 1, type(uint128).max);
        _requireWithin("callerShare", p.callerShare, 1, WAD);
        _requireWithin("costRatio", p.costRatio, 0, 0.1e18);
        _requireWithin("riskAversion", p.riskAversion, 1, type(uint64).max);
        _requireWithin("smileShare", p.smileShare, 0, WAD);
        _setUps[market].market = market;
        emit HedgeParametersSet(market, _setUps[market].parameters, p);
        _setUps[market].parameters = p;
        delete _notes[market].notedAt;
    }

    /// @inheritdoc IHedgeController
    function setVenues(uint8 market, IHedgeVenue[] calldata newVenues) external restricted {
        if (newVenues.length > MAX_VENUES) revert HedgeController_BadParameter("venues", newVenues.length);
        IHedgeVenue[] memory old = _setUps[market].venues;
        for (uint256 i; i < old.length; ++i) {
            if (_isVenue(newVenues, old[i])) continue;
            Quantity position = Quantity.wrap(_heldBy(market, old[i]));
            if (Quantity.unwrap(position) != 0) revert HedgeController_VenueInUse(address(old[i]), position);
        }
        address underlying = _setUps[market].underlying;
        for (uint256 i; i < newVenues.length; ++i) {
            IHedgeVenue venue = newVenues[i];
            if (address(venue) == address(0)) revert HedgeController_ZeroAddress();
            if (underlying == address(0)) underlying = venue.underlying();
            CollateralAsset memory asset = clearinghouse.collateralAsset(underlying);
            if (
                venue.underlying() != underlying ||
                asset.market != market ||
                asset.cap == 0 ||
                _isVenue(newVenues[:i], venue)
            ) revert HedgeController_BadVenue(address(venue));
        }
        emit VenuesSet(market, old, newVenues);
        _setUps[market].market = market;
        _setUps[market].underlying = underlying;
        _setUps[market].venues = newVenues;
        delete _notes[market].notedAt;
        delete _notes[market].seenAt;
        _notePosition(market);
    }

    /// @inheritdoc IHedgeController
    function setKeeper(address keeper, bool allowed) external restricted {
        if (keeper == address(0)) revert HedgeController_ZeroAddress();
        isKeeper[keeper] = allowed;
        emit KeeperSet(keeper, allowed);
    }

    /// @dev Notes what venues hold and what could be traded now.
    function _noteAll(uint8 market) internal returns (HedgeNote memory) {
        HedgeNote memory old = _notes[market];
        uint256 price = Price.unwrap(planner.requirePrice(market));
        (HedgeSetUp memory setUp, ) = _answering(market);
        (uint256 buyWad, uint256 sellWad) = planner.capacityOf(setUp, type(uint128).max);
        buyWad = FixedPoint.min(buyWad, type(uint112).max);
        sellWad = FixedPoint.min(sellWad, type(uint112).max);
        (uint256 buy, uint256 sell) = _confirmed(_notes[market], buyWad, sellWad);
        HedgeNote storage noted = _notes[market];
        (noted.price, noted.notedAt) = (SafeCast.toUint96(price), uint32(block.timestamp));
        (noted.buy, noted.sell) = (uint128(buy), uint128(sell));
        // Twice in a block is once, at the worse.
        bool isAgain = old.seenAt == block.timestamp;
        (noted.buySeen, noted.sellSeen) =
            isAgain ? (uint112(buy), uint112(sell)) : (uint112(buyWad), uint112(sellWad));
        noted.seenAt = uint32(block.timestamp);
        _notePosition(market);
        emit HedgeNoted(market, old, noted);
        return noted;
    }

    /// @dev What counts of a capacity: no more than the last note found.
    function _confirmed(
        HedgeNote storage noted,
        uint256 buyWad,
        uint256 sellWad
    ) internal view virtual returns (uint256, uint256) {
        if (noted.seenAt == 0) return (buyWad, sellWad);
        return (FixedPoint.min(buyWad, noted.buySeen), FixedPoint.min(sellWad, noted.sellSeen));
    }

    /// @dev Notes what venues hold after a trade that moved the hedge by `moved`; the capacity that it took is gone, and what it
    /// may have made is not counted.
    function _noteTrade(uint8 market, int256 moved) internal {
        HedgeNote storage noted = _notes[market];
        uint128 size = uint128(FixedPoint.min(FixedPoint.abs(moved), type(uint128).max));
        if (moved > 0) noted.buy -= noted.buy > size ? size : noted.buy;
        else noted.sell -= noted.sell > size ? size : noted.sell;
        _notePosition(market);
    }

    /// @dev Also of each venue, for when it may not answer.
    function _notePosition(uint8 market) internal {
        IHedgeVenue[] memory list = _setUps[market].venues;
        int256 sum;
        for (uint256 i; i < list.length; ++i) {
            int256 held = _heldBy(market, list[i]);
            if (held != _heldLast[market][list[i]]) _heldLast[market][list[i]] = held;
            sum += held;
        }
        int256 most = type(int96).max;
        HedgeNote storage noted = _notes[market];
        noted.position = int96(
            sum > most
                ? most
                : sum < -most
                    ? -most
                    : sum
        );
        noted.positionAt = uint32(block.timestamp);
    }

    /// @dev The set-up with the venues that answer, and what those that do not held last [wad underlying].
    function _answering(uint8 market) internal view returns (HedgeSetUp memory setUp, int256 silent) {
        setUp = _setUps[market];
        IHedgeVenue[] memory list = setUp.venues;
        uint256 count;
        for (uint256 i; i < list.length; ++i) {
            (bool answers, int256 held) = _ask(market, list[i]);
            if (answers) list[count++] = list[i];
            else silent += held;
        }
        assembly ("memory-safe") {
            // Shortens the list to those that answer.
            mstore(list, count)
        }
    }

    function _heldBy(uint8 market, IHedgeVenue venue) private view returns (int256 held) {
        (, held) = _ask(market, venue);
    }

    /// @dev What a venue holds [wad underlying]; if it does not answer, what it held last: one dead venue stops nothing that
    /// another has to do.
    function _ask(uint8 market, IHedgeVenue venue) internal view virtual returns (bool answers, int256 held) {
        try venue.position() returns (Quantity told) {
            return (true, Quantity.unwrap(told));
        } catch {
            if (gasleft() < LEAST_GAS_LEFT) revert HedgeController_OutOfGas(gasleft());
            return (false, _heldLast[market][venue]);
        }
    }

    function _spend(uint8 market, Usd loss) internal virtual {
        Usd left = lossBudgetLeftOf(market, msg.sender);
        if (Usd.unwrap(loss) > 0 && loss > left) revert HedgeController_LossBudgetSpent(loss, left);
        _book(market, loss);
    }

    /// @dev Gains count for the total, and give no budget back.
    function _book(uint8 market, Usd loss) internal {
        _totalLoss += Usd.unwrap(loss);
        if (Usd.unwrap(loss) <= 0) return;
        uint256 amount = uint256(Usd.unwrap(loss));
        _losses[market].add(_setUps[market].parameters.dailyLossBudget, amount);
        _lossesOf[market][_payerOf(msg.sender)].add(_shareOf(market), amount);
    }

    /// @dev All who are no keepers share one bucket: addresses cost nothing.
    function _payerOf(address caller) private view returns (address) {
        return isKeeper[caller] ? caller : address(0);
    }

    /// @dev A caller's daily budget [wad USD].
    function _shareOf(uint8 market) private view returns (uint256) {
        return
            FixedPoint.mulDown(
                _setUps[market].parameters.dailyLossBudget,
                _setUps[market].parameters.callerShare
            );
    }

    function _decimalsOf(uint8 market) internal view returns (uint8) {
        return clearinghouse.collateralAsset(_setUps[market].underlying).decimals;
    }

    function _isVenue(IHedgeVenue[] memory list, IHedgeVenue venue) internal pure returns (bool) {
        for (uint256 i; i < list.length; ++i) if (list[i] == venue) return true;
        return false;
    }

    function _requireWithin(bytes32 name, uint256 value, uint256 least, uint256 most) private pure {
        if (value < least || value > most) revert HedgeController_BadParameter(name, value);
    }
}
