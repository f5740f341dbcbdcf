// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FixedPoint} from "../libraries/FixedPoint.sol";

/// @title FeeMath
/// @notice Shares minted for fees, and the mark that performance is measured from. Pure; rounds for those who pay.
library FeeMath {
    uint256 private constant WAD = 1e18;

    /// @notice Shares after whose minting the share `due` of all shares is the recipient's, rounded down.
    /// @param due [wad], below 1e18
    function managementShares(uint256 supply, uint256 due) internal pure returns (uint256) {
        return FixedPoint.mulDivDown(supply, due, WAD - due);
    }

    /// @notice Shares whose worth afterwards is the part `rate` of what the NAV exceeds the mark by, rounded down.
    /// @param nav [wad USD]
    /// @param highWater NAV of a whole share [wad USD]
    /// @param rate [wad], below 1e18
    function performanceShares(
        uint256 nav,
        uint256 supply,
        uint256 highWater,
        uint256 rate
    ) internal pure returns (uint256) {
        uint256 reached = FixedPoint.mulDivUp(supply, highWater, WAD);
        if (nav <= reached) return 0;
        uint256 fee = FixedPoint.mulDown(nav - reached, rate);
        return FixedPoint.mulDivDown(supply, fee, nav - fee);
    }

    /// @notice NAV of a whole share [wad USD], rounded up.
    function perShareUp(uint256 nav, uint256 supply) internal pure returns (uint256) {
        return FixedPoint.mulDivUp(nav, WAD, supply);
    }

    /// @notice The mark after entries and exits: what they add to a share is nobody's performance. Never lower; rounded up.
    function liftedMark(
        uint256 highWater,
        uint256 navBefore,
        uint256 supplyBefore,
        uint256 navAfter,
        uint256 supplyAfter
    ) internal pure returns (uint256) {
        uint256 lifted = FixedPoint.mulDivUp(highWater, navAfter, supplyAfter);
        return FixedPoint.max(highWater, FixedPoint.mulDivUp(lifted, supplyBefore, navBefore));
    }
}
