// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Stops new risk at once; can never stop an exit.
interface IGuardian {
    event RiskPaused(address indexed by);

    error Guardian_ZeroAddress();

    /// @notice Pauses risk-raising batches. Restricted to the guardian role.
    function pause() external;
}
