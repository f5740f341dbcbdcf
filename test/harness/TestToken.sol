// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice A plain token of any decimals, which can be told to misbehave as real tokens have.
contract TestToken is ERC20 {
    uint8 private immutable _places;
    uint256 public feeOnTransfer;
    address public hookTarget;
    bytes public hookData;

    constructor(uint8 places) ERC20("Test", "TST") {
        _places = places;
    }

    function decimals() public view override returns (uint8) {
        return _places;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function setFee(uint256 fee) external {
        feeOnTransfer = fee;
    }

    /// @notice Calls `target` with `data` in the middle of every transfer; the call's failure fails the transfer.
    function setHook(address target, bytes calldata data) external {
        hookTarget = target;
        hookData = data;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (from != address(0) && to != address(0) && feeOnTransfer != 0) {
            super._update(from, address(0xfee), feeOnTransfer);
            amount -= feeOnTransfer;
        }
        super._update(from, to, amount);
        if (hookTarget == address(0) || from == address(0)) return;
        (bool ok, bytes memory reason) = hookTarget.call(hookData);
        if (ok) return;
        assembly ("memory-safe") {
            revert(add(reason, 32), mload(reason))
        }
    }
}
