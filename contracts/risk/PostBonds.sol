// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IArrayPosts} from "../interfaces/IArrayPosts.sol";

/// @title PostBonds
/// @notice The half of ArrayPosts that holds money: what each poster has free, locked and leaving, and the penalties that
/// wait for the treasury. Their sum is what the contract holds; tokens sent to it otherwise belong to nobody.
/// @dev Every function writes before it transfers. Penalties are pulled, so that no receiver can block a challenge.
abstract contract PostBonds is IArrayPosts {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    struct Account {
        uint128 free;
        uint128 locked;
        uint128 leaving;
        uint64 availableAt;
    }

    /// @notice Seconds during which a post can be challenged.
    uint256 public constant CHALLENGE_WINDOW = 7 days;
    /// @notice Seconds between asking for a bond and getting it: longer than anything it could be asked for.
    uint256 public constant UNBONDING = 8 days;

    IERC20 public immutable cashToken;
    address public immutable treasury;
    /// @inheritdoc IArrayPosts
    uint256 public immutable bond;
    /// @inheritdoc IArrayPosts
    uint256 public penalties;

    mapping(address poster => Account) private _accounts;

    constructor(IERC20 cashToken_, address treasury_, uint256 bond_) {
        if (address(cashToken_) == address(0) || treasury_ == address(0)) revert ArrayPosts_ZeroAddress();
        if (bond_ == 0) revert ArrayPosts_ZeroAmount();
        (cashToken, treasury, bond) = (cashToken_, treasury_, bond_);
    }

    /// @inheritdoc IArrayPosts
    function deposit(uint256 amount) external {
        if (amount == 0) revert ArrayPosts_ZeroAmount();
        _accounts[msg.sender].free += amount.toUint128();
        emit BondDeposited(msg.sender, amount);
        uint256 before = cashToken.balanceOf(address(this));
        cashToken.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = cashToken.balanceOf(address(this)) - before;
        if (received != amount) revert ArrayPosts_ReceivedLess(amount, received);
    }

    /// @inheritdoc IArrayPosts
    function requestWithdrawal(uint256 amount) external {
        Account storage account = _accounts[msg.sender];
        uint256 free = uint256(account.free) + account.leaving;
        if (amount > free) revert ArrayPosts_BondTooSmall(free, amount);
        uint256 availableAt = block.timestamp + UNBONDING;
        account.free = uint128(free - amount);
        account.leaving = uint128(amount);
        account.availableAt = uint64(availableAt);
        emit WithdrawalRequested(msg.sender, amount, availableAt);
    }

    /// @inheritdoc IArrayPosts
    function withdraw(address receiver) external {
        if (receiver == address(0)) revert ArrayPosts_ZeroAddress();
        Account storage account = _accounts[msg.sender];
        uint256 amount = account.leaving;
        if (amount == 0) revert ArrayPosts_NothingRequested(msg.sender);
        if (block.timestamp < account.availableAt) revert ArrayPosts_Unbonding(account.availableAt);
        (account.leaving, account.availableAt) = (0, 0);
        emit BondWithdrawn(msg.sender, receiver, amount);
        cashToken.safeTransfer(receiver, amount);
    }

    /// @inheritdoc IArrayPosts
    function collect() external {
        uint256 amount = penalties;
        if (amount == 0) revert ArrayPosts_NothingToCollect();
        penalties = 0;
        emit PenaltiesCollected(treasury, amount);
        cashToken.safeTransfer(treasury, amount);
    }

    /// @inheritdoc IArrayPosts
    function bondsOf(
        address poster
    ) external view returns (uint256 free, uint256 locked, uint256 leaving, uint256 availableAt) {
        Account memory account = _accounts[poster];
        return (account.free, account.locked, account.leaving, account.availableAt);
    }

    function _lock(address poster) internal {
        Account storage account = _accounts[poster];
        if (account.free < bond) revert ArrayPosts_BondTooSmall(account.free, bond);
        account.free -= uint128(bond);
        account.locked += uint128(bond);
    }

    /// @dev Ends a lock: `penalty` of the bond is lost, `reward` of it to `receiver`, the rest is free again. The transfer
    /// makes it the last thing that a function does.
    function _unlock(address poster, uint256 penalty, uint256 reward, address receiver) internal {
        Account storage account = _accounts[poster];
        account.locked -= uint128(bond);
        account.free += uint128(bond - penalty);
        if (penalty == 0) return;
        penalties += penalty - reward;
        cashToken.safeTransfer(receiver, reward);
    }
}
