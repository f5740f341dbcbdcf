// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {BookMarks, IBooks} from "../interfaces/IBooks.sol";
import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {CollateralAsset} from "../interfaces/IClearinghouseTerms.sol";
import {BookValue, IOptionPricer, OptionValue} from "../interfaces/IOptionPricer.sol";
import {IPriceRouter, PriceReading, PriceStatus} from "../interfaces/IPriceRouter.sol";
import {ISettlementOracle} from "../interfaces/ISettlementOracle.sol";
import {ISurfaceFeed} from "../interfaces/ISurfaceFeed.sol";
// prettier-ignore
import {
    FLAW_IN_BATCH, FLAW_NOT_FIXED, FLAW_NOT_VALUED, FLAW_NO_BOOK, FLAW_NO_PRICE, FLAW_PRICE_UNUSABLE,
    FLAW_SOURCE_UNREADABLE, FLAW_SURFACE_STALE, FLAW_TOO_MANY_LEGS, IValuation, Running, Uncertainty, VaultReading
} from "../interfaces/IValuation.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {Units} from "../libraries/Units.sol";
import {AccountId} from "../types/AccountId.sol";
import {InstrumentId, InstrumentKind, instrumentIdOf} from "../types/InstrumentId.sol";
import {Price} from "../types/Price.sol";
import {Usd} from "../types/Usd.sol";
import {BoundedCall} from "./BoundedCall.sol";
import {EpochAccounts} from "./EpochAccounts.sol";
import {LegBounds} from "./LegBounds.sol";
import {Sources} from "./Sources.sol";

