// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {QuoterParameters} from "../../../contracts/interfaces/IQuoter.sol";
import {FixedPoint} from "../../../contracts/libraries/FixedPoint.sol";
import {Exposure, QuoteRisk} from "../../../contracts/vault/QuoteRisk.sol";

/// @notice The charge as the quoter has it.
contract ChargeProbe {
    function charge(
        QuoterParameters memory p,
        Exposure memory exposure
    ) external pure virtual returns (uint256 amount) {
        (amount, ) = QuoteRisk.chargeOf(p, exposure);
    }

    function requireWithinLimits(QuoterParameters memory p, Exposure memory exposure) external pure {
        QuoteRisk.requireWithinLimits(p, exposure);
    }
}

/// @notice Charges for the vega that the book has after the trade, on the size of the trade, if it added any: as inventory
/// is often charged. Small pieces see less of what the later ones add.
contract ChargeByLevelMutant is ChargeProbe {
    function charge(
        QuoterParameters memory p,
        Exposure memory exposure
    ) external pure override returns (uint256) {
        uint256 older = FixedPoint.abs(exposure.change.beforehand.vega);
        uint256 newer = FixedPoint.abs(exposure.change.afterwards.vega);
        if (newer <= older) return 0;
        uint256 limit = FixedPoint.mulDown(exposure.capital, p.maxNetVega);
        return FixedPoint.mulDown(FixedPoint.mulDivDown(newer, newer - older, limit), p.vegaCharge);
    }
}

/// @notice Looks at the traded expiry alone, so that the same vega in another expiry looks new and small.
contract ChargeByExpiryMutant is ChargeProbe {
    function charge(
        QuoterParameters memory p,
        Exposure memory exposure
    ) external pure override returns (uint256 amount) {
        exposure.change.beforehand.vega = 0;
        exposure.change.afterwards.vega = 0;
        (amount, ) = QuoteRisk.chargeOf(p, exposure);
    }
}
