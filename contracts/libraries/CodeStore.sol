// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title CodeStore
/// @notice Bytes kept as the code of a contract of their own, behind a byte that stops execution: reading all of them costs
/// one account access, where every storage word would cost one of its own. They cannot be changed.
library CodeStore {
    /// @notice The bytes cannot be kept: there are more than code may have.
    error CodeStore_WriteFailed(uint256 length);

    /// @notice Keeps `data`.
    function write(bytes memory data) internal returns (address stored) {
        stored = tryWrite(data);
        if (stored == address(0)) revert CodeStore_WriteFailed(data.length);
    }

    /// @notice The same; zero if that fails.
    function tryWrite(bytes memory data) internal returns (address stored) {
        if (data.length > type(uint16).max - 1) return address(0);
        // Copies what follows its own ten bytes and returns it: PUSH2 length, DUP1, PUSH1 10, RETURNDATASIZE, CODECOPY,
        // RETURNDATASIZE, RETURN; the last byte is the one that stops execution.
        bytes memory creation = bytes.concat(
            hex"61",
            bytes2(uint16(data.length + 1)),
            hex"80600a3d393df300",
            data
        );
        assembly ("memory-safe") {
            stored := create(0, add(creation, 0x20), mload(creation))
        }
    }
}
