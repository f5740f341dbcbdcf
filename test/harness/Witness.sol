// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Looks at something in the middle of something else, and remembers what it saw.
contract Witness {
    bytes public seen;

    function look(address target, bytes calldata data) external {
        (, seen) = target.staticcall(data);
    }
}
