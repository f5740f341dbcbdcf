// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ISilo} from "../interfaces/IOptionsVault.sol";

/// @title Silo
/// @notice Holds requested and claimable USDC and shares apart from the vault, so that they back no options.
/// Trusts the vault that created it, and nobody else.
contract Silo is ISilo {
    using SafeERC20 for IERC20;

    address public immutable vault;

    /// @param vault_ who may release
    constructor(address vault_) {
        if (vault_ == address(0)) revert Silo_ZeroAddress();
        vault = vault_;
    }

    /// @inheritdoc ISilo
    function release(address token, address receiver, uint256 amount) external {
        if (msg.sender != vault) revert Silo_NotVault(msg.sender);
        IERC20(token).safeTransfer(receiver, amount);
    }
}
