// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Attribution, EpochMark} from "../interfaces/IEpochAccounts.sol";
import {FixedPoint} from "../libraries/FixedPoint.sol";

/// @title AttributionMath
/// @notice What moved NAV between two epochs. Pure; the parts sum to the change by what is left to vega.
library AttributionMath {
    int256 private constant YEAR = 365 days;

    /// @param before right after the last epoch
    /// @param afterwards before the next one mints or burns; its Greeks are not looked at
    /// @param feeValue worth of the shares that are minted for fees [wad USD]
    function partsOf(
        EpochMark memory before,
        EpochMark memory afterwards,
        uint256 feeValue
    ) internal pure returns (Attribution memory parts) {
        parts.fees = -int256(feeValue);
        parts.change = int256(afterwards.mid) - before.mid + parts.fees;
        // Without a price there is no move to speak of.
        int256 move =
            before.spot == 0 || afterwards.spot == 0
                ? int256(0)
                : int256(uint256(afterwards.spot)) - int256(uint256(before.spot));
        parts.delta = FixedPoint.signedMulDown(before.delta, move);
        parts.gamma = FixedPoint.signedMulDown(FixedPoint.signedMulDown(before.gamma, move), move) / 2;
        parts.theta = (int256(before.theta) * int256(uint256(afterwards.takenAt - before.takenAt))) / YEAR;
        parts.spread = int256(afterwards.spread) - before.spread;
        parts.hedgeCost = int256(before.hedgeLoss) - afterwards.hedgeLoss;
        parts.losses = int256(before.slices) - afterwards.slices;
        parts.insurance = int256(before.fund) - afterwards.fund;
        parts.vega =
            parts.change -
            parts.delta -
            parts.gamma -
            parts.theta -
            parts.spread -
            parts.fees -
            parts.hedgeCost -
            parts.losses -
            parts.insurance;
    }
}
