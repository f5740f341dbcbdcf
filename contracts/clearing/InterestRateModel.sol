// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {InterestTerms} from "../interfaces/IClearinghouseTerms.sol";

/// @title InterestRateModel
/// @notice What borrowed cash costs: a rate that rises with the share of cash that is lent out, slowly up to a kink and
/// steeply beyond it, so that cash comes back before lenders miss it.
library InterestRateModel {
    /// @notice Largest terms: at base 20 %, + 50 % at the kink, + 500 % at full utilisation; the kink between 50 % and 95 %.
    uint64 internal constant MAX_BASE = 0.2e18;
    uint64 internal constant MAX_SLOPE = 0.5e18;
    uint64 internal constant MAX_STEEP_SLOPE = 5e18;
    uint64 internal constant LEAST_KINK = 0.5e18;
    uint64 internal constant LARGEST_KINK = 0.95e18;

    uint256 private constant WAD = 1e18;
    uint256 private constant YEAR = 365 days;

    /// @notice Whether terms are within their bounds.
    function isBounded(InterestTerms memory terms) internal pure returns (bool) {
        return
            terms.base <= MAX_BASE &&
            terms.slope <= MAX_SLOPE &&
            terms.steepSlope <= MAX_STEEP_SLOPE &&
            terms.kink >= LEAST_KINK &&
            terms.kink <= LARGEST_KINK;
    }

    /// @notice Share of claims that is lent out, at most one [wad], rounded up.
    function utilisationOf(uint256 debt, uint256 claims) internal pure returns (uint256) {
        if (debt == 0) return 0;
        return debt >= claims ? WAD : _ceilDiv(debt * WAD, claims);
    }

    /// @notice Rate a year at `utilisation` [wad], rounded up.
    function yearlyRate(InterestTerms memory terms, uint256 utilisation) internal pure returns (uint256) {
        uint256 kink = terms.kink;
        if (utilisation <= kink) return terms.base + _ceilDiv(terms.slope * utilisation, kink);
        uint256 beyond = utilisation - kink;
        return uint256(terms.base) + terms.slope + _ceilDiv(terms.steepSlope * beyond, WAD - kink);
    }

    /// @notice Rate a second [wad], rounded up: below 2^38 within the bounds.
    function secondRate(
        InterestTerms memory terms,
        uint256 debt,
        uint256 claims
    ) internal pure returns (uint40) {
        if (debt == 0) return 0;
        uint256 yearly = yearlyRate(terms, utilisationOf(debt, claims));
        // 5.7e18 / 31,536,000 is below 1.9e11.
        return uint40(_ceilDiv(yearly, YEAR));
    }

    function _ceilDiv(uint256 a, uint256 b) private pure returns (uint256) {
        return (a + b - 1) / b;
    }
}
