// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Looks at many views at one moment, and remembers what each said.
contract ViewProbe {
    struct View {
        address target;
        bytes data;
    }

    View[] private _views;
    bytes[] private _seen;

    function add(address target, bytes calldata data) external {
        _views.push(View(target, data));
    }

    /// @notice What they say now; a view that reverts says nothing.
    function say() public view returns (bytes[] memory said) {
        said = new bytes[](_views.length);
        for (uint256 i; i < said.length; ++i) {
            (bool ok, bytes memory result) = _views[i].target.staticcall(_views[i].data);
            if (ok) said[i] = result;
        }
    }

    function look() external {
        _seen = say();
    }

    function seen() external view returns (bytes[] memory) {
        return _seen;
    }
}
