// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BookMarks, IBooks} from "../interfaces/IBooks.sol";
import {IClearinghouse} from "../interfaces/IClearinghouse.sol";
import {IHedgeGreeks} from "../interfaces/IHedging.sol";
import {BookValue, IOptionPricer} from "../interfaces/IOptionPricer.sol";
import {ExpiryShocks, IRiskArrays} from "../interfaces/IRiskArrays.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";
import {AccountId} from "../types/AccountId.sol";
import {InstrumentKind, instrumentIdOf} from "../types/InstrumentId.sol";
import {Price} from "../types/Price.sol";

/// @title HedgeGreeks
/// @notice Delta and gamma of the vault's options from the total of its book: no leg is read but of groups that the total
/// has nothing current of.
/// @dev Which delta. The book's total holds each strike's values at a few levels of spot, at the strike's own volatility
/// of the smile, which stays with the strike while spot moves: its slope is the sticky-strike delta, and what the vault's
/// mark moves by until arrays are refreshed; being a chord between levels half a percent apart, it is off by at most gamma
/// times a quarter of a percent of spot. Where the smile moves along with the spot (sticky to moneyness), a strike's
/// volatility falls by the smile's slope as spot rises. `smileShare` of that is added: expiry by expiry the book's vega
/// times the slope round the spot. What is missed is the smile's bend between the strikes and the spot.
/// Stateless; anyone may read.
contract HedgeGreeks is IHedgeGreeks {
    uint256 private constant WAD = 1e18;
    int256 private constant SIGNED_WAD = 1e18;
    /// @dev Legs valued one by one at most.
    uint256 private constant MAX_APART = 64;
    /// @dev How far on both sides of the spot the smile's slope is taken, as a share of it.
    uint256 private constant REACH = 0.05e18;
    /// @dev What fixings average (see SettlementOracle).
    uint256 private constant FIXING_WINDOW = 30 minutes;

    IClearinghouse public immutable clearinghouse;
    IOptionPricer public immutable optionPricer;
    IBooks public immutable books;
    IRiskArrays public immutable riskArrays;

    /// @param ledger whose accounts' options these are
    /// @param pricer Greeks of legs that no book total has, and the slope of the smile
    /// @param summed books of accounts
    /// @param arrays that they are summed from
    constructor(IClearinghouse ledger, IOptionPricer pricer, IBooks summed, IRiskArrays arrays) {
        if (
            address(ledger) == address(0) ||
            address(pricer) == address(0) ||
            address(summed) == address(0) ||
            address(arrays) == address(0)
        ) revert HedgeGreeks_ZeroAddress();
        clearinghouse = ledger;
        optionPricer = pricer;
        books = summed;
        riskArrays = arrays;
    }

    /// @inheritdoc IHedgeGreeks
    function greeksOf(
        AccountId account,
        uint8 market,
        Price spot,
        uint256 smileShare
    ) external view returns (int256 delta, int256 gamma) {
        if (!clearinghouse.hasBook(account)) revert HedgeGreeks_NoBook(market);
        (BookMarks memory marks, uint256[] memory apart) = books.marksOf(account, market, spot);
        (delta, gamma) = (marks.delta, marks.gamma);
        uint256 count;
        for (uint256 i; i < apart.length; ++i) {
            // What has expired has no delta: it waits for its fixing.
            if (_expiryOf(apart[i]) <= block.timestamp) continue;
            count += clearinghouse.bookLegCount(account, apart[i]);
            if (count > MAX_APART) revert HedgeGreeks_TooManyApart(count, MAX_APART);
            BookValue memory legs = optionPricer.bookValue(market, clearinghouse.bookLegs(account, apart[i]));
            delta += legs.delta;
            gamma += legs.gamma;
        }
        (int256 doneDelta, int256 doneGamma) = _fixedOf(account, market, spot);
        (delta, gamma) = (delta - doneDelta, gamma - doneGamma);
        if (smileShare != 0) delta += _smileOf(account, market, spot, smileShare);
    }

    /// @dev What is fixed already of series whose fixing is being averaged: an average moves with the spot by the share of its
    /// window that is left, so the hedge is given up with the window, at the average, and not after it at whatever price.
    function _fixedOf(
        AccountId account,
        uint8 market,
        Price spot
    ) private view returns (int256 delta, int256 gamma) {
        uint256[] memory groups = clearinghouse.bookGroups(account);
        for (uint256 i; i < groups.length; ++i) {
            uint256 expiry = _expiryOf(groups[i]);
            if (groups[i] >> 20 != market || expiry <= block.timestamp) continue;
            if (expiry - block.timestamp >= FIXING_WINDOW) continue;
            int256 left = int256(FixedPoint.mulDivDown(WAD, expiry - block.timestamp, FIXING_WINDOW));
            (int256 one, int256 bend) = _greeksOfGroup(account, groups[i], spot);
            delta += one - FixedPoint.signedMulDown(one, left);
            gamma += bend - FixedPoint.signedMulDown(FixedPoint.signedMulDown(bend, left), left);
        }
    }

    /// @dev A group's delta and gamma, from its own sums while they are current, or leg by leg.
    function _greeksOfGroup(
        AccountId account,
        uint256 group,
        Price spot
    ) private view returns (int256 delta, int256 gamma) {
        (BookMarks memory marks, bool isCurrent) = books.marksOfGroup(account, group, spot);
        if (isCurrent) return (marks.delta, marks.gamma);
        uint256[] memory words = clearinghouse.bookLegs(account, group);
        BookValue memory legs = optionPricer.bookValue(uint8(group >> 20), words);
        return (legs.delta, legs.gamma);
    }

    /// @dev What the smile adds to the delta as it moves along with spot.
    function _smileOf(
        AccountId account,
        uint8 market,
        Price spot,
        uint256 smileShare
    ) private view returns (int256 added) {
        uint256[] memory groups = clearinghouse.bookGroups(account);
        for (uint256 i; i < groups.length; ++i) {
            uint256 expiry = _expiryOf(groups[i]);
            if (groups[i] >> 20 != market || expiry <= block.timestamp) continue;
            (int256 slope, uint256 volatility) = _smileAt(market, expiry, spot);
            int256 vega = _relativeVegaOf(account, groups[i], spot, volatility);
            added -= FixedPoint.signedDivDown(vega * slope, int256(Price.unwrap(spot)));
        }
        return FixedPoint.signedMulDown(added, int256(smileShare));
    }

    /// @dev What a group gains for each 100 % that every volatility rises of itself [wad USD].
    function _relativeVegaOf(
        AccountId account,
        uint256 group,
        Price spot,
        uint256 volatility
    ) private view returns (int256) {
        uint8 market = uint8(group >> 20);
        (BookMarks memory marks, bool isCurrent) = books.marksOfGroup(account, group, spot);
        if (!isCurrent) {
            int256 vega = optionPricer.bookValue(market, clearinghouse.bookLegs(account, group)).vega;
            return FixedPoint.signedMulDown(vega, int256(volatility));
        }
        (, ExpiryShocks memory shocks, , ) = riskArrays.basisOf(market, _expiryOf(group));
        int256 width = int256(uint256(shocks.upFactor) - shocks.downFactor) * 1e12;
        return FixedPoint.signedDivDown((marks.volatilityUp - marks.volatilityDown) * SIGNED_WAD, width);
    }

    /// @dev Slope of the logarithm of volatility in log-moneyness round the spot, and volatility there [wad].
    function _smileAt(
        uint8 market,
        uint256 expiry,
        Price spot
    ) private view returns (int256 slope, uint256 volatility) {
        uint256 middle = Price.unwrap(spot);
        uint256 low = _volatilityAt(market, expiry, FixedPoint.mulDown(middle, WAD - REACH));
        uint256 high = _volatilityAt(market, expiry, FixedPoint.mulDown(middle, WAD + REACH));
        volatility = (low + high) / 2;
        int256 distance = FixedPoint.ln(WAD + REACH) - FixedPoint.ln(WAD - REACH);
        int256 change = ((int256(high) - int256(low)) * SIGNED_WAD) / distance;
        slope = (change * SIGNED_WAD) / int256(volatility);
    }

    function _volatilityAt(uint8 market, uint256 expiry, uint256 strike) private view returns (uint256) {
        // Strikes are in cents.
        uint256 listed = (strike / 1e16) * 1e16;
        return optionPricer.value(instrumentIdOf(market, expiry, listed, InstrumentKind.Call), 0).volatility;
    }

    function _expiryOf(uint256 group) private pure returns (uint256) {
        return (group & 0xfffff) * 1 hours;
    }
}
