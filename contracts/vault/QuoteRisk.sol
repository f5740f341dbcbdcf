// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BookRisk, GroupRisk, RiskChange} from "../interfaces/IBooks.sol";
import {IQuoter, QuoterParameters} from "../interfaces/IQuoter.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";

/// @notice What an order does to the vault.
/// @param change of its book
/// @param hedge held against it [wad underlying]
/// @param spot [wad USD]
/// @param capital what limits are shares of [wad USD]
struct Exposure {
    RiskChange change;
    int256 hedge;
    uint256 spot;
    uint256 capital;
}

/// @title QuoteRisk
/// @notice Charges and limits of the vault's book. Pure.
/// The charge of an order is what it adds to one potential of the book,
///   sum over risks of price * |risk|^2 / (2 * limit),
/// whose slope at the limit is the price: vega of the whole book and of each expiry, gamma, unhedged delta. As a difference
/// of a potential it does not depend on how an order is split: the pieces of an order that add to it add up to at least
/// what it adds, because only positive differences are charged.
library QuoteRisk {
    uint256 private constant WAD = 1e18;

    /// @notice The charge of an order [wad USD], and whether it adds nothing.
    function chargeOf(
        QuoterParameters memory p,
        Exposure memory exposure
    ) internal pure returns (uint256 charge, bool reducesRisk) {
        RiskChange memory change = exposure.change;
        uint256 before = _potential(p, exposure, change.beforehand, change.groupsBefore);
        uint256 afterwards = _potential(p, exposure, change.afterwards, change.groupsAfter);
        reducesRisk = afterwards <= before;
        if (!reducesRisk) charge = afterwards - before;
    }

    /// @notice Reverts if an order moves a risk further beyond its limit. What it moves towards its limit is none of this.
    function requireWithinLimits(QuoterParameters memory p, Exposure memory exposure) internal pure {
        BookRisk memory older = exposure.change.beforehand;
        BookRisk memory newer = exposure.change.afterwards;
        uint256 limit = _limit(exposure.capital, p.maxNetVega);
        if (_isBeyond(older.vega, newer.vega, limit)) revert IQuoter.Quoter_VegaLimit(newer.vega, limit);
        limit = _limit(exposure.capital, p.maxNetGamma);
        if (_isBeyond(older.gamma, newer.gamma, limit)) revert IQuoter.Quoter_GammaLimit(newer.gamma, limit);
        limit = _limit(exposure.capital, p.maxNetDelta);
        uint256 value = FixedPoint.abs(_value(exposure, newer.delta));
        if (value > limit && value > FixedPoint.abs(_value(exposure, older.delta))) {
            revert IQuoter.Quoter_DeltaLimit(newer.delta + exposure.hedge, limit);
        }
        for (uint256 i; i < exposure.change.groupsAfter.length; ++i) _requireExpiry(p, exposure, i);
    }

    /// @notice Unhedged delta before and after the order [wad underlying].
    function deltas(Exposure memory exposure) internal pure returns (int256 before, int256 afterwards) {
        before = exposure.change.beforehand.delta + exposure.hedge;
        afterwards = exposure.change.afterwards.delta + exposure.hedge;
    }

    function _requireExpiry(QuoterParameters memory p, Exposure memory exposure, uint256 index) private pure {
        GroupRisk memory older = exposure.change.groupsBefore[index];
        GroupRisk memory newer = exposure.change.groupsAfter[index];
        uint256 limit = _limit(exposure.capital, p.maxExpiryVega);
        if (_isBeyond(older.vega, newer.vega, limit)) {
            revert IQuoter.Quoter_ExpiryVegaLimit(newer.expiry, newer.vega, limit);
        }
        limit = _limit(exposure.capital, p.maxNotional);
        uint256 notional = _notional(exposure, newer);
        if (notional > limit && notional > _notional(exposure, older)) {
            revert IQuoter.Quoter_NotionalLimit(newer.expiry, notional, limit);
        }
    }

    function _potential(
        QuoterParameters memory p,
        Exposure memory exposure,
        BookRisk memory risk,
        GroupRisk[] memory groups
    ) private pure returns (uint256 potential) {
        uint256 capital = exposure.capital;
        potential =
            _term(risk.vega, _limit(capital, p.maxNetVega), p.vegaCharge) +
            _term(risk.gamma, _limit(capital, p.maxNetGamma), p.gammaCharge) +
            _term(_value(exposure, risk.delta), _limit(capital, p.maxNetDelta), p.deltaCharge);
        uint256 limit = _limit(capital, p.maxExpiryVega);
        for (uint256 i; i < groups.length; ++i) potential += _term(groups[i].vega, limit, p.vegaCharge);
    }

    /// @dev A share of the capital, down. Capital is below 2^96 and a share below 2^65 (see QuoteTerms), so the product fits.
    function _limit(uint256 capital, uint256 share) private pure returns (uint256) {
        unchecked {
            return (capital * share) / WAD;
        }
    }

    /// @dev Nothing without a limit: then nothing that adds to it is quoted.
    function _term(int256 risk, uint256 limit, uint256 price) private pure returns (uint256) {
        if (limit == 0) return 0;
        uint256 size = FixedPoint.abs(risk);
        if ((size >> 98) | (price >> 60) == 0) {
            unchecked {
                // The square stays below 196 bits, and times the price below 256.
                return (((size * size) / limit) * price) / (2 * WAD);
            }
        }
        return FixedPoint.mulDivDown(FixedPoint.mulDivDown(size, size, limit), price, 2 * WAD);
    }

    /// @dev Value of what is not hedged of `delta` [wad USD].
    function _value(Exposure memory exposure, int256 delta) private pure returns (int256) {
        return FixedPoint.signedMulDown(delta + exposure.hedge, int256(exposure.spot));
    }

    function _notional(Exposure memory exposure, GroupRisk memory group) private pure returns (uint256) {
        return FixedPoint.mulDown(FixedPoint.abs(group.calls) + FixedPoint.abs(group.puts), exposure.spot);
    }

    function _isBeyond(int256 older, int256 newer, uint256 limit) private pure returns (bool) {
        return FixedPoint.abs(newer) > limit && FixedPoint.abs(newer) > FixedPoint.abs(older);
    }
}
