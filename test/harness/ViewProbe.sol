// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Looks at many views at one moment, and remembers what each said.
contract ViewProbe {
    struct View {
        address target;
        bytes data;
    }

    View[] private _views;
    bytes32[][] private _looks;

    function add(address target, bytes calldata data) external {
        _views.push(View(target, data));
    }

    /// @dev A view that reverts says nothing.
    function look() external {
        bytes32[] storage said = _looks.push();
        for (uint256 i; i < _views.length; ++i) {
            (bool ok, bytes memory result) = _views[i].target.staticcall(_views[i].data);
            said.push(ok ? keccak256(result) : bytes32(0));
        }
    }

    /// @notice Hashes of what was said at each look.
    function looks() external view returns (bytes32[][] memory) {
        return _looks;
    }
}
