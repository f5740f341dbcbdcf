// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice An account that makes several calls in one transaction, hence in one block.
contract OneTransaction {
    function run(address[] calldata targets, bytes[] calldata data) external {
        for (uint256 i; i < targets.length; ++i) {
            (bool ok, bytes memory reason) = targets[i].call(data[i]);
            if (ok) continue;
            assembly ("memory-safe") {
                revert(add(reason, 32), mload(reason))
            }
        }
    }
}
