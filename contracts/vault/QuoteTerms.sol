// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IQuoter, QuoterParameters} from "../interfaces/IQuoter.sol";

/// @title QuoteTerms
/// @notice What the quoter's parameters may be, and which way is tighter.
library QuoteTerms {
    /// @notice How long a looser parameter waits.
    uint256 internal constant DELAY = 48 hours;
    uint256 private constant FIELDS = 24;

    /// @dev Fields that protect the vault when they are higher, a bit each; the others when they are lower.
    uint256 private constant PROTECT_HIGH = 0x7503ff;

    /// @notice Reverts with Quoter_BadParameter for the first field out of bounds.
    function check(QuoterParameters memory p) internal pure {
        uint256[FIELDS] memory values = _fields(p);
        uint256[FIELDS] memory least = _least();
        uint256[FIELDS] memory most = _most();
        for (uint256 i; i < FIELDS; ++i) {
            if (values[i] < least[i] || values[i] > most[i]) {
                revert IQuoter.Quoter_BadParameter(_names()[i], values[i]);
            }
        }
        if (p.minDelta >= p.maxDelta) revert IQuoter.Quoter_BadParameter("minDelta", p.minDelta);
        if (p.minVolatility >= p.maxVolatility) {
            revert IQuoter.Quoter_BadParameter("minVolatility", p.minVolatility);
        }
        if (p.minTenor >= p.maxTenor) revert IQuoter.Quoter_BadParameter("minTenor", p.minTenor);
    }

    /// @notice The tighter of each field, and whether any field of `newer` is looser than that.
    function tighterOf(
        QuoterParameters memory older,
        QuoterParameters memory newer
    ) internal pure returns (QuoterParameters memory tighter, bool isLooser) {
        uint256[FIELDS] memory a = _fields(older);
        uint256[FIELDS] memory b = _fields(newer);
        uint256[FIELDS] memory chosen = _fields(tighter);
        for (uint256 i; i < FIELDS; ++i) {
            bool takesNewer = (PROTECT_HIGH >> i) & 1 != 0 ? b[i] >= a[i] : b[i] <= a[i];
            chosen[i] = takesNewer ? b[i] : a[i];
            if (!takesNewer) isLooser = true;
        }
    }

    /// @notice Reverts unless `strike` is a multiple of the share `strikeStep` of its power of ten, at least of a cent [wad].
    function requireOnGrid(uint256 strike, uint256 strikeStep) internal pure {
        uint256 decade = 1e16;
        unchecked {
            // A strike is below 2^86.
            while (decade * 10 <= strike) decade *= 10;
        }
        uint256 step = (decade * strikeStep) / 1e18;
        if (step != 0 && strike % step != 0) revert IQuoter.Quoter_OffGrid(strike, step);
    }

    /// @dev The fields of `p` in their order: a struct of values takes a word of memory for each.
    function _fields(QuoterParameters memory p) private pure returns (uint256[FIELDS] memory values) {
        assembly ("memory-safe") {
            values := p
        }
    }

    function _names() private pure returns (bytes32[FIELDS] memory) {
        return
            [
                bytes32("halfSpreadVol"),
                "volPerHour",
                "realisedShare",
                "legShare",
                "spotSpread",
                "spotPerHour",
                "deviationThreshold",
                "vegaCharge",
                "gammaCharge",
                "deltaCharge",
                "maxNetVega",
                "maxExpiryVega",
                "maxNetGamma",
                "maxNetDelta",
                "maxStrandedDelta",
                "maxNotional",
                "minDelta",
                "maxDelta",
                "minVolatility",
                "maxVolatility",
                "minSize",
                "strikeStep",
                "minTenor",
                "maxTenor"
            ];
    }

    /// @dev Ratios [wad], sizes [wad], tenors in seconds.
    function _least() private pure returns (uint256[FIELDS] memory) {
        return
            [
                uint256(0.0005e18),
                0,
                0,
                0.1e18,
                0,
                0,
                0,
                0.001e18,
                0,
                0,
                0.001e18,
                0.001e18,
                0.001e18,
                0.001e18,
                0,
                0.01e18,
                0,
                0.5e18,
                0.01e18,
                0.2e18,
                1e10,
                0.001e18,
                10 minutes,
                1 days
            ];
    }

    function _most() private pure returns (uint256[FIELDS] memory) {
        return
            [
                uint256(0.5e18),
                0.1e18,
                1e18,
                1e18,
                0.05e18,
                0.05e18,
                0.05e18,
                1e18,
                1e18,
                0.1e18,
                2e18,
                2e18,
                2e18,
                10e18,
                10e18,
                18e18,
                0.5e18,
                1e18,
                1e18,
                10e18,
                10e18,
                0.1e18,
                7 days,
                730 days
            ];
    }
}
