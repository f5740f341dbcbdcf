// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A venue that does what it is told: passes a call on, and its failure back.
contract VenueProbe {
    function run(address target, bytes calldata data) external returns (bytes memory) {
        (bool ok, bytes memory result) = target.call(data);
        if (ok) return result;
        assembly ("memory-safe") {
            revert(add(result, 32), mload(result))
        }
    }
}