/// @title Valuation
/// @notice What an account is worth, from its books. Holds nothing and moves nothing; trusts the ledger, the feeds and
/// the pricer, and neither hedge venues nor the desk beyond what their numbers say: a call to them is bounded in gas and
/// size, and fails without failing the reading.
/// It also keeps what fees and attribution need from one epoch to the next.
contract Valuation is Sources, EpochAccounts {
    /// @dev What a reading is made from, as it is made.
    /// @param exposure sum over markets of |delta| * spot [wad USD]
    /// @param doubt what legs without a surface could be worth beside their intrinsic value [wad USD]
    struct Work {
        AccountId account;
        uint8 home;
        bool hasBook;
        uint256[] groups;
        uint256[] positionWords;
        uint256 markets;
        uint8[] collateralMarkets;
        uint256[] collateralAmounts;
        uint256 exposure;
        uint256 doubt;
    }

    /// @notice Most legs that one reading values one by one; beyond, somebody has to refresh the book first.
    uint256 public constant MOST_LEGS_APART = 128;
    /// @dev What must be left of the gas after the books could not be read, or the reason may be lack of it.
    uint256 private constant LEAST_GAS_LEFT = 64_000;

    IClearinghouse public immutable clearinghouse;
    IBooks public immutable books;
    IOptionPricer public immutable optionPricer;
    IPriceRouter public immutable priceRouter;
    ISurfaceFeed public immutable surfaceFeed;
    ISettlementOracle public immutable settlementOracle;

    Uncertainty private _uncertainty = Uncertainty(0.06e18, 0.01e18, 0.0025e18, 0.005e18);

    /// @param authority the AccessManager
    /// @param ledger whose accounts are valued
    /// @param books_ of these accounts
    /// @param pricer for legs that stand apart from books
    /// @param router live prices
    /// @param surfaces asked how old they are
    /// @param fixings of expiries that are over
    constructor(
        address authority,
        IClearinghouse ledger,
        IBooks books_,
        IOptionPricer pricer,
        IPriceRouter router,
        ISurfaceFeed surfaces,
        ISettlementOracle fixings
    ) AccessManaged(authority) {
        if (
            address(ledger) == address(0) ||
            address(books_) == address(0) ||
            address(pricer) == address(0) ||
            address(router) == address(0) ||
            address(surfaces) == address(0) ||
            address(fixings) == address(0)
        ) revert Valuation_ZeroAddress();
        clearinghouse = ledger;
        books = books_;
        optionPricer = pricer;
        priceRouter = router;
        surfaceFeed = surfaces;
        settlementOracle = fixings;
    }

    /// @inheritdoc IValuation
    function read(AccountId account, uint8 market) external view returns (VaultReading memory result) {
        Work memory work = _gather(account, market);
        result.market = market;
        result.markTime = block.timestamp;
        if (_isHalfWay()) result.flaws |= FLAW_IN_BATCH;
        result.cash = _cashOf(account);
        for (uint256 left = work.markets; left != 0; left &= left - 1) {
            _addMarket(work, result, uint8(FixedPoint.log2Down(left & (~left + 1))));
        }
        (bool isRead, int256 unreleased) = _unreleased(account);
        if (!isRead) result.flaws |= FLAW_SOURCE_UNREADABLE;
        result.unreleased = Usd.wrap(unreleased);
        _finish(work, result);
    }

    /// @inheritdoc IValuation
    function uncertainty() external view returns (Uncertainty memory) {
        return _uncertainty;
    }

    /// @inheritdoc IValuation
    function setUncertainty(Uncertainty calldata newUncertainty) external restricted {
        Uncertainty memory u = newUncertainty;
        _requireWithin("bookShare", u.bookShare, 0.01e18, 0.5e18);
        _requireWithin("volatility", u.volatility, 0.001e18, 0.2e18);
        _requireWithin("spot", u.spot, 0.0005e18, 0.05e18);
        _requireWithin("spotPerHour", u.spotPerHour, 0, 0.05e18);
        emit UncertaintySet(_uncertainty, u);
        _uncertainty = u;
    }

    /// @dev Whether a batch runs, in which an account may have given and not yet received.
    function _isHalfWay() internal view virtual returns (bool) {
        return AccountId.unwrap(clearinghouse.activeAccount()) != 0;
    }

    /// @dev As the ledger counts it: what was merely sent somewhere is nobody's.
    function _cashOf(AccountId account) internal view virtual returns (Usd) {
        return clearinghouse.cashOf(account);
    }

    /// @dev What the account has, and in which markets.
    function _gather(AccountId account, uint8 home) private view returns (Work memory work) {
        work.account = account;
        work.home = home;
        work.markets = 1 << home;
        work.hasBook = clearinghouse.hasBook(account);
        if (work.hasBook) {
            work.groups = clearinghouse.bookGroups(account);
            for (uint256 i; i < work.groups.length; ++i) work.markets |= 1 << (work.groups[i] >> 20);
        } else {
            work.positionWords = clearinghouse.positionWords(account);
            work.markets |= LegBounds.marketsOf(work.positionWords);
        }
        address[] memory assets = clearinghouse.collateralAssets();
        work.collateralMarkets = new uint8[](assets.length);
        work.collateralAmounts = new uint256[](assets.length);
        for (uint256 i; i < assets.length; ++i) {
            uint256 units = clearinghouse.collateralOf(account, assets[i]);
            if (units == 0) continue;
            CollateralAsset memory asset = clearinghouse.collateralAsset(assets[i]);
            work.collateralMarkets[i] = asset.market;
            work.collateralAmounts[i] = Units.toWad(units, asset.decimals);
            work.markets |= 1 << asset.market;
        }
    }

    function _addMarket(Work memory work, VaultReading memory result, uint8 market) private view {
        PriceReading memory reading = priceRouter.spot(market);
        uint256 spot = Price.unwrap(reading.price);
        if (spot == 0) result.flaws |= FLAW_NO_PRICE;
        if (reading.status != PriceStatus.Ok) result.flaws |= FLAW_PRICE_UNUSABLE;
        result.markTime = spot == 0 ? 0 : FixedPoint.min(result.markTime, reading.updatedAt);
        BookValue memory sums;
        BookMarks memory marks;
        if (work.hasBook) marks = _addBook(work, result, market, spot, sums);
        else if (work.positionWords.length != 0) {
            result.flaws |= FLAW_NO_BOOK;
            _addLegs(work, result, market, spot, work.positionWords, sums);
        }
        result.options = result.options + Usd.wrap(marks.value + sums.value);
        result.volatilityUp += marks.volatilityUp;
        result.volatilityDown += marks.volatilityDown;
        result.grossVolatilityUp += marks.grossVolatilityUp;
        result.vega += sums.vega;
        result.grossVega += sums.grossVega;
        int256 delta = marks.delta + sums.delta;
        int256 hedge = _addHedge(work, result, market, spot);
        work.exposure += FixedPoint.mulUp(FixedPoint.abs(delta + hedge), spot);
        if (market != work.home) return;
        _judgeSurface(work, result, market);
        result.spot = reading.price;
        result.delta = delta;
        result.gamma = marks.gamma + sums.gamma;
        result.hedge = hedge;
        if (work.hasBook) result.version = books.versionOf(work.account, market);
    }

    /// @dev Current books from their total, what stands apart leg by leg.
    function _addBook(
        Work memory work,
        VaultReading memory result,
        uint8 market,
        uint256 spot,
        BookValue memory sums
    ) private view returns (BookMarks memory marks) {
        if (!_judgeGroups(work, result, market)) return marks;
        uint256[] memory apart = work.groups;
        if (spot != 0) {
            try books.marksOf(work.account, market, Price.wrap(spot)) returns (
                BookMarks memory found,
                uint256[] memory others
            ) {
                (marks, apart) = (found, others);
            } catch {
                BoundedCall.requireGas(LEAST_GAS_LEFT);
            }
        }
        for (uint256 i; i < apart.length; ++i) {
            if (apart[i] >> 20 != market) continue;
            uint256 count = clearinghouse.bookLegCount(work.account, apart[i]);
            if (result.legsApart + count > MOST_LEGS_APART) {
                result.flaws |= FLAW_TOO_MANY_LEGS;
                result.markTime = 0;
                continue;
            }
            result.legsApart += count;
            _addLegs(work, result, market, spot, clearinghouse.bookLegs(work.account, apart[i]), sums);
        }
    }

    /// @dev The legs of `market` among `words`, at the surface or, without one, at intrinsic and in doubt.
    function _addLegs(
        Work memory work,
        VaultReading memory result,
        uint8 market,
        uint256 spot,
        uint256[] memory words,
        BookValue memory sums
    ) internal view virtual {
        if (spot == 0) return;
        try optionPricer.bookValue(market, words) returns (BookValue memory found) {
            sums.value += found.value;
            sums.delta += found.delta;
            sums.gamma += found.gamma;
            sums.vega += found.vega;
            sums.grossVega += found.grossVega;
        } catch {
            BoundedCall.requireGas(LEAST_GAS_LEFT);
            result.flaws |= FLAW_NOT_VALUED;
            (int256 intrinsic, uint256 doubt) = LegBounds.intrinsicOf(market, words, spot);
            sums.value += intrinsic;
            work.doubt += doubt;
        }
    }

    /// @dev Collateral and venues of `market` [wad underlying].
    function _addHedge(
        Work memory work,
        VaultReading memory result,
        uint8 market,
        uint256 spot
    ) private view returns (int256 amount) {
        for (uint256 i; i < work.collateralAmounts.length; ++i) {
            if (work.collateralMarkets[i] == market) amount += int256(work.collateralAmounts[i]);
        }
        int256 value = FixedPoint.signedMulDown(amount, int256(spot));
        (bool isRead, int256 position, int256 worth) = _venues(work.account, market, spot);
        if (!isRead) result.flaws |= FLAW_SOURCE_UNREADABLE;
        amount += position;
        value += worth;
        result.hedgeValue = result.hedgeValue + Usd.wrap(value);
    }

    /// @dev Half the spread is vega * volatility's uncertainty + |delta| * spot's, which grows with the age of the mark.
    function _finish(Work memory work, VaultReading memory result) internal view virtual {
        Uncertainty memory u = _uncertainty;
        if (result.flaws & FLAW_SOURCE_UNREADABLE != 0) result.markTime = 0;
        uint256 age = FixedPoint.min(block.timestamp - result.markTime, 1 days);
        uint256 half =
            work.doubt +
                FixedPoint.mulUp(result.grossVolatilityUp, u.bookShare) +
                FixedPoint.mulUp(result.grossVega, u.volatility) +
                FixedPoint.mulUp(work.exposure, u.spot + (uint256(u.spotPerHour) * age) / 1 hours);
        result.mid = result.cash + result.options + result.hedgeValue - result.unreleased;
        result.bid = result.mid - Usd.wrap(int256(half));
        result.ask = result.mid + Usd.wrap(int256(half));
    }

    /// @dev Of a home market without options, whose surface still tells when the market was last looked at.
    function _judgeSurface(Work memory work, VaultReading memory result, uint8 market) private view {
        for (uint256 i; i < work.groups.length; ++i) if (work.groups[i] >> 20 == market) return;
        (, uint256 madeAt) = surfaceFeed.lastReport(market);
        result.markTime = FixedPoint.min(result.markTime, madeAt);
        if (surfaceFeed.isStale(market)) result.flaws |= FLAW_SURFACE_STALE;
    }

    /// @dev Whether there are groups of `market`, and what is wrong with their slices or fixings.
    function _judgeGroups(
        Work memory work,
        VaultReading memory result,
        uint8 market
    ) private view returns (bool any) {
        for (uint256 i; i < work.groups.length; ++i) {
            uint256 group = work.groups[i];
            if (group >> 20 != market) continue;
            any = true;
            uint256 expiry = (group & 0xfffff) * 1 hours;
            if (expiry <= block.timestamp) {
                (, bool isFixed) = settlementOracle.fixing(market, expiry);
                if (!isFixed) result.flaws |= FLAW_NOT_FIXED;
                continue;
            }
            uint256 madeAt = block.timestamp - surfaceFeed.sliceAge(market, expiry);
            result.markTime = FixedPoint.min(result.markTime, madeAt);
            if (surfaceFeed.isSliceStale(market, expiry)) result.flaws |= FLAW_SURFACE_STALE;
        }
    }

    /// @dev Of legs that stand apart as the pricer has it; of a current group by its gamma, theta being to gamma what it is
    /// for an option at the money of the same expiry.
    function _thetaOf(
        AccountId account,
        VaultReading calldata read_
    ) internal view override returns (int256 theta) {
        if (Price.unwrap(read_.spot) == 0 || !clearinghouse.hasBook(account)) return 0;
        uint256[] memory groups = clearinghouse.bookGroups(account);
        uint256 legs;
        for (uint256 i; i < groups.length; ++i) {
            uint256 group = groups[i];
            if (group >> 20 != read_.market || (group & 0xfffff) * 1 hours <= block.timestamp) continue;
            try books.marksOfGroup(account, group, read_.spot) returns (
                BookMarks memory marks,
                bool isCurrent
            ) {
                if (isCurrent) {
                    theta += _thetaByGamma(group, marks.gamma, Price.unwrap(read_.spot));
                    continue;
                }
            } catch {
                BoundedCall.requireGas(LEAST_GAS_LEFT);
            }
            legs += clearinghouse.bookLegCount(account, group);
            if (legs > MOST_LEGS_APART) continue;
            try optionPricer.bookValue(read_.market, clearinghouse.bookLegs(account, group)) returns (
                BookValue memory found
            ) {
                theta += found.theta;
            } catch {
                BoundedCall.requireGas(LEAST_GAS_LEFT);
            }
        }
    }

    function _thetaByGamma(uint256 group, int256 gamma, uint256 spot) private view returns (int256) {
        uint256 strike = FixedPoint.min(FixedPoint.max(spot / 1e16, 1), type(uint32).max) * 1e16;
        InstrumentId call = instrumentIdOf(
            uint8(group >> 20),
            (group & 0xfffff) * 1 hours,
            strike,
            InstrumentKind.Call
        );
        try optionPricer.value(call, 0) returns (OptionValue memory atMoney) {
            if (atMoney.gamma == 0) return 0;
            // Gammas are of the same unit, so that theta's stays. Both factors are far below 2^127.
            return FixedPoint.signedDivDown(gamma * atMoney.theta, int256(atMoney.gamma));
        } catch {
            BoundedCall.requireGas(LEAST_GAS_LEFT);
            return 0;
        }
    }

    function _running(
        AccountId account
    ) internal view override(Sources, EpochAccounts) returns (Running memory) {
        return Sources._running(account);
    }

    function _requireWithin(bytes32 name, uint256 value, uint256 least, uint256 most) private pure {
        if (value < least || value > most) revert Valuation_BadParameter(name, value);
    }
}
