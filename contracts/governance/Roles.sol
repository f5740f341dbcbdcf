// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Role ids in the AccessManager, one per duty. Contracts alone hold SETTLER, WATERFALL and INSTALLER.
library Roles {
    /// @notice Sets parameters, feeds, venues.
    uint64 internal constant CURATOR = 1;
    /// @notice Signs nothing on chain, but may manage surface signers.
    uint64 internal constant PUBLISHER = 2;
    /// @notice Sets hedge budgets and venues.
    uint64 internal constant HEDGER = 3;
    /// @notice Pauses new risk.
    uint64 internal constant GUARDIAN = 4;
    /// @notice Replaces contracts.
    uint64 internal constant UPGRADER = 5;
    /// @notice Held by the Settler.
    uint64 internal constant SETTLER = 6;
    /// @notice Held by the LossWaterfall.
    uint64 internal constant WATERFALL = 7;
    /// @notice Sets the pause: held by the Guardian contract, which can only set it, and by the curators, who resume.
    uint64 internal constant PAUSER = 8;
    /// @notice Installs and withdraws pages of arrays: held by ArrayPosts.
    uint64 internal constant INSTALLER = 9;
}
