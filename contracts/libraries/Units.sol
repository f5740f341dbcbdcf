// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Token and oracle decimals, converted once at the edge. Inside, everything is [wad].
library Units {
    error Units_TooManyDecimals(uint8 decimals);

    /// @notice 10^(18 - decimals): what one smallest unit is worth in [wad].
    function scaleOf(uint8 decimals) internal pure returns (uint256) {
        if (decimals > 18) revert Units_TooManyDecimals(decimals);
        unchecked {
            // decimals <= 18, so the exponent is in 0..18 and the power fits easily.
            return 10 ** (18 - decimals);
        }
    }

    /// @notice Token units to [wad]; exact.
    function toWad(uint256 units, uint8 decimals) internal pure returns (uint256) {
        return units * scaleOf(decimals);
    }

    /// @notice [wad] to token units, rounded down: for what the system owes.
    function fromWadDown(uint256 amount, uint8 decimals) internal pure returns (uint256) {
        return amount / scaleOf(decimals);
    }

    /// @notice [wad] to token units, rounded up: for what the system is owed.
    function fromWadUp(uint256 amount, uint8 decimals) internal pure returns (uint256) {
        uint256 scale = scaleOf(decimals);
        return amount == 0 ? 0 : (amount - 1) / scale + 1;
    }
}
