// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Delegation
/// @notice Runs the call in hand with other code on the caller's own storage, so that one contract need not hold all of its
/// code. The code has to lay its storage out alike, and must never change.
library Delegation {
    /// @notice Runs the call in hand with the code at `code`, and ends it as that ends.
    function run(address code) internal {
        assembly ("memory-safe") {
            let pointer := mload(0x40)
            calldatacopy(pointer, 0, calldatasize())
            let done := delegatecall(gas(), code, pointer, calldatasize(), 0, 0)
            returndatacopy(pointer, 0, returndatasize())
            switch done
            case 0 {
                revert(pointer, returndatasize())
            }
            default {
                return(pointer, returndatasize())
            }
        }
    }

    /// @notice The same for what only reads: nothing that the code does there writes, and Solidity cannot know.
    function look(address code) internal view {
        function(address) internal writing = run;
        function(address) internal view reading;
        assembly ("memory-safe") {
            reading := writing
        }
        reading(code);
    }
}
