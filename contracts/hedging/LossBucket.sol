// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FixedPoint} from "../libraries/FixedPoint.sol";

/// @notice What has been lost and not yet leaked.
struct Bucket {
    uint128 used;
    uint40 updatedAt;
}

/// @title LossBucket
/// @notice A budget of losses for any 24 hours, whenever they begin: the bucket holds half of it and leaks half of it a
/// day, so a window sees at most what fits at once and what leaks meanwhile. (A budget that begins anew at midnight lets
/// twice through within an hour.)
library LossBucket {
    /// @notice What may still be lost now [wad USD], of a daily budget.
    function left(Bucket memory bucket, uint256 budget) internal view returns (uint256) {
        uint256 used = usedNow(bucket, budget);
        return used < budget / 2 ? budget / 2 - used : 0;
    }

    /// @notice What was lost and has not leaked yet [wad USD].
    function usedNow(Bucket memory bucket, uint256 budget) internal view returns (uint256) {
        uint256 leaked = ((budget / 2) * (block.timestamp - bucket.updatedAt)) / 1 days;
        return bucket.used > leaked ? bucket.used - leaked : 0;
    }

    /// @notice Books a loss, whether it fits or not.
    function add(Bucket storage bucket, uint256 budget, uint256 loss) internal {
        bucket.used = uint128(FixedPoint.min(usedNow(bucket, budget) + loss, type(uint128).max));
        bucket.updatedAt = uint40(block.timestamp);
    }
}
